r"""Compiled kernels of the collective nuclear spin by flow balance between neighbouring I_z.

See `vlab.physics.dicke` for the model. Within one total spin I the state is block-tridiagonal in m = I_z, so in the
stationary state the net flow between m and m + 1 vanishes. Where no jump feeds the coherence rho_ut it follows from
the populations of its own m, which leaves a rate R = (Omega^2/2) G/(G^2 + delta^2) between u and t, G being half of
all rates out of u and t. The balance of t and of d are then local in m, and that of the cut carries from m to m + 1:

.. math::  \Gamma \rho_{tt}(m) + [k_\mathrm{ff} + \gamma_\mathrm{spin}(m)]\, \rho_{uu}(m)
           = [k_\mathrm{ff} + \gamma_\mathrm{spin}(m + 1)]\, \rho_{dd}(m + 1) .

Written with one common denominator all terms are positive, so every population has a small *relative* error, however
small it is. Here j = m + I counts levels from the lowest, and ``rates`` is `vlab.physics.dicke.DickeModel.rates`.
"""

from __future__ import annotations

import numpy as np

from vlab.physics.kernel import inline, kernel

# A product of ratios is rescaled when it leaves [1/LARGE, LARGE]: powers of two, so that nothing is rounded
LARGE = 2.0**400
SMALL = 2.0**-400


@inline
def assisted_rate(delta, rates):
    """Return k_ff + gamma_spin(delta), gamma_spin = ratio W_abs with eq. 15."""
    _, omega, gamma, _, _, k_ff, _, ratio, _ = rates
    square = omega * omega
    return k_ff + ratio * (square * gamma / (4.0 * delta * delta + 2.0 * square + gamma * gamma))


@inline
def _balance_flows(two_i, delta, assisted, rates, up, trion, rise, factor, scale):
    """Fill up and trion, not yet multiplied by ``factor``, which is filled with one number for each m.

    ``delta``, ``assisted`` and ``scale`` (0, 1, 2, ...) are tables from m = -I upwards; ``rise`` is scratch. Loops
    are short, since the compiler takes several levels at once only where few arrays could overlap.
    """
    _, omega, gamma, gamma_hhlh, kappa, _, flip, _, _ = rates
    n = two_i + 1
    drive = 0.5 * omega * omega
    branch = gamma_hhlh / kappa
    out_t0 = gamma + gamma_hhlh
    top = float(two_i)
    for j in range(n):
        step = flip * ((top - scale[j]) * (scale[j] + 1.0))
        out_t = out_t0 + step * gamma
        half = 0.5 * (kappa + step * assisted[j] + out_t)
        rise[j] = half
        up[j] = drive * half + (half * half + delta[j] * delta[j]) * out_t
    for j in range(n):
        t = drive * rise[j]
        trion[j] = t
        rise[j] = gamma * t + assisted[j] * up[j]
    for j in range(1, n):
        factor[j] = rise[j - 1] / (assisted[j] * (up[j] + branch * trion[j]))
    factor[0] = 1.0
    if not _multiply_up(n, factor):
        _multiply_with_exponents(n, branch, assisted, up, trion, rise, factor)


@inline
def _multiply_up(n, factor):
    """Replace each number by the product of all up to it; False where one leaves the range of a float, or nearly.

    In four strands, since each product waits for the one before.
    """
    quarter = n // 4
    a = b = c = d = 1.0
    most_a = most_b = most_c = most_d = 1.0
    least_a = least_b = least_c = least_d = 1.0
    for j in range(quarter):
        a *= factor[j]
        b *= factor[quarter + j]
        c *= factor[2 * quarter + j]
        d *= factor[3 * quarter + j]
        factor[j] = a
        factor[quarter + j] = b
        factor[2 * quarter + j] = c
        factor[3 * quarter + j] = d
        most_a, most_b, most_c, most_d = max(most_a, a), max(most_b, b), max(most_c, c), max(most_d, d)
        least_a, least_b, least_c, least_d = min(least_a, a), min(least_b, b), min(least_c, c), min(least_d, d)
    c *= b * a
    b *= a
    most = max(max(most_a, most_b * a), max(most_c * b, most_d * c))
    least = min(min(least_a, least_b * a), min(least_c * b, least_d * c))
    for j in range(quarter, 2 * quarter):
        factor[j] *= a
    for j in range(2 * quarter, 3 * quarter):
        factor[j] *= b
    for j in range(3 * quarter, 4 * quarter):
        factor[j] *= c
    value = d * c
    for j in range(4 * quarter, n):
        value *= factor[j]
        factor[j] = value
        most, least = max(most, value), min(least, value)
    return most <= LARGE and least >= SMALL


@inline
def _multiply_with_exponents(n, branch, assisted, up, trion, rise, factor):
    """Fill ``factor`` where plain products would leave the range of a float."""
    exponent = np.zeros(n, np.int64)
    value = 1.0
    power = 0
    largest = 0
    factor[0] = 1.0
    for j in range(1, n):
        value *= rise[j - 1] / (assisted[j] * (up[j] + branch * trion[j]))
        if value > LARGE:
            value *= SMALL
            power += 1
        elif value < SMALL:
            value *= LARGE
            power -= 1
        factor[j] = value
        exponent[j] = power
        largest = max(largest, power)
    for j in range(n):
        for _ in range(min(largest - exponent[j], 4)):
            factor[j] *= SMALL


