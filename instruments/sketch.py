"""How an instrument looks on a sketch of the optical table; declared with it, and no physics here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Sketch:
    """What a drawing of the table needs to know of a kind of instrument."""

    symbol: str = "box"
    """Which line symbol it has, such as ``"laser"`` or ``"chopper"``; an unknown one is drawn as a box."""
    number: str = ""
    """The setting or reading that stands beside its name; its first reading by default."""
    digits: int = 4
    """Significant digits of that number, as many as a glance takes in."""
    switch: str = ""
    """The setting of two or three words that a hand at the table would turn, such as a shutter."""
    surrounds: bool = False
    """Whether it stands around the sample instead of in a beam: a magnet, a cryostat, a holder."""


@dataclass(frozen=True)
class BeamLook:
    """What a drawing shows of a beam."""

    lit: bool = False
    blocked: bool = False
    """Whether something stands in it where it begins, such as a shutter."""
    pulsed: bool = False
    chopped: bool = False
    helicity: Literal["", "linear", "+", "alternating"] = ""
    """``""``: nothing worth telling."""
