"""The detectors: bandwidth, swing, photodiodes, offsets, mains, and what goes wrong with them."""

from math import pi, sqrt

import numpy as np
import pytest

from instruments import dragging_bench, spin_inertia_bench
from instruments.detection.photodetector import Photodetector
from instruments.detection.polarization_bridge import PolarizationBridge
from instruments.optics.light import Light
from instruments.optics.probe import ProbeLight
from vlab import Q_
from vlab.lab.cable import Line, Signal, TickGrid

GRID = TickGrid(0, 10**10, 0, 2)
PROBE = ProbeLight(100e-6, 0.0, 0.0)
CHOPPED = Light(10e-9, 0.5, ((50e3, 2 / pi + 0j), (150e3, -2 / (3 * pi) + 0j)))


def detector(noise=False, **settings):
    found = Photodetector("detector", noise=noise)
    for name, value in settings.items():
        found.write(name, value)
    return found


def bridge(noise=False, **settings):
    found = PolarizationBridge("detector", noise=noise)
    for name, value in settings.items():
        found.write(name, value)
    return found


def detected(instrument, absorbed=0.0, light=CHOPPED):
    return instrument.detect(light, np.full(GRID.count + 1, absorbed), GRID)


def turned(instrument, angle=1e-3, frequency=10e3):
    return instrument.detect(PROBE, (Line(frequency, complex(angle), np.ones(GRID.count + 1)),), GRID)


def amplitude_at(signal: Signal, frequency):
    return sum(line.amplitude * line.envelope[0] for line in signal.lines if line.frequency == frequency)


# -- bandwidth -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("gain", "product"), [(1e7, 5e15), (1e9, 5e15), (1e9, 1e13)])
def test_the_bandwidth_falls_with_gain(gain, product):
    """A first-order low-pass: 1 / (1 + i f / f_c), f_c = product / gain."""
    slow = detector(gain=gain, gain_bandwidth=product)
    corner = product / gain
    assert slow.read("bandwidth") == pytest.approx(corner)
    for frequency, amplitude in CHOPPED.lines:
        expected = gain * 0.5 * 10e-9 * 1e-3 * amplitude / (1 + 1j * frequency / corner)
        assert amplitude_at(detected(slow, 1e-3), frequency) == pytest.approx(expected, rel=1e-12)


def test_the_bandwidth_cuts_noise_as_it_cuts_the_signal():
    fast, slow = detector(), detector(gain_bandwidth=1e7 * 50e3)
    assert detected(slow).density == pytest.approx(0.5 * detected(fast).density, rel=1e-6)
    assert slow.read("noise_density") == pytest.approx(fast.read("noise_density"), rel=1e-12)


def test_at_the_usual_gain_the_amplifier_is_fast_enough_to_be_forgotten():
    for frequency in (50e3, 100e3):
        assert abs(abs(detector()._response(frequency)) - 1.0) < 1e-6
    assert abs(abs(bridge()._response(10e3)) - 1.0) < 1e-6


def test_the_bridge_is_slow_at_high_gain():
    slow = bridge(gain=1e8, gain_bandwidth=1e12)
    expected = 2 * 1e8 * 0.5 * 100e-6 * 1e-5 / (1 + 1j)
    assert amplitude_at(turned(slow, 1e-5), 10e3) == pytest.approx(expected, rel=1e-12)


# -- swing -----------------------------------------------------------------------------------------------------------

def test_the_output_clips_at_10_volts():
    """Chopped light is a rectangle: clipped, it is a smaller one."""
    loud = detector(gain=1e9, balance=0.0)
    bright = Light(100e-9, 0.5, CHOPPED.lines)
    out = detected(loud, light=bright)  # -50 V while the light is on
    assert amplitude_at(out, 50e3) == pytest.approx(-10.0 * 2 / pi / (1 + 0.01j), rel=1e-12)
    assert amplitude_at(out, 0.0) == pytest.approx(-5.0, rel=1e-12)
    assert loud.saturated
    assert loud.take_marks() == ["saturated"]
    assert "choose a lower gain (detector.gain)" in loud.problems()[0]
    detected(loud)  # -5 V: all is well again
    assert not loud.saturated
    assert loud.problems() == []


def test_a_moment_beyond_the_swing_is_marked():
    loud = detector(gain=1e9)
    light = Light(100e-9, 0.5, CHOPPED.lines)
    loud.detect(light, np.array([0.0, 0.5, 0.0]), GRID)
    assert not loud.saturated
    assert loud.take_marks() == ["saturated"]
    assert loud.take_marks() == []


