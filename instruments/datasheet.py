"""Data sheets, written from the declarations."""

from __future__ import annotations

import inspect

from instruments.instrument import Instrument
from vlab.units import show


def datasheet(kind: type[Instrument], name: str) -> str:
    """Return the data sheet of an instrument: settings with ranges and defaults, readings, flags, actions, faults."""
    instrument = kind(name)
    lines = [f"{kind.title} ({name})", "", inspect.cleandoc(kind.__doc__ or ""), "", "Settings"]
    for key, setting in kind.settings().items():
        default = setting.default if setting.unit is None else show(float(setting.default), setting.unit)
        lines.append(f"  {name}.{key} = {default}")
        moves = f" It moves at {setting.rate}." if setting.rate else ""
        lines.append(f"      {setting.help} Wants {setting.allowed(instrument)}.{moves}")
    for heading, found in (("Readings", kind.readings()), ("Flags", kind.flags()), ("Actions", kind.actions()),
                           ("Faults on demand", kind.faults())):
        if found:
            lines += ["", heading]
        for key, declaration in found.items():
            unit = getattr(declaration, "unit", None)
            lines.append(f"  {name}.{key}{f' ({unit})' if unit else ''}: {declaration.help}")
    return "\n".join(lines)
