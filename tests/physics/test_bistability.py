"""Fixed points, folds and locking points of the rate model (eqs. 13 to 15, figure S4)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, minimize_scalar

from vlab.physics.bistability import (
    FixedPoint,
    RateModel,
    basins,
    fixed_points,
    folds,
    largest_negative_polarization,
    locking_points,
)
from vlab.physics.dnsp_rate import evolve, pumping
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
UEV = 1.602176634e-25 / HBAR


def sample_a(name: str) -> RateModel:
    """Return sample A's rates at Omega = Gamma and 4.5 T."""
    specimen = DotSpecimen(QuantumDot.sample_a(name))
    return specimen.rates(2.0 * specimen.dot.si("saturation_power"), 0.5, 4.5)


LATTA, NONCOLLINEAR = sample_a("latta2009"), sample_a("noncollinear")
both_models = pytest.mark.parametrize("model", [LATTA, NONCOLLINEAR], ids=["latta2009", "noncollinear"])

pumps = st.one_of(st.just(0.0), st.floats(1e-6, 0.05))
models = st.builds(
    lambda k, gamma_p, a, b, c, gamma_dec: RateModel(k * UEV, gamma_p * UEV, a, b, c, gamma_dec),
    st.one_of(st.floats(5.0, 200.0), st.floats(-200.0, -5.0)), st.floats(0.3, 5.0), pumps, pumps,
    st.builds(float.__mul__, st.sampled_from([-1.0, 1.0]), pumps), st.floats(0.005, 0.5),
)


def pumped(model: RateModel, delta: float) -> float:
    return float(pumping(delta, model.gamma_p, model.a, model.b, model.c))


def slope(model: RateModel, delta: float) -> float:
    """df/ddelta by a central difference of fourth order."""
    h = 1e-3 * model.gamma_p
    near, far = (pumped(model, delta + n * h) - pumped(model, delta - n * h) for n in (1, 2))
    return (8.0 * near - far) / (12.0 * h)


def bare(model: RateModel, delta: float) -> float:
    """x = delta + (K / gamma_dec) f(delta), where dP/dt = 0."""
    return delta + model.k / model.gamma_dec * pumped(model, delta)


def brute_force(model: RateModel, x: float) -> list[float]:
    """Effective detunings of the fixed points: sign changes on a fine grid around the line, refined by brentq."""
    reach = abs(x) + 1.1 * abs(model.k) / model.gamma_dec * (model.a + model.b + abs(model.c)) + model.gamma_p
    grid = 0.05 * model.gamma_p * np.sinh(np.linspace(-1.0, 1.0, 40_000) * np.arcsinh(20.0 * reach / model.gamma_p))
    excess = grid + model.k / model.gamma_dec * pumping(grid, model.gamma_p, model.a, model.b, model.c) - x
    changes = np.flatnonzero(np.sign(excess[:-1]) != np.sign(excess[1:]))
    return [brentq(lambda d: bare(model, d) - x, grid[i], grid[i + 1], xtol=1e-13 * model.gamma_p) for i in changes]


@both_models
@pytest.mark.parametrize("ratio", [1.01, 1.5, 2.02, 10.0])
def test_eq13_locking_points_without_odd_term(model: RateModel, ratio: float) -> None:
    """delta_lock = (Gamma_p / 2) sqrt(b/a - 1); on the red side of the line stable, on the blue side not."""
    even = replace(model, b=ratio * model.a, c=0.0)
    unstable, stable = locking_points(even)
    lock = 0.5 * model.gamma_p * np.sqrt(ratio - 1.0)
    assert stable.delta == pytest.approx(lock, rel=1e-12)
    assert unstable.delta == pytest.approx(-lock, rel=1e-12)
    assert stable.absorption == pytest.approx(1.0 / ratio, rel=1e-12)
    assert stable.x == stable.delta
    assert (unstable.stable_at_frozen_polarization, stable.stable_at_frozen_polarization) == (
        slope(even, -lock) > 0.0, slope(even, lock) > 0.0) == (False, True)


