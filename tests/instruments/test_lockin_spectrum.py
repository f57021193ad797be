"""Spectrum of the lock-in's input and passband of its filter, against closed forms, waveforms and actual readings."""

from math import pi, sqrt

import numpy as np
import pytest
from signal_bench import SignalBench

from instruments import dragging_bench, spin_inertia_bench
from instruments.lockin.spectrum import (
    decades,
    filtered_rms,
    measured,
    noise_bandwidth,
    resolution_at,
    transfer,
    welch,
    zoomed,
)
from vlab import Q_


def draw():
    return np.random.default_rng(1)


def noisy(*lines, **settings):
    return SignalBench(*lines, noise=True, **{"input_noise": 0.0, "converter_noise": 0.0, **settings})


@pytest.mark.parametrize(("poles", "share"), [(1, 1 / 4), (2, 1 / 8), (3, 3 / 32), (4, 5 / 64)])
def test_the_drawn_passband_integrates_to_the_noise_bandwidth(poles, share):
    tau = 0.03
    assert noise_bandwidth(tau, poles) == pytest.approx(share / tau)
    offsets = np.concatenate([[0.0], np.geomspace(1e-4, 1e6, 40_000)]) / tau
    assert np.trapezoid(transfer(offsets, tau, poles) ** 2, offsets) == pytest.approx(share / tau, rel=1e-4)
    corner = 1.0 / (2.0 * pi * tau)  # where each pole has lost 3 dB
    assert transfer(np.array([corner]), tau, poles)[0] == pytest.approx(2.0 ** (-poles / 2))


@pytest.mark.parametrize("averaged", ["off", "on"])
def test_the_noise_passes_as_the_number_says_with_the_synchronous_filter_too(averaged):
    bench = dragging_bench(seed=3)
    bench.chopper.frequency = Q_(100.0, "Hz")
    bench.lockin.synchronous_filter = averaged
    bench.sleep(Q_(1.0, "s"))
    spectrum = bench.lockin.spectrum()
    assert (spectrum.averaged > 0.0) == (averaged == "on")
    ends = 2e4 / spectrum.time_constant
    offsets = np.concatenate([[0.0], np.geomspace(1e-6 * ends, ends, 40_000)])
    through = np.trapezoid(spectrum.passband(offsets) ** 2, offsets)
    assert through == pytest.approx(spectrum.bandwidth, rel=1e-3)


def test_a_mean_over_periods_has_zeros_in_the_passband():
    assert transfer(np.array([17.0, 34.0]), 1e-6, 1, averaged=17.0) == pytest.approx([0.0, 0.0], abs=1e-12)


@pytest.mark.parametrize("settings", [
    {}, {"coupling": "AC"}, {"line_filter": "both"}, {"line_filter": "line", "line_frequency": 60.0},
    {"input_source": "A-B", "input_noise": 7e-9, "converter_noise": 30e-9},
])
def test_density_of_many_frequencies_is_that_of_each(settings):
    """The vector form against the one that the lock-in itself goes by."""
    bench = noisy(density=1e-14, flicker=1e-11, **settings)
    bench.pass_time(0.01)
    lockin = bench.lockin
    frequencies = np.array([1e-4, 0.16, 3.0, 50.0, 60.0, 99.0, 100.0, 1e3, 1e6])
    chain = lockin._look_at_settings().chain
    expected = [sqrt(chain.density(lockin._signal, float(f))) for f in frequencies]
    np.testing.assert_allclose(lockin.spectrum().density(frequencies), expected, rtol=1e-9)


