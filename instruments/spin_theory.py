"""Theory of an ensemble of spins with knobs: polarization recovery, frequency curve, Hanle curve."""

from __future__ import annotations

from dataclasses import replace
from math import pi, radians
from typing import TYPE_CHECKING, Any

import numpy as np

from instruments.theory import Knob, TheoryLine, TheoryPage, Values
from vlab.physics.pulse import PulseAction, q_from_power
from vlab.samples.spin_ensemble import SpinEnsemble
from vlab.units import Q_

if TYPE_CHECKING:
    from vlab.physics.spin_average import SpinSystem

_TOLERANCE = 1e-3
_MILLI, _KILO = 1e-3, 1e3

_PUMP = Knob("power", "pump power W/W_π", "", 1e-3, 1.0, 0.1, "Set the pump power in units of a π pulse's.", True)
_MODULATION = Knob("modulation", "modulation f_m", "kHz", 1e2, 1e7, 1e4, "Set the modulation frequency.", True)
_FIELD = Knob("field", "field B", "mT", 0.0, 1.0, 0.1, "Set the magnetic field along the growth axis.")
_SAMPLE = (
    Knob("nuclear", "w_n/2π", "MHz", 1e6, 5e8, 7e7, "Set the strength of the nuclear field on the resident spin.",
         True),
    Knob("anisotropy", "λ", "", 0.5, 10.0, 1.0, "Set how much weaker transverse nuclear fields are."),
    Knob("tau_s", "τ_s", "ns", 2e-8, 1e-4, 5e-7, "Set the relaxation time of the resident spin.", True),
    Knob("tau_t", "τ_sᵀ", "ns", 1e-10, 1e-6, 1e-8, "Set the relaxation time of the trion's spin.", True),
)
_SPAN = Knob("span", "up to B", "mT", 0.01, 3.0, 0.3, "Set how far the curve goes.", True)
_HANLE_SPAN = Knob("hanle_span", "up to B", "mT", 1e-3, 1.0, 0.05, "Set how far the curve goes to either side.", True)
_TILT = Knob("tilt", "angle of B to z", "deg", 0.0, 0.5 * pi, radians(90.0),
             "Set the angle between field and growth axis: 90° is the Hanle geometry.")


def _ensemble(ensemble: SpinEnsemble, values: Values) -> SpinEnsemble:
    return ensemble.replace(nuclear_field=Q_(values["nuclear"], "Hz"), anisotropy=Q_(values["anisotropy"], ""),
                            spin_relaxation_time=Q_(values["tau_s"], "s"),
                            trion_spin_relaxation_time=Q_(values["tau_t"], "s"))


def _system(ensemble: SpinEnsemble, values: Values, field: float, tilt: float = 0.0) -> SpinSystem:
    action = PulseAction.circular(float(q_from_power(values["power"])), 0.0)
    period = values["period"]
    return _ensemble(ensemble, values).system(field, action, period, tilt)


def _highest(values: Values) -> float:
    """Return the modulation frequency, at most the highest that pulses sample."""
    return min(values["modulation"], 0.25 / values["period"])


def _recovery(ensemble: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:
    from vlab.samples.spin_ensemble import recovery

    system = _system(ensemble, values, 1.0)
    # closer at zero field, where the curve bends
    fields = values["span"] * np.linspace(0.0, 1.0, 60 if quick else 200) ** 1.5
    found = recovery(system, fields, _highest(values), None, 1e-2 if quick else _TOLERANCE, None)
    if found is None:
        raise ValueError("nuclear fields that change, and pulses before the trion has gone, take too long to be drawn "
                         "live.")
    signal = np.abs(found[1].values)
    return (TheoryLine("L(B)", "x", fields / _MILLI, signal),
            TheoryLine("bound 1/π", "fit", fields[[0, -1]] / _MILLI, np.full(2, 1.0 / pi), True))


def _frequencies(ensemble: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:
    from vlab.physics.spin_limits import strong_field_signal
    from vlab.samples.spin_ensemble import spectrum

    system = _system(ensemble, values, values["field"])
    frequencies = np.geomspace(1e2, 0.25 / values["period"], 60 if quick else 160)
    found = np.abs(spectrum(system, frequencies, None, 1e-2 if quick else _TOLERANCE)[1].values)
    t_r, tau_s, tau_t, tau_0 = system.times
    strong = np.abs(strong_field_signal(2.0 * pi * frequencies, float(q_from_power(values["power"])), tau_s, tau_t,
                                        tau_0, t_r))
    return (TheoryLine("L(f_m)", "x", frequencies / _KILO, found),
            TheoryLine("strong field, eqs. 11 to 13", "fit", frequencies / _KILO, strong, True))


def _hanle(ensemble: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:
    from vlab.physics.spin_average import linear

    system = _system(ensemble, values, 1.0, values["tilt"])
    frequency = np.array([2.0 * pi * _highest(values)])
    fields = np.linspace(0.0, values["hanle_span"], 26 if quick else 81)
    # the average over three dimensions takes a millisecond a field; it is even in the field
    signal = np.array([abs(linear(replace(system, larmor=(b * system.larmor[0], b * system.larmor[1])), frequency,
                                  3e-2 if quick else 1e-2).values[0]) for b in fields.tolist()])
    both, mirrored = np.concatenate([-fields[:0:-1], fields]), np.concatenate([signal[:0:-1], signal])
    return (TheoryLine("L(B)", "x", both / _MILLI, mirrored),)


def _present(ensemble: Any, hidden: Values) -> Values:
    """Return the knobs' values on the bench."""
    from vlab.physics.spin_limits import power_from_excitation

    found = {"nuclear": ensemble.si("nuclear_field"), "anisotropy": ensemble.si("anisotropy"),
             "tau_s": ensemble.si("spin_relaxation_time"), "tau_t": ensemble.si("trion_spin_relaxation_time"),
             "period": 13.2e-9}
    if "pulse_kick" in hidden:
        found |= {"power": float(power_from_excitation(min(1.0, max(0.0, 4.0 * hidden["pulse_kick"])))),
                  "field": abs(hidden["field"]), "tau_s": hidden["spin_relaxation_time"],
                  "period": hidden["pulse_period"]}
        if hidden["modulation_frequency"]:
            found["modulation"] = hidden["modulation_frequency"]
    return found


SPIN_THEORY = (
    TheoryPage("recovery", "polarization recovery", "The spin inertia signal against the field along the growth axis "
               "(figures 2, 3 and 5).", (_PUMP, _MODULATION, *_SAMPLE, _SPAN), "field B (mT)", "signal L",
               _recovery, _present, lies_over=(("field", "inertia"),)),
    TheoryPage("frequencies", "frequency curve", "The spin inertia signal against the modulation frequency (figure 1); "
               "dashed: the formula for strong fields.", (_PUMP, _FIELD, *_SAMPLE), "modulation frequency f_m (kHz)",
               "signal L", _frequencies, _present, logarithmic=True,
               lies_over=(("modulation_frequency", "inertia"),)),
    TheoryPage("hanle", "Hanle curve", "The spin inertia signal in a tilted field, with resonant spin amplification "
               "where spins turn a whole number of times between two pulses.",
               (_PUMP, _MODULATION, *_SAMPLE, _HANLE_SPAN, _TILT), "field B (mT)",
               "signal L", _hanle, _present, lies_over=(("field", "inertia"),)),
)
"""Theory of an ensemble of charged dots."""
