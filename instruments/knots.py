"""A value that varies slowly: known at knots one second apart, linear in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import TickGrid
from vlab.lab.clock import PS_PER_SECOND

KNOT_PS = PS_PER_SECOND
"""Distance of knots; what drifts in minutes is straight in between."""
_KNOT = float(KNOT_PS)
_STEPS = np.arange(1025.0)


class KnotTrack:
    """The values at the two knots around now.

    Knots are counted in lab time from `restart`, so what the value does depends neither on ticks nor on how a wait is
    cut up, and a tick costs no random number.
    """

    _memory: ClassVar[tuple[str, ...]] = ("_origin_ps", "_index", "_left", "_slope")

    def __init__(self) -> None:
        self.restart(0)

    def restart(self, now_ps: int) -> None:
        """Begin at zero."""
        self._origin_ps = now_ps
        self._index = 0
        self._left = self._slope = 0.0

    @property
    def latest(self) -> float:
        """The value at the knot ahead."""
        return self._left + self._slope * _KNOT  # to the bit what a boundary on this knot gets

    @property
    def segment(self) -> tuple[int, float, float]:
        """The knot behind now: its lab time (ps), the value there, and the change per picosecond from there on."""
        return self._origin_ps + (self._index - 1) * KNOT_PS, self._left, self._slope

    @property
    def flat(self) -> bool:
        """Whether the value is zero between the present knots."""
        return self._left == self._slope == 0.0

    def over(self, grid: TickGrid, more: Callable[[int], Sequence[float]]) -> NDArray[np.float64]:
        """Return the values at the boundaries of ``grid``, shape (count + 1,).

        Parameters
        ----------
        grid : TickGrid
        more : callable
            Called with n, returns the values at the next n knots; after a time in which nobody asked, it goes on from
            the last one.
        """
        start = grid.origin_ps - self._origin_ps + grid.first * grid.tick_ps
        if start > self._index * KNOT_PS:
            skipped = start // KNOT_PS
            if skipped > self._index:
                self._index, self._left, self._slope = skipped, self.latest, 0.0
        since = start - (self._index - 1) * KNOT_PS  # the left knot
        count = grid.count
        # integers below 2^53, so the floats are exact, wherever the stretch begins
        times = (_STEPS[:count + 1] if count < _STEPS.size else np.arange(count + 1.0)) * float(grid.tick_ps)
        times += float(since)
        if since + count * grid.tick_ps <= KNOT_PS:
            times *= self._slope
            times += self._left
            return times
        return self._several(times, more(-(-(since + count * grid.tick_ps) // KNOT_PS) - 1))

    def _several(self, times: NDArray[np.float64], values: Sequence[float]) -> NDArray[np.float64]:
        """Go on through the knots with ``values``; ``times`` count from the left knot."""
        left = self._left
        lefts, slopes = [left], [self._slope]
        for value in values:
            left += slopes[-1] * _KNOT
            lefts.append(left)
            slopes.append((value - left) / _KNOT)
        self._index += len(values)
        self._left, self._slope = left, slopes[-1]
        before = np.minimum(times // _KNOT, len(values)).astype(np.intp)
        return np.asarray(np.array(lefts)[before] + np.array(slopes)[before] * (times - before * _KNOT))
