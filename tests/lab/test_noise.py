"""Random streams keyed by (seed, run, name)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vlab.lab.noise import NoiseStream

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def draw(name: str = "lockin.input", seed: int = 3, run: str = "1.0") -> NDArray[np.float64]:
    stream = NoiseStream(name, seed)
    stream.start_epoch(run)
    return stream.normal(100, 2)


def test_the_same_key_gives_the_same_numbers() -> None:
    assert np.array_equal(draw(), draw())


def test_an_epoch_starts_the_stream_from_its_beginning() -> None:
    stream = NoiseStream("lockin.input", 3)
    stream.start_epoch("1.0")
    first = stream.normal(7, 2)
    stream.start_epoch("2.0")
    assert not np.array_equal(stream.normal(7, 2), first)
    stream.start_epoch("1.0")
    assert np.array_equal(stream.normal(7, 2), first)


@pytest.mark.parametrize("other", [{"name": "detector.shot"}, {"seed": 4}, {"seed": 33}, {"run": "1.1"},
                                   {"run": "11.0"}], ids=str)
def test_another_key_gives_independent_numbers(other: dict[str, str | int]) -> None:
    """Not one number in common, and no correlation: 200 products have a standard deviation of 1/sqrt(200)."""
    these, those = draw(), draw(**other)
    assert np.intersect1d(these, those).size == 0
    assert abs(np.mean(these * those)) < 5.0 / np.sqrt(these.size)


@unhurried
@given(st.sets(st.integers(1, 49), max_size=12), st.integers(1, 4))
def test_chopped_draws_equal_one_draw(cuts: set[int], poles: int) -> None:
    whole = NoiseStream("lockin.input", 1).normal(50, 2, poles)
    stream = NoiseStream("lockin.input", 1)
    parts = [stream.normal(last - first, 2, poles) for first, last in pairwise([0, *sorted(cuts), 50])]
    assert np.array_equal(np.concatenate(parts), whole)


def test_an_inactive_source_gives_zeros() -> None:
    stream = NoiseStream("lockin.input", 1, active=False)
    assert stream.normal(5, 2, 3).shape == (5, 2, 3)
    assert not stream.normal(5, 2, 3).any()


def test_an_inactive_source_consumes_nothing() -> None:
    stream = NoiseStream("lockin.input", 1, active=False)
    stream.normal(5)
    stream.active = True
    assert np.array_equal(stream.normal(5), NoiseStream("lockin.input", 1).normal(5))


def test_numbers_are_standard_normal() -> None:
    """Mean, variance, kurtosis and neighbours' correlation within five standard errors of n = 10^5 (a fixed key)."""
    numbers = NoiseStream("lockin.input", 12).normal(100_000)
    error = 1.0 / np.sqrt(numbers.size)
    assert abs(numbers.mean()) < 5.0 * error
    assert abs(numbers.var() - 1.0) < 5.0 * np.sqrt(2.0) * error
    assert abs(np.mean(numbers**4) - 3.0) < 5.0 * np.sqrt(96.0) * error
    assert abs(np.mean(numbers[1:] * numbers[:-1])) < 5.0 * error
