"""A run over two coordinates as a picture: the cells of its grid, uneven ones too. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.scans import Scan
from vlab.experiments.procedure import Coordinate

_FINE = 1024
"""Pixels along an axis whose cells are not all alike; an edge is then true to a thousandth of the axis."""


def map_axis(scan: Scan) -> Coordinate | None:
    """Return the outer coordinate of numbers against which a run can be drawn as a map; None if it has none."""
    named = [c for c in scan.outer if c.name == scan.procedure.plot.family]
    for coordinate in (*named, *scan.outer):
        if len(coordinate.values) > 1 and not isinstance(coordinate.values[0], str):
            return coordinate
    return None


def slices_of(scan: Scan) -> list[str]:
    """Return what tells the maps of a run apart, such as ``forward`` and ``backward``; one empty word for one map."""
    up = map_axis(scan)
    found = []
    for place in scan.places:
        word = ", ".join(c.member(i) for c, i in zip(scan.outer, place, strict=True) if c is not up)
        if word not in found:
            found.append(word)
    return found


@dataclass(frozen=True)
class Grid:
    """Values on the cells of a grid; NaN where nothing was measured."""

    x: NDArray[np.float64]
    """Places of the columns, rising, as they are drawn: logarithms on a logarithmic axis."""
    y: NDArray[np.float64]
    """Places of the rows, rising."""
    values: NDArray[np.float64]
    """Shape (rows, columns)."""

    def edges(self, axis: int) -> NDArray[np.float64]:
        """Return the edges of the columns (0) or rows (1): half way between places."""
        places = (self.x, self.y)[axis]
        if places.size == 1:
            return np.array([places[0] - 0.5, places[0] + 0.5])
        middle = 0.5 * (places[1:] + places[:-1])
        return np.concatenate([[2.0 * places[0] - middle[0]], middle, [2.0 * places[-1] - middle[-1]]])

    def picture(self) -> NDArray[np.float64]:
        """Return values on pixels of one size, shape (rows, columns): each pixel shows the cell in which it lies."""
        return self.values[np.ix_(self._cells(1), self._cells(0))]

    def _cells(self, axis: int) -> NDArray[np.intp]:
        edges = self.edges(axis)
        cells = np.diff(edges)
        if np.allclose(cells, cells[0], rtol=1e-3):
            return np.arange(cells.size)
        step = (edges[-1] - edges[0]) / _FINE
        pixels = edges[0] + step * (np.arange(_FINE) + 0.5)
        return np.clip(np.searchsorted(edges, pixels) - 1, 0, cells.size - 1)

    def nearest(self, x: float, y: float) -> tuple[int, int]:
        """Return column and row of the cell at a place."""
        column, row = (int(np.clip(np.searchsorted(self.edges(axis), at) - 1, 0, (self.x, self.y)[axis].size - 1))
                       for axis, at in ((0, x), (1, y)))
        return column, row


def grid_of(scan: Scan, variable: str, which: str, log_x: bool, log_y: bool) -> Grid | None:
    """Return a variable of a run on the grid of its horizontal axis and its map axis; None if it has no such grid.

    Parameters
    ----------
    scan : Scan
    variable : str
    which : str
        One of `slices_of`.
    log_x, log_y : bool
        Whether places are drawn as logarithms; those that have none are left out.
    """
    up = map_axis(scan)
    if up is None:
        return None
    columns = np.unique(np.array(scan.axis))
    heights = np.array([float(v) for v in up.values])
    rows = np.unique(heights)
    values = np.full((rows.size, columns.size), np.nan)
    for place, trace in zip(scan.places, scan.traces, strict=True):
        word = ", ".join(c.member(i) for c, i in zip(scan.outer, place, strict=True) if c is not up)
        if word != which or not len(trace.x):
            continue
        row = int(np.searchsorted(rows, heights[place[scan.outer.index(up)]]))
        x, y, _, _ = trace.measured_points(variable)
        values[row, np.searchsorted(columns, x)] = y
    seen_x = columns > 0.0 if log_x else np.full(columns.shape, True)
    seen_y = rows > 0.0 if log_y else np.full(rows.shape, True)
    if not seen_x.any() or not seen_y.any():
        return None
    columns, rows, values = columns[seen_x], rows[seen_y], values[np.ix_(seen_y, seen_x)]
    return Grid(np.log10(columns) if log_x else columns, np.log10(rows) if log_y else rows, values)
