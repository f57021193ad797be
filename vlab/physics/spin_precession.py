r"""One pulse period of a spin in a frozen field, as an affine map (eqs. 2, 3, 6, 24, 25).

Between pulses the spin S precesses about W and relaxes, the trion's spin J precesses about W^T, relaxes and
recombines, and recombination returns J_z to S. With a trion that has gone when the next pulse comes,

.. math::  S(t) = e^{-t/\tau_s} R_W(|W| t) \left[ S^a + J_z^a\, g(t) \right],

where R is a right-handed rotation and g collects what recombination returns, turned back to the moment of the pulse,

.. math::  g(t) = \frac{1}{\tau_0}\int_0^t \frac{J_z(t')}{J_z^a} e^{t'/\tau_s} R_W(-|W| t')\, e_z\, dt'
           = i_0 n_z n + i_c (e_z - n_z n) - i_s\, n \times e_z ,

n = W/|W|. Since only J_z is created and returned, the field of the trion enters through its length and its angle to z,
and the ground state's through its length and angle: the azimuths drop out. We lay n into the x-z plane.

A pulse of helicity P = +-1 makes S_z -> q_z S_z - P kick, turns the transverse part by -P phi about z and shrinks it by
q_perp, and leaves J_z = S_z before - S_z after. For circular light q_z = (1 + Q^2)/2, q_perp = Q, kick = (1 - Q^2)/4.

Arguments are angular frequencies in rad/s and times in s. ``times`` is (T_R, tau_s, tau_s^T, tau_0), ``pulse``
is (q_z, q_perp, kick, phi), ``fields`` of a dot is (W_z, W_perp, W^T_z, W^T_perp).
"""

from __future__ import annotations

from math import cos, exp, sin, sqrt

import numpy as np

from vlab.physics.kernel import inline, kernel


@inline
def direction(along, across):
    """Return length, cosine and sine of the angle to z; a field of zero length points along z."""
    length = sqrt(along * along + across * across)
    if length == 0.0:
        return 0.0, 1.0, 0.0
    over = 1.0 / length
    return length, along * over, across * over


@inline
def returned(precession, trion_precession, trion_cosine_squared, times):
    """Return (i_0, i_c, i_s) of g when the trion has recombined completely, eq. (25)."""
    _, tau_s, tau_t, tau_0 = times
    kappa = 1.0 / tau_0 + 1.0 / tau_t - 1.0 / tau_s
    straight, bent = trion_cosine_squared, 1.0 - trion_cosine_squared
    over_kappa, over_tau = 1.0 / kappa, 1.0 / tau_0
    k2 = kappa * kappa
    up, down = precession + trion_precession, precession - trion_precession
    over, over_up, over_down = 1.0 / (k2 + precession * precession), 1.0 / (k2 + up * up), 1.0 / (k2 + down * down)
    constant = straight * over_kappa + bent * kappa / (k2 + trion_precession * trion_precession)
    cosine = kappa * (straight * over + 0.5 * bent * (over_up + over_down))
    sine = straight * precession * over + 0.5 * bent * (up * over_up + down * over_down)
    return constant * over_tau, cosine * over_tau, sine * over_tau


@inline
def _partial(kappa, nu, t):
    """Return the real and imaginary part of the integral of exp((-kappa + i nu) t) from 0 to t."""
    over = 1.0 / (kappa * kappa + nu * nu)
    decay = exp(-kappa * t)
    c, s = cos(nu * t), sin(nu * t)
    return ((kappa * (1.0 - decay * c) + nu * decay * s) * over, (nu * (1.0 - decay * c) - kappa * decay * s) * over)


@inline
def returned_until(t, precession, trion_precession, trion_cosine_squared, times):
    """Return (i_0, i_c, i_s) of g at a time t after the pulse."""
    _, tau_s, tau_t, tau_0 = times
    kappa = 1.0 / tau_0 + 1.0 / tau_t - 1.0 / tau_s
    straight, bent = trion_cosine_squared, 1.0 - trion_cosine_squared
    zero, _ = _partial(kappa, 0.0, t)
    turning, _ = _partial(kappa, trion_precession, t)
    cosine, sine = _partial(kappa, precession, t)
    cosine_up, sine_up = _partial(kappa, precession + trion_precession, t)
    cosine_down, sine_down = _partial(kappa, precession - trion_precession, t)
    return ((straight * zero + bent * turning) / tau_0,
            (straight * cosine + 0.5 * bent * (cosine_up + cosine_down)) / tau_0,
            (straight * sine + 0.5 * bent * (sine_up + sine_down)) / tau_0)


