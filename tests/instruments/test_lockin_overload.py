"""Each stage of the lock-in overloads at its own limit, clips there, marks the points and says so."""

from math import sqrt

import numpy as np
import pytest
from signal_bench import SignalBench

from vlab import Q_


def marks_of(bench, flag, marked=True):
    assert getattr(bench.lockin, flag)
    assert not marked or f"lockin.{flag}" in bench.take_marks()
    return " ".join(bench.check())


def test_first_amplifier():
    bench = SignalBench((1000.0, 1.49))
    assert not bench.lockin.input_overload
    bench.change((1000.0, 1.51))
    bench.pass_time(0.1)
    assert "1.5 V allowed" in marks_of(bench, "input_overload")


@pytest.mark.parametrize(("reserve", "decibels"), [("low noise", 10.0), ("normal", 40.0), ("high reserve", 60.0)])
def test_mixer_by_reserve(reserve, decibels):
    """An interferer 300 Hz off, from just below to just above full scale plus reserve."""
    limit = min(1.5, 1.09 * sqrt(2) * 1e-3 * 10 ** (decibels / 20))
    bench = SignalBench((1300.0, 0.99 * limit), sensitivity=1e-3, reserve=reserve)
    bench.pass_time(0.1)
    assert not bench.lockin.input_overload
    bench.change((1300.0, 1.01 * limit))
    bench.pass_time(0.1)
    assert "input is overloaded" in marks_of(bench, "input_overload")


def test_a_clipped_input_gives_wrong_numbers():
    """A sine clipped at half its height has 0.6090 of its fundamental: 2/pi (asin r + r sqrt(1 - r^2)) at r = 0.5."""
    bench = SignalBench((1000.0, 1.0), sensitivity=1.0, reserve="low noise", time_constant=1e-3, slope="24 dB/oct")
    bench.pass_time(0.1)
    assert abs(bench.phasor) == pytest.approx(1.0 / sqrt(2), rel=1e-3)
    bench.change((1000.0, 2.8))
    bench.pass_time(0.1)
    share = 2 / np.pi * (np.arcsin(0.5) + 0.5 * sqrt(0.75))
    assert bench.phasor.real == pytest.approx(min(1.09, 2.8 / sqrt(2) * share), rel=1e-3)
    bench.set(sensitivity=0.9)
    bench.change((1000.0, 2.8), (1300.0, 0.1))
    bench.pass_time(0.1)
    assert bench.lockin.input_overload


def test_a_strong_neighbour_spoils_a_weak_signal_only_without_reserve():
    lines = ((1000.0, 1e-3), (1437.0, 0.3))
    found = {}
    for reserve in ("low noise", "high reserve"):
        bench = SignalBench(*lines, sensitivity=1e-3, reserve=reserve, time_constant=0.3, slope="24 dB/oct")
        bench.pass_time(10.0)
        found[reserve] = bench.phasor.real / (1e-3 / sqrt(2)), bench.lockin.input_overload
    assert found["high reserve"] == (pytest.approx(1.0, abs=1e-3), False)
    assert found["low noise"][0] < 0.2
    assert found["low noise"][1]


def test_outputs_clip_at_109_percent():
    bench = SignalBench((1000.0, 0.1), sensitivity=0.1 / sqrt(2) / 1.08)
    assert not bench.lockin.output_overload
    full = 0.1 / sqrt(2) / 1.2
    bench.set(sensitivity=full)
    assert bench.lockin.x.m_as("V") == pytest.approx(1.09 * full)
    said = marks_of(bench, "output_overload")
    assert "an output is overloaded: the signal is larger than the full scale of 58.9 mV" in said
    assert "lockin.sensitivity of 100 mV or more" in said
    assert "lockin.auto_gain" in said
    assert "time_constant" not in said
    bench.set(time_constant=30.0, phase=0.0)
    bench.prepare(thermal=True)
    said = marks_of(bench, "output_overload", marked=False)
    assert "an output is overloaded" in said
    assert "auto_gain" not in said  # which refuses then
    bench.set(time_constant=1.0)
    bench.prepare(thermal=True)
    bench.set(phase=np.pi / 2)
    bench.prepare(thermal=True)
    assert bench.lockin.y.m_as("V") == pytest.approx(-1.09 * full)


def test_an_output_that_is_over_for_a_moment_leaves_a_mark():
    bench = SignalBench((1000.0, 0.1), sensitivity=0.1, time_constant=0.01)
    bench.change((1000.0, 0.2))
    bench.pass_time(0.05)
    bench.change((1000.0, 0.1))
    bench.pass_time(0.1)
    assert not bench.lockin.output_overload
    assert bench.take_marks() == ["lockin.output_overload"]


def test_a_stage_of_the_filter_clips_at_ten_full_scales():
    """A neighbour 1 Hz off, 40 dB above full scale, reaches the first stages of a filter that is too fast for it."""
    bench = SignalBench((1000.0, 1e-3), (1001.0, 0.1), sensitivity=1e-3, reserve="high reserve", time_constant=0.03,
                        slope="24 dB/oct")
    bench.pass_time(3.0)
    said = marks_of(bench, "filter_overload")
    assert "lockin.sensitivity of 20 mV or more" in said  # ten full scales fill up to 90 % of it
    assert "choose a longer time constant (lockin.time_constant above 30 ms)" in said
    assert np.abs(bench.lockin._state.real).max() <= 10e-3
    assert not bench.lockin.input_overload
    bench.set(time_constant=30.0)
    bench.prepare(thermal=True)
    bench.pass_time(1.0)
    assert not bench.lockin.filter_overload
    assert bench.take_marks() == []
    assert bench.lockin.x.m_as("mV") == pytest.approx(1 / sqrt(2), rel=1e-3)


@pytest.mark.parametrize("poles", [1, 4])
def test_after_an_overload_it_recovers(poles):
    bench = SignalBench((1000.0, 1.0), sensitivity=1e-3, time_constant=0.01, slope=f"{6 * poles} dB/oct")
    bench.pass_time(0.1)
    assert bench.lockin.input_overload
    bench.change((1000.0, 1e-3))
    bench.pass_time(1.0)
    assert bench.take_marks() != []
    bench.pass_time(0.1)
    assert bench.take_marks() == []
    assert bench.lockin.x.m_as("mV") == pytest.approx(1 / sqrt(2), rel=1e-2)


def test_analog_outputs_have_offset_and_expand():
    """V = 10 V (X / sensitivity - offset) expand, clipped at 10.9 V; the reading X stays."""
    bench = SignalBench((1000.0, sqrt(2) * 0.6 * np.exp(0.5j)), time_constant=1e3)
    x, y = 0.6 * np.cos(0.5), 0.6 * np.sin(0.5)
    lockin = bench.lockin
    assert lockin.x_output.m_as("V") == pytest.approx(10 * x, rel=1e-6)
    lockin.x_offset, lockin.y_offset = Q_(50.0, "percent"), Q_(-20.0, "percent")
    lockin.expand = Q_(10.0, "")
    assert lockin.x_output.m_as("V") == pytest.approx(100 * (x - 0.5), rel=1e-4)
    assert lockin.y_output.m_as("V") == pytest.approx(min(10.9, 100 * (y + 0.2)), rel=1e-6)
    assert lockin.x.m_as("V") == pytest.approx(x, rel=1e-6)
