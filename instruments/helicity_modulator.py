"""A modulator that reverses the helicity of the pump, with a reference output."""

from __future__ import annotations

from instruments.declaration import Setting
from instruments.instrument import Instrument
from instruments.wiring import Port
from vlab.lab.cable import Reference


class HelicityModulator(Instrument):
    """A modulator of the pump's helicity: +depth for half of each period and then -depth, or depth times a sine.

    An electro-optic modulator makes a square wave, a photoelastic one a sine. At depth 1 the light is circular, below
    it elliptical. The reference output follows the fundamental of the helicity. Stopped, it passes light of helicity
    +depth.
    """

    title = "Helicity modulator"
    short = "Modulator"
    ports = (Port("beam", "in", "light", "the beam to be modulated"),
             Port("reference", "out", "voltage", "0 to 5 V at the modulation frequency"))

    state = Setting(None, "running", choices=("running", "stopped"), help="Start or stop the modulation.")
    frequency = Setting("kHz", 10.0, limits=(1e-3, 1e4), help="Set the modulation frequency.")
    waveform = Setting(None, "square", choices=("square", "sine"), help="Choose how the helicity changes with time.")
    depth = Setting("", 1.0, limits=(0.0, 1.0), help="Set the ellipticity of the light, 1 for circular light.")

    def modulation(self) -> float | None:
        """Return the frequency in Hz at which the helicity is reversed; None when it stands still."""
        return float(self._values["frequency"]) if self._values["state"] == "running" else None

    def reference(self) -> Reference | None:
        """Return the reference output; None when the modulator is stopped."""
        frequency = self.modulation()
        return None if frequency is None else Reference(frequency)

    def problems(self) -> list[str]:
        if self._values["state"] == "stopped":
            return [f"{self.name}: it is stopped, so the signal has no component at a reference frequency; set "
                    f"{self.name}.state to 'running'."]
        if self._values["depth"] == 0.0:
            return [f"{self.name}: the light is linearly polarized, so it orients no spins; raise {self.name}.depth."]
        return []
