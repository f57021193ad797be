"""Power meters: what they show, their errors, ranges, zero."""

import numpy as np
import pytest

from instruments import dragging_bench, spin_inertia_bench
from instruments.optics.power_meter import RANGES, PowerMeter, silicon
from vlab import Q_
from vlab.lab.cable import TickGrid

SECOND = 10**12


def shown(meter, watts=1e-6, wavelength=950e-9, count=1, seconds=0.02, white=0.0, flicker=0.0):
    values = []
    for i in range(count):
        meter.observe(TickGrid(0, round(seconds * SECOND), i, 1), watts, wavelength, white, flicker)
        values.append(meter.read("power"))
    return np.array(values)


def test_it_shows_the_mean_power_behind_the_chopper():
    bench = dragging_bench(noise=False)
    assert bench.power_meter.power.m_as("nW") == pytest.approx(0.5 * bench.laser.power.m_as("nW"), rel=1e-6)
    bench.chopper.duty = Q_(0.2, "")
    bench.clock.sleep(0.1)
    assert bench.power_meter.power.m_as("nW") == pytest.approx(0.2 * bench.laser.power.m_as("nW"), rel=1e-6)
    bench.chopper.state = "stopped"
    bench.laser.power = Q_(3.0, "uW")
    bench.clock.sleep(0.1)
    assert bench.power_meter.power.m_as("uW") == pytest.approx(3.0, rel=1e-6)
    bench.laser.shutter = "closed"
    bench.clock.sleep(0.1)
    assert bench.power_meter.power.m_as("uW") == 0.0


def test_it_is_put_into_the_pump_or_the_probe():
    bench = spin_inertia_bench(noise=False)
    assert bench.power_meter.power.m_as("mW") == pytest.approx(10.0, rel=1e-6)
    bench.power_meter.beam = "probe"
    bench.clock.sleep(0.1)
    assert bench.power_meter.power.m_as("uW") == pytest.approx(100.0, rel=1e-6)
    assert bench.power_meter.present_range.m_as("uW") == pytest.approx(100.0)


def test_it_renews_its_value_each_averaging_time():
    bench = dragging_bench(noise=False)
    bench.power_meter.averaging_time = Q_(2.0, "s")
    bench.laser.power = Q_(20.0, "nW")
    bench.clock.sleep(1.9)
    assert bench.power_meter.power.m_as("nW") == pytest.approx(5.0, rel=1e-5)
    bench.clock.sleep(0.2)
    assert bench.power_meter.power.m_as("nW") == pytest.approx(10.0, rel=1e-5)


def test_a_wrong_wavelength_gives_the_ratio_of_responsivities():
    """Far from the band gap one electron a photon: R grows as the wavelength."""
    meter = PowerMeter("meter", noise=False)
    meter.wavelength = Q_(800.0, "nm")
    assert shown(meter, 1e-6, 850e-9)[0] == pytest.approx(1e-6 * 850 / 800, rel=1e-4)
    assert silicon(1085e-9) == pytest.approx(0.5 * 1.085)
    assert silicon(1100e-9) < silicon(1000e-9)


def test_sensors_are_off_by_their_accuracy_and_their_dark_current():
    errors = np.array([shown(PowerMeter("meter", seed=seed), 1e-3)[0] / 1e-3 - 1.0 for seed in range(300)])
    assert np.abs(errors).max() <= 0.0301
    assert np.std(errors) == pytest.approx(0.03 / np.sqrt(3), rel=0.15)
    dark = np.array([shown(PowerMeter("meter", seed=seed), 0.0, count=1)[0] for seed in range(300)])
    assert np.std(dark) == pytest.approx(20e-12 / np.sqrt(3), rel=0.2)
    exact = PowerMeter("meter", seed=3)
    exact.accuracy, exact.offset, exact.noise = Q_(0.0, ""), Q_(0.0, "nW"), "off"
    assert shown(exact, 1e-3)[0] == pytest.approx(1e-3)


