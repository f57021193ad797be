"""A display of a front panel: a number in tabular figures that changes without moving anything around it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QFont, QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import colour, is_dark, tabular_font, trace_colour

_BIG = 1.55
"""Large figures in units of usual ones."""
_SHRUNK = 0.8
"""Part of its usual width with which a big display can do: its figures shrink."""


class Display(QWidget):
    """A number with its unit, right-aligned; its size is that of ``usual``, however long the number gets.

    A label would lay out the panel anew with each number; this one only draws itself. Its context menu copies it.

    Parameters
    ----------
    usual : str
        A text that is as wide as most that will be shown.
    title : str
        What it shows, small at its left; such a display is big and has a ground of its own.
    big : bool
        Whether figures are large.
    """

    def __init__(self, usual: str, title: str = "", big: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = "–"
        self._title = title
        self._big = big
        self._usual = usual
        self._room = QSize()
        self._quantity = self._note = ""
        font = tabular_font(self.font())
        if big:
            font.setPointSizeF(font.pointSizeF() * _BIG)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Expanding if big else QSizePolicy.Policy.Preferred,
                           QSizePolicy.Policy.Fixed)
        self.setAccessibleDescription(self._text)
        copy = QAction("Copy value", self)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def text(self) -> str:
        """Return what it shows."""
        return self._text

    def setText(self, text: str) -> None:
        """Show a number with its unit."""
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text)
            self.update()

    @property
    def note(self) -> str:
        """What stands below the title."""
        return self._note

    def set_note(self, note: str) -> None:
        """Show a few words below the title, such as the same in another unit."""
        if note != self._note:
            self._note = note
            self.update()

    def set_quantity(self, quantity: str) -> None:
        """Mark it with the colour in which traces of this quantity are drawn."""
        self._quantity = quantity

    def copy(self) -> None:
        """Copy what it shows."""
        QGuiApplication.clipboard().setText(self._text)

    def sizeHint(self) -> QSize:
        """Return room for the usual number."""
        if self._room.isEmpty():
            metrics = QFontMetrics(self.font())
            aside = QFontMetrics(self._small_font()).horizontalAdvance(self._title) + 8 if self._title else 0
            wide = round(metrics.horizontalAdvance(self._usual) * (_SHRUNK if self._big else 1.0))
            self._room = QSize(wide + aside + (12 if self._big else 2), metrics.height() + (8 if self._big else 2))
        return self._room

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`: figures are not to be cut."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Ask for other room in other letters."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._room = QSize()
            self.updateGeometry()

    def _small_font(self) -> QFont:
        font = tabular_font(self.font())
        if self._big:
            font.setPointSizeF(font.pointSizeF() / _BIG - 0.5)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw ground, title and number; a number that is too long is drawn narrower."""
        painter = QPainter(self)
        dark = is_dark(self.palette())
        inner = self.rect()
        if self._big:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(colour("grid", dark))
            painter.setBrush(colour("base", dark))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 3, 3)
            inner = self.rect().adjusted(6, 0, -6, 0)
        if self._title:
            if self._quantity:
                painter.fillRect(1, 4, 3, self.height() - 8, trace_colour(self._quantity, dark))
            painter.setFont(self._small_font())
            painter.setPen(colour("faint text", dark))
            beside = f"{self._title}\n{self._note}" if self._note else self._title
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, beside)
            beside_px = max(painter.fontMetrics().horizontalAdvance(part) for part in (self._title, self._note))
            inner = inner.adjusted(beside_px + 8, 0, 0, 0)
        font = self.font()
        painter.setFont(font)
        wide = painter.fontMetrics().horizontalAdvance(self._text)
        if wide > inner.width() > 0:
            font.setPointSizeF(max(5.0, font.pointSizeF() * inner.width() / wide))
            painter.setFont(font)
        painter.setPen(colour("text" if self.isEnabled() else "faint text", dark))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._text)
        painter.end()

