"""CPU time of the best of five, warm."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ours: float
    """CPU seconds."""
    our_error: str
    peer: str
    theirs: float
    their_error: str

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.theirs / self.ours

    def record(self) -> dict[str, Any]:
        """Return the row as plain values."""
        return {**asdict(self), "ratio": self.ratio}


def best(call: Callable[[], object], repeats: int = 5, loops: int = 1) -> float:
    """Return the CPU seconds of one call: the best of ``repeats``, after a call to warm up."""
    call()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(loops):
            call()
        times.append((time.process_time() - start) / loops)
    return min(times)


def best_process(code: str, repeats: int = 5) -> float:
    """Return the CPU seconds that ``code`` takes in a fresh interpreter: the best of ``repeats``."""
    program = f"import time as _t; _s = _t.process_time()\n{code}\nprint(_t.process_time() - _s)"
    runs = [subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
            for _ in range(repeats + 1)]
    return min(float(run.stdout.split()[-1]) for run in runs[1:])


def show(seconds: float) -> str:
    """Return a duration with three digits and a prefix."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
