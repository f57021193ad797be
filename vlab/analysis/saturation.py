"""Saturation of the spin inertia signal with the pump power: how much of a spin the trion loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.errors import DataError
from vlab.physics.spin_limits import excitation_from_power


@dataclass(frozen=True)
class SaturationFit:
    """L = (1/pi) k s / (1 + k s), s = 1 - Q^2: eqs. (12) to (15) for slow modulation in a strong field.

    k = [tau_0 / (tau_0 + tau_s^T)] tau_s / (2 T_R).
    """

    k: float
    k_error: float
    """One standard deviation, from the scatter about the fit."""
    residual: float
    """Root mean square of what the fit leaves."""

    def curve(self, power_ratio: ArrayLike) -> NDArray[np.float64]:
        """Return the fit at W / W_pi."""
        return _model(excitation_from_power(power_ratio), self.k)

    def lifetime_ratio(self, relaxation_time: float, repetition_period: float) -> float:
        """Return tau_s^T / tau_0 for a relaxation time tau_s and a repetition period T_R, both in s."""
        return relaxation_time / (2.0 * repetition_period * self.k) - 1.0

    def trion_sentence(self, relaxation_time: float, repetition_period: float) -> str:
        """Return in words what `lifetime_ratio` tells."""
        ratio = self.lifetime_ratio(relaxation_time, repetition_period)
        if ratio <= 0.0:
            return "the signal saturates sooner than the stated tau_s allows; tau_s is longer, or the field too weak"
        error = (ratio + 1.0) * self.k_error / self.k
        return (f"tau_s^T / tau_0 = {ratio:.3g} with a statistical error of {error:.1g}, "
                f"for tau_s = {1e9 * relaxation_time:.4g} ns in a strong field")

    def __str__(self) -> str:
        return (f"saturation k = {self.k:.4g} with a statistical error of {self.k_error:.1g}, "
                f"residual {self.residual:.2g}")


def _model(excitation: NDArray[np.float64], k: float) -> NDArray[np.float64]:
    return np.asarray(k * excitation / (1.0 + k * excitation) / np.pi)


def fit_saturation(power_ratio: ArrayLike, signal: ArrayLike) -> SaturationFit:
    """Fit the saturation of L with the pump power; all points weigh alike.

    Parameters
    ----------
    power_ratio : array_like, shape (n,)
        W / W_pi, 0 to 1.
    signal : array_like, shape (n,)
        L.

    Raises
    ------
    DataError
        Fewer than three points above zero power, or a signal that cannot be.
    """
    from scipy.optimize import curve_fit

    power, measured = np.asarray(power_ratio, dtype=float), np.asarray(signal, dtype=float)
    if power.shape != measured.shape or np.count_nonzero(power > 0.0) < 3:
        raise DataError("The fit of the saturation wants at least three good points above zero power.")
    if not (np.isfinite(measured).all() and np.isfinite(power).all() and measured.max() > 0.0):
        raise DataError("The fit of the saturation wants finite numbers and a signal above zero.")
    excitation = excitation_from_power(power)
    top = min(np.pi * float(measured.max()), 0.999)
    best, covariance = curve_fit(_model, excitation, measured, p0=[top / (1.0 - top) / float(excitation.max())])
    k = float(best[0])
    left = measured - _model(excitation, k)
    return SaturationFit(k, float(np.sqrt(covariance[0, 0])), float(np.sqrt(np.mean(left**2))))
