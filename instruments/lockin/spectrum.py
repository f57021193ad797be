r"""What a spectrum analyser would show at a lock-in amplifier, and what its output filter makes of it.

Noise of the one-sided density S around the reference comes out of the mixer with the same density on X and on Y; the
output filter of n equal poles,

.. math:: |H(\nu)|^2 = (1 + (2\pi\nu\tau)^2)^{-n}, \qquad
          B = \int_0^\infty |H|^2 d\nu = \frac{1}{\tau}\left\{\tfrac14, \tfrac18, \tfrac3{32}, \tfrac5{64}\right\},

with :math:`\nu` the distance from the reference, leaves an rms of :math:`\sqrt{S B}` of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from math import ceil, log10, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from instruments.lockin.input import HIGH_PASS, NOTCH_QUALITY, InputChain
from instruments.lockin.scope import Channel, Density, Floats, coloured, summed
from vlab.lab.cable import Signal

_PER_TIME_CONSTANT = (1.0 / 4.0, 1.0 / 8.0, 3.0 / 32.0, 5.0 / 64.0)
WINDOW_BINS = 1.5
"""Equivalent noise bandwidth of a Hann window, in bins."""
_SEGMENT = 512
_SEGMENTS = 7
"""Half overlapping pieces of a record."""
_DECADE = 10.0
_MAINS = (50.0, 60.0)


@dataclass(frozen=True)
class SpectralLine:
    """An oscillation that stands out of the noise."""

    frequency: float
    """Hz."""
    rms: float
    """V."""
    title: str


@dataclass(frozen=True)
class Spectrum:
    """The voltage in front of a lock-in amplifier's mixer and the filter behind it, as they are now (SI units)."""

    channel: Channel = field(repr=False)
    detected: float
    """Hz; where the filter looks."""
    reference: float
    time_constant: float
    poles: int
    averaged: float
    """Hz; of the synchronous filter, which takes out lines but no noise; 0 without it."""
    floor: float
    """V/Hz^0.5; noise around the detected frequency."""
    signal: float
    """V rms; of the line at the detected frequency."""
    lines: tuple[SpectralLine, ...]
    """All but the direct voltage, by frequency."""

    @property
    def bandwidth(self) -> float:
        """The equivalent noise bandwidth of the output filter, Hz."""
        return noise_bandwidth(self.time_constant, self.poles)

    @property
    def output_noise(self) -> float:
        """The rms of the noise of X, V: what of the noise floor the filter lets through."""
        return self.floor * sqrt(self.bandwidth)

    @property
    def signal_to_noise(self) -> float:
        """The line at the detected frequency over the rms noise of X; infinite without noise."""
        return self.signal / self.output_noise if self.output_noise else float("inf")

    def density(self, frequencies: Floats) -> Floats:
        """Return the noise in V/Hz^0.5 at frequencies in Hz."""
        density = self.channel.density
        return np.zeros(frequencies.shape) if density is None else np.sqrt(density(frequencies))

    def passband(self, offsets: Floats) -> Floats:
        """Return what of the noise the filter lets through at distances from the detected frequency, in Hz: the
        magnitude of the transfer function of its poles.

        A synchronous filter is not in it, as it is not in `bandwidth`: in this model it acts on lines only, by
        `transfer` with ``averaged``, and leaves the noise as it is.
        """
        return transfer(offsets, self.time_constant, self.poles)


def noise_bandwidth(time_constant: float, poles: int) -> float:
    """Return the equivalent noise bandwidth in Hz of a low-pass of equal poles."""
    return _PER_TIME_CONSTANT[poles - 1] / time_constant


def transfer(offsets: Floats, time_constant: float, poles: int, averaged: float = 0.0) -> Floats:
    """Return the magnitude of the transfer function of the output filter at ``offsets`` in Hz."""
    passed = (1.0 + (2.0 * pi * offsets * time_constant) ** 2) ** (-0.5 * poles)
    if averaged > 0.0:
        passed = passed * np.abs(np.sinc(offsets / averaged))
    return np.asarray(passed)


