"""A travel from end to end with the place that is wanted and the place that is reached."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import colour, is_dark

_MARGIN = 7.0
_NEAR = 1e-6
"""Part of the travel within which a target counts as reached."""


class RampBar(QWidget):
    """A track with a mark at the target, a pointer at the actual value, and the way between them.

    Below it stand the ends of the travel and, in the middle, a few words such as ``"to 1 T, 3:30 left"``.

    Parameters
    ----------
    low, high : float
        The ends.
    ends : tuple of str
        What stands below them.
    """

    def __init__(self, low: float, high: float, ends: tuple[str, str] = ("", ""),
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.low, self.high = low, high
        self._ends = ends
        self.target = self.actual = low
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_travel(self, low: float, high: float, ends: tuple[str, str]) -> None:
        """Give it other ends."""
        if (low, high, ends) != (self.low, self.high, self._ends):
            self.low, self.high, self._ends = low, high, ends
            self.update()

    def show_way(self, target: float, actual: float, words: str = "") -> None:
        """Show where it is, where it shall be, and a few words on it."""
        if (target, actual, words) != (self.target, self.actual, self._words):
            self.target, self.actual, self._words = target, actual, words
            self.setAccessibleDescription(words or f"at {100.0 * self.place(actual):.0f} % of the travel")
            self.update()

    @property
    def words(self) -> str:
        """The words below it."""
        return self._words

    @property
    def arrived(self) -> bool:
        """Whether the target is reached."""
        return abs(self.target - self.actual) <= _NEAR * (self.high - self.low)

    def place(self, value: float) -> float:
        """Return where a value stands, from 0 at one end to 1 at the other."""
        if not math.isfinite(value) or self.high <= self.low:
            return 0.0
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def pixel(self, value: float) -> float:
        """Return where a value stands, in pixels from the left."""
        return _MARGIN + self.place(value) * (self.width() - 2.0 * _MARGIN)

    def value_at(self, pixel: float) -> float:
        """Return the value at a place."""
        part = (pixel - _MARGIN) / max(1.0, self.width() - 2.0 * _MARGIN)
        return self.low + min(max(part, 0.0), 1.0) * (self.high - self.low)

    def sizeHint(self) -> QSize:
        """Return the height of bar and words."""
        return QSize(140, 20 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Return the same height, and the least width."""
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the track, the way, target, pointer, and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark, lively = is_dark(self.palette()), self.isEnabled()
        self._draw_track(painter, dark, lively)
        below = QRectF(_MARGIN - 5.0, 18.0, self.width() - 2.0 * _MARGIN + 10.0, self.height() - 18.0)
        painter.setPen(colour("faint text", dark))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, self._ends[1])
        painter.setPen(colour("text" if not self.arrived and lively else "faint text", dark))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self._words)
        painter.end()

    def _draw_track(self, painter: QPainter, dark: bool, lively: bool) -> None:
        accent = colour("accent" if lively else "grid", dark)
        here, there = self.pixel(self.actual), self.pixel(self.target)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("base", dark))
        painter.drawRoundedRect(QRectF(_MARGIN, 7.0, self.width() - 2.0 * _MARGIN, 5.0), 2.5, 2.5)
        if not self.arrived:
            painter.setBrush(accent)
            painter.setOpacity(0.45)
            painter.drawRect(QRectF(min(here, there), 7.0, abs(there - here), 5.0))
            painter.setOpacity(1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._edge(dark), 1.0))
        painter.drawRoundedRect(QRectF(_MARGIN, 7.0, self.width() - 2.0 * _MARGIN, 5.0), 2.5, 2.5)
        if self.low < 0.0 < self.high:
            zero = self.pixel(0.0)
            painter.setPen(QPen(colour("grid", dark), 1.0))
            painter.drawLine(QPointF(zero, 4.0), QPointF(zero, 15.0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawPolygon(QPolygonF([QPointF(there, 7.0), QPointF(there - 5.0, 0.5), QPointF(there + 5.0, 0.5)]))
        painter.setPen(QPen(colour("text" if lively else "faint text", dark), 2.0))
        painter.drawLine(QPointF(here, 5.0), QPointF(here, 15.0))

    def _edge(self, dark: bool) -> QColor:
        return colour("accent" if self.hasFocus() else "grid", dark)
