r"""Stochastic nuclear spins: the rate model of eq. 13 as exact birth-death jumps.

Of N nuclei n are up, P = (2 n - N) / N; one flip changes n by one and P by 2 / N. The rates at the state before the
flip are

.. math::  r_\uparrow = \tfrac N2 [a w + \max(o, 0)] + \tfrac{N \gamma_\mathrm{dec}}{4} (1 - P), \qquad
           r_\downarrow = \tfrac N2 [b w^2 + \max(-o, 0)] + \tfrac{N \gamma_\mathrm{dec}}{4} (1 + P)

with w, a, b, c of `vlab.physics.dnsp_rate` and its odd (non-collinear) term o = 2 c u w^2, u = 2 (x - K P) / Gamma_p;
a channel of negative strength flips the other way. The chain ends at P = +-1. (2 / N)(up - down) is eq. 13 to the
letter. With ``saturation`` the pumps, up and down, carry the factors 1 - P and 1 + P of the nuclei that are left to
flip; the drift is then eq. 13 at P = 0 only.

Jumps are drawn by thinning: x is divided into cells, and a table holds for each n an upper bound of the total rate
anywhere in the cell, and the shares that certainly flip up or down. Proposals come at the bound; the few that fall
between the shares are settled at the rates of the moment. That is exact in law for any motion of x, needs no division
in most jumps, and the rest of a waiting time can be carried into the next cell or tick. Bounds are functions of cell
and n alone, so results do not depend on how ticks are grouped into calls.

Random numbers are Threefry-2x64 with 20 rounds (Salmon et al., SC11, doi:10.1145/2063384.2063405): draw number
``counter`` of stream ``stream`` under a key of two 64-bit words, which belongs to the caller.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.physics.bistability import RateModel
from vlab.physics.kernel import inline, kernel

_BLOCK = 64
"""Draws that are made at once."""
_WINDOW = 256
"""States in a table."""
_FINE = 1.0 / 64.0
"""Width of a cell in u, unless x crosses several within a tick."""
_PAD = 1e-9
"""Widening of a cell against the rounding of u."""
_EXTREMUM = 0.5773502691896258
"""2 u w^2 is largest at u = 1 / sqrt(3)."""
_LARGEST = 0.6495190528383291
"""Its largest value, 3 sqrt(3) / 8."""
_CURVATURE = 4.7
"""No less than its largest second derivative."""
_FARTHEST = 1e12
"""Largest x in units of gamma_p: numbers of cells are exact up to there."""
_PIECE = 20_000_000
"""Draws in a piece of a long call: about a fifth of a second, after which an interrupt gets its turn."""

_PARITY = np.uint64(0x1BD11BDAA9FC1A22)
_2_63 = 2.0**63
_TOP = 2**63 - 1
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_ONE = np.uint64(0x3FF0000000000000)
_R16, _R42, _R12, _R31 = np.uint64(16), np.uint64(42), np.uint64(12), np.uint64(31)
_R32, _R24, _R21 = np.uint64(32), np.uint64(24), np.uint64(21)
_C1, _C2, _C3, _C4, _C5 = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4), np.uint64(5)
_C12, _C52, _C64 = np.uint64(12), np.uint64(52), np.uint64(64)
_LN2 = 0.6931471805599453


@inline
def _mix(x0, x1, bits):
    x0 += x1
    x1 = (x1 << bits) | (x1 >> (_C64 - bits))
    return x0, x1 ^ x0


@inline
def _mix_odd(x0, x1):
    x0, x1 = _mix(x0, x1, _R16)
    x0, x1 = _mix(x0, x1, _R42)
    x0, x1 = _mix(x0, x1, _R12)
    return _mix(x0, x1, _R31)


@inline
def _mix_even(x0, x1):
    x0, x1 = _mix(x0, x1, _R16)
    x0, x1 = _mix(x0, x1, _R32)
    x0, x1 = _mix(x0, x1, _R24)
    return _mix(x0, x1, _R21)


@inline
def _threefry(k0, k1, x0, x1):
    """Return the two words of Threefry-2x64-20 for key (k0, k1) and counter (x0, x1), all uint64."""
    k2 = _PARITY ^ k0 ^ k1
    x0, x1 = _mix_odd(x0 + k0, x1 + k1)
    x0, x1 = _mix_even(x0 + k1, x1 + (k2 + _C1))
    x0, x1 = _mix_odd(x0 + k2, x1 + (k0 + _C2))
    x0, x1 = _mix_even(x0 + k0, x1 + (k1 + _C3))
    x0, x1 = _mix_odd(x0 + k1, x1 + (k2 + _C4))
    return x0 + k2, x1 + (k0 + _C5)


@inline
def _exponential(word):
    """Return -ln((k + 1/2) / 2^52), k the upper 52 bits of ``word``; arithmetic only, so that loops over it vectorise.

    ln m = 2 artanh(s), s = (m - 1)/(m + 1), by its series; its error is below 3e-16 of the value.
    """
    u = (np.float64(np.int64(word >> _C12)) + 0.5) * 2.0**-52
    bits = np.float64(u).view(np.uint64)
    m = np.uint64((bits & _MANTISSA) | _ONE).view(np.float64)
    exponent = np.float64(np.int64(bits >> _C52) - 1023)
    upper = m > 1.4142135623730951
    m = 0.5 * m if upper else m
    exponent = exponent + 1.0 if upper else exponent
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = 1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z * (
        1.0 / 15 + z * (1.0 / 17 + z * (1.0 / 19 + z * (1.0 / 21)))))))))
    return -(exponent * _LN2 + (2.0 * s + 2.0 * s * (z * series)))


@kernel
def draw(k0, k1, stream, counter, waiting, choice):
    """Fill unit exponentials and 63-bit integers for draws number ``counter`` and following."""
    for j in range(choice.shape[0]):
        first, second = _threefry(k0, k1, counter + np.uint64(j), stream)
        waiting[j] = _exponential(first)
        choice[j] = np.int64(second >> _C1)


@inline
def _channels(u, a, b, c):
    """Return what pumps up and what pumps down at reduced detuning u; their difference is f of eq. 13."""
    w = 1.0 / (1.0 + u * u)
    roh = a * w
    oh = -b * w * w
    odd = 2.0 * c * u * w * w
    return (max(roh, 0.0) + max(oh, 0.0) + max(odd, 0.0),
            max(-roh, 0.0) + max(-oh, 0.0) + max(-odd, 0.0))


@inline
def _flips(n, nuclei, pump_up, pump_down, gamma_dec, saturation):
    """Return the rates of flips up and down in 1/s, given the pumps (dP/dt) of either direction."""
    down = np.float64(n)
    up = np.float64(nuclei - n)
    half = 0.5 * nuclei
    # N (1 - P) / 2 is the number of nuclei that are down
    rate_up = (up if saturation else half) * pump_up + 0.5 * gamma_dec * up
    rate_down = (down if saturation else half) * pump_down + 0.5 * gamma_dec * down
    return (rate_up if n < nuclei else 0.0), (rate_down if n > 0 else 0.0)


@inline
def _tabulate(base, left, width, shift, nuclei, a, b, c, gamma_dec, saturation, bound, mean_wait, up_below, unsure):
    """Fill the bounds of states ``base`` and following for laser positions (in u) from ``left`` to left + width."""
    for i in range(_WINDOW):
        n = base + i
        middle = shift * np.float64(2 * n - nuclei)
        u0 = left - middle - _PAD
        u1 = left + width - middle + _PAD
        w0 = 1.0 / (1.0 + u0 * u0)
        w1 = 1.0 / (1.0 + u1 * u1)
        least = min(w0, w1)
        most = 1.0 if (u0 <= 0.0) & (u1 >= 0.0) else max(w0, w1)
        g0 = 2.0 * u0 * w0 * w0
        g1 = 2.0 * u1 * w1 * w1
        # between its extrema 2 u w^2 is monotonic; a cell that holds one exceeds its ends by no more than a parabola
        turns = ((u0 <= _EXTREMUM) & (u1 >= _EXTREMUM)) | ((u0 <= -_EXTREMUM) & (u1 >= -_EXTREMUM))
        slack = 0.125 * _CURVATURE * (u1 - u0) * (u1 - u0) if turns else 0.0
        g_least = max(min(g0, g1) - slack, -_LARGEST)
        g_most = min(max(g0, g1) + slack, _LARGEST)
        roh0, roh1 = a * least, a * most
        oh0, oh1 = -b * least * least, -b * most * most
        odd0, odd1 = c * g_least, c * g_most
        up_most = max(max(roh0, roh1), 0.0) + max(max(oh0, oh1), 0.0) + max(max(odd0, odd1), 0.0)
        up_least = max(min(roh0, roh1), 0.0) + max(min(oh0, oh1), 0.0) + max(min(odd0, odd1), 0.0)
        down_most = max(-min(roh0, roh1), 0.0) + max(-min(oh0, oh1), 0.0) + max(-min(odd0, odd1), 0.0)
        down_least = max(-max(roh0, roh1), 0.0) + max(-max(oh0, oh1), 0.0) + max(-max(odd0, odd1), 0.0)
        up_most, down_most = _flips(n, nuclei, up_most, down_most, gamma_dec, saturation)
        up_least, down_least = _flips(n, nuclei, up_least, down_least, gamma_dec, saturation)
        # the margin keeps rounding from pushing a rate above its bound
        total = max((up_most + down_most) * (1.0 + 1e-12), 0.0)
        wait = 1.0 / total
        safe = wait if total > 0.0 else 0.0
        bound[i] = total
        mean_wait[i] = wait
        sure_up = np.int64(max(up_least, 0.0) * safe * (1.0 - 1e-12) * _2_63)
        sure_down = np.int64(max(down_least, 0.0) * safe * (1.0 - 1e-12) * _2_63)
        up_below[i] = sure_up
        unsure[i] = np.uint64(_TOP - sure_down - sure_up)


@inline
def _settle(word, limit, u, n, nuclei, a, b, c, gamma_dec, saturation):
    """Return the step of a proposal at rate ``limit`` from the rates of the moment: 1, -1, or 0 for a rejection."""
    pump_up, pump_down = _channels(u, a, b, c)
    up, down = _flips(n, nuclei, pump_up, pump_down, gamma_dec, saturation)
    mark = np.float64(word) * (1.0 / _2_63) * limit
    if mark < up:
        return np.int64(1)
    if mark >= limit - down:
        return np.int64(-1)
    return np.int64(0)


@inline
def _propose(at, threshold, t, j, last, stop, start, slope, base, nuclei, shift, a, b, c, gamma_dec, saturation,
             waiting, choice, bound, mean_wait, up_below, unsure):
    """Take one proposal after the other until the time is up, the table is left or the draws are used."""
    rejected = np.int64(0)
    while True:
        then = t + threshold * mean_wait[at]
        if not then < stop:
            return at, max(threshold - (stop - t) * bound[at], 0.0), stop, j, rejected
        t = then
        word = choice[np.uint64(j)]
        above = word - up_below[at]
        step = -1 - 2 * (above >> 63)  # 1 below the mark, else -1, without a branch that cannot be foreseen
        if np.uint64(above) < unsure[at]:
            n = base + np.int64(at)
            step = _settle(word, bound[at], start + slope * t - shift * (2 * n - nuclei), n, nuclei, a, b, c,
                           gamma_dec, saturation)
            rejected += np.int64(step == 0)
        at += np.uint64(step)
        j += 1
        threshold = waiting[np.uint64(j)]
        if j == last or at >= np.uint64(_WINDOW):
            return at, threshold, t, j, rejected


@kernel
def jump_ticks(n, threshold, counter, first, t, x, tick, nuclei, k, gamma_p, a, b, c, gamma_dec, saturation,
               k0, k1, stream, max_draws, polarization, absorption):
    """Carry n nuclei up over the ticks between the boundaries ``x``, from time t within tick number ``first``.

    ``threshold`` is what is left of the waiting time of draw ``counter`` in units of the mean wait. Stops after
    ``max_draws`` draws, at least one. Fills P and w at the boundaries that it passes, and at the first if it starts
    there. Returns (n, threshold, counter, tick number, time within the tick, number of flips), from which it can be
    carried on.
    """
    scale = 2.0 / gamma_p
    per_nucleus = 1.0 / nuclei
    shift = scale * k * per_nucleus
    waiting = np.zeros(_BLOCK + 1)  # one more, so that the next wait can be read before the next block is made
    choice = np.empty(_BLOCK, np.int64)
    bound = np.empty(_WINDOW)
    mean_wait = np.empty(_WINDOW)
    up_below = np.empty(_WINDOW, np.int64)
    unsure = np.empty(_WINDOW, np.uint64)
    base = np.int64(0)
    table_left = np.nan
    table_width = 0.0
    used = np.int64(0)
    rejected = np.int64(0)
    left_to_draw = np.int64(max_draws)
    # the current draw is number j of the block; the block ends where the allowance does
    draw(k0, k1, stream, counter, waiting, choice)
    j = np.int64(0)
    last = min(np.int64(_BLOCK), left_to_draw)
    i = np.int64(first)
    if i == 0 and t == 0.0:
        p = (2 * n - nuclei) * per_nucleus
        u = scale * (x[0] - k * p)
        polarization[0] = p
        absorption[0] = 1.0 / (1.0 + u * u)
    while i < x.shape[0] - 1:
        start = scale * x[i]
        distance = scale * (x[i + 1] - x[i])
        slope = distance / tick
        width = _FINE
        while abs(distance) > 4.0 * width:
            width *= 2.0
        cell = math.floor(start / width)
        while True:
            left = cell * width
            stop = tick
            if slope > 0.0:
                stop = min(tick, (left + width - start) / slope)
            elif slope < 0.0:
                stop = min(tick, (left - start) / slope)
            while t < stop:
                at = np.uint64(n - base)
                if at >= np.uint64(_WINDOW) or left != table_left or width != table_width:
                    base = ((n >> 6) << 6) - 96
                    table_left = left
                    table_width = width
                    _tabulate(base, left, width, shift, nuclei, a, b, c, gamma_dec, saturation,
                              bound, mean_wait, up_below, unsure)
                    at = np.uint64(n - base)
                at, threshold, t, j, more = _propose(
                    at, threshold, t, j, last, stop, start, slope, base, nuclei, shift, a, b, c, gamma_dec, saturation,
                    waiting, choice, bound, mean_wait, up_below, unsure)
                rejected += more
                n = base + np.int64(at)
                if j == last:
                    left_to_draw -= j
                    counter += np.uint64(j)
                    used += j
                    draw(k0, k1, stream, counter, waiting, choice)
                    threshold = waiting[0]
                    if left_to_draw <= 0:
                        return n, threshold, counter, i, t, used - rejected
                    j = np.int64(0)
                    last = min(np.int64(_BLOCK), left_to_draw)
            if stop >= tick:
                break
            t = max(t, stop)
            cell += 1 if slope > 0.0 else -1
        t = 0.0
        i += 1
        p = (2 * n - nuclei) * per_nucleus
        u = scale * (x[i] - k * p)
        polarization[i] = p
        absorption[i] = 1.0 / (1.0 + u * u)
    return n, threshold, counter + np.uint64(j), i, t, used + j - rejected


@dataclass(frozen=True)
class JumpState:
    """Everything that the future of a chain depends on, besides its model, key and stream."""

    up: int
    """Number n of nuclei that are up."""
    threshold: float
    """What is left of the waiting time of the draw ``counter``, in units of its mean."""
    counter: int
    """Number of the current draw of the stream."""


@dataclass(frozen=True)
class Trajectory:
    """A chain at tick boundaries."""

    polarization: NDArray[np.float64]
    absorption: NDArray[np.float64]
    """w in [0, 1]."""
    state: JumpState
    """The chain at the last boundary, from where it can be carried on."""
    flips: int
    """Number of flips on the way."""


def threefry(key: tuple[int, int], counter: int, stream: int) -> tuple[int, int]:
    """Return the two 64-bit words of Threefry-2x64-20."""
    with np.errstate(over="ignore"):
        first, second = _threefry(np.uint64(key[0]), np.uint64(key[1]), np.uint64(counter), np.uint64(stream))
    return int(first), int(second)


def start(p: float, nuclei: int, key: tuple[int, int], stream: int = 0) -> JumpState:
    """Return the chain of ``nuclei`` spins at the polarization nearest to ``p``, at the beginning of its stream."""
    if nuclei < 1:
        raise ValueError(f"nuclei must be at least 1, got {nuclei}")
    if not abs(p) <= 1.0:
        raise ValueError(f"p must be in [-1, 1], got {p}")
    waiting, choice = np.zeros(_BLOCK + 1), np.empty(_BLOCK, np.int64)
    draw(np.uint64(key[0]), np.uint64(key[1]), np.uint64(stream), np.uint64(0), waiting, choice)
    return JumpState(_nearest(p, nuclei), float(waiting[0]), 0)


def evolve(state: JumpState, x: ArrayLike, tick: float, model: RateModel, *, nuclei: int, key: tuple[int, int],
           stream: int = 0, saturation: bool = False) -> Trajectory:
    """Carry a chain over ticks, jump by jump.

    Parameters
    ----------
    state : JumpState
        The chain at the first boundary: `start`, or the end of an earlier stretch.
    x : array_like, shape (n + 1,)
        Bare detuning at the tick boundaries in rad/s, linear in between.
    tick : float
        Length of a tick in s.
    model : RateModel
        Rates at the given light and field.
    nuclei : int
        N.
    key : tuple of two int
        The key of the random stream, two 64-bit words.
    stream : int
        Number of the stream under this key; chains with different numbers are independent.
    saturation : bool
        Whether the pumps carry the factors 1 - P and 1 + P; see the module's text.

    Raises
    ------
    ValueError
        A shape, width, tick or number that is not usable.
    """
    grid = np.ascontiguousarray(x, dtype=float)
    if np.ndim(x) != 1 or grid.size < 1:
        raise ValueError(f"x must be a one-dimensional array of tick boundaries, got shape {np.shape(x)}")
    if not (0.0 < tick < math.inf):
        raise ValueError(f"tick must be positive, got {tick}")
    if not 0 <= state.up <= nuclei:
        raise ValueError(f"state.up must be between 0 and nuclei = {nuclei}, got {state.up}")
    numbers = _numbers(model)
    if not np.abs(grid).max() < _FARTHEST * model.gamma_p:
        raise ValueError(f"x must be less than {_FARTHEST:g} widths from the line, got {np.abs(grid).max()} rad/s")
    polarization, absorption = np.empty_like(grid), np.empty_like(grid)
    words = np.uint64(key[0]), np.uint64(key[1]), np.uint64(stream)
    n, threshold, counter, i, t, total = state.up, state.threshold, np.uint64(state.counter), 0, 0.0, 0
    while True:
        n, threshold, counter, i, t, flips = jump_ticks(
            n, threshold, np.uint64(counter), i, t, grid, float(tick), nuclei, *numbers, saturation, *words, _PIECE,
            polarization, absorption)
        total += flips
        if i == grid.size - 1:
            return Trajectory(polarization, absorption, JumpState(n, threshold, int(counter)), total)


@dataclass(frozen=True)
class Ensemble:
    """Independent chains side by side."""

    polarization: NDArray[np.float64]
    """Axes: chain, tick boundary."""
    states: tuple[JumpState, ...]
    """The chains at the last boundary."""
    flips: int

    def mean(self) -> NDArray[np.float64]:
        """Return the mean P at each boundary."""
        return np.asarray(self.polarization.mean(axis=0))

    def variance(self) -> NDArray[np.float64]:
        """Return the unbiased variance of P at each boundary."""
        return np.asarray(self.polarization.var(axis=0, ddof=1))

    def histogram(self, edges: ArrayLike) -> NDArray[np.int64]:
        """Return how many chains have P between neighbouring ``edges``; axes: boundary, bin."""
        bins = np.asarray(edges, dtype=float)
        return np.array([np.histogram(column, bins)[0] for column in self.polarization.T], dtype=np.int64)


def many_chains(states: Sequence[JumpState], x: ArrayLike, tick: float, model: RateModel, *, nuclei: int,
                key: tuple[int, int], saturation: bool = False) -> Ensemble:
    """Carry independent chains over the same ticks; chain number i draws from stream i. See `evolve`."""
    grid = np.asarray(x, dtype=float)
    polarization = np.empty((len(states), grid.size))
    ends: list[JumpState] = []
    flips = 0
    for i, state in enumerate(states):
        path = evolve(state, grid, tick, model, nuclei=nuclei, key=key, stream=i, saturation=saturation)
        polarization[i] = path.polarization
        ends.append(path.state)
        flips += path.flips
    return Ensemble(polarization, tuple(ends), flips)


def start_many(p: float, chains: int, nuclei: int, key: tuple[int, int]) -> list[JumpState]:
    """Return the beginnings of ``chains`` chains at the polarization nearest to ``p``, for `many_chains`."""
    return [start(p, nuclei, key, stream) for stream in range(chains)]


def flip_rates(model: RateModel, x: float, nuclei: int,
               saturation: bool = False) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rates (1/s) of flips up and down from n = 0 ... N at a fixed bare detuning ``x`` (rad/s)."""
    n = np.arange(nuclei + 1)
    p = polarizations(nuclei)
    u = 2.0 * (x - model.k * p) / model.gamma_p
    w = 1.0 / (1.0 + u * u)
    channels = (model.a * w, -model.b * w * w, 2.0 * model.c * u * w * w)
    up = sum(np.maximum(channel, 0.0) for channel in channels)
    down = sum(np.maximum(-channel, 0.0) for channel in channels)
    up = 0.5 * nuclei * up * (1.0 - p if saturation else 1.0) + 0.5 * model.gamma_dec * (nuclei - n)
    down = 0.5 * nuclei * down * (1.0 + p if saturation else 1.0) + 0.5 * model.gamma_dec * n
    up[-1] = down[0] = 0.0
    return np.asarray(up), np.asarray(down)


