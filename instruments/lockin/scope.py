"""What an oscilloscope would show at a lock-in amplifier: voltages with their carrier, made from lines and densities.

The lines stand as they were at the end of the last stretch of lab time. Noise is realised over the sampling bandwidth,
from zero to half the sampling rate, with the density of each frequency; the output continues from the filter's state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, floor, pi, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import Line

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Channel:
    """What a waveform is made of."""

    lines: tuple[Line, ...]
    """In front of the mixer."""
    density: Callable[[float], float] | None
    """One-sided noise density at the input in V^2/Hz by frequency in Hz; None if there is no noise."""
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
    volts = np.zeros(times.size) if channel.density is None else _noise(channel.density, normals, step)
    for line in channel.lines:
        height = line.amplitude * complex(line.envelope[-1])
        volts += abs(height) * np.cos(_angles(line.frequency, start_ps, times) + np.angle(height))
    volts = np.clip(volts, -channel.limit, channel.limit)
    mixed = sqrt(2.0) * np.cos(_angles(channel.detected, start_ps, times) + channel.phase) * volts
    return {"reference": np.cos(_angles(channel.reference, start_ps, times)), "input": volts, "mixer": mixed,
            "output": _filtered(mixed, step / channel.time_constant, channel.stages)}


def _angles(frequency: float, start_ps: int, times: Floats) -> Floats:
    cycles = frequency * (start_ps % 10**12) * 1e-12 + (frequency % 1.0) * (start_ps // 10**12)
    return 2.0 * pi * (cycles - floor(cycles) + frequency * times)


def _noise(density: Callable[[float], float], normals: Floats, step: float) -> Floats:
    """Return noise of the given one-sided density at samples ``step`` s apart; the mean over the window is left out."""
    spectrum = np.fft.rfft(normals)
    frequencies = np.fft.rfftfreq(normals.size, step)
    shape = np.array([0.0, *[sqrt(density(float(f)) / (2.0 * step)) for f in frequencies[1:]]])
    return np.asarray(np.fft.irfft(spectrum * shape, normals.size))


def _filtered(mixed: Floats, z: float, stages: Floats) -> Floats:
    """Return what a cascade makes of samples z time constants apart, linear in between, from the state ``stages``."""
    from scipy.signal import lfilter  # takes a second to load

    decay = exp(-z)
    last = 1.0 - (1.0 - decay) / z if z > 1e-4 else z / 2.0 - z * z / 6.0
    first = 1.0 - decay - last
    for start in stages:
        mixed, _ = lfilter([last, first], [1.0, -decay], mixed, zi=[start - last * mixed[0]])
    return np.asarray(mixed)
