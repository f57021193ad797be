"""What a fit or a reading of a curve tells: named numbers with errors and units, and a line to draw over the points."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor, isfinite, log10, nan, sqrt

import numpy as np

from vlab.analysis.rounding import with_error
from vlab.analysis.rows import Floats
from vlab.quantity_scale import pretty_unit, scale_of
from vlab.units import unit_factor

_WORTH_SAYING = 1.05


@dataclass(frozen=True)
class Curve:
    """Points of one curve, finite numbers in the order in which they were measured.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
    sigma : ndarray, shape (n,), or None
        Standard deviations of y, where they are known well enough to weigh the points by them.
    x_unit, y_unit : str
    log_x : bool
        Whether x is shown on a logarithmic axis.
    """

    x: Floats
    y: Floats
    sigma: Floats | None = None
    x_unit: str = ""
    y_unit: str = ""
    log_x: bool = False

    def fine(self, points: int = 400) -> Floats:
        """Return places between the first and last x at which a smooth line is drawn."""
        low, high = float(self.x.min()), float(self.x.max())
        if self.log_x and low > 0.0:
            return np.geomspace(low, high, points)
        return np.linspace(low, high, points)


@dataclass(frozen=True)
class Number:
    """A fitted or read number; the error is one standard deviation, NaN where nobody knows it."""

    symbol: str
    value: float
    error: float = nan
    unit: str = ""

    def __str__(self) -> str:
        largest = max(abs(self.value), self.error if isfinite(self.error) else 0.0)
        factor, word = suited_unit(largest, self.unit)
        return f"{self.symbol} = {with_error(self.value * factor, self.error * factor)} {word}".rstrip()


def suited_unit(largest: float, unit: str) -> tuple[float, str]:
    """Return by what numbers of this size are multiplied, and the unit then, as printed: the prefix that suits them.

    Numbers that read well in the unit that was declared stay in it.
    """
    if unit in ("", "1"):
        return 1.0, ""
    scale = scale_of(unit)
    if len(scale.rungs) == 1 or not isfinite(largest) or largest == 0.0 or 0.01 <= largest < 1e4:
        return 1.0, pretty_unit(unit)
    order = 3 * floor(log10(largest * unit_factor(unit) / unit_factor(scale.base)) / 3 + 1e-9)
    rung = min(max(order, scale.rungs[0]), scale.rungs[-1])
    return float(10.0 ** (scale.home - rung)), pretty_unit(scale.unit_at(rung))


def enlarged(reduced_chi_square: float | None) -> tuple[float, tuple[str, ...]]:
    """Return by what the errors of a weighted fit are multiplied, and what a box says of it: error bars that do not
    cover the scatter about the fit are too small, or the model is not the curve's.
    """
    larger = sqrt(max(1.0, reduced_chi_square or 0.0))
    return larger, (f"they do not cover the scatter: errors × {larger:.2g}",) if larger > _WORTH_SAYING else ()


@dataclass(frozen=True)
class Fitted:
    """A curve as a model describes it."""

    title: str
    numbers: tuple[Number, ...]
    x: Floats = field(repr=False)
    y: Floats = field(repr=False)
    """The line that is drawn."""
    points: int
    """How many points it rests on."""
    goodness: str = ""
    """How well it describes them, in a few words."""
    note: str = ""
    """What else is to be known, in a few words."""
    remarks: tuple[str, ...] = ()
    """How its errors came about where that is not as usual, a few words each."""

    def lines(self) -> list[str]:
        """Return what a box beside the curve says."""
        tail = f"{self.points} points" + (f", {self.goodness}" if self.goodness else "")
        return [f"{self.title}{f': {self.note}' if self.note else ''}", *(str(number) for number in self.numbers), tail,
                *self.remarks]

    def number(self, symbol: str) -> Number:
        """Return a number by its symbol."""
        return next(n for n in self.numbers if n.symbol == symbol)
