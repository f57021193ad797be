r"""The periodic state under a repeating pattern of pulses, for any phi, many dots side by side.

A run of L equal pulses takes a spin S to s + M^L (S - s), with s the fixed point of M S + v. The runs of a pattern
compose to an affine map whose fixed point is the periodic state; the sums over a run at a frequency are geometric
series. Only three numbers of N = 1 - M are wanted for powers and resolvents: its trace t, the sum m of its
principal minors and its determinant d. By the theorem of Cayley and Hamilton N^3 = t N^2 - m N + d, so that

.. math::  M^L = (1 - N)^L = a + b N + c N^2 ,

where a, b and c follow from each other by squaring, and with :math:`\epsilon = 1/\zeta - 1`

.. math::  (1 - \zeta M)^{-1} = \frac{\mathrm{adj} N + \epsilon (t - N) + \epsilon^2}
           {\zeta\,(d + m\epsilon + t\epsilon^2 + \epsilon^3)} .

Powers of 1 - N and not of M, since M is near to 1 where the pumping is weak and the phase a whole turn.

Blocks of `BLOCK` dots lie in flat rows of that length, in loops that the compiler can make vectors of.
"""

from __future__ import annotations

from math import cos, exp, sin, sqrt

import numpy as np

from vlab.physics.kernel import inline, kernel
from vlab.physics.spin_precession import direction, evolution, returned, returned_until

BLOCK = 32
"""Dots that are computed together, so that they stay in the nearest cache."""
_B = BLOCK
_FORGOTTEN = 40.0
"""Spin relaxation times in a run after which nothing is left of what was before."""
_NOTHING = 1e-100
_ROUND = 6755399441055744.0
"""1.5 * 2**52: adding it rounds to whole numbers."""
# 2 pi in three parts, of which the first two leave room for whole multiples
_TURN, _TURN_REST, _TURN_TAIL = 6.28318530693650245667, 2.43084020252158639064e-10, 8.08906499518380252616e-21

# rows of a block's geometry
_WEIGHT, _MAP, _BACK = 5 * _B, 6 * _B, 15 * _B
_GEOMETRY = 18 * _B
# rows of one kind of pulse
_LAW, _POWER, _LONGER, _ADJUGATE, _STAR, _N, _POLYNOMIAL = 0, 3 * _B, 12 * _B, 21 * _B, 24 * _B, 27 * _B, 36 * _B
_KIND = 39 * _B
# rows of the pattern
_WHOLE, _SHIFT, _START = 0, 9 * _B, 12 * _B
_PATTERN = 15 * _B


@inline
def _turned(phase):
    """Return 1 - cos and sin, by polynomials that vectors can be made of (those of fdlibm)."""
    turns = (phase * 0.15915494309189535 + _ROUND) - _ROUND
    q = 0.25 * (((phase - turns * _TURN) - turns * _TURN_REST) - turns * _TURN_TAIL)
    z = q * q
    s = q + q * z * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03 + z * (
        -1.98412698298579493134e-04 + z * (2.75573137070700676789e-06 + z * (
            -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))))
    c = 1.0 - 0.5 * z + z * z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (
        2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07 + z * (
            2.08757232129817482790e-09 - z * 1.13596475577881948265e-11)))))
    sin_half, cos_half = 2.0 * s * c, (c - s) * (c + s)
    return 2.0 * sin_half * sin_half, 2.0 * sin_half * cos_half


