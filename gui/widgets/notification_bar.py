"""Notifications: sentences that appear over the work and go by themselves; never a box that must be clicked away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

_STAYS = {"info": 6000, "warning": 12000, "error": 30000}


class NotificationBar(QFrame):
    """One line that shows the latest notice, over the lower edge of its parent.

    It floats, because a line that came and went in the parent's layout would resize, and redraw, the plot.

    Parameters
    ----------
    parent : QWidget
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        parent.installEventFilter(self)
        self.setAutoFillBackground(True)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setAccessibleName("notification")
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip("Hide this notification; it stays in the log.")
        close.setAccessibleName("hide notification")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 4, 4)
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
        self.label.setText(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(_STAYS.get(level, 6000))

    def usual_height(self) -> int:
        """Return the height of a notice of one line."""
        return self.sizeHint().height()

    def _place(self) -> None:
        around = self.parentWidget().size()
        height = self.layout().totalHeightForWidth(around.width())
        height = height if height > 0 else self.sizeHint().height()
        self.setGeometry(0, around.height() - height, around.width(), height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the parent's lower edge."""
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return super().eventFilter(watched, event)
