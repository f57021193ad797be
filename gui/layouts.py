"""Layouts: which panels a task wants, and where. Data only; `gui.docking` puts the docks there."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_INSTRUMENTS, MORE_INSTRUMENTS = "instruments", "more instruments"
"""Stand for the panels of the bench's instruments, in the order of the light's way."""

Tabs = tuple[str, ...]
"""Keys of panels that lie over each other; the first is in front."""


@dataclass(frozen=True)
class Layout:
    """Where the panels are that a task wants; all others are closed.

    Each side is a row (top, bottom) or a column (left, right) of groups of tabs.
    """

    key: str
    title: str
    about: str
    left: tuple[Tabs, ...] = ()
    right: tuple[Tabs, ...] = ()
    top: tuple[Tabs, ...] = ()
    bottom: tuple[Tabs, ...] = ()
    plot: bool = True
    """Whether the plot is in the middle; without it the panels share the room."""
    widths: tuple[int, int] = (310, 330)
    """Of the left and the right column, in pixels at first."""
    height: int = 230
    """Of the bottom row."""
    secret: bool = False
    """Whether its purpose is to show what no instrument shows; not offered in exam mode."""

    def groups(self) -> tuple[tuple[str, tuple[Tabs, ...]], ...]:
        """Return the groups of tabs by side."""
        return (("left", self.left), ("right", self.right), ("top", self.top), ("bottom", self.bottom))


MEASURE = Layout(
    "measure", "Measure", "Experiment, plot, instruments, and the optical table.",
    left=(("experiment", "sample", "queue"),), right=((FIRST_INSTRUMENTS,), (MORE_INSTRUMENTS,)),
    bottom=(("path",), ("strip", "inside", "rate", "log")))

SET_UP = Layout(
    "setup", "Set up", "The optical table, scope and spectrum beside the instruments.",
    top=(("path",),), bottom=(("scope", "strip"), ("spectrum", "log")),
    right=((FIRST_INSTRUMENTS,), (MORE_INSTRUMENTS, "sample")), plot=False, widths=(0, 400), height=320)

INSIDE = Layout(
    "inside", "Look inside", "What no instrument shows, beside the measurement.",
    left=(("experiment", "sample"),),
    right=(("rate", "bifurcation", "distribution", "spins", "precession"), ("inside", "theory")),
    bottom=(("strip", "path", "log"),), widths=(310, 470), height=240, secret=True)

RUNS = Layout(
    "runs", "Runs", "Earlier runs, to be found, compared, overlaid and measured again.",
    left=(("library",), ("queue", "experiment")), widths=(520, 0))

LEARN = Layout(
    "learn", "Learn", "Explanations beside experiment and plot.",
    left=(("experiment", "sample"),), right=(("help",),), bottom=(("path", "inside", "rate", "strip"),),
    widths=(310, 420), height=255)

SIDES: dict[str, str] = {"experiment": "left", "sample": "left", "queue": "left", "library": "left", "help": "left"}
"""Where a panel opens in a layout that does not want it, if that has a plot: without one, a column beside it has no
height. Instruments open on the right, all others at the bottom."""

LAYOUTS: tuple[Layout, ...] = (MEASURE, SET_UP, INSIDE, RUNS, LEARN)
