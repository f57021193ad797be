"""A sum of lines clipped hard, against waveforms that are clipped sample by sample."""

import numpy as np
import pytest

from instruments.detection.limiter import limited
from vlab.lab.cable import Line, Signal, TickGrid, crest

TICK_PS = 10**10
SAMPLES = 1 << 18


def steady(*lines, boundaries=3):
    return Signal(TickGrid(0, TICK_PS, 0, boundaries - 1),
                  tuple(Line(f, complex(a), np.ones(boundaries)) for f, a in lines))


def clipped_by_hand(lines, limit=1.0):
    """Return the amplitudes at the frequencies (whole Hz) of a second of the clipped waveform."""
    t = np.arange(SAMPLES) / SAMPLES
    wave = sum(np.real(a * np.exp(2j * np.pi * f * t)) for f, a in lines)
    spectrum = np.fft.rfft(np.clip(wave, -limit, limit)) / SAMPLES
    return [spectrum[0] if f == 0 else 2.0 * spectrum[int(f)] for f, _ in lines]


def amplitude_at(signal, frequency, boundary=0):
    return sum(line.amplitude * line.envelope[boundary] for line in signal.lines if line.frequency == frequency)


@pytest.mark.parametrize(("lines", "tolerance"), [
    (((1000, 3.0),), 1e-4),
    (((1000, 1.2j),), 1e-4),
    (((0, 0.7), (1000, 2.0)), 1e-4),
    (((0, -0.9), (1000, 0.3)), 1e-4),
    (((0, 0.5), (1000, 30.0)), 1e-4),
    (((1000, 3.0), (1777, 0.1)), 2e-3),  # the second order of the weak line
    (((0, 0.5), (1000, 3.0 - 1.0j), (1777, 0.1)), 2e-3),
    (((1000, 2.0), (1777, 1.0)), 0.12),  # of comparable size: between dominating and weak
    (((1000, 1.0), (1777, 1.0)), 0.06),
])
def test_against_clipped_waveforms(lines, tolerance):
    clipped = limited(steady(*lines), 1.0)
    for (frequency, _), expected in zip(lines, clipped_by_hand(lines), strict=True):
        assert amplitude_at(clipped, frequency) == pytest.approx(expected, abs=tolerance)


def test_a_direct_voltage_beyond_the_limit_blocks_everything():
    clipped = limited(steady((0, 3.0), (1000, 1.0), (1777, 0.01)), 1.0)
    assert amplitude_at(clipped, 0) == pytest.approx(1.0, rel=1e-12)
    assert abs(amplitude_at(clipped, 1000)) < 1e-12
    assert abs(amplitude_at(clipped, 1777)) < 1e-12


def test_what_stays_below_the_limit_is_the_same_object():
    for lines in (((0, 0.3), (1000, 0.7)), ((1000, -1.0),), ()):
        signal = steady(*lines)
        assert limited(signal, 1.0) is signal


def test_no_gain_is_larger_than_one_and_a_larger_line_never_comes_out_smaller():
    sizes = np.linspace(0.01, 20.0, 400)
    line = Line(1000.0, 1.0 + 0j, sizes)
    out = np.abs(limited(Signal(TickGrid(0, TICK_PS, 0, 399), (line,)), 1.0).lines[0].envelope)
    assert np.all(out <= sizes)
    assert np.all(np.diff(out) > 0.0)
    assert out[-1] == pytest.approx(4.0 / np.pi, rel=1e-3)  # the fundamental of a square wave


def test_a_chopped_beam_that_is_clipped_shrinks_as_a_whole():
    """A square wave from 0 to V is clipped to one from 0 to L; with direct part and one harmonic that is exact."""
    volts = np.full(3, 4.0)
    square = (Line(0.0, 0.5 + 0j, volts), Line(1000.0, 2.0 / np.pi + 0j, volts))
    out = limited(Signal(TickGrid(0, TICK_PS, 0, 2), square), 2.0)
    assert amplitude_at(out, 1000.0) == pytest.approx(0.5 * 4.0 * 2.0 / np.pi, rel=1e-12)
    assert out.lines[0].envelope is out.lines[1].envelope


def test_cutting_a_stretch_changes_nothing_to_the_bit():
    grid = TickGrid(0, TICK_PS, 0, 60)
    shared = np.linspace(0.2, 3.0, 61)
    turning = np.linspace(0.0, 0.4, 61) * np.exp(1j * np.linspace(0.0, 3.0, 61))

    def part(first, count):
        cut = slice(first, first + count + 1)
        a, b = shared[cut].copy(), turning[cut].copy()
        lines = (Line(0.0, 0.5 + 0j, a), Line(1000.0, 0.6 + 0j, a), Line(1777.0, 1.0j, b))
        return limited(Signal(TickGrid(grid.origin_ps, TICK_PS, first, count), lines), 1.0)

    whole = part(0, 60)
    for first, count in ((0, 10), (10, 15), (25, 35)):
        cut = part(first, count)
        for frequency in (0.0, 1000.0, 1777.0):
            for k in range(count + 1):
                assert amplitude_at(cut, frequency, k) == amplitude_at(whole, frequency, first + k)


@pytest.mark.parametrize("orders", [(1, 3, 5), (1, 2, 3, 4, 5, 6)])
def test_crest_is_the_highest_point_of_the_waveform(orders):
    rng = np.random.default_rng(4)
    lines = ((0.0, 0.5 + 0j), *((7.0 * n, complex(*rng.normal(size=2))) for n in orders))
    t = np.linspace(0.0, 1.0 / 7.0, 200_001)
    wave = sum((a * np.exp(2j * np.pi * f * t)).real for f, a in lines)
    assert crest(lines) == pytest.approx(np.abs(wave).max(), rel=1e-3)
    assert crest(((50.0, 1.0 + 0j), (71.3, 2.0 + 0j))) == 3.0


def test_a_square_wave_is_not_clipped_below_its_height():
    envelope = np.full(3, 0.9)
    lines = tuple(Line(f, a, envelope) for f, a in
                  ((0.0, 0.5 + 0j), *((k * 5e4, (2 / (np.pi * k)) * (-1) ** (k // 2) + 0j) for k in (1, 3, 5, 7, 9))))
    signal = Signal(TickGrid(0, 10**10, 0, 2), lines)
    assert signal.peak() > 1.2
    assert limited(signal, 1.0) is signal
    assert limited(signal, 0.5) is not signal
