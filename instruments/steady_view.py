"""What a live picture of the fixed points shows: P against the bare detuning, where it locks and where it falls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from instruments.rate_view import RATES, LockingMark, bare_detuning_of, rate_model_of
from vlab.physics.bistability import RateModel, fixed_points, folds
from vlab.samples.specimen import HBAR
from vlab.units import unit_factor

Floats = NDArray[np.float64]

_UEV = unit_factor("ueV")
_POINTS = 160
"""On each piece of the curve."""
_MARGIN = 0.25
_LEAST = 6.0
"""Half of the picture's width at least, in broadened linewidths."""
_ARROWS = 13


@dataclass(frozen=True)
class SteadyStates:
    """All fixed points at the present light and field, in the units of the axes."""

    stable: tuple[Floats, Floats]
    """Those that attract at a fixed laser; NaN parts the pieces."""
    unstable: tuple[Floats, Floats]
    folds: tuple[tuple[float, float], ...]
    """Where two of them meet and vanish, and the line falls off."""
    x: tuple[float, float]
    """The part of the axis that is worth showing."""
    y: tuple[float, float]


@dataclass(frozen=True)
class SteadyView:
    """What a bench tells of its fixed points; all functions take the values of `Bench.hidden`."""

    x_title: str
    y_title: str
    depends_on: tuple[str, ...]
    states: Callable[[dict[str, float]], SteadyStates]
    here: Callable[[dict[str, float]], tuple[float, float]]
    """Returns where the sample is now."""
    marks: Callable[[dict[str, float]], tuple[LockingMark, ...]]
    """Returns the fixed points at the present laser; their ``x`` is along the vertical axis."""
    flow: Callable[[dict[str, float], tuple[float, float]], tuple[Floats, Floats]]
    """Returns places on a part of the vertical axis and which way the state drifts there, +1 or -1."""
    words: Callable[[dict[str, float], tuple[LockingMark, ...]], str]


def _curve(model: RateModel, u: Floats) -> tuple[Floats, Floats]:
    """Return bare detuning (ueV) and P of the fixed points at u = 2 delta / Gamma_p."""
    w = 1.0 / (1.0 + u * u)
    p = w * (model.a + w * (2.0 * model.c * u - model.b)) / model.gamma_dec
    return (0.5 * model.gamma_p * u + model.k * p) * HBAR / _UEV, p


def curve_of_states(model: RateModel) -> SteadyStates:
    """Return all fixed points of a rate model, over the part of the axis where they are more than one and some more."""
    turns = [2.0 * fold.delta / model.gamma_p for fold in folds(model)]
    places, heights = _curve(model, np.array(turns or [0.0]))
    width = model.gamma_p * HBAR / _UEV
    low, high = float(min(places.min(), 0.0)), float(max(places.max(), 0.0))
    margin = max(_MARGIN * (high - low), _LEAST * width)
    low, high = low - margin, high + margin
    # far out P is next to nothing, so that x = delta
    reach = 2.0 * max(-low, high) / width * 1.5
    parts: dict[bool, tuple[list[Floats], list[Floats]]] = {True: ([], []), False: ([], [])}
    edges = np.arcsinh(np.array([-reach, *(u for u in turns if abs(u) < reach), reach]))
    for left, right in pairwise(edges.tolist()):
        x, p = _curve(model, np.sinh(np.linspace(left, right, _POINTS)))
        xs, ps = parts[bool(x[-1] > x[0])]
        xs += [x, np.array([np.nan])]
        ps += [p, np.array([np.nan])]
    stable, unstable = ((np.concatenate(xs), np.concatenate(ps)) if xs else (np.empty(0), np.empty(0))
                        for xs, ps in (parts[True], parts[False]))
    bottom, top = float(min(heights.min(), 0.0)), float(max(heights.max(), 0.0))
    extent = max(top - bottom, 1e-2)
    return SteadyStates(stable, unstable,
                        tuple(zip(places.tolist(), heights.tolist(), strict=True)) if turns else (), (low, high),
                        (bottom - 0.1 * extent, top + 0.1 * extent))


def _here(hidden: dict[str, float]) -> tuple[float, float]:
    return bare_detuning_of(hidden) * HBAR / _UEV, hidden["polarization"]


def _marks(hidden: dict[str, float]) -> tuple[LockingMark, ...]:
    found = fixed_points(rate_model_of(hidden), bare_detuning_of(hidden))
    return tuple(LockingMark(point.polarization, point.stable) for point in found)


def _flow(hidden: dict[str, float], part: tuple[float, float]) -> tuple[Floats, Floats]:
    model, x = rate_model_of(hidden), bare_detuning_of(hidden)
    p = np.linspace(*part, 2 * _ARROWS + 1)[1::2]
    u = 2.0 * (x - model.k * p) / model.gamma_p
    w = 1.0 / (1.0 + u * u)
    return p, np.sign(w * (model.a + w * (2.0 * model.c * u - model.b)) - model.gamma_dec * p)


def _words(hidden: dict[str, float], marks: tuple[LockingMark, ...]) -> str:
    x, p = _here(hidden)
    attracting = sum(mark.stable for mark in marks)
    many = "1 fixed point" if len(marks) == 1 else f"{len(marks)} fixed points"
    verb = "attracts" if attracting == 1 else "attract"
    which = f", {attracting} of them {verb}" if len(marks) > 1 else ", which attracts"
    return f"x = {round(x, 2) + 0.0:+.2f} µeV, P = {round(p, 4) + 0.0:+.4f}: {many}{which}"


DOT_STEADY = SteadyView("bare detuning x (µeV), positive: laser red of the line at P = 0", "nuclear polarization P",
                        RATES, lambda hidden: curve_of_states(rate_model_of(hidden)), _here, _marks, _flow, _words)
"""The fixed points of one dot in the rate model."""
