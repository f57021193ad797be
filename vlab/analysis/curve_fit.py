r"""Least squares for curves that are linear in their heights: starts by search, one standard deviation for each number.

A model is a sum of shapes, y = sum_k a_k f_k(x; p): heights a_k follow from a linear fit for any p, so that only the
few p (a place, a width, a time) are searched for, on a grid of guesses; all are then refined together by the method of
Levenberg and Marquardt with exact slopes.

Without errors of the points all weigh alike, and the errors of the numbers are those of the scatter about the fit. With
them the weights are 1 / sigma^2, and the errors are what these errors imply (``absolute_sigma`` in scipy's words), or
what the scatter about the fit implies where that is larger: chi-square over the degrees of freedom is then above 1.

A filter that has not settled from one point to the next leaves neighbours alike. Where what a fit leaves shows that
beyond doubt, its correlation is taken as rho^k over k points, as of one pole, and the errors follow from

.. math:: C = H R H^T, \qquad H = (G^T G)^{-1} G^T, \qquad R_{ij} = \rho^{|i-j|},

with the weighted slopes G; for numbers told by many points that is sqrt((1 + rho) / (1 - rho)) times as much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from vlab.analysis.misfit import is_misfit
from vlab.analysis.rows import Floats
from vlab.errors import DataError

Shapes = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""Called with x and p; returns the shapes, (n, k), and their slopes in each p, (n, k, len(p))."""

_MANY = 2000
"""Points of which guesses are judged."""
_BEYOND_DOUBT = 1.65
"""Standard errors by which a correlation of neighbours must exceed zero."""
_FEWEST_FREE = 8
"""Degrees of freedom from which on neighbours are compared."""
_LARGEST = 0.95
_ROUNDING = 1e-12
"""Part of the largest value below which what a fit leaves is rounding."""


@dataclass(frozen=True)
class Solution:
    """Numbers with their covariance: first the heights, then p."""

    values: Floats
    covariance: Floats
    residual: float
    """Root mean square of what the fit leaves."""
    reduced_chi_square: float | None
    """None where the errors of the points were not given."""
    correlation: float = 0.0
    """Of what the fit leaves at neighbouring points, where it is beyond doubt; the errors allow for it."""
    correlated: float = 1.0
    """By how much that makes the errors larger, in the mean over the numbers."""
    misfit: bool = False
    """Whether the points do not follow the model."""

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
    parts = _parts(slopes)
    if parts is None or not np.isfinite(found).all():
        raise DataError(f"{owner} cannot tell its numbers from these points.")
    directions, back = parts
    free = float(x.size - count)
    reduced = None if sigma is None else chi_square / free
    rounding = _ROUNDING * float(np.abs(weight * y).max())
    rho = _correlation(weight * left, directions) if chi_square > x.size * rounding**2 else 0.0
    covariance, scatter, larger = back @ back.T, chi_square / free, 1.0
    if rho:
        spread = _spread(directions, rho)
        plain, covariance = covariance, back @ spread @ back.T
        # what correlated points deviate by is larger than what a fit leaves of it
        scatter = chi_square / max(x.size - float(np.trace(spread)), 1.0)
        larger = float(np.mean(np.sqrt(np.diag(covariance) / np.diag(plain)))) * sqrt(scatter * free / chi_square)
    covariance = covariance * (scatter if sigma is None else max(1.0, scatter))
    if not np.isfinite(covariance).all():
        raise DataError(f"{owner} cannot tell its numbers from these points.")
    in_order = (weight * left)[np.argsort(x, kind="stable")]
    misfit = chi_square > x.size * rounding**2 and is_misfit(in_order, float(np.ptp(weight * y)), count)
    return Solution(found, covariance, float(np.sqrt(np.mean(left**2))), reduced, rho, larger, misfit)


def _correlation(left: Floats, directions: Floats) -> float:
    """Return the correlation of neighbouring residuals, without what the fit itself puts there; 0 within doubt."""
    free = left.size - directions.shape[1]
    square = float(left @ left)
    if free < _FEWEST_FREE or not square > 0.0:
        return 0.0
    of_the_fit = -float(np.sum(directions[:-1] * directions[1:])) / free
    rho = float(left[:-1] @ left[1:]) / square - of_the_fit
    return min(rho, _LARGEST) if rho > _BEYOND_DOUBT / sqrt(left.size) else 0.0


def _spread(directions: Floats, rho: float) -> Floats:
    """Return U^T R U with rho^k for the correlation over k points."""
    total = directions.T @ directions
    share = rho
    for k in range(1, directions.shape[0]):
        if share < 1e-3:
            break
        lagged = directions[:-k].T @ directions[k:]
        total = total + share * (lagged + lagged.T)
        share *= rho
    return np.asarray(total)


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


def _parts(slopes: Floats) -> tuple[Floats, Floats] | None:
    """Return U and B with slopes = U B^-1, U orthonormal; None where the points do not tell a number."""
    size = np.sqrt(np.sum(slopes**2, axis=0))
    if not (np.isfinite(size).all() and (size > 0.0).all()):
        return None
    directions, singular, turned = np.linalg.svd(slopes / size, full_matrices=False)
    if singular[-1] < 1e-12 * singular[0]:
        return None
    return np.asarray(directions), np.asarray((turned.T / singular) / size[:, None])
