"""A cryostat with a temperature controller."""

from __future__ import annotations

from instruments.declaration import Setting, action, flag
from instruments.instrument import Instrument


class Cryostat(Instrument):
    """A variable-temperature cryostat: ``temperature`` is the set-point, ``temperature_actual`` the sample's.

    Warmer spins relax faster: the rate 1/tau_s grows as 1 + (T / 20 K)^2, which is phenomenology of ours; the sample's
    parameters hold at 5 K.
    """

    title = "Cryostat"
    short = "Cryostat"

    temperature = Setting("K", 5.0, limits=(1.5, 50.0), rate="ramp_rate",
                          help="Set the sample's temperature; the spins relax faster as 1 + (T / 20 K)^2.")
    ramp_rate = Setting("K/min", 10.0, limits=(0.01, 100.0), help="Set how fast the temperature moves.")

    @flag
    def ramping(self) -> bool:
        """Tell whether the temperature is still moving."""
        return self.remaining("temperature") > 0.0

    @action
    def hold(self) -> None:
        """Stop the ramp and keep the present temperature."""
        self.jump("temperature", self.actual("temperature"))

    def make_safe(self) -> None:
        if self.remaining("temperature") > 0.0:
            self.act("hold")

    def problems(self) -> list[str]:
        left = self.remaining("temperature")
        return [f"{self.name}: the temperature is still moving for {left:.0f} s; a measurement waits until it has "
                "settled."] if left > 0.0 else []
