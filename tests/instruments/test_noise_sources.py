"""Noise where it arises: what each source puts on the lock-in's X, alone and together, and 1/f noise of the light."""

from itertools import pairwise
from math import log, pi, sqrt

import numpy as np
import pytest

from instruments import dragging_bench
from instruments.detection.photodetector import Photodetector
from instruments.optics.light import Light
from vlab import Q_
from vlab.lab.cable import TickGrid
from vlab.lab.drift import Drift
from vlab.physics.wandering import flicker_processes

E, K_B = 1.602176634e-19, 1.380649e-23
CARRIER = 50e3
TAU = 1e-3
READINGS = 1500
SWITCHES = ("shot_noise", "thermal_noise", "amplifier_noise", "intensity_noise")


def quiet_bench(seed=11):
    """Return a bench far from the line, whose lock-in, mains, laser drifts and charges are silent."""
    bench = dragging_bench(seed=seed)
    bench.laser.jump("photon_energy", bench.laser.read("photon_energy") + 2e-22)
    bench.laser.power_drift = "off"
    bench.laser.drift = "off"
    bench.lockin.amplifier_noise = "off"
    bench.detector.mains = "off"
    bench.lockin.time_constant = Q_(TAU, "s")
    bench.lockin.sensitivity = Q_(1.0, "V")
    for switch in SWITCHES:
        bench.detector.write(switch, "off")
    return bench


def spread(bench, readings=READINGS):
    """Return the rms of X, from readings many time constants apart."""
    bench.clock.sleep(0.1)
    found = []
    for _ in range(readings):
        bench.clock.sleep(20 * TAU)
        found.append(bench.lockin.read("x"))
    return float(np.std(found))


def at_x(density):
    """Return the rms that a one-sided density (V^2/Hz) has behind one pole: ENBW = 1 / (4 tau)."""
    return sqrt(density / (4.0 * TAU))


def shot(bench):
    bench.laser.power = Q_(1.0, "uW")
    bench.detector.shot_noise = "on"
    return (1e7) ** 2 * 2 * E * (0.5 * 0.5e-6 * 2 + 2 * 10e-12)


def thermal(bench):
    bench.detector.thermal_noise = "on"
    bench.detector.temperature = Q_(250.0, "K")
    return 4 * K_B * 250.0 * 1e7


def amplifier(bench):
    bench.detector.amplifier_noise = "on"
    bench.detector.voltage_noise = Q_(60.0, "nV/Hz^0.5")
    bench.detector.current_noise = Q_(50.0, "fA/Hz^0.5")
    bench.detector.input_capacitance = Q_(20.0, "pF")
    return 60e-9**2 * (1 + (2 * pi * CARRIER * 1e7 * 20e-12) ** 2) + (1e7 * 50e-15) ** 2


def intensity(bench):
    bench.laser.power = Q_(1.0, "uW")
    bench.laser.intensity_corner = Q_(0.0, "kHz")
    bench.laser.intensity_noise = Q_(3e-5, "1/Hz^0.5")
    bench.detector.intensity_noise = "on"
    bench.detector.balance = Q_(0.95, "")
    bench.detector.common_mode_rejection = Q_(120.0, "")
    return 3e-5**2 * (1e7 * 0.5 * 1e-6 * 0.05) ** 2 * 0.5


@pytest.mark.parametrize("source", [shot, thermal, amplifier, intensity], ids=lambda source: source.__name__)
def test_each_source_alone_has_the_size_of_its_formula(source):
    """5 sigma of a standard deviation from so many readings."""
    bench = quiet_bench()
    assert spread(bench, 20) < 1e-9
    expected = at_x(source(bench))
    assert spread(bench) == pytest.approx(expected, rel=5 / sqrt(2 * READINGS))


def test_together_their_densities_add():
    bench = quiet_bench(seed=12)
    total = sum(source(bench) for source in (thermal, amplifier, intensity))
    bench.detector.shot_noise = "on"
    total += 1e14 * 2 * E * (0.5 * 0.5e-6 * 1.95 + 2 * 10e-12)
    bench.clock.sleep(0.1)
    assert bench.detector.read("noise_density") ** 2 == pytest.approx(total, rel=1e-4)
    assert spread(bench) == pytest.approx(at_x(total), rel=5 / sqrt(2 * READINGS))


@pytest.mark.parametrize("reading", [f"{switch}_density" for switch in SWITCHES])
def test_each_switch_moves_its_reading_only(reading):
    bench = dragging_bench(seed=1)
    bench.detector.balance = Q_(0.9, "")
    bench.sleep(Q_(0.1, "s"))
    readings = [f"{switch}_density" for switch in SWITCHES]
    before = {name: bench.detector.read(name) for name in readings}
    bench.detector.write(reading.removesuffix("_density"), "off")
    bench.sleep(Q_(0.1, "s"))
    for name in readings:
        assert before[name] > 0.0
        assert bench.detector.read(name) == (0.0 if name == reading else pytest.approx(before[name]))


def test_without_noise_nothing_is_random():
    first, second = (dragging_bench(seed=seed, noise=False) for seed in (1, 2))
    for bench in (first, second):
        bench.sleep(Q_(3.0, "s"))
    assert first.lockin.read("x") == second.lockin.read("x")
    assert first.polarization == second.polarization


