"""The lasers: shutter timing, modes and hops, drift and its servos, intensity noise."""

from itertools import pairwise

import numpy as np
import pytest

from instruments import dragging_bench, spin_inertia_bench
from instruments.optics.laser import HOP_FREE, MODE_SPACING, POWER_SUPPRESSION, SERVO_GAIN, Laser
from instruments.optics.pulsed_laser import PulsedLaser
from vlab import Q_
from vlab.lab.cable import TickGrid
from vlab.units import unit_factor

UEV = unit_factor("ueV")
SECOND = 10**12
MS = 10**9


def stretch(seconds, start=0.0):
    return TickGrid(0, SECOND, round(start), round(seconds))


def free_running(seed=1, **settings):
    laser = Laser("laser", seed)
    laser.drift = "on"
    for name, value in settings.items():
        laser.write(name, value)
    laser.start_epoch("1.0")
    return laser


# -- shutter ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("cuts", [[20 * MS], [7 * MS, 2 * MS, MS - 1, 1, 1, 10 * MS - 1], [10 * MS, 10 * MS]])
def test_light_comes_to_the_picosecond_when_the_blade_is_out_of_the_beam(cuts):
    bench = dragging_bench(seed=4)
    bench.laser.shutter = "closed"
    bench.clock.sleep(0.003)
    assert bench.laser.power_out() == 0.0  # it closes at once
    bench.laser.shutter = "open"
    opened = bench.now_ps
    for cut in cuts:
        bench.clock.sleep_until(bench.now_ps + cut)
        assert (bench.laser.power_out() > 0.0) is (bench.now_ps >= opened + 10 * MS)
        assert bench.laser.remaining("shutter") == pytest.approx(max(0, opened + 10 * MS - bench.now_ps) / SECOND)
    reference = dragging_bench(seed=4)
    reference.laser.shutter = "closed"
    reference.clock.sleep(0.003)
    reference.laser.shutter = "open"
    reference.clock.sleep(0.02)
    assert bench.lockin.read("x") == reference.lockin.read("x")
    assert bench.polarization == reference.polarization


def test_the_dark_lasts_as_long_as_the_blade_travels():
    """Without light P decays as exp(-gamma t) only, so its value tells when light came."""
    bench = dragging_bench(noise=False)
    bench.sleep(Q_(5, "s"))
    bench.laser.opening_time = Q_(0.4, "s")
    bench.laser.shutter = "closed"
    bench.laser.shutter = "open"
    start = bench.polarization.magnitude
    bench.sleep(Q_(0.4, "s"))
    decay = bench.dot.si("nuclear_decay_rate") * 2 / 3
    assert bench.polarization.magnitude == pytest.approx(start * np.exp(-0.4 * decay), rel=1e-9)
    bench.sleep(Q_(0.1, "s"))
    assert bench.polarization.magnitude != pytest.approx(start * np.exp(-0.5 * decay), rel=1e-3)


def test_an_opening_that_is_called_off_gives_no_light():
    bench = dragging_bench(noise=False)
    bench.laser.shutter = "closed"
    bench.laser.shutter = "open"
    bench.clock.sleep(0.005)
    bench.laser.shutter = "closed"
    bench.clock.sleep(0.05)
    assert bench.laser.power_out() == 0.0
    assert bench.laser.remaining("shutter") == 0.0
    bench.laser.opening_time = Q_(0.0, "ms")
    bench.laser.shutter = "open"
    assert bench.laser.power_out() > 0.0


