r"""Infinitely slow scans of the rate model: how far they drag the resonance, and where it snaps back.

With P always at a fixed point, x(delta) = delta + (K / gamma_dec) f(delta) says where the laser stands when the line is
delta away. The fixed points of a rising piece of x(delta) are stable at a fixed laser, for either sign of K, since

.. math::  \dot\delta = -K \dot P = \gamma_\mathrm{dec} \, [x - x(\delta)].

A slow scan follows such a branch up to its end, a fold; there the line runs, at a standing laser, to the next branch.
Drag over a finite time and in steps falls short of this: it is what no scan can exceed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.polynomial import polynomial
from numpy.typing import ArrayLike, NDArray

from vlab.physics.bistability import (
    FixedPoint,
    RateModel,
    basins,
    folds,
    largest_negative_polarization,
    point_at,
    real_roots,
)


@dataclass(frozen=True)
class Jump:
    """A fold at which a slow scan falls from one branch to another."""

    x: float
    """Bare detuning, rad/s."""
    before: FixedPoint
    """The last point of the branch that ends."""
    after: FixedPoint
    """Where the line comes to rest, at the same x."""


@dataclass(frozen=True)
class QuasiStaticCurve:
    """What an infinitely slow scan passes through."""

    x: NDArray[np.float64]
    """Bare detuning, rad/s, in the order of the scan."""
    polarization: NDArray[np.float64]
    absorption: NDArray[np.float64]
    """w in [0, 1]."""
    jumps: tuple[Jump, ...]
    """In the order of the scan."""


@dataclass(frozen=True)
class DragLimits:
    """How far nuclei can be polarized and the line be dragged, either way."""

    printed: float
    """|P_max^-| of eq. 14 as a magnitude: (b - a) / gamma_dec, or 0 where a > b."""
    lowest: float
    """The most negative P of any fixed point, min f / gamma_dec; equals minus ``printed`` without the odd term."""
    highest: float
    """The most positive P of any fixed point, max f / gamma_dec."""
    towards_blue: FixedPoint | None
    """Where a slow scan of the laser from red to blue (x falling) loses the line for the last time; None where it
    passes the line without a jump."""
    towards_red: FixedPoint | None
    """The same for a scan from blue to red."""


@dataclass(frozen=True)
class _Branch:
    """A rising piece of x(delta), between u = 2 delta / Gamma_p at its ends."""

    lower: float
    upper: float
    x_lower: float
    x_upper: float


def _branches(model: RateModel) -> list[_Branch]:
    """Return the stable branches by rising u; the first comes from minus infinity, the last goes to infinity."""
    ends = [(-inf, -inf), *((2.0 * fold.delta / model.gamma_p, fold.x) for fold in folds(model)), (inf, inf)]
    found: list[_Branch] = []
    for (lower, x_lower), (upper, x_upper) in pairwise(ends):
        if x_lower >= x_upper:
            continue
        if found and found[-1].upper == lower:  # the fold was none: x(delta) only halts there
            lower, x_lower = found[-1].lower, found[-1].x_lower
            found.pop()
        found.append(_Branch(lower, upper, x_lower, x_upper))
    return found


def _on_branch(model: RateModel, branch: _Branch, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return u where x(delta) on a branch equals each ``x``, by bisection to the last digit."""
    scale = 2.0 / model.gamma_p
    reach = 1.01 * abs(model.k) / model.gamma_dec * (abs(model.a) + abs(model.b) + abs(model.c)) + model.gamma_p
    low = np.maximum(scale * (x - reach), branch.lower)
    high = np.minimum(scale * (x + reach), branch.upper)
    shift = scale * model.k / model.gamma_dec
    while True:
        middle = 0.5 * (low + high)
        if not ((middle > low) & (middle < high)).any():
            return np.asarray(middle)
        w = 1.0 / (1.0 + middle * middle)
        below = middle + shift * w * (model.a + w * (2.0 * model.c * middle - model.b)) < scale * x
        low, high = np.where(below, middle, low), np.where(below, high, middle)


