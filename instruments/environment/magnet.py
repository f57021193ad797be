"""A superconducting magnet with its supply."""

from __future__ import annotations

from typing import ClassVar

from instruments.course import Course, Node, decay, straight
from instruments.declaration import Setting, Value, action, fault, flag, reading, spoiling_flag
from instruments.environment.coil_temperature import CoilTemperature
from instruments.environment.superconducting_coil import SuperconductingCoil
from instruments.instrument import Instrument
from instruments.sketch import Sketch
from vlab.errors import LimitError, SettingError

SWITCH_SECONDS = 20.0
"""How long the persistent switch takes to warm up or to cool down."""
SWITCH_PS = int(SWITCH_SECONDS * 1e12)
SUPPLY_RATE = 10.0 / 60.0
"""T/s; how fast the supply moves while the coil is persistent."""
MATCHED = 5e-3
"""T; by how much supply and coil may differ when the switch is warmed."""
OFF_TARGET = 1e-6
"""T; a larger difference between field and set-point is told."""
READY = 5.0
"""K; below it the coil may be charged again after a quench."""
WARM_HELIUM = 6.0
"""K; temperature of the coil when it hangs in cold gas only."""
LEVELS = {False: 0.85, True: 0.08}
"""Helium level, with the fault absent and present."""
ALARM_LEVEL = 0.2
LATER_PS = 600_000_000_000_000
"""For how long a coil at rest is followed to see whether it gets too warm, ps; many thermal times."""


def _rate_limits(magnet: Magnet) -> tuple[float, float]:
    return 1e-3, 2.0 if magnet._values["ramp_protection"] == "on" else 4.0