def densities(chain: InputChain, signal: Signal, frequencies: Floats) -> Floats:
    """Return the noise density in V^2/Hz before the mixer at many frequencies (Hz); see `InputChain.density`."""
    outside = signal.density + signal.flicker / np.maximum(np.abs(frequencies), 1e-3)
    if chain.coupling == "AC":
        ratio = (frequencies / HIGH_PASS) ** 2
        outside = outside * (ratio / (1.0 + ratio))
    for filters, centre in ((("line", "both"), chain.mains), (("2x line", "both"), 2.0 * chain.mains)):
        if chain.line_filter in filters:
            ratio = frequencies / centre
            depth = (1.0 - ratio * ratio) ** 2
            outside = outside * (depth / (depth + (ratio / NOTCH_QUALITY) ** 2))
    return np.asarray(outside + chain.own_density)


def noise_of(chain: InputChain, signal: Signal) -> Density:
    """Return the noise density before the mixer as a function of frequency."""
    return partial(densities, chain, signal)


def spectrum_of(channel: Channel, poles: int) -> Spectrum:
    """Return what there is to say of the voltage in front of the mixer."""
    heights: dict[float, complex] = {}
    for line in channel.lines:
        if line.frequency:
            heights[line.frequency] = (heights.get(line.frequency, 0j)
                                       + line.amplitude * complex(line.envelope[-1]) / sqrt(2.0))
    lines = tuple(SpectralLine(f, abs(heights[f]), _title(f, channel)) for f in sorted(heights) if heights[f])
    floor = 0.0 if channel.density is None else sqrt(float(channel.density(np.array([channel.detected]))[0]))
    signal = sum(line.rms for line in lines if _same(line.frequency, channel.detected))
    return Spectrum(channel, channel.detected, channel.reference, channel.time_constant, poles, channel.averaged, floor,
                    signal, lines)


def _same(first: float, second: float) -> bool:
    return abs(first - second) <= 1e-9 * abs(second)


def _title(frequency: float, channel: Channel) -> str:
    """Return what a line is called: by its order of the reference, or as mains pick-up."""
    if _same(frequency, channel.detected):
        return "signal"
    order = frequency / channel.reference
    if order > 0.5 and _same(round(order) * channel.reference, frequency):
        return f"{round(order)} f"
    if any(frequency in (mains * n for n in range(1, 8)) for mains in _MAINS):
        return "mains"
    return "line"


@dataclass(frozen=True)
class Periodogram:
    """A spectrum measured on a waveform, with the resolution that it has at each frequency."""

    frequencies: Floats
    """Hz."""
    power: Floats
    """V^2/Hz, one-sided."""
    resolution: Floats
    """Hz; a line of the mean square V^2 reaches V^2 / resolution."""


