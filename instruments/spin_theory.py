"""Theory of an ensemble of spins with knobs: polarization recovery, frequency curve, Hanle curve."""

from __future__ import annotations

from collections.abc import Callable
from math import asin, cos, exp, hypot, pi, sin, sqrt
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from instruments.theory import Floats, Knob, TheoryLine, TheoryPage, Values
from vlab.physics.pulse import PulseAction, q_from_power
from vlab.readout import readout
from vlab.samples.spin_ensemble import SpinEnsemble
from vlab.units import Q_

if TYPE_CHECKING:
    from vlab.physics.spin_average import SpinSystem

_TOLERANCE = 1e-3
_MILLI, _KILO = 1e-3, 1e3

_PUMP = Knob("power", "pump power W/W_π", "", 1e-3, 1.0, 0.1,
             "Set the pump power in units of a π pulse's; with a phase Φ, that of a resonant pulse of equal Q.", True)
_DEPTH = Knob("depth", "ellipticity", "", 0.0, 1.0, 1.0, "Set the ellipticity of the light, 1 for circular light.")
_PHASE = Knob("phase", "pulse phase Φ", "deg", 0.0, pi, 0.0, "Set the phase of detuned pulses, 0 for resonant ones.")
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
_TILT = Knob("tilt", "angle of B to z", "deg", 0.0, 0.5 * pi, 0.0, "Set the angle between field and growth axis.")
_HANLE_TILT = Knob("hanle_tilt", "angle of B to z", "deg", 0.0, 0.5 * pi, 0.5 * pi,
                   "Set the angle between field and growth axis: 90° is the Hanle geometry.")
_CIRCULAR = 1e-9
"""Part of the light of the other helicity below which it is circular."""
_AXIAL = 1e-6
"""Angle in rad below which a field is along the growth axis."""
_AROUND = ((0.0, 0.4, 0.8, 1.2, 1.7, 2.4, 4.0), (0.0, 0.8, 2.0), (0.0, 1.5), (0.0,))
"""Where resonances are looked at first, in their half widths; the more of them, the less closely."""
_DRAFT_SECONDS = 0.035
"""What a curve in a tilted field may take while a hand moves a knob: it has fewer points where they cost more."""
_TOLD_PEAKS = 5
"""Resonances that are looked at while a hand moves a knob."""
_MOST = {"axial": 2500, "transverse": 2000, "oblique": 240}
"""Fields at which a curve is computed; one takes a fifth of a millisecond, half of one to one, and some."""
_SMEARED = 0.4
"""Half width of resonances, in their spacing, from which on they are none."""
_ROUNDS = 6
_BENT = 3e-3
"""Part of the largest signal by which a straight line may be off the curve."""


def _ensemble(ensemble: SpinEnsemble, values: Values) -> SpinEnsemble:
    return ensemble.replace(nuclear_field=Q_(values["nuclear"], "Hz"), anisotropy=Q_(values["anisotropy"], ""),
                            spin_relaxation_time=Q_(values["tau_s"], "s"),
                            trion_spin_relaxation_time=Q_(values["tau_t"], "s"))


def _action(values: Values) -> PulseAction:
    """Return what a pulse does.

    Raises
    ------
    ValueError
        It is detuned and elliptical.
    """
    power, phase, depth = values["power"], values.get("phase", 0.0), values.get("depth", 1.0)
    if phase == 0.0:
        return PulseAction.elliptical(power, 0.0, depth)
    if depth < 1.0:
        raise ValueError("pulses that are detuned and elliptical are not drawn here; set the ellipticity to 1 or Φ to "
                         "0.")
    return PulseAction.circular(float(q_from_power(power)), phase)


def _system(ensemble: SpinEnsemble, values: Values, field: float, tilt: float) -> SpinSystem:
    action = _action(values)
    if action.phi != 0.0 and tilt > _AXIAL:
        raise ValueError("detuned pulses in a tilted field take too long to be drawn live; set Φ or the angle of B to "
                         "0.")
    return _ensemble(ensemble, values).system(field, action, values["period"], tilt)


