"""Spins in a ball that a hand can turn, drawn as dots, with their mean as an arrow; nothing but a painter."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.courtesy import Courtesy
from gui.theme import Theme

Floats = NDArray[np.float64]

_CIRCLE = np.linspace(0.0, 2.0 * pi, 61)
_STEP = radians(10.0)
_STEEPEST = radians(89.0)


class Sphere(QWidget):
    """A ball with spins in it.

    Parameters
    ----------
    theme : Theme
    courtesy : Courtesy, optional
        The laboratory's, which stands back while the ball is drawn.
    """

    def __init__(self, theme: Theme, courtesy: Courtesy | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._courtesy = courtesy or Courtesy()
        self.azimuth, self.elevation = radians(25.0), radians(18.0)
        self.spins: Floats = np.empty((0, 3))
        self.mean: Floats = np.zeros(3)
        self.radius = 0.5
        self.field: Floats = np.zeros(3)
        self.caption = ""
        self._grabbed: QPointF | None = None
        self.setMinimumSize(QSize(120, 120))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName("spins on a sphere")
        self.setToolTip("Drag to turn the ball, or use the arrow keys. Each dot is the spin of one quantum dot, its "
                        "distance from the middle its size; the arrow is their mean. Pale: behind.")
        theme.changed.connect(self.update)

    def show_spins(self, spins: Floats, radius: float, field: Floats, caption: str) -> None:
        """Draw spins, shape (n, 3), in a ball of a radius; ``field`` is the direction of the magnetic field, or 0."""
        self.spins, self.radius, self.field, self.caption = spins, radius, field, caption
        self.mean = spins.mean(axis=0) if len(spins) else np.zeros(3)
        self.update()

    def clear(self) -> None:
        """Draw an empty ball."""
        self.show_spins(np.empty((0, 3)), self.radius, np.zeros(3), "")

    def projected(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Return right, up and towards the eye of points, shape (n, 3)."""
        x, y, z = points.T
        ca, sa, ce, se = cos(self.azimuth), sin(self.azimuth), cos(self.elevation), sin(self.elevation)
        ahead = ca * x - sa * y
        return sa * x + ca * y, ce * z - se * ahead, ce * ahead + se * z

    # -- by hand -------------------------------------------------------------------------------------------------

    def turn(self, azimuth: float, elevation: float) -> None:
        """Turn the ball by angles in rad."""
        self.azimuth = (self.azimuth + azimuth) % (2.0 * pi)
        self.elevation = min(max(self.elevation + elevation, -_STEEPEST), _STEEPEST)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the ball."""
        self._grabbed = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn it."""
        if self._grabbed is not None:
            moved = event.position() - self._grabbed
            self._grabbed = event.position()
            size = max(1.0, 0.5 * min(self.width(), self.height()))
            self.turn(moved.x() / size, moved.y() / size)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        """Let go of it."""
        self._grabbed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn it with the arrow keys."""
        turns = {Qt.Key.Key_Left: (-_STEP, 0.0), Qt.Key.Key_Right: (_STEP, 0.0), Qt.Key.Key_Up: (0.0, -_STEP),
                 Qt.Key.Key_Down: (0.0, _STEP)}
        if event.key() in turns:
            self.turn(*turns[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    # -- drawing -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the ball, what is behind first."""
        with self._courtesy.wanted("sphere"):
            self._paint()

    def _paint(self) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.colour("base"))
        line = painter.fontMetrics().height()
        size = 0.5 * min(self.width() - 2 * line, self.height() - 2.6 * line)
        middle = QPointF(0.5 * self.width(), 1.2 * line + size)
        self._draw_ball(painter, middle, size)
        self._draw_axes(painter, middle, size)
        self._draw_spins(painter, middle, size)
        self._draw_mean(painter, middle, size)
        painter.setPen(self._theme.colour("faint text"))
        foot = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter
        painter.drawText(self.rect().adjusted(2, 2, -2, -2), foot, self.caption)

    def _draw_ball(self, painter: QPainter, middle: QPointF, size: float) -> None:
        grid = self._theme.colour("grid")
        painter.setPen(QPen(grid, 1))
        painter.drawEllipse(middle, size, size)
        equator = np.stack([np.cos(_CIRCLE), np.sin(_CIRCLE), np.zeros_like(_CIRCLE)], axis=1)
        right, up, near = self.projected(equator)
        for front in (False, True):
            grid.setAlphaF(0.9 if front else 0.35)
            painter.setPen(QPen(grid, 1))
            shown = near >= 0.0 if front else near <= 0.0
            for i in range(len(right) - 1):
                if shown[i] and shown[i + 1]:
                    painter.drawLine(_at(middle, size, right[i], up[i]), _at(middle, size, right[i + 1], up[i + 1]))

    def _draw_axes(self, painter: QPainter, middle: QPointF, size: float) -> None:
        faint = self._theme.colour("faint text")
        painter.setPen(QPen(faint, 1, Qt.PenStyle.DotLine))
        right, up, _ = self.projected(np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]))
        ends = [_at(middle, size, right[i], up[i]) for i in range(2)]
        painter.drawLine(*ends)
        painter.setPen(faint)
        painter.drawText(ends[1] + QPointF(4.0, -3.0), "z")
        if self.field.any():
            right, up, _ = self.projected(self.field[np.newaxis])
            colour = self._theme.trace("field")
            tip = _at(middle, size, 1.12 * right[0], 1.12 * up[0])
            draw_arrow(painter, _at(middle, size, 0.9 * right[0], 0.9 * up[0]), tip, colour, 2.0)
            painter.drawText(tip + QPointF(-16.0, 4.0), "B")

    def _draw_spins(self, painter: QPainter, middle: QPointF, size: float) -> None:
        if not len(self.spins):
            return
        right, up, near = self.projected(self.spins / self.radius)
        places = np.stack([middle.x() + size * right, middle.y() - size * up], axis=1)
        ink = self._theme.colour("accent")
        for front in (False, True):
            ink.setAlphaF(1.0 if front else 0.4)
            painter.setPen(QPen(ink, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            chosen = places[near >= 0.0 if front else near < 0.0]
            painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in chosen.tolist()]))

    def _draw_mean(self, painter: QPainter, middle: QPointF, size: float) -> None:
        if not len(self.spins):
            return
        right, up, _ = self.projected(self.mean[np.newaxis] / self.radius)
        draw_arrow(painter, middle, _at(middle, size, right[0], up[0]), self._theme.trace("spin_polarization"), 3.0)


def _at(middle: QPointF, size: float, right: float, up: float) -> QPointF:
    return QPointF(middle.x() + size * float(right), middle.y() - size * float(up))


def draw_arrow(painter: QPainter, start: QPointF, end: QPointF, colour: QColor, width: float = 2.0) -> None:
    """Draw an arrow; its head is left out where it is too short for one."""
    painter.setPen(QPen(colour, width))
    painter.drawLine(start, end)
    along = end - start
    length = (along.x() ** 2 + along.y() ** 2) ** 0.5
    if length < 6.0:
        return
    unit = along / length
    head = min(10.0, 0.5 * length)
    side = QPointF(-unit.y(), unit.x()) * (0.45 * head)
    back = end - unit * head
    painter.setBrush(colour)
    painter.setPen(QPen(colour, 1))
    painter.drawPolygon(QPolygonF([end, back + side, back - side]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
