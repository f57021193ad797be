"""What live pictures of an ensemble's spins need: the numbers of its model at the present settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.samples.specimen import HBAR, MU_B

if TYPE_CHECKING:
    from vlab.physics.spin_average import SpinSystem

Floats = NDArray[np.float64]

SPINS = ("larmor", "trion_larmor", "field_tilt", "nuclear_field", "nuclear_anisotropy", "trion_nuclear_ratio",
         "trion_transverse_ratio", "pulse_period", "spin_relaxation_time", "trion_relaxation_time", "trion_lifetime",
         "pulse_kept_along", "pulse_kept_across", "pulse_kick", "pulse_phase", "field", "spin_g_factor",
         "modulation_frequency")
"""The model among the hidden values, by the numbers of `SpinSystem`; rad/s, s, rad, the field in T and the modulation
in Hz, 0 for none."""

_LEAST_G = 1e-3
"""In a field that a spin does not feel, nuclear fields cannot be told in T."""
_STEPS = np.linspace(-5.0, 5.0, 501)
"""Of W_z in units of w_n, about its mean."""
_FAR = 100.0


@dataclass(frozen=True)
class SpinView:
    """What a bench tells of its spins; all functions take the values of `Bench.hidden`."""

    depends_on: tuple[str, ...]
    system: Callable[[dict[str, float]], SpinSystem | None]
    """Returns the model at the present settings, or None where it has no answer."""
    field: Callable[[dict[str, float]], tuple[float, float, float]]
    """Returns magnetic field, strength of the nuclear field along the growth axis (both T), and its anisotropy; of the
    second the standard deviation of a component is 1/sqrt(2)."""


def hidden_spins(system: SpinSystem, field: float, g_factor: float,
                 modulation: float | None) -> dict[str, float]:
    """Return the numbers of the model as SI floats."""
    numbers = (*system.larmor, system.tilt, *system.nuclear, *system.times, *system.pulse, field, g_factor,
               modulation or 0.0)
    return dict(zip(SPINS, numbers, strict=True))


def _system(hidden: dict[str, float]) -> SpinSystem | None:
    if SPINS[0] not in hidden:
        return None
    from vlab.physics.spin_average import SpinSystem

    n = [hidden[name] for name in SPINS]
    return SpinSystem((n[0], n[1]), n[2], (n[3], n[4], n[5], n[6]), (n[7], n[8], n[9], n[10]),
                      (n[11], n[12], n[13], n[14]))


def _field(hidden: dict[str, float]) -> tuple[float, float, float]:
    per_tesla = max(abs(hidden["spin_g_factor"]), _LEAST_G) * MU_B / HBAR
    return hidden["field"], hidden["nuclear_field"] / per_tesla, hidden["nuclear_anisotropy"]


def surviving_part(field: ArrayLike, nuclear: float, anisotropy: float) -> Floats:
    r"""Return the ensemble average of cos^2 theta, the part of S_z that precession about W leaves; the field along z.

    The average over transverse nuclear fields is :math:`y\, e^y E_1(y)`, y = (W_z lambda / w_n)^2; that over W_z is
    taken in small steps.

    Parameters
    ----------
    field : array_like
        Magnetic field in units of ``nuclear``'s.
    nuclear : float
        Strength w_n of the nuclear field; a component along z has the standard deviation w_n / sqrt(2).
    anisotropy : float
        lambda, how much weaker transverse nuclear fields are.

    Returns
    -------
    ndarray
        Of the shape of ``field``: 1/3 in no field for isotropic nuclei, 1 in strong fields.
    """
    from scipy.special import exp1

    along = np.atleast_1d(np.asarray(field, dtype=float))[:, np.newaxis] / nuclear + _STEPS
    y = (anisotropy * along) ** 2
    near = np.clip(y, 1e-300, _FAR)
    kept = np.where(y < _FAR, near * np.exp(near) * exp1(near), 1.0 - 1.0 / np.maximum(y, _FAR))
    weights = np.exp(-_STEPS**2)
    return np.asarray(kept @ (weights / weights.sum())).reshape(np.shape(field) or (1,))


ENSEMBLE_SPINS = SpinView(SPINS, _system, _field)
"""The spins of an ensemble of charged dots."""
