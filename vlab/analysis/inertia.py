"""Spin inertia: relaxation times from the modulation frequency, and their limit at zero pump power.

Equation numbers are those of Schering, Uhrig and Smirnov (arXiv:1908.01531). Frequencies are f_m in Hz (omega_m is
2 pi f_m); pint quantities are taken too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite, log10, nan
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.analysis.rows import Floats, alike, numbers, row
from vlab.errors import DataError
from vlab.units import Quantity, ureg

LINEAR_POWER = 0.1
"""Largest W / W_pi whose rates `extrapolate_to_zero_power` uses; sin^2 of eq. (14) is 8 % below its tangent there."""
_ONE_SIDED = 1.0 / 6.0
"""Largest relative error of tau_s* from frequencies that all lie on one side of the roll-off."""
_TIMES = ((1e-6, "ns", 1e-9), (1e-3, "us", 1e-6), (1.0, "ms", 1e-3), (np.inf, "s", 1.0))


@dataclass(frozen=True)
class RelaxationFit:
    """Eq. (11) as fitted to a measured spin inertia curve; errors are one standard deviation."""

    tau: Quantity
    """tau_s*, the effective spin relaxation time."""
    tau_error: Quantity
    amplitude: float
    """L(0), in the unit of the signal."""
    amplitude_error: float
    reduced_chi_square: float | None
    """Chi-square per degree of freedom; None where the signal's errors were not given."""
    residual: float
    """Root mean square of what the fit leaves, in the unit of the signal."""
    what: Literal["magnitude", "complex"]

    def curve(self, frequency: ArrayLike) -> NDArray[Any]:
        """Return the fit at ``frequency`` (Hz): L, or X + iY of a complex fit."""
        x = 2.0 * np.pi * numbers(frequency, "Hz") * self.tau.m_as("s")
        return np.asarray(self.amplitude / (np.hypot(1.0, x) if self.what == "magnitude" else 1.0 + 1j * x))

    def __str__(self) -> str:
        goodness = f"residual {self.residual:.2g}" if self.reduced_chi_square is None \
            else f"reduced chi-square {self.reduced_chi_square:.2f}"
        return (f"tau_s* = {_time(self.tau, self.tau_error)}, "
                f"L(0) = {_with_error(self.amplitude, self.amplitude_error)}, {goodness}")


@dataclass(frozen=True)
class ZeroPowerFit:
    """Relaxation rates as a straight line in the pump power; errors are one standard deviation."""

    tau_s: Quantity
    """The spin relaxation time without pump: one over the rate at zero power."""
    tau_s_error: Quantity
    rate: float
    """Rate at zero power, 1/s."""
    slope: float
    """Rise of the rate per W_pi, 1/s."""
    slope_error: float
    points: int
    """How many rates were used, those of the smallest powers."""
    reduced_chi_square: float | None
    """None where the errors of the rates were not given."""
    bend: float
    """A parabola's quadratic term over its error, for the same points: beyond 2 or so they lie on no line. NaN for
    three points."""

    def line(self, power_ratio: ArrayLike) -> Floats:
        """Return the line's rates (1/s) at ``power_ratio``."""
        return np.asarray(self.rate + self.slope * np.asarray(power_ratio, dtype=float))

    def __str__(self) -> str:
        return f"tau_s = {_time(self.tau_s, self.tau_s_error)} at zero power, from {self.points} points"


