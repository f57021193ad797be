"""The mean S_z of an ensemble pulse by pulse, by a recurrence of three terms.

While the helicity stays, the spin's distance from the fixed point of its map obeys d_(k+1) = M d_k, and by the theorem
of Cayley and Hamilton each of its components obeys

    d_(k+3) = tr M d_(k+2) - m d_(k+1) + det M d_k

with m the sum of the principal minors of M. That is a quarter of the work of the map, since x and y need not be
known. They are wanted when the helicity changes, and come from a power of M.
"""

from __future__ import annotations

import numpy as np

from vlab.physics.kernel import inline, kernel

BLOCK = 64
"""Dots that are stepped together, so that they stay in the nearest cache."""
_CHUNK = 16
"""Pulses whose spins are kept before they are summed."""
_SHORTEST = 12
"""Pulses of one helicity for which a recurrence is worth its beginning."""
_NOTHING = 1e-200
_SINGULAR = 1e-7
"""A determinant of 1 - M below which a map has no fixed point that is known well."""


@inline
def add_up(values, lanes):
    """Return the sum of a block, in lanes that the compiler can lay side by side."""
    for j in range(8):
        lanes[j] = values[j]
    for i in range(8, BLOCK, 8):
        for j in range(8):
            lanes[j] += values[i + j]
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))


@inline
def take_block(maps, weights, state, first, size, local, weight, now):
    """Copy the maps, weights and weighted spins of a block; what is beyond the last dot is zero."""
    for i in range(BLOCK):
        there = i < size
        weight[i] = weights[first + i] if there else 0.0
        for p in range(2):
            for row in range(9):
                local[p, row, i] = maps[p, row, first + i] if there else 0.0
            for row in range(9, 12):
                local[p, row, i] = weight[i] * maps[p, row, first + i] if there else 0.0
        for row in range(3):
            now[row, i] = weight[i] * state[row, first + i] if there else 0.0


@inline
def _times(a, b, into):
    """Multiply matrices of a block, rows of nine."""
    for row in range(3):
        for column in range(3):
            for i in range(BLOCK):
                into[3 * row + column, i] = (a[3 * row, i] * b[column, i] + a[3 * row + 1, i] * b[3 + column, i]
                                             + a[3 * row + 2, i] * b[6 + column, i])


@inline
def _copy(a, into):
    """Copy rows of a block: slices would do the same and take seconds to compile."""
    for row in range(a.shape[0]):
        for i in range(BLOCK):
            into[row, i] = a[row, i]


@inline
def _raise_to(length, m, square, spare, into):
    """Raise the matrices of a block to a power of at least one."""
    _copy(m, square)
    begun = False
    while True:
        if length & 1:
            if begun:
                _times(into, square, spare)
                _copy(spare, into)
            else:
                _copy(square, into)
                begun = True
        length >>= 1
        if length == 0:
            return
        _times(square, square, spare)
        _copy(spare, square)


@inline
def _prepare(m, law, fixed):
    """Fill the recurrence's coefficients and the fixed points of a block; return whether all of these exist."""
    sound = True
    for i in range(BLOCK):
        a, b, c, d, e, f, g, h, k = m[0, i], m[1, i], m[2, i], m[3, i], m[4, i], m[5, i], m[6, i], m[7, i], m[8, i]
        law[0, i] = a * (e * k - f * h) - b * (d * k - f * g) + c * (d * h - e * g)
        law[1, i] = -(a * e - b * d + a * k - c * g + e * k - f * h)
        law[2, i] = a + e + k
        a, e, k = 1.0 - a, 1.0 - e, 1.0 - k
        b, c, d, f, g, h = -b, -c, -d, -f, -g, -h
        minor0, minor1, minor2 = e * k - f * h, f * g - d * k, d * h - e * g
        whole = a * minor0 + b * minor1 + c * minor2
        sound = sound and whole > _SINGULAR
        u, v, w = m[9, i], m[10, i], m[11, i]
        fixed[0, i] = (minor0 * u + (c * h - b * k) * v + (b * f - c * e) * w) / whole
        fixed[1, i] = (minor1 * u + (a * k - c * g) * v + (c * d - a * f) * w) / whole
        fixed[2, i] = (minor2 * u + (b * g - a * h) * v + (a * e - b * d) * w) / whole
    return sound


