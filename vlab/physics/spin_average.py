r"""Averages over the Overhauser field to an asked tolerance, with the error that was reached.

Rules of growing size are used until two things agree. Where the integrand is analytic in the mapped coordinates the
error falls geometrically, so from the differences d of successive rules the error of the last is about d_n^2/d_(n-1);
we take eight times that, at most d_n and at least d_(n-1)/500 (/10 in tilted fields), since two rules can agree by
accident. Where it does not fall geometrically (`pattern_average` tells where) we take three times d_n, at least
d_(n-1)/2. Where the first two rules agree already, nothing is known of how fast the error falls, and no smaller error
is told than was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log, pi, sin
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from vlab.physics import overhauser
from vlab.physics.spin_inertia import (
    delayed_response,
    linear_response,
    renewed_response,
    steady_response,
)
from vlab.physics.spin_residual import carried_response, carried_steady_response
from vlab.physics.spin_sweep import sweep

Complexes: TypeAlias = NDArray[np.complex128]
Floats: TypeAlias = NDArray[np.float64]
Four: TypeAlias = tuple[float, float, float, float]

FLOOR = 0.03
"""A tolerance is relative to the signal where that is larger than this, and to this where it is smaller."""
_SMOOTH = ((4, 5), (6, 7), (9, 11), (13, 15), (19, 22), (28, 33), (42, 50), (60, 64))
_FINE = 1e-5
"""At tolerances below this the first rule is not worth its while."""
SAFETY, FORGET = 8.0, 500.0
_FORGET_TILTED = 10.0
"""The angles of a tilted field converge less evenly: its error is at least this part of the difference before."""
_BEYOND = 7.0
"""The weight is dropped below the tolerance times exp of minus this."""
_FIELDS = 16
"""External fields between two looks at whether somebody wants to stop."""
EITHER = np.array([1.0])
"""Helicities whose resonances are resolved where both have the same."""
_MANY, _SUPPORTS = 96, 48
"""More frequencies than these are interpolated from so many."""
_REPLICATES = 16
_FEWEST, _MOST = 2**9, 2**16
"""Points of one replicate."""


@dataclass(frozen=True)
class SpinSystem:
    """An ensemble under pulses in a magnetic field, as plain numbers (rad/s and s)."""

    larmor: tuple[float, float]
    """W_L and W_L^T along the field."""
    tilt: float
    """Angle between the field and z, rad."""
    nuclear: Four
    """w_n, lambda, chi, chi lambda / lambda_T."""
    times: Four
    """T_R, tau_s, tau_s^T, tau_0."""
    pulse: Four
    """q_z, q_perp, kick, phi."""
    correlation_time: float = inf
    """tau_c after which a dot has another nuclear field, s."""
    random: bool = False
    """Whether averages are quasi-Monte-Carlo, with one standard deviation for their error, instead of quadratures."""

    @property
    def axial(self) -> bool:
        """Whether the field is along z, so that nothing depends on the azimuth."""
        return abs(sin(self.tilt)) < 1e-12 or self.larmor == (0.0, 0.0)


@dataclass(frozen=True)
class Average:
    """A mean over the ensemble."""

    values: Complexes
    error: Floats
    """Estimated absolute error of each value: a bound in practice for quadrature, one standard deviation for
    quasi-Monte-Carlo."""
    dots: int
    """How many dots were computed for the last rule."""


def linear(system: SpinSystem, frequencies: Floats, tolerance: float, stop: Callable[[], bool] | None = None,
           ) -> Average:
    """Return the signal of resonant pulses (phi = 0) at modulation frequencies in rad/s, for an infinitely long run.

    Parameters
    ----------
    system : SpinSystem
        With phi = 0.
    frequencies : ndarray, shape (f,)
        0 for constant helicity.
    tolerance : float
        Of the signal.
    stop : callable, optional
        Asked between rules; true ends with `InterruptedError`.
    """
    if len(frequencies) == 1 and is_plain(system, tolerance):
        return at_fields(system, np.ones(1), float(frequencies[0]), tolerance, stop)
    points = on_circle(system, frequencies)
    if system.correlation_time < inf:
        return _renewed(system, points, tolerance, stop)
    respond = carried_response if carries(system, tolerance) else linear_response
    values, errors = np.zeros(len(points), dtype=complex), np.zeros(len(points))
    dots = 0
    for group in sharing_nodes(system, frequencies):
        found = _together(system, points[group], respond, 0.5 * pi * tolerance, stop)
        values[group], errors[group] = found.values, found.error
        dots = max(dots, found.dots)
    return Average(np.asarray(values * (2.0 / pi)), np.asarray(errors * (2.0 / pi)), dots)


def on_circle(system: SpinSystem, frequencies: Floats) -> Complexes:
    """Return exp(i w T_R)."""
    points = np.exp(1j * np.asarray(frequencies, dtype=float) * system.times[0])
    points[np.asarray(frequencies) == 0.0] = 1.0
    return np.asarray(points)


def _together(system: SpinSystem, points: Complexes, respond: Callable[..., Complexes], tolerance: float,
              stop: Callable[[], bool] | None) -> Average:
    """Return the response at frequencies that share their nodes; where they are many, through a polynomial in ln w.

    The response is a sum of 1/(1 + i w tau): analytic in ln w, up to a distance of pi/2 from the real axis.
    """
    ends = np.unique(np.array([points[0], points[-1]]))

    def mean(chosen: Complexes) -> Average:
        return average(system, lambda nodes: np.asarray(respond(nodes, system.times, system.pulse, chosen)), ends,
                       EITHER, tolerance, stop)

    phases = np.angle(points)
    low, high = phases[phases > 0.0].min(initial=np.inf), phases.max()
    if len(points) <= _MANY:
        return mean(points)
    nodes = 0.5 * (1.0 - np.cos(pi * (np.arange(_SUPPORTS) + 0.5) / _SUPPORTS))
    supports = low * (high / low) ** nodes
    witnesses = points[:: len(points) // 7]
    found = mean(np.concatenate([np.exp(1j * supports), witnesses, [1.0 + 0j]]))
    zero = phases == 0.0
    values = _through(nodes, found.values[:_SUPPORTS], np.log(np.where(zero, low, phases) / low) / np.log(high / low))
    values[zero] = found.values[-1]
    bent = float(np.abs(values[:: len(points) // 7] - found.values[_SUPPORTS:-1]).max())
    if bent > 0.1 * tolerance * max(float(np.abs(values).min()), FLOOR):
        return mean(points)
    return Average(values, np.full(len(points), found.error.max() + 2.0 * bent), found.dots)


def _through(nodes: Floats, values: Complexes, x: Floats) -> Complexes:
    """Return the polynomial through values at Chebyshev nodes of the first kind in [0, 1], by its barycentric form.

    Scipy's would have linear algebra with threads that spin on.
    """
    weights = np.sin(pi * (np.arange(len(nodes)) + 0.5) / len(nodes))
    weights[1::2] *= -1.0
    away = x[:, np.newaxis] - nodes
    hit = away == 0.0
    shares = weights / np.where(hit, 1.0, away)
    met = hit.any(axis=1)
    shares[met] = hit[met]
    return np.asarray((shares * values).sum(axis=1) / shares.sum(axis=1))


def at_fields(system: SpinSystem, fields: Floats, frequency: float, tolerance: float,
              stop: Callable[[], bool] | None = None) -> Average:
    """Return the signal at one modulation frequency (rad/s) for many strengths of the external field.

    The same as `linear` and `steady` for each of them, in a compiled loop.

    Parameters
    ----------
    system : SpinSystem
        At unit field.
    fields : ndarray, shape (m,)
        In units of the system's.
    frequency : float
        Zero where phi is not.
    """
    return by_rules(system, fields, frequency, tolerance, _rules(system, 0.5 * pi * tolerance), stop)


def by_rules(system: SpinSystem, fields: Floats, frequency: float, tolerance: float,
             rules: Sequence[tuple[int, int]], stop: Callable[[], bool] | None) -> Average:
    """Return what `at_fields` does, by these rules: nodes per stretch and per angle."""
    z = complex(np.exp(1j * frequency * system.times[0])) if frequency else 1.0 + 0j
    larmors = np.array([first_quadrant(replace(system, larmor=(b * system.larmor[0], b * system.larmor[1])))
                        for b in fields.tolist()])
    wanted = 0.5 * pi * tolerance
    sizes = np.array(rules)
    values, errors, dots = np.zeros(len(fields), dtype=complex), np.zeros(len(fields)), 0
    signs = (0.0,) if system.pulse[3] == 0.0 else (1.0, -1.0)
    portion = _FIELDS if system.axial else 1  # a tilted field takes milliseconds
    for sign in signs:
        for first in range(0, len(fields), portion):
            if stop is not None and stop():
                raise InterruptedError("stopped")
            part = slice(first, first + portion)
            found, error, counted = sweep(larmors[part], system.nuclear, system.times, system.pulse, z, sign,
                                          sizes, wanted, FLOOR, weight_cut(wanted), SAFETY,
                                          _forget(system), _fewest(system), *overhauser.RULES)
            values[part] += found * 2.0 / (pi * len(signs))
            errors[part] += error * 2.0 / (pi * len(signs))
            dots = max(dots, int(counted.max(initial=0)))
    return Average(values, errors, dots)


def is_plain(system: SpinSystem, tolerance: float) -> bool:
    """Return whether `at_fields` knows what is asked: frozen fields, no trion that is left over, no random dots."""
    return not (system.random or system.correlation_time < inf or carries(system, tolerance))


def carries(system: SpinSystem, tolerance: float) -> bool:
    """Return whether the trion that is left when a pulse comes is taken along: where it matters at this tolerance."""
    return system.axial and exp(-system.times[0] / system.times[3]) > 0.1 * tolerance


def _renewed(system: SpinSystem, points: Complexes, tolerance: float, stop: Callable[[], bool] | None) -> Average:
    if not system.axial:
        raise ValueError("nuclear fields that are renewed are computed for a field along z only")
    kept = exp(-system.times[0] / system.correlation_time)
    values, errors, dots = np.zeros(len(points), dtype=complex), np.zeros(len(points)), 0
    for i, z in enumerate(points):

        def both(nodes: Floats, z: complex = complex(z)) -> Complexes:
            driven, loop = renewed_response(nodes, system.times, system.pulse, z, kept)
            return np.array([driven / (1.0 - (1.0 - kept) * z * loop)])

        found = average(system, both, points[i:i + 1], EITHER, 0.5 * pi * tolerance, stop)
        values[i], errors[i], dots = found.values[0], found.error[0], max(dots, found.dots)
    return Average(np.asarray(values * (2.0 / pi)), np.asarray(errors * (2.0 / pi)), dots)


def sharing_nodes(system: SpinSystem, frequencies: Floats) -> list[NDArray[np.intp]]:
    """Return which frequencies may share nodes: those whose resonances are less apart than the sharpest is wide."""
    period, tau_s = system.times[0], system.times[1]
    width = 1.0 - system.pulse[1] * exp(-period / tau_s)
    phases = (np.asarray(frequencies, dtype=float) * period).tolist()
    groups: list[list[int]] = []
    farthest = -inf
    for i in sorted(range(len(phases)), key=phases.__getitem__):
        if phases[i] <= farthest:
            groups[-1].append(i)
        else:
            groups.append([i])
            farthest = phases[i] + 0.5 * max(width, 0.3 * phases[i])
    return [np.array(g) for g in groups]


def steady(system: SpinSystem, tolerance: float, stop: Callable[[], bool] | None = None) -> Average:
    """Return the signal at zero modulation frequency, any phi: 2/pi times half the difference of both helicities.

    Each helicity resonates at phases of its own, so that each gets nodes of its own.
    """
    if system.pulse[3] != 0.0 and is_plain(system, tolerance):
        return at_fields(system, np.ones(1), 0.0, tolerance, stop)
    one = np.array([1.0 + 0j])
    total, error, dots = np.zeros(1, dtype=complex), np.zeros(1), 0
    for sign in (1.0, -1.0):

        def respond(nodes: Floats, sign: float = sign) -> Complexes:
            if carries(system, tolerance):
                return carried_steady_response(nodes, system.times, system.pulse, sign)
            return np.array([complex(steady_response(nodes, system.times, system.pulse, sign))])

        found = average(system, respond, one, np.array([sign]), 0.5 * pi * tolerance, stop)
        total, error, dots = total + found.values, error + found.error, dots + found.dots
    return Average(np.asarray(total / pi), np.asarray(error / pi), dots)


def delayed(system: SpinSystem, frequency: float, delays: Floats, tolerance: float,
            stop: Callable[[], bool] | None = None) -> tuple[Average, Average]:
    """Return S_z and J_z between resonant pulses (phi = 0), per unit of the drive's component.

    Parameters
    ----------
    frequency : float
        Modulation, rad/s; 0 for constant helicity.
    delays : ndarray, shape (d,)
        Times after the pulse, s.
    """
    z = complex(np.exp(1j * frequency * system.times[0])) if frequency else 1.0 + 0j

    def both(nodes: Floats) -> Complexes:
        return np.concatenate(delayed_response(nodes, system.times, system.pulse, z, delays))

    found = average(system, both, np.array([z]), EITHER, tolerance, stop)
    d = len(delays)
    return (Average(found.values[:d], found.error[:d], found.dots), Average(found.values[d:], found.error[d:],
                                                                            found.dots))


def average(system: SpinSystem, respond: Callable[[Floats], Complexes], points: Complexes, helicities: Floats,
            tolerance: float, stop: Callable[[], bool] | None = None) -> Average:
    """Return the mean of ``respond`` over the ensemble.

    Parameters
    ----------
    respond : callable
        From nodes (n, 5) to the weighted sums, shape (k,).
    points : ndarray of complex
        z at which the resonances are to be resolved.
    helicities : ndarray
        See `overhauser.ray_nodes`.
    tolerance : float
        Wanted error, relative to max(largest value, `FLOOR`).

    Raises
    ------
    InterruptedError
        ``stop()`` became true.
    """
    if system.random:
        return sampled(system, respond, tolerance, stop)
    larmor = first_quadrant(system)
    cut = weight_cut(tolerance)

    def value(per_stretch: int, per_angle: int) -> tuple[Complexes, int]:
        nodes = overhauser.ray_nodes(larmor, system.nuclear, system.times, system.pulse, points, helicities,
                                     per_stretch, per_angle, cut, *overhauser.RULES, *overhauser.ALL_ANGLES)
        return respond(nodes), len(nodes)

    return refine(value, _rules(system, tolerance), tolerance, stop, forget=_forget(system),
                  fewest=_fewest(system))


def _rules(system: SpinSystem, tolerance: float) -> Sequence[tuple[int, int]]:
    """Return the rules of growing size; five angles say nothing of a tilted field."""
    return _SMOOTH[1 if tolerance < _FINE or not system.axial else 0:]


def _forget(system: SpinSystem) -> float:
    return FORGET if system.axial else _FORGET_TILTED


def _fewest(system: SpinSystem) -> int:
    """Return how many rules must have been compared with the one before; in tilted fields two agree by accident."""
    return 1 if system.axial else 2


def refine(value: Callable[[int, int], tuple[Complexes, int]], rules: Sequence[tuple[int, int]], tolerance: float,
           stop: Callable[[], bool] | None = None, *, trusting: bool = True, left_out: float = 1e-2,
           safety: float = SAFETY, forget: float = FORGET, fewest: int = 1) -> Average:
    """Use rules of growing size until the error is the wanted one, or rules are at an end.

    Parameters
    ----------
    value : callable
        From nodes per stretch and per angle to weighted sums, shape (k,), and the number of dots.
    rules : sequence of (int, int)
    tolerance : float
    trusting : bool
        Whether the error may be taken to fall geometrically.
    left_out : float
        What dots without weight may contribute, in tolerances.
    safety, forget : float
        Where trusting: the error is ``safety`` d_n^2/d_(n-1), and at least d_(n-1)/``forget``.
    fewest : int
        How many rules must have been compared with the one before.

    Raises
    ------
    InterruptedError
        ``stop()`` became true.
    """
    before: Complexes | None = None
    last: Floats | None = None
    error = np.empty(0)
    values = np.empty(0, dtype=complex)
    count = 0
    for level, rule in enumerate(rules):
        if stop is not None and stop():
            raise InterruptedError("stopped")
        values, count = value(*rule)
        if before is not None:
            now = np.abs(values - before)
            error = now if trusting else 3.0 * now
            if last is not None and trusting:
                error = np.maximum(now * np.minimum(1.0, safety * now / np.maximum(last, 1e-300)), last / forget)
            elif last is not None:
                error = np.maximum(error, 0.5 * last)
            error = error + left_out * tolerance * np.maximum(np.abs(values), FLOOR)
            wanted = tolerance * np.maximum(np.abs(values), FLOOR)
            if level >= fewest and np.all(error <= wanted):
                if last is None:
                    error = wanted
                break
            last = now
        before = values
    return Average(values, error, count)


def weight_cut(tolerance: float) -> float:
    """Return the exponent below which a dot's weight does not matter."""
    return log(1.0 / tolerance) + _BEYOND


