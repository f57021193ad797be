"""What a measurement shows, in sentences: three lines of them to be seen, the others by scrolling."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

_LINES = 3


class Findings(QScrollArea):
    """Sentences that wrap, in a place whose height never changes: another height would draw the plot below twice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setWidget(self.label)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(_LINES * self.fontMetrics().lineSpacing() + 4)

    def text(self) -> str:
        """Return all that is said."""
        return self.label.text()

    def say(self, number: int | None, lines: list[str]) -> None:
        """Show sentences on the run of that number, from the first one on."""
        text = "\n".join(lines)
        text = text if number is None else f"{number}: {text}"
        if text != self.text():
            self.label.setText(text)
            self.verticalScrollBar().setValue(0)
            self.setToolTip("\n".join(lines) if len(lines) > 1 else "")
