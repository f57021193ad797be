r"""Pump-probe spin dynamics by direct integration of eqs. (2) and (3): the slow, honest reference (the paper's A.1).

.. math::  \dot{\mathbf S} = (\mathbf W_N + \mathbf W_L) \times \mathbf S - \mathbf S/\tau_s
           + (J_z/\tau_0)\,\mathbf e_z, \qquad
           \dot{\mathbf J} = (\mathbf W_N^T + \mathbf W_L^T) \times \mathbf J - \mathbf J/\tau_s^T - \mathbf J/\tau_0

in a frozen nuclear field W_N, with the map (6) at each pump pulse:

.. math::  S_z^a = \tfrac{1+Q^2}{2} S_z^b - P\,\tfrac{1-Q^2}{4}, \quad
           S_x^a = Q\cos\Phi\, S_x^b + P Q\sin\Phi\, S_y^b, \quad S_y^a = Q\cos\Phi\, S_y^b - P Q\sin\Phi\, S_x^b, \quad
           J_z^a = S_z^b - S_z^a.

Nothing is assumed about the direction of the external field. Equation numbers are those of Schering, Uhrig and Smirnov
(arXiv:1908.01531). Spins are in units of hbar, angular frequencies in rad/s, times in s. The integrator is the
Dormand-Prince pair 5(4) with adaptive steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.physics.kernel import inline, kernel

RELATIVE_TOLERANCE = 1e-8
"""Local error that a step may make, relative to a component."""
ABSOLUTE_TOLERANCE = 1e-10
"""The same in units of hbar, for components near zero."""


@inline
def _slope(y, w, w_trion, rate_s, rate_trion, rate_0, dy):
    """Fill ``dy`` with eqs. (2) and (3) at y = (S, J)."""
    dy[0] = w[1] * y[2] - w[2] * y[1] - rate_s * y[0]
    dy[1] = w[2] * y[0] - w[0] * y[2] - rate_s * y[1]
    dy[2] = w[0] * y[1] - w[1] * y[0] - rate_s * y[2] + rate_0 * y[5]
    decay = rate_trion + rate_0
    dy[3] = w_trion[1] * y[5] - w_trion[2] * y[4] - decay * y[3]
    dy[4] = w_trion[2] * y[3] - w_trion[0] * y[5] - decay * y[4]
    dy[5] = w_trion[0] * y[4] - w_trion[1] * y[3] - decay * y[5]


@inline
def _between_pulses(y, w, w_trion, rate_s, rate_trion, rate_0, t_r, first, rtol, atol, k, trial):
    """Carry ``y`` over ``t_r`` in place and return the number of accepted steps, -1 where the result is no number.

    ``k`` (7, 6) and ``trial`` (6,) are room to work in; ``first`` is the first step to try.
    """
    t = 0.0
    h = min(first, t_r)
    steps = 0
    _slope(y, w, w_trion, rate_s, rate_trion, rate_0, k[0])
    while True:
        for i in range(6):
            trial[i] = y[i] + h * (k[0, i] * (1.0 / 5.0))
        _slope(trial, w, w_trion, rate_s, rate_trion, rate_0, k[1])
        for i in range(6):
            trial[i] = y[i] + h * (k[0, i] * (3.0 / 40.0) + k[1, i] * (9.0 / 40.0))
        _slope(trial, w, w_trion, rate_s, rate_trion, rate_0, k[2])
        for i in range(6):
            trial[i] = y[i] + h * (k[0, i] * (44.0 / 45.0) - k[1, i] * (56.0 / 15.0) + k[2, i] * (32.0 / 9.0))
        _slope(trial, w, w_trion, rate_s, rate_trion, rate_0, k[3])
        for i in range(6):
            trial[i] = y[i] + h * (k[0, i] * (19372.0 / 6561.0) - k[1, i] * (25360.0 / 2187.0)
                                   + k[2, i] * (64448.0 / 6561.0) - k[3, i] * (212.0 / 729.0))
        _slope(trial, w, w_trion, rate_s, rate_trion, rate_0, k[4])
        for i in range(6):
            trial[i] = y[i] + h * (k[0, i] * (9017.0 / 3168.0) - k[1, i] * (355.0 / 33.0)
                                   + k[2, i] * (46732.0 / 5247.0) + k[3, i] * (49.0 / 176.0)
                                   - k[4, i] * (5103.0 / 18656.0))
        _slope(trial, w, w_trion, rate_s, rate_trion, rate_0, k[5])
        for i in range(6):
            trial[i] = y[i] + h * (k[0, i] * (35.0 / 384.0) + k[2, i] * (500.0 / 1113.0) + k[3, i] * (125.0 / 192.0)
                                   - k[4, i] * (2187.0 / 6784.0) + k[5, i] * (11.0 / 84.0))
        _slope(trial, w, w_trion, rate_s, rate_trion, rate_0, k[6])
        error = 0.0
        for i in range(6):
            e = h * (k[0, i] * (71.0 / 57600.0) - k[2, i] * (71.0 / 16695.0) + k[3, i] * (71.0 / 1920.0)
                     - k[4, i] * (17253.0 / 339200.0) + k[5, i] * (22.0 / 525.0) - k[6, i] * (1.0 / 40.0))
            allowed = atol + rtol * max(abs(y[i]), abs(trial[i]))
            ratio = abs(e) / allowed
            if ratio > error or ratio != ratio:  # what is no number stays
                error = ratio
        if not error < np.inf:
            return -1
        if error <= 1.0:
            t += h
            steps += 1
            for i in range(6):
                y[i] = trial[i]
                k[0, i] = k[6, i]
            if t >= t_r * (1.0 - 1e-14):
                return steps
        # the error goes with the fifth power of the step
        h *= min(5.0, max(0.2, 0.9 * error ** -0.2)) if error > 0.0 else 5.0
        if h < 1e-12 * t_r:  # the tolerances are below what doubles can tell apart
            return -1
        h = min(h, t_r - t)


@kernel
def _trace(w, w_trion, rate_s, rate_trion, rate_0, t_r, q, turn_cos, turn_sin, helicity, keep_trion, rtol, atol,
           rows):
    """Fill ``rows`` (pulses, 3) with S just before each pulse, from S = J = 0; return whether that went well."""
    y = np.zeros(6)
    k = np.empty((7, 6))
    trial = np.empty(6)
    fastest = np.sqrt(max(w[0] ** 2 + w[1] ** 2 + w[2] ** 2, w_trion[0] ** 2 + w_trion[1] ** 2 + w_trion[2] ** 2))
    first = 0.01 / (fastest + rate_s + rate_trion + rate_0 + 1.0 / t_r)
    for pulse in range(rows.shape[0]):
        for i in range(3):
            rows[pulse, i] = y[i]
        if pulse == rows.shape[0] - 1:
            return True
        p = helicity[pulse]
        x, z = y[0], y[2]
        y[0] = q * (turn_cos * x + p * turn_sin * y[1])
        y[1] = q * (turn_cos * y[1] - p * turn_sin * x)
        y[2] = 0.5 * (1.0 + q * q) * z - 0.25 * p * (1.0 - q * q)
        if not keep_trion:
            y[3] = 0.0
            y[4] = 0.0
            y[5] = 0.0
        y[5] += z - y[2]
        if _between_pulses(y, w, w_trion, rate_s, rate_trion, rate_0, t_r, first, rtol, atol, k, trial) < 0:
            return False
    return True


@dataclass(frozen=True)
class PumpProbe:
    """The numbers of eqs. (2), (3), (5) and (6), in s and rad/s."""

    larmor: tuple[float, float, float]
    """W_L of the resident carrier, a vector of any direction."""
    larmor_trion: tuple[float, float, float]
    """W_L^T of the trion."""
    trion_ratio: tuple[float, float]
    """W^T / W_N of the nuclear field, eq. (5): across z chi lambda / lambda_T, and along z chi."""
    tau_s: float
    tau_s_trion: float
    tau_0: float
    """Lifetime of the trion."""
    t_r: float
    """Time between pump pulses."""
    q: float
    """Q^2 is the probability that a pulse excites no trion."""
    phi: float = 0.0
    """Rotation by a detuned pulse."""

    def __post_init__(self) -> None:
        if not min(self.tau_s, self.tau_s_trion, self.tau_0, self.t_r) > 0.0:
            raise ValueError(f"tau_s, tau_s_trion, tau_0 and t_r must be positive, got {self}")


def helicity_sequence(pulses: int, pulses_per_half_period: float) -> NDArray[np.float64]:
    """Return the helicities of ``pulses`` pulses: +1 for the first half period, -1 for the second, and so on.

    Parameters
    ----------
    pulses : int
        How many.
    pulses_per_half_period : float
        T_m / (2 T_R). Where it is no whole number, the helicity is what it would be at the time of each pulse.
    """
    if not pulses_per_half_period > 0.0:
        raise ValueError(f"pulses_per_half_period must be positive, got {pulses_per_half_period}")
    return 1.0 - 2.0 * np.mod(np.floor(np.arange(pulses) / pulses_per_half_period), 2.0)


def pulse_traces(setup: PumpProbe, nuclear: ArrayLike, helicity: ArrayLike, *, keep_trion: bool = False,
                 rtol: float = RELATIVE_TOLERANCE, atol: float = ABSOLUTE_TOLERANCE) -> NDArray[np.float64]:
    """Return the spin of each dot just before each pulse; its mean over the first axis is the ensemble's.

    Parameters
    ----------
    setup : PumpProbe
        Fields, times and the pulse.
    nuclear : array_like, shape (n, 3)
        W_N of each dot, rad/s.
    helicity : array_like, shape (pulses,)
        P of each pulse, +1 or -1; see `helicity_sequence`.
    keep_trion : bool
        Let a pulse add to the trion that is left over, J^a = J^b + (S_z^b - S_z^a) e_z. Otherwise the trion is taken
        to be empty before each pulse, as in the paper.
    rtol, atol : float
        Local error of a step of the integrator, relative and in units of hbar.

    Returns
    -------
    ndarray, shape (n, pulses, 3)
        S of eq. (2); row 0 is the start, S = 0.

    Raises
    ------
    ValueError
        Shapes do not fit, a number is not finite, or the tolerances are beyond what can be reached.
    """
    return np.array(list(_traces(setup, nuclear, helicity, keep_trion, rtol, atol)))


def mean_pulse_trace(setup: PumpProbe, nuclear: ArrayLike, helicity: ArrayLike, *, keep_trion: bool = False,
                     rtol: float = RELATIVE_TOLERANCE, atol: float = ABSOLUTE_TOLERANCE) -> NDArray[np.float64]:
    """Return the mean over the dots of `pulse_traces`, shape (pulses, 3), without keeping every dot's trace."""
    total, dots = np.zeros((np.size(helicity), 3)), 0
    for rows in _traces(setup, nuclear, helicity, keep_trion, rtol, atol):
        total += rows
        dots += 1
    return total / dots


