"""Waiting for an answer, of the laboratory or of another thread, without holding up the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 25


def when_answered(answer: Future[Any], parent: QObject, then: Callable[[Any], None]) -> None:
    """Call ``then`` with the result as soon as it is there, in the window's thread.

    Nothing is called if the laboratory refused, if what was asked for raised, or if ``parent`` goes before.
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


def beside(work: Callable[[], Any], name: str) -> Future[Any]:
    """Have something done in a thread of its own, which ends with it, and return the future of what comes of it.

    Parameters
    ----------
    work : callable
    name : str
        Of the thread.
    """
    answer: Future[Any] = Future()

    def live() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)
            raise

    threading.Thread(target=live, name=name, daemon=True).start()
    return answer
