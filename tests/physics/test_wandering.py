"""Ornstein-Uhlenbeck processes against their stationary law, and their sum against 1/f."""

import numpy as np
import pytest

from vlab.physics.wandering import flicker_processes, wander


def test_stationary_law_and_correlation():
    rng = np.random.default_rng(1)
    state = np.zeros(1)
    sums = wander(state, np.array([2.0]), np.array([0.5]), 0.1, rng.standard_normal((400_000, 1)))[1000:]
    independent = sums.size * 0.1 / (2 * 0.5)
    assert sums.std() == pytest.approx(2.0, rel=4 / np.sqrt(independent))
    for lag in (1, 5, 20):
        found = np.mean(sums[lag:] * sums[:-lag]) / 4.0
        assert found == pytest.approx(np.exp(-0.1 * lag / 0.5), abs=5 / np.sqrt(independent))


def test_the_variance_grows_from_zero_whatever_the_tick():
    rng = np.random.default_rng(2)
    for ticks, tick in ((1, 0.4), (8, 0.05)):
        ends = [wander(np.zeros(1), np.array([1.0]), np.array([1.0]), tick, rng.standard_normal((ticks, 1)))[-1]
                for _ in range(20_000)]
        assert np.var(ends) == pytest.approx(1 - np.exp(-0.8), rel=4 * np.sqrt(2 / 20_000))


def test_cut_in_two_is_the_same_to_the_bit():
    normals = np.random.default_rng(3).standard_normal((50, 3))
    rms, times = np.array([1.0, 2.0, 0.5]), np.array([0.1, 1.0, 10.0])
    whole, cut = np.zeros(3), np.zeros(3)
    at_once = wander(whole, rms, times, 0.02, normals)
    first = wander(cut, rms, times, 0.02, normals[:20])
    second = wander(cut, rms, times, 0.02, normals[20:])
    assert np.array_equal(at_once, np.concatenate([first, second[1:]]))
    assert np.array_equal(whole, cut)


def test_flicker_has_the_density_level_over_f():
    """The density of the sum, from the formula of each process."""
    rms, times = flicker_processes(3.0, 1e-3, 1e3)
    for f in np.geomspace(0.1, 10.0, 30):  # two decades inside, where the missing corners take 0.6 % each
        density = np.sum(4 * rms**2 * times / (1 + (2 * np.pi * f * times) ** 2))
        assert density == pytest.approx(3.0 / f, rel=0.02)


def test_flicker_has_that_density_in_time_as_well():
    from scipy.signal import welch

    rng = np.random.default_rng(4)
    rms, times = flicker_processes(1.0, 1e-3, 1e3)
    state = rms * rng.standard_normal(rms.size)
    sums = wander(state, rms, times, 1e-2, rng.standard_normal((2**19, rms.size)))[1:]
    f, density = welch(sums, fs=100.0, nperseg=2**13)
    decay = np.exp(-1e-2 / times)
    sampled = sum(2e-2 * r**2 * (1 - a * a) / (1 - 2 * a * np.cos(2 * np.pi * f * 1e-2) + a * a)
                  for r, a in zip(rms, decay, strict=True))  # what is above 50 Hz is folded down
    for low, high in ((0.3, 0.6), (0.6, 1.2), (2.0, 4.0)):
        band = (f >= low) & (f < high)
        values = band.sum() * sums.size / 2**13
        assert np.mean(density[band] / sampled[band]) == pytest.approx(1.0, rel=4.0 / np.sqrt(values))
