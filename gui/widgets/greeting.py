"""The greeting at the first start: the entrance to the examples, a few big choices over the plot."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.commands import Commands
from gui.theme import is_dark, trace_colour


@dataclass(frozen=True)
class Choice:
    """A card of the greeting."""

    command: str
    """What it does."""
    title: str
    about: str
    sketch: tuple[tuple[float, float], ...]
    """The curve that one will see: points between 0 and 1, upwards."""
    quantity: str


CHOICES: tuple[Choice, ...] = (
    Choice("example.drag", "Drag a resonance",
           "One quantum dot, one laser: the nuclear spins carry the line along with it.",
           ((0, .05), (.25, .07), (.3, .8), (.45, .93), (.7, .9), (.72, .08), (1, .05)), "absorption"),
    Choice("example.width", "Find the dragging width",
           "How far the line is carried, against the time at each step, with a fit.",
           ((0, .05), (.1, .35), (.25, .62), (.45, .8), (.7, .9), (1, .93)), "gate"),
    Choice("example.fault", "Find what is wrong",
           "Something on the bench has failed. Look for it as an experimenter does.",
           ((0, .1), (.1, .2), (.2, .06), (.3, .18), (.4, .1), (.5, .22), (.6, .08), (.7, .2), (.8, .05), (.9, .15),
            (1, .1)), "field"),
    Choice("example.inertia", "Measure a spin relaxation time",
           "Another bench: reverse the pump's helicity until the spins no longer follow.",
           ((0, .92), (.3, .9), (.5, .75), (.65, .42), (.8, .17), (1, .05)), "polarization"),
)
_WIDTH = 248
"""Of a card, in pixels."""
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 2, Qt.Key.Key_Up: -2}
_MORE = (("help.contents", "All examples"), ("view.palette", "Find anything"))


class Card(QAbstractButton):
    """A big choice: a sketch of what one will see, a title, a sentence.

    Parameters
    ----------
    choice : Choice
    """

    def __init__(self, choice: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = choice
        self.setText(choice.title)
        self.setToolTip(choice.about)
        self.setAccessibleName(choice.title)
        self.setAccessibleDescription(choice.about)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedSize(_WIDTH, 158)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        palette = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = palette.highlight().color()
        awake = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(accent if awake else palette.mid().color(), 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(palette.alternateBase() if not self.isDown() else palette.button())
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)
        self._draw_sketch(painter, QRectF(14, 12, self.width() - 28, 56),
                          trace_colour(self.choice.quantity, is_dark(palette)))
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(palette.text().color())
        painter.drawText(QRectF(14, 74, self.width() - 28, 22), Qt.AlignmentFlag.AlignVCenter, self.choice.title)
        painter.setFont(self.font())
        painter.setPen(palette.placeholderText().color())
        painter.drawText(QRectF(14, 97, self.width() - 24, 54), Qt.TextFlag.TextWordWrap, self.choice.about)
        painter.end()

    def _draw_sketch(self, painter: QPainter, area: QRectF, colour: QColor) -> None:
        faint = QColor(self.palette().mid().color())
        painter.setPen(QPen(faint, 1.0))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        points = [QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())
                  for x, y in self.choice.sketch]
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        ground = QPolygonF([*points, area.bottomRight(), area.bottomLeft()])
        pale = QColor(colour)
        pale.setAlpha(38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pale)
        painter.drawPolygon(ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press it, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in _STEPS:
            event.ignore()  # the greeting knows which card lies where
        else:
            super().keyPressEvent(event)


class Greeting(QFrame):
    """Cards over the plot; they go when something was chosen or they are dismissed.

    Parameters
    ----------
    commands : Commands
    """

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self.setObjectName("greeting")
        self.setAccessibleName("greeting")
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 14)
        column.setSpacing(10)
        title = QLabel("Welcome to the lab")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        font.setWeight(font.Weight.DemiBold)
        title.setFont(font)
        column.addWidget(title)
        about = QLabel("A sample is in the cryostat, everything is wired and running. Choose something to begin with: "
                       "it sets itself up, runs, and tells what to try next.")
        about.setWordWrap(True)
        column.addWidget(about)
        grid = QGridLayout()
        grid.setSpacing(10)
        self.buttons: list[QAbstractButton] = []
        for number, choice in enumerate(CHOICES):
            card = Card(choice)
            card.clicked.connect(lambda _=False, choice=choice: self._choose(choice))
            grid.addWidget(card, number // 2, number % 2)
            self.buttons.append(card)
        column.addLayout(grid)
        row = QHBoxLayout()
        for key, text in _MORE:
            more = QPushButton(text)
            more.setFlat(True)
            more.setAccessibleName(text)
            more.setToolTip(commands[key].help if key in commands else f"Show: {text.lower()}.")
            more.clicked.connect(lambda _=False, key=key: self._run(key))
            row.addWidget(more)
        row.addStretch(1)
        self.dismiss = QPushButton("Close")
        self.dismiss.setToolTip("Close the greeting; the menu Help shows it again.")
        self.dismiss.setAccessibleName("close the greeting")
        self.dismiss.clicked.connect(self.hide)
        row.addWidget(self.dismiss)
        column.addLayout(row)
        self.setFixedWidth(2 * _WIDTH + 10 + 44)
        self.hide()

    def _choose(self, choice: Choice) -> None:
        command = self._commands[choice.command]
        if not command.enabled():
            self.setToolTip(self._commands.reason(command))
            return
        self._run(choice.command)

    def _run(self, key: str) -> None:
        self.hide()
        if key in self._commands:
            self._commands.run(key)

    def open_over(self, place: QWidget) -> None:
        """Show the card in the middle of ``place``, but nowhere outside of its window."""
        self.adjustSize()
        around = self.parentWidget()
        corner = place.mapTo(around, place.rect().center()) - self.rect().center()
        self.move(max(0, min(corner.x(), around.width() - self.width())),
                  max(0, min(corner.y(), around.height() - self.height())))
        self.show()
        self.raise_()
        self.buttons[0].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let arrows go from card to card, and Esc close the greeting."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        here = next((i for i, button in enumerate(self.buttons) if button.hasFocus()), None)
        if here is not None and event.key() in _STEPS:
            there = here + _STEPS[Qt.Key(event.key())]
            if 0 <= there < len(self.buttons):
                self.buttons[there].setFocus()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the cards anew in other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for button in getattr(self, "buttons", ()):
                button.update()
