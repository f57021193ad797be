"""Times until something happens, watched for a while only: medians, their intervals, and ranks of two samples.

A time that was not reached while it was watched is infinite: it is longer than the duration, and its rank is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike

_COVERAGE = 0.68
_FEWEST = 4
"""Traces of each side below which no order of the ranks is rarer than 5 %."""
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class CensoredMedian:
    """The median of times of which some were not reached within ``duration``."""

    value: float
    """In s; a lower bound where it is censored."""
    censored: bool
    low: float
    """Lower end of the interval between order statistics that holds the median in at least 68 % of all cases; NaN for
    fewer than three times."""
    high: float
    """Its upper end; infinite if it is longer than the duration."""
    duration: float

    def brief(self) -> str:
        """Return the median alone in words."""
        return f"longer than {self.value:.3g} s" if self.censored else f"{self.value:.3g} s"

    def __str__(self) -> str:
        if not np.isfinite(self.high - self.low):
            digits = 2
        else:
            width = max(self.high - self.low, 1e-3 * self.value, 1e-9)
            digits = max(0, 1 - int(np.floor(np.log10(width))))
        median = f"longer than {self.value:.3g} s" if self.censored else f"{self.value:.{digits}f} s"
        if np.isnan(self.low) or np.isinf(self.low):
            return median
        high = f"{self.high:.{digits}f} s" if np.isfinite(self.high) else f"longer than {self.duration:g} s"
        return f"{median} (68 % interval {self.low:.{digits}f} s to {high})"


def censored_median(times: ArrayLike, duration: float) -> CensoredMedian:
    """Return the median of times, those that were not reached counted as longer than the duration.

    Parameters
    ----------
    times : array_like, shape (n,), n > 0
        s; infinite where not reached.
    duration : float
        How long each was watched, s.
    """
    ordered = np.sort(np.asarray(times, dtype=float))
    n = ordered.size
    middle = ordered[(n - 1) // 2 : n // 2 + 1]
    value = float(np.minimum(middle, duration).mean())
    # the median lies between the j-th times from either end unless j or fewer of all are on one side of it
    outer, beyond = -1, 0.0
    for j in range((n - 1) // 2 + 1):
        beyond += comb(n, j) / 2.0**n
        if 1.0 - 2.0 * beyond < _COVERAGE:
            break
        outer = j
    low, high = (float(ordered[outer]), float(ordered[n - 1 - outer])) if outer >= 0 else (np.nan, np.nan)
    return CensoredMedian(value, bool(np.isinf(middle[-1])), low, high, duration)


def rank_difference(one: ArrayLike, other: ArrayLike) -> float | None:
    """Return how often chance alone makes the ranks of two samples differ as much (Mann-Whitney U, two-sided).

    Infinite values tie for the last ranks. None if a sample has fewer than four values, so that nothing can be told.
    """
    from scipy.stats import mannwhitneyu

    first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if min(first.size, second.size) < _FEWEST:
        return None
    if np.unique(np.concatenate([first, second])).size == 1:
        return 1.0
    return float(mannwhitneyu(first, second, alternative="two-sided").pvalue)
