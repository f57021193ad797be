"""What pictures of a state in motion share: the cross of the present, the trail behind it, arrows of the flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from gui.history import History, Series
from gui.lab import Snapshot
from gui.theme import Theme, mark_trace
from gui.widgets.plot import Plot

Pick = Callable[[Snapshot], tuple[float, float]]

_SYMBOLS = {"x": {-1: "t3", 1: "t2"}, "y": {-1: "t", 1: "t1"}}
_QUANTITY = "polarization"


class Here:
    """A cross at the present state; one outside the picture is an arrow at its edge."""

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._theme = theme
        self.item = pg.ScatterPlotItem(size=13, pxMode=True)
        self.item.setZValue(4)
        plot.addItem(self.item, ignoreBounds=True)

    def show(self, x: float, y: float, limits: tuple[float, float]) -> None:
        """Move it; ``limits`` are the ends of the horizontal axis."""
        low, high = limits
        symbol = "t3" if x < low else "t2" if x > high else "+"
        colour = self._theme.trace(_QUANTITY)
        self.item.setData([min(max(x, low), high)], [y], symbol=symbol, brush=colour, pen=pg.mkPen(colour, width=1))


class Trail:
    """Where the state was in the last moments.

    Parameters
    ----------
    plot : Plot
    history : History
    length : int
        How many moments.
    """

    def __init__(self, plot: Plot, history: History, length: int) -> None:
        self._history, self._length = history, length
        self._series: tuple[Series, Series] | None = None
        self._since = -1.0
        self.item = plot.plot([], [])
        self.item.setZValue(0.5)
        mark_trace(self.item, _QUANTITY)

    def follow(self, pick: Pick | None) -> None:
        """Take the places from snapshots by ``pick``; None shows nothing."""
        self.item.setData([], [])
        before = self._series or (None, None)
        self._series, self._since = None, -1.0
        if pick is not None:
            self._series = (self._history.series(lambda s: pick(s)[0], before[0]),
                            self._history.series(lambda s: pick(s)[1], before[1]))

    def begin(self, lab_time: float) -> None:
        """Forget where the state was before a lab time, s."""
        self._since = lab_time

    def draw(self, limits: tuple[float, float]) -> None:
        """Draw it, as far as it lies on this part of the horizontal axis."""
        if self._series is None:
            return
        x, y = (series.values[-self._length:] for series in self._series)
        times = self._series[0].times[-self._length:]
        inside = (x >= limits[0]) & (x <= limits[1]) & (times > self._since)
        if inside.any():
            self.item.setData(x, np.where(inside, y, np.nan), connect="finite")
        else:
            self.item.setData([], [])


class FlowArrows:
    """Small arrows along an axis: which way the state drifts from there."""

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._theme = theme
        self._shown: object = None
        self.item = pg.ScatterPlotItem(size=6, pxMode=True)
        self.item.setZValue(1)
        plot.addItem(self.item, ignoreBounds=True)

    def clear(self) -> None:
        """Show none."""
        self._shown = None
        self.item.clear()

    def show(self, x: NDArray[np.float64], y: NDArray[np.float64], ways: NDArray[np.float64], along: str) -> None:
        """Draw arrows along the axis ``"x"`` or ``"y"``; ``ways`` are +1, -1, or 0 for none."""
        colour = self._theme.colour("faint text")
        asked = (x.tobytes(), y.tobytes(), ways.tobytes(), along, colour.rgb())
        if asked == self._shown:  # they seldom move, and marks with symbols of their own are slow
            return
        self._shown = asked
        moving = np.flatnonzero(ways)
        symbols = [_SYMBOLS[along][int(ways[i])] for i in moving]
        self.item.setData(x[moving], y[moving], symbol=symbols, brush=colour, pen=pg.mkPen(colour, width=1))


class Marks:
    """Points that hold the state (filled) or repel it (open)."""

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._theme = theme
        self._shown: object = None
        self.item = pg.ScatterPlotItem(size=9, pxMode=True)
        self.item.setZValue(2)
        plot.addItem(self.item, ignoreBounds=True)

    def clear(self) -> None:
        """Show none."""
        self._shown = None
        self.item.clear()

    def show(self, marks: Sequence[tuple[float, float, bool]]) -> None:
        """Show points, each with x, y and whether it is stable."""
        ink, paper = self._theme.trace("fit"), self._theme.colour("base")
        asked = (tuple(marks), ink.rgb())
        if asked == self._shown:
            return
        self._shown = asked
        self.item.setData([{"pos": (x, y), "brush": ink if stable else paper, "pen": pg.mkPen(ink)}
                           for x, y, stable in marks])
