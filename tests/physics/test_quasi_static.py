"""Slow scans: the branch they follow, where they fall, and how far they drag, against slow integrations of eq. 13."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dnsp_reference import LATTA, NONCOLLINEAR, UEV, both_models, changed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from vlab.physics.bistability import RateModel, basins, fixed_points
from vlab.physics.dnsp_rate import pumping
from vlab.physics.quasi_static import drag_limits, quasi_static_curve

unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
either_way = pytest.mark.parametrize("rising", [False, True], ids=["to blue", "to red"])
either_line = pytest.mark.parametrize("line", [1.0, -1.0], ids=["blue line", "red line"])


def slow_scan(model: RateModel, x: NDArray[np.float64], speed: float) -> NDArray[np.float64]:
    """P where a scan at ``speed`` (rad/s per s) passes the bare detunings ``x``, by scipy; it starts at rest."""
    velocity = speed if x[-1] > x[0] else -speed

    def eq13(t: float, p: NDArray[np.float64]) -> NDArray[np.float64]:
        delta = x[0] + velocity * t - model.k * p
        return pumping(delta, model.gamma_p, model.a, model.b, model.c) - model.gamma_dec * p

    start = basins(model, float(x[0]))[0].point.polarization
    times = (x - x[0]) / velocity
    return solve_ivp(eq13, (0.0, times[-1]), [start], "LSODA", t_eval=times, rtol=1e-7, atol=1e-10,
                     max_step=0.05 * model.gamma_p / speed).y[0]


@both_models
@either_line
@either_way
def test_a_slow_scan_goes_over_into_the_quasi_static_one(model: RateModel, line: float, rising: bool) -> None:
    """The lag is proportional to the speed, and a fold is passed late, as speed^(2/3)."""
    model = replace(model, k=line * model.k)
    x = np.linspace(-20.0, 20.0, 4001)[::1 if rising else -1] * UEV
    curve = quasi_static_curve(model, x)
    assert curve.jumps
    beyond = (x[:, np.newaxis] - [jump.x for jump in curve.jumps]) * np.sign(x[-1] - x[0])
    settled = ((beyond < -0.5 * UEV) | (beyond > 2.0 * UEV)).all(axis=1)
    lags, late = [], []
    for speed in (1e-3 * UEV, 2.5e-4 * UEV):
        p = slow_scan(model, x, speed)
        lags.append(np.abs(p - curve.polarization)[settled])
        for jump, past in zip(curve.jumps, beyond.T, strict=True):
            half = 0.5 * (jump.before.polarization + jump.after.polarization)
            fallen = (p > half) == (jump.after.polarization > half)
            late.append(past[fallen & (past > 0.0)][0])
    assert np.median(lags[0]) < 1e-4
    assert np.median(lags[1]) == pytest.approx(np.median(lags[0]) / 4.0, rel=0.05)
    assert lags[1].max() < 0.5 * lags[0].max() < 4e-3  # slower where two folds of eq. 13 nearly meet
    steps = len(curve.jumps)
    assert max(late) < 0.2 * UEV
    np.testing.assert_allclose(late[steps:], np.multiply(4.0 ** (-2.0 / 3.0), late[:steps]), rtol=0.2, atol=0.01 * UEV)


@both_models
@either_line
@either_way
def test_every_state_on_the_way_is_a_stable_fixed_point(model: RateModel, line: float, rising: bool) -> None:
    model = replace(model, k=line * model.k)
    x = np.linspace(-20.0, 20.0, 161)[::1 if rising else -1] * UEV
    curve = quasi_static_curve(model, x)
    for here, p, w in zip(x, curve.polarization, curve.absorption, strict=True):
        point = min(fixed_points(model, here), key=lambda point: abs(point.polarization - p))
        assert point.stable
        assert p == pytest.approx(point.polarization, abs=1e-10)
        assert w == pytest.approx(point.absorption, abs=1e-8)
    for jump in curve.jumps:
        assert jump.before.x == pytest.approx(jump.x, rel=1e-9)
        assert jump.after.x == pytest.approx(jump.x, rel=1e-9)
        assert jump.after.stable
        assert abs(jump.before.polarization - jump.after.polarization) > 1e-3


def test_a_jump_ends_where_the_basin_of_the_last_state_leads() -> None:
    """Just beyond the fold the polarization that was left runs to where the curve goes on."""
    for model in (LATTA, NONCOLLINEAR):
        for x in (np.linspace(20.0, -20.0, 11) * UEV, np.linspace(-20.0, 20.0, 11) * UEV):
            for jump in quasi_static_curve(model, x).jumps:
                beyond = jump.x + 1e-6 * model.gamma_p * np.sign(x[-1] - x[0])
                p = jump.before.polarization
                basin = next(b for b in basins(model, beyond) if b.lower < p < b.upper)
                assert basin.point.polarization == pytest.approx(jump.after.polarization, abs=1e-4)


def test_it_starts_in_the_basin_of_the_given_polarization() -> None:
    x = -3.0 * UEV
    blue, red = basins(LATTA, x)
    for basin, start in ((blue, -0.3), (red, 0.0)):
        found = quasi_static_curve(LATTA, [x], start)
        assert found.polarization[0] == pytest.approx(basin.point.polarization, abs=1e-12)
        assert found.jumps == ()


def test_a_scan_that_turns_back_shows_hysteresis() -> None:
    there = np.linspace(10.0, -8.0, 181) * UEV
    curve = quasi_static_curve(LATTA, np.concatenate([there, there[::-1]]))
    forth, back = curve.absorption[:181], curve.absorption[181:][::-1]
    np.testing.assert_allclose(forth, back, rtol=1e-9)  # it stays on the line: no fold was reached
    alone = quasi_static_curve(LATTA, there[::-1])
    assert forth[170] > 0.7
    assert alone.absorption[10] < 0.02


def test_steps_across_several_folds_fall_at_each() -> None:
    """The laser passes all values in between, however coarse the list."""
    fine = quasi_static_curve(NONCOLLINEAR, np.linspace(30.0, -30.0, 501) * UEV)
    coarse = quasi_static_curve(NONCOLLINEAR, np.array([30.0, -30.0]) * UEV)
    assert coarse.jumps == fine.jumps
    assert len(fine.jumps) == 2
    assert coarse.polarization[-1] == pytest.approx(fine.polarization[-1], abs=1e-14)


models = st.builds(
    lambda k, gamma_p, a, b, c, gamma_dec: RateModel(k * UEV, gamma_p * UEV, a, b, c, gamma_dec),
    st.one_of(st.floats(5.0, 200.0), st.floats(-200.0, -5.0)), st.floats(0.3, 5.0), st.floats(0.0, 0.05),
    st.floats(0.0, 0.05), st.floats(-0.05, 0.05), st.floats(0.005, 0.5))


@unhurried
@given(models, st.booleans())
def test_any_model_is_followed_from_end_to_end(model: RateModel, rising: bool) -> None:
    """Beyond all folds there is one fixed point, and a scan that crosses them ends at it, at its turning point last."""
    reach = 2.0 * abs(model.k) / model.gamma_dec * (model.a + model.b + abs(model.c)) + 20.0 * model.gamma_p
    curve = quasi_static_curve(model, np.linspace(-reach, reach, 41)[::1 if rising else -1])
    [only] = fixed_points(model, float(curve.x[-1]))
    assert curve.polarization[-1] == pytest.approx(only.polarization, abs=1e-9)
    limits = drag_limits(model)
    turning = limits.towards_red if rising else limits.towards_blue
    assert (turning is None) == (curve.jumps == ())
    if turning is not None:
        assert turning == curve.jumps[-1].before
    assert limits.lowest - 1e-9 <= curve.polarization.min() <= curve.polarization.max() <= limits.highest + 1e-9


def test_eq14_is_the_exact_bound_without_the_odd_term_only() -> None:
    """|P_max^-| = (|alpha_OH| W_peak^2 - alpha_ROH W_peak) / gamma_dec, printed with the other sign."""
    for model in (LATTA, replace(NONCOLLINEAR, c=0.0)):
        limits = drag_limits(model)
        assert limits.printed == pytest.approx((model.b - model.a) / model.gamma_dec, rel=1e-14)
        assert limits.lowest == pytest.approx(-limits.printed, rel=1e-12)
        assert limits.highest == pytest.approx(model.a**2 / (4.0 * model.b * model.gamma_dec), rel=1e-12)
    assert drag_limits(NONCOLLINEAR).lowest < -2.0 * drag_limits(NONCOLLINEAR).printed


@both_models
def test_bounds_of_the_polarization_by_minimization(model: RateModel) -> None:
    limits = drag_limits(model)
    for sign, bound in ((1.0, limits.lowest), (-1.0, limits.highest)):
        best = min(minimize_scalar(
            lambda u, sign=sign: sign * pumping(0.5 * u * model.gamma_p, model.gamma_p, model.a, model.b, model.c),
            bounds=(at, at + 0.6), method="bounded", options={"xatol": 1e-10}).fun for at in np.arange(-5.0, 5.0, 0.5))
        assert bound == pytest.approx(sign * best / model.gamma_dec, rel=1e-9)


@both_models
def test_turning_points_are_close_to_the_extrema_and_never_beyond(model: RateModel) -> None:
    """f' = -gamma_dec / K at the fold is small: the drag ends just before P is extreme, at x = delta + K P."""
    limits = drag_limits(model)
    assert limits.lowest < limits.towards_blue.polarization < 0.99 * limits.lowest
    assert 0.95 * limits.highest < limits.towards_red.polarization < limits.highest
    for point in (limits.towards_blue, limits.towards_red):
        assert point.x == pytest.approx(point.delta + model.k * point.polarization, rel=1e-12)


