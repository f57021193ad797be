r"""Fixed points, folds and stability of the rate model, found as roots of polynomials.

With u = 2 delta / Gamma_p the pumping of `vlab.physics.dnsp_rate` is rational in u, f = [a (1 + u^2) - b + 2 c u] /
(1 + u^2)^2, so every root is found at once and none is missed:

* fixed points at a fixed laser, x = delta + (K / gamma_dec) f(delta): five complex roots;
* folds, dx/ddelta = 0, where the steady state jumps: six;
* locking points at frozen polarization, f(delta) = gamma_dec P (figure S4): four.

Two notions of stability are offered, and they disagree on weak outer flanks. *At fixed laser* a fixed point is stable
where -K f' - gamma_dec < 0: this is what happens in the laboratory. *At frozen polarization* it is stable where
dP/dt rises with delta, f' > 0: this is how figure S4 is read.

At a fixed laser dP/dt depends on P alone, so P runs to the next fixed point in the direction of dP/dt: fixed points
that repel are the borders between the basins of those that attract. What slow scans make of all that is in
`vlab.physics.quasi_static`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.polynomial import polynomial
from numpy.typing import NDArray


@dataclass(frozen=True)
class RateModel:
    """The numbers of the rate model at given light and field; rad/s and 1/s."""

    k: float
    gamma_p: float
    a: float
    b: float
    c: float
    gamma_dec: float

    def pumping(self, u: float) -> float:
        """Return f at the reduced detuning u = 2 delta / Gamma_p."""
        w = 1.0 / (1.0 + u * u)
        return w * (self.a + w * (2.0 * self.c * u - self.b))

    def pumping_slope(self, u: float) -> float:
        """Return df/du at the reduced detuning u."""
        w = 1.0 / (1.0 + u * u)
        return w * w * (2.0 * (self.c - self.a * u) + w * 4.0 * u * (self.b - 2.0 * self.c * u))


@dataclass(frozen=True)
class FixedPoint:
    """A state that does not change: where it is, what it absorbs, and in which sense it is stable."""

    x: float
    """Bare detuning, rad/s."""
    delta: float
    """Effective detuning, rad/s."""
    polarization: float
    absorption: float
    """w in [0, 1]."""
    stable: bool
    """Stable at fixed laser, when P follows: -K f' - gamma_dec < 0."""
    stable_at_frozen_polarization: bool
    """Stable as figure S4 is read: dP/dt rises with the effective detuning."""


@dataclass(frozen=True)
class Basin:
    """A fixed point that attracts at a fixed laser, and the polarizations that run to it."""

    point: FixedPoint
    lower: float
    """Where the basin begins: the next lower unstable fixed point, or minus infinity."""
    upper: float
    """Where it ends: the next higher unstable fixed point, or infinity."""


def real_roots(coefficients: NDArray[np.float64]) -> list[float]:
    """Return the real roots of a polynomial, lowest power first, by rising value; close double roots count once."""
    largest = float(np.abs(coefficients).max())
    if largest < 1e-290:
        return []
    scaled = coefficients / largest
    # a leading coefficient that is lost in the others' rounding would make roots at infinity
    trimmed = np.trim_zeros(np.where(np.abs(scaled) < 1e-15, 0.0, scaled), "b")
    if trimmed.size < 2:
        return []
    roots = polynomial.polyroots(trimmed)
    derivative = polynomial.polyder(trimmed)
    found: list[float] = []
    for root in roots:
        if abs(root.imag) > 1e-6 * (1.0 + abs(root)):
            continue
        u = float(root.real)
        for _ in range(20):  # takes off the last digits of rounding in the companion matrix
            slope = float(polynomial.polyval(u, derivative))
            if slope == 0.0:
                break
            step = float(polynomial.polyval(u, trimmed)) / slope
            u -= step
            if abs(step) < 1e-15 * (1.0 + abs(u)):
                break
        if not any(abs(u - other) < 1e-9 * (1.0 + abs(u)) for other in found):
            found.append(u)
    return sorted(found)


