"""Saturation with power and Hanle widths from synthetic curves whose answers are known."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlab.analysis.hanle import hanle_width
from vlab.analysis.saturation import fit_saturation
from vlab.errors import DataError
from vlab.physics.spin_limits import excitation_from_power, zero_frequency_signal_fast_trion


@given(st.floats(0.05, 300.0))
def test_k_is_recovered(k):
    power = np.linspace(0.0, 1.0, 21) ** 2
    s = excitation_from_power(power)
    fit = fit_saturation(power, k * s / (1 + k * s) / np.pi)
    assert fit.k == pytest.approx(k, rel=1e-4)
    np.testing.assert_allclose(fit.curve(power), k * s / (1 + k * s) / np.pi, atol=1e-6)


def test_it_is_eq15():
    power = np.linspace(0.01, 1.0, 30)
    q = np.cos(0.5 * np.pi * np.sqrt(power))
    signal = zero_frequency_signal_fast_trion(q, 5.2e-6, 8e-9, 0.4e-9, 13.2e-9)
    fit = fit_saturation(power, signal)
    assert fit.lifetime_ratio(5.2e-6, 13.2e-9) == pytest.approx(20.0, rel=1e-5)
    assert "tau_s^T / tau_0 = 20" in fit.trion_sentence(5.2e-6, 13.2e-9)
    assert "tau_s is longer" in fit.trion_sentence(1e-9, 13.2e-9)


def test_errors_are_right():
    rng, power = np.random.default_rng(1), np.linspace(0.0, 1.0, 25)
    s = excitation_from_power(power)
    pulls = []
    for _ in range(200):
        fit = fit_saturation(power, 3.0 * s / (1 + 3.0 * s) / np.pi + 1e-3 * rng.normal(size=power.size))
        pulls.append((fit.k - 3.0) / fit.k_error)
    assert abs(np.mean(pulls)) < 0.3
    assert np.std(pulls) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize(("power", "signal"), [([0.1, 0.2], [0.1, 0.2]), ([0.1, 0.2, 0.3], [0.1, 0.2, np.nan]),
                                               ([0.1, 0.2, 0.3], [0.0, 0.0, 0.0]), ([], [])])
def test_saturation_refusals(power, signal):
    with pytest.raises(DataError, match="The fit of the saturation wants"):
        fit_saturation(power, signal)


@given(width=st.floats(0.5, 20.0), centre=st.floats(-0.5, 0.5))
def test_a_lorentzian_has_its_width(width, centre):
    b = np.linspace(-5 * width, 5 * width, 401)
    found = hanle_width(1e-3 * b, 0.1 / (1 + ((b - centre) / width) ** 2))
    assert found.half_width.m_as("mT") == pytest.approx(width, rel=2e-3)
    assert found.centre.m_as("mT") == pytest.approx(centre, abs=0.01 * width)
    assert found.sides == 2


def test_one_side_and_higher_resonances_elsewhere():
    b = np.linspace(0.0, 30.0, 301)
    y = 0.1 / (1 + b**2) + 0.2 / (1 + (b - 20.0) ** 2)
    found = hanle_width(1e-3 * b[::-1], y[::-1])
    assert found.half_width.m_as("mT") == pytest.approx(1.0, rel=0.02)
    assert found.sides == 1
    assert "from one side" in str(found)


@pytest.mark.parametrize(("field", "signal"), [([0, 1], [1, 0]), (np.arange(6.0), np.ones(6)),
                                               (np.arange(6.0), np.full(6, np.nan)), ([], [])])
def test_hanle_refusals(field, signal):
    with pytest.raises(DataError, match=r"width of a Hanle curve|no field was measured"):
        hanle_width(field, signal)


@pytest.mark.parametrize("seed", range(6))
def test_noise_does_not_narrow_a_hanle_curve(seed):
    b = np.arange(-100.0, 101.0, 2.0)
    y = 0.1 / (1 + (b / 34.0) ** 2) + np.random.default_rng(seed).normal(0.0, 0.008, b.size)
    assert hanle_width(1e-3 * b, y).half_width.m_as("mT") == pytest.approx(34.0, rel=0.2)


@pytest.mark.parametrize(("step", "noise"), [(2.0, 0.002), (2.0, 0.008), (5.0, 0.002), (2.0, 0.0005)])
@pytest.mark.slow
def test_errors_of_a_hanle_curve_are_its_scatter(step, noise):
    b, found = np.arange(-100.0, 100.1, step), []
    for seed in range(40):
        y = 0.1 / (1 + (b / 34.0) ** 2) + np.random.default_rng(seed).normal(0.0, noise, b.size)
        one = hanle_width(1e-3 * b, y)
        found.append([one.half_width.m_as("mT"), one.centre.m_as("mT"), one.maximum, one.half_width_error.m_as("mT"),
                      one.centre_error.m_as("mT"), one.maximum_error])
    found = np.array(found)
    ratios = np.median(found[:, 3:], axis=0) / found[:, :3].std(axis=0, ddof=1)
    assert (ratios > 0.6).all(), ratios
    assert (ratios < [1.6, 1.6, 1.9]).all(), ratios  # where smoothing sets in, the maximum is told with care
    assert re.search(r"half maximum [\d.]+\([\d.]+\) mT, centre -?[\d.]+\([\d.]+\) mT, .*read off", str(one))
    again = hanle_width(1e-3 * b, y)
    assert again.half_width_error == one.half_width_error


def test_few_points_do_not_tell_the_error_of_a_hanle_curve():
    b = np.linspace(-100.0, 100.0, 11)
    found = hanle_width(1e-3 * b, 0.1 / (1 + (b / 34.0) ** 2))
    assert np.isnan(found.half_width_error.m)
    assert str(found).endswith("(read off)")