@inline
def evolution(t, length, c, s, i_0, i_c, i_s, tau_s, pulse, helicity, matrix, vector):
    """Write the affine map S -> matrix S + vector of a pulse and the time t after it.

    ``matrix`` has shape (3, 3), ``vector`` (3,).
    """
    q_z, q_perp, kick, phi = pulse
    decay = exp(-t / tau_s)
    half = 0.5 * length * t
    sin_half, cos_half = sin(half), cos(half)
    h = 2.0 * sin_half * sin_half
    cp, sp = 1.0 - h, 2.0 * sin_half * cos_half
    r00, r01, r02 = cp + s * s * h, -c * sp, s * c * h
    r10, r11, r12 = c * sp, cp, -s * sp
    r20, r21, r22 = s * c * h, s * sp, cp + c * c * h
    g0, g1, g2 = c * s * (i_0 - i_c), i_s * s, i_0 * c * c + i_c * s * s
    created = 1.0 - q_z
    turn_c, turn_s = q_perp * cos(phi), helicity * q_perp * sin(phi)
    b0, b1, b2 = created * g0, created * g1, q_z + created * g2
    matrix[0, 0] = decay * (r00 * turn_c - r01 * turn_s)
    matrix[0, 1] = decay * (r00 * turn_s + r01 * turn_c)
    matrix[0, 2] = decay * (r00 * b0 + r01 * b1 + r02 * b2)
    matrix[1, 0] = decay * (r10 * turn_c - r11 * turn_s)
    matrix[1, 1] = decay * (r10 * turn_s + r11 * turn_c)
    matrix[1, 2] = decay * (r10 * b0 + r11 * b1 + r12 * b2)
    matrix[2, 0] = decay * (r20 * turn_c - r21 * turn_s)
    matrix[2, 1] = decay * (r20 * turn_s + r21 * turn_c)
    matrix[2, 2] = decay * (r20 * b0 + r21 * b1 + r22 * b2)
    push = helicity * kick * decay
    k2 = g2 - 1.0
    vector[0] = push * (r00 * g0 + r01 * g1 + r02 * k2)
    vector[1] = push * (r10 * g0 + r11 * g1 + r12 * k2)
    vector[2] = push * (r20 * g0 + r21 * g1 + r22 * k2)


@inline
def period_map(along, across, trion_along, trion_across, times, pulse, helicity, matrix, vector):
    """Write the map of one period, from just before a pulse to just before the next."""
    length, c, s = direction(along, across)
    trion_length, trion_c, _ = direction(trion_along, trion_across)
    i_0, i_c, i_s = returned(length, trion_length, trion_c * trion_c, times)
    evolution(times[0], length, c, s, i_0, i_c, i_s, times[1], pulse, helicity, matrix, vector)


@kernel
def period_maps(fields, times, pulse, helicity):
    """Return the maps of one period of many dots.

    Parameters
    ----------
    fields : ndarray, shape (n, 4)
        W_z, W_perp, W^T_z and W^T_perp of each dot, rad/s.
    times : tuple of float
        T_R, tau_s, tau_s^T, tau_0 in s.
    pulse : tuple of float
        q_z, q_perp, kick, phi.
    helicity : float
        P = +1 or -1.

    Returns
    -------
    matrices : ndarray, shape (n, 3, 3)
    vectors : ndarray, shape (n, 3)
        In the frame in which W lies in the x-z plane.
    """
    count = fields.shape[0]
    matrices, vectors = np.empty((count, 3, 3)), np.empty((count, 3))
    for i in range(count):
        period_map(fields[i, 0], fields[i, 1], fields[i, 2], fields[i, 3], times, pulse, helicity, matrices[i],
                   vectors[i])
    return matrices, vectors
