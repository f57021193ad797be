"""The window's pulse: a timer that takes over what the laboratory published, and lets it be drawn in peace."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

from gui import turn
from gui.models import LabModel

_PULL_MS = 30
_BREATH_MS = 8
"""Between a drawing and the next pull, so that keys and mouse get their turn however long drawing takes."""


class Pulse(QObject):
    """Pulls the model about 30 times a second, as long as it is not stopped.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self._stopped = False
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._pull)
        self._timer.start(_PULL_MS)

    def stop(self) -> None:
        """End it, once and for all; what is left is taken over."""
        self._stopped = True
        self._timer.stop()
        self._model.lab.courtesy.end("pull")

    def _pull(self) -> None:
        """Take over what is new and draw it; the lab thread stands back until the drawing is done."""
        if turn.is_long():
            self._timer.start(1)
            return
        run = self._model.lab.run
        if run is not None and run.saving:  # drawing and writing a file would take the interpreter from each other
            self._timer.start(_PULL_MS)
            return
        began = time.monotonic()
        courtesy = self._model.lab.courtesy
        courtesy.begin("pull")

        def drawn() -> None:
            courtesy.end("pull")
            if not self._stopped:
                spent = int(1e3 * (time.monotonic() - began))
                self._timer.start(max(_BREATH_MS, _PULL_MS - spent))

        try:
            self._model.pull()
        finally:  # the window goes on whatever a part of it made of the news
            # comes after the paint events that the pull caused, and after those that a new layout causes in turn
            QTimer.singleShot(0, self, lambda: QTimer.singleShot(1, self, drawn))
