"""The place of a panel: what is done to the place reaches the panel when there is time for it."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui import turn

_NO_LIMIT = 16777215
"""What Qt calls QWIDGETSIZE_MAX."""


class Fitting:
    """Gives panels their sizes, one in each turn of the event loop: each is painted anew before the next."""

    def __init__(self) -> None:
        self._waiting: list[Bay] = []
        self._timer: QTimer | None = None

    @property
    def busy(self) -> bool:
        """Whether panels wait for their sizes."""
        return bool(self._waiting)

    def fit(self, bay: Bay) -> None:
        """Fit a panel into its bay, now or soon."""
        if self._timer is None:
            self._timer = QTimer(QApplication.instance(), singleShot=True, interval=0)
            self._timer.timeout.connect(self._go_on)
        if not bay.isVisible():
            bay.fit()
        elif not self._timer.isActive():
            bay.fit()
            self._timer.start()
        elif bay not in self._waiting:
            self._waiting.append(bay)

    def _go_on(self) -> None:
        if turn.is_long():
            self._timer.start()
            return
        while self._waiting:
            bay = self._waiting.pop(0)
            if shiboken6.isValid(bay):
                bay.fit()
                if bay.isVisible():
                    self._timer.start()
                    return


FITTING = Fitting()


class Bay(QWidget):
    """A place as large as its panel wants it to be.

    While it is held, the place may be shown, hidden and resized, and its panel sleeps: a window with thirty panels is
    then arranged at once, and the panels follow one by one.

    Parameters
    ----------
    panel : QWidget, optional
    """

    def __init__(self, panel: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel: QWidget | None = None
        self._held = False
        self._folded = False
        self._told = (QSize(), QSize())
        if panel is not None:
            self.put(panel)

    def put(self, panel: QWidget) -> None:
        """Put a panel here."""
        self.take()
        self.panel = panel
        panel.setParent(self)
        self.setSizePolicy(panel.sizePolicy())
        self._tell()
        panel.hide()
        if not self._held:
            self._wake()

    def take(self) -> QWidget | None:
        """Give the panel free that is here, if there is one."""
        panel, self.panel = self.panel, None
        if panel is not None:
            panel.hide()
            panel.setParent(None)
        return panel

    def hold(self) -> None:
        """Let the panel sleep until `release` is called; one that is seen stays seen, as large as it is."""
        self._held = True
        if self.panel is not None and not self.isVisible():
            self.panel.hide()

    def release(self) -> None:
        """Wake the panel: it gets its size, and is seen if its place is."""
        self._held = False
        self._wake()

    def fold(self, folded: bool) -> None:
        """Make the place vanish with its panel, or appear again.

        Without a central widget Qt shares the width of a window among all docks anew whenever it is resized; one that
        has no height is no such trouble.
        """
        self._folded = folded
        self.setMaximumHeight(0 if folded else _NO_LIMIT)
        if folded and self.panel is not None:
            self.panel.hide()
        self._tell()
        if not self._held:
            self._wake()

    def fit(self) -> None:
        """Give the panel the size of its place."""
        if self.panel is not None and not self._held:
            self.panel.setGeometry(self.rect())

    def _wake(self) -> None:
        if self.panel is not None and not self._folded:
            self.panel.setGeometry(self.rect())
            self.panel.show()

    @property
    def held(self) -> bool:
        """Whether the panel sleeps."""
        return self._held

    # -- sizes -------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Return the size that the panel would like to have."""
        return QSize(-1, -1) if self.panel is None else self.panel.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the size that the panel needs."""
        if self.panel is None:
            return QSize(-1, -1)
        if self._folded:
            return QSize(0, 0)
        least, said = self.panel.minimumSizeHint(), self.panel.minimumSize()
        return QSize(said.width() or least.width(), said.height() or least.height())

    def _tell(self) -> None:
        sizes = self.minimumSizeHint(), self.sizeHint()
        if sizes != self._told:
            self._told = sizes
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Pass on what the panel needs, if that is another size than before: else the whole window would be laid out
        whenever a label's text changes."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._tell()
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the panel the size of its place."""
        super().resizeEvent(event)
        FITTING.fit(self)
