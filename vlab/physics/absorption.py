r"""Absorption of a driven two-level transition (eq. 15 of the supplement to Latta et al., Nature Physics 5, 758).

.. math::  W = \frac{\Omega^2\Gamma}{4\delta^2 + 2\Omega^2 + \Gamma^2}, \qquad
           W_\mathrm{peak} = \frac{\Omega^2\Gamma}{\Gamma^2 + 2\Omega^2}, \qquad
           w = \frac{W}{W_\mathrm{peak}} = \frac{1}{1 + (2\delta/\Gamma_p)^2}

with the power-broadened width :math:`\Gamma_p = \sqrt{\Gamma^2 + 2\Omega^2}`. All arguments are angular
frequencies in rad/s; W is a rate in 1/s.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def peak_rate(omega: float, gamma: float) -> float:
    """Return W_peak in 1/s for Rabi frequency ``omega`` and linewidth ``gamma`` (rad/s), eq. 15."""
    return omega * omega * gamma / (gamma * gamma + 2.0 * omega * omega)


def broadened_width(omega: float, gamma: float) -> float:
    """Return the power-broadened full width at half maximum in rad/s."""
    return float(np.sqrt(gamma * gamma + 2.0 * omega * omega))


def rate(delta: ArrayLike, omega: float, gamma: float) -> NDArray[np.float64]:
    """Return W in 1/s at the effective detunings ``delta`` (rad/s), eq. 15."""
    d = np.asarray(delta, dtype=float)
    return np.asarray(omega * omega * gamma / (4.0 * d * d + 2.0 * omega * omega + gamma * gamma))


def normalized(delta: ArrayLike, omega: float, gamma: float) -> NDArray[np.float64]:
    """Return w = W / W_peak at the effective detunings ``delta`` (rad/s)."""
    u = 2.0 * np.asarray(delta, dtype=float) / broadened_width(omega, gamma)
    return np.asarray(1.0 / (1.0 + u * u))
