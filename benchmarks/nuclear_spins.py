"""Nuclear spins: the Dicke-basis master equation against QuTiP and scipy, exact jumps against rebop.

The fixed case: 1000 nuclei with A = 120 ueV at 4.5 T, hbar Gamma = hbar Omega = 0.85 ueV, 0.5 ueV red of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.linalg import solve_banded

from benchmarks.timing import Row, best
from vlab import Q_
from vlab.physics import absorption
from vlab.physics.bistability import RateModel
from vlab.physics.dicke import Manifold, block_elimination, flow_balance, mixture, thermal_weights, total_spins
from vlab.physics.dicke_blocks import eliminate_all
from vlab.physics.dnsp_chain import stationary_moments
from vlab.physics.dnsp_jumps import evolve, start
from vlab.samples import DickeDot, QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen
from vlab.units import unit_factor

SPIN = 20
DOT = DickeDot()
MODEL = DOT.model
UEV = unit_factor("ueV") / HBAR
X = 0.5 * UEV


def rows() -> Iterator[Row]:
    yield from one_spin()
    yield all_spins()
    yield from jumps()


# -- the master equation ---------------------------------------------------------------------------------------------


def one_spin() -> Iterator[Row]:
    """One detuning, by one call; and each of a curve of 200. The peer builds and solves the full Lindbladian."""
    detunings = np.linspace(-6.0, 6.0, 200) * UEV
    ours, blocks = flow_balance(MODEL, SPIN, X), block_elimination(MODEL, SPIN, X)
    error = max(np.abs(getattr(blocks, name) / getattr(ours, name) - 1.0).max() for name in ("up", "down", "trion"))
    told = f"{error:.1e} of each population (5x5 blocks)"
    seconds, their_error = qutip_direct(ours)
    here = np.isfinite(seconds)
    peer = "QuTiP, full Lindbladian, direct" if here else "QuTiP (not installed: pip install '.[bench]')"
    one = best(lambda: flow_balance(MODEL, SPIN, X), loops=2000)
    yield Row(f"master equation, I = {SPIN}, one detuning", one, told, peer, seconds, their_error)
    yield Row(f"master equation, I = {SPIN}, per detuning of a curve of 200",
              best(lambda: flow_balance(MODEL, SPIN, detunings), loops=50) / detunings.size, told, peer, seconds,
              their_error)


def qutip_direct(ours: Manifold) -> tuple[float, str]:
    """Return the CPU seconds of building and solving, and the worst difference in P(I_z)."""
    try:
        import qutip as qt
    except ImportError:
        return float("nan"), "-"
    u, d, t = (qt.basis(3, i) for i in range(3))
    j_z, j_plus, one = qt.jmat(SPIN, "z"), qt.jmat(SPIN, "+"), qt.qeye(2 * SPIN + 1)
    e = MODEL.flip_amplitude

    def solve() -> Any:
        gamma = MODEL.gamma  # rates in units of it, so that numbers are of order one
        m = j_z.diag()
        delta = X - MODEL.coupling / MODEL.nuclei * m
        dephasing = qt.Qobj(np.diag(np.sqrt(MODEL.spin_ratio * absorption.rate(delta, MODEL.omega, gamma) / gamma)))
        h = (X * qt.tensor(t * t.dag(), one) + 0.5 * MODEL.omega * qt.tensor(t * u.dag() + u * t.dag(), one)
             + MODEL.coupling / MODEL.nuclei * qt.tensor(u * u.dag() - d * d.dag(), j_z)) / gamma
        hhlh, kappa, k_ff = (np.sqrt(rate / gamma) for rate in (MODEL.gamma_hhlh, MODEL.kappa, MODEL.k_ff))
        collapse = [
            qt.tensor(u * t.dag(), one), hhlh * qt.tensor(d * t.dag(), one),
            kappa * qt.tensor(u * d.dag(), one), kappa * qt.tensor(d * u.dag(), one),
            e * qt.tensor(d * t.dag(), j_plus),
            e * k_ff * qt.tensor(d * u.dag(), j_plus), e * k_ff * qt.tensor(u * d.dag(), j_plus.dag()),
            e * qt.tensor(d * u.dag(), j_plus * dephasing), e * qt.tensor(u * d.dag(), j_plus.dag() * dephasing),
        ]
        return qt.steadystate(h, collapse, method="direct").ptrace(1).diag()[::-1]  # QuTiP counts m downwards

    return best(solve), f"{np.abs(solve() - ours.distribution).max():.1e} of P(I_z)"


def all_spins() -> Row:
    """All 501 total spins at one detuning; the peer is a banded solve for each."""
    weights, spins = thermal_weights(MODEL.nuclei), total_spins(MODEL.nuclei)
    exact = mixture(MODEL, [X])
    distribution, electron, conditional = np.zeros((1, MODEL.nuclei + 1)), np.zeros((1, 3)), np.zeros(1)
    eliminate_all(np.array([X]), MODEL.nuclei, weights, MODEL.rates, distribution, electron, conditional)
    blocks = float((distribution @ exact.iz)[0])

    peaks = [int(np.argmax(flow_balance(MODEL, spin, X).distribution)) for spin in spins]

    def theirs() -> float:
        return float(sum(weight * banded(spin, peak)
                         for weight, spin, peak in zip(weights, spins, peaks, strict=True)))

    mean = float(exact.mean_iz[0])
    return Row(f"master equation, all I of N = {MODEL.nuclei}, one detuning",
               best(lambda: mixture(MODEL, [X]), loops=20), f"{abs(blocks - mean):.1e} of <I_z> (5x5 blocks)",
               "scipy solve_banded, 5 numbers a level", best(theirs, repeats=2),
               f"{abs(theirs() - mean):.1e} of <I_z>")


def banded(spin: float, peak: int) -> float:
    """Return <I_z> at one total spin from the five numbers of each I_z, six diagonals on either side.

    ``peak`` is the number of the level where P(I_z) is largest.
    """
    m = np.arange(-spin, spin + 1.0)
    gamma = MODEL.gamma
    delta = (X - MODEL.coupling / MODEL.nuclei * m) / gamma
    omega, hhlh, kappa, k_ff = (v / gamma for v in (MODEL.omega, MODEL.gamma_hhlh, MODEL.kappa, MODEL.k_ff))
    q = k_ff + MODEL.spin_ratio * omega**2 / (4.0 * delta**2 + 2.0 * omega**2 + 1.0)
    flip = MODEL.flip_amplitude**2 * (spin * (spin + 1.0) - m * (m + 1.0))  # between m and m + 1
    half = 0.5 * (kappa + flip * q + 1.0 + hhlh + flip)
    bands = np.zeros((13, 5 * m.size))
    u, d, t, re, im = range(5)
    own: dict[tuple[int, int], Any] = {
        (u, u): -kappa - flip * q, (u, d): kappa, (u, t): 1.0, (u, im): -omega,
        (d, u): kappa, (d, d): -kappa, (d, t): hhlh, (t, t): -1.0 - hhlh - flip, (t, im): omega,
        (re, re): -half, (re, im): -delta, (im, re): delta, (im, im): -half, (im, u): 0.5 * omega,
        (im, t): -0.5 * omega}
    for (row, column), value in own.items():
        bands[6 + row - column, column::5] = value
    falls = flip[:-1] * q[1:]
    bands[6, 5 + d::5] -= falls
    bands[6 + u - 5 - d, 5 + d::5] = falls
    bands[6 + 5 + d - u, u:-5:5] = (flip * q)[:-1]
    bands[6 + 5 + d - t, t:-5:5] = flip[:-1]
    # One equation follows from the others; in its place the population of one level is set. Far from the peak of P(I_z)
    # that makes a singular matrix, so the peer is told where the peak is.
    level = 5 * peak
    columns = np.arange(max(level - 6, 0), min(level + 7, 5 * m.size))
    bands[6 + level - columns, columns] = 0.0
    bands[6, level] = 1.0
    right = np.zeros(5 * m.size)
    right[level] = 1.0
    found = solve_banded((6, 6), bands, right, overwrite_ab=True, overwrite_b=True, check_finite=False)
    p = found.reshape(-1, 5)[:, :3].sum(axis=1)
    return float(p @ m / p.sum())


# -- jumps -----------------------------------------------------------------------------------------------------------


def jumps() -> Iterator[Row]:
    """Seconds per flip of single chains at a fixed laser; errors are those of the variance of P over time."""
    nuclei = 1000
    decay = RateModel(1.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    yield _jump_row("decay alone", decay, nuclei, 20_000.0, {"up": 0.5, "down": 0.5})
    dot = QuantumDot.sample_a(model="latta2009").replace(linewidth=Q_(0.85, "ueV"))
    model = DotSpecimen(dot).rates(10e-9, 0.5, 4.5)
    k, x = 2.0 * model.k / model.gamma_p, 0.0
    # 1/w from the number n of nuclei that are up, P = 2 n / N - 1
    shape = f"(1 + ({x!r} - {k!r} * (2 * A / {nuclei} - 1)) ^ 2)"
    rates = {"down": f"{0.5 * nuclei * model.b!r} / ({shape} * {shape}) + {0.5 * model.gamma_dec!r} * A",
             "up": f"{0.5 * nuclei * model.a!r} / {shape} + {0.5 * model.gamma_dec!r} * B"}
    yield _jump_row("pumps of eq. 13 and decay", model, nuclei, 500_000.0, rates)


def _jump_row(what: str, model: RateModel, nuclei: int, seconds: float, rates: dict[str, float | str]) -> Row:
    mean, variance = stationary_moments(model, 0.0, nuclei)
    per_sample = 1.0 / (model.gamma_dec + 4.0 * model.a)
    samples = int(seconds / per_sample)
    x = np.zeros(samples + 1)
    begin = start(mean, nuclei, (1, 2))

    def ours() -> Any:
        return evolve(begin, x, per_sample, model, nuclei=nuclei, key=(1, 2))

    flips = ours().flips
    mine = f"{abs(ours().polarization.var() / variance - 1.0):.1e} of the variance"
    title = f"jumps one by one, N = {nuclei}, {what}, per flip"
    try:
        import rebop
    except ImportError:
        return Row(title, best(ours, repeats=3) / flips, mine, "rebop (not installed: pip install '.[bench]')",
                   float("nan"), "-")
    system = rebop.Gillespie()
    system.add_reaction(rates["down"], ["A"], ["B"])
    system.add_reaction(rates["up"], ["B"], ["A"])
    first = begin.up

    def theirs() -> Any:
        return system.run({"A": first, "B": nuclei - first}, samples * per_sample, samples, rng=1)

    p = 2.0 * theirs()["A"].values / nuclei - 1.0
    return Row(title, best(ours, repeats=3) / flips, mine, "rebop (Rust)", best(theirs, repeats=3) / flips,
               f"{abs(p.var() / variance - 1.0):.1e} of the variance")
