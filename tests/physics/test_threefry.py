"""Random numbers: published vectors, exact ends, distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from dnsp_reference import KEY
from scipy import stats

from vlab.physics.threefry import _exponential, draw, threefry


@pytest.mark.parametrize(("counter", "key", "expected"), [
    ((0, 0), (0, 0), (0xC2B6E3A8C2C69865, 0x6F81ED42F350084D)),
    ((2**64 - 1, 2**64 - 1), (2**64 - 1, 2**64 - 1), (0xE02CB7C4D95D277A, 0xD06633D0893B8B68)),
    ((0x243F6A8885A308D3, 0x13198A2E03707344), (0xA4093822299F31D0, 0x082EFA98EC4E6C89),
     (0x263C7D30BB0F0AF1, 0x56BE8361D3311526)),
])
def test_threefry_known_answers(counter: tuple[int, int], key: tuple[int, int], expected: tuple[int, int]) -> None:
    """The vectors of Random123 (kat_vectors, threefry2x64 with 20 rounds)."""
    assert threefry(key, *counter) == expected


def test_draws_are_logarithms_of_the_words() -> None:
    waiting, choice = np.empty(64), np.empty(64, np.int64)
    draw(np.uint64(KEY[0]), np.uint64(KEY[1]), np.uint64(5), np.uint64(1000), waiting, choice)
    words = [threefry(KEY, 1000 + j, 5) for j in range(64)]
    expected = [-math.log(((first >> 12) + 0.5) * 2.0**-52) for first, _ in words]
    np.testing.assert_allclose(waiting, expected, rtol=1e-15)
    assert choice.tolist() == [second >> 1 for _, second in words]


@pytest.mark.parametrize("k", [0, 1, 2**51 - 1, 2**51, 3184525836262886, 2**52 - 2, 2**52 - 1])
def test_exponential_at_the_ends(k: int) -> None:
    below_one = 2**52 - k - 0.5
    expected = -math.log1p(-below_one * 2.0**-52) if k > 2**51 else -math.log((k + 0.5) * 2.0**-52)
    assert _exponential(np.uint64(k << 12)) == pytest.approx(expected, rel=4e-16)


def test_draws_are_exponential_and_uniform() -> None:
    waiting, choice = np.empty(200_000), np.empty(200_000, np.int64)
    draw(np.uint64(1), np.uint64(2), np.uint64(0), np.uint64(0), waiting, choice)
    assert stats.kstest(waiting, "expon").pvalue > 1e-3
    assert stats.kstest(choice / 2.0**63, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(waiting, choice)[0, 1]) < 4.0 / math.sqrt(waiting.size)
    assert abs(np.corrcoef(waiting[1:], waiting[:-1])[0, 1]) < 4.0 / math.sqrt(waiting.size)