def test_the_bridge_clips_at_10_volts():
    loud = bridge(gain=1e8)
    out = turned(loud, 1e-2)  # 100 V
    assert abs(amplitude_at(out, 10e3)) == pytest.approx(4 / pi * 10.0, rel=2e-3)
    assert loud.saturated
    assert loud.take_marks() == ["saturated"]
    blocked = turned(bridge(gain=1e8, imbalance=0.5), 1e-4)
    assert abs(amplitude_at(blocked, 10e3)) < 1e-12
    assert amplitude_at(blocked, 0.0) == pytest.approx(10.0)


def test_the_offset_of_the_input_is_a_direct_voltage():
    out = detected(detector(input_offset=3e-9))
    assert amplitude_at(out, 0.0) == pytest.approx(0.03, rel=1e-12)
    assert amplitude_at(out, 50e3) == pytest.approx(0.0, abs=1e-15)
    assert detector(input_offset=3e-9).read("output") == 0.0  # nobody looked yet
    tilted = bridge(input_offset=3e-9)
    turned(tilted)
    assert tilted.read("offset") == pytest.approx(3e-3)
    railed = detector(input_offset=2e-6)
    detected(railed, 1e-3)
    assert railed.saturated


def test_an_offset_that_rails_the_output_blocks_the_signal():
    out = detected(detector(input_offset=2e-6), 1e-3)
    assert amplitude_at(out, 50e3) == 0.0
    assert amplitude_at(out, 0.0) == pytest.approx(10.0)


# -- photodiodes -----------------------------------------------------------------------------------------------------

def test_photodiodes_saturate():
    """Far above the saturation power the current is R P_s and what the sample absorbs is not seen."""
    dim, bright = detector(saturation_power=1e-6, gain=1e5), detector(saturation_power=1e-6, gain=1e5)
    weak, strong = Light(100e-9, 1.0), Light(10e-6, 1.0)
    assert amplitude_at(detected(dim, 1e-3, weak), 0.0) == pytest.approx(1e5 * 0.5 * 100e-9 * 1e-3, rel=1e-6)
    assert not dim.saturated
    assert amplitude_at(detected(bright, 1e-3, strong), 0.0) == pytest.approx(0.0, abs=1e-8 * 1e5 * 0.5 * 10e-6)
    assert bright.saturated
    assert "a photodiode is saturated (10 uW" in bright.problems()[0]


def test_the_slope_of_a_photodiode_is_the_derivative_of_its_current():
    instrument = detector(saturation_power=1e-6, gain=1e5, balance=0.0)
    power = 0.9e-6

    def volts(p):
        return amplitude_at(detected(instrument, 0.0, Light(p, 1.0)), 0.0)

    absorbed = 1e-6
    change = amplitude_at(detected(instrument, absorbed, Light(power, 1.0)), 0.0) - volts(power)
    by_hand = volts(power * (1.0 - absorbed)) - volts(power)
    assert change == pytest.approx(by_hand, rel=1e-4)


def test_stray_light_floods_the_detector():
    instrument = detector()
    before = amplitude_at(detected(instrument, 3e-3), 50e3)
    instrument.fail("saturated_detector")
    after = detected(instrument, 3e-3)
    assert abs(amplitude_at(after, 50e3)) < 1e-6 * abs(before)
    assert amplitude_at(after, 0.0) == pytest.approx(-10.0)
    assert instrument.saturated
    assert instrument.read("mean_power") > 0.05
    assert "shield the detector" in instrument.problems()[0]
    instrument.mend("saturated_detector")
    assert amplitude_at(detected(instrument, 3e-3), 50e3) == before
    assert not instrument.saturated


def test_stray_light_floods_the_bridge():
    instrument = bridge()
    before = amplitude_at(turned(instrument), 10e3)
    instrument.fail("saturated_detector")
    assert abs(amplitude_at(turned(instrument), 10e3)) < 1e-6 * abs(before)
    assert instrument.saturated
    instrument.mend("saturated_detector")
    assert amplitude_at(turned(instrument), 10e3) == before


def test_a_flooded_bench_says_so_and_recovers():
    for make in (dragging_bench, spin_inertia_bench):
        bench = make(noise=False)
        kept = bench.lockin.read("r")
        bench.fail("detector.saturated_detector")
        bench.sleep(Q_(20, "s"))
        assert bench.lockin.read("r") < 0.02 * kept  # the ripple of a direct voltage
        assert any("photodiode is saturated" in line for line in bench.check())
        assert "detector.saturated" in bench.take_marks()
        bench.mend()
        bench.sleep(Q_(1, "s"))
        bench.take_marks()
        assert not any("detector" in line for line in bench.check())


# -- mains -----------------------------------------------------------------------------------------------------------

