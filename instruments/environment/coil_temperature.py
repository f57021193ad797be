"""The temperature of a coil that a ramp warms for a while, in closed form, and when it reaches its limit."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import ClassVar

_SAMPLES = 64
_HALVINGS = 50


class CoilTemperature:
    """First-order approach to ``goal`` until ``until_ps``, and from there back to the bath.

    Parameters
    ----------
    bath : float
        Temperature of the helium in K, where it begins.
    time : float
        Time constant in s.
    """

    _memory: ClassVar[tuple[str, ...]] = ("bath", "time", "_start", "_start_ps", "_goal", "_until_ps")

    def __init__(self, bath: float, time: float) -> None:
        self.bath = bath
        self.time = time
        self._start = self._goal = bath
        self._start_ps = self._until_ps = 0

    def at(self, now_ps: int) -> float:
        """Return the temperature in K."""
        turn = min(now_ps, self._until_ps)
        value = self._goal + (self._start - self._goal) * exp((self._start_ps - turn) / 1e12 / self.time)
        if now_ps > self._until_ps:
            value = self.bath + (value - self.bath) * exp((self._until_ps - now_ps) / 1e12 / self.time)
        return value

    def warm(self, now_ps: int, by: float, until_ps: int) -> None:
        """Approach ``by`` K above the bath from now to ``until_ps``."""
        self.begin(now_ps, self.at(now_ps))
        self._goal, self._until_ps = self.bath + by, max(now_ps, until_ps)

    def begin(self, now_ps: int, value: float) -> None:
        """Return to the bath from ``value``."""
        self._start, self._start_ps = value, now_ps
        self._goal, self._until_ps = self.bath, now_ps

    def hottest(self) -> float:
        """Return a bound on what it will be from its last change on."""
        return max(self._start, self._goal, self.bath)

    def reaches(self, limit: Callable[[int], float], now_ps: int, end_ps: int) -> int | None:
        """Return when it first exceeds ``limit``, a function of lab time, between two lab times; None if never."""
        def excess(ps: int) -> bool:
            return self.at(ps) > limit(ps)

        before = now_ps
        for i in range(_SAMPLES + 1):
            point = now_ps + (end_ps - now_ps) * i // _SAMPLES
            if excess(point):
                after = point
                for _ in range(_HALVINGS):
                    middle = (before + after) // 2
                    before, after = (before, middle) if excess(middle) else (middle, after)
                return after
            before = point
        return None
