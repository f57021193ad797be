"""Painting a window part by part: one that is rearranged or recoloured as a whole would else freeze for a moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QMainWindow, QWidget

from gui import turn
from gui.evented import Event


class GentlePainting(QWidget):
    """A veil over the parts of a window, which is lifted from one part after the other, one at each turn of the loop.

    What lies under an opaque veil is not painted: so the window is painted in pieces, and the event loop turns between
    them. What has to be done under the veil has turns of its own as well.

    Parameters
    ----------
    window : QMainWindow
    parts : callable
        Returns the parts, the most important first.
    wake : callable
        Called with a part that can be seen, in the turn before it is painted.
    """

    def __init__(self, window: QMainWindow, parts: Callable[[], list[QWidget]],
                 wake: Callable[[QWidget], None]) -> None:
        super().__init__(window)
        self._window = window
        self._parts = parts
        self.ended = Event()
        """All parts are painted again."""
        self._wake = wake
        self._woken: QWidget | None = None
        self._veiled: list[QWidget] = []
        self._apart: list[QWidget] | None = None
        """Parts in windows of their own that wait for their turn, when all others have had theirs."""
        self._steps: deque[Callable[[], object]] = deque()
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is to be done under the veil, or parts wait to be painted."""
        return self._timer.isActive()

    @property
    def preparing(self) -> bool:
        """Whether something is to be done under the veil."""
        return bool(self._steps)

    def begin_with(self, *steps: Callable[[], object]) -> None:
        """Do this before parts are painted, each in a turn of its own; at once, unless parts wait to be painted."""
        self._steps.extend(steps)
        if not self.busy:
            while self._steps:
                self._steps.popleft()()

    def go_on_with(self, step: Callable[[], object]) -> None:
        """Do this right after the step that says so."""
        self._steps.appendleft(step)

    def forget_steps(self) -> None:
        """Do nothing of what is still to be done under the veil."""
        self._steps.clear()

    def hold(self) -> bool:
        """Veil all parts, which are painted one by one when the event loop turns again; return whether they are."""
        window = self._window
        if not window.isVisible():
            return False
        self._woken = self._apart = None
        self._veiled = []
        for part in self._parts():
            if not part.isWindow():
                self._veiled.append(part)
            elif part.isVisible():
                part.setUpdatesEnabled(False)
        self.setGeometry(window.rect())
        self.setMask(QRegion(window.rect()) - QRegion(self._bars()))
        self.raise_()
        self.show()
        self._timer.start()
        return True

    def _bars(self) -> QRect:
        """Return the strip at the top that is never veiled."""
        window = self._window
        tops = [self._place(part).top() for part in self._veiled if part.isVisible()]
        return QRect(0, 0, window.width(), max(0, min(tops, default=0)))

    def _place(self, part: QWidget) -> QRect:
        return QRect(part.mapTo(self._window, QPoint(0, 0)), part.size())

    def _go_on(self) -> None:
        """Do the next step, or uncover the next part, unless this turn has been long already."""
        if turn.is_long():
            self._timer.start()
        elif self._steps:
            self._timer.start()  # before the step, for which parts wait
            self._steps.popleft()()
        else:
            self._lift()

    def _lift(self) -> None:
        """Uncover the next part that can be seen."""
        inside = self._window.rect()
        # a dock behind another one's tab is kept outside of the window
        left = [part for part in self._veiled if shiboken6.isValid(part) and part.isVisible() and not part.isWindow()
                and inside.intersects(self._place(part))]
        if left and self._woken is not left[0]:
            self._woken = left[0]
            self._wake(left[0])
            self._timer.start()
            return
        if not left:
            self.hide()
            self._show_those_apart()
            return
        self._veiled = left[1:]
        region = QRegion()
        for part in self._veiled:
            region += self._place(part)
        self.setMask(region - QRegion(self._place(left[0])))
        self.setVisible(bool(self._veiled))
        self._timer.start()
        # what Qt wanted to paint under the veil it has forgotten
        for widget in (left[0], *left[0].findChildren(QWidget)):
            if widget.isVisible():
                widget.update()

    def _show_those_apart(self) -> None:
        """Wake and paint the next of the parts that are windows of their own, or were when all began."""
        if self._apart is None:
            self._apart = [part for part in self._parts()
                           if not part.updatesEnabled() or (part.isWindow() and part.isVisible())]
        while self._apart:
            part = self._apart.pop()
            if shiboken6.isValid(part):
                self._wake(part)
                part.setUpdatesEnabled(True)
                self._timer.start()
                return
        self.ended.emit()
