"""The master equation in the Dicke basis against the full Lindbladian, exact arithmetic and all 2^N nuclear states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, reduce
from math import comb

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg

from vlab.physics.dicke import (
    DickeModel,
    Manifold,
    block_elimination,
    flow_balance,
    literal_weights,
    mixture,
    thermal_weights,
    total_spins,
)

Matrix = NDArray[np.complex128]
Solver = Callable[[DickeModel, float, float], Manifold]
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

UEV = 1.0 / 6.582119569e-10
"""rad/s"""
NOTE = DickeModel(nuclei=1000, coupling=120 * UEV, omega=0.85 * UEV, omega_z=174.5197 * UEV, gamma=0.85 * UEV,
                  gamma_hhlh=8.5e-3 * UEV, kappa=1.7e-3 * UEV, k_ff=1.7e-3 * UEV, spin_ratio=3.0)
"""N = 1000 at 4.5 T."""
FEW = DickeModel(nuclei=3, coupling=1.5, omega=0.9, omega_z=2.5, gamma=1.0, gamma_hhlh=0.05, kappa=0.1, k_ff=0.2,
                 spin_ratio=0.7)
"""In units of Gamma, with a flip amplitude of 0.2 so that nothing is small."""
both_solvers = pytest.mark.parametrize("solve", [flow_balance, block_elimination])


def gamma_spin(model: DickeModel, iz: NDArray[np.float64] | float, x: float) -> NDArray[np.float64]:
    delta = x - model.coupling / model.nuclei * np.asarray(iz)
    w_abs = model.omega**2 * model.gamma / (4 * delta**2 + 2 * model.omega**2 + model.gamma**2)
    return np.asarray(model.spin_ratio * w_abs)


def spin_matrices(spin: float) -> tuple[Matrix, Matrix]:
    """Return I_z and I+ with m rising."""
    m = np.arange(-spin, spin + 1)
    return np.diag(m).astype(complex), np.diag(np.sqrt(spin * (spin + 1) - m[:-1] * (m[:-1] + 1)), -1).astype(complex)


def liouvillian(model: DickeModel, x: float, iz: Matrix, raising: Matrix) -> sparse.csc_array:
    """Return the full generator on row-major rho over electron (u, d, t) x nuclei, operator by operator."""
    def jump(to: int, start: int) -> Matrix:
        s = np.zeros((3, 3), complex)
        s[to, start] = 1.0
        return s

    u, d, t = 0, 1, 2
    one = np.eye(iz.shape[0])
    drive = jump(t, u) + jump(u, t)
    h = (x * np.kron(jump(t, t), one) + 0.5 * model.omega * np.kron(drive, one)
         + model.coupling / model.nuclei * np.kron(jump(u, u) - jump(d, d), iz))
    e = model.coupling / (model.nuclei * model.omega_z)
    dephasing = np.diag(np.sqrt(gamma_spin(model, np.diag(iz).real, x)))
    collapse = [
        np.sqrt(model.gamma) * np.kron(jump(u, t), one),
        np.sqrt(model.gamma_hhlh) * np.kron(jump(d, t), one),
        np.sqrt(model.kappa) * np.kron(jump(u, d), one),
        np.sqrt(model.kappa) * np.kron(jump(d, u), one),
        e * np.sqrt(model.gamma) * np.kron(jump(d, t), raising),
        e * np.sqrt(model.k_ff) * np.kron(jump(d, u), raising),
        e * np.sqrt(model.k_ff) * np.kron(jump(u, d), raising.T),
        e * np.kron(jump(d, u), raising @ dephasing),
        e * np.kron(jump(u, d), raising.T @ dephasing),
        np.sqrt(model.gamma_nuc) * np.kron(np.eye(3), raising),
        np.sqrt(model.gamma_nuc) * np.kron(np.eye(3), raising.T),
    ]
    whole = sparse.eye_array(h.shape[0])
    generator = -1j * (sparse.kron(h, whole) - sparse.kron(whole, h.T))
    for c in collapse:
        c2 = c.conj().T @ c
        generator = generator + sparse.kron(c, c.conj()) - 0.5 * (sparse.kron(c2, whole) + sparse.kron(whole, c2.T))
    return sparse.csc_array(generator)


@lru_cache
def full_stationary(model: DickeModel, spin: float, x: float) -> Matrix:
    """Return rho[electron, m, electron', m'] in the kernel of the full Liouvillian."""
    size = 3 * round(2 * spin + 1)
    # the balance of the first population follows from the others
    generator = sparse.vstack([sparse.csr_array(np.eye(size).reshape(1, -1)),
                               sparse.csr_array(liouvillian(model, x, *spin_matrices(spin)))[1:] / model.gamma])
    rho = sparse_linalg.spsolve(sparse.csc_array(generator), np.eye(size * size)[0])
    return np.asarray(rho.reshape(3, size // 3, 3, size // 3))


def packed(state: Manifold) -> NDArray[np.float64]:
    return np.array([state.up, state.down, state.trion, state.coherence.real, state.coherence.imag])


@pytest.mark.parametrize("spin", [0, 0.5, 1, 1.5, 2, 3])
@pytest.mark.parametrize(("model", "x"), [(NOTE, 0.3 * UEV), (NOTE, -2 * UEV), (FEW, 0.4), (FEW, -3.0)])
@both_solvers
def test_full_lindbladian(solve: Solver, model: DickeModel, x: float, spin: float) -> None:
    rho = full_stationary(model, spin, x)
    state = solve(model, spin, x)
    expected = np.zeros_like(rho)
    for i, population in enumerate([state.up, state.down, state.trion]):
        expected[i, :, i, :] = np.diag(population)
    expected[0, :, 2, :] = np.diag(state.coherence)
    expected[2, :, 0, :] = np.diag(state.coherence.conj())
    np.testing.assert_allclose(expected, rho, rtol=0, atol=1e-12 if model is FEW else 1e-9)


@pytest.mark.parametrize("spin", [0, 0.5, 1, 3])
@pytest.mark.parametrize("gamma_nuc", [1e-6, 0.03])
def test_full_lindbladian_with_free_nuclear_flips(spin: float, gamma_nuc: float) -> None:
    model = replace(FEW, gamma_nuc=gamma_nuc)
    rho = full_stationary(model, spin, 0.4)
    state = block_elimination(model, spin, 0.4)
    for i, population in enumerate([state.up, state.down, state.trion]):
        np.testing.assert_allclose(population, np.diag(rho[i, :, i, :]).real, rtol=1e-12)
    np.testing.assert_allclose(state.coherence, np.diag(rho[0, :, 2, :]), rtol=1e-11)


def rows(model: DickeModel, two_i: int, x: Fraction) -> list[dict[int, Fraction]]:
    """Return the stationary equations of (uu, dd, tt, Re ut, Im ut) for each m in exact arithmetic, trace first."""
    omega, gamma, hhlh, kappa, k_ff, ratio = (
        Fraction(v) for v in (model.omega, model.gamma, model.gamma_hhlh, model.kappa, model.k_ff, model.spin_ratio))
    shift = Fraction(model.coupling) / model.nuclei
    e2 = (shift / Fraction(model.omega_z)) ** 2
    n = two_i + 1
    out: list[dict[int, Fraction]] = [{} for _ in range(5 * n)]

    def add(row: int, column: int, value: Fraction) -> None:
        out[row][column] = out[row].get(column, Fraction(0)) + value

    def jump(to: int, start: int, rate: Fraction) -> None:
        add(to, start, rate)
        add(start, start, -rate)
        if start % 5 != 1:  # out of u or t: the coherence loses half
            for k in (3, 4):
                add(start - start % 5 + k, start - start % 5 + k, -rate / 2)

    def dephasing(j: int) -> Fraction:
        delta = x - shift * (Fraction(j) - Fraction(two_i, 2))
        return ratio * omega**2 * gamma / (4 * delta**2 + 2 * omega**2 + gamma**2)

    for j in range(n):
        u, d, t, re, im = range(5 * j, 5 * j + 5)
        delta = x - shift * (Fraction(j) - Fraction(two_i, 2))
        jump(u, t, gamma)
        jump(d, t, hhlh)
        jump(u, d, kappa)
        jump(d, u, kappa)
        if j < two_i:
            flip = e2 * (two_i - j) * (j + 1)
            jump(d + 5, t, flip * gamma)
            jump(d + 5, u, flip * (k_ff + dephasing(j)))
            jump(u, d + 5, flip * (k_ff + dephasing(j + 1)))
        for row, column, value in ((t, im, omega), (u, im, -omega), (re, im, -delta), (im, re, delta),
                                   (im, u, omega / 2), (im, t, -omega / 2)):
            add(row, column, value)
    out[0] = {5 * j + k: Fraction(1) for j in range(n) for k in range(3)}
    return out


def exact_solution(equations: list[dict[int, Fraction]]) -> NDArray[np.float64]:
    """Solve equations = (1, 0, 0, ...) by elimination from the last unknown upwards, sparse and without rounding."""
    size = len(equations)
    rest = [dict(row) for row in equations]
    solved: list[dict[int, Fraction]] = [{}] * size
    for column in range(size - 1, 0, -1):
        pivot = next(i for i in range(len(rest) - 1, 0, -1) if rest[i].get(column))
        chosen = rest.pop(pivot)
        solved[column] = {k: -v / chosen[column] for k, v in chosen.items() if k != column and v}
        for row in rest:
            factor = row.pop(column, Fraction(0))
            if factor:
                for k, v in solved[column].items():
                    row[k] = row.get(k, Fraction(0)) + factor * v
    values = [1 / rest[0][0]]
    for column in range(1, size):
        values.append(sum((v * values[k] for k, v in solved[column].items()), Fraction(0)))
    return np.array([float(v) for v in values])


@pytest.mark.parametrize(("model", "x"), [(replace(FEW, nuclei=8, spin_ratio=0.03, k_ff=2e-9), 0.2), (NOTE, 0.6 * UEV)])
def test_relative_error_of_each_population_against_exact_arithmetic(model: DickeModel, x: float) -> None:
    exact = exact_solution(rows(model, 7, Fraction(x))).reshape(8, 5).T
    np.testing.assert_allclose(packed(flow_balance(model, 3.5, x)), exact, rtol=3e-15)
    np.testing.assert_allclose(packed(block_elimination(model, 3.5, x)), exact, rtol=2e-14)


def rate_matrix(model: DickeModel, spin: float, x: float) -> NDArray[np.longdouble]:
    """Return jump rates k[to, from] over (u, d, t) x m with the coherence put in, in extended precision."""
    m = np.arange(-spin, spin + 1).astype(np.longdouble)
    n = m.size
    coupling, omega, gamma = np.longdouble(model.coupling), np.longdouble(model.omega), np.longdouble(model.gamma)
    delta = np.longdouble(x) - coupling / model.nuclei * m
    q = model.k_ff + model.spin_ratio * omega**2 * gamma / (4 * delta**2 + 2 * omega**2 + gamma**2)
    flip = (coupling / model.nuclei / np.longdouble(model.omega_z)) ** 2 * (spin * (spin + 1) - m * (m + 1))
    width = (np.longdouble(model.kappa) + flip * q + gamma + np.longdouble(model.gamma_hhlh) + flip * gamma) / 2
    k = np.zeros((3 * n, 3 * n), np.longdouble)
    j = np.arange(n)
    u, d, t = 3 * j, 3 * j + 1, 3 * j + 2
    k[t, u] = omega**2 / 2 * width / (width**2 + delta**2)
    k[u, t] = k[t, u] + gamma
    k[d, t] = model.gamma_hhlh
    k[u, d] = k[d, u] = model.kappa
    k[d[1:], t[:-1]] = (flip * gamma)[:-1]
    k[d[1:], u[:-1]] = (flip * q)[:-1]
    k[u[:-1], d[1:]] = flip[:-1] * q[1:]
    return k


def grassmann_taksar_heyman(k: NDArray[np.longdouble]) -> NDArray[np.longdouble]:
    """Return the stationary law of jump rates k[to, from] without a single subtraction."""
    k = k.copy()
    size = k.shape[0]
    for i in range(size - 1, 0, -1):
        near = slice(max(i - 5, 0), i)  # jumps reach over four places, and so does what elimination adds
        k[i, near] /= k[near, i].sum()
        k[near, near] += np.outer(k[near, i], k[i, near])
    p = np.ones(size, np.longdouble)
    for i in range(1, size):
        p[i] = k[i, :i] @ p[:i]
    return p / p.sum()


@pytest.mark.parametrize("x", [-8.0, -0.4, 0.0, 0.7, 3.0])
def test_relative_error_of_each_population_at_spin_20(x: float) -> None:
    model = replace(NOTE, nuclei=100, k_ff=1e-6 * NOTE.gamma)
    expected = grassmann_taksar_heyman(rate_matrix(model, 20, x * UEV)).reshape(-1, 3).T.astype(float)
    np.testing.assert_allclose(packed(flow_balance(model, 20, x * UEV))[:3], expected, rtol=1e-13)
    np.testing.assert_allclose(packed(block_elimination(model, 20, x * UEV))[:3], expected, rtol=1e-12)


@pytest.mark.parametrize("x", [-20.0, -2.0, 0.0, 0.5, 6.0])
@pytest.mark.parametrize("spin", [0, 0.5, 20, 99.5])
def test_blocks_agree_with_flow_balance(spin: float, x: float) -> None:
    balance, blocks = flow_balance(NOTE, spin, x * UEV), block_elimination(NOTE, spin, x * UEV)
    np.testing.assert_allclose(packed(blocks), packed(balance), rtol=1e-12)


def plain_solve(model: DickeModel, spin: float, x: float) -> NDArray[np.float64]:
    """Return P(I_z) as scipy's sparse solver finds it; the peer of the benchmark."""
    k = rate_matrix(model, spin, x).astype(float)
    generator = (k - np.diag(k.sum(axis=0))) / model.gamma
    generator[0] = 1.0
    p = sparse_linalg.spsolve(sparse.csc_array(generator), np.eye(k.shape[0])[0])
    return np.asarray(p.reshape(-1, 3).sum(axis=1))


