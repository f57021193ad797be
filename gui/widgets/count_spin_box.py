"""A field for a whole number: text that is none, or lies outside the limits, stays and is refused in red.

Qt's own spin box puts the old number back without a word.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QToolTip, QWidget

from gui.theme import tabular_font
from gui.widgets.refusing_field import RefusingField
from vlab.errors import VlabError
from vlab.parameters import Parameter

_STEPS = QAbstractSpinBox.StepEnabledFlag


class CountSpinBox(RefusingField):
    """A spin box for a whole number.

    Parameters
    ----------
    parameter : Parameter
        Of the kind ``"count"``.
    name : str
        What refusals call it.
    value : int
    """

    valueEdited = Signal(int)
    """A hand has changed the number."""
    refused = Signal(str)
    """What was typed is not taken; one sentence says why."""
    accepted = Signal()
    """Text that was refused is good again, or was taken back."""

    def __init__(self, parameter: Parameter, name: str, value: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self._name = name
        self._value = value
        self.setFont(tabular_font())
        self.lineEdit().textEdited.connect(self._on_typing)
        self._show()

    def value(self) -> int:
        """Return the last good number."""
        return self._value

    def setValue(self, value: int) -> None:
        """Show a number; emits nothing."""
        self._value = int(value)
        self._show()

    def commit(self) -> bool:
        """Write the number as it was understood; returns False if the text is refused."""
        self._read(self.lineEdit().text())
        if not self._reason and self.lineEdit().text() != str(self._value):
            self._show()
        return not self._reason

    def _show(self) -> None:
        self.lineEdit().setText(str(self._value))
        self._judge("")

    def _on_typing(self, text: str) -> None:
        self._read(text)

    def _read(self, text: str) -> None:
        try:
            number = self._parameter.checked(self._parameter.parsed(text, self._name), self._name)
        except VlabError as error:
            self._judge(str(error))
            return
        self._judge("")
        if number != self._value:
            self._value = number
            self.valueEdited.emit(number)

    def _judge(self, reason: str) -> None:
        """Show whether the text is refused: by colour, frame, property, tool-tip and accessible description."""
        before, self._reason = self._reason, reason
        if reason or before:
            self._redden()
        about = f"{self._parameter.help} Wants {self._parameter.allowed()}."
        self.setToolTip(reason or about)
        self.setAccessibleDescription(reason or about)
        self.setProperty("value", self._value)  # for screen readers
        if reason and reason != before:
            self.refused.emit(reason)
        elif before and not reason:
            QToolTip.hideText()
            self.accepted.emit()

    # --- what Qt asks

    def stepBy(self, steps: int) -> None:
        """Step, within the limits."""
        low, high = self._parameter.minimum, self._parameter.maximum
        number = int(min(max(self._value + steps, low), high))
        changed = number != self._value
        self.setValue(number)
        if changed:
            self.valueEdited.emit(number)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Return which of up and down is possible."""
        up = _STEPS.StepUpEnabled if self._value < self._parameter.maximum else _STEPS.StepNone
        down = _STEPS.StepDownEnabled if self._value > self._parameter.minimum else _STEPS.StepNone
        return up | down

    def validate(self, text: str, cursor: int) -> object:
        """Let every text be typed."""
        return QValidator.State.Acceptable, text, cursor

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Commit on Enter, restore on Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self.selectAll()
                self.editingFinished.emit()
            event.ignore()  # a dialog's default button may have it
        elif event.key() == Qt.Key.Key_Escape and self._reason:
            self._show()
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return room for seven digits."""
        hint = super().sizeHint()
        return QSize(max(hint.width(), self.fontMetrics().horizontalAdvance("8888888") + 36), hint.height())
