"""Theory of one dot with knobs: the polarization rate, its fixed points, and infinitely slow scans."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from instruments.steady_view import curve_of_states
from instruments.theory import Knob, TheoryLine, TheoryPage, Values
from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_parts import rate_parts
from vlab.physics.quasi_static import quasi_static_curve
from vlab.samples.quantum_dot import QuantumDot
from vlab.samples.specimen import HBAR, REFERENCE_DUTY, REFERENCE_FIELD, DotSpecimen
from vlab.units import unit_factor

_UEV = unit_factor("ueV")
_WIDTHS = 4.0
_POWER = Knob("light_power", "laser power", "nW", 1e-10, 1e-6, 1e-8, "Set the power of the laser on the dot.", True)
_FIELD = Knob("field", "magnetic field", "T", 0.5, 9.0, REFERENCE_FIELD, "Set the magnetic field.")
_FACTORS = (
    Knob("roh", "α_ROH ×", "", 0.0, 3.0, 1.0, "Multiply the reverse Overhauser pumping of the sample."),
    Knob("oh", "α_OH ×", "", 0.0, 3.0, 1.0, "Multiply the Overhauser pumping of the sample."),
    Knob("nc", "α_NC ×", "", -3.0, 3.0, 1.0, "Multiply the non-collinear pumping of the sample; below 0 it repels."),
    Knob("decay", "γ_dec ×", "", 0.1, 10.0, 1.0, "Multiply the nuclear decay rate of the sample.", True),
)
_KNOBS = (_POWER, _FIELD, *_FACTORS)
_POLARIZATION = Knob("polarization", "P", "", -0.5, 0.5, 0.0, "Set the nuclear polarization, which is held.")


def _model(dot: QuantumDot, values: Values) -> RateModel:
    """Return the rate model of the dot at chopped light, with its rates multiplied."""
    found = DotSpecimen(dot).rates(values["light_power"], REFERENCE_DUTY, values["field"])
    return replace(found, a=found.a * values["roh"], b=found.b * values["oh"], c=found.c * values["nc"],
                   gamma_dec=found.gamma_dec * values["decay"])


def _present(dot: Any, hidden: Values) -> Values:  # noqa: ARG001
    found = {knob.name: 1.0 for knob in _FACTORS}
    if "light_power" in hidden:
        found |= {"light_power": hidden["light_power"], "field": abs(hidden["field"]),
                  "polarization": hidden["polarization"]}
    return found


def _rate(dot: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:  # noqa: ARG001
    model = _model(dot, values)
    delta = np.linspace(-_WIDTHS * model.gamma_p, _WIDTHS * model.gamma_p, 301)
    parts = rate_parts(model, delta, values["polarization"])
    x = delta * HBAR / _UEV
    return (TheoryLine("dP/dt", "polarization_rate", x, parts.total),
            TheoryLine("reverse Overhauser", "reverse_overhauser", x, parts.reverse_overhauser, True),
            TheoryLine("Overhauser", "overhauser", x, parts.overhauser, True),
            TheoryLine("non-collinear", "noncollinear", x, parts.noncollinear, True),
            TheoryLine("decay", "decay", x, parts.decay, True))


def _slow_scans(dot: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:
    model = _model(dot, values)
    low, high = curve_of_states(model).x
    x = np.linspace(low, high, 161 if quick else 641)
    red, blue = quasi_static_curve(model, x * _UEV / HBAR), quasi_static_curve(model, x[::-1] * _UEV / HBAR)
    return (TheoryLine("slow scan to blue", "dt_normalized", x[::-1], blue.absorption),
            TheoryLine("slow scan to red", "polarization", x, red.absorption),
            TheoryLine("without nuclei", "fit", x, 1.0 / (1.0 + (2.0 * x * _UEV / HBAR / model.gamma_p) ** 2), True))


def _fixed_points(dot: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:  # noqa: ARG001
    states = curve_of_states(_model(dot, values))
    return (TheoryLine("attracts", "polarization_rate", *states.stable),
            TheoryLine("repels", "polarization_rate", *states.unstable, dashed=True))


_X = "bare detuning x (µeV), positive: laser red of the line at P = 0"
DOT_THEORY = (
    TheoryPage("slow_scans", "slow scans", "The absorption in infinitely slow scans, which no scan can outdo: as far "
               "as the line is dragged, and where it falls off.", _KNOBS, _X, "absorption w", _slow_scans, _present,
               lies_over=(("detuning", "dt_normalized"),)),
    TheoryPage("rate", "polarization rate", "dP/dt and its parts at a held polarization (figure S4).",
               (*_KNOBS, _POLARIZATION), "effective detuning δ (µeV)", "dP/dt (1/s)", _rate, _present,
               lies_over=(("effective_detuning", "total"),)),
    TheoryPage("fixed_points", "fixed points", "Where the polarization comes to rest at a laser that stands still.",
               _KNOBS, _X, "nuclear polarization P", _fixed_points, _present),
)
"""Theory of a dot in the rate model."""
