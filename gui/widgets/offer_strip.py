"""A strip that says something in a sentence and offers a deed or two; there when needed, and a hand closes it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget


class OfferStrip(QFrame):
    """A sentence with buttons.

    Parameters
    ----------
    name : str
        The accessible name of the sentence.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offer")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setAccessibleName(name)
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip("Close this note.")
        self.close_button.setAccessibleName(f"close {name}")
        self.close_button.clicked.connect(self.withdraw)
        self._row = QHBoxLayout()
        top = QHBoxLayout()
        top.addWidget(self.label, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 4, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(self._row)
        self.buttons: list[QPushButton] = []
        self.lasting = False
        """Whether it stays while the form around it is changed."""
        self.hide()

    def offer(self, text: str, *deeds: tuple[str, str, Callable[[], object]], lasting: bool = False) -> None:
        """Show a sentence and a button for each deed: its title, its tool-tip, what it does."""
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.label.setText(text)
        self.lasting = lasting
        self.buttons = []
        for title, tip, do in deeds:
            button = QPushButton(title)
            button.setToolTip(tip)
            button.setAccessibleName(title)
            button.clicked.connect(lambda _=False, do=do: do())
            self._row.addWidget(button)
            self.buttons.append(button)
        self.show()

    def withdraw(self) -> None:
        """Close the strip."""
        self.hide()
