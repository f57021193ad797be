"""The mixer of a lock-in amplifier: where the lines of a signal fall behind it, and with which weights."""

from __future__ import annotations

from cmath import exp
from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import Signal, crest

Floats: TypeAlias = NDArray[np.float64]
Complexes: TypeAlias = NDArray[np.complex128]
_SQRT2 = sqrt(2.0)


@dataclass(frozen=True)
class MixingPlan:
    """What a mixer does to given lines."""

    shifts: Floats
    """Shape (c,): frequencies behind the mixer in Hz, without zero; opposite ones side by side, sharing phases."""
    weights: Complexes
    """Shape (1 + c, e): weight of each real envelope at shift zero (first row) and at the others."""
    loads: Floats
    """Shape (e,): by how much each envelope adds to the total peak, for `lowpass.largest_sum`."""


@lru_cache(maxsize=64)
def mixing_plan(lines: tuple[tuple[float, complex, int, bool], ...], detected: float, phase: float,
                averaged: float = 0.0) -> MixingPlan:
    """Return where lines fall behind a mixer, and with which weights.

    sqrt2 exp(-i(wr t + phi)) times Re[E exp(i w t)] leaves E / sqrt2 at w - wr and its conjugate at -w - wr.

    Parameters
    ----------
    lines : tuple of (frequency, amplitude, envelope number, complex)
        A complex envelope counts as two real ones, its imaginary part following its real part.
    detected : float
        The frequency wr / 2 pi in Hz.
    phase : float
        phi in rad.
    averaged : float
        Hz; where positive, the mean over the last period 1/averaged is taken, as a synchronous filter does, which
        multiplies what is at nu by sin(pi nu T) / (pi nu T) exp(-i pi nu T).
    """
    turn = complex(cos(phase), -sin(phase)) / _SQRT2
    shifts = sorted({s for f, *_ in lines for s in (f - detected, -f - detected)} - {0.0}, key=abs)
    kept = [1.0 + 0j, *[mean_of_period(shift, averaged) for shift in shifts]]
    rows = {0.0: 0} | {shift: row + 1 for row, shift in enumerate(shifts)}
    width = max((number + 1 + twofold for _, _, number, twofold in lines), default=1)
    weights = np.zeros((1 + len(shifts), width), dtype=np.complex128)
    loads = np.zeros(width)
    for frequency, amplitude, number, twofold in lines:
        direct, mirrored = amplitude * turn, amplitude.conjugate() * turn
        for shift, weight, side in ((frequency - detected, direct, 1j), (-frequency - detected, mirrored, -1j)):
            weights[rows[shift], number] += weight * kept[rows[shift]]
            if twofold:
                weights[rows[shift], number + 1] += side * weight * kept[rows[shift]]
        if twofold:
            loads[number] += abs(amplitude)
            loads[number + 1] = -1.0
    for number in range(width):
        if loads[number] == 0.0:
            loads[number] = crest(tuple((f, amplitude) for f, amplitude, owner, _ in lines if owner == number))
    present = [row for row in range(1, len(kept)) if kept[row] != 0.0]
    return MixingPlan(np.array([shifts[row - 1] for row in present]), weights[[0, *present]], loads)


def mean_of_period(shift: float, frequency: float) -> complex:
    """Return what the mean over a period 1/``frequency`` leaves of a line at ``shift`` Hz; 1 without a frequency."""
    if frequency <= 0.0:
        return 1.0 + 0j
    cycles = shift / frequency
    if abs(cycles - round(cycles)) < 1e-9 and round(cycles) != 0:
        return 0j
    return complex(np.sinc(cycles)) * exp(-1j * np.pi * cycles)


def mix(signal: Signal, detected: float, phase: float, averaged: float) -> tuple[MixingPlan, Floats]:
    """Return the plan for a signal and its real envelopes (e, n + 1); see `mixing_plan`."""
    envelopes: list[Floats] = []
    numbers: dict[int, tuple[int, bool]] = {}
    lines = []
    for line in signal.lines:
        envelope = line.envelope
        number = numbers.get(id(envelope))
        if number is None:
            twofold = envelope.dtype.kind == "c"
            number = numbers[id(envelope)] = (len(envelopes), twofold)
            envelopes.append(envelope.real)
            if twofold:
                envelopes.append(envelope.imag)
        lines.append((line.frequency, line.amplitude, *number))
    plan = mixing_plan(tuple(lines), detected, phase, averaged)
    if len(envelopes) == 1:
        return plan, envelopes[0][np.newaxis]
    return plan, np.array(envelopes) if envelopes else np.zeros((1, signal.grid.count + 1))
