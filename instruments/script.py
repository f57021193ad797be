"""Python scripts that do again what was done: a bench, what was set on it, and the runs, against the public interface.

`Script` collects lines and the imports that they need; `script_of` writes that of a run from what its file tells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from itertools import product

from instruments.bench import Bench
from instruments.benches import BENCHES, BenchKind
from instruments.code import changes, changes_code, procedure_code, quantity_code, value_code
from instruments.declaration import Value
from instruments.past_run import PastRun
from vlab.errors import VlabError
from vlab.experiments.procedure import Procedure
from vlab.parameters import Parameters
from vlab.samples.quantum_dot import QuantumDot
from vlab.samples.spin_ensemble import SpinEnsemble

_WIDTH = 110
_ARRIVED = 0.05
"""Seconds that a setting may still move without a script having to wait for it."""


def _dot_code(words: dict[str, str]) -> str:
    given = [f'{name}="{word}"' for name, word in words.items()
             if name in ("model", "preset", "charge") and word != _USUAL[name]]
    return f"QuantumDot.sample_a({', '.join(given)})"


_USUAL = {"model": "noncollinear", "preset": "tuned", "charge": "neutral"}
_SAMPLES: dict[type[Parameters], Callable[[dict[str, str]], str]] = {
    QuantumDot: _dot_code,
    SpinEnsemble: lambda words: f"SpinEnsemble.{words.get('type', 'n')}_type()",
}
"""How the samples of a kind are made in code from the words that choose a preset."""


def sample_code(kind: BenchKind, sample: Parameters) -> str:
    """Return code that makes a sample: the preset that is nearest, and what differs from it; empty for the usual."""
    words, preset = min(_presets(kind.key), key=lambda each: len(changes(sample, each[1])))
    code = _SAMPLES[kind.sample_type](words)
    if changed := changes_code(sample, preset):
        return f"{code}.replace({', '.join(changed)})"
    return "" if code == _SAMPLES[kind.sample_type](_first_words(kind)) else code


@cache
def _presets(bench: str) -> list[tuple[dict[str, str], Parameters]]:
    """Return all presets of a bench's sample, each with the words that choose it."""
    kind = BENCHES[bench]
    choices = [{name: word for name, word in zip(kind.presets, chosen, strict=True)
                if name not in kind.sample_type.parameters() or name in _USUAL}
               for chosen in product(*kind.presets.values())]
    return [(words, kind.make_sample(words)) for words in choices]


def _first_words(kind: BenchKind) -> dict[str, str]:
    return {name: choices[0] for name, choices in kind.presets.items()}


class Script:
    """Lines of a script, and the imports that they need.

    Parameters
    ----------
    about : str
        What it does, in a sentence; its first line.
    """

    def __init__(self, about: str) -> None:
        self._about = about
        self._imports: dict[str, set[str]] = {}
        self._lines: list[str] = []

    def need(self, module: str, name: str) -> None:
        """Import a name."""
        self._imports.setdefault(module, set()).add(name)

    def add(self, line: str = "", comment: str = "") -> None:
        """Add a line of code."""
        if "Q_(" in line:
            self.need("vlab", "Q_")
        self._lines.append(f"{line}  # {comment}" if comment and line else f"# {comment}" if comment else line)

    def bench(self, kind: BenchKind, sample: Parameters, seed: int, noise: bool) -> None:
        """Make a bench, named ``bench``."""
        maker = f"{kind.key}_bench"
        self.need("instruments", maker)
        code = sample_code(kind, sample)
        given = [code] if code else []
        if code:
            self.need("vlab.samples", kind.sample_type.__name__)
        given += [f"seed={seed}"] if seed else []
        given += [] if noise else ["noise=False"]
        self._call(f"bench = {maker}", given)

    def set(self, kind: BenchKind, instrument: str, setting: str, value: Value, comment: str = "") -> None:
        """Write a setting."""
        unit = kind.instruments[instrument].settings()[setting].unit
        self.add(f"bench.{instrument}.{setting} = {value_code(value, unit)}", comment)

    def act(self, instrument: str, action: str) -> None:
        """Press a button."""
        self.add(f"bench.{instrument}.{action}()")

    def fault(self, instrument: str, fault: str, present: bool) -> None:
        """Let something go wrong, or mend it."""
        self.add(f'bench.{"fail" if present else "mend"}("{instrument}.{fault}")')

    def cable(self, source: str | None, target: str) -> None:
        """Plug a cable, or pull it."""
        self.add(f'bench.disconnect("{target}")' if source is None else f'bench.connect("{source}", "{target}")')

    def wait(self, seconds: float, comment: str = "") -> None:
        """Let lab time pass."""
        if math.isfinite(seconds) and seconds > 0.0:
            self.add(f"bench.sleep({quantity_code(float(f'{seconds:.4g}'), 's')})", comment)

    def run(self, procedure: Procedure, name: str, save: str | None, comment: str = "") -> None:
        """Carry out an experiment; its data gets a name."""
        self.need("vlab", "run")
        self.need("vlab.experiments", type(procedure).__name__)
        where = "False" if save is None else f'"{save}"'
        self._call(f"{name} = run", [procedure_code(procedure), "bench", f"save={where}"], comment)

    def _call(self, function: str, given: list[str], comment: str = "") -> None:
        """Add a call, on several lines where one is too long."""
        line = f"{function}({', '.join(given)})"
        if len(line) <= _WIDTH:
            self.add(line, comment)
            return
        if comment:
            self.add(comment=comment)
        indent = " " * 4
        self.add(f"{function}(")
        for each in given:
            if len(indent + each) <= _WIDTH or "(" not in each:
                self.add(f"{indent}{each},")
                continue
            head, inner = each[:-1].split("(", 1)
            self.add(f"{indent}{head}(")
            for part in _parts(inner):
                self.add(f"{indent * 2}{part},")
            self.add(f"{indent}),")
        self.add(")")

    def __str__(self) -> str:
        imports = [f"from {module} import {', '.join(sorted(names, key=str.lower))}"
                   for module, names in sorted(self._imports.items())]
        return "\n".join([f'"""{self._about}"""', "", *imports, "", *self._lines]).rstrip() + "\n"


