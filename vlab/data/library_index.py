"""The index of a library: what was read of each file, so that it need not be read again. Nothing is lost without it.

A small SQLite database for each folder of runs, in the user's cache; several windows may use it at once. Whatever
goes wrong with it, the files themselves are read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import chain
from pathlib import Path
from typing import Any

import platformdirs

import vlab
from vlab.data.run_entry import Entry
from vlab.data.thumbnail import from_bytes, to_bytes

_FORMAT = f"2 {vlab.__version__}"
"""What is kept by another version is read anew."""
_PLAIN = tuple(f.name for f in fields(Entry) if f.name not in ("path", "curves"))

Stamp = tuple[int, int]
"""When a file was changed (ns) and its size."""


def usual_place(folder: Path) -> Path:
    """Return where the index of a folder is kept."""
    name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    return platformdirs.user_cache_path("vlab", appauthor=False) / "library" / f"{name}.sqlite"


class Index:
    """Entries by path, each with the stamp of the file that it was read from.

    Parameters
    ----------
    place : Path or None
        Its file, made anew if it is damaged; None keeps nothing.
    """

    def __init__(self, place: Path | None) -> None:
        self._base: sqlite3.Connection | None = None
        if place is None:
            return
        for _ in range(2):
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                self._base = self._open(place)
                return
            except sqlite3.OperationalError:  # locked for long, or cannot be written: somebody else's is not deleted
                return
            except (sqlite3.DatabaseError, OSError):
                with contextlib.suppress(OSError):
                    place.unlink()

    @staticmethod
    def _open(place: Path) -> sqlite3.Connection:
        base = sqlite3.connect(place, timeout=2.0)
        try:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=OFF")  # it can be made again
            base.execute("CREATE TABLE IF NOT EXISTS runs (path TEXT PRIMARY KEY, changed INTEGER, size INTEGER, "
                         "format TEXT, facts TEXT, curves BLOB)")
            base.commit()
        except sqlite3.Error:
            base.close()
            raise
        return base

    def entries(self, paths: Iterable[Path] | None = None) -> dict[Path, tuple[Stamp, Entry]]:
        """Return what is kept of some files; all that is kept by default."""
        found: dict[Path, tuple[Stamp, Entry]] = {}
        if self._base is None:
            return found
        sentence = "SELECT path, changed, size, facts, curves FROM runs WHERE format = ?"
        with contextlib.suppress(sqlite3.Error):
            rows = (self._base.execute(sentence, (_FORMAT,)) if paths is None else
                    chain.from_iterable(self._base.execute(f"{sentence} AND path = ?", (_FORMAT, str(path)))
                                        for path in paths))
            for path, changed, size, facts, curves in rows:
                with contextlib.suppress(ValueError, TypeError):
                    found[Path(path)] = ((changed, size), _entry(Path(path), json.loads(facts), curves))
        return found

    def keep(self, read: Iterable[tuple[Stamp, Entry]]) -> None:
        """Remember entries."""
        rows = [(str(e.path), *stamp, _FORMAT, json.dumps({name: getattr(e, name) for name in _PLAIN}),
                 to_bytes(e.curves)) for stamp, e in read]
        self._write("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)", rows)

    def forget(self, paths: Iterable[Path]) -> None:
        """Forget files that are gone."""
        self._write("DELETE FROM runs WHERE path = ?", [(str(path),) for path in paths])

    def _write(self, sentence: str, rows: list[tuple[Any, ...]]) -> None:
        if self._base is not None and rows:
            with contextlib.suppress(sqlite3.Error), self._base:
                self._base.executemany(sentence, rows)

    def close(self) -> None:
        """Close the file."""
        if self._base is not None:
            self._base.close()
            self._base = None


def _entry(path: Path, facts: dict[str, Any], curves: bytes) -> Entry:
    facts["tags"], facts["findings"] = tuple(facts["tags"]), tuple(facts["findings"])
    return replace(Entry(path, ""), **facts, curves=from_bytes(curves))
