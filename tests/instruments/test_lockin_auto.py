"""The auto functions: they take lab time, set as if by hand, and refuse where they would take too long."""

from math import sqrt

import numpy as np
import pytest
from signal_bench import SignalBench

from instruments.lockin import auto
from vlab import Q_
from vlab.errors import LimitError

AMPLITUDE = 0.03 * sqrt(2)


def told_by(bench):
    events = []
    bench.lockin.subscribe(lambda _instrument, name, value, _owner: events.append((name, value)))
    return events


@pytest.mark.parametrize("start", [1.0, 0.05, 1e-3, 1e-6])
def test_auto_gain_finds_the_finest_step_from_both_sides(start):
    bench = SignalBench((1000.0, AMPLITUDE), sensitivity=start, time_constant=0.01, slope="12 dB/oct")
    events = told_by(bench)
    bench.lockin.auto_gain()
    assert bench.lockin.busy
    assert events == []
    bench.pass_time(5.0)
    assert not bench.lockin.busy
    assert bench.lockin.sensitivity.m_as("mV") == pytest.approx(50.0)
    assert bench.lockin.x.m_as("mV") == pytest.approx(30.0, rel=1e-3)
    assert {name for name, _ in events} <= {"sensitivity"}


def test_auto_gain_does_not_overload_the_input():
    """A neighbour of 0.2 V beside 1 mV: with 10 dB of reserve 50 mV are the finest that takes 0.2 V."""
    bench = SignalBench((1000.0, 1e-3), (1400.0, 0.2), reserve="low noise", time_constant=0.03, slope="24 dB/oct")
    bench.lockin.auto_gain()
    bench.pass_time(20.0)
    assert not bench.lockin.busy
    assert bench.lockin.sensitivity.m_as("mV") == pytest.approx(50.0)
    assert not bench.lockin.input_overload


def test_auto_gain_gives_up_at_the_coarsest_step():
    bench = SignalBench((1000.0, 5.0), time_constant=0.01, sensitivity=0.1)
    bench.lockin.auto_gain()
    bench.pass_time(5.0)
    assert not bench.lockin.busy
    assert bench.lockin.sensitivity.m_as("V") == pytest.approx(1.0)


@pytest.mark.parametrize(("neighbour", "expected"), [(0.0, "low noise"), (0.02, "normal"), (0.3, "high reserve"),
                                                     (5.0, "high reserve")])
def test_auto_reserve_takes_the_least_that_does(neighbour, expected):
    bench = SignalBench((1000.0, 1e-3), (1400.0, neighbour), sensitivity=1e-3, reserve="high reserve",
                        time_constant=0.03, slope="24 dB/oct")
    bench.lockin.auto_reserve()
    bench.pass_time(5.0)
    assert not bench.lockin.busy
    assert bench.lockin.reserve == expected


@pytest.mark.parametrize("phase", [-2.5, -0.4, 0.0, 1.0, 3.0])
def test_auto_phase_puts_the_signal_into_x_after_the_filter_has_settled(phase):
    bench = SignalBench((1000.0, 0.1 * np.exp(1j * phase)), time_constant=0.1)
    before = bench.phasor
    events = told_by(bench)
    bench.lockin.auto_phase()
    bench.pass_time(0.45)
    assert events == []
    assert bench.phasor == pytest.approx(before, abs=2e-4)
    bench.pass_time(0.1)
    assert [name for name, _ in events] == ["phase"]
    bench.pass_time(2.0)
    assert bench.phasor == pytest.approx(0.1 / sqrt(2), abs=2e-4)


def test_auto_offset_brings_the_outputs_to_zero():
    bench = SignalBench((1000.0, 0.1 * np.exp(0.7j)), sensitivity=0.1, time_constant=0.1)
    bench.lockin.auto_offset()
    assert abs(bench.lockin.x_output.m_as("V")) > 1
    bench.pass_time(1.0)
    assert bench.lockin.x_output.m_as("V") == pytest.approx(0.0, abs=0.02)
    assert bench.lockin.y_output.m_as("V") == pytest.approx(0.0, abs=0.02)
    assert abs(bench.phasor) == pytest.approx(0.1 / sqrt(2), rel=1e-3)


@pytest.mark.parametrize("name", ["auto_gain", "auto_reserve"])
def test_slow_filters_are_refused(name):
    bench = SignalBench((1000.0, 0.1), time_constant=1.01)
    with pytest.raises(LimitError, match=f"lockin.{name} does not work with a time constant above 1 s") as refused:
        bench.lockin.act(name)
    assert "it is 1.01 s now" in str(refused.value)
    assert f"by hand (lockin.{'sensitivity' if name == 'auto_gain' else 'reserve'})" in str(refused.value)
    assert not bench.lockin.busy
    bench.set(time_constant=1.0)
    bench.lockin.act(name)
    assert bench.lockin.busy


def test_it_gives_up_where_a_run_holds_the_setting():
    bench = SignalBench((1000.0, 0.1j), time_constant=0.01)
    bench.lockin.claim("phase", "the run")
    bench.lockin.auto_phase()
    bench.pass_time(1.0)
    assert not bench.lockin.busy
    assert any("auto_phase gave up" in line and "in use by the run" in line for line in bench.check())
    bench.lockin.release("the run")
    bench.lockin.auto_phase()
    bench.pass_time(1.0)
    assert bench.check() == []


def test_pressing_another_button_gives_up_the_first():
    bench = SignalBench((1000.0, 0.1j), time_constant=0.1)
    bench.lockin.auto_gain()
    bench.pass_time(0.1)
    bench.lockin.auto_phase()
    bench.pass_time(2.0)
    assert bench.lockin.sensitivity.m_as("V") == pytest.approx(1.0)
    assert bench.lockin.phase.m_as("deg") == pytest.approx(90.0, abs=0.5)


def test_steps_and_settling():
    assert auto.STEPS[:4] == pytest.approx((1e-9, 2e-9, 5e-9, 1e-8))
    assert auto.coarser(0.05) == pytest.approx(0.1)
    assert auto.coarser(1.0) == 1.0
    for poles, time in enumerate(auto.SETTLING, start=1):  # what a step leaves after that many time constants
        left = np.exp(-time) * sum(time**m / np.prod(np.arange(1, m + 1)) for m in range(poles))
        assert 0.003 < left < 0.0105
    bench = SignalBench((1000.0, 0.1j), time_constant=0.1)
    with pytest.raises(LimitError):
        bench.lockin.waveforms(Q_(-1.0, "s"))
