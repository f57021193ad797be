"""The library's turns: while files are read and curves filled, what came of it is taken over, a little at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

from gui.library.loading import Filling
from gui.library.shelf import Shelf
from gui.models import LabModel

_TURN_MS = 30
_SLICE = 6e-3
"""Seconds of filling a curve in one turn."""


class Turns(QObject):
    """A timer that goes as long as there is something to be taken over.

    Parameters
    ----------
    model : LabModel
        Is told what went wrong.
    shelf : Shelf
        Its errands are what is waited for.
    """

    def __init__(self, model: LabModel, shelf: Shelf, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._shelf = shelf
        self._fillings: deque[tuple[Filling, Callable[[], None]]] = deque()
        self._timer = QTimer(self, interval=_TURN_MS)
        self._timer.timeout.connect(self._turn)

    @property
    def busy(self) -> bool:
        """Whether something is being read or filled, or waits to be taken."""
        return self._shelf.errands.busy or bool(self._fillings)

    def begin(self) -> None:
        """Take turns from now on: the shelf was asked for something."""
        self._timer.start()

    def do(self, work: Callable[[], Any], then: Callable[[Any], None],
           otherwise: Callable[[], None] = lambda: None) -> None:
        """Have something done beside the window.

        Parameters
        ----------
        work : callable
            Is called in another thread.
        then : callable
            Is called in a turn with what ``work`` returned.
        otherwise : callable
            Is called in a turn if ``work`` raised, when the reason was told.
        """

        def done(answer: Any, failure: Exception | None) -> None:
            if failure is None:
                then(answer)
                return
            text = str(failure)
            self._model.notice("warning", text[0].upper() + text[1:] if text else "This did not work.")
            otherwise()

        self._shelf.errands.do(work, done)
        self.begin()

    def fill(self, filling: Filling, then: Callable[[], None]) -> None:
        """Fill a scan in the turns that come, after those that wait already."""
        self._fillings.append((filling, then))

    def _turn(self) -> None:
        self._shelf.pull()
        if self._fillings:
            filling, then = self._fillings[0]
            if filling.step(_SLICE):
                self._fillings.popleft()
                then()
        if not self.busy:
            self._timer.stop()
