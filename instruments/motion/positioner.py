"""What a motor stage and a rotating holder have in common: a motor with an encoder, a drive with play, a stuck drive.

The encoder sits on the motor. With the play b the carriage stands at the motor's place after a move up and at b above
it after a move down: a motor that turns back first takes up the play, and the carriage stands still meanwhile.
"""

from __future__ import annotations

from typing import ClassVar

from instruments.course import Course, Node, straight
from instruments.declaration import Value
from instruments.instrument import Instrument


class Positioner(Instrument):
    """Base of what moves one axis; a subclass declares the setting named ``axis``, which slews at ``speed``."""

    axis: ClassVar[str] = ""
    count: ClassVar[float] = 0.0
    """Encoder step in SI units."""
    play: ClassVar[float] = 0.0
    """Of the drive, in SI units."""
    jam: ClassVar[str] = ""
    """Name of the fault in which the carriage does not move."""
    _memory: ClassVar[tuple[str, ...]] = ("_carriage", "_motor", "_offset")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        start = self._counted(float(self._values[self.axis]))
        self._carriage = Course(self, self.axis, start)
        self._motor = Course(self, "motor", start)
        self._offset = 0.0
        """By how much the true position is above what the encoder believes."""

    @property
    def believed(self) -> float:
        """The position that the encoder shows, in SI units."""
        return self._counted(self._motor.motion()[0] - self._offset)

    @property
    def jammed(self) -> bool:
        """Whether the encoder is more than a count off the set-point while the motor stands still."""
        return abs(self.believed - float(self._values[self.axis])) > self.count and not self._motor.moving

    def _jams(self, what: str, here: str) -> list[str]:
        """Return in a sentence that the drive cannot move ``what``, which stands at ``here``."""
        if self.jammed:
            return [f"{self.name}: the drive cannot move the {what}, stuck at {here} and not at the set-point; free it "
                    f"and set its place ({self.name}.{self.axis}) again."]
        if self.jam in self._faults:
            return [f"{self.name}: the drive draws too much current, so the {what} will not move from {here}; free it "
                    f"(mend {self.name}.{self.jam})."]
        return []

    def motion(self, name: str) -> tuple[float, float]:
        return self._carriage.motion() if name == self.axis else super().motion(name)

    def actual(self, name: str) -> float:
        return self.motion(name)[0]

    def slope(self, name: str) -> float:
        return self.motion(name)[1]

    def remaining(self, name: str) -> float:
        if name != self.axis:
            return super().remaining(name)
        return max(0, max(self._carriage.end_ps, self._motor.end_ps) - self._now_ps()) / 1e12

    def jump(self, name: str, value: Value) -> None:
        super().jump(name, value)
        if name == self.axis:
            here = self._counted(float(value)) + self._offset
            self._stand(here, here)

    def reset(self) -> None:
        self._offset = 0.0
        super().reset()

    def make_safe(self) -> None:
        if self.remaining(self.axis) > 0.0:
            self.act("stop")

    def _halt(self) -> None:
        """Stop where it is; the set-point becomes what the encoder shows."""
        carriage, motor = self._carriage.motion()[0], self._motor.motion()[0]
        low, high = self.settings()[self.axis].limits(self)
        super().jump(self.axis, min(high, max(low, self.believed)))
        self._stand(carriage, motor)

    def _jam(self, present: bool) -> None:
        """Stop at once, or go on to the set-point."""
        if present:
            self._stand(self._carriage.motion()[0], self._motor.motion()[0])
        else:
            self._go(float(self._values[self.axis]), float(self._values["speed"]))

    def _stand(self, carriage: float, motor: float) -> None:
        self._carriage.stop(carriage)
        self._motor.stop(motor)

    def _start_slew(self, name: str, target: float, rate: float) -> None:
        if name == self.axis:
            self._go(target, rate)
        else:
            super()._start_slew(name, target, rate)

    def _go(self, target: float, speed: float) -> None:
        """Start to a set-point from wherever carriage and motor are."""
        if self.jam not in self._faults:
            self._follow(*self._way(self._now_ps(), self._stops(self._counted(target) + self._offset), speed))

    def _stops(self, target: float) -> tuple[float, ...]:
        """Return where the motor turns or ends on its way to a true position."""
        return (target,)

    def _follow(self, carriage: list[Node], motor: list[Node]) -> None:
        self._carriage.follow(carriage)
        self._motor.follow(motor)

    def _way(self, start_ps: int, stops: tuple[float, ...], speed: float) -> tuple[list[Node], list[Node]]:
        """Return the sections of carriage and motor to each of ``stops`` in turn, at ``speed`` of the motor."""
        carriage, motor = self._carriage.motion()[0], self._motor.motion()[0]
        slack = min(self.play, max(0.0, carriage - motor))  # 0 when pushed up, the play when pulled down
        ways: tuple[list[Node], list[Node]] = [], []
        now = start_ps
        for stop in stops:
            up = stop > motor
            idle = min(slack if up else self.play - slack, abs(stop - motor))
            corner = motor + idle if up else motor - idle
            slack += -idle if up else idle
            for place, rests in ((corner, True), (stop, False)):
                if abs(place - motor) > 1e-3 * self.count:
                    now = straight(now, motor, place, speed)[0]
                    motor = place
                    carriage = carriage if rests else place + slack
                    ways[0].append((now, carriage))
                    ways[1].append((now, motor))
        return ways

    def _counted(self, position: float) -> float:
        return round(position / self.count) * self.count

    def _keep(self, name: str) -> None:
        if name == self.axis:
            self._carriage.arrived()
        elif name == "motor":
            self._motor.arrived()
