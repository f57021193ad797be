"""Relaxation times, recovery shapes and resonances from synthetic curves whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vlab.analysis import (
    RelaxationFit,
    extrapolate_to_zero_power,
    find_resonances,
    fit_relaxation_time,
    recovery_shape,
)
from vlab.errors import DataError
from vlab.physics import spin_limits as limits
from vlab.units import Q_

FREQUENCY = np.logspace(3, 7, 25)
TAU, L_0 = 472e-9, 0.0712
P_TYPE = {"tau_s": 5200e-9, "tau_s_trion": 35e-9, "tau_0": 0.4e-9, "t_r": 13.2e-9}


def eq11(frequency: NDArray[np.float64], tau: float = TAU) -> NDArray[np.complex128]:
    return L_0 / (1.0 + 2j * np.pi * frequency * tau)


@pytest.mark.parametrize("tau", [3e-9, TAU, 5.2e-6, 0.2e-3])
@pytest.mark.parametrize("what", ["magnitude", "complex"])
def test_eq11_without_noise_is_recovered(tau: float, what: str) -> None:
    fit = fit_relaxation_time(FREQUENCY[::-1], eq11(FREQUENCY[::-1], tau), what=what)
    assert fit.tau.m_as("s") == pytest.approx(tau, rel=1e-7)
    assert fit.amplitude == pytest.approx(L_0, rel=1e-7)
    assert fit.reduced_chi_square is None
    assert fit.residual < 1e-8
    expected = eq11(FREQUENCY, tau)
    np.testing.assert_allclose(fit.curve(FREQUENCY), np.abs(expected) if what == "magnitude" else expected, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("errors", ["given", "from scatter"])
@pytest.mark.parametrize("what", ["magnitude", "complex"])
def test_eq11_with_noise_is_unbiased_and_its_errors_are_right(what: str, errors: str) -> None:
    """Pulls have the mean 0 and the spread 1, chi-square is 1."""
    rng, trials = np.random.default_rng(11), 250
    sigma = L_0 * np.linspace(0.01, 0.03, FREQUENCY.size) if errors == "given" else np.full(FREQUENCY.size, 0.02 * L_0)
    pulls, chi_squares = [], []
    for _ in range(trials):
        noise = rng.normal(size=FREQUENCY.size) + 1j * rng.normal(size=FREQUENCY.size)
        noise = noise.real if what == "magnitude" else noise
        signal = (np.abs(eq11(FREQUENCY)) if what == "magnitude" else eq11(FREQUENCY)) + sigma * noise
        fit = fit_relaxation_time(FREQUENCY, signal, sigma if errors == "given" else None, what)
        pulls.append([(fit.tau.m_as("s") - TAU) / fit.tau_error.m_as("s"),
                      (fit.amplitude - L_0) / fit.amplitude_error])
        chi_squares.append(fit.reduced_chi_square or (fit.residual / sigma[0]) ** 2)
    mean, spread = np.mean(pulls, axis=0), np.std(pulls, axis=0)
    np.testing.assert_allclose(mean, 0.0, atol=3.5 / np.sqrt(trials))
    np.testing.assert_allclose(spread, 1.0, atol=3.5 / np.sqrt(2 * trials) + (0.03 if errors != "given" else 0.0))
    points = FREQUENCY.size * (1 if what == "magnitude" else 2)
    expected = 1.0 if errors == "given" else (points - 2) / FREQUENCY.size
    assert np.mean(chi_squares) == pytest.approx(expected, abs=4.0 * np.sqrt(2 / points / trials) * 2)


def test_magnitude_of_a_train_of_pulses_gives_the_exact_relaxation_time() -> None:
    """The discrete form of eq. (12); the phase of the train makes a complex fit half a period shorter."""
    frequency = np.logspace(2, 6, 30)
    signal = limits.strong_field_signal(2.0 * np.pi * frequency, 0.9, **P_TYPE)
    exact = float(limits.effective_relaxation_time_of_pulses(0.9, **P_TYPE))
    assert fit_relaxation_time(frequency, signal).tau.m_as("s") == pytest.approx(exact, rel=3e-5)
    fit = fit_relaxation_time(frequency, signal, what="complex")
    shorter = P_TYPE["t_r"] / np.expm1(P_TYPE["t_r"] / exact)
    assert fit.tau.m_as("s") == pytest.approx(shorter, rel=3e-4)


def test_a_magnitude_may_be_asked_of_x_and_y() -> None:
    assert fit_relaxation_time(FREQUENCY, eq11(FREQUENCY)).what == "magnitude"
    assert fit_relaxation_time(Q_(FREQUENCY / 1e3, "kHz"), eq11(FREQUENCY)).tau.m_as("s") == pytest.approx(TAU)


def test_a_negative_signal_has_a_negative_amplitude() -> None:
    assert fit_relaxation_time(FREQUENCY, -eq11(FREQUENCY), what="complex").amplitude == pytest.approx(-L_0)


def test_a_fit_reads_well() -> None:
    fit = RelaxationFit(Q_(472.3, "ns"), Q_(3.2, "ns"), 0.07121, 0.00121, 1.031, 4e-4, "magnitude")
    assert str(fit) == "tau_s* = 472(3) ns, L(0) = 0.0712(12), reduced chi-square 1.03"
    fit = RelaxationFit(Q_(5.213, "us"), Q_(0.021, "us"), 0.07121, 0.0003, None, 4e-4, "magnitude")
    assert str(fit) == "tau_s* = 5.21(2) µs, L(0) = 0.0712(3), residual 0.0004"


@pytest.mark.parametrize(("value", "error", "text"), [
    (472.31, 3.2, "472(3)"), (472.31, 12.0, "472(12)"), (5234.0, 1312.0, "5200(1300)"), (5.2, 0.031, "5.20(3)"),
    (0.07121, 0.00121, "0.0712(12)"), (472.0, 9.97, "472(10)"), (-2.5, 0.1, "-2.50(10)"),
    (1.234e-5, 2e-7, "1.23(2)e-5"), (3.0, 0.0, "3"),
])
def test_errors_in_parentheses(value: float, error: float, text: str) -> None:
    from vlab.analysis.inertia import _with_error

    assert _with_error(value, error) == text


@pytest.mark.parametrize(("change", "message"), [
    ({"frequency": FREQUENCY[:2], "signal": [1.0, 0.5]}, "at least three good points"),
    ({"signal": np.ones(3)}, "25 frequencies and 3 signals"),
    ({"frequency": np.where(FREQUENCY > 5e6, np.nan, FREQUENCY)}, "finite numbers; 2 of the 25 values of frequency"),
    ({"signal": np.full(25, np.inf)}, "finite"),
    ({"frequency": FREQUENCY - 1e3}, "positive frequencies; the smallest is 0 Hz"),
    ({"sigma": 0.0}, "positive, finite"),
    ({"sigma": np.ones(3)}, r"shape \(3,\)"),
    ({"signal": np.zeros(25)}, "zero everywhere"),
    ({"signal": np.abs(eq11(FREQUENCY)), "what": "complex"}, "this signal is real"),
    ({"what": "phase"}, "not 'phase'"),
    ({"frequency": FREQUENCY.reshape(5, 5)}, "row of numbers"),
    ({"signal": np.ones(25)}, "both sides"),
    ({"signal": 1.0 / FREQUENCY}, "both sides"),
])
def test_a_relaxation_fit_refuses(change: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message) as refusal:
        fit_relaxation_time(**({"frequency": FREQUENCY, "signal": eq11(FREQUENCY)} | change))
    assert str(refusal.value).endswith((".", "?"))


def test_eq12_extrapolated_to_zero_power_gives_tau_s() -> None:
    """Noise-free rates: what is left is the bend of the sine, a hundredth of the rise."""
    power = np.linspace(0.01, 1.0, 100)
    q = np.sqrt(1.0 - limits.excitation_from_power(power))
    rates = 1.0 / limits.effective_relaxation_time_of_pulses(q, **P_TYPE)
    fit = extrapolate_to_zero_power(power, rates)
    rise = rates[9] - 1.0 / P_TYPE["tau_s"]
    assert fit.points == 10
    assert 0.0 < fit.rate - 1.0 / P_TYPE["tau_s"] < 0.02 * rise
    assert fit.tau_s.m_as("s") == pytest.approx(P_TYPE["tau_s"], rel=0.01)
    assert fit.bend < -2.0
    by_excitation = extrapolate_to_zero_power(1.0 - q * q, 1.0 / limits.effective_relaxation_time(q, **P_TYPE),
                                              largest_power=1.0)
    assert by_excitation.tau_s.m_as("s") == pytest.approx(P_TYPE["tau_s"], rel=1e-9)
    assert by_excitation.points == 100
    np.testing.assert_allclose(fit.line([0.0, 0.05]), [fit.rate, fit.rate + 0.05 * fit.slope])


@pytest.mark.slow
@pytest.mark.parametrize("errors", ["given", "from scatter"])
def test_zero_power_errors_are_right(errors: str) -> None:
    rng, trials, power = np.random.default_rng(3), 600, np.linspace(0.005, 0.1, 12)
    rates, sigma = 2e5 + 1e6 * power, np.linspace(2e3, 4e3, 12) if errors == "given" else np.full(12, 3e3)
    pulls, chi_squares, bends = [], [], []
    for _ in range(trials):
        noisy = rates + sigma * rng.normal(size=12)
        fit = extrapolate_to_zero_power(power, noisy, sigma if errors == "given" else None)
        rate_error = fit.tau_s_error.m_as("s") * fit.rate**2
        pulls.append([(fit.rate - 2e5) / rate_error, (fit.slope - 1e6) / fit.slope_error])
        chi_squares.append(fit.reduced_chi_square)
        bends.append(fit.bend)
    # few degrees of freedom widen the pulls of errors from scatter to Student's t
    wide = 1.0 if errors == "given" else np.sqrt(10 / 8)
    np.testing.assert_allclose(np.mean(pulls, axis=0), 0.0, atol=3.5 * wide / np.sqrt(trials))
    np.testing.assert_allclose(np.std(pulls, axis=0), wide, atol=4.0 * wide / np.sqrt(2 * trials))
    assert np.std(bends) == pytest.approx(wide, abs=0.2)
    if errors == "given":
        assert np.mean(chi_squares) == pytest.approx(1.0, abs=4.0 * np.sqrt(2 / 10 / trials))


def test_a_zero_power_fit_reads_well() -> None:
    power = np.array([0.01, 0.03, 0.05, 0.09, 0.5])
    fit = extrapolate_to_zero_power(power, Q_((0.2 + power) * 1e3, "1/ms"), Q_(np.full(5, 3.0), "1/ms"))
    assert str(fit) == "tau_s = 5.00(7) µs at zero power, from 4 points"


@pytest.mark.parametrize(("change", "message"), [
    ({"power_ratio": [0.01, 0.05, 0.3, 0.5]}, "at least three powers up to 0.1 W_pi.* there are 2"),
    ({"rates": [1.0, 2.0]}, "4 powers and 2 rates"),
    ({"rates": [1.0, np.nan, 2.0, 3.0]}, "finite"),
    ({"power_ratio": [-0.01, 0.0, 0.01, 0.02]}, "at least 0"),
    ({"rates": [-1.0, 0.0, 1.0, 2.0]}, "no relaxation rate"),
    ({"errors": [1.0, 0.0, 1.0, 1.0]}, "positive"),
])
def test_a_zero_power_fit_refuses(change: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        extrapolate_to_zero_power(**({"power_ratio": [0.01, 0.02, 0.03, 0.04], "rates": [1.0, 1.1, 1.2, 1.3]} | change))


def recovery(field: NDArray[np.float64], bump: float) -> NDArray[np.float64]:
    """A dip of 10 mT at zero field on a plateau, and a bump of 100 mT."""
    return 0.05 * (1.0 - 0.6 / (1.0 + (field / 0.01) ** 2)) * (1.0 + bump / (1.0 + (field / 0.1) ** 2))


def test_v_like_and_m_like() -> None:
    field = np.linspace(-0.3, 0.3, 201)
    v, m = recovery_shape(field, recovery(field, 0.0)), recovery_shape(field, recovery(field, 0.5))
    assert (v.kind, m.kind) == ("V-like", "M-like")
    assert v.descent == 0.0
    assert v.maximum_field.m_as("T") == pytest.approx(0.3)
    assert v.zero_field == pytest.approx(0.02)
    fine = np.linspace(0.0, 0.3, 300_001)
    top = int(np.argmax(recovery(fine, 0.5)))
    assert m.maximum_field.m_as("T") == pytest.approx(fine[top], abs=5e-4)
    assert m.maximum == pytest.approx(recovery(fine, 0.5)[top], rel=1e-4)
    assert m.descent == pytest.approx(1.0 - recovery(fine, 0.5)[-1] / m.maximum)
    assert str(m).startswith("M-like, maximum 0.06")
    assert "mT, 2" in str(m)


def test_noise_makes_no_m() -> None:
    rng, field = np.random.default_rng(8), np.linspace(0.0, 0.3, 101)
    for _ in range(200):
        noisy = recovery(field, 0.0) + 0.005 * rng.normal(size=field.size)
        assert recovery_shape(field, noisy).kind == "V-like"
        assert recovery_shape(field, noisy + recovery(field, 2.0)).kind == "M-like"


def test_a_shallow_descent_counts_as_v_like_unless_asked_for() -> None:
    field = np.linspace(0.0, 0.3, 151)
    curve = recovery(field, 0.03)
    assert recovery_shape(field, curve).kind == "V-like"
    assert recovery_shape(field, curve, descent=0.001).kind == "M-like"


@pytest.mark.parametrize(("field", "signal", "message"), [
    ([0.0, 0.1, 0.2, -0.1, -0.2], np.ones(5), "five different fields; this curve has 3"),
    (np.arange(6.0), -np.ones(6), "above zero"),
    (np.arange(6.0), np.ones(5), "6 fields and 5 signals"),
    (np.arange(6.0), [1.0, np.nan, 1.0, 1.0, 1.0, 1.0], "finite"),
])
def test_a_recovery_shape_refuses(field: object, signal: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        recovery_shape(field, signal)


def ripple(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Maxima near multiples of 12 mT, fading, on a rising curve."""
    return 0.1 * np.tanh(field / 0.02) + 0.005 * np.exp(-field / 0.05) * np.cos(2.0 * np.pi * field / 0.012)


