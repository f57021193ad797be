"""Line symbols of what stands on an optical table, each drawn about the origin in units of its height."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF

from gui.table.inks import Inks, mixed, no_brush, pen


@dataclass(frozen=True)
class Brush:
    """What a symbol is drawn with."""

    painter: QPainter
    inks: Inks
    size: tuple[float, float]
    """Width and height of the symbol, pixels."""
    line: float
    """Width of its lines."""
    glow: QColor | None
    """Colour of its light; None in the dark."""
    outline: QColor

    def body(self, radius: float = 0.12, width: float = 1.0, height: float = 1.0) -> QRectF:
        """Draw the housing, as a part of the symbol's size, and return it."""
        w, h = self.size[0] * width, self.size[1] * height
        frame = QRectF(-0.5 * w, -0.5 * h, w, h)
        self.painter.setPen(pen(self.outline, self.line))
        self.painter.setBrush(self.inks.base)
        self.painter.drawRoundedRect(frame, radius * self.size[1], radius * self.size[1])
        return frame

    def light(self) -> QColor:
        """Return the colour of what shines while there is light."""
        return self.glow or self.inks.grid

    def lines(self, colour: QColor, *ends: tuple[float, float, float, float], width: float = 1.0) -> None:
        """Draw lines whose ends are given in units of the height."""
        u = self.size[1]
        self.painter.setPen(pen(colour, self.line * width))
        self.painter.drawLines([QLineF(a * u, b * u, c * u, d * u) for a, b, c, d in ends])


