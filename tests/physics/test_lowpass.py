"""The output filter of a lock-in: exact over a tick for any ratio of tick and time constant.

Conventions: s(t) = Re[E exp(i w t)], X + iY = E exp(-i phi) / sqrt 2, the cascade tau dy_j/dt = y_(j-1) - y_j.
"""

from __future__ import annotations

import cmath
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import factorial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.signal import lfilter

from vlab.physics.lowpass import _phasor, advance, settled, settled_noise, transition

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
all_poles = pytest.mark.parametrize("poles", [1, 2, 3, 4])
ratios = pytest.mark.parametrize("ratio", [1e-7, 1e-4, 0.03, 1.0, 10.0, 1e3])
BANDWIDTH = {1: 1.0 / 4.0, 2: 1.0 / 8.0, 3: 3.0 / 32.0, 4: 5.0 / 64.0}
"""ENBW times tau."""
NO_LINES = np.empty(0)


def digits(z: float, poles: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return free, start and end of `transition` from finite sums in 80 digits.

    P(n, z) = 1 - exp(-z) sum_(m<n) z^m / m! is the step response; its mean over the tick, 1 - (1/z) sum_(m<=n) P(m, z),
    the response to a ramp that ends at 1.
    """
    with localcontext() as context:
        context.prec = 80
        exact = Decimal(z)
        free = [(-exact).exp() * exact**m / factorial(m) for m in range(poles + 1)]
        step = [1 - sum(free[:n], Decimal(0)) for n in range(1, poles + 2)]
        end = [1 - sum(step[:n], Decimal(0)) / exact for n in range(1, poles + 1)]
        start = [step[n] - end[n] for n in range(poles)]
        return tuple(np.array(values[:poles], dtype=float) for values in (free, start, end))


@ratios
@all_poles
def test_transition_against_finite_sums_in_many_digits(ratio: float, poles: int) -> None:
    tau = 0.3
    step = transition(ratio * tau, tau, poles)
    free, start, end = digits(ratio * tau / tau, poles)
    np.testing.assert_allclose(step.free, free, rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(step.start, start, rtol=1e-13)
    np.testing.assert_allclose(step.end, end, rtol=1e-13)


def augmented(tau: float, poles: int, shifts: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return the matrix of the linear system (y_1 .. y_n, then for each component exp(i nu t) and t exp(i nu t))."""
    size = poles + 2 * shifts.size
    matrix = np.zeros((size, size), dtype=complex)
    for j in range(poles):
        matrix[j, j] = -1.0 / tau
        if j:
            matrix[j, j - 1] = 1.0 / tau
    for c, shift in enumerate(shifts):
        flat, rising = poles + 2 * c, poles + 2 * c + 1
        matrix[0, flat] = 1.0 / tau  # the state holds (u_c + s_c t) exp(i nu t) and s_c exp(i nu t)
        matrix[flat, flat] = matrix[rising, rising] = 2j * np.pi * shift
        matrix[flat, rising] = 1.0
    return matrix


def by_expm(state: NDArray[np.complex128], shifts: NDArray[np.float64], weights: NDArray[np.complex128],
            envelopes: NDArray[np.float64], start_ps: int, tick_ps: int, tau: float) -> NDArray[np.complex128]:
    """The arguments of `advance`, by the matrix exponential of the augmented system, tick by tick."""
    tick, lines = tick_ps / 1e12, np.concatenate([[0.0], shifts])
    propagator = expm(augmented(tau, state.size, lines) * tick)
    components = weights @ envelopes
    for i in range(envelopes.shape[1] - 1):
        phases = np.exp(2j * np.pi * np.array([(f * (start_ps + i * tick_ps) / 1e12) % 1.0 for f in lines]))
        amplitude, rise = components[:, i] * phases, (components[:, i + 1] - components[:, i]) / tick * phases
        state = (propagator @ np.concatenate([state, np.column_stack([amplitude, rise]).ravel()]))[:state.size]
    return state


RAMPS = np.array([[1.0, 1.4, 1.4, -0.3, 0.0, 0.0], [0.2, -0.5, 0.1, 0.1, 0.9, 1.0]])
WEIGHTS = np.array([[0.7 - 0.2j, 0.0], [0.6 + 0.3j, 0.5j], [0.1 + 0.9j, 0.0], [0.0, -0.4 + 0.1j]])


@ratios
@all_poles
def test_advance_against_the_matrix_exponential(ratio: float, poles: int) -> None:
    """A line at the reference, its double-frequency part, a neighbour off resonance; ramped envelopes."""
    tick_ps = 10_000_000
    shifts = np.array([37e3, -200e3, 411.0])
    tau = tick_ps / 1e12 / ratio
    state = np.array([0.3 - 0.1j, -0.2j, 0.5, 0.1 + 0.1j])[:poles]
    arguments = (shifts, WEIGHTS, RAMPS, 123_456_789, tick_ps, tau)
    np.testing.assert_allclose(advance(state, *arguments), by_expm(state, *arguments), rtol=0.0, atol=1e-13)
    # from zero, to compare the small changes that a tick makes to a slow filter
    state = np.zeros(poles, dtype=complex)
    np.testing.assert_allclose(advance(state, *arguments), by_expm(state, *arguments), rtol=1e-8)


@all_poles
def test_advance_against_a_general_integrator(poles: int) -> None:
    tau, tick_ps, shifts = 2e-3, 1_000_000_000, np.array([900.0, -150.0, 60.0])
    times = np.arange(RAMPS.shape[1]) * tick_ps / 1e12

    def derivative(t: float, y: NDArray[np.complex128]) -> NDArray[np.complex128]:
        components = WEIGHTS @ np.array([np.interp(t, times, envelope) for envelope in RAMPS])
        drive = components @ np.exp(2j * np.pi * np.concatenate([[0.0], shifts]) * t)
        return (np.concatenate([[drive], y[:-1]]) - y) / tau

    state = np.full(poles, 0.2 + 0.1j)
    expected = state
    for left, right in pairwise(times):  # the ramps have corners
        expected = solve_ivp(derivative, (left, right), expected, "DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
    np.testing.assert_allclose(advance(state, shifts, WEIGHTS, RAMPS, 0, tick_ps, tau), expected, rtol=0.0, atol=1e-10)


@pytest.mark.parametrize(("phase", "harmonic_of_signal"), [(0.0, 1), (0.7, 1), (-2.0, 1), (0.4, 3)])
@all_poles
def test_a_sampled_mixer_and_rc_filters_give_the_same(poles: int, phase: float, harmonic_of_signal: int) -> None:
    """s(t) = Re[E exp(i w t)], mixed with sqrt2 exp(-i (w_r t + phi)), sampled finely and filtered sample by sample."""
    reference, amplitude, tau, tick_ps = 1000.0, 0.8 * np.exp(-0.5j), 3e-3, 1_000_000_000
    carrier = harmonic_of_signal * reference
    envelope = np.array([[0.5, 1.0, 0.2, 0.2, 0.9]])
    per_tick = 20_000
    t = np.arange(4 * per_tick + 1) * (tick_ps / 1e12 / per_tick)
    voltage = np.interp(t, np.arange(5) * 1e-3, envelope[0]) * np.real(amplitude * np.exp(2j * np.pi * carrier * t))
    sampled = np.sqrt(2.0) * np.exp(-1j * (2.0 * np.pi * reference * t + phase)) * voltage
    z = t[1] / tau
    decay, last = np.exp(-z), 1.0 - (1.0 - np.exp(-z)) / z
    for _ in range(poles):  # an RC whose input is linear between samples, from zero
        sampled, _ = lfilter([last, 1.0 - decay - last], [1.0, -decay], sampled, zi=[-last * sampled[0]])
    turn = np.exp(-1j * phase) / np.sqrt(2.0)
    direct, mirrored = amplitude * turn, amplitude.conjugate() * turn
    if harmonic_of_signal == 1:
        shifts, weights = np.array([-2.0 * reference]), np.array([[direct], [mirrored]])
    else:
        shifts = np.array([carrier - reference, -carrier - reference])
        weights = np.array([[0.0], [direct], [mirrored]])
    found = advance(np.zeros(poles, dtype=complex), shifts, weights, envelope, 0, tick_ps, tau)
    assert found[-1] == pytest.approx(sampled[-1], abs=1e-7)


@all_poles
def test_a_lagging_signal_has_negative_phase(poles: int) -> None:
    """X + iY = E exp(-i phi) / sqrt 2 in volts rms: cos(w t - 0.3) settles at phase -0.3, at 0 with the phase set."""
    amplitude = np.exp(-0.3j)
    for phi, expected in ((0.0, amplitude / np.sqrt(2.0)), (-0.3, 1.0 / np.sqrt(2.0))):
        weights = np.array([[amplitude * np.exp(-1j * phi) / np.sqrt(2.0)]])
        out = advance(np.zeros(poles, dtype=complex), NO_LINES, weights, np.ones((1, 101)), 0, 10**12, 1.0)
        np.testing.assert_allclose(out, expected, rtol=1e-13)


@ratios
@all_poles
def test_settled_is_what_a_long_wait_gives(ratio: float, poles: int) -> None:
    """The state that constant components leave, at a time that is no whole number of their periods."""
    shifts, components = np.array([37e3, -200e3, 411.0]), WEIGHTS @ [1.0, 0.6]
    tick_ps, tau = 10_000_000, 1e-5 / ratio
    state = settled(shifts, components, 987_654_321, tau, poles)
    flat = np.ones((1, 8))
    later = advance(state, shifts, components[:, None], flat, 987_654_321, tick_ps, tau)
    np.testing.assert_allclose(later, settled(shifts, components, 987_654_321 + 7 * tick_ps, tau, poles), atol=1e-13)
    long_ps = round(60.0 * tau * 1e12)
    reached = advance(np.zeros(poles, dtype=complex), shifts, components[:, None], np.ones((1, 2)),
                      987_654_321 - long_ps, long_ps, tau)
    np.testing.assert_allclose(reached, state, rtol=0.0, atol=1e-11)


@all_poles
def test_settled_response_is_that_of_rc_stages(poles: int) -> None:
    """Each stage divides a component at nu by 1 + i nu tau."""
    shift, tau, time_ps = 70.0, 4e-3, 12_345_678_901
    expected = np.exp(2j * np.pi * shift * time_ps / 1e12) / (1.0 + 2j * np.pi * shift * tau) ** np.arange(1, poles + 1)
    found = settled(np.array([shift]), np.array([0.0, 1.0 + 0j]), time_ps, tau, poles)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("shifts", [[411.0], [2000.0, -2000.0], [-2000.0, 2000.0, 30.0], [0.3, 1e5, -1e5, 2e5, -2e5]],
                         ids=str)
@all_poles
def test_chopping_into_calls_changes_no_bit(poles: int, shifts: list[float]) -> None:
    """Also where two components are opposite, and late in the day."""
    start_ps, tick_ps, tau, ticks = 7_200_000_123_456_789, 1_234_567, 1e-4, 60
    generator = np.random.default_rng(5)
    envelopes = generator.normal(size=(2, ticks + 1))
    weights = generator.normal(size=(1 + len(shifts), 2)) + 1j * generator.normal(size=(1 + len(shifts), 2))
    normals = generator.normal(size=(ticks, 2, poles))
    state = generator.normal(size=poles) + 0j

    def run(state: NDArray[np.complex128], first: int, last: int) -> NDArray[np.complex128]:
        return advance(state, np.array(shifts), weights, envelopes[:, first:last + 1], start_ps + first * tick_ps,
                       tick_ps, tau, normals[first:last], 1e-4)

    whole = run(state, 0, ticks)

    @unhurried
    @given(st.sets(st.integers(1, ticks - 1), min_size=1, max_size=10))
    def cut_up(cuts: set[int]) -> None:
        part = state
        for first, last in pairwise([0, *sorted(cuts), ticks]):
            part = run(part, first, last)
        assert np.array_equal(part, whole)

    cut_up()


def stationary(tau: float, poles: int) -> NDArray[np.float64]:
    """Return the root of the covariance that long-lasting noise of unit density leaves."""
    columns = [settled_noise(np.array([unit, 0.0 * unit]), 1.0, tau).real for unit in np.eye(poles)]
    return np.array(columns).T


@all_poles
@pytest.mark.parametrize("tau", [1e-5, 1.0, 3e4])
def test_noise_has_the_equivalent_noise_bandwidth(poles: int, tau: float) -> None:
    """Variance of X, and of Y, is density x ENBW: 1/(4 tau), 1/(8 tau), 3/(32 tau), 5/(64 tau), at every stage."""
    variances = np.sum(stationary(tau, poles) ** 2, axis=1)
    np.testing.assert_allclose(variances, [BANDWIDTH[stage] / tau for stage in range(1, poles + 1)], rtol=1e-13)
    response = lambda f: 1.0 / (1.0 + (2.0 * np.pi * f) ** 2) ** poles  # noqa: E731
    assert quad(response, 0.0, np.inf, epsabs=0.0, epsrel=1e-10)[0] == pytest.approx(BANDWIDTH[poles], rel=1e-9)


def test_noise_of_x_and_y_is_independent_and_scales_with_the_density() -> None:
    normals = np.array([[0.3, -1.2, 0.7], [1.5, 0.1, -0.4]])
    both = settled_noise(normals, 4e-18, 0.1)
    root = stationary(0.1, 3)
    np.testing.assert_allclose(both.real, 2e-9 * root @ normals[0], rtol=1e-13)
    np.testing.assert_allclose(both.imag, 2e-9 * root @ normals[1], rtol=1e-13)


@ratios
@all_poles
def test_noise_of_one_tick_against_numerical_integration(ratio: float, poles: int) -> None:
    """Cov_ij = (S/2) int_0^T h_i h_j dt, h_i = t^(i-1) exp(-t/tau) / (tau^i (i-1)!), for the one-sided density S."""
    root = transition(ratio, 1.0, poles).noise
    assert np.array_equal(root, np.tril(root))
    covariance = root @ root.T
    for i in range(poles):
        for j in range(poles):
            # t = ratio s; above 60 time constants the integrand is gone
            reach = min(ratio, 60.0)
            expected = quad(lambda s, n=i + j, top=reach: s**n * np.exp(-2.0 * top * s), 0.0, 1.0, epsabs=0.0,
                            epsrel=1e-12)[0] * reach ** (i + j + 1) / (2.0 * factorial(i) * factorial(j))
            assert covariance[i, j] == pytest.approx(expected, rel=1e-10)


@ratios
@all_poles
@pytest.mark.parametrize("tau", [1e-5, 1.0, 3e4])
def test_noise_is_stationary(ratio: float, poles: int, tau: float) -> None:
    """Free decay of the stationary covariance plus one tick's is the stationary covariance."""
    step = transition(ratio * tau, tau, poles)
    free = sum(np.diag(np.full(poles - m, step.free[m]), -m) for m in range(poles))
    root = stationary(tau, poles)
    still = root @ root.T
    np.testing.assert_allclose(free @ still @ free.T + step.noise @ step.noise.T, still, rtol=1e-10)


@all_poles
def test_advance_adds_the_noise_of_each_tick(poles: int) -> None:
    """With no signal the state is the free decay of what was plus root @ normals x sqrt(density)."""
    tick_ps, tau, density = 3_000_000_000, 0.01, 2.5e-5
    normals = np.random.default_rng(2).normal(size=(3, 2, poles))
    step = transition(tick_ps / 1e12, tau, poles)
    free = sum(np.diag(np.full(poles - m, step.free[m]), -m) for m in range(poles))
    expected = np.arange(1.0, poles + 1.0) + 0.5j
    found = advance(expected, NO_LINES, np.zeros((1, 1), dtype=complex), np.zeros((1, 4)), 0, tick_ps, tau, normals,
                    density)
    for x, y in normals:
        expected = free @ expected + np.sqrt(density) * step.noise @ (x + 1j * y)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_advance_without_density_or_normals_is_quiet() -> None:
    call = (np.array([0.2 + 0.1j, 0.1j]), NO_LINES, np.array([[0.5 + 0j]]), np.ones((1, 6)), 0, 10**9, 1e-3)
    quiet = advance(*call)
    assert np.array_equal(advance(*call, normals=np.ones((5, 2, 2)), density=0.0), quiet)
    assert np.array_equal(advance(*call, normals=None, density=1.0), quiet)
    assert not np.array_equal(advance(*call, normals=np.ones((5, 2, 2)), density=1.0), quiet)


def test_advance_leaves_its_argument_alone() -> None:
    state = np.array([0.2 + 0.1j])
    advance(state, NO_LINES, np.array([[0.5 + 0j]]), np.ones((1, 6)), 0, 10**9, 1e-3)
    assert state.tolist() == [0.2 + 0.1j]
    unmoved = advance(state, NO_LINES, np.array([[0.5 + 0j]]), np.ones((1, 1)), 0, 10**9, 1e-3)
    assert np.array_equal(unmoved, state)


@pytest.mark.parametrize("wrong", [(0.0, 1.0, 1), (-1.0, 1.0, 1), (1.0, 0.0, 1), (np.nan, 1.0, 1), (1.0, 1.0, 0),
                                   (1.0, 1.0, 5)], ids=str)
def test_transition_refuses(wrong: tuple[float, float, int]) -> None:
    with pytest.raises(ValueError, match="no filter with"):
        transition(*wrong)


@pytest.mark.parametrize("frequency", [50e3, -50e3, 100e3, 137.0, 50e3 + 0.25, 1e-3, 0.0, 12.5e6])
@pytest.mark.parametrize("time_ps", [0, 1, 123_456_789, 10**10, 259_200 * 10**12 + 10**10])
def test_phases_are_right_however_late_it_is(frequency, time_ps):
    cycles = Fraction(frequency) * Fraction(time_ps, 10**12) % 1
    error = abs(_phasor(frequency, time_ps) - cmath.exp(2j * cmath.pi * float(cycles)))
    # whole Hz are exact; of the rest, and of very fast lines, the product with the time is rounded
    rounded = abs(frequency) if abs(frequency) > 9e6 else abs(frequency - np.floor(frequency))
    assert error < 1e-14 + 4e-15 * rounded * time_ps * 1e-12


@pytest.mark.parametrize("tick_ps", [10**10, 10**10 + 7, 3 * 10**9])
def test_lines_that_stand_still_give_the_same_as_those_that_turn(tick_ps):
    """50 kHz turns 500 times in 10 ms; a line off by 1e-10 Hz has its phase computed at each boundary."""
    envelopes = np.random.default_rng(1).normal(size=(1, 60))
    weights = np.array([[1.0], [0.3j], [0.2]])
    found = [advance(np.zeros(2, complex), np.array([50e3 + off, -50e3 - off]), weights, envelopes, 10**12,
                             tick_ps, 0.03) for off in (0.0, 1e-10)]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)
