"""A holder that turns the sample against the field."""

from __future__ import annotations

from instruments.declaration import Setting, action, flag
from instruments.instrument import Instrument


class SampleHolder(Instrument):
    """A rotating sample holder: the angle between the field and the growth axis.

    Pump and probe stay along the growth axis. 0 deg is Faraday geometry, 90 deg Voigt geometry.
    """

    title = "Sample holder"
    short = "Holder"

    tilt = Setting("deg", 0.0, limits=(0.0, 90.0), rate="speed",
                   help="Set the angle between the field and the growth axis.")
    speed = Setting("deg/s", 5.0, limits=(0.1, 90.0), help="Set how fast the holder turns.")

    @flag
    def turning(self) -> bool:
        """Tell whether the holder is still turning."""
        return self.remaining("tilt") > 0.0

    @action
    def stop(self) -> None:
        """Stop the holder where it is."""
        self.jump("tilt", self.actual("tilt"))

    def make_safe(self) -> None:
        if self.remaining("tilt") > 0.0:
            self.act("stop")

    def problems(self) -> list[str]:
        left = self.remaining("tilt")
        return [f"{self.name}: it is still turning for {left:.1f} s; a measurement waits until it has settled."
                ] if left > 0.0 else []