@inline
def _lay_out(nodes, first, geometry, times, decay):
    """Fill a block's geometry: fields, weights, exp(-T_R/tau_s) R, and that times what the trion returns."""
    period = times[0]
    count = nodes.shape[0]
    for i in range(_B):
        j = min(first + i, count - 1)
        for k in range(4):
            geometry[k * _B + i] = nodes[j, k]
        geometry[_WEIGHT + i] = nodes[j, 4] if first + i < count else 0.0
    for i in range(_B):
        along, across = geometry[i], geometry[_B + i]
        length = sqrt(along * along + across * across)
        over = 1.0 / (length if length > 0.0 else 1.0)
        c, s = (along * over if length > 0.0 else 1.0), across * over
        along, across = geometry[2 * _B + i], geometry[3 * _B + i]
        square = along * along + across * across
        trion_c2 = along * along / square if square > 0.0 else 1.0
        i_0, i_c, i_s = returned(length, sqrt(square), trion_c2, times)
        h, sp = _turned(length * period)
        cp = 1.0 - h
        r00, r01, r02 = decay * (cp + s * s * h), -decay * c * sp, decay * s * c * h
        r10, r11, r12 = decay * c * sp, decay * cp, -decay * s * sp
        r20, r21, r22 = r02, -r12, decay * (cp + c * c * h)
        g0, g1, g2 = c * s * (i_0 - i_c), i_s * s, i_0 * c * c + i_c * s * s
        geometry[_MAP + i], geometry[_MAP + _B + i], geometry[_MAP + 2 * _B + i] = r00, r01, r02
        geometry[_MAP + 3 * _B + i], geometry[_MAP + 4 * _B + i], geometry[_MAP + 5 * _B + i] = r10, r11, r12
        geometry[_MAP + 6 * _B + i], geometry[_MAP + 7 * _B + i], geometry[_MAP + 8 * _B + i] = r20, r21, r22
        geometry[_BACK + i] = r00 * g0 + r01 * g1 + r02 * g2
        geometry[_BACK + _B + i] = r10 * g0 + r11 * g1 + r12 * g2
        geometry[_BACK + 2 * _B + i] = r20 * g0 + r21 * g1 + r22 * g2


@inline
def _prepare(geometry, action, turn_c, turn_s, kind):
    """Fill N, its t, m and d, the last row of its adjugate and the fixed point, for one kind of pulse."""
    q_z, kick = action[0], action[2]
    created = 1.0 - q_z
    for i in range(_B):
        r00, r01, r02 = geometry[_MAP + i], geometry[_MAP + _B + i], geometry[_MAP + 2 * _B + i]
        r10, r11, r12 = geometry[_MAP + 3 * _B + i], geometry[_MAP + 4 * _B + i], geometry[_MAP + 5 * _B + i]
        r20, r21, r22 = geometry[_MAP + 6 * _B + i], geometry[_MAP + 7 * _B + i], geometry[_MAP + 8 * _B + i]
        b0, b1, b2 = geometry[_BACK + i], geometry[_BACK + _B + i], geometry[_BACK + 2 * _B + i]
        n00, n01, n02 = 1.0 - (r00 * turn_c - r01 * turn_s), -(r00 * turn_s + r01 * turn_c), -(q_z * r02 + created * b0)
        n10, n11, n12 = -(r10 * turn_c - r11 * turn_s), 1.0 - (r10 * turn_s + r11 * turn_c), -(q_z * r12 + created * b1)
        n20, n21, n22 = -(r20 * turn_c - r21 * turn_s), -(r20 * turn_s + r21 * turn_c), 1.0 - (q_z * r22 + created * b2)
        v0, v1, v2 = kick * (b0 - r02), kick * (b1 - r12), kick * (b2 - r22)
        c00, c01, c02 = n11 * n22 - n12 * n21, n12 * n20 - n10 * n22, n10 * n21 - n11 * n20
        c11, c12, c22 = n00 * n22 - n02 * n20, n01 * n20 - n00 * n21, n00 * n11 - n01 * n10
        determinant = n00 * c00 + n01 * c01 + n02 * c02
        over = 1.0 / determinant
        kind[_LAW + i], kind[_LAW + _B + i], kind[_LAW + 2 * _B + i] = determinant, c00 + c11 + c22, n00 + n11 + n22
        kind[_ADJUGATE + i], kind[_ADJUGATE + _B + i], kind[_ADJUGATE + 2 * _B + i] = c02, c12, c22
        kind[_STAR + i] = over * (c00 * v0 + (n02 * n21 - n01 * n22) * v1 + (n01 * n12 - n02 * n11) * v2)
        kind[_STAR + _B + i] = over * (c01 * v0 + c11 * v1 + (n02 * n10 - n00 * n12) * v2)
        kind[_STAR + 2 * _B + i] = over * (c02 * v0 + c12 * v1 + c22 * v2)
        kind[_N + i], kind[_N + _B + i], kind[_N + 2 * _B + i] = n00, n01, n02
        kind[_N + 3 * _B + i], kind[_N + 4 * _B + i], kind[_N + 5 * _B + i] = n10, n11, n12
        kind[_N + 6 * _B + i], kind[_N + 7 * _B + i], kind[_N + 8 * _B + i] = n20, n21, n22


