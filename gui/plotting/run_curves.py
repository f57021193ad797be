"""The curves of runs on the plot: points, means with error bars, crosses on spoiled points, theory over the last."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from gui.plotting.legend import Legend
from gui.plotting.look import Look
from gui.plotting.runs_shown import RunsShown
from gui.plotting.spare_curves import SpareCurves
from gui.scans import Scan, Trace
from gui.widgets.plot import Plot
from vlab.experiments.procedure import PlotPlan, Variable

COLOURS = ("dt", "polarization", "field", "y", "gate", "power")
"""The quantities whose colours runs and members of families have, in their order."""
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_FADED = ((0.7, 0.45), (0.8, 0.62))
"""Opacity of earlier runs told by their colour, and of those whose members are: on light and on dark ground."""
_LAID = ((9, 3, 1, 3), (3, 3), (9, 3, 1, 3, 1, 3), (1, 3))
"""Strokes and gaps, in pixels, of curves that a hand has laid over: unlike each other and a run's own dashes."""
_SYMBOLS = ("o", "s", "t1", "d")
_SPOILED = "spoiled: a flag was lit"
_MOST_NAMES = 9
"""Of a large family every second, third, ... curve is named."""
_STOCK = 12
"""Curves of each kind that are made before they are needed."""
_MOST_MARKED = 2000
"""Points of a curve that are marked; more would be slow, and a band."""

_STRETCH, _STRETCH_LOG = 10.0, 1e3
"""How far theory may stretch the axis to either side, in units of what was measured; on a logarithmic axis a factor.
A run that has just begun has not seen its peak, and a fit that went wild shall not flatten it."""

Key = tuple[int, int]
"""Number of a run and place of a trace in it."""


