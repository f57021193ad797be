"""The past runs in the plot: shown, taken off, and put back when their files come back. No Qt of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from gui.library.loading import Filling, Loaded, load
from gui.library.turns import Turns
from gui.models import LabModel
from gui.scans import Scan
from vlab.experiments.procedure import Procedure


class RunsInPlot:
    """Which files' runs the plot has, and how they come there.

    Parameters
    ----------
    model : LabModel
        Its scans are what the plot has.
    turns : Turns
        In which files are read and curves filled.

    Attributes
    ----------
    files : frozenset of Path
        Of the runs in the plot.
    numbers : dict
        What the plot calls the runs of this session, by file.
    """

    def __init__(self, model: LabModel, turns: Turns) -> None:
        self._model = model
        self._turns = turns
        self.files: frozenset[Path] = frozenset()
        self.numbers: dict[Path, int] = {}
        self._loading: set[Path] = set()
        self._taken_off: list[Scan] = []
        """What was in the plot of runs that were put away."""
        self._kind = model.experiment

    def turn_to(self, kind: type[Procedure]) -> None:
        """Take notice that the plot shows the runs of another kind of experiment."""
        self._kind = kind
        self.look()

    def look(self) -> None:
        """See what is in the plot now."""
        self.files = frozenset(scan.file for scan in self._model.scans
                               if scan.file is not None and type(scan.procedure) is self._kind)
        self.numbers |= {scan.file: scan.number for scan in self._model.scans if scan.file is not None}

    def drop(self, paths: set[Path]) -> None:
        """Take runs off the plot."""
        self._model.drop_scans([scan for scan in self._model.scans if scan.file in paths])

    def show(self, paths: list[Path]) -> None:
        """Read the runs that are not in the plot, then show them together with those that are."""
        scans = [scan for scan in self._model.scans if scan.file in paths]
        there = {scan.file for scan in scans}
        wanted = [path for path in paths if path not in there | self._loading]
        if scans and not wanted:  # they are kept, and runs of another experiment are looked at
            self._model.show_past(*scans)
            return
        left = set(wanted)

        def done(path: Path) -> None:
            left.discard(path)
            self._loading.discard(path)
            if not left and scans:
                self._model.show_past(*scans)

        def loaded(path: Path, found: Loaded) -> None:
            known = self.numbers.get(path)  # as it stands in the laboratory's book
            scan = found.scan(self._model.new_number() if known is None else known)
            scans.append(scan)
            self._turns.fill(Filling(scan, found), partial(done, path))

        self._loading.update(wanted)
        for path in wanted:
            self._turns.do(partial(load, path), partial(loaded, path), partial(done, path))

    def take_off(self, paths: list[Path]) -> None:
        """Take the traces of runs off the plot that were put away."""
        self._taken_off = [scan for scan in self._model.scans if scan.file in paths]
        if self._taken_off:
            self._model.drop_scans(self._taken_off)

    def put_back(self, paths: list[Path]) -> None:
        """Show again what was taken off the plot with runs that are there again."""
        again = [scan for scan in self._taken_off if scan.file in paths]
        self._taken_off = []
        if again:
            self._model.show_past(*again)
