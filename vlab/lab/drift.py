"""Slow random drifts of a quantity: power, photon energy, the charges around a dot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import TickGrid
from vlab.lab.noise import NoiseStream
from vlab.physics.wandering import wander

Floats = NDArray[np.float64]


class Drift:
    """A sum of Ornstein-Uhlenbeck processes with a random stream of its own, exact from tick to tick.

    An epoch begins at zero: whatever drifts was calibrated just before the run.

    Parameters
    ----------
    name : str
        The source, for example ``"laser.energy"``; unique on a bench.
    processes : int
        How many are summed.
    seed : int
        The bench's seed.
    active : bool
        When false nothing drifts.
    """

    _memory = ("_stream", "_state")

    def __init__(self, name: str, processes: int = 1, *, seed: int = 0, active: bool = True) -> None:
        self._stream = NoiseStream(name, seed, active)
        self._state = np.zeros(processes)

    @property
    def active(self) -> bool:
        """Whether it drifts at all."""
        return self._stream.active

    @property
    def value(self) -> float:
        """The present deviation."""
        return float(self._state.sum())

    def start_epoch(self, run: str) -> None:
        """Start the stream of the run named ``run`` from its beginning, at zero."""
        self._stream.start_epoch(run)
        self._state = np.zeros_like(self._state)

    def pass_ticks(self, grid: TickGrid, rms: Floats, correlation_times: Floats) -> Floats:
        """Let the ticks of ``grid`` pass and return the deviation at their boundaries, shape (count + 1,).

        Parameters
        ----------
        grid : TickGrid
        rms, correlation_times : ndarray, shape (processes,)
            Of each process, in the unit of the quantity and in s; they may change from call to call.
        """
        normals = self._stream.normal(grid.count, self._state.size)
        return wander(self._state, rms, correlation_times, grid.tick, normals)
