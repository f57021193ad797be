"""What a library knows of one run without opening its file again: facts, note, tags, a small picture of the curve."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray

from vlab.data.journal import SUFFIX, lock_of
from vlab.data.thumbnail import Curve, Picture, thumbnail
from vlab.errors import DataError

if TYPE_CHECKING:
    import h5py

UNFINISHED = "unfinished"
"""The status of a journal that nobody is writing any more."""
RUNNING = "running"
BROKEN = "broken"
"""The status of a file that is damaged, or no run of vlab."""

_SAVING = 30.0
"""Seconds that writing a data file may take after a run."""
_STOP_LENGTH = 20_000
"""Bytes at the end of a journal in which its last line is looked for."""
_LONGEST_JOURNAL = 8_000_000
"""Bytes of a journal up to which its points are drawn."""

Pictures = Callable[[str], Picture | None]
"""Says for the key of an experiment what is drawn of its runs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of a library.

    ``parameters`` and ``sample`` are the JSON texts of the file; ``trouble`` is a sentence on a file that cannot be
    read, and empty for all others.
    """

    path: Path
    status: str
    experiment: str = ""
    """Its key."""
    title: str = ""
    started: str = ""
    """ISO 8601, with the time zone."""
    ended: str = ""
    points: int = 0
    seed: int = 0
    noise: bool = True
    uid: str = ""
    parameters: str = "{}"
    sample: str = "{}"
    version: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    trouble: str = ""
    findings: tuple[str, ...] = ()
    """What it shows, in sentences, as far as it was `examined`."""
    examined: bool = False
    curves: tuple[Curve, ...] = ()

    @property
    def moment(self) -> datetime | None:
        """When it began, in local time; None if the file does not say."""
        return moment_of(self.started)

    @property
    def is_run(self) -> bool:
        """Whether it is a data file that can be looked at."""
        return not self.trouble and self.status not in (UNFINISHED, RUNNING)


def moment_of(text: str) -> datetime | None:
    """Return the moment that ISO 8601 text tells, in local time; None if it tells none."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OSError, OverflowError):
        return None


def read_entry(path: Path, pictures: Pictures) -> Entry:
    """Return what a data file or journal tells; never raises."""
    try:
        return _of_journal(path, pictures) if path.name.endswith(SUFFIX) else _of_file(path, pictures)
    except FileNotFoundError:
        return Entry(path, BROKEN, trouble="The file is gone.")
    except Exception as error:  # whatever becomes of a damaged file, it must not hide the others
        return Entry(path, BROKEN, trouble=trouble_of(path, error))


def trouble_of(path: Path, error: Exception) -> str:
    """Return in a sentence why a file cannot be read."""
    if path.name.endswith(SUFFIX):
        return "The journal holds no complete first line of a run, so there is nothing to recover in it."
    reason = str(error)
    if isinstance(error, PermissionError) or "Permission denied" in reason:
        return "The file may not be read; ask its owner for permission."
    if "signature not found" in reason:
        return "The file is no netCDF-4 file, whatever its name says."
    if isinstance(error, OSError):
        return "The file is damaged or was not copied completely; take it from a backup."
    return "The file is no run of vlab: it does not say which experiment it holds."


# -- data files ------------------------------------------------------------------------------------------------


def _of_file(path: Path, pictures: Pictures) -> Entry:
    import h5py

    # without a lock: reading must keep nobody from writing a note
    with h5py.File(path, "r", locking=False) as file:
        told = {name: plain(file.attrs[name]) for name in _WANTED if name in file.attrs}
        entry = _entry(path, told, str(told["status"]))
        try:
            curves = _curves_in(file, pictures(entry.experiment))
        except Exception:  # a picture less is no trouble
            curves = ()
    return replace(entry, curves=curves)


_WANTED = ("procedure", "title", "status", "started", "ended", "points", "seed", "noise", "run",
           "procedure_parameters", "sample", "versions", "note", "tags")


