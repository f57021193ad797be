"""A lock-in amplifier alone on a bench, fed with any lines and noise, to compare with formulas."""

from itertools import pairwise

import numpy as np

from instruments.bench import Bench
from instruments.lockin import LockIn
from vlab.lab.cable import Line, Reference, Signal, TickGrid


class SignalBench(Bench):
    """Lines are (frequency in Hz, peak amplitude in V); noise has a white and a 1/f part."""

    def __init__(self, *lines, density=0.0, flicker=0.0, reference=1000.0, seed=0, noise=False, **settings):
        self.lines, self.density, self.flicker, self.reference = list(lines), density, flicker, reference
        super().__init__({"lockin": LockIn("lockin", seed, noise)}, (), seed=seed, noise=noise)
        self.set(**{"sensitivity": 1.0, **settings})
        self._rewired()
        self.prepare(thermal=True)

    def set(self, **settings):
        for name, value in settings.items():
            self.lockin.write(name, value)

    def change(self, *lines):
        self.close_tick()
        self.lines = list(lines)

    def tune(self, reference):
        self.close_tick()
        self.reference = reference

    def signal(self, grid):
        lines = tuple(Line(f, complex(a), np.ones(grid.count + 1)) for f, a in self.lines)
        return Signal(grid, lines, self.density, self.flicker)

    def _rewired(self):
        self.lockin.connect_reference(lambda: Reference(self.reference) if self.reference else None)

    def _open_room(self):
        return 1.0

    def _compute(self, grid):
        self.lockin.receive(self.signal(grid))

    def _erase_and_settle(self):
        self.lockin.settle(self.signal(TickGrid(self.clock.now_ps, 1, 0, 0, self._epoch_ps)))

    def pass_time(self, seconds, cuts=1):
        edges = [round(seconds * 1e12) * k // cuts for k in range(cuts + 1)]
        for left, right in pairwise(edges):
            self.clock.sleep((right - left) / 1e12)

    @property
    def phasor(self):
        return complex(self.lockin.read("x"), self.lockin.read("y"))
