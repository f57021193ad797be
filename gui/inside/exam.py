"""Exam mode: the command that closes all panels that show what no instrument shows. No Qt widgets here."""

from __future__ import annotations

from gui.commands import Command
from gui.desk import Desk

_KEPT = "exam mode"


class ExamMode:
    """Begins and ends exam mode, and remembers it between two starts.

    Parameters
    ----------
    desk : Desk
        Goes into exam mode at once if it was left in it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.set_exam(str(desk.settings.value(_KEPT, "off")) == "on")

    def turn(self) -> None:
        """Begin exam mode, or end it."""
        desk = self._desk
        desk.set_exam(not desk.exam)
        desk.settings.setValue(_KEPT, "on" if desk.exam else "off")
        desk.model.notice("info", "Exam mode is on: panels that show what no instrument shows are closed." if desk.exam
                          else "Exam mode is off: See inside is open again.")
        desk.commands.changed.emit()

    def command(self) -> Command:
        """Return the command of the menu View."""
        return Command("view.exam", "Exam mode", "View", self.turn,
                       "Close all panels that show what no instrument shows, or open them again.",
                       checked=lambda: self._desk.exam)
