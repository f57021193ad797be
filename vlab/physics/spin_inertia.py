r"""The periodic state of an ensemble of spins under modulated pulses, exactly and without stepping.

A pulse period of helicity P is S -> M_P S + v_P (`spin_precession`). Three cases, each a weighted sum over dots:

* phi = 0: M does not depend on P, so the ensemble is linear and one frequency in gives one frequency out,
  (z - M)^-1 v at z = exp(i w T_R). With M = q_perp E R + E R b e_z^T (E = exp(-T_R/tau_s), R the rotation) the
  z component needs no matrix: see `linear_response`.
* zero frequency, any phi: half the difference of the fixed points (1 - M_P)^-1 v_P of both helicities.
* a helicity pattern of any whole number of pulses, any phi: see `spin_pattern`.

Responses are per unit of the drive's Fourier component, counted positive where the spin follows the pump (S follows
-P), for the spin just before the next pulse; a spin that follows at once has phase zero. The signal of eq. (1) is the
response times that component: 2/pi, or 1/(n sin(pi/2n)) for n pulses per half period.
"""

from __future__ import annotations

from math import cos, exp, sin

import numpy as np

from vlab.physics.kernel import inline, kernel
from vlab.physics.spin_precession import (
    direction,
    evolution,
    period_map,
    returned,
    returned_until,
)


@kernel
def linear_response(nodes, times, pulse, points):
    r"""Return the mean response to modulated resonant pulses (phi = 0) at many frequencies.

    With :math:`D_0 = z - a`, :math:`a = q_\perp E`, :math:`D = z^2 - 2 a z\cos\psi + a^2`, C and S the squared cosine
    and sine of the angle of W to z, and :math:`N_z = C D + S D_0 (z\cos\psi - a)`,
    :math:`N_g = i_0 C D + S D_0 [i_c (z\cos\psi - a) + i_s z\sin\psi]`,

    .. math::  \frac{\mathrm{kick}\, E\, (N_z - N_g)}{D_0 D - E (q_z - q_\perp) N_z - E (1 - q_z) N_g} z .

    Parameters
    ----------
    nodes : ndarray, shape (n, 5)
        From `overhauser`.
    times, pulse : tuple of float
        As in `spin_precession`.
    points : ndarray of complex, shape (f,)
        z = exp(i w T_R); 1 for zero frequency.

    Returns
    -------
    ndarray of complex, shape (f,)
    """
    period, tau_s = times[0], times[1]
    q_z, q_perp, kick, _ = pulse
    decay = exp(-period / tau_s)
    a = q_perp * decay
    created, gap = decay * (1.0 - q_z), decay * (q_z - q_perp)
    count = points.shape[0]
    zr, zi = points.real.copy(), points.imag.copy()
    d0r, d0i = zr - a, zi.copy()
    # (z - a)^2, so that nothing cancels in D = (z - a)^2 + 2 a z (1 - cos psi)
    sqr, sqi = d0r * d0r - d0i * d0i, 2.0 * d0r * d0i
    real, imag = np.zeros(count), np.zeros(count)
    steady = count == 1 and zi[0] == 0.0 and zr[0] == 1.0
    for i in range(nodes.shape[0]):
        length, c, s = direction(nodes[i, 0], nodes[i, 1])
        trion_length, trion_c, _ = direction(nodes[i, 2], nodes[i, 3])
        i_0, i_c, i_s = returned(length, trion_length, trion_c * trion_c, times)
        half = 0.5 * length * period
        sin_half, cos_half = sin(half), cos(half)
        h = 2.0 * sin_half * sin_half
        sp = 2.0 * sin_half * cos_half
        cc, ss = c * c, s * s
        weight = nodes[i, 4]
        if steady:
            d = sqr[0] + 2.0 * a * h
            x = d0r[0] - h
            nz = cc * d + ss * d0r[0] * x
            ng = i_0 * cc * d + ss * d0r[0] * (i_c * x + i_s * sp)
            real[0] += weight * (nz - ng) / (d0r[0] * d - gap * nz - created * ng)
            continue
        for f in range(count):
            dr, di = sqr[f] + 2.0 * a * h * zr[f], sqi[f] + 2.0 * a * h * zi[f]
            xr, xi = d0r[f] - h * zr[f], d0i[f] - h * zi[f]
            d0xr, d0xi = d0r[f] * xr - d0i[f] * xi, d0r[f] * xi + d0i[f] * xr
            d0zr, d0zi = d0r[f] * zr[f] - d0i[f] * zi[f], d0r[f] * zi[f] + d0i[f] * zr[f]
            nzr, nzi = cc * dr + ss * d0xr, cc * di + ss * d0xi
            ngr = i_0 * cc * dr + ss * (i_c * d0xr + i_s * sp * d0zr)
            ngi = i_0 * cc * di + ss * (i_c * d0xi + i_s * sp * d0zi)
            bottom_r = d0r[f] * dr - d0i[f] * di - gap * nzr - created * ngr
            bottom_i = d0r[f] * di + d0i[f] * dr - gap * nzi - created * ngi
            top_r, top_i = nzr - ngr, nzi - ngi
            share = weight / (bottom_r * bottom_r + bottom_i * bottom_i)
            real[f] += share * (top_r * bottom_r + top_i * bottom_i)
            imag[f] += share * (top_i * bottom_r - top_r * bottom_i)
    found = np.empty(count, dtype=np.complex128)
    for f in range(count):
        found[f] = kick * decay * complex(real[f], imag[f]) * points[f]
    return found


