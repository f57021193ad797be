"""The corners of a plot, and how much of the curves something would hide there."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF

from vlab.analysis.rows import Floats

MARGIN = 8.0
CORNERS = ((False, False), (True, False), (False, True), (True, True))
"""Right, below."""
_PER_CURVE = 400
"""Places at which a line is looked at."""


def inked(box: pg.ViewBox, curves: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Return where lines are on a box, in pixels: between their points, too.

    Parameters
    ----------
    box : pyqtgraph.ViewBox
    curves : list of tuple of ndarray
        x and y of each, in the coordinates of the view.
    """
    room = box.rect()
    (left, right), (low, high) = box.viewRange()
    found_x, found_y = [np.empty(0)], [np.empty(0)]
    for one in curves:
        x, y = (np.asarray(values, dtype=float) for values in one)
        at = np.linspace(0.0, x.size - 1.0, _PER_CURVE)
        places = np.arange(x.size)
        found_x.append(np.interp(at, places, x))
        found_y.append(np.interp(at, places, y))
    x, y = np.concatenate(found_x), np.concatenate(found_y)
    return (x - left) / (right - left) * room.width(), (high - y) / (high - low) * room.height()


def hidden(place: QRectF, ink: tuple[Floats, Floats]) -> int:
    """Return how much of the lines lies under a rectangle."""
    x, y = ink
    return int(np.count_nonzero((x > place.left()) & (x < place.right()) & (y > place.top()) & (y < place.bottom())))


def in_corner(size: QRectF, room: QRectF, corner: tuple[bool, bool]) -> QRectF:
    """Return where something of this size is in a corner of a room."""
    right, below = corner
    x = max(MARGIN, room.width() - size.width() - MARGIN) if right else MARGIN
    y = room.height() - size.height() - MARGIN if below else MARGIN
    return QRectF(x, y, size.width(), size.height())
