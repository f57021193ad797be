"""Q, Phi and the action of one pulse, against the Schroedinger equation integrated step by step."""

from math import pi

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from vlab.physics.pulse import PulseAction, area_and_detuning, area_from_power, q_from_power, rosen_zener


def remaining_amplitude(area, y):
    """Amplitude of the ground state after a sech pulse, by direct integration in the interaction picture.

    i dc_g/dt = (Omega/2) exp(-i delta t) c_e and i dc_e/dt = (Omega/2) exp(i delta t) c_g, delta = w_0 - w_P; time in
    units of tau_p, so that delta tau_p = 2 pi y and Omega = area sech(pi t).
    """
    delta = 2.0 * pi * y

    def derivative(t, c):
        half_rabi = 0.5 * area / np.cosh(pi * t)
        return [-1j * half_rabi * np.exp(-1j * delta * t) * c[1], -1j * half_rabi * np.exp(1j * delta * t) * c[0]]

    solution = solve_ivp(derivative, (-11.0, 11.0), [1.0 + 0j, 0j], method="DOP853", rtol=1e-12, atol=1e-14)
    return solution.y[0, -1]


@pytest.mark.parametrize(("area", "y"), [(0.3, 0.2), (pi / 2, 0.5), (pi, 0.05), (pi, -0.4), (1.7 * pi, 0.3),
                                         (2 * pi, 0.5), (3.3 * pi, 0.6), (4.6 * pi, -0.25), (1.0, -1.5)])
def test_rosen_zener_solves_the_schroedinger_equation(area, y):
    q, phi = rosen_zener(area, y)
    assert q * np.exp(1j * phi) == pytest.approx(remaining_amplitude(area, y), abs=1e-9)


def test_a_red_pulse_lowers_the_level_like_a_light_shift():
    """Far off resonance Phi = integral Omega^2/(4 delta) dt = Theta^2/(4 pi^2 y), positive for red."""
    for y in (30.0, -30.0):
        assert rosen_zener(0.5, y)[1] == pytest.approx(0.25 / (4 * pi**2 * y), rel=1e-3)
    assert rosen_zener(1.0, 1e4)[0] == 1.0


def test_on_resonance():
    """Q = |cos(Theta/2)|, Phi = 0 or pi by the sign of the cosine."""
    areas = np.array([0.0, 0.4, pi, 1.5 * pi, 2.0 * pi, 3.5 * pi])
    q, phi = rosen_zener(areas, 0.0)
    np.testing.assert_allclose(q * np.exp(1j * phi), np.cos(areas / 2), atol=1e-15)
    near = rosen_zener(areas[3], 1e-9)
    assert near[1] == pytest.approx(pi, abs=1e-7)


def test_power():
    """Eq. (14): 1 - Q^2 = sin^2[(pi/2) sqrt(W/W_pi)]."""
    assert area_from_power(0.25) == pytest.approx(pi / 2)
    assert q_from_power(1.0) == pytest.approx(0.0, abs=1e-15)
    np.testing.assert_allclose(1 - q_from_power([0.1, 0.7]) ** 2, np.sin(pi / 2 * np.sqrt([0.1, 0.7])) ** 2)
    assert q_from_power(4.0) == pytest.approx(1.0)
    assert q_from_power(2.0) > 0.0


@given(st.floats(0.0, 1.0), st.floats(-pi, pi))
@example(1.0, pi / 2)
@example(1.0, 1e-3)
@example(0.0, 1.0)
@example(1e-9, 0.5)
@example(1e-7, 2.0)
@example(0.9999999999999999, 1.0)
@example(0.9999999999999999, 2.5)
@example(1.0 - 1e-12, 3.0)
@example(1.0 - 1e-12, 1e-6)
@example(1e-8, 3.0)
@example(0.999999, 3.1)
@example(0.95, pi)
@example(0.95, -pi)
def test_area_and_detuning_is_the_inverse(q, phi):
    area, y = area_and_detuning(q, phi)
    assert 0.0 <= area <= 2 * pi
    back_q, back_phi = rosen_zener(area, y)
    assert back_q == pytest.approx(q, abs=1e-9)
    # where nothing is left of the amplitude its phase means nothing; next to Q = 1 the last bits of Theta count
    assert abs(q * (np.exp(1j * back_phi) - np.exp(1j * phi))) < 2e-6
    assert phi == 0.0 or y == 0.0 or np.sign(y) == np.sign(phi)