def _traces(setup: PumpProbe, nuclear: ArrayLike, helicity: ArrayLike, keep_trion: bool, rtol: float,
            atol: float) -> Iterator[NDArray[np.float64]]:
    fields = np.array(nuclear, dtype=np.float64)
    signs = np.array(helicity, dtype=np.float64)
    if fields.ndim != 2 or fields.shape[1] != 3 or fields.shape[0] < 1 or not np.isfinite(fields).all():
        raise ValueError(f"nuclear must be finite numbers of shape (n, 3), got shape {fields.shape}")
    if signs.ndim != 1 or not (np.abs(signs) == 1.0).all():
        raise ValueError(f"helicity must be a row of +1 and -1, got shape {signs.shape}")
    if not (rtol >= 0.0 and atol > 0.0):
        raise ValueError(f"rtol must be at least 0 and atol positive, got {rtol} and {atol}")
    transverse, longitudinal = setup.trion_ratio
    precession = fields + np.array(setup.larmor)
    precession_trion = fields * np.array([transverse, transverse, longitudinal]) + np.array(setup.larmor_trion)
    for w, w_trion in zip(precession, precession_trion, strict=True):
        rows = np.zeros((signs.size, 3))
        if not _trace(w, w_trion, 1.0 / setup.tau_s, 1.0 / setup.tau_s_trion, 1.0 / setup.tau_0, float(setup.t_r),
                      float(setup.q), cos(setup.phi), sin(setup.phi), signs, bool(keep_trion), float(rtol),
                      float(atol), rows):
            raise ValueError(f"the spin cannot be integrated to rtol {rtol} and atol {atol} with {setup}")
        yield rows