def fit_relaxation_time(frequency: ArrayLike, signal: ArrayLike, sigma: ArrayLike | None = None,
                        what: Literal["magnitude", "complex"] = "magnitude") -> RelaxationFit:
    """Fit eq. (11) to a spin inertia curve, both L(0) and tau_s* free.

    Least squares of L(0) / sqrt(1 + (omega_m tau_s*)^2), or of X and Y of L(0) / (1 + i omega_m tau_s*). With ``sigma``
    the weights are 1 / sigma^2 and the errors are what these errors imply. Without, all points weigh alike (equal
    absolute errors, which log-spaced frequencies then spread evenly over the decades), and the errors are scaled to the
    scatter about the fit.

    A magnitude is never negative, so noise lifts points that are not well above it; a complex fit has no such bias.
    On the other hand the phase of a train of pulses, zero for a spin that follows at once, differs from that of
    eq. (11) to first order in T_R / tau_s*: a complex fit gives T_R / [exp(T_R / tau_s*) - 1], about T_R / 2 too short.

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Modulation frequencies f_m in Hz, in any order, best log-spaced to well on both sides of 1 / (2 pi tau_s*).
    signal : array_like, shape (n,)
        L, or X + iY with the helicity's fundamental as phase zero.
    sigma : array_like, optional
        Standard deviation of each point, of X and Y each for a complex fit; one number or shape (n,).
    what : {"magnitude", "complex"}
        Which of the two to fit. The magnitude of a complex signal is taken where it is asked for.

    Raises
    ------
    DataError
        Fewer than three points, numbers that cannot be, or frequencies that do not show the roll-off.
    """
    from scipy.optimize import least_squares

    owner = "The fit of the relaxation time"
    f = row(owner, "frequency", numbers(frequency, "Hz"))
    y = np.asarray(signal)
    if what not in ("magnitude", "complex"):
        raise DataError(f"{owner} fits the 'magnitude' or the 'complex' signal, not {what!r}.")
    if what == "complex" and not np.iscomplexobj(y):
        raise DataError(f"{owner} wants X + iY for a complex fit; this signal is real.")
    y = np.abs(y) if what == "magnitude" and np.iscomplexobj(y) else y
    y = row(owner, "signal", y)
    weight = 1.0 / _errors(owner, sigma, f.size)
    alike(owner, "frequencies", f, "signals", y)
    if not (f > 0.0).all():
        raise DataError(f"{owner} wants positive frequencies; the smallest is {f.min():g} Hz.")
    if not np.any(y):
        raise DataError(f"{owner} found a signal of zero everywhere.")
    omega, size = 2.0 * np.pi * f, float(np.abs(y).max())
    target = _parts(weight * y / size)

    def shape(log_tau: float) -> tuple[Floats, Floats]:
        """Return the curve of amplitude 1 and its slope in ln tau, weighted."""
        x = omega * np.exp(log_tau)
        if what == "magnitude":
            h = np.hypot(1.0, x)
            return weight / h, -weight * (x / h) ** 2 / h
        pole = 1.0 / (1.0 + 1j * x)
        return _parts(weight * pole), _parts(-1j * weight * x * pole * pole)

    def residual(p: Floats) -> Floats:
        return np.asarray(p[0] * shape(p[1])[0] - target)

    def jacobian(p: Floats) -> Floats:
        one, slope = shape(p[1])
        return np.stack([one, p[0] * slope], axis=1)

    lowest, highest = np.log(0.01 / omega.max()), np.log(100.0 / omega.min())
    starts = []
    for start in np.linspace(lowest, highest, 60):
        one = shape(start)[0]
        height = (one @ target) / (one @ one)
        starts.append((float(np.sum((height * one - target) ** 2)), height, start))
    best = least_squares(residual, np.array(min(starts)[1:]), jac=jacobian, method="lm", xtol=1e-12, ftol=1e-12,
                         gtol=1e-12)
    amplitude, log_tau = size * float(best.x[0]), float(best.x[1])
    slopes = jacobian(best.x) * [1.0, size]  # of the curve, in L(0) and ln tau
    chi_square, freedom = size**2 * float(np.sum(best.fun**2)), target.size - 2
    scale = chi_square / freedom if sigma is None else 1.0
    error, log_tau_error = (float(e) for e in np.sqrt(np.diag(_inverse(slopes.T @ slopes)) * scale))
    # from one side of the roll-off, tau is told by how much the curve bends: twice ln tau, which must be beyond doubt
    around = omega.min() < np.exp(-log_tau) < omega.max()
    if not (best.success and lowest < log_tau < highest and log_tau_error < (1.0 if around else _ONE_SIDED)):
        raise DataError(f"{owner} cannot tell tau_s* from these points; the frequencies, {_frequency(f.min())} to "
                        f"{_frequency(f.max())}, should reach well to both sides of 1 / (2 pi tau_s*).")
    tau = float(np.exp(log_tau))
    left = y - amplitude / (np.hypot(1.0, omega * tau) if what == "magnitude" else 1.0 + 1j * omega * tau)
    return RelaxationFit(_as_time(tau, tau), _as_time(tau * log_tau_error, tau), amplitude, error,
                         None if sigma is None else chi_square / freedom, float(np.sqrt(np.mean(np.abs(left) ** 2))),
                         what)


