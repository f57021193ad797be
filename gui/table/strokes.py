"""Beams and cables: lines with a look."""

from __future__ import annotations

from math import atan2, degrees, hypot

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from gui.table.inks import Inks, no_brush, pen, veiled
from gui.table.layout import Point
from instruments.sketch import BeamLook

HELICITIES = ("σ⁺", "σ⁻")


def beam_path(corners: list[Point]) -> QPainterPath:
    """Return the way of a beam; a fibre, with four corners, is bent."""
    path = QPainterPath(QPointF(*corners[0]))
    if len(corners) == 4:
        path.cubicTo(QPointF(*corners[1]), QPointF(*corners[2]), QPointF(*corners[3]))
    else:
        for corner in corners[1:]:
            path.lineTo(QPointF(*corner))
    return path


def draw_beam(p: QPainter, inks: Inks, corners: list[Point], look: BeamLook, colour: QColor, scale: float) -> None:
    """Draw a beam: thin and grey in the dark, else with a glow; dashed where it is chopped, dotted by its pulses,
    and by bunches of them where it is both.
    """
    path = beam_path(corners)
    p.setBrush(no_brush())
    if not look.lit:
        p.setPen(pen(inks.grid, 1.0))
        p.drawPath(path)
        return
    wide = 2.2 * scale**0.5
    p.setPen(pen(veiled(colour, 0.22), 3.2 * wide))
    p.drawPath(path)
    if look.pulsed and not look.chopped:
        p.setPen(pen(colour, 0.45 * wide))
        p.drawPath(path)
    stroke = pen(colour, 2.0 * wide if look.pulsed else wide)
    if look.pulsed:
        stroke.setDashPattern([0.01, 2.2, 0.01, 2.2, 0.01, 5.5] if look.chopped else [0.01, 2.2])
    elif look.chopped:
        stroke.setCapStyle(Qt.PenCapStyle.FlatCap)
        stroke.setDashPattern([3.0, 2.2])
    p.setPen(stroke)
    p.drawPath(path)


def helicity_box(corners: list[Point], size: float, part: float) -> QRectF:
    """Return where the helicity of a beam is written: above its last straight part, at a ``part`` of it."""
    (x0, y0), (x1, y1) = corners[-2:]
    length = hypot(x1 - x0, y1 - y0) or 1.0
    x, y = x0 + part * (x1 - x0), y0 + part * (y1 - y0)
    nx, ny = (y1 - y0) / length, -(x1 - x0) / length
    away = 0.85 * size
    return QRectF(x + nx * away - size, y + ny * away - 0.6 * size, 2.0 * size, 1.2 * size)


def draw_helicity(p: QPainter, look: BeamLook, phase: bool, box: QRectF, colour: QColor, size: int) -> None:
    """Write how a beam is polarized."""
    text = {"linear": "↕", "+": HELICITIES[0], "alternating": HELICITIES[phase]}.get(look.helicity, "")
    font = p.font()
    font.setPixelSize(size)
    font.setBold(True)
    p.save()
    p.setFont(font)
    p.setPen(colour)
    p.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    p.restore()


def draw_blade(p: QPainter, inks: Inks, corners: list[Point], unit: float, line: float, shut: bool) -> None:
    """Draw a shutter behind the opening of a laser: closed across the beam, or open around it."""
    (x, y), away = corners[0], 0.16 * unit
    p.setPen(pen(inks.warning if shut else inks.faint, 2.2 * line))
    for top, bottom in ((-0.36, 0.36),) if shut else ((-0.36, -0.14), (0.14, 0.36)):
        p.drawLine(QPointF(x + away, y + top * unit), QPointF(x + away, y + bottom * unit))


def draw_splitter(p: QPainter, inks: Inks, at: Point, unit: float, line: float) -> None:
    """Draw a beam splitter, a cube with its diagonal."""
    half = max(4.0, 0.15 * unit)
    box = QRectF(at[0] - half, at[1] - half, 2.0 * half, 2.0 * half)
    p.setPen(pen(inks.text, line))
    p.setBrush(veiled(inks.base, 0.55))
    p.drawRect(box)
    p.drawLine(box.bottomLeft(), box.topRight())


def cable_path(corners: list[Point], radius: float) -> QPainterPath:
    """Return the way of a cable: bent at its corners, a wave where there are none."""
    path = QPainterPath(QPointF(*corners[0]))
    if len(corners) == 2:
        (x0, y0), (x1, y1) = corners
        if abs(x1 - x0) > abs(y1 - y0):
            middle = 0.5 * (x0 + x1)
            path.cubicTo(QPointF(middle, y0), QPointF(middle, y1), QPointF(x1, y1))
        else:
            path.cubicTo(QPointF(x0, y1), QPointF(x0, y1), QPointF(x1, y1))
        return path
    clean = [corners[0]]
    for before, here, after in zip(corners, corners[1:], corners[2:], strict=False):
        if abs((here[0] - before[0]) * (after[1] - here[1]) - (here[1] - before[1]) * (after[0] - here[0])) > 1e-6:
            clean.append(here)
    clean.append(corners[-1])
    for before, here, after in zip(clean, clean[1:], clean[2:], strict=False):
        path.lineTo(_towards(here, before, radius))
        path.quadTo(QPointF(*here), _towards(here, after, radius))
    path.lineTo(QPointF(*clean[-1]))
    return path


def _towards(here: Point, other: Point, by: float) -> QPointF:
    dx, dy = other[0] - here[0], other[1] - here[1]
    length = hypot(dx, dy) or 1.0
    part = min(by, 0.5 * length) / length
    return QPointF(here[0] + part * dx, here[1] + part * dy)


def loose_path(start: Point, away: Point, end: Point) -> QPainterPath:
    """Return the way of a cable in a hand."""
    reach = 0.5 * hypot(end[0] - start[0], end[1] - start[1])
    path = QPainterPath(QPointF(*start))
    path.cubicTo(QPointF(start[0] + reach * away[0], start[1] + reach * away[1]),
                 QPointF(end[0], end[1] + 0.3 * reach), QPointF(*end))
    return path


def draw_plug(p: QPainter, at: Point, away: Point, colour: QColor, ground: QColor, size: float) -> None:
    """Draw the plug of a cable in its socket."""
    p.save()
    p.translate(*at)
    p.rotate(degrees(atan2(away[1], away[0])))
    p.setPen(pen(colour, max(1.0, 0.3 * size)))
    p.setBrush(ground)
    p.drawRoundedRect(QRectF(-0.3 * size, -0.7 * size, 1.7 * size, 1.4 * size), 0.3 * size, 0.3 * size)
    p.restore()


def draw_socket(p: QPainter, at: Point, colour: QColor, ground: QColor, size: float, line: float) -> None:
    """Draw an empty socket."""
    p.setPen(pen(colour, line))
    p.setBrush(ground)
    p.drawEllipse(QPointF(*at), size, size)
