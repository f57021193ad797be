"""A superconducting magnet."""

from __future__ import annotations

from instruments.declaration import Setting, action, flag
from instruments.instrument import Instrument


class Magnet(Instrument):
    """A superconducting magnet: ``field`` is the set-point, ``field_actual`` what the sample feels."""

    title = "Magnet"
    short = "Magnet"

    field = Setting("T", 4.5, limits=(-9.0, 9.0), rate="ramp_rate", help="Set the target field.")
    ramp_rate = Setting("T/min", 0.5, limits=(1e-3, 2.0), help="Set how fast the field moves.")

    @flag
    def ramping(self) -> bool:
        """Tell whether the field is still moving."""
        return self.remaining("field") > 0.0

    @action
    def hold(self) -> None:
        """Stop the ramp and keep the present field."""
        self.jump("field", self.actual("field"))

    @action
    def zero(self) -> None:
        """Ramp the field to zero."""
        self.write("field", 0.0)

    def make_safe(self) -> None:
        if self.remaining("field") > 0.0:
            self.act("hold")

    def problems(self) -> list[str]:
        left = self.remaining("field")
        return [f"{self.name}: the field is still ramping for {left:.0f} s; a measurement waits until it has settled."
                ] if left > 0.0 else []
