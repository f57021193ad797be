"""Keeping the queue from one start of the window to the next; nothing begins by itself. No widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from gui.desk import Desk

_KEY = "queue"
_AT_ONCE = 5
"""Runs that are made again before the window is shown, some 8 ms each; the others follow when there is time."""
_IN_A_SLICE = 2
_SLICE_MS = 40


def keep_queue(desk: Desk, parent: QObject) -> None:
    """Take over what waited when the window was closed, and keep what waits from now on.

    Parameters
    ----------
    desk : Desk
    parent : QObject
        Lives as long as the desk.
    """
    queue, settings = desk.queue, desk.settings
    queue.restore(str(settings.value(_KEY, "")))
    lost = 0

    def read(most: int) -> None:
        nonlocal lost
        left, failed = queue.read_more(most)
        lost += failed
        if not left:
            timer.stop()
            _tell(desk, len(queue.waiting), lost)

    timer = QTimer(parent, interval=_SLICE_MS)
    timer.timeout.connect(lambda: read(_IN_A_SLICE))
    timer.start()
    read(_AT_ONCE)
    queue.changed.connect(lambda: settings.setValue(_KEY, queue.as_text()))


def _tell(desk: Desk, waiting: int, lost: int) -> None:
    if waiting:
        desk.model.notice("info", f"{waiting} {'run waits' if waiting == 1 else 'runs wait'} in the queue since the "
                                  "last time; start it when you like.", quiet=True)
    if lost:
        desk.model.notice("warning", f"{lost} {'run' if lost == 1 else 'runs'} of the last time cannot be made again "
                                     "by this version and left the queue.")