def inertia_from_trace(trace: ArrayLike, pulses_per_half_period: int, periods_used: int = 2) -> complex:
    """Return the spin inertia signal, eq. (1), of a trace just before the pulses, with its phase.

    A sum_k S_z((k+1)^-) z^-k / sum_k (-P_k) z^-k with z = exp(i pi / n), over the last whole periods, where
    A = |mean of P_k z^-k|. The response to pulse k is looked for just before pulse k + 1, so that a spin that follows
    at once has phase zero; one that lags has a negative phase. Its modulus is L(omega_m).

    Parameters
    ----------
    trace : array_like, shape (pulses,) or (pulses, 3)
        S_z, or S, of the ensemble (the average comes before the modulus), from helicity +1 at pulse 0.
    pulses_per_half_period : int
        n, with T_m = 2 n T_R.
    periods_used : int
        How many periods of the modulation, counted from the end; the paper takes the last two of five.

    Raises
    ------
    ValueError
        The trace is shorter than these periods and one pulse more.
    """
    n, s = pulses_per_half_period, np.asarray(trace, dtype=np.float64)
    s_z = s[:, 2] if s.ndim == 2 else s
    used = 2 * n * periods_used
    if n < 1 or periods_used < 1 or s_z.size < used + 1:
        raise ValueError(f"a trace of {s_z.size} pulses is too short for {periods_used} periods of {2 * n} pulses and "
                         "the pulse before them")
    k = np.arange(s_z.size - used - 1, s_z.size - 1)
    turn = np.exp(-1j * np.pi * np.mod(k, 2 * n) / n)
    drive = np.sum(np.where(np.mod(k, 2 * n) < n, 1.0, -1.0) * turn)
    return complex(abs(drive) / used * np.sum(s_z[k + 1] * turn) / -drive)