def polarizations(nuclei: int) -> NDArray[np.float64]:
    """Return P for n = 0 ... N."""
    return np.asarray((2.0 * np.arange(nuclei + 1) - nuclei) / nuclei)


def stationary_law(model: RateModel, x: float, nuclei: int, saturation: bool = False) -> NDArray[np.float64]:
    r"""Return the probabilities of n = 0 ... N after a long time at a fixed bare detuning ``x`` (rad/s).

    Detailed balance of a one-dimensional chain, :math:`\pi_n \propto \prod_{m<n} r_\uparrow(m) / r_\downarrow(m+1)`.

    Raises
    ------
    ValueError
        A flip that cannot happen cuts the chain in two, so that there is no single law.
    """
    up, down = flip_rates(model, x, nuclei, saturation)
    if not (np.all(up[:-1] > 0.0) and np.all(down[1:] > 0.0)):
        raise ValueError("every flip must be possible both ways for a single stationary law, but some rate is zero")
    logarithm = np.concatenate([[0.0], np.cumsum(np.log(up[:-1]) - np.log(down[1:]))])
    weights = np.exp(logarithm - logarithm.max())
    return np.asarray(weights / weights.sum())


def stationary_moments(model: RateModel, x: float, nuclei: int, saturation: bool = False) -> tuple[float, float]:
    """Return mean and variance of P in the stationary law."""
    law, p = stationary_law(model, x, nuclei, saturation), polarizations(nuclei)
    mean = float(law @ p)
    return mean, float(law @ (p - mean) ** 2)