class Magnet(Instrument):
    """A 9 T superconducting magnet: ``field`` is the set-point, ``field_actual`` what the sample feels.

    The supply ramps by sections, slower above 6 T and 8 T. With the heater of the persistent switch off, the coil keeps
    its field and the set-point moves the supply only. The ramp protection also refuses to warm the switch while supply
    and coil differ, which quenches. A coil that gets too warm for its field quenches.
    """

    title = "Magnet"
    short = "Magnet"
    sketch = Sketch("magnet", "field_actual", 4, surrounds=True)
    coil: ClassVar[SuperconductingCoil] = SuperconductingCoil()
    _memory: ClassVar[tuple[str, ...]] = ("_coil", "_supply", "_temperature", "_persistent", "_quenched", "_sequence")

    ramp_protection = Setting(None, "on", choices=("on", "off"),
                              help="Switch the rate limits of the data sheet: 2 T/min up to 6 T, 1 T/min up to 8 T and "
                                   "0.5 T/min above, and a switch that opens only on a matched supply; without them "
                                   "the supply gives up to 4 T/min and the coil can quench.")
    field = Setting("T", 4.5, limits=(-9.0, 9.0), rate="ramp_rate", help="Set the target field.")
    ramp_rate = Setting("T/min", 0.5, limits=_rate_limits, help="Set how fast the field moves.")
    heater = Setting(None, "on", choices=("on", "off"),
                     help="Switch the heater of the persistent switch; off lets the coil keep its field after 20 s, on "
                          "joins it to the supply after 20 s.")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        start = float(self._values["field"])
        self._coil = Course(self, "field", start)
        self._supply = Course(self, "supply", start)
        self._temperature = CoilTemperature(self.coil.helium, self.coil.thermal_time)
        self._persistent = False
        self._quenched = False
        self._sequence = ""

    # -- what it shows -----------------------------------------------------------------------------------------

    @reading("T")
    def supply_field(self) -> float:
        """Read the field that belongs to the supply's current."""
        return self._supplied()[0]

    @reading("A")
    def supply_current(self) -> float:
        """Read the current of the supply."""
        return self._supplied()[0] / self.coil.field_per_ampere

    @reading("V")
    def coil_voltage(self) -> float:
        """Read the voltage across the coil, L dI/dt with 14 H; the persistent switch shorts it."""
        return 0.0 if self._persistent else self.coil.voltage(self._coil.motion()[1])

    @reading("T/A")
    def coil_constant(self) -> float:
        """Read the field for each ampere."""
        return self.coil.field_per_ampere

    @reading("K")
    def coil_temperature(self) -> float:
        """Read the temperature of the coil, which ramps warm."""
        return self._temperature.at(self._now_ps())

    @reading("K")
    def quench_temperature(self) -> float:
        """Read the coil temperature at which it would quench in the present field."""
        return self.coil.sharing_temperature(self._coil.motion()[0])

    @reading("%")
    def helium_level(self) -> float:
        """Read how full the helium vessel is."""
        return LEVELS["helium_low" in self._faults]

    @flag
    def ramping(self) -> bool:
        """Tell whether the field, or the supply of a persistent coil, is still on its way."""
        return self.remaining("field") > 0.0

    @flag
    def persistent(self) -> bool:
        """Tell whether the coil is cut off from the supply and keeps its field."""
        return self._persistent

    @flag
    def switching(self) -> bool:
        """Tell whether the persistent switch is warming up or cooling down."""
        return "heater" in self._appointments

    @spoiling_flag
    def off_target(self) -> bool:
        """Tell whether the field is not the set-point although nothing ramps."""
        return (abs(self._coil.motion()[0] - float(self._values["field"])) > OFF_TARGET
                and self.remaining("field") == 0.0)

    @spoiling_flag
    def quenched(self) -> bool:
        """Tell whether the coil has quenched."""
        return self._quenched

    @spoiling_flag
    def helium_alarm(self) -> bool:
        """Tell whether there is too little helium to keep the coil cold."""
        return LEVELS["helium_low" in self._faults] < ALARM_LEVEL

    def problems(self) -> list[str]:
        found = []
        name, left = self.name, self.remaining("field")
        if self._quenched:
            found.append(f"{name}: the coil has quenched; wait until it is below {READY:g} K (it is at "
                         f"{self._temperature.at(self._now_ps()):.1f} K), press Reset quench ({name}.reset_quench), "
                         "and ramp more slowly.")
        elif self._persistent and self._supply.moving:
            found.append(f"{name}: the supply is still ramping for "
                         f"{max(0, self._supply.end_ps - self._now_ps()) / 1e12:.0f} s, while the persistent coil "
                         "keeps its field; a measurement waits until it has settled.")
        elif self._coil.moving:
            found.append(f"{name}: the field is still ramping for {left:.0f} s; a measurement waits until it has "
                         "settled.")
        elif self.off_target:
            found.append(f"{name}: the field is {self._coil.motion()[0]:.4f} T and not the set-point, which moves "
                         f"only the supply while the coil is persistent; press Leave persistent "
                         f"({name}.leave_persistent), which takes the set-point back to the coil's field, and set the "
                         f"field ({name}.field) when the coil has joined.")
        if "helium_low" in self._faults:
            found.append(f"{name}: the helium level is {LEVELS[True]:.0%}, so the coil warms up; fill helium before it "
                         "quenches.")
        if self._opens_unmatched():
            found.append(f"{name}: the supply does not match the coil at {self._coil.rest:.4f} T, so the coil will "
                         f"quench in {self.remaining('heater'):.0f} s when the switch opens; switch the heater off "
                         f"({name}.heater at 'off') and press Leave persistent ({name}.leave_persistent).")
        elif "heater" in self._appointments:
            found.append(f"{name}: the persistent switch needs {self.remaining('heater'):.0f} s more; wait until the "
                         f"coil is {'joined to the supply' if self._values['heater'] == 'on' else 'persistent'}.")
        if self._values["ramp_protection"] == "off":
            found.append(f"{name}: the ramp protection is off, so a fast ramp can quench the coil; switch it on "
                         f"({name}.ramp_protection at 'on').")
        return found

    # -- buttons -----------------------------------------------------------------------------------------------

    @action
    def hold(self) -> None:
        """Stop the ramp and keep the present field."""
        if self._quenched:
            return
        self._sequence = ""
        self._appointments.pop("matched", None)
        if self._persistent:
            wanted, supplied = float(self._values["field"]), self._supply.motion()[0]
            if self._supply.moving and wanted != self._coil.rest:
                super().jump("field", supplied)
            self._supply.stop(supplied)
        else:
            self.jump("field", self.actual("field"))

    @action
    def zero(self) -> None:
        """Ramp the field to zero."""
        self.write("field", 0.0)

    @action
    def enter_persistent(self) -> None:
        """Start to make the coil persistent: cool the switch, then ramp the supply to zero; the set-point stays."""
        if self._persistent:
            return
        if self._quenched or self.remaining("field") > 0.0:
            raise SettingError(f"{self.name} cannot become persistent while its field moves or after a quench; wait "
                               "until it has settled.")
        self.write("heater", "off")
        self._sequence = "enter"

    @action
    def leave_persistent(self) -> None:
        """Start to join coil and supply: ramp the supply to the coil's field, then warm the switch."""
        if not self._persistent or (self._values["heater"] == "on" and not self._opens_unmatched()):
            return
        self.write("field", self._coil.rest)
        self._sequence = "leave"
        if self._supply.moving:
            self._appointments["matched"] = self._supply.end_ps
        else:
            self._keep("matched")

    @action
    def reset_quench(self) -> None:
        """Start anew after a quench, once the coil is cold."""
        if not self._quenched:
            return
        now = self._temperature.at(self._now_ps())
        if self._coil.moving or now > READY:
            raise SettingError(f"{self.name} cannot be charged again at {now:.1f} K; wait until the coil is below "
                               f"{READY:g} K" + (", and fill helium." if "helium_low" in self._faults else "."))
        self._temperature.time = self.coil.thermal_time
        self._temperature.begin(self._now_ps(), now)
        self._quenched = False
        self._faults.discard("quench")  # it is over by then

    @fault
    def quench(self, present: bool) -> None:
        """Let the coil quench."""
        if present:
            self._quench()

    @fault
    def helium_low(self, present: bool) -> None:
        """Let the helium run out, so that the coil warms to 6 K and quenches in a high field."""
        now = self._now_ps()
        here = self._temperature.at(now)
        self._temperature.bath = WARM_HELIUM if present else self.coil.helium
        self._temperature.begin(now, here)
        self._warm()

    # -- how it moves ------------------------------------------------------------------------------------------

    def motion(self, name: str) -> tuple[float, float]:
        return self._coil.motion() if name == "field" else super().motion(name)

    def actual(self, name: str) -> float:
        return self.motion(name)[0]

    def slope(self, name: str) -> float:
        return self.motion(name)[1]

    def remaining(self, name: str) -> float:
        if name == "field":
            if not self._slews and not self._sequence:
                return 0.0
            end = max(self._coil.end_ps, self._supply.end_ps)
            if self._sequence:
                end = max(end, self._sequence_end())
        elif name == "heater":
            end = self._sequence_end() if self._sequence == "leave" else self._appointments.get("heater", 0)
        else:
            return super().remaining(name)
        return max(0, end - self._now_ps()) / 1e12

    def jump(self, name: str, value: Value) -> None:
        super().jump(name, value)
        if name == "field" and not self._quenched:
            self._coil.stop(float(value))
            self._supply.stop(float(value))
            self._warm()

    def reset(self) -> None:
        self._persistent = self._quenched = False
        self._sequence = ""
        super().reset()
        self._appointments.clear()
        self._temperature = CoilTemperature(self.coil.helium, self.coil.thermal_time)

    def make_safe(self) -> None:
        if self.remaining("field") > 0.0:
            self.act("hold")

    def _apply(self, setting: Setting, value: Value, owner: object) -> None:
        if self._quenched and owner is not self and setting.name in ("field", "heater"):
            raise SettingError(f"{self.name}.{setting.name} does not move: the coil has quenched; wait until it is "
                               f"below {READY:g} K and press {self.name}.reset_quench.")
        if self._persistent and owner is not self and self._values["ramp_protection"] == "on":
            self._refuse_mismatch(setting.name, value)
        if setting.name == "field" and self._sequence:
            self._sequence = ""  # a new set-point ends what was under way
            self._appointments.pop("matched", None)
        super()._apply(setting, value, owner)

    def _refuse_mismatch(self, name: str, value: Value) -> None:
        """Keep the switch from opening while supply and coil differ."""
        here, supplied = self._coil.rest, self._supply.motion()[0]
        if name == "heater" and value == "on" and (self._supply.moving or abs(supplied - here) > MATCHED):
            raise LimitError(f"{self.name}.heater cannot be switched on: the supply "
                             f"{'moves at' if self._supply.moving else 'is at'} {supplied:.4f} T and the coil is "
                             f" at {here:.4f} T, so that it would quench; press {self.name}.leave_persistent, "
                             "which matches the supply first.")
        if name == "field" and self._values["heater"] == "on" and value != self._values["field"]:
            raise LimitError(f"{self.name}.field does not move while the persistent switch warms up; wait "
                             f"{self.remaining('heater'):.0f} s until the coil is joined to the supply.")

    def _opens_unmatched(self) -> bool:
        """Return whether the switch is warming up and will find supply and coil apart."""
        if not self._persistent or self._values["heater"] == "off" or "heater" not in self._appointments:
            return False
        slew = self._slews.get("supply")
        then = slew.at(self._appointments["heater"]) if slew else self._supply.rest
        return abs(then - self._coil.rest) > MATCHED

    def _changed(self, setting: Setting) -> None:
        name = setting.name
        if name == "heater":
            if (self._values["heater"] == "off") is not self._persistent:
                self._appoint("heater", SWITCH_SECONDS)
            else:
                self._appointments.pop("heater", None)
        elif name == "ramp_protection":
            rate, highest = float(self._values["ramp_rate"]), _rate_limits(self)[1] / 60.0
            if rate > highest:
                self._apply(self.settings()["ramp_rate"], highest, self)
            if self._coil.moving:
                self._start_slew("field", float(self._values["field"]), float(self._values["ramp_rate"]))

    def _start_slew(self, name: str, target: float, rate: float) -> None:
        if self._quenched or name != "field":
            return
        if self._persistent:
            here = self._supply.motion()[0]
            self._supply.follow([straight(self._now_ps(), here, target, SUPPLY_RATE)] if target != here else [])
            return
        self._coil.follow(self._ramp(self._coil.motion()[0], target, rate))
        self._warm()

    def _ramp(self, here: float, target: float, rate: float) -> list[Node]:
        """Return the sections of a ramp; without protection there is one."""
        if here == target:
            return []
        now = self._now_ps()
        if self._values["ramp_protection"] == "off" or rate <= self.coil.allowed_rate(max(abs(here), abs(target))):
            return [straight(now, here, target, rate)]
        nodes: list[Node] = []
        for end, allowed in self.coil.sections(here, target, rate):
            nodes.append(straight(now, here, end, allowed))
            now, here = nodes[-1]
        return nodes

    def _keep(self, name: str) -> None:
        if name == "field":
            self._coil.arrived()
            if not self._quenched:
                self._warm()
        elif name == "onset":
            self._quench()
        elif name == "heater":
            if self._values["heater"] == "off":
                self._close_switch()
            else:
                self._open_switch()
        elif name == "matched":
            self._apply(self.settings()["heater"], "on", self)

    def _close_switch(self) -> None:
        here = self._coil.motion()[0]
        wanted = float(self._values["field"])
        self._persistent = True
        self._coil.stop(here)
        self._supply.stop(here)
        self._warm()
        goal = 0.0 if self._sequence == "enter" else wanted
        self._sequence = ""
        if goal != here:
            self._supply.follow([straight(self._now_ps(), here, goal, SUPPLY_RATE)])

    def _open_switch(self) -> None:
        supplied = self._supply.motion()[0]
        self._sequence = ""
        self._persistent = False
        if abs(supplied - self._coil.rest) > MATCHED:
            self._quench()
            return
        self._supply.stop(supplied)
        self._coil.stop(supplied)
        self._start_slew("field", float(self._values["field"]), float(self._values["ramp_rate"]))

    def _sequence_end(self) -> int:
        """Return when entering or leaving the persistent mode will be over, in ps."""
        switched = self._appointments.get("heater", 0)
        if self._sequence == "enter":
            return straight(switched, self._coil.rest, 0.0, SUPPLY_RATE)[0]
        return max(switched, self._appointments.get("matched", -SWITCH_PS) + SWITCH_PS)

    def _supplied(self) -> tuple[float, float]:
        return self._supply.motion() if self._persistent or self._quenched else self._coil.motion()

    # -- quenching ---------------------------------------------------------------------------------------------

    def _warm(self) -> None:
        """Follow the coil's temperature from here on and make an appointment for a quench, if one is to come."""
        self._appointments.pop("onset", None)
        if self._quenched:
            return
        now = self._now_ps()
        here, rate = self._coil.motion()
        slew = self._slews.get("field")
        section_end = slew.end_ps if slew else now
        self._temperature.warm(now, self.coil.warming * rate * rate, section_end)
        end = self._coil.rest
        if self._temperature.hottest() <= self.coil.sharing_temperature(max(abs(here), abs(end))):
            return

        def limit(ps: int) -> float:
            return self.coil.sharing_temperature(here + rate * (ps - now) / 1e12 if ps < section_end else end)

        onset = self._temperature.reaches(limit, now, section_end)
        if onset is None and "field" not in self._appointments:
            onset = self._temperature.reaches(limit, section_end, section_end + LATER_PS)
        if onset is not None:
            self._appointments["onset"] = max(onset, now + 1)

    def _quench(self) -> None:
        """Let the field collapse; the supply goes to zero, and so does the set-point."""
        now = self._now_ps()
        field = self._coil.motion()[0]
        temperature = self._temperature.at(now)
        for name in ("onset", "heater", "matched"):
            self._appointments.pop(name, None)
        self._quenched, self._persistent, self._sequence = True, False, ""
        self._mark("quenched")
        self._temperature.time = self.coil.cooling_time
        self._temperature.begin(now, self.coil.temperature_after_quench(field, temperature))
        self._supply.stop(0.0)
        self._coil.stop(field)
        for setting, value in (("field", 0.0), ("heater", "on")):
            if self._values[setting] != value:
                self._apply(self.settings()[setting], value, self)
        self._coil.follow(decay(now, field, 0.0, self.coil.quench_time, 1e-5))