def point_at(model: RateModel, u: float, polarization: float | None = None) -> FixedPoint:
    """Return the state at u = 2 delta / Gamma_p that does not change, or the one with a frozen ``polarization``."""
    p = model.pumping(u) / model.gamma_dec if polarization is None else polarization
    delta = 0.5 * u * model.gamma_p
    slope = model.pumping_slope(u) * 2.0 / model.gamma_p
    return FixedPoint(
        x=delta + model.k * p,
        delta=delta,
        polarization=p,
        absorption=1.0 / (1.0 + u * u),
        stable=-model.k * slope - model.gamma_dec < 0.0,
        stable_at_frozen_polarization=slope > 0.0,
    )


def _shift(model: RateModel) -> float:
    return 2.0 * model.k / (model.gamma_p * model.gamma_dec)


def fixed_points(model: RateModel, x: float) -> list[FixedPoint]:
    """Return all fixed points at bare detuning ``x`` (rad/s), by rising effective detuning.

    Raises
    ------
    ValueError
        Without nuclear decay there is a line of fixed points, not a few.
    """
    _need_decay(model)
    s, y = _shift(model), 2.0 * x / model.gamma_p
    pump = s * np.array([model.a - model.b, 2.0 * model.c, model.a])
    square = np.array([1.0, 0.0, 2.0, 0.0, 1.0])
    coefficients = polynomial.polysub(polynomial.polymul(np.array([-y, 1.0]), square), -pump)
    return [point_at(model, u) for u in real_roots(coefficients)]


def basins(model: RateModel, x: float) -> list[Basin]:
    """Return the basins of attraction at bare detuning ``x`` (rad/s), by rising polarization.

    They fill all P, also beyond +-1, where no nuclei are left to follow. Exactly at a fold the point where two branches
    meet attracts from one side only, and its basin ends there.

    Raises
    ------
    ValueError
        Without nuclear decay there is a line of fixed points, not a few.
    """
    points = sorted(fixed_points(model, x), key=lambda point: point.polarization)
    if not points:
        return []
    values = [point.polarization for point in points]
    # far out the decay wins; between two neighbours dP/dt has one sign
    middles = [0.5 * (lower + upper) for lower, upper in pairwise(values)]
    rising = [True, *(_drift(model, x, p) > 0.0 for p in middles), False]
    found = []
    for i, point in enumerate(points):
        from_below, from_above = rising[i], not rising[i + 1]
        if from_below or from_above:
            below = values[i - 1] if i else -inf
            above = values[i + 1] if i + 1 < len(points) else inf
            found.append(Basin(point, below if from_below else values[i], above if from_above else values[i]))
    return found


def _drift(model: RateModel, x: float, p: float) -> float:
    return model.pumping(2.0 * (x - model.k * p) / model.gamma_p) - model.gamma_dec * p


def folds(model: RateModel) -> list[FixedPoint]:
    """Return the points where stable and unstable branches meet (dx/ddelta = 0), by rising effective detuning."""
    _need_decay(model)
    s = _shift(model)
    cube = np.array([1.0, 0.0, 3.0, 0.0, 3.0, 0.0, 1.0])
    slope = polynomial.polyadd(
        polynomial.polymul(np.array([2.0 * model.c, -2.0 * model.a]), np.array([1.0, 0.0, 1.0])),
        np.array([0.0, 4.0 * model.b, -8.0 * model.c]),
    )
    return [point_at(model, u) for u in real_roots(polynomial.polyadd(cube, s * slope))]


def locking_points(model: RateModel, polarization: float = 0.0) -> list[FixedPoint]:
    """Return the effective detunings at which dP/dt vanishes for a frozen ``polarization`` (figure S4).

    Each point's ``x`` is the bare detuning of a laser that sits there at this polarization.
    """
    square = np.array([1.0, 0.0, 2.0, 0.0, 1.0])
    pump = np.array([model.a - model.b, 2.0 * model.c, model.a])
    coefficients = polynomial.polysub(pump, model.gamma_dec * polarization * square)
    return [point_at(model, u, polarization) for u in real_roots(coefficients)]


def largest_negative_polarization(model: RateModel) -> float:
    """Return |P_max^-| that dragging can reach, eq. 14: (b - a) / gamma_dec (zero when a > b)."""
    _need_decay(model)
    return max(0.0, (model.b - model.a) / model.gamma_dec)


def _need_decay(model: RateModel) -> None:
    if not model.gamma_dec > 0.0:
        raise ValueError(f"gamma_dec must be positive, got {model.gamma_dec}")
