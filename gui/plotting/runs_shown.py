"""Which runs the plot shows, and in which colour: a run keeps its colour as long as it is there. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice
from weakref import WeakKeyDictionary

from gui.evented import Event
from gui.scans import Scan
from vlab.experiments.procedure import Procedure

EARLIER = 5
"""Earlier runs that are shown unless a hand chose otherwise."""


class RunsShown:
    """The runs of one kind of experiment, and which of them are drawn.

    The newest run and some earlier ones are shown, unless a hand has shown or hidden one.

    Parameters
    ----------
    scans : callable
        Returns all runs of the session, oldest first.
    colours : int
        How many colours there are.
    """

    def __init__(self, scans: Callable[[], list[Scan]], colours: int) -> None:
        self._scans = scans
        self._count = colours
        self._by_hand: WeakKeyDictionary[Scan, bool] = WeakKeyDictionary()
        self._colours: WeakKeyDictionary[Scan, int] = WeakKeyDictionary()
        self.kind: type[Procedure] | None = None
        self.earlier = EARLIER
        self.changed = Event()
        """A hand has chosen or renamed."""

    def all(self) -> list[Scan]:
        """Return the runs of this kind of experiment, oldest first."""
        return [scan for scan in self._scans() if type(scan.procedure) is self.kind]

    def drawable(self) -> list[Scan]:
        """Return those of which there is something to see, or will be."""
        return [scan for scan in self.all() if _is_drawable(scan)]

    def shown(self) -> list[Scan]:
        """Return the runs that are drawn, oldest first."""
        if self._by_hand:
            there = self.drawable()
            usual = set(there[-1 - self.earlier:])
            return [scan for scan in there if self._by_hand.get(scan, scan in usual)]
        newest = (scan for scan in reversed(self._scans()) if type(scan.procedure) is self.kind and _is_drawable(scan))
        return [*islice(newest, 1 + self.earlier)][::-1]

    def is_shown(self, scan: Scan) -> bool:
        """Return whether a run is drawn."""
        return scan in self.shown()

    def show(self, scan: Scan, shown: bool) -> None:
        """Show or hide a run, whatever comes later."""
        self._by_hand[scan] = shown
        self.changed.emit()

    def show_all(self, scans: Iterable[Scan]) -> None:
        """Show several runs, whatever comes later."""
        self._by_hand.update((scan, True) for scan in scans)
        self.changed.emit()

    def show_earlier(self, count: int) -> None:
        """Show the newest run and so many before it; what was chosen one by one is forgotten."""
        self.earlier = count
        self._by_hand.clear()
        self.changed.emit()

    def rename(self, scan: Scan, title: str) -> None:
        """Give a run another title."""
        title = title.strip()
        if title and title != scan.title:
            scan.title = title
            self.changed.emit()

    def colour(self, scan: Scan) -> int:
        """Return the number of a run's colour: the one least used among what is there when it is first drawn."""
        if scan not in self._colours:
            taken = Counter(self._colours[other] for other in self.all() if other in self._colours)
            first = min(taken[n] for n in range(self._count))
            self._colours[scan] = next(n for n in range(self._count) if taken[n] == first)
        return self._colours[scan]


def _is_drawable(scan: Scan) -> bool:
    return scan.status == "running" or scan.points() > 0
