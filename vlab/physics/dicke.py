r"""Stationary state of the collective nuclear spin coupled to the driven dot (supplement, section II).

The dot has the states u, d (electron up, down) and t (trion), the N nuclei the Dicke states \|I, m> with m = I_z. With
all couplings equal to A/N, in the frame that rotates with the laser (eqs. 2, 6 and 10),

.. math::  H = x \sigma_{tt} + \tfrac{\Omega}{2}(\sigma_{tu} + \sigma_{ut})
               + \tfrac{A}{N} I_z (\sigma_{uu} - \sigma_{dd}), \qquad  \delta(m) = x - A m / N .

Jumps, with the flip amplitude e = A/(N omega_z) of the Schrieffer-Wolff step (eqs. 8, 9 and 11):

=============================================  ==============================================================
sqrt(Gamma) s_ut, sqrt(gamma_hhlh) s_dt        decay of the trion, and its spontaneous Raman branch
sqrt(kappa) s_ud, sqrt(kappa) s_du             spin flips by a hot reservoir
e sqrt(Gamma) I+ s_dt                          reverse Overhauser: hyperfine-assisted Raman decay
e sqrt(k_ff) I+ s_du, e sqrt(k_ff) I- s_ud     flip-flops assisted by the reservoir
e sqrt(gamma_spin) I+ s_du, ... I- s_ud        flip-flops assisted by dephasing, gamma_spin = ratio W_abs(delta(m))
sqrt(gamma_nuc) I+, sqrt(gamma_nuc) I-         free nuclear flips; ours, absent (0) in the supplement
=============================================  ==============================================================

m in gamma_spin is that before the jump and W_abs is the two-level rate of eq. 15. I is conserved and the nuclear state
is diagonal (eq. 12), so each I has one stationary state over its 2I + 1 values of m, and the ensemble is a mixture of
these with fixed weights. x, A, Omega, omega_z are in rad/s, rates in 1/s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.physics.dicke_blocks import eliminate_all, eliminate_manifold
from vlab.physics.dicke_flow import balance_all, balance_manifold

Floats = NDArray[np.float64]

_PIECE_BY_FLOWS = 10_000_000
"""Levels in one call of a kernel: less than a tenth of a second, after which an interrupt gets its turn."""
_PIECE_BY_BLOCKS = 60_000


@dataclass(frozen=True)
class DickeModel:
    """The numbers of the master equation, rad/s and 1/s.

    Raises
    ------
    ValueError
        A number out of its range, or so many zeros that the stationary state is not unique.
    """

    nuclei: int
    coupling: float
    """A > 0: shift of the line between I_z = 0 and full polarization is A/2."""
    omega: float
    """Rabi frequency."""
    omega_z: float
    """Zeeman frequency of the electron."""
    gamma: float
    """Decay of the trion to u."""
    gamma_hhlh: float
    """Decay of the trion to d."""
    kappa: float
    """Spin flips of the electron, each way."""
    k_ff: float
    """Flip-flops assisted by the reservoir, before the factor e^2."""
    spin_ratio: float
    """gamma_spin / W_abs, before the factor e^2."""
    gamma_nuc: float = 0.0
    """Free nuclear flips, before the matrix element of I+ or I-; any value above 0 calls for block elimination."""

    def __post_init__(self) -> None:
        if not self.nuclei >= 1:
            raise ValueError(f"nuclei must be at least 1, got {self.nuclei}")
        for name in ("coupling", "omega_z", "gamma", "kappa"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be positive and finite, got {getattr(self, name)}")
        for name in ("omega", "gamma_hhlh", "k_ff", "spin_ratio", "gamma_nuc"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} must not be negative and must be finite, got {getattr(self, name)}")
        if self.k_ff == 0.0 and self.gamma_nuc == 0.0 and self.spin_ratio * self.omega == 0.0:
            raise ValueError("without k_ff, gamma_nuc and a driven spin_ratio no jump lowers I_z")

    @property
    def flip_amplitude(self) -> float:
        """Amplitude e = A/(N omega_z) of an assisted flip of the collective spin."""
        return self.coupling / (self.nuclei * self.omega_z)

    @cached_property
    def rates(self) -> tuple[float, ...]:
        """The model as the kernels take it: A/N, Omega, Gamma, gamma_hhlh, kappa, k_ff, e^2, ratio, gamma_nuc."""
        numbers = (self.coupling / self.nuclei, self.omega, self.gamma, self.gamma_hhlh, self.kappa, self.k_ff,
                   self.flip_amplitude**2, self.spin_ratio, self.gamma_nuc)
        return tuple(float(number) for number in numbers)


@dataclass(frozen=True)
class Manifold:
    """Stationary state at one total spin, at one detuning or along an axis of several; trace 1 at each."""

    spin: float
    """Total spin I."""
    state: Floats
    """rho_uu, rho_dd, rho_tt, Re rho_ut, Im rho_ut, shape (..., 2I + 1, 5)."""

    @property
    def iz(self) -> Floats:
        """I_z from -I to I, shape (2I + 1,)."""
        return np.arange(self.state.shape[-2], dtype=float) - self.spin

    @property
    def up(self) -> Floats:
        """rho_uu over I_z, shape (..., 2I + 1), as all that follow."""
        return self.state[..., 0]

    @property
    def down(self) -> Floats:
        """rho_dd."""
        return self.state[..., 1]

    @property
    def trion(self) -> Floats:
        """rho_tt."""
        return self.state[..., 2]

    @property
    def coherence(self) -> NDArray[np.complex128]:
        """rho_ut."""
        return np.asarray(self.state[..., 3] + 1j * self.state[..., 4])

    @property
    def distribution(self) -> Floats:
        """P(I_z)."""
        return self.up + self.down + self.trion


@dataclass(frozen=True)
class Mixture:
    """Stationary state of all total spins together, over bare detunings."""

    x: Floats
    """Bare detuning, rad/s, shape (points,)."""
    iz: Floats
    """I_z, shape (N + 1,)."""
    distribution: Floats
    """P(I_z), shape (points, N + 1)."""
    up: Floats
    """Electron populations, shape (points,)."""
    down: Floats
    trion: Floats
    absorption: Floats
    """Gamma rho_tt in 1/s: with the shelving in d, so much below eq. 15."""
    mean_iz: Floats
    total_variance: Floats
    """Variance of I_z in the whole ensemble, the measurable one."""
    conditional_variance: Floats
    """Mean over I of the variance of I_z at fixed I."""


def total_spins(nuclei: int) -> Floats:
    """Return all total spins of ``nuclei`` spins 1/2, rising from 0 or 1/2 to N/2."""
    return np.arange(nuclei % 2, nuclei + 1, 2, dtype=float) / 2.0


def thermal_weights(nuclei: int) -> Floats:
    """Return the weights (2I + 1) D(I) / 2^N of a maximally mixed start, for `total_spins`.

    D(I) = C(N, N/2 - I) - C(N, N/2 - I - 1) counts the multiplets of total spin I.
    """
    weights = (2.0 * total_spins(nuclei) + 1.0) * _multiplicities(nuclei)
    return np.asarray(weights / weights.sum())


def literal_weights(nuclei: int) -> Floats:
    """Return the weights D(I) / sum D, for `total_spins`: the supplement's words taken literally."""
    weights = _multiplicities(nuclei)
    return np.asarray(weights / weights.sum())


