"""The sample and what stands around it: windings, vessel, rotating holder, and the field's arrow."""

from __future__ import annotations

from math import copysign, cos, degrees, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from gui.table.inks import Inks, mixed, no_brush, pen

_SHORTEST = 0.2
"""Of an arrow, in units of the longest, so that a weak field is seen; a root makes room for fields of all sizes."""
_ROOT = 0.5
_TURNS = 4


def arrow_length(value: float, full: float) -> float:
    """Return the length of a field's arrow in units of the longest; 0 without field."""
    if value == 0.0 or full <= 0.0:
        return 0.0
    return _SHORTEST + (1.0 - _SHORTEST) * float(min(1.0, abs(value) / full) ** _ROOT)


def draw_magnet(p: QPainter, inks: Inks, r: float, line: float, outline: QColor, field: float) -> None:
    """Draw a solenoid cut open, its axis along the beam: the current comes out above and goes in below."""
    for top in (True, False):
        frame = QRectF(-0.78 * r, -0.84 * r if top else 0.54 * r, 1.56 * r, 0.3 * r)
        p.setPen(pen(outline, line))
        p.setBrush(inks.base)
        p.drawRoundedRect(frame, 0.06 * r, 0.06 * r)
        ink = inks.field if field else inks.grid
        for i in range(_TURNS):
            at = QPointF(frame.left() + frame.width() * (i + 0.5) / _TURNS, frame.center().y())
            size = 0.095 * r
            p.setPen(pen(ink, line * 0.8))
            p.setBrush(no_brush())
            p.drawEllipse(at, size, size)
            if field and top is (field > 0.0):
                p.setBrush(ink)
                p.drawEllipse(at, 0.25 * size, 0.25 * size)
            elif field:
                d = 0.6 * size
                p.drawLine(at - QPointF(d, d), at + QPointF(d, d))
                p.drawLine(at - QPointF(d, -d), at + QPointF(d, -d))


def draw_cryostat(p: QPainter, inks: Inks, r: float, line: float, outline: QColor) -> None:
    """Draw a vessel with double walls and a window on each side."""
    p.setBrush(mixed(inks.base, inks.accent, 0.06))
    p.setPen(pen(outline, line))
    p.drawRoundedRect(QRectF(-0.98 * r, -0.98 * r, 1.96 * r, 1.96 * r), 0.2 * r, 0.2 * r)
    p.setPen(pen(inks.grid, line * 0.8))
    p.setBrush(no_brush())
    p.drawRoundedRect(QRectF(-0.9 * r, -0.9 * r, 1.8 * r, 1.8 * r), 0.15 * r, 0.15 * r)
    for side in (-0.94 * r, 0.94 * r):
        p.setPen(pen(inks.accent, max(2.0, 0.05 * r)))
        p.drawLine(QPointF(side, -0.3 * r), QPointF(side, 0.3 * r))


def draw_holder(p: QPainter, inks: Inks, r: float, line: float, outline: QColor) -> None:
    """Draw a goniometer's scale."""
    p.setBrush(no_brush())
    p.setPen(pen(outline, line))
    ring = QRectF(-0.5 * r, -0.5 * r, r, r)
    p.drawEllipse(ring)
    p.setPen(pen(inks.faint, line * 0.8))
    for i in range(0, 360, 30):
        a = i * pi / 180.0
        inner = 0.44 if i % 90 == 0 else 0.47
        p.drawLine(QPointF(inner * r * cos(a), inner * r * sin(a)), QPointF(0.5 * r * cos(a), 0.5 * r * sin(a)))


def draw_tilt(p: QPainter, inks: Inks, r: float, line: float, tilt: float) -> None:
    """Draw the angle between beam and field, as far as a holder has turned the sample."""
    p.setBrush(no_brush())
    p.setPen(pen(inks.field, line, Qt.PenStyle.DotLine))
    p.drawArc(QRectF(-0.4 * r, -0.4 * r, 0.8 * r, 0.8 * r), 0, round(degrees(tilt) * 16))


def draw_sample(p: QPainter, inks: Inks, r: float, line: float, outline: QColor, glow: QColor | None) -> None:
    """Draw a slab across the beam with a layer of dots."""
    slab = QRectF(-0.11 * r, -0.36 * r, 0.22 * r, 0.72 * r)
    p.setPen(pen(outline, line))
    p.setBrush(mixed(inks.base, glow or inks.grid, 0.25))
    p.drawRoundedRect(slab, 0.03 * r, 0.03 * r)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(glow or inks.faint)
    for i in range(5):
        p.drawEllipse(QPointF(0.0, (i - 2) * 0.135 * r), 0.035 * r, 0.035 * r)


def draw_field(p: QPainter, inks: Inks, r: float, line: float, share: float, sign: float, tilt: float) -> None:
    """Draw the field's arrow through the sample, ``share`` of the longest, turned against the beam by ``tilt``."""
    if not share:
        return
    length, head = 0.86 * r * share, min(0.17 * r, 0.5 * r * share)
    p.save()
    p.rotate(-degrees(tilt))
    if copysign(1.0, sign) < 0.0:
        p.rotate(180.0)
    p.setPen(pen(inks.field, 2.0 * line))
    p.drawLine(QPointF(-length, 0.0), QPointF(length - head, 0.0))
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(inks.field)
    p.drawPolygon(QPolygonF([QPointF(length, 0.0), QPointF(length - head, -0.6 * head),
                             QPointF(length - head, 0.6 * head)]))
    p.restore()
    _name_field(p, inks, r, length, sign, tilt)


def _name_field(p: QPainter, inks: Inks, r: float, length: float, sign: float, tilt: float) -> None:
    """Write B beside the arrow's head."""
    side, size = copysign(1.0, sign), max(9.0, 0.24 * r)
    along, across = length + 0.1 * r, 0.17 * r
    x = side * along * cos(tilt) - across * sin(tilt)
    y = -side * along * sin(tilt) - across * cos(tilt)
    font = p.font()
    font.setPixelSize(round(size))
    font.setBold(True)
    p.save()
    p.setFont(font)
    p.setPen(inks.field)
    p.drawText(QRectF(x - size, y - size, 2.0 * size, 2.0 * size), Qt.AlignmentFlag.AlignCenter, "B")
    p.restore()
