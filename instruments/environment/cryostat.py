"""A cryostat with a temperature controller."""

from __future__ import annotations

from typing import ClassVar

from instruments.course import Course, decay
from instruments.declaration import Setting, Value, action, fault, flag, reading, spoiling_flag
from instruments.environment.cold_finger import ColdFinger
from instruments.environment.legs import sample_sections, sensor_sections
from instruments.instrument import Instrument
from instruments.sensor_noise import SensorNoise
from instruments.sketch import Sketch

SETTLED = 5e-4
"""K; a smaller deviation of the sample counts as none."""
IN_REGULATION = 0.02
"""K; a larger deviation of the sensor from the set-point is told."""
SENSOR_INTERVAL_PS = 100_000_000_000


class Cryostat(Instrument):
    """A variable-temperature cryostat: ``temperature`` is the set-point, ``temperature_actual`` the sample's.

    The controller ramps its sensor as fast as helium and heater allow: with the heater off it cools with C / G towards
    the base temperature, and no faster. The sample follows the sensor in half a second. Warmer spins relax faster: the
    rate 1/tau_s grows as 1 + (T / 20 K)^2, which is phenomenology of ours; the sample's parameters hold at 5 K.
    """

    title = "Cryostat"
    short = "Cryostat"
    sketch = Sketch("cryostat", "temperature_actual", 4, surrounds=True)
    finger: ClassVar[ColdFinger] = ColdFinger()
    _memory: ClassVar[tuple[str, ...]] = ("_sample", "_sensor", "_noise", "_at_limit")

    helium_flow = Setting("%", 40.0, limits=(2.0, 100.0),
                          help="Set how far the helium valve is open: more cools deeper and asks more of the heater.")
    temperature = Setting("K", 5.0, limits=(1.5, 50.0), rate="ramp_rate",
                          help="Set the sample's temperature; the spins relax faster as 1 + (T / 20 K)^2.")
    ramp_rate = Setting("K/min", 10.0, limits=(0.01, 100.0), help="Set how fast the temperature moves.")
    sensor_noise = Setting("mK", 0.2, limits=(0.0, 100.0), help="Set the rms noise of the sensor's read-out.")
    sensor_noise_switch = Setting(None, "on", choices=("on", "off"), help="Switch the noise of the sensor's read-out.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        start = float(self._values["temperature"])
        self._sample = Course(self, "temperature", start)
        self._sensor = Course(self, "sensor", start)
        self._noise = SensorNoise(f"{name}.sensor", SENSOR_INTERVAL_PS, seed, noise)
        self._at_limit: tuple[tuple[int, int, float], ...] = ()  # from when to when (ps) the heater gives which power

    @reading("K")
    def sensor_temperature(self) -> float:
        """Read the sensor that the controller regulates."""
        noise = self._noise.at(self._now_ps()) if self._values["sensor_noise_switch"] == "on" else 0.0
        return self._sensor.motion()[0] + float(self._values["sensor_noise"]) * noise

    @reading("W")
    def heater_power(self) -> float:
        """Read the power of the heater, 10 W at most."""
        if "heater_open" in self._faults:
            return 0.0
        now = self._now_ps()
        for start, end, watts in self._at_limit:
            if start <= now < end:
                return watts
        need = self.finger.power(*self._sensor.motion(), self._flow())
        return min(self.finger.heater, max(0.0, need))  # of which it is out by rounding only

    @reading("K")
    def base_temperature(self) -> float:
        """Read the lowest temperature that the present helium flow reaches."""
        return self.finger.base(self._flow())

    @flag
    def ramping(self) -> bool:
        """Tell whether the controller is ramping."""
        return self._sensor.moving

    @flag
    def settling(self) -> bool:
        """Tell whether the sample still follows."""
        return self._sample.moving and not self._sensor.moving

    @spoiling_flag
    def unregulated(self) -> bool:
        """Tell whether the controller cannot hold the set-point."""
        return "heater_open" in self._faults or self._off_by() > IN_REGULATION

    @action
    def hold(self) -> None:
        """Stop the ramp and keep the present temperature."""
        low, high = self.settings()["temperature"].limits(self)
        here, sample = self._sensor.motion()[0], self._sample.motion()[0]
        super().jump("temperature", min(high, max(low, here)))
        self._sensor.stop(here)
        self._sample.stop(sample)
        self._go(float(self._values["temperature"]))

    @fault
    def heater_open(self, _present: bool) -> None:
        """Let the heater's wire break, so that the sample cools to the base temperature."""
        self._go(float(self._values["temperature"]))

    def motion(self, name: str) -> tuple[float, float]:
        return self._sample.motion() if name == "temperature" else super().motion(name)

    def actual(self, name: str) -> float:
        return self.motion(name)[0]

    def slope(self, name: str) -> float:
        return self.motion(name)[1]

    def remaining(self, name: str) -> float:
        if name != "temperature":
            return super().remaining(name)
        return max(0, max(self._sample.end_ps, self._sensor.end_ps) - self._now_ps()) / 1e12

    def start_epoch(self, key: str) -> None:
        self._noise.start_epoch(key, self._now_ps())

    def jump(self, name: str, value: Value) -> None:
        super().jump(name, value)
        if name == "temperature":
            here = self._within_reach(float(value))
            self._at_limit = ()
            self._sensor.stop(here)
            self._sample.stop(here)

    def reset(self) -> None:
        super().reset()
        self.jump("temperature", self._values["temperature"])  # the valve may have moved it since

    def make_safe(self) -> None:
        if self.remaining("temperature") > 0.0:
            self.act("hold")

    def problems(self) -> list[str]:
        name, left, flow = self.name, self.remaining("temperature"), self._flow()
        wanted = float(self._values["temperature"])
        if "heater_open" in self._faults:
            return [f"{name}: the heater draws no current, so the sample cools to {self.finger.base(flow):.2f} K; mend "
                    "its wire."]
        if wanted > self.finger.hottest(flow) + IN_REGULATION:
            return [f"{name}: 10 W of heating hold only {self.finger.hottest(flow):.1f} K against this helium flow; "
                    f"let less helium flow ({name}.helium_flow) or ask for a lower temperature ({name}.temperature)."]
        if wanted < self.finger.base(flow) - IN_REGULATION:
            return [f"{name}: this helium flow cools only to {self.finger.base(flow):.2f} K; let more helium "
                    f"flow ({name}.helium_flow) or ask for a higher temperature ({name}.temperature)."]
        return [f"{name}: the temperature is still moving for {left:.0f} s; a measurement waits until it has "
                "settled."] if left > 0.0 else []

    def _start_slew(self, name: str, target: float, rate: float) -> None:
        if name == "temperature":
            self._go(target, rate)
        else:
            super()._start_slew(name, target, rate)

    def _changed(self, setting: Setting) -> None:
        if setting.name == "helium_flow":
            self._go(float(self._values["temperature"]))

    def _keep(self, name: str) -> None:
        if name == "temperature":
            self._sample.arrived()
        elif name == "sensor":
            self._sensor.arrived()

    def _go(self, target: float, rate: float | None = None) -> None:
        """Start towards a set-point as far as valve and heater allow."""
        now, finger, flow = self._now_ps(), self.finger, self._flow()
        here, sample = self._sensor.motion()[0], self._sample.motion()[0]
        time = finger.cooling_time(flow)
        self._at_limit = ()
        if "heater_open" in self._faults:
            goal = finger.base(flow)
            self._sensor.follow(decay(now, here - goal, goal, time, SETTLED))
            self._sample.follow(decay(now, sample - goal, goal, time, SETTLED))
            return
        goal = self._within_reach(target)
        if goal == here == sample and not self._sensor.moving:
            return
        legs = finger.legs(now, here, goal, rate or float(self._values["ramp_rate"]), flow, SETTLED)
        off = finger.base(flow)
        self._at_limit = tuple((leg.start_ps, leg.end_ps, 0.0 if leg.limit == off else finger.heater)
                               for leg in legs if leg.limit is not None)
        self._sensor.follow(sensor_sections(legs, time))
        self._sample.follow(sample_sections(legs, sample, time, finger.sample_time, SETTLED) if legs else
                            decay(now, sample - goal, goal, finger.sample_time, SETTLED))

    def _within_reach(self, target: float) -> float:
        return min(self.finger.hottest(self._flow()), max(self.finger.base(self._flow()), target))

    def _flow(self) -> float:
        return float(self._values["helium_flow"])

    def _off_by(self) -> float:
        """Return by how much the sensor is off the set-point although nothing ramps."""
        return 0.0 if self._sensor.moving else abs(self._sensor.rest - float(self._values["temperature"]))