def test_distribution_against_a_plain_sparse_solve() -> None:
    np.testing.assert_allclose(flow_balance(NOTE, 20, UEV).distribution, plain_solve(NOTE, 20, UEV), atol=1e-9)


@both_solvers
def test_populations_over_a_thousand_orders_of_magnitude(solve: Solver) -> None:
    # u grows by up to 1e8 a step, far beyond the range of a float over the manifold
    model = replace(NOTE, k_ff=1e-8 * NOTE.gamma, spin_ratio=0.0, coupling=1e-3 * NOTE.gamma)
    state = solve(model, 300, 0.0)
    assert state.distribution.sum() == pytest.approx(1.0, abs=1e-13)
    assert np.all(np.isfinite(packed(state)))
    rise = (model.gamma * state.trion[-21:-1] + model.k_ff * state.up[-21:-1]) / (model.k_ff * state.down[-20:])
    np.testing.assert_allclose(rise, 1.0, rtol=1e-12)
    assert state.distribution[-1] > 0.999999


@pytest.mark.parametrize("side", [-1, 1])
@both_solvers
def test_a_valley_deeper_than_the_range_of_a_float(solve: Solver, side: int) -> None:
    # driven down 230 levels each side of resonance and up farther out: a peak, a valley near 1e-400, another peak
    step = 50 / 230 * NOTE.gamma
    model = replace(NOTE, spin_ratio=1e-3, gamma_hhlh=0.1 * NOTE.gamma, kappa=1e-8 * NOTE.gamma, k_ff=0.0,
                    coupling=1000 * step)
    state = solve(model, 540, side * 300 * step)
    p = state.distribution
    assert p.sum() == pytest.approx(1.0, abs=1e-12)
    assert p.min() == 0.0
    assert p.argmax() == (2 * 540 if side < 0 else 540 + 300 - 230)
    near = np.flatnonzero(p[:-1] > 1e-200)
    assert near.size > 100
    q = gamma_spin(model, state.iz, side * 300 * step)
    rising = model.gamma * state.trion[near] + q[near] * state.up[near]
    np.testing.assert_allclose(rising, q[near + 1] * state.down[near + 1], rtol=1e-10)


