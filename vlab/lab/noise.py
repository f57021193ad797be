"""Random streams: one for each noise source, keyed so that a run can be repeated to the bit.

A stream is a counter-based generator (Philox 4x64) whose key is a hash of (seed, run number, source name).
Draws are consumed tick by tick, so the numbers do not depend on how many ticks are computed at once.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray


def stream_key(seed: int, run: str, name: str) -> NDArray[np.uint64]:
    """Return the two words that key the random stream of one source in one run."""
    return np.frombuffer(hashlib.sha256(f"{seed}/{run}/{name}".encode()).digest()[:16], dtype=np.uint64)


class NoiseStream:
    """The random numbers of one noise source.

    Parameters
    ----------
    name : str
        The source, for example ``"lockin.input"``; unique on a bench.
    seed : int
        The bench's seed.
    active : bool
        When false every draw is zero and nothing is consumed.
    """

    _memory = ("_position",)

    def __init__(self, name: str, seed: int = 0, active: bool = True) -> None:
        self.name = name
        self.active = active
        self._seed = seed
        self._generator = self._keyed("0")

    @property
    def _position(self) -> dict[str, Any]:
        """Key and counter of the generator as plain numbers, for a checkpoint."""
        return dict(self._generator.bit_generator.state)

    @_position.setter
    def _position(self, state: dict[str, Any]) -> None:
        self._generator.bit_generator.state = state

    def _keyed(self, run: str) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=stream_key(self._seed, run, self.name)))

    def start_epoch(self, run: str) -> None:
        """Start the stream of the run named ``run`` from its beginning."""
        self._generator = self._keyed(run)

    def normal(self, *shape: int) -> NDArray[np.float64]:
        """Return independent standard normal numbers, the first axis counting ticks."""
        if not self.active:
            return np.zeros(shape)
        return self._generator.standard_normal(shape)
