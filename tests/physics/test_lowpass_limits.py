"""Stages that clip at the end of a tick, and the bound on what envelopes can add up to."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vlab.physics.lowpass import advance, largest_sum, transition

TICK_PS = 10**10
TAU = 0.02


def by_hand(inputs: list[float], poles: int, rail: float) -> tuple[np.ndarray, np.ndarray]:
    """Return stages and highest values of a cascade that clips after each tick, its input linear in between."""
    step = transition(TICK_PS / 1e12, TAU, poles)
    y, highest = np.zeros(poles), np.zeros(poles)
    for first, last in pairwise(inputs):
        new = step.start * first + step.end * last
        for j in range(poles):
            new[j] += sum(step.free[m] * y[j - m] for m in range(j + 1))
        highest = np.maximum(highest, np.abs(new))
        y = np.clip(new, -rail, rail)
    return y, highest


@pytest.mark.parametrize("poles", [1, 2, 3, 4])
@pytest.mark.parametrize("rail", [0.3, 1.5])
def test_each_stage_clips_at_the_rail(poles: int, rail: float) -> None:
    inputs = [0.0, 4.0, 4.0, 4.0, -3.0, -3.0, 1.0, 0.0, 0.0]
    expected, reached = by_hand(inputs, poles, rail)
    highest = np.zeros(poles)
    for turn, part in ((1.0 + 0j, np.real), (1j, np.imag)):
        found = advance(np.zeros(poles, complex), np.empty(0), np.array([[turn]]), np.array([inputs]), 0, TICK_PS, TAU,
                        rail=rail, highest=highest)
        np.testing.assert_allclose(part(found), expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(highest, reached, rtol=1e-12)


def test_highest_is_only_raised() -> None:
    highest = np.array([7.0])
    advance(np.zeros(1, complex), np.empty(0), np.ones((1, 1), complex), np.ones((1, 5)), 0, TICK_PS, TAU, rail=10.0,
            highest=highest)
    assert highest[0] == 7.0


def test_a_rail_that_is_not_reached_changes_nothing() -> None:
    arguments = (np.zeros(3, complex), np.array([137.0]), np.full((2, 1), 0.5j), np.ones((1, 9)), 5, TICK_PS, TAU)
    assert np.array_equal(advance(*arguments), advance(*arguments, rail=1.0))


def test_largest_sum_of_real_and_complex_envelopes() -> None:
    """|r| a + |z| b at each boundary, the largest; a negative load marks an imaginary part."""
    generator = np.random.default_rng(3)
    real, complex_one = generator.normal(size=50), generator.normal(size=50) + 1j * generator.normal(size=50)
    found = largest_sum(np.array([real, complex_one.real, complex_one.imag]), np.array([0.7, 1.3, -1.0]))
    assert found == pytest.approx(np.max(0.7 * np.abs(real) + 1.3 * np.abs(complex_one)), rel=1e-13)
    assert largest_sum(np.zeros((1, 4)), np.zeros(1)) == 0.0
