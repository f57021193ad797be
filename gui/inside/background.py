"""Computing beside the window: the latest wish is carried out by a worker, and its result comes back to the window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal

_LOOK = 8
"""Milliseconds between two looks whether a result has come."""


class Background(QObject):
    """Carries out one computation at a time; of those that are asked for meanwhile only the last is done.

    Computations must know nothing of the window, and should let go of the interpreter.
    """

    done = Signal(object)
    """With what the computation returned; emitted in the window's thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._running: Future[Any] | None = None
        self._next: Callable[[], Any] | None = None
        self._timer = QTimer(self, interval=_LOOK)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a result is still to come."""
        return self._running is not None

    def ask(self, compute: Callable[[], Any]) -> None:
        """Have something computed."""
        if self._running is not None:
            self._next = compute
            return
        future: Future[Any] = Future()
        self._running, self._next = future, None

        def carry_out() -> None:
            try:
                future.set_result(compute())
            except Exception as error:
                future.set_exception(error)

        QThreadPool.globalInstance().start(carry_out)
        self._timer.start()

    def _look(self) -> None:
        future = self._running
        if future is None or not future.done():
            return
        self._timer.stop()
        self._running = None
        if self._next is not None:
            self.ask(self._next)
        self.done.emit(future.result())
