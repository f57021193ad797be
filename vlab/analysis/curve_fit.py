"""Least squares for curves that are linear in their heights: starts by search, one standard deviation for each number.

A model is a sum of shapes, y = sum_k a_k f_k(x; p): heights a_k follow from a linear fit for any p, so that only the
few p (a place, a width, a time) are searched for, on a grid of guesses; all are then refined together by the method of
Levenberg and Marquardt with exact slopes.

Without errors of the points all weigh alike, and the errors of the numbers are those of the scatter about the fit; with
them the weights are 1 / sigma^2, and the errors are what these errors imply (``absolute_sigma`` in scipy's words).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from vlab.analysis.rows import Floats
from vlab.errors import DataError

Shapes = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""Called with x and p; returns the shapes, (n, k), and their slopes in each p, (n, k, len(p))."""

_MANY = 2000
"""Points of which guesses are judged."""


@dataclass(frozen=True)
class Solution:
    """Numbers with their covariance: first the heights, then p."""

    values: Floats
    covariance: Floats
    residual: float
    """Root mean square of what the fit leaves."""
    reduced_chi_square: float | None
    """None where the errors of the points were not given."""

    @property
    def errors(self) -> Floats:
        """One standard deviation of each number."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def error_of(self, slopes: Floats) -> float:
        """Return one standard deviation of a number with these slopes in the fitted ones."""
        return sqrt(max(float(slopes @ self.covariance @ slopes), 0.0))


def solve(shapes: Shapes, x: Floats, y: Floats, sigma: Floats | None, guesses: Floats, owner: str) -> Solution:
    """Fit and return the best numbers.

    Parameters
    ----------
    shapes : callable
    x, y : ndarray, shape (n,)
        Finite numbers; best scaled to about 1.
    sigma : ndarray, shape (n,), or None
    guesses : ndarray, shape (m, len(p))
        What p may be near; the best of them is refined. Of shape (1, 0) where there is no p.
    owner : str
        What sentences call the model.

    Raises
    ------
    DataError
        Too few points, or points that do not tell the numbers.
    """
    weight = np.ones_like(y) if sigma is None else 1.0 / sigma
    heights = shapes(x[:1], guesses[0])[0].shape[1]
    count = heights + guesses.shape[1]
    if x.size <= count:
        raise DataError(f"{owner} wants at least {count + 1} points; there are {x.size}.")
    start = _best_guess(shapes, x, y, weight, guesses)
    found = start if guesses.shape[1] == 0 else _refined(shapes, x, y, weight, start, heights)
    slopes = _slopes(shapes, x, found, heights) * weight[:, None]
    left = y - shapes(x, found[heights:])[0] @ found[:heights]
    chi_square = float(np.sum((weight * left) ** 2))
    covariance = _inverse_square(slopes)
    if sigma is None:
        covariance = covariance * (chi_square / (x.size - count))
    if not (np.isfinite(found).all() and np.isfinite(covariance).all()):
        raise DataError(f"{owner} cannot tell its numbers from these points.")
    return Solution(found, covariance, float(np.sqrt(np.mean(left**2))),
                    None if sigma is None else chi_square / (x.size - count))


def _best_guess(shapes: Shapes, x: Floats, y: Floats, weight: Floats, guesses: Floats) -> Floats:
    few = slice(None, None, -(-x.size // _MANY))
    best, start = np.inf, None
    for p in guesses:
        design = shapes(x[few], p)[0] * weight[few, None]
        heights = np.linalg.lstsq(design, weight[few] * y[few], rcond=None)[0]
        cost = float(np.sum((design @ heights - weight[few] * y[few]) ** 2))
        if cost < best:
            best, start = cost, np.concatenate([heights, p])
    if start is None:
        raise DataError("a fit found no start from which it could go on.")
    if few.step > 1 or guesses.shape[1] == 0:
        design = shapes(x, start[start.size - guesses.shape[1]:])[0] * weight[:, None]
        start[:design.shape[1]] = np.linalg.lstsq(design, weight * y, rcond=None)[0]
    return start


def _refined(shapes: Shapes, x: Floats, y: Floats, weight: Floats, start: Floats, heights: int) -> Floats:
    from scipy.optimize import least_squares

    def residual(all_numbers: Floats) -> Floats:
        return np.asarray(weight * (shapes(x, all_numbers[heights:])[0] @ all_numbers[:heights] - y))

    def jacobian(all_numbers: Floats) -> Floats:
        return _slopes(shapes, x, all_numbers, heights) * weight[:, None]

    with np.errstate(all="ignore"):
        best = least_squares(residual, start, jac=jacobian, method="lm", x_scale="jac", max_nfev=200)
    return np.asarray(best.x)


def _slopes(shapes: Shapes, x: Floats, numbers: Floats, heights: int) -> Floats:
    columns, bends = shapes(x, numbers[heights:])
    return np.concatenate([columns, np.einsum("nkp,k->np", bends, numbers[:heights])], axis=1)


def _inverse_square(slopes: Floats) -> Floats:
    """Return the inverse of slopes^T slopes; infinite where the points do not tell a number."""
    size = np.sqrt(np.sum(slopes**2, axis=0))
    if not (np.isfinite(size).all() and (size > 0.0).all()):
        return np.full((size.size, size.size), np.inf)
    _, singular, directions = np.linalg.svd(slopes / size, full_matrices=False)
    if singular[-1] < 1e-12 * singular[0]:
        return np.full((size.size, size.size), np.inf)
    half = directions.T / singular
    return np.asarray((half @ half.T) / np.outer(size, size))
