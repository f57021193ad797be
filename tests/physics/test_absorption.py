"""Absorption of the driven two-level transition, eq. 15."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vlab.physics.absorption import broadened_width, normalized, peak_rate, rate

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def bloch_rate(delta: float, omega: float, gamma: float) -> float:
    """Gamma rho_tt in the steady state of the two-level Lindblad equation, H_laser = (Omega/2)(s_tu + h.c.) (eq. 2)."""
    lower = np.array([[0.0, 1.0], [0.0, 0.0]])  # |u><t|; u is the first state
    hamiltonian = np.array([[0.0, 0.5 * omega], [0.5 * omega, delta]])
    one, excited = np.eye(2), lower.T @ lower
    liouvillian = -1j * (np.kron(hamiltonian, one) - np.kron(one, hamiltonian.T))
    liouvillian += gamma * (np.kron(lower, lower) - 0.5 * np.kron(excited, one) - 0.5 * np.kron(one, excited))
    liouvillian[0] = [1.0, 0.0, 0.0, 1.0]  # the trace in place of one of the dependent rows
    rho = np.linalg.solve(liouvillian, np.array([1.0, 0.0, 0.0, 0.0]))
    return gamma * rho[3].real


@unhurried
@given(st.floats(-50.0, 50.0), st.floats(0.01, 20.0), st.floats(0.05, 20.0))
def test_eq15_is_the_steady_state_of_the_optical_bloch_equations(delta: float, omega: float, gamma: float) -> None:
    """Eq. 15: W = Gamma rho_tt; both sides scale with one frequency, so units of 1 rad/s show all there is."""
    assert float(rate(delta, omega, gamma)) == pytest.approx(bloch_rate(delta, omega, gamma), rel=1e-9)


def test_eq15_in_rad_per_second() -> None:
    gamma = 1.2914e9
    assert peak_rate(gamma, gamma) == pytest.approx(gamma / 3.0, rel=1e-14)
    assert float(rate(gamma / 2.0, gamma, gamma)) == pytest.approx(gamma / 4.0, rel=1e-14)


@unhurried
@given(st.floats(0.0, 20.0), st.floats(0.05, 20.0))
def test_eq15_peak(omega: float, gamma: float) -> None:
    """W_peak = Omega^2 Gamma / (Gamma^2 + 2 Omega^2) is W at zero detuning, and nothing is higher."""
    peak = peak_rate(omega, gamma)
    assert float(rate(0.0, omega, gamma)) == pytest.approx(peak, rel=1e-14)
    assert (rate(np.linspace(-30.0, 30.0, 601), omega, gamma) <= peak * (1.0 + 1e-14)).all()
    assert peak <= 0.5 * gamma


def test_eq15_peak_saturates_at_half_the_linewidth() -> None:
    assert peak_rate(1e6, 1.0) == pytest.approx(0.5, rel=1e-11)
    assert peak_rate(1e-6, 1.0) == pytest.approx(1e-12, rel=1e-11)


@unhurried
@given(st.floats(0.0, 20.0), st.floats(0.05, 20.0))
def test_eq15_power_broadened_fwhm(omega: float, gamma: float) -> None:
    """Gamma_p = sqrt(Gamma^2 + 2 Omega^2) is the full width at half maximum."""
    width = broadened_width(omega, gamma)
    assert width**2 == pytest.approx(gamma**2 + 2.0 * omega**2, rel=1e-14)
    np.testing.assert_allclose(normalized([-width / 2.0, width / 2.0], omega, gamma), 0.5, rtol=1e-14)


@unhurried
@given(st.floats(-50.0, 50.0), st.floats(0.01, 20.0), st.floats(0.05, 20.0))
def test_eq15_normalized_is_w_over_w_peak(delta: float, omega: float, gamma: float) -> None:
    expected = float(rate(delta, omega, gamma)) / peak_rate(omega, gamma)
    assert float(normalized(delta, omega, gamma)) == pytest.approx(expected, rel=1e-13)


def test_eq15_keeps_the_shape_of_its_argument() -> None:
    detunings = np.arange(6.0).reshape(2, 3)
    assert rate(detunings, 1.0, 1.0).shape == normalized(detunings, 1.0, 1.0).shape == (2, 3)