def test_the_phase_grows_with_the_area_at_fixed_q():
    """The root of the inverse is unique."""
    for q in (0.05, 0.5, 0.95, 0.999):
        theta = np.linspace(2 * np.arccos(q), 2 * pi - 2 * np.arccos(q), 400)[1:-1]
        y = np.arccosh(np.sin(theta / 2) / np.sqrt(1 - q**2)) / pi
        found, phi = rosen_zener(theta, y)
        np.testing.assert_allclose(found, q, rtol=1e-9)
        assert (np.diff(phi) > 0).all()


@pytest.mark.parametrize(("q", "phi", "says"), [(1.1, 0.0, "Q was 1.1"), (-0.1, 0.0, "Q was"), (0.5, 4.0, "Phi was 4"),
                                                (0.5, float("nan"), "Phi was nan"), (float("nan"), 0.0, "Q was nan")])
def test_what_cannot_be_reached_is_refused(q, phi, says):
    with pytest.raises(ValueError, match=says):
        area_and_detuning(q, phi)


def test_bad_pulses_are_refused():
    for call in (lambda: area_from_power(-1.0), lambda: q_from_power([0.1, np.inf]), lambda: rosen_zener(-1.0, 0.0),
                 lambda: rosen_zener(1.0, np.nan), lambda: PulseAction.circular(1.5),
                 lambda: PulseAction.circular(0.5, np.inf), lambda: PulseAction.elliptical(1.0, 0.0, 1.2)):
        with pytest.raises(ValueError, match="must"):
            call()


def test_circular_action_is_eq_6():
    action = PulseAction.circular(0.6, 0.8)
    assert action == PulseAction(pytest.approx(0.68), 0.6, pytest.approx(0.16), 0.8)


def spin_after(amplitudes, plus, minus):
    """Spin of a pure state after each amplitude was multiplied; the trion that is made is left out."""
    up, down = amplitudes[0] * plus, amplitudes[1] * minus
    transverse = np.conj(up) * down
    return np.array([transverse.real, transverse.imag, 0.5 * (abs(up) ** 2 - abs(down) ** 2)])


@given(st.floats(0.0, 9.0), st.floats(-2.0, 2.0), st.floats(-1.0, 1.0))
def test_elliptical_action_is_what_the_two_handed_parts_do(power, y, ellipticity):
    action = PulseAction.elliptical(power, y, ellipticity)
    factors = []
    for share in (0.5 * (1 + ellipticity), 0.5 * (1 - ellipticity)):
        q, phi = rosen_zener(area_from_power(power * share), y)
        factors.append(q * np.exp(1j * phi))
    state = np.array([np.cos(0.4), np.sin(0.4) * np.exp(0.9j)])
    before = spin_after(state, 1.0, 1.0)
    turn = np.exp(-1j * action.phi) * (before[0] + 1j * before[1])
    expected = spin_after(state, *factors)
    got = [action.q_perp * turn.real, action.q_perp * turn.imag, action.q_z * before[2] - action.kick]
    np.testing.assert_allclose(got, expected, atol=1e-12)
    other = PulseAction.elliptical(power, y, -ellipticity)
    assert (other.kick, other.phi) == (pytest.approx(-action.kick), pytest.approx(-action.phi))


def test_linear_light_pumps_nothing_and_circular_light_is_eq_14():
    assert PulseAction.elliptical(0.5, 0.1, 0.0).kick == 0.0
    assert PulseAction.elliptical(0.5).q_perp == pytest.approx(float(q_from_power(0.5)))
    assert PulseAction.elliptical(0.5).q_z == pytest.approx(PulseAction.circular(float(q_from_power(0.5))).q_z)
