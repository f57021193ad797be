r"""The analytic limits of pump-probe spin inertia: eqs. (7) to (21) and (23) of the paper as plain functions.

Equation numbers are those of Schering, Uhrig and Smirnov (arXiv:1908.01531). Scalars and arrays broadcast. Spins are in
units of hbar (at most 1/2), times in s, angular frequencies in rad/s, fields in T. Names are the paper's:

* ``tau_s``, ``tau_s_trion``: spin relaxation times of the resident carrier and of the trion; ``tau_0``: the trion's
  lifetime; ``t_r``: the time between pump pulses;
* ``q``: Q^2 is the probability that a pulse excites no trion; ``phi``: the rotation by a detuned pulse, rad;
* ``omega_m = 2 pi f_m``: the modulation frequency; the helicity flips every half period, pi / omega_m;
* ``omega_n``, ``lambda_``: width and anisotropy of the nuclear fields, eq. (4).

*Strong field* means that the nuclear field is neglected, so that only S_z counts: S_z just before the pulses obeys
S -> m S + P v with the exact numbers of `strong_field_map`; "continuous" forms replace the train of pulses by a steady
pumping, as the paper does. All take the trion to be empty before each pulse (t_r >> tau_0).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Complexes: TypeAlias = NDArray[np.complex128]

BOHR_MAGNETON_OVER_HBAR = 9.2740100783e-24 / 1.054571817e-34
"""mu_B / hbar, rad/(s T)."""

SQUARE_WAVE_FUNDAMENTAL = 2.0 / np.pi
"""Amplitude of the fundamental of a square wave between +-1, in the convention of eq. (1): half its peak value."""


def _floats(*values: ArrayLike) -> list[Floats]:
    return [np.asarray(value, dtype=np.float64) for value in values]


def square_wave_fundamental(pulses_per_half_period: ArrayLike = np.inf) -> Floats:
    """Return the fundamental of the helicity, |mean of P_k exp(i omega_m k T_R)|, for T_m = 2 n T_R.

    Parameters
    ----------
    pulses_per_half_period : array_like
        n, at least 1. The default stands for many pulses, or for a modulation that never falls in step with them.

    Returns
    -------
    ndarray
        1 / [n sin(pi / 2n)], which is 2/pi for endless n.
    """
    (n,) = _floats(pulses_per_half_period)
    return np.asarray(SQUARE_WAVE_FUNDAMENTAL / np.sinc(0.5 / n))


def signal_bound(pulses_per_half_period: ArrayLike = np.inf) -> Floats:
    """Return the largest possible signal: S_z = +-1/2 in step with the helicity; 1/pi, or 1 / [2 n sin(pi / 2n)]."""
    return np.asarray(0.5 * square_wave_fundamental(pulses_per_half_period))


def excitation_from_power(power_ratio: ArrayLike) -> Floats:
    """Return 1 - Q^2 of a resonant pulse, eq. (14): sin^2[(pi/2) sqrt(W / W_pi)].

    Parameters
    ----------
    power_ratio : array_like
        W / W_pi, at least 0. The paper's formula is for W <= W_pi; beyond, the same sine goes down again.

    Raises
    ------
    ValueError
        A power is negative or not a number.
    """
    (ratio,) = _floats(power_ratio)
    if not np.all(ratio >= 0.0):
        raise ValueError(f"a pulse's power was {power_ratio!r}; it must be at least 0")
    return np.asarray(np.sin(0.5 * np.pi * np.sqrt(ratio)) ** 2)


def power_from_excitation(excitation: ArrayLike) -> Floats:
    """Return W / W_pi, between 0 and 1, of the resonant pulse with 1 - Q^2 = ``excitation``: eq. (14) backwards.

    Raises
    ------
    ValueError
        An excitation is outside 0 to 1.
    """
    (probability,) = _floats(excitation)
    if not np.all((probability >= 0.0) & (probability <= 1.0)):
        raise ValueError(f"an excitation 1 - Q^2 was {excitation!r}; it must be between 0 and 1")
    return np.asarray((2.0 / np.pi * np.arcsin(np.sqrt(probability))) ** 2)


def strong_field_spins(t: ArrayLike, spin: ArrayLike, trion: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike,
                       tau_0: ArrayLike) -> tuple[Floats, Floats]:
    """Return S_z and J_z a time ``t`` after a pulse left ``spin`` and ``trion``: the solution of eq. (7)."""
    t, spin, trion, tau_s, tau_s_trion, tau_0 = _floats(t, spin, trion, tau_s, tau_s_trion, tau_0)
    returned = 1.0 - trion_loss(tau_s, tau_s_trion, tau_0)
    kept, left = np.exp(-t / tau_s), np.exp(-t * (1.0 / tau_s_trion + 1.0 / tau_0))
    return np.asarray(spin * kept + trion * returned * (kept - left)), np.asarray(trion * left)


def spin_after_recombination(t: ArrayLike, spin_before: ArrayLike, change: ArrayLike, tau_s: ArrayLike) -> Floats:
    """Return S_z(t) once the trion is gone, eq. (8): [S_z^b + delta S] exp(-t / tau_s), ``change`` = delta S."""
    t, spin_before, change, tau_s = _floats(t, spin_before, change, tau_s)
    return np.asarray((spin_before + change) * np.exp(-t / tau_s))


def trion_loss(tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike) -> Floats:
    """Return d, the part of the spin in the trion that does not come back, of eq. (9), exactly.

    d = 1 - 1 / (1 + tau_0/tau_s^T - tau_0/tau_s). Negative where the spin relaxes faster in the ground state than in
    the trion.
    """
    tau_s, tau_s_trion, tau_0 = _floats(tau_s, tau_s_trion, tau_0)
    excess = tau_0 / tau_s_trion - tau_0 / tau_s
    return np.asarray(excess / (1.0 + excess))


def trion_loss_first_order(tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike) -> Floats:
    """Return d of eq. (9) to first order in tau_0 / tau_s, as printed: two opposing terms.

    tau_0 / (tau_0 + tau_s^T) - tau_0 tau_s^T^2 / [tau_s (tau_0 + tau_s^T)^2].
    """
    tau_s, tau_s_trion, tau_0 = _floats(tau_s, tau_s_trion, tau_0)
    both = tau_0 + tau_s_trion
    return np.asarray(tau_0 / both - tau_0 / tau_s * (tau_s_trion / both) ** 2)


def delta_s(spin_before: ArrayLike, helicity: ArrayLike, q: ArrayLike, loss: ArrayLike) -> Floats:
    """Return delta S of eq. (9), what a pulse and the recombination change: -(1 - Q^2)/2 (S_z^b + P/2) d.

    Parameters
    ----------
    spin_before : array_like
        S_z^b, just before the pulse.
    helicity : array_like
        P, +1 or -1.
    q : array_like
        Q of the pulse.
    loss : array_like
        d, from `trion_loss`.
    """
    spin_before, helicity, q, loss = _floats(spin_before, helicity, q, loss)
    return np.asarray(-0.5 * (1.0 - q * q) * (spin_before + 0.5 * helicity) * loss)


def strong_field_map(q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                     t_r: ArrayLike) -> tuple[Floats, Floats]:
    """Return m and v of S_z just before successive pulses in a strong field, S_{k+1} = m S_k + P_k v.

    m = exp(-T_R/tau_s) [1 - (1 - Q^2) d/2], v = -exp(-T_R/tau_s) (1 - Q^2) d/4: eqs. (8) and (9) together.
    """
    q, tau_s, t_r = _floats(q, tau_s, t_r)
    kept, pumped = np.exp(-t_r / tau_s), 0.5 * (1.0 - q * q) * trion_loss(tau_s, tau_s_trion, tau_0)
    return np.asarray(kept * (1.0 - pumped)), np.asarray(-0.5 * kept * pumped)


def pumping_rate(spin: ArrayLike, helicity: ArrayLike, q: ArrayLike, loss: ArrayLike, tau_s: ArrayLike,
                 t_r: ArrayLike) -> Floats:
    """Return dS_z/dt (1/s) under continuous pumping, eq. (10): delta S / T_R - S_z / tau_s."""
    spin, tau_s, t_r = _floats(spin, tau_s, t_r)
    return np.asarray(delta_s(spin, helicity, q, loss) / t_r - spin / tau_s)


def effective_relaxation_time(q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                              t_r: ArrayLike) -> Floats:
    """Return tau_s* (s) of continuous pumping, eq. (12).

    1/tau_s* = 1/tau_s + (1 - Q^2) / (2 T_R) tau_0 / (tau_0 + tau_s^T).
    """
    q, tau_s, tau_s_trion, tau_0, t_r = _floats(q, tau_s, tau_s_trion, tau_0, t_r)
    return np.asarray(1.0 / (1.0 / tau_s + 0.5 * (1.0 - q * q) / t_r * tau_0 / (tau_0 + tau_s_trion)))


def effective_relaxation_time_of_pulses(q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                                        t_r: ArrayLike) -> Floats:
    """Return tau_s* (s) of a train of pulses, -T_R / ln m: exact where eq. (12) is its limit for weak pulses."""
    m, _ = strong_field_map(q, tau_s, tau_s_trion, tau_0, t_r)
    return np.asarray(-np.asarray(t_r, dtype=np.float64) / np.log(m))


def inertia_signal(omega_m: ArrayLike, signal_0: ArrayLike, tau: ArrayLike) -> Floats:
    """Return L(omega_m) = L(0) / sqrt(1 + (omega_m tau_s*)^2), eq. (11).

    Parameters
    ----------
    omega_m : array_like
        Modulation frequency, rad/s.
    signal_0 : array_like
        L(0).
    tau : array_like
        tau_s*, s.
    """
    omega_m, signal_0, tau = _floats(omega_m, signal_0, tau)
    return np.asarray(signal_0 / np.hypot(1.0, omega_m * tau))


def complex_inertia_signal(omega_m: ArrayLike, signal_0: ArrayLike, tau: ArrayLike) -> Complexes:
    """Return L(0) / (1 + i omega_m tau_s*): eq. (11) with its phase, negative for a spin that lags."""
    omega_m, signal_0, tau = _floats(omega_m, signal_0, tau)
    return np.asarray(signal_0 / (1.0 + 1j * omega_m * tau))


def zero_frequency_signal(q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                          t_r: ArrayLike) -> Floats:
    """Return L(0) of continuous pumping in a strong field, eq. (13): (1 - Q^2)/(2 pi) (tau_s*/T_R) |d|.

    tau_s* is that of eq. (12), d the exact `trion_loss`.
    """
    q, t_r = _floats(q, t_r)
    tau = effective_relaxation_time(q, tau_s, tau_s_trion, tau_0, t_r)
    return np.asarray((1.0 - q * q) / (2.0 * np.pi) * tau / t_r * np.abs(trion_loss(tau_s, tau_s_trion, tau_0)))


def zero_frequency_signal_of_pulses(q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                                    t_r: ArrayLike) -> Floats:
    """Return L(0) of a train of pulses, probed just before them, in a strong field: eq. (13) made exact.

    (2/pi) |v| / (1 - m) = (1 - Q^2)/(2 pi) |d| exp(-T_R/tau_s) / (1 - m), see `strong_field_map`.
    """
    m, v = strong_field_map(q, tau_s, tau_s_trion, tau_0, t_r)
    return np.asarray(SQUARE_WAVE_FUNDAMENTAL * np.abs(v) / (1.0 - m))


def strong_field_signal(omega_m: ArrayLike, q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                        t_r: ArrayLike, fundamental: ArrayLike = SQUARE_WAVE_FUNDAMENTAL) -> Complexes:
    """Return the complex signal of a train of pulses in a strong field, exact at every modulation frequency.

    A (-v) / (1 - m exp(-i omega_m T_R)), from S_{k+1} = m S_k + P_k v. Its modulus is L of eq. (1). Its phase is zero
    for a spin that follows the helicity at once and negative for one that lags.

    Parameters
    ----------
    omega_m : array_like
        Modulation frequency, rad/s.
    q, tau_s, tau_s_trion, tau_0, t_r : array_like
        As in the module's list.
    fundamental : array_like
        A, the fundamental of the helicity: 2/pi where the modulation does not fall in step with the pulses,
        `square_wave_fundamental` (n) for T_m = 2 n T_R.

    Returns
    -------
    ndarray of complex
        Positive at low frequency; negative there if the spin returns larger than it went (d < 0).
    """
    omega_m, t_r, amplitude = _floats(omega_m, t_r, fundamental)
    m, v = strong_field_map(q, tau_s, tau_s_trion, tau_0, t_r)
    return np.asarray(amplitude * -v / (1.0 - m * np.exp(-1j * omega_m * t_r)))


def zero_frequency_signal_fast_trion(q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                                     t_r: ArrayLike) -> Floats:
    """Return L(0) for tau_s^T << tau_s, eq. (15): (1 - Q^2)/(2 pi) (tau_s*/T_R) tau_0/(tau_0 + tau_s^T)."""
    q, tau_s_trion, tau_0, t_r = _floats(q, tau_s_trion, tau_0, t_r)
    tau = effective_relaxation_time(q, tau_s, tau_s_trion, tau_0, t_r)
    return np.asarray((1.0 - q * q) / (2.0 * np.pi) * tau / t_r * tau_0 / (tau_0 + tau_s_trion))


def zero_frequency_signal_slow_trion(q: ArrayLike, tau_s: ArrayLike, tau_s_trion: ArrayLike, tau_0: ArrayLike,
                                     t_r: ArrayLike) -> Floats:
    """Return L(0) for a long tau_s^T, where tau_s* -> tau_s, eq. (16): (1 - Q^2) tau_0 tau_s / (2 pi tau_s^T T_R).

    It still wants tau_s^T << tau_s. The paper writes 1 - Q^2 as the sine of eq. (14), `excitation_from_power`.
    """
    q, tau_s, tau_s_trion, tau_0, t_r = _floats(q, tau_s, tau_s_trion, tau_0, t_r)
    return np.asarray((1.0 - q * q) * tau_0 * tau_s / (2.0 * np.pi * tau_s_trion * t_r))


def zero_frequency_signal_instant_trion(q: ArrayLike, tau_s: ArrayLike, t_r: ArrayLike) -> Floats:
    """Return L(0) for tau_s^T << tau_0 and T_R << tau_s, eq. (17): (1/pi) s2 / (s2 + 2 T_R/tau_s) with s2 = 1 - Q^2."""
    q, tau_s, t_r = _floats(q, tau_s, t_r)
    excitation = 1.0 - q * q
    return np.asarray(excitation / np.pi / (excitation + 2.0 * t_r / tau_s))


def weak_pulse_relaxation_time(q: ArrayLike, tau_s: ArrayLike, t_r: ArrayLike) -> Floats:
    """Return tau_s* (s) where nothing comes back from the trion: 1/tau_s* = 1/tau_s + (1 - Q^2) / (2 T_R)."""
    q, tau_s, t_r = _floats(q, tau_s, t_r)
    return np.asarray(1.0 / (1.0 / tau_s + 0.5 * (1.0 - q * q) / t_r))


def axis_z_squared(omega_z: ArrayLike, omega_perp: ArrayLike, helicity: ArrayLike, phi: ArrayLike,
                   t_r: ArrayLike) -> Floats:
    """Return m_z^2 of the axis m about which a spin turns in a whole period, eq. (19).

    Precession by psi = |W| T_R about W, then by -P Phi about z: m_z^2 = a^2 / (a^2 + sin^2 theta) with
    a = cos(Phi/2) cos theta - P sin(Phi/2) cot(psi/2), theta the angle between W and z. Where the two undo each other
    there is no axis; a spin along z then stays, and 1 is returned.

    Parameters
    ----------
    omega_z, omega_perp : array_like
        W = W_N + W_L along and across z, rad/s.
    helicity : array_like
        P, +1 or -1.
    phi : array_like
        Rotation by a pulse, rad.
    t_r : array_like
        Time between pulses, s.
    """
    omega_z, omega_perp, helicity, phi, t_r = _floats(omega_z, omega_perp, helicity, phi, t_r)
    modulus = np.hypot(omega_z, omega_perp)
    # times sin(psi/2), so that nothing is infinite; sin(psi/2) / |W| has a limit at W = 0
    turn = 0.5 * t_r * np.sinc(0.5 * modulus * t_r / np.pi)
    along = np.cos(0.5 * phi) * turn * omega_z - helicity * np.sin(0.5 * phi) * np.cos(0.5 * modulus * t_r)
    across = turn * omega_perp
    square = along**2 + across**2
    still = square == 0.0
    return np.asarray(np.where(still, 1.0, along**2 / np.where(still, 1.0, square)))


def weak_pulse_spin(omega_z: ArrayLike, omega_perp: ArrayLike, helicity: ArrayLike, q: ArrayLike, phi: ArrayLike,
                    tau_s: ArrayLike, t_r: ArrayLike) -> Floats:
    """Return the steady S_z of one dot under weak pulses, eq. (18): -P (1 - Q^2)/4 (tau_s*/T_R) m_z^2.

    For 1 - Q^2 << 1, tau_s^T << tau_0 (nothing comes back), T_R << tau_s, and a dot that is not so near to a resonance
    that it turns by less in a period than it decays. The sign of Phi matters for a dot, not for the ensemble's average.
    """
    helicity, q, t_r = _floats(helicity, q, t_r)
    pumped = -0.25 * helicity * (1.0 - q * q) * weak_pulse_relaxation_time(q, tau_s, t_r) / t_r
    return np.asarray(pumped * axis_z_squared(omega_z, omega_perp, helicity, phi, t_r))


def zero_field_ratio(phi: ArrayLike) -> Floats:
    """Return L(B = 0) / L(large B) for weak detuned pulses in isotropic nuclear fields, eq. (20).

    1 - 2/s^2 + pi (2 - s^2)/(2 s^3) - (pi - Phi) cos(Phi/2)/s^3 with s = sin(Phi/2): 1/3 at Phi = 0, pi/2 - 1 at pi,
    monotonic in between. It wants omega_n T_R >> 1 and the limits of `weak_pulse_spin`.

    Parameters
    ----------
    phi : array_like
        Rotation by a pulse, rad; the ratio is even and has the period 2 pi.
    """
    from scipy.special import spherical_jn  # not at the start of the window, as in `lowpass`

    (angle,) = _floats(phi)
    x = 0.5 * np.abs(np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi)  # 0 to pi/2
    # the same, written without differences of large numbers: sin x - x cos x = x^2 j_1(x)
    still = x < 1e-8
    safe = np.where(still, 1.0, x)
    ordered = np.where(still, 1.0 / 3.0, spherical_jn(1, safe) * safe**2 / np.sin(safe) ** 3)
    return np.asarray(1.0 - 2.0 * ordered + 0.25 * np.pi * np.sin(0.5 * x) / np.cos(0.5 * x) ** 3)


def synchronization_field(order: ArrayLike, g: ArrayLike, t_r: ArrayLike) -> Floats:
    """Return the field B_n (T) of phase synchronization, eq. (21): |W_L| T_R = 2 pi n.

    Parameters
    ----------
    order : array_like
        n, the whole turns of the spin between pulses.
    g : array_like
        g_z of the resident carrier; its sign does not matter.
    t_r : array_like
        Time between pulses, s.
    """
    order, g, t_r = _floats(order, g, t_r)
    return np.asarray(2.0 * np.pi * order / (t_r * np.abs(g) * BOHR_MAGNETON_OVER_HBAR))


def shifted_synchronization_field(order: ArrayLike, g: ArrayLike, t_r: ArrayLike, omega_n: ArrayLike,
                                  lambda_: ArrayLike) -> Floats:
    """Return the field (T) of eq. (23), below that of eq. (21): (|W_L| + w_n^2 / (2 lambda^2 |W_L|)) T_R = 2 pi n.

    The larger root, |W_L| = [c + sqrt(c^2 - 2 w_n^2/lambda^2)] / 2 with c = 2 pi n / T_R, which goes over into eq. (21)
    for weak nuclear fields. (At the smaller one the nuclear field exceeds the external one, against the expansion's
    premise.)

    Parameters
    ----------
    order, g, t_r : array_like
        As in `synchronization_field`.
    omega_n : array_like
        w_n, width of the nuclear fields, rad/s.
    lambda_ : array_like
        Their anisotropy.

    Returns
    -------
    ndarray
        NaN where the nuclear field is too large for any real solution, c < sqrt(2) w_n / lambda.
    """
    order, g, t_r, omega_n, lambda_ = _floats(order, g, t_r, omega_n, lambda_)
    c = 2.0 * np.pi * order / t_r
    square = c**2 - 2.0 * (omega_n / lambda_) ** 2
    larmor = np.where(square >= 0.0, 0.5 * (c + np.sqrt(np.maximum(square, 0.0))), np.nan)
    return np.asarray(larmor / (np.abs(g) * BOHR_MAGNETON_OVER_HBAR))
