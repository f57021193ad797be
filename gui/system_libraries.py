"""The system libraries that Qt needs on Linux: finds what is missing, installs it or says how.

Runs before anything of ours or Qt's can be imported, so it uses the standard library only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

# library file, Debian package; found by starting from an empty system and adding one at a time
_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}


def missing(display: bool = False) -> list[str]:
    """Return the Debian packages of what is missing; with ``display`` also those of a virtual screen."""
    packages = [p for program, p in (("Xvfb", "xvfb"), ("xauth", "xauth")) if display and not shutil.which(program)]
    for library, package in _LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def main() -> int:
    """Install what is missing where that is allowed, else say in one sentence what to install."""
    if not sys.platform.startswith("linux"):
        return 0
    display = "--xvfb" in sys.argv
    packages = missing(display)
    if not packages:
        return 0
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], env=environment, check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(install, env=environment, check=False, **quiet)  # type: ignore[call-overload]
        packages = missing(display)
    if packages:
        print("The window needs system libraries that are missing here; on Debian or Ubuntu install them with: "
              f"sudo apt-get install {' '.join(packages)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
