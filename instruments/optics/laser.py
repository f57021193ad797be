"""A tunable continuous-wave laser with a grating, a shutter and servos."""

from __future__ import annotations

from collections.abc import Mapping
from math import copysign
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, Value, action, fault, flag, reading, spoiling_flag
from instruments.knots import KNOT_PS, KnotTrack
from instruments.optics.light_source import LightSource
from instruments.optics.wavemeter import HC, Wavemeter
from instruments.sketch import BeamLook, Sketch
from instruments.wiring import Port
from vlab.lab.cable import TickGrid
from vlab.lab.clock import PS_PER_SECOND
from vlab.lab.drift import Drift
from vlab.physics.wandering import flicker_processes
from vlab.units import unit_factor

_UEV = unit_factor("ueV")
HOP_FREE = 100.0 * _UEV
"""How far from the grating's energy the laser keeps its mode."""
MODE_SPACING = 180.0 * _UEV
"""Distance of neighbouring modes; less than twice `HOP_FREE`, so that hops have a hysteresis."""
SERVO_GAIN = 0.3
"""Part of the error that the frequency servo takes away each time, once a second at most."""
POWER_SUPPRESSION = 100.0
"""By how much the power servo lowers the drift of the power."""
_RELOCK_TIME = 2.0
_POWER_RMS, _POWER_TIMES = flicker_processes(1.0, 1e-4, 0.1)
_POWER_RMS = _POWER_RMS / float(np.sqrt(np.sum(_POWER_RMS**2)))


