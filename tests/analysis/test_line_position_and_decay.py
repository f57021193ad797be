"""Line positions through a lock-in's pole, and exponential decays."""

import numpy as np
import pytest

from vlab.analysis.exponential_decay import fit_decay
from vlab.analysis.line_position import line_position
from vlab.errors import DataError

GRID = np.arange(-10.0, 4.0, 0.1)


def scanned(x, position, dwells, noise=0.0, seed=0):
    """A line of width 1 and height 0.9, read step by step through one pole."""
    seen, y = 0.0, []
    for here in x:
        light = 0.9 / (1.0 + (2.0 * (here - position)) ** 2)
        seen += (light - seen) * (1.0 - np.exp(-dwells))
        y.append(seen)
    return np.array(y) + noise * np.random.default_rng(seed).standard_normal(x.size)


@pytest.mark.parametrize("dwells", [0.3, 1.0, 2.0, 10.0])
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("position", [-7.93, -0.02, 2.5])
def test_the_lag_of_the_filter_shifts_nothing(dwells, way, position):
    x = GRID[::way]
    found = line_position(x, scanned(x, position, dwells), dwells)
    assert found.position == pytest.approx(position, abs=2e-3)  # the filter began at zero, not at the wing
    assert found.width == pytest.approx(1.0, abs=1e-2)
    assert found.height == pytest.approx(0.9, abs=1e-2)


def test_errors_cover():
    pulls = [(found.position + 3.0) / found.position_error for found in (
        line_position(GRID, scanned(GRID, -3.0, 2.0, 0.1, seed), 2.0) for seed in range(60))]
    assert 0.7 < np.std(pulls) < 1.4
    assert abs(np.mean(pulls)) < 0.5


@pytest.mark.parametrize(("x", "y", "says"), [
    (GRID[:5], np.ones(5), "at least 8 points"),
    (GRID, np.zeros(GRID.size), "no line"),
    (GRID, np.full(GRID.size, np.nan), "finite"),
    (GRID, np.random.default_rng(1).standard_normal(GRID.size), "no line"),
    (GRID, np.ones(3), "as many of both"),
])
def test_no_line_is_told_in_a_sentence(x, y, says):
    with pytest.raises(DataError, match=says):
        line_position(x, y, 2.0)


@pytest.mark.parametrize("amplitude", [7.5, -7.5, 1e-6])
@pytest.mark.parametrize("rate", [1e-3, 0.035, 4.0])
def test_an_exact_decay(amplitude, rate):
    t = np.array([0.0, *np.geomspace(0.02, 3.0, 9)]) / rate
    fit = fit_decay(t, amplitude * np.exp(-rate * t))
    assert fit.rate == pytest.approx(rate, rel=1e-7)
    assert fit.amplitude == pytest.approx(amplitude, rel=1e-7)
    np.testing.assert_allclose(fit.curve(t), amplitude * np.exp(-rate * t), rtol=1e-5)
    assert "lifetime" in str(fit)


def test_errors_of_the_rate_cover():
    t, random = np.linspace(0.0, 100.0, 12), np.random.default_rng(2)
    fits = [fit_decay(t, 8.0 * np.exp(-0.035 * t) + 0.1 * random.standard_normal(12)) for _ in range(80)]
    pulls = [(fit.rate - 0.035) / fit.rate_error for fit in fits]
    assert 0.7 < np.std(pulls) < 1.5


@pytest.mark.parametrize(("t", "y"), [
    ([0.0, 1.0], [1.0, 0.5]),
    ([0.0, 1.0, 2.0], [0.0, 0.0, 0.0]),
    ([0.0, 1.0, 2.0], [1.0, np.nan, 0.2]),
    ([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 4.0, 8.0]),
    ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0]),
])
def test_what_does_not_decay_is_told_in_a_sentence(t, y):
    with pytest.raises(DataError, match="fit of a decay"):
        fit_decay(t, y)
