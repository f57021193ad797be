"""The library: all runs below a folder, finished and cut off, with what one looks for in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vlab.data.journal import SUFFIX
from vlab.data.library_index import Index, Stamp, usual_place
from vlab.data.run_entry import BROKEN, RUNNING, UNFINISHED, Entry, Pictures, being_written, read_entry

TRASH = ".trash"
"""The folder, beside a run, into which a run is put away."""
_DATA = ".nc"
_KEPT_AT_ONCE = 40
"""Entries that are read before they are written into the index."""

Findings = Callable[[Entry], tuple[str, ...]]
"""Says what a run shows, in sentences."""


@dataclass(frozen=True)
class Gone:
    """A run that is no longer there."""

    path: Path


class Library:
    """The runs below a folder.

    Parameters
    ----------
    folder : Path
        Searched with all folders in it but hidden ones; it need not exist yet.
    pictures : callable, optional
        Says for the key of an experiment what is drawn of its runs; by default the first variable.
    index : Path, optional
        Where is kept what was read; in the user's cache by default.
    findings : callable, optional
        Says what a run shows; asked by `examine` alone. By default nothing is found.

    Notes
    -----
    One thread at a time may use it; other libraries, also of other processes, may share its folder and index.
    """

    def __init__(self, folder: Path, pictures: Pictures = lambda _: None, index: Path | None = None,
                 findings: Findings = lambda _: ()) -> None:
        self.folder = Path(folder)
        self._pictures = pictures
        self._findings = findings
        self._unexamined: dict[Path, tuple[Stamp, Entry]] = {}
        self._index = index or usual_place(self.folder)
        self._seen: dict[Path, tuple[Stamp, str]] = {}
        """Stamp and status of what was told."""
        self._doubted: set[Path] = set()
        """Files that could not be read, once: perhaps somebody was writing them."""

    def changes(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Entry | Gone]:
        """Tell what is new, changed or gone since the last call, newest files first; all at the first call.

        Never raises for what is wrong with a file: its entry says it.

        Parameters
        ----------
        stop : callable
            Asked before each file that is opened; true ends it, and the next call goes on.
        """
        there = dict(sorted(self._files(), key=lambda item: -item[1][0]))
        first = not self._seen
        gone = [path for path in self._seen if path not in there]
        for path in gone:
            del self._seen[path]
            self._unexamined.pop(path, None)
            yield Gone(path)
        fresh = {path: stamp for path, stamp in there.items() if self._is_news(path, stamp)}
        if not fresh:
            return
        index = Index(self._index)
        read: list[tuple[Stamp, Entry]] = []
        try:
            kept = index.entries(None if first else fresh)
            index.forget(path for path in kept if path not in there)
            index.forget(gone)
            for path, stamp in fresh.items():
                entry = kept[path][1] if path in kept and kept[path][0] == stamp else None
                if entry is None:
                    if stop():
                        return
                    entry = read_entry(path, self._pictures)
                    if not path.name.endswith(SUFFIX) and entry.status != BROKEN:
                        read.append((stamp, entry))
                    if len(read) >= _KEPT_AT_ONCE:
                        index.keep(read)
                        read = []
                before = self._seen.get(path)
                self._seen[path] = stamp, entry.status
                if entry.status == BROKEN and before == self._seen[path]:  # it is so
                    self._doubted.discard(path)
                    continue
                (self._doubted.add if entry.status == BROKEN else self._doubted.discard)(path)
                if entry.is_run and not entry.examined:
                    self._unexamined[path] = stamp, entry
                yield entry
        finally:
            index.keep(read)
            index.close()

    @property
    def unexamined(self) -> bool:
        """Whether there are runs of which it is not known yet what they show."""
        return bool(self._unexamined)

    def examine(self, stop: Callable[[], bool] = lambda: False) -> Iterator[Entry]:
        """Find out what runs show that `changes` has told, newest first; it is remembered in the index.

        Never raises for what is wrong with a run: then nothing is found.

        Parameters
        ----------
        stop : callable
            Asked after each run; true ends it, and the next call goes on.
        """
        if not self._unexamined:
            return
        known: list[tuple[Stamp, Entry]] = []
        try:
            while self._unexamined:
                path = next(iter(self._unexamined))
                stamp, entry = self._unexamined.pop(path)
                try:
                    found = tuple(map(str, self._findings(entry)))
                except Exception:  # it is a help and no duty
                    found = ()
                entry = replace(entry, findings=found, examined=True)
                known.append((stamp, entry))
                yield entry
                if stop():
                    return
        finally:
            index = Index(self._index)
            index.keep(known)
            index.close()

    def _is_news(self, path: Path, stamp: Stamp) -> bool:
        before = self._seen.get(path)
        if before is None or before[0] != stamp or path in self._doubted:
            return True
        # a process that was killed changes no file
        return before[1] in (RUNNING, UNFINISHED) and before[1] != (RUNNING if being_written(path) else UNFINISHED)

    def _files(self) -> Iterator[tuple[Path, Stamp]]:
        folders = [self.folder]
        while folders:
            try:
                with os.scandir(folders.pop()) as inside:
                    for item in inside:
                        if item.name.startswith("."):
                            continue
                        try:
                            if item.is_dir(follow_symlinks=False):
                                folders.append(Path(item.path))
                            elif item.name.endswith((_DATA, SUFFIX)) and item.is_file():
                                facts = item.stat()
                                yield Path(item.path), (facts.st_mtime_ns, facts.st_size)
                        except OSError:
                            continue  # it went away meanwhile
            except OSError:
                continue
