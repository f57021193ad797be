"""The chain at a fixed detuning: drift, detailed balance, mean first passage by other routes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from dnsp_reference import LATTA, NONCOLLINEAR, UEV, both_models, changed, coarse, either_pump, generator
from scipy import stats
from scipy.linalg import solve_banded

from vlab.physics import dnsp_rate
from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_chain import (
    first_passage,
    flip_rates,
    polarizations,
    stationary_law,
    stationary_moments,
)


@both_models
@pytest.mark.parametrize("nuclei", [1, 2, 7, 1000])
@pytest.mark.parametrize("detuning", [-2.0, 0.0, 0.3, 20.0])
def test_drift_is_eq13(model: RateModel, nuclei: int, detuning: float) -> None:
    up, down = flip_rates(model, detuning * UEV, nuclei)
    p = polarizations(nuclei)
    delta = detuning * UEV - model.k * p
    eq13 = dnsp_rate.pumping(delta, model.gamma_p, model.a, model.b, model.c) - model.gamma_dec * p
    np.testing.assert_allclose((2.0 / nuclei * (up - down))[1:-1], eq13[1:-1], rtol=0.0, atol=1e-15)
    assert up[-1] == down[0] == 0.0


@both_models
@either_pump
def test_flip_rates_are_those_of_the_notes(model: RateModel, saturation: bool) -> None:
    up, down = flip_rates(model, 0.4 * UEV, 50, saturation)
    matrix = generator(model, 0.4 * UEV, 50, saturation)
    np.testing.assert_allclose(up[:-1], np.diag(matrix, -1), rtol=1e-12)
    np.testing.assert_allclose(down[1:], np.diag(matrix, 1), rtol=1e-12)


@both_models
@either_pump
@pytest.mark.parametrize("nuclei", [1, 60, 100_000])
def test_stationary_law_obeys_detailed_balance(model: RateModel, saturation: bool, nuclei: int) -> None:
    law = stationary_law(model, 0.4 * UEV, nuclei, saturation)
    up, down = flip_rates(model, 0.4 * UEV, nuclei, saturation)
    assert law.sum() == pytest.approx(1.0, rel=1e-12)
    forth, back = law[:-1] * up[:-1], law[1:] * down[1:]
    seen = forth > 1e-290
    np.testing.assert_allclose(forth[seen], back[seen], rtol=1e-7 if nuclei > 1000 else 1e-12)
    if nuclei == 60:
        assert np.abs(generator(model, 0.4 * UEV, nuclei, saturation) @ law).max() < 1e-13


def test_stationary_law_in_the_dark_is_binomial() -> None:
    dark = changed(LATTA, a=0.0, b=0.0)
    law = stationary_law(dark, 0.0, 300)
    np.testing.assert_allclose(law, stats.binom.pmf(np.arange(301), 300, 0.5), rtol=1e-10)
    mean, variance = stationary_moments(dark, 0.0, 300)
    assert mean == pytest.approx(0.0, abs=1e-14)
    assert variance == pytest.approx(1.0 / 300.0, rel=1e-12)


def test_stationary_law_needs_a_chain_in_one_piece() -> None:
    with pytest.raises(ValueError, match="rate is zero"):
        stationary_law(changed(LATTA, a=0.0, gamma_dec=0.0), 0.0, 10)


@both_models
@either_pump
@pytest.mark.parametrize(("p_from", "p_to"), [(-0.2, 0.4), (0.4, -0.2), (-1.0, 1.0), (0.1, 0.1)])
def test_first_passage_solves_the_linear_system(model: RateModel, saturation: bool, p_from: float, p_to: float) -> None:
    nuclei = 30
    matrix = generator(model, 0.3 * UEV, nuclei, saturation)
    n_from, n_to = (round(0.5 * nuclei * (1 + p)) for p in (p_from, p_to))
    others = [n for n in range(nuclei + 1) if n != n_to]
    times = dict(zip(others, np.linalg.solve(-matrix[np.ix_(others, others)].T, np.ones(nuclei)), strict=True))
    expected = times.get(n_from, 0.0)
    assert first_passage(model, 0.3 * UEV, nuclei, p_from, p_to, saturation) == pytest.approx(expected, rel=1e-7)


@either_pump
@pytest.mark.parametrize(("model", "p_from", "p_to"), [
    (LATTA, 0.05, -0.05), (LATTA, -0.2, 0.0), (LATTA, 0.2, 0.0), (NONCOLLINEAR, -0.05, 0.05), (NONCOLLINEAR, -0.2, 0.0),
])
def test_first_passage_of_many_nuclei_by_a_banded_solve(model: RateModel, saturation: bool, p_from: float,
                                                        p_to: float) -> None:
    """(up + down) T_n = 1 + up T_(n+1) + down T_(n-1), T = 0 at the goal, by scipy where it keeps ten digits."""
    nuclei, x, model = 2000, 0.4 * UEV, coarse(model)
    n_from, n_to = (round(0.5 * nuclei * (1.0 + p)) for p in (p_from, p_to))
    up, down = flip_rates(model, x, nuclei, saturation)
    inside = np.arange(n_to) if n_from < n_to else np.arange(n_to + 1, nuclei + 1)
    up, down = up[inside], down[inside]
    bands = np.zeros((3, inside.size))
    bands[0, 1:], bands[1], bands[2, :-1] = -up[:-1], up + down, -down[1:]
    expected = solve_banded((1, 1), bands, np.ones(inside.size))[n_from - inside[0]]
    assert first_passage(model, x, nuclei, p_from, p_to, saturation) == pytest.approx(expected, rel=1e-9)


def test_first_passage_in_the_dark() -> None:
    """From P = 1 to the first flip: 1 / (gamma_dec N / 2)."""
    dark = changed(LATTA, a=0.0, b=0.0)
    assert first_passage(dark, 0.0, 50, 1.0, 0.96) == pytest.approx(2.0 / (dark.gamma_dec * 50), rel=1e-12)


def test_first_passage_where_there_is_no_way() -> None:
    down_only = changed(LATTA, a=0.0, gamma_dec=0.0)
    assert first_passage(down_only, 0.0, 20, 0.0, 0.5) == math.inf
    assert 0.0 < first_passage(down_only, 0.0, 20, 0.5, 0.0) < math.inf
