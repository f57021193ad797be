"""A modulator that reverses the helicity of the pump, with a reference output."""

from __future__ import annotations

from cmath import rect
from collections.abc import Mapping
from dataclasses import replace
from math import asin, atan, hypot, pi, sin, tanh
from typing import ClassVar

from instruments.declaration import Setting, Value, fault, flag, reading, spoiling_flag
from instruments.instrument import Instrument
from instruments.probing import Probe
from instruments.sketch import BeamLook, Sketch
from instruments.wiring import Port
from vlab.lab.cable import Reference

STRAY = 1e-7
"""Part of the pump's power that scatters onto one photodiode of the bridge."""


class HelicityModulator(Instrument):
    """A modulator of the pump's helicity: +depth for half of each period and then -depth, or depth times a sine.

    An electro-optic modulator makes a square wave, a photoelastic one a sine. At depth 1 the light is circular, below
    it elliptical: the retardance is arcsin(depth), and wrong by ``retardance_error``. An amplifier of one pole lets a
    sine keep 1 / sqrt(1 + (f / bandwidth)^2) of the depth. Of a square wave the fundamental keeps as much, while the
    peak, ``depth_actual``, reaches tanh(pi bandwidth / (2 f)): the edges become exponentials. The reference output
    follows the fundamental of the helicity. Stopped, it passes light of helicity +depth.

    Approximations: the spins feel a square wave that stays one, lower by as much as the fundamental, so that its higher
    harmonics come out too large (by n at most, when f is far above the bandwidth) and what the pump saturates is taken
    at that depth. The pole acts on the ellipticity instead of on the high voltage.

    With residual amplitude modulation the pump's power is modulated, too, and what of it scatters into the detector
    shows at the reference frequency.
    """

    title = "Helicity modulator"
    short = "Modulator"
    ports = (Port("beam", "in", "light", "the beam to be modulated"),
             Port("reference", "out", "voltage", "0 to 5 V at the modulation frequency"))
    sketch = Sketch("modulator", "frequency", 4, switch="state")
    _memory: ClassVar[tuple[str, ...]] = ("_frequency",)

    state = Setting(None, "running", choices=("running", "stopped"), help="Start or stop the modulation.")
    frequency = Setting("kHz", 10.0, limits=(1e-3, 1e4), help="Set the modulation frequency.")
    waveform = Setting(None, "square", choices=("square", "sine"), help="Choose how the helicity changes with time.")
    depth = Setting("", 1.0, limits=(0.0, 1.0), help="Set the ellipticity of the light, 1 for circular light.")
    retardance_error = Setting("deg", 0.0, limits=(-45.0, 45.0), group="Modulator",
                               help="Set by how much the retardance is wrong, at the crystal's present temperature.")
    bandwidth = Setting("MHz", 1000.0, limits=(1e-3, 1e4), group="Modulator",
                        help="Set where the high-voltage amplifier has lost 3 dB.")
    settling_time = Setting("s", 0.0, limits=(0.0, 60.0), group="Modulator",
                            help="Set how long a new frequency takes to settle; a photoelastic modulator takes "
                                 "seconds.")
    residual_amplitude_modulation = Setting("", 0.0, limits=(0.0, 0.1), group="Modulator",
                                            help="Set the relative modulation of the pump's power.")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._frequency = float(self._values["frequency"])

    probes = (Probe("helicity", "Helicity", "", "The helicity of the pump, 1 for circular light."),)

    @reading("")
    def depth_actual(self) -> float:
        """Read the ellipticity that the light has behind it, at its largest."""
        depth = self._standing()
        if self._values["state"] == "running":
            slow = self._slowness()
            depth *= tanh(0.5 * pi / slow) if self._values["waveform"] == "square" else 1.0 / hypot(1.0, slow)
        return depth

    @reading("kHz")
    def frequency_actual(self) -> float:
        """Read the frequency at the reference output; 0 when it is stopped."""
        return self.modulation() or 0.0

    @flag
    def settling(self) -> bool:
        """Tell whether a new frequency has not been taken yet."""
        return "frequency" in self._appointments

    @spoiling_flag
    def driver_fault(self) -> bool:
        """Tell whether the amplifier gives no high voltage."""
        return "driver_off" in self._faults

    @fault
    def driver_off(self, present: bool) -> None:
        """Let the high-voltage amplifier fail: the light stays linearly polarized."""

    @classmethod
    def light_out(cls, port: str, values: Mapping[str, Value], incoming: BeamLook | None) -> BeamLook:
        beam = super().light_out(port, values, incoming)
        if values["driver_fault"] or values["depth"] == 0.0:
            return replace(beam, helicity="linear")
        return replace(beam, helicity="alternating" if values["state"] == "running" else "+")

    def ellipticity(self) -> float:
        """Return the amplitude of the square wave or sine whose fundamental is that of the light's ellipticity."""
        depth = self._standing()
        return depth / hypot(1.0, self._slowness()) if self._values["state"] == "running" else depth

    def _standing(self) -> float:
        """Return the ellipticity at a standing voltage."""
        if "driver_off" in self._faults:
            return 0.0
        depth, error = float(self._values["depth"]), float(self._values["retardance_error"])
        if error:
            depth = max(0.0, sin(asin(depth) + error))
        return depth

    def _slowness(self) -> float:
        """Return f / bandwidth."""
        return self._frequency / float(self._values["bandwidth"])

    def modulation(self) -> float | None:
        """Return the frequency in Hz at which the helicity is reversed; None when it stands still."""
        return self._frequency if self._values["state"] == "running" else None

    def waveform_lines(self, highest: float) -> tuple[tuple[float, complex], ...]:
        """Return frequency (Hz) and amplitude of the lines of the helicity, up to ``highest`` Hz.

        The fundamental is in phase with the reference; the amplifier's pole makes the edges exponentials.
        """
        frequency, depth = self.modulation(), self._standing()
        if frequency is None:
            return ((0.0, complex(depth)),)
        slow = self._slowness()
        if self._values["waveform"] == "sine":
            return ((frequency, complex(depth / hypot(1.0, slow))),)
        found = []
        for order in range(1, max(1, int(highest / frequency)) + 1, 2):
            sign = 1.0 if order % 4 == 1 else -1.0
            height = 4.0 / pi * depth * sign / (order * complex(1.0, order * slow))
            found.append((order * frequency, height * rect(1.0, order * atan(slow))))
        return tuple(found)

    def reference(self) -> Reference | None:
        """Return the reference output; None when the modulator is stopped."""
        frequency = self.modulation()
        return None if frequency is None else Reference(frequency)

    def stray(self, pump_power: float) -> float:
        """Return the peak power (W) at the modulation frequency that scatters into the detector."""
        if "driver_off" in self._faults or self._values["state"] == "stopped":
            return 0.0
        return STRAY * pump_power * float(self._values["residual_amplitude_modulation"])

    def jump(self, name: str, value: Value) -> None:
        super().jump(name, value)
        if name == "frequency":
            self._appointments.pop("frequency", None)
            self._frequency = float(self._values["frequency"])

    def _changed(self, setting: Setting) -> None:
        if setting.name == "frequency" or (setting.name == "settling_time" and "frequency" in self._appointments):
            wait = float(self._values["settling_time"])
            if wait > 0.0 and self._values["frequency"] != self._frequency:
                self._appoint("frequency", wait)
            else:
                self._appointments.pop("frequency", None)
                self._frequency = float(self._values["frequency"])

    def _keep(self, name: str) -> None:
        if name == "frequency":
            self._frequency = float(self._values["frequency"])

    def problems(self) -> list[str]:
        if "driver_off" in self._faults:
            return [f"{self.name}: its amplifier gives no high voltage, so the light is linearly polarized and orients "
                    f"no spins; switch it on again (mend {self.name}.driver_off)."]
        if self._values["state"] == "stopped":
            return [f"{self.name}: it is stopped, so the signal has no component at a reference frequency; start "
                    f"it ({self.name}.state at 'running')."]
        if self._values["depth"] == 0.0:
            return [f"{self.name}: the light is linearly polarized, so it orients no spins; turn up the depth of "
                    f"the modulation ({self.name}.depth)."]
        return []
