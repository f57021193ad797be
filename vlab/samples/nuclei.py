"""The nuclear spins of a dot: as their mean polarization, or as spins that flip one by one."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vlab.lab.noise import stream_key
from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_jump_kernel import FARTHEST
from vlab.physics.dnsp_jumps import JumpState, carry, nearest_state, never, start
from vlab.physics.dnsp_rate import TOLERANCE, evolve_ticks

Floats = NDArray[np.float64]


class Nuclei(Protocol):
    """What a specimen wants of its nuclear spins."""

    polarization: float

    def start_epoch(self, run: str) -> None:
        """Start the random stream of the run named ``run`` from its beginning, if there is one."""
        ...

    def carry(self, x: Floats, tick: float, model: RateModel, polarization: Floats, absorption: Floats,
              stop: Callable[[], bool] = never) -> None:
        """Let ticks pass, x (rad/s) being linear between their boundaries; fill P and w there and keep the last P.

        ``stop`` is asked during long computations; true ends them with `InterruptedError` and leaves all as it was.
        """
        ...


class MeanNuclei:
    """Infinitely many nuclear spins: P follows the rate model, eq. 13."""

    _memory = ("polarization",)

    def __init__(self) -> None:
        self.polarization = 0.0

    def start_epoch(self, run: str) -> None:
        """Nothing here is random."""

    def carry(self, x: Floats, tick: float, model: RateModel, polarization: Floats, absorption: Floats,
              stop: Callable[[], bool] = never) -> None:  # noqa: ARG002
        """See `Nuclei`."""
        self.polarization = evolve_ticks(self.polarization, x, tick, model.k, model.gamma_p, model.a, model.b, model.c,
                                         model.gamma_dec, TOLERANCE, polarization, absorption)


class FlippingNuclei:
    """A finite number of nuclear spins that flip one by one; see `vlab.physics.dnsp_jumps`.

    What is left of a waiting time, in units of its mean, is kept from call to call. So the numbers do not depend on how
    a wait is cut up, and are exact in law when the rates change between two calls.

    Parameters
    ----------
    nuclei : int
        N.
    saturation : bool
        Whether the pumps carry the factors 1 - P and 1 + P.
    seed : int
        Same seed, same run, same flips.
    name : str
        The name of the random stream.
    """

    _memory = ("_key", "_state")

    def __init__(self, nuclei: int, saturation: bool = False, seed: int = 0, name: str = "dot.nuclei") -> None:
        self._nuclei = nuclei
        self._saturation = saturation
        self._seed = seed
        self._name = name
        self._key = (0, 0)
        self._state = JumpState(nearest_state(0.0, nuclei), 0.0, 0)
        self.start_epoch("0")

    @property
    def polarization(self) -> float:
        """P = (2 n - N) / N; what is set is rounded to the nearest state of the chain."""
        return (2 * self._state.up - self._nuclei) / self._nuclei

    @polarization.setter
    def polarization(self, value: float) -> None:
        # waits have no memory: what is left of this one holds for any state
        self._state = JumpState(nearest_state(value, self._nuclei), self._state.threshold, self._state.counter)

    def start_epoch(self, run: str) -> None:
        """Start the random stream of the run named ``run`` from its beginning; P stays."""
        first, second = stream_key(self._seed, run, self._name)
        self._key = (int(first), int(second))
        self._state = start(self.polarization, self._nuclei, self._key)

    def carry(self, x: Floats, tick: float, model: RateModel, polarization: Floats, absorption: Floats,
              stop: Callable[[], bool] = never) -> None:
        """See `Nuclei`; where ``x`` or the model is not finite, nothing flips and ``absorption`` is not a number."""
        numbers = (model.k, model.gamma_p, model.a, model.b, model.c, model.gamma_dec)
        reach = float(np.abs(x).max())
        if not (reach < inf and all(map(isfinite, numbers))):
            polarization[:] = self.polarization
            absorption[:] = np.nan
            return
        # the kernel counts cells of x; there is no light in the dot that far from the line
        farthest = 0.5 * FARTHEST * model.gamma_p
        if reach > farthest:
            x = np.clip(x, -farthest, farthest)
        self._state, _ = carry(self._state, x, tick, model, polarization, absorption, nuclei=self._nuclei,
                               key=self._key, saturation=self._saturation, stop=stop)
