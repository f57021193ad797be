"""Commands: each declared once; menus, shortcuts, buttons and the palette come from the declaration. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gui.evented import Event

MENUS = ("Measure", "Edit", "Plot", "Setup", "Clock", "View", "Help")
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
    words: Callable[[], str] | None = None
    """Its title at the moment, for those that tell what they would do: ``"Undo laser power 20 nW → 30 nW"``."""
    why_not: Callable[[], str] | None = None
    """Why it is impossible now, in a few words."""

    def title_now(self) -> str:
        """Return its title at the moment."""
        return self.words() if self.words is not None else self.title


@dataclass(frozen=True)
class Find:
    """Something that the palette found beside commands: a setting, an experiment, a page of the help."""

    kind: str
    """What it is, in a word."""
    title: str
    do: Callable[[], None]
    about: str = ""


def match(wanted: str, text: str, loosely: bool = True) -> int | None:
    """Return how badly what was typed fits a text, 0 for the best; None if it does not.

    Each word counts by itself: the beginning of a word of the text, a part of one, first letters of successive words
    (``tc`` for time constant) and, if ``loosely``, letters in the same order with few others between.
    """
    text = text.lower()
    starts = [i for i, sign in enumerate(text) if sign.isalnum() and (i == 0 or not text[i - 1].isalnum())]
    total = 0
    for word in wanted.lower().split():
        if any(text.startswith(word, i) for i in starts):
            total += 0 if text.startswith(word) else 1
        elif word in text:
            total += 3
        elif loosely and len(word) > 1 and word in "".join(text[i] for i in starts):
            total += 5
        elif loosely and len(word) > 3 and (gaps := _gaps(word, text)) is not None and gaps <= len(word) // 3:
            total += 8 + gaps
        else:
            return None
    return total


def _gaps(word: str, text: str) -> int | None:
    """Return how many letters of the text lie between those of the word, which come in the same order."""
    best: int | None = None
    for start in (i for i, sign in enumerate(text) if sign == word[0]):
        place, gaps = start, 0
        for sign in word[1:]:
            there = text.find(sign, place + 1)
            if there < 0:
                return best
            gaps, place = gaps + there - place - 1, there
        best = gaps if best is None else min(best, gaps)
    return best


class Commands:
    """All commands of a window, in order of declaration."""

    def __init__(self) -> None:
        self._all: dict[str, Command] = {}
        self.changed = Event()
        """Some command may have become possible or impossible."""
        self.sources: list[Callable[[], list[Find]]] = []
        """What else can be found by typing: asked when the palette opens."""
        self.why_not: Callable[[Command], str] = lambda _: ""
        """Why a command that does not say it itself is impossible now."""

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

    def __iter__(self) -> Iterator[Command]:
        return iter(self._all.values())

    def __contains__(self, key: str) -> bool:
        return key in self._all

    def __getitem__(self, key: str) -> Command:
        return self._all[key]

    def run(self, key: str) -> None:
        """Carry out a command if it is possible now."""
        command = self._all[key]
        if command.enabled():
            command.do()
            self.changed.emit()

    def reason(self, command: Command) -> str:
        """Return why a command is impossible now; empty if it is possible."""
        if command.enabled():
            return ""
        return (command.why_not() if command.why_not is not None else self.why_not(command)) or "not possible now"

    def matching(self, words: str) -> list[Command]:
        """Return the commands that fit what was typed, best first."""
        return [command for _, command in self.ranked(words)]

    def ranked(self, words: str) -> list[tuple[int, Command]]:
        """Return the commands that fit what was typed, each with how badly it does, best first."""
        found = []
        for command in self._all.values():
            title = match(words, command.title_now())
            rest = match(words, f"{command.menu} {command.title} {command.help}", loosely=False)
            fits = [each for each in (title, None if rest is None else rest + 6) if each is not None]
            if fits:
                found.append((min(fits), command))
        return sorted(found, key=lambda each: (each[0], not each[1].enabled()))