logs = st.floats(-3.0, 1.0).map(lambda power: 10.0**power)
models = st.builds(DickeModel, nuclei=st.integers(1, 60), coupling=logs.map(lambda v: 100 * v), omega=logs,
                   omega_z=st.floats(10.0, 1e4), gamma=st.just(1.0), gamma_hhlh=logs, kappa=logs, k_ff=logs,
                   spin_ratio=logs)


@unhurried
@given(models, st.integers(0, 60), st.floats(-30.0, 30.0))
def test_trace_positivity_and_balance_of_flows(model: DickeModel, two_i: int, x: float) -> None:
    states = [flow_balance(model, two_i / 2, x), block_elimination(model, two_i / 2, x)]
    for state, digits in zip(states, (1e-13, 1e-8), strict=True):
        assert state.distribution.sum() == pytest.approx(1.0, abs=1e-13)
        assert np.all(packed(state)[:3] > 0.0)
        q = model.k_ff + gamma_spin(model, state.iz, x)
        rising = model.gamma * state.trion[:-1] + q[:-1] * state.up[:-1]
        np.testing.assert_allclose(rising, q[1:] * state.down[1:], rtol=digits)
        # rho is positive: |rho_ut|^2 <= rho_uu rho_tt
        assert np.all(np.abs(state.coherence) ** 2 <= state.up * state.trion * (1 + 1e-9))
    np.testing.assert_allclose(packed(states[1])[:3], packed(states[0])[:3], rtol=1e-7)


