"""Stochastic nuclear spins: exact jumps against the exact laws of their chain and against eq. 13."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from dnsp_reference import (
    KEY,
    LATTA,
    NONCOLLINEAR,
    UEV,
    both_models,
    changed,
    chi_square,
    coarse,
    counted,
    either_pump,
    generator,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from vlab.physics import dnsp_jump_kernel, dnsp_jumps, dnsp_rate
from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_chain import first_passage, flip_rates, stationary_law, stationary_moments
from vlab.physics.dnsp_jump_kernel import jump_ticks
from vlab.physics.dnsp_jumps import JumpState, evolve, many_chains, start, start_many

unhurried = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])


def test_the_red_line_is_the_mirror_image() -> None:
    """x -> -x, P -> -P with a, b -> -a, -b leaves eq. 13 and its odd term as they are."""
    mirrored = changed(NONCOLLINEAR, a=-NONCOLLINEAR.a, b=-NONCOLLINEAR.b)
    law, image = stationary_law(NONCOLLINEAR, 0.7 * UEV, 200), stationary_law(mirrored, -0.7 * UEV, 200)
    np.testing.assert_allclose(image, law[::-1], rtol=1e-9)
    path = evolve(start(0.0, 200, KEY), np.full(1501, -0.7 * UEV), 150.0, mirrored, nuclei=200, key=KEY)
    assert chi_square(counted(path.polarization[1:], 200), image) > 1e-3


@both_models
@either_pump
@pytest.mark.parametrize("detuning", [-0.5, 0.4, 3.0])
def test_stationary_histogram(model: RateModel, saturation: bool, detuning: float) -> None:
    """Samples several relaxation times apart are independent: chi-square against the exact law."""
    nuclei, model = 150, coarse(model)
    matrix = generator(model, detuning * UEV, nuclei, saturation)
    slowest = -np.sort(np.linalg.eigvals(matrix).real)[-2]
    x = np.full(1501, detuning * UEV)
    path = evolve(start(0.0, nuclei, KEY, 4), x, 6.0 / slowest, model, nuclei=nuclei, key=KEY, stream=4,
                  saturation=saturation)
    law = stationary_law(model, detuning * UEV, nuclei, saturation)
    assert chi_square(counted(path.polarization[1:], nuclei), law) > 1e-3
    mean, variance = stationary_moments(model, detuning * UEV, nuclei, saturation)
    assert abs(path.polarization[1:].mean() - mean) < 3.5 * math.sqrt(variance / 1500)
    assert path.polarization[1:].var() == pytest.approx(variance, rel=0.15)
    u = 2.0 * (x - model.k * path.polarization) / model.gamma_p
    np.testing.assert_allclose(path.absorption, 1.0 / (1.0 + u * u), rtol=1e-12)


@both_models
@either_pump
@pytest.mark.parametrize("ends", [(2.0, -2.0), (-1.0, 2.0), (6.0, -30.0)], ids=str)
@pytest.mark.slow
def test_moving_laser(model: RateModel, saturation: bool, ends: tuple[float, float]) -> None:
    """The law of n after a ramp of x, in few coarse ticks, equals the integrated master equation."""
    nuclei, ticks, tick, model = 40, 3, 2.0, coarse(model)
    first, last = ends[0] * UEV, ends[1] * UEV
    begin = np.zeros(nuclei + 1)
    begin[25] = 1.0

    def flow(t: float, law: NDArray[np.float64]) -> NDArray[np.float64]:
        up, down = flip_rates(model, first + (last - first) * t / (ticks * tick), nuclei, saturation)
        flux = up[:-1] * law[:-1] - down[1:] * law[1:]
        return np.append(0.0, flux) - np.append(flux, 0.0)

    after = solve_ivp(flow, (0.0, ticks * tick), begin, rtol=1e-7, atol=1e-10, max_step=0.1).y[:, -1]
    chains = many_chains(start_many(0.25, 2000, nuclei, KEY), np.linspace(first, last, ticks + 1), tick, model,
                         nuclei=nuclei, key=KEY, saturation=saturation)
    assert chi_square(counted(chains.polarization[:, -1], nuclei), after) > 1e-3


@pytest.mark.slow
@both_models
@either_pump
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_bounds_hold_everywhere_in_a_cell(model: RateModel, saturation: bool, sign: float) -> None:
    """What thinning rests on: no rate in a cell is above its bound, none below what is taken for sure."""
    model = changed(model, a=sign * model.a, b=sign * model.b)
    nuclei = 256
    bound, wait = np.empty(256), np.empty(256)
    up_below, unsure = np.empty(256, np.int64), np.empty(256, np.uint64)
    per_u = 0.5 * model.gamma_p
    for width in (1 / 64, 1 / 16, 1.0, 8.0, 500.0):
        for cell in (-100, -3, -1, 0, 1, 2, 40, 1000):
            shift = 2.0 * model.k / (model.gamma_p * nuclei)
            dnsp_jump_kernel._tabulate(0, cell * width, width, shift, nuclei, model.a, model.b, model.c,
                                       model.gamma_dec, saturation, bound, wait, up_below, unsure)
            for part in np.linspace(0.0, 1.0, 41):
                up, down = (r[:256] for r in flip_rates(model, (cell + part) * width * per_u, nuclei, saturation))
                assert (up + down <= bound).all()
                assert (up_below / 2.0**63 * bound <= up).all()
                assert ((1.0 - (up_below + unsure.astype(float)) / 2.0**63) * bound <= down + 1e-14 * bound).all()
            if width == 1 / 64:
                assert (unsure / 2.0**63).mean() < 0.05


def stepwise(state: JumpState, x: NDArray[np.float64], tick: float, model: RateModel, nuclei: int, stream: int,
             draws: list[int]) -> tuple[NDArray[np.float64], list[tuple[float, int]], JumpState]:
    """Carry a chain on in pieces of the given numbers of draws, in turn; return P, each piece's (time, n), the end."""
    polarization, absorption = np.full(x.size, np.nan), np.full(x.size, np.nan)
    n, threshold, counter, i, t = state.up, state.threshold, np.uint64(state.counter), 0, 0.0
    pieces: list[tuple[float, int]] = []
    while i < x.size - 1:
        n, threshold, counter, i, t, _ = jump_ticks(
            n, threshold, np.uint64(counter), i, t, x, tick, nuclei, model.k, model.gamma_p, model.a, model.b, model.c,
            model.gamma_dec, False, np.uint64(KEY[0]), np.uint64(KEY[1]), np.uint64(stream),
            draws[len(pieces) % len(draws)], polarization, absorption)
        pieces.append((i * tick + t, n))
    return polarization, pieces, JumpState(n, threshold, int(counter))


