r"""The statistical error of a width at half maximum, from the noise of its own trace.

A flank crosses half of the maximum between two points; noise there and in the maximum moves the crossing by the noise
over the slope,

.. math:: \delta x = \frac{\tfrac12 \delta y_{top} - (1 - t)\, \delta y_a - t\, \delta y_b}{(y_b - y_a) / (x_b - x_a)},

with the crossing at the part t of the way from a to b. Of a flat top each point counts as far as it may have been the
highest. Neighbours are alike behind the lock-in's filter: their correlation is taken as :math:`\rho^k` over k points,
as of one pole. Noise and :math:`\rho` are those of the baseline on both sides of the line, without its slope.

What this cannot know is what no baseline shows: a line that wanders while it is scanned moves both flanks, and where a
dragged line is lost depends on its history. Nor is the grid part of it: where a flank is steeper than a step, the
interpolation is off by up to a part of the step, always the same for the same grid.
"""

from __future__ import annotations

import numpy as np

from vlab.analysis.rows import Floats

_MARGIN = 3
"""Points beyond the line that are not yet baseline: a filter's tail."""
_FEWEST_OF_A_SIDE = 5
_FEWEST = 10
"""Points of the baseline that tell its noise."""
_STANDS_OUT = 3.0
"""In units of the noise: what is above belongs to the line."""
_WING = 0.08
"""In units of the maximum: what is above belongs to the line."""
_MOST_ALIKE = 0.8


def width_error(x: Floats, y: Floats) -> float:
    """Return one standard deviation of the width at half maximum; NaN where the baseline does not tell it.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        In the order of the scan; finite numbers.
    """
    top = int(np.argmax(y))
    half = 0.5 * y[top]
    below = np.flatnonzero(y < half)
    if not (below[below < top].size and below[below > top].size):
        return float("nan")  # a side is an end of the scan
    first, last = int(below[below < top].max()) + 1, int(below[below > top].min()) - 1
    sigma, rho = baseline_noise(y, first, last)
    if not sigma > 0.0:
        return float("nan")
    weight = np.zeros(y.size)
    plateau = slice(first, last + 1)
    highest = np.exp((y[plateau] - y[top]) / sigma)
    for inner, outer, side in ((first, first - 1, -1.0), (last, last + 1, 1.0)):
        t = (y[inner] - half) / (y[inner] - y[outer])
        per = side * (x[outer] - x[inner]) / (y[outer] - y[inner])
        weight[inner] -= per * (1.0 - t)
        weight[outer] -= per * t
        weight[plateau] += 0.5 * per * highest / highest.sum()
    used = np.flatnonzero(weight)
    alike = rho ** np.abs(used[:, None] - used[None, :])
    return float(sigma * np.sqrt(weight[used] @ alike @ weight[used]))


def baseline_noise(y: Floats, first: int, last: int) -> tuple[float, float]:
    """Return the standard deviation of a trace away from its line, and the correlation of neighbours there.

    Parameters
    ----------
    y : ndarray, shape (n,)
    first, last : int
        First and last point of the line above half of its maximum.

    Returns
    -------
    sigma, rho : float
        NaN both where there are too few points.
    """
    noise = 1.4826 * np.median(np.abs(np.diff(y, 2))) / np.sqrt(6.0) if y.size > 2 else 0.0
    limit = max(_WING * float(y.max()), _STANDS_OUT * float(noise))
    while first > 0 and y[first - 1] > limit:
        first -= 1
    while last < y.size - 1 and y[last + 1] > limit:
        last += 1
    squares, products, points = 0.0, 0.0, 0
    for side in (y[:max(first - _MARGIN, 0)], y[last + _MARGIN + 1:]):
        if side.size < _FEWEST_OF_A_SIDE:
            continue
        at = np.linspace(-1.0, 1.0, side.size)
        left = side - np.polynomial.polynomial.polyval(at, np.polynomial.polynomial.polyfit(at, side, 1))
        squares += float(left @ left)
        products += float(left[1:] @ left[:-1])
        points += side.size - 2
    if points < _FEWEST or not squares > 0.0:
        return float("nan"), float("nan")
    return float(np.sqrt(squares / points)), float(np.clip(products / squares, 0.0, _MOST_ALIKE))
