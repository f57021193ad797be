"""A label for a sentence that tells something, or in red why something cannot be."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QWidget

from gui.theme import colour, is_dark


class RefusalLabel(QLabel):
    """A wrapped sentence, red while it refuses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refused = False
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    @property
    def refused(self) -> bool:
        """Whether it refuses."""
        return self._refused

    def say(self, text: str, refused: bool = False) -> None:
        """Show a sentence."""
        if refused != self._refused:
            self._refused = refused
            self._dress()
        self.setText(text)

    def _dress(self) -> None:
        palette = QPalette()
        if self._refused:
            palette.setColor(QPalette.ColorRole.WindowText, colour("refused", is_dark(self.window().palette())))
        self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        """Take the red of the new palette when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._refused:
            wanted = colour("refused", is_dark(self.window().palette()))
            if self.palette().color(QPalette.ColorRole.WindowText) != wanted:
                self._dress()