def first_quadrant(system: SpinSystem) -> Four:
    """Return the external fields along z and x, turned and mirrored so that those of the resident spin are positive.

    The average is even in the field as a whole, and in the azimuth.
    """
    c, s = (float(np.cos(system.tilt)), float(np.sin(system.tilt)))
    if system.axial:
        c, s = (1.0 if c >= 0.0 else -1.0), 0.0
    w_l, w_lt = system.larmor
    along, trion_along, across, trion_across = w_l * c, w_lt * c, w_l * s, w_lt * s
    if along < 0.0:
        along, trion_along, across, trion_across = -along, -trion_along, -across, -trion_across
    if across < 0.0:
        across, trion_across = -across, -trion_across
    return abs(along), abs(across), trion_along, trion_across  # no negative zeros


def sampled(system: SpinSystem, respond: Callable[[Floats], Complexes], tolerance: float,
            stop: Callable[[], bool] | None = None) -> Average:
    """Quasi-Monte-Carlo over randomly shifted Sobol sequences, whose scatter gives the error."""
    w_l, w_lt = system.larmor
    c, s = float(np.cos(system.tilt)), float(np.sin(system.tilt))
    larmor = (w_l * c, w_l * s, w_lt * c, w_lt * s)
    sequences = [qmc.Sobol(3, scramble=True, rng=np.random.default_rng(seed)) for seed in range(_REPLICATES)]
    sums: list[Complexes] = [np.zeros(1, dtype=complex)] * _REPLICATES
    done, step = 0, _FEWEST
    while True:
        for k, sequence in enumerate(sequences):
            if stop is not None and stop():
                raise InterruptedError("stopped")
            points = np.clip(sequence.random(step), 1e-16, 1.0 - 1e-16)
            sums[k] = sums[k] + step * respond(overhauser.sampled_nodes(points, larmor, system.nuclear))
        done += step
        step = done
        means = np.array(sums) / done
        values = means.mean(axis=0)
        error = np.sqrt((np.abs(means - values) ** 2).sum(axis=0) / (_REPLICATES * (_REPLICATES - 1)))
        if done >= _MOST or np.all(error <= tolerance * np.maximum(np.abs(values), FLOOR)):
            return Average(values, error, done * _REPLICATES)
