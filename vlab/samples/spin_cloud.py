r"""A few hundred dots of an ensemble, spin by spin, between two pump pulses: for pictures and for checks.

The equations are those of `vlab.physics.spin_precession`, here for many dots at a time and in one frame, z along the
growth axis: a pulse of helicity P, then

.. math::  S(t) = e^{-t/\tau_s} R_W(|W| t) \left[ S^a + J_z^a\, g(t) \right].

All frequencies are in rad/s, times in s, spins in units of hbar.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vlab.physics.spin_average import SpinSystem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SpinCloud:
    """Dots, each with a frozen nuclear field of its own.

    Attributes
    ----------
    fields : ndarray, shape (n, 3)
        W, what the resident spin of each dot turns about.
    trion_fields : ndarray, shape (n, 3)
        W^T, what the spin of its trion turns about.
    times : tuple of float
        T_R, tau_s, tau_s^T, tau_0.
    pulse : tuple of float
        q_z, q_perp, kick, phi.
    """

    fields: Floats
    trion_fields: Floats
    times: tuple[float, float, float, float]
    pulse: tuple[float, float, float, float]

    def pumped(self, before: Floats, helicity: float) -> tuple[Floats, Floats]:
        """Return S and J_z just after a pulse that found the spins ``before``, shape (n, 3), and no trions: eq. (6)."""
        q_z, q_perp, kick, phi = self.pulse
        x, y, z = before.T
        c, s = q_perp * cos(phi), helicity * q_perp * sin(phi)
        after = np.stack([c * x + s * y, c * y - s * x, q_z * z - helicity * kick], axis=1)
        return after, np.asarray(z - after[:, 2])

    def at(self, before: Floats, helicity: float, time: float) -> Floats:
        """Return the spins a time after a pulse that found the spins ``before``, shape (n, 3)."""
        return np.asarray(self.during(before, helicity, np.array([time]))[0])

    def during(self, before: Floats, helicity: float, moments: Floats) -> Floats:
        """Return the spins at some times after a pulse that found the spins ``before``; shape (moments, n, 3)."""
        after, trion = self.pumped(before, helicity)
        length = np.linalg.norm(self.fields, axis=1)
        n_x, n_y, n_z = self.fields.T / np.where(length > 0.0, length, 1.0)
        n_z = np.where(length > 0.0, n_z, 1.0)
        still, turning = self._returned(length, moments)
        # S^a + J_z g, and what it becomes when it turns about n
        grown, sideways, left = (still - turning.real) * n_z, turning.real, turning.imag
        x = after[:, 0] + trion * (grown * n_x - left * n_y)
        y = after[:, 1] + trion * (grown * n_y + left * n_x)
        z = after[:, 2] + trion * (grown * n_z + sideways)
        angle = length * moments[:, np.newaxis]
        c, s = np.cos(angle), np.sin(angle)
        along = (1.0 - c) * (n_x * x + n_y * y + n_z * z)
        turned = np.stack([along * n_x + c * x + s * (n_y * z - n_z * y), along * n_y + c * y + s * (n_z * x - n_x * z),
                           along * n_z + c * z + s * (n_x * y - n_y * x)], axis=2)
        return np.asarray(np.exp(-moments / self.times[1])[:, np.newaxis, np.newaxis] * turned)

    def _returned(self, length: Floats, moments: Floats) -> tuple[Floats, NDArray[np.complex128]]:
        """Return i_0 and i_c + i i_s of g(t), what recombination has returned of J_z, turned back to the pulse.

        Both of shape (moments, n).
        """
        _, tau_s, tau_t, tau_0 = self.times
        kappa = 1.0 / tau_0 + 1.0 / tau_t - 1.0 / tau_s
        trion = np.linalg.norm(self.trion_fields, axis=1)
        straight = np.where(trion > 0.0, self.trion_fields[:, 2] ** 2 / np.where(trion > 0.0, trion, 1.0) ** 2, 1.0)
        bent = 1.0 - straight

        def until(frequency: Floats) -> NDArray[np.complex128]:
            rate = kappa - 1j * frequency
            return np.asarray((1.0 - np.exp(-rate * moments[:, np.newaxis])) / rate)

        still = (straight * until(np.zeros(1)) + bent * until(trion)).real / tau_0
        turning = (straight * until(length) + 0.5 * bent * (until(length + trion) + until(length - trion))) / tau_0
        return np.asarray(still), np.asarray(turning)

    def period(self, helicity: float) -> tuple[Floats, Floats]:
        """Return M and v of S -> M S + v, from just before a pulse to just before the next; (n, 3, 3) and (n, 3)."""
        nothing, end = np.zeros_like(self.fields), self.times[0]
        v = self.at(nothing, helicity, end)
        columns = [self.at(nothing + np.eye(3)[i], helicity, end) - v for i in range(3)]
        return np.stack(columns, axis=2), v

    def settled(self, helicity: float) -> Floats:
        """Return the spins just before each pulse after many of one helicity, shape (n, 3)."""
        m, v = self.period(helicity)
        return np.asarray(np.linalg.solve(np.eye(3) - m, v[:, :, np.newaxis])[:, :, 0])


def draw_cloud(system: SpinSystem, dots: int, seed: int = 0) -> SpinCloud:
    """Return dots whose nuclear fields are drawn from eq. (4).

    Parameters
    ----------
    system : SpinSystem
    dots, seed : int
        The same dots for the same seed, also in another field or under other pulses.
    """
    w_n, anisotropy, chi, chi_across = system.nuclear
    across = w_n / (anisotropy * sqrt(2.0))
    drawn = np.random.default_rng(seed).standard_normal((dots, 3)) * np.array([across, across, w_n / sqrt(2.0)])
    direction = np.array([sin(system.tilt), 0.0, cos(system.tilt)])
    return SpinCloud(drawn + system.larmor[0] * direction,
                     drawn * np.array([chi_across, chi_across, chi]) + system.larmor[1] * direction,
                     system.times, system.pulse)