def test_eq13_does_not_lock_when_the_overhauser_term_is_weaker() -> None:
    """b < a: f is positive everywhere, as below Omega/Gamma ~ 0.5."""
    assert locking_points(replace(LATTA, b=0.9 * LATTA.a)) == []


def test_reference_parameters_lock_near_half_absorption() -> None:
    """The theory notes' table: w = a/b ~ 0.5 at the start of a drag."""
    _, stable = locking_points(LATTA)
    assert stable.absorption == pytest.approx(2.3e-11 / (1.08e-19 * 0.85 * UEV / 3.0), rel=1e-9)
    assert stable.absorption == pytest.approx(0.5, abs=0.01)


@unhurried
@given(models)
def test_locking_points_with_odd_term(model: RateModel) -> None:
    """f = 0 at the roots of a u^2 + 2 c u + (a - b) = 0, u = 2 delta / Gamma_p."""
    found = [2.0 * point.delta / model.gamma_p for point in locking_points(model)]
    quarter = model.c**2 - model.a * (model.a - model.b)
    if model.a > 1e-4 and quarter > 1e-9:
        expected = [(-model.c + sign * np.sqrt(quarter)) / model.a for sign in (-1.0, 1.0)]
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    elif quarter < -1e-12:
        assert found == []


def test_locking_points_of_the_odd_term_alone() -> None:
    """a = b = 0 leaves one locking point, on the line; alpha_NC > 0 makes it stable, the red line's K repels."""
    odd = replace(NONCOLLINEAR, a=0.0, b=0.0)
    [point] = locking_points(odd)
    assert point.delta == pytest.approx(0.0, abs=1e-9 * odd.gamma_p)
    assert point.stable
    assert point.stable_at_frozen_polarization
    [repelled] = locking_points(replace(odd, k=-odd.k))
    assert not repelled.stable
    [flipped] = locking_points(replace(odd, c=-odd.c))
    assert not flipped.stable
    assert not flipped.stable_at_frozen_polarization


def test_locking_points_without_light() -> None:
    dark = replace(LATTA, a=0.0, b=0.0)
    assert locking_points(dark, 0.1) == []


@pytest.mark.parametrize("gamma_dec", [0.0, 1e-9])
def test_locking_points_at_p0_do_not_need_decay(gamma_dec: float) -> None:
    """f(delta) = gamma_dec P at P = 0 does not contain gamma_dec."""
    deltas = [point.delta for point in locking_points(replace(LATTA, gamma_dec=gamma_dec))]
    np.testing.assert_allclose(deltas, [point.delta for point in locking_points(LATTA)], rtol=1e-12)


@both_models
@pytest.mark.parametrize("polarization", [-0.3, -0.1, -0.01, 0.005, 0.02, 0.1, 0.3])
def test_figure_s4_locking_points_at_frozen_polarization(model: RateModel, polarization: float) -> None:
    """f(delta) = gamma_dec P, all of them, at x = delta + K P."""
    grid = np.sort(np.concatenate([[0.0], np.geomspace(1e-4, 1e3, 20_000), -np.geomspace(1e-4, 1e3, 20_000)]))
    excess = pumping(grid * model.gamma_p, model.gamma_p, model.a, model.b, model.c) - model.gamma_dec * polarization
    found = locking_points(model, polarization)
    assert len(found) == np.count_nonzero(np.diff(np.sign(excess)))
    for point in found:
        assert pumped(model, point.delta) == pytest.approx(model.gamma_dec * polarization, abs=1e-14)
        assert point.polarization == polarization
        assert point.x == pytest.approx(point.delta + model.k * polarization, rel=1e-14)
        assert point.stable_at_frozen_polarization == (slope(model, point.delta) > 0.0)
        assert point.stable == (-model.k * slope(model, point.delta) - model.gamma_dec < 0.0)


def s4_stable(model: RateModel, polarization: float) -> list[FixedPoint]:
    return [point for point in locking_points(model, polarization) if point.stable_at_frozen_polarization]