@pytest.mark.parametrize("name", ["pump", "probe", "laser"])
def test_a_dead_shutter(name):
    bench = dragging_bench(noise=False) if name == "laser" else spin_inertia_bench(noise=False)
    laser = bench.instruments[name]
    bench.fail(f"{name}.dead_shutter")
    assert laser.power_out() == 0.0
    assert bench.take_marks() == [f"{name}.shutter_disagrees"]
    assert "position sensor says closed" in bench.check()[0]
    laser.shutter = "closed"
    assert not laser.shutter_disagrees
    laser.shutter = "open"
    assert not laser.shutter_disagrees  # it gets its time to open
    bench.clock.sleep(0.0100001)
    assert laser.shutter_disagrees
    assert laser.power_out() == 0.0
    bench.mend()
    bench.clock.sleep(0.01)
    assert laser.power_out() > 0.0
    assert not laser.shutter_disagrees
    assert bench.check() == []


# -- modes -----------------------------------------------------------------------------------------------------------

def off_set_point(bench):
    return (bench.laser.read("photon_energy_actual") - bench.laser.actual("photon_energy")) / UEV


def test_automatic_tuning_never_hops():
    bench = dragging_bench(noise=False)
    bench.laser.photon_energy = bench.laser.photon_energy + Q_(5, "meV")
    bench.clock.sleep(0.02)
    assert bench.laser.read("coarse_energy_actual") == bench.laser.actual("photon_energy")
    bench.clock.sleep(1.0)
    assert not bench.laser.mode_hopped
    assert bench.take_marks() == []
    assert off_set_point(bench) == 0.0


def test_fine_tuning_hops_towards_the_grating_with_hysteresis():
    bench = dragging_bench(noise=False)
    laser = bench.laser
    home = laser.photon_energy
    laser.tuning_mode = "fine"
    laser.photon_energy = home + Q_(99.9, "ueV")
    bench.clock.sleep(0.1)
    assert off_set_point(bench) == 0.0
    laser.photon_energy = home + Q_(100.1, "ueV")
    bench.clock.sleep(0.1)
    assert off_set_point(bench) == pytest.approx(-180.0)
    assert laser.mode_hopped
    assert bench.take_marks() == ["laser.mode_hopped"]
    assert "mode hop" in bench.check()[0]
    laser.photon_energy = home + Q_(80.1, "ueV")  # -99.9 ueV from the grating: still the other mode
    bench.clock.sleep(0.1)
    assert off_set_point(bench) == pytest.approx(-180.0)
    laser.photon_energy = home + Q_(79.9, "ueV")
    bench.clock.sleep(0.1)
    assert off_set_point(bench) == 0.0
    assert bench.check() == []
    assert bench.take_marks() == ["laser.mode_hopped"]  # it was lit for a while


@pytest.mark.parametrize("cuts", [[0.4], [0.05, 0.05001, 0.13, 0.16999]])
def test_a_hop_happens_when_the_light_leaves_its_range_however_the_wait_is_cut(cuts):
    bench = dragging_bench(noise=False)
    laser = bench.laser
    laser.tuning_mode = "fine"
    laser.tuning_rate = Q_(1000, "ueV/s")
    home = laser.read("photon_energy")
    laser.photon_energy = laser.photon_energy + Q_(390, "ueV")
    start = bench.now_ps
    for cut in cuts:
        bench.clock.sleep(cut)
        seconds = (bench.now_ps - start) / SECOND
        # beyond +100 ueV from the grating the light falls back by 180, again and again
        hops = sum(seconds >= first for first in (0.100, 0.280))
        assert laser.read("photon_energy_actual") == pytest.approx(
            home + (min(390.0, 1000 * seconds) - 180.0 * hops) * UEV, rel=1e-12)
    whole = dragging_bench(noise=False)
    whole.laser.tuning_mode = "fine"
    whole.laser.tuning_rate = Q_(1000, "ueV/s")
    whole.laser.photon_energy = whole.laser.photon_energy + Q_(390, "ueV")
    whole.clock.sleep_until(bench.now_ps)
    for each in (bench, whole):
        each.laser.power = Q_(11, "nW")
    assert bench.lockin.read("x") == whole.lockin.read("x")


