"""Who has the interpreter: the laboratory's thread stands back, for a moment, while the window draws. No Qt here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Courtesy:
    """Lets a busy thread know when the window wants the interpreter for itself.

    Without it each of Qt's many short calls, which let go of the interpreter, would wait a turn to get it back.
    """

    def __init__(self) -> None:
        self._idle = threading.Event()
        self._idle.set()
        self._wanting: set[str] = set()

    def begin(self, who: str) -> None:
        """Ask for the interpreter; called by the window's thread alone."""
        self._wanting.add(who)
        self._idle.clear()

    def end(self, who: str) -> None:
        """Give it back, unless another part of the window still wants it."""
        self._wanting.discard(who)
        if not self._wanting:
            self._idle.set()

    @contextmanager
    def wanted(self, who: str) -> Iterator[None]:
        """Ask for the interpreter during the block."""
        self.begin(who)
        try:
            yield
        finally:
            self.end(who)

    def wait(self, seconds: float) -> None:
        """Stand back until the window is idle, at most this long; called by the busy thread."""
        self._idle.wait(seconds)