class RunCurves:
    """Draws the shown runs; all that is drawn follows from the runs, the plan and the choices here.

    Parameters
    ----------
    plot : Plot
    look : Look
    runs : RunsShown

    Attributes
    ----------
    curves, bars : dict
        What is drawn, by number of the run and place of the trace.
    log_x, log_y : bool
    theory, errors : bool
        Whether theory and fits of a run are drawn, and error bars.
    """

    def __init__(self, plot: Plot, look: Look, runs: RunsShown) -> None:
        self._look = look
        self._runs = runs
        self.plan: PlotPlan = PlotPlan("", ())
        self._plan_drawn = self.plan
        self.variable = Variable("", "", "")
        self.planned: tuple[float, ...] = ()
        """The horizontal axis of a run that does not exist yet."""
        self.log_x = self.log_y = False
        self.theory = self.errors = True
        self.curves: dict[Key, pg.PlotDataItem] = {}
        self.bars: dict[Key, pg.PlotDataItem] = {}
        self._spare = SpareCurves(plot)
        self._spare_bars = SpareCurves(plot, connect="pairs")
        self._spare_overlays = SpareCurves(plot, connect="finite")  # a gap in a theory is a NaN
        self._spare_crosses = SpareCurves(plot, pen=None, symbol="x", symbolSize=7, symbolBrush=None)
        self._filled: dict[pg.PlotDataItem, int] = {}
        """The state of its trace that each curve shows."""
        self.overlays: list[pg.PlotDataItem] = []
        self._over: list[tuple[str, NDArray[np.float64], NDArray[np.float64]]] = []
        """What they show, by its title."""
        self._laid: list[object] = []
        self.crosses: dict[int, pg.PlotDataItem] = {}
        """On the spoiled points, by number of the run."""
        self._drawn: list[Scan] = []
        self._dressed: dict[Key, object] = {}
        """The look that each curve has."""
        self.legend = Legend(plot, self.seen)

    def is_behind(self) -> bool:
        """Return whether other runs are to be shown than are drawn."""
        return self._runs.shown() != self._drawn

    def draw(self) -> None:
        """Draw everything anew; with another plan by other curves, else the curves get new points and colours."""
        if self.plan is not self._plan_drawn:
            self._plan_drawn = self.plan
            for spare, drawn in ((self._spare, self.curves), (self._spare_bars, self.bars),
                                 (self._spare_crosses, self.crosses)):
                for item in drawn.values():
                    spare.put_aside(item)
            for drawn in (self.curves, self.bars, self.crosses):
                drawn.clear()
            self._dressed.clear()
        self._filled.clear()
        self.follow()

    def blank(self) -> None:
        """Draw nothing until `draw` is called: pyqtgraph looks for the ends of what it has on each new scale, and
        complains of curves that have nothing above zero.
        """
        self._filled.clear()
        for item in (*self.curves.values(), *self.bars.values(), *self.crosses.values(), *self.overlays):
            item.setData([], [])

    def follow(self, tell: bool = True) -> None:
        """Add the curves of new runs, fade those of earlier ones, drop those that are not shown any more.

        Parameters
        ----------
        tell : bool
            Whether the legend lists them at once; else `tell` is called in a moment.
        """
        shown = self._drawn = self._runs.shown()
        numbers = {scan.number for scan in shown}
        for key in [k for k in self.curves if k[0] not in numbers]:
            curve = self.curves.pop(key)
            self._filled.pop(curve, None)
            self._dressed.pop(key, None)
            self._spare.put_aside(curve)
            if key in self.bars:
                self._spare_bars.put_aside(self.bars.pop(key))
        for age, scan in zip(range(len(shown) - 1, -1, -1), shown, strict=True):
            for trace in scan.traces:
                pen = self.pen(scan, trace, age)
                key = (scan.number, trace.place)
                if key not in self.curves:
                    self.curves[key] = self._spare.take()
                    if self.plan.average or self.plan.errors:
                        self.bars[key] = self._spare_bars.take()
                self._dress(key, pen, trace, age)
            self.fill(scan)
        self._cross_out()
        self._draw_overlay()
        if tell:
            self.tell()

    def prepare(self) -> bool:
        """Make some curves beforehand; return whether there are more to be made."""
        return any(spare.stock(_STOCK) for spare in (self._spare, self._spare_bars, self._spare_overlays))

    def end(self) -> None:
        """Show what is known of the last run when it has ended; `tell` names it."""
        self._draw_overlay()

    def grow(self, scan: Scan) -> None:
        """Show what a run got."""
        self.fill(scan)
        if any(one.laid is not laid for one, laid in zip(self._drawn, self._laid, strict=True)):
            self._draw_overlay()
            self.tell()
        if any(trace.spoiled for trace in scan.traces):
            before = len(self.crosses)
            self._cross_out()
            if len(self.crosses) != before:
                self.tell()

    def _dress(self, key: Key, pen: QPen, trace: Trace, age: int) -> None:
        """Give a curve its look, with its markers and error bars."""
        look = (pen.color().rgba(), pen.style(), age)
        if self._dressed.get(key) == look:
            return
        self._dressed[key] = look
        curve = self.curves[key]
        curve.setPen(pen)
        curve.setZValue(-age)
        if self.plan.markers:
            kind = 0 if trace.style is None else trace.style.dash
            if trace.worded:
                kind = trace.place
            curve.setSymbol(_SYMBOLS[kind % len(_SYMBOLS)] if len(trace.x) <= _MOST_MARKED else None)
            curve.setSymbolSize(7)
            curve.setSymbolPen(pg.mkPen(pen.color(), width=1))
            curve.setSymbolBrush(pg.mkBrush(pen.color()) if kind % 2 == 0 else None)
        if key in self.bars:
            self.bars[key].setPen(pg.mkPen(pen.color(), width=1))
            self.bars[key].setZValue(-age)

    def pen(self, scan: Scan, trace: Trace, age: int) -> QPen:
        """Return how a curve is drawn: runs differ in colour, or the members of a family of numbers do."""
        by_run = trace.worded or len(scan.traces) == 1
        which = self._runs.colour(scan) if by_run else trace.place
        dash = trace.place if by_run else trace.place // len(COLOURS)
        if trace.style is not None:
            which, dash = trace.style.colour, trace.style.dash
        colour = self._look.trace(COLOURS[which % len(COLOURS)])
        if age:
            colour.setAlphaF(_FADED[self._look.dark][not by_run])
        return pg.mkPen(colour, width=1, style=_DASHES[dash % len(_DASHES)])

    def tell(self) -> None:
        """List in the legend what is drawn."""
        wanted = []
        ways = next((scan for scan in reversed(self._drawn) if len(scan.traces) > 1 and scan.traces[0].worded), None)
        for scan in self._drawn:
            named = -(-len(scan.traces) // _MOST_NAMES)
            for trace in scan.traces:
                name = self._name(scan, trace, scan is ways) if trace.place % named == 0 else None
                if name:
                    wanted.append((self.curves[scan.number, trace.place], name))
        newest = max(self.crosses, default=None)
        if newest is not None:
            wanted.append((self.crosses[newest], _SPOILED))
        over = zip(self.overlays, self._over, strict=True)
        self.legend.say([*wanted, *((item, title) for item, (title, _, _) in over if title)])

    def _name(self, scan: Scan, trace: Trace, ways: bool) -> str | None:
        """Return what the legend calls a curve; of one run it tells by which strokes directions differ."""
        if trace.worded:
            if scan.procedure.plot.markers or ways:
                return f"{scan.title}, {trace.member}" if trace.place == 0 else trace.member
            return scan.title if trace.place == 0 else None
        if trace.style is not None:
            return f"{scan.title}, {trace.style.name()}" if trace.place == 0 else trace.style.name() or None
        return f"{scan.title}, {trace.member}" if trace.member and trace.place == 0 else trace.member or scan.title

    def _draw_overlay(self) -> None:
        """Draw the theory or fit of the last run over it, dashed and thin, and what a hand has laid over runs."""
        wanted = [*self._overlay(), *self._laid_over()]
        self._over = [(title, x, y) for title, x, y, _ in wanted]
        self._laid = [scan.laid for scan in self._drawn]
        while len(self.overlays) > len(wanted):
            self._spare_overlays.put_aside(self.overlays.pop())
        while len(self.overlays) < len(wanted):
            item = self._spare_overlays.take()
            item.setZValue(1)
            self.overlays.append(item)
        for item, (_, x, y, pen) in zip(self.overlays, wanted, strict=True):
            item.setPen(pen)
            item.setData(x, y)

    def _overlay(self) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64], QPen]]:
        """Yield title, points and pen of each curve of the theory or fit of the last run."""
        if not self._drawn or self.variable.name != self.plan.y[0] or not self.theory:
            return
        scan = self._drawn[-1]
        own = len(scan.overlay) == len(scan.traces) > 1
        for number, (title, x, y) in enumerate(scan.overlay):
            pen = self.pen(scan, scan.traces[number], 0) if own else None
            colour: QColor = pen.color() if pen is not None else self._look.trace("fit")
            dash = Qt.PenStyle.DashLine
            if pen is not None and self.plan.markers:  # the fit joins the points
                dash = pen.style()
                if x.size:
                    key = scan.number, scan.traces[number].place
                    self.curves[key].setPen(None)
                    self._dressed.pop(key, None)
            yield title, *self._drawable(x, y), pg.mkPen(colour, width=1, style=dash)

    def _laid_over(self) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64], QPen]]:
        """Yield title, points and pen of each curve of theory that a hand has laid over a run."""
        if self.variable.name != self.plan.y[0]:
            return
        for scan in self._drawn:
            for number, (title, x, y) in enumerate(scan.laid):
                pen = pg.mkPen(self._look.trace("fit"), width=1)
                pen.setDashPattern([float(length) for length in _LAID[number % len(_LAID)]])
                yield title, *self._drawable(x, y), pen

    def _drawable(self, x: NDArray[np.float64],
                  y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        shown = np.full(x.shape, True)
        if self.log_x:
            shown &= x > 0.0
        if self.log_y:
            shown &= y > 0.0
        return x[shown], y[shown]

    def bounds(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the ends of both axes that show the whole grid of all runs, and all values.

        Of theory and fits what is there, as far as it does not squash what was measured.
        """
        name, scans = self.variable.name, self._drawn
        ends = [v for scan in scans for v in scan.ends(self.log_x)] or [*self.planned] or [0.0, 1.0]
        values = [v for scan in scans for trace in scan.traces for v in trace.range(name, self.log_y)]
        least, most = _reach(values, self.log_y)
        for _, x, y in self._over:
            there = y[(x >= min(ends)) & (x <= max(ends)) & np.isfinite(y)]
            values += np.clip([there.min(), there.max()], least, most).tolist() if there.size else []
        if self.log_x:
            ends = [math.log10(v) for v in ends if v > 0.0] or [0.0, 1.0]
        if self.log_y:
            values = [math.log10(v) for v in values] or [0.0, 1.0]
            low, high = min(values), max(values)
        else:
            low, high = min([0.0, *values]), max([0.0, *values])
        if high == low:
            high = low + self.variable.usual
        high += 0.15 * (high - low)  # room for the legend
        return (min(ends), max(ends)), (low, high)

    def fill(self, scan: Scan) -> None:
        """Show the points of a run."""
        name = self.variable.name
        for trace in scan.traces:
            curve = self.curves.get((scan.number, trace.place))
            if curve is None or not len(trace.x) or self._filled.get(curve) == trace.changes:
                continue
            self._filled[curve] = trace.changes
            if self.plan.markers and len(trace.x) > _MOST_MARKED and curve.opts["symbol"] is not None:
                curve.setSymbol(None)
            curve.setData(*trace.line(name, self.log_x, self.log_y, self.plan.markers))
            if (bars := self.bars.get((scan.number, trace.place))) is not None:
                bars.setData(*(trace.bars(name, self.log_x, self.log_y) if self.errors else ([], [])))

    def seen(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Return the points of all curves as they are drawn, in the coordinates of the view."""
        found = [curve.getData() for curve in self.curves.values()]
        known = [(x, y, np.isfinite(y)) for x, y in found if x is not None and np.isfinite(y).any()]
        return [(x, y) if there.all() else (x[there], y[there]) for x, y, there in known]

    def _cross_out(self) -> None:
        """Draw crosses on the spoiled points of the shown runs; those of earlier runs are faded, and below."""
        name = self.variable.name
        ages = {scan.number: age for age, scan in enumerate(reversed(self._drawn))}
        for number in [n for n in self.crosses if n not in ages]:
            self._spare_crosses.put_aside(self.crosses.pop(number))
        for scan in self._drawn:
            found = [trace.spoiled_points(name, self.log_x, self.log_y) for trace in scan.traces if trace.spoiled]
            item = self.crosses.get(scan.number)
            if not found:
                if item is not None:
                    self._spare_crosses.put_aside(self.crosses.pop(scan.number))
                continue
            if item is None:
                item = self.crosses[scan.number] = self._spare_crosses.take()
            colour, age = self._look.colour("refused"), ages[scan.number]
            if age:
                colour.setAlphaF(max(0.15, 0.6 - 0.15 * age))
            if colour != pg.mkPen(item.opts["symbolPen"]).color():
                item.setSymbolPen(pg.mkPen(colour, width=1))
            item.setZValue(0.5 - age)
            x, y = (np.concatenate(values) for values in zip(*found, strict=True))
            item.setData(x, y)


def _reach(measured: list[float], log: bool) -> tuple[float, float]:
    """Return how far curves over measured ones may stretch the axis."""
    if not measured:
        return -math.inf, math.inf
    if log:
        return min(measured) / _STRETCH_LOG, max(measured) * _STRETCH_LOG
    low, high = min([0.0, *measured]), max([0.0, *measured])
    if high == low:
        return -math.inf, math.inf
    return low - _STRETCH * (high - low), high + _STRETCH * (high - low)
