"""Where a line stands in a fast scan, seen through a lock-in's filter."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.analysis.rows import alike, row
from vlab.errors import DataError

_LEAST_CONTRAST = 4.0
"""By how many standard errors the line's height must differ from zero."""


@dataclass(frozen=True)
class LinePosition:
    """A Lorentzian line, in the units of the detuning and of the signal; errors from the scatter about the fit."""

    position: float
    position_error: float
    width: float
    """Full width at half maximum."""
    height: float


def line_position(detuning: ArrayLike, signal: ArrayLike, dwells: float) -> LinePosition:
    """Fit a Lorentzian to a stepwise scan that was read through one pole of a lock-in.

    The signal of each step is constant over its dwell, so that a reading is y_i = y_(i-1) q + w_i (1 - q) with
    q = exp(-dwell / time constant): the filter's lag is part of the fit and does not shift the line.

    Parameters
    ----------
    detuning, signal : array_like, shape (n,)
        In the order of the scan, each read at the end of its dwell, the first far from the line.
    dwells : float
        Dwell in units of the lock-in's time constant.

    Raises
    ------
    DataError
        Fewer than 8 points, or no line that stands out of the noise.
    """
    from scipy.optimize import OptimizeWarning, curve_fit
    from scipy.signal import lfilter

    owner = "The fit of the line's position"
    x, y = row(owner, "detuning", np.asarray(detuning)), row(owner, "signal", np.asarray(signal))
    alike(owner, "detunings", x, "signals", y)
    if x.size < 8:
        raise DataError(f"{owner} wants at least 8 points; this scan has {x.size}.")
    q = exp(-dwells)

    def seen(_: NDArray[np.float64], position: float, width: float, height: float) -> NDArray[np.float64]:
        line = height / (1.0 + (2.0 * (x - position) / width) ** 2)
        return np.asarray(lfilter([1.0 - q], [1.0, -q], line), dtype=float)

    step = float(np.abs(np.diff(x)).mean())
    smooth = np.convolve(y, np.full(3, 1.0 / 3.0), mode="same")
    top = int(np.argmax(smooth))
    lag = q / (1.0 - q) * np.sign(x[-1] - x[0]) * step
    if not smooth[top] > 0.0:
        raise DataError(f"{owner} found no line in this scan.")
    start = (x[top] - lag, max(4.0 * step, 0.02 * float(np.ptp(x))), float(smooth[top]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)  # says that the errors are infinite, which is seen below
        try:
            best, covariance = curve_fit(seen, x, y, p0=start)
        except RuntimeError:
            raise DataError(f"{owner} found no line in this scan.") from None
    position, width, height = (float(v) for v in best)
    errors = np.sqrt(np.diag(covariance))
    if not (np.isfinite(errors).all() and height > _LEAST_CONTRAST * errors[2] and min(x) <= position <= max(x)):
        raise DataError(f"{owner} found no line above the noise in this scan.")
    return LinePosition(position, float(errors[0]), abs(width), height)
