"""Notifications: sentences that come and go by themselves in the status bar, with what can be done about them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gui.desk import Desk
from gui.lab import Notice
from gui.offers import Offer, offers
from gui.theme import tabular_font
from gui.widgets.elided_label import ElidedLabel

_STAYS = {"info": 6000, "warning": 12000, "error": 30000}
_SIGNS = {"info": "ℹ", "warning": "⚠", "error": "✖"}
_NAMES = {"info": "information", "warning": "warning", "error": "error"}
_MOST = 2
"""Buttons that are shown."""


def open_folder(folder: Path) -> bool:
    """Open a folder outside of the window."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder.resolve())))


class NotificationBar(QFrame):
    """One line that shows the latest notice; its tool-tip has what did not fit, and so has the log.

    The same sentence said again is counted. While the mouse is on it or a button has the focus it stays.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._text = ""
        self._times = 1
        self.sign = QLabel()
        self.label = ElidedLabel()
        self.label.setAccessibleName("notification")
        self.times = QLabel()
        self.times.setFont(tabular_font())
        self.times.setAccessibleName("how often")
        self.times.setToolTip("How often it was said in a row.")
        self.buttons = [QToolButton() for _ in range(_MOST)]
        self._offers: list[Offer] = []
        close = QToolButton()
        close.setText("✕")
        close.setAutoRaise(True)
        close.setToolTip("Hide this notification; it stays in the log.")
        close.setAccessibleName("hide notification")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 4, 1)
        row.addWidget(self.sign)
        row.addWidget(self.label, 1)
        row.addWidget(self.times)
        for number, button in enumerate(self.buttons):
            button.clicked.connect(lambda _=False, number=number: self._do(number))
            button.hide()
            row.addWidget(button)
        row.addWidget(close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._leave)
        self.hide()

    def follow(self, desk: Desk) -> None:
        """Show the notices of a desk from now on, with what can be done about them."""

        def show(notice: Notice) -> None:
            if notice.level != "log":
                self.show_notice(notice.level, notice.text,
                                 offers(notice, desk, open_folder))

        self._stop = desk.model.noticed.connect(show)

    def show_notice(self, level: str, text: str, offers: list[Offer] | None = None) -> None:
        """Show a sentence for a while; errors stay longest."""
        again = text == self._text and not self.isHidden()
        self._text, self._times = text, self._times + 1 if again else 1
        if self.property("level") != level:
            self.setProperty("level", level)
            self.style().unpolish(self)
            self.style().polish(self)
        self.sign.setText(_SIGNS.get(level, ""))
        self.sign.setAccessibleName(_NAMES.get(level, level))
        self.times.setText(f"×{self._times}" if self._times > 1 else "")
        self.times.setVisible(self._times > 1)
        self._offers = (offers or [])[:_MOST]
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(self._offers))
            if number < len(self._offers):
                button.setText(self._offers[number].title)
                button.setToolTip(self._offers[number].help)
                button.setAccessibleName(f"notification: {self._offers[number].title}")
        self.label.say(text)
        self.label.update()
        self.show()
        self._timer.start(_STAYS.get(level, 6000))

    def _do(self, number: int) -> None:
        if number < len(self._offers):
            offer = self._offers[number]
            self.hide()
            offer.do()

    def _leave(self) -> None:
        if self.underMouse() or any(button.hasFocus() for button in self.buttons):
            self._timer.start(1000)
        else:
            self.hide()
