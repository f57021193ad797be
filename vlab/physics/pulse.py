"""What one short laser pulse does to a spin: pulse area, the numbers Q and Phi, the map of eq. (6).

Equation numbers are those of Schering, Uhrig and Smirnov (arXiv:1908.01531). The pulse is a hyperbolic secant in time,
mu(t) = sech(pi t / tau_p), for which the two-level problem is solved exactly (Rosen and Zener; in this form Yugova et
al., Phys. Rev. B 80, 104436 (2009)). The amplitude of the state that the pulse excites becomes Q exp(i Phi) times what
it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, asinh, cos, isfinite, pi, sin, sqrt, tan
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

_NOTHING_LEFT = 1e-10


def area_from_power(power_ratio: ArrayLike) -> Floats:
    """Return the area Theta = pi sqrt(W / W_pi) of a pulse.

    Parameters
    ----------
    power_ratio : array_like
        W / W_pi, the pulse's energy in units of a resonant pi pulse's.

    Returns
    -------
    ndarray
        Theta in rad, of the shape of ``power_ratio``.

    Raises
    ------
    ValueError
        A power is negative or not finite.
    """
    ratio = np.asarray(power_ratio, dtype=np.float64)
    if not np.all(np.isfinite(ratio) & (ratio >= 0.0)):
        raise ValueError(f"a pulse's power was {power_ratio!r}; it must be a finite number of at least 0")
    return np.asarray(pi * np.sqrt(ratio))


def q_from_power(power_ratio: ArrayLike) -> Floats:
    """Return Q of a resonant pulse, eq. (14): 1 - Q^2 = sin^2[(pi/2) sqrt(W / W_pi)].

    Beyond a pi pulse the amplitude cos(Theta/2) changes its sign; Q is its modulus there, and Phi is pi
    (`rosen_zener` returns both).

    Parameters
    ----------
    power_ratio : array_like
        W / W_pi.

    Returns
    -------
    ndarray
        Q >= 0, of the shape of ``power_ratio``.

    Raises
    ------
    ValueError
        A power is negative or not finite.
    """
    return np.asarray(np.abs(np.cos(0.5 * area_from_power(power_ratio))))


def rosen_zener(area: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return Q and Phi of a hyperbolic-secant pulse.

    Q = sqrt(1 - sin^2(Theta/2) / cosh^2(pi y)) and
    Phi = arg[Gamma(1/2 + iy)^2 / (Gamma(1/2 - Theta/2pi + iy) Gamma(1/2 + Theta/2pi + iy))].

    Parameters
    ----------
    area : array_like
        Theta in rad: the integral of the Rabi frequency over the pulse if it were resonant.
    y : array_like
        (w_0 - w_P) tau_p / (2 pi), positive for a carrier red of the resonance. (Yugova et al. count the other way
        round.)

    Returns
    -------
    q : ndarray
        Modulus of the remaining amplitude, 0 to 1.
    phi : ndarray
        Its phase in rad, -pi < Phi <= pi. Positive for a red carrier (the light shift lowers the state), odd in ``y``;
        exactly on resonance 0, or pi where cos(Theta/2) is negative.

    Raises
    ------
    ValueError
        An area is negative, or something is not finite.
    """
    from scipy.special import loggamma  # scipy takes half a second to load

    theta, detuned = np.broadcast_arrays(np.asarray(area, dtype=np.float64), np.asarray(y, dtype=np.float64))
    if not np.all(np.isfinite(theta) & (theta >= 0.0) & np.isfinite(detuned)):
        raise ValueError(f"a pulse had the area {area!r} and the detuning y = {y!r}; both must be finite, the area "
                         "at least 0")
    # the same as in the docstring, without its cancellation; beyond |y| ~ 200 cosh overflows
    far = pi * np.minimum(np.abs(detuned), 200.0)
    q = np.hypot(np.cos(0.5 * theta) / np.cosh(far), np.tanh(far))
    a, shifted = theta / (2.0 * pi), 0.5 + 1j * np.abs(detuned)
    turned = 2.0 * loggamma(shifted) - loggamma(shifted - a) - loggamma(shifted + a)
    phi = np.sign(detuned) * (pi - np.mod(pi - np.imag(turned), 2.0 * pi))
    phi = np.where(detuned == 0.0, np.where(np.cos(0.5 * theta) < 0.0, pi, 0.0), phi)
    return np.asarray(q), np.asarray(np.where(phi == -pi, pi, phi))


