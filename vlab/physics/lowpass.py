r"""The output filter of a lock-in amplifier, exact over a tick.

A cascade of n equal poles, tau dy_1/dt = u - y_1, tau dy_j/dt = y_{j-1} - y_j, driven by spectral components whose
complex amplitudes are linear over a tick,

.. math::  u(t) = \sum_c (u_c + s_c t) e^{i \nu_c t} + \text{white noise}.

For a component at zero frequency the response to a step and to a ramp are incomplete gamma functions. For the others
(the double-frequency part, the carriers of neighbouring lines) the particular solution
:math:`y_j = (\alpha_j + \beta_j t) e^{i\nu t}` with
:math:`\beta_j = \beta_{j-1}/(1 + i\nu\tau)`, :math:`\alpha_j = (\alpha_{j-1} - \tau\beta_j)/(1 + i\nu\tau)` is exact
and the rest decays freely. Noise has the exact covariance of an Ornstein-Uhlenbeck cascade over the tick.
Nothing is assumed about the ratio of tick and time constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb, factorial, inf, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from vlab.physics.kernel import inline, kernel

MAX_POLES = 4


@dataclass(frozen=True)
class Transition:
    """What a tick does to a cascade of n poles: coefficients for one ratio of tick and time constant."""

    free: NDArray[np.float64]
    """Shape (n,): weight of stage j - m in stage j after a tick, exp(-z) z^m / m!."""
    start: NDArray[np.float64]
    """Shape (n,): weight of the input at the start of the tick."""
    end: NDArray[np.float64]
    """Shape (n,): weight of the input at the end of the tick."""
    noise: NDArray[np.float64]
    """Shape (n, n), lower triangular: stage noise from unit normals, for unit one-sided density."""


@lru_cache(maxsize=256)
def transition(tick: float, time_constant: float, poles: int) -> Transition:
    """Return the exact transition of ``poles`` equal poles over ``tick`` seconds.

    Parameters
    ----------
    tick, time_constant : float
        In seconds; both positive.
    poles : int
        1 to 4 (6 to 24 dB per octave).
    """
    if not (tick > 0 and time_constant > 0 and 1 <= poles <= MAX_POLES):
        raise ValueError(f"no filter with tick {tick} s, time constant {time_constant} s and {poles} poles")
    from scipy.special import gammainc  # takes a fifth of a second, which a window has not at its start

    z = tick / time_constant
    order = np.arange(1, poles + 1)
    free = np.exp(-z) * np.array([z**m / factorial(m) for m in range(poles)])
    step = gammainc(order, z)
    ramp = step - order / z * gammainc(order + 1, z)
    return Transition(free, step - ramp, ramp, _noise_root(z, time_constant, poles))


def _noise_root(z: float, time_constant: float, poles: int) -> NDArray[np.float64]:
    from scipy.special import gammainc

    # Q_ij = (1/2 tau) C(i+j-2, i-1) 2^-(i+j-1) P(i+j-1, 2z) for unit one-sided density; rows are scaled by their
    # diagonal before the root is taken, since they differ by powers of z.
    covariance = np.empty((poles, poles))
    for i in range(1, poles + 1):
        for j in range(1, poles + 1):
            reach = 1.0 if np.isinf(z) else float(gammainc(i + j - 1, 2.0 * z))
            covariance[i - 1, j - 1] = comb(i + j - 2, i - 1) * 2.0 ** -(i + j - 1) * reach / (2.0 * time_constant)
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(scale[:, None] * np.linalg.cholesky(covariance / np.outer(scale, scale)))


_SECOND = 1_000_000_000_000
"""In picoseconds."""
_FASTEST = 9e6
"""Hz; whole cycles of faster lines within a second do not fit an integer of 64 bits."""


@inline
def _phasor(frequency, time_ps):
    whole = np.floor(frequency)
    if abs(whole) > _FASTEST:
        cycles = frequency * (time_ps * 1e-12)
    else:  # the cycles of whole Hz are counted in integers: equal phases give equal bits, however late it is
        cycles = ((np.int64(whole) * (time_ps % _SECOND)) % _SECOND) * 1e-12 + (frequency - whole) * (time_ps * 1e-12)
    angle = 2.0 * np.pi * (cycles - np.floor(cycles))
    return complex(np.cos(angle), np.sin(angle))


@inline
def _stands_still(frequency, tick_ps):
    """Return whether a line goes through whole cycles in a tick, so that its phasor is the same at each boundary."""
    return (frequency == np.floor(frequency) and abs(frequency) <= _FASTEST
            and (np.int64(frequency) * (tick_ps % _SECOND)) % _SECOND == 0)


@inline
def _respond(shift, weights, row, tau, tick, level, bend, rise):
    """Fill in what a component at ``shift`` does to the stages over a tick, at phase zero, for each envelope.

    ``level`` (poles, shapes) is the particular solution of a unit envelope; a unit rise over the tick adds ``bend`` to
    it at the start of the tick and ``rise`` at its end.
    """
    pole = 1.0 / (1.0 + 2j * np.pi * shift * tau)
    for e in range(weights.shape[1]):
        beta = weights[row, e]
        alpha = beta
        lag = 0.0j
        for j in range(level.shape[0]):
            beta *= pole
            alpha *= pole
            lag = (lag - tau * beta) * pole
            level[j, e] = alpha
            bend[j, e] = lag / tick
            rise[j, e] = lag / tick + beta


@inline
def _decayed(coefficients, j, e, free):
    """Return what stage j keeps over a tick of the stages' ``coefficients`` of envelope e."""
    kept = 0.0j
    for m in range(j + 1):
        kept += free[m] * coefficients[j - m, e]
    return kept


