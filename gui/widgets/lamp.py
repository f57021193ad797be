"""A lamp of a front panel: lit or dark, with a name."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import colour, is_dark


class Lamp(QWidget):
    """A small round lamp with its name beside it; tells its state in words to screen readers.

    Parameters
    ----------
    text : str
        The name.
    alarm : bool
        Whether it tells that something is wrong, in red.
    """

    def __init__(self, text: str, alarm: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = "refused" if alarm else "accent"
        self._text = text
        self._lit = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleDescription("off")

    @property
    def lit(self) -> bool:
        """Whether it is lit."""
        return self._lit

    def set_lit(self, lit: bool) -> None:
        """Switch it."""
        if lit != self._lit:
            self._lit = lit
            self.setAccessibleDescription("on" if lit else "off")
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of lamp and name."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + metrics.height() + 8, metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the lamp and its name."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark = is_dark(self.palette())
        diameter = self.fontMetrics().height() - 5
        top = (self.height() - diameter) // 2
        painter.setPen(colour(self._colour if self._lit else "grid", dark))
        painter.setBrush(colour(self._colour, dark) if self._lit else QColor(Qt.GlobalColor.transparent))
        painter.drawEllipse(2, top, diameter, diameter)
        painter.setPen(colour("text" if self._lit else "faint text", dark))
        painter.drawText(self.rect().adjusted(diameter + 7, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
