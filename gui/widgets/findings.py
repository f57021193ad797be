"""What a measurement shows, in sentences: some lines of them to be seen, all in a window that unfolds."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

_FEWEST, _MOST = 3, 5
_WIDEST = 560


class Findings(QScrollArea):
    """Sentences that wrap, in a place whose height changes when it is told to settle, and not before.

    Another height draws the plot below twice: so it is chosen once when a run has ended. What does not fit is scrolled
    to, or shown by the button "…".
    """

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
        for side in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            side(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more = QToolButton(self)
        self.more.setText("…")
        self.more.setToolTip("Show all that is said.")
        self.more.setAccessibleName("show all findings")
        self.more.setAutoRaise(True)
        self.more.clicked.connect(self.unfold)
        self.more.hide()
        self.popup: QFrame | None = None
        """All that is said, as it was last unfolded."""
        self._set_lines(_FEWEST)

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
            self._offer()

    def settle(self) -> None:
        """Take the height that suits what is said."""
        wanted = self.label.heightForWidth(max(self.width(), 1))
        self._set_lines(min(max(-(-wanted // self.fontMetrics().lineSpacing()), _FEWEST), _MOST))
        self._offer()

    def _set_lines(self, lines: int) -> None:
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 1)

    def _offer(self) -> None:
        """Have the button where not all is seen."""
        more = self.label.heightForWidth(max(self.width(), 1)) > self.height()
        size = self.more.sizeHint()
        self.setViewportMargins(0, 0, size.width() if more else 0, 0)
        self.more.setGeometry(self.width() - size.width(), self.height() - size.height(), size.width(), size.height())
        self.more.setVisible(more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See whether all fits."""
        super().resizeEvent(event)
        self._offer()

    def unfold(self) -> None:
        """Show all that is said in a window of its own, until a click elsewhere."""
        self.popup = popup = QFrame(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.setFrameShape(QFrame.Shape.StyledPanel)
        popup.destroyed.connect(self._folded)
        label = QLabel(self.text(), popup)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setFixedWidth(min(max(self.width(), 320), _WIDEST))
        QVBoxLayout(popup).addWidget(label)
        popup.adjustSize()
        popup.move(self.mapToGlobal(QPoint(0, 0)))
        popup.show()

    def _folded(self) -> None:
        self.popup = None