def test_the_grating_moves_slowly_and_takes_the_laser_along():
    bench = dragging_bench(noise=False)
    laser = bench.laser
    laser.coarse_energy = laser.photon_energy + Q_(1.05, "meV")
    assert laser.tuning_mode == "fine"
    assert laser.remaining("coarse_energy") == pytest.approx(1.05, rel=1e-6)
    bench.clock.sleep(0.11)
    assert off_set_point(bench) == pytest.approx(180.0)
    bench.clock.sleep(1.0)
    distance = laser.read("photon_energy_actual") - laser.read("coarse_energy")
    assert abs(distance) <= HOP_FREE
    assert off_set_point(bench) == pytest.approx(1080.0)  # 6 modes
    laser.tuning_mode = "automatic"
    assert laser.remaining("tuning_mode") == pytest.approx(2.0)
    bench.clock.sleep(2.0)
    assert off_set_point(bench) == 0.0
    assert laser.read("coarse_energy_actual") == laser.read("photon_energy")
    assert bench.check() == []


def test_a_mode_hop_on_demand_and_relocking():
    bench = dragging_bench(noise=False)
    bench.fail("laser.mode_hop")
    assert off_set_point(bench) == pytest.approx(MODE_SPACING / UEV)
    bench.clock.sleep(20.0)
    assert (bench.wavemeter.read("energy") - bench.laser.read("photon_energy")) / UEV == pytest.approx(180.0)
    assert abs(bench.lockin.read("x")) < 1e-4 * 22.5e-6  # 180 ueV off the line nothing is absorbed
    assert bench.take_marks() == ["laser.mode_hopped"]
    bench.laser.relock()
    bench.clock.sleep(1.999)
    assert bench.laser.mode_hopped
    bench.clock.sleep(0.002)
    assert not bench.laser.mode_hopped
    assert bench.present_faults == ()
    assert off_set_point(bench) == 0.0
    bench.clock.sleep(20.0)
    assert bench.lockin.read("x") == pytest.approx(22.5e-6, rel=0.01)


# -- drift of the photon energy --------------------------------------------------------------------------------------

def test_without_noise_nothing_wanders():
    laser = Laser("laser", noise=False)
    laser.start_epoch("1.0")
    assert laser.wander(stretch(1000)) is None
    assert laser.power_deviation(stretch(1000)) is None


def test_switches_end_the_drift():
    laser = free_running(drift="off", power_drift="off")
    assert laser.wander(stretch(1000)) is None
    assert laser.power_deviation(stretch(1000)) is None


@pytest.mark.parametrize(("amplitude", "minutes"), [(0.1, 1.0), (2.0, 0.5)])
def test_the_drift_has_its_rms_and_its_correlation(amplitude, minutes):
    """An Ornstein-Uhlenbeck process: rms sigma, correlation exp(-t/T); 4000 correlation times, 5 sigma."""
    laser = free_running(drift_amplitude=amplitude * UEV, drift_time=60.0 * minutes)
    time = 60.0 * minutes
    drift = laser.wander(stretch(4000 * time))[round(10 * time):]
    assert np.std(drift) == pytest.approx(amplitude * UEV, rel=5 / np.sqrt(4000))
    lag = round(time)
    correlation = np.mean(drift[lag:] * drift[:-lag]) / np.mean(drift**2)
    assert correlation == pytest.approx(np.exp(-1), abs=5 / np.sqrt(4000))


def test_the_drift_begins_at_zero_and_does_not_depend_on_ticks():
    whole, cut = free_running(), free_running()
    fine = whole.wander(TickGrid(0, 10 * MS, 0, 1000))
    parts = [cut.wander(TickGrid(0, 10 * MS, first, count)) for first, count in ((0, 7), (7, 93), (100, 1), (101, 899))]
    joined = np.concatenate([parts[0], *[part[1:] for part in parts[1:]]])
    assert fine[0] == 0.0
    np.testing.assert_array_equal(fine, joined)
    assert all(a[-1] == b[0] for a, b in pairwise(parts))
    coarse = free_running().wander(TickGrid(0, SECOND, 0, 10))
    np.testing.assert_array_equal(coarse, fine[::100])