@unhurried
@given(models, st.booleans(), st.floats(-30.0, 30.0))
@pytest.mark.slow
def test_moments_of_the_mixture(model: DickeModel, thermal: bool, x: float) -> None:
    weights = (thermal_weights if thermal else literal_weights)(model.nuclei)
    both = mixture(model, [x, -x], weights)
    states = [flow_balance(model, spin, x) for spin in total_spins(model.nuclei)]
    means = np.array([s.distribution @ s.iz for s in states])
    variances = np.array([s.distribution @ (s.iz - mean) ** 2 for s, mean in zip(states, means, strict=True)])
    assert both.distribution[0].sum() == pytest.approx(1.0, abs=1e-13)
    assert (both.up + both.down + both.trion)[0] == pytest.approx(1.0, abs=1e-13)
    assert np.all(both.distribution >= 0.0)
    expected = np.zeros(model.nuclei + 1)
    for weight, state in zip(weights, states, strict=True):
        first = (model.nuclei + 1 - state.iz.size) // 2
        expected[first:first + state.iz.size] += weight * state.distribution
    np.testing.assert_allclose(both.distribution[0], expected, rtol=1e-12)
    for name in ("up", "down", "trion"):
        each = sum(w * getattr(s, name).sum() for w, s in zip(weights, states, strict=True))
        assert getattr(both, name)[0] == pytest.approx(each, rel=1e-12)
    assert both.mean_iz[0] == pytest.approx(weights @ means, rel=1e-10, abs=1e-12)
    assert both.conditional_variance[0] == pytest.approx(weights @ variances, rel=1e-10)
    assert both.total_variance[0] == pytest.approx(weights @ (variances + (means - weights @ means) ** 2), rel=1e-10)
    assert both.absorption[0] == model.gamma * both.trion[0]


