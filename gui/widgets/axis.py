"""An axis whose logarithmic ticks are few and written as people write them: 0.5, 1, 2, 5, 10, 20, 10⁴."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFontMetrics, QPaintEngine, QPainter, QPen
from PySide6.QtWidgets import QApplication

_FEW = (1, 2, 5)
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_DECADES = 8

BELOW = -1000.0
"""The z of an axis below the curves; pyqtgraph's usual one is above them."""

Stroke = tuple[QPen, QPointF, QPointF]
Ticks = list[tuple[float | None, list[float]]]


class Axis(pg.AxisItem):
    """pyqtgraph's axis, which on a logarithmic scale writes all ticks over each other.

    It keeps room for long numbers from the start: an axis that grows while it is drawn has its plot drawn twice.
    """

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.setStyle(autoReduceTextSpace=False)
        metrics = QFontMetrics(QApplication.font())
        if orientation in ("left", "right"):
            self.textWidth = max(self.textWidth, metrics.horizontalAdvance("\u22120.0000"))
            self._updateWidth()
        else:
            self.textHeight = max(self.textHeight, metrics.height())
            self._updateHeight()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw at once: pyqtgraph writes a QPicture first, and each replay of it looks for the font of each number.

        What is drawn is kept as pixels (`gui.widgets.plot`), so that nothing is drawn twice.
        """
        if self.style["tickFont"]:
            painter.setFont(self.style["tickFont"])
        specs = self.generateDrawSpecs(painter)
        if specs is not None:
            self.drawPicture(painter, *specs)

    def drawPicture(self, painter: QPainter, axis: Stroke, ticks: list[Stroke], texts: list[tuple[Any, ...]]) -> None:
        """Draw line, ticks and numbers; on a screen, ticks and grid as rectangles.

        Below the curves they need not be blended with what is under them: Qt's raster engine does that pixel by pixel,
        and the lines of a grid would take longer than the curves.
        """
        view = self.getViewWidget()
        if view is not None and self.zValue() <= BELOW and painter.paintEngine().type() is QPaintEngine.Type.Raster:
            scale = painter.deviceTransform()
            thin = QSizeF(1.0 / abs(scale.m11() or 1.0), 1.0 / abs(scale.m22() or 1.0))
            ground = view.backgroundBrush().color()
            for pen, start, end in ticks:
                line = QRectF(start, end).normalized()
                painter.fillRect(QRectF(line.topLeft(), line.size().expandedTo(thin)), _mixed(pen.color(), ground))
            ticks = []
        super().drawPicture(painter, axis, ticks, texts)

    def logTickValues(self, low: float, high: float, size: float, standard: Ticks) -> Ticks:  # noqa: ARG002
        """Return the ticks with a number and those without one, as logarithms."""
        span = high - low
        every = max(1, math.ceil(span / _MOST_DECADES - 1e-6))
        decades = range(math.floor(low), math.ceil(high) + 1)
        if span < 0.7:
            named = _round_numbers(low, high)
        else:
            digits = _FEW if span < 2.5 else (1,)
            named = [d + math.log10(k) for d in decades if d % every == 0 for k in digits]
        bare = [d + math.log10(k) for d in decades for k in range(1, 10)] if 0.7 <= span < 2 * _MOST_DECADES else []
        named = [v for v in named if low <= v <= high]
        return [(1.0, named), (None, [v for v in bare if low <= v <= high and v not in named])]

    def logTickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:  # noqa: ARG002
        """Return what is written at the ticks."""
        return [_written(10.0**value) if spacing is not None else "" for value in values]


def _mixed(ink: QColor, ground: QColor) -> QColor:
    """Return what a transparent colour looks like on another one."""
    part = ink.alphaF()
    return QColor.fromRgbF(*(part * i + (1.0 - part) * g
                             for i, g in zip(ink.getRgbF()[:3], ground.getRgbF()[:3], strict=True)))


def _round_numbers(low: float, high: float) -> list[float]:
    """Return the logarithms of about five round numbers at equal distances."""
    first, last = 10.0**low, 10.0**high
    rough = (last - first) / 5.0
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(k * unit for k in (1, 2, 5, 10) if k * unit >= 0.999 * rough)
    return [math.log10(i * step) for i in range(math.ceil(first / step), math.floor(last / step) + 1) if i > 0]


def _written(value: float) -> str:
    if 1e-3 <= value < 9.9999e3:
        return f"{value:.6g}"
    power = math.floor(math.log10(value) + 1e-9)
    digits = f"{value / 10.0**power:.4g}"
    raised = f"10{str(power).translate(_RAISED)}"
    return raised if digits == "1" else f"{digits}·{raised}"
