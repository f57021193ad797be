"""Named models for measured curves: lines, peaks, decays, saturation, and what the papers read off theirs.

Fits are least squares by `vlab.analysis.curve_fit`, on scipy's Levenberg and Marquardt, which is a dependency already.
lmfit would add one for its bounds and constraints, which no model here needs: widths and times are fitted as logarithms
instead. The tests hold numbers and errors against lmfit's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, isfinite, log, pi

import numpy as np

from vlab.analysis.curve_fit import Solution, solve
from vlab.analysis.fitted import Curve, Fitted, Number, enlarged
from vlab.analysis.misfit import MISFIT
from vlab.analysis.read_off import (
    read_dragging_width,
    read_hanle_width,
    read_inertia,
    read_recovery,
    read_spin_saturation,
)
from vlab.analysis.rows import Floats
from vlab.errors import DataError

_STANDS_OUT = 3.0
"""By how many standard errors a height must differ from zero."""
_FLAT = 1e-12
"""Differences below this part of the largest value are those of rounding."""
_RATES = {"s": "Hz", "ms": "kHz", "us": "MHz", "ns": "GHz", "ps": "THz"}
_LN16 = 4.0 * log(2.0)
_STRAIGHT = ("line", "parabola")
"""Models that a curve may follow whose points are all equal."""


@dataclass(frozen=True)
class FitModel:
    """A model that can be fitted to a curve, or a way to read numbers off it."""

    key: str
    title: str
    formula: str
    fit: Callable[[Curve], Fitted]
    """Raises `DataError`, with a sentence, where the curve does not show what is looked for."""


def fit_curve(key: str, curve: Curve) -> Fitted:
    """Fit a model to what is finite of a curve.

    Parameters
    ----------
    key : str
        Of `FIT_MODELS`.
    curve : Curve

    Raises
    ------
    DataError
        There is no such model, or the points do not tell its numbers.
    """
    if key not in FIT_MODELS:
        raise DataError(f"there is no model {key!r}; there are {', '.join(FIT_MODELS)}.")
    kept = np.isfinite(curve.x) & np.isfinite(curve.y)
    sigma = curve.sigma
    remark = ""
    if sigma is not None:
        told = kept & np.isfinite(sigma) & (sigma > 0.0)
        missing = int(kept.sum() - told.sum())
        if 2 * missing > kept.sum():
            sigma = None
            remark = f"{missing} of {kept.sum()} points have no error bar, so all weigh alike"
        elif missing:
            kept = told
            remark = f"{missing} {'point' if missing == 1 else 'points'} without an error bar left out"
    if np.unique(curve.x[kept]).size < 2:
        raise DataError(f"{FIT_MODELS[key].title} wants points at two places at least; there are "
                        f"{np.unique(curve.x[kept]).size}.")
    good = Curve(curve.x[kept], curve.y[kept], None if sigma is None else sigma[kept], curve.x_unit, curve.y_unit,
                 curve.log_x)
    if key not in _STRAIGHT and float(np.ptp(good.y)) <= _FLAT * float(np.abs(good.y).max()):
        raise DataError(f"{FIT_MODELS[key].title} found the same value at all points.")
    with np.errstate(all="ignore"):
        found = FIT_MODELS[key].fit(good)
    return replace(found, remarks=(*found.remarks, remark)) if remark else found


def _told(title: str, curve: Curve, solution: Solution, numbers: tuple[Number, ...],
          drawn: Callable[[Floats], Floats], note: str = "") -> Fitted:
    fine = curve.fine()
    reduced = solution.reduced_chi_square
    remarks = list(enlarged(reduced)[1])
    if reduced is not None:
        goodness = f"weighted by error bars, χ²/ν = {reduced:.2g}"
    else:
        residual = f"rms residual {solution.residual:.2g}"
        if curve.y_unit not in ("", "1"):
            residual = str(Number("rms residual", solution.residual, unit=curve.y_unit)).replace(" = ", " ")
        goodness = f"weighing alike, {residual}"
    if solution.correlation:
        remarks.append(f"neighbours correlated, ρ = {solution.correlation:.2g}: errors × {solution.correlated:.2g}")
    if solution.misfit:
        remarks.insert(0, MISFIT)
    return Fitted(title, numbers, fine, drawn(fine), curve.x.size, goodness, note, tuple(remarks))


def _scale(values: Floats) -> float:
    return float(np.abs(values).max()) or 1.0


def _over(unit: str, below: str, power: int = 1) -> str:
    """Return the unit of a slope, or of a quotient by a power of the unit ``below``."""
    unit, below = (u if u not in ("", "1") else "" for u in (unit, below))
    if not below or not power:
        return unit
    below = f"({below})" if "/" in below or "*" in below else below
    return f"{unit or 1}/{below}" + (f"^{power}" if power > 1 else "")


# -- polynomials -----------------------------------------------------------------------------------------------------


def _polynomial(title: str, degree: int) -> Callable[[Curve], Fitted]:
    def shapes(u: Floats, p: Floats) -> tuple[Floats, Floats]:  # noqa: ARG001
        return np.vander(u, degree + 1, increasing=True), np.empty((u.size, degree + 1, 0))

    def fit(curve: Curve) -> Fitted:
        size, height = _scale(curve.x), _scale(curve.y)
        sigma = None if curve.sigma is None else curve.sigma / height
        found = solve(shapes, curve.x / size, curve.y / height, sigma, np.empty((1, 0)), title)
        back = height / size ** np.arange(degree + 1)
        values, errors = found.values * back, found.errors * back
        units = [_over(curve.y_unit, curve.x_unit, power) for power in range(degree + 1)]
        numbers = [Number(symbol, float(v), float(e), unit)
                   for symbol, v, e, unit in zip("abc", values, errors, units, strict=False)]
        if degree == 2:
            numbers += _vertex(found, size, curve.x_unit)
        return _told(title, curve, _unscaled(found, height), tuple(numbers),
                     lambda x: np.asarray(np.polynomial.polynomial.polyval(x, values)))

    return fit


def _vertex(found: Solution, size: float, unit: str) -> list[Number]:
    """Return where the parabola has its top or bottom; nothing where it may as well be straight."""
    _, b, c = (float(v) for v in found.values)
    if not abs(c) > max(float(found.errors[2]), _FLAT * float(np.abs(found.values).max())):
        return []
    slopes = np.array([0.0, -0.5 / c, 0.5 * b / c**2])
    return [Number("x₀", -0.5 * b / c * size, found.error_of(slopes) * size, unit)]


def _unscaled(found: Solution, height: float) -> Solution:
    return replace(found, residual=found.residual * height)


# -- peaks -----------------------------------------------------------------------------------------------------------


def _lorentzian(z: Floats) -> tuple[Floats, Floats]:
    """Return the shape at z in full widths from the centre, and minus its slope there."""
    f = 1.0 / (1.0 + 4.0 * z * z)
    return f, 8.0 * z * f * f


def _gaussian(z: Floats) -> tuple[Floats, Floats]:
    f = np.exp(-_LN16 * z * z)
    return f, 2.0 * _LN16 * z * f


def _peak(title: str, profile: Callable[[Floats], tuple[Floats, Floats]]) -> Callable[[Curve], Fitted]:
    def shapes(u: Floats, p: Floats) -> tuple[Floats, Floats]:
        width = np.exp(p[1])
        z = (u - p[0]) / width
        f, fall = profile(z)
        flat = np.zeros_like(u)
        slopes = np.stack([np.stack([fall / width, fall * z], axis=1), np.stack([flat, flat], axis=1)], axis=1)
        return np.stack([f, np.ones_like(u)], axis=1), slopes

    def fit(curve: Curve) -> Fitted:
        order = np.argsort(curve.x, kind="stable")
        x, y = curve.x[order], curve.y[order]
        zero, span, height = float(x[0]), float(x[-1] - x[0]), _scale(y)
        u, v = (x - zero) / span, y / height
        sigma = None if curve.sigma is None else curve.sigma[order] / height
        smooth = np.convolve(np.pad(v, 1, mode="edge"), np.full(3, 1.0 / 3.0), mode="valid")
        centres = {float(u[smooth.argmax()]), float(u[smooth.argmin()])}
        widths = np.geomspace(min(0.5, 2.0 / max(u.size, 4)), 1.0, 8)
        guesses = np.array([(c, log(w)) for c in sorted(centres) for w in widths])
        found = solve(shapes, u, v, sigma, guesses, title)
        top, floor_, centre, log_width = (float(n) for n in found.values)
        top_error, floor_error, centre_error, width_error = (float(e) for e in found.errors)
        if not (abs(top) > max(_STANDS_OUT * top_error, _FLAT) and width_error < 1.0 and -0.5 < centre < 1.5):
            raise DataError(f"{title} found no line that stands out of the scatter.")
        width = exp(log_width) * span
        numbers = (Number("x₀", zero + span * centre, span * centre_error, curve.x_unit),
                   Number("FWHM", width, width * width_error, curve.x_unit),
                   Number("height", top * height, top_error * height, curve.y_unit),
                   Number("offset", floor_ * height, floor_error * height, curve.y_unit))
        return _told(title, curve, _unscaled(found, height), numbers,
                     lambda at: height * (shapes((at - zero) / span, found.values[2:])[0] @ found.values[:2]))

    return fit


# -- decays ----------------------------------------------------------------------------------------------------------


def _decay(title: str, to_zero: bool) -> Callable[[Curve], Fitted]:
    def shapes(u: Floats, p: Floats) -> tuple[Floats, Floats]:
        t = u * np.exp(-p[0])
        f = np.exp(-t)
        if to_zero:
            return f[:, None], (f * t)[:, None, None]
        return np.stack([f, np.ones_like(u)], axis=1), np.stack([f * t, np.zeros_like(u)], axis=1)[:, :, None]

    def fit(curve: Curve) -> Fitted:
        first, span, height = float(curve.x.min()), float(np.ptp(curve.x)), _scale(curve.y)
        sigma = None if curve.sigma is None else curve.sigma / height
        guesses = np.log(np.geomspace(0.01, 10.0, 16))[:, None]
        found = solve(shapes, (curve.x - first) / span, curve.y / height, sigma, guesses, title)
        log_time, log_error = float(found.values[-1]), float(found.errors[-1])
        fall, fall_error = float(found.values[0]), float(found.errors[0])
        time = exp(min(log_time, 50.0)) * span
        if not (log_error < 1.0 and abs(fall) > max(_STANDS_OUT * fall_error, _FLAT) and first / time < 30.0):
            raise DataError(f"{title} found nothing that decays, or too little of it to tell the time.")
        to_origin = exp(first / time)  # what is told holds at x = 0
        step = fall * to_origin
        slopes = np.zeros(found.values.size)
        slopes[0], slopes[-1] = to_origin, -step * first / time
        tau = Number("τ", time, time * log_error, curve.x_unit)
        if to_zero:
            numbers: tuple[Number, ...] = (tau, Number("y(0)", step * height, found.error_of(slopes) * height,
                                                       curve.y_unit))
        else:
            end, end_error = float(found.values[1]), float(found.errors[1])
            slopes[1] = 1.0
            numbers = (tau, Number("y(0)", (step + end) * height, found.error_of(slopes) * height, curve.y_unit),
                       Number("y(∞)", end * height, end_error * height, curve.y_unit))
        return _told(title, curve, _unscaled(found, height), numbers,
                     lambda at: height * (shapes((at - first) / span, found.values[-1:])[0] @ found.values[:-1]))

    return fit


# -- saturation, oscillation -----------------------------------------------------------------------------------------


def _saturation(curve: Curve) -> Fitted:
    title = "Saturation"
    if not (curve.x >= 0.0).all():
        raise DataError(f"{title} wants x of at least 0; the smallest is {curve.x.min():.4g}.")

    def shapes(u: Floats, p: Floats) -> tuple[Floats, Floats]:
        half = np.exp(p[0])
        f = u / (u + half)
        return f[:, None], (-u * half / (u + half) ** 2)[:, None, None]

    size, height = _scale(curve.x), _scale(curve.y)
    sigma = None if curve.sigma is None else curve.sigma / height
    found = solve(shapes, curve.x / size, curve.y / height, sigma, np.log(np.geomspace(1e-3, 1e2, 16))[:, None], title)
    limit, half = float(found.values[0]), exp(float(found.values[1])) * size
    errors = found.errors
    if not (errors[1] < 1.0 and abs(limit) > max(_STANDS_OUT * float(errors[0]), _FLAT)
            and half > _FLAT * size):
        raise DataError(f"{title} cannot be told from these points; x should reach well to both sides of half the "
                        "limit.")
    numbers = (Number("xₛ", half, half * float(errors[1]), curve.x_unit),
               Number("y(∞)", limit * height, float(errors[0]) * height, curve.y_unit))
    return _told(title, curve, _unscaled(found, height), numbers,
                 lambda at: height * (shapes(at / size, found.values[1:])[0] @ found.values[:1]))


def _oscillation(curve: Curve) -> Fitted:
    title = "Damped oscillation"

    def shapes(u: Floats, p: Floats) -> tuple[Floats, Floats]:
        omega, rate = 2.0 * pi * np.exp(p[0]), np.exp(-p[1])
        damped = np.exp(-u * rate)
        c, s = damped * np.cos(omega * u), damped * np.sin(omega * u)
        flat = np.zeros_like(u)
        slopes = np.stack([np.stack([-s * omega * u, c * u * rate], axis=1),
                           np.stack([c * omega * u, s * u * rate], axis=1), np.stack([flat, flat], axis=1)], axis=1)
        return np.stack([c, s, np.ones_like(u)], axis=1), slopes

    order = np.argsort(curve.x, kind="stable")
    x, y = curve.x[order], curve.y[order]
    zero, span, height = float(x[0]), float(x[-1] - x[0]), _scale(y)
    u, v = (x - zero) / span, y / height
    even = np.interp(np.linspace(0.0, 1.0, min(4096, 2 * u.size)), u, v)
    power = np.abs(np.fft.rfft(even - even.mean(), 4 * even.size))[2:]
    strongest = 0.25 * (2 + np.argsort(power[:2 * u.size])[::-1][:6])
    guesses = np.array([(log(f), log(t)) for f in strongest for t in (0.1, 0.3, 1.0, 5.0)])
    sigma = None if curve.sigma is None else curve.sigma[order] / height
    found = solve(shapes, u, v, sigma, guesses, title)
    c, s, end, log_f, log_t = (float(n) for n in found.values)
    errors = found.errors
    amplitude = float(np.hypot(c, s))
    slopes = np.array([c / amplitude, s / amplitude, 0.0, 0.0, 0.0])
    if not (amplitude > max(_STANDS_OUT * found.error_of(slopes), _FLAT) and errors[3] < 0.5 and errors[4] < 1.0
            and isfinite(log_f)):
        raise DataError(f"{title} found nothing that oscillates and decays above the scatter.")
    frequency, time = exp(log_f) / span, exp(min(log_t, 50.0)) * span
    numbers = (Number("f", frequency, frequency * float(errors[3]), _RATES.get(curve.x_unit, _over("", curve.x_unit))),
               Number("τ", time, time * float(errors[4]), curve.x_unit),
               Number("amplitude", amplitude * height, found.error_of(slopes) * height, curve.y_unit),
               Number("y(∞)", end * height, float(errors[2]) * height, curve.y_unit))
    return _told(title, curve, _unscaled(found, height), numbers,
                 lambda at: height * (shapes((at - zero) / span, found.values[3:])[0] @ found.values[:3]))


FIT_MODELS: dict[str, FitModel] = {model.key: model for model in (
    FitModel("line", "Line", "y = a + b x", _polynomial("Line", 1)),
    FitModel("parabola", "Parabola", "y = a + b x + c x², extremum at x₀", _polynomial("Parabola", 2)),
    FitModel("lorentzian", "Lorentzian", "y = offset + height / [1 + 4 (x − x₀)² / FWHM²]",
             _peak("Lorentzian", _lorentzian)),
    FitModel("gaussian", "Gaussian", "y = offset + height exp[−4 ln 2 (x − x₀)² / FWHM²]",
             _peak("Gaussian", _gaussian)),
    FitModel("decay", "Exponential decay", "y = y(0) exp(−x/τ)", _decay("Exponential decay", True)),
    FitModel("approach", "Exponential approach", "y = y(∞) + [y(0) − y(∞)] exp(−x/τ)",
             _decay("Exponential approach", False)),
    FitModel("saturation", "Saturation", "y = y(∞) x / (x + xₛ)", _saturation),
    FitModel("oscillation", "Damped oscillation", "y = y(∞) + amplitude exp(−x/τ) cos(2π f x + φ)", _oscillation),
    FitModel("dragging_width", "Dragging width", "where the absorption rises and falls through half of its maximum",
             read_dragging_width),
    FitModel("inertia", "Spin inertia", "L = L(0) / √[1 + (2π f τₛ*)²], eq. (11)", read_inertia),
    FitModel("spin_saturation", "Spin saturation", "L = k s / [π (1 + k s)], s = sin²[(π/2) √(W/W_π)]",
             read_spin_saturation),
    FitModel("hanle", "Hanle width", "half width at half of the maximum next to zero field", read_hanle_width),
    FitModel("recovery", "Recovery shape", "V-like, or M-like where the curve goes down again at large fields",
             read_recovery),
)}
"""All models by their key."""
