"""Waveforms on demand: carrier, noise of the sampling bandwidth, mixer and output, without touching the lab."""

from math import pi, sqrt

import numpy as np
import pytest
from signal_bench import SignalBench

from instruments import dragging_bench
from vlab import Q_
from vlab.errors import LimitError, SettingError


def traces(bench, seconds, samples=1000):
    return {name: trace.magnitude for name, trace in bench.lockin.waveforms(Q_(seconds, "s"), samples=samples).items()}


def test_lines_are_where_they_should_be_at_their_phases():
    bench = SignalBench((1000.0, 0.3 * np.exp(-0.4j)), (0.0, 0.05), phase=0.2, harmonic=2.0)
    bench.pass_time(0.01037)
    wave = traces(bench, 3e-3)
    t = 0.01 + wave["time"]  # the last whole tick ended at 10 ms
    signal = 0.05 + 0.3 * np.cos(2 * pi * 1000 * t - 0.4)
    np.testing.assert_allclose(wave["input"], signal, atol=1e-12)
    np.testing.assert_allclose(wave["reference"], np.cos(2 * pi * 1000 * t), atol=1e-11)
    np.testing.assert_allclose(wave["mixer"], sqrt(2) * np.cos(2 * pi * 2000 * t + 0.2) * signal, atol=1e-11)
    assert wave["time"][1] == pytest.approx(3e-6)


@pytest.mark.parametrize("poles", [1, 3])
def test_output_goes_on_as_the_lab_does(poles):
    """Twenty milliseconds drawn ahead end where the filter then arrives."""
    bench = SignalBench((1000.0, 0.3), (1100.0, 0.1), time_constant=3e-3, slope=f"{6 * poles} dB/oct")
    bench.pass_time(0.1)
    wave = traces(bench, 0.02, samples=200_000)
    found = [bench.lockin.read("x")]
    for _ in range(2):
        bench.pass_time(0.01)
        found.append(bench.lockin.read("x"))
    assert wave["output"][[0, 100_000, -1]] == pytest.approx(found, abs=2e-5)


def test_noise_has_the_density_of_the_cable_over_the_sampling_bandwidth():
    bench = SignalBench(density=1e-12, flicker=1e-8, noise=True, input_noise=0.0, converter_noise=0.0)
    bench.pass_time(0.1)
    wave = np.concatenate([traces(bench, 0.1, samples=20_000)["input"].reshape(20, 1000) for _ in range(40)])
    frequencies = np.fft.rfftfreq(1000, 5e-6)
    power = np.mean(np.abs(np.fft.rfft(wave - wave.mean(axis=1, keepdims=True))) ** 2, axis=0) * 2 * 5e-6 / 1000
    for at in (3e3, 1e4, 5e4):
        band = np.abs(frequencies - at) < 0.3 * at
        expected = np.mean(1e-12 + 1e-8 / frequencies[band])
        assert np.mean(power[band]) == pytest.approx(expected, rel=5 / np.sqrt(800 * band.sum()) + 0.05)


def test_looking_changes_no_number_of_the_lab():
    def run(look):
        bench = dragging_bench(seed=4)
        shown = []
        for _ in range(5):
            bench.sleep(Q_(0.1, "s"))
            if look:
                assert np.ptp(bench.lockin.waveforms(Q_(1, "ms"))["input"].m_as("V")) > 0
            shown.append(bench.lockin.read("x"))
        return shown

    assert run(True) == run(False)


def test_without_noise_there_is_none_and_an_overload_clips():
    bench = SignalBench((1000.0, 3.0), density=1e-6, sensitivity=1.0)
    bench.pass_time(0.01)
    assert np.abs(traces(bench, 2e-3)["input"]).max() == 1.5
    assert np.count_nonzero(traces(bench, 2e-3)["input"] == 1.5) > 100


def test_a_checkpoint_keeps_what_waveforms_need():
    bench, other = (SignalBench((1000.0, 0.3), (1237.0, 0.1 + 0.2j), time_constant=1e-3) for _ in range(2))
    bench.pass_time(0.12345)
    other.lockin._seen_last = bench.lockin._seen_last
    other.lockin._state = bench.lockin._state
    first, second = traces(bench, 5e-3), traces(other, 5e-3)
    assert bench.lockin._seen_last.lines[0].envelope.shape == (1,)
    for name, trace in first.items():
        np.testing.assert_array_equal(second[name], trace)


def test_two_looks_see_different_noise():
    bench = SignalBench(density=1e-12, noise=True)
    assert not np.array_equal(traces(bench, 1e-3)["input"], traces(bench, 1e-3)["input"])


def test_refusals():
    lockin = SignalBench().lockin
    for wrong in (0.0, -1.0):
        with pytest.raises(LimitError, match=r"lockin\.waveforms got a duration of"):
            lockin.waveforms(Q_(wrong, "s"))
    for wrong in (Q_(np.nan, "s"), Q_(1.0, "V"), 1.0):
        with pytest.raises(SettingError, match=r"lockin\.waveforms, duration got"):
            lockin.waveforms(wrong)
    with pytest.raises(LimitError, match="samples"):
        lockin.waveforms(Q_(1.0, "s"), samples=1)
