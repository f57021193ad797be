"""Hanle curves: how narrow the signal's maximum at zero transverse field is.

The width is read off, not fitted: no one shape is right from a Lorentzian to the sum over many g factors. Its error is
that of the noise, found by reading it again off the smoothed curve with as much fresh noise, many times. The noise is
that of the fourth differences, taken as independent from point to point.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.analysis.rounding import compact
from vlab.errors import DataError
from vlab.units import Quantity, make_quantity

_REPEATS = 120
"""How often a width is read again for its error, which is then known to 6 %."""
_FEWEST = 15
"""Points from which on the noise can be told from the curve."""


@dataclass(frozen=True)
class HanleWidth:
    """The half width at half maximum of a Hanle curve."""

    half_width: Quantity
    maximum: float
    """Height of the maximum next to zero field, in the unit of the signal."""
    centre: Quantity
    """Middle between the two fields of half the maximum; zero where one side was measured."""
    sides: int
    """1 or 2."""
    half_width_error: Quantity
    """One standard deviation from the noise, as of those below; NaN where there are too few points to tell."""
    centre_error: Quantity
    maximum_error: float

    def __str__(self) -> str:
        width, centre, of_width, of_centre = (
            float(q.m_as("mT")) for q in (self.half_width, self.centre, self.half_width_error, self.centre_error))
        where = f", centre {_told(centre, of_centre)} mT" if self.sides == 2 else ", from one side"
        how = "read off" if self.half_width_error.m != self.half_width_error.m else "read off, errors from the noise"
        return (f"half width at half maximum {_told(width, of_width)} mT{where}, maximum "
                f"{compact(self.maximum, self.maximum_error)} ({how})")


def _told(value: float, error: float) -> str:
    return compact(value, error) if error > 0.0 else f"{value:.3g}"


def hanle_width(field: ArrayLike, signal: ArrayLike) -> HanleWidth:
    """Return the half width at half maximum, from the first fields on both sides where the signal is half.

    The maximum is the one next to zero field: those of resonant spin amplification may be higher.

    Parameters
    ----------
    field : array_like, shape (n,)
        Transverse field in T, in any order. Where only one side of zero was measured, the width counts from zero field.
    signal : array_like, shape (n,)
        L.

    Raises
    ------
    DataError
        Fewer than five points, numbers that cannot be, or the signal does not fall to half its maximum.
    """
    b, y = np.asarray(field, dtype=float), np.asarray(signal, dtype=float)
    if b.shape != y.shape or b.ndim != 1 or b.size < 5:
        raise DataError("The width of a Hanle curve wants at least five good points, as many fields as signals.")
    if not (np.isfinite(b).all() and np.isfinite(y).all() and y.max() > 0.0):
        raise DataError("The width of a Hanle curve wants finite numbers and a signal above zero.")
    order = np.argsort(b)
    b, y = b[order], y[order]
    half, maximum, centre, sides = _read(b, y)
    errors = _errors(b, y, sides)
    return HanleWidth(make_quantity(half, "mT"), maximum, make_quantity(centre, "mT"), sides,
                      make_quantity(errors[0], "mT"), make_quantity(errors[2], "mT"), errors[1])


def _errors(b: NDArray[np.float64], y: NDArray[np.float64], sides: int) -> tuple[float, float, float]:
    """Return one standard deviation of half width, maximum and centre; NaN where the noise cannot be told."""
    if y.size < _FEWEST:
        return nan, nan, nan
    noise, smooth, rng = _noise(y), _smoothed(y), np.random.default_rng(0)  # the same curve has the same errors
    found = []
    for _ in range(_REPEATS):
        try:
            read = _read(b, smooth + noise * rng.normal(size=y.size))
        except DataError:
            continue
        if read[3] == sides:
            found.append(read[:3])
    if 2 * len(found) < _REPEATS:
        return nan, nan, nan
    half, maximum, centre = (float(v) for v in np.std(np.array(found), axis=0))
    return half, maximum, centre


def _read(b: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float, int]:
    """Return half width, maximum, centre, and from how many sides; of fields that rise."""
    y = _smoothed(y)
    top = int(np.argmin(np.abs(b)))
    while y[higher := max((i for i in (top - 1, top + 1) if 0 <= i < b.size), key=lambda i: float(y[i]))] > y[top]:
        top = higher
    right = _crossing(b[top:], y[top:], 0.5 * y[top])
    left = _crossing(b[top::-1], y[top::-1], 0.5 * y[top])
    if right is not None and left is not None:
        return 0.5 * (right - left), float(y[top]), 0.5 * (right + left), 2
    one = right if right is not None else left
    whole = b[0] >= 0.0 or b[-1] <= 0.0
    if one is None or not whole:
        raise DataError("no field was measured at which the signal is half its maximum; scan further.")
    return abs(one), float(y[top]), 0.0, 1


def _noise(y: NDArray[np.float64]) -> float:
    return 1.4826 * float(np.median(np.abs(np.diff(y, 4)))) / float(np.sqrt(70.0))


def _smoothed(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the curve averaged over as many neighbours as it takes to bring the noise below 2 % of its maximum.

    Otherwise the noisiest point would be the maximum, and the first one that dips below its half the end.
    """
    if y.size < _FEWEST:
        return y
    half = min(y.size // 10, int(0.5 * (_noise(y) / (0.02 * float(y.max()))) ** 2))
    if half == 0:
        return y
    # a straight line through each window, so that slopes stay and only curvature within a window is lost
    width = 2 * half + 1
    at = np.arange(width) - float(half)
    ends = [part.mean() + at * float(at @ part) / float(at @ at) for part in (y[:width], y[-width:])]
    middle = np.convolve(y, np.full(width, 1.0 / width), "valid")
    return np.concatenate([ends[0][:half], middle, ends[1][half + 1:]])


def _crossing(b: NDArray[np.float64], y: NDArray[np.float64], level: float) -> float | None:
    """Return where the signal first falls below ``level``, by a straight line between two points."""
    below = np.flatnonzero(y < level)
    if below.size == 0 or below[0] == 0:
        return None
    i = int(below[0])
    return float(b[i - 1] + (b[i] - b[i - 1]) * (y[i - 1] - level) / (y[i - 1] - y[i]))