@inline
def _fill_manifold(two_i, x, rates, work, state):
    """Fill ``state`` (2I + 1, 5) at one detuning; ``work`` (7, 2I + 1) has 0, 1, 2, ... in its last row."""
    shift, omega, gamma, gamma_hhlh, kappa, _, flip, _, _ = rates
    n = two_i + 1
    delta, assisted, scale = work[0], work[1], work[6]
    up, trion, rise, factor = work[2], work[3], work[4], work[5]
    for j in range(n):
        delta[j] = x - shift * (scale[j] - 0.5 * two_i)
        assisted[j] = assisted_rate(delta[j], rates)
    branch = gamma_hhlh / kappa
    _balance_flows(two_i, delta, assisted, rates, up, trion, rise, factor, scale)
    total = 0.0
    for j in range(n):
        total += factor[j] * (2.0 * up[j] + (1.0 + branch) * trion[j])
    share = 1.0 / total
    for j in range(n):
        f = factor[j] * share
        step = flip * ((two_i - scale[j]) * (scale[j] + 1.0))
        out_t = gamma + gamma_hhlh + step * gamma
        half = 0.5 * (kappa + step * assisted[j] + out_t)
        state[j, 0] = f * up[j]
        state[j, 1] = f * (up[j] + branch * trion[j])
        state[j, 2] = f * trion[j]
        state[j, 3] = -f * 0.5 * omega * delta[j] * out_t
        state[j, 4] = f * 0.5 * omega * half * out_t


@kernel
def balance_manifold(two_i, x, rates, states):
    """Fill ``states`` (points, 2I + 1, 5) at detunings x (points,) by flow balance, each with trace 1.

    The last axis is rho_uu, rho_dd, rho_tt, Re rho_ut, Im rho_ut.
    """
    work = np.empty((7, two_i + 1))  # one piece of memory: for small I its making is most of the time
    for j in range(two_i + 1):
        work[6, j] = j
    for point in range(x.shape[0]):
        _fill_manifold(two_i, x[point], rates, work, states[point])


@inline
def _dot(a, b, n):
    """Return the sum of a b over the first n levels, in strands that the processor can run at once."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    blocks = n // 8
    for k in range(blocks):
        j = 8 * k
        s0 += a[j] * b[j]
        s1 += a[j + 1] * b[j + 1]
        s2 += a[j + 2] * b[j + 2]
        s3 += a[j + 3] * b[j + 3]
        s4 += a[j + 4] * b[j + 4]
        s5 += a[j + 5] * b[j + 5]
        s6 += a[j + 6] * b[j + 6]
        s7 += a[j + 7] * b[j + 7]
    for j in range(8 * blocks, n):
        s0 += a[j] * b[j]
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))


@inline
def variance_of(p, total, n, scale, work):
    """Return the variance of j under weights p of sum ``total``; ``work`` is scratch."""
    mean = _dot(p, scale, n) / total
    for j in range(n):
        work[j] = (scale[j] - mean) * (scale[j] - mean)
    return _dot(p, work, n) / total


@inline
def _add(to, share, values, n):
    for j in range(n):
        to[j] += share * values[j]


@kernel
def balance_all(x, nuclei, weights, rates, distribution, electron, conditional):
    """Sum all manifolds by flow balance.

    ``weights`` are those of I = 0 or 1/2 upwards. Adds P(I_z) to ``distribution`` (points, N + 1), the populations of
    u, d, t to ``electron`` (points, 3) and the mean over I of the variance at fixed I to ``conditional`` (points,).
    """
    size = nuclei + 1
    shift = rates[0]
    branch = rates[3] / rates[4]
    delta, assisted, scale = np.empty(size), np.empty(size), np.empty(size)
    up, trion = np.empty(size), np.empty(size)
    rise, factor, p, everyone = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    for k in range(size):
        scale[k] = k
    for point in range(x.shape[0]):
        for k in range(size):
            delta[k] = x[point] - shift * (k - 0.5 * nuclei)
            assisted[k] = assisted_rate(delta[k], rates)
            everyone[k] = 0.0
        for index in range(weights.shape[0]):
            if weights[index] == 0.0:
                continue
            two_i = nuclei % 2 + 2 * index
            first = (nuclei - two_i) // 2
            n = two_i + 1
            _balance_flows(two_i, delta[first:], assisted[first:], rates, up, trion, rise, factor, scale)
            for j in range(n):
                p[j] = factor[j] * (2.0 * up[j] + (1.0 + branch) * trion[j])
            all_up = _dot(factor, up, n)
            all_trion = _dot(factor, trion, n)
            all_down = all_up + branch * all_trion
            total = all_up + all_down + all_trion
            share = weights[index] / total
            electron[point, 0] += share * all_up
            electron[point, 1] += share * all_down
            electron[point, 2] += share * all_trion
            conditional[point] += weights[index] * variance_of(p, total, n, scale, rise)
            _add(everyone[first:], share, p, n)
        for k in range(size):
            distribution[point, k] += everyone[k]
