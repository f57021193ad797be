"""The noise of a read-out as a function of lab time, so that looking changes nothing.

A meter averages over an interval and shows one number for it: the normal number of interval i of a run is made from a
hash of (seed, run, name, i). Whoever reads twice within it reads the same.
"""

from __future__ import annotations

import hashlib
from math import cos, log, pi, sqrt
from typing import ClassVar


class SensorNoise:
    """Standard normal numbers, one for each interval of a meter.

    Parameters
    ----------
    name : str
        The source, for example ``"gate.current"``; unique on a bench.
    interval_ps : int
        How long the meter averages.
    seed : int
        The bench's seed.
    active : bool
        When false all are zero.
    """

    _memory: ClassVar[tuple[str, ...]] = ("_run", "_start_ps")

    def __init__(self, name: str, interval_ps: int, seed: int = 0, active: bool = True) -> None:
        self.active = active
        self._name = name
        self._interval_ps = interval_ps
        self._seed = seed
        self._run = "0"
        self._start_ps = 0

    def start_epoch(self, run: str, now_ps: int) -> None:
        """Count intervals from ``now_ps`` in the run named ``run``."""
        self._run, self._start_ps = run, now_ps

    def at(self, now_ps: int) -> float:
        """Return the number of the interval that holds a lab time."""
        if not self.active:
            return 0.0
        interval = (now_ps - self._start_ps) // self._interval_ps
        digest = hashlib.sha256(f"{self._seed}/{self._run}/{self._name}/{interval}".encode()).digest()
        u, v = ((int.from_bytes(digest[k:k + 8], "little") + 1) / (2.0 ** 64 + 1) for k in (0, 8))
        return sqrt(-2.0 * log(u)) * cos(2.0 * pi * v)  # Box and Muller
