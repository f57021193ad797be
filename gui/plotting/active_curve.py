"""The curve that cursors and the region look at: of the newest run shown, the first one or that which was clicked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gui.plotting.run_curves import RunCurves
from gui.plotting.runs_shown import RunsShown
from gui.scans import Scan, Trace

_REACH = 14.0
"""Pixels from a curve within which a click means it."""

Points = tuple[NDArray[np.float64], NDArray[np.float64]]


class ActiveCurve:
    """Knows which curve is meant, and its points as they are drawn.

    Parameters
    ----------
    runs : RunsShown
    curves : RunCurves
    """

    def __init__(self, runs: RunsShown, curves: RunCurves) -> None:
        self._runs = runs
        self._curves = curves
        self._chosen: tuple[Scan, int] | None = None

    def scan(self) -> Scan | None:
        """Return the run that is looked at."""
        shown = self._runs.shown()
        if self._chosen is not None and self._chosen[0] in shown:
            return self._chosen[0]
        return next((scan for scan in reversed(shown) if scan.points()), shown[-1] if shown else None)

    def trace(self) -> Trace | None:
        """Return the curve that is looked at."""
        scan = self.scan()
        if scan is None:
            return None
        if self._chosen is not None and self._chosen[0] is scan:
            return scan.traces[self._chosen[1]]
        return next((trace for trace in scan.traces if len(trace.x)), scan.traces[0])

    def follow_newest(self) -> None:
        """Forget what was clicked."""
        self._chosen = None

    def choose(self, scan: Scan) -> None:
        """Look at a run, at its first curve that has points."""
        if scan.traces:
            self._chosen = scan, next((n for n, trace in enumerate(scan.traces) if len(trace.x)), 0)

    def points(self) -> Points:
        """Return x and y of the curve by rising x, in the units of the axes."""
        trace = self.trace()
        if trace is None:
            return np.empty(0), np.empty(0)
        x, y = trace.drawn(self._curves.variable.name, self._curves.log_x, self._curves.log_y)
        if x.size > 1 and x[0] > x[-1]:
            x, y = x[::-1], y[::-1]
        return x, y

    def words(self) -> str:
        """Return which curve it is, where there are several."""
        scan, trace = self.scan(), self.trace()
        if scan is None or trace is None or (len(self._runs.shown()) == 1 and len(scan.traces) == 1):
            return ""
        return f"run {scan.number}" + (f", {trace.member}" if trace.member else "")

    def choose_near(self, at: tuple[float, float], pixel: tuple[float, float]) -> bool:
        """Look at the curve near a place of the view, if there is one.

        Parameters
        ----------
        at : tuple of float
            In the view's coordinates, which are logarithms on logarithmic axes.
        pixel : tuple of float
            Size of a pixel in these coordinates.
        """
        best, found = _REACH, None
        for scan in self._runs.shown():
            for trace in scan.traces:
                curve = self._curves.curves.get((scan.number, trace.place))
                x, y = curve.getData() if curve is not None else (None, None)  # as it is shown, few points
                if x is None or x.size == 0:
                    continue
                distance = float(np.min(np.hypot((x - at[0]) / pixel[0], (y - at[1]) / pixel[1])))
                if distance < best:
                    best, found = distance, (scan, trace.place)
        if found is not None:
            self._chosen = found
        return found is not None
