"""Polarization recovery curves: V-like and M-like ones, and the maxima of resonant spin amplification.

Fields are in T; pint quantities are taken too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from vlab.analysis.rows import Floats, alike, numbers, row
from vlab.errors import DataError
from vlab.units import Quantity, make_quantity

Shape: TypeAlias = Literal["V-like", "M-like"]

SHALLOWEST_DIP = 0.02
"""Least part of its maximum by which an M-like curve goes down again."""
_NOISE_FACTOR = 7.0  # a hundred noisy points span less, in all but one of some thousand curves


@dataclass(frozen=True)
class RecoveryShape:
    """What a polarization recovery curve looks like from zero to its largest field."""

    kind: Shape
    maximum_field: Quantity
    """Field (its modulus) of the maximum, by a parabola through the three highest neighbours."""
    maximum: float
    """Height of the maximum, in the unit of the signal."""
    zero_field: float
    """Signal at the smallest field."""
    large_field: float
    """Signal at the largest field."""
    descent: float
    """How far the curve goes down again after its maximum, as a part of the maximum."""

    def __str__(self) -> str:
        top = f"{self.maximum:.4g} at {self.maximum_field.m_as('mT'):.3g} mT"
        return f"{self.kind}, maximum {top}, {100.0 * self.descent:.2g} % above the value at the largest field"


@dataclass(frozen=True)
class Resonance:
    """A local maximum of a resonant spin amplification curve."""

    field: Quantity
    """Position, by a parabola through the highest point and its neighbours."""
    height: float
    """Signal there, in the unit of the signal."""
    prominence: float
    """How far the curve falls on the higher of its two sides before it rises above this maximum, or ends."""

    def __str__(self) -> str:
        return f"{self.field.m_as('mT'):.3f} mT (height {self.height:.4g}, prominence {self.prominence:.2g})"


def recovery_shape(field: ArrayLike, signal: ArrayLike, descent: float = SHALLOWEST_DIP) -> RecoveryShape:
    """Tell a V-like from an M-like polarization recovery curve.

    The signal is even in the field: fields count by their modulus, and signals at the same modulus are averaged. A
    curve is M-like if from its maximum to the largest field it goes down by more than ``descent`` of the maximum and by
    7 times its noise; else it is V-like. The noise is taken from the fourth differences of curves of 30 points or
    more.
    The ripple of resonant spin amplification does not make a curve M-like unless it is as deep as that.

    Parameters
    ----------
    field : array_like, shape (n,)
        T, in any order; it should reach to where the curve is flat.
    signal : array_like, shape (n,)
        L.
    descent : float
        Part of the maximum.

    Raises
    ------
    DataError
        Fewer than five different fields, numbers that cannot be, or nothing above zero.
    """
    owner = "The shape of the recovery curve"
    b, y = row(owner, "field", np.abs(numbers(field, "T"))), row(owner, "signal", np.asarray(signal))
    alike(owner, "fields", b, "signals", y)
    order = np.argsort(b)
    where = np.cumsum(np.diff(b[order], prepend=0.0) > 1e-9 * b.max(initial=0.0))  # -B and B may differ in rounding
    b, y = (np.bincount(where - where[0], weights=v[order]) / np.bincount(where - where[0]) for v in (b, y))
    if b.size < 5:
        raise DataError(f"{owner} wants at least five different fields; this curve has {b.size}.")
    top = int(np.argmax(y))
    if not y[top] > 0.0:
        raise DataError(f"{owner} found no signal above zero; give the magnitude of the signal.")
    position, height = (b[top], y[top]) if top in (0, b.size - 1) else _vertex(b, y, top)
    fall = height - y[-1]
    kind: Shape = "M-like" if fall > max(descent * height, _NOISE_FACTOR * _noise(y)) else "V-like"
    return RecoveryShape(kind, make_quantity(position, "mT"), float(height), float(y[0]), float(y[-1]),
                         float(fall / height))


def find_resonances(field: ArrayLike, signal: ArrayLike, prominence: float | None = None) -> tuple[Resonance, ...]:
    """Return the local maxima of a resonant spin amplification curve, by rising field.

    A maximum counts if the curve falls on both sides by ``prominence`` before it rises above it again or ends; a
    shoulder on a steep recovery curve is no maximum, and the slope under a maximum moves it. Positions and heights are
    refined by the parabola through the highest point and its two neighbours.

    Parameters
    ----------
    field : array_like, shape (n,)
        T, all different, in any order, several points to a resonance.
    signal : array_like, shape (n,)
        L.
    prominence : float, optional
        In the unit of the signal. If it is left out, 7 times the noise, which is taken from the fourth differences of
        curves of 30 points or more, and at least a thousandth of the curve's range.

    Raises
    ------
    DataError
        Fewer than five points, numbers that cannot be, or a field that occurs twice.
    """
    owner = "The search for resonances"
    b, y = row(owner, "field", numbers(field, "T")), row(owner, "signal", np.asarray(signal))
    alike(owner, "fields", b, "signals", y)
    order = np.argsort(b)
    b, y = b[order], y[order]
    if b.size < 5:
        raise DataError(f"{owner} wants at least five points; this curve has {b.size}.")
    if (np.diff(b) == 0.0).any():
        raise DataError(f"{owner} wants every field once; {b[1:][np.diff(b) == 0.0][0]:g} T occurs twice. Average such "
                        "points, or give one sweep at a time.")
    least = max(_NOISE_FACTOR * _noise(y), 1e-3 * float(np.ptp(y))) if prominence is None else float(prominence)
    found = []
    for i in range(1, b.size - 1):
        if y[i - 1] < y[i] >= y[i + 1]:
            higher = np.flatnonzero(y > y[i])
            first = higher[higher < i].max(initial=-1) + 1
            last = higher[higher > i].min(initial=b.size)
            falls = float(y[i] - max(y[first:i + 1].min(), y[i:last].min()))
            if falls >= least and falls > 0.0:
                position, height = _vertex(b, y, i)
                found.append(Resonance(make_quantity(position, "mT"), float(height), falls))
    return tuple(found)


def _vertex(x: Floats, y: Floats, i: int) -> tuple[float, float]:
    """Return the top of the parabola through the points i - 1, i, i + 1, of which i is the highest."""
    left, right = x[i - 1] - x[i], x[i + 1] - x[i]
    down_left, down_right = (y[i - 1] - y[i]) / left, (y[i + 1] - y[i]) / right
    bend = (down_right - down_left) / (right - left)
    slope = down_left - bend * left
    if bend == 0.0:
        return float(x[i]), float(y[i])
    step = -0.5 * slope / bend
    return float(x[i] + step), float(y[i] + 0.5 * slope * step)


def _noise(y: Floats) -> float:
    """Return the noise of evenly spaced points: the median fourth difference, which smooth curves hardly have."""
    return 1.4826 * float(np.median(np.abs(np.diff(y, 4)))) / np.sqrt(70.0) if y.size >= 30 else 0.0
