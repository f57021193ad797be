"""A field for a list of quantities, ``0.2, 0.4, 1.6 µeV``: the text says all; what cannot be read is shown in red."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.theme import field_palette, is_dark, tabular_font
from vlab.errors import VlabError
from vlab.parameters import Parameter
from vlab.units import Quantity, make_quantity


class QuantityListEdit(QLineEdit):
    """A line of text that means a tuple of quantities.

    Parameters
    ----------
    parameter : Parameter
        Of the kind ``"quantities"``.
    name : str
        What refusals call it.
    values : tuple of Quantity
    """

    edited = Signal()
    """A hand has changed the list, to one that can be or not."""
    refused = Signal(str)
    """What was typed is not taken; one sentence says why."""

    def __init__(self, parameter: Parameter, name: str, values: tuple[Quantity, ...],
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._name = name
        self._values = values
        self._reason = ""
        self._dressed_dark = False
        self.setFont(tabular_font())
        self._show()
        self.textEdited.connect(self._on_typing)
        self.editingFinished.connect(self.commit)

    def values(self) -> tuple[Quantity, ...]:
        """Return the last good list."""
        return self._values

    def set_numbers(self, numbers: tuple[float, ...]) -> None:
        """Show numbers in SI base units; emits nothing."""
        self._values = tuple(make_quantity(number, self._parameter.unit) for number in numbers)
        self._show()

    def reason(self) -> str:
        """Return why the text is refused, or nothing if it is not."""
        return self._reason

    def commit(self) -> None:
        """Write the list as it was understood, if it was."""
        if not self._reason and self.text() != self._parameter.shown(self._values):
            self._show()

    def _show(self) -> None:
        self._reason = ""
        self.setText(self._parameter.shown(self._values))
        self.setCursorPosition(0)
        self._dress()

    def _on_typing(self, text: str) -> None:
        try:
            self._values = self._parameter.checked(self._parameter.parsed(text, self._name), self._name)
            self._reason = ""
        except VlabError as error:
            self._reason = str(error)
        self._dress()
        if self._reason:
            self.refused.emit(self._reason)
        else:
            self.edited.emit()

    def _dress(self) -> None:
        """Show whether the text is refused: by colour, property, tool-tip and accessible description."""
        self.setProperty("invalid", bool(self._reason))
        if self._reason:
            self._dressed_dark = is_dark(self.palette())
        self.setPalette(field_palette(bool(self._reason), self._dressed_dark))
        about = f"{self._parameter.help} Wants {self._parameter.allowed()}."
        self.setToolTip(self._reason or about)
        self.setAccessibleDescription(self._reason or about)

    def changeEvent(self, event: QEvent) -> None:
        """Take the red of the new palette when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._reason and is_dark(self.palette()) != self._dressed_dark:
            self._dress()
