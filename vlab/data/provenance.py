"""Where numbers come from: versions of everything that can change them."""

from __future__ import annotations

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import vlab


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the versions of vlab, Python, the numerical packages and the kind of processor."""
    found = {"vlab": vlab.__version__, "python": platform.python_version(), "machine": platform.machine(),
             "system": platform.system()}
    for name in ("numpy", "scipy", "numba", "pint", "xarray"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
