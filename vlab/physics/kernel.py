"""The one decorator of compiled kernels, and the place where their machine code is kept.

numba does not notice that a function in another file has changed, so the cache folder is named after a hash of
all physics sources: edit any of them and every kernel is compiled anew. Where no folder can be written, kernels
are compiled in each process.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
import platformdirs

# Products and sums may be contracted (fused multiply-add); nothing may be reordered, so results do not depend on how
# a stretch of ticks is cut up.
_FAST: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


@lru_cache(maxsize=1)
def cache_folder() -> Path | None:
    """Return the folder for compiled kernels of this version of the physics, or None if none can be written."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    wanted = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(wanted) if wanted else platformdirs.user_cache_path("vlab", appauthor=False) / "kernels"
    folder = base / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f"probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return None
    return folder


def kernel(function: Callable[..., Any]) -> Any:
    """Compile ``function`` on first call, without the interpreter lock, and keep the machine code."""
    folder = cache_folder()
    if folder is None:
        return numba.njit(**_FAST)(function)
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    try:
        return numba.njit(cache=True, **_FAST)(function)
    finally:
        numba.config.CACHE_DIR = before  # type: ignore[attr-defined]


def inline(function: Callable[..., Any]) -> Any:
    """Compile a small function that only kernels call; it lives in the cache entries of its callers."""
    return numba.njit(**_FAST)(function)
