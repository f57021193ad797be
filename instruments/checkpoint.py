"""Checkpoints: a whole bench in one file, from which it goes on to the same numbers, to the bit.

Saved are the kind of bench, the sample's parameters, seed and noise, lab time and ticks, cables, all settings, ramps
and delayed actions in progress, faults, filter states, random streams, and the nuclear spins. Saving is no event: the
bench goes on as if nothing had happened. A run is not part of the bench: its points are in its journal, and an
experiment with ``prepare="continue"`` measures on from a restored bench.

A class with state lists its attributes in ``_memory`` (`instruments.memory`); what is not listed is lost, and a test
finds it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from instruments.bench import Bench
from instruments.benches import BENCHES
from instruments.memory import Misfit, Unsavable, restored, saved
from vlab.data.provenance import versions
from vlab.errors import DataError, RunError, SettingError, VlabError

KIND = "vlab checkpoint"
FORMAT = 1
"""Raised when a file of before cannot be read any more."""


def save_checkpoint(bench: Bench, path: str | Path) -> Path:
    """Write all that a bench remembers to a file: whole, or not at all; an older checkpoint of that name is replaced.

    Parameters
    ----------
    bench : Bench
        One of the ready-made kinds; also in the midst of a run, between two waits.
    path : path

    Returns
    -------
    Path

    Raises
    ------
    DataError
        The file cannot be written, something else has that name, or the bench is of no ready-made kind.
    RunError
        Lab time is passing just now.
    """
    target = _path(path)
    if getattr(bench, "kind", None) not in BENCHES:
        raise DataError(f"a checkpoint can be made of benches of the kinds {', '.join(BENCHES)} only, and this is "
                        f"a {type(bench).__name__}.")
    if bench._anchor_ps is not None:
        raise RunError("a checkpoint cannot be made while lab time passes; wait until sleep has returned.")
    if target.exists() and not _is_ours(target):
        raise DataError(f"{target} exists already and is no checkpoint; choose another name.")
    try:
        state = saved(bench)
    except Unsavable as mistake:
        raise DataError(f"{mistake} Please report it.") from None
    document = {
        "kind": KIND,
        "format": FORMAT,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "bench": {"kind": bench.kind, "seed": bench.seed, "noise": bench.noise,
                  "sample": {n: v for n, v in bench.sample_record().items() if n != "kind"}},
        "digest": _digest(state),
        "state": state,
    }
    _write_whole(target, json.dumps(document, indent=1, allow_nan=False))
    return target


def restore_bench(path: str | Path) -> Bench:
    """Return a bench as it was when a checkpoint was made.

    Parameters
    ----------
    path : path
        A file that `save_checkpoint` wrote.

    Raises
    ------
    DataError
        The file cannot be read, is no checkpoint, is torn, or was written by a version of vlab whose benches differ.
    """
    source = _path(path)
    document = _read(source)
    told = document["versions"]["vlab"]
    try:
        facts, state = document["bench"], document["state"]
        kind = BENCHES[facts["kind"]]
        bench = kind.make(kind.sample_type.from_record(facts["sample"]), seed=facts["seed"], noise=facts["noise"])
        memory = state["memory"]
        restored(memory["wiring"], bench.wiring)
        bench._rewired()  # before the rest, since plugging in may leave traces in the instruments
        restored(state, bench)
    except (Misfit, VlabError, KeyError, TypeError, ValueError, AttributeError, ImportError, zlib.error):
        raise DataError(f"{source} was written by vlab {told}, whose benches are not those of this version; restore it "
                        "with that version.") from None
    return bench


def _path(path: object) -> Path:
    if not isinstance(path, str | Path) or not str(path):
        raise SettingError(f"a checkpoint got the file name {path!r}; it wants one such as 'bench.json'.")
    return Path(path)


def _digest(state: Any) -> str:
    return hashlib.sha256(json.dumps(state, separators=(",", ":")).encode()).hexdigest()


def _is_ours(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            return KIND.encode() in file.read(64)
    except OSError:
        return False


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}).") from None
    torn = DataError(f"{path} is a checkpoint that is torn or was changed by hand; take another one.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        if KIND.encode() in text[:64]:
            raise torn from None
        document = None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise DataError(f"{path} is no checkpoint of a bench; choose a file that save_checkpoint wrote.")
    if document.get("format") != FORMAT:
        raise DataError(f"{path} is a checkpoint of format {document.get('format')}, and this vlab reads format "
                        f"{FORMAT}; restore it with the version that wrote it.")
    if (not isinstance(document.get("versions"), dict) or "vlab" not in document["versions"]
            or document.get("digest") != _digest(document.get("state"))):
        raise torn
    return document


def _write_whole(target: Path, text: str) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except OSError as error:
        raise DataError(f"{target} cannot be written ({error.strerror or error}); choose another place.") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
