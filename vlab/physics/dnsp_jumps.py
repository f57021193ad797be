r"""Stochastic nuclear spins: the rate model of eq. 13 as exact birth-death jumps.

Of N nuclei n are up, P = (2 n - N) / N; one flip changes n by one and P by 2 / N. The rates at the state before the
flip are

.. math::  r_\uparrow = \tfrac N2 [a w + \max(o, 0)] + \tfrac{N \gamma_\mathrm{dec}}{4} (1 - P), \qquad
           r_\downarrow = \tfrac N2 [b w^2 + \max(-o, 0)] + \tfrac{N \gamma_\mathrm{dec}}{4} (1 + P)

with w, a, b, c of `vlab.physics.dnsp_rate` and its odd (non-collinear) term o = 2 c u w^2, u = 2 (x - K P) / Gamma_p;
a channel of negative strength flips the other way. The chain ends at P = +-1. (2 / N)(up - down) is eq. 13 to the
letter. With ``saturation`` the pumps, up and down, carry the factors 1 - P and 1 + P of the nuclei that are left to
flip; the drift is then eq. 13 at P = 0 only.

Jumps are drawn by thinning in `vlab.physics.dnsp_jump_kernel`: exact in law for any motion of x, and the rest of a
waiting time can be carried into the next tick or call, so results do not depend on how ticks are grouped.

Random numbers are those of `vlab.physics.threefry`: draw number ``counter`` of stream ``stream`` under a key of two
64-bit words, which belongs to the caller. `vlab.physics.dnsp_chain` has the laws of the chain at a fixed detuning.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_jump_kernel import BLOCK, FARTHEST, jump_ticks
from vlab.physics.threefry import draw

_PIECE = 20_000_000
"""Draws in a piece of a long call: about a fifth of a second, after which an interrupt gets its turn."""


@dataclass(frozen=True)
class JumpState:
    """Everything that the future of a chain depends on, besides its model, key and stream."""

    up: int
    """Number n of nuclei that are up."""
    threshold: float
    """What is left of the waiting time of the draw ``counter``, in units of its mean."""
    counter: int
    """Number of the current draw of the stream."""


@dataclass(frozen=True)
class Trajectory:
    """A chain at tick boundaries."""

    polarization: NDArray[np.float64]
    absorption: NDArray[np.float64]
    """w in [0, 1]."""
    state: JumpState
    """The chain at the last boundary, from where it can be carried on."""
    flips: int
    """Number of flips on the way."""


def start(p: float, nuclei: int, key: tuple[int, int], stream: int = 0) -> JumpState:
    """Return the chain of ``nuclei`` spins at the polarization nearest to ``p``, at the beginning of its stream."""
    if nuclei < 1:
        raise ValueError(f"nuclei must be at least 1, got {nuclei}")
    if not abs(p) <= 1.0:
        raise ValueError(f"p must be in [-1, 1], got {p}")
    waiting, choice = np.zeros(BLOCK + 1), np.empty(BLOCK, np.int64)
    draw(np.uint64(key[0]), np.uint64(key[1]), np.uint64(stream), np.uint64(0), waiting, choice)
    return JumpState(nearest_state(p, nuclei), float(waiting[0]), 0)


def never() -> bool:
    """Return False: nobody wants a computation to end early."""
    return False


def carry(state: JumpState, x: NDArray[np.float64], tick: float, model: RateModel, polarization: NDArray[np.float64],
          absorption: NDArray[np.float64], *, nuclei: int, key: tuple[int, int], stream: int = 0,
          saturation: bool = False, stop: Callable[[], bool] = never) -> tuple[JumpState, int]:
    """Carry a chain over ticks without looking at the arguments; see `evolve`, which does.

    Fills P and w at the boundaries and returns the chain at the last one and the number of flips. ``stop`` is asked
    about five times a second; true ends the computation with `InterruptedError`.
    """
    k0, k1, number = np.uint64(key[0]), np.uint64(key[1]), np.uint64(stream)
    n, threshold, counter, i, t, total = state.up, state.threshold, state.counter, 0, 0.0, 0
    while True:
        n, threshold, counter, i, t, flips = jump_ticks(
            n, threshold, np.uint64(counter), i, t, x, tick, nuclei, model.k, model.gamma_p, model.a, model.b, model.c,
            model.gamma_dec, saturation, k0, k1, number, _PIECE, polarization, absorption)
        total += flips
        if i == x.shape[0] - 1:
            return JumpState(n, threshold, int(counter)), total
        if stop():
            raise InterruptedError("the jumps of nuclear spins were given up")


def evolve(state: JumpState, x: ArrayLike, tick: float, model: RateModel, *, nuclei: int, key: tuple[int, int],
           stream: int = 0, saturation: bool = False) -> Trajectory:
    """Carry a chain over ticks, jump by jump.

    Parameters
    ----------
    state : JumpState
        The chain at the first boundary: `start`, or the end of an earlier stretch.
    x : array_like, shape (n + 1,)
        Bare detuning at the tick boundaries in rad/s, linear in between.
    tick : float
        Length of a tick in s.
    model : RateModel
        Rates at the given light and field.
    nuclei : int
        N.
    key : tuple of two int
        The key of the random stream, two 64-bit words.
    stream : int
        Number of the stream under this key; chains with different numbers are independent.
    saturation : bool
        Whether the pumps carry the factors 1 - P and 1 + P; see the module's text.

    Raises
    ------
    ValueError
        A shape, width, tick or number that is not usable.
    """
    grid = np.ascontiguousarray(x, dtype=float)
    if np.ndim(x) != 1 or grid.size < 1:
        raise ValueError(f"x must be a one-dimensional array of tick boundaries, got shape {np.shape(x)}")
    if not (0.0 < tick < math.inf):
        raise ValueError(f"tick must be positive, got {tick}")
    if not 0 <= state.up <= nuclei:
        raise ValueError(f"state.up must be between 0 and nuclei = {nuclei}, got {state.up}")
    model = _checked(model)
    if not np.abs(grid).max() < FARTHEST * model.gamma_p:
        raise ValueError(f"x must be less than {FARTHEST:g} widths from the line, got {np.abs(grid).max()} rad/s")
    polarization, absorption = np.empty_like(grid), np.empty_like(grid)
    end, flips = carry(state, grid, float(tick), model, polarization, absorption, nuclei=nuclei, key=key,
                       stream=stream, saturation=saturation)
    return Trajectory(polarization, absorption, end, flips)


@dataclass(frozen=True)
class Ensemble:
    """Independent chains side by side."""

    polarization: NDArray[np.float64]
    """Axes: chain, tick boundary."""
    states: tuple[JumpState, ...]
    """The chains at the last boundary."""
    flips: int

    def mean(self) -> NDArray[np.float64]:
        """Return the mean P at each boundary."""
        return np.asarray(self.polarization.mean(axis=0))

    def variance(self) -> NDArray[np.float64]:
        """Return the unbiased variance of P at each boundary."""
        return np.asarray(self.polarization.var(axis=0, ddof=1))

    def histogram(self, edges: ArrayLike) -> NDArray[np.int64]:
        """Return how many chains have P between neighbouring ``edges``; axes: boundary, bin."""
        bins = np.asarray(edges, dtype=float)
        return np.array([np.histogram(column, bins)[0] for column in self.polarization.T], dtype=np.int64)


def many_chains(states: Sequence[JumpState], x: ArrayLike, tick: float, model: RateModel, *, nuclei: int,
                key: tuple[int, int], saturation: bool = False) -> Ensemble:
    """Carry independent chains over the same ticks; chain number i draws from stream i. See `evolve`."""
    grid = np.asarray(x, dtype=float)
    polarization = np.empty((len(states), grid.size))
    ends: list[JumpState] = []
    flips = 0
    for i, state in enumerate(states):
        path = evolve(state, grid, tick, model, nuclei=nuclei, key=key, stream=i, saturation=saturation)
        polarization[i] = path.polarization
        ends.append(path.state)
        flips += path.flips
    return Ensemble(polarization, tuple(ends), flips)


def start_many(p: float, chains: int, nuclei: int, key: tuple[int, int]) -> list[JumpState]:
    """Return the beginnings of ``chains`` chains at the polarization nearest to ``p``, for `many_chains`."""
    return [start(p, nuclei, key, stream) for stream in range(chains)]


def nearest_state(p: float, nuclei: int) -> int:
    """Return the number of nuclei up, n, whose polarization (2 n - N) / N is nearest to ``p``."""
    return min(max(round(0.5 * nuclei * (1.0 + p)), 0), nuclei)


def _checked(model: RateModel) -> RateModel:
    numbers = [float(value) for value in (model.k, model.gamma_p, model.a, model.b, model.c, model.gamma_dec)]
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"the numbers of the model must be finite, got {model}")
    if not (model.gamma_p > 0.0 and model.gamma_dec >= 0.0):
        raise ValueError(f"gamma_p must be positive and gamma_dec not negative, got {model}")
    return RateModel(*numbers)