def welch(volts: Floats, step: float, segment: int = _SEGMENT) -> tuple[Floats, Floats]:
    """Return frequencies (Hz) and one-sided density (V^2/Hz) by averaging half overlapping Hann windows."""
    window = 0.5 - 0.5 * np.cos(2.0 * pi * np.arange(segment) / segment)
    starts = range(0, volts.size - segment + 1, segment // 2)
    pieces = np.stack([volts[start:start + segment] for start in starts])
    pieces = (pieces - pieces.mean(axis=1, keepdims=True)) * window
    power = np.mean(np.abs(np.fft.rfft(pieces, axis=1)) ** 2, axis=0) * 2.0 * step / float(window @ window)
    return np.asarray(np.fft.rfftfreq(segment, step), dtype=np.float64), np.asarray(power)


def decades(lowest: float, highest: float) -> tuple[float, ...]:
    """Return the upper ends of the bands, a decade each, that together reach from ``lowest`` to ``highest`` Hz."""
    count = max(1, ceil(log10(highest / lowest) - 1e-9))
    return tuple(highest / _DECADE**n for n in reversed(range(count)))


def measured(channel: Channel, lowest: float, highest: float, draw: np.random.Generator) -> Periodogram:
    """Return the spectrum of a record of the voltage in front of the mixer, sampled anew for each decade.

    What lies above half of each sampling rate is left out of its record, as by a perfect filter; the whole lasts as
    long as the record of the lowest decade, some ten periods of ``lowest``.

    Parameters
    ----------
    channel : Channel
    lowest, highest : float
        Hz.
    draw : numpy.random.Generator
        Of the noise.
    """
    found = []
    for top in decades(lowest, highest):
        step = 1.0 / (2.5 * top)
        times = np.asarray(step * np.arange(_SEGMENT * (_SEGMENTS + 1) // 2), dtype=np.float64)
        volts = summed([line for line in channel.lines if 0.0 < line.frequency < 0.5 / step], channel.start_ps, times)
        if channel.density is not None:
            volts += coloured(channel.density, draw.standard_normal(times.size), step)
        frequencies, power = welch(volts, step)
        kept = (frequencies > top / _DECADE * (1.0 - 1e-9)) & (frequencies <= top * (1.0 + 1e-9))
        found.append((frequencies[kept], power[kept], np.full(int(kept.sum()), WINDOW_BINS * frequencies[1])))
    return Periodogram(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def resolution_at(frequency: float, lowest: float, highest: float) -> float:
    """Return the resolution in Hz of `measured` at a frequency."""
    top = next((top for top in decades(lowest, highest) if frequency <= top), highest)
    return WINDOW_BINS * 2.5 * top / _SEGMENT


def zoomed(channel: Channel, span: float, draw: np.random.Generator, points: int = _SEGMENT) -> Periodogram:
    """Return the spectrum within ``span`` Hz on either side of the detected frequency, as what is behind the mixer has.

    The noise is taken as white over the span; frequencies are distances from the detected one. The detected frequency
    itself and what is folded over from below zero are there as well.
    """
    rate = 2.5 * span
    times = np.arange(points) / rate
    turning = np.zeros(points, dtype=np.complex128)
    for line in channel.lines:
        height = line.amplitude * complex(line.envelope[-1]) / sqrt(2.0)
        for offset, part in ((line.frequency - channel.detected, height),
                             (-line.frequency - channel.detected, height.conjugate())):
            if abs(offset) < 0.5 * rate and part:
                turning += part * np.exp(2j * pi * offset * times)
    if channel.density is not None:
        density = float(channel.density(np.array([channel.detected]))[0])
        normals = draw.standard_normal((2, points))
        turning += sqrt(0.5 * density * rate) * (normals[0] + 1j * normals[1])
    window = 0.5 - 0.5 * np.cos(2.0 * pi * np.arange(points) / points)
    power: NDArray[np.float64] = np.abs(np.fft.fft(turning * window)) ** 2 / (rate * float(window @ window))
    offsets, power = np.fft.fftshift(np.fft.fftfreq(points, 1.0 / rate)), np.fft.fftshift(power)
    kept = np.abs(offsets) <= span * (1.0 + 1e-9)
    return Periodogram(offsets[kept], power[kept], np.full(int(kept.sum()), WINDOW_BINS * rate / points))


def filtered_rms(periodogram: Periodogram, time_constant: float, poles: int) -> float:
    """Return the rms in V that a filter lets through of a zoomed spectrum without its lines, as X would have it."""
    passed = transfer(periodogram.frequencies, time_constant, poles) ** 2 * periodogram.power
    step = float(periodogram.frequencies[1] - periodogram.frequencies[0])
    return sqrt(0.5 * float(passed.sum()) * step)


__all__ = ["Periodogram", "SpectralLine", "Spectrum", "decades", "densities", "filtered_rms", "measured",
           "noise_bandwidth", "noise_of", "resolution_at", "spectrum_of", "transfer", "welch", "zoomed"]
