"""Asking the laboratory for pictures, one at a time, as often as the window can do with. No Qt widgets here."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from gui.models import LabModel
from instruments.bench import Bench

Picture = TypeVar("Picture")


class Looking(Generic[Picture]):
    """A question that is put to the lab thread again and again; an answer that comes late delays the next.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel) -> None:
        self._model = model
        self._asked: Future[Any] | None = None
        self._number = -1
        self._when = 0.0
        self._seen: tuple[object, ...] | None = None

    def forget(self) -> None:
        """Let go of what was asked: it would be about something else."""
        self._asked = None
        self._seen = None

    def answer(self) -> Picture | None:
        """Return an answer that has come, once."""
        asked = self._asked
        if asked is None or not asked.done():
            return None
        self._asked = None
        if asked.cancelled() or asked.exception() is not None or self._number != self._model.snapshot.bench_number:
            return None
        found: Picture = asked.result()
        return found

    def ask(self, question: Callable[[Bench], Picture], every: float, about: tuple[object, ...] = ()) -> None:
        """Put a question, unless one is open, the last was asked less than ``every`` s ago, or nothing can be new.

        Nothing is new while lab time stands still, no setting changes, and it is still ``about`` the same.
        """
        model = self._model
        now = time.monotonic()
        if self._asked is not None or not model.connected or model.mounting is not None or now - self._when < every:
            return
        snapshot = model.snapshot
        state = (snapshot.lab_time, snapshot.values, snapshot.cables, *about)
        if model.lab.held and state == self._seen:
            return
        self._when, self._seen, self._number = now, state, snapshot.bench_number
        self._asked = model.lab.post(question)
