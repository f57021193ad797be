"""Data sheets as Markdown pages, written from the declarations: ``python -m instruments.datasheet_pages FOLDER``.

One page for each kind of instrument, and an index with the benches: what is on each, which cable goes where, and which
settings differ from their defaults when the bench is made. Nothing in them is written by hand.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from instruments.bench import Bench
from instruments.benches import BENCHES
from instruments.declaration import Flag, Setting
from instruments.instrument import Instrument
from vlab.quantity_scale import pretty_unit
from vlab.units import show, unit_factor

INDEX = "README.md"
_NOTE = "<!-- Written by `make datasheets` from the declarations; edit those. -->"


def page_name(kind: type[Instrument]) -> str:
    """Return the file name of an instrument's page, such as ``gate_source.md``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower() + ".md"


def instrument_page(kind: type[Instrument], names: Sequence[str]) -> str:
    """Return the data sheet of a kind of instrument.

    Parameters
    ----------
    kind : type
    names : sequence of str
        What the benches call it; the first is used for what depends on other settings.
    """
    instrument = kind(names[0])
    called = " or ".join(f"`{name}`" for name in dict.fromkeys(names))
    parts = [_NOTE, f"# {kind.title}", f"On the benches: {called}.", _prose(kind)]
    parts += _section("Sockets", ("socket", "direction", "carries", "what it is"),
                      ((f"`{port.name}`", port.direction, port.carries, port.help) for port in kind.ports))
    parts += _section("Settings", ("setting", "unit", "range or choices", "default", "moves at", "what it does"),
                      (_setting_row(name, setting, instrument) for name, setting in kind.settings().items()))
    if any(callable(setting._limits) for setting in kind.settings().values()):
        parts.append("\\* The range depends on other settings; this is the one at their defaults.")
    parts += _section("Readings", ("reading", "unit", "what it shows"),
                      ((f"`{name}`", _unit(reading.unit), reading.help) for name, reading in kind.readings().items()))
    parts += _section("Flags", ("flag", "spoils data", "what it tells"),
                      ((f"`{name}`", _spoils(flag), flag.help) for name, flag in kind.flags().items()))
    parts += _section("Actions", ("action", "what it does"),
                      ((f"`{name}()`", action.help) for name, action in kind.actions().items()))
    parts += _section("Faults on demand", ("fault", "what goes wrong"),
                      ((f"`{name}`", fault.help) for name, fault in kind.faults().items()))
    return "\n\n".join(parts) + "\n"


def index_page(benches: Iterable[Bench]) -> str:
    """Return the index: the benches with their instruments, wiring and reference conditions."""
    parts = [_NOTE, "# Data sheets", "What is on the two benches, and a page for each instrument. `vlab describe NAME` "
             "tells the same on the command line. Settings are set as `bench.NAME.SETTING = Q_(value, \"unit\")`."]
    for bench in benches:
        title, key = str(bench.title), str(bench.kind)
        parts += [f"## {title}", f"Made by `{key}_bench()`."]
        parts.append(_table(("instrument", "data sheet"),
                            ((f"`{name}`", f"[{type(each).title}]({page_name(type(each))})")
                             for name, each in bench.instruments.items())))
        parts += ["Wiring; beams are fixed, cables can be pulled and joined by `bench.disconnect` and `bench.connect`:",
                  _table(("from", "to", "carries"), ((f"`{link.source}`", f"`{link.target}`", link.carries)
                                                     for link in bench.wiring.links))]
        parts += ["Settings that differ from their defaults when the bench is made with its usual sample:",
                  _table(("setting", "value"), _reference(bench))]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Return all pages by file name."""
    names: dict[type[Instrument], list[str]] = {}
    for bench in BENCHES.values():
        for name, kind in bench.instruments.items():
            names.setdefault(kind, []).append(name)
    found = {INDEX: index_page(kind.make(noise=False) for kind in BENCHES.values())}
    for instrument, called in names.items():
        found[page_name(instrument)] = instrument_page(instrument, called)
    return found


def write(folder: Path) -> list[Path]:
    """Write all pages into a folder, and delete those of instruments that there are no more; returns what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    changed = []
    for path in folder.glob("*.md"):
        if path.name not in wanted and path.read_text(encoding="utf-8").startswith(_NOTE):
            path.unlink()
            changed.append(path)
    for name, text in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _prose(kind: type[Instrument]) -> str:
    """Return the description without the parts that are for programmers."""
    text = inspect.cleandoc(kind.__doc__ or "")
    text = re.split(r"\n\n(?:Parameters|Attributes|Raises)\n-+\n", text)[0]
    return re.sub(r"\n(\w+)\n-{3,}\n", r"\n## \1\n\n", text).replace("``", "`")


def _setting_row(name: str, setting: Setting, instrument: Instrument) -> tuple[str, ...]:
    if setting.choices:
        allowed = ", ".join(str(choice) if setting.unit is None else f"{choice:g}" for choice in setting.choices)
    else:
        low, high = (_number(value, setting.unit) for value in setting.limits(instrument))
        allowed = f"{low} to {high}" + (" \\*" if callable(setting._limits) else "")
    default = setting.default if setting.unit is None else _number(float(setting.default), setting.unit)
    moves = f"`{setting.rate}`" if setting.rate else ""
    return f"`{name}`", _unit(setting.unit), allowed, str(default), moves, setting.help


def _number(value: float, unit: str | None) -> str:
    return f"{value / unit_factor(unit or ''):.6g}"


def _unit(unit: str | None) -> str:
    return "word" if unit is None else pretty_unit(unit) if unit else "1"


def _spoils(flag: Flag) -> str:
    return "yes" if flag.spoils else ""


def _reference(bench: Bench) -> list[tuple[str, str]]:
    rows = []
    for name, instrument in bench.instruments.items():
        for key, setting in instrument.settings().items():
            value = instrument._values[key]
            if value != setting.default:
                shown = str(value) if setting.unit is None else show(float(value), setting.unit)
                rows.append((f"`{name}.{key}`", shown))
    return rows


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = list(rows)
    return [f"## {title}", _table(head, lines)] if lines else []


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in line) + " |" for line in lines)


def main(arguments: Sequence[str]) -> None:
    """Write the pages into the folder that is named."""
    for path in write(Path(arguments[0] if arguments else "docs/datasheets")):
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
