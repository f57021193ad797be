"""A field for a quantity: reads what a hand types with units and prefixes, steps the digit at the cursor.

The field is a view: `setValue` shows a value and emits nothing, a hand's edit emits `valueEdited`. Text that cannot be
read or lies outside the limits stays as it is, in red, with the reason; Escape brings the last good value back.
"""

from __future__ import annotations

import contextlib
import html
import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QStyle, QStyleOptionSpinBox, QToolTip, QWidget

from gui.quantity_field import QuantityField
from gui.theme import tabular_font
from gui.widgets.refusing_field import RefusingField
from vlab.errors import SettingError

_WIDEST = "-8.88888888"
_STEPS = QAbstractSpinBox.StepEnabledFlag


class QuantitySpinBox(RefusingField):
    """A spin box for a quantity; its value is a float in SI base units.

    Parameters
    ----------
    unit : str
        Declared unit: ``"V"``, ``"ueV"``, ``"T/min"``, ``""``. A bare number means the unit that is shown.
    minimum, maximum : float
        Limits in SI base units; ``math.nextafter(0.0, 1.0)`` means above zero.
    value : float
        First value in SI base units.
    prefixes : bool or None
        Whether the SI prefix that suits the number is shown; None: where that is usual.
    parent : QWidget or None
        The widget it lies in.
    """

    valueEdited = Signal(float)
    """A hand has changed the value (Enter, leaving the field, arrows, wheel); in SI base units."""
    refused = Signal(str)
    """What was typed is not taken; one sentence says why."""
    accepted = Signal()
    """Text that was refused is good again, or was taken back."""

    def __init__(self, unit: str, minimum: float = -math.inf, maximum: float = math.inf, *, value: float = 0.0,
                 prefixes: bool | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = QuantityField(unit, minimum, maximum, float(value), prefixes)
        self._help = ""
        self.setFont(tabular_font())
        self.lineEdit().setFont(tabular_font())
        self.setKeyboardTracking(False)
        self.lineEdit().setText(self._field.text)
        self.lineEdit().textEdited.connect(self._on_typing)
        self.setProperty("value", self._field.value)  # for screen readers
        self._describe()

    # --- the model's side

    def value(self) -> float:
        """Return the last good value, in SI base units."""
        return self._field.value

    def setValue(self, value: float) -> None:
        """Show a value in SI base units; emits nothing.

        The limits are for hands only: the model knows better. Text that a hand is typing is left alone (Escape shows
        the new value), and so is refused text until the value changes behind its back.
        """
        differs = self._field.set(float(value))
        self.setProperty("value", self._field.value)
        if not differs or (self._editing() and (self.hasFocus() or not self._reason)):
            return
        if self.hasFocus():
            self._field.tidy()
        else:
            self._field.forget_hand()
        self._show()

    def setRange(self, minimum: float, maximum: float) -> None:
        """Set the limits in SI base units; the value stays even if it lies outside."""
        self._field.set_limits(minimum, maximum)
        self._describe()
        self._check_again()

    def minimum(self) -> float:
        """Return the lowest value that can be typed, in SI base units."""
        return self._field.low

    def maximum(self) -> float:
        """Return the highest value that can be typed, in SI base units."""
        return self._field.high

    def unit(self) -> str:
        """Return the declared unit."""
        return self._field.scale.unit

    def setHelp(self, help: str) -> None:
        """Set the text of the tool-tip and the accessible description; the limits are added to it."""
        self._help = help
        self._describe()

    def commit(self) -> bool:
        """Take what was typed as the value, as Enter does; returns False if it is refused."""
        before = self.value()
        if not self._read():
            return False
        self._field.tidy()
        self._show()
        self._tell(before)
        return True

    def _read(self) -> bool:
        try:
            self._field.take(self.lineEdit().text())
        except SettingError as error:
            self._refuse(str(error))
            return False
        self._show()
        return True

    def editing(self) -> bool:
        """Return whether something is typed there that has not been taken over."""
        return self._editing()

    def _editing(self) -> bool:
        return self.lineEdit().text() != self._field.text

    def _tell(self, before: float) -> None:
        value = self.value()
        self.setProperty("value", value)
        if value != before:
            self.valueEdited.emit(value)

    def _show(self) -> None:
        """Show the field's text, which is good, with the cursor where it was."""
        line = self.lineEdit()
        if self._editing():
            cursor = line.cursorPosition()
            line.setText(self._field.text)
            line.setCursorPosition(min(cursor, self._field.number_end()))
        self._accept()

    def _select_number(self) -> None:
        self.lineEdit().setSelection(0, self._field.number_end())

    def _on_typing(self, text: str) -> None:
        """Drop the old unit behind a new one, and the red as soon as the text is good."""
        line = self.lineEdit()
        shorter = self._field.without_old_unit(text)
        if shorter != text:
            cursor = line.cursorPosition()
            line.setSelection(len(shorter), len(text) - len(shorter))
            line.del_()  # can be undone; emits textEdited once more
            line.setCursorPosition(cursor)
        else:
            self._check_again()

    def _check_again(self) -> None:
        if self._reason:
            with contextlib.suppress(SettingError):
                self._field.check(self.lineEdit().text())
                self._accept()

    # --- refusing

    def _refuse(self, reason: str) -> None:
        again = reason == self._reason
        self._reason = reason
        self._dress()
        if self.isVisible() and (self.hasFocus() or not again):
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), _plain(reason), self)
        if not again:
            self.refused.emit(reason)

    def _accept(self) -> None:
        if self._reason:
            self._reason = ""
            QToolTip.hideText()
            self._dress()
            self.accepted.emit()

    def _dress(self) -> None:
        """Show whether the text is refused: by colour, frame, property, tool-tip and accessible description."""
        self._redden()
        self._describe()

    def _describe(self) -> None:
        limits = self._field.limits()
        about = "\n".join(part for part in (self._help, f"Allowed: {limits}." if limits else "") if part)
        self.setToolTip(_plain(self._reason or about))
        self.setAccessibleDescription(self._reason or about)

    # --- what Qt asks

    def stepBy(self, steps: int) -> None:
        """Step the digit left of the cursor, within the limits."""
        before = self.value()
        if not self._read():
            return
        line = self.lineEdit()
        cursor = self._field.step(line.cursorPosition(), steps)
        line.setText(self._field.text)
        line.setCursorPosition(cursor)
        self._tell(before)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Return which of up and down is possible."""
        if self.isReadOnly():
            return _STEPS.StepNone
        up = _STEPS.StepUpEnabled if self._editing() or self.value() < self._field.high else _STEPS.StepNone
        down = _STEPS.StepDownEnabled if self._editing() or self.value() > self._field.low else _STEPS.StepNone
        return up | down

    def validate(self, text: str, cursor: int) -> object:
        """Let every text be typed; it is read when it is committed."""
        return QValidator.State.Acceptable, text, cursor

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Commit on Enter, restore on Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self._select_number()
                self.editingFinished.emit()
                event.ignore()  # a dialog's default button may have it
        elif event.key() == Qt.Key.Key_Escape and self._editing():
            self._field.tidy()
            self._show()
            self._select_number()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the number, not the unit, when the field is reached by Tab."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason,
                              Qt.FocusReason.ShortcutFocusReason) and not self._reason:
            self._select_number()

    def sizeHint(self) -> QSize:
        """Return room for nine digits and the longest unit."""
        self.ensurePolished()
        scale, metrics = self._field.scale, self.fontMetrics()
        widest = max(metrics.horizontalAdvance(_WIDEST + scale.label(rung)) for rung in scale.rungs)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        inner = QSize(widest + 6, self.lineEdit().sizeHint().height())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_SpinBox, option, inner, self)

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`: a number must not be cut."""
        return self.sizeHint()


def _plain(text: str) -> str:
    """Return a text that a tool-tip shows as it is, even if a hand typed ``<b>``."""
    return f"<p>{html.escape(text)}</p>".replace("\n", "<br>") if "<" in text else text
