"""Painting the thumbnails of runs, each once for a size and a theme."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from gui.theme import Theme
from vlab.data.run_entry import Entry
from vlab.data.thumbnail import FULL

_COLOURS = ("dt", "polarization", "field", "y")
_MARGIN = 4.0
_FEW = 3
"""Points up to which each is marked, since they make no curve."""


class ThumbnailPainter:
    """Pixmaps of the curves of runs.

    Parameters
    ----------
    theme : Theme
    most : int
        As many are kept.
    """

    def __init__(self, theme: Theme, most: int = 200) -> None:
        self._theme = theme
        self._most = most
        self._kept: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()

    def forget(self) -> None:
        """Paint all anew: the theme has changed."""
        self._kept.clear()

    def pixmap(self, entry: Entry, size: QSize, ratio: float) -> QPixmap:
        """Return the thumbnail of a run.

        Parameters
        ----------
        entry : Entry
        size : QSize
            In points of the screen's unit.
        ratio : float
            Pixels for each of them.
        """
        key = (entry.path, entry.status, entry.points, size.width(), size.height(), ratio)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._paint(entry, size, ratio)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return found

    def _paint(self, entry: Entry, size: QSize, ratio: float) -> QPixmap:
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0.5, 0.5, size.width() - 1.0, size.height() - 1.0)
        ground = self._theme.colour("window")
        painter.setBrush(ground)
        line = self._theme.colour("grid")
        line.setAlphaF(0.4)
        painter.setPen(QPen(line, 1.0))
        painter.drawRoundedRect(frame, 3.0, 3.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = frame.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        for number, curve in enumerate(entry.curves):
            colour = self._theme.trace(_COLOURS[number % len(_COLOURS)])
            places = np.asarray(curve, dtype=float) / FULL
            points = QPolygonF([QPointF(inner.left() + x * inner.width(), inner.bottom() - y * inner.height())
                                for x, y in places.tolist()])
            painter.setPen(QPen(colour, 1.2))
            painter.drawPolyline(points)
            if len(curve) <= _FEW:
                painter.setPen(QPen(colour, 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawPoints(points)
        painter.end()
        return pixmap
