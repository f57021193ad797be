"""What meters share: values that are renewed at their own rate, and an error of their own that stays."""

from __future__ import annotations

from math import erf, sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import TickGrid
from vlab.lab.noise import NoiseStream

_MANY = 65536


def updates(grid: TickGrid, period_ps: int, epoch_ps: int) -> tuple[int, int]:
    """Return how often a meter renews its value while the ticks of ``grid`` pass, and the lab time (ps) of the last.

    It does so at whole multiples of its period, counted from the lab time ``epoch_ps`` at which the epoch began.
    """
    start = grid.origin_ps + grid.first * grid.tick_ps - epoch_ps
    last = (start + grid.count * grid.tick_ps) // period_ps
    return last - start // period_ps, epoch_ps + last * period_ps


def at_moment(boundaries: NDArray[np.float64] | None, grid: TickGrid, moment_ps: int) -> float:
    """Return what is given at the tick boundaries of ``grid`` at a moment within it; zero for None."""
    if boundaries is None:
        return 0.0
    tick, rest = divmod(moment_ps - grid.origin_ps - grid.first * grid.tick_ps, grid.tick_ps)
    value = float(boundaries[tick])
    return value + (float(boundaries[tick + 1]) - value) * (rest / grid.tick_ps) if rest else value


class RenewedValue:
    """What a meter shows: a value with noise, which is drawn when somebody looks.

    Each update uses up one random number, so what is shown depends neither on who looked before nor on how a wait is
    cut up.
    """

    _memory: ClassVar[tuple[str, ...]] = ("_value", "_spread", "_pending", "_normal", "_stream", "epoch_ps")

    def __init__(self, name: str, seed: int, active: bool) -> None:
        self._stream = NoiseStream(name, seed, active)
        self._value = self._spread = self._normal = 0.0
        self._pending = 0
        self.epoch_ps = 0
        """Lab time at which the epoch began, from which updates are counted."""

    @property
    def noisy(self) -> bool:
        """Whether there is noise at all."""
        return self._stream.active

    def renew(self, updates: int, value: float, spread: float) -> None:
        """Take ``value``, with noise of the rms ``spread``, as the last of some updates."""
        self._value, self._spread = value, spread
        if self._stream.active:
            self._pending += updates
            if self._pending > _MANY:
                self.look()

    def hold(self, value: float) -> None:
        """Take a value without noise."""
        self._value, self._spread = value, 0.0

    def look(self) -> float:
        """Return what is shown."""
        if self._pending:
            self._normal = float(self._stream.normal(self._pending)[-1])
            self._pending = 0
        return self._value + self._spread * self._normal

    def start_epoch(self, run: str, now_ps: int) -> None:
        """Start the stream of the run named ``run`` and count updates from ``now_ps``; what is shown stays."""
        self.look()
        self.epoch_ps = now_ps
        self._stream.start_epoch(run)


def own_error(name: str, seed: int, active: bool, count: int = 1) -> tuple[float, ...]:
    """Return errors, uniform in -1 to 1, that one meter has in all its life; zero where noise is off."""
    normals = NoiseStream(name, seed, active).normal(count)
    return tuple(erf(float(n) / sqrt(2.0)) for n in normals)
