"""Boxes of text in a corner of a plot, one under the other; a hand may drag them out of the way."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsTextItem, QStyleOptionGraphicsItem, QWidget

from gui.plotting.corners import CORNERS, MARGIN, hidden, in_corner, inked
from gui.plotting.look import Look
from gui.theme import tabular_font
from vlab.analysis.rows import Floats

_GAP = 4.0
_SMALLER = 0.88
_HYPHEN = re.compile(r"(?<![\w.])-(?=\d)")
"""A minus as programs write it."""


class Note(QGraphicsTextItem):
    """A box of text that lies on a plot, and is exported with it."""

    def __init__(self, look: Look, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self._look = look
        self.moved = False
        """Whether a hand has put it elsewhere."""
        font = tabular_font(QFont(QApplication.font()))
        font.setPointSizeF(_SMALLER * font.pointSizeF())
        self.setFont(font)
        self.document().setDocumentMargin(3.0)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsMovable)
        self.setZValue(50)
        self.restyle()

    def say(self, text: str) -> bool:
        """Show text; return whether it is another one."""
        text = _HYPHEN.sub("\u2212", text)
        if text == self.toPlainText():
            return False
        self.setPlainText(text)
        return True

    def fit_into(self, width: float) -> None:
        """Wrap lines that are longer."""
        self.setTextWidth(-1.0)
        if self.boundingRect().width() > width > 0.0:
            self.setTextWidth(width)

    def restyle(self) -> None:
        """Take over the colours."""
        self.setDefaultTextColor(self._look.colour("text"))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw the ground below the text."""
        ground = self._look.colour("base")
        ground.setAlphaF(0.88)
        painter.setPen(pg.mkPen(self._look.colour("grid"), width=1))
        painter.setBrush(pg.mkBrush(ground))
        painter.drawRoundedRect(self.boundingRect().adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0)
        super().paint(painter, option, widget)

    def mouseReleaseEvent(self, event: object) -> None:
        """Stay where a hand has put it."""
        self.moved = True
        super().mouseReleaseEvent(event)  # type: ignore[arg-type]


class Notes:
    """The notes of one plot, each in the corner where it hides least of the curves.

    Parameters
    ----------
    plot : pyqtgraph.PlotWidget
    look : Look
    curves : callable
        Returns x and y of what is drawn, in the coordinates of the view.
    """

    def __init__(self, plot: pg.PlotWidget, look: Look, curves: Callable[[], list[tuple[Floats, Floats]]]) -> None:
        self._item = plot.getPlotItem()
        self._box = self._item.vb
        self._look = look
        self._curves = curves
        self._notes: dict[str, Note] = {}
        self._corners: dict[str, tuple[bool, bool]] = {}
        """Whether each is on the right, and below."""
        self._box.sigResized.connect(self.arrange)

    def say(self, name: str, text: str) -> None:
        """Show a note by that name; without text, none."""
        note = self._notes.get(name)
        if note is None:
            if not text:
                return
            note = self._notes[name] = Note(self._look, self._box)
        note.setVisible(bool(text))
        if not text:
            note.moved = False
            self._corners.pop(name, None)
        if note.say(text) or not text:
            self.arrange()

    def text(self, name: str) -> str:
        """Return what a note says."""
        note = self._notes.get(name)
        return note.toPlainText() if note is not None and note.isVisible() else ""

    def settle(self) -> None:
        """Look for free corners again, because there are other curves."""
        self._corners.clear()
        self.arrange()

    def arrange(self, *_: object) -> None:
        """Put the notes into their corners, one under the other, but for those that a hand has moved."""
        taken: list[QRectF] = []
        legend = self._item.legend
        if legend is not None and legend.items and legend.isVisible():
            taken.append(legend.mapRectToItem(self._box, legend.boundingRect()))
        for name, note in self._notes.items():
            if not note.isVisible() or note.moved:
                continue
            note.fit_into(self._box.rect().width() - 2.0 * MARGIN)
            if name not in self._corners:
                ink = inked(self._box, self._curves())
                self._corners[name] = min(CORNERS, key=lambda corner: self._cost(note, corner, taken, ink))
            place = self._place(note, self._corners[name], taken)
            note.setPos(place.topLeft())
            taken.append(place)

    def _place(self, note: Note, corner: tuple[bool, bool], taken: list[QRectF]) -> QRectF:
        """Return where a note is in a corner, beyond what is there already."""
        below = corner[1]
        place = in_corner(note.boundingRect(), self._box.rect(), corner)
        for _ in taken:
            for other in taken:
                if place.intersects(other):
                    place.moveTop(other.top() - _GAP - place.height() if below else other.bottom() + _GAP)
        return place

    def _cost(self, note: Note, corner: tuple[bool, bool], taken: list[QRectF], ink: tuple[Floats, Floats]) -> float:
        """Return how much a note would hide there."""
        place = self._place(note, corner, taken)
        outside = not self._box.rect().contains(place)
        return float(hidden(place, ink)) + 1e4 * outside + 0.1 * CORNERS.index(corner)

    def restyle(self) -> None:
        """Take over the colours."""
        for note in self._notes.values():
            note.restyle()
