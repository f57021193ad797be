"""Build-up time and critical step: synthetic widths, scipy's own fits, and data that cannot be used."""

import numpy as np
import pytest
import xarray
from scipy.optimize import curve_fit, least_squares

from vlab import Q_
from vlab.analysis.dragging_growth import fit_build_up, fit_critical_step, mean_widths
from vlab.errors import DataError

DWELLS = np.array([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0])
STEPS = np.array([0.2, 0.4, 1.6, 2.0])
LOW, HIGH = np.array([1.3, 1.5, 2.8, 3.6]), np.array([13.5, 10.4, 2.9, 3.1])


def widths(values, steps, dwells, scatter=0.0, phases=4):
    """A dataset as the experiments make it; the phases scatter about the values, both directions alike."""
    rng = np.random.default_rng(1)
    shape = (1, phases, 2, len(steps), len(dwells))
    left = rng.normal(size=shape) * scatter
    return xarray.Dataset({"width": (("repeat", "phase", "direction", "step", "dwell"), values + left)},
                          {"direction": ["forward", "backward"], "step": steps, "dwell": dwells})


def build_up(tau, dwells=DWELLS):
    return LOW[:, None] + (HIGH - LOW)[:, None] * (1.0 - np.exp(-dwells / tau))


@pytest.mark.parametrize("tau", [0.5, 1.0, 2.3])
def test_a_known_tau_is_found(tau):
    fit = fit_build_up(widths(build_up(tau), STEPS, DWELLS), "forward")
    assert fit.tau.m_as("s") == pytest.approx(tau, rel=1e-6)
    np.testing.assert_allclose(fit.minimum.m_as("ueV"), LOW, atol=1e-5)
    np.testing.assert_allclose(fit.maximum.m_as("ueV"), HIGH, atol=1e-5)
    assert fit.largest_residual.m_as("ueV") < 1e-5
    np.testing.assert_allclose(fit.curves(Q_(DWELLS, "s")), build_up(tau), atol=1e-5)


def test_scattered_widths_against_scipys_joint_fit():
    """All nine numbers at once by curve_fit: same tau, same error, same residuals."""
    data = widths(build_up(1.0), STEPS, DWELLS, scatter=1.0)
    mean = data["width"].mean(["repeat", "phase", "direction"]).values

    def model(_, tau, *q):
        low, high = np.array(q[:4])[:, None], np.array(q[4:])[:, None]
        return (low + (high - low) * (1.0 - np.exp(-DWELLS / tau))).ravel()

    best, covariance = curve_fit(model, np.arange(28.0), mean.ravel(), p0=[1.0, *mean[:, 0], *mean[:, -1]])
    fit = fit_build_up(data)
    assert fit.tau.m_as("s") == pytest.approx(best[0], rel=1e-5)
    assert fit.tau_error.m_as("s") == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-3)
    np.testing.assert_allclose(np.r_[fit.minimum_error.m_as("ueV"), fit.maximum_error.m_as("ueV")],
                               np.sqrt(np.diag(covariance))[1:], rtol=1e-3)
    assert "saturated width" in str(fit)
    np.testing.assert_allclose(fit.residuals.m_as("ueV").ravel(), mean.ravel() - model(None, *best), atol=1e-4)
    assert fit.largest_residual.m_as("ueV") == pytest.approx(np.abs(fit.residuals.m_as("ueV")).max())
    assert str(fit).startswith("tau = ")
    assert "do not truly share one tau" in str(fit)


def test_directions_are_averaged_or_chosen_and_order_does_not_matter():
    values = np.stack([build_up(0.8), build_up(1.2)])
    data = widths(values, STEPS, DWELLS)
    taus = [fit_build_up(data, way).tau.m_as("s") for way in ("forward", "backward", None)]
    assert taus[:2] == pytest.approx([0.8, 1.2], rel=1e-6)
    assert 0.8 < taus[2] < 1.2
    shuffled = data.isel(step=[2, 0, 3, 1], dwell=[6, 0, 3, 1, 5, 2, 4])
    assert fit_build_up(shuffled).tau.m_as("s") == pytest.approx(taus[2], rel=1e-9)
    np.testing.assert_array_equal(mean_widths(shuffled)["step"], STEPS)
    one_way = data.sel(direction=["forward"])
    assert fit_build_up(one_way).tau.m_as("s") == pytest.approx(0.8, rel=1e-6)


