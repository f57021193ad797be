"""The input of a lock-in amplifier: what source, ground, coupling and notches let through, and how far gain may go.

Lines pass as in a steady state: that the 0.16 Hz of the AC coupling takes a second to forget a changed direct voltage,
and a notch some periods of the mains, is left out.

Mains pick-up comes down the cable as lines at the mains frequency; detectors say how large it is where the shield
floats and one connector is used. Tying the shield to ground at both ends closes a loop and makes it `GROUND_LOOP`
times as large; measuring the difference of the two conductors (A-B) leaves one part in `PAIRED` of it, since what both
have in common is subtracted, at the price of a second amplifier's noise.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import inf, log10, sqrt
from typing import NamedTuple

from vlab.lab.cable import Line, Signal

PREAMPLIFIER_RANGE = 1.5
"""V peak that the first amplifier takes at any gain: a sine of 1 V rms and a margin."""
HEADROOM = 1.09
"""By how much each stage, and the outputs, exceed their full scale before they clip."""
HIGH_PASS = 0.16
"""Hz; corner of the AC coupling."""
NOTCH_QUALITY = 4.0
GROUND_LOOP = 10.0
PAIRED = 100.0
RESERVES = ("low noise", "normal", "high reserve")
SOURCES = ("A", "A-B")
GROUNDS = ("float", "ground")
COUPLINGS = ("DC", "AC")
LINE_FILTERS = ("none", "line", "2x line", "both")
_MAINS = tuple(n * mains for mains in (50.0, 60.0) for n in (1, 2, 3))


def reserve_in_decibels(reserve: str, sensitivity: float) -> float:
    """Return by how much what is not detected may exceed full scale, in dB.

    "high reserve" allows 1 V rms at any sensitivity, "normal" half of that in dB plus ten, "low noise" at most 10 dB.
    """
    high = max(0.0, -20.0 * log10(sensitivity))
    if reserve == "high reserve":
        return high
    return min(high, 10.0 + 0.5 * high) if reserve == "normal" else min(high, 10.0)


@lru_cache(maxsize=64)
def mixer_range(reserve: str, sensitivity: float) -> float:
    """Return the largest voltage at the input (V peak) that the mixer takes: full scale and reserve, with headroom.

    Parameters
    ----------
    reserve : str
        One of `RESERVES`.
    sensitivity : float
        Full scale in V rms.
    """
    return float(HEADROOM * sqrt(2.0) * sensitivity * 10.0 ** (reserve_in_decibels(reserve, sensitivity) / 20.0))


def high_pass(frequency: float, corner: float = HIGH_PASS) -> complex:
    """Return what one RC high pass makes of a line at ``frequency`` Hz."""
    ratio = 1j * frequency / corner
    return ratio / (1.0 + ratio)


def notch(frequency: float, centre: float, quality: float = NOTCH_QUALITY) -> complex:
    """Return what a notch makes of a line at ``frequency`` Hz: nothing is left of one at ``centre``."""
    ratio = frequency / centre
    depth = 1.0 - ratio * ratio
    return depth / (depth + 1j * ratio / quality) if ratio < inf else 1.0 + 0j


@lru_cache(maxsize=256)
def coupled(frequency: float, source: str, ground: str, coupling: str, detected: float) -> complex:
    """Return what reaches the first amplifier of a line at ``frequency`` Hz.

    A line at one of the first three multiples of 50 or 60 Hz counts as mains pick-up, unless it is a multiple of the
    ``detected`` frequency (Hz), which is what somebody wants to measure.
    """
    share = high_pass(frequency) if coupling == "AC" else 1.0 + 0j
    if frequency in _MAINS and (detected <= 0.0 or frequency % detected != 0.0):
        share *= (GROUND_LOOP if ground == "ground" else 1.0) / (PAIRED if source == "A-B" else 1.0)
    return share


@lru_cache(maxsize=256)
def notched(frequency: float, line_filter: str, mains: float) -> complex:
    """Return what the line filters let through of a line at ``frequency`` Hz."""
    share = notch(frequency, mains) if line_filter in ("line", "both") else 1.0 + 0j
    return share * notch(frequency, 2.0 * mains) if line_filter in ("2x line", "both") else share


class InputChain(NamedTuple):
    """The input as it is set now."""

    source: str
    ground: str
    coupling: str
    line_filter: str
    mains: float
    """Hz; of the line filters."""
    range: float
    """V peak that the mixer takes."""
    detected: float
    """Hz."""
    own_density: float
    """V^2/Hz; noise of amplifier and converter."""

    @property
    def allowed(self) -> float:
        """The largest voltage (V peak) that nothing clips."""
        return min(self.range, PREAMPLIFIER_RANGE)

    def amplified(self, signal: Signal) -> Signal:
        """Return what reaches the first amplifier."""
        if self.coupling == "DC" and self.source == "A" and self.ground == "float":
            return signal
        return weakened(signal, {line.frequency: coupled(line.frequency, self.source, self.ground, self.coupling,
                                                         self.detected) for line in signal.lines})

    def notched(self, signal: Signal) -> Signal:
        """Return what the line filters let through."""
        if self.line_filter == "none":
            return signal
        return weakened(signal, {line.frequency: notched(line.frequency, self.line_filter, self.mains)
                                 for line in signal.lines})

    def density(self, signal: Signal, frequency: float) -> float:
        """Return the one-sided noise density before the mixer around a frequency (Hz), in V^2/Hz."""
        outside = signal.density_at(frequency)
        if self.coupling == "AC":
            outside *= abs(high_pass(frequency)) ** 2
        if self.line_filter != "none":
            outside *= abs(notched(frequency, self.line_filter, self.mains)) ** 2
        return outside + self.own_density


def weakened(signal: Signal, shares: dict[float, complex]) -> Signal:
    """Return a signal with each line multiplied by the share of its frequency."""
    return replace(signal, lines=tuple(Line(line.frequency, line.amplitude * shares[line.frequency], line.envelope,
                                            line.steady) for line in signal.lines if shares[line.frequency]))