@pytest.mark.parametrize("nuclei", [2, 3])
@pytest.mark.parametrize("x", [0.4, -1.0])
def test_thermal_weights_follow_from_all_nuclear_states(nuclei: int, x: float) -> None:
    model = replace(FEW, nuclei=nuclei)
    half_z, half_raising = spin_matrices(0.5)

    def total(single: Matrix) -> Matrix:
        parts = [[single if i == k else np.eye(2) for i in range(nuclei)] for k in range(nuclei)]
        return sum((reduce(np.kron, part) for part in parts), np.zeros((2**nuclei, 2**nuclei), complex))

    iz = total(half_z)
    generator = liouvillian(model, x, iz, total(half_raising))
    size = 3 * 2**nuclei
    step = sparse_linalg.splu(sparse.csc_array(sparse.eye_array(size * size) - 1e5 * generator))
    rho = np.kron(np.diag([1.0, 0.0, 0.0]), np.eye(2**nuclei) / 2**nuclei).astype(complex).ravel()
    for _ in range(6):  # implicit Euler with long steps: what does not decay is kept, all else goes
        rho = step.solve(rho)
    populations = np.diag(rho.reshape(size, size)).real.reshape(3, -1)
    levels = np.diag(iz).real
    mixed = mixture(model, [x])
    np.testing.assert_allclose([populations[:, levels == m].sum() for m in mixed.iz], mixed.distribution[0], rtol=1e-9)
    np.testing.assert_allclose(populations.sum(axis=1), [mixed.up[0], mixed.down[0], mixed.trion[0]], rtol=1e-9)
    literal = mixture(model, [x], literal_weights(nuclei))
    assert np.abs(literal.distribution - mixed.distribution).max() > 0.02


