"""A push button that may be as narrow as its word, for rows in which several have to fit."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

_AROUND = 12


class SlimButton(QPushButton):
    """A push button without a least width of the style's own."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Return room for the word."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + _AROUND, super().minimumSizeHint().height())
