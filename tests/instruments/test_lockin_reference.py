"""The reference channel: locking takes time, without a lock the signal averages out, and the oscillator's output."""

from math import sqrt

import numpy as np
import pytest
from signal_bench import SignalBench

from instruments import dragging_bench, spin_inertia_bench
from instruments.lockin.reference import locking_time
from vlab import Q_


@pytest.mark.parametrize(("frequency", "seconds"), [(50e3, 0.04), (100.0, 0.04), (10.0, 0.205), (0.01, 200.005)])
def test_locking_takes_some_cycles_and_a_little_time(frequency, seconds):
    assert locking_time(frequency) == pytest.approx(seconds)
    bench = SignalBench(reference=0.0)
    assert bench.lockin.unlocked
    bench.tune(frequency)
    bench.pass_time(0.99 * seconds)
    assert bench.lockin.unlocked
    assert any("not locked to the reference yet" in line for line in bench.check())
    assert bench.take_marks() == ["lockin.unlocked"]
    bench.pass_time(0.01 * seconds + 1e-3)
    assert not bench.lockin.unlocked
    assert bench.lockin.reference_frequency.m_as("Hz") == pytest.approx(frequency)
    bench.pass_time(4.9)
    assert bench.take_marks() == ["lockin.unlocked"]  # the filter of 1 s still remembers
    bench.pass_time(0.2)
    assert bench.take_marks() == []
    assert bench.check() == []


def test_a_changed_frequency_is_followed_after_a_while():
    bench = SignalBench((2000.0, 0.1), time_constant=1e-3)
    bench.tune(2000.0)
    bench.pass_time(0.03)
    assert abs(bench.phasor) < 0.02  # 980 Hz off
    bench.pass_time(0.04)
    assert bench.phasor == pytest.approx(0.1 / sqrt(2), abs=0.01)


def test_a_procedure_can_wait_for_the_lock():
    bench = SignalBench()
    assert bench.lockin.remaining("reference_source") == 0.0
    bench.tune(10.0)
    assert bench.lockin.remaining("reference_source") == pytest.approx(0.205)
    bench.pass_time(0.1)
    assert bench.lockin.remaining("reference_source") == pytest.approx(0.105)
    bench.set(reference_source="internal")
    assert bench.lockin.remaining("reference_source") == 0.0
    bench.set(reference_source="external")
    bench.tune(0.0)
    assert bench.lockin.remaining("reference_source") == 0.0


def test_without_a_lock_it_runs_two_percent_off_and_the_signal_beats():
    """A beat at 20 Hz behind a filter of 10 ms: |X + iY| = A / sqrt 2 / sqrt(1 + (2 pi 20 Hz 10 ms)^2)."""
    bench = SignalBench((1000.0, 0.1), time_constant=0.01)
    assert bench.phasor == pytest.approx(0.1 / sqrt(2), rel=1e-2)
    bench.fail("lockin.loose_reference")
    assert bench.lockin.unlocked
    assert any("plug" in line for line in bench.check())
    bench.pass_time(0.5)
    assert bench.lockin.reference_frequency.m_as("Hz") == pytest.approx(1020.0)
    expected = 0.1 / sqrt(2) / np.hypot(1.0, 2 * np.pi * 20 * 0.01)
    assert abs(bench.phasor) == pytest.approx(expected, rel=0.03)  # the double frequency has 1 %
    assert "lockin.unlocked" in bench.take_marks()
    bench.mend()
    bench.pass_time(0.5)
    assert bench.phasor == pytest.approx(0.1 / sqrt(2), rel=0.02)
    assert bench.check() == []


def test_a_loose_plug_does_not_matter_to_the_internal_reference():
    bench = SignalBench((1000.0, 0.1), reference_source="internal")
    bench.fail("lockin.loose_reference")
    bench.pass_time(0.1)
    assert not bench.lockin.unlocked
    assert bench.check() == []


@pytest.mark.parametrize(("reference", "harmonic", "within"), [
    (5e6, 10.0, True), (5.1e6, 10.0, False), (50e6, 1.0, True), (1e-3, 1.0, True), (0.9e-3, 1.0, False)])
