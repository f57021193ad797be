"""Compiled kernels of the collective nuclear spin by block elimination, where flow balance does not do.

See `vlab.physics.dicke` for the model. For each m = I_z there are five unknowns, rho_uu, rho_dd, rho_tt, Re rho_ut and
Im rho_ut, coupled to those of m - 1 and m + 1. The redundant balance of u is replaced by that of the flows between m
and m + 1, without which the small square of the flip amplitude spoils the condition of the system.

As in `vlab.physics.dicke_flow`, j = m + I counts levels from the lowest.
"""

from __future__ import annotations

import numpy as np

from vlab.physics.dicke_flow import LARGE, SMALL, assisted_rate, variance_of
from vlab.physics.kernel import inline, kernel


@inline
def _solve(a, b, columns):
    """Solve the 5x5 system a y = b in place for the first ``columns`` of b, rows scaled and pivoted."""
    for i in range(5):
        size = 0.0
        for k in range(5):
            size = max(size, abs(a[i, k]))
        size = 1.0 / size
        for k in range(5):
            a[i, k] *= size
        for k in range(columns):
            b[i, k] *= size
    for i in range(5):
        pivot = i
        for k in range(i + 1, 5):
            if abs(a[k, i]) > abs(a[pivot, i]):
                pivot = k
        if pivot != i:
            for k in range(i, 5):
                a[i, k], a[pivot, k] = a[pivot, k], a[i, k]
            for k in range(columns):
                b[i, k], b[pivot, k] = b[pivot, k], b[i, k]
        inverse = 1.0 / a[i, i]
        for row in range(i + 1, 5):
            f = a[row, i] * inverse
            if f != 0.0:
                for k in range(i + 1, 5):
                    a[row, k] -= f * a[i, k]
                for k in range(columns):
                    b[row, k] -= f * b[i, k]
    for i in range(4, -1, -1):
        inverse = 1.0 / a[i, i]
        for k in range(columns):
            y = b[i, k]
            for row in range(i + 1, 5):
                y -= a[i, row] * b[row, k]
            b[i, k] = y * inverse


@inline
def _fill_rows(j, two_i, x, rates, carry, a):
    """Fill the first four rows of a: balance of d, t, Re and Im of rho_ut at level j, with level j - 1 put in.

    ``carry[j - 1]`` says how that follows from level j.
    """
    shift, omega, gamma, gamma_hhlh, kappa, _, flip, _, gamma_nuc = rates
    delta = x - shift * (j - 0.5 * two_i)
    above = (two_i - j) * (j + 1.0)
    below = (two_i - j + 1.0) * j
    q = assisted_rate(delta, rates)
    free = gamma_nuc * (above + below)
    out_u = kappa + flip * q * above + free
    out_d = kappa + flip * q * below + free
    out_t = gamma + gamma_hhlh + flip * gamma * above + free
    half = 0.5 * (out_u + out_t)
    for i in range(5):
        for k in range(5):
            a[i, k] = 0.0
    a[0, 0], a[0, 1], a[0, 2] = kappa, -out_d, gamma_hhlh
    a[1, 2], a[1, 4] = -out_t, omega
    a[2, 3], a[2, 4] = -half, -delta
    a[3, 0], a[3, 2], a[3, 3], a[3, 4] = 0.5 * omega, -0.5 * omega, delta, -half
    if j > 0:
        assisted = flip * assisted_rate(delta + shift, rates)
        for k in range(5):
            raised = assisted * carry[j - 1, 0, k] + flip * gamma * carry[j - 1, 2, k]
            a[0, k] += below * (raised + gamma_nuc * carry[j - 1, 1, k])
            for i in range(1, 4):
                a[i, k] += below * gamma_nuc * carry[j - 1, i + 1, k]


@kernel
def eliminate_manifold(two_i, x, rates, state):
    """Fill ``state`` (2I + 1, 5) with rho_uu, rho_dd, rho_tt, Re rho_ut, Im rho_ut by block elimination; trace 1."""
    shift, _, gamma, _, _, _, flip, _, gamma_nuc = rates
    n = two_i + 1
    # level j = carry[j] @ level j + 1; without free flips only rho_dd of level j + 1 is seen from below
    carry = np.zeros((n, 5, 5))
    columns = 1 if gamma_nuc == 0.0 else 5
    seen = 0 if gamma_nuc == 0.0 else 1  # column of rho_dd
    a = np.empty((5, 5))
    b = np.empty((5, 5))
    for j in range(n):
        _fill_rows(j, two_i, x, rates, carry, a)
        for i in range(5):
            a[4, i] = 0.0
            for k in range(5):
                b[i, k] = 0.0
        if j < n - 1:
            delta = x - shift * (j - 0.5 * two_i)
            above = (two_i - j) * (j + 1.0)
            a[4, 0] = flip * assisted_rate(delta, rates) + gamma_nuc
            a[4, 1] = gamma_nuc
            a[4, 2] = flip * gamma + gamma_nuc
            b[4, seen] = flip * assisted_rate(delta - shift, rates) + gamma_nuc
            if seen == 1:
                b[4, 0] = b[4, 2] = gamma_nuc
                for i in range(4):
                    b[i, i + 1] = -above * gamma_nuc
        else:  # nothing above: the trace takes the place of the cut
            a[4, 0] = a[4, 1] = a[4, 2] = 1.0
            b[4, seen] = 1.0
        _solve(a, b, columns)
        for i in range(5):
            for k in range(columns):
                carry[j, i, k + 1 - seen] = b[i, k]
    for i in range(5):
        state[n - 1, i] = carry[n - 1, i, 1]
    _substitute_back(n, carry, state)


@inline
def _substitute_back(n, carry, state):
    exponent = np.zeros(n, np.int64)
    power = 0
    largest = 0
    for j in range(n - 2, -1, -1):
        size = 0.0
        for i in range(5):
            y = 0.0
            for k in range(5):
                y += carry[j, i, k] * state[j + 1, k]
            state[j, i] = y
            size = max(size, abs(y))
        by = 1.0
        if size > LARGE:
            by = SMALL
            power += 1
        elif size < SMALL:
            by = LARGE
            power -= 1
        for i in range(5):
            state[j, i] *= by
        exponent[j] = power
        largest = max(largest, power)
    total = 0.0
    for j in range(n):
        for _ in range(min(largest - exponent[j], 4)):
            for i in range(5):
                state[j, i] *= SMALL
        total += state[j, 0] + state[j, 1] + state[j, 2]
    for j in range(n):
        for i in range(5):
            state[j, i] /= total


@kernel
def eliminate_all(x, nuclei, weights, rates, distribution, electron, conditional):
    """Sum all manifolds by block elimination; arguments as in `balance_all`."""
    size = nuclei + 1
    state = np.empty((size, 5))
    scale, p, work = np.empty(size), np.empty(size), np.empty(size)
    for k in range(size):
        scale[k] = k
    for point in range(x.shape[0]):
        for index in range(weights.shape[0]):
            if weights[index] == 0.0:
                continue
            two_i = nuclei % 2 + 2 * index
            first = (nuclei - two_i) // 2
            eliminate_manifold(two_i, x[point], rates, state)
            for j in range(two_i + 1):
                p[j] = state[j, 0] + state[j, 1] + state[j, 2]
                distribution[point, first + j] += weights[index] * p[j]
                for k in range(3):
                    electron[point, k] += weights[index] * state[j, k]
            conditional[point] += weights[index] * variance_of(p, 1.0, two_i + 1, scale, work)
