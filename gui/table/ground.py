"""The table top with its rows of holes, as a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from gui.table.inks import mixed, pen, veiled
from gui.table.scene import Scene

_HOLES = 17.0
"""Distance of the table's holes, in units of the scale."""


def make_ground(scene: Scene, ratio: float) -> QPixmap:
    """Return the table without anything on it.

    Parameters
    ----------
    scene : Scene
    ratio : float
        Pixels of the screen to one of the drawing.
    """
    (width, height), inks = scene.layout.size, scene.inks
    ground = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
    ground.setDevicePixelRatio(ratio)
    ground.fill(inks.table)
    p = QPainter(ground)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(pen(mixed(inks.table, inks.grid, 0.45), 1.0))
    p.setBrush(mixed(inks.base, inks.table, 0.35))
    p.drawRoundedRect(QRectF(0.5, 0.5, width - 1.0, height - 1.0), 6.0, 6.0)
    step = _HOLES * scene.layout.scale
    columns, rows = int((width - 8.0) / step), int((height - 8.0) / step)
    left, top = 0.5 * (width - columns * step), 0.5 * (height - rows * step)
    row = _row_of_holes(scene, [QPointF(left + i * step, 2.0) for i in range(columns + 1)], ratio)
    for j in range(rows + 1):
        p.drawPixmap(QPointF(0.0, round((top + j * step) * ratio) / ratio - 2.0), row)
    p.end()
    return ground


def _row_of_holes(scene: Scene, holes: list[QPointF], ratio: float) -> QPixmap:
    """Return a row of the table's holes: to draw each hole by itself would take as long as all the rest."""
    row = QPixmap(max(1, round(scene.layout.size[0] * ratio)), max(1, round(4.0 * ratio)))
    row.setDevicePixelRatio(ratio)
    row.fill(Qt.GlobalColor.transparent)
    p = QPainter(row)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(pen(veiled(scene.inks.grid, 0.33), 1.5 * scene.layout.scale**0.5))
    p.drawPoints(holes)
    p.end()
    return row