@pytest.mark.parametrize("nuclei", [1, 2, 3, 10, 101, 1000])
def test_weights_against_integers(nuclei: int) -> None:
    spins = total_spins(nuclei)
    assert spins[-1] == nuclei / 2
    count = []
    for spin in spins:
        k = round(nuclei / 2 - spin)
        count.append(comb(nuclei, k) - (comb(nuclei, k - 1) if k > 0 else 0))
    dimension = [d * round(2 * spin + 1) for d, spin in zip(count, spins, strict=True)]
    assert sum(dimension) == 2**nuclei
    np.testing.assert_allclose(literal_weights(nuclei), [float(Fraction(d, sum(count))) for d in count], rtol=1e-12)
    np.testing.assert_allclose(thermal_weights(nuclei), [float(Fraction(d, 2**nuclei)) for d in dimension], rtol=1e-12)


def test_weights_of_many_nuclei() -> None:
    weights = thermal_weights(100_000)
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    # 4 <I^2> = 3 N for the maximally mixed start
    spins = total_spins(100_000)
    assert weights @ (spins * (spins + 1)) == pytest.approx(0.75e5, rel=1e-10)


def test_a_thousand_nuclei_are_pumped_both_ways_and_narrowed() -> None:
    x = np.linspace(-6.0, 12.0, 37) * UEV
    state = mixture(NOTE, x)
    np.testing.assert_allclose(state.distribution.sum(axis=1), 1.0, rtol=1e-12)
    assert state.mean_iz.min() < -10
    assert state.mean_iz.max() > 15
    assert state.total_variance.min() < 0.25 * 1000 / 4
    assert np.all(state.conditional_variance < state.total_variance)
    shelved = state.absorption[np.argmin(np.abs(x))]
    assert 0 < shelved < 0.2 * NOTE.gamma / 3  # eq. 15 has Gamma/3 at Omega = Gamma


