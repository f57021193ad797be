"""The input of the lock-in: ranges and reserve, coupling, notches, mains pick-up, and noise referred to the input."""

from dataclasses import replace
from math import pi, sqrt

import numpy as np
import pytest
from scipy.signal import freqz, iirnotch
from signal_bench import SignalBench

from instruments.lockin.input import high_pass, mixer_range, notch, reserve_in_decibels
from vlab.lab.cable import Line


@pytest.mark.parametrize(("sensitivity", "low", "normal", "high"), [
    (1.0, 0, 0, 0), (0.1, 10, 20, 20), (10e-3, 10, 30, 40), (1e-3, 10, 40, 60), (100e-6, 10, 50, 80),
    (10e-6, 10, 60, 100)])
def test_reserve_of_the_decades(sensitivity, low, normal, high):
    """The table on the front panel of a common model."""
    found = [reserve_in_decibels(word, sensitivity) for word in ("low noise", "normal", "high reserve")]
    assert found == pytest.approx([low, normal, high], abs=1e-9)


def test_range_is_the_peak_of_a_full_scale_sine_and_its_reserve():
    assert mixer_range("normal", 1e-3) == pytest.approx(1.09 * sqrt(2) * 1e-3 * 100)
    assert mixer_range("high reserve", 1e-6) == pytest.approx(1.09 * sqrt(2))
    bench = SignalBench(sensitivity=1e-3, reserve="low noise")
    assert bench.lockin.input_range.m_as("mV") == pytest.approx(1.09 * sqrt(2) * sqrt(10))
    bench.set(sensitivity=1.0)
    assert bench.lockin.input_range.m_as("V") == pytest.approx(1.5)


@pytest.mark.parametrize("frequency", [0.01, 0.16, 3.0])
def test_coupling_is_a_high_pass_at_160_millihertz(frequency):
    assert abs(high_pass(frequency)) ** 2 == pytest.approx(1 / (1 + (0.16 / frequency) ** 2))
    still = SignalBench((frequency, 0.1), reference=frequency, time_constant=3e4)
    open_phasor = still.phasor
    still.set(coupling="AC")
    still.prepare(thermal=True)
    assert still.phasor / open_phasor == pytest.approx(1 / (1 - 0.16j / frequency), abs=1e-3)


def test_coupling_takes_direct_voltage_from_the_input():
    bench = SignalBench((0.0, 2.0), (1000.0, 0.1))
    assert bench.lockin.input_overload
    assert any("coupling" in line for line in bench.check())
    bench.set(coupling="AC")
    bench.pass_time(0.1)
    assert not bench.lockin.input_overload
    assert bench.check() == []


@pytest.mark.parametrize("frequency", [10.0, 45.0, 55.0, 100.0, 1e3])
def test_notch_against_a_digital_one(frequency):
    rate = 1e6
    b, a = iirnotch(50.0, 4.0, fs=rate)
    expected = freqz(b, a, worN=[frequency], fs=rate)[1][0]
    assert notch(frequency, 50.0) == pytest.approx(expected, abs=2e-3)
    assert notch(50.0, 50.0) == 0.0


@pytest.mark.parametrize(("word", "mains", "left"), [
    ("none", 50.0, (1, 1)), ("line", 50.0, (0, 1)), ("2x line", 50.0, (1, 0)), ("both", 50.0, (0, 0)),
    ("both", 60.0, (1, 1))])
def test_line_filters_take_out_what_they_say(word, mains, left):
    """Peaks at the mixer, by whether they overload it: 50 Hz and 100 Hz of 100 mV into a range of 14 mV."""
    for frequency, passes in zip((50.0, 100.0), left, strict=True):
        bench = SignalBench((frequency, 0.1), sensitivity=1e-3, reserve="low noise", line_filter=word,
                            line_frequency=mains)
        bench.pass_time(0.1)
        assert bench.lockin.input_overload == bool(passes)


def test_line_filter_turns_the_signal_nearby():
    bench = SignalBench((70.0, 0.1), reference=70.0, time_constant=100.0)
    plain = bench.phasor
    bench.set(line_filter="line")
    bench.prepare(thermal=True)
    assert bench.phasor / plain == pytest.approx(notch(70.0, 50.0), rel=1e-3)


def test_ground_and_difference_act_on_mains_only():
    def passed(frequency, **settings):
        """Return the peak that the input sees, in units of what comes down the cable, by a bisection of its range."""
        low, high = 0.0, 1e4
        for _ in range(40):
            middle = 0.5 * (low + high)
            bench.change((frequency, 1.5 / middle))
            bench.set(**settings)
            bench.pass_time(0.01)
            low, high = (middle, high) if bench.lockin.input_overload else (low, middle)
        return middle

    bench = SignalBench()
    assert passed(50.0) == pytest.approx(1.0, rel=1e-6)
    assert passed(50.0, ground="ground") == pytest.approx(10.0, rel=1e-6)
    assert passed(180.0, ground="ground", input_source="A-B") == pytest.approx(0.1, rel=1e-6)
    assert passed(50.0, ground="float", input_source="A-B") == pytest.approx(0.01, rel=1e-6)
    assert passed(77.0, ground="ground", input_source="A-B") == pytest.approx(1.0, rel=1e-6)
    bench.tune(50.0)
    assert passed(50.0, ground="ground") == pytest.approx(1.0, rel=1e-6)  # it is the signal