def test_the_light_drifts_on_the_bench_and_the_reading_shows_it():
    bench = dragging_bench(seed=3)
    bench.laser.drift = "on"
    bench.laser.drift_amplitude = Q_(2.0, "ueV")
    bench.laser.drift_time = Q_(0.5, "min")
    bench.sleep(Q_(60, "s"))
    away = off_set_point(bench)
    assert 0.01 < abs(away) < 10.0
    x = bench.hidden()["effective_detuning"] / UEV  # positive: laser red; the nuclei follow, so only the sum is known
    shift = bench.calibration.overhauser_shift * bench.polarization.magnitude / UEV
    assert bench._specimen.wandered / UEV + away == pytest.approx(bench._specimen._drift.value / UEV, abs=1e-6)
    assert np.isfinite(x + shift)


def test_the_lock_holds_the_light_at_the_wavemeters_zero():
    """The servo takes away SERVO_GAIN of the error each second, down to the wavemeter's offset."""
    bench = dragging_bench(seed=5)
    laser, meter = bench.laser, bench.wavemeter
    laser.drift = "on"
    laser.drift_amplitude = Q_(3.0, "ueV")
    laser.drift_time = Q_(10, "min")
    meter.noise_amplitude = Q_(0.0, "ueV")
    bench.sleep(Q_(600, "s"))
    free = off_set_point(bench)
    assert abs(free) > 0.2
    laser.lock = "on"
    assert laser.locked
    bench.sleep(Q_(60, "s"))
    errors = []
    for _ in range(200):
        bench.clock.sleep(5.0)
        errors.append(off_set_point(bench) + meter.offset() / UEV)
    # a step of the drift is visible for 1/gain steps: rms = sigma sqrt(2 h/T) / sqrt(gain (2 - gain))
    expected = 3.0 * np.sqrt(2.0 / 600.0) / np.sqrt(SERVO_GAIN * (2.0 - SERVO_GAIN))
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(expected, rel=0.25)
    assert (meter.read("energy") - laser.read("photon_energy")) / UEV == pytest.approx(0.0, abs=6 * expected)
    laser.lock = "off"
    bench.sleep(Q_(1, "s"))
    assert abs(off_set_point(bench) + meter.offset() / UEV) < 6 * expected  # the servo's output is held


@pytest.mark.parametrize(("averaging", "rms"), [(1.0, 1.0), (50.0, 1.0 / np.sqrt(50.0))])
def test_the_wavemeters_noise_comes_through_the_lock(averaging, rms):
    """An integrator passes noise m with the variance gain / (2 - gain) m^2; m is that of one value."""
    bench = dragging_bench(seed=6)
    bench.laser.lock = "on"
    bench.wavemeter.accuracy = Q_(0.0, "ueV")
    bench.wavemeter.noise_amplitude = Q_(1.0, "ueV")
    bench.wavemeter.averaging = Q_(averaging, "")
    bench.sleep(Q_(30, "s"))
    errors = []
    for _ in range(1500):
        bench.clock.sleep(1.0)
        errors.append(off_set_point(bench))
    assert np.std(errors) == pytest.approx(rms * np.sqrt(SERVO_GAIN / (2 - SERVO_GAIN)), rel=0.12)


@pytest.mark.parametrize("hertz", [7.0, 50.0, 0.4])
def test_the_servo_acts_on_what_the_wavemeter_shows(hertz):
    """At each full second it takes away SERVO_GAIN of what the value shown then is off, if that value is new."""
    bench = dragging_bench(seed=6)
    laser, meter = bench.laser, bench.wavemeter
    meter.rate, meter.noise_amplitude, meter.accuracy = Q_(hertz, "Hz"), Q_(0.5, "ueV"), Q_(3.0, "ueV")
    laser.lock = "on"
    correction, used = 0.0, meter.read("energy")
    for _ in range(30):
        bench.clock.sleep(1.0)
        assert off_set_point(bench) == pytest.approx(correction, abs=1e-6)  # arrived where the last step led
        shown = meter.read("energy")
        if shown != used:
            correction -= SERVO_GAIN * (shown - laser.read("photon_energy")) / UEV
            used = shown
    assert abs(correction) > 0.3


