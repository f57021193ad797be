"""Runs as the window keeps them: curves that grow point by point, by the names of their variables. No Qt."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from math import inf, isfinite, nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gui.growing import Column

if TYPE_CHECKING:
    from gui.lab import Overlay
    from vlab.experiments.procedure import Coordinate, CurveStyle, Procedure
    from vlab.experiments.runner import Measured

_MOST_PARTED = 2500
"""Points of a curve with gaps; of more several share a pixel, and a gap among them would hide them all."""


@dataclass
class Trace:
    """One curve of a run as it grows."""

    place: int
    """Which of the run's curves it is."""
    member: str
    """What it belongs to in its family, for a legend: ``forward``, ``power 10 nW``; empty if it is the only one."""
    worded: bool
    """Whether the family has words, as directions have; else numbers."""
    style: CurveStyle | None = None
    """How it is told from others, where several coordinates number the curves."""
    x: Column = field(default_factory=Column)
    columns: dict[str, Column] = field(default_factory=dict)
    """The measured values by variable; their means where the plan averages."""
    errors: dict[str, Column] = field(default_factory=dict)
    """Standard errors of the means by variable, NaN for single values; empty where the plan does not average."""
    measured: int = 0
    """How many points were measured, each of a mean counted."""
    changes: int = 0
    """How often a point was added or replaced."""
    spoiled: set[int] = field(default_factory=set)
    """Rows of ``x`` whose value, or part of whose mean, was measured while a flag was lit that spoils it."""
    _rows: dict[int, int] = field(default_factory=dict)
    _bounds: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """Lowest, highest and lowest positive value by variable."""
    _in_order: bool = True
    _samples: dict[int, dict[tuple[int, ...], dict[str, float]]] = field(default_factory=dict)
    """What a mean is of: by place on the horizontal axis and on the coordinates over which is averaged."""
    told_errors: dict[str, str] = field(default_factory=dict)
    """The variable that holds the standard error of another, for experiments that know it of each point."""
    _last: tuple[float, float] = (nan, nan)
    """The x of the last two points."""

    def add(self, index: int, x: float, values: dict[str, float], sample: tuple[int, ...] = (),
            spoiled: bool = False) -> None:
        """Take over a point; one that is measured again replaces the old one.

        Parameters
        ----------
        index : int
            Its place on the horizontal axis.
        x : float
        values : dict
            By variable.
        sample : tuple of int
            Its place on the coordinates over which is averaged.
        spoiled : bool
            Whether a flag was lit meanwhile that spoils what is measured.
        """
        self.changes += 1
        row = self._rows.setdefault(index, len(self.x))
        again = row < len(self.x)
        if not again:
            before, last = self._last
            if (last - before) * (x - last) < 0.0:
                self._in_order = False
            self._last = (last, x)
            self.x.append(x)
        if spoiled:
            self.spoiled.add(row)
        elif not sample:
            self.spoiled.discard(row)
        if sample:
            samples = self._samples.setdefault(index, {})
            self.measured += sample not in samples
            samples[sample] = values
        else:
            self.measured += not again
        for name, value in values.items():
            if sample:
                value, error = _mean([one[name] for one in samples.values()])
                self._put(self.errors, name, row, error)
                if isfinite(error):
                    self._widen(name, value - error)
                    self._widen(name, value + error)
            self._put(self.columns, name, row, value)
            self._widen(name, value)
        for name, told in self.told_errors.items():
            value, error = values.get(name, nan), values.get(told, nan)
            self._widen(name, value - error)
            self._widen(name, value + error)

    def fill(self, indices: list[int], x: NDArray[np.float64], columns: dict[str, NDArray[np.float64]],
             spoiled: set[int]) -> None:
        """Take over all points of a run that was measured before, into a curve that has none and is no mean.

        Parameters
        ----------
        indices : list of int
            Their places on the horizontal axis, each once.
        x : array
        columns : dict
            The values by variable.
        spoiled : set of int
            Rows of ``x``, as in `spoiled`.
        """
        self.changes += 1
        self.measured = len(indices)
        self.x, self.columns = Column(x), {name: Column(values) for name, values in columns.items()}
        self.spoiled = spoiled
        self._rows = dict(zip(indices, range(len(indices)), strict=True))
        steps = np.diff(x)
        self._in_order = not bool(np.any(steps[1:] * steps[:-1] < 0.0))
        self._last = (float(x[-2]) if len(x) > 1 else nan, float(x[-1]) if len(x) else nan)
        spans = list(columns.items())
        for name, told in self.told_errors.items():
            if name in columns and told in columns:
                spans += [(name, columns[name] - columns[told]), (name, columns[name] + columns[told])]
        for name, values in spans:
            known = values[np.isfinite(values)]
            positive = known[known > 0.0]
            for end in (known.min(), known.max(), positive.min() if positive.size else nan) if known.size else ():
                self._widen(name, float(end))

    @staticmethod
    def _put(columns: dict[str, Column], name: str, row: int, value: float) -> None:
        column = columns.get(name)
        if column is None:
            column = columns[name] = Column()
        if row < len(column):
            column[row] = value
        else:
            column.append(value)

    def _widen(self, name: str, value: float) -> None:
        low, high, least = self._bounds.get(name, (inf, -inf, inf))
        if (low <= value <= high and (value >= least or value <= 0.0)) or not isfinite(value):
            return
        self._bounds[name] = (min(low, value), max(high, value), min(least, value) if value > 0.0 else least)

    def range(self, variable: str, positive: bool) -> tuple[float, ...]:
        """Return the lowest and highest value of a variable so far, above zero if ``positive``; or nothing."""
        low, high, least = self._bounds.get(variable, (inf, -inf, inf))
        low = least if positive else low
        return (low, high) if low <= high else ()

    def drawn(self, variable: str, log_x: bool, log_y: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y in the order of x, without what logarithmic axes cannot show."""
        return self._shown(variable, log_x, log_y)[:2]

    def line(self, variable: str, log_x: bool, log_y: bool,
             marked: bool = False) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y as a line joins them: a NaN parts it where a logarithmic axis cannot show a value.

        Where points are ``marked`` nothing stands there that was not measured.
        """
        x, y, _ = self._shown(variable, log_x, False)
        above = y > 0.0
        if not log_y or above.all():
            return x, y
        if not above.any() or x.size > _MOST_PARTED:
            return x[above], y[above]
        alone = np.flatnonzero(above & ~np.append(False, above[:-1]) & ~np.append(above[1:], False))
        y = np.where(above, y, nan)
        if marked:
            return x, y
        # a line of one point is not seen: it goes a little towards the next point
        ends = x[alone] + 0.15 * (x[np.where(alone + 1 < x.size, alone + 1, alone - 1)] - x[alone])
        return np.insert(x, alone + 1, ends), np.insert(y, alone + 1, y[alone])

    def unseen(self, variable: str) -> int:
        """Return how many values a logarithmic axis cannot show."""
        return int(np.count_nonzero(self._column(variable) <= 0.0))

    def measured_points(self, variable: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64],
                                                      NDArray[np.bool_]]:
        """Return copies of x, y, standard errors (NaN where unknown) and whether each is spoiled, as measured."""
        x, y, error = self.x.array, self._column(variable), self._errors_of(variable)
        spoiled = np.zeros(x.size, dtype=bool)
        spoiled[list(self.spoiled)] = True
        return x.copy(), y.copy(), error.copy(), spoiled

    def fewest_samples(self) -> int:
        """Return of how many values each mean is at least; 1 where the plan does not average."""
        return min((len(samples) for samples in self._samples.values()), default=1)

    def spoiled_points(self, variable: str, log_x: bool,
                       log_y: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of the points that are spoiled."""
        rows = sorted(self.spoiled)
        x, y = self.x.array[rows], self._column(variable)[rows]
        shown = np.isfinite(y) & ((x > 0.0) | (not log_x)) & ((y > 0.0) | (not log_y))
        return x[shown], y[shown]

    def bars(self, variable: str, log_x: bool, log_y: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of the ends of the error bars, lower and upper in turn."""
        x, y, error = self._shown(variable, log_x, log_y)
        known = np.isfinite(error)
        x, y, error = x[known], y[known], error[known]
        low = np.maximum(y - error, 1e-3 * y) if log_y else y - error
        return np.repeat(x, 2), np.stack([low, y + error], axis=1).ravel()

    def _column(self, variable: str) -> NDArray[np.float64]:
        column = self.columns.get(variable)
        return np.full(len(self.x), nan) if column is None else column.array

    def _errors_of(self, variable: str) -> NDArray[np.float64]:
        told = self.columns.get(self.told_errors.get(variable, ""))
        column = told if told is not None else self.errors.get(variable)
        return np.full(len(self.x), nan) if column is None else column.array

    def _shown(self, variable: str, log_x: bool, log_y: bool) -> tuple[NDArray[np.float64], ...]:
        x, y, bars = self.x.array, self._column(variable), self._errors_of(variable)
        if not self._in_order:
            order = np.argsort(x, kind="stable")
            x, y, bars = x[order], y[order], bars[order]
        shown = np.isfinite(y)
        if log_x:
            shown &= x > 0.0
        if log_y:
            shown &= y > 0.0
        return x[shown], y[shown], bars[shown]


def _mean(values: list[float]) -> tuple[float, float]:
    """Return the mean of what is finite and its standard error."""
    known = [value for value in values if isfinite(value)]
    if not known:
        return nan, nan
    mean = sum(known) / len(known)
    if len(known) == 1:
        return mean, nan
    return mean, sqrt(sum((value - mean) ** 2 for value in known) / (len(known) - 1) / len(known))


class Scan:
    """A run with its traces.

    Parameters
    ----------
    number : int
        Counts the runs of a session.
    procedure : Procedure
    coordinates : tuple of Coordinate
        Its scan axes, outermost first.
    words : tuple of str
        What tells its sample from the usual one.

    Attributes
    ----------
    title : str
        For a legend.
    traces : list of Trace
    axis : tuple of float
        The planned values on the horizontal axis.
    findings : tuple of str
        What it shows, in sentences, when it has ended.
    """

    def __init__(self, number: int, procedure: Procedure, coordinates: tuple[Coordinate, ...],
                 words: tuple[str, ...] = ()) -> None:
        self.number = number
        self.procedure = procedure
        self.file: Path | None = None
        self.status = "running"
        self.reason = ""
        """Why it failed, if it did."""
        self._spoiled: set[tuple[int, ...]] = set()
        self.marks: Counter[str] = Counter()
        """How many points each flag has spoiled."""
        self.findings: tuple[str, ...] = ()
        self.overlay: Overlay = ()
        self.laid: Overlay = ()
        """Curves of theory that a hand has laid over it; no file has them."""
        said = ", ".join(word for word in (procedure.label(), *words) if word)
        self.title = f"{number}: {said}" if said else f"{number}"
        plan = procedure.plot
        across = next(i for i, c in enumerate(coordinates) if c.name == plan.x)
        self.axis = tuple(float(v) for v in coordinates[across].values)
        positive = [v for v in self.axis if v > 0.0]
        self._ends = ((min(self.axis), max(self.axis)), (min(positive), max(positive)) if positive else ())
        self._names = tuple(v.name for v in procedure.variables())
        outer = plan.axes_of_curves(coordinates)
        worded = len(outer) == 1 and outer[0].name == plan.family and isinstance(outer[0].values[0], str)
        worded = worded and not plan.words_in_colours
        places = list(itertools.product(*(range(len(c.values)) for c in outer)))
        self.traces = [Trace(n, ", ".join(c.member(i) for c, i in zip(outer, place, strict=True)), worded,
                             plan.style(outer, place), told_errors=dict(plan.errors))
                       for n, place in enumerate(places)]
        self.outer = outer
        """The coordinates that number the curves, outermost first."""
        self.places = tuple(places)
        """The place of each trace on them."""
        self._across = across
        self._outer = tuple(i for i, c in enumerate(coordinates) if c in outer)
        self._averaged = tuple(i for i, c in enumerate(coordinates) if c.name in plan.average)
        self._by_place = dict(zip(places, self.traces, strict=True))

    def add(self, point: Measured) -> None:
        """Take over a point."""
        here = point.index[self._across]
        trace = self._by_place[tuple(point.index[i] for i in self._outer)]
        trace.add(here, self.axis[here], dict(zip(self._names, point.values, strict=True)),
                  tuple(point.index[i] for i in self._averaged), bool(point.marks))
        self.marks.update(point.marks)
        (self._spoiled.add if point.marks else self._spoiled.discard)(tuple(point.index))

    def ends(self, positive: bool) -> tuple[float, ...]:
        """Return the smallest and largest planned value on the horizontal axis, above zero if ``positive``."""
        return self._ends[positive]

    def spoiled(self) -> int:
        """Return how many of the measured points are spoiled; a mean is drawn of several of them."""
        return len(self._spoiled)

    def points(self) -> int:
        """Return how many points were measured."""
        return sum(trace.measured for trace in self.traces)
