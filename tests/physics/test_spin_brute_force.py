"""Direct integration of eqs. (2) and (3) with the pulses of eq. (6), against scipy, closed forms and exact maps."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
import spin_reference as reference
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from vlab.physics import spin_limits as limits
from vlab.physics.spin_brute_force import (
    PumpProbe,
    helicity_sequence,
    inertia_from_trace,
    mean_pulse_trace,
    pulse_traces,
)

P_TYPE = PumpProbe((0.0, 0.0, -4e8), (0.0, 0.0, -3e8), (21.9, 4.375), 5200e-9, 35e-9, 0.4e-9, 13.2e-9, 0.5)
N_TYPE = PumpProbe((0.0, 0.0, -5e8), (0.0, 0.0, -4e8), (0.0457, 0.2286), 500e-9, 10e-9, 0.4e-9, 13.2e-9, 0.5)
TIGHT = {"rtol": 1e-12, "atol": 1e-14}


def random_case(rng: np.random.Generator) -> tuple[PumpProbe, NDArray[np.float64]]:
    """Any direction of every field, relaxation that matters within a few periods, and a detuned pulse."""
    setup = PumpProbe(tuple(rng.normal(size=3) * 5e8), tuple(rng.normal(size=3) * 5e8), tuple(rng.uniform(0.1, 3.0, 2)),
                      tau_s=rng.uniform(8e-9, 200e-9), tau_s_trion=rng.uniform(0.2e-9, 20e-9),
                      tau_0=rng.uniform(0.3e-9, 1e-9), t_r=13.2e-9, q=rng.uniform(0.0, 1.0), phi=rng.uniform(-3.0, 3.0))
    return setup, rng.normal(size=(1, 3)) * 3e8


def dot_of(setup: PumpProbe, nuclear: NDArray[np.float64]) -> reference.Dot:
    return reference.Dot.of(nuclear, **asdict(setup))


def scipy_trace(setup: PumpProbe, nuclear: NDArray[np.float64], helicity: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same by DOP853, eqs. (2), (3), (5), (6) written out anew."""
    ratio = np.array([setup.trion_ratio[0], setup.trion_ratio[0], setup.trion_ratio[1]])
    w, w_trion = nuclear + setup.larmor, nuclear * ratio + setup.larmor_trion

    def slope(_: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        s, j = y[:3], y[3:]
        return np.concatenate([np.cross(w, s) - s / setup.tau_s + np.array([0.0, 0.0, j[2] / setup.tau_0]),
                               np.cross(w_trion, j) - j / setup.tau_s_trion - j / setup.tau_0])

    s, rows, q = np.zeros(3), [], setup.q
    for p in helicity:
        rows.append(s)
        cos, sin = np.cos(setup.phi), np.sin(setup.phi)
        after = np.array([q * cos * s[0] + p * q * sin * s[1], q * cos * s[1] - p * q * sin * s[0],
                          (1 + q**2) / 2 * s[2] - p * (1 - q**2) / 4])
        start = np.concatenate([after, [0.0, 0.0, s[2] - after[2]]])
        solution = solve_ivp(slope, (0.0, setup.t_r), start, "DOP853", rtol=1e-12, atol=1e-14)
        s = solution.y[:3, -1]
    return np.array(rows)


@pytest.mark.slow
@pytest.mark.parametrize("setup", [N_TYPE, replace(P_TYPE, phi=0.8), replace(P_TYPE, larmor=(3e8, -1e8, 2e8))],
                         ids=["n-type", "p-type-detuned", "tilted-field"])
def test_eqs2_and_3_agree_with_dop853(setup: PumpProbe) -> None:
    nuclear = np.array([[2e8, -1e8, 3e8], [-0.3e8, 0.2e8, 0.1e8]])
    helicity = helicity_sequence(4, 2)
    got = pulse_traces(setup, nuclear, helicity, **TIGHT)
    for dot in range(2):
        np.testing.assert_allclose(got[dot], scipy_trace(setup, nuclear[dot], helicity), rtol=0.0, atol=1e-11)
    assert abs(got[:, 1:, 2]).min() > 1e-6


def test_integration_agrees_with_the_exact_maps() -> None:
    """Random fields and pulses; the paper's cut at T_R, its upper limit infinity, and the trion kept."""
    rng = np.random.default_rng(20)
    helicity = helicity_sequence(20, 4)
    for _ in range(12):
        setup, nuclear = random_case(rng)
        dot = dot_of(setup, nuclear[0])
        got = pulse_traces(setup, nuclear, helicity, **TIGHT)[0]
        np.testing.assert_allclose(got, reference.trace(dot, helicity, "cut"), rtol=0.0, atol=1e-11)
        left = np.exp(-setup.t_r * (1.0 / setup.tau_0 + 1.0 / setup.tau_s_trion))
        np.testing.assert_allclose(got, reference.trace(dot, helicity), rtol=0.0, atol=1e-11 + 2.0 * left)
        kept = pulse_traces(setup, nuclear, helicity, keep_trion=True, **TIGHT)[0]
        np.testing.assert_allclose(kept, reference.trace_with_residual_trion(dot, helicity), rtol=0.0, atol=1e-11)


def test_a_trion_that_outlives_the_period_is_kept_or_forgotten() -> None:
    setup, nuclear, helicity = replace(N_TYPE, tau_0=5e-9), np.array([[2e8, -1e8, 3e8]]), helicity_sequence(12, 3)
    dot = dot_of(setup, nuclear[0])
    forgotten = pulse_traces(setup, nuclear, helicity, **TIGHT)[0]
    kept = pulse_traces(setup, nuclear, helicity, keep_trion=True, **TIGHT)[0]
    np.testing.assert_allclose(forgotten, reference.trace(dot, helicity, "cut"), rtol=0.0, atol=1e-11)
    np.testing.assert_allclose(kept, reference.trace_with_residual_trion(dot, helicity), rtol=0.0, atol=1e-11)
    assert abs(kept - forgotten).max() > 1e-3


@pytest.mark.parametrize("tolerance", [1e-5, 1e-7, 1e-9])
def test_tolerance_bounds_the_error(tolerance: float) -> None:
    nuclear, helicity = np.array([[2e8, -1e8, 3e8]]), helicity_sequence(12, 3)
    got = pulse_traces(P_TYPE, nuclear, helicity, rtol=tolerance, atol=tolerance)[0]
    error = abs(got - reference.trace(dot_of(P_TYPE, nuclear[0]), helicity)).max()
    assert 1e-4 * tolerance < error < 100.0 * tolerance


@pytest.mark.parametrize("q", [0.99, 0.5, 0.0])
@pytest.mark.parametrize("setup", [N_TYPE, P_TYPE], ids=["n-type", "p-type"])
def test_eqs7_and_8_without_nuclear_field(setup: PumpProbe, q: float) -> None:
    setup, helicity = replace(setup, q=q, phi=0.7), helicity_sequence(12, 4)
    got = pulse_traces(setup, np.zeros((1, 3)), helicity, **TIGHT)[0]
    m, v = limits.strong_field_map(q, setup.tau_s, setup.tau_s_trion, setup.tau_0, setup.t_r)
    s = 0.0
    for k, p in enumerate(helicity):
        np.testing.assert_allclose(got[k], [0.0, 0.0, s], rtol=0.0, atol=2e-13)
        s = m * s + p * v


def test_eq6_helicity_and_detuning_turned_round_together() -> None:
    """Half a turn about x: with W_x alone, P -> -P and Phi -> Phi is S -> (S_x, -S_y, -S_z)."""
    setup = replace(N_TYPE, larmor=(3e8, 0.0, 0.0), larmor_trion=(2e8, 0.0, 0.0), phi=0.9)
    helicity = helicity_sequence(10, 3)
    plus, minus = (pulse_traces(setup, np.array([[1e8, 0.0, 0.0]]), p, **TIGHT)[0] for p in (helicity, -helicity))
    np.testing.assert_allclose(minus, plus * [1.0, -1.0, -1.0], rtol=0.0, atol=1e-14)
    assert abs(plus[2:, 1]).min() > 1e-4


def test_eq6_mirror_of_the_fields_turns_the_detuning() -> None:
    """A mirror that holds x and z reverses S as a pseudovector but for S_y; so do W, P and the sense of Phi."""
    setup = replace(N_TYPE, larmor=(3e8, -2e8, 1e8), larmor_trion=(2e8, 1e8, -3e8), phi=0.9)
    across = np.array([-1.0, 1.0, -1.0])
    other = replace(setup, larmor=tuple(across * setup.larmor), larmor_trion=tuple(across * setup.larmor_trion))
    nuclear, helicity = np.array([[1e8, 2e8, -1e8]]), helicity_sequence(10, 3)
    first = pulse_traces(setup, nuclear, helicity, **TIGHT)[0]
    second = pulse_traces(other, nuclear * across, -helicity, **TIGHT)[0]
    np.testing.assert_allclose(second, first * across, rtol=0.0, atol=1e-13)


def test_eq6_pi_pulse_erases_the_transverse_spin() -> None:
    """With Q = 0 the state after a pulse knows S_z only, so Phi does not matter."""
    nuclear, helicity = np.array([[2e8, -1e8, 3e8]]), helicity_sequence(10, 3)
    traces = [pulse_traces(replace(P_TYPE, q=0.0, phi=phi), nuclear, helicity, **TIGHT) for phi in (0.0, 1.3)]
    np.testing.assert_array_equal(*traces)


def test_spin_without_trion_decays_whatever_it_turns_about() -> None:
    """One pulse whose trion loses its spin at once, then pulses that do nothing: |S| ~ exp(-t / tau_s)."""
    setup = replace(N_TYPE, tau_s_trion=1e-14, tau_s=30e-9, q=0.0, larmor=(3e8, -2e8, 1e8))
    pumped = pulse_traces(setup, np.array([[1e8, 2e8, 3e8]]), [1.0, 1.0], **TIGHT)[0, 1]
    assert np.linalg.norm(pumped) == pytest.approx(0.25 * np.exp(-setup.t_r / setup.tau_s), rel=1e-4)
    longer = replace(setup, t_r=2.5 * setup.t_r)
    later = pulse_traces(longer, np.array([[1e8, 2e8, 3e8]]), [1.0, 1.0], **TIGHT)[0, 1]
    decay = np.exp(-(longer.t_r - setup.t_r) / setup.tau_s)
    assert np.linalg.norm(later) == pytest.approx(decay * np.linalg.norm(pumped), rel=1e-10)


def test_no_pulse_no_spin() -> None:
    got = pulse_traces(replace(P_TYPE, q=1.0), np.array([[2e8, -1e8, 3e8]]), helicity_sequence(5, 2))
    np.testing.assert_array_equal(got, 0.0)


def test_mean_trace_is_the_mean_of_the_traces() -> None:
    nuclear, helicity = np.random.default_rng(3).normal(size=(6, 3)) * 1e8, helicity_sequence(9, 2)
    np.testing.assert_allclose(mean_pulse_trace(P_TYPE, nuclear, helicity),
                               pulse_traces(P_TYPE, nuclear, helicity).mean(axis=0), rtol=0.0, atol=1e-16)


def test_helicity_sequence() -> None:
    np.testing.assert_array_equal(helicity_sequence(7, 2), [1, 1, -1, -1, 1, 1, -1])
    np.testing.assert_array_equal(helicity_sequence(8, 2.5), [1, 1, 1, -1, -1, 1, 1, 1])
    with pytest.raises(ValueError, match="positive"):
        helicity_sequence(3, 0.0)


@pytest.mark.parametrize("n", [1, 3, 8])
def test_eq1_from_a_settled_trace_is_the_periodic_states(n: int) -> None:
    """After many periods the starting transient is gone, wherever the window ends."""
    setup = replace(N_TYPE, tau_s=15e-9)
    nuclear = np.array([[2e8, -1e8, 3e8], [1e8, 2e8, 0.0]])
    expected = reference.modulated_signal([dot_of(setup, w) for w in nuclear], n)
    trace = mean_pulse_trace(setup, nuclear, helicity_sequence(60 + 4 * n, n), **TIGHT)
    for shorter in range(3):
        got = inertia_from_trace(trace[:len(trace) - shorter], n)
        assert got == pytest.approx(expected, abs=1e-12)
    assert inertia_from_trace(trace[:, 2], n, 1) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [1, 4, 50])