def extrapolate_to_zero_power(power_ratio: ArrayLike, rates: ArrayLike, errors: ArrayLike | None = None,
                              largest_power: float = LINEAR_POWER) -> ZeroPowerFit:
    """Extrapolate effective relaxation rates 1 / tau_s* linearly to zero pump power, which gives tau_s.

    By eq. (12) the rate is linear in 1 - Q^2, and by eq. (14) that is linear in the power only where the power is
    small: points with W / W_pi up to ``largest_power`` are used, the others left out. At the default, 0.1, the bend of
    the sine puts the rate at zero power too high by about a hundredth of the rise of the rate over the points used;
    watch ``bend``. (With 1 - Q^2 in place of the power and ``largest_power=1`` all points may be used.)

    Parameters
    ----------
    power_ratio : array_like, shape (n,)
        Pump power in units of a pi pulse's, W / W_pi.
    rates : array_like, shape (n,)
        1 / tau_s* in 1/s.
    errors : array_like, optional
        Standard deviations of the rates; weights are 1 / errors^2. Without, all rates weigh alike and the errors are
        scaled to the scatter about the line.
    largest_power : float
        Largest W / W_pi that is used.

    Raises
    ------
    DataError
        Fewer than three different powers up to ``largest_power``, numbers that cannot be, or a line that does not meet
        zero power at a positive rate.
    """
    owner = "The extrapolation to zero power"
    power = row(owner, "power_ratio", numbers(power_ratio, ""))
    rate = row(owner, "rates", numbers(rates, "1/s"))
    sigma = _errors(owner, None if errors is None else numbers(errors, "1/s"), power.size)
    alike(owner, "powers", power, "rates", rate)
    if not (power >= 0.0).all():
        raise DataError(f"{owner} wants powers of at least 0; the smallest is {power.min():g}.")
    used = power <= largest_power
    if np.unique(power[used]).size < 3:
        raise DataError(f"{owner} wants at least three powers up to {largest_power:g} W_pi, where the rate is linear; "
                        f"there are {np.unique(power[used]).size}.")
    x, y, weight = power[used], rate[used], 1.0 / sigma[used]
    (rate_0, slope), covariance, chi_square = _polynomial(x, y, weight, 1)
    freedom = x.size - 2
    if errors is None:
        covariance = covariance * chi_square / freedom
    rate_error, slope_error = (float(e) for e in np.sqrt(np.diag(covariance)))
    if not rate_0 > 0.0:
        raise DataError(f"{owner} found {rate_0:.3g} 1/s at zero power, which is no relaxation rate; smaller powers or "
                        "more precise rates are needed.")
    bend = nan
    if np.unique(x).size > 3:
        parabola, bending, rest = _polynomial(x, y, weight, 2)
        scale = rest / (x.size - 3) if errors is None else 1.0
        bend = float(parabola[2] / np.sqrt(bending[2, 2] * scale)) if scale > 0.0 else nan
    tau = 1.0 / rate_0
    return ZeroPowerFit(_as_time(tau, tau), _as_time(rate_error * tau**2, tau), rate_0, slope, slope_error, int(x.size),
                        None if errors is None else chi_square / freedom, bend)


def _polynomial(x: Floats, y: Floats, weight: Floats, degree: int) -> tuple[list[float], Floats, float]:
    """Return coefficients (constant first), their covariance for errors 1 / weight, and chi-square."""
    columns = np.vander(x, degree + 1, increasing=True)
    size = np.abs(columns).max(axis=0)
    design = columns / size * weight[:, None]
    scaled = np.linalg.lstsq(design, weight * y, rcond=None)[0]
    chi_square = float(np.sum((design @ scaled - weight * y) ** 2))
    return [float(c) for c in scaled / size], _inverse(design.T @ design) / np.outer(size, size), chi_square


def _inverse(matrix: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.inf)


def _parts(values: NDArray[Any]) -> Floats:
    """Return real values as they are, complex ones as X and then Y."""
    return np.concatenate([values.real, values.imag]) if np.iscomplexobj(values) else values


def _errors(owner: str, sigma: ArrayLike | None, size: int) -> Floats:
    errors = np.asarray(1.0 if sigma is None else sigma, dtype=float)
    if errors.shape not in ((), (size,)):
        raise DataError(f"{owner} got errors of shape {errors.shape}; it wants one number or one for each of the "
                        f"{size} points.")
    if not (np.isfinite(errors).all() and (errors > 0.0).all()):
        raise DataError(f"{owner} wants errors that are positive, finite numbers; the smallest is {errors.min():g}.")
    return np.broadcast_to(errors, (size,)).copy()


def _as_time(seconds: float, like: float) -> Quantity:
    """Return a time in the unit that suits the time ``like``."""
    unit, factor = next((unit, factor) for limit, unit, factor in _TIMES if like < limit)
    return ureg.Quantity(seconds / factor, unit)


def _frequency(hertz: float) -> str:
    """Return a frequency with the prefix that suits it."""
    factor, unit = next((each for each in ((1e6, "MHz"), (1e3, "kHz")) if hertz >= each[0]), (1.0, "Hz"))
    return f"{float(f'{hertz / factor:.3g}'):g} {unit}"


def _time(value: Quantity, error: Quantity) -> str:
    unit = f"{value.units:~P}".replace("\u03bc", "\u00b5")
    return f"{_with_error(float(value.magnitude), float(error.m_as(value.units)))} {unit}"


def _with_error(value: float, error: float) -> str:
    """Return ``value`` rounded to its error, in parentheses: 472(3), 0.0712(12)."""
    if not (isfinite(error) and error > 0.0 and isfinite(value)):
        return f"{value:.6g}"
    error = float(f"{error:.1e}")
    place = floor(log10(error))
    place -= error < 1.95 * 10.0**place
    digits = round(error / 10.0**place)
    if place > 0:
        return f"{round(value / 10.0**place) * 10**place:d}({digits * 10**place:d})"
    if value != 0.0 and abs(value) < 1e-3:
        power = floor(log10(abs(value)))
        return f"{value / 10.0**power:.{max(power - place, 0)}f}({digits})e{power}"
    return f"{value:.{-place}f}({digits})"