@inline
def _raise(length, kind):
    """Fill the rows a, b and c of (1 - N)^length, length at least 1, from its highest binary digit on."""
    for i in range(_B):
        kind[_POLYNOMIAL + i] = 1.0
        kind[_POLYNOMIAL + _B + i] = -1.0
        kind[_POLYNOMIAL + 2 * _B + i] = 0.0
    bit = 1
    while 2 * bit <= length:
        bit *= 2
    while bit > 1:
        bit //= 2
        odd = (length & bit) != 0
        for i in range(_B):
            d, m, t = kind[_LAW + i], kind[_LAW + _B + i], kind[_LAW + 2 * _B + i]
            a, b, c = kind[_POLYNOMIAL + i], kind[_POLYNOMIAL + _B + i], kind[_POLYNOMIAL + 2 * _B + i]
            third, fourth = 2.0 * b * c, c * c
            third += t * fourth  # N^4 = t N^3 - m N^2 + d N
            a, b, c = (a * a + d * third, 2.0 * a * b + d * fourth - m * third,
                       b * b + 2.0 * a * c - m * fourth + t * third)
            if odd:
                a, b, c = a - d * c, b - a + m * c, c - b - t * c
            kind[_POLYNOMIAL + i], kind[_POLYNOMIAL + _B + i], kind[_POLYNOMIAL + 2 * _B + i] = a, b, c


@inline
def _power(kind, into):
    """Fill the matrix a + b N + c N^2."""
    for i in range(_B):
        a, b, c = kind[_POLYNOMIAL + i], kind[_POLYNOMIAL + _B + i], kind[_POLYNOMIAL + 2 * _B + i]
        # what has died out must not crawl on as subnormal numbers
        a = a if abs(a) > _NOTHING else 0.0
        b = b if abs(b) > _NOTHING else 0.0
        c = c if abs(c) > _NOTHING else 0.0
        n00, n01, n02 = kind[_N + i], kind[_N + _B + i], kind[_N + 2 * _B + i]
        n10, n11, n12 = kind[_N + 3 * _B + i], kind[_N + 4 * _B + i], kind[_N + 5 * _B + i]
        n20, n21, n22 = kind[_N + 6 * _B + i], kind[_N + 7 * _B + i], kind[_N + 8 * _B + i]
        # (b + c N) N + a
        k00, k01, k02 = b + c * n00, c * n01, c * n02
        k10, k11, k12 = c * n10, b + c * n11, c * n12
        k20, k21, k22 = c * n20, c * n21, b + c * n22
        kind[into + i] = a + k00 * n00 + k01 * n10 + k02 * n20
        kind[into + _B + i] = k00 * n01 + k01 * n11 + k02 * n21
        kind[into + 2 * _B + i] = k00 * n02 + k01 * n12 + k02 * n22
        kind[into + 3 * _B + i] = k10 * n00 + k11 * n10 + k12 * n20
        kind[into + 4 * _B + i] = a + k10 * n01 + k11 * n11 + k12 * n21
        kind[into + 5 * _B + i] = k10 * n02 + k11 * n12 + k12 * n22
        kind[into + 6 * _B + i] = k20 * n00 + k21 * n10 + k22 * n20
        kind[into + 7 * _B + i] = k20 * n01 + k21 * n11 + k22 * n21
        kind[into + 8 * _B + i] = a + k20 * n02 + k21 * n12 + k22 * n22


