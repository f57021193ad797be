"""A part of the horizontal axis, dragged by hand: numbers of the curve inside, and what fits look at."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pyqtgraph as pg

from gui.evented import Event
from gui.plotting.active_curve import ActiveCurve
from gui.plotting.cursors import told
from gui.plotting.look import Look
from gui.plotting.notes import Notes
from gui.plotting.run_curves import RunCurves
from gui.widgets.plot import Plot
from vlab.quantity_scale import pretty_unit

_NOTE = "region"


class Region:
    """A band on the plot whose edges a hand drags.

    Parameters
    ----------
    plot : Plot
    look : Look
    notes : Notes
    active : ActiveCurve
    curves : RunCurves
    """

    def __init__(self, plot: Plot, look: Look, notes: Notes, active: ActiveCurve, curves: RunCurves) -> None:
        self._plot, self._look, self._notes, self._active, self._curves = plot, look, notes, active, curves
        self.band = pg.LinearRegionItem(swapMode="sort")
        self.band.setZValue(-100)
        self.x_unit = ""
        self.on = False
        self._ends = (0.0, 1.0)
        self._settling = False
        self.moved = Event()
        """A hand has moved an edge, or the region came or went."""
        self.band.sigRegionChanged.connect(self._dragged)
        self.band.sigRegionChangeFinished.connect(lambda *_: self.moved.emit())
        self.restyle()

    def show(self, on: bool) -> None:
        """Put it over the middle of what is seen, or take it away."""
        if on == self.on:
            return
        self.on = on
        if on:
            low, high = self._plot.viewRange()[0]
            ends = (low + 0.3 * (high - low), low + 0.7 * (high - low))
            self._ends = (10.0**ends[0], 10.0**ends[1]) if self._curves.log_x else ends
            self._plot.addItem(self.band, ignoreBounds=True)
            self.refresh()
        else:
            self._plot.removeItem(self.band)
            self._notes.say(_NOTE, "")
        self.moved.emit()

    def ends(self) -> tuple[float, float] | None:
        """Return the edges in the unit of the axis; None where there is no region."""
        return self._ends if self.on else None

    def set_ends(self, low: float, high: float) -> None:
        """Move the edges."""
        self._ends = (min(low, high), max(low, high))
        self.refresh()
        self.moved.emit()

    def restyle(self) -> None:
        """Take over the colours."""
        ground = self._look.colour("accent")
        ground.setAlphaF(0.12)
        self.band.setBrush(pg.mkBrush(ground))
        ground.setAlphaF(0.22)
        self.band.setHoverBrush(pg.mkBrush(ground))
        for line in self.band.lines:
            line.setPen(pg.mkPen(self._look.colour("accent"), width=1))
            line.setHoverPen(pg.mkPen(self._look.colour("refused"), width=1))

    def _dragged(self, *_: object) -> None:
        if self._settling:
            return
        low, high = (float(v) for v in self.band.getRegion())
        self._ends = (10.0**low, 10.0**high) if self._curves.log_x else (low, high)
        self._say()

    def refresh(self) -> None:
        """Draw it where it is, on the axis as it is now, and say what the curve shows inside."""
        if not self.on:
            return
        low, high = self._ends
        if self._curves.log_x:
            high = high if high > 0.0 else 1.0
            low, high = np.log10(low if low > 0.0 else 1e-3 * high), np.log10(high)
        self._settling = True
        self.band.setRegion((low, high))
        self._settling = False
        self._say()

    def _say(self) -> None:
        x, y = self._active.points()
        low, high = self._ends
        inside = (x >= low) & (x <= high)
        x, y = x[inside], y[inside]
        x_unit, y_unit = self.x_unit, self._curves.variable.unit
        head = ", ".join(part for part in (self._active.words(), f"{x.size} points from {told(low, '')} to "
                                           f"{told(high, x_unit)}") if part)
        if not x.size:
            self._notes.say(_NOTE, head)
            return
        spread = float(np.std(y, ddof=1)) if y.size > 1 else float("nan")
        area = float(np.sum(0.5 * (y[1:] + y[:-1]) * np.diff(x)))
        unit = " ".join(pretty_unit(part) for part in (y_unit, x_unit) if part not in ("", "1"))
        self._notes.say(_NOTE, "\n".join((
            head, f"mean {told(float(y.mean()), y_unit)}   std {told(spread, y_unit) if isfinite(spread) else '–'}",
            f"min {told(float(y.min()), y_unit)}   max {told(float(y.max()), y_unit)}",
            f"integral {told(area, '')} {unit}".rstrip())))
