"""An output stage that clips hard: what becomes of a sum of spectral lines at plus and minus a limit.

A line of amplitude A beside a direct voltage D, clipped at +-L, keeps the share (f(r+) + f(r-)) / 2 of its amplitude
with r+- = (L +- D) / A and f(r) = 2/pi (asin r + r sqrt(1 - r^2)); the direct voltage becomes A (g(r+) - g(r-)) / 2
with g(r) = 2/pi (r asin r + sqrt(1 - r^2)). What is weak beside that line passes only while the waveform lies between
the limits, a share (h(r+) + h(r-)) / 2 of the time with h(r) = 2/pi asin r. (Gelb and Vander Velde, *Multiple-Input
Describing Functions*, 1968, chapters 2 and 6.) Harmonics and mixtures that clipping makes are left out.
"""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import Line, Signal, crest

Floats = NDArray[np.float64]


def limited(signal: Signal, limit: float) -> Signal:
    """Return ``signal`` clipped at plus and minus ``limit`` volts; the same object where nothing can reach it.

    Each tick boundary is treated by itself, and lines that share an envelope go on sharing one, so that cutting a
    stretch changes no number. Exact for one line beside a direct voltage, for weak lines beside them to first order.
    Of lines of comparable size each is taken between dominating and weak, as its share of the power is: within a fifth.
    The noise density, one number for the stretch, stays.

    Parameters
    ----------
    signal : Signal
    limit : float
        V.
    """
    if signal.peak() <= limit:
        return signal
    groups = _groups(signal)
    size = signal.grid.count + 1
    direct, power, powers = np.zeros(size), np.zeros(size), []
    for lines in groups:
        envelope = lines[0].envelope
        strength = sum(abs(line.amplitude) ** 2 for line in lines if line.frequency != 0.0)
        powers.append(strength * np.abs(envelope) ** 2)
        power += powers[-1]
        for line in lines:
            if line.frequency == 0.0:
                direct += (line.amplitude * envelope).real
    amplitude = np.sqrt(power)  # of the one line that has the power of all
    reach = np.zeros(size)
    for lines in groups:
        reach += crest(tuple((line.frequency, line.amplitude) for line in lines)) * np.abs(lines[0].envelope)
    inside = reach <= limit
    if inside.all():
        return signal
    strong, weak, mean = _passed(direct, amplitude, limit)
    steady = np.where(inside | (direct == 0.0), 1.0, mean / np.where(direct == 0.0, 1.0, direct))
    left = np.where(inside, 0.0, mean)
    result: list[Line] = []
    for lines, share in zip(groups, powers, strict=True):
        if all(line.frequency == 0.0 for line in lines):
            gain = steady
        else:
            gain = np.where(inside, 1.0, weak + (strong - weak) * (share / np.where(power > 0.0, power, 1.0)))
        envelope = lines[0].envelope * gain
        for line in lines:
            if line.frequency == 0.0:
                left -= np.where(inside, 0.0, (line.amplitude * envelope).real)
        result.extend(replace(line, envelope=envelope, steady=False) for line in lines)
    # A direct voltage that shares its envelope with a line shrinks with it; what differs is a line of its own.
    return replace(signal, lines=(*result, Line(0.0, 1.0 + 0j, left)))


def _groups(signal: Signal) -> list[list[Line]]:
    """Return the lines by the envelope they share."""
    found: dict[int, list[Line]] = {}
    for line in signal.lines:
        found.setdefault(id(line.envelope), []).append(line)
    return list(found.values())


def _passed(direct: Floats, amplitude: Floats, limit: float) -> tuple[Floats, Floats, Floats]:
    """Return the gains of the dominating and of weak lines, and the direct voltage behind the limits."""
    safe = np.maximum(amplitude, 1e-12 * limit)
    upper, lower = (limit + direct) / safe, (limit - direct) / safe
    high, low = np.clip(upper, -1.0, 1.0), np.clip(lower, -1.0, 1.0)
    root_high, root_low = np.sqrt(1.0 - high * high), np.sqrt(1.0 - low * low)
    open_high, open_low = np.arcsin(high), np.arcsin(low)
    strong = (open_high + high * root_high + open_low + low * root_low) / pi
    weak = (open_high + open_low) / pi
    # Beyond the waveform g(r) is |r| itself.
    g_high = np.where(np.abs(upper) < 1.0, 2.0 / pi * (high * open_high + root_high), np.abs(upper))
    g_low = np.where(np.abs(lower) < 1.0, 2.0 / pi * (low * open_low + root_low), np.abs(lower))
    return strong, weak, np.asarray(0.5 * safe * (g_high - g_low))
