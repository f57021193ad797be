"""Pictures of runs: the curves of an experiment as its plot plan says, with theory or fits over them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vlab.analysis.rows import mean_and_error
from vlab.data.quality import QUALITY
from vlab.errors import DataError

if TYPE_CHECKING:
    import xarray

    from vlab.experiments.procedure import CurveStyle, Procedure

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Colour-blind safe (Okabe and Ito)."""
_DASHES = ("-", "--", ":", "-.")
_MARKERS = ("o", "s", "^", "D")
_MOST_MARKED = 200
"""Points of a curve that are marked beside a theory; more of them would run into each other."""
_LONG_NAME = 42
"""Characters of a name in the legend with which it has two columns only."""
_MOST_BARS = 40
"""Error bars of a curve; more of them become a band."""
_MOST_NAMES = 12
"""Of a large family every second, third, ... curve is named."""
_SPOILED = "spoiled: a flag was lit"
_RED = "#c62828"


@dataclass(frozen=True)
class Curve:
    """One curve of a run: where it stands in its family, and its points that were measured."""

    place: int
    word: str
    """Its value of the family where that is a word, as ``forward``; else empty."""
    member: str
    """The same for a legend, a number with its name and unit."""
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    error: NDArray[np.float64]
    """Standard errors of the means where the plan averages and there were at least two values; else NaN."""
    style: CurveStyle | None = None
    """How it is told from others, where several coordinates number the curves."""
    spoiled: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Which of the points were measured while a flag was lit that spoils them."""


def draw_runs(runs: Sequence[tuple[Procedure, xarray.Dataset]], path: Path, title: str = "",
              names: Sequence[str] = ()) -> None:
    """Draw runs of one kind of experiment over each other, the first variable of its plan.

    Parameters
    ----------
    runs : sequence of (Procedure, xarray.Dataset)
        The experiments and their data. Where the family of curves has words (forward, backward), a run has one colour
        and a word one kind of line; else a member of the family has one colour and a run one kind of line. Where
        several coordinates number the curves, a member of the family has one colour and those of the others one kind
        of line.
    path : Path
        The picture; its ending (png, pdf, svg) chooses the format.
    title : str
        A line above the picture.
    names : sequence of str
        What the legend calls the runs; by default what tells their experiments apart.

    Raises
    ------
    DataError
        The picture cannot be written, or a dataset is not of the first run's kind.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.6), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    for number, (procedure, dataset) in enumerate(runs):
        _draw(axes, procedure, dataset, number, names[number] if names else "", len(runs) == 1)
    procedure = runs[0][0]
    _name_axes(axes, procedure)
    named = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    if named:
        longest = max(len(str(line.get_label())) for line in named)
        columns = 3 if longest <= _LONG_NAME else 2
        figure.legend(frameon=False, fontsize=8, ncols=min(columns, len(named)), loc="outside lower center")
    axes.spines[["top", "right"]].set_visible(False)
    if title:
        axes.set_title(title, fontsize=10, loc="left")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise DataError(f"the picture {path} cannot be written ({error}).") from None


def curves(procedure: Procedure, dataset: xarray.Dataset, variable: str) -> Iterator[Curve]:
    """Yield the curves of a run in the order of its outer coordinates, without what was not measured.

    Raises
    ------
    DataError
        The dataset lacks the variable or the horizontal coordinate of the experiment's plan.
    """
    across = procedure.plot.x
    if variable not in dataset or across not in dataset.coords:
        raise DataError(f"only data of {procedure.title()} can be drawn so; this dataset has no {variable!r} against "
                        f"{across!r}.")
    trace = dataset[variable]
    outer = [c for c in procedure.plot.axes_of_curves(procedure.coordinates()) if c.name in trace.dims]
    averaged = [name for name in procedure.plot.average if name in trace.dims]
    for place, index in enumerate(itertools.product(*(range(trace.sizes[c.name]) for c in outer))):
        one = trace.isel({c.name: i for c, i in zip(outer, index, strict=True)}).transpose(*averaged, across)
        family = next((c.values[i] for c, i in zip(outer, index, strict=True) if c.name == procedure.plot.family), None)
        x = np.asarray(one[across].values, dtype=float)
        y, error = mean_and_error(np.asarray(one.values, dtype=float).reshape(-1, x.size))
        told = dict(procedure.plot.errors).get(variable)
        if told in dataset and not averaged:
            error = np.asarray(dataset[told].isel({c.name: i for c, i in zip(outer, index, strict=True)}).values,
                               dtype=float)
        measured = np.isfinite(y)
        spoiled: NDArray[np.bool_] = np.zeros(x.shape, dtype=bool)
        if QUALITY in dataset:
            marks = dataset[QUALITY].isel({c.name: i for c, i in zip(outer, index, strict=True)})
            bits = np.asarray(marks.transpose(*averaged, across).values).reshape(-1, x.size)
            spoiled = np.any(bits != 0, axis=0)
        yield Curve(place, family if isinstance(family, str) and len(outer) == 1 else "",
                    ", ".join(c.member(i) for c, i in zip(outer, index, strict=True)),
                    x[measured], y[measured], error[measured], procedure.plot.style(tuple(outer), index),
                    spoiled[measured])