def _highest(values: Values) -> float:
    """Return the modulation frequency, at most the highest that pulses sample."""
    return min(values["modulation"], 0.25 / values["period"])


def _resonances(system: SpinSystem, span: float) -> tuple[Floats, float]:
    """Return the fields (T) up to ``span`` at which spins turn a whole number of times between pulses, and the half
    width of such a resonance: by the nuclear field along the external one, and by what a pulse leaves. None where
    nuclear fields smear them out.
    """
    per_tesla = abs(system.larmor[0])  # the system is at 1 T
    period, tau_s = system.times[:2]
    if per_tesla * span < 2.0 * pi / period:
        return np.empty(0), span
    spacing = 2.0 * pi / (period * per_tesla)
    nuclear = system.nuclear[0] / sqrt(2.0) * hypot(cos(system.tilt), sin(system.tilt) / system.nuclear[1])
    left = (1.0 - system.pulse[1] * exp(-period / tau_s)) / period
    width = hypot(1.2 * nuclear, left) / per_tesla
    if width > _SMEARED * spacing:
        return np.empty(0), width
    # the flank of one beyond the end is seen as well
    return np.asarray(spacing * np.arange(1, 2 + int(span / spacing))), width


def _over_fields(system: SpinSystem, span: float, frequency: float, quick: bool, coarse: int) -> tuple[Floats, Floats]:
    """Return fields from 0 to ``span`` T and the signal there: close where it bends, most of all at resonances.

    Raises
    ------
    ValueError
        The model has no answer that comes quickly.
    """
    from vlab.physics.spin_average import is_plain
    from vlab.physics.spin_draft import draft_at_fields
    from vlab.samples.spin_ensemble import recovery

    detuned, across = system.pulse[3] != 0.0, abs(sin(system.tilt)) > 1.0 - _AXIAL
    kind = "transverse" if across or (detuned and system.axial) else "axial" if system.axial else "oblique"
    tolerance = {"axial": (1e-2, _TOLERANCE), "transverse": (3e-2, 1e-2), "oblique": (3e-2, 3e-3)}[kind][not quick]

    def signal(fields: Floats) -> Floats:
        found = recovery(system, fields, frequency, None, tolerance, None)
        if found is None:
            raise ValueError("nuclear fields that change, and pulses before the trion has gone, take too long to be "
                             "drawn live.")
        return np.abs(found[1].values)

    # closer at zero field, where the curve bends
    even = span * np.linspace(0.0, 1.0, coarse) ** 1.5
    peaks, width = _resonances(system, span)
    if quick:
        peaks = peaks[:_TOLD_PEAKS]
        fields = np.concatenate([even, peaks, peaks - 0.5 * peaks[:1]])
        fields = np.unique(fields[fields <= span])
        if system.axial or not is_plain(system, tolerance):
            return fields, signal(fields)
        return _within(_DRAFT_SECONDS, fields,
                       lambda some: np.abs(draft_at_fields(system, some, 2.0 * pi * frequency)))
    room = 0.6 * _MOST[kind]
    around = next((each for each in _AROUND if (2 * len(each) - 1) * peaks.size <= room), _AROUND[-1])
    beside = (peaks[:int(room), np.newaxis] + width * np.array([*(-n for n in around[1:]), *around])).ravel()
    fields = np.unique(np.concatenate([even, beside[(beside > 0.0) & (beside <= span)]]))
    return _refined(signal, fields, signal(fields), _MOST[kind])