def test_figure_s4_has_two_stable_points_below_a_critical_polarization() -> None:
    """Two for 0 < P < a^2 / (4 b gamma_dec), none above, one for P <= 0 down to eq. 14's limit."""
    critical = LATTA.a**2 / (4.0 * LATTA.b * LATTA.gamma_dec)
    for part in (1e-4, 0.1, 0.5, 0.9, 1.0 - 1e-6):
        blue, red = s4_stable(LATTA, part * critical)
        assert blue.delta < 0.0 < red.delta
    for part in (1.0 + 1e-6, 1.1, 3.0):
        assert s4_stable(LATTA, part * critical) == []
    for polarization in (0.0, -1e-3, -0.99 * largest_negative_polarization(LATTA)):
        [only] = s4_stable(LATTA, polarization)
        assert only.delta > 0.0
    assert s4_stable(LATTA, -1.01 * largest_negative_polarization(LATTA)) == []


@pytest.mark.parametrize("polarization", [1e-4, 3e-4, 1e-3])
def test_the_two_notions_of_stability_disagree_on_the_weak_outer_flank(polarization: float) -> None:
    """latta2009 at P > 0: on the red outer flank dP/dt falls with delta, but by less than gamma_dec / K."""
    outer = locking_points(LATTA, polarization)[-1]
    assert outer.delta > 0.0
    assert -LATTA.gamma_dec / LATTA.k < slope(LATTA, outer.delta) < 0.0
    assert outer.stable
    assert not outer.stable_at_frozen_polarization


@unhurried
@given(models.filter(lambda model: model.k > 0.0), st.floats(-100.0, 100.0))
def test_stable_at_frozen_polarization_is_stable_at_fixed_laser(model: RateModel, x: float) -> None:
    """With K > 0, f' > 0 makes -K f' - gamma_dec negative: the disagreement has one direction only."""
    assert all(point.stable for point in fixed_points(model, x * UEV) if point.stable_at_frozen_polarization)


@unhurried
@given(models, st.floats(-100.0, 100.0))
def test_fixed_points_against_brute_force(model: RateModel, detuning: float) -> None:
    """x = delta + (K / gamma_dec) f(delta): none is missed and none invented."""
    x = detuning * UEV
    found = fixed_points(model, x)
    deltas = np.array([point.delta for point in found])
    assert (np.diff(deltas) > 0.0).all()
    for expected in brute_force(model, x):
        assert np.abs(deltas - expected).min() < 1e-7 * model.gamma_p + 1e-12 * abs(expected)
    scale = abs(x) + abs(model.k) / model.gamma_dec * (model.a + model.b + abs(model.c)) + model.gamma_p
    for point in found:
        assert bare(model, point.delta) == pytest.approx(x, abs=1e-13 * scale)
        assert point.x == pytest.approx(x, abs=1e-13 * scale)
        assert point.polarization == pytest.approx(pumped(model, point.delta) / model.gamma_dec, abs=1e-12)
        assert point.delta == pytest.approx(point.x - model.k * point.polarization, abs=1e-13 * scale)
        assert point.absorption == pytest.approx(1.0 / (1.0 + (2.0 * point.delta / model.gamma_p) ** 2), rel=1e-12)
    at_a_fold = any(abs(1.0 + model.k / model.gamma_dec * slope(model, point.delta)) < 1e-4 for point in found)
    assert at_a_fold or len(found) % 2 == 1