def test_what_is_missing_is_left_out():
    data = widths(build_up(1.0), STEPS, DWELLS)
    data["width"][:, :2] = np.nan
    data["width"][..., 1, 4:] = np.nan
    data["width"][..., 3, 2:] = np.nan  # two dwells are left of this step
    fit = fit_build_up(data, "forward")
    assert fit.tau.m_as("s") == pytest.approx(1.0, rel=1e-6)
    assert list(fit.steps.m_as("ueV")) == [0.2, 0.4, 1.6]


@pytest.mark.parametrize("critical", [0.4, 0.75, 1.5])
def test_a_known_critical_step_is_found_and_scipy_agrees(critical):
    steps = np.arange(1, 11) * 0.2
    exact = 3.0 + 12.0 * np.exp(-steps / critical)
    data = widths(np.stack([np.full(10, 1.5), exact], axis=1), steps, np.array([0.1, 10.0]))
    fit = fit_critical_step(data, "backward")
    assert fit.critical_step.m_as("ueV") == pytest.approx(critical, rel=1e-6)
    assert (fit.far_width.m_as("ueV"), fit.drop.m_as("ueV")) == pytest.approx((3.0, 12.0), rel=1e-5)
    assert fit.dwell.m_as("s") == 10.0

    noisy = widths(np.stack([np.full(10, 1.5), exact], axis=1), steps, np.array([0.1, 10.0]), scatter=0.5)
    mean = noisy["width"].mean(["repeat", "phase", "direction"]).values[:, 1]
    best, covariance = curve_fit(lambda d, a, b, c: a + b * np.exp(-d / c), steps, mean, p0=[3.0, 12.0, 0.7])
    fit = fit_critical_step(noisy)
    assert fit.critical_step.m_as("ueV") == pytest.approx(best[2], rel=1e-4)
    assert fit.critical_step_error.m_as("ueV") == pytest.approx(np.sqrt(covariance[2, 2]), rel=1e-2)
    np.testing.assert_allclose(fit.curve(steps), mean - fit.residuals.m_as("ueV"), atol=1e-9)
    assert "critical step" in str(fit)


def test_a_forced_common_tau_of_curves_that_do_not_share_one_is_that_of_least_squares():
    values = np.stack([LOW[i] + (HIGH[i] - LOW[i]) * (1.0 - np.exp(-DWELLS / tau))
                       for i, tau in enumerate((0.6, 1.7, 1.0, 1.0))])

    def left(q):
        return (q[1:5, None] + (q[5:, None] - q[1:5, None]) * (1.0 - np.exp(-DWELLS / q[0])) - values).ravel()

    best = least_squares(left, np.r_[1.0, values[:, 0], values[:, -1]]).x
    fit = fit_build_up(widths(values, STEPS, DWELLS), "forward")
    assert fit.tau.m_as("s") == pytest.approx(best[0], rel=1e-5)
    assert fit.largest_residual.m_as("ueV") > 0.5


@pytest.mark.parametrize(("data", "says"), [
    (xarray.Dataset(), "wants dragging widths against 'step' and 'dwell'"),
    (None, "wants dragging widths against 'step' and 'dwell'"),
    (widths(build_up(1.0)[:, :2], STEPS, DWELLS[:2]), "at 3 dwell times or more; there are 2"),
    (widths(build_up(1.0) * np.nan, STEPS, DWELLS), "at 3 dwell times or more; there are 0"),
    (widths(np.full((4, 7), 2.0), STEPS, DWELLS), "no growth of the width"),
    (widths(build_up(1e3), STEPS, DWELLS), "no growth of the width"),
    (widths(LOW[:, None] * (1.0 + DWELLS), STEPS, DWELLS), "no build-up time can be told"),
])
def test_what_cannot_be_fitted_is_refused_in_a_sentence(data, says):
    with pytest.raises(DataError, match=says):
        fit_build_up(data)


def test_refusals_of_directions_and_of_the_critical_step():
    data = widths(build_up(1.0), STEPS, DWELLS)
    with pytest.raises(DataError, match="give one of forward, backward"):
        fit_build_up(data, "sideways")
    with pytest.raises(DataError, match="leave direction out"):
        fit_build_up(data.isel(direction=0, drop=True), "forward")
    with pytest.raises(DataError, match="at 4 steps or more; there are 3"):
        fit_critical_step(data.isel(step=slice(3)))
    steps = np.arange(1, 11) * 0.2
    with pytest.raises(DataError, match="do not fall exponentially"):
        fit_critical_step(widths((2.0 + steps)[:, None], steps, np.array([10.0])))
