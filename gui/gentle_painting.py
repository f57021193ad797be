"""Painting a window part by part: one that is rearranged or recoloured as a whole would else freeze for a moment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget


class GentlePainting(QObject):
    """Holds back the painting of some parts of a window, and lets it go on one part at each turn of the event loop.

    Parameters
    ----------
    window : QWidget
    parts : callable
        Returns the parts, the most important first.
    """

    def __init__(self, window: QWidget, parts: Callable[[], list[QWidget]]) -> None:
        super().__init__(window)
        self._parts = parts
        self._held: list[QWidget] = []
        self._timer = QTimer(self, singleShot=True, interval=1)
        self._timer.timeout.connect(self._let_one)

    def hold(self) -> None:
        """Keep all parts as they look now; they are painted one by one when the event loop turns again."""
        self._let_all()
        for part in self._parts():
            if part.updatesEnabled():
                part.setUpdatesEnabled(False)
                part.destroyed.connect(self._forget)
                self._held.append(part)
        self._timer.start()

    def _forget(self, part: QObject) -> None:
        self._held = [held for held in self._held if held is not part]

    def _let_one(self) -> None:
        seen = [part for part in self._held if part.isVisible()]
        for part in self._held[:]:
            if part not in seen:
                self._let(part)
        if seen:
            self._let(seen[0])
        if self._held:
            self._timer.start()

    def _let(self, part: QWidget) -> None:
        self._held.remove(part)
        part.destroyed.disconnect(self._forget)
        part.setUpdatesEnabled(True)

    def _let_all(self) -> None:
        for part in self._held[:]:
            self._let(part)