def test_a_slow_wavemeter_makes_a_slow_lock():
    """100 values at 0.1 Hz take 1000 s: one step of the servo in that time."""
    bench = dragging_bench(seed=6)
    laser, meter = bench.laser, bench.wavemeter
    meter.rate, meter.averaging, meter.accuracy = Q_(0.1, "Hz"), Q_(100.0, ""), Q_(5.0, "ueV")
    laser.lock = "on"
    bench.clock.sleep(999.0)
    assert off_set_point(bench) == 0.0
    bench.clock.sleep(3.0)
    step = -SERVO_GAIN * meter.offset() / UEV
    assert off_set_point(bench) == pytest.approx(step, abs=0.01 * SERVO_GAIN)
    here = off_set_point(bench)
    bench.clock.sleep(990.0)
    assert off_set_point(bench) == here


def test_the_lock_holds_while_the_wavemeter_calibrates():
    bench = dragging_bench(seed=6)
    laser, meter = bench.laser, bench.wavemeter
    meter.accuracy, meter.noise_amplitude = Q_(5.0, "ueV"), Q_(0.0, "ueV")
    laser.lock = "on"
    bench.clock.sleep(2.5)
    bench.take_marks()
    meter.calibrate()
    assert not laser.locked
    assert any("while the wavemeter calibrates" in line for line in bench.check())
    bench.clock.sleep(1.5)  # the step that the last value led to has ended
    here = off_set_point(bench)
    assert 0.1 < abs(here) < 0.9 * abs(meter.offset()) / UEV
    bench.clock.sleep(3.4)
    assert off_set_point(bench) == here
    assert bench.take_marks() == ["laser.lock_lost"]
    bench.clock.sleep(30.0)
    assert laser.locked
    assert off_set_point(bench) == pytest.approx(-meter.offset() / UEV, abs=1e-3)
    assert abs(off_set_point(bench)) < 0.25 + 1e-3  # a twentieth of the accuracy
    assert bench.take_marks() == ["laser.lock_lost"]  # between two points, when nobody looked
    assert bench.take_marks() == []
    assert bench.check() == []


def test_the_servo_takes_no_value_from_before_the_light_was_tuned():
    bench = dragging_bench(seed=6)
    laser, meter = bench.laser, bench.wavemeter
    meter.rate, meter.accuracy, meter.noise_amplitude = Q_(0.7, "Hz"), Q_(0.0, "ueV"), Q_(0.0, "ueV")
    laser.lock = "on"
    for seconds in (1.9, 0.3, 2.7, 1.05, 0.7):
        bench.clock.sleep(seconds)
        laser.photon_energy = laser.photon_energy + Q_(50.0, "ueV")
        bench.clock.sleep(0.95)
        assert off_set_point(bench) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("hertz", "minutes"), [(50.0, 1.0), (7.0, 1.0), (0.3, 0.5)])
