r"""Averages over the Overhauser field under a helicity pattern of detuned pulses.

Where the transverse spin is forgotten in a run of L pulses, the response is analytic in the coordinates of `overhauser`
as it is for constant helicity, and errors fall geometrically. Where it survives, dots also resonate with sidebands of
the modulation, which the nodes do not follow: the error falls more slowly, and its estimate trusts less. What survives
is (q_perp exp(-T_R/tau_s))^L, and sidebands enter as its square.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp, pi

import numpy as np
from numpy.typing import NDArray

from vlab.physics import overhauser
from vlab.physics.spin_average import (
    FLOOR,
    Average,
    Complexes,
    Floats,
    Four,
    SpinSystem,
    first_quadrant,
    refine,
    sampled,
    weight_cut,
)
from vlab.physics.spin_pattern import pattern_response
from vlab.physics.spin_sweep import sweep_pattern

_RULES = ((5, 8), (7, 12), (9, 17), (12, 23), (16, 31), (22, 42), (30, 56), (44, 64), (64, 64))
"""Nodes per stretch and per angle."""
_QUICK = 4
"""Rules that are quick enough to be done without looking whether somebody wants to stop."""
_FINE = 1e-5
"""At tolerances below this the first rule is not worth its while."""
_LEFT_OUT = 2e-2
_SAFETY, _FORGET = 16.0, 50.0
"""As in `spin_average`, and more careful: there are few dots in p-type ensembles, and two helicities."""
_BOTH = np.array([1.0, -1.0])
"""Helicities whose resonances are resolved."""
_FIELDS, _PORTION = 4, 4096
"""External fields, and dots times delays, between two looks at whether somebody wants to stop."""


@dataclass(frozen=True)
class Pattern:
    """A helicity pattern that repeats: runs of equal pulses."""

    actions: Floats
    """q_z, q_perp, kick, phi with the helicity's sign, shape (a, 4)."""
    helicities: Floats
    """Of each action, shape (a,)."""
    which: NDArray[np.int64]
    """The action of each run."""
    lengths: NDArray[np.int64]
    """Pulses of each run, at most two different numbers, one above the other."""
    periods: int
    """Modulation periods in the pattern."""

    @classmethod
    def square(cls, pulse: Four, lengths: Sequence[int]) -> Pattern:
        """Return helicity +1 for ``lengths[0]`` pulses, -1 for ``lengths[1]``, and so on."""
        runs = np.asarray(lengths, dtype=np.int64)
        return cls(both_helicities(pulse), _BOTH, np.arange(len(runs)) % 2, runs, len(runs) // 2)

    def zeta(self, harmonic: int) -> complex:
        """Return exp(-i w T_R) at a harmonic of the modulation."""
        return complex(np.exp(-2j * pi * harmonic * self.periods / self.lengths.sum()))

    def drive(self, harmonic: int) -> complex:
        """Return the Fourier component of what the spin follows, which is -P."""
        return -drive_component(self.zeta(harmonic), self.helicities[self.which], self.lengths)


def both_helicities(pulse: Four) -> Floats:
    """Return the actions of a pulse and of its mirror image, shape (2, 4)."""
    q_z, q_perp, kick, phi = pulse
    return np.array([[q_z, q_perp, kick, phi], [q_z, q_perp, -kick, -phi]])


def drive_component(zeta: complex, helicities: Floats, lengths: NDArray[np.int64]) -> complex:
    """Return the Fourier component (1/N) sum_k P_k zeta^k of a pattern.

    Parameters
    ----------
    zeta : complex
        exp(-i w T_R), not 1.
    helicities : ndarray, shape (runs,)
        Of each run of equal pulses.
    lengths : ndarray of int, shape (runs,)
    """
    ends = zeta ** np.asarray(lengths)
    starts = np.concatenate([[1.0], np.cumprod(ends)[:-1]])
    return complex(np.sum(helicities * starts * (1.0 - ends)) / (1.0 - zeta) / np.sum(lengths))


def pattern(system: SpinSystem, runs: Pattern, harmonic: int, tolerance: float, delays: Floats | None = None,
            stop: Callable[[], bool] | None = None) -> Average:
    """Return the signal for a helicity pattern, for any phi, at a harmonic of its fundamental.

    Parameters
    ----------
    system : SpinSystem
        Its pulse is the strongest of the pattern.
    runs : Pattern
    harmonic : int
        1 for the modulation frequency. All phases count from that of the drive's fundamental.
    tolerance : float
        Wanted error, relative to max(value, `spin_average.FLOOR`).
    delays : ndarray, shape (d,), optional
        Times after the pulse in s at which S_z - J_z is probed; just before the next pulse by default.
    stop : callable, optional
        Asked often; true ends with `InterruptedError`.

    Returns
    -------
    Average
        Values of shape (d,), or (1,).
    """
    found = pattern_at_fields(system, np.ones(1), runs, harmonic, tolerance, delays, stop)
    return Average(found.values[0], found.error[0], found.dots)


def pattern_at_fields(system: SpinSystem, fields: Floats, runs: Pattern, harmonic: int, tolerance: float,
                      delays: Floats | None = None, stop: Callable[[], bool] | None = None) -> Average:
    """Return the signal of `pattern` for many strengths of the external field.

    Parameters
    ----------
    system : SpinSystem
        At unit field.
    fields : ndarray, shape (m,)
        In units of the system's.
    runs, harmonic, tolerance, delays, stop
        As in `pattern`.

    Returns
    -------
    Average
        Values of shape (m, d), or (m, 1).
    """
    zeta, fundamental = runs.zeta(harmonic), runs.drive(1)
    turn = (fundamental.conjugate() / abs(fundamental)) ** harmonic
    when = np.empty(0) if delays is None else np.asarray(delays, dtype=float)
    points = np.unique(np.round(np.array([1.0 + 0j, 1.0 / zeta]), 15))
    memory = (system.pulse[1] * exp(-system.times[0] / system.times[1])) ** int(runs.lengths.min())
    trusting = memory * memory < tolerance
    rules = _RULES[1 if tolerance < _FINE else 0:]
    values = np.zeros((len(fields), max(1, len(when))), dtype=complex)
    errors, dots, reached = np.zeros(values.shape), 0, np.zeros(len(fields), dtype=bool)
    systems = [replace(system, larmor=(b * system.larmor[0], b * system.larmor[1])) for b in fields.tolist()]

    def respond(nodes: Floats) -> Complexes:
        total = np.zeros(values.shape[1], dtype=complex)
        portion = max(64, _PORTION // values.shape[1])
        for first in range(0, len(nodes), portion):
            if stop is not None and stop():
                raise InterruptedError("stopped")
            total += pattern_response(nodes[first:first + portion], system.times, runs.actions, runs.which,
                                      runs.lengths, zeta, when)
        return total

    if system.axial and not system.random and len(when) <= 1 and len(runs.actions) == 2:
        larmors = np.array([first_quadrant(s) for s in systems])
        portion = 1 if len(when) else _FIELDS
        for first in range(0, len(fields), portion):
            if stop is not None and stop():
                raise InterruptedError("stopped")
            part = slice(first, first + portion)
            values[part], errors[part], counted, reached[part] = sweep_pattern(
                larmors[part], system.nuclear, system.times, system.pulse, points, runs.actions, runs.which,
                runs.lengths, zeta, when, trusting, np.array(rules[:_QUICK]), tolerance, FLOOR, weight_cut(tolerance),
                _SAFETY, _FORGET, *overhauser.RULES)
            dots = max(dots, int(counted.max()))
        rules = rules[_QUICK - 1:]
    for i in np.flatnonzero(~reached).tolist():
        if system.random:
            found = sampled(systems[i], respond, tolerance, stop)
        else:
            found = refine(_by_angles(systems[i], points, tolerance, respond), rules, tolerance, stop,
                           trusting=trusting, left_out=_LEFT_OUT, safety=_SAFETY, forget=_FORGET)
        values[i], errors[i], dots = found.values, found.error, max(dots, found.dots)
    return Average(np.asarray(values * turn), errors, dots)


def _by_angles(system: SpinSystem, points: Complexes, tolerance: float,
               respond: Callable[[Floats], Complexes]) -> Callable[[int, int], tuple[Complexes, int]]:
    """Return how a rule's value is computed angle by angle, so that no step takes long."""
    larmor, cut = first_quadrant(system), weight_cut(tolerance)

    def value(per_stretch: int, per_angle: int) -> tuple[Complexes, int]:
        total, count = np.zeros(1, dtype=complex), 0
        for angle in range(per_angle):
            nodes = overhauser.ray_nodes(larmor, system.nuclear, system.times, system.pulse, points, _BOTH,
                                         per_stretch, per_angle, cut, *overhauser.RULES, angle, 1)
            total, count = total + respond(nodes), count + len(nodes)
        return total, count

    return value
