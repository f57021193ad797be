"""A switch with two ends: on or off, open or closed, running or stopped."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import colour, is_dark
from gui.widgets.focus_wheel import ComboBox

_TRACK = 28


class Rocker(ComboBox):
    """A combo box of two items that looks and acts as a switch; the first item is "on".

    To screen readers and programs it is the combo box that it derives from. `set_moving` shows that what it switches
    has not arrived yet.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moving = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def is_on(self) -> bool:
        """Whether it is at its first end."""
        return self.currentIndex() == 0

    def set_moving(self, text: str) -> None:
        """Show a few words beside the position, such as ``"19 s"``, while what it switches moves; else none."""
        if text != self._moving:
            self._moving = text
            self.setAccessibleDescription(f"moving {text}".strip() if text else "")
            self.update()

    def switch(self) -> None:
        """Go to the other end as a hand does."""
        self.setCurrentIndex(1 - self.currentIndex())
        self.activated.emit(self.currentIndex())

    def showPopup(self) -> None:
        """Show nothing: there is only one other end."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take no notice: it switches when the hand lets go, so that a slip can still be taken back."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Switch, unless the hand has gone away."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.switch()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Switch with Space; the arrows go to one end."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select):
            self.switch()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if self.is_on is (event.key() == Qt.Key.Key_Left):
                self.switch()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return room for the switch and the longer word."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=20)
        return QSize(_TRACK + 12 + widest, metrics.height() + 9)

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`: no word is to be cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the switch, its position in words, and that it is still moving."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark, lively, on = is_dark(self.palette()), self.isEnabled(), self.is_on
        track = QRectF(2.0, self.height() / 2.0 - 7.5, _TRACK, 15.0)
        accent = colour("accent" if lively else "grid", dark)
        if on:
            painter.setBrush(accent)
        else:
            painter.setBrush(colour("button", dark))
        painter.setPen(QPen(accent if self.hasFocus() or on else colour("grid", dark), 1.0))
        painter.drawRoundedRect(track, 7.5, 7.5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 1.0))
            painter.drawRoundedRect(track.adjusted(-1.5, -1.5, 1.5, 1.5), 9.0, 9.0)
        place = track.right() - 7.5 if on else track.left() + 7.5
        if self._moving:
            place = track.center().x()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("on accent" if on else "faint text", dark))
        painter.drawEllipse(QPointF(place, track.center().y()), 5.0, 5.0)
        painter.setPen(colour("text" if lively else "faint text", dark))
        words = self.currentText() + (f" … {self._moving}" if self._moving else "")
        painter.drawText(self.rect().adjusted(_TRACK + 9, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
