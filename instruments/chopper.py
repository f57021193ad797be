"""A chopper that turns the beam on and off half of the time, with a reference output."""

from __future__ import annotations

from functools import lru_cache
from math import pi

from instruments.declaration import Setting
from instruments.instrument import Instrument
from instruments.light import Light
from instruments.wiring import Port
from vlab.lab.cable import Reference

_HARMONICS = ((1, 2 / pi), (3, -2 / (3 * pi)), (5, 2 / (5 * pi)))  # of a square wave that is on where cos > 0


@lru_cache(maxsize=16)
def _chopped(power: float, frequency: float) -> Light:
    return Light(power, 0.5, tuple((k * frequency, complex(amplitude)) for k, amplitude in _HARMONICS))


@lru_cache(maxsize=16)
def _reference(frequency: float) -> Reference:
    return Reference(frequency)


class Chopper(Instrument):
    """An acousto-optic chopper: the beam is on for half of each period; stopped, it lets all light through."""

    title = "Chopper"
    short = "Chopper"
    ports = (Port("beam", "in", "light", "the beam to be chopped"),
             Port("reference", "out", "voltage", "0 to 5 V at the chopping frequency"))

    state = Setting(None, "running", choices=("running", "stopped"), help="Start or stop the chopper.")
    frequency = Setting("kHz", 50.0, limits=(0.1, 100.0), help="Set the chopping frequency.")

    def chop(self, power: float) -> Light:
        """Return a beam of ``power`` (W) behind the chopper, up to its fifth harmonic."""
        if self._values["state"] == "stopped":
            return Light(power)
        return _chopped(power, float(self._values["frequency"]))

    def reference(self) -> Reference | None:
        """Return the reference output; None when the chopper is stopped."""
        return _reference(float(self._values["frequency"])) if self._values["state"] == "running" else None

    def problems(self) -> list[str]:
        if self._values["state"] == "stopped":
            return [f"{self.name}: it is stopped, so the signal has no component at a reference frequency; set "
                    f"{self.name}.state to 'running'."]
        return []
