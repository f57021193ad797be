"""A train of pump pulses: its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Any, ClassVar, Self

from vlab.errors import SettingError
from vlab.parameters import Parameters, quantity
from vlab.physics.pulse import PulseAction, q_from_power
from vlab.units import Quantity


@dataclass(frozen=True, kw_only=True)
class Pump(Parameters):
    """A train of pump pulses: give ``q`` or ``power``.

    ``Pump(q=0.5)``, ``Pump(power=0.3, phi=Q_(45, "deg"))``; Q and the power of a resonant pulse are related by
    eq. (14), 1 - Q^2 = sin^2[(pi/2) sqrt(W/W_pi)].
    """

    _title: ClassVar[str] = "Pump"

    q: Quantity | None = quantity("", "Set Q; Q^2 is the probability that a pulse does not excite a trion.", None,
                                  minimum=0.0, maximum=1.0, optional=True)
    power: Quantity | None = quantity("", "Set the pump power in units of a pi pulse's.", None, minimum=0.0,
                                      maximum=1.0, optional=True)
    phi: Quantity = quantity("rad", "Set Phi, the angle by which a detuned pulse turns the spin.", 0.0,
                             minimum=-pi, maximum=pi)
    repetition_period: Quantity = quantity("ns", "Set T_R, the time between two pulses.", 13.2, above=0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.q is None) == (self.power is None):
            raise SettingError("Pump wants either q or power, and not both; for example Pump(q=0.5).")

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some parameters changed; a new q takes the place of a power, and the other way round."""
        if "q" in changes and "power" not in changes:
            changes["power"] = None
        elif "power" in changes and "q" not in changes:
            changes["q"] = None
        return super().replace(**changes)

    @property
    def action(self) -> PulseAction:
        """What a pulse of helicity +1 does to a spin, eq. (6)."""
        q = self.si("q") if self.q is not None else float(q_from_power(self.si("power")))
        return PulseAction.circular(q, self.si("phi"))


def check_pump(pump: object) -> None:
    """Refuse what is no `Pump`."""
    if not isinstance(pump, Pump):
        raise SettingError(f"pump got {pump!r}; it wants a Pump, such as Pump(q=0.5).")
