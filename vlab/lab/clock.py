"""Lab time: an integer number of picoseconds that several sleepers share, and the wall clock of a real room."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

PS_PER_SECOND = 1_000_000_000_000


def to_ps(seconds: float) -> int:
    """Return a duration in whole picoseconds, rounded to the nearest."""
    return round(seconds * PS_PER_SECOND)


def to_seconds(ps: int) -> float:
    """Return a number of picoseconds in seconds."""
    return ps / PS_PER_SECOND


class Clock(Protocol):
    """What a procedure needs of time; `LabClock` and `WallClock` have it."""

    @property
    def now_ps(self) -> int:
        """The present time in picoseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` have passed."""
        ...


class LabClock:
    """The time of a virtual lab.

    Time passes only when somebody sleeps. Sleepers in several threads register with `participant`; time then
    moves when all of them sleep, to the earliest deadline, so that two who sleep 5 s together take 5 s.

    Parameters
    ----------
    let_pass : callable
        Called with the time in ps up to which the physics shall go. Never called for a time in the past.
    """

    _memory = ("_now_ps",)

    def __init__(self, let_pass: Callable[[int], None] = lambda _ps: None) -> None:
        self._let_pass = let_pass
        self._now_ps = 0
        self._participants: dict[int, int] = {}
        self._deadlines: dict[int, int] = {}
        self._changed = threading.Condition()

    @property
    def now_ps(self) -> int:
        """Lab time in picoseconds."""
        return self._now_ps

    @property
    def now(self) -> float:
        """Lab time in seconds."""
        return self._now_ps / PS_PER_SECOND

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` of lab time pass; zero or less returns at once."""
        self.sleep_until(self._now_ps + to_ps(seconds))

    def sleep_until(self, deadline_ps: int) -> None:
        """Let lab time pass until ``deadline_ps``."""
        if len(self._participants) <= 1 and not self._deadlines:
            self._move_to(deadline_ps)
            return
        me = threading.get_ident()
        with self._changed:
            self._deadlines[me] = deadline_ps
            try:
                while self._now_ps < deadline_ps:
                    earliest = min(self._deadlines.values())
                    # a sleeper whose time has come, but who has not woken yet, is counted as awake
                    if len(self._deadlines) >= len(self._participants) and earliest > self._now_ps:
                        self._move_to(earliest)
                        self._changed.notify_all()
                    else:
                        self._changed.wait()
            finally:
                del self._deadlines[me]
                self._changed.notify_all()

    def _move_to(self, ps: int) -> None:
        if ps > self._now_ps:
            self._let_pass(ps)
            self._now_ps = ps

    @contextmanager
    def participant(self) -> Iterator[None]:
        """Count the calling thread among those without whose sleep time does not move."""
        me = threading.get_ident()
        with self._changed:
            self._participants[me] = self._participants.get(me, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._participants[me] -= 1
                if not self._participants[me]:
                    del self._participants[me]
                self._changed.notify_all()


class WallClock:
    """The time of a real room: the monotonic clock of the computer."""

    def __init__(self) -> None:
        self._start_ns = time.monotonic_ns()

    @property
    def now_ps(self) -> int:
        """Time since the clock was made, in picoseconds."""
        return (time.monotonic_ns() - self._start_ns) * 1000

    @property
    def now(self) -> float:
        """Time since the clock was made, in seconds."""
        return self.now_ps / PS_PER_SECOND

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of real time."""
        if seconds > 0:
            time.sleep(seconds)