@pytest.mark.parametrize(("watts", "range_", "seconds", "white", "flicker", "rms"), [
    (0.0, 1e-8, 0.02, 0.0, 0.0, 1e-12 / np.sqrt(0.04)),
    (0.0, 1e-8, 2.0, 0.0, 0.0, 1e-12 / 2.0),
    (0.0, 1e-2, 0.02, 0.0, 0.0, 1e-8 / np.sqrt(0.04)),
    (1e-3, 1e-2, 0.02, 1e-4, 0.0, np.hypot(1e-8, 1e-7) / np.sqrt(0.04)),
    (1e-3, 1e-2, 0.02, 0.0, 1e-6, np.hypot(1e-8 / np.sqrt(0.04), 1e-6)),
])
def test_the_noise_of_a_value(watts, range_, seconds, white, flicker, rms):
    """Density / sqrt(2 T): of the sensor, of the converter (1e-6 of the range), and of the light; 5 sigma."""
    meter = PowerMeter("meter", seed=2)
    meter.write("range", range_)
    meter.write("averaging_time", seconds)
    values = shown(meter, watts, count=2000, seconds=seconds, white=white, flicker=flicker)
    assert np.std(values) == pytest.approx(rms, rel=5 / np.sqrt(2 * 2000))


def test_zeroing_takes_away_what_is_there_dark_or_not():
    bench = dragging_bench(seed=3)
    meter = bench.power_meter
    meter.offset, meter.noise_density, meter.accuracy = Q_(1.0, "nW"), Q_(0.0, "pW/Hz^0.5"), Q_(0.0, "")
    bench.laser.shutter = "closed"
    bench.clock.sleep(0.1)
    dark = meter.power.m_as("nW")
    assert abs(dark) > 0.01
    meter.zero()
    bench.laser.shutter = "open"
    bench.clock.sleep(0.1)
    assert meter.power.m_as("nW") == pytest.approx(5.0, abs=0.005)
    meter.zero()  # with light
    assert meter.power.m_as("nW") == 0.0
    bench.laser.shutter = "closed"
    bench.clock.sleep(0.1)
    assert meter.power.m_as("nW") == pytest.approx(-5.0, abs=0.005)


def test_ranges():
    meter = PowerMeter("meter", noise=False)
    for watts, expected in ((0.9e-8, 1e-8), (1.1e-8, 1e-7), (0.5, 1.0)):
        shown(meter, watts)
        assert meter.read("present_range") == pytest.approx(expected)
        assert not meter.over_range
    meter.range = Q_(10.0, "uW")
    assert meter.ranging == "fixed"
    assert shown(meter, 10.9e-6)[0] == pytest.approx(10.9e-6)
    assert not meter.over_range
    assert shown(meter, 12e-6)[0] == pytest.approx(11e-6)  # at its stop
    assert meter.over_range
    assert meter.take_marks() == []  # it takes no part in what is measured
    assert "exceeds the range" in meter.problems()[0]
    meter.ranging = "automatic"
    assert shown(meter, 12e-6)[0] == pytest.approx(12e-6)
    assert meter.problems() == []
    assert len(RANGES) == 9


def test_a_sensor_without_plug():
    bench = dragging_bench(noise=False)
    bench.fail("power_meter.sensor_unplugged")
    bench.clock.sleep(0.1)
    assert bench.power_meter.power.m_as("nW") == 0.0
    assert bench.power_meter.no_sensor
    assert bench.take_marks() == []
    assert "no sensor answers" in bench.check()[0]
    bench.mend()
    bench.clock.sleep(0.1)
    assert bench.power_meter.power.m_as("nW") == pytest.approx(5.0, rel=1e-5)


def test_values_do_not_depend_on_how_a_wait_is_cut():
    whole, cut = dragging_bench(seed=2), dragging_bench(seed=2)
    for bench in (whole, cut):
        bench.laser.power_servo = "off"
    whole.clock.sleep(3.0)
    for _ in range(10):
        cut.clock.sleep(0.3)
        cut.snapshot()
    assert whole.power_meter.read("power") == cut.power_meter.read("power")
