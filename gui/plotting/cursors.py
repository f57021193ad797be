"""Two cursors that a hand drags along a curve: where they are, and what lies between them."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, nan

import numpy as np
import pyqtgraph as pg

from gui.plotting.active_curve import ActiveCurve
from gui.plotting.look import Look
from gui.plotting.notes import Notes
from gui.plotting.run_curves import RunCurves
from gui.widgets.plot import Plot
from vlab.analysis.fitted import suited_unit

_NOTE = "cursors"


class Cursors:
    """Two vertical lines that stick to the points of the active curve, with a note of their differences.

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
        self.lines = tuple(pg.InfiniteLine(angle=90, movable=True, label=str(n + 1),
                                           labelOpts={"position": 0.03, "movable": False}) for n in range(2))
        self._marks = pg.ScatterPlotItem(size=9, symbol="o")
        self.x_unit = ""
        self.places = [nan, nan]
        """x of both in the unit of the axis."""
        self._rows = [0, 0]
        self.on = False
        self._settling = False
        for number, line in enumerate(self.lines):
            line.setZValue(20)
            line.sigPositionChanged.connect(self._mover(number))
        self._marks.setZValue(21)
        self.restyle()

    def _mover(self, number: int) -> Callable[[pg.InfiniteLine], None]:
        return lambda line: self._dragged(number, float(line.value()))

    def show(self, on: bool) -> None:
        """Put them on the plot, at a third and two thirds of what is seen, or take them away."""
        if on == self.on:
            return
        self.on = on
        for item in (*self.lines, self._marks):
            (self._plot.addItem if on else self._plot.removeItem)(item, **({"ignoreBounds": True} if on else {}))
        if on:
            low, high = self._plot.viewRange()[0]
            for number, part in enumerate((1.0 / 3.0, 2.0 / 3.0)):
                where = low + part * (high - low)
                self.places[number] = 10.0**where if self._curves.log_x else where
            self.refresh()
        else:
            self._notes.say(_NOTE, "")

    def restyle(self) -> None:
        """Take over the colours."""
        for line in self.lines:
            line.setPen(pg.mkPen(self._look.colour("accent"), width=1))
            line.setHoverPen(pg.mkPen(self._look.colour("refused"), width=1))
            line.label.setColor(self._look.colour("accent"))
            line.label.fill = pg.mkBrush(self._look.colour("base"))
        self._marks.setPen(pg.mkPen(self._look.colour("accent"), width=1))
        self._marks.setBrush(None)

    def step(self, number: int, rows: int) -> None:
        """Move a cursor by so many points of the curve."""
        x, _ = self._active.points()
        if self.on and x.size:
            self.places[number] = float(x[min(max(self._rows[number] + rows, 0), x.size - 1)])
            self.refresh()

    def _dragged(self, number: int, where: float) -> None:
        if not self._settling:
            self.places[number] = 10.0**where if self._curves.log_x else where
            self.refresh()

    def refresh(self) -> None:
        """Bring both to the points nearest to where they are, and say what they show."""
        if not self.on:
            return
        x, y = self._active.points()
        found = []
        self._settling = True
        for number, line in enumerate(self.lines):
            place, height = self.places[number], nan
            if x.size:
                row = int(np.searchsorted(x, place))
                if row == x.size or (row and place - x[row - 1] < x[row] - place):
                    row -= 1
                self._rows[number] = row
                place, height = float(x[row]), float(y[row])
            found.append((place, height))
            if isfinite(place) and (place > 0.0 or not self._curves.log_x):
                line.setValue(np.log10(place) if self._curves.log_x else place)
        self._settling = False
        if x.size:
            at = np.array(found)
            at[:, 0] = np.log10(at[:, 0]) if self._curves.log_x else at[:, 0]
            at[:, 1] = np.log10(at[:, 1]) if self._curves.log_y else at[:, 1]
            self._marks.setData(at[:, 0], at[:, 1])
        else:
            self._marks.setData([], [])
        self._notes.say(_NOTE, self._words(found))

    def _words(self, found: list[tuple[float, float]]) -> str:
        x_unit, y_unit = self.x_unit, self._curves.variable.unit
        (x1, y1), (x2, y2) = found
        lines = [words] if (words := self._active.words()) else []
        lines += [f"x₁ = {told(x1, x_unit)}   y₁ = {told(y1, y_unit)}",
                  f"x₂ = {told(x2, x_unit)}   y₂ = {told(y2, y_unit)}",
                  f"Δx = {told(x2 - x1, x_unit)}   Δy = {told(y2 - y1, y_unit)}"]
        if x2 != x1 and isfinite(x2 - x1):
            lines.append(f"1/Δx = {told(1.0 / abs(x2 - x1), f'1/{x_unit}' if x_unit not in ('', '1') else '')}")
        return "\n".join(lines)


def told(value: float, unit: str) -> str:
    """Return a number with its unit, for a note."""
    if not isfinite(value):
        return "–"
    factor, word = suited_unit(abs(value), unit)
    return f"{value * factor:.5g} {word}".strip().replace("-", "\u2212")