@inline
def _one_more(kind):
    """Multiply the polynomial by 1 - N."""
    for i in range(_B):
        d, m, t = kind[_LAW + i], kind[_LAW + _B + i], kind[_LAW + 2 * _B + i]
        a, b, c = kind[_POLYNOMIAL + i], kind[_POLYNOMIAL + _B + i], kind[_POLYNOMIAL + 2 * _B + i]
        kind[_POLYNOMIAL + i] = a - d * c
        kind[_POLYNOMIAL + _B + i] = b - a + m * c
        kind[_POLYNOMIAL + 2 * _B + i] = c - b - t * c


@inline
def _compose(kind, power, pattern):
    """Let a run follow the affine map that the pattern has so far."""
    for i in range(_B):
        p00, p01, p02 = kind[power + i], kind[power + _B + i], kind[power + 2 * _B + i]
        p10, p11, p12 = kind[power + 3 * _B + i], kind[power + 4 * _B + i], kind[power + 5 * _B + i]
        p20, p21, p22 = kind[power + 6 * _B + i], kind[power + 7 * _B + i], kind[power + 8 * _B + i]
        for column in range(3):
            x = pattern[_WHOLE + column * _B + i]
            y = pattern[_WHOLE + (3 + column) * _B + i]
            z = pattern[_WHOLE + (6 + column) * _B + i]
            pattern[_WHOLE + column * _B + i] = p00 * x + p01 * y + p02 * z
            pattern[_WHOLE + (3 + column) * _B + i] = p10 * x + p11 * y + p12 * z
            pattern[_WHOLE + (6 + column) * _B + i] = p20 * x + p21 * y + p22 * z
        s0, s1, s2 = kind[_STAR + i], kind[_STAR + _B + i], kind[_STAR + 2 * _B + i]
        x, y, z = pattern[_SHIFT + i] - s0, pattern[_SHIFT + _B + i] - s1, pattern[_SHIFT + 2 * _B + i] - s2
        pattern[_SHIFT + i] = s0 + p00 * x + p01 * y + p02 * z
        pattern[_SHIFT + _B + i] = s1 + p10 * x + p11 * y + p12 * z
        pattern[_SHIFT + 2 * _B + i] = s2 + p20 * x + p21 * y + p22 * z


@inline
def _begin(kind, power, pattern):
    """Set the map of the pattern to that of its first run."""
    for i in range(9 * _B):
        pattern[_WHOLE + i] = kind[power + i]
    for i in range(_B):
        s0, s1, s2 = kind[_STAR + i], kind[_STAR + _B + i], kind[_STAR + 2 * _B + i]
        pattern[_SHIFT + i] = (
            s0 - (kind[power + i] * s0 + kind[power + _B + i] * s1 + kind[power + 2 * _B + i] * s2))
        pattern[_SHIFT + _B + i] = (
            s1 - (kind[power + 3 * _B + i] * s0 + kind[power + 4 * _B + i] * s1 + kind[power + 5 * _B + i] * s2))
        pattern[_SHIFT + 2 * _B + i] = (
            s2 - (kind[power + 6 * _B + i] * s0 + kind[power + 7 * _B + i] * s1 + kind[power + 8 * _B + i] * s2))


