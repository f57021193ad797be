"""The voltages on outputs that belong elsewhere, for whoever joins them to the wrong input."""

from __future__ import annotations

import numpy as np

from vlab.lab.cable import Line, Reference, Signal, TickGrid

_LEVEL = 5.0


def logic_signal(reference: Reference | None, grid: TickGrid) -> Signal:
    """Return the square wave from 0 to 5 V of a reference output, up to its fundamental; nothing without one."""
    if reference is None:
        return Signal(grid)
    level = np.full(grid.count + 1, _LEVEL)
    return Signal(grid, (Line(0.0, 0.5 + 0j, level), Line(reference.frequency, 2.0 / np.pi + 0j, level)))


def constant_voltage(volts: float, grid: TickGrid) -> Signal:
    """Return a direct voltage."""
    return Signal(grid, (Line(0.0, complex(volts), np.ones(grid.count + 1)),))
