"""A few words side by side, one of them chosen: a combo box that lies open."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import colour, is_dark
from gui.widgets.focus_wheel import ComboBox


class Segments(ComboBox):
    """A combo box that shows all its items in a row, each one click away.

    To keys, screen readers and programs it is the combo box that it derives from.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def cell(self, index: int) -> QRect:
        """Return where an item stands."""
        count = max(1, self.count())
        left, right = self.width() * index // count, self.width() * (index + 1) // count
        return QRect(left, 0, right - left, self.height())

    def showPopup(self) -> None:
        """Show nothing: all there is lies open."""

    def choose(self, index: int) -> None:
        """Choose an item as a hand does."""
        if index != self.currentIndex() and 0 <= index < self.count():
            self.setCurrentIndex(index)
            self.activated.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            at = event.position().toPoint()
            self.choose(next((i for i in range(self.count()) if self.cell(i).contains(at)), -1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take no notice: the press has chosen."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on or back with the arrows, from side to side as well."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if step:
            self.choose(self.currentIndex() + step)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return room for all items."""
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=20)
        return QSize((widest + 12) * max(1, self.count()), metrics.height() + 9)

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`: no word is to be cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the row, the chosen item in the accent's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark, lively = is_dark(self.palette()), self.isEnabled()
        around = self.rect().adjusted(0, 0, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("button", dark))
        painter.drawRoundedRect(around, 3, 3)
        for index in range(self.count()):
            box, chosen = self.cell(index), index == self.currentIndex()
            if chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour("accent" if lively else "grid", dark))
                painter.drawRoundedRect(box.adjusted(1, 1, -2, -2), 3, 3)
            painter.setPen(colour("on accent" if chosen else ("text" if lively else "faint text"), dark))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.itemText(index))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("accent" if self.hasFocus() else "grid", dark), 1.5 if self.hasFocus() else 1.0))
        painter.drawRoundedRect(around, 3, 3)
        painter.end()
