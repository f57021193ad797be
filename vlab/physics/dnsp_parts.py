r"""The polarization rate and its parts against the effective detuning (figure S4), eq. 13 with the odd term.

.. math::  \dot P = \underbrace{a w}_\mathrm{reverse\ Overhauser} \underbrace{- b w^2}_\mathrm{Overhauser}
           + \underbrace{2 c u w^2}_\mathrm{odd} \underbrace{- \gamma_\mathrm{dec} P}_\mathrm{decay}, \qquad
           u = \frac{2\delta}{\Gamma_p}, \qquad w = \frac{1}{1 + u^2}
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.physics.bistability import RateModel


@dataclass(frozen=True)
class RateParts:
    """dP/dt and what it is made of, 1/s; each has the shape of the detunings."""

    reverse_overhauser: NDArray[np.float64]
    overhauser: NDArray[np.float64]
    noncollinear: NDArray[np.float64]
    """The odd part; zero in eq. 13 to the letter."""
    decay: NDArray[np.float64]
    absorption: NDArray[np.float64]
    """w = W / W_peak, from 0 to 1."""

    @property
    def total(self) -> NDArray[np.float64]:
        """dP/dt in 1/s."""
        return self.reverse_overhauser + self.overhauser + self.noncollinear + self.decay


def rate_parts(model: RateModel, delta: ArrayLike, polarization: float) -> RateParts:
    """Return the parts of dP/dt.

    Parameters
    ----------
    model : RateModel
        The rates at given light and field.
    delta : array_like
        Effective detunings in rad/s, positive when the laser is red of the shifted line.
    polarization : float
        P, the same at every detuning.
    """
    u = 2.0 * np.asarray(delta, dtype=float) / model.gamma_p
    w = 1.0 / (1.0 + u * u)
    square = w * w
    return RateParts(model.a * w, -model.b * square, 2.0 * model.c * u * square,
                     np.full_like(w, -model.gamma_dec * polarization), w)