def _multiplicities(nuclei: int) -> Floats:
    # D relative to that of the lowest I. By ratios of neighbours, since binomials overflow and their logarithms
    # would cost four digits; nothing here exceeds the square root of N by much, and tails may underflow.
    spin = total_spins(nuclei)[:-1]
    k = nuclei / 2.0 - spin
    ratios = k * (2.0 * spin + 3.0) / ((nuclei - k + 2.0) * (2.0 * spin + 1.0))
    return np.asarray(np.cumprod(np.concatenate(([1.0], ratios))))


def flow_balance(model: DickeModel, spin: float, x: float | ArrayLike) -> Manifold:
    """Return the stationary state at total spin ``spin`` from the balance of flows between neighbouring I_z.

    Every population has a small relative error, also those many orders below the largest.

    Parameters
    ----------
    model : DickeModel
        With gamma_nuc = 0: free flips feed the coherence and lead upwards from all states.
    spin : float
        Total spin I, a multiple of 1/2 (any, also above N/2).
    x : float or array_like, shape (points,)
        Bare detuning, rad/s; one, or several for a state with an axis of that length in front.

    Raises
    ------
    ValueError
        ``spin`` is no multiple of 1/2, ``x`` has more than one dimension, or the model has free nuclear flips.
    """
    if model.gamma_nuc != 0.0:
        raise ValueError(f"flow balance needs gamma_nuc = 0, got {model.gamma_nuc}; use block_elimination")
    two_i = _twice(spin)
    one = isinstance(x, float) or np.ndim(x) == 0
    detunings = np.array((x,), dtype=float) if one else np.ascontiguousarray(x, dtype=float)
    if detunings.ndim != 1:
        raise ValueError(f"x must be a number or one-dimensional, got shape {detunings.shape}")
    states = np.empty((detunings.size, two_i + 1, 5))
    balance_manifold(two_i, detunings, model.rates, states)
    return Manifold(0.5 * two_i, states[0] if one else states)