@pytest.mark.slow
def test_first_passage_in_simulation() -> None:
    """The mean of 400 first arrivals, drawn one jump at a time, is within 3 sigma of the exact one."""
    nuclei, chains, x, model = 20, 400, np.full(2, 0.3 * UEV), coarse(NONCOLLINEAR)
    times = []
    for stream in range(chains):
        _, pieces, _ = stepwise(start(-0.2, nuclei, KEY, stream), x, 200.0, model, nuclei, stream, [1])
        times.append(next(t for t, n in pieces if n == 12))
    exact = first_passage(model, x[0], nuclei, -0.2, 0.2)
    assert abs(np.mean(times) - exact) < 3.0 * np.std(times) / math.sqrt(chains)


@both_models
def test_many_nuclei_go_over_into_eq13(model: RateModel) -> None:
    """The scatter about the rate equation's trajectory falls as 1 / sqrt(N) in a scan that drags."""
    x = np.linspace(1.5, -1.0, 81) * UEV
    expected = dnsp_rate.evolve(0.0, x, 0.1, **vars(model))[0]
    scatter = []
    for nuclei, chains in ((10_000, 80), (100_000, 40), (1_000_000, 10)):
        paths = many_chains(start_many(0.0, chains, nuclei, KEY), x, 0.1, model, nuclei=nuclei, key=KEY)
        error = paths.polarization - expected
        scatter.append(math.sqrt(nuclei * (error[:, 1:] ** 2).mean()))
    assert max(scatter) < 1.4 * min(scatter)


X_MIXED = np.concatenate([np.linspace(2.0, -2.0, 60), np.full(60, 0.4), [40.0, -40.0, 0.5, 0.5, 0.4999]]) * UEV


@both_models
@either_pump
def test_grouping_of_ticks_changes_no_bit(model: RateModel, saturation: bool) -> None:
    x, nuclei = X_MIXED, 3000
    whole = evolve(start(0.0, nuclei, KEY), x, 0.4, model, nuclei=nuclei, key=KEY, saturation=saturation)
    assert whole.flips > 1000

    @unhurried
    @given(st.sets(st.integers(1, x.size - 2), max_size=20))
    def cut_up(cuts: set[int]) -> None:
        state, flips = start(0.0, nuclei, KEY), 0
        for first, last in pairwise([0, *sorted(cuts), x.size - 1]):
            part = evolve(state, x[first:last + 1], 0.4, model, nuclei=nuclei, key=KEY, saturation=saturation)
            assert np.array_equal(part.polarization, whole.polarization[first:last + 1])
            assert np.array_equal(part.absorption, whole.absorption[first:last + 1])
            state, flips = part.state, flips + part.flips
        assert state == whole.state
        assert flips == whole.flips

    cut_up()
    cut_up.hypothesis.inner_test(set(range(1, x.size - 1)))


def test_pieces_of_any_number_of_draws_change_no_bit() -> None:
    nuclei = 3000
    whole = evolve(start(0.0, nuclei, KEY), X_MIXED, 0.4, NONCOLLINEAR, nuclei=nuclei, key=KEY)

    @unhurried
    @given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
    def in_pieces(draws: list[int]) -> None:
        polarization, _, end = stepwise(start(0.0, nuclei, KEY), X_MIXED, 0.4, NONCOLLINEAR, nuclei, 0, draws)
        assert np.array_equal(polarization, whole.polarization)
        assert end == whole.state

    in_pieces()
    in_pieces.hypothesis.inner_test([1])


