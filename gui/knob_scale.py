"""The scale around a knob: its marks, the way from one to the next, and where a value between them stands. No Qt."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

_SAME = 1e-9
"""Relative difference below which two values are one."""


class KnobScale:
    """Marks in a 1-2-5 or another series over decades, between two limits.

    Parameters
    ----------
    low, high : float
        Limits, above zero.
    series : sequence of float
        Mantissas from 1 to below 10, rising: ``(1, 3)``, ``(1, 2, 5)``.
    unit : float
        What 1 is in the limits' unit; a scale in minutes has 60.
    """

    def __init__(self, low: float, high: float, series: Sequence[float] = (1.0, 2.0, 5.0), unit: float = 1.0) -> None:
        if not 0.0 < low < high < math.inf:
            raise ValueError(f"A scale of decades got the limits {low:g} and {high:g}; it wants 0 < low < high.")
        self.low, self.high = low, high
        self.in_a_decade = len(series)
        first, last = math.floor(math.log10(low / unit)) - 1, math.ceil(math.log10(high / unit)) + 1
        marks = [float(f"{m}e{decade}") * unit for decade in range(first, last) for m in series]
        inside = [m for m in marks if low * (1.0 + _SAME) < m < high * (1.0 - _SAME)]
        self.marks: tuple[float, ...] = (low, *inside, high)
        """All values that a step can come to; the limits are among them."""

    def place(self, value: float) -> float:
        """Return where a value stands, from 0 at the lower limit to 1 at the upper one."""
        inside = min(max(value, self.low), self.high)
        return math.log(inside / self.low) / math.log(self.high / self.low)

    def nearest(self, value: float) -> int:
        """Return the number of the mark that is nearest."""
        place = self.place(value)
        return min(range(len(self.marks)), key=lambda i: abs(self.place(self.marks[i]) - place))

    def stepped(self, value: float, steps: int) -> float:
        """Return the mark so many steps away; a value between two marks steps to the next one."""
        if steps > 0:
            index = bisect_right(self.marks, value * (1.0 + _SAME)) + steps - 1
        elif steps < 0:
            index = bisect_left(self.marks, value * (1.0 - _SAME)) + steps
        else:
            return value
        return self.marks[min(max(index, 0), len(self.marks) - 1)]
