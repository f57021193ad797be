"""The compiled loop of `vlab.physics.dnsp_jumps`: flips of nuclear spins, drawn by thinning.

The bare detuning x is divided into cells, and a table holds for each n an upper bound of the total rate anywhere in the
cell, and the shares that certainly flip up or down. Proposals come at the bound; the few that fall between the shares
are settled at the rates of the moment. That is exact in law for any motion of x, needs no division in most jumps, and
the rest of a waiting time can be carried into the next cell or tick. Bounds are functions of cell and n alone, so
results do not depend on how ticks are grouped into calls.
"""

from __future__ import annotations

import math

import numpy as np

from vlab.physics.kernel import inline, kernel
from vlab.physics.threefry import draw

BLOCK = 64
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
FARTHEST = 1e12
"""Largest x in units of gamma_p: numbers of cells are exact up to there."""
_2_63 = 2.0**63
_TOP = 2**63 - 1


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
    waiting = np.zeros(BLOCK + 1)  # one more, so that the next wait can be read before the next block is made
    choice = np.empty(BLOCK, np.int64)
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
    last = min(np.int64(BLOCK), left_to_draw)
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
                    last = min(np.int64(BLOCK), left_to_draw)
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