def test_welch_of_the_waveform_shows_the_density():
    """The scope's waveform, which is made in another way, against the analytic curve: within the statistics."""
    bench = noisy(density=1e-12, flicker=2e-9)
    bench.pass_time(0.01)
    wave = bench.lockin.waveforms(Q_(1.0, "s"), samples=100_000)
    step = float(wave["time"][1].m_as("s"))
    frequencies, power = welch(wave["input"].m_as("V"), step)
    kept = slice(3, -3)
    ratio = power[kept] / bench.lockin.spectrum().density(frequencies[kept]) ** 2
    independent = 0.9 * 100_000 / 512  # of half overlapping Hann windows, hardly more than of separate ones
    assert np.mean(ratio) == pytest.approx(1.0, abs=6.0 / sqrt(independent * ratio.size))
    assert np.std(ratio) == pytest.approx(1.0 / sqrt(independent), rel=0.35)


def test_the_measured_spectrum_follows_the_density_over_decades():
    bench = noisy(density=1e-14, flicker=1e-11, coupling="AC")
    bench.pass_time(0.01)
    spectrum, numbers = bench.lockin.spectrum(), draw()
    looks = [measured(spectrum.channel, 10.0, 1e5, numbers) for _ in range(40)]
    frequencies = looks[0].frequencies
    assert frequencies[0] < 15.0
    assert frequencies[-1] == pytest.approx(1e5, rel=0.01)
    assert np.all(np.diff(frequencies) > 0.0)
    ratio = np.mean([look.power for look in looks], axis=0) / spectrum.density(frequencies) ** 2
    assert np.all(np.abs(ratio - 1.0) < 0.45)
    for low in (10.0, 100.0, 1e3, 1e4):
        band = (frequencies > low) & (frequencies < 10.0 * low)
        assert np.mean(ratio[band]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("frequency", [123.0, 4_321.0, 77_000.0])
def test_a_line_is_as_high_as_its_rms_says(frequency):
    """Power under the measured peak is the mean square, and the bar drawn for it is as high as the peak."""
    bench = SignalBench((frequency, 0.3), (0.0, 0.2))
    bench.pass_time(0.01)
    spectrum = bench.lockin.spectrum()
    (line,) = spectrum.lines
    assert line.rms == pytest.approx(0.3 / sqrt(2.0))
    found = measured(spectrum.channel, 10.0, 1e5, draw())
    near = np.abs(found.frequencies - frequency) < 6.0 * found.resolution
    bins = found.resolution / 1.5
    assert np.sum(found.power[near] * bins[near]) == pytest.approx(line.rms**2, rel=1e-2)
    resolution = resolution_at(frequency, 10.0, 1e5)
    assert resolution == pytest.approx(found.resolution[near][0])
    top = np.sqrt(found.power[near].max())  # between two bins a Hann window loses up to 1.4 dB
    assert 0.84 <= top / (line.rms / sqrt(resolution)) <= 1.001


def test_bands_are_decades_up_to_the_highest():
    assert decades(10.0, 1e4) == pytest.approx((100.0, 1e3, 1e4))
    assert decades(10.0, 15.0) == (15.0,)


def test_the_zoomed_spectrum_is_that_around_the_reference():
    bench = noisy((1000.0, 1e-3), (1004.0, 2e-4j), density=1e-12)
    bench.pass_time(0.01)
    spectrum, numbers = bench.lockin.spectrum(), draw()
    looks = [zoomed(spectrum.channel, 10.0, numbers) for _ in range(60)]
    power = np.mean([look.power for look in looks], axis=0)
    offsets = looks[0].frequencies
    quiet = (np.abs(offsets) > 0.5) & (np.abs(offsets - 4.0) > 0.5)
    assert np.mean(power[quiet]) == pytest.approx(spectrum.floor**2, rel=0.03)
    resolution = looks[0].resolution[0]
    for offset, peak in ((0.0, 1e-3), (4.0, 2e-4)):
        at = np.argmin(np.abs(offsets - offset))
        top = power[at - 1:at + 2].max() * resolution
        assert 0.7 * peak**2 / 2.0 < top < 1.1 * peak**2 / 2.0


def test_what_the_filter_lets_through_of_the_zoomed_noise_is_the_predicted_rms():
    bench = noisy(density=1e-12, time_constant=0.1, slope="12 dB/oct")
    bench.pass_time(0.01)
    spectrum, numbers = bench.lockin.spectrum(), draw()
    found = [filtered_rms(zoomed(spectrum.channel, 60.0, numbers), 0.1, 2) ** 2 for _ in range(200)]
    assert sqrt(np.mean(found)) == pytest.approx(spectrum.output_noise, rel=0.04)


@pytest.mark.parametrize(("slope", "settings"), [("6 dB/oct", {}), ("24 dB/oct", {"line_filter": "both"})])
def test_readings_scatter_as_predicted(slope, settings):
    """sqrt(S B) against the readings of the lock-in, which get there by an Ornstein-Uhlenbeck cascade."""
    bench = noisy(density=1e-12, flicker=1e-9, time_constant=2e-3, slope=slope, **settings)
    bench.pass_time(0.1)
    shown = []
    for _ in range(1500):
        bench.pass_time(0.04)
        shown.append(bench.lockin.read("x"))
    spectrum = bench.lockin.spectrum()
    assert np.std(shown) == pytest.approx(spectrum.output_noise, rel=4.0 / sqrt(2.0 * 1500))


@pytest.mark.parametrize("make", [dragging_bench, spin_inertia_bench])
def test_readings_of_the_benches_scatter_as_predicted(make):
    """All that they have of noise at the detector passes the spectrum; slow drifts of the light do not matter here."""
    bench = make(seed=3)
    bench.lockin.write("time_constant", 10e-3)
    bench.sleep(Q_(0.3, "s"))
    if make is dragging_bench:
        bench.laser.write("shutter", "closed")  # nuclei that polarize change the signal
        bench.sleep(Q_(0.3, "s"))
    shown = []
    for _ in range(400):
        bench.clock.sleep(0.05)
        shown.append(bench.lockin.read("x"))
    spectrum = bench.lockin.spectrum()
    assert np.std(shown) == pytest.approx(spectrum.output_noise, rel=4.0 / sqrt(2.0 * 400))
    if spectrum.signal:
        assert np.mean(shown) == pytest.approx(spectrum.signal, rel=0.02)
        assert spectrum.signal_to_noise == pytest.approx(spectrum.signal / np.std(shown), rel=0.15)


def test_lines_have_names():
    bench = SignalBench((1000.0, 1e-3), (3000.0, 1e-4), (50.0, 1e-3), (777.0, 1e-5))
    bench.pass_time(0.01)
    assert [line.title for line in bench.lockin.spectrum().lines] == ["mains", "line", "signal", "3 f"]
    assert bench.lockin.spectrum().signal == pytest.approx(1e-3 / sqrt(2.0))
    bench.set(harmonic=3.0)
    assert bench.lockin.spectrum().signal == pytest.approx(1e-4 / sqrt(2.0))


def test_an_overload_is_in_the_spectrum():
    bench = SignalBench((1000.0, 6.0))
    bench.pass_time(0.01)
    square = 4.0 / pi * 1.5 / sqrt(2.0)  # a sine that is clipped hard is nearly a square wave of 1.5 V
    assert bench.lockin.spectrum().signal == pytest.approx(square, rel=0.03)


def test_without_noise_there_is_only_a_signal():
    bench = SignalBench((1000.0, 1e-3), density=1e-12)
    bench.pass_time(0.01)
    spectrum = bench.lockin.spectrum()
    assert spectrum.floor == spectrum.output_noise == 0.0
    assert spectrum.signal_to_noise == float("inf")


def test_looking_at_the_spectrum_draws_no_random_numbers():
    bench = dragging_bench(seed=4)
    bench.sleep(Q_(0.1, "s"))
    before = bench.lockin._scope_noise._position, bench.lockin._noise._position, bench.lockin.read("x")
    bench.lockin.spectrum()
    after = bench.lockin._scope_noise._position, bench.lockin._noise._position, bench.lockin.read("x")
    assert str(before) == str(after)
