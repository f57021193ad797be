"""Numbers as a front panel shows them: a few digits, an SI prefix, the unit."""

from __future__ import annotations

import math

from vlab.quantity_scale import scale_of
from vlab.units import unit_factor


def readout(si: float | str, unit: str | None, digits: int = 5) -> str:
    """Return an SI float in ``unit`` with a prefix where that is usual, for example ``"22.508 µV"``.

    Parameters
    ----------
    si : float or str
        The value; a word is returned as it is.
    unit : str or None
        The declared unit.
    digits : int
        Significant digits.
    """
    if unit is None or isinstance(si, str):
        return str(si)
    if not math.isfinite(si):
        return "–"
    scale = scale_of(unit)
    home = si / unit_factor(unit)
    rung = scale.home
    if len(scale.rungs) > 1 and home and not 0.1 <= abs(home) < 1000.0:  # as in the fields: its own unit if it suits
        order = 3 * math.floor((math.log10(abs(home)) + scale.home) / 3 + 1e-9)
        rung = min(max(order, scale.rungs[0]), scale.rungs[-1])
    shown = home * 10.0 ** (scale.home - rung)
    if len(scale.rungs) > 1 and abs(shown) < 1e-3:
        shown = 0.0  # far below what any display resolves
    if abs(shown) >= 1e5 or 0 < abs(shown) < 1e-3:
        return f"{shown:.{digits}g}{scale.label(rung)}"
    places = digits - 1 - (math.floor(math.log10(abs(shown))) if shown else 0)
    return f"{shown:.{min(max(places, 0), digits)}f}{scale.label(rung)}"


def clock(seconds: float) -> str:
    """Return a duration as ``h:mm:ss`` or ``m:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
