"""Curves that are used again: pyqtgraph takes as long to make one as to draw it."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg

from gui import turn
from gui.widgets.plot import Plot


class SpareCurves:
    """Curves of one kind on a plot, taken and put aside.

    Parameters
    ----------
    plot : Plot
    **options
        Of every curve, as ``plot.plot`` has them.
    """

    def __init__(self, plot: Plot, **options: Any) -> None:
        self._plot, self._options = plot, options
        self._spare: list[pg.PlotDataItem] = []

    def take(self) -> pg.PlotDataItem:
        """Return a curve without points."""
        if not self._spare:
            return self._make()
        curve = self._spare.pop()
        curve.show()
        return curve

    def put_aside(self, curve: pg.PlotDataItem) -> None:
        """Take a curve from sight and keep it."""
        curve.setData([], [])
        if "symbol" not in self._options:
            curve.setSymbol(None)
        curve.hide()
        self._spare.append(curve)

    def stock(self, least: int) -> bool:
        """Make some, until so many are kept or this turn of the event loop is long; return whether to come again."""
        while len(self._spare) < least:
            self.put_aside(self._make())
            if turn.is_long():
                return True
        return False

    def _make(self) -> pg.PlotDataItem:
        return self._plot.plot([], [], **self._options)
