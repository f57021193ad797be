"""Waiting for an answer of the laboratory without holding up the window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 25


def when_answered(answer: Future[Any], parent: QObject, then: Callable[[Any], None]) -> None:
    """Call ``then`` with the result as soon as it is there, in the window's thread.

    Nothing is called if the laboratory refused or if ``parent`` goes before.
    """
    timer = QTimer(parent, interval=_LOOK_MS)

    def look() -> None:
        if answer.done():
            timer.stop()
            timer.deleteLater()
            if not answer.cancelled() and answer.exception() is None:
                then(answer.result())

    timer.timeout.connect(look)
    timer.start()