def test_a_long_call_is_made_of_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = evolve(start(0.0, 500, KEY), X_MIXED, 1.0, LATTA, nuclei=500, key=KEY)
    monkeypatch.setattr(dnsp_jumps, "_PIECE", 37)
    pieces = evolve(start(0.0, 500, KEY), X_MIXED, 1.0, LATTA, nuclei=500, key=KEY)
    assert np.array_equal(pieces.polarization, whole.polarization)
    assert (pieces.state, pieces.flips) == (whole.state, whole.flips)


@pytest.mark.parametrize("detuning", [0.0, 500.0])
def test_zero_rates_flip_nothing(detuning: float) -> None:
    still = changed(LATTA, a=0.0, b=0.0, gamma_dec=0.0)
    begin = start(0.3, 1000, KEY)
    path = evolve(begin, np.linspace(-1.0, 1.0, 50) * detuning * UEV, 1.0, still, nuclei=1000, key=KEY)
    assert (path.polarization == 0.3).all()
    assert (path.state, path.flips) == (begin, 0)


@pytest.mark.parametrize(("pump", "end"), [({"a": 0.5, "b": 0.0}, 1.0), ({"a": 0.0, "b": 0.5}, -1.0)])
@either_pump
def test_the_chain_ends_at_full_polarization(pump: dict[str, float], end: float, saturation: bool) -> None:
    model = changed(LATTA, gamma_dec=0.0, k=0.0, **pump)
    path = evolve(start(0.0, 100, KEY), np.zeros(101), 1.0, model, nuclei=100, key=KEY, saturation=saturation)
    assert path.polarization[-1] == end
    assert path.flips == 50


def test_saturation_slows_the_mean_exponentially() -> None:
    """With the factor 1 - P and K = 0 the mean obeys dP/dt = a (1 - P) exactly; without it, dP/dt = a."""
    model = changed(LATTA, a=0.05, b=0.0, gamma_dec=0.0, k=0.0)
    t = np.arange(11.0)
    for saturation, expected in ((True, 1.0 - np.exp(-0.05 * t)), (False, 0.05 * t)):
        chains = many_chains(start_many(0.0, 400, 400, KEY), np.zeros(11), 1.0, model, nuclei=400, key=KEY,
                             saturation=saturation)
        error = np.sqrt(chains.variance() / 400)
        assert (np.abs(chains.mean() - expected) <= 4.0 * error).all()


def test_many_chains_are_single_chains() -> None:
    x = np.linspace(1.0, -1.0, 6) * UEV
    chains = many_chains(start_many(0.1, 5, 100, KEY), x, 3.0, LATTA, nuclei=100, key=KEY)
    for i in range(5):
        path = evolve(start(0.1, 100, KEY, i), x, 3.0, LATTA, nuclei=100, key=KEY, stream=i)
        assert np.array_equal(chains.polarization[i], path.polarization)
        assert chains.states[i] == path.state
    assert np.unique(chains.polarization[:, -1]).size > 1
    np.testing.assert_allclose(chains.mean(), chains.polarization.mean(axis=0))
    histogram = chains.histogram([-1.0, 0.0, 1.0])
    assert histogram.shape == (6, 2)
    assert (histogram.sum(axis=1) == 5).all()


def test_one_boundary_is_no_time() -> None:
    begin = start(0.25, 8, KEY)
    path = evolve(begin, [LATTA.k * 0.25], 0.01, LATTA, nuclei=8, key=KEY)
    assert path.polarization.tolist() == [0.25]
    assert path.absorption.tolist() == [1.0]
    assert path.state == begin


@pytest.mark.parametrize("wrong", [
    {"x": []}, {"x": [[0.0, 1.0]]}, {"x": [0.0, math.nan]}, {"x": [0.0, math.inf]}, {"x": [0.0, 1e30]}, {"tick": 0.0},
    {"tick": math.nan},
    {"model": changed(LATTA, gamma_p=0.0)}, {"model": changed(LATTA, k=math.nan)},
    {"model": changed(LATTA, gamma_dec=-1.0)}, {"state": JumpState(11, 1.0, 0)}, {"state": JumpState(-1, 1.0, 0)},
], ids=str)
def test_evolve_refuses(wrong: dict[str, object]) -> None:
    good = {"state": JumpState(5, 1.0, 0), "x": [0.0, 0.0], "tick": 0.01, "model": LATTA}
    with pytest.raises(ValueError, match="must be"):
        evolve(**(good | wrong), nuclei=10, key=KEY)


@pytest.mark.parametrize(("p", "nuclei"), [(1.1, 10), (math.nan, 10), (0.0, 0)])
def test_start_refuses(p: float, nuclei: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        start(p, nuclei, KEY)