def test_white_noise_averages_as_one_over_the_root_of_time():
    """The Allan deviation of X after n independent readings is rms / sqrt(n)."""
    bench = quiet_bench(seed=4)
    rms = at_x(thermal(bench))
    readings = []
    for _ in range(2048):
        bench.clock.sleep(20 * TAU)
        readings.append(bench.lockin.read("x"))
    for size in (1, 4, 16, 64):
        means = np.mean(np.reshape(readings, (-1, size)), axis=1)
        allan = sqrt(0.5 * np.mean(np.diff(means) ** 2))
        assert allan == pytest.approx(rms / sqrt(size), rel=5 * sqrt(0.75 / means.size))


# -- intensity noise on a chopped beam -------------------------------------------------------------------------------

def chopped_light(power, white, flicker):
    lines = tuple((k * CARRIER, 2 / (pi * k) * (-1) ** (k // 2) + 0j) for k in (1, 3, 5))
    return Light(power, 0.5, lines, white, flicker, 0.5)


def density_by_hand(white, flicker, away, periods=400, samples=64, repetitions=300):
    """Return the density of n(t) chop(t) at ``away`` Hz above the carrier, from made-up noise and its spectrum."""
    rng = np.random.default_rng(8)
    count = periods * samples
    rate = CARRIER * samples
    f = np.fft.rfftfreq(count, 1.0 / rate)
    shape = np.sqrt(white**2 + flicker / np.maximum(f, f[1]))
    chop = ((np.arange(count) + samples // 4) % samples < samples // 2).astype(float)
    bins = round(away * count / rate)
    total = 0.0
    for _ in range(repetitions):
        noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) * shape, count) * sqrt(rate / 2.0)
        spectrum = np.fft.rfft(noise * chop)
        total += float(np.mean([abs(spectrum[periods + sign * bins]) ** 2 for sign in (-1, 1)]))
    return total / repetitions * 2.0 / (rate * count)


@pytest.mark.parametrize(("white", "corner"), [(1e-5, 0.0), (1e-6, 200e3)])
def test_intensity_noise_of_a_chopped_beam(white, corner):
    """Against made-up noise times a chopped beam; near the carrier its own 1/f, which multiplies slowly, is added."""
    flicker = white**2 * corner
    detector = Photodetector("detector", noise=False)
    detector.write("balance", 0.9)
    detector.write("common_mode_rejection", 120.0)
    for switch in ("shot_noise", "thermal_noise", "amplifier_noise"):
        detector.write(switch, "off")
    light = chopped_light(1e-6, white, flicker)
    out = detector.detect(light, np.zeros(2), TickGrid(0, 10**10, 0, 1))
    volts = 1e7 * 0.5 * 1e-6 * 0.1
    away = 2500.0  # Hz; a wide distance costs the formula, which is taken at the carrier, little
    slow = flicker * (2 / pi) ** 2 / 4.0 / away
    expected = out.density_at(CARRIER) / volts**2 + slow
    assert density_by_hand(white, flicker, away) == pytest.approx(expected, rel=0.15)


def test_what_the_arms_have_alike_is_rejected():
    light = chopped_light(1e-6, 1e-4, 0.0)
    densities = []
    for decibels in (20.0, 40.0):
        detector = Photodetector("detector", noise=False)
        detector.write("common_mode_rejection", decibels)
        detector.detect(light, np.zeros(2), TickGrid(0, 10**10, 0, 1))
        densities.append(detector.read("intensity_noise_density") ** 2)
    assert densities[0] == pytest.approx((1e7 * 0.5 * 1e-6 * 0.1 * 1e-4) ** 2 * 0.5, rel=1e-9)
    assert densities[1] == pytest.approx(densities[0] / 100.0, rel=1e-9)


def test_slow_noise_of_the_power_has_a_flat_allan_deviation():
    """1/f noise of density K / f has the Allan deviation sqrt(2 ln 2 K) whatever the time; it scales the signal."""
    level = 1e-6
    rms, times = flicker_processes(level, 1e-4, 20.0, per_decade=3)
    drift = Drift("test.power", rms.size, seed=3)
    detector = Photodetector("detector", noise=False)
    light, count = chopped_light(1e-8, 0.0, 0.0), 400_000
    grid = TickGrid(0, 10**10, 0, count)
    out = detector.detect(light, np.full(count + 1, 3e-3), grid, drift.pass_ticks(grid, rms, times))
    line = next(line for line in out.lines if line.frequency == CARRIER)
    relative = np.abs(line.amplitude * line.envelope[:-1]) / (1e7 * 0.5 * 1e-8 * 3e-3 * 2 / pi)
    deviations = []
    for size in (100, 300, 1000):  # 1 to 10 s
        means = relative[:count // size * size].reshape(-1, size).mean(axis=1)
        deviations.append(sqrt(0.5 * np.mean(np.diff(means) ** 2)))
    for deviation in deviations:
        assert deviation == pytest.approx(sqrt(2.0 * log(2.0) * level), rel=0.12)
    assert all(abs(a / b - 1.0) < 0.2 for a, b in pairwise(deviations))
