"""The pump laser: pulse area, Q and Phi, mode locking."""

import numpy as np
import pytest

from instruments import spin_inertia_bench
from instruments.optics.pulsed_laser import PulsedLaser
from vlab import Q_
from vlab.physics.pulse import rosen_zener
from vlab.samples.spin_specimen import SpinOptics, SpinSpecimen
from vlab.units import unit_factor


def settings(**values):
    pump = PulsedLaser("pump")
    for name, value in values.items():
        pump.write(name, value)
    return pump


def test_a_resonant_pi_pulse_leaves_nothing():
    bench = spin_inertia_bench(noise=False)
    assert bench.pump.read("pulse_area") == pytest.approx(1.0)
    assert bench.pump.read("q") == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("ratio", [0.25, 1.0, 2.25, 4.0])
def test_the_area_grows_as_the_root_of_power_duration_and_period(ratio):
    """Q = |cos(Theta / 2)| on resonance, Phi = 0, or pi beyond a pi pulse."""
    for pump in (settings(power=ratio * 10e-3), settings(pulse_duration=ratio * 2e-12),
                 settings(repetition_period=ratio * 13.2e-9), settings(pi_pulse_energy=132e-12 / ratio),
                 settings(pi_pulse_duration=2e-12 / ratio)):
        area = pump.read("pulse_area")
        assert area == pytest.approx(np.sqrt(ratio))
        assert pump.read("q") == pytest.approx(abs(np.cos(0.5 * np.pi * area)), abs=1e-12)
        if ratio != 1.0:
            assert pump.read("phi") == pytest.approx(np.pi if area > 1.0 else 0.0)


@pytest.mark.parametrize(("milliwatts", "mev"), [(10.0, 0.5), (3.0, -1.0), (40.0, 2.0)])
def test_q_and_phi_are_those_of_the_pulse_that_acts(milliwatts, mev):
    pump = settings(power=1e-3 * milliwatts, detuning=1e-3 * mev * unit_factor("eV"))
    y = 1e-3 * mev * 2e-12 / 6.582119569e-16 / (2 * np.pi)  # hbar in eV s
    q, phi = rosen_zener(np.pi * np.sqrt(milliwatts / 10.0), y)
    assert pump.read("q") == pytest.approx(float(q), rel=1e-9)
    assert pump.read("phi") == pytest.approx(float(phi), rel=1e-9)


def test_they_are_what_the_sample_feels():
    bench = spin_inertia_bench(noise=False)
    bench.pump.detuning = Q_(0.7, "meV")
    bench.pump.power = Q_(4.0, "mW")
    pulse = SpinSpecimen(bench.ensemble, SpinOptics(), engine=object()).pulse(bench._present_room())
    assert bench.pump.read("q") == pytest.approx(pulse.q_perp, rel=1e-9)
    assert bench.pump.read("phi") == pytest.approx(pulse.phi, rel=1e-9)


def test_a_far_or_dark_pulse_does_nothing():
    assert settings(detuning=10e-3 * unit_factor("eV")).read("q") == pytest.approx(1.0, abs=1e-9)
    dark = settings(power=0.0)
    assert (dark.read("q"), dark.read("phi"), dark.read("pulse_area")) == (1.0, 0.0, 0.0)


def test_the_peak_power_is_that_of_a_sech_squared():
    pump = settings()
    t = np.linspace(-40e-12, 40e-12, 200001)
    shape = 1.0 / np.cosh(np.pi * t / 2e-12) ** 2
    energy = np.trapezoid(shape, t) * pump.read("peak_power")
    assert energy == pytest.approx(pump.read("pulse_energy"), rel=1e-6)


def test_out_of_mode_lock_nothing_is_pumped_until_it_is_started():
    bench = spin_inertia_bench(noise=False)
    before = bench.hidden()["spin_polarization"]
    bench.fail("pump.mode_lock_lost")
    bench.clock.sleep(0.1)
    assert bench.hidden()["spin_polarization"] == 0.0
    assert bench.pump.read("pulse_energy") == 0.0
    assert bench.power_meter.power.m_as("mW") == pytest.approx(10.0, rel=1e-6)  # the light goes on without pulses
    assert bench.take_marks() == ["pump.not_mode_locked"]
    assert "out of mode lock" in bench.check()[0]
    bench.pump.start_mode_locking()
    bench.clock.sleep(4.99)
    assert bench.pump.not_mode_locked
    bench.clock.sleep(0.02)
    assert bench.present_faults == ()
    assert bench.check() == []
    assert bench.hidden()["spin_polarization"] == pytest.approx(before)
