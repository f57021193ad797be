"""Turns of the event loop: whatever takes long is done in several, and what can wait does not make one longer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer

_LONG = 0.012
"""Seconds of work after which a turn shall not do more than it must: keys and mouse wait for its end."""

_watched: QAbstractEventDispatcher | None = None
_began = 0.0


def _begin() -> None:
    global _began
    _began = time.thread_time()


def is_long() -> bool:
    """Return whether the thread of the window has done enough for this turn.

    Timers that fire at one moment and events that they cause are handled in a single turn: each of them may be quick,
    and the window freezes all the same.
    """
    global _watched
    dispatcher = QAbstractEventDispatcher.instance()
    if dispatcher is not _watched:
        _watched = dispatcher
        # a turn begins with either, as the platform has it
        dispatcher.awake.connect(_begin)
        dispatcher.aboutToBlock.connect(_begin)
        _begin()
    return time.thread_time() - _began > _LONG


class OneByOne(QObject):
    """Does things in order, each in a turn of its own."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is to be done."""
        return bool(self._steps)

    def do(self, *steps: Callable[[], object]) -> None:
        """Do these after all that waits already; one that raises does not keep the others from being done."""
        self._steps.extend(steps)
        self._timer.start()

    def _go_on(self) -> None:
        if is_long():
            self._timer.start()
            return
        step = self._steps.popleft()
        if self._steps:
            self._timer.start()
        step()