def _landing(branches: list[_Branch], number: int, rising: bool) -> int:
    """Return the branch to which the line runs from the end of branch ``number``."""
    if rising:
        return next(j for j in range(number + 1, len(branches)) if branches[j].x_upper > branches[number].x_upper)
    return next(j for j in range(number - 1, -1, -1) if branches[j].x_lower < branches[number].x_lower)


def quasi_static_curve(model: RateModel, x: ArrayLike, start: float = 0.0) -> QuasiStaticCurve:
    """Return the stable states that an infinitely slow scan follows, with its jumps at folds.

    Parameters
    ----------
    model : RateModel
    x : array_like, shape (n,)
        Bare detunings in rad/s in the order of the scan, which may turn back; the laser passes all values in between.
    start : float
        P at the first of them, from where it first runs to the fixed point in whose basin it is.

    Raises
    ------
    ValueError
        Without nuclear decay, or when ``x`` is not a list of finite numbers.
    """
    grid = np.array(x, dtype=float)
    if grid.ndim != 1 or grid.size < 1 or not np.isfinite(grid).all():
        raise ValueError(f"x must be a list of finite numbers, got shape {grid.shape}")
    first = next((b.point for b in basins(model, float(grid[0])) if b.lower <= start <= b.upper), None)
    if first is None:
        raise ValueError(f"start must be a polarization, got {start}")
    branches = _branches(model)
    u = 2.0 * first.delta / model.gamma_p
    # at a fold a point lies at the end of its branch, rounded to either side
    number = min(range(len(branches)), key=lambda j: max(branches[j].lower - u, u - branches[j].upper, 0.0))
    which = np.empty(grid.size, dtype=int)
    falls: list[tuple[float, int, int, bool]] = []
    previous = float(grid[0])
    for i, value in enumerate(grid):
        rising = bool(value > previous)
        while (value > branches[number].x_upper) if rising else (value < branches[number].x_lower):
            landing = _landing(branches, number, rising)
            edge = branches[number].x_upper if rising else branches[number].x_lower
            falls.append((edge, number, landing, rising))
            number = landing
        which[i] = number
        previous = float(value)
    states = np.empty(grid.size)
    for j in np.unique(which):
        states[which == j] = _on_branch(model, branches[j], grid[which == j])
    w = 1.0 / (1.0 + states * states)
    polarization = w * (model.a + w * (2.0 * model.c * states - model.b)) / model.gamma_dec
    jumps = []
    for edge, left, reached, rising in falls:
        end = branches[left].upper if rising else branches[left].lower
        rest = float(_on_branch(model, branches[reached], np.array([edge]))[0])
        jumps.append(Jump(edge, point_at(model, end), point_at(model, rest)))
    return QuasiStaticCurve(grid, polarization, w, tuple(jumps))


def drag_limits(model: RateModel) -> DragLimits:
    """Return how far a slow scan can polarize the nuclei and drag the line, either way.

    Eq. 14 bounds P < 0 of eq. 13 by what the pumps give on the line (w = 1). The exact turning points are the last
    folds that a slow scan meets; they lie just before an extremum of f. What comes before them need not be a lock with
    high absorption: see ``absorption`` of the turning points, which is low for eq. 13 in scans from blue to red.

    Raises
    ------
    ValueError
        Without nuclear decay.
    """
    printed = largest_negative_polarization(model)
    # df/du = 0: 2 (c - a u)(1 + u^2) + 4 u (b - 2 c u) = 0
    extrema = real_roots(polynomial.polyadd(
        polynomial.polymul(np.array([2.0 * model.c, -2.0 * model.a]), np.array([1.0, 0.0, 1.0])),
        np.array([0.0, 4.0 * model.b, -8.0 * model.c])))
    steady = [0.0, *(model.pumping(u) / model.gamma_dec for u in extrema)]
    return DragLimits(printed, min(steady), max(steady), _turning_point(model, False), _turning_point(model, True))


def _turning_point(model: RateModel, rising: bool) -> FixedPoint | None:
    branches = _branches(model)
    number, last = (0, None) if rising else (len(branches) - 1, None)
    while number != (len(branches) - 1 if rising else 0):
        last = point_at(model, branches[number].upper if rising else branches[number].lower)
        number = _landing(branches, number, rising)
    return last
