"""Getting a bench ready before it is shown, so that nothing is compiled or loaded amid data. No Qt."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from instruments.bench import Bench
from instruments.benches import BENCHES, BenchKind
from vlab import run
from vlab.physics.kernel import cache_folder

WARM_UP = ("import sys; from instruments.benches import BENCHES; from vlab import run; k = BENCHES[sys.argv[1]]; "
           "[run(k.rehearsal(), k.make(k.make_sample(words)), save=False) for words in k.rehearsed]; k.warm_theory()")
"""What a child process does with the key of a bench."""


def prepared_bench(kind: BenchKind = BENCHES["dragging"], make: Callable[[], Bench] | None = None) -> Bench:
    """Return a bench, with its kernels compiled by a child process so that the window stays free.

    Parameters
    ----------
    kind : BenchKind
    make : callable, optional
        Returns the bench; one with the usual sample by default.
    """
    if not kernels_are_compiled(kind):
        quiet = subprocess.DEVNULL
        done = subprocess.run([sys.executable, "-c", WARM_UP, kind.key], check=False, stdout=quiet, stderr=quiet)
        mark = _mark(kind)
        if done.returncode == 0 and mark is not None:
            with contextlib.suppress(OSError):
                mark.touch()
    # everything that a run needs is used once on a bench that is thrown away, so that nothing is loaded amid data
    with tempfile.TemporaryDirectory() as folder:
        run(kind.rehearsal(), kind.make(), save=folder)
    return (make or kind.make)()


def kernels_are_compiled(kind: BenchKind) -> bool:
    """Return whether machine code of this version of the physics is at hand for all that this bench needs."""
    mark = _mark(kind)
    return mark is not None and mark.exists()


def _mark(kind: BenchKind) -> Path | None:
    """Return the empty file that says that the bench was warmed up, beside its machine code."""
    folder = cache_folder()
    return None if folder is None else folder / f"{kind.key}.warm"