@inline
def _close(pattern):
    """Fill the spin at the beginning of the pattern: its map's fixed point."""
    for i in range(_B):
        a00, a01, a02 = 1.0 - pattern[i], -pattern[_B + i], -pattern[2 * _B + i]
        a10, a11, a12 = -pattern[3 * _B + i], 1.0 - pattern[4 * _B + i], -pattern[5 * _B + i]
        a20, a21, a22 = -pattern[6 * _B + i], -pattern[7 * _B + i], 1.0 - pattern[8 * _B + i]
        v0, v1, v2 = pattern[_SHIFT + i], pattern[_SHIFT + _B + i], pattern[_SHIFT + 2 * _B + i]
        c00, c01, c02 = a11 * a22 - a12 * a21, a12 * a20 - a10 * a22, a10 * a21 - a11 * a20
        over = 1.0 / (a00 * c00 + a01 * c01 + a02 * c02)
        pattern[_START + i] = over * (c00 * v0 + (a02 * a21 - a01 * a22) * v1 + (a01 * a12 - a02 * a11) * v2)
        pattern[_START + _B + i] = over * (c01 * v0 + (a00 * a22 - a02 * a20) * v1 + (a02 * a10 - a00 * a12) * v2)
        pattern[_START + 2 * _B + i] = over * (c02 * v0 + (a01 * a20 - a00 * a21) * v1 + (a00 * a11 - a01 * a10) * v2)


@inline
def _pass(kind, power, pattern):
    """Carry the spin through a run."""
    for i in range(_B):
        s0, s1, s2 = kind[_STAR + i], kind[_STAR + _B + i], kind[_STAR + 2 * _B + i]
        x, y, z = pattern[_START + i] - s0, pattern[_START + _B + i] - s1, pattern[_START + 2 * _B + i] - s2
        pattern[_START + i] = (
            s0 + kind[power + i] * x + kind[power + _B + i] * y + kind[power + 2 * _B + i] * z)
        pattern[_START + _B + i] = (
            s1 + kind[power + 3 * _B + i] * x + kind[power + 4 * _B + i] * y + kind[power + 5 * _B + i] * z)
        pattern[_START + 2 * _B + i] = (
            s2 + kind[power + 6 * _B + i] * x + kind[power + 7 * _B + i] * y + kind[power + 8 * _B + i] * z)


@inline
def _collect(pattern, share, total):
    """Add the spin at the beginning of a run, times a complex number."""
    real, imag = share.real, share.imag
    for i in range(3 * _B):
        total[i] += real * pattern[_START + i]
        total[3 * _B + i] += imag * pattern[_START + i]


@inline
def _finish(parts, totals, gone):
    """Complete the sums over runs of zeta^k (S - s) - zeta^(k+L) M^L (S - s), S at the run's beginning."""
    kinds = parts.shape[0]
    totals[kinds - 1] = 0.0
    for k in range(kinds - 1):
        for i in range(6 * _B):
            totals[kinds - 1, i] -= totals[k, i]
    for k in range(kinds):
        for i in range(3 * _B):
            totals[k, i] -= gone[k].real * parts[k, _STAR + i]
            totals[k, 3 * _B + i] -= gone[k].imag * parts[k, _STAR + i]


@inline
def _add_up(geometry, kind, total, epsilon, drive, real, imag):
    """Add the weighted sums of S_z of one kind of pulse, times zeta."""
    er, ei = epsilon.real, epsilon.imag
    squared, cubed = epsilon * epsilon, epsilon * epsilon * epsilon
    e2r, e2i, e3r, e3i = squared.real, squared.imag, cubed.real, cubed.imag
    for i in range(_B):
        d, m, t = kind[_LAW + i], kind[_LAW + _B + i], kind[_LAW + 2 * _B + i]
        k0, k1, k2 = kind[_ADJUGATE + i], kind[_ADJUGATE + _B + i], kind[_ADJUGATE + 2 * _B + i]
        l0, l1, l2 = -kind[_N + 6 * _B + i], -kind[_N + 7 * _B + i], t - kind[_N + 8 * _B + i]
        x, y, z = total[i], total[_B + i], total[2 * _B + i]
        u, v, w = total[3 * _B + i], total[4 * _B + i], total[5 * _B + i]
        p0r, p0i = k0 * x + k1 * y + k2 * z, k0 * u + k1 * v + k2 * w
        p1r, p1i = l0 * x + l1 * y + l2 * z, l0 * u + l1 * v + l2 * w
        top_r = p0r + er * p1r - ei * p1i + e2r * z - e2i * w
        top_i = p0i + er * p1i + ei * p1r + e2r * w + e2i * z
        bottom_r, bottom_i = d + m * er + t * e2r + e3r, m * ei + t * e2i + e3i
        weight, star = geometry[_WEIGHT + i], kind[_STAR + 2 * _B + i]
        over = weight / (bottom_r * bottom_r + bottom_i * bottom_i)
        star *= weight
        real[i] += over * (top_r * bottom_r + top_i * bottom_i) + star * drive.real
        imag[i] += over * (top_i * bottom_r - top_r * bottom_i) + star * drive.imag


