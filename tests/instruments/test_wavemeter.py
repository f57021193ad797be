"""The wavemeter: rate, offset, noise, calibration, and its fibre."""

import numpy as np
import pytest

from instruments import dragging_bench
from instruments.optics.wavemeter import Wavemeter
from vlab import Q_
from vlab.lab.cable import TickGrid
from vlab.units import unit_factor

UEV = unit_factor("ueV")
SECOND = 10**12


def difference(bench):
    return (bench.wavemeter.read("energy") - bench.laser.read("photon_energy_actual")) / UEV


def test_without_noise_it_is_right():
    bench = dragging_bench(noise=False)
    assert difference(bench) == 0.0
    bench.laser.photon_energy = Q_(1.3002, "eV")
    bench.clock.sleep(1.0)
    assert difference(bench) == 0.0
    # hc / E, with CODATA's 1239.841984 nm eV
    assert bench.wavemeter.wavelength.m_as("nm") == pytest.approx(1239.841984 / 1.3002, rel=1e-9)


@pytest.mark.parametrize("cut", [[1.0], [0.013, 0.487, 0.5]])
def test_it_shows_the_energy_at_its_last_update(cut):
    bench = dragging_bench(noise=False)
    bench.wavemeter.rate = Q_(4.0, "Hz")
    start = bench.laser.read("photon_energy")
    bench.laser.tuning_rate = Q_(100.0, "ueV/s")
    bench.laser.photon_energy = bench.laser.photon_energy + Q_(1.0, "meV")
    for seconds in cut:
        bench.clock.sleep(seconds)
    bench.clock.sleep(0.2)  # in the middle between 1.0 and 1.25 s
    bench.laser.power = Q_(11.0, "nW")
    assert (bench.wavemeter.read("energy") - start) / UEV == pytest.approx(100.0, abs=1e-3)
    bench.clock.sleep(0.06)
    bench.laser.power = Q_(12.0, "nW")
    assert (bench.wavemeter.read("energy") - start) / UEV == pytest.approx(125.0, abs=1e-3)


@pytest.mark.parametrize("thermal", [True, False])
def test_updates_are_counted_from_the_start_of_the_epoch(thermal):
    """After an idle time that is no multiple of the 20 ms, or of a slow meter's period, all is as on a fresh bench."""
    shown = []
    for idle in (0.0, 0.013):
        bench = dragging_bench(seed=2)
        bench.wavemeter.rate, bench.power_meter.averaging_time = Q_(7.0, "Hz"), Q_(30.0, "ms")
        bench.laser.drift = "on"
        bench.clock.sleep(idle)
        bench.begin_run()
        bench.prepare(thermal)
        bench.laser.photon_energy = bench.laser.photon_energy + Q_(10.0, "ueV")
        found = []
        for _ in range(5):
            bench.clock.sleep(0.2)
            found += [bench.wavemeter.read("energy"), bench.power_meter.read("power")]
        shown.append(found)
    np.testing.assert_allclose(shown[1], shown[0], rtol=1e-13)


def test_noise_is_the_same_however_a_wait_is_cut():
    whole, cut = dragging_bench(seed=2), dragging_bench(seed=2)
    whole.clock.sleep(1.0)
    for _ in range(10):
        cut.clock.sleep(0.1)
        cut.snapshot()
    assert whole.wavemeter.read("energy") == cut.wavemeter.read("energy")


@pytest.mark.parametrize(("rate", "averaging", "rms"), [
    (50.0, 1.0, 0.01), (500.0, 1.0, 0.01 * np.sqrt(10)), (50.0, 20.0, 0.01 / np.sqrt(20)),
    (5.0, 2.0, 0.01 / np.sqrt(20))])
def test_rate_and_averaging_trade_against_noise(rate, averaging, rms):
    meter = Wavemeter("wavemeter", seed=1)
    meter.rate, meter.averaging = Q_(rate, "Hz"), Q_(averaging, "")
    interval = averaging / rate
    assert meter.read("interval") == pytest.approx(interval)
    shown = []
    for i in range(2000):
        meter.observe(TickGrid(0, round(interval * SECOND), i, 1), 1.3e6 * UEV, 0.0, None)
        shown.append(meter.read("energy") / UEV - 1.3e6)
    assert np.std(shown) == pytest.approx(rms, rel=5 / np.sqrt(2 * 2000))
    assert np.mean(shown) == pytest.approx(meter.offset() / UEV, abs=5 * rms / np.sqrt(2000) + 1e-9)
    meter.noise = "off"
    meter.observe(TickGrid(0, round(interval * SECOND), 2000, 1), 1.3e6 * UEV, 0.0, None)
    assert meter.read("energy") / UEV - 1.3e6 == pytest.approx(meter.offset() / UEV, abs=1e-8)


def test_offsets_lie_within_the_accuracy_and_fill_it():
    offsets = np.array([Wavemeter("wavemeter", seed=seed).offset() for seed in range(400)]) / UEV
    assert np.abs(offsets).max() <= 0.25
    assert np.std(offsets) == pytest.approx(0.25 / np.sqrt(3), rel=0.15)
    twice = Wavemeter("wavemeter", seed=7)
    before = twice.offset()
    twice.accuracy = Q_(0.5, "ueV")
    assert twice.offset() == pytest.approx(2.0 * before)


def test_a_calibration_takes_its_time_and_leaves_a_twentieth():
    bench = dragging_bench(seed=4)
    before = bench.wavemeter.read("energy")
    bench.laser.photon_energy = bench.laser.photon_energy + Q_(50.0, "ueV")
    bench.wavemeter.calibrate()
    bench.clock.sleep(4.9)
    assert bench.wavemeter.calibrating
    assert bench.wavemeter.read("energy") == before
    bench.clock.sleep(0.2)
    assert not bench.wavemeter.calibrating
    assert abs(bench.wavemeter.offset()) <= 0.25 * UEV / 20
    assert abs(difference(bench)) < 0.0125 + 0.05
    bench.reset()
    assert bench.wavemeter.offset() == dragging_bench(seed=4).wavemeter.offset()


def test_it_sees_the_light_before_the_shutter():
    bench = dragging_bench(noise=False)
    bench.laser.shutter = "closed"
    bench.laser.photon_energy = Q_(1.301, "eV")
    bench.clock.sleep(1.0)
    assert difference(bench) == 0.0
    assert not bench.wavemeter.no_signal


def test_a_fibre_that_slipped_out():
    bench = dragging_bench(noise=False)
    bench.fail("wavemeter.fibre_out")
    bench.laser.photon_energy = Q_(1.301, "eV")
    bench.clock.sleep(1.0)
    assert abs(difference(bench)) > 100.0  # an old value
    assert bench.wavemeter.no_signal
    assert bench.take_marks() == []  # nobody measures with it
    bench.laser.lock = "on"
    assert bench.take_marks() == ["laser.lock_lost"]
    bench.laser.lock = "off"
    assert "no light arrives" in bench.check()[0]
    bench.mend()
    bench.clock.sleep(1.0)
    assert difference(bench) == 0.0
    assert bench.check() == []


def test_a_mode_hop_shows_as_disagreement():
    bench = dragging_bench(noise=False)
    bench.fail("laser.mode_hop")
    bench.clock.sleep(0.1)
    assert (bench.wavemeter.read("energy") - bench.laser.read("photon_energy")) / UEV == pytest.approx(180.0, rel=1e-6)
