"""Figure S1c in full on the bench: ``python -m benchmarks.figure_s1c`` (a process for each direction).

Four steps, seven dwells, sixteen phases, both directions: 97 000 points and three days of lab time through all
instruments, with noise and journal. Wall seconds, imports included, kernels warm.
"""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from benchmarks.window import stolen
from vlab.analysis.dragging_growth import fit_build_up


def measure(direction: str, phases: int = 16) -> Any:
    """Return the widths of one direction."""
    from instruments import dragging_bench
    from vlab import run
    from vlab.experiments import DraggingWidthVsDwell

    with tempfile.TemporaryDirectory() as folder:
        return run(DraggingWidthVsDwell(directions=direction, phases=phases), dragging_bench(), save=folder)


def main() -> None:
    """Measure and print."""
    measure("forward", 1)  # compiles
    taken, start = stolen(), time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(measure, ("forward", "backward")))
    took = time.perf_counter() - start
    print(f"S1c, both directions, 16 phases, two processes: {took:.1f} s (target 20 s; "
          f"{stolen() - taken:.1f} s of two cores were taken by others)")
    taus = [fit_build_up(data).tau.m_as("s") for data in found]
    print(f"tau = {taus[0]:.2f} s forward, {taus[1]:.2f} s backward, mean {np.mean(taus):.2f} s (supplement: 1.0(3) s)")


if __name__ == "__main__":
    main()
