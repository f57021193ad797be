"""A signal a thousand times weaker than the noise: found with the right settings, lost with the wrong ones.

Noise of the one-sided density S in a bandwidth of 1 MHz has the rms sqrt(S 1 MHz); a signal of a thousandth of that is
sqrt(S 1 Hz) rms. Behind 24 dB/oct and 10 s the noise of X is sqrt(S 5 / (64 T)), a ratio of sqrt(64 10 / 5) = 11.3.
"""

from math import sqrt

import numpy as np
import pytest
from signal_bench import SignalBench

S = 1e-12
SIGNAL = sqrt(S)


def ratio(count, wait, **settings):
    """Return mean over standard deviation of X in ``count`` readings, ``wait`` seconds apart."""
    bench = SignalBench((1000.0, sqrt(2) * SIGNAL), density=S, noise=True, seed=8, input_noise=0.0, sensitivity=1e-4,
                        reserve="low noise", **settings)
    if settings.get("reference") == 0.0:
        assert bench.lockin.unlocked
    found = []
    for _ in range(count):
        bench.clock.sleep(wait)
        found.append(bench.lockin.read("x"))
    assert set(bench.take_marks()) <= {"lockin.unlocked"}
    return np.mean(found) / np.std(found)


@pytest.mark.slow
def test_found_with_ten_seconds_and_four_stages():
    found = ratio(400, 100.0, time_constant=10.0, slope="24 dB/oct")
    assert found > 10.0
    assert found == pytest.approx(sqrt(64 * 10 / 5), rel=5 / sqrt(2 * 400))


@pytest.mark.slow
@pytest.mark.parametrize("poles", [1, 2, 3, 4])
@pytest.mark.parametrize("time_constant", [0.1, 0.4])
def test_ratio_goes_with_the_root_of_the_time_constant(poles, time_constant):
    bandwidth = {1: 1 / 4, 2: 1 / 8, 3: 3 / 32, 4: 5 / 64}[poles] / time_constant
    found = ratio(2000, 10 * time_constant, time_constant=time_constant, slope=f"{6 * poles} dB/oct")
    expected = 1 / sqrt(bandwidth)
    assert found == pytest.approx(expected, rel=5 / sqrt(2 * 2000) + 5 / (expected * sqrt(2000)))


def test_lost_with_a_tenth_of_a_second_and_one_stage():
    assert ratio(400, 1.0, time_constant=0.1) < 1.0


@pytest.mark.slow
def test_lost_without_a_lock():
    assert abs(ratio(200, 100.0, time_constant=10.0, slope="24 dB/oct", reference=0.0)) < 5 / sqrt(200)


def test_found_within_a_single_reading():
    """Prepared, then one reading: eleven standard deviations from zero."""
    bench = SignalBench((1000.0, sqrt(2) * SIGNAL), density=S, noise=True, seed=2, input_noise=0.0, sensitivity=1e-4,
                        time_constant=10.0, slope="24 dB/oct")
    bench.clock.sleep(1.0)
    assert bench.phasor.real == pytest.approx(SIGNAL, abs=4 * SIGNAL / 11.3)
