"""An exponential decay to zero, fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.analysis.rounding import with_error
from vlab.analysis.rows import alike, numbers, row
from vlab.errors import DataError


@dataclass(frozen=True)
class DecayFit:
    """y = amplitude exp(-rate t); errors are one standard deviation, from the scatter about the fit."""

    rate: float
    """1/s."""
    rate_error: float
    amplitude: float
    """In the unit of the signal."""
    residual: float
    """Root mean square of what the fit leaves."""

    def curve(self, time: ArrayLike) -> NDArray[np.float64]:
        """Return the fit at times in s."""
        return np.asarray(self.amplitude * np.exp(-self.rate * np.asarray(time, dtype=float)))

    def __str__(self) -> str:
        lifetime = with_error(1.0 / self.rate, self.rate_error / self.rate**2)
        return f"γ = {with_error(self.rate, self.rate_error)} 1/s, a lifetime of {lifetime} s"


def fit_decay(time: ArrayLike, signal: ArrayLike) -> DecayFit:
    """Fit an exponential decay to zero; all points weigh alike.

    Parameters
    ----------
    time : array_like, shape (n,)
        s.
    signal : array_like, shape (n,)
        Of either sign.

    Raises
    ------
    DataError
        Fewer than three points, numbers that cannot be, or a signal that does not decay.
    """
    from scipy.optimize import curve_fit

    owner = "The fit of a decay"
    t, y = row(owner, "time", numbers(time, "s")), row(owner, "signal", np.asarray(signal))
    alike(owner, "times", t, "signals", y)
    if t.size < 3:
        raise DataError(f"{owner} wants at least three good points; there are {t.size}.")
    largest = int(np.argmax(np.abs(y)))
    half = np.flatnonzero(np.abs(y) < 0.5 * abs(y[largest]))
    scale = float(t[half].min() if half.size else t.max())
    if y[largest] == 0.0 or scale <= 0.0:
        raise DataError(f"{owner} found nothing that decays.")

    def model(at: NDArray[np.float64], amplitude: float, rate: float) -> NDArray[np.float64]:
        return np.asarray(amplitude * np.exp(-rate * at))

    try:
        (amplitude, rate), covariance = curve_fit(model, t, y, p0=(y[largest], np.log(2.0) / scale))
    except RuntimeError:
        raise DataError(f"{owner} found nothing that decays.") from None
    error = float(np.sqrt(covariance[1, 1]))
    if not (np.isfinite(error) and rate > 0.0):
        raise DataError(f"{owner} found nothing that decays.")
    left = y - model(t, float(amplitude), float(rate))
    return DecayFit(float(rate), error, float(amplitude), float(np.sqrt(np.mean(left**2))))
