"""Whether a stepwise scan met a line at all, or shows the lock-in's noise only."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike

_LEAST_SIGMAS = 5.0
_LEAST_ABSORPTION = 0.05
"""In units of the peak; less is the far wing of a line that was not met."""
_FEWEST = 8
"""Second differences below which the noise is not told from the line."""


def line_stands_out(normalized: ArrayLike, dwells: float) -> bool:
    """Return whether means over some number of neighbouring readings stand out of the noise by five of its widths.

    The noise is the median second difference, which a smooth line does not move. It is white noise behind one pole, so
    that neighbouring readings are correlated by q = exp(-dwell / time constant). Means over 1, 2, 4, ... readings find
    both a line that is passed at once and a long lock in much noise.

    Parameters
    ----------
    normalized : array_like, shape (n,)
        Absorption in units of its peak, in the order of the scan; zero without a line.
    dwells : float
        Dwell in units of the lock-in's time constant.
    """
    y = np.asarray(normalized, dtype=float)
    if not y.size:
        return False
    q = exp(-dwells)
    second = np.abs(np.diff(y, 2)) if y.size > 2 else np.array([])
    noise = 0.0
    if second.size >= _FEWEST:
        noise = 1.4826 * float(np.median(second)) / sqrt(6.0 - 8.0 * q + 2.0 * q**2)
    sums = np.concatenate([[0.0], np.cumsum(y)])
    across = 1
    while across <= y.size:
        highest = float((sums[across:] - sums[:-across]).max()) / across
        # variance of a mean of n readings with correlations q^k
        k = np.arange(1, across)
        variance = (1.0 + 2.0 * float(((1.0 - k / across) * q**k).sum())) / across
        if highest > max(_LEAST_ABSORPTION, _LEAST_SIGMAS * noise * sqrt(variance)):
            return True
        across *= 2
    return False
