"""Chopper and helicity modulator: what their data sheets say, in the light and behind the lock-in."""

import numpy as np
import pytest
from scipy.signal import lfilter

from instruments import dragging_bench, spin_inertia_bench
from instruments.optics.chopper import RISE_IN_SIGMAS, Chopper
from instruments.optics.helicity_modulator import STRAY, HelicityModulator
from vlab import Q_


def waveform(chopper, points=20000):
    """Return times and light over a period, as the lines say."""
    light = chopper.chop(1.0)
    t = np.arange(points) / points / chopper.read("frequency")
    return t, light.mean + sum((c * np.exp(2j * np.pi * f * t)).real for f, c in light.lines)


def harmonics_of(wave):
    spectrum = np.fft.rfft(wave) / wave.size
    return spectrum[0].real, 2.0 * spectrum[1:11]


# -- chopper ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("duty", [0.5, 0.2, 0.75])
@pytest.mark.parametrize("extinction", [90.0, 20.0])
def test_harmonics_are_those_of_the_gated_beam(duty, extinction):
    """Against the discrete transform of a rectangle, on around t = 0, with what is left while it is off."""
    chopper = Chopper("chopper")
    chopper.write("duty", duty)
    chopper.write("extinction", extinction)
    chopper.write("rise_time", 1e-9)
    points = 200000
    phase = (np.arange(points) + 0.5) / points
    on = np.minimum(phase, 1.0 - phase) < 0.5 * duty
    wave = np.where(on, 1.0, 10 ** (-extinction / 10))
    mean, lines = harmonics_of(wave)
    light = chopper.chop(1.0)
    found = np.zeros(10, dtype=complex)
    for frequency, amplitude in light.lines:
        found[round(frequency / 50e3) - 1] = amplitude
    assert light.mean == pytest.approx(mean, rel=1e-9)
    assert light.mean_square == pytest.approx(np.mean(wave**2), abs=2e-4)  # a rise of 1 ns, and 2000 harmonics
    np.testing.assert_allclose(found, lines * np.exp(-1j * np.pi * np.arange(1, 11) / points), atol=1e-5)


def test_the_rise_time_smooths_as_an_error_function():
    """The lines times a Gaussian are the rectangle convolved with it; 10 to 90 % of a step take the rise time."""
    from scipy.special import erf

    chopper = Chopper("chopper")
    chopper.write("rise_time", 2e-6)
    sigma = 2e-6 / RISE_IN_SIGMAS
    step = np.linspace(-5 * sigma, 5 * sigma, 100001)
    rise = 0.5 * (1.0 + erf(step / sigma / np.sqrt(2)))
    assert step[np.searchsorted(rise, 0.9)] - step[np.searchsorted(rise, 0.1)] == pytest.approx(2e-6, rel=1e-4)
    period = 20e-6
    t = np.arange(20000) / 20000 * period
    edge = sum(0.5 * (erf((t + 5e-6 + n * period) / sigma / np.sqrt(2)) - erf((t - 5e-6 + n * period) / sigma
                                                                              / np.sqrt(2))) for n in (-1, 0, 1))
    _, lines = harmonics_of(edge)
    assert chopper.chop(1.0).mean_square == pytest.approx(np.mean(edge**2), rel=1e-6)
    for (frequency, amplitude), wanted in zip(chopper.chop(1.0).lines, lines[::2], strict=True):
        assert amplitude == pytest.approx(wanted, abs=1e-6), frequency


def test_the_delay_turns_the_phase_behind_the_lockin():
    bench = dragging_bench(noise=False)
    bench.lockin.time_constant = Q_(0.1, "s")  # long, for the ripple at twice the frequency turns, too
    before = bench.lockin.theta.m_as("deg")
    bench.chopper.delay = Q_(2.0, "us")
    bench.clock.sleep(3.0)
    assert bench.lockin.theta.m_as("deg") - before == pytest.approx(-360.0 * 50e3 * 2e-6, abs=0.01)


def test_the_quartz_takes_the_reference_along():
    bench = dragging_bench(noise=False)
    bench.chopper.frequency_error = Q_(20.0, "ppm")
    assert bench.chopper.frequency_actual.m_as("Hz") == pytest.approx(50001.0, rel=1e-12)
    bench.clock.sleep(10.0)
    assert bench.lockin.reference_frequency.m_as("Hz") == pytest.approx(50001.0, rel=1e-9)
    assert bench.chopper.chop(1.0).lines[0][0] == bench.chopper.reference().frequency
    bench.chopper.state = "stopped"
    assert bench.chopper.read("frequency_actual") == 0.0


def test_a_beam_that_is_asked_for_again_is_the_same():
    chopper = Chopper("chopper")
    assert chopper.chop(1e-8, 1e-6, 1e-9) is chopper.chop(1e-8, 1e-6, 1e-9)


def test_without_radio_frequency_no_light_and_no_reference():
    bench = dragging_bench(noise=False)
    bench.fail("chopper.driver_off")
    bench.clock.sleep(20.0)
    assert bench.lockin.unlocked
    assert "chopper.driver_fault" in bench.take_marks()
    assert "no radio frequency" in bench.check()[0]
    light = bench.chopper.chop(1.0)
    assert (light.mean, light.lines) == (pytest.approx(1e-9), ())
    assert bench.detector.mean_power.m_as("nW") == pytest.approx(1e-8)
    bench.mend()
    bench.clock.sleep(20.0)
    assert bench.check() == []


# -- helicity modulator ----------------------------------------------------------------------------------------------

