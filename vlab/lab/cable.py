"""What a cable carries: a few spectral lines and a noise density, tick by tick.

Conventions: a line is s(t) = Re[E exp(i w t)] with the complex peak amplitude E in volts, so a lagging signal
has negative phase; noise is a one-sided density in V^2/Hz; t counts from the start of the run's epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

_HIGHEST_ORDER = 32.0
_CYCLE = np.arange(1024) / 1024


@dataclass(frozen=True, slots=True)
class TickGrid:
    """A stretch of equal ticks counted from the last event, in integer picoseconds.

    ``first`` and ``count`` are whole ticks, so that cutting a stretch in two changes no number.
    """

    origin_ps: int
    """Lab time of the event from which ticks are counted."""
    tick_ps: int
    first: int
    count: int
    epoch_ps: int = 0
    """Lab time at which phases are zero."""

    @property
    def tick(self) -> float:
        """The length of a tick in seconds."""
        return self.tick_ps / 1e12

    def since_event(self) -> NDArray[np.float64]:
        """Return the times of the ``count + 1`` tick boundaries since the event, in seconds."""
        return np.asarray(np.arange(self.first, self.first + self.count + 1) * (self.tick_ps / 1e12), dtype=np.float64)

    @property
    def start_ps(self) -> int:
        """The first boundary, counted from the epoch, in picoseconds."""
        return self.origin_ps - self.epoch_ps + self.first * self.tick_ps


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One spectral line: E(t) = amplitude * envelope(t) volts peak, at ``frequency`` Hz."""

    frequency: float
    amplitude: complex
    envelope: NDArray[np.float64] | NDArray[np.complex128]
    """At the tick boundaries, shape (count + 1,); linear in between. Lines of one origin share one array."""
    steady: bool = False
    """Whether the envelope is 1 at all times, as that of what is picked up from the mains."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a cable carries over a stretch of ticks."""

    grid: TickGrid
    lines: tuple[Line, ...] = ()
    """A direct voltage is a line at frequency zero."""
    density: float = 0.0
    """One-sided white noise density in V^2/Hz."""
    flicker: float = 0.0
    """V^2; one-sided 1/f noise has the density flicker / f."""

    def density_at(self, frequency: float) -> float:
        """Return the one-sided noise density in V^2/Hz around a frequency in Hz; finite down to a millihertz."""
        return self.density + (self.flicker / max(abs(frequency), 1e-3) if self.flicker else 0.0)

    def audible(self, frequency: float, time_constant: float, poles: int) -> Signal:
        """Return it without steady lines that nobody finds behind a mixer at ``frequency`` and its low-pass.

        Left out is what the filter makes smaller than a hundredth of the noise; without noise, nothing.
        """
        steady = tuple([line for line in self.lines if line.steady])
        if not steady:
            return self
        noise = 0.01 * sqrt(self.density_at(frequency) / (4.0 * time_constant))
        left = _left_of(steady, frequency, time_constant, poles)
        if min(left) > noise:
            return self
        lost = [line for line, volts in zip(steady, left, strict=True) if volts <= noise]
        return Signal(self.grid, tuple([line for line in self.lines if line not in lost]), self.density, self.flicker)

    def mean(self) -> float:
        """Return the direct voltage at the first boundary."""
        return sum(float((line.amplitude * line.envelope[0]).real) for line in self.lines if line.frequency == 0.0)

    def end_peak(self) -> float:
        """Return the largest total voltage that the lines reach at the last boundary, noise aside."""
        groups: dict[int, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(id(line.envelope), []).append(line)
        return float(sum(crest(tuple((line.frequency, line.amplitude) for line in lines)) * abs(lines[0].envelope[-1])
                   for lines in groups.values()))

    def peak(self) -> float:
        """Return a bound on the largest total voltage that the lines can reach, noise aside."""
        envelopes = {id(line.envelope): line.envelope for line in self.lines}
        highest = {key: float(np.abs(envelope).max()) for key, envelope in envelopes.items()}
        return sum(abs(line.amplitude) * highest[id(line.envelope)] for line in self.lines)


@lru_cache(maxsize=64)
def crest(lines: tuple[tuple[float, complex], ...]) -> float:
    """Return the largest absolute value of a sum of lines (frequency in Hz, peak amplitude) of envelope one.

    Exact to 1e-3 for harmonics of one frequency with a direct voltage; else the sum of all amplitudes.
    """
    total = sum(abs(amplitude) for _, amplitude in lines)
    moving = [abs(frequency) for frequency, _ in lines if frequency]
    if len(lines) < 2 or not moving:
        return total
    orders = [frequency / min(moving) for frequency, _ in lines]
    if any(abs(order - round(order)) > 1e-9 or abs(order) > _HIGHEST_ORDER for order in orders):
        return total
    turns = 2j * pi * _CYCLE
    wave = sum(amplitude * np.exp(round(order) * turns) for order, (_, amplitude) in zip(orders, lines, strict=True))
    return float(np.abs(np.real(wave)).max())


@lru_cache(maxsize=64)
def _left_of(steady: tuple[Line, ...], frequency: float, time_constant: float, poles: int) -> tuple[float, ...]:
    """Return what a low-pass behind a mixer leaves of each line, V rms."""
    return tuple(abs(line.amplitude) / sqrt(2.0)
                 / max(1.0, 2.0 * pi * time_constant * abs(line.frequency - frequency)) ** poles for line in steady)


@dataclass(frozen=True)
class Reference:
    """A reference output: a clean oscillation at ``frequency`` (Hz) whose phase is zero at the epoch."""

    frequency: float
