"""The data buffer: exact sample times, a ring or a single shot, and triggers."""

import numpy as np
import pytest
from signal_bench import SignalBench

from instruments.lockin.buffer import RATES, DataBuffer
from vlab import Q_


def test_rates_go_by_factors_of_two_and_have_whole_periods():
    assert RATES[0] == 0.0625
    assert RATES[-1] == 512.0
    assert all((1e12 / rate).is_integer() for rate in RATES)


@pytest.mark.parametrize("rate", [0.0625, 1.0, 64.0, 512.0])
def test_samples_are_taken_at_the_rate_from_the_start_on(rate):
    bench = SignalBench((1000.0, 0.1), buffer_rate=rate)
    bench.pass_time(0.123456)
    bench.lockin.start_buffer()
    bench.pass_time(5.3 / rate, cuts=9)
    times, x, y = bench.lockin.buffer()
    assert bench.lockin.buffer_points.m_as("") == 6
    np.testing.assert_allclose(times.m_as("s"), 0.123456 + np.arange(6) / rate, rtol=1e-15)
    assert x.m_as("V") == pytest.approx(0.1 / np.sqrt(2), rel=1e-3)
    assert y.shape == x.shape == (6,)


def test_samples_show_how_the_filter_settles():
    """A signal that begins with the buffer: 1 - exp(-t/T), but for the double frequency."""
    bench = SignalBench(time_constant=0.5, buffer_rate=16.0)
    bench.change((1000.0, 1.0))
    bench.lockin.start_buffer()
    bench.pass_time(2.0)
    times, x, _ = (column.magnitude for column in bench.lockin.buffer())
    np.testing.assert_allclose(x * np.sqrt(2), 1 - np.exp(-times / 0.5), atol=5e-4)


def test_a_shot_ends_when_the_buffer_is_full_and_a_loop_keeps_the_newest():
    for mode, times in (("shot", [0, 1, 2, 3, 4]), ("loop", [6, 7, 8, 9, 10])):
        bench = SignalBench((1000.0, 0.1), buffer_length=5.0, buffer_mode=mode)
        bench.lockin.start_buffer()
        bench.pass_time(10.5)
        assert list(bench.lockin.buffer()[0].m_as("s")) == times
        assert bench.lockin.buffer_full
        assert bench.lockin.buffer_running == (mode == "loop")


def test_pause_start_and_clear():
    bench = SignalBench((1000.0, 0.1))
    lockin = bench.lockin
    lockin.start_buffer()
    bench.pass_time(2.5)
    lockin.pause_buffer()
    bench.pass_time(10.0)
    assert not lockin.buffer_running
    lockin.start_buffer()
    bench.pass_time(1.2)
    assert list(lockin.buffer()[0].m_as("s")) == [0, 1, 2, 12.5, 13.5]
    lockin.clear_buffer()
    bench.pass_time(3.0)
    assert lockin.buffer_points.m_as("") == 0
    assert lockin.buffer()[0].shape == (0,)


def test_triggers_store_a_sample_each_but_not_faster_than_512_hz():
    bench = SignalBench((1000.0, 0.1), buffer_clock="trigger")
    lockin = bench.lockin
    lockin.trigger()
    assert lockin.buffer_points.m_as("") == 0  # it does not run
    lockin.start_buffer()
    bench.pass_time(1.0)
    for wait in (0.0, 0.001, 0.001, 1.0):  # the second comes too soon
        bench.pass_time(wait)
        lockin.trigger()
    assert list(lockin.buffer()[0].m_as("s")) == pytest.approx([1.0, 1.002, 2.002])


def test_a_changed_rate_counts_from_the_change():
    bench = SignalBench((1000.0, 0.1))
    bench.lockin.start_buffer()
    bench.pass_time(1.5)
    bench.lockin.buffer_rate = Q_(4.0, "Hz")
    bench.pass_time(0.6)
    assert list(bench.lockin.buffer()[0].m_as("s")) == [0, 1, 1.75, 2.0]


def test_a_ring_whose_length_changes_keeps_the_newest_in_order():
    ring = DataBuffer()
    for i in range(8):
        ring.put(i, float(i), 0.0, 5, True)
    assert ring.columns()[0] == [3, 4, 5, 6, 7]
    ring.put(8, 8.0, 0.0, 3, True)
    assert ring.columns()[0] == [6, 7, 8]
    ring.put(9, 9.0, 0.0, 6, True)
    assert ring.columns()[0] == [6, 7, 8, 9]
    assert ring.newest_ps() == 9
