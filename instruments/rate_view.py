"""What a live picture of a polarization rate shows: figure S4 of the dot on a bench, from its hidden quantities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlab.physics.bistability import RateModel, locking_points
from vlab.physics.dnsp_parts import rate_parts
from vlab.samples.specimen import HBAR
from vlab.units import unit_factor

_UEV = unit_factor("ueV")
_POINTS = 301
_ARROWS = 13
_WIDTHS = 4.0
"""How far the picture goes to either side, in broadened linewidths."""
_PER_THOUSAND = 1e3


@dataclass(frozen=True)
class RateCurve:
    """One curve of the picture."""

    title: str
    quantity: str
    """What it shows, for its colour."""
    y: NDArray[np.float64]


@dataclass(frozen=True)
class LockingMark:
    """Where the rate is zero."""

    x: float
    stable: bool
    """Whether the state stays there while all settings stand still."""


@dataclass(frozen=True)
class RateCurves:
    """The picture at one moment, in the units of its axes; the first curve is the sum of the others."""

    x: NDArray[np.float64]
    curves: tuple[RateCurve, ...]
    marks: tuple[LockingMark, ...]


@dataclass(frozen=True)
class RateView:
    """What a bench tells of its polarization rate; all functions take the values of `Bench.hidden`."""

    x_title: str
    y_title: str
    depends_on: tuple[str, ...]
    """The hidden values that the curves depend on; while they stay, so do the curves."""
    curves: Callable[[dict[str, float]], RateCurves]
    here: Callable[[dict[str, float]], tuple[float, float]]
    """Returns where the sample is now, in the units of the axes."""
    words: Callable[[dict[str, float]], str]
    """Returns the present numbers in a line."""
    flow: Callable[[dict[str, float]], tuple[NDArray[np.float64], NDArray[np.float64]]]
    """Returns some places on the horizontal axis and which way, +1 or -1, the state drifts there if nobody touches a
    setting; 0 where it stays."""


def locking_in_words(marks: tuple[LockingMark, ...]) -> str:
    """Return how many locking points there are, and how many of them are stable."""
    if not marks:
        return "no locking point at this P"
    stable = sum(mark.stable for mark in marks)
    many = f"{len(marks)} locking point" + ("s" if len(marks) > 1 else "")
    return f"{many} at this P: {stable or 'none'} stable"


RATES = ("overhauser_shift", "broadened_linewidth", "reverse_overhauser_rate", "overhauser_rate", "noncollinear_rate",
         "nuclear_decay_rate")
"""The rate model among the hidden values, by the fields of `RateModel`; energies in J, rates in 1/s."""


def hidden_rates(model: RateModel, polarization: float, bare_detuning: float) -> dict[str, float]:
    """Return what no instrument shows of a dot with polarization P at a bare detuning (rad/s), as SI floats."""
    delta = bare_detuning - model.k * polarization
    u = 2.0 * delta / model.gamma_p
    values = (model.k * HBAR, model.gamma_p * HBAR, model.a, model.b, model.c, model.gamma_dec)
    return {"polarization": polarization, "effective_detuning": delta * HBAR, "absorption": 1.0 / (1.0 + u * u),
            "polarization_rate": model.pumping(u) - model.gamma_dec * polarization,
            **dict(zip(RATES, values, strict=True))}


def rate_model_of(hidden: dict[str, float]) -> RateModel:
    """Return the rate model that `hidden_rates` told."""
    shift, width, *rates = (hidden[name] for name in RATES)
    return RateModel(shift / HBAR, width / HBAR, *rates)


def bare_detuning_of(hidden: dict[str, float]) -> float:
    """Return the bare detuning x = delta + K P, rad/s."""
    return (hidden["effective_detuning"] + hidden["overhauser_shift"] * hidden["polarization"]) / HBAR


def _curves(hidden: dict[str, float]) -> RateCurves:
    model, p = rate_model_of(hidden), hidden["polarization"]
    reach = _WIDTHS * model.gamma_p
    delta = np.linspace(-reach, reach, _POINTS)
    parts = rate_parts(model, delta, p)
    curves = [RateCurve("dP/dt", "polarization_rate", parts.total),
              RateCurve("reverse Overhauser", "reverse_overhauser", parts.reverse_overhauser),
              RateCurve("Overhauser", "overhauser", parts.overhauser),
              RateCurve("non-collinear", "noncollinear", parts.noncollinear),
              RateCurve("decay", "decay", parts.decay)]
    marks = tuple(LockingMark(point.delta * HBAR / _UEV, point.stable) for point in locking_points(model, p)
                  if abs(point.delta) <= reach) if model.a or model.b or model.c else ()
    return RateCurves(delta * HBAR / _UEV,
                      tuple(RateCurve(c.title, c.quantity, _PER_THOUSAND * c.y) for c in curves), marks)


def _here(hidden: dict[str, float]) -> tuple[float, float]:
    return hidden["effective_detuning"] / _UEV, _PER_THOUSAND * hidden["polarization_rate"]


def _words(hidden: dict[str, float]) -> str:
    delta, rate = _here(hidden)
    shown = (f"{round(value, digits) + 0.0:+.{digits}f}" for value, digits in (  # adding zero takes -0 to 0
        (hidden["polarization"], 4), (delta, 3), (rate, 3)))
    return "P = {}, δ = {} µeV, dP/dt = {}·10⁻³ 1/s".format(*shown)


def _flow(hidden: dict[str, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    model = rate_model_of(hidden)
    reach = _WIDTHS * model.gamma_p
    delta = np.linspace(-reach, reach, 2 * _ARROWS + 1)[1::2]
    x = bare_detuning_of(hidden)
    # P follows the line: at a fixed laser delta = x - K P
    rate = rate_parts(model, delta, 0.0).total - model.gamma_dec * (x - delta) / model.k
    return delta * HBAR / _UEV, -np.sign(model.k * rate)


DOT_RATES = RateView("effective detuning δ (µeV), positive: laser red of the line", "dP/dt (10⁻³ 1/s)",
                     ("polarization", *RATES), _curves, _here, _words, _flow)
"""The picture of one dot in the rate model."""