def test_resonances_are_found_between_the_points() -> None:
    fine = np.linspace(0.0, 0.1, 1_000_001)
    y = ripple(fine)
    tops = fine[1:-1][(y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:])]
    field = np.linspace(0.0, 0.1, 251)
    found = find_resonances(field[::-1], ripple(field)[::-1], prominence=1e-4)
    np.testing.assert_allclose([r.field.m_as("T") for r in found], tops, atol=1e-5)
    np.testing.assert_allclose([r.height for r in found], ripple(tops), atol=2e-5)
    assert all(r.prominence >= 1e-4 for r in found)
    assert [r.field for r in find_resonances(Q_(field * 1e3, "mT"), ripple(field), 1e-4)] == [r.field for r in found]
    assert "mT (height 0." in str(found[0])


def test_a_parabola_on_uneven_points_is_met_exactly() -> None:
    field = np.array([0.0, 0.011, 0.02, 0.034, 0.05])
    (found,) = find_resonances(field, 0.3 - (field - 0.0237) ** 2)
    assert found.field.m_as("T") == pytest.approx(0.0237, rel=1e-12)
    assert found.height == pytest.approx(0.3, rel=1e-14)


def test_noise_makes_no_resonances() -> None:
    rng, field = np.random.default_rng(8), np.linspace(0.0, 0.1, 251)
    bare = 0.1 * np.tanh(field / 0.02)
    found = [len(find_resonances(field, bare + 2e-4 * rng.normal(size=field.size))) for _ in range(100)]
    assert np.mean(np.array(found) > 0) < 0.05
    noisy = ripple(field) + 1e-4 * rng.normal(size=field.size)
    places = [r.field.m_as("mT") for r in find_resonances(field, noisy)]
    assert any(abs(place - 36.0) < 1.0 for place in places)


def test_prominence_is_the_fall_before_a_higher_maximum() -> None:
    found = find_resonances(np.arange(7.0), [0.0, 3.0, 2.0, 5.0, 1.0, 2.0, 0.5])
    assert [r.prominence for r in found] == [1.0, 4.5, 1.0]
    assert [r.prominence for r in find_resonances(np.arange(7.0), [0.0, 3.0, 2.0, 5.0, 1.0, 2.0, 0.5], 2.0)] == [4.5]


@pytest.mark.parametrize(("field", "signal", "message"), [
    (np.arange(4.0), np.ones(4), "five points"),
    ([0.0, 1.0, 2.0, 2.0, 3.0], np.ones(5), "2 T occurs twice"),
    (np.arange(6.0), np.ones(5), "6 fields and 5 signals"),
    ([0.0, 1.0, np.inf, 3.0, 4.0], np.ones(5), "finite"),
])
def test_finding_resonances_refuses(field: object, signal: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        find_resonances(field, signal)