def test_locked_light_does_not_depend_on_how_a_wait_is_cut(hertz, minutes):
    whole, chopped = (dragging_bench(seed=9) for _ in range(2))
    for bench in (whole, chopped):
        bench.laser.drift, bench.laser.lock = "on", "on"
        bench.laser.drift_time, bench.laser.drift_amplitude = Q_(minutes, "min"), Q_(3.0, "ueV")
        bench.wavemeter.rate, bench.wavemeter.noise_amplitude = Q_(hertz, "Hz"), Q_(0.1, "ueV")
    cut = 17_000_000_001
    while chopped.clock.now_ps < 20 * SECOND:
        chopped.clock.sleep_until(chopped.clock.now_ps + cut)
        cut = cut * 7 % 3_000_000_000_007 + 1
        chopped.snapshot(), chopped.check()
    whole.clock.sleep_until(chopped.clock.now_ps)
    assert off_set_point(whole) != 0.0
    for bench in (whole, chopped):
        bench.gate.voltage = Q_(0.4, "V")  # closes the tick
    for reading in (lambda b: b.laser.read("photon_energy_actual"), lambda b: b.wavemeter.read("energy"),
                    lambda b: b.lockin.read("x"), lambda b: b.polarization):
        assert reading(whole) == reading(chopped)
    whole.clock.sleep(3.0)
    chopped.clock.sleep(1.7)
    chopped.clock.sleep(1.3)
    assert whole.laser.read("photon_energy_actual") == chopped.laser.read("photon_energy_actual")


def test_a_free_laser_asks_nothing_of_its_servo():
    bench = dragging_bench(seed=9)
    bench.clock.sleep(5.0)
    assert bench.laser._energy_track._index == 0
    assert bench.wavemeter._followed_ps == 0


def test_the_lock_is_lost_with_the_mode_or_without_wavemeter():
    bench = dragging_bench(seed=6)
    bench.laser.lock = "on"
    assert bench.check() == []
    for fault in ("laser.mode_hop", "wavemeter.fibre_out"):
        bench.fail(fault)
        assert bench.laser.lock_lost
        assert not bench.laser.locked
        assert "laser.lock_lost" in bench.take_marks()
        assert any("lost its lock" in line for line in bench.check())
        bench.mend()
        assert bench.laser.locked
    assert bench.check() == []


# -- power -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("servo", "rms"), [("off", 0.01), ("on", 0.01 / POWER_SUPPRESSION)])
def test_the_power_drifts_and_the_servo_holds_it(servo, rms):
    """The sum of processes between 1e-4 and 0.1 Hz has the rms that is set; 50 independent runs of 3000 s."""
    ends = []
    for seed in range(200):
        laser = free_running(seed=seed, power_servo=servo)
        ends.append(laser.power_deviation(stretch(5000))[-1])
    assert np.std(ends) == pytest.approx(rms, rel=0.2)


def test_the_reading_shows_the_power_that_drifts():
    bench = dragging_bench(seed=8)
    bench.laser.power_servo = "off"
    bench.laser.power_drift_amplitude = Q_(0.05, "")
    bench.sleep(Q_(100, "s"))
    deviation = bench.laser.read("power_actual") / bench.laser.read("power") - 1.0
    assert 1e-4 < abs(deviation) < 0.2
    bench.laser.shutter = "closed"
    assert bench.laser.read("power_actual") == 0.0


def test_intensity_noise_travels_with_the_light():
    bench = dragging_bench(noise=False)
    laser = bench.laser
    laser.intensity_noise = Q_(2e-6, "1/Hz^0.5")
    laser.intensity_corner = Q_(3.0, "kHz")
    light = bench.chopper.chop(*laser.output())
    assert light.intensity_noise == pytest.approx(2e-6)
    assert light.intensity_flicker == pytest.approx(4e-12 * 3e3)  # equal densities at the corner
    laser.noise = "off"
    assert laser.output()[1:] == (0.0, 0.0)
    probe = spin_inertia_bench(noise=False).probe
    assert probe.light().intensity_flicker == pytest.approx(1e-10 * 1e3)


def test_the_lasers_width_is_that_of_the_data_sheet():
    """L = c / (pi dnu): 300 MHz make 0.318 m."""
    laser = Laser("laser")
    laser.linewidth = Q_(300e6, "Hz") * Q_(1.0, "planck_constant")
    assert laser.read("coherence_length") == pytest.approx(299792458 / (np.pi * 300e6), rel=1e-6)
    assert PulsedLaser("pump").read("wavelength") == pytest.approx(890e-9)