def _within(seconds: float, fields: Floats, signal: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Return as many of these fields as there is time for, every fourth at least, and the signal there."""
    order = np.concatenate([np.arange(0, fields.size, 4), [fields.size - 1], np.arange(2, fields.size, 4),
                            np.arange(1, fields.size, 2)])
    order = order[np.sort(np.unique(order, return_index=True)[1])]
    first = fields[::4].size + 1
    began = perf_counter()
    found = signal(fields[order[:first]]).tolist()
    for at in order[first:]:
        if perf_counter() - began > seconds * len(found) / (len(found) + 1):  # one more would be too much
            break
        found.append(float(signal(fields[at:at + 1])[0]))
    told = order[:len(found)]
    ascending = np.argsort(told)
    return fields[told[ascending]], np.array(found)[ascending]


def _refined(signal: Callable[[Floats], Floats], fields: Floats, found: Floats, most: int) -> tuple[Floats, Floats]:
    """Halve the intervals in which a straight line is not the curve, the worst first, up to so many fields."""
    for _ in range(_ROUNDS):
        steps = np.diff(fields)
        bend = np.abs(np.diff(np.diff(found) / steps)) / (steps[:-1] + steps[1:])
        off = 0.25 * steps**2 * np.maximum(np.append(bend, 0.0), np.insert(bend, 0, 0.0))
        worst = np.argsort(off)[::-1][:max(0, most - fields.size)]
        where = np.sort(worst[off[worst] > _BENT * float(found.max())])
        if not where.size:
            break
        middle = 0.5 * (fields[where] + fields[where + 1])
        fields, found = np.insert(fields, where + 1, middle), np.insert(found, where + 1, signal(middle))
    return fields, found


def _recovery(ensemble: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:
    tilt = values["tilt"]
    system = _system(ensemble, values, 1.0, tilt)
    slow = tilt > _AXIAL or values["phase"] != 0.0
    fields, signal = _over_fields(system, values["span"], _highest(values), quick,
                                  (10 if slow else 60) if quick else (60 if slow else 200))
    return (TheoryLine("L(B)", "x", fields / _MILLI, signal),
            TheoryLine("bound 1/π", "fit", fields[[0, -1]] / _MILLI, np.full(2, 1.0 / pi), True))


def _frequencies(ensemble: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:
    from vlab.physics.spin_average import is_plain
    from vlab.physics.spin_draft import linear_draft
    from vlab.physics.spin_limits import strong_field_signal
    from vlab.samples.spin_ensemble import spectrum

    system = _system(ensemble, values, values["field"], values["tilt"])
    slow = values["tilt"] > _AXIAL or values["phase"] != 0.0
    frequencies = np.geomspace(1e2, 0.25 / values["period"], (12 if slow else 60) if quick else (60 if slow else 160))
    tolerance = (3e-2 if slow else 1e-2) if quick else 1e-2 if slow else _TOLERANCE
    if quick and not system.axial and is_plain(system, tolerance):
        found = np.abs(linear_draft(system, 2.0 * pi * frequencies))
    else:
        found = np.abs(spectrum(system, frequencies, None, tolerance)[1].values)
    lines = [TheoryLine("L(f_m)", "x", frequencies / _KILO, found)]
    if values["depth"] == 1.0:
        t_r, tau_s, tau_t, tau_0 = system.times
        strong = np.abs(strong_field_signal(2.0 * pi * frequencies, float(q_from_power(values["power"])), tau_s, tau_t,
                                            tau_0, t_r))
        lines.append(TheoryLine("strong field, eqs. 11 to 13", "fit", frequencies / _KILO, strong, True))
    return tuple(lines)


def _hanle(ensemble: Any, values: Values, quick: bool) -> tuple[TheoryLine, ...]:
    system = _system(ensemble, values | {"phase": 0.0}, 1.0, values["hanle_tilt"])
    fields, signal = _over_fields(system, values["hanle_span"], _highest(values), quick, 14 if quick else 41)
    # it is even in the field
    both, mirrored = np.concatenate([-fields[:0:-1], fields]), np.concatenate([signal[:0:-1], signal])
    return (TheoryLine("L(B)", "x", both / _MILLI, mirrored),)


def _present(ensemble: Any, hidden: Values) -> Values:
    """Return the knobs' values on the bench."""
    found = {"nuclear": ensemble.si("nuclear_field"), "anisotropy": ensemble.si("anisotropy"),
             "tau_s": ensemble.si("spin_relaxation_time"), "tau_t": ensemble.si("trion_spin_relaxation_time"),
             "period": 13.2e-9}
    if "pulse_kick" in hidden:
        power, depth, phase = _pulse(hidden)
        found |= {"power": power, "depth": depth, "phase": phase, "field": abs(hidden["field"]),
                  "tau_s": hidden["spin_relaxation_time"], "period": hidden["pulse_period"],
                  "tilt": _tilt(hidden)}
        if hidden["modulation_frequency"]:
            found["modulation"] = hidden["modulation_frequency"]
        if found["tilt"] > _AXIAL:
            found["hanle_tilt"] = found["tilt"]
    return found


def _tilt(hidden: Values) -> float:
    return abs(asin(sin(hidden["field_tilt"])))


def _pulse(hidden: Values) -> tuple[float, float, float]:
    """Return power in units of a pi pulse's, ellipticity and Phi of the bench's pulses.

    What a pulse leaves of the two spin states tells the power in each of the two helicities; of a detuned one, the
    power of the resonant pulse that leaves as much.
    """
    from vlab.physics.spin_limits import power_from_excitation

    left = hidden["pulse_kept_along"] + np.array([-2.0, 2.0]) * hidden["pulse_kick"]
    own, other = (float(w) for w in power_from_excitation(np.clip(1.0 - left, 0.0, 1.0)))
    phase = abs(hidden["pulse_phase"])
    if other <= _CIRCULAR * (own + other) or phase:
        return own, 1.0, phase
    return own + other, (own - other) / (own + other), 0.0


def _beyond(hidden: Values, *, modulated: bool = True, hanle: bool = False) -> str:
    if "pulse_kick" not in hidden:
        return ""
    phase = abs(hidden["pulse_phase"])
    elliptical = 1.0 - hidden["pulse_kept_along"] - 2.0 * hidden["pulse_kick"] > _CIRCULAR
    cases = (
        (hidden.get("helicity_sine", 0.0) > 0.0, "a helicity that follows a sine", "a square wave"),
        (modulated and not hidden["modulation_frequency"], "a constant helicity", "a modulated one"),
        (hidden.get("probe_delay", 0.0) > 0.0,
         f"the probe {readout(hidden.get('probe_delay', 0.0), 'ns', 3)} behind the pump", "a probe just before it"),
        (phase > 0.0 and elliptical, "pulses that are detuned and elliptical", "circular ones"),
        (phase > 0.0 and hanle, f"pulses with Φ = {readout(phase, 'deg', 3)}", "resonant ones"),
        (hanle and _tilt(hidden) <= _AXIAL, "the field along the growth axis", "one at the angle below"),
    )
    there, here = ([case[n] for case in cases if case[0]] for n in (1, 2))
    return f"The bench has {' and '.join(map(str, there))}; this curve is for {' and '.join(map(str, here))}." \
        if there else ""


SPIN_THEORY = (
    TheoryPage("recovery", "polarization recovery", "The spin inertia signal against the field along the growth axis "
               "(figures 2, 3 and 5).", (_PUMP, _DEPTH, _PHASE, _MODULATION, *_SAMPLE, _SPAN, _TILT), "field B (mT)",
               "signal L", _recovery, _present, lies_over=(("field", "inertia"),),
               beyond=lambda _, hidden: _beyond(hidden)),
    TheoryPage("frequencies", "frequency curve", "The spin inertia signal against the modulation frequency (figure 1); "
               "dashed: the formula for strong fields.", (_PUMP, _DEPTH, _PHASE, _FIELD, *_SAMPLE, _TILT),
               "modulation frequency f_m (kHz)",
               "signal L", _frequencies, _present, logarithmic=True,
               lies_over=(("modulation_frequency", "inertia"),),
               beyond=lambda _, hidden: _beyond(hidden, modulated=False)),
    TheoryPage("hanle", "Hanle curve", "The spin inertia signal in a tilted field, with resonant spin amplification "
               "where spins turn a whole number of times between two pulses.",
               (_PUMP, _DEPTH, _MODULATION, *_SAMPLE, _HANLE_SPAN, _HANLE_TILT), "field B (mT)",
               "signal L", _hanle, _present, lies_over=(("field", "inertia"),),
               beyond=lambda _, hidden: _beyond(hidden, hanle=True)),
)
"""Theory of an ensemble of charged dots."""