def plain(value: Any) -> Any:
    """Return an attribute of a file as text, number or truth; arrays of one are that one."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray) and value.size == 1:
        return plain(value.reshape(-1)[0])
    return value.item() if isinstance(value, np.generic) else value


def _entry(path: Path, told: Mapping[str, Any], status: str) -> Entry:
    return Entry(path=path, status=status, experiment=str(told["procedure"]), title=str(told.get("title", "")),
                 started=str(told.get("started", "")), ended=str(told.get("ended", "")),
                 points=int(told.get("points", 0)), seed=int(told.get("seed", 0)), noise=bool(told.get("noise", True)),
                 uid=str(told.get("run", "")), parameters=str(told.get("procedure_parameters", "{}")),
                 sample=str(told.get("sample", "{}")),
                 version=str(json.loads(told.get("versions", "{}")).get("vlab", "")),
                 note=str(told.get("note", "")), tags=split_tags(str(told.get("tags", ""))))


def split_tags(text: str) -> tuple[str, ...]:
    """Return the tags in a text, which commas separate; without ``#``, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip().lstrip("#").strip())))


def _curves_in(file: h5py.File, picture: Picture | None) -> tuple[Curve, ...]:
    name = picture.y if picture is not None and picture.y in file else _first_measured(file)
    if name is None:
        return ()
    column = file[name]
    dims = tuple(scale[0].name.lstrip("/") for scale in column.dims)
    picture = picture or Picture(dims[-1], name)
    x = picture.x if picture.x in dims else dims[-1]
    return thumbnail(file[x][...], column[...], dims, picture)


def _first_measured(file: h5py.File) -> str | None:
    return next((name for name, column in file.items()
                 if getattr(getattr(column, "dtype", None), "kind", "") == "f" and "DIMENSION_LIST" in column.attrs),
                None)


# -- journals --------------------------------------------------------------------------------------------------


def being_written(journal: Path) -> bool:
    """Return whether a live process writes a journal."""
    lock = lock_of(journal)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def _of_journal(path: Path, pictures: Pictures) -> Entry:
    with open(path, "rb") as file:
        start = json.loads(file.readline())
        points, rest = 0, b""
        if path.stat().st_size <= _LONGEST_JOURNAL:
            rest = file.read()
            points = rest.count(_POINT)
        else:
            points = sum(line.startswith(_POINT) for line in file)
    told = {"procedure": start["procedure"]["name"], "title": start["title"], "started": start["started"],
            "points": points, "seed": start["seed"], "noise": start["noise"], "run": start["uid"],
            "procedure_parameters": json.dumps(start["procedure"]["parameters"]),
            "sample": json.dumps(start["sample"]), "versions": json.dumps(start["versions"])}
    entry = _entry(path, told, RUNNING if being_written(path) or _being_saved(path) else UNFINISHED)
    try:
        return replace(entry, curves=_curves_of(start, rest, pictures(entry.experiment)))
    except Exception:  # as above
        return entry


_POINT = b'{"kind":"point"'
_STOP = b'\n{"kind":"stop"'


def _being_saved(journal: Path) -> bool:
    """Return whether a run has just ended, so that its data file is about to take the journal's place."""
    if time.time() - journal.stat().st_mtime > _SAVING:
        return False
    with open(journal, "rb") as file:
        file.seek(max(0, journal.stat().st_size - _STOP_LENGTH))
        return _STOP in file.read()


def _curves_of(start: dict[str, Any], lines: bytes, picture: Picture | None) -> tuple[Curve, ...]:
    coordinates = {c["name"]: c["values"] for c in start["coordinates"]}
    names = [v["name"] for v in start["variables"]]
    picture = picture or Picture(list(coordinates)[-1], names[0])
    column: NDArray[np.float64] = np.full([len(values) for values in coordinates.values()], np.nan)
    which = names.index(picture.y) if picture.y in names else 0
    for line in lines.split(b"\n"):
        if line.startswith(_POINT):
            try:
                point = json.loads(line)
            except ValueError:
                break
            column[tuple(point["index"])] = point["values"][which]
    dims = tuple(coordinates)
    x = picture.x if picture.x in dims else dims[-1]
    return thumbnail(np.asarray(coordinates[x]), column, dims, picture)


def read_attributes(path: Path) -> dict[str, Any]:
    """Return all that a data file says of its run, as a dataset's ``attrs`` would.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    import h5py

    try:
        with h5py.File(path, "r", locking=False) as file:
            return {name: plain(value) for name, value in file.attrs.items()}
    except (OSError, RuntimeError, ValueError, UnicodeError) as error:
        raise DataError(f"{path.name} cannot be read. {trouble_of(path, error)}") from None