def test_a_curve_is_its_points() -> None:
    x = np.array([-2.0, 0.5, 0.5, 7.0]) * UEV
    curve = flow_balance(NOTE, 7.5, x)
    assert curve.distribution.shape == (4, 16)
    for i, here in enumerate(x):
        np.testing.assert_array_equal(curve.state[i], flow_balance(NOTE, 7.5, float(here)).state)
    assert flow_balance(NOTE, 7.5, np.float64(0.0)).state.shape == (16, 5)
    with pytest.raises(ValueError, match="one-dimensional"):
        flow_balance(NOTE, 7.5, np.zeros((2, 2)))


def test_pieces_of_a_long_computation_make_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = replace(NOTE, nuclei=61), np.array([-2.0, 0.5, 4.0]) * UEV
    whole = mixture(model, x)
    for most in (2000, 100):  # two detunings at once; a detuning in several parts
        monkeypatch.setattr("vlab.physics.dicke._PIECE_BY_FLOWS", most)
        parts = mixture(model, x)
        for name in ("distribution", "absorption", "mean_iz", "total_variance", "conditional_variance"):
            np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=1e-11, err_msg=name)
    asked = []
    with pytest.raises(InterruptedError):
        mixture(model, x, stop=lambda: asked.append(1) or len(asked) == 3)
    assert len(asked) == 3


@pytest.mark.slow
def test_mixture_by_blocks_tends_to_the_mixture_by_flow_balance() -> None:
    model = replace(NOTE, nuclei=60)
    x = np.array([-1.0, 0.5, 4.0]) * UEV
    exact, near = mixture(model, x), mixture(replace(model, gamma_nuc=1e-9), x)
    for name in ("distribution", "absorption", "mean_iz", "total_variance", "conditional_variance", "up", "down"):
        np.testing.assert_allclose(getattr(near, name), getattr(exact, name), rtol=1e-9, err_msg=name)


@both_solvers
def test_without_light_the_nuclei_are_mixed_at_every_total_spin(solve: Solver) -> None:
    state = solve(replace(NOTE, omega=0.0), 7.5, 0.0)
    np.testing.assert_allclose(state.distribution, 1 / 16, rtol=1e-12)
    np.testing.assert_allclose(state.up, state.down, rtol=1e-12)
    assert not np.any(state.trion)
    assert not np.any(state.coherence)


def test_fast_free_flips_restore_the_mixed_nuclei() -> None:
    state = mixture(replace(NOTE, nuclei=60, gamma_nuc=1e6 * NOTE.gamma), [0.5 * UEV])
    assert state.total_variance[0] == pytest.approx(60 / 4, rel=1e-4)
    assert state.mean_iz[0] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(("change", "message"), [
    ({"nuclei": 0}, "nuclei"), ({"kappa": 0.0}, "kappa"), ({"k_ff": -1.0}, "k_ff"), ({"gamma": np.nan}, "gamma"),
    ({"k_ff": 0.0, "omega": 0.0}, "lowers"),
])
def test_models_without_one_stationary_state_are_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(FEW, **change)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 1/2"):
        flow_balance(FEW, 0.75, 0.0)
    with pytest.raises(ValueError, match="block_elimination"):
        flow_balance(replace(FEW, gamma_nuc=1.0), 1, 0.0)
    with pytest.raises(ValueError, match="one-dimensional"):
        mixture(FEW, 0.0)
    with pytest.raises(ValueError, match="2 weights"):
        mixture(FEW, [0.0], [1.0])
    with pytest.raises(ValueError, match="sum to 1"):
        mixture(FEW, [0.0], [1.0, 1.0])
