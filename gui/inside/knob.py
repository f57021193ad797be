"""A slider with its value beside it as a field to type into: one parameter of a picture that follows the hand."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from gui.widgets.quantity_spin_box import QuantitySpinBox
from instruments.theory import Knob

_STEPS = 400


class CalmSlider(QSlider):
    """A horizontal slider that the wheel does not move while it has no focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Hand the wheel on unless the slider has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class KnobRow(QWidget):
    """Title, slider and field of one parameter; only a hand makes it emit.

    Parameters
    ----------
    knob : Knob
    """

    edited = Signal(bool)
    """A hand moved it; with whether it still holds the slider."""

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self._value = knob.usual
        self.title = QLabel(knob.title, self)
        self.slider = CalmSlider(self)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(_STEPS // 20)
        self.field = QuantitySpinBox(knob.unit, knob.low, knob.high, value=knob.usual, parent=self)
        for part, what in ((self.slider, "slider"), (self.field, "value")):
            part.setToolTip(knob.help)
            part.setAccessibleName(f"{knob.title} {what}")
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.sliderReleased.connect(lambda: self.edited.emit(False))
        self.field.valueEdited.connect(self._on_field)
        self.setValue(knob.usual)

    def place(self, grid: QGridLayout, row: int, column: int = 0) -> None:
        """Lie in a grid, in line with others."""
        for i, part in enumerate((self.title, self.slider, self.field)):
            grid.addWidget(part, row, column + i)

    def value(self) -> float:
        """Return the value, SI."""
        return self._value

    def setValue(self, value: float) -> None:
        """Show another value; one out of range is shown at its end."""
        self._value = min(max(value, self.knob.low), self.knob.high)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(_STEPS * self._part(self._value)))
        self.field.setValue(self._value)

    def _part(self, value: float) -> float:
        low, high = self.knob.low, self.knob.high
        if self.knob.logarithmic:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def _on_slider(self, place: int) -> None:
        part, low, high = place / _STEPS, self.knob.low, self.knob.high
        value = low * (high / low) ** part if self.knob.logarithmic else low + part * (high - low)
        self._value = min(max(float(f"{value:.3g}"), low), high)
        self.field.setValue(self._value)
        self.edited.emit(self.slider.isSliderDown())

    def _on_field(self, value: float) -> None:
        self._value = value
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(_STEPS * self._part(value)))
        self.edited.emit(False)
