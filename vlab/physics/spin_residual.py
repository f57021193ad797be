r"""The periodic state where the trion has not quite gone when the next pulse comes (T_R below some 20 tau_0).

Spin and trion are carried together, six numbers for each dot: J^a = J^b + (S_z^b - S_z^a) e_z, and what recombination
returns is cut at T_R. With the trion's spin along t = W^T/|W^T| at an angle theta_T to z,

.. math::  J_z(t) e^{t(1/\tau_0 + 1/\tau_s^T)} = j_x s_T c_T (1 - \cos\Omega t) + j_y s_T \sin\Omega t
           + j_z (c_T^2 + s_T^2 \cos\Omega t) ,

so that what is returned is again a sum of integrals of exponentials, here from 0 to T_R and for each component of J.
Slower than the closed form by a factor of about a hundred: plain numpy over the dots.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Complexes: TypeAlias = NDArray[np.complex128]
Four: TypeAlias = tuple[float, float, float, float]


def _turn(along: Floats, across: Floats, time: float) -> Floats:
    """Return rotation matrices by |W| time about W in the x-z plane, shape (n, 3, 3)."""
    length = np.hypot(along, across)
    safe = np.where(length > 0.0, length, 1.0)
    c, s = np.where(length > 0.0, along / safe, 1.0), across / safe
    h, sp = 1.0 - np.cos(length * time), np.sin(length * time)
    cp = 1.0 - h
    return np.array([[cp + s * s * h, -c * sp, s * c * h], [c * sp, cp, -s * sp],
                     [s * c * h, s * sp, cp + c * c * h]]).transpose(2, 0, 1)


def carried_maps(nodes: Floats, times: Four, pulse: Four, helicity: float) -> tuple[Floats, Floats]:
    """Return the maps (S, J) -> matrix (S, J) + vector of one period.

    Parameters
    ----------
    nodes : ndarray, shape (n, 4 or more)
        W_z, W_perp, W^T_z, W^T_perp with both transverse parts along x.
    times, pulse : tuple of float
        As in `spin_precession`.
    helicity : float
        +1 or -1.

    Returns
    -------
    matrices : ndarray, shape (n, 6, 6)
    vectors : ndarray, shape (n, 6)
    """
    period, tau_s, tau_t, tau_0 = times
    q_z, q_perp, kick, phi = pulse
    w = np.hypot(nodes[:, 0], nodes[:, 1])
    v = np.hypot(nodes[:, 2], nodes[:, 3])
    c, s = np.where(w > 0.0, nodes[:, 0] / np.where(w > 0.0, w, 1.0), 1.0), nodes[:, 1] / np.where(w > 0.0, w, 1.0)
    ct, st = np.where(v > 0.0, nodes[:, 2] / np.where(v > 0.0, v, 1.0), 1.0), nodes[:, 3] / np.where(v > 0.0, v, 1.0)
    kappa = 1.0 / tau_0 + 1.0 / tau_t - 1.0 / tau_s

    def integral(nu: Floats) -> Complexes:
        rate = kappa - 1j * nu
        return np.asarray((1.0 - np.exp(-rate * period)) / rate)

    zero, turn = integral(np.zeros_like(w)), integral(w)
    trion, up, down = integral(v), integral(w + v), integral(w - v)
    # rows: 1, cos(w t), sin(w t) of the ground state; columns: 1, cos(v t), sin(v t) of the trion
    moments = np.array([
        [zero.real, trion.real, trion.imag],
        [turn.real, 0.5 * (up + down).real, 0.5 * (up.imag - down.imag)],
        [turn.imag, 0.5 * (up + down).imag, 0.5 * (down.real - up.real)],
    ])
    shares = np.array([  # of 1, cos, sin in J_z for a unit J along x, y, z
        [st * ct, -st * ct, np.zeros_like(st)],
        [np.zeros_like(st), np.zeros_like(st), st],
        [ct * ct, st * st, np.zeros_like(st)],
    ])
    sums = np.einsum("gtn,jtn->jgn", moments, shares) / tau_0  # for each J: integrals with 1, cos, sin
    # R_W(-w t) e_z = c n + cos(w t) (e_z - c n) - sin(w t) n x e_z, with n x e_z = -s e_y
    returned = np.empty((len(w), 3, 3))
    for j in range(3):
        constant, cosine, sine = sums[j]
        returned[:, 0, j] = c * s * (constant - cosine)
        returned[:, 1, j] = s * sine
        returned[:, 2, j] = c * c * constant + s * s * cosine
    ground = np.exp(-period / tau_s) * _turn(nodes[:, 0], nodes[:, 1], period)
    excited = np.exp(-period * (1.0 / tau_0 + 1.0 / tau_t)) * _turn(nodes[:, 2], nodes[:, 3], period)
    cos, sin = q_perp * np.cos(phi), helicity * q_perp * np.sin(phi)
    act = np.zeros((6, 6))
    act[:3, :3] = [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, q_z]]
    act[3:, 3:] = np.eye(3)
    act[5, 2] = 1.0 - q_z
    kicked = np.zeros(6)
    kicked[2], kicked[5] = -helicity * kick, helicity * kick
    free = np.zeros((len(w), 6, 6))
    free[:, :3, :3], free[:, :3, 3:], free[:, 3:, 3:] = ground, ground @ returned, excited
    return free @ act, free @ kicked


def carried_response(nodes: Floats, times: Four, pulse: Four, points: Complexes) -> Complexes:
    """Return the mean response to modulated resonant pulses as `spin_inertia.linear_response` does."""
    matrices, vectors = carried_maps(nodes, times, pulse, 1.0)
    found = np.empty(len(points), dtype=complex)
    for f, z in enumerate(points):
        spin = np.linalg.solve(z * np.eye(6) - matrices, vectors[:, :, np.newaxis])[:, 2, 0]
        found[f] = -z * np.sum(nodes[:, 4] * spin)
    return found


def carried_steady_response(nodes: Floats, times: Four, pulse: Four, helicity: float) -> Complexes:
    """Return the mean steady S_z of one helicity as `spin_inertia.steady_response` does, shape (1,)."""
    matrices, vectors = carried_maps(nodes, times, pulse, helicity)
    spin = np.linalg.solve(np.eye(6) - matrices, vectors[:, :, np.newaxis])[:, 2, 0]
    return np.array([complex(-helicity * np.sum(nodes[:, 4] * spin))])
