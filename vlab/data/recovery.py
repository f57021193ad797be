"""Turning the journals that a crash left behind into data files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout

from vlab.data.dataset import save, to_dataset
from vlab.data.journal import SUFFIX, delete, lock_of, read_journal
from vlab.errors import DataError


@dataclass(frozen=True)
class Recovered:
    """What became of one journal."""

    journal: Path
    file: Path | None
    """The data file; None when nothing could be made of the journal."""
    points: int
    message: str


def recover(folder: Path) -> list[Recovered]:
    """Make a data file of every journal below ``folder`` that no live process is writing.

    Parameters
    ----------
    folder : Path
        Searched with all folders in it; a single journal may be named as well.

    Raises
    ------
    DataError
        There is no such folder.
    """
    if not folder.exists():
        raise DataError(f"there is no folder or journal {str(folder)!r}.")
    journals = [folder] if folder.is_file() else sorted(folder.rglob(f"*{SUFFIX}"))
    return [_recover_one(journal) for journal in journals]


def _recover_one(journal: Path) -> Recovered:
    if not journal.name.endswith(SUFFIX):
        raise DataError(f"{journal} is not a journal; its name would end in {SUFFIX}.")
    lock = lock_of(journal)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return Recovered(journal, None, 0, "a running measurement is still writing it")
    try:
        documents = read_journal(journal)
        target = _free_name(journal.with_name(journal.name.removesuffix(SUFFIX) + ".nc"))
        save(to_dataset(documents), target)
        points = sum(d["kind"] == "point" for d in documents)
        lock.release()
        delete(journal)
        return Recovered(journal, target, points, f"{points} points recovered")
    except DataError as error:
        return Recovered(journal, None, 0, str(error))
    finally:
        lock.release()


def _free_name(path: Path) -> Path:
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate
