"""A delay stage: when the probe comes after the pump."""

from __future__ import annotations

from instruments.declaration import Setting, action, flag
from instruments.instrument import Instrument
from instruments.wiring import Port


class DelayStage(Instrument):
    """A retroreflector on a rail: ``delay`` is the set-point, ``delay_actual`` by how much the probe is late.

    At zero and below, the probe comes just before a pump pulse.
    """

    title = "Delay stage"
    short = "Stage"
    ports = (Port("beam", "in", "light", "the beam to be delayed"),)

    delay = Setting("ns", -0.05, limits=(-0.5, 13.0), rate="speed", digits=6,
                    help="Set the delay of the probe behind the pump; zero and below is just before a pump pulse.")
    speed = Setting("ns/s", 1.0, limits=(1e-3, 10.0), help="Set how fast the delay moves.")

    @flag
    def moving(self) -> bool:
        """Tell whether the stage is still moving."""
        return self.remaining("delay") > 0.0

    @action
    def stop(self) -> None:
        """Stop the stage where it is."""
        self.jump("delay", self.actual("delay"))

    def make_safe(self) -> None:
        if self.remaining("delay") > 0.0:
            self.act("stop")

    def problems(self) -> list[str]:
        left = self.remaining("delay")
        return [f"{self.name}: it is still moving for {left:.1f} s; a measurement waits until it has settled."
                ] if left > 0.0 else []