def block_elimination(model: DickeModel, spin: float, x: float) -> Manifold:
    """Return the stationary state at total spin ``spin`` by elimination of 5x5 blocks, for any model.

    Parameters
    ----------
    model : DickeModel
        The numbers of the master equation.
    spin : float
        Total spin I, a multiple of 1/2 (any, also above N/2).
    x : float
        Bare detuning, rad/s.

    Raises
    ------
    ValueError
        ``spin`` is no multiple of 1/2.
    """
    two_i = _twice(spin)
    state = np.empty((two_i + 1, 5))
    eliminate_manifold(two_i, float(x), model.rates, state)
    return Manifold(0.5 * two_i, state)


def _twice(spin: float) -> int:
    two_i = round(2.0 * spin)
    if two_i != 2.0 * spin or two_i < 0:
        raise ValueError(f"total spin must be a multiple of 1/2 and not negative, got {spin}")
    return two_i


def mixture(model: DickeModel, x: ArrayLike, weights: ArrayLike | None = None,
            stop: Callable[[], bool] | None = None) -> Mixture:
    """Return the stationary state of the ensemble over bare detunings.

    Flow balance where the model allows it (gamma_nuc = 0), else block elimination, which is some fifty times slower.

    Parameters
    ----------
    model : DickeModel
        The numbers of the master equation.
    x : array_like, shape (points,)
        Bare detunings, rad/s.
    weights : array_like, optional
        Weights of `total_spins`, summing to 1: `thermal_weights` (the default), `literal_weights` or others. Where
        one is zero, that total spin costs nothing.
    stop : callable, optional
        Asked every tenth of a second or so; true ends the computation with `InterruptedError`.

    Raises
    ------
    ValueError
        Shapes that do not fit, or weights that are negative or do not sum to 1.
    """
    detunings = np.ascontiguousarray(x, dtype=float)
    chosen = thermal_weights(model.nuclei) if weights is None else np.ascontiguousarray(weights, dtype=float)
    if np.ndim(x) != 1:
        raise ValueError(f"x must be one-dimensional, got shape {np.shape(x)}")
    if chosen.shape != (model.nuclei // 2 + 1,):
        raise ValueError(f"{model.nuclei} nuclei need {model.nuclei // 2 + 1} weights, got shape {chosen.shape}")
    if not (np.all(chosen >= 0.0) and abs(chosen.sum() - 1.0) < 1e-9):
        raise ValueError(f"weights must not be negative and must sum to 1, got a sum of {chosen.sum()}")
    distribution = np.zeros((detunings.size, model.nuclei + 1))
    electron = np.zeros((detunings.size, 3))
    conditional = np.zeros(detunings.size)
    solve, most = (balance_all, _PIECE_BY_FLOWS) if model.gamma_nuc == 0.0 else (eliminate_all, _PIECE_BY_BLOCKS)
    for points, part in _pieces(detunings.size, model.nuclei, chosen, most):
        if stop is not None and stop():
            raise InterruptedError("stopped")
        solve(detunings[points], model.nuclei, part, model.rates, distribution[points], electron[points],
              conditional[points])
    iz = np.arange(model.nuclei + 1, dtype=float) - model.nuclei / 2.0
    mean = distribution @ iz
    variance = (distribution * (iz - mean[:, None]) ** 2).sum(axis=1)
    up, down, trion = electron.T
    return Mixture(detunings, iz, distribution, up, down, trion, model.gamma * trion, mean, variance, conditional)


def _pieces(points: int, nuclei: int, weights: Floats, most: int) -> Iterator[tuple[slice, Floats]]:
    """Yield which points and which weights (the others zero) to take in each call, of about ``most`` levels."""
    levels = np.cumsum(np.where(weights > 0.0, 2.0 * total_spins(nuclei) + 1.0, 0.0))
    if levels[-1] <= most:
        together = max(1, int(most // max(levels[-1], 1.0)))
        yield from ((slice(first, first + together), weights) for first in range(0, points, together))
        return
    part = (levels - 1.0) // most
    parts = [np.where(part == number, weights, 0.0) for number in np.unique(part[weights > 0.0])]
    for point in range(points):
        yield from ((slice(point, point + 1), chosen) for chosen in parts)
