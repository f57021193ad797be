"""Figure 4 of the spin-inertia paper: the nuclear field tilts the axis about which a spin precesses."""

from __future__ import annotations

from math import cos, hypot, pi, sin

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.courtesy import Courtesy
from gui.inside.sphere import draw_arrow
from gui.theme import Theme


class AxisPicture(QWidget):
    """External field, nuclear field, their sum, and what of a spin along z survives the precession about it.

    Parameters
    ----------
    theme : Theme
    courtesy : Courtesy, optional
        The laboratory's, which stands back while it is drawn.
    """

    def __init__(self, theme: Theme, courtesy: Courtesy | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._courtesy = courtesy or Courtesy()
        self.field = (0.0, 0.0)
        """External field across and along z, T."""
        self.nuclear = (0.0, 0.0)
        self._taken: list[QRectF] = []
        """Where words stand."""
        self.setMinimumSize(QSize(120, 120))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("precession axis")
        self.setToolTip("Compare the fields: the spin precesses about the sum of external and nuclear field. Only its "
                        "part along that axis stays; seen along z, cos² of the tilt survives.")
        theme.changed.connect(self.update)

    @property
    def total(self) -> tuple[float, float]:
        """The field about which the spin precesses, across and along z, T."""
        return self.field[0] + self.nuclear[0], self.field[1] + self.nuclear[1]

    @property
    def surviving(self) -> float:
        """cos^2 of the angle between the precession axis and z."""
        across, along = self.total
        size = across * across + along * along
        return along * along / size if size else 1.0

    def show_fields(self, field: tuple[float, float], nuclear: tuple[float, float]) -> None:
        """Draw other fields, each across and along z, T."""
        self.field, self.nuclear = field, nuclear
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw."""
        with self._courtesy.wanted("precession axis"):
            self._paint()

    def _paint(self) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("base"))
        line = painter.fontMetrics().height()
        largest = max(hypot(*self.field), hypot(*self.nuclear), hypot(*self.total), 1e-12)
        part = 0.95 / largest
        lowest = max(0.25, -part * min(0.0, self.total[1], self.nuclear[1]) + 0.1)
        size = min(0.45 * (self.width() - line), (self.height() - 1.6 * line) / (1.05 + lowest))
        middle = QPointF(0.5 * self.width(), 1.3 * line + size)

        def at(across: float, along: float) -> QPointF:
            return QPointF(middle.x() + size * across, middle.y() - size * along)

        painter.setPen(QPen(theme.colour("faint text"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(at(0.0, -lowest), at(0.0, 1.05))
        self._taken = []
        self._label(painter, QRectF(at(0.0, 1.05) + QPointF(-4.0 - line, -0.5 * line), QSizeF(line, line)), "z")
        grid = theme.colour("grid")
        grid.setAlphaF(0.5)
        painter.setPen(QPen(grid, 1))
        painter.drawEllipse(middle, 0.8 * size, 0.8 * size)
        field, total = ((part * v[0], part * v[1]) for v in (self.field, self.total))
        names: list[tuple[QRectF, str, QColor]] = []
        for start, end, colour, name in (((0.0, 0.0), field, "field", "B"), (field, total, "polarization", "Bₙ"),
                                         ((0.0, 0.0), total, "polarization_rate", "B + Bₙ")):
            draw_arrow(painter, at(*start), at(*end), theme.trace(colour))
            if hypot(end[0] - start[0], end[1] - start[1]) > 0.12:
                place = (_beyond(at(*start), at(*end), painter, name) if name == "Bₙ" else
                         _beside(at(*start), at(*end), painter, name) if name == "B + Bₙ" else
                         _beside(at(*end), at(*start), painter, name))  # B and its sum on two sides
                names.append((place, name, theme.trace(colour)))
        across, along = self.total
        length = hypot(across, along)
        if length > 1e-9 * largest:
            self._draw_cone(painter, middle, 0.8 * size, across / length, along / length)
        for place, name, ink in names:
            painter.setPen(ink)
            self._label(painter, place, name)

    def _label(self, painter: QPainter, place: QRectF, text: str) -> None:
        """Write a word near a place, where no other one stands."""
        inside = QRectF(self.rect())
        for step in (0, 1, -1, 2, -2, 3, -3, 4):
            moved = place.translated(0.0, step * 0.9 * place.height())
            if inside.contains(moved) and not any(moved.intersects(other) for other in self._taken):
                place = moved
                break
        self._taken.append(place)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_cone(self, painter: QPainter, middle: QPointF, size: float, n_x: float, n_z: float) -> None:
        """Draw the spin, what of it lies along the axis (n_x, n_z), and the circle on which its tip runs."""
        theme = self._theme
        ink = theme.colour("accent")
        tip = QPointF(middle.x(), middle.y() - size)
        foot = QPointF(middle.x() + size * n_z * n_x, middle.y() - size * n_z * n_z)
        radius, turned = size * abs(n_x), QPointF(n_z, n_x)  # screen y is down
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine))
        last = None
        for i in range(41):
            angle = 2.0 * pi * i / 40
            point = foot + turned * (radius * cos(angle)) + QPointF(n_x, -n_z) * (0.25 * radius * sin(angle))
            if last is not None:
                painter.drawLine(last, point)
            last = point
        draw_arrow(painter, middle, tip, ink, 2.0)
        draw_arrow(painter, middle, foot, ink, 4.0)
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DotLine))
        painter.drawLine(tip, foot)
        level = QPointF(middle.x(), foot.y())
        painter.drawLine(foot, level)
        painter.setPen(QPen(ink, 3))
        painter.drawLine(level - QPointF(5.0, 0.0), level + QPointF(5.0, 0.0))
        painter.setPen(ink)
        metrics = painter.fontMetrics()
        height, wide = metrics.height(), metrics.horizontalAdvance("cos²θ") + 4.0
        narrow = metrics.horizontalAdvance("S") + 4.0
        self._label(painter, QRectF(tip.x() - narrow - 6.0, tip.y() - 0.5 * height, narrow, height), "S")
        self._label(painter, QRectF(level.x() - wide - 8.0, level.y() - 0.5 * height, wide, height), "cos²θ")


def _beside(start: QPointF, end: QPointF, painter: QPainter, text: str) -> QRectF:
    """Return where a word goes that belongs to an arrow: to the right of its middle, seen along it."""
    metrics = painter.fontMetrics()
    along = end - start
    length = hypot(along.x(), along.y()) or 1.0
    width, height = metrics.horizontalAdvance(text) + 4.0, float(metrics.height())
    off = QPointF(-along.y(), along.x()) / length
    place = (start + end) * 0.5 + QPointF(off.x() * (0.5 * width + 4.0), off.y() * (0.5 * height + 4.0))
    return QRectF(place.x() - 0.5 * width, place.y() - 0.5 * height, width, height)


def _beyond(start: QPointF, end: QPointF, painter: QPainter, text: str) -> QRectF:
    """Return where a word goes that belongs to an arrow: before its tip."""
    metrics = painter.fontMetrics()
    along = end - start
    length = hypot(along.x(), along.y()) or 1.0
    width, height = metrics.horizontalAdvance(text) + 4.0, float(metrics.height())
    place = end + along / length * (0.6 * max(width, height))
    return QRectF(place.x() - 0.5 * width, place.y() - 0.5 * height, width, height)