@kernel
def renewed_response(nodes, times, pulse, z, kept):
    r"""Return the two means from which the response follows when nuclear fields are renewed now and then (phi = 0).

    A dot keeps its field from one pulse to the next with probability r and otherwise draws a new one. The part s of the
    mean spin that belongs to a field W obeys z s = r (M s + v) + (1 - r) z S e_z, S the mean over all fields, hence

    .. math::  S = \frac{A}{1 - (1 - r) z B}, \quad A = \langle e_z (z - rM)^{-1} r v\rangle, \quad
               B = \langle e_z (z - rM)^{-1} e_z \rangle .

    Parameters
    ----------
    nodes : ndarray, shape (n, 5)
        Symmetric about z, so that only the z component survives the mean.
    times, pulse : tuple of float
    z : complex
    kept : float
        r = exp(-T_R / tau_c).

    Returns
    -------
    response, loop : complex
        z A, counted as in `linear_response`, and B.
    """
    period, tau_s = times[0], times[1]
    q_z, q_perp, kick, _ = pulse
    decay = kept * exp(-period / tau_s)
    a = q_perp * decay
    d0 = z - a
    driven, loop = 0j, 0j
    for i in range(nodes.shape[0]):
        length, c, s = direction(nodes[i, 0], nodes[i, 1])
        trion_length, trion_c, _ = direction(nodes[i, 2], nodes[i, 3])
        i_0, i_c, i_s = returned(length, trion_length, trion_c * trion_c, times)
        half = 0.5 * length * period
        sin_half, cos_half = sin(half), cos(half)
        h = 2.0 * sin_half * sin_half
        sp = 2.0 * sin_half * cos_half
        d = d0 * d0 + 2.0 * a * h * z
        x = d0 - h * z
        n_z = c * c * d + s * s * d0 * x
        n_g = i_0 * c * c * d + s * s * d0 * (i_c * x + i_s * sp * z)
        bottom = nodes[i, 4] / (d0 * d - decay * (q_z - q_perp) * n_z - decay * (1.0 - q_z) * n_g)
        driven += (n_z - n_g) * bottom
        loop += (c * c * d + s * s * d0 * (d0 + a * h)) * bottom
    return kick * decay * driven * z, loop


@inline
def fixed_point(matrix, vector, found):
    """Write (1 - matrix)^-1 vector, by Cramer's rule."""
    a00, a01, a02 = 1.0 - matrix[0, 0], -matrix[0, 1], -matrix[0, 2]
    a10, a11, a12 = -matrix[1, 0], 1.0 - matrix[1, 1], -matrix[1, 2]
    a20, a21, a22 = -matrix[2, 0], -matrix[2, 1], 1.0 - matrix[2, 2]
    c00, c01, c02 = a11 * a22 - a12 * a21, a12 * a20 - a10 * a22, a10 * a21 - a11 * a20
    over = 1.0 / (a00 * c00 + a01 * c01 + a02 * c02)
    v0, v1, v2 = vector[0], vector[1], vector[2]
    found[0] = over * (c00 * v0 + (a02 * a21 - a01 * a22) * v1 + (a01 * a12 - a02 * a11) * v2)
    found[1] = over * (c01 * v0 + (a00 * a22 - a02 * a20) * v1 + (a02 * a10 - a00 * a12) * v2)
    found[2] = over * (c02 * v0 + (a01 * a20 - a00 * a21) * v1 + (a00 * a11 - a01 * a10) * v2)