@unhurried
@given(models)
def test_folds_are_the_extrema_of_the_bare_detuning(model: RateModel) -> None:
    """dx/ddelta = 0: none missed on a fine grid, each a root of 1 + (K / gamma_dec) f'."""
    found = folds(model)
    grid = 0.5 * model.gamma_p * np.sinh(np.linspace(-7.0, 7.0, 40_001))
    u = 2.0 * grid / model.gamma_p
    w = 1.0 / (1.0 + u * u)
    by_u = 2.0 * w**2 * (model.c - model.a * u) + 4.0 * u * w**3 * (model.b - 2.0 * model.c * u)
    steepness = 1.0 + 2.0 * model.k / (model.gamma_p * model.gamma_dec) * by_u
    for i in np.flatnonzero(np.sign(steepness[:-1]) != np.sign(steepness[1:])):
        assert any(grid[i] - 1e-9 * model.gamma_p <= fold.delta <= grid[i + 1] + 1e-9 * model.gamma_p for fold in found)
    for fold in found:
        flatness = 1.0 + model.k / model.gamma_dec * slope(model, fold.delta)
        assert flatness == pytest.approx(0.0, abs=1e-7 * (1.0 + np.abs(steepness).max()))
        assert fold.x == pytest.approx(bare(model, fold.delta), rel=1e-10, abs=1e-10 * model.gamma_p)


@both_models
def test_folds_by_minimization(model: RateModel) -> None:
    """The folds of sample A are where x(delta) has its local extrema."""
    found = folds(model)
    assert len(found) in (2, 4)
    for fold in found:
        window = (fold.delta - 0.02 * model.gamma_p, fold.delta + 0.02 * model.gamma_p)
        bend = bare(model, window[0]) - 2.0 * fold.x + bare(model, window[1])
        upwards = 1.0 if bend > 0.0 else -1.0
        extremum = minimize_scalar(lambda d, sign=upwards: sign * bare(model, d), bounds=window, method="bounded",
                                   options={"xatol": 1e-9 * model.gamma_p})
        assert extremum.x == pytest.approx(fold.delta, abs=1e-6 * model.gamma_p)


@both_models
def test_the_number_of_fixed_points_changes_by_two_across_a_fold(model: RateModel) -> None:
    for fold in folds(model):
        step = 1e-6 * model.gamma_p
        below, above = len(fixed_points(model, fold.x - step)), len(fixed_points(model, fold.x + step))
        assert abs(above - below) == 2


@both_models
def test_between_folds_the_number_of_fixed_points_stays(model: RateModel) -> None:
    edges = sorted(fold.x for fold in folds(model))
    for outside in (edges[0] - model.gamma_p, edges[-1] + model.gamma_p):
        assert len(fixed_points(model, outside)) == 1
    for left, right in pairwise(edges):
        counts = {len(fixed_points(model, x)) for x in np.linspace(left, right, 13)[1:-1]}
        assert len(counts) == 1


@both_models
@pytest.mark.parametrize("detuning", [-12.0, -3.0, -1.0, 0.0, 1.0, 3.0, 8.0])
def test_stable_at_fixed_laser_means_that_a_disturbance_dies(model: RateModel, detuning: float) -> None:
    """Eq. 13 integrated from beside each fixed point: it comes back or leaves as exp((-K f' - gamma_dec) t)."""
    rates, x = vars(model), detuning * UEV
    for point in fixed_points(model, x):
        growth = -model.k * slope(model, point.delta) - model.gamma_dec
        duration = 1.0 / abs(growth)
        start = 1e-6 * model.gamma_p / abs(model.k)
        end, _ = evolve(point.polarization + start, np.full(201, x), duration / 200, **rates)
        ratio = (end[-1] - point.polarization) / start
        assert ratio == pytest.approx(np.exp(growth * duration), rel=1e-3)
        assert point.stable == (abs(ratio) < 1.0)


def test_eq14_is_where_the_locked_line_reaches_full_absorption() -> None:
    """|P_max^-| = (|alpha_OH| W_peak^2 - alpha_ROH W_peak) / gamma_dec, at delta = 0."""
    limit = largest_negative_polarization(LATTA)
    assert limit == pytest.approx((LATTA.b - LATTA.a) / LATTA.gamma_dec, rel=1e-14)
    deepest = min(locking_points(LATTA, -limit * (1.0 - 1e-9)), key=lambda point: abs(point.delta))
    assert deepest.absorption == pytest.approx(1.0, abs=1e-6)
    assert locking_points(LATTA, -limit * (1.0 + 1e-9)) == []