def test_drag_of_eq13_is_one_sided_and_that_of_the_odd_term_is_not() -> None:
    latta, noncollinear = drag_limits(LATTA), drag_limits(NONCOLLINEAR)
    assert latta.towards_blue.x < -10.0 * UEV
    assert latta.towards_red.x < 1.0 * UEV
    assert latta.towards_red.absorption < 0.3  # the trap far from the line
    assert noncollinear.towards_blue.x < -10.0 * UEV
    assert noncollinear.towards_red.x > 9.0 * UEV


def test_where_nothing_folds_nothing_is_dragged() -> None:
    weak = changed(LATTA, a=1e-5, b=2e-5)
    limits = drag_limits(weak)
    assert limits.towards_blue is None
    assert limits.towards_red is None
    assert quasi_static_curve(weak, np.linspace(-5.0, 5.0, 11) * UEV).jumps == ()


@pytest.mark.parametrize("wrong", [[], [[0.0]], [np.nan], [np.inf]], ids=str)
def test_what_is_no_scan_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="x must be a list of finite numbers"):
        quasi_static_curve(LATTA, wrong)


def test_what_is_no_polarization_is_refused() -> None:
    with pytest.raises(ValueError, match="start must be a polarization"):
        quasi_static_curve(LATTA, [0.0], np.nan)
    with pytest.raises(ValueError, match="gamma_dec must be positive"):
        quasi_static_curve(changed(LATTA, gamma_dec=0.0), [0.0])
    with pytest.raises(ValueError, match="gamma_dec must be positive"):
        drag_limits(changed(LATTA, gamma_dec=0.0))
