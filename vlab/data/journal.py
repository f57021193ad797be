"""The journal of a run: one JSON document a line, appended as things happen, so that no point is ever lost.

Documents: ``start`` (what is measured, with everything needed to run it again), ``point``, ``setting`` (somebody
changed a setting meanwhile) and ``stop``. Each is flushed to the operating system when it is written, and forced to
the disk once a second. A process that is killed leaves at worst a torn last line, which readers drop.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from vlab.errors import DataError

SUFFIX = ".journal.jsonl"
_SYNC_EVERY = 1.0


class Journal:
    """An open journal; nobody else can write or recover it meanwhile.

    Parameters
    ----------
    path : Path
        A new file, ending in ``.journal.jsonl``.

    Raises
    ------
    DataError
        The file exists already or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = lock_of(path)
            self._lock.acquire(blocking=False)
            self._file = open(path, "x", encoding="utf-8")  # noqa: SIM115
        except FileExistsError:
            self._lock.release()
            raise DataError(f"{path} exists already: another run writes it or was interrupted; use another name, or "
                            "run 'vlab recover' first.") from None
        except Timeout:
            raise DataError(f"{path} is being written by another run; use another name.") from None
        except OSError as error:
            raise DataError(f"{path} cannot be written ({error.strerror}); choose another folder.") from None
        self._synced = time.monotonic()

    def write(self, document: dict[str, Any]) -> None:
        """Append one document; it survives the end of this process when the call returns."""
        self._file.write(json.dumps(document, separators=(",", ":")) + "\n")
        self._file.flush()
        now = time.monotonic()
        if now - self._synced >= _SYNC_EVERY:
            os.fsync(self._file.fileno())
            self._synced = now

    def close(self) -> None:
        """Force everything to the disk and let others at the file."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        self._lock.release()

    def remove(self) -> None:
        """Close and delete, once the data stands in another file."""
        self.close()
        delete(self.path)


def lock_of(path: Path) -> FileLock:
    """Return the lock that the writer of a journal holds; the system frees it when the writer dies."""
    return FileLock(f"{path}.lock")


def delete(path: Path) -> None:
    """Delete a journal and its lock file."""
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        Path(f"{path}.lock").unlink(missing_ok=True)


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Return the documents of a journal, without a torn last line.

    Raises
    ------
    DataError
        The file is not a journal.
    """
    documents: list[dict[str, Any]] = []
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from None
    for line in lines:
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except ValueError:
            break
        if not isinstance(document, dict) or "kind" not in document:
            break
        documents.append(document)
    if not documents or documents[0]["kind"] != "start":
        raise DataError(f"{path} holds no complete first line of a run, so there is nothing to recover in it.")
    return documents
