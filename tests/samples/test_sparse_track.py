"""Supports along ramps: few evaluations, small errors, the same numbers however a wait is cut up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlab.samples.sparse_track import SparseTrack


class Counted:
    """A function of the tick number that counts how often it is asked."""

    def __init__(self, function):
        self.function = function
        self.asked = []

    def __call__(self, tick):
        self.asked.append(tick)
        return np.array([self.function(tick), 1j * self.function(2 * tick)])


def wave(tick):
    return np.exp(1j * tick / 60.0)


def test_a_smooth_function_needs_few_supports():
    counted = Counted(wave)
    found = SparseTrack(counted, 128, 5e-3).stretch(0, 1024)
    ticks = np.arange(1025)
    assert np.abs(found[:, 0] - wave(ticks)).max() < 1e-3
    assert np.abs(found[:, 1] - 1j * wave(2 * ticks)).max() < 1e-3
    assert len(counted.asked) < 300


def test_a_jump_is_followed_tick_by_tick():
    counted = Counted(lambda tick: float(tick > 333))
    found = SparseTrack(counted, 256, 1e-3).stretch(0, 600)
    np.testing.assert_allclose(found[:, 0].real, np.arange(601) > 333, atol=1e-15)
    assert len(counted.asked) < 80


@pytest.mark.slow
@given(st.lists(st.integers(1, 300), min_size=1, max_size=12), st.sampled_from([1, 2, 4, 32, 256]))
def test_cutting_changes_no_bit(counts, cell):
    whole = SparseTrack(Counted(wave), cell, 1e-4).stretch(0, sum(counts))
    track, first, pieces = SparseTrack(Counted(wave), cell, 1e-4), 0, []
    for count in counts:
        pieces.append(track.stretch(first, count)[:-1])
        first += count
    pieces.append(track.stretch(first, 0))
    joined = np.concatenate(pieces)
    assert np.array_equal(joined[:-1], whole[:-1])
    assert np.abs(joined[-1] - whole[-1]).max() < 1e-4


def test_nothing_is_asked_twice_in_a_row():
    counted = Counted(wave)
    track = SparseTrack(counted, 64, 1e-4)
    for first in range(200):
        track.stretch(first, 1)
    assert len(counted.asked) == len(set(counted.asked))
