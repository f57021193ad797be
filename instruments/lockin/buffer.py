"""The data buffer of a lock-in amplifier: X and Y with their lab times, in a ring of limited length."""

from __future__ import annotations

from typing import ClassVar

LONGEST = 16383
RATES = tuple(2.0**n for n in range(-4, 10))
"""Hz, 62.5 mHz to 512 Hz; their periods are whole picoseconds."""
SHORTEST_PS = 1_953_125_000
"""Between two triggers: faster ones are not noticed."""


class DataBuffer:
    """Points of (lab time in ps, X, Y), the oldest first; at its end it stops ("shot") or drops the oldest ("loop")."""

    _memory: ClassVar[tuple[str, ...]] = ("running", "_times", "_x", "_y", "_next")

    def __init__(self) -> None:
        self.running = False
        self.clear()

    def __len__(self) -> int:
        return len(self._times)

    def clear(self) -> None:
        """Forget all points and stop."""
        self.running = False
        self._times: list[int] = []
        self._x: list[float] = []
        self._y: list[float] = []
        self._next = 0  # of a full ring: where the oldest point is

    def newest_ps(self) -> int:
        """Return the lab time of the last point; far in the past without one."""
        return self._times[self._next - 1] if self._times else -SHORTEST_PS

    def put(self, now_ps: int, x: float, y: float, length: int, loop: bool) -> None:
        """Store a point, if there is room for it."""
        if len(self._times) > length or (self._next and len(self._times) < length):
            self._unroll(length)
        if len(self._times) < length:
            self._times.append(now_ps)
            self._x.append(x)
            self._y.append(y)
        elif loop:
            self._next %= length
            self._times[self._next], self._x[self._next], self._y[self._next] = now_ps, x, y
            self._next += 1
        self.running = self.running and (loop or len(self._times) < length)

    def _unroll(self, length: int) -> None:
        order = self._order()[-length:]
        self._times = [self._times[i] for i in order]
        self._x, self._y = [self._x[i] for i in order], [self._y[i] for i in order]
        self._next = 0

    def _order(self) -> list[int]:
        size = len(self._times)
        return [(self._next + i) % size for i in range(size)]

    def columns(self) -> tuple[list[int], list[float], list[float]]:
        """Return times (ps), X and Y (V), the oldest first."""
        order = self._order()
        return [self._times[i] for i in order], [self._x[i] for i in order], [self._y[i] for i in order]
