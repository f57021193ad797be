"""A bar that shows how much of full scale a reading takes, and where the overload begins."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import colour, is_dark, trace_colour


class BarGraph(QWidget):
    """A horizontal bar from zero to the reading, in units of full scale.

    Parameters
    ----------
    both_signs : bool
        Whether zero is in the middle; else at the left.
    beyond : float
        Where the scale ends, in units of full scale; from 1 to there is the zone of overload.
    quantity : str
        Whose trace's colour it has.
    """

    def __init__(self, both_signs: bool = True, beyond: float = 1.09, quantity: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._both = both_signs
        self._beyond = beyond
        self._quantity = quantity
        self._part = 0.0
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def part(self) -> float:
        """The part of full scale that it shows."""
        return self._part

    @property
    def overloaded(self) -> bool:
        """Whether it is in the zone of overload."""
        return abs(self._part) > 1.0

    def show_part(self, part: float) -> None:
        """Show a part of full scale."""
        part = round(min(max(part, -self._beyond), self._beyond), 4)
        if part != self._part:
            self._part = part
            self.setAccessibleDescription(f"{100.0 * part:.0f} % of full scale"
                                          + (", overload" if self.overloaded else ""))
            self.update()

    def sizeHint(self) -> QSize:
        """Return a slim bar."""
        return QSize(90, 11)

    def minimumSizeHint(self) -> QSize:
        """Return a slim, short bar."""
        return QSize(40, 11)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw track, zones of overload, bar and ticks."""
        painter = QPainter(self)
        dark = is_dark(self.palette())
        track = QRectF(0.5, 1.5, self.width() - 1.0, self.height() - 3.0)
        span = 2.0 * self._beyond if self._both else self._beyond
        low = -self._beyond if self._both else 0.0

        def x(part: float) -> float:
            return track.left() + track.width() * (part - low) / span

        painter.fillRect(track, colour("base", dark))
        zone = colour("refused", dark)
        zone.setAlphaF(0.35)
        painter.fillRect(QRectF(x(1.0), track.top(), track.right() - x(1.0), track.height()), zone)
        if self._both:
            painter.fillRect(QRectF(track.left(), track.top(), x(-1.0) - track.left(), track.height()), zone)
        ink = colour("refused", dark) if self.overloaded else (
            trace_colour(self._quantity, dark) if self._quantity else colour("accent", dark))
        left, right = sorted((x(0.0), x(self._part)))
        painter.fillRect(QRectF(left, track.top() + 2.0, max(right - left, 1.0), track.height() - 3.0), ink)
        painter.setPen(QPen(colour("grid", dark), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(track)
        for tick in ((-1.0, -0.5, 0.0, 0.5, 1.0) if self._both else (0.25, 0.5, 0.75, 1.0)):
            painter.drawLine(round(x(tick)), round(track.top()), round(x(tick)), round(track.top() + 3.0))
        painter.end()