class Laser(LightSource):
    """A tunable continuous-wave laser: photon energy, power on the sample, shutter.

    With automatic tuning the grating follows the photon energy and the laser keeps its mode. With fine tuning the
    grating stays at ``coarse_energy``; farther than 100 ueV from it the laser hops to the neighbouring mode, 180 ueV
    towards the grating. A laser that runs free drifts; ``lock`` holds it where the wavemeter reads the set-point, and
    is as good as the wavemeter's calibration: once a second, if the wavemeter has shown a new value since the photon
    energy settled, the servo takes away 0.3 of what that value, with its noise, is off. Without new values it holds.
    """

    title = "Tunable laser"
    short = "Laser"
    ports = (Port("beam", "out", "light", "the beam behind the shutter"),
             Port("monitor", "out", "light", "a fibre with light from before the shutter"))
    sketch = Sketch("laser", "power", 4, switch="shutter")
    _memory: ClassVar[tuple[str, ...]] = ("_mode", "_following", "_energy_drift", "_energy_track",
                                          "_power_drift", "_power_track", "_correction", "_stale_ps", "_wandered",
                                          "_deviated")

    photon_energy = Setting("eV", 1.3, limits=(1.2, 1.4), rate="tuning_rate", digits=9,
                            help="Set the photon energy.")
    tuning_rate = Setting("ueV/s", 1e5, limits=(1e-3, 1e9), help="Set how fast the photon energy moves.")
    power = Setting("nW", 10.0, limits=(0.0, 1e4), help="Set the power on the sample while the light is on.")
    coarse_energy = Setting("eV", 1.3, limits=(1.2, 1.4), rate="coarse_rate", digits=7, group="Grating",
                            help="Set the energy at which the grating stands; doing so ends automatic tuning.")
    coarse_rate = Setting("meV/s", 1.0, limits=(1e-3, 100.0), group="Grating",
                          help="Set how fast the grating's motor moves.")
    tuning_mode = Setting(None, "automatic", choices=("automatic", "fine"), group="Grating",
                          help="Choose whether the grating follows the photon energy (automatic) or stays (fine).")
    linewidth = Setting("neV", 0.04, limits=(1e-3, 5000.0), help="Set the full width at half maximum of the light.")
    drift = Setting(None, "off", choices=("on", "off"), group="Drift",
                    help="Switch the drift of the photon energy on or off.")
    drift_amplitude = Setting("ueV", 0.1, limits=(0.0, 10.0), group="Drift",
                              help="Set the rms drift of the photon energy, unlocked.")
    drift_time = Setting("min", 30.0, limits=(0.5, 1000.0), group="Drift",
                         help="Set the correlation time of this drift.")
    lock = Setting(None, "off", choices=("on", "off"), group="Drift",
                   help="Switch the frequency servo to the wavemeter on or off.")
    power_drift = Setting(None, "on", choices=("on", "off"), group="Drift",
                          help="Switch the drift of the power on or off.")
    power_drift_amplitude = Setting("", 0.01, limits=(0.0, 0.1), group="Drift",
                                    help="Set the relative rms drift of the power without servo.")
    power_servo = Setting(None, "on", choices=("on", "off"), group="Drift",
                          help="Switch the servo that holds the power on or off.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._mode = 0
        self._following = True
        self._energy_drift = Drift(f"{name}.energy", seed=seed, active=noise)
        self._energy_track = KnotTrack()
        self._power_drift = Drift(f"{name}.power", _POWER_RMS.size, seed=seed, active=noise)
        self._power_track = KnotTrack()
        self._correction = 0.0
        self._stale_ps = 0
        """Lab time; of the wavemeter's values, the servo takes the later ones only."""
        self._wandered = 0.0
        self._deviated = 0.0
        self._wavemeter: Wavemeter | None = None

    @reading("eV")
    def photon_energy_actual(self) -> float:
        """Read the photon energy of the light, with drift and mode hops."""
        return self.emission()[0] + self._wandered

    photon_energy_actual.digits = 9

    @reading("eV")
    def coarse_energy_actual(self) -> float:
        """Read the energy at which the grating stands."""
        return self.actual("coarse_energy")

    coarse_energy_actual.digits = 7

    @reading("nW")
    def power_actual(self) -> float:
        """Read the power behind the shutter, with its drift."""
        return self.power_out() * (1.0 + self._deviated)

    @reading("m")
    def coherence_length(self) -> float:
        """Read the coherence length, c / (pi linewidth)."""
        return HC / (float(np.pi) * float(self._values["linewidth"]))

    @flag
    def tuning(self) -> bool:
        """Tell whether the photon energy is still moving."""
        return self.remaining("photon_energy") > 0.0

    @flag
    def locked(self) -> bool:
        """Tell whether the frequency servo holds the photon energy; it does not while the wavemeter calibrates."""
        return self._values["lock"] == "on" and self._can_lock()

    @spoiling_flag
    def mode_hopped(self) -> bool:
        """Tell whether the laser's mode monitor has seen it leave its mode."""
        return self._hops() != 0

    @spoiling_flag
    def lock_lost(self) -> bool:
        """Tell whether the frequency servo is on but out of its range or without values of the wavemeter."""
        return self._values["lock"] == "on" and not self._can_lock()

    @action
    def relock(self) -> None:
        """Relock the laser to its mode, with the grating at the photon energy; it takes 2 s."""
        self._appoint("relock", _RELOCK_TIME)

    @fault
    def mode_hop(self, present: bool) -> None:
        """Let the laser hop to a neighbouring mode; relocking brings it back."""
        self._disturb()
        if present:
            self._mark("mode_hopped")

    @classmethod
    def light_out(cls, port: str, values: Mapping[str, Value], incoming: BeamLook | None) -> BeamLook:
        if port == "monitor":  # from before the shutter
            return BeamLook(lit=float(values["power"]) > 0.0)
        return super().light_out(port, values, incoming)

    # -- what the light does -----------------------------------------------------------------------------------

    def output(self) -> tuple[float, float, float]:
        """Return the power behind the shutter in W and the two parts of its `relative_noise`."""
        return (self.power_out(), *self.relative_noise())

    def emission(self) -> tuple[float, float]:
        """Return the photon energy in J, with mode hops but without drift, and its change per second."""
        energy, speed = self.motion("photon_energy")
        return energy + self._hops() * MODE_SPACING, speed

    def wander(self, grid: TickGrid) -> NDArray[np.float64] | None:
        """Return by how much (J) the light is off `emission` at the boundaries of ``grid``; None if it is not.

        To be asked once for each stretch of ticks, as they pass.
        """
        if not self._energy_drift.active or (self._values["drift"] == "off" and self._values["lock"] == "off"
                                             and self._correction == 0.0 and self._energy_track.flat):
            self._wandered = 0.0
            return None
        meter = self._wavemeter if self._values["lock"] == "on" else None
        found = self._energy_track.over(grid, self._next_energies) if meter is None else self._under_servo(meter, grid)
        self._wandered = float(found[-1])
        return found

    def power_deviation(self, grid: TickGrid) -> NDArray[np.float64] | None:
        """Return the slow relative deviation of the power at the boundaries of ``grid``; None if there is none."""
        if not self._power_drift.active or (self._values["power_drift"] == "off" and self._power_track.flat):
            self._deviated = 0.0
            return None
        found = self._power_track.over(grid, self._next_powers)
        self._deviated = float(found[-1])
        return found

    def watch_with(self, wavemeter: Wavemeter) -> None:
        """Give the frequency servo a wavemeter."""
        self._wavemeter = wavemeter

    def start_epoch(self, key: str) -> None:
        self._energy_drift.start_epoch(key)
        self._power_drift.start_epoch(key)
        for track in (self._energy_track, self._power_track):
            track.restart(self._now_ps())
        self._disturb()
        self._correction = self._wandered = self._deviated = 0.0

    def _next_energies(self, count: int) -> list[float]:
        """Return the photon energy off `emission` at the next knots; a servo that is off holds its output."""
        return [drifted + self._correction for drifted in self._drifted(count)]

    def _drifted(self, count: int) -> list[float]:
        values = self._values
        if values["drift"] == "off":
            return [0.0] * count
        unit = self._energy_drift.pass_ticks(_knots(count), np.ones(1), np.array([float(values["drift_time"])]))
        return [float(values["drift_amplitude"]) * u for u in unit[1:].tolist()]

    def _under_servo(self, meter: Wavemeter, grid: TickGrid) -> NDArray[np.float64]:
        """Return the photon energy off `emission` at the boundaries of ``grid``, with wavemeter and servo at work.

        What the light does after a knot depends on the value that the wavemeter shows at this knot, so both go on from
        knot to knot together.
        """
        track, origin = self._energy_track, grid.origin_ps
        start = origin + grid.first * grid.tick_ps
        nominal, speed = self.emission()

        def watch(until_ps: int, knot_ps: int, left: float, slope: float) -> None:
            meter.follow(max(start, knot_ps), until_ps, lambda ps: (
                nominal + speed * ((ps - origin) / PS_PER_SECOND) + (left + slope * float(ps - knot_ps))))

        def more(count: int) -> list[float]:
            knot_ps, left, slope = track.segment
            found = []
            for drifted in self._drifted(count):
                next_ps = knot_ps + KNOT_PS
                if next_ps >= start:  # a servo that was switched on since the last knot begins at the next
                    watch(next_ps, knot_ps, left, slope)
                    self._correct(meter)
                left += slope * float(KNOT_PS)
                found.append(drifted + self._correction)
                slope = (found[-1] - left) / float(KNOT_PS)
                knot_ps = next_ps
            return found

        if not self._can_lock():
            self._mark("lock_lost")  # it may be over before anybody looks
        found = track.over(grid, more)
        watch(start + grid.count * grid.tick_ps, *track.segment)
        return found

    def _correct(self, meter: Wavemeter) -> None:
        """Act on what the wavemeter shows, if that is new."""
        if meter.updated_ps > self._stale_ps and self._can_lock():
            self._correction -= SERVO_GAIN * (float(meter.read("energy")) - float(self._values["photon_energy"]))
            self._stale_ps = meter.updated_ps

    def _disturb(self) -> None:
        """Take no value of the wavemeter from before the photon energy has settled."""
        slew = self._slews.get("photon_energy")
        self._stale_ps = max(self._now_ps(), slew.end_ps if slew else 0)

    def _next_powers(self, count: int) -> list[float]:
        if self._values["power_drift"] == "off":
            return [0.0] * count
        unit = self._power_drift.pass_ticks(_knots(count), _POWER_RMS, _POWER_TIMES)
        scale = float(self._values["power_drift_amplitude"])
        if self._values["power_servo"] == "on":
            scale /= POWER_SUPPRESSION
        return [scale * u for u in unit[1:].tolist()]

    def _can_lock(self) -> bool:
        return self._hops() == 0 and self._wavemeter is not None and self._wavemeter.measuring

    # -- modes -------------------------------------------------------------------------------------------------

    def _hops(self) -> int:
        return self._mode + ("mode_hop" in self._faults)

    def actual(self, name: str) -> float:
        if name == "coarse_energy" and self._following:
            name = "photon_energy"
        return super().actual(name)

    def _from_grating(self, moment_ps: int) -> float:
        """Return by how much (J) the mode lies above the grating's energy at a lab time."""
        energy, grating = (slew.at(moment_ps) if (slew := self._slews.get(name)) else float(self._values[name])
                           for name in ("photon_energy", "coarse_energy"))
        return energy + self._mode * MODE_SPACING - grating

    def _plan_hop(self) -> None:
        """Hop where the mode is out of range now, and appoint the next hop that the present motion leads to."""
        self._disturb()
        self._appointments.pop("hop", None)
        if self._following:
            return
        now = self._now_ps()
        while abs(distance := self._from_grating(now)) > HOP_FREE * (1.0 + 1e-9):
            self._hop(distance)
        ends = (slew.end_ps for name in ("photon_energy", "coarse_energy") if (slew := self._slews.get(name)))
        before, there = now, distance
        for end in sorted(ps for ps in ends if ps > now):
            next_there = self._from_grating(end)
            if abs(next_there) > HOP_FREE * (1.0 + 1e-9):
                share = (copysign(HOP_FREE, next_there) - there) / (next_there - there)
                self._appoint("hop", (before - now + share * (end - before)) / PS_PER_SECOND)
                return
            before, there = end, next_there

    def _hop(self, distance: float) -> None:
        self._mode -= 1 if distance > 0.0 else -1
        self._mark("mode_hopped")

    def _back_in_mode(self) -> None:
        """Bring the grating under the photon energy and the laser to the mode that is asked for."""
        self._mode = 0
        self._following = self._values["tuning_mode"] == "automatic"
        self._slews.pop("coarse_energy", None)
        self._values["coarse_energy"] = float(self._values["photon_energy"] if self._following
                                              else super().actual("photon_energy"))
        self._plan_hop()

    def _changed(self, setting: Setting) -> None:
        super()._changed(setting)
        name = setting.name
        if name == "photon_energy" and self._following:
            self._values["coarse_energy"] = self._values["photon_energy"]
        elif name == "coarse_energy" and self._following:
            if self._values["coarse_energy"] == self._values["photon_energy"]:
                self._slews.pop("coarse_energy", None)
            else:
                self._following = False
                self.write("tuning_mode", "fine")
        elif name == "tuning_mode":
            if self._values[name] == "automatic" and not self._following:
                self._appoint("tuning_mode", _RELOCK_TIME)
            elif self._values[name] == "fine":
                self._appointments.pop("tuning_mode", None)
                if self._following:
                    self._values["coarse_energy"] = self.actual("photon_energy")
                    self._following = False
        if name in _MOVES_MODES:
            self._plan_hop()

    def jump(self, name: str, value: Value) -> None:
        super().jump(name, value)
        if name == "tuning_mode" and self._appointments.pop("tuning_mode", None) is not None:
            self._back_in_mode()
        elif name in _MOVES_MODES:
            self._plan_hop()

    def reset(self) -> None:
        super().reset()
        self._back_in_mode()

    def _keep(self, name: str) -> None:
        super()._keep(name)
        if name == "hop":
            self._hop(self._from_grating(self._now_ps()))
            self._plan_hop()
        elif name == "tuning_mode":
            self._back_in_mode()
        elif name == "relock":
            self._back_in_mode()
            self.mend("mode_hop")

    def problems(self) -> list[str]:
        found = self._dark("no light reaches the sample" if not self._open or self._values["shutter"] == "closed"
                           else "there is nothing to absorb")
        if self._hops():
            found.append(f"{self.name}: its mode monitor saw a mode hop, so the light is not at the set-point (compare "
                         f"the wavemeter); press Relock ({self.name}.relock), and stay within 100 µeV of the "
                         f"grating's energy ({self.name}.coarse_energy).")
        if self.lock_lost and self._hops() == 0 and self._wavemeter is not None and self._wavemeter.calibrating:
            found.append(f"{self.name}: the frequency servo holds its output while the wavemeter calibrates, so the "
                         f"photon energy may drift; wait {self._wavemeter.remaining('calibration'):.0f} s.")
        elif self.lock_lost:
            found.append(f"{self.name}: the frequency servo has lost its lock; relock the laser's mode and see that "
                         f"the wavemeter has light, or switch the servo off ({self.name}.lock at 'off').")
        return found


_MOVES_MODES = ("photon_energy", "tuning_rate", "tuning_mode", "coarse_energy", "coarse_rate")


def _knots(count: int) -> TickGrid:
    return TickGrid(0, KNOT_PS, 0, count)