@inline
def _probe(geometry, parts, totals, i, times, actions, epsilon, zeta, drive, delays, later, push, result):
    """Add what one dot shows some time after the pulses; the dot is number i of its block."""
    _, tau_s, tau_t, tau_0 = times
    length, c, s = direction(geometry[i], geometry[_B + i])
    trion_length, trion_c, trion_s = direction(geometry[2 * _B + i], geometry[3 * _B + i])
    weight = geometry[_WEIGHT + i]
    for k in range(actions.shape[0]):
        kind = parts[k]
        d, m, t = kind[_LAW + i], kind[_LAW + _B + i], kind[_LAW + 2 * _B + i]
        n00, n01, n02 = kind[_N + i], kind[_N + _B + i], kind[_N + 2 * _B + i]
        n10, n11, n12 = kind[_N + 3 * _B + i], kind[_N + 4 * _B + i], kind[_N + 5 * _B + i]
        n20, n21, n22 = kind[_N + 6 * _B + i], kind[_N + 7 * _B + i], kind[_N + 8 * _B + i]
        x = complex(totals[k, i], totals[k, 3 * _B + i])
        y = complex(totals[k, _B + i], totals[k, 4 * _B + i])
        z = complex(totals[k, 2 * _B + i], totals[k, 5 * _B + i])
        over = 1.0 / (zeta * (((epsilon + t) * epsilon + m) * epsilon + d))
        more = t + epsilon
        sum_x = over * ((n11 * n22 - n12 * n21 + epsilon * (more - n00)) * x
                        + (n02 * n21 - n01 * n22 - epsilon * n01) * y
                        + (n01 * n12 - n02 * n11 - epsilon * n02) * z) + drive[k] * kind[_STAR + i]
        sum_y = over * ((n12 * n20 - n10 * n22 - epsilon * n10) * x
                        + (n00 * n22 - n02 * n20 + epsilon * (more - n11)) * y
                        + (n02 * n10 - n00 * n12 - epsilon * n12) * z) + drive[k] * kind[_STAR + _B + i]
        sum_z = over * ((n10 * n21 - n11 * n20 - epsilon * n20) * x
                        + (n01 * n20 - n00 * n21 - epsilon * n21) * y
                        + (n00 * n11 - n01 * n10 + epsilon * (more - n22)) * z) + drive[k] * kind[_STAR + 2 * _B + i]
        pulse = (actions[k, 0], actions[k, 1], actions[k, 2], actions[k, 3])
        for j in range(delays.shape[0]):
            after = delays[j]
            i_0, i_c, i_s = returned_until(after, length, trion_length, trion_c * trion_c, times)
            trion = exp(-after * (1.0 / tau_0 + 1.0 / tau_t)) * (
                trion_c * trion_c + trion_s * trion_s * cos(trion_length * after))
            evolution(after, length, c, s, i_0, i_c, i_s, tau_s, pulse, 1.0, later, push)
            result[j] += weight * (later[2, 0] * sum_x + later[2, 1] * sum_y + later[2, 2] * sum_z + push[2] * drive[k]
                                   - trion * ((1.0 - pulse[0]) * sum_z + pulse[2] * drive[k]))