def _draw(axes: Any, procedure: Procedure, dataset: xarray.Dataset, number: int, name: str, alone: bool) -> None:
    theory = procedure.overlay(dataset)
    drawn = list(curves(procedure, dataset, procedure.plot.y[0]))
    colours: list[tuple[str, str]] = []
    named = -(-len(drawn) // _MOST_NAMES)
    for curve in drawn:
        by_word = (bool(curve.word) and not procedure.plot.words_in_colours) or len(drawn) == 1
        which = number if by_word else curve.place
        kind = curve.place if by_word else number
        if curve.style is not None:
            which, kind = curve.style.colour, curve.style.dash + number
        colour, dash = COLOURS[which % len(COLOURS)], _DASHES[kind % len(_DASHES)]
        member = curve.member if curve.style is None else curve.style.name()
        told = name or procedure.label() if curve.style is None or (curve.place == 0 and not alone) else ""
        label = ", ".join(part for part in (told, member) if part)
        remark = procedure.remark(dataset, curve.word)
        label = f"{label}: {remark}" if label and remark else label or remark
        x, y, error = _within(procedure, curve.x, curve.y, curve.error)
        label = label if curve.place % named == 0 and (curve.style is None or member) and x.size else ""
        look: dict[str, Any] = {"marker": "o", "markersize": 3.0} if theory and x.size <= _MOST_MARKED else {}
        if procedure.plot.markers:
            look = {"marker": _MARKERS[kind % len(_MARKERS)], "markersize": 5.0,
                    "markerfacecolor": "none" if kind % 2 == 1 else colour}
        fitted = procedure.plot.markers and len(theory) == len(drawn) and np.size(theory[len(colours)][1]) > 0
        axes.plot(x, y, linestyle="none" if fitted else dash, color=colour, linewidth=1.4,
                  label=label or f"_{number}.{curve.place}", **look)
        crossed = _within(procedure, curve.x[curve.spoiled], curve.y[curve.spoiled])
        if crossed[0].size:
            first = not any(line.get_label() == _SPOILED for line in axes.lines)
            axes.plot(*crossed, "x", color=_RED, markersize=5.0, zorder=3.0,
                      label=_SPOILED if first else f"_{number}.{curve.place}.spoiled")
        known = np.isfinite(error)
        if known.sum() > _MOST_BARS:
            axes.fill_between(x[known], (y - error)[known], (y + error)[known], color=colour, alpha=0.2, linewidth=0.0)
        elif known.any():
            axes.errorbar(x[known], y[known], error[known], fmt="none", ecolor=colour, elinewidth=1.0)
        colours.append((colour, dash if procedure.plot.markers else "--"))
    kinds = 0
    for i, (said, *line) in enumerate(theory):
        kinds += bool(said) or i == 0  # what has no name goes on with the one before
        own, dash = colours[i] if len(theory) == len(colours) else ("0.35", _DASHES[1 + (kinds - 1) % 3])
        axes.plot(*_within(procedure, *(np.asarray(values, dtype=float) for values in line)), dash, color=own,
                  linewidth=0.8, zorder=2.0 if len(theory) == len(colours) else 1.9,
                  label=said or f"_{number}.theory.{i}")


def _within(procedure: Procedure, x: NDArray[np.float64], y: NDArray[np.float64],
            *others: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return the points that logarithmic axes can show."""
    shown = np.full(x.shape, True)
    if procedure.plot.log_x:
        shown &= x > 0.0
    if procedure.plot.log_y:
        shown &= y > 0.0
    return tuple(values[shown] for values in (x, y, *others))


def _name_axes(axes: Any, procedure: Procedure) -> None:
    plan = procedure.plot
    seen = any(line.get_xdata().size for line in axes.lines)
    if plan.log_x and seen:
        axes.set_xscale("log")
    if plan.log_y and seen:
        axes.set_yscale("log")
    if not plan.log_y:
        axes.axhline(0.0, color="0.8", linewidth=0.8, zorder=0, label="_zero")
    axes.set_xlabel(procedure.x_title())
    axes.set_ylabel(next(v.heading() for v in procedure.variables() if v.name == plan.y[0]))
