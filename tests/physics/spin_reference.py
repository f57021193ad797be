"""Pump-probe spin dynamics of one dot, slow and obviously correct: matrix exponentials, plain sums, no closed forms.

Equation numbers are those of Schering, Uhrig and Smirnov, arXiv:1908.01531. S and J are in units of hbar, angular
frequencies in rad/s, times in s. Nothing here is fast, and nothing imports what it is meant to test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm, solve_sylvester

Array = NDArray[np.float64]
Convention = Literal["infinity", "cut"]
E_Z = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Dot:
    """One dot of the ensemble: its two precession vectors, its relaxation times and the pulses it sees."""

    omega: Array
    """W_N + W_L, shape (3,), rad/s."""
    omega_trion: Array
    """W_N^T + W_L^T, shape (3,), rad/s."""
    tau_s: float
    tau_s_trion: float
    tau_0: float
    t_r: float
    q: float
    phi: float = 0.0

    @classmethod
    def of(cls, nuclear: ArrayLike, larmor: ArrayLike, larmor_trion: ArrayLike, trion_ratio: tuple[float, float],
           **rest: float) -> Dot:
        """Apply eq. (5): ``trion_ratio`` is (transverse, longitudinal) = (chi lambda / lambda_T, chi)."""
        field = np.asarray(nuclear, dtype=float)
        transverse, longitudinal = trion_ratio
        trion = field * np.array([transverse, transverse, longitudinal])
        return cls(field + np.asarray(larmor), trion + np.asarray(larmor_trion), **rest)


def cross(w: Array) -> Array:
    """Return the matrix of S -> w x S."""
    return np.array([[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]])


def generator(dot: Dot) -> Array:
    """Return the 6x6 matrix of eqs. (2) and (3), d(S, J)/dt = A (S, J)."""
    a = np.zeros((6, 6))
    a[:3, :3] = cross(dot.omega) - np.eye(3) / dot.tau_s
    a[:3, 3:] = np.outer(E_Z, E_Z) / dot.tau_0
    a[3:, 3:] = cross(dot.omega_trion) - np.eye(3) * (1.0 / dot.tau_s_trion + 1.0 / dot.tau_0)
    return a


def one_period(dot: Dot, convention: Convention = "infinity") -> tuple[Array, Array]:
    """Return G (3, 3) and h (3,) of eq. (25), S^b(next) = G S^a + h J_z^a.

    "cut" injects spin until T_R and forgets the trion that is left; "infinity" is the paper's, where the trion goes
    on injecting beyond T_R into a spin that is taken back to T_R. With B and C the diagonal blocks of the generator and
    E its corner, X = integral_0^inf exp(-B t) E exp(C t) dt solves B X - X C = E, and h = exp(B T_R) X e_z.
    """
    a = generator(dot)
    b, c, e = a[:3, :3], a[3:, 3:], a[:3, 3:]
    g = expm(b * dot.t_r)
    if convention == "cut":
        return g, expm(a * dot.t_r)[:3, 5]
    return g, g @ solve_sylvester(b, -c, e) @ E_Z


def pulse(dot: Dot, helicity: int) -> tuple[Array, Array]:
    """Return D_P (3, 3) and the constant (3,) of the pump pulse, eq. (6): S^a = D_P S^b + constant."""
    q, cos, sin = dot.q, np.cos(dot.phi), np.sin(dot.phi)
    d = np.array([[q * cos, helicity * q * sin, 0.0], [-helicity * q * sin, q * cos, 0.0], [0.0, 0.0, (1 + q * q) / 2]])
    return d, -helicity * (1 - q * q) / 4 * E_Z


def period_map(dot: Dot, helicity: int, convention: Convention = "infinity") -> tuple[Array, Array]:
    """Return M_P (3, 3) and v_P (3,): from just before a pulse to just before the next, S -> M_P S + v_P."""
    g, h = one_period(dot, convention)
    d, kick = pulse(dot, helicity)
    trion_of_spin, trion_alone = E_Z - E_Z @ d, -kick[2]  # J_z^a = S_z^b - S_z^a
    return g @ d + np.outer(h, trion_of_spin), g @ kick + h * trion_alone


def trace(dot: Dot, helicities: Sequence[int], convention: Convention = "infinity") -> Array:
    """Return S just before each pulse, shape (pulses, 3), from S = 0."""
    maps = {p: period_map(dot, p, convention) for p in (1, -1)}
    s, rows = np.zeros(3), []
    for p in helicities:
        rows.append(s)
        m, v = maps[int(p)]
        s = m @ s + v
    return np.array(rows)


def trace_with_residual_trion(dot: Dot, helicities: Sequence[int]) -> Array:
    """Return S just before each pulse as `trace` does, but keep the trion: J^a = J^b + (S^b - S^a)_z e_z."""
    step, y, rows = expm(generator(dot) * dot.t_r), np.zeros(6), []
    for p in helicities:
        rows.append(y[:3])
        d, kick = pulse(dot, int(p))
        after = d @ y[:3] + kick
        y = step @ np.concatenate([after, y[3:] + E_Z * (y[2] - after[2])])
    return np.array(rows)


def steady_spin(dot: Dot, helicity: int, convention: Convention = "infinity") -> Array:
    """Return S (3,) just before each of endlessly many equal pulses."""
    m, v = period_map(dot, helicity, convention)
    return np.linalg.solve(np.eye(3) - m, v)


def zero_frequency_signal(dots: Sequence[Dot], convention: Convention = "infinity") -> float:
    """Return L(0) = (2/pi) |<(S_+ - S_-)_z / 2>|."""
    halves = [(steady_spin(dot, 1, convention) - steady_spin(dot, -1, convention))[2] / 2 for dot in dots]
    return float(2.0 / np.pi * abs(np.mean(halves)))


def periodic_states(dot: Dot, n: int, convention: Convention = "infinity") -> Array:
    """Return S just before each of the 2 n pulses of a modulation period, shape (2 n, 3), helicity + first."""
    maps = {p: period_map(dot, p, convention) for p in (1, -1)}
    helicities = [1] * n + [-1] * n
    whole, offset = np.eye(3), np.zeros(3)
    for p in helicities:
        m, v = maps[p]
        whole, offset = m @ whole, m @ offset + v
    s, rows = np.linalg.solve(np.eye(3) - whole, offset), []
    for p in helicities:
        rows.append(s)
        m, v = maps[p]
        s = m @ s + v
    return np.array(rows)


def complex_signal(states_z: ArrayLike) -> complex:
    """Return eq. (1) with phase from one modulation period of S_z just before each pulse, shape (2 n,), + first.

    The drive's fundamental is phase zero and a lag is negative: A sum_k S_z((k+1)^-) z^-k / sum_k (-P_k) z^-k, with
    z = exp(i pi / n) and A = |sum_k P_k z^-k| / (2 n).
    """
    s = np.asarray(states_z, dtype=float)
    n = s.size // 2
    response, drive = 0j, 0j
    for k in range(2 * n):
        turn = np.exp(-1j * np.pi * k / n)
        response += s[(k + 1) % (2 * n)] * turn
        drive += (1 if k < n else -1) * turn
    return complex(abs(drive) / (2 * n) * response / -drive)


def modulated_signal(dots: Sequence[Dot], n: int, convention: Convention = "infinity") -> complex:
    """Return the complex signal of an ensemble at T_m = 2 n T_R: the mean over dots, then `complex_signal`."""
    return complex_signal(np.mean([periodic_states(dot, n, convention)[:, 2] for dot in dots], axis=0))
