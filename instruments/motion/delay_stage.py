"""A delay stage: when the probe comes after the pump."""

from __future__ import annotations

from typing import ClassVar

from instruments.course import straight
from instruments.declaration import Setting, Value, action, fault, flag, reading, spoiling_flag
from instruments.motion.positioner import Positioner
from instruments.sketch import Sketch
from instruments.wiring import Port
from vlab.errors import SettingError

_SECONDS_PER_METRE = 2.0 / 299_792_458.0
"""Delay by which a retroreflector moves the light, there and back."""
LOST_COUNTS = 20e-12
"""s; by how much the encoder is wrong after it has lost its reference."""
REFERENCE_MARK = -0.5e-9
"""s; the true delay at the mark."""
HOMING_SPEED = 0.5e-9
"""s/s; highest speed towards the mark."""


class DelayStage(Positioner):
    """A retroreflector on a rail: ``delay`` is the set-point, ``delay_actual`` by how much the probe is late.

    At zero and below, the probe comes just before a pump pulse. The encoder counts 10 nm (0.07 fs); the screw has a
    play of 3 um (20 fs), which the stage avoids by approaching each place from below.
    """

    title = "Delay stage"
    short = "Stage"
    ports = (Port("beam", "in", "light", "the beam to be delayed"),)
    sketch = Sketch("delay", "delay_actual", 4)
    axis = "delay"
    count = 10e-9 * _SECONDS_PER_METRE
    play = 3e-6 * _SECONDS_PER_METRE
    jam = "stuck_stage"
    _memory: ClassVar[tuple[str, ...]] = ("_homing", "_lost")

    delay = Setting("ns", -0.05, limits=(-0.5, 13.0), rate="speed", digits=6,
                    help="Set the delay of the probe behind the pump; zero and below is just before a pump pulse.")
    speed = Setting("ns/s", 1.0, limits=(1e-3, 10.0), help="Set how fast the delay moves.")
    backlash_correction = Setting(None, "on", choices=("on", "off"),
                                  help="Choose whether a place is always approached from below, so that play of the "
                                       "screw does not count.")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._homing = False
        self._lost = False

    @reading("ns")
    def encoder(self) -> float:
        """Read the delay that the encoder on the motor shows."""
        return self.believed

    @flag
    def moving(self) -> bool:
        """Tell whether the stage is still moving."""
        return self.remaining("delay") > 0.0

    @flag
    def homing(self) -> bool:
        """Tell whether the stage is looking for its reference mark."""
        return self._homing

    @spoiling_flag
    def stuck(self) -> bool:
        """Tell whether the stage stands off the set-point, where the drive cannot bring it."""
        return self.jammed

    @spoiling_flag
    def unreferenced(self) -> bool:
        """Tell whether the encoder has lost its reference mark."""
        return self._lost

    @action
    def stop(self) -> None:
        """Stop the stage where it is."""
        self._end_homing()
        self._halt()

    @action
    def home(self) -> None:
        """Start for the reference mark, set the encoder there, and come back to the set-point."""
        if self.jam in self._faults:
            raise SettingError(f"{self.name} cannot home: the stage does not move; free it first.")
        speed = float(self._values["speed"])
        carriage, motor = self._way(self._now_ps(), (REFERENCE_MARK - 2.0 * self.play, REFERENCE_MARK),
                                    min(speed, HOMING_SPEED))
        arrival = motor[-1][0]
        target = self._counted(float(self._values["delay"]))
        if target > REFERENCE_MARK:
            back = straight(arrival, REFERENCE_MARK, target, speed)
            carriage, motor = [*carriage, back], [*motor, back]
        self._follow(carriage, motor)
        self._homing = True
        self._appointments["homing"] = arrival

    @fault
    def stuck_stage(self, present: bool) -> None:
        """Let the drive jam, so that the stage stays where it is."""
        if present:
            self._end_homing()
        self._jam(present)

    @fault
    def lost_reference(self, present: bool) -> None:
        """Let the encoder lose its reference mark, so that all places are 20 ps late until the stage is homed."""
        if present and not self._lost:
            self._end_homing()
            self._lost = True
            self._offset = LOST_COUNTS
            self._go(float(self._values["delay"]), float(self._values["speed"]))

    def reset(self) -> None:
        self._homing = self._lost = False
        super().reset()

    def problems(self) -> list[str]:
        found = []
        left = self.remaining("delay")
        if left > 0.0:
            found.append(f"{self.name}: it is still moving for {left:.1f} s; a measurement waits until it has settled.")
        found += self._jams("stage", f"{self.believed * 1e9:.4f} ns")
        if self._lost:
            found.append(f"{self.name}: the encoder has lost its reference, so all delays are wrong; press Home "
                         f"({self.name}.home).")
        if self._values["backlash_correction"] == "off":
            found.append(f"{self.name}: places approached from above are late by the screw's play of "
                         f"{self.play * 1e15:.0f} fs; switch its correction on "
                         f"({self.name}.backlash_correction at 'on').")
        return found

    def _apply(self, setting: Setting, value: Value, owner: object) -> None:
        if self._homing and setting.name == "delay":
            raise SettingError(f"{self.name}.delay cannot be set while the stage is homing; wait "
                               f"{self.remaining('delay'):.1f} s, or press {self.name}.stop.")
        super()._apply(setting, value, owner)

    def _go(self, target: float, speed: float) -> None:
        if not self._homing:
            super()._go(target, speed)

    def _stops(self, target: float) -> tuple[float, ...]:
        if self._values["backlash_correction"] == "on" and target < self._motor.motion()[0]:
            return target - 2.0 * self.play, target
        return (target,)

    def _changed(self, setting: Setting) -> None:
        if setting.name == "backlash_correction" and self._values["backlash_correction"] == "on":
            slack = self._carriage.goal - self._motor.goal
            if slack > 0.5 * self.count and not self._homing and self.jam not in self._faults:
                target = self._motor.goal
                self._follow(*self._way(self._now_ps(), (target - 2.0 * self.play, target),
                                        float(self._values["speed"])))

    def _keep(self, name: str) -> None:
        if name == "homing":
            self._homing = self._lost = False
            self._offset = 0.0
            self._faults.discard("lost_reference")
        else:
            super()._keep(name)

    def _end_homing(self) -> None:
        self._homing = False
        self._appointments.pop("homing", None)
