"""What all lasers share: a shutter that takes time to open, and intensity noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from instruments.declaration import Setting, Value, fault, spoiling_flag
from instruments.instrument import Instrument
from instruments.sketch import BeamLook


class LightSource(Instrument):
    """A laser's output: power, shutter and intensity noise.

    The shutter's blade must travel its whole way before the beam is free, ``opening_time``; its edge stands next to
    the beam, so it closes at once. A sensor tells on which side the blade is. Without current a spring shuts it.

    The relative intensity noise has the one-sided density intensity_noise^2 (1 + intensity_corner / f).
    """

    _memory: ClassVar[tuple[str, ...]] = ("_open",)

    shutter = Setting(None, "open", choices=("open", "closed"), safe="closed", group="Shutter",
                      help="Open or close the shutter.")
    opening_time = Setting("ms", 10.0, limits=(0.0, 1000.0), group="Shutter",
                           help="Set how long the shutter takes to open; it closes at once.")
    intensity_noise = Setting("1/Hz^0.5", 1e-6, limits=(0.0, 1e-2), group="Noise",
                              help="Set the white relative intensity noise.")
    intensity_corner = Setting("kHz", 1.0, limits=(0.0, 1000.0), group="Noise",
                               help="Set the frequency below which intensity noise grows as 1/f.")
    noise = Setting(None, "on", choices=("on", "off"), group="Noise", help="Switch the intensity noise on or off.")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._open = True

    @spoiling_flag
    def shutter_disagrees(self) -> bool:
        """Tell whether the shutter's position sensor disagrees with its command, once it had time to move."""
        return self._open is not (self._values["shutter"] == "open") and "shutter" not in self._appointments

    @fault
    def dead_shutter(self, present: bool) -> None:
        """Let the shutter's coil die: its spring shuts it, and shut it stays."""
        if present:
            self._appointments.pop("shutter", None)
            self._open = False
        else:
            self._follow_command()

    @classmethod
    def light_out(cls, port: str, values: Mapping[str, Value], incoming: BeamLook | None) -> BeamLook:  # noqa: ARG003
        shut = values["shutter"] == "closed" or bool(values["shutter_disagrees"])
        return BeamLook(lit=float(values["power"]) > 0.0 and not shut, blocked=shut)

    def power_out(self) -> float:
        """Return the power behind the shutter in W, without its drift."""
        return float(self._values["power"]) if self._open else 0.0

    def relative_noise(self) -> tuple[float, float]:
        """Return the white relative intensity noise in 1/sqrt(Hz), and K of its 1/f part, whose density is K / f."""
        values = self._values
        if values["noise"] == "off":
            return 0.0, 0.0
        white = float(values["intensity_noise"])
        return white, white * white * float(values["intensity_corner"])

    def jump(self, name: str, value: Value) -> None:
        super().jump(name, value)
        if name == "shutter" and self._appointments.pop("shutter", None) is not None:
            self._move_blade(True)

    def _changed(self, setting: Setting) -> None:
        name = setting.name
        if name == "shutter" or (name == "opening_time" and self._appointments.pop("shutter", None) is not None):
            self._follow_command()

    def _follow_command(self) -> None:
        if self._values["shutter"] == "closed":
            self._appointments.pop("shutter", None)
            self._move_blade(False)
        elif not self._open and "shutter" not in self._appointments:
            travel = float(self._values["opening_time"])
            if travel > 0.0:
                self._appoint("shutter", travel)
            else:
                self._move_blade(True)

    def _move_blade(self, to_open: bool) -> None:
        self._open = to_open and "dead_shutter" not in self._faults

    def _keep(self, name: str) -> None:
        if name == "shutter":
            self._move_blade(True)

    def _dark(self, consequence: str) -> list[str]:
        """Return in a sentence why no light comes out; ``consequence`` says what that means."""
        if self.shutter_disagrees:
            return [f"{self.name}: the shutter's position sensor says closed, though it was asked to open, so "
                    f"{consequence}; see to its coil (mend {self.name}.dead_shutter)."]
        if self._values["shutter"] == "closed":
            return [f"{self.name}: the shutter is closed, so {consequence}; open it ({self.name}.shutter at "
                    "'open')."]
        if self._values["power"] == 0.0:
            return [f"{self.name}: the power is zero, so {consequence}; turn it up ({self.name}.power)."]
        return []
