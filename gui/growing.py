"""A row of numbers that grows point by point and is an array at any moment. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class Column:
    """A list of floats that lies in one array: growing is cheap, and so is drawing what has grown.

    Parameters
    ----------
    values : sequence of float
        What is there already.
    """

    __slots__ = ("_room", "_size")

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Sequence[float] = ()) -> None:
        self._size = len(values)
        self._room: NDArray[np.float64] = np.empty(max(16, self._size))
        self._room[:self._size] = values

    @property
    def array(self) -> NDArray[np.float64]:
        """The numbers so far, not copied: look and let go."""
        return self._room[:self._size]

    def append(self, value: float) -> None:
        """Add a number at the end."""
        size = self._size
        if size == self._room.size:
            self._room = np.concatenate([self._room, np.empty_like(self._room)])
        self._room[size] = value
        self._size = size + 1

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> float: ...
    @overload
    def __getitem__(self, place: slice) -> list[float]: ...
    def __getitem__(self, place: int | slice) -> float | list[float]:
        found = self.array[place]
        return found.tolist() if isinstance(place, slice) else float(found)

    def __setitem__(self, place: int, value: float) -> None:
        self.array[place] = value

    def __iter__(self) -> Iterator[float]:
        return iter(self.array.tolist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Column):
            return bool(np.array_equal(self.array, other.array))
        return list(self) == other

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.array, dtype=dtype)

    def __repr__(self) -> str:
        return f"Column({list(self)!r})"
