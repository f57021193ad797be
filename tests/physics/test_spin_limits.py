"""The analytic limits, eqs. (7) to (21) and (23), against each other, the exact maps and independent arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import roots_legendre
from spin_reference import Dot, modulated_signal, one_period, pulse, steady_spin, zero_frequency_signal

from vlab.physics import spin_limits as limits

N_TYPE = {"tau_s": 500e-9, "tau_s_trion": 10e-9, "tau_0": 0.4e-9}
P_TYPE = {"tau_s": 5200e-9, "tau_s_trion": 35e-9, "tau_0": 0.4e-9}
T_R = 13.2e-9
both_types = pytest.mark.parametrize("times", [N_TYPE, P_TYPE], ids=["n-type", "p-type"])
all_powers = pytest.mark.parametrize("q", [0.99, 0.95, 0.5, 0.0])


def strong(times: dict[str, float], q: float, t_r: float = T_R) -> Dot:
    """A dot without nuclear field."""
    return Dot(np.array([0.0, 0.0, 1e9]), np.array([0.0, 0.0, -3e9]), t_r=t_r, q=q, **times)


@both_types
def test_eq7_solution_agrees_with_dop853(times: dict[str, float]) -> None:
    tau_s, tau_s_trion, tau_0 = times.values()
    t = np.linspace(0.0, 20e-9, 50)
    solution = solve_ivp(lambda _, y: [-y[0] / tau_s + y[1] / tau_0, -y[1] * (1 / tau_s_trion + 1 / tau_0)],
                         (0.0, t[-1]), [-0.1, 0.3], "DOP853", rtol=1e-12, atol=1e-14, t_eval=t)
    spin, trion = limits.strong_field_spins(t, -0.1, 0.3, **times)
    np.testing.assert_allclose(spin, solution.y[0], atol=1e-12)
    np.testing.assert_allclose(trion, solution.y[1], atol=1e-12)


@both_types
@all_powers
def test_eqs8_and_9_are_eq7_once_the_trion_is_gone(times: dict[str, float], q: float) -> None:
    before, helicity = 0.07, -1
    after = (1 + q * q) / 2 * before - helicity * (1 - q * q) / 4
    late = limits.strong_field_spins(T_R, after, before - after, **times)[0]
    change = limits.delta_s(before, helicity, q, limits.trion_loss(**times))
    expected = limits.spin_after_recombination(T_R, before, change, times["tau_s"])
    assert late == pytest.approx(float(expected), abs=1e-14)
    m, v = limits.strong_field_map(q, t_r=T_R, **times)
    assert m * before + helicity * v == pytest.approx(float(expected), abs=1e-16)


@both_types
def test_eq9_to_first_order(times: dict[str, float]) -> None:
    """What is left out goes with (tau_0 / tau_s)^2."""
    exact, first = limits.trion_loss(**times), limits.trion_loss_first_order(**times)
    assert exact != first
    assert exact == pytest.approx(float(first), abs=1.1 * (times["tau_0"] / times["tau_s"]) ** 2)


def test_eq9_changes_sign_where_the_ground_state_relaxes_faster() -> None:
    loss = limits.trion_loss(500e-9, np.array([400e-9, 500e-9, 600e-9]), 0.4e-9)
    np.testing.assert_array_equal(np.sign(loss), [1.0, 0.0, -1.0])


@both_types
@all_powers
def test_eq12_is_the_limit_of_the_exact_relaxation_time(times: dict[str, float], q: float) -> None:
    exact = limits.effective_relaxation_time_of_pulses(q, t_r=T_R, **times)
    per_decay = T_R / exact
    assert limits.effective_relaxation_time(q, t_r=T_R, **times) == pytest.approx(float(exact), rel=2.0 * per_decay)


@both_types
def test_eq12_without_pump_is_the_spins_own_time(times: dict[str, float]) -> None:
    for formula in (limits.effective_relaxation_time, limits.effective_relaxation_time_of_pulses):
        assert formula(1.0, t_r=T_R, **times) == pytest.approx(times["tau_s"], rel=1e-12)


@both_types
@all_powers
def test_eq13_exact_form_agrees_with_the_map(times: dict[str, float], q: float) -> None:
    dot = strong(times, q)
    exact = limits.zero_frequency_signal_of_pulses(q, t_r=T_R, **times)
    assert exact == pytest.approx(zero_frequency_signal([dot]), rel=1e-12)
    assert steady_spin(dot, 1)[2] == pytest.approx(-np.pi / 2 * exact, rel=1e-12)


def test_eq13_continuous_form_is_near_the_exact_one() -> None:
    """Half a period of decay, T_R / 2 tau_s, above it under weak pumping, less under strong."""
    q = np.array([0.9999, 0.99, 0.95, 0.5, 0.0])
    for times in (N_TYPE, P_TYPE):
        ratio = limits.zero_frequency_signal(q, t_r=T_R, **times) / limits.zero_frequency_signal_of_pulses(
            q, t_r=T_R, **times)
        assert ratio[0] == pytest.approx(1.0 + 0.5 * T_R / times["tau_s"], abs=2e-4)
        np.testing.assert_allclose(ratio, 1.0, atol=1.4e-2)


@both_types
def test_eq10_vanishes_in_the_steady_state_of_eq13(times: dict[str, float]) -> None:
    """But for the second term of d, which eq. (12) leaves out."""
    loss = limits.trion_loss(**times)
    left_out = 1.0 - loss * (1.0 + times["tau_s_trion"] / times["tau_0"])
    steady = -np.pi / 2 * limits.zero_frequency_signal(0.5, t_r=T_R, **times)
    rate = limits.pumping_rate(steady, 1, 0.5, loss, times["tau_s"], T_R)
    alone = limits.pumping_rate(0.0, 1, 0.5, loss, times["tau_s"], T_R)
    assert abs(rate) < left_out * abs(alone)


@both_types
@all_powers
@pytest.mark.parametrize("n", [1, 4, 50])
def test_strong_field_signal_agrees_with_the_map(times: dict[str, float], q: float, n: int) -> None:
    signal = limits.strong_field_signal(np.pi / (n * T_R), q, t_r=T_R, **times,
                                        fundamental=limits.square_wave_fundamental(n))
    assert signal == pytest.approx(modulated_signal([strong(times, q)], n), rel=1e-12)


def test_strong_field_signal_between_the_pulses_steps() -> None:
    """A modulation that never falls in step with the pulses, by plain iteration and eq. (1)."""
    omega_m = 2.0 * np.pi * 3.1e6
    m, v = limits.strong_field_map(0.5, t_r=T_R, **N_TYPE)
    k = np.arange(200_000)
    helicity = np.where(np.sin(omega_m * T_R * k) >= 0.0, 1.0, -1.0)
    spin = np.empty(k.size)
    s = 0.0
    for i, p in enumerate(helicity):
        spin[i] = s
        s = m * s + p * v
    used = k >= 1000
    modulus = abs(np.mean(spin[used] * np.exp(1j * omega_m * T_R * k[used])))
    assert abs(limits.strong_field_signal(omega_m, 0.5, t_r=T_R, **N_TYPE)) == pytest.approx(modulus, rel=1e-3)


def test_strong_field_signal_goes_over_into_eq11() -> None:
    times = {"tau_s": 500e-7, "tau_s_trion": 10e-9, "tau_0": 0.4e-9}
    q, omega_m = 0.999, 2.0 * np.pi * np.logspace(2, 6, 9)
    tau = limits.effective_relaxation_time_of_pulses(q, t_r=T_R, **times)
    signal_0 = limits.zero_frequency_signal_of_pulses(q, t_r=T_R, **times)
    exact = limits.strong_field_signal(omega_m, q, t_r=T_R, **times)
    lorentzian = limits.complex_inertia_signal(omega_m, signal_0, tau)
    np.testing.assert_allclose(np.abs(exact), np.abs(lorentzian), rtol=2e-3)
    np.testing.assert_allclose(np.angle(exact), np.angle(lorentzian), atol=omega_m[-1] * T_R)
    assert (np.angle(exact) < 0.0).all()
    np.testing.assert_allclose(np.abs(lorentzian), limits.inertia_signal(omega_m, signal_0, tau), rtol=1e-14)
    assert limits.inertia_signal(1.0 / tau, 1.0, tau) == pytest.approx(np.sqrt(0.5))


def test_eq14_both_ways() -> None:
    power = np.linspace(0.0, 1.0, 11)
    excitation = limits.excitation_from_power(power)
    np.testing.assert_allclose(excitation[[0, -1]], [0.0, 1.0], atol=1e-15)
    assert excitation[1] == pytest.approx(np.sin(np.pi / 2 * np.sqrt(0.1)) ** 2)
    np.testing.assert_allclose(limits.power_from_excitation(excitation), power, atol=1e-14)


@pytest.mark.parametrize("value", [-0.1, np.nan])
def test_eq14_refuses_what_is_no_power(value: float) -> None:
    with pytest.raises(ValueError, match="power"):
        limits.excitation_from_power([0.1, value])
    with pytest.raises(ValueError, match="excitation"):
        limits.power_from_excitation(value)


def test_eq15_is_eq13_for_a_fast_trion() -> None:
    q = np.array([0.99, 0.5, 0.0])
    times = P_TYPE | {"tau_s_trion": 5e-9}
    np.testing.assert_allclose(limits.zero_frequency_signal_fast_trion(q, t_r=T_R, **times),
                               limits.zero_frequency_signal(q, t_r=T_R, **times), rtol=2e-3)


def test_eq16_is_eq15_for_a_slow_trion() -> None:
    """tau_s much longer than T_R, and tau_s^T long enough that the pump does not shorten tau_s*."""
    times = {"tau_s": 1e-6, "tau_s_trion": 1e-5, "tau_0": 0.4e-9}
    for q in (0.95, 0.0):
        assert limits.zero_frequency_signal_slow_trion(q, t_r=T_R, **times) == pytest.approx(
            float(limits.zero_frequency_signal_fast_trion(q, t_r=T_R, **times)), rel=2e-3)


def test_eq17_is_eq15_for_an_instant_trion() -> None:
    q = np.array([0.99, 0.5, 0.0])
    times = P_TYPE | {"tau_s_trion": 1e-15}
    np.testing.assert_allclose(limits.zero_frequency_signal_instant_trion(q, 5200e-9, T_R),
                               limits.zero_frequency_signal_fast_trion(q, t_r=T_R, **times), rtol=1e-5)
    assert limits.zero_frequency_signal_instant_trion(0.0, 1.0, T_R) == pytest.approx(
        float(limits.signal_bound()), rel=1e-7)


@pytest.mark.parametrize("n", [1, 2, 4, 37])
def test_square_wave_fundamental_is_the_sum(n: int) -> None:
    k = np.arange(2 * n)
    mean = abs(np.mean(np.where(k < n, 1.0, -1.0) * np.exp(1j * np.pi * k / n)))
    assert limits.square_wave_fundamental(n) == pytest.approx(mean, rel=1e-14)
    assert limits.signal_bound(n) == pytest.approx(1.0 / (2.0 * n * np.sin(np.pi / (2.0 * n))), rel=1e-14)


def test_bound_of_many_pulses_is_1_over_pi() -> None:
    assert limits.signal_bound() == pytest.approx(1.0 / np.pi, rel=1e-15)
    assert limits.square_wave_fundamental() == limits.SQUARE_WAVE_FUNDAMENTAL
    assert limits.square_wave_fundamental(4) / limits.square_wave_fundamental() == pytest.approx(1.026, abs=5e-4)


def test_eq19_is_the_axis_of_the_composite_rotation() -> None:
    rng = np.random.default_rng(7)
    for _ in range(50):
        omega, phi, helicity = rng.normal(size=3) * 4e8, rng.uniform(-np.pi, np.pi), int(rng.choice([-1, 1]))
        dot = Dot(omega, np.zeros(3), 1e9, 1e-15, 0.4e-9, T_R, q=1.0, phi=phi)
        turn = one_period(dot)[0] @ pulse(dot, helicity)[0]
        axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
        expected = axis[2] ** 2 / (axis @ axis)
        got = limits.axis_z_squared(omega[2], np.hypot(*omega[:2]), helicity, phi, T_R)
        assert got == pytest.approx(expected, abs=1e-9)


def test_eq19_where_the_spin_does_not_turn() -> None:
    assert limits.axis_z_squared(0.0, 0.0, 1, 0.0, T_R) == 1.0
    assert limits.axis_z_squared(0.0, 0.0, 1, 1.0, T_R) == 1.0
    assert limits.axis_z_squared(0.0, 1e8, 1, 0.0, T_R) == 0.0


@pytest.mark.parametrize("phi", [0.0, 0.4, -1.7, np.pi])
@pytest.mark.parametrize("helicity", [1, -1])
def test_eq18_agrees_with_the_map_for_weak_pulses(phi: float, helicity: int) -> None:
    q, tau_s, omega = 1.0 - 1e-6, 0.2, np.array([2e8, 1.5e8, -1e8])
    dot = Dot(omega, np.zeros(3), tau_s, 1e-16, 0.4e-9, T_R, q, phi)
    expected = steady_spin(dot, helicity)[2]
    got = limits.weak_pulse_spin(omega[2], np.hypot(*omega[:2]), helicity, q, phi, tau_s, T_R)
    assert got == pytest.approx(expected, rel=1e-4)


def test_eq18_relaxation_time_is_eq12_where_nothing_comes_back() -> None:
    assert limits.weak_pulse_relaxation_time(0.9, 500e-9, T_R) == pytest.approx(
        float(limits.effective_relaxation_time(0.9, 500e-9, 1e-20, 0.4e-9, T_R)), rel=1e-9)


@pytest.mark.parametrize("phi", [0.5, -1.0, 2.0, np.pi, 4.0])
def test_eq20_is_the_average_of_eq19(phi: float) -> None:
    """Isotropic directions, and for omega_n T_R >> 1 all phases psi alike."""
    cos_theta, weights = roots_legendre(400)
    psi = 2.0 * np.pi * (np.arange(2000) + 0.5) / 2000
    modulus = psi[:, None] / T_R
    tilt = limits.axis_z_squared(modulus * cos_theta, modulus * np.sqrt(1.0 - cos_theta**2), 1, phi, T_R)
    assert limits.zero_field_ratio(phi) == pytest.approx(0.5 * float(np.mean(tilt @ weights)), abs=2e-6)


def test_eq20_ends_and_rise() -> None:
    ratio = limits.zero_field_ratio(np.concatenate([[0.0], np.logspace(-9, np.log10(np.pi), 400)]))
    assert ratio[0] == pytest.approx(1.0 / 3.0, rel=1e-15)
    assert ratio[-1] == pytest.approx(np.pi / 2 - 1.0, rel=1e-14)
    assert (np.diff(ratio) > -1e-15).all()


@pytest.mark.parametrize("phi", [0.3, 1.0, 2.5, 3.1])
def test_eq20_as_printed(phi: float) -> None:
    s = np.sin(phi / 2)
    printed = (1 - 2 / s**2 + np.pi * (2 - s**2) / (2 * s**3) - (np.pi - phi) * np.cos(phi / 2) / s**3)
    assert limits.zero_field_ratio(phi) == pytest.approx(printed, rel=1e-11)
    assert limits.zero_field_ratio(-phi) == pytest.approx(printed, rel=1e-11)
    assert limits.zero_field_ratio(2 * np.pi - phi) == pytest.approx(printed, rel=1e-11)


def test_eq21_p_type_fields() -> None:
    fields = limits.synchronization_field(np.arange(1, 4), -0.45, T_R)
    np.testing.assert_allclose(fields, np.arange(1, 4) * 12.0283e-3, rtol=1e-4)


def test_eq23_holds_at_the_shifted_fields() -> None:
    order, omega_n, lambda_ = np.arange(1, 6), 2.0 * np.pi * 16e6, 1.0
    field = limits.shifted_synchronization_field(order, -0.45, T_R, omega_n, lambda_)
    larmor = 0.45 * limits.BOHR_MAGNETON_OVER_HBAR * field
    turns = (larmor + omega_n**2 / (2.0 * lambda_**2 * larmor)) * T_R / (2.0 * np.pi)
    np.testing.assert_allclose(turns, order, rtol=1e-13)
    shift = limits.synchronization_field(order, -0.45, T_R) - field
    assert (shift > 0.0).all()
    assert (np.diff(shift) < 0.0).all()


def test_eq23_without_solution_and_without_nuclei() -> None:
    field = limits.shifted_synchronization_field([1, 2], -0.61, T_R, 2.0 * np.pi * 70e6, [1.0, 1e9])
    assert np.isnan(field[0])
    assert field[1] == pytest.approx(float(limits.synchronization_field(2, 0.61, T_R)), rel=1e-15)
