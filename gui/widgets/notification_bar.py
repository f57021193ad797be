"""Notifications: sentences that come and go by themselves in the status bar; never a box to be clicked away."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from gui.widgets.elided_label import ElidedLabel

_STAYS = {"info": 6000, "warning": 12000, "error": 30000}


class NotificationBar(QFrame):
    """One line that shows the latest notice; its tool-tip has what did not fit, and so has the log.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.label = ElidedLabel()
        self.label.setAccessibleName("notification")
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip("Hide this notification; it stays in the log.")
        close.setAccessibleName("hide notification")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 1, 4, 1)
        row.addWidget(self.label, 1)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def show_notice(self, level: str, text: str) -> None:
        """Show a sentence for a while; errors stay longest."""
        self.setProperty("level", level)
        self.style().unpolish(self)
        self.style().polish(self)
        self.label.say(text)
        self.label.update()
        self.show()
        self._timer.start(_STAYS.get(level, 6000))
