"""How fast lab time may go against the wall clock; only those who drive a clock use it."""

from __future__ import annotations

import math
import time


class Pacer:
    """Holds lab time back to ``speed`` times real time.

    Parameters
    ----------
    speed : float
        1 is real time, 10 ten times as fast, infinity as fast as possible.
    """

    def __init__(self, speed: float = math.inf) -> None:
        if not speed > 0:
            raise ValueError(f"a pace of {speed} does not move; give a speed above 0")
        self._speed = speed
        self._lab_start: float | None = None
        self._wall_start = 0.0

    @property
    def speed(self) -> float:
        """Lab seconds per wall second."""
        return self._speed

    def restart(self) -> None:
        """Forget the past, after a pause or a change of speed."""
        self._lab_start = None

    def wait(self, lab_now: float) -> float:
        """Return for how many wall seconds the clock is ahead of its pace (0 when it may go on)."""
        if math.isinf(self._speed):
            return 0.0
        now = time.monotonic()
        if self._lab_start is None:
            self._lab_start, self._wall_start = lab_now, now
        return max(0.0, (lab_now - self._lab_start) / self._speed - (now - self._wall_start))
