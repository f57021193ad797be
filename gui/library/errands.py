"""Errands: work for a thread beside the window, one after the other; what came of it is taken in the window's thread.

No Qt. The thread ends when nothing is left to do.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

Then = Callable[[Any, Exception | None], None]
"""Called in the window's thread with what the work returned, or with what it raised."""


class Errands:
    """Work in order of asking."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Callable[[], Any], Then]] = deque()
        self._done: deque[tuple[Then, Any, Exception | None]] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._leave = threading.Event()

    def do(self, work: Callable[[], Any], then: Then) -> None:
        """Have ``work`` done in the other thread."""
        with self._lock:
            self._waiting.append((work, then))
            if self._thread is None and not self._leave.is_set():
                self._thread = threading.Thread(target=self._live, name="vlab library", daemon=True)
                self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether something is being done or waits to be taken."""
        return self._thread is not None or bool(self._waiting) or bool(self._done)

    @property
    def leaving(self) -> bool:
        """Whether work should end soon."""
        return self._leave.is_set()

    def pull(self) -> None:
        """Take over what is done."""
        while self._done:
            then, answer, failure = self._done.popleft()
            then(answer, failure)

    def stop(self) -> None:
        """Do nothing more; what is being done ends soon, by itself."""
        self._leave.set()
        self._waiting.clear()

    def _live(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                work, then = self._waiting.popleft()
            answer, failure = None, None
            try:
                answer = work()
            except Exception as error:
                failure = error
            self._done.append((then, answer, failure))