def test_eq1_phase_is_zero_for_a_spin_that_follows_at_once(n: int) -> None:
    trace = np.concatenate([[0.0], -0.5 * helicity_sequence(10 * n, n)])
    assert inertia_from_trace(trace, n) == pytest.approx(float(limits.signal_bound(n)), rel=1e-12)


def test_eq1_phase_is_negative_for_a_spin_that_lags() -> None:
    trace = mean_pulse_trace(replace(N_TYPE, tau_s=100e-9), np.zeros((1, 3)), helicity_sequence(300, 10))
    expected = limits.strong_field_signal(np.pi / (10 * N_TYPE.t_r), N_TYPE.q, 100e-9, N_TYPE.tau_s_trion, N_TYPE.tau_0,
                                          N_TYPE.t_r, limits.square_wave_fundamental(10))
    assert inertia_from_trace(trace, 10) == pytest.approx(complex(expected), rel=1e-7)
    assert -np.pi / 2 < np.angle(inertia_from_trace(trace, 10)) < -0.1


def test_refusals() -> None:
    with pytest.raises(ValueError, match="too short"):
        inertia_from_trace(np.zeros(8), 2)
    with pytest.raises(ValueError, match="shape"):
        pulse_traces(P_TYPE, [1.0, 2.0, 3.0], [1, 1])
    with pytest.raises(ValueError, match="finite"):
        pulse_traces(P_TYPE, [[1.0, 2.0, np.nan]], [1, 1])
    with pytest.raises(ValueError, match=r"\+1 and -1"):
        pulse_traces(P_TYPE, [[1.0, 2.0, 3.0]], [1, 0])
    with pytest.raises(ValueError, match="atol"):
        pulse_traces(P_TYPE, [[1.0, 2.0, 3.0]], [1, 1], atol=0.0)
    with pytest.raises(ValueError, match="integrated"):
        pulse_traces(replace(P_TYPE, phi=np.nan), [[1.0, 2.0, 3.0]], [1, 1])
    with pytest.raises(ValueError, match="positive"):
        replace(P_TYPE, tau_0=0.0)
