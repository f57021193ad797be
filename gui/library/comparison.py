"""What differs between runs: parameters, sample, settings, versions, side by side. No Qt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui.library.quantities import quantities_of
from gui.library.row import Row
from instruments.benches import BENCHES
from vlab.data.run_entry import Entry, read_attributes
from vlab.data.run_search import short
from vlab.experiments import EXPERIMENTS
from vlab.readout import readout

SHOWN = "what they show"
"""The group of the findings."""
NOTHING = "–"
"""Stands where a run has no such thing."""


@dataclass(frozen=True)
class Difference:
    """One line of a comparison."""

    group: str
    """What it belongs to: ``run``, ``experiment``, ``sample`` or an instrument."""
    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs have different values."""
        return len(set(self.values)) > 1


def compare(paths: Sequence[Path], findings: Sequence[tuple[str, ...]] = ()) -> list[Difference]:
    """Return all that is known of the runs, line by line; `Difference.differs` says which lines matter.

    Parameters
    ----------
    paths : sequence of Path
    findings : sequence of tuple of str, optional
        What each of them shows, in sentences; the first lines tell it.

    Raises
    ------
    DataError
        A file cannot be read.
    """
    found = [_facts(path) for path in paths]
    lines = list(dict.fromkeys(key for facts in _in_turn(found) for key in facts))
    order = list(dict.fromkeys(group for group, _ in lines))
    lines.sort(key=lambda line: order.index(line[0]))
    return _found(findings) + [Difference(group, name, tuple(facts.get((group, name), NOTHING) for facts in found))
                               for group, name in lines]


def _found(findings: Sequence[tuple[str, ...]]) -> list[Difference]:
    """Return what runs show, a line for each quantity; those of the same name stand beside each other."""
    named = []
    for each in findings:
        pairs: dict[str, str] = {}
        for number, sentence in enumerate(each):
            for name, value in quantities_of(sentence, number):
                pairs[name if name not in pairs else f"finding {number + 1}: {name}"] = value
        named.append(pairs)
    names = dict.fromkeys(name for each in named for name in each)
    return [Difference(SHOWN, name, tuple(each.get(name, NOTHING) for each in named)) for name in names]


def _in_turn(found: list[dict[tuple[str, str], str]]) -> list[dict[tuple[str, str], str]]:
    """Return the runs, that with the most lines first: its order suits all."""
    return sorted(found, key=len, reverse=True)


def _facts(path: Path) -> dict[tuple[str, str], str]:
    attributes = read_attributes(path)
    experiment = str(attributes.get("procedure", ""))
    kind = EXPERIMENTS.get(experiment)
    row = Row.of(Entry(path, str(attributes.get("status", "")), experiment, started=str(attributes.get("started", "")),
                       points=int(attributes.get("points", 0))))
    found = {("run", "experiment"): row.heading, ("run", "status"): row.state(),
             ("run", "seed"): str(attributes.get("seed", NOTHING)),
             ("run", "noise"): "on" if attributes.get("noise", 1) else "off",
             ("run", "run number of the bench (for the noise)"): str(attributes.get("run_number", NOTHING)),
             ("run", "vlab"): str(_json(attributes, "versions").get("vlab", NOTHING))}
    parameters = kind.parameters() if kind else {}
    found |= {("experiment", _plain(n)): parameters[n].without if v is None and n in parameters else short(v)
              for n, v in _json(attributes, "procedure_parameters").items()}
    found |= {("sample", _plain(n)): short(v) for n, v in _json(attributes, "sample").items()}
    instruments = BENCHES[kind.bench].instruments if kind else {}
    for name, values in _json(attributes, "instruments").items():
        settings = instruments[name].settings() if name in instruments else None
        for setting, value in values.items():
            if settings is None or setting in settings:
                unit = settings[setting].unit if settings else None
                found[name.replace("_", " "), _plain(setting)] = _exact(value, unit) if unit else short(value)
    return found


def _exact(value: float | str, unit: str) -> str:
    """Return a value with as many digits as it has, up to nine."""
    number, space, rest = readout(value, unit, 9).partition(" ")
    return (number.rstrip("0").rstrip(".") if "." in number and "e" not in number else number) + space + rest


def _json(attributes: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        found = json.loads(attributes.get(name, "{}"))
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(name: str) -> str:
    return name.replace("_", " ")