@kernel
def _passage(forth, back):
    """Return the mean time from each state to the next one up; a sum of positive terms only, so no digit is lost."""
    times = np.empty(forth.shape[0])
    before = 0.0
    for i in range(forth.shape[0]):
        # back[i] = 0 where the way back is closed, be the time of the state before infinite or not
        detour = back[i] * before if back[i] > 0.0 else 0.0
        before = (1.0 + detour) / forth[i]
        times[i] = before
    return times


def first_passage(model: RateModel, x: float, nuclei: int, p_from: float, p_to: float,
                  saturation: bool = False) -> float:
    """Return the mean time (s) from one polarization to the first arrival at another, at a fixed ``x`` (rad/s).

    Both are rounded to the nearest state. With h_n the mean time from n to n + 1, up_n h_n = 1 + down_n h_(n-1); the
    way down is its mirror image. Infinite where there is no way, or where the time exceeds all floats.
    """
    up, down = flip_rates(model, x, nuclei, saturation)
    first, last = _nearest(p_from, nuclei), _nearest(p_to, nuclei)
    if last < first:
        up, down = down[::-1].copy(), up[::-1].copy()
        first, last = nuclei - first, nuclei - last
    return float(_passage(up[:last], down[:last])[first:].sum())


def _nearest(p: float, nuclei: int) -> int:
    return min(max(round(0.5 * nuclei * (1.0 + p)), 0), nuclei)


def _numbers(model: RateModel) -> tuple[float, float, float, float, float, float]:
    numbers = (float(model.k), float(model.gamma_p), float(model.a), float(model.b), float(model.c),
               float(model.gamma_dec))
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"the numbers of the model must be finite, got {model}")
    if not (model.gamma_p > 0.0 and model.gamma_dec >= 0.0):
        raise ValueError(f"gamma_p must be positive and gamma_dec not negative, got {model}")
    return numbers
