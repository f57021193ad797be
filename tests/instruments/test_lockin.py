"""The lock-in on the bench: phase, harmonics, slopes, noise of the right size."""

import numpy as np
import pytest

from instruments import dragging_bench
from vlab import Q_


def settled(**settings):
    bench = dragging_bench(noise=False)
    for name, value in settings.items():
        setattr(bench.lockin, name, value)
    bench.prepare(thermal=True)
    return bench


def test_phase_turns_the_signal():
    bench = settled(phase=Q_(30.0, "deg"))
    assert bench.lockin.theta.m_as("deg") == pytest.approx(-30.0, abs=0.01)
    assert bench.lockin.r.m_as("uV") == pytest.approx(22.508, abs=0.01)
    told = []
    bench.lockin.subscribe(lambda *event: told.append(event[1]))
    bench.lockin.auto_phase()
    bench.sleep(Q_(20, "s"))
    assert told == ["phase"]
    assert bench.lockin.y.m_as("uV") == pytest.approx(0.0, abs=0.01)
    bench.prepare(thermal=True)
    assert bench.lockin.theta.m_as("deg") == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(("harmonic", "share"), [(1, 1.0), (2, 0.0), (3, -1 / 3), (5, 1 / 5)])
def test_harmonics_of_a_square_wave(harmonic, share):
    bench = settled(harmonic=Q_(float(harmonic), ""))
    assert bench.lockin.x.m_as("uV") == pytest.approx(22.508 * share, abs=2e-3)


@pytest.mark.parametrize("poles", [1, 2, 3, 4])
def test_step_response(poles):
    """1 - exp(-z) sum_{m<n} z^m/m!, after the light is switched off."""
    slope = f"{6 * poles} dB/oct"
    bench = settled(slope=slope, time_constant=Q_(0.1, "s"))
    start = bench.lockin.x.m_as("V")
    bench.laser.shutter = "closed"
    bench.sleep(Q_(0.25, "s"))
    z = 2.5
    left = np.exp(-z) * sum(z**m / np.prod(range(1, m + 1)) for m in range(poles))
    assert bench.lockin.x.m_as("V") == pytest.approx(start * left, rel=1e-4)


@pytest.mark.parametrize(("slope", "bandwidth"), [("6 dB/oct", 1 / 4), ("12 dB/oct", 1 / 8), ("18 dB/oct", 3 / 32),
                                                  ("24 dB/oct", 5 / 64)])
def test_noise_has_the_equivalent_bandwidth_of_the_slope(slope, bandwidth):
    """rms of X = density sqrt(ENBW); 4000 readings many time constants apart, 5 sigma."""
    bench = dragging_bench(seed=42)
    bench.laser.power = Q_(0.0, "nW")  # thermal and amplifier noise only
    bench.lockin.slope = slope
    bench.lockin.time_constant = Q_(1, "ms")
    bench.sleep(Q_(1, "s"))
    density = np.hypot(bench.detector.noise_density.m_as("V/Hz^0.5"), 5e-9)
    samples = []
    for _ in range(4000):
        bench.clock.sleep(0.02)
        samples.append((bench.lockin.read("x"), bench.lockin.read("y")))
    x, y = np.array(samples).T
    expected = density * np.sqrt(bandwidth / 1e-3)
    for quadrature in (x, y):
        assert np.std(quadrature) == pytest.approx(expected, rel=5 / np.sqrt(2 * 4000))
    assert abs(np.corrcoef(x, y)[0, 1]) < 5 / np.sqrt(4000)


def test_shot_noise_of_both_photodiodes():
    """2 e I on each arm, plus the thermal noise of the feedback resistor, dark currents and the amplifier off."""
    bench = dragging_bench()
    bench.detector.dark_current = Q_(0.0, "nA")
    bench.detector.amplifier_noise = "off"
    bench.detector.intensity_noise = "off"
    current = 0.5 * 5e-9 * 2  # A/W times mean power, two arms
    johnson = 4 * 1.380649e-23 * 295 / 1e7
    expected = 1e7 * np.sqrt(2 * 1.602176634e-19 * current + johnson)
    assert bench.detector.noise_density.m_as("V/Hz^0.5") == pytest.approx(expected, rel=1e-9)
    assert bench.detector.mean_power.m_as("nW") == pytest.approx(5.0)


def test_without_a_reference_the_output_decays():
    bench = settled(time_constant=Q_(0.1, "s"))
    bench.chopper.state = "stopped"
    assert bench.lockin.unlocked
    bench.sleep(Q_(2, "s"))
    # the whole beam is a direct voltage of 100 uV, which leaves a ripple at the free-running 51 kHz
    assert abs(bench.lockin.x.m_as("uV")) < 100 / np.sqrt(2) / (2 * np.pi * 51e3 * 0.1)


def test_an_unbalanced_detector_overloads():
    bench = dragging_bench(noise=False)
    bench.detector.balance = Q_(0.0, "")
    bench.detector.gain = Q_(1e9, "V/A")
    bench.laser.power = Q_(100.0, "nW")
    bench.sleep(Q_(1, "s"))
    assert bench.detector.saturated
    assert bench.lockin.input_overload
    assert bench.lockin.output_overload
    assert any("saturated" in line for line in bench.check())