def test_mains_pickup_is_a_line_of_the_size_that_is_set():
    """2 pA times the gain at the mains frequency, 0.3 of it at three times; none without noise or switched off."""
    for ground in (50.0, 60.0):
        out = detected(detector(noise=True, mains_frequency=ground))
        assert abs(amplitude_at(out, ground)) == pytest.approx(20e-6, rel=1e-9)
        assert abs(amplitude_at(out, 3 * ground)) == pytest.approx(6e-6, rel=1e-9)
    assert abs(amplitude_at(detected(detector(noise=True, mains_pickup=1e-9, gain=1e8)), 50.0)) == pytest.approx(0.1)
    assert amplitude_at(detected(detector(noise=False)), 50.0) == 0.0
    assert amplitude_at(detected(detector(noise=True, mains="off")), 50.0) == 0.0
    assert abs(amplitude_at(turned(bridge(noise=True)), 50.0)) == pytest.approx(2e-6, rel=1e-9)


def test_mains_pickup_beats_with_the_reference():
    """With a reference 1 Hz from the mains the output of the lock-in turns at 1 Hz with the rms of the pick-up."""
    bench = dragging_bench(seed=3)
    bench.laser.shutter = "closed"
    bench.detector.mains_pickup = Q_(100.0, "nA")
    bench.lockin.reference_source = "internal"
    bench.lockin.internal_frequency = Q_(51.0, "Hz")
    bench.lockin.time_constant = Q_(100.0, "ms")
    bench.lockin.sensitivity = Q_(1.0, "V")
    bench.detector.gain = Q_(1e6, "V/A")
    bench.sleep(Q_(1.0, "s"))
    found = []
    for _ in range(100):
        bench.sleep(Q_(0.01, "s"))
        found.append(bench.lockin.read("r"))
    assert np.mean(found) == pytest.approx(0.1 / sqrt(2) / abs(1 + 2j * pi * 0.1), rel=0.02)


# -- chopping of waits -----------------------------------------------------------------------------------------------

def test_cutting_a_wait_changes_nothing_to_the_bit():
    """Also while the output clips for a part of the time, with offset, mains, noise and unbalanced arms."""
    results = []
    for cuts in ((1.0,), (0.123, 0.3, 0.007, 0.57)):
        bench = dragging_bench(seed=5)
        bench.detector.balance = Q_(0.9995, "")
        bench.detector.input_offset = Q_(1.0, "nA")
        bench.detector.gain = Q_(1e9, "V/A")
        bench.laser.power = Q_(8000.0, "nW")
        bench.laser.write("photon_energy", bench.laser.read("photon_energy") + 1e-24)
        for cut in cuts:
            bench.clock.sleep(cut)
        bench.close_tick()
        results.append((bench.lockin.read("x"), bench.lockin.read("y"), bench.polarization.magnitude))
    assert results[0] == results[1]


def test_an_offset_does_not_follow_the_light():
    """The amplifier's offset is no light: the slow drift of the laser's power must not chop it."""
    detector = Photodetector("detector", noise=False)
    detector.write("input_offset", 1e-7)
    light = Light(1e-8, 0.5, ((50e3, 2 / pi + 0j),), 0.0, 0.0, 0.5)
    grid = TickGrid(0, 10**10, 0, 3)
    deviation = np.array([0.0, 0.1, -0.1, 0.2])
    out = detector.detect(light, np.zeros(4), grid, deviation)
    chopped = [line for line in out.lines if line.frequency == 50e3]
    assert all(np.abs(line.amplitude * line.envelope).max() < 1e-12 for line in chopped)
    assert out.mean() == pytest.approx(1e7 * 1e-7, rel=1e-12)
    detector.write("input_offset", 0.0)
    detector.write("balance", 0.9)  # what is light does follow
    out = detector.detect(light, np.zeros(4), grid, deviation)
    (line,) = [line for line in out.lines if line.frequency == 50e3]
    np.testing.assert_allclose(line.envelope / line.envelope[0], 1.0 + deviation, rtol=1e-12)


def test_the_noise_reading_is_what_the_cable_carries():
    bench = dragging_bench(seed=1)
    bench.chopper.frequency = Q_(100, "Hz")
    bench.laser.intensity_noise = Q_(1e-5, "1/Hz^0.5")
    bench.laser.intensity_corner = Q_(1, "kHz")
    bench.detector.balance = Q_(0.5, "")
    bench.sleep(Q_(1, "s"))
    carried = bench._detected.density_at(100.0)
    assert bench.detector.noise_density.m_as("V/Hz^0.5") == pytest.approx(carried**0.5, rel=1e-6)


@pytest.mark.parametrize("make", [dragging_bench, spin_inertia_bench])
def test_an_amplifier_at_its_rail_passes_no_noise(make):
    bench = make(seed=1)
    bench.fail("detector.saturated_detector")
    bench.lockin.time_constant = Q_(10, "ms")
    bench.sleep(Q_(2, "s"))
    scatter = []
    for _ in range(20):
        bench.sleep(Q_(100, "ms"))
        scatter.append(bench.lockin.read("x"))
    assert np.std(scatter) < 1e-6  # the lock-in's own noise; the flood's shot noise would be a thousand times that
