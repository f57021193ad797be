"""What all spin boxes do that keep a text which they refuse: its frame, Escape, the wheel, the loss of the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from gui.theme import colour, field_palette, is_dark


class RefusingField(QAbstractSpinBox):
    """A spin box whose text stays, in red, when it is refused. A subclass sets ``_reason`` and calls `_redden`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reason = ""
        """Why the text is refused, or nothing."""
        self._dressed_dark = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel

    def reason(self) -> str:
        """Return why the text is refused, or nothing if it is not."""
        return self._reason

    def commit(self) -> bool:
        """Take over what is typed; returns False if it is refused."""
        raise NotImplementedError

    def _editing(self) -> bool:
        """Return whether there is a text that Escape takes back."""
        return bool(self._reason)

    def _redden(self) -> None:
        """Show by colour, frame and property whether the text is refused."""
        if self._reason:
            self._dressed_dark = is_dark(self.palette())
        self.setProperty("invalid", bool(self._reason))
        palette = field_palette(bool(self._reason), self._dressed_dark)
        self.setPalette(palette)
        self.lineEdit().setPalette(palette)  # below a style sheet Qt does not hand palettes on to children
        self.update()

    def event(self, event: QEvent) -> bool:
        """Keep Escape from being a shortcut of the window while there is text to restore."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape and self._editing():
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Commit, unless the hand comes back: from a menu or from another window."""
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.commit()
        super().focusOutEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only with focus; without it the wheel belongs to the scroll area around."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a thick frame around refused text, for eyes that do not see the red."""
        super().paintEvent(event)
        if self._reason:
            painter = QPainter(self)
            painter.setPen(QPen(colour("refused", is_dark(self.palette())), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Take the red of the new palette when the theme changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._reason and is_dark(self.palette()) != self._dressed_dark:
            self._redden()
