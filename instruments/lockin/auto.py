"""The auto functions of a lock-in amplifier: what each does next, from what the instrument sees.

They wait until the filter has settled, look, set, and where one look is not enough wait again. Each rule gets what is
shown and returns the settings to write and whether it wants to look once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, pi

from instruments.declaration import Value
from instruments.lockin.input import RESERVES

SLOWEST = 1.0
"""s; time constant above which auto gain and auto reserve refuse, since they would take too long."""
SETTLING = (5.0, 7.0, 9.0, 10.0)
"""Time constants until a step has settled to within 1 %, by the number of filter stages."""
STEPS = (*[mantissa * 10.0**exponent for exponent in range(-9, 0) for mantissa in (1.0, 2.0, 5.0)], 1.0)
"""V; sensitivities that auto gain chooses from."""
_FULL = 0.9
_OFFSET_LIMIT = 1.05


@dataclass(frozen=True)
class Seen:
    """What the instrument sees when an auto function looks."""

    x: float
    y: float
    sensitivity: float
    reserve: str
    phase: float
    input_overload: bool
    output_overload: bool
    """Of the outputs or of a filter stage before them."""


@dataclass(frozen=True)
class Next:
    """What an auto function does now."""

    writes: tuple[tuple[str, Value], ...] = ()
    again: bool = False
    least: float = 0.0
    """V; sensitivity that auto gain must not go below any more."""


def coarser(sensitivity: float, least: float = 0.0) -> float:
    """Return the next coarser step."""
    return next((step for step in STEPS if step > sensitivity * (1.0 + 1e-9) and step >= least), STEPS[-1])


def roomy(value: float) -> float:
    """Return the finest step of which a value fills up to 90 %."""
    return next((step for step in STEPS if step >= value / _FULL * (1.0 - 1e-9)), STEPS[-1])


def gain(seen: Seen, least: float) -> Next:
    """Choose the finest step at which X and Y fill up to 90 % of full scale and nothing overloads."""
    if seen.input_overload or seen.output_overload:
        if seen.sensitivity >= STEPS[-1]:
            return Next()
        # An output that is clipped does not tell how large it would be, so the search goes on in decades.
        wanted = coarser(seen.sensitivity)
        if seen.output_overload:
            wanted = coarser(10.0 * seen.sensitivity * (1.0 - 1e-6))
        return Next((("sensitivity", wanted),), True, coarser(seen.sensitivity))
    needed = max(abs(seen.x), abs(seen.y)) / _FULL
    wanted = next((step for step in STEPS if step >= max(needed, least) * (1.0 - 1e-9)), STEPS[-1])
    if wanted >= seen.sensitivity * (1.0 - 1e-9):
        return Next()
    return Next((("sensitivity", wanted),), True, least)


def reserve(seen: Seen, first: bool) -> Next:
    """Choose the smallest reserve at which the input does not overload, beginning with the smallest."""
    if first:
        return Next((("reserve", RESERVES[0]),), True) if seen.reserve != RESERVES[0] or seen.input_overload else Next()
    if not seen.input_overload or seen.reserve == RESERVES[-1]:
        return Next()
    return Next((("reserve", RESERVES[RESERVES.index(seen.reserve) + 1]),), True)


def phase(seen: Seen) -> Next:
    """Turn the phase so that the signal is all in X."""
    turned = seen.phase + atan2(seen.y, seen.x)
    return Next((("phase", (turned + pi) % (2.0 * pi) - pi),))


def offset(seen: Seen) -> Next:
    """Set the offsets that bring the analog outputs to zero, as far as they reach."""
    shares = (min(_OFFSET_LIMIT, max(-_OFFSET_LIMIT, value / seen.sensitivity)) for value in (seen.x, seen.y))
    return Next(tuple(zip(("x_offset", "y_offset"), shares, strict=True)))
