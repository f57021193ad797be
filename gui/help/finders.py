"""What the command palette finds beside commands: settings to jump to, experiments to choose, pages of the help."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from gui.commands import Find
from gui.desk import Desk
from gui.help.book import Book
from gui.topics import own_topic
from vlab.experiments import EXPERIMENTS

_WAIT_MS = 60
"""Until a panel that was asked for stands."""


def control_of(topic: str, name: str) -> QWidget | None:
    """Return the control of a topic in the open windows, or the one of that accessible name, if it can be focused."""
    named = None
    for window in QApplication.topLevelWidgets():
        for widget in window.findChildren(QWidget):
            if own_topic(widget) == topic and widget.isEnabled() and widget.isVisible() and widget.focusPolicy():
                return widget
            if named is None and widget.accessibleName() == name and widget.isVisible():
                named = widget
    return named


class Finders:
    """What can be found by typing.

    Parameters
    ----------
    desk : Desk
    book : Book
    owner : QWidget
        While it lives, what was found can be done.
    """

    def __init__(self, desk: Desk, book: Book, owner: QWidget) -> None:
        self._desk = desk
        self._book = book
        self._owner = owner

    def all(self) -> list[Find]:
        """Return everything, of the bench that stands there."""
        return [*self._panels(), *self._settings(), *self._experiments(), *self._pages()]

    def _panels(self) -> list[Find]:
        return [Find("panel", title, partial(self._desk.panel_wanted.emit, key), about)
                for key, title, about in self._book.panels()]

    def _settings(self) -> list[Find]:
        found = []
        for name, kind in self._desk.model.kind.instruments.items():
            short = kind.short or name
            for key, each in kind.declarations.items():
                if each.kind in ("setting", "action", "reading"):
                    found.append(Find(each.kind, f"{short}: {key.replace('_', ' ')}",
                                      partial(self.go_to, each.kind, name, key), each.help))
        for key, parameter in self._desk.model.experiment.parameters().items():
            title = f"{self._desk.model.experiment.in_words()}: {key.replace('_', ' ')}"
            found.append(Find("parameter", title, partial(self._go_to_parameter, key), parameter.help))
        return found

    def go_to(self, kind: str, instrument: str, key: str) -> None:
        """Show the panel of an instrument and give the focus to one of its controls."""
        self._desk.panel_wanted.emit(instrument)
        topic, name = f"{kind}/{instrument}/{key}", f"{instrument} {key.replace('_', ' ')}"
        QTimer.singleShot(_WAIT_MS, self._owner, lambda: _focus(control_of(topic, name)))

    def _go_to_parameter(self, key: str) -> None:
        self._desk.panel_wanted.emit("experiment")
        topic = f"experiment/{self._desk.model.experiment.key}/{key}"
        QTimer.singleShot(_WAIT_MS, self._owner,
                          lambda: _focus(control_of(topic, f"experiment {key.replace('_', ' ')}")))

    def _experiments(self) -> list[Find]:
        return [Find("experiment", f"Choose {kind.in_words()}", partial(self._choose, key), kind.summary())
                for key, kind in EXPERIMENTS.items()]

    def _choose(self, key: str) -> None:
        self._desk.panel_wanted.emit("experiment")
        self._desk.model.choose(EXPERIMENTS[key])

    def _pages(self) -> list[Find]:
        return [Find("help", title, partial(self._desk.help_wanted.emit, place), page)
                for title, place, page in self._book.headings() if place != "contents"]


def _focus(widget: QWidget | None) -> None:
    """Give a control the focus, and scroll until it is seen."""
    if widget is None:
        return
    around = widget.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    if isinstance(around, QScrollArea):
        around.ensureWidgetVisible(widget)
    widget.setFocus()
    select = getattr(widget, "selectAll", None)
    if select is not None:
        select()