def _laser(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    nozzle = QRectF(0.5 * w - 0.14 * u, -0.15 * u, 0.14 * u, 0.3 * u)
    b.painter.setPen(pen(b.outline, b.line))
    b.painter.setBrush(b.light() if b.glow else b.inks.base)
    b.painter.drawRect(nozzle)
    b.painter.save()
    b.painter.translate(-0.07 * u, 0.0)
    b.body(0.1, (w - 0.14 * u) / w, 0.78)
    b.painter.restore()
    rays = [(0.1 * cos(a) - 0.12, 0.1 * sin(a), 0.26 * cos(a) - 0.12, 0.26 * sin(a))
            for a in (i * pi / 4.0 for i in range(8))]
    b.lines(b.light(), *rays, width=0.9)
    b.painter.setBrush(b.light())
    b.painter.drawEllipse(QPointF(-0.12 * u, 0.0), 0.05 * u, 0.05 * u)


def _chopper(b: Brush) -> None:
    r = 0.5 * b.size[1]
    b.painter.setPen(pen(b.outline, b.line))
    b.painter.setBrush(b.inks.base)
    b.painter.drawEllipse(QPointF(), r, r)
    b.painter.setBrush(mixed(b.inks.base, b.light(), 0.55))
    for start in range(0, 360, 90):
        b.painter.drawPie(QRectF(-0.8 * r, -0.8 * r, 1.6 * r, 1.6 * r), (start + 22) * 16, 45 * 16)
    b.painter.setBrush(b.inks.base)
    b.painter.drawEllipse(QPointF(), 0.2 * r, 0.2 * r)


def _modulator(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    b.body(0.06, 1.0, 0.62)
    half = 0.42 * w / u
    b.lines(b.outline, (-half, -0.42, half, -0.42), (-half, 0.42, half, 0.42), (0.0, 0.42, 0.0, 0.5), width=1.4)
    wave = QPainterPath(QPointF(-0.38 * w, 0.0))
    for i in range(1, 33):
        x = -0.38 + 0.76 * i / 32.0
        wave.lineTo(x * w, -0.17 * u * sin(2.0 * pi * i / 16.0))
    b.painter.setPen(pen(b.light(), b.line * 1.1))
    b.painter.setBrush(no_brush())
    b.painter.drawPath(wave)


def _delay(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    b.painter.setPen(pen(b.inks.faint, b.line))
    b.painter.drawLine(QPointF(0.0, -0.14 * u), QPointF(0.0, 0.5 * u))  # the rail
    b.lines(b.inks.faint, *[(-0.07, y, 0.07, y) for y in (0.1, 0.2, 0.3, 0.4)], width=0.8)
    b.painter.setPen(pen(b.outline, b.line))
    b.painter.setBrush(b.inks.base)
    b.painter.drawRoundedRect(QRectF(-0.36 * w, -0.5 * u, 0.72 * w, 0.36 * u), 0.08 * u, 0.08 * u)
    b.painter.setBrush(no_brush())
    b.painter.setPen(pen(b.light(), b.line * (1.3 if b.glow else 0.9)))
    way = [(-0.5, 0.12), (-0.22, 0.12), (-0.22, -0.3), (0.22, -0.3), (0.22, 0.12), (0.5, 0.12)]
    b.painter.drawPolyline([QPointF(x * w, y * u - 0.12 * u) for x, y in way])
    d = 0.11
    b.lines(b.outline, *[(x * w / u - d, y - 0.12 - s * d, x * w / u + d, y - 0.12 + s * d)
                         for x, y, s in ((-0.22, 0.12, -1), (0.22, 0.12, 1))], width=1.4)


def _detector(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    shape = QPainterPath(QPointF(-0.5 * w, -0.5 * u))
    shape.lineTo(-0.05 * w, -0.5 * u)
    shape.arcTo(QRectF(-0.6 * w, -0.5 * u, 1.1 * w, u), 90.0, -180.0)
    shape.lineTo(-0.5 * w, 0.5 * u)
    shape.closeSubpath()
    b.painter.setPen(pen(b.outline, b.line))
    b.painter.setBrush(b.inks.base)
    b.painter.drawPath(shape)
    b.painter.fillRect(QRectF(-0.5 * w, -0.3 * u, 0.09 * u, 0.6 * u), b.light())
    _diode(b, -0.02 * u, 0.0, 0.2 * u)


def _diode(b: Brush, x: float, y: float, r: float) -> None:
    b.painter.setPen(pen(b.outline, b.line * 0.9))
    b.painter.setBrush(no_brush())
    corners = [QPointF(x - r, y + 0.7 * r), QPointF(x + r, y + 0.7 * r), QPointF(x, y - 0.7 * r)]
    b.painter.drawPolygon(QPolygonF(corners))
    b.painter.drawLine(QPointF(x - r, y - 0.7 * r), QPointF(x + r, y - 0.7 * r))


def _bridge(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    prism, flat = QRectF(-0.5 * w, -0.26 * u, 0.52 * u, 0.52 * u), 0.5 * w - 0.36 * u
    b.painter.setPen(pen(b.light(), b.line * 1.1))
    for sign in (-1.0, 1.0):
        b.painter.drawLine(QPointF(prism.right(), 0.0), QPointF(flat, sign * 0.27 * u))
    b.painter.setPen(pen(b.outline, b.line))
    b.painter.setBrush(b.inks.base)
    b.painter.drawRect(prism)
    b.painter.drawLine(prism.bottomLeft(), prism.topRight())
    for sign in (-1.0, 1.0):
        half = QPainterPath(QPointF(flat, sign * 0.27 * u - 0.2 * u))
        half.arcTo(QRectF(flat - 0.3 * u, sign * 0.27 * u - 0.2 * u, 0.6 * u, 0.4 * u), 90.0, -180.0)
        half.closeSubpath()
        b.painter.setBrush(mixed(b.inks.base, b.light(), 0.35) if b.glow else b.inks.base)
        b.painter.drawPath(half)
        b.painter.drawPolyline([QPointF(flat + 0.3 * u, sign * 0.27 * u), QPointF(0.5 * w, sign * 0.27 * u),
                                QPointF(0.5 * w, 0.0)])


def _lockin(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    b.body(0.1)
    screen = QRectF(-0.42 * w, -0.34 * u, 0.52 * w, 0.68 * u)
    b.painter.setPen(pen(b.inks.grid, b.line * 0.8))
    b.painter.setBrush(b.inks.table)
    b.painter.drawRoundedRect(screen, 0.05 * u, 0.05 * u)
    wave = QPainterPath(QPointF(screen.left() + 0.06 * u, 0.0))
    span = screen.width() - 0.12 * u
    for i in range(1, 37):
        wave.lineTo(screen.left() + 0.06 * u + span * i / 36.0, -0.22 * u * sin(2.0 * pi * i / 18.0) * (1.0 - i / 60.0))
    b.painter.setPen(pen(b.inks.accent, b.line))
    b.painter.setBrush(no_brush())
    b.painter.drawPath(wave)
    b.painter.setPen(pen(b.outline, b.line * 0.9))
    for y in (-0.2, 0.16):
        b.painter.drawEllipse(QPointF(0.3 * w, y * u), 0.12 * u, 0.12 * u)
        b.painter.drawLine(QPointF(0.3 * w, y * u), QPointF(0.3 * w + 0.07 * u, (y - 0.08) * u))


def _wavemeter(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    frame = b.body(0.1, 1.0, 0.86).adjusted(0.12 * u, 0.14 * u, -0.12 * u, -0.14 * u)
    fringes = 7
    for i in range(fringes):
        x = frame.left() + frame.width() * (i + 0.5) / fringes
        share = 0.25 + 0.75 * cos(pi * (i - 3) / 8.0) ** 2
        b.painter.setPen(pen(mixed(b.inks.base, b.light(), share), 0.075 * w))
        b.painter.drawLine(QPointF(x, frame.top() + 0.04 * u), QPointF(x, frame.bottom() - 0.04 * u))


def _meter(b: Brush) -> None:
    u, w = b.size[1], b.size[0]
    b.body(0.1, 1.0, 0.9)
    b.painter.setPen(pen(b.inks.faint, b.line))
    r = 0.36 * w
    b.painter.drawArc(QRectF(-r, -0.26 * u, 2.0 * r, 2.0 * r), 35 * 16, 110 * 16)
    angle = pi * (0.36 if b.glow else 0.72)
    b.painter.setPen(pen(b.light(), b.line * 1.2))
    b.painter.drawLine(QPointF(0.0, 0.3 * u), QPointF(0.9 * r * cos(angle), 0.3 * u - 0.56 * u * sin(angle)))


def _source(b: Brush) -> None:
    u = b.size[1]
    b.painter.setPen(pen(b.outline, b.line))
    b.painter.setBrush(b.inks.base)
    b.painter.drawEllipse(QPointF(), 0.46 * u, 0.46 * u)
    b.lines(b.inks.accent, (-0.14, -0.18, 0.14, -0.18), (0.0, -0.32, 0.0, -0.04), (-0.14, 0.2, 0.14, 0.2), width=1.2)


def _box(b: Brush) -> None:
    u = b.size[1]
    frame = b.body(0.1)
    b.painter.setPen(pen(b.inks.grid, b.line * 0.8))
    b.painter.drawLine(QPointF(frame.left() + 0.14 * u, -0.12 * u), QPointF(frame.right() - 0.14 * u, -0.12 * u))
    b.painter.drawLine(QPointF(frame.left() + 0.14 * u, 0.12 * u), QPointF(frame.right() - 0.4 * u, 0.12 * u))


SYMBOLS: dict[str, Callable[[Brush], None]] = {
    "laser": _laser, "chopper": _chopper, "modulator": _modulator, "delay": _delay, "detector": _detector,
    "bridge": _bridge, "lockin": _lockin, "wavemeter": _wavemeter, "meter": _meter, "source": _source, "box": _box,
}
"""The symbols by the words that instruments declare."""


def draw_symbol(name: str, brush: Brush) -> None:
    """Draw a symbol about the painter's origin; a box if there is no such symbol."""
    SYMBOLS.get(name, _box)(brush)