def area_and_detuning(q: float, phi: float) -> tuple[float, float]:
    """Return the pulse area and the detuning that give Q and Phi: the inverse of `rosen_zener`.

    For each Q the phase grows from 0 to pi while Theta goes from that of the resonant pulse, 2 arccos Q, to 2 pi minus
    it, with cosh(pi y) = sin(Theta/2) / sqrt(1 - Q^2) in between.

    Parameters
    ----------
    q : float
        0 to 1. With Q = 0 (below 1e-10) there is no phase, and ``phi`` is of no effect.
    phi : float
        Phi in rad, -pi to pi; a positive one wants a carrier red of the resonance.

    Returns
    -------
    area : float
        Theta in rad, 0 to 2 pi.
    y : float
        (w_0 - w_P) tau_p / (2 pi).

    Raises
    ------
    ValueError
        No pulse of this kind has this Q and Phi.
    """
    if not 0.0 <= q <= 1.0:
        raise ValueError(f"Q was {q}; it must lie between 0 (a pi pulse) and 1 (no pulse)")
    if not (isfinite(phi) and abs(phi) <= pi * (1.0 + 1e-12)):
        raise ValueError(f"Phi was {phi} rad; it must lie between -pi and pi")
    sign, wanted = (-1.0 if phi < 0.0 else 1.0), min(abs(phi), pi)
    resonant = 2.0 * acos(q)
    strongest = 2.0 * pi - resonant
    if q < _NOTHING_LEFT:
        return pi, 0.0
    if wanted == 0.0:
        return resonant, 0.0
    if wanted == pi:
        return strongest, 0.0
    if q == 1.0:  # a 2 pi pulse, whose phase is pi - 2 arctan(2 y)
        return 2.0 * pi, sign * 0.5 * tan(0.5 * (pi - wanted))
    from scipy.optimize import brentq

    excited = sqrt((1.0 - q) * (1.0 + q))

    def detuning(theta: float) -> float:
        # sinh^2 = (sin^2(Theta/2) - (1 - Q^2)) / (1 - Q^2), as the difference of the two that are small
        large, small = (q, abs(cos(0.5 * theta))) if q < 0.7 else (abs(sin(0.5 * theta)), excited)
        return asinh(sqrt(max(0.0, (large - small) * (large + small))) / excited) / pi

    def missing(theta: float) -> float:
        y = detuning(theta)
        if y == 0.0 or theta in (resonant, strongest):
            return (0.0 if theta < pi else pi) - wanted
        return float(rosen_zener(theta, y)[1]) - wanted

    theta = float(brentq(missing, resonant, strongest, xtol=1e-14, rtol=1e-14))
    return theta, sign * detuning(theta)


@dataclass(frozen=True)
class PulseAction:
    """What a pulse of helicity P = +1 does to a spin S (b before, a after), eq. (6).

    S_z^a = q_z S_z^b - kick, S_perp^a = q_perp R_z(-phi) S_perp^b with R_z a right-handed rotation about z, and
    J_z^a = S_z^b - S_z^a. For helicity -1 ``kick`` and ``phi`` change their signs.
    """

    q_z: float
    """Factor on S_z: (1 + Q^2)/2 for circular light."""
    q_perp: float
    """Factor on S_x and S_y: Q for circular light."""
    kick: float
    """What is taken from S_z: (1 - Q^2)/4 for circular light."""
    phi: float
    """Angle Phi in rad."""

    @classmethod
    def circular(cls, q: float, phi: float = 0.0) -> Self:
        """Return the action of circularly polarized light.

        Parameters
        ----------
        q : float
            Q, 0 to 1; Q^2 is the probability not to excite a trion.
        phi : float
            Phi in rad.

        Raises
        ------
        ValueError
            Q lies outside 0 to 1, or Phi is not finite.
        """
        if not 0.0 <= q <= 1.0:
            raise ValueError(f"Q was {q}; it must lie between 0 (a pi pulse) and 1 (no pulse)")
        if not isfinite(phi):
            raise ValueError(f"Phi was {phi}; it must be a finite angle in rad")
        return cls.handed(q, phi, 1.0, 0.0)

    @classmethod
    def handed(cls, q_plus: float, phi_plus: float, q_minus: float, phi_minus: float) -> Self:
        """Return the action of light whose two circular parts have (Q+, Phi+) and (Q-, Phi-).

        Each acts on one spin state: the spin-up amplitude becomes Q+ exp(i Phi+) times what it was, the spin-down one
        Q- exp(i Phi-) times. Hence S_z^a = (Q+^2 + Q-^2)/2 S_z^b - (Q-^2 - Q+^2)/4, and S_perp shrinks by Q+ Q- and
        turns by -(Phi+ - Phi-).
        """
        plus, minus = q_plus * q_plus, q_minus * q_minus
        return cls(0.5 * (plus + minus), q_plus * q_minus, 0.25 * (minus - plus), phi_plus - phi_minus)

    @classmethod
    def elliptical(cls, power_ratio: float, y: float = 0.0, ellipticity: float = 1.0) -> Self:
        """Return the action of a hyperbolic-secant pulse, of any power, detuning and ellipticity.

        Parameters
        ----------
        power_ratio : float
            W / W_pi in units of a resonant, circularly polarized pi pulse's.
        y : float
            (w_0 - w_P) tau_p / (2 pi), positive for a red carrier.
        ellipticity : float
            -1 to 1: the two circular parts carry W (1 + ellipticity)/2 and W (1 - ellipticity)/2. 1 is circular light
            of helicity +1, 0 is linear.

        Raises
        ------
        ValueError
            A negative power, or an ellipticity outside -1 to 1.
        """
        if not -1.0 <= ellipticity <= 1.0:
            raise ValueError(f"a pulse's ellipticity was {ellipticity}; it must lie between -1 and 1")
        areas = area_from_power([0.5 * power_ratio * (1.0 + ellipticity), 0.5 * power_ratio * (1.0 - ellipticity)])
        q, phi = rosen_zener(areas, y)
        return cls.handed(float(q[0]), float(phi[0]), float(q[1]), float(phi[1]))
