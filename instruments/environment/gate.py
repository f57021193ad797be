"""A voltage source on the gate of the diode that holds the dot."""

from __future__ import annotations

from math import ceil, log10
from typing import ClassVar

from instruments.declaration import Setting, Slew, Value, action, fault, flag, reading, spoiling_flag
from instruments.environment.diode import SchottkyDiode
from instruments.instrument import Instrument
from instruments.sensor_noise import SensorNoise
from instruments.sketch import Sketch
from instruments.wiring import Port
from vlab.errors import SettingError

RELAY_SECONDS = 2e-3
"""How long the output relay takes."""
RANGE_SECONDS = 10e-3
"""How long the output is at 0 V while the range relay switches."""
CONVERTER_STEPS = 2.0 ** 24
"""Of the converter, over the range of both signs."""
AMMETER_DIGITS = 1e-6
"""Smallest step of the ammeter as a part of its range."""
AMMETER_INTERVAL_PS = 20_000_000_000


def _range_limits(gate: GateSource) -> tuple[float, float]:
    full = float(gate._values["range"])
    return -full, full


class GateSource(Instrument):
    """A low-noise voltage source with a relay and an ammeter: it trips where the diode draws too much current.

    With noise the voltage stands at one of 2^24 steps of its range; without noise the converter is ideal.
    """

    title = "Gate voltage source"
    short = "Gate"
    ports = (Port("output", "out", "voltage", "the voltage behind the relay"),)
    sketch = Sketch("source", "output_voltage", 5, switch="output")
    diode: ClassVar[SchottkyDiode] = SchottkyDiode()
    _memory: ClassVar[tuple[str, ...]] = ("_rest", "_closed", "_ranging", "_tripped", "_noise", "_loaded", "_allowed")

    range = Setting("V", 2.0, choices=(10.0, 2.0, 0.2),
                    help="Choose the output range; a voltage beyond it moves to its edge, the steps are 2^-23 of it.")
    voltage = Setting("V", 0.4, limits=_range_limits, rate="slew_rate", help="Set the gate voltage.")
    slew_rate = Setting("V/s", 100.0, limits=(1e-6, 1e6), help="Set how fast the gate voltage moves.")
    output = Setting(None, "on", choices=("on", "off"), help="Switch the output relay; off puts 0 V on the gate.")
    current_limit = Setting("uA", 1.0, limits=(1e-3, 1e4),
                            help="Set the current at which the source trips; the ammeter takes the decade above it.")
    ammeter_noise = Setting("ppm", 2.0, limits=(0.0, 1e3),
                            help="Set the rms noise of the ammeter as a part of its range.")
    ammeter_noise_switch = Setting(None, "on", choices=("on", "off"), help="Switch the ammeter's noise.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._loaded = True
        self._closed = True
        self._ranging = False
        self._tripped = False
        self._ideal = not noise
        self._noise = SensorNoise(f"{name}.current", AMMETER_INTERVAL_PS, seed, noise)
        self._rest = self._step(float(self._values["voltage"]))
        self._allowed = self._trip_points()

    @reading("V")
    def output_voltage(self) -> float:
        """Read the voltage behind the relay."""
        return self.terminal()[0]

    @reading("A")
    def current(self) -> float:
        """Read the current through the diode, with the ammeter's noise and resolution."""
        true = self.diode.current(self.terminal()[0]) if self._loaded else 0.0
        if self._ideal:
            return true
        full = self._ammeter_range()
        if self._values["ammeter_noise_switch"] == "on":
            true += full * float(self._values["ammeter_noise"]) * self._noise.at(self._now_ps())
        step = full * AMMETER_DIGITS
        return round(true / step) * step

    @reading("A")
    def current_range(self) -> float:
        """Read the range of the ammeter, the decade that holds the current limit."""
        return self._ammeter_range()

    @reading("V")
    def resolution(self) -> float:
        """Read the step of the converter in the present range."""
        return 2.0 * float(self._values["range"]) / CONVERTER_STEPS

    @flag
    def ramping(self) -> bool:
        """Tell whether the gate voltage is still moving."""
        return self.remaining("voltage") > 0.0

    @flag
    def switching(self) -> bool:
        """Tell whether a relay is moving."""
        return self._ranging or "output" in self._appointments

    @spoiling_flag
    def tripped(self) -> bool:
        """Tell whether too much current has opened the output."""
        return self._tripped

    @action
    def hold(self) -> None:
        """Stop the ramp and keep the present voltage."""
        self.jump("voltage", self.actual("voltage"))

    @action
    def zero(self) -> None:
        """Ramp the voltage to zero."""
        self.write("voltage", 0.0)

    @action
    def reset_trip(self) -> None:
        """Start anew after a trip: the output can be switched on again."""
        self._tripped = False
        self._faults.discard("tripped_gate")  # a spike is over by then

    @fault
    def tripped_gate(self, present: bool) -> None:
        """Let a spike trip the output, which then stays open until the trip is reset."""
        if present:
            self._trip()

    def connect_load(self, loaded: bool) -> None:
        """Take notice of whether the diode hangs on the output."""
        self._loaded = loaded
        self._watch()

    def terminal(self) -> tuple[float, float]:
        """Return the voltage behind the relay and its change per second."""
        return self.motion("voltage") if self._closed and not self._ranging else (0.0, 0.0)

    def motion(self, name: str) -> tuple[float, float]:
        slew = self._slews.get(name)
        if slew is None:
            return self._rest, 0.0
        now = self._now_ps()
        return slew.at(now), slew.slope(now)

    def actual(self, name: str) -> float:
        return self.motion(name)[0]

    def start_epoch(self, key: str) -> None:
        self._noise.start_epoch(key, self._now_ps())

    def reset(self) -> None:
        self._tripped = False
        super().reset()
        self._appointments.clear()
        self._closed, self._ranging = True, False

    def jump(self, name: str, value: Value) -> None:
        super().jump(name, value)
        if name == "output":
            self._appointments.pop("output", None)
            self._closed = value == "on"
        elif name == "range":
            self._appointments.pop("range", None)
            self._ranging = False
        self._watch()

    def problems(self) -> list[str]:
        if self._tripped:
            return [f"{self.name}: the output has tripped, so the gate is at 0 V; bring the voltage "
                    f"({self.name}.voltage) to where less than the limit ({self.name}.current_limit) flows, press "
                    f"Reset trip ({self.name}.reset_trip), and switch the output on ({self.name}.output at 'on')."]
        if self._values["output"] == "off":
            return [f"{self.name}: the output is off, so the gate is at 0 V; switch it on ({self.name}.output at "
                    "'on')."]
        return []

    def _apply(self, setting: Setting, value: Value, owner: object) -> None:
        name = setting.name
        if name == "voltage":  # the hot path of a scan
            super()._apply(setting, value, owner)
            return
        if name == "output" and value == "on" and self._tripped:
            raise SettingError(f"{self.name}.output stays off: the source has tripped; press {self.name}.reset_trip "
                               "first.")
        if name == "range":
            edge, wanted = float(value), float(self._values["voltage"])
            if abs(wanted) > edge:
                self.write("voltage", edge if wanted > 0.0 else -edge, owner)  # refused if a run holds the voltage
        super()._apply(setting, value, owner)

    def _start_slew(self, name: str, target: float, rate: float) -> None:
        target = target if self._ideal else self._step(target)
        slew = self._slews.get(name)
        now = self._now_ps()
        here = self._rest if slew is None else slew.at(now)
        if here == target:
            self._slews.pop(name, None)
        else:
            self._slews[name] = Slew(here, target, rate, now)
        self._rest = target

    def _changed(self, setting: Setting) -> None:
        name = setting.name
        if name == "voltage":
            pass
        elif name == "output":
            if (self._values["output"] == "on") is not self._closed:
                self._appoint("output", RELAY_SECONDS)
            else:
                self._appointments.pop("output", None)
        elif name == "range":
            if "voltage" in self._slews:
                self._start_slew("voltage", float(self._values["voltage"]), float(self._values["slew_rate"]))
            self._rest = self._step(float(self._values["voltage"]))
            self._ranging = True
            self._appoint("range", RANGE_SECONDS)
        elif name == "current_limit":
            self._allowed = self._trip_points()
        self._watch()

    def _keep(self, name: str) -> None:
        if name == "output":
            self._closed = self._values["output"] == "on"
        elif name == "range":
            self._ranging = False
        elif name == "trip":
            self._trip()
            return
        self._watch()

    def _watch(self) -> None:
        """Trip if the diode draws too much now, and make an appointment for when it will."""
        low, high = self._allowed
        slew = self._slews.get("voltage")
        rest = self._rest
        if low < rest < high and (slew is None or low < slew.start < high):
            if self._appointments:
                self._appointments.pop("trip", None)
            return
        self._appointments.pop("trip", None)
        if not (self._loaded and self._closed) or self._ranging or self._tripped:
            return
        here, rate = self.motion("voltage")
        if not low < here < high:
            self._trip()
        elif rate and not low < rest < high:
            self._appoint("trip", ((high if rate > 0.0 else low) - here) / rate)

    def _trip(self) -> None:
        self._tripped = True
        self._mark("tripped")
        self._appointments.pop("trip", None)
        self.jump("output", "off")

    def _trip_points(self) -> tuple[float, float]:
        limit = float(self._values["current_limit"])
        return self.diode.voltage(-limit), self.diode.voltage(limit)

    def _ammeter_range(self) -> float:
        return float(10.0 ** ceil(log10(float(self._values["current_limit"])) - 1e-9))

    def _step(self, voltage: float) -> float:
        if self._ideal:
            return voltage
        step = 2.0 * float(self._values["range"]) / CONVERTER_STEPS
        return round(voltage / step) * step
