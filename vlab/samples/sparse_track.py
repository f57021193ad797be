"""A smooth function of the tick number that is costly to evaluate: a few supports, interpolated in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Complexes: TypeAlias = NDArray[np.complex128]
_DIRECT = 4
"""Ticks of a piece below which every tick is evaluated."""


@lru_cache(maxsize=32)
def _quartic(size: int) -> NDArray[np.float64]:
    """Return the weights of five equidistant supports at ``size + 1`` equidistant points, Lagrange's polynomial."""
    at = np.arange(size + 1) * (4.0 / size)
    weights = np.ones((size + 1, 5))
    for i in range(5):
        for j in range(5):
            if i != j:
                weights[:, i] *= (at - j) / (i - j)
    return weights


class SparseTrack:
    """Values of a function at tick boundaries, from as few evaluations as a tolerance allows.

    Ticks are taken in cells that are counted from the event, and each cell is halved until the quartic polynomial
    through five supports and the parabola through three of them agree. What a tick gets thus does not depend on how a
    wait is cut up.

    Parameters
    ----------
    evaluate : callable
        Returns the function, shape (n,), at a tick number.
    cell : int
        Ticks of a cell, a power of two: the function must not hide more than one wave in it.
    tolerance : float
        Largest difference of quartic and parabola; the error is far below it where the function is smooth, and where it
        jumps every tick is evaluated.
    """

    def __init__(self, evaluate: Callable[[int], Complexes], cell: int, tolerance: float) -> None:
        self._evaluate = evaluate
        self._size = max(_DIRECT, cell)
        self._tolerance = tolerance
        self._supports: dict[int, Complexes] = {}
        self._cells: dict[int, Complexes] = {}

    def stretch(self, first: int, count: int) -> Complexes:
        """Return the function at ``count + 1`` tick boundaries from ``first`` on, shape (count + 1, n)."""
        if count == 0:
            return self._at(first)[np.newaxis]
        begin, end = first // self._size, (first + count - 1) // self._size
        self._cells = {number: cell for number, cell in self._cells.items() if number >= begin}
        self._supports = {tick: value for tick, value in self._supports.items() if tick >= begin * self._size}
        cells = [self._cell(number) for number in range(begin, end + 1)]
        whole = np.concatenate([cells[0][:1], *(cell[1:] for cell in cells)])
        skipped = first - begin * self._size
        return whole[skipped:skipped + count + 1]

    def _at(self, tick: int) -> Complexes:
        value = self._supports.get(tick)
        if value is None:
            value = self._supports[tick] = self._evaluate(tick)
        return value

    def _cell(self, number: int) -> Complexes:
        found = self._cells.get(number)
        if found is None:
            found = self._cells[number] = self._piece(number * self._size, self._size)
        return found

    def _piece(self, start: int, size: int) -> Complexes:
        if size <= _DIRECT:
            return np.stack([self._at(start + i) for i in range(size + 1)])
        supports = np.stack([self._at(start + i * (size // 4)) for i in range(5)])
        f0, f1, f2, f3, f4 = supports
        missed = np.abs(np.concatenate([f1 - (3.0 * f0 + 6.0 * f2 - f4) / 8.0, f3 - (3.0 * f4 + 6.0 * f2 - f0) / 8.0]))
        if missed.max() <= self._tolerance:
            return np.asarray(_quartic(size) @ supports)
        half = size // 2
        return np.concatenate([self._piece(start, half), self._piece(start + half, half)[1:]])
