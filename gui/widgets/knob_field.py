"""A knob with a field below it: one value, turned from mark to mark or typed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.knob_scale import KnobScale
from gui.widgets.dressed_field import DressedField
from gui.widgets.knob import Knob


class KnobField(DressedField):
    """A `Knob` and a `QuantitySpinBox` that show the same value; it has the interface of the field.

    Parameters
    ----------
    unit : str
        Declared unit.
    minimum, maximum, value : float
        In SI base units.
    series : tuple of float
        The mantissas of the knob's marks.
    """

    def __init__(self, unit: str, minimum: float, maximum: float, *, value: float, series: tuple[float, ...],
                 parent: QWidget | None = None) -> None:
        super().__init__(unit, minimum, maximum, value=value, parent=parent)
        self._series = series
        self.knob = Knob(KnobScale(minimum, maximum, series))
        self.knob.show_value(value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.knob, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.field)
        self.knob.turned.connect(self._turn)
        self.field.valueEdited.connect(self._type)
        self._describe()

    def setValue(self, value: float) -> None:
        """Show a value in SI base units; emits nothing. A knob in a hand is left alone."""
        if not self.knob.held:
            self.field.setValue(value)
            self.knob.show_value(value)
            self._describe()

    def setRange(self, minimum: float, maximum: float) -> None:
        """Set the limits in SI base units."""
        self.field.setRange(minimum, maximum)
        self.knob.set_scale(KnobScale(minimum, maximum, self._series))

    def setHelp(self, help: str) -> None:
        """Set the text of the tool-tips; the field adds the limits to its own."""
        self.field.setHelp(help)
        self.setToolTip(help)
        self.knob.setToolTip(f"{help} Drag, or press the arrow keys; a decade with Page Up and Page Down.")

    def setAccessibleName(self, name: str) -> None:
        """Name the field and the knob."""
        super().setAccessibleName(name)
        self.field.setAccessibleName(name)
        self.knob.setAccessibleName(f"{name} knob")

    def _turn(self, value: float) -> None:
        self.field.setValue(value)
        self._describe()
        self.valueEdited.emit(value)

    def _type(self, value: float) -> None:
        self.knob.show_value(value)
        self._describe()
        self.valueEdited.emit(value)

    def _describe(self) -> None:
        text = self.field.text()
        if self.knob.accessibleDescription() != text:
            self.knob.setAccessibleDescription(text)
