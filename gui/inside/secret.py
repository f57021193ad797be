"""The frame of all panels that show what no instrument shows: in exam mode they show nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QWidget

from gui.desk import Desk
from gui.evented import Event
from gui.topics import set_topic

CLOSED = "Closed in exam mode."
_TURN, _TURNS = 18, 6
"""Milliseconds between the drawing of one panel and the next, and how many have turns of their own."""


class SecretPanel(QStackedWidget):
    """A panel with a page of its own and a blank one, which is shown in exam mode.

    Parameters
    ----------
    desk : Desk
    key : str
        Of the panel, in the catalogue and in the help.

    Attributes
    ----------
    page : QWidget
        What a subclass fills.
    """

    _panels: ClassVar[int] = 0

    def __init__(self, desk: Desk, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._pale = False
        """Whether the panel has the colours of another theme."""
        self.page = QWidget(self)
        self.closed = QLabel(CLOSED, self, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.closed.setAccessibleName("closed panel")
        for part in (self.page, self.closed):
            self.addWidget(part)
        set_topic(self, f"panel/{key}")
        ends = self._ends = [desk.exam_changed.connect(self._on_exam)]
        self.destroyed.connect(lambda *_: [end() for end in ends])
        self.setCurrentWidget(self.closed if desk.exam else self.page)

    def listen(self, event: Event, listener: Callable[..., object]) -> None:
        """Call ``listener`` when ``event`` happens, as long as the panel lives."""
        self._ends.append(event.connect(listener))

    def follow_readings(self) -> None:
        """Draw as often as a person can read; panels take turns, so that no picture of the window takes long."""
        SecretPanel._panels += 1
        turn = QTimer(self, singleShot=True, interval=_TURN * (SecretPanel._panels % _TURNS))
        turn.timeout.connect(self._draw_in_turn)
        self.listen(self.desk.model.readings_changed, lambda _: turn.start() if self.seen() else None)

    def _draw_in_turn(self) -> None:
        with self.desk.model.lab.courtesy.wanted("see inside"):
            self.draw()

    def follow_theme(self, recolour: Callable[[], None]) -> None:
        """Call ``recolour`` when the theme changes, as soon as the panel can be seen."""
        self._recolour_all = recolour
        self.desk.theme.changed.connect(self._on_theme)

    def _on_theme(self) -> None:
        self._pale = not self.isVisible()
        if not self._pale:
            self._recolour_all()

    def seen(self) -> bool:
        """Return whether anybody could see what is drawn now; a panel behind other tabs counts as visible for Qt."""
        return self.page.isVisible() and not self.page.visibleRegion().isEmpty()

    def draw(self) -> None:
        """Draw what there is to see, if it is `seen`; also called when the panel comes to light."""

    def _on_exam(self) -> None:
        self.setCurrentWidget(self.closed if self.desk.exam else self.page)
        self.draw()

    def showEvent(self, event: object) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        if self._pale:
            self._on_theme()
        self.draw()


def line_of_text(name: str, **options: object) -> QLabel:
    """Return a label for a line of numbers, which is cut where the panel is narrower and never makes it wider."""
    label = QLabel(**options)  # type: ignore[arg-type]
    label.setAccessibleName(name)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