def test_depth_follows_retardance_and_bandwidth():
    modulator = HelicityModulator("modulator")
    modulator.depth = Q_(0.5, "")  # a retardance of 30 degrees
    modulator.retardance_error = Q_(15.0, "deg")
    assert modulator.read("depth_actual") == pytest.approx(np.sin(np.pi / 4), rel=1e-9)
    modulator.retardance_error = Q_(-40.0, "deg")
    assert modulator.read("depth_actual") == 0.0
    modulator.retardance_error = Q_(0.0, "deg")
    modulator.bandwidth = Q_(10.0, "kHz")
    # a pole relaxes from -v to v in half a period T: v = (1 - e) / (1 + e) with e = exp(-T / (2 tau))
    left = np.exp(-0.5e-4 * 2 * np.pi * 1e4)
    assert modulator.read("depth_actual") == pytest.approx(0.5 * (1 - left) / (1 + left), rel=1e-12)
    modulator.waveform = "sine"
    assert modulator.read("depth_actual") == modulator.ellipticity() == pytest.approx(0.5 / np.sqrt(2), rel=1e-12)
    modulator.state = "stopped"
    assert modulator.read("depth_actual") == modulator.ellipticity() == 0.5


@pytest.mark.parametrize("bandwidth", [200e3, 10e3, 2e3])  # at 10 kHz
def test_the_sample_feels_the_fundamental_of_a_filtered_square_wave(bandwidth):
    """Against a square wave of depth 0.8 behind a pole, step by step; a square wave of depth d has 4 d / pi."""
    points, periods = 4000, 40
    square = np.where(np.arange(points) < points // 2, 0.8, -0.8)
    kept = np.exp(-2 * np.pi * bandwidth * 1e-4 / points)
    wave = lfilter([1.0 - kept], [1.0, -kept], np.tile(square, periods))[-points:]
    modulator = HelicityModulator("modulator")
    modulator.depth, modulator.bandwidth = Q_(0.8, ""), Q_(bandwidth, "Hz")
    assert 4 / np.pi * modulator.ellipticity() == pytest.approx(abs(harmonics_of(wave)[1][0]), rel=1e-5)
    assert modulator.read("depth_actual") == pytest.approx(wave.max(), rel=1e-9)


def test_a_slow_amplifier_orients_as_much_less_depth():
    benches = [spin_inertia_bench(noise=False) for _ in range(2)]
    benches[0].modulator.bandwidth = Q_(10.0, "kHz")
    benches[1].modulator.depth = Q_(np.sqrt(0.5), "")
    for bench in benches:
        bench.clock.sleep(0.02)
    assert benches[0].hidden()["spin_polarization"] == pytest.approx(benches[1].hidden()["spin_polarization"], rel=1e-8)


def test_the_reference_conditions_are_not_touched():
    assert HelicityModulator("modulator").read("depth_actual") == pytest.approx(1.0, abs=1e-9)


def test_less_depth_orients_less():
    bench = spin_inertia_bench(noise=False)
    before = bench.hidden()["spin_polarization"]
    bench.modulator.retardance_error = Q_(30.0, "deg")
    bench.clock.sleep(0.02)
    ideal = spin_inertia_bench(noise=False)
    ideal.modulator.depth = Q_(np.cos(np.pi / 6), "")
    ideal.clock.sleep(0.02)
    assert bench.hidden()["spin_polarization"] == pytest.approx(ideal.hidden()["spin_polarization"], rel=1e-9)
    assert bench.hidden()["spin_polarization"] < before


@pytest.mark.parametrize("cuts", [[3.0], [0.5, 1.4999, 0.0002, 0.9999]])
def test_a_new_frequency_settles(cuts):
    bench = spin_inertia_bench(noise=False)
    bench.modulator.settling_time = Q_(2.0, "s")
    bench.modulator.frequency = Q_(20.0, "kHz")
    start = bench.clock.now
    assert bench.modulator.remaining("frequency") == pytest.approx(2.0)
    for cut in cuts:
        bench.clock.sleep(cut)
        settled = bench.clock.now - start >= 2.0
        assert bench.modulator.read("frequency_actual") == (20e3 if settled else 10e3)
        assert bench.modulator.reference().frequency == (20e3 if settled else 10e3)
        assert bench.modulator.settling is not settled
    bench.reset()
    assert bench.modulator.read("frequency_actual") == 10e3


def test_residual_amplitude_modulation_shows_with_the_probe_blocked():
    """X = gain responsivity STRAY P m / sqrt 2, whether or not there is a signal."""
    bench = spin_inertia_bench(noise=False)
    bench.lockin.time_constant = Q_(1.0, "ms")
    bench.probe.shutter = "closed"
    bench.clock.sleep(0.1)
    assert abs(bench.lockin.read("x")) < 1e-9
    bench.modulator.residual_amplitude_modulation = Q_(0.01, "")
    bench.clock.sleep(0.1)
    expected = (bench.detector.read("gain") * bench.detector.read("responsivity") * STRAY * bench.pump.read("power")
                * 0.01 / np.sqrt(2))
    assert bench.lockin.read("x") == pytest.approx(expected, rel=1e-3)
    bench.pump.shutter = "closed"
    bench.clock.sleep(0.1)
    assert abs(bench.lockin.read("x")) < 1e-9


def test_without_high_voltage_nothing_is_oriented():
    bench = spin_inertia_bench(noise=False)
    bench.fail("modulator.driver_off")
    bench.clock.sleep(0.02)
    assert bench.hidden()["spin_polarization"] == 0.0
    assert bench.lockin.read("reference_frequency") == 10e3  # the generator goes on
    assert bench.take_marks() == ["modulator.driver_fault"]
    assert "no high voltage" in bench.check()[0]
    bench.mend()
    assert bench.check() == []
