"""What an oscilloscope would show at a lock-in amplifier: voltages with their carrier, made from lines and densities.

The lines stand as they were at the end of the last stretch of lab time. Noise is realised over the sampling bandwidth,
from zero to half the sampling rate, with the density of each frequency; the output continues from the filter's state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import exp, floor, pi, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from instruments.detection.limiter import limited
from vlab.lab.cable import Line, Signal, TickGrid

Floats: TypeAlias = NDArray[np.float64]
Density: TypeAlias = Callable[[Floats], Floats]
"""One-sided noise density in V^2/Hz by frequency in Hz."""
_NOTHING = 1e-18


@dataclass(frozen=True)
class Channel:
    """What a waveform is made of."""

    lines: tuple[Line, ...]
    """In front of the mixer."""
    density: Density | None
    """At the input; None if there is no noise."""
    limit: float
    """V; where the input clips."""
    reference: float
    """Hz."""
    detected: float
    """Hz; the reference times the harmonic."""
    phase: float
    """rad."""
    time_constant: float
    """s."""
    stages: Floats
    """X in the stages of the output filter."""
    start_ps: int = 0
    """Time at which all this is so, since the phases were zero."""
    averaged: float = 0.0
    """Hz; of the synchronous filter, 0 without it."""


def waveforms(channel: Channel, start_ps: int, times: Floats, normals: Floats) -> dict[str, Floats]:
    """Return the traces by name: reference, input and mixer (V), and output (V rms, as X is shown).

    Parameters
    ----------
    channel : Channel
    start_ps : int
        Time of the first sample since the phases were zero.
    times : ndarray, shape (n,)
        s after that, equally spaced.
    normals : ndarray, shape (n,)
        Standard normal numbers for the noise.
    """
    step = float(times[1] - times[0])
    volts = np.zeros(times.size) if channel.density is None else coloured(channel.density, normals, step)
    volts += summed(channel.lines, start_ps, times)
    volts = np.clip(volts, -channel.limit, channel.limit)
    mixed = mixer_oscillation(channel, start_ps, times) * volts
    return {"reference": np.cos(angles(channel.reference, start_ps, times)), "input": volts, "mixer": mixed,
            "output": filtered(mixed, step / channel.time_constant, channel.stages)}


def clipped(channel: Channel) -> Channel:
    """Return a channel with its lines as the input's limit leaves them."""
    return replace(channel, lines=limited(Signal(TickGrid(0, 1, 0, 0), channel.lines), channel.limit).lines)


def mixer_oscillation(channel: Channel, start_ps: int, times: Floats) -> Floats:
    """Return what the mixer multiplies by for X; its rms is one."""
    return np.asarray(sqrt(2.0) * np.cos(angles(channel.detected, start_ps, times) + channel.phase))


def summed(lines: Sequence[Line], start_ps: int, times: Floats) -> Floats:
    """Return the sum of lines at ``times`` (s after ``start_ps``), as they stand at the ends of their envelopes."""
    volts = np.zeros(times.size)
    for line in lines:
        height = line.amplitude * complex(line.envelope[-1])
        volts += abs(height) * np.cos(angles(line.frequency, start_ps, times) + np.angle(height))
    return volts


def angles(frequency: float, start_ps: int, times: Floats) -> Floats:
    """Return the phases in rad of an oscillation whose phase is zero at time zero."""
    cycles = frequency * (start_ps % 10**12) * 1e-12 + (frequency % 1.0) * (start_ps // 10**12)
    return np.asarray(2.0 * pi * (cycles - floor(cycles) + frequency * times))


def coloured(density: Density, normals: Floats, step: float) -> Floats:
    """Return noise of the given one-sided density at samples ``step`` s apart; the mean over the window is left out."""
    spectrum = np.fft.rfft(normals)
    frequencies: Floats = np.asarray(np.fft.rfftfreq(normals.size, step), dtype=np.float64)
    spectrum[1:] *= np.sqrt(density(frequencies[1:]) / (2.0 * step))
    spectrum[0] = 0.0
    return np.asarray(np.fft.irfft(spectrum, normals.size))


def filtered(mixed: Floats, z: float, stages: Floats) -> Floats:
    """Return what a cascade makes of samples z time constants apart, linear in between, from the state ``stages``."""
    decay = exp(-z)
    last = 1.0 - (1.0 - decay) / z if z > 1e-4 else z / 2.0 - z * z / 6.0
    first = 1.0 - decay - last
    for start in stages:
        driven = last * mixed
        driven[1:] += first * mixed[:-1]
        driven[0] = start
        mixed = remembered(driven, decay)
    return mixed


def remembered(driven: Floats, decay: float) -> Floats:
    """Return y with y[k] = decay y[k-1] + driven[k], by doubling the reach of the sum until nothing more comes."""
    summed_up = driven.copy()
    reach, weight = 1, decay
    while reach < driven.size and weight > _NOTHING:
        summed_up[reach:] += weight * summed_up[:-reach].copy()
        reach, weight = 2 * reach, weight * weight
    return summed_up
