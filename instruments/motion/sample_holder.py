"""A holder that turns the sample against the field."""

from __future__ import annotations

from math import degrees, radians

from instruments.declaration import Setting, action, fault, flag, reading, spoiling_flag
from instruments.motion.positioner import Positioner
from instruments.sketch import Sketch


class SampleHolder(Positioner):
    """A rotating sample holder: the angle between the field and the growth axis.

    Pump and probe stay along the growth axis. 0 deg is Faraday geometry, 90 deg Voigt geometry. The piezo drive has no
    play; its encoder counts 10 millionths of a degree.
    """

    title = "Sample holder"
    short = "Holder"
    sketch = Sketch("holder", "tilt_actual", 4, surrounds=True)
    axis = "tilt"
    count = radians(1e-5)
    jam = "stuck_holder"

    tilt = Setting("deg", 0.0, limits=(0.0, 90.0), rate="speed",
                   help="Set the angle between the field and the growth axis.")
    speed = Setting("deg/s", 5.0, limits=(0.1, 90.0), help="Set how fast the holder turns.")

    @reading("deg")
    def encoder(self) -> float:
        """Read the angle that the encoder shows."""
        return self.believed

    @flag
    def turning(self) -> bool:
        """Tell whether the holder is still turning."""
        return self.remaining("tilt") > 0.0

    @spoiling_flag
    def stuck(self) -> bool:
        """Tell whether the holder stands off the set-point, where the drive cannot bring it."""
        return self.jammed

    @action
    def stop(self) -> None:
        """Stop the holder where it is."""
        self._halt()

    @fault
    def stuck_holder(self, present: bool) -> None:
        """Let the drive jam, so that the holder stays where it is."""
        self._jam(present)

    def problems(self) -> list[str]:
        found = []
        left = self.remaining("tilt")
        if left > 0.0:
            found.append(f"{self.name}: it is still turning for {left:.1f} s; a measurement waits until it has "
                         "settled.")
        return found + self._jams("holder", f"{degrees(self.believed):.4f} deg")
