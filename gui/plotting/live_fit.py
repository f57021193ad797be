"""A model fitted to the curves of the newest run while it grows, in a thread of its own; numbers in a box."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, QTimer

from gui.plotting.active_curve import ActiveCurve
from gui.plotting.look import Look
from gui.plotting.notes import Notes
from gui.plotting.run_curves import RunCurves
from gui.scans import Scan
from gui.widgets.plot import Plot
from vlab.analysis.fit_models import FIT_MODELS, fit_curve
from vlab.analysis.fitted import Curve, Fitted, Number, suited_unit
from vlab.analysis.misfit import MISFIT
from vlab.analysis.rounding import compact
from vlab.errors import VlabError

_NOTE = "fit"
_PAUSE = 0.35
"""Seconds between two fits while data comes in."""
_LOOK_MS = 30
_MOST_CURVES = 8
_FEW = 2
"""Curves whose numbers are told in full; those of more are told tightly."""
_SATURATED = "y(∞)"
_SAID = {"approach": "y(∞) is the saturated value, y(0) that at x = 0, extrapolated"}
"""What the symbols of a model mean, where a glance does not tell."""
_ENOUGH_SAMPLES = 20
"""Values that each mean needs so that its own scatter may weigh it; of fewer the weights would be noise."""
_NO_DRAWS = ("phase",)
"""Coordinates whose places are chosen evenly: the scatter over them is a spread, no error of their mean."""


@dataclass(frozen=True)
class CurveFit:
    """What came of one curve."""

    member: str
    place: int
    found: Fitted | None
    sentence: str = ""
    """Why nothing was found."""


def fit_all(key: str, curves: list[tuple[str, int, Curve]]) -> list[CurveFit]:
    """Fit a model to curves, given with member and place; a curve that it does not describe gets a sentence."""
    found = []
    for member, place, curve in curves:
        try:
            fitted = fit_curve(key, curve)
            fitted.lines()  # words that cannot be found are told as well, not first where they are drawn
            found.append(CurveFit(member, place, fitted))
        except VlabError as error:
            found.append(CurveFit(member, place, None, str(error)))
        except Exception as error:  # the curves beside it shall be fitted all the same
            found.append(CurveFit(member, place, None, f"The fit did not come to an end ({error})."))
    return found


class LiveFit(QObject):
    """Fits the active run's curves, within the region if there is one, and draws what was found.

    Parameters
    ----------
    plot : Plot
    look : Look
    notes : Notes
    active : ActiveCurve
    curves : RunCurves
    region : callable
        Returns the ends of the region, or None.
    parent : QObject
    """

    def __init__(self, plot: Plot, look: Look, notes: Notes, active: ActiveCurve, curves: RunCurves,
                 region: Callable[[], tuple[float, float] | None], parent: QObject) -> None:
        super().__init__(parent)
        self._plot, self._look, self._notes, self._active, self._curves = plot, look, notes, active, curves
        self._region = region
        self.model = "line"
        self.on = False
        self.x_unit = ""
        self.results: list[CurveFit] = []
        """What came of the last fit."""
        self.flags: Callable[[Scan], str] = lambda scan: ", ".join(scan.marks)
        """Names the flags that have spoiled points of a run."""
        self._lines: list[pg.PlotDataItem] = []
        self._job: Future[list[CurveFit]] | None = None
        self._wanted = False
        self._began = 0.0
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look_after)

    @property
    def busy(self) -> bool:
        """Whether a fit is under way or will be."""
        return self._job is not None or self._wanted

    def show(self, on: bool, model: str) -> None:
        """Fit with a model from now on, or no more."""
        self.on, self.model = on, model
        self.results = []
        self._draw()
        self.refresh()

    def refresh(self) -> None:
        """Fit again soon, because data, region or variable are others."""
        if self.on:
            self._wanted = True
            if not self._timer.isActive():
                self._timer.start()

    def _look_after(self) -> None:
        if self._job is not None and self._job.done():
            job, self._job = self._job, None
            if self.on:
                self.results = job.result()
                self._draw()
        if self._job is None and self._wanted and time.monotonic() - self._began >= _PAUSE:
            self._wanted = False
            self._begin()
        if not self.busy:
            self._timer.stop()

    def _begin(self) -> None:
        self._began = time.monotonic()
        curves = self._data()
        if not curves:
            self.results = []
            self._draw()
            return
        job: Future[list[CurveFit]] = Future()
        key = self.model

        def work() -> None:
            try:
                job.set_result(fit_all(key, curves))
            except BaseException as error:  # whatever it is, the window must hear of the end
                job.set_result([CurveFit("", 0, None, f"The fit failed: {error}")])

        self._job = job
        threading.Thread(target=work, name="vlab fit", daemon=True).start()

    def _data(self) -> list[tuple[str, int, Curve]]:
        """Return the good points of the active run's curves, copied."""
        scan, name, ends = self._active.scan(), self._curves.variable.name, self._region()
        if scan is None:
            return []
        found = []
        for trace in scan.traces:
            if not len(trace.x):
                continue
            x, y, error, spoiled = trace.measured_points(name)
            kept = ~spoiled & np.isfinite(y)
            if ends is not None:
                kept &= (x >= ends[0]) & (x <= ends[1])
            if not kept.any():
                continue
            drawn = not set(self._curves.plan.average) & set(_NO_DRAWS)
            weigh = bool(trace.told_errors.get(name)) or (drawn and trace.fewest_samples() >= _ENOUGH_SAMPLES)
            found.append((trace.member, trace.place,
                          Curve(x[kept], y[kept], error[kept] if weigh else None, self.x_unit,
                                self._curves.variable.unit, self._curves.log_x)))
        return found[:_MOST_CURVES]

    def _draw(self) -> None:
        for line in self._lines:
            self._plot.removeItem(line)
        self._lines.clear()
        for one in self.results:
            if one.found is None:
                continue
            x, y = one.found.x, one.found.y
            shown = np.isfinite(y) & ((x > 0.0) | (not self._curves.log_x)) & ((y > 0.0) | (not self._curves.log_y))
            line = self._plot.plot(x[shown], y[shown], pen=self._pen(), connect="finite")
            line.setZValue(10)
            self._lines.append(line)
        self._notes.say(_NOTE, self.words() if self.on else "")

    def _pen(self) -> object:
        # of many curves the points shall be seen between the strokes
        style = Qt.PenStyle.SolidLine if len(self.results) == 1 else Qt.PenStyle.DotLine
        return pg.mkPen(self._look.trace("fit"), width=1, style=style)

    def restyle(self) -> None:
        """Take over the colours."""
        self._draw()

    def words(self) -> str:
        """Return what the box says."""
        if not self.results:
            return _folded(f"{FIT_MODELS[self.model].title}: {self._why_none()}")
        if len(self.results) == 1:
            one = self.results[0]
            said = [_SAID[self.model]] if self.model in _SAID else []
            return _folded(one.sentence) if one.found is None else "\n".join([*one.found.lines(), *said])
        lines = [FIT_MODELS[self.model].title]
        many = len(self.results) > _FEW
        for one in self.results:
            if one.found is None:
                told = _short(one.sentence).removeprefix(f"{FIT_MODELS[self.model].title} ")
            else:
                told = ", ".join([*([one.found.note] if one.found.note else []),
                                  *(_tight(number) if many else str(number) for number in _foremost(one.found)),
                                  *([MISFIT] if MISFIT in one.found.remarks else [])])
            lines.append(f"{one.member}: {told}")
        if self.model in _SAID and any(one.found is not None for one in self.results):
            lines.append(_SAID[self.model].split(",")[0])
        return "\n".join(lines)

    def _why_none(self) -> str:
        """Return why there is nothing to fit."""
        scan = self._active.scan()
        if scan is None or not scan.points():
            return "no points yet"
        spoiled = sum(len(trace.spoiled) for trace in scan.traces)
        if spoiled and spoiled == sum(len(trace.x) for trace in scan.traces):
            return f"all {spoiled} points are spoiled ({self.flags(scan)}); mend what lit the flag and measure again"
        return "no good points in the region" if self._region() is not None else "no good points yet"


def _foremost(found: Fitted) -> list[Number]:
    """Return the numbers that matter most: a time and what it leads to, a width, or the first two."""
    if found.title == FIT_MODELS["dragging_width"].title:
        return [found.numbers[0]]
    last = [number for number in found.numbers[1:] if number.symbol == _SATURATED]
    return [found.numbers[0], *(last or found.numbers[1:2])]


def _tight(number: Number) -> str:
    factor, word = suited_unit(max(abs(number.value), number.error if np.isfinite(number.error) else 0.0), number.unit)
    return f"{number.symbol} {compact(number.value * factor, number.error * factor)} {word}".rstrip()


def _short(sentence: str) -> str:
    return sentence.split(";")[0].split(", or ")[0].split(". ")[0].rstrip(".")


def _folded(sentence: str, width: int = 52) -> str:
    """Return a sentence in lines of a box."""
    lines, line = [], ""
    for word in sentence.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])