def test_eq14_is_the_most_negative_fixed_point_of_all_detunings() -> None:
    deepest = min(point.polarization for x in np.linspace(-40.0, 10.0, 2001) for point in fixed_points(LATTA, x * UEV))
    limit = largest_negative_polarization(LATTA)
    assert -limit * (1.0 + 1e-12) <= deepest < -0.99 * limit


def test_eq14_is_zero_where_the_overhauser_term_is_weaker() -> None:
    assert largest_negative_polarization(replace(LATTA, b=0.5 * LATTA.a)) == 0.0


@pytest.mark.parametrize("gamma_dec", [0.0, -0.04, np.nan])
@pytest.mark.parametrize("ask", [lambda model: fixed_points(model, 0.0), lambda model: basins(model, 0.0), folds,
                                 largest_negative_polarization],
                         ids=["fixed_points", "basins", "folds", "largest_negative_polarization"])
def test_without_nuclear_decay_there_are_no_fixed_points(ask: object, gamma_dec: float) -> None:
    with pytest.raises(ValueError, match="gamma_dec must be positive"):
        ask(replace(LATTA, gamma_dec=gamma_dec))


@both_models
@pytest.mark.parametrize("line", [1.0, -1.0], ids=["blue", "red"])
@pytest.mark.parametrize("detuning", [-12.0, -3.0, -1.0, 0.5, 2.5, 8.0])
@pytest.mark.slow
def test_many_starts_end_where_their_basin_says(model: RateModel, line: float, detuning: float) -> None:
    """Eq. 13 from 60 polarizations, integrated by scipy for 25 / gamma_dec."""
    model, x = replace(model, k=line * model.k), detuning * UEV
    found = basins(model, x)
    borders = [basin.upper for basin in found[:-1]]
    starts = np.unique(np.concatenate([np.linspace(-0.8, 0.8, 40), *(b + np.geomspace(1e-4, 0.02, 5) for b in borders),
                                       *(b - np.geomspace(1e-4, 0.02, 5) for b in borders)]))

    def eq13(t: float, p: np.ndarray) -> np.ndarray:
        return pumping(x - model.k * p, model.gamma_p, model.a, model.b, model.c) - model.gamma_dec * p

    ends = solve_ivp(eq13, (0.0, 25.0 / model.gamma_dec), starts, "LSODA", rtol=1e-8, atol=1e-10).y[:, -1]
    expected = [next(basin.point.polarization for basin in found if basin.lower < p < basin.upper) for p in starts]
    np.testing.assert_allclose(ends, expected, rtol=0.0, atol=1e-6)


@unhurried
@given(models, st.floats(-60.0, 60.0))
def test_basins_fill_all_polarizations(model: RateModel, detuning: float) -> None:
    """They join at unstable points; within each, dP/dt points to the stable one."""
    x = detuning * UEV
    found = basins(model, x)
    assert (found[0].lower, found[-1].upper) == (-np.inf, np.inf)
    assert all(below.upper == above.lower for below, above in pairwise(found))
    stable = [point.polarization for point in fixed_points(model, x) if point.stable]
    near_a_fold = any(abs(fold.x - x) < 1e-6 * model.gamma_p for fold in folds(model))
    assert near_a_fold or sorted(stable) == [basin.point.polarization for basin in found]
    for basin in found:
        low, high = max(basin.lower, -9.0), min(basin.upper, 9.0)
        p = low + (high - low) * np.linspace(0.01, 0.99, 33)
        flow = pumping(x - model.k * p, model.gamma_p, model.a, model.b, model.c) - model.gamma_dec * p
        clear = np.abs(p - basin.point.polarization) > 1e-9
        assert (np.sign(flow) == np.sign(basin.point.polarization - p))[clear].all()


@both_models
def test_at_a_fold_the_point_attracts_from_one_side(model: RateModel) -> None:
    for fold in folds(model):
        around = [len(basins(model, fold.x + step * model.gamma_p)) for step in (-1e-5, 1e-5)]
        assert abs(around[0] - around[1]) == 1
        assert len(basins(model, fold.x)) in around