@kernel
def steady_response(nodes, times, pulse, helicity):
    """Return the mean steady S_z under pulses of one helicity, any phi, counted positive where it follows the pump.

    Parameters
    ----------
    nodes : ndarray, shape (n, 5)
    times, pulse : tuple of float
    helicity : float
        +1 or -1.
    """
    matrix, vector, found = np.empty((3, 3)), np.empty(3), np.empty(3)
    total = 0.0
    for i in range(nodes.shape[0]):
        period_map(nodes[i, 0], nodes[i, 1], nodes[i, 2], nodes[i, 3], times, pulse, helicity, matrix, vector)
        fixed_point(matrix, vector, found)
        total += nodes[i, 4] * found[2]
    return -helicity * total


@inline
def _resolvent(matrix, zeta, found):
    """Write (1 - zeta matrix)^-1."""
    a00, a01, a02 = 1.0 - zeta * matrix[0, 0], -zeta * matrix[0, 1], -zeta * matrix[0, 2]
    a10, a11, a12 = -zeta * matrix[1, 0], 1.0 - zeta * matrix[1, 1], -zeta * matrix[1, 2]
    a20, a21, a22 = -zeta * matrix[2, 0], -zeta * matrix[2, 1], 1.0 - zeta * matrix[2, 2]
    c00, c01, c02 = a11 * a22 - a12 * a21, a12 * a20 - a10 * a22, a10 * a21 - a11 * a20
    over = 1.0 / (a00 * c00 + a01 * c01 + a02 * c02)
    found[0, 0], found[0, 1], found[0, 2] = over * c00, over * (a02 * a21 - a01 * a22), over * (a01 * a12 - a02 * a11)
    found[1, 0], found[1, 1], found[1, 2] = over * c01, over * (a00 * a22 - a02 * a20), over * (a02 * a10 - a00 * a12)
    found[2, 0], found[2, 1], found[2, 2] = over * c02, over * (a01 * a20 - a00 * a21), over * (a00 * a11 - a01 * a10)


@kernel
def delayed_response(nodes, times, pulse, z, delays):
    """Return the mean response of S and J between the pulses (phi = 0).

    Parameters
    ----------
    nodes : ndarray, shape (n, 5)
    times, pulse : tuple of float
    z : complex
        exp(i w T_R), 1 for the steady state of constant helicity.
    delays : ndarray, shape (d,)
        Times after the pulse in s, 0 <= delay <= T_R.

    Returns
    -------
    spin, trion : ndarray of complex, shape (d,)
        S_z and J_z, counted positive where S follows the pump.
    """
    _, tau_s, tau_t, tau_0 = times
    q_z, _, kick, _ = pulse
    spin, hidden = np.zeros(delays.shape[0], dtype=np.complex128), np.zeros(delays.shape[0], dtype=np.complex128)
    matrix, vector = np.empty((3, 3)), np.empty(3)
    inverse, x = np.empty((3, 3), dtype=np.complex128), np.empty(3, dtype=np.complex128)
    zeta = 1.0 / z
    for i in range(nodes.shape[0]):
        period_map(nodes[i, 0], nodes[i, 1], nodes[i, 2], nodes[i, 3], times, pulse, 1.0, matrix, vector)
        _resolvent(matrix, zeta, inverse)
        for m in range(3):
            x[m] = zeta * (inverse[m, 0] * vector[0] + inverse[m, 1] * vector[1] + inverse[m, 2] * vector[2])
        length, c, s = direction(nodes[i, 0], nodes[i, 1])
        trion_length, trion_c, trion_s = direction(nodes[i, 2], nodes[i, 3])
        for d in range(delays.shape[0]):
            t = delays[d]
            i_0, i_c, i_s = returned_until(t, length, trion_length, trion_c * trion_c, times)
            evolution(t, length, c, s, i_0, i_c, i_s, tau_s, pulse, 1.0, matrix, vector)
            spin[d] -= nodes[i, 4] * (matrix[2, 0] * x[0] + matrix[2, 1] * x[1] + matrix[2, 2] * x[2] + vector[2])
            trion = exp(-t * (1.0 / tau_0 + 1.0 / tau_t)) * (
                trion_c * trion_c + trion_s * trion_s * cos(trion_length * t))
            hidden[d] -= nodes[i, 4] * trion * ((1.0 - q_z) * x[2] + kick)
    return spin, hidden
