"""Commands: each declared once; menus, shortcuts, buttons and the palette come from the declaration. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gui.evented import Event

MENUS = ("Measure", "Plot", "Setup", "Clock", "View", "Help")
"""The titles of the menus, in their order."""


@dataclass(frozen=True)
class Command:
    """Something that the window can do."""

    key: str
    title: str
    menu: str
    """One of `MENUS`."""
    do: Callable[[], None]
    help: str
    shortcut: str = ""
    enabled: Callable[[], bool] = lambda: True
    checked: Callable[[], bool] | None = None
    """Whether it is switched on, for those that are switches."""


class Commands:
    """All commands of a window, in order of declaration."""

    def __init__(self) -> None:
        self._all: dict[str, Command] = {}
        self.changed = Event()
        """Some command may have become possible or impossible."""

    def add(self, command: Command) -> None:
        """Declare a command.

        Raises
        ------
        ValueError
            Its key or shortcut is taken.
        """
        if command.key in self._all:
            raise ValueError(f"there are two commands {command.key!r}")
        if command.shortcut and any(c.shortcut == command.shortcut for c in self._all.values()):
            raise ValueError(f"two commands want the shortcut {command.shortcut}")
        self._all[command.key] = command

    def __iter__(self) -> object:
        return iter(self._all.values())

    def __getitem__(self, key: str) -> Command:
        return self._all[key]

    def run(self, key: str) -> None:
        """Carry out a command if it is possible now."""
        command = self._all[key]
        if command.enabled():
            command.do()
            self.changed.emit()

    def matching(self, words: str) -> list[Command]:
        """Return the commands whose title or menu holds all words, best first."""
        wanted = words.lower().split()
        found = [c for c in self._all.values() if all(w in f"{c.menu} {c.title} {c.help}".lower() for w in wanted)]
        return sorted(found, key=lambda c: (not all(w in c.title.lower() for w in wanted), not c.enabled()))
