"""The shelf: the runs of a folder as rows, found, filtered and sorted; notes, recovery, trash with undo. No Qt."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gui.evented import Event
from gui.library.errands import Errands
from gui.library.row import Row, findings_of, picture_of
from vlab.data.annotation import annotate
from vlab.data.library import TRASH, Gone, Library
from vlab.data.recovery import recover
from vlab.data.run_entry import RUNNING, UNFINISHED, Entry
from vlab.data.run_search import Query

_EXAMINING = 0.2
"""Seconds of finding out what runs show, before other work gets its turn."""
_TURN, _BREATH = 2e-3, 1e-3
"""Seconds that the reader works, and then stands back, so that the window is never without the interpreter."""

ORDERS: dict[str, Callable[[Row], Any]] = {
    "newest first": lambda row: (-(row.moment.timestamp() if row.moment else 0.0),),
    "oldest first": lambda row: (row.moment.timestamp() if row.moment else 0.0,),
    "by experiment": lambda row: (row.heading, -(row.moment.timestamp() if row.moment else 0.0)),
    "by sample": lambda row: (row.sample, -(row.moment.timestamp() if row.moment else 0.0)),
    "by finding": lambda row: (not row.entry.findings, row.heading, *row.result()),
    "most points first": lambda row: (-row.entry.points,),
    "noted first": lambda row: (not (row.entry.note or row.entry.tags),
                                -(row.moment.timestamp() if row.moment else 0.0)),
}
"""The orders of the list."""


class Shelf:
    """The runs of a folder.

    Parameters
    ----------
    folder : Path
    index : Path, optional
        Where is kept what was read; in the user's cache by default.

    Attributes
    ----------
    rows : list of Row
        What is shown, in order; runs that were cut off come first.
    """

    def __init__(self, folder: Path, index: Path | None = None) -> None:
        self.errands = Errands()
        self.changed = Event()
        """Other rows are shown, or they say something else."""
        self.went = Event()
        """With the files of runs that were put away."""
        self.came_back = Event()
        """With the files of runs that were brought back."""
        self.noticed = Event()
        """With a level and a sentence."""
        self.looked = Event()
        """The folder was looked through."""
        self.rows: list[Row] = []
        self.text, self.experiment, self.status, self.order = "", "", "", next(iter(ORDERS))
        self._index = index
        self._all: dict[Path, Row] = {}
        self._by_run: dict[str, set[Path]] = {}
        """The files of each run; more than one where there are copies."""
        self._watched, self._behind = True, False
        self._put_away: list[list[tuple[Path, Path]]] = []
        """What went into the trash, last first: where it was and where it is."""
        self.set_folder(folder)

    # -- looking -----------------------------------------------------------------------------------------------

    def set_folder(self, folder: Path) -> None:
        """Show the runs of another folder."""
        self.folder = Path(folder)
        self._library = Library(self.folder, picture_of, self._index, findings_of)
        self._news: deque[Row | Gone] = deque()
        self._looking = False
        self._examining = False
        self._again = False
        self._all.clear()
        self._by_run.clear()
        self._put_away.clear()
        self._refilter()

    @property
    def looking(self) -> bool:
        """Whether the folder is being looked through."""
        return self._looking

    def __len__(self) -> int:
        return len(self._all)

    def look(self) -> None:
        """Look for what is new, changed or gone."""
        if self._looking:
            self._again = True
            return
        self._looking, self._again = True, False
        library, news = self._library, self._news

        def work() -> None:
            turn = time.perf_counter()
            for item in library.changes(lambda: self.errands.leaving or library is not self._library):
                news.append(item if isinstance(item, Gone) else Row.of(item))
                if time.perf_counter() - turn > _TURN:
                    time.sleep(_BREATH)
                    turn = time.perf_counter()

        def then(_: object, failure: Exception | None) -> None:
            if library is not self._library:
                return
            self._looking = False
            self._take_news()
            if failure is not None:
                self.noticed.emit("error", f"The runs in {library.folder} could not all be read ({failure}).")
            self.looked.emit()
            if self._again:
                self.look()
            self._examine()

        self.errands.do(work, then)

    def _examine(self) -> None:
        """Find out what runs show, some at a time: whatever else there is to do comes in between."""
        library, news = self._library, self._news
        if self._examining or not library.unexamined:
            return
        self._examining = True

        def work() -> None:
            end = time.perf_counter() + _EXAMINING
            for entry in library.examine(lambda: time.perf_counter() > end or self.errands.leaving
                                         or library is not self._library):
                news.append(Row.of(entry))
                time.sleep(_BREATH)

        def then(_: object, failure: Exception | None) -> None:
            if library is self._library:
                self._examining = False
                self._take_news()
                if failure is None:
                    self._examine()

        self.errands.do(work, then)

    def pull(self) -> None:
        """Take over what was found and done."""
        self._take_news()
        self.errands.pull()

    def _take_news(self) -> None:
        if not self._news:
            return
        touched: set[str] = set()
        while self._news:
            item = self._news.popleft()
            path = item.path if isinstance(item, Gone) else item.entry.path
            before = self._all.pop(path, None) if isinstance(item, Gone) else self._all.get(path)
            if before is not None:
                touched.add(before.entry.uid)
                self._by_run.get(before.entry.uid, set()).discard(path)
            if not isinstance(item, Gone):
                self._all[path] = item
                if item.entry.uid and item.entry.is_run:
                    touched.add(item.entry.uid)
                    self._by_run.setdefault(item.entry.uid, set()).add(path)
        self._find_copies(touched)
        self._refilter()

    def _find_copies(self, runs: set[str]) -> None:
        """Say of files that hold the same run which of them is the run's own: that which has its name."""
        for uid in runs:
            rows = [self._all[path] for path in self._by_run.get(uid, ())]
            if not rows:
                self._by_run.pop(uid, None)
                continue
            own = min(rows, key=lambda row: (not row.entry.path.stem.endswith(uid), len(row.entry.path.parts),
                                             len(row.entry.path.name), row.entry.path)).entry.path
            for row in rows:
                copy_of = "" if row.entry.path == own else own.name
                if row.copy_of != copy_of:
                    self._all[row.entry.path] = replace(row, copy_of=copy_of)

    # -- choosing ----------------------------------------------------------------------------------------------

    def search(self, text: str) -> None:
        """Show the runs that have all words of ``text``."""
        self.text = text
        self._refilter()

    def choose(self, *, experiment: str | None = None, status: str | None = None, order: str | None = None) -> None:
        """Show the runs of an experiment (its key) or of a status only, empty for all; or in another order."""
        self.experiment = self.experiment if experiment is None else experiment
        self.status = self.status if status is None else status
        self.order = self.order if order is None else order
        self._refilter()

    def watch(self, watched: bool) -> None:
        """Say whether anybody sees the rows; while nobody does, they are not kept in order."""
        self._watched = watched
        if watched and self._behind:
            self._refilter()

    def _refilter(self) -> None:
        self._behind = not self._watched
        if self._behind:
            return
        query = Query(self.text)
        rows = [row for row in self._all.values()
                if (not self.experiment or row.entry.experiment == self.experiment)
                and (not self.status or row.entry.status == self.status) and query.matches(row.text)]
        key = ORDERS[self.order]
        rows.sort(key=lambda row: (row.entry.status not in (UNFINISHED, RUNNING), *key(row), row.entry.path))
        self.rows = rows
        self.changed.emit()

    def experiments(self) -> dict[str, str]:
        """Return the experiments of which there are runs: their titles by key, in order of title."""
        found = {row.entry.experiment: row.heading for row in self._all.values() if row.entry.experiment}
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def statuses(self) -> set[str]:
        """Return the statuses that there are."""
        return {row.entry.status for row in self._all.values()}

    def row(self, path: Path) -> Row | None:
        """Return a run by its file."""
        return self._all.get(path)

    def unfinished(self) -> list[Row]:
        """Return the runs that were cut off and wait to be recovered."""
        return [row for row in self._all.values() if row.entry.status == UNFINISHED]

    def free_seed(self, entry: Entry) -> int:
        """Return the lowest seed above those of all runs of the same experiment, parameters and sample."""
        alike = [row.entry.seed for row in self._all.values()
                 if (row.entry.experiment, row.entry.parameters, row.entry.sample)
                 == (entry.experiment, entry.parameters, entry.sample)]
        return max([entry.seed, *alike]) + 1

    # -- doing -------------------------------------------------------------------------------------------------

    def annotate(self, path: Path, note: str | None = None, tags: Sequence[str] | None = None) -> None:
        """Write a note or tags into a file."""
        self._do(lambda: annotate(path, note, tags))

    def recover(self, paths: Sequence[Path]) -> None:
        """Make data files of journals that were left behind."""

        def then(results: Any) -> None:
            for result in results:
                if result.file is None:
                    self.noticed.emit("warning", f"{result.journal.name} could not be recovered: {result.message}")
                else:
                    self.noticed.emit("info", f"{result.message} into {result.file.name}.")

        self._do(lambda: [found for path in paths for found in recover(path)], then)

    def put_away(self, paths: Sequence[Path]) -> None:
        """Move files into the trash, a hidden folder beside them."""

        def work() -> list[tuple[Path, Path]]:
            moved = []
            for path in paths:
                place = path.parent / TRASH / path.name
                place.parent.mkdir(exist_ok=True)
                number = 1
                while place.exists():
                    number += 1
                    place = place.with_name(f"{path.stem}-{number}{path.suffix}")
                path.rename(place)
                moved.append((path, place))
            return moved

        def then(moved: Any) -> None:
            self._put_away.append(moved)
            self.went.emit([path for path, _ in moved])
            runs = "a run" if len(moved) == 1 else f"{len(moved)} runs"
            self.noticed.emit("info", f"Put away {runs}, into {moved[0][1].parent}; Ctrl+Z in the list brings back.",
                               ("Undo", "library.back"))

        self._do(work, then)

    @property
    def can_bring_back(self) -> bool:
        """Whether something was put away in this session."""
        return bool(self._put_away)

    def bring_back(self) -> None:
        """Undo the last `put_away`."""
        if not self._put_away:
            return
        moved = self._put_away[-1]

        def work() -> None:
            for path, _ in moved:
                if path.exists():
                    raise FileExistsError(0, f"{path} exists again, so nothing was brought back; rename it first.")
            for path, place in moved:
                if place.exists():
                    place.rename(path)

        def then(_: object) -> None:
            if moved in self._put_away:
                self._put_away.remove(moved)
            self.came_back.emit([path for path, _ in moved])

        self._do(work, then)

    def _do(self, work: Callable[[], Any], then: Callable[[Any], None] = lambda _: None) -> None:
        """Do something to the files, tell what went wrong, and look again."""

        def done(answer: Any, failure: Exception | None) -> None:
            if failure is not None:
                reason = getattr(failure, "strerror", None) or str(failure)
                self.noticed.emit("warning", reason[0].upper() + reason[1:])
            else:
                then(answer)
            self.look()

        self.errands.do(work, done)

    def stop(self) -> None:
        """Read nothing more."""
        self.errands.stop()