@kernel
def _filter_ticks(state, shifts, weights, envelopes, start_ps, tick_ps, tau, free, start, end, normals, root, rail,
                  highest):
    """Advance ``state`` (poles,) over the ticks; see `advance`.

    All is linear in the envelopes at the two ends of a tick, so the coefficients are gathered once: over a tick stage j
    becomes sum_m free_m y_(j-m) + sum_e (p_je e_start + q_je e_end), besides lines whose phase moves and noise. Real
    and imaginary parts are kept apart: products of real and complex numbers would cost four times as much.
    """
    poles = state.shape[0]
    lines = shifts.shape[0]
    shapes = envelopes.shape[0]
    tick = tick_ps * 1e-12
    noisy = normals.shape[0] > 0
    railed = rail < np.inf
    keep = np.zeros((poles, poles))
    for j in range(poles):
        for m in range(j + 1):
            keep[j, j - m] = free[m]
    x = np.empty(poles)
    y = np.empty(poles)
    for j in range(poles):
        x[j] = state[j].real
        y[j] = state[j].imag
    p_x = np.empty((poles, shapes))
    p_y = np.empty((poles, shapes))
    q_x = np.empty((poles, shapes))
    q_y = np.empty((poles, shapes))
    for j in range(poles):
        for e in range(shapes):
            p_x[j, e] = start[j] * weights[0, e].real
            p_y[j, e] = start[j] * weights[0, e].imag
            q_x[j, e] = end[j] * weights[0, e].real
            q_y[j, e] = end[j] * weights[0, e].imag
    level = np.empty((poles, shapes), np.complex128)
    bend = np.empty((poles, shapes), np.complex128)
    rise = np.empty((poles, shapes), np.complex128)
    moving = np.empty(lines, np.int64)
    phase = np.empty(lines, np.complex128)
    left = np.empty((lines, poles, shapes, 2), np.complex128)
    right = np.empty((lines, poles, shapes, 2), np.complex128)
    many = 0
    for c in range(lines):
        if c > 0 and shifts[c] == -shifts[c - 1]:
            phase[c] = phase[c - 1].conjugate()
        else:
            phase[c] = _phasor(shifts[c], start_ps)
        _respond(shifts[c], weights, c + 1, tau, tick, level, bend, rise)
        stands = _stands_still(shifts[c], tick_ps)
        for j in range(poles):
            for e in range(shapes):
                old_bend = _decayed(bend, j, e, free)
                old = _decayed(level, j, e, free) - old_bend
                new = level[j, e] - rise[j, e]
                if stands:
                    first = (new - old) * phase[c]
                    last = (rise[j, e] - old_bend) * phase[c]
                    p_x[j, e] += first.real
                    p_y[j, e] += first.imag
                    q_x[j, e] += last.real
                    q_y[j, e] += last.imag
                else:
                    left[many, j, e, 0] = old
                    left[many, j, e, 1] = old_bend
                    right[many, j, e, 0] = new
                    right[many, j, e, 1] = rise[j, e]
        if not stands:
            moving[many] = c
            many += 1
    for i in range(envelopes.shape[1] - 1):
        for back in range(poles):  # from the last, since each stage needs the old ones before it
            j = poles - 1 - back
            a = 0.0
            b = 0.0
            for m in range(j + 1):
                a += keep[j, m] * x[m]
                b += keep[j, m] * y[m]
            for e in range(shapes):
                a += p_x[j, e] * envelopes[e, i] + q_x[j, e] * envelopes[e, i + 1]
                b += p_y[j, e] * envelopes[e, i] + q_y[j, e] * envelopes[e, i + 1]
            if noisy:
                for m in range(j + 1):
                    a += root[j, m] * normals[i, 0, m]
                    b += root[j, m] * normals[i, 1, m]
            x[j] = a
            y[j] = b
        for k in range(many):
            c = moving[k]
            before = phase[c]
            if c > 0 and shifts[c] == -shifts[c - 1]:
                after = phase[c - 1].conjugate()
            else:
                after = _phasor(shifts[c], start_ps + (i + 1) * tick_ps)
            phase[c] = after
            for j in range(poles):
                gone = 0.0j
                come = 0.0j
                for e in range(shapes):
                    gone += left[k, j, e, 0] * envelopes[e, i] + left[k, j, e, 1] * envelopes[e, i + 1]
                    come += right[k, j, e, 0] * envelopes[e, i] + right[k, j, e, 1] * envelopes[e, i + 1]
                change = come * after - gone * before
                x[j] += change.real
                y[j] += change.imag
        if railed:
            for j in range(poles):
                highest[j] = max(highest[j], abs(x[j]), abs(y[j]))
                x[j] = min(rail, max(-rail, x[j]))
                y[j] = min(rail, max(-rail, y[j]))
    for j in range(poles):
        state[j] = complex(x[j], y[j])


