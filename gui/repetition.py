"""Repeating a run with a changed parameter: which parameters there are, which values, and the runs that come of them.

A parameter may belong to the experiment, to the sample, or be a setting of an instrument. No Qt.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from gui.mounted import SampleChoice
from gui.run_plan import Plan
from instruments.declaration import Setting
from vlab.errors import LimitError, SettingError
from vlab.parameters import Parameter
from vlab.quantity_scale import pretty_unit
from vlab.units import Quantity, make_quantity, to_si, unit_factor

EXPERIMENT, SAMPLE = "experiment", "sample"
MOST = 500
"""Runs in a batch."""


@dataclass(frozen=True)
class Knob:
    """A parameter that can be changed from run to run."""

    owner: str
    """``"experiment"``, ``"sample"``, or the name of an instrument."""
    name: str
    title: str
    """What people call it: ``"dwell"``, ``"Laser: power"``."""
    parameter: Parameter
    value: Any
    """What it is now: a quantity, word, number or truth; None where it is left out."""

    def shown(self, value: Any) -> str:
        """Return a value as a name of a run has it."""
        if self.parameter.kind == "quantity":
            si = to_si(value, self.parameter.unit, self.title)
            return self.parameter.shown(make_quantity(float(f"{si:.6g}"), self.parameter.unit))
        return self.parameter.shown(value)

    def read(self, text: str) -> tuple[Any, ...]:
        """Return the values that a person typed, separated by commas.

        Raises
        ------
        VlabError
            One of them cannot be; the sentence says which and what is wanted.
        """
        known = self.parameter
        if known.kind == "quantity":
            several = replace(known, kind="quantities", optional=False)
            bare = text.rstrip(" ,;")
            if bare[-1:].isdigit() and known.unit:  # numbers alone are meant in the unit that is shown
                text = f"{bare} {known.unit}"
            return tuple(several.checked(several.parsed(text, self.title), self.title))
        pieces = [piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip()]
        if not pieces:
            raise SettingError(f"{self.title} got no value; it wants values separated by commas, each "
                               f"{known.allowed()}.")
        found = tuple(known.checked(known.parsed(piece, self.title), self.title) for piece in pieces)
        if len(set(found)) < len(found):
            raise LimitError(f"{self.title} got a value twice; it wants different ones.")
        return found

    def usual_text(self) -> str:
        """Return values to begin with: all words of a choice, else what it is now and its double."""
        known = self.parameter
        if known.kind == "choice":
            return ", ".join(known.choices)
        if known.kind == "switch":
            return "off, on"
        if known.kind == "count":
            return ", ".join(str(n) for n in sorted({self.value, min(2 * max(self.value, 1), known.maximum)}))
        if self.value is None:
            return ""
        now = to_si(self.value, known.unit, self.title) / unit_factor(known.unit)
        steps = sorted({n for n in (0.5 * now, now, 2.0 * now)
                        if known.minimum <= n <= known.maximum and not (known.above and n <= known.minimum)})
        return f"{', '.join(f'{n:.6g}' for n in steps)} {pretty_unit(known.unit)}".strip()


def evenly(start: float, stop: float, number: int, logarithmic: bool) -> tuple[float, ...]:
    """Return that many values from start to stop.

    Raises
    ------
    LimitError
        They cannot be spaced so.
    """
    if number < 2 or start == stop:
        raise LimitError("start and stop are to be different, with at least 2 values.")
    if logarithmic:
        if start * stop <= 0.0:
            raise LimitError("equal ratios want start and stop on the same side of zero, and neither zero.")
        ratio = math.log(stop / start) / (number - 1)
        return tuple(start * math.exp(ratio * i) for i in range(number))
    return tuple(start + (stop - start) * i / (number - 1) for i in range(number))


def knobs_of(plan: Plan, values: dict[str, dict[str, float | str]], taken: Iterable[tuple[str, str]]) -> list[Knob]:
    """Return what may be changed: parameters of the experiment, of the sample, settings of the instruments.

    Parameters
    ----------
    plan : Plan
    values : dict
        Present settings and readings, SI floats and words, by instrument and name.
    taken : iterable of (str, str)
        Instruments' settings that the experiment sets itself, so that setting them beforehand has no effect.
    """
    found = []
    procedure = plan.procedure
    for name in (*procedure.usual_parameters(), *(n for n in procedure.parameters()
                                                  if n not in procedure.usual_parameters())):
        parameter = procedure.parameter(name)
        if parameter.kind != "quantities":
            found.append(Knob(EXPERIMENT, name, _words(name), parameter, getattr(procedure, name)))
    sample = plan.sample.sample()
    for name, parameter in sample.parameters().items():
        if parameter.kind != "quantities":
            found.append(Knob(SAMPLE, name, f"Sample: {_words(name)}", parameter, getattr(sample, name)))
    busy = set(taken)
    for instrument, kind in plan.sample.kind.instruments.items():
        for name, setting in kind.settings().items():
            if (instrument, name) not in busy and name in values.get(instrument, {}):
                found.append(Knob(instrument, name, f"{kind.short or instrument}: {_words(name)}",
                                  _as_parameter(setting), _present(setting, values[instrument][name])))
    return found


def _words(name: str) -> str:
    return name.replace("_", " ")


def _as_parameter(setting: Setting) -> Parameter:
    if setting.unit is None:
        return Parameter("choice", setting.help, choices=tuple(str(word) for word in setting.choices))
    limits = setting._limits
    low, high = limits if isinstance(limits, tuple) else (-math.inf, math.inf)
    return Parameter("quantity", setting.help, setting.unit, low, high)


def _present(setting: Setting, value: float | str) -> Quantity | str:
    return str(value) if setting.unit is None else make_quantity(float(value), setting.unit)


def plans_of(plan: Plan, knob: Knob, values: tuple[Any, ...]) -> list[Plan]:
    """Return a run for each value.

    Raises
    ------
    VlabError
        The experiment or the sample cannot have one of the values, or there are too many.
    """
    if len(values) > MOST:
        raise LimitError(f"{knob.title} got {len(values)} values; it wants at most {MOST}.")
    batch = f"{type(plan.procedure).in_words()}, {knob.title}"
    found = []
    for value in values:
        changed = replace(plan, name=knob.shown(value), batch=batch)
        if knob.owner == EXPERIMENT:
            changed = replace(changed, procedure=plan.procedure.replace(**{knob.name: value}))
        elif knob.owner == SAMPLE:
            now = plan.sample
            changed = replace(changed, sample=SampleChoice.of(now.kind, now.sample().replace(**{knob.name: value}),
                                                              now.seed, now.noise))
        else:
            si = value if isinstance(value, str) else to_si(value, knob.parameter.unit, knob.title)
            settings = {i: dict(named) for i, named in plan.settings.items()}
            settings.setdefault(knob.owner, {})[knob.name] = si
            changed = replace(changed, settings=settings)
        found.append(changed)
    return found