def test_range_is_a_millihertz_to_fifty_megahertz_with_the_harmonic(reference, harmonic, within):
    bench = SignalBench(reference=reference, harmonic=harmonic)
    assert bench.lockin.unlocked != within
    assert any("out of range" in line for line in bench.check()) != within
    bench.set(reference_source="internal", internal_frequency=max(reference, 1e-3), harmonic=harmonic)
    assert bench.lockin.unlocked == (reference * harmonic > 50e6)


def test_preparing_a_bench_locks_at_once():
    bench = SignalBench((1000.0, 0.1))
    assert not bench.lockin.unlocked
    bench.tune(3000.0)
    assert bench.lockin.unlocked
    bench.prepare(thermal=True)
    assert not bench.lockin.unlocked
    assert bench.take_marks() == []


@pytest.mark.parametrize("harmonic", [1.0, 7.0, 10.0])
def test_harmonics_up_to_ten(harmonic):
    bench = SignalBench((1000.0, 0.1), (7000.0, 0.02), (10e3, 0.03), harmonic=harmonic)
    expected = {1.0: 0.1, 7.0: 0.02, 10.0: 0.03}[harmonic]
    assert bench.phasor == pytest.approx(expected / sqrt(2), rel=1e-3)


@pytest.mark.parametrize("make", [dragging_bench, spin_inertia_bench])
def test_the_oscillator_output_can_be_measured_and_be_the_reference(make):
    bench = make(noise=False)
    lockin = bench.lockin
    lockin.sensitivity = Q_(1, "V")
    lockin.internal_frequency = Q_(12.5, "kHz")
    lockin.oscillator_amplitude = Q_(0.25, "V")
    bench.connect("lockin.oscillator", "lockin.signal")
    bench.connect("lockin.oscillator", "lockin.reference")
    bench.prepare(thermal=True)
    assert lockin.reference_frequency.m_as("kHz") == pytest.approx(12.5)
    assert not lockin.unlocked
    assert lockin.x.m_as("V") == pytest.approx(0.25, rel=1e-4)
    lockin.oscillator_amplitude = Q_(0.5, "V")
    bench.sleep(Q_(20, "s"))
    assert lockin.x.m_as("V") == pytest.approx(0.5, rel=1e-4)
    lockin.internal_frequency = Q_(13, "kHz")
    bench.sleep(Q_(10, "ms"))
    assert lockin.unlocked
    bench.sleep(Q_(20, "s"))
    assert lockin.reference_frequency.m_as("kHz") == pytest.approx(13.0)
    assert lockin.x.m_as("V") == pytest.approx(0.5, rel=1e-4)
    bench.reset()
    assert bench.check() == []


def course(cuts):
    """Return what a lock-in with all its delayed doings shows after a second that is cut up in ``cuts`` waits."""
    bench = SignalBench((1000.0, 0.11), (1040.0, 0.05), (0.0, 0.01), density=1e-9, flicker=1e-7, noise=True, seed=3,
                        time_constant=0.013, slope="18 dB/oct", sensitivity=0.5, buffer_rate=64.0, phase=0.6)
    bench.lockin.start_buffer()
    bench.lockin.auto_gain()
    bench.pass_time(0.711, cuts)
    bench.tune(1040.0)
    bench.lockin.auto_phase()
    bench.pass_time(0.037, cuts)
    bench.fail("lockin.loose_reference")
    bench.pass_time(0.2, cuts)
    bench.mend()
    bench.lockin.auto_reserve()
    bench.pass_time(0.911, cuts)
    columns = [tuple(column.magnitude) for column in bench.lockin.buffer()]
    return bench.phasor, columns, bench.lockin.snapshot(), bench.check()


def test_cutting_up_waits_changes_no_bit():
    """With noise, data buffer, locking and auto functions."""
    whole = course(1)
    assert course(7) == whole
    assert course(173) == whole
    assert len(whole[1][0]) > 100
    assert whole[2]["sensitivity"] == pytest.approx(0.1)
    assert whole[2]["reserve"] == "low noise"
    assert whole[2]["phase"] != 0.6
