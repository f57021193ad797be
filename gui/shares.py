"""How docks that stand side by side share the width, kept while the window is resized."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

_ROWS = (Qt.DockWidgetArea.TopDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea)


class Shares(QObject):
    """Gives docks of a row back what they had of its width.

    Qt takes what is missing in a small window from the first of them, and gives what comes back to the last: a window
    that was small for a moment would leave one of them small.

    Parameters
    ----------
    window : QMainWindow
    docks : callable
        Returns all docks.
    """

    def __init__(self, window: QMainWindow, docks: Callable[[], Iterable[QDockWidget]]) -> None:
        super().__init__(window)
        self._window, self._docks = window, docks
        self._rows: list[list[tuple[QDockWidget, float]]] = []
        self._moving = False
        """Whether a hand has a border between docks."""
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._restore)
        window.installEventFilter(self)

    def note(self) -> None:
        """Remember how docks share the width now: after a layout was laid out, or a hand has moved a border."""
        rows: dict[tuple[Qt.DockWidgetArea, int], list[QDockWidget]] = {}
        inside = self._window.rect()
        for dock in self._docks():
            # one behind a tab is kept outside of the window
            if dock.isVisible() and not dock.isFloating() and inside.intersects(dock.geometry()):
                rows.setdefault((self._window.dockWidgetArea(dock), dock.y()), []).append(dock)
        self._rows = [[(dock, dock.width() / sum(d.width() for d in row)) for dock in row]
                      for (area, _), row in rows.items() if area in _ROWS and len(row) > 1]

    def _restore(self) -> None:
        for row in self._rows:
            docks = [dock for dock, _ in row if shiboken6.isValid(dock) and dock.isVisible() and not dock.isFloating()]
            if len(docks) == len(row):
                room = sum(dock.width() for dock in docks)
                self._window.resizeDocks(docks, [round(share * room) for _, share in row], Qt.Orientation.Horizontal)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look for a new size of the window, and for a hand that lets go of a border between docks."""
        kind = event.type()
        if kind is QEvent.Type.Resize:
            self._soon.start()
        elif kind is QEvent.Type.MouseButtonPress:
            self._moving = self._window.isSeparator(event.position().toPoint())  # type: ignore[attr-defined]
        elif kind is QEvent.Type.Show or (kind is QEvent.Type.MouseButtonRelease and self._moving):
            self._moving = False
            QTimer.singleShot(0, self, self.note)
        return super().eventFilter(watched, event)