def noise_of(**kind):
    """Return the noise density in V/sqrt(Hz) that X shows, from its rms with a bandwidth of 1/(4 T)."""
    settings = {"time_constant": 1e-3, "reference": 1000.0, "converter_noise": 0.0, "input_noise": 0.0, **kind}
    bench = SignalBench(noise=True, seed=5, **settings)
    found = []
    for _ in range(COUNT):
        bench.clock.sleep(0.01)
        found.append(bench.lockin.read("x"))
    return np.std(found) * sqrt(4 * settings["time_constant"])


COUNT = 4000
SURE = 5 / sqrt(2 * COUNT)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "expected"), [
    ({"density": 1e-12}, 1e-6),
    ({"density": 1e-12, "flicker": 3e-9}, 2e-6),  # 1/f: 3e-12 at 1 kHz
    ({"density": 1e-12, "flicker": 3e-9, "harmonic": 3.0}, sqrt(2) * 1e-6),  # at 3 kHz a third of that
    ({"input_noise": 1e-6}, 1e-6),
    ({"input_noise": 1e-6, "amplifier_noise": "off", "density": 1e-14}, 1e-7),
    ({"input_noise": 1e-6, "input_source": "A-B"}, sqrt(2) * 1e-6),
    ({"converter_noise": 1e-6, "sensitivity": 1e-3, "reserve": "low noise"}, 1e-6 * 1.09 * sqrt(2) * sqrt(10) * 1e-3),
    ({"converter_noise": 1e-6, "sensitivity": 1e-3, "reserve": "normal"}, 1e-6 * 1.09 * sqrt(2) * 0.1),
    ({"converter_noise": 1e-6, "sensitivity": 1e-3, "reserve": "high reserve"}, 1e-6 * 1.5),
    ({"density": 1e-12, "line_filter": "line", "reference": 70.0}, 1e-6 * abs(notch(70.0, 50.0))),
], ids=str)
def test_noise_referred_to_the_input(kind, expected):
    assert noise_of(**kind) == pytest.approx(expected, rel=SURE)


def test_synchronous_filter_takes_out_multiples_of_the_reference():
    """At 10 Hz with 30 ms the double frequency shows; the mean over a period takes it, and so with direct voltage."""
    lines = ((10.0, 0.1), (0.0, 0.05), (30.0, 0.2))
    bench = SignalBench(*lines, reference=10.0, time_constant=0.03)
    bench.pass_time(0.0137)
    rippled = bench.phasor
    bench.set(synchronous_filter="on")
    bench.prepare(thermal=True)
    bench.pass_time(0.0137)
    assert bench.phasor == pytest.approx(0.1 / sqrt(2), rel=1e-9)
    assert abs(rippled - 0.1 / sqrt(2)) > 0.01
    bench = SignalBench((210.0, 0.1), reference=210.0, time_constant=1e-3, synchronous_filter="on")
    assert abs(bench.phasor - 0.1 / sqrt(2)) > 0.01  # above 200 Hz it does nothing


def test_synchronous_filter_on_a_neighbouring_line_against_the_mean():
    """A line 3 Hz off: its beat, and the sum of the frequencies, are averaged over 0.1 s."""
    bench = SignalBench((13.0, 0.1), reference=10.0, time_constant=2.0, synchronous_filter="on")
    expected = 0.0
    for shift in (3.0, -23.0):
        mean = np.trapezoid(np.exp(2j * pi * shift * np.linspace(-0.1, 0.0, 100_001)), dx=1e-6) / 0.1
        expected += 0.1 / sqrt(2) * mean / (1 + 2j * pi * shift * 2.0)
    assert bench.phasor == pytest.approx(expected, rel=1e-6)


def test_steady_lines_that_nobody_hears_still_overload():
    """What is picked up from the mains is left out of the filter where it drowns in noise, not out of the peaks."""
    bench = SignalBench((1000.0, 1e-3), density=1e-8, noise=True, time_constant=10.0, sensitivity=0.1, coupling="AC")
    make = bench.signal

    def with_mains(grid):
        mains = Line(50.0, 1.5 + 0j, np.ones(grid.count + 1), steady=True)
        return replace(make(grid), lines=(*make(grid).lines, mains))

    bench.pass_time(0.1)
    assert not bench.lockin.input_overload
    bench.signal = with_mains
    bench.pass_time(0.1)
    assert bench.lockin.input_overload
    bench.set(line_filter="line")
    bench.pass_time(0.1)
    assert bench.lockin.input_overload  # before the notch
    bench.set(input_source="A-B")
    bench.pass_time(0.1)
    assert not bench.lockin.input_overload