@kernel
def largest_sum(envelopes, loads):
    """Return the largest sum of |envelope| x load over the boundaries, of ``envelopes`` (e, n) and ``loads`` (e,).

    A negative load marks the imaginary part of the envelope before it.
    """
    largest = 0.0
    for i in range(envelopes.shape[1]):
        total = 0.0
        for e in range(envelopes.shape[0]):
            if loads[e] < 0.0:
                continue
            if e + 1 < envelopes.shape[0] and loads[e + 1] < 0.0:
                total += loads[e] * np.hypot(envelopes[e, i], envelopes[e + 1, i])
            else:
                total += loads[e] * abs(envelopes[e, i])
        largest = max(largest, total)
    return largest


def settled(shifts: NDArray[np.float64], components: NDArray[np.complex128], time_ps: int, time_constant: float,
            poles: int) -> NDArray[np.complex128]:
    """Return the state of a filter that has long seen constant components.

    Parameters
    ----------
    shifts : ndarray, shape (c,)
        Frequencies of the components in Hz, without the first, which is at zero.
    components : ndarray, shape (1 + c,)
        Complex amplitudes at phase zero.
    time_ps : int
        The time at which the state is wanted, in picoseconds.
    time_constant, poles
        As in `transition`.
    """
    state = np.full(poles, components[0], dtype=np.complex128)
    for shift, amplitude in zip(shifts, components[1:], strict=True):
        pole = 1.0 / (1.0 + 2j * pi * shift * time_constant)
        state += amplitude * _phasor(float(shift), int(time_ps)) * pole ** np.arange(1, poles + 1)
    return state


def settled_noise(normals: NDArray[np.float64], density: float, time_constant: float) -> NDArray[np.complex128]:
    """Return the noise in the stages of a filter that has long seen white noise.

    Parameters
    ----------
    normals : ndarray, shape (2, poles)
        Standard normal numbers, for X and for Y.
    density : float
        One-sided density of the input around the reference, V^2/Hz.
    time_constant : float
        In seconds.
    """
    root = _noise_root(np.inf, time_constant, normals.shape[1])
    return np.asarray(np.sqrt(density) * (root @ normals[0] + 1j * (root @ normals[1])))


def advance(state: NDArray[np.complex128], shifts: NDArray[np.float64], weights: NDArray[np.complex128],
            envelopes: NDArray[np.float64], start_ps: int, tick_ps: int, time_constant: float,
            normals: NDArray[np.float64] | None = None, density: float = 0.0, rail: float = inf,
            highest: NDArray[np.float64] | None = None) -> NDArray[np.complex128]:
    """Return the state of the filter after a stretch of equal ticks.

    Parameters
    ----------
    state : ndarray, shape (poles,)
        Complex outputs X + iY of the stages before the stretch; it is not changed.
    shifts : ndarray, shape (c,)
        Frequencies of the components in Hz, without the first, which is at zero.
    weights : ndarray, shape (1 + c, e)
        How much of each envelope is in each component; phases count from time zero.
    envelopes : ndarray, shape (e, n + 1)
        Real envelopes at the tick boundaries, linear in between.
    start_ps, tick_ps : int
        The first boundary and the tick, in picoseconds.
    time_constant : float
        In seconds.
    normals : ndarray, shape (n, 2, poles), optional
        Standard normal numbers for the noise of each tick, first for X, then for Y.
    density : float
        One-sided density of the input around the reference, V^2/Hz. X and Y each get the variance density times
        the equivalent noise bandwidth, 1/(4 tau) for one pole.
    rail : float, optional
        Each stage is clipped to it at the end of each tick, its real and its imaginary part.
    highest : ndarray, shape (poles,), optional
        With a finite rail, it is raised to the largest real or imaginary part that each stage reached before clipping.
    """
    result = state.copy()
    if envelopes.shape[1] > 1:
        step = transition(tick_ps / 1e12, time_constant, state.size)
        quiet = normals is None or density <= 0.0
        _filter_ticks(result, shifts, weights, envelopes, start_ps, tick_ps, time_constant, step.free, step.start,
                      step.end, _NO_NOISE if quiet else normals, step.noise * sqrt(density), rail,
                      np.zeros(state.size) if highest is None else highest)
    return result


_NO_NOISE = np.zeros((0, 2, 1))
