"""Test points of a bench, and what an oscilloscope shows at them: one sweep, triggered on the lock-in's reference.

A sweep is drawn ahead from where the laboratory is: lines as they stand, noise from numbers that the caller brings, so
that a look changes nothing in the laboratory. Where the time base is too slow for the carrier, each column of the
screen tells the lowest and the highest value in it, found at irregular moments, so that nothing is folded.

A bandwidth limit is a Gaussian low-pass, which makes no overshoot. The average of N sweeps, one at each trigger, has
its noise smaller by sqrt(N); an oscillation that is no multiple of the trigger's averages out as a sum of phases does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, inf, log, pi, sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import Line, Signal
from vlab.physics import lowpass

if TYPE_CHECKING:
    from instruments.bench import Bench
    from instruments.lockin import LockIn
    from instruments.lockin.scope import Channel, Density
    from instruments.lockin.spectrum import Periodogram, Spectrum

Floats = NDArray[np.float64]
Trigger = Literal["rising", "falling", "free"]

DIVISIONS = 10
"""Of the time axis."""
BEFORE = 1
"""Divisions before the trigger."""
LIMIT = 20.0
"""Bandwidth limit in units of the detected frequency."""
_SIZES = (1000, 1600, 2000, 3200, 4000, 6400, 8000)
_SAMPLES_A_PERIOD = 16.0
_COARSE, _PER_COLUMN = 400, 16
_ANTIALIASING = 0.3
"""Bandwidth in units of the sampling rate."""
_ORDERS = 50.0
"""Bandwidth of lines in units of the reference, however fast the scope is."""
_PATIENCE = 1000.0
"""Sweeps after which a trigger that does not come is done without."""
_TABLE = 4096
_SAME = 1e-9
_PERIODS = 1.8
"""Fewer of them in a sweep are not taken for an oscillation."""
_STILL = 1e-2
"""Peak to peak, in units of the mean, below which nothing is taken for an oscillation."""
_SHARE = 0.5
"""Part of the power that an oscillation must have for its frequency to be read off."""
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Probe:
    """A test point of an instrument, where an oscilloscope can be joined."""

    name: str
    title: str
    """As on a button: one or two words."""
    unit: str
    about: str
    """What is seen there, in a sentence."""
    shown: bool = False
    """Whether a scope shows it at first."""


class Wave(NamedTuple):
    """What is at a test point."""

    lines: tuple[Line, ...]
    density: Density | None = None


class Size(NamedTuple):
    """What a scope reads off a trace, in SI units."""

    peak_to_peak: float
    rms: float
    frequency: float
    """Hz; nan if there is nothing periodic to be seen."""


@dataclass(frozen=True)
class Sweep:
    """What one sweep shows."""

    times: Floats
    """s from the trigger, shape (n,)."""
    traces: dict[str, Floats]
    """Shape (n,), by ``"instrument.probe"``. Not ``resolved``: lowest and highest value of each column in turn."""
    sizes: dict[str, Size]
    resolved: bool
    """Whether single periods of the carrier are seen."""
    triggered: bool
    division: float
    """s."""


def sweep(bench: Bench, wanted: Sequence[str], division: float, draw: np.random.Generator, *,
          averages: int = 1, limited: bool = True, trigger: Trigger = "rising") -> Sweep:
    """Return what a scope shows at the test points ``wanted`` of a bench, such as ``"lockin.input"``.

    Parameters
    ----------
    bench : Bench
    wanted : sequence of str
    division : float
        s; a tenth of the sweep.
    draw : numpy.random.Generator
        Of the noise; the bench's own streams are left alone.
    averages : int
        How many sweeps are averaged; not at the output, whose noise is slower than sweeps follow each other.
    limited : bool
        Whether the bandwidth is limited to 20 times the detected frequency.
    trigger : str
        The edge of the lock-in's reference, or ``"free"``.
    """
    from instruments.lockin.scope import angles, clipped, coloured, mixer_oscillation

    lockin = _lockin_of(bench)
    plain = lockin.channel()
    fastest, span = max(plain.reference, plain.detected), DIVISIONS * division
    needed = span * fastest * _SAMPLES_A_PERIOD
    resolved = needed <= _SIZES[-1]
    count = next(size for size in _SIZES if size >= needed) if resolved else _COARSE * _PER_COLUMN
    step = span / count
    limit = LIMIT * fastest if limited else inf
    noise_limit = min(limit, _ANTIALIASING / step)
    line_limit = min(limit, _ORDERS * plain.reference, _ANTIALIASING / step if resolved else inf)
    highest = min(3.0 * line_limit, 0.5 / step if resolved else inf)
    delay, triggered = _delay(plain, span, trigger, draw)
    instants: Floats = np.asarray(delay + step * np.arange(count), dtype=np.float64)
    if not resolved:
        instants = instants + step * draw.random(count)
    cycles = angles(plain.reference, plain.start_ps, instants) / (2.0 * pi)
    repeated = (ceil(span * plain.reference) / plain.reference) if triggered else span * (1.0 + _GOLDEN)
    normals = draw.standard_normal(count)

    def volts(lines: tuple[Line, ...], density: Density | None) -> Floats:
        seen = [replace(line, amplitude=line.amplitude * _passed(line.frequency, line_limit)
                        * _averaged(line.frequency, repeated, averages))
                for line in lines if abs(line.frequency) <= highest]
        found = _together(seen, plain, cycles, instants)
        if density is not None:
            found = found + coloured(partial(_seen_density, density, noise_limit), normals, step) / sqrt(averages)
        return found

    channel = lockin.channel(bench.overtones(highest))
    traces: dict[str, Floats] = {}
    name = lockin.name
    outside = bench.waves(highest) if any(not key.startswith(f"{name}.") for key in wanted) else {}
    taken = None
    for key in wanted:
        if key in outside:
            traces[key] = volts(*outside[key])
        elif key == f"{name}.reference":
            traces[key] = np.cos(2.0 * pi * cycles)
        elif key in (f"{name}.input", f"{name}.mixer"):
            if taken is None:
                taken = np.clip(volts(channel.lines, channel.density), -channel.limit, channel.limit)
            traces[key] = taken
            if key == f"{name}.mixer":
                traces[key] = taken * mixer_oscillation(channel, plain.start_ps, instants)
        elif key == f"{name}.output":
            traces[key] = _output(clipped(plain), instants, step, draw)
    sizes = {key: _size(trace, step if resolved else 0.0) for key, trace in traces.items()}
    times = instants - delay - BEFORE * division
    if not resolved:
        times = np.repeat((np.arange(_COARSE) + 0.5) * (span / _COARSE) - BEFORE * division, 2)
        traces = {key: _extremes(trace) for key, trace in traces.items()}
    return Sweep(times, traces, sizes, resolved, triggered, division)


class Analysis(NamedTuple):
    """What a spectrum analyser found."""

    spectrum: Spectrum
    wide: Periodogram
    zoom: Periodogram


def analysis(bench: Bench, lowest: float, highest: float, span: float, draw: np.random.Generator) -> Analysis:
    """Return lines, noise and filter at a bench's lock-in, and spectra measured on records of its input.

    Parameters
    ----------
    bench : Bench
    lowest, highest : float
        Hz; of the wide spectrum.
    span : float
        Hz on either side of the detected frequency, of the zoomed one.
    draw : numpy.random.Generator
        Of the noise; the bench's own streams are left alone.
    """
    from instruments.lockin.spectrum import measured, zoomed

    spectrum = _lockin_of(bench).spectrum()
    channel = spectrum.channel
    return Analysis(spectrum, measured(channel, lowest, highest, draw), zoomed(channel, span, draw))


def _lockin_of(bench: Bench) -> LockIn:
    from instruments.lockin import LockIn

    return next(instrument for instrument in bench if isinstance(instrument, LockIn))


def _delay(channel: Channel, span: float, trigger: Trigger, draw: np.random.Generator) -> tuple[float, bool]:
    """Return how long it takes until a sweep begins (s), and whether it is the trigger that begins it."""
    from instruments.lockin.scope import angles

    before = span * BEFORE / DIVISIONS
    if trigger != "free" and 1.0 / channel.reference <= _PATIENCE * span:
        edge = 0.75 if trigger == "rising" else 0.25
        now = float(angles(channel.reference, channel.start_ps, np.array([before]))[0]) / (2.0 * pi)
        return ((edge - now) % 1.0) / channel.reference, True
    return float(draw.random()) * span, False


def _passed(frequency: float, limit: float) -> float:
    """Return what a Gaussian low-pass leaves of an amplitude."""
    return float(np.exp(-0.5 * log(2.0) * (frequency / limit) ** 2))


def _seen_density(density: Density, limit: float, frequencies: Floats) -> Floats:
    return np.asarray(density(frequencies) * np.exp(-log(2.0) * (frequencies / limit) ** 2))


def _averaged(frequency: float, repeated: float, averages: int) -> complex:
    """Return what is left of an oscillation in the mean of sweeps that begin ``repeated`` seconds apart."""
    turns = frequency * repeated
    turns -= round(turns)
    if averages == 1 or abs(turns) < 1e-6:
        return 1.0 + 0j
    step = np.exp(2j * pi * turns)
    return complex((1.0 - step**averages) / (1.0 - step) / averages)


def _together(lines: Sequence[Line], channel: Channel, cycles: Floats, instants: Floats) -> Floats:
    """Return the sum of lines at ``instants`` (s); multiples of the reference are read off a table of one period."""
    from instruments.lockin.scope import summed

    heights = np.zeros(_TABLE // 2 + 1, dtype=np.complex128)
    others = []
    for line in lines:
        order = line.frequency / channel.reference
        if abs(order - round(order)) < _SAME and round(order) < heights.size // 4:
            heights[round(order)] += line.amplitude * complex(line.envelope[-1])
        else:
            others.append(line)
    heights[0] = 2.0 * heights[0].real  # a real transform counts every other line twice
    table = np.fft.irfft(heights, _TABLE) * (0.5 * _TABLE)
    places = (cycles - np.floor(cycles)) * _TABLE
    left = places.astype(np.intp)
    share = places - left
    left[left == _TABLE] = 0
    found = table[left] * (1.0 - share) + np.append(table[1:], table[0])[left] * share
    return np.asarray(found + summed(others, channel.start_ps, instants)) if others else np.asarray(found)


def _output(channel: Channel, instants: Floats, step: float, draw: np.random.Generator) -> Floats:
    """Return X as the laboratory would go on: lines exactly, at any step, noise as an Ornstein-Uhlenbeck cascade."""
    from instruments.lockin.mixer import mixing_plan
    from instruments.lockin.scope import remembered, summed

    tau, poles = channel.time_constant, channel.stages.size
    heights = tuple((line.frequency, line.amplitude * complex(line.envelope[-1]), 0, False) for line in channel.lines)
    plan = mixing_plan.__wrapped__(heights, channel.detected, channel.phase, channel.averaged)
    weights = plan.weights[:, 0]
    stages = channel.stages - lowpass.settled(plan.shifts, weights, channel.start_ps, tau, poles).real
    elapsed = instants / tau
    free, power = np.zeros(instants.size), np.ones(instants.size)
    for m in range(poles):  # what the stages held, m stages before the last
        free += stages[poles - 1 - m] * power
        power = power * elapsed / (m + 1)
    found = float(weights[0].real) + free * np.exp(-elapsed)
    ripple = []
    for shift, weight in zip(plan.shifts, weights[1:], strict=True):
        left = complex(weight) / (1.0 + 2j * pi * float(shift) * tau) ** poles
        if abs(left) > 1e-4 * abs(found[0]):
            ripple.append(Line(float(shift), left, np.ones(1)))
    found = found + summed(ripple, channel.start_ps, instants)
    if channel.density is None:
        return found
    one = lowpass.transition(step, tau, poles)
    density = float(channel.density(np.array([channel.detected]))[0])
    kicks = sqrt(density) * (draw.standard_normal((instants.size, poles)) @ one.noise.T)
    noise: list[Floats] = []
    for stage in range(poles):
        driven = np.zeros(instants.size)
        driven[1:] = kicks[:-1, stage]
        for m in range(1, stage + 1):
            driven[1:] += one.free[m] * noise[stage - m][:-1]
        noise.append(remembered(driven, float(one.free[0])))
    return np.asarray(found + noise[-1])


def _extremes(trace: Floats) -> Floats:
    columns = trace.reshape(_COARSE, _PER_COLUMN)
    return np.stack([columns.min(axis=1), columns.max(axis=1)], axis=1).ravel()


def _size(trace: Floats, step: float) -> Size:
    """Return what a scope reads off; ``step`` is 0 where the samples are at irregular moments."""
    mean = float(trace.mean())
    square = float(trace @ trace) / trace.size
    low, high = float(trace.min()), float(trace.max())
    moves = step > 0.0 and high - low > _STILL * abs(mean)
    return Size(high - low, sqrt(square), _frequency(trace - mean, step) if moves else float("nan"))


def _frequency(trace: Floats, step: float) -> float:
    """Return the frequency of the strongest oscillation (Hz); nan if none stands out of the noise."""
    size = max(_TABLE, 1 << trace.size.bit_length())  # finer than the record's own resolution
    power = np.abs(np.fft.rfft(trace * np.hanning(trace.size), size)) ** 2
    bins = size / trace.size
    lowest, reach = ceil(_PERIODS * bins), ceil(2.0 * bins)
    if power.size <= lowest + 2:
        return float("nan")
    best = lowest + int(np.argmax(power[lowest:-1]))
    around = float(power[best - reach:best + reach + 1].sum())
    if around <= _SHARE * float(power.sum()) or power[best] < power[best - 1]:
        return float("nan")
    left, middle, right = (log(max(float(power[best + k]), 1e-300)) for k in (-1, 0, 1))
    bent = left - 2.0 * middle + right
    return (best + (0.5 * (left - right) / bent if bent else 0.0)) / (size * step)


def cable_density(signal: Signal) -> Callable[[Floats], Floats] | None:
    """Return the noise density of what a cable carries; None without noise."""
    if not (signal.density or signal.flicker):
        return None
    return lambda frequencies: signal.density + signal.flicker / np.maximum(np.abs(frequencies), 1e-3)
