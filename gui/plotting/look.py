"""The colours of a plot: those of the window's theme, or for a moment those of paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QColor

from gui.theme import Theme, colour, trace_colour


class Look:
    """What parts of a plot ask for colours, in place of the theme.

    Parameters
    ----------
    theme : Theme
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._paper = False
        self.changed = theme.changed

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self._theme.dark and not self._paper

    def colour(self, name: str) -> QColor:
        """Return one of the theme's colours."""
        if self._paper and name == "base":
            return QColor("white")
        return colour(name, self.dark)

    def trace(self, quantity: str) -> QColor:
        """Return the colour in which a quantity is drawn."""
        return trace_colour(quantity, self.dark)

    @contextmanager
    def on_paper(self) -> Iterator[None]:
        """Have the colours of white paper during the block; what was drawn is to be drawn again after it."""
        self._paper = True
        try:
            yield
        finally:
            self._paper = False
