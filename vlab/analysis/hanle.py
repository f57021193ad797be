"""Hanle curves: how narrow the signal's maximum at zero transverse field is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.errors import DataError
from vlab.units import Quantity, make_quantity


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

    def __str__(self) -> str:
        where = f", centre {self.centre.m_as('mT'):.3g} mT" if self.sides == 2 else ", from one side"
        return (f"half width at half maximum {self.half_width.m_as('mT'):.3g} mT{where}, maximum {self.maximum:.4g}")


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
    y = _smoothed(y)
    top = int(np.argmin(np.abs(b)))
    while y[higher := max((i for i in (top - 1, top + 1) if 0 <= i < b.size), key=lambda i: float(y[i]))] > y[top]:
        top = higher
    right = _crossing(b[top:], y[top:], 0.5 * y[top])
    left = _crossing(b[top::-1], y[top::-1], 0.5 * y[top])
    if right is not None and left is not None:
        return HanleWidth(make_quantity(0.5 * (right - left), "mT"), float(y[top]),
                          make_quantity(0.5 * (right + left), "mT"), 2)
    one = right if right is not None else left
    whole = b[0] >= 0.0 or b[-1] <= 0.0
    if one is None or not whole:
        raise DataError("no field was measured at which the signal is half its maximum; scan further.")
    return HanleWidth(make_quantity(abs(one), "mT"), float(y[top]), make_quantity(0.0, "mT"), 1)


def _smoothed(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the curve averaged over as many neighbours as it takes to bring the noise below 2 % of its maximum.

    Otherwise the noisiest point would be the maximum, and the first one that dips below its half the end.
    """
    if y.size < 15:
        return y
    noise = 1.4826 * float(np.median(np.abs(np.diff(y, 4)))) / np.sqrt(70.0)
    half = min(y.size // 10, int(0.5 * (noise / (0.02 * float(y.max()))) ** 2))
    if half == 0:
        return y
    # a straight line through each window, so that slopes stay and only curvature within a window is lost
    width = 2 * half + 1
    ends = [np.polyval(np.polyfit(np.arange(width), part, 1), at) for part, at in
            [(y[:width], i) for i in range(half)] + [(y[-width:], half + 1 + i) for i in range(half)]]
    middle = np.convolve(y, np.full(width, 1.0 / width), "valid")
    return np.concatenate([ends[:half], middle, ends[half:]])


def _crossing(b: NDArray[np.float64], y: NDArray[np.float64], level: float) -> float | None:
    """Return where the signal first falls below ``level``, by a straight line between two points."""
    below = np.flatnonzero(y < level)
    if below.size == 0 or below[0] == 0:
        return None
    i = int(below[0])
    return float(b[i - 1] + (b[i] - b[i - 1]) * (y[i - 1] - level) / (y[i - 1] - y[i]))
