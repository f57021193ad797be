r"""Whether what a fit leaves is more than noise: then the points do not follow the model, whatever its errors say.

Residuals in the order of x are taken apart into slow waves, half a period to five over the whole curve, and the rest.
Noise has as much of each wave in the mean as of the rest, behind a filter up to some times as much; a model that is
wrong leaves nearly all in the waves. The limit of this ratio is exceeded by less than 1 % of noise, as long as
neighbours are correlated by 0.6 or less.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from vlab.analysis.rows import Floats

MISFIT = "the points do not follow this model"
_FEWEST = 24
_MOST_WAVES = 10
_LIMIT = 17.5
_WORTH_SAYING = 0.02
"""Part of the curve's span below which a misfit is not worth a sentence."""


def is_misfit(left: Floats, span: float, fitted: int) -> bool:
    """Return whether residuals are more than noise.

    Parameters
    ----------
    left : ndarray, shape (n,)
        What the fit leaves, in units of the points' errors where these differ, in the order of x.
    span : float
        Between the highest and the lowest point, in the same unit.
    fitted : int
        How many numbers were fitted.
    """
    waves = min(_MOST_WAVES, left.size // 4)
    free = left.size - waves - fitted
    if left.size < _FEWEST or free < waves:
        return False
    slow = _in_waves(left, waves)
    if sqrt(slow / left.size) < _WORTH_SAYING * span:
        return False
    return slow / waves > _LIMIT * max(float(left @ left) - slow, 0.0) / free


def _in_waves(left: Floats, waves: int) -> float:
    """Return how much of the sum of squares is in the slowest waves."""
    at = (np.arange(left.size) + 0.5) / left.size
    shapes = sqrt(2.0 / left.size) * np.cos(np.pi * np.outer(np.arange(1, waves + 1), at))
    return float(np.sum((shapes @ left) ** 2))
