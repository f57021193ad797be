"""Medians of times that were not all reached, lines in noise, and values rounded with their errors."""

import numpy as np
import pytest

from vlab.analysis.censored_times import censored_median, rank_difference
from vlab.analysis.line_in_noise import line_stands_out
from vlab.analysis.rounding import with_error


@pytest.mark.parametrize(("value", "error", "words"), [
    (0.80812, 0.02614, "0.808 ± 0.026"),
    (1.9, 1.7, "1.9 ± 1.7"),
    (0.3, 0.0999, "0.300 ± 0.100"),
    (1234.5, 31.2, "1234 ± 31"),
    (2.33e-6, 1.2e-7, "(2.33 ± 0.12)e-06"),
    (0.5, 0.0, "0.5"),
    (0.5, float("nan"), "0.5"),
    (0.123456789, 1e-12, "0.123457"),
])
def test_value_and_error_end_at_the_same_digit(value, error, words):
    assert with_error(value, error) == words


@pytest.mark.parametrize("n", [3, 4, 7, 20])
def test_the_interval_of_the_median_covers(n):
    """Of exponential times with mean 1, watched for 2: the median is ln 2."""
    random = np.random.default_rng(3)
    held = 0
    for _ in range(2000):
        times = random.exponential(size=n)
        found = censored_median(np.where(times > 2.0, np.inf, times), 2.0)
        held += found.low <= np.log(2.0) <= found.high
    assert 0.66 < held / 2000 < 0.90


def test_ranks_tell_as_often_as_they_should():
    random = np.random.default_rng(4)
    told = []
    for shift in (0.0, 3.0):
        p = [rank_difference(*(np.where(t > 3.0, np.inf, t) for t in (random.exponential(size=12),
                                                                     shift + random.exponential(size=12))))
             for _ in range(300)]
        told.append(np.mean(np.array(p) < 0.05))
    assert told[0] < 0.09
    assert told[1] > 0.95
    assert rank_difference([1.0] * 3, [2.0] * 9) is None
    assert rank_difference([np.inf] * 5, [np.inf] * 5) == 1.0


def filtered(light, sigma, seed):
    """White noise of the given width behind one pole, one time constant between two readings."""
    random, q = np.random.default_rng(seed), np.exp(-1.0)
    seen, y = 0.0, []
    for value in light:
        seen = q * seen + (1.0 - q) * value + sigma * np.sqrt(1.0 - q**2) * random.standard_normal()
        y.append(seen)
    return np.array(y)


@pytest.mark.parametrize("sigma", [0.02, 0.2, 1.0])
def test_noise_alone_is_no_line_and_a_lock_in_it_is_one(sigma):
    lock = np.zeros(400)
    lock[150:300] = 0.9
    false = sum(line_stands_out(filtered(np.zeros(400), sigma, seed), 1.0) for seed in range(100))
    found = sum(line_stands_out(filtered(lock, sigma, seed), 1.0) for seed in range(100))
    assert false <= 2
    assert found >= 98


def test_a_line_passed_in_one_step_is_one_and_a_far_wing_is_none():
    passed = np.zeros(40)
    passed[20] = 0.7
    assert line_stands_out(filtered(passed, 0.01, 0), 1.0)
    assert line_stands_out([0.01, 0.9, 0.95], 1.0)
    assert not line_stands_out(1.0 / (1.0 + np.linspace(30.0, 10.0, 50) ** 2), 1.0)
    assert not line_stands_out([], 1.0)