def _parts(code: str) -> list[str]:
    """Return the arguments in a list of them, cut at the commas that are in no bracket."""
    found, depth, start = [], 0, 0
    for place, sign in enumerate(code):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            found.append(code[start:place].strip())
            start = place + 1
    return [*found, code[start:].strip()]


def script_of(past: PastRun, save: str | None = "runs") -> str:
    """Return a script that carries out a past run again.

    It sets what differed from a fresh bench before the run and what the run does not set itself; a run that prepares
    its own start ("thermal", or settled by its settling times) then gives the same numbers to the bit.

    Parameters
    ----------
    past : PastRun
    save : str or None
        The folder for its data; None keeps the data in memory only.
    """
    script = Script(f"{past.procedure.in_words()}, done again as its file tells.")
    script.bench(past.kind, past.sample, past.seed, past.noise)
    bench = past.kind.make(past.sample, seed=past.seed, noise=past.noise)
    for source, target in past.unusual_cables(bench):
        script.cable(source, target)
        with suppress(VlabError):  # the script says why it cannot be
            bench.disconnect(target) if source is None else bench.connect(source, target)
    own = {(device.name, setting) for device, setting in past.procedure.sets(bench)}
    for name, key in own:  # what follows them by itself follows in the run as well
        with suppress(VlabError):
            bench.instruments[name].write(key, past.settings.get(name, {}).get(key, bench.instruments[name].read(key)))
    waits = 0.0
    late: list[tuple[str, str, Value]] = []
    for name, instrument in bench.instruments.items():
        told = past.settings.get(name, {})
        for key in instrument.settings():
            value = told.get(key, instrument.read(key))
            if (name, key) in own or value == instrument.read(key):
                continue
            late.append((name, key, value))
    for name, key, value in _in_order(bench, late, past.settings, own):
        script.set(past.kind, name, key, value)
        waits = max(waits, bench.instruments[name].remaining(key))
    for name, instrument in bench.instruments.items():
        for key in instrument.faults():
            if past.settings.get(name, {}).get(key):
                script.fault(name, key, True)
    if waits > _ARRIVED:
        script.wait(math.ceil(waits * 10.0) / 10.0, "until all has arrived")
    if past.run_number > 1:
        script.add(f"bench.run_number = {past.run_number - 1}", "the noise of a run goes by its number")
    script.run(past.procedure, "data", save)
    return str(script)


def _in_order(bench: Bench, wanted: list[tuple[str, str, Value]], told: Mapping[str, Mapping[str, Value]],
              own: set[tuple[str, str]]) -> list[tuple[str, str, Value]]:
    """Write settings to a bench, those that are refused again after the others; return them in the order that works.

    A setting that follows another one by itself is left out: writing it would move the other.
    """
    done: list[tuple[str, str, Value]] = []
    while wanted:
        left = []
        for name, key, value in wanted:
            instrument = bench.instruments[name]
            before = {each: instrument.read(each) for each in instrument.settings()}
            if before[key] == value:
                continue  # another one has brought it along
            try:
                instrument.write(key, value)
                moved = [each for each, old in before.items() if each != key and (name, each) not in own
                         and instrument.read(each) != old == told.get(name, {}).get(each, old)]
                for each in moved:
                    instrument.write(each, before[each])
                if instrument.read(key) == value:
                    done += [(name, key, value), *[(name, each, before[each]) for each in moved]]
                else:
                    for each, old in before.items():
                        instrument.jump(each, old)
            except VlabError:
                left.append((name, key, value))
        if len(left) == len(wanted):
            return [*done, *left]  # the script says why it cannot be
        wanted = left
    return done