@inline
def _map_block(m, now, then):
    """Apply affine maps to a block of spins."""
    for row in range(3):
        for i in range(BLOCK):
            then[row, i] = (m[3 * row, i] * now[0, i] + m[3 * row + 1, i] * now[1, i] + m[3 * row + 2, i] * now[2, i]
                            + m[9 + row, i])


@inline
def _turn(m, now, then):
    """Apply matrices to a block of spins."""
    for row in range(3):
        for i in range(BLOCK):
            then[row, i] = m[3 * row, i] * now[0, i] + m[3 * row + 1, i] * now[1, i] + m[3 * row + 2, i] * now[2, i]


@inline
def _recur(length, law, z, lanes, offset, trace):
    """Carry z on from its first three values and add what comes after the first to ``trace``."""
    for start in range(0, length, _CHUNK):
        many = min(_CHUNK, length - start)
        for k in range(many):
            for i in range(BLOCK):
                z[k + 3, i] = law[2, i] * z[k + 2, i] + law[1, i] * z[k + 1, i] + law[0, i] * z[k, i]
        for k in range(many):
            trace[start + k, 2] += add_up(z[k + 1], lanes) + offset
        for j in range(3):
            for i in range(BLOCK):  # what has died out must not crawl on as subnormal numbers
                z[j, i] = z[many + j, i] if abs(z[many + j, i]) > _NOTHING else 0.0


@kernel
def step_axial(maps, weights, helicities, state, trace):
    """Step an ensemble through pulses and add its weighted mean S_z before each pulse to ``trace``.

    Parameters
    ----------
    maps, weights, helicities, state, trace
        As in `spin_stepping.step`.
    """
    count = state.shape[1]
    pulses = helicities.shape[0]
    local = np.zeros((2, 12, BLOCK))
    law, fixed, power = np.zeros((2, 3, BLOCK)), np.zeros((2, 3, BLOCK)), np.zeros((2, 9, BLOCK))
    square, spare = np.zeros((9, BLOCK)), np.zeros((9, BLOCK))
    now, then = np.zeros((3, BLOCK)), np.zeros((3, BLOCK))
    z = np.zeros((_CHUNK + 3, BLOCK))
    lanes, offsets, weight = np.zeros(8), np.zeros(2), np.zeros(BLOCK)
    known = np.zeros(2, np.int64)
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        # spins are stepped times their weights, which an affine map allows
        take_block(maps, weights, state, first, size, local, weight, now)
        sound = True
        for p in range(2):
            sound = _prepare(local[p], law[p], fixed[p]) and sound
            offsets[p] = add_up(fixed[p, 2], lanes)
            known[p] = 0
        start = 0
        while start < pulses:
            q = np.int64(helicities[start])
            end = start + 1
            while end < pulses and np.int64(helicities[end]) == q:
                end += 1
            length = end - start
            if length < _SHORTEST or not sound:
                for k in range(start, end):
                    _map_block(local[q], now, then)
                    _copy(then, now)
                    trace[k, 2] += add_up(now[2], lanes)
            else:
                for row in range(3):
                    for i in range(BLOCK):
                        now[row, i] -= fixed[q, row, i]
                if known[q] != length:
                    _raise_to(length, local[q, :9], square, spare, power[q])
                    known[q] = length
                _turn(local[q], now, then)
                for i in range(BLOCK):
                    z[0, i] = now[2, i]
                    z[1, i] = then[2, i]
                    z[2, i] = (local[q, 6, i] * then[0, i] + local[q, 7, i] * then[1, i] + local[q, 8, i] * then[2, i])
                _recur(length, law[q], z, lanes, offsets[q], trace[start:end])
                _turn(power[q], now, then)
                for row in range(3):
                    for i in range(BLOCK):
                        now[row, i] = then[row, i] + fixed[q, row, i]
            start = end
        for i in range(size):
            if weight[i] != 0.0:
                for row in range(3):
                    state[row, first + i] = now[row, i] / weight[i]
