"""Notes and tags on a run, kept in its file as the attributes ``note`` and ``tags``, where every program sees them."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from vlab.data.run_entry import split_tags
from vlab.errors import DataError

LONGEST = 20_000
"""Characters of a note; more would not fit into an attribute of the file."""


def annotate(path: Path, note: str | None = None, tags: Sequence[str] | None = None) -> None:
    """Write a note or tags to a run; an empty one is taken away, None leaves it as it is.

    A copy of the file is changed and put in its place, so that a crash or a reader at the same time sees the old file
    or the new one.

    Parameters
    ----------
    path : Path
        A data file.
    note : str, optional
    tags : sequence of str, optional

    Raises
    ------
    DataError
        The file cannot be written, or the note is too long.
    """
    import h5py

    if note is not None and len(note) > LONGEST:
        raise DataError(f"the note has {len(note)} characters; it may have at most {LONGEST}.")
    wanted = {"note": note, "tags": None if tags is None else ", ".join(split_tags(",".join(tags)))}
    changes = {name: text.replace("\0", "").strip() for name, text in wanted.items() if text is not None}
    lock = FileLock(Path(tempfile.gettempdir()) / f"vlab-notes-{_user()}.lock", timeout=10.0)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with lock:  # two that write at once would else lose one of the notes
            shutil.copy2(path, part)
            with h5py.File(part, "r+") as file:
                for name, text in changes.items():
                    if name in file.attrs:
                        del file.attrs[name]
                    if text:
                        file.attrs[name] = text
            with open(part, "rb+") as written:
                os.fsync(written.fileno())
            os.utime(part)
            os.replace(part, path)
    except FileNotFoundError:
        raise DataError(f"{path} is gone, so there is nothing to write the note to.") from None
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"the note cannot be written to {path} ({reason}).") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
