"""A travel whose target a hand can move, by its mark, by keys, or by the wheel while it has the focus."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.widgets.ramp_bar import RampBar

_GRIP = 9.0
"""Pixels from the mark within which a hand gets hold of it."""
_FINE, _COARSE = 0.01, 0.1
"""Parts of the travel that a key goes."""


class TravelSlider(RampBar):
    """A `RampBar` whose target a hand can move: it goes there when the hand lets go."""

    moved = Signal(float)
    """A hand has moved the target here."""

    def __init__(self, low: float, high: float, ends: tuple[str, str] = ("", ""),
                 parent: QWidget | None = None) -> None:
        super().__init__(low, high, ends, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
        self.held = False
        self._before = low

    def _go(self, value: float, done: bool = True) -> None:
        value = float(f"{min(max(value, self.low), self.high):.3g}") if 0.0 < self.place(value) < 1.0 else (
            self.low if value <= self.low else self.high)
        self.target = value
        self.update()
        if done:
            self.moved.emit(value)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the target; a press beside it moves nothing, so that no magnet ramps by a slip."""
        away = abs(event.position().x() - self.pixel(self.target))
        if event.button() == Qt.MouseButton.LeftButton and away <= _GRIP:
            self.held = True
            self._before = self.target

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry the target along."""
        if self.held:
            self._go(self.value_at(event.position().x()), done=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        """Let go: that is where it shall be."""
        if self.held:
            self.held = False
            if self.target != self._before:
                self.moved.emit(self.target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go 1 % of the travel (arrows), 10 % (Page), or to an end (Home, End); Escape takes a drag back."""
        part = {Qt.Key.Key_Right: _FINE, Qt.Key.Key_Up: _FINE, Qt.Key.Key_Left: -_FINE, Qt.Key.Key_Down: -_FINE,
                Qt.Key.Key_PageUp: _COARSE, Qt.Key.Key_PageDown: -_COARSE, Qt.Key.Key_Home: -math.inf,
                Qt.Key.Key_End: math.inf}.get(Qt.Key(event.key()), 0.0)
        if event.key() == Qt.Key.Key_Escape and self.held:
            self.held = False
            self.target = self._before
            self.update()
        elif part:
            self._go(self.target + part * (self.high - self.low))
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move only with focus; without it the wheel belongs to the scroll area around."""
        if not self.hasFocus():
            event.ignore()
            return
        self._go(self.target + _FINE * (self.high - self.low) * event.angleDelta().y() / 120.0)