@kernel
def pattern_response(nodes, times, actions, which, lengths, zeta, delays):
    """Return the mean spin at one frequency under a repeating pattern of pulses, for any phi.

    The pulse is ``actions[which[0]]`` for ``lengths[0]`` periods, then ``actions[which[1]]`` for ``lengths[1]``, and so
    on; then the pattern repeats.

    Parameters
    ----------
    nodes : ndarray, shape (n, 5)
    times : tuple of float
    actions : ndarray, shape (a, 4)
        q_z, q_perp, kick and phi, the last two with the sign of the helicity.
    which, lengths : ndarray of int, shape (runs,)
        At most two different lengths, one above the other.
    zeta : complex
        exp(-i w T_R) with w a whole multiple of 2 pi over the pattern's length, not zero.
    delays : ndarray, shape (d,)
        Times after the pulse in s at which S_z - J_z is wanted; empty for the spin just before the next pulse.

    Returns
    -------
    ndarray of complex, shape (max(d, 1),)
        Mean over pulses k and dots of the spin that follows pulse k, times zeta^k.
    """
    wanted = delays.shape[0]
    result = np.zeros(max(wanted, 1), dtype=np.complex128)
    kinds, runs, count = actions.shape[0], lengths.shape[0], nodes.shape[0]
    shortest, pulses = lengths.min(), lengths.sum()
    decay = exp(-times[0] / times[1])
    forgotten = shortest * times[0] > _FORGOTTEN * times[1]
    epsilon = 1.0 / zeta - 1.0
    starts = np.empty(runs, dtype=np.complex128)
    # what a run leaves is where the next begins: sums over runs are sums over their beginnings
    drive, gone = np.zeros(kinds, dtype=np.complex128), np.zeros(kinds, dtype=np.complex128)
    shares = np.zeros((runs, kinds), dtype=np.complex128)
    powers = np.empty(runs, dtype=np.int64)
    turn = 1.0 + 0.0j
    for j in range(runs):
        starts[j] = turn
        missing = turn * (1.0 - zeta ** lengths[j])
        gone[which[j]] += missing
        drive[which[j]] += missing / (1.0 - zeta)
        turn *= zeta ** lengths[j]
        powers[j] = _POWER if lengths[j] == shortest else _LONGER
        shares[j, which[j]] += starts[j]
        shares[j, which[j - 1]] -= starts[j]
    geometry, pattern = np.zeros(_GEOMETRY), np.zeros(_PATTERN)
    parts, totals = np.zeros((kinds, _KIND)), np.zeros((kinds, 6 * _B))
    real, imag = np.zeros(_B), np.zeros(_B)
    later, push = np.empty((3, 3)), np.empty(3)
    for first in range(0, count, _B):
        _lay_out(nodes, first, geometry, times, decay)
        for k in range(kinds):
            part = parts[k]
            action = actions[k]
            _prepare(geometry, action, action[1] * cos(action[3]), action[1] * sin(action[3]), part)
            if not forgotten:
                _raise(shortest, part)
                _power(part, _POWER)
                if powers.max() == _LONGER:
                    _one_more(part)
                    _power(part, _LONGER)
        if not forgotten:
            _begin(parts[which[0]], powers[0], pattern)
            for j in range(1, runs):
                _compose(parts[which[j]], powers[j], pattern)
            _close(pattern)
        totals[:] = 0.0
        for j in range(runs):
            if forgotten:
                pattern[_START:_START + 3 * _B] = parts[which[j - 1], _STAR:_STAR + 3 * _B]
            for k in range(kinds - 1):
                if shares[j, k] != 0.0:
                    _collect(pattern, shares[j, k], totals[k])
            if not forgotten and j < runs - 1:
                _pass(parts[which[j]], powers[j], pattern)
        _finish(parts, totals, gone)
        if wanted == 0:
            for k in range(kinds):
                _add_up(geometry, parts[k], totals[k], epsilon, drive[k] * zeta, real, imag)
        else:
            for i in range(min(_B, count - first)):
                _probe(geometry, parts, totals, i, times, actions, epsilon, zeta, drive, delays, later, push, result)
    if wanted == 0:
        for i in range(_B):
            result[0] += complex(real[i], imag[i])
        result[0] /= zeta * zeta
    for j in range(result.shape[0]):
        result[j] /= pulses
    return result
