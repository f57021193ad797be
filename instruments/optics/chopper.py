"""A chopper that turns the beam on and off, with a reference output."""

from __future__ import annotations

from cmath import exp as cexp
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import exp, pi, sin

import numpy as np

from instruments.declaration import Setting, Value, fault, reading, spoiling_flag
from instruments.instrument import Instrument
from instruments.optics.light import Light
from instruments.probing import Probe
from instruments.sketch import BeamLook, Sketch
from instruments.wiring import Port
from vlab.lab.cable import Reference

HARMONICS = tuple(range(1, 11))
"""Those that a lock-in can detect."""
_ALL = np.arange(1, 2001)
"""Harmonics that count in the mean square."""
RISE_IN_SIGMAS = 2.5631031310892007
"""From 10 to 90 % of an error function, in units of its standard deviation."""
_NOTHING = 1e-15


def _leak(extinction: float) -> float:
    """Return the part of the light that is left while it should be off, for an extinction in dB."""
    return float(10.0 ** (-0.1 * extinction))


@lru_cache(maxsize=16)
def _chopped(power: float, white: float, flicker: float, frequency: float, duty: float, rise: float, delay: float,
             extinction: float) -> Light:
    left = _leak(extinction)
    lines = []
    for k in HARMONICS:
        amplitude = 2.0 * sin(pi * k * duty) / (pi * k)  # on for |t| < duty / (2 f)
        smoothed = exp(-0.5 * (2.0 * pi * k * frequency * rise / RISE_IN_SIGMAS) ** 2)
        if abs(amplitude) > _NOTHING:
            lines.append((k * frequency, (1.0 - left) * smoothed * amplitude
                          * cexp(complex(0.0, -2.0 * pi * k * frequency * delay))))
    mean = duty + (1.0 - duty) * left
    every = (2.0 * (1.0 - left) * np.sin(pi * _ALL * duty) / (pi * _ALL)
             * np.exp(-0.5 * (2.0 * pi * _ALL * frequency * rise / RISE_IN_SIGMAS) ** 2))
    return Light(power, mean, tuple(lines), white, flicker, mean * mean + 0.5 * float(every @ every))


@lru_cache(maxsize=16)
def _steady(power: float, white: float, flicker: float, passed: float) -> Light:
    return Light(power, passed, (), white, flicker, passed * passed)


@lru_cache(maxsize=16)
def _reference(frequency: float) -> Reference:
    return Reference(frequency)


class Chopper(Instrument):
    """An acousto-optic chopper: the beam is on for a part ``duty`` of each period; stopped, it lets all light through.

    A beam with a Gaussian profile rises as an error function while sound crosses it; harmonic k of the chopped light is
    smaller by exp(-(2 pi k f sigma)^2 / 2), with sigma the rise time (10 to 90 %) over 2.563, and lags the reference by
    2 pi k f delay. Off, 10^(-extinction/10) of the light is left.
    """

    title = "Chopper"
    short = "Chopper"
    ports = (Port("beam", "in", "light", "the beam to be chopped"),
             Port("reference", "out", "voltage", "0 to 5 V at the chopping frequency"))

    sketch = Sketch("chopper", "frequency", 4, switch="state")

    state = Setting(None, "running", choices=("running", "stopped"), help="Start or stop the chopper.")
    frequency = Setting("kHz", 50.0, limits=(0.1, 100.0), help="Set the chopping frequency.")
    duty = Setting("", 0.5, limits=(0.05, 0.95), help="Set for which part of each period the beam is on.")
    rise_time = Setting("ns", 10.0, limits=(1.0, 10e3), group="Modulator",
                        help="Set the time from 10 to 90 % of the light; a tighter focus in the crystal is faster.")
    delay = Setting("us", 0.0, limits=(0.0, 10.0), group="Modulator",
                    help="Set by how much the light lags the reference, the sound's way to the beam.")
    extinction = Setting("", 90.0, limits=(10.0, 120.0), group="Modulator",
                         help="Set in decibels by how much the light is weakened while it is off.")
    frequency_error = Setting("ppm", 0.0, limits=(-100.0, 100.0), group="Modulator",
                              help="Set by how much its quartz is off.")

    probes = (Probe("light", "Light", "W", "The power on the sample, chopped."),)

    @reading("kHz")
    def frequency_actual(self) -> float:
        """Read the frequency at the reference output as a counter shows it; 0 without one."""
        reference = self.reference()
        return 0.0 if reference is None else reference.frequency

    frequency_actual.digits = 9

    @spoiling_flag
    def driver_fault(self) -> bool:
        """Tell whether the driver gives no radio frequency."""
        return "driver_off" in self._faults

    @fault
    def driver_off(self, present: bool) -> None:
        """Let the radio-frequency driver fail: no light is deflected into the beam, and there is no reference."""

    @classmethod
    def light_out(cls, port: str, values: Mapping[str, Value], incoming: BeamLook | None) -> BeamLook:
        beam = super().light_out(port, values, incoming)
        if values["driver_fault"]:
            return replace(beam, lit=False)
        return replace(beam, chopped=values["state"] == "running")

    def chop(self, power: float, intensity_noise: float = 0.0, intensity_flicker: float = 0.0) -> Light:
        """Return a beam of ``power`` (W) behind the chopper, up to its tenth harmonic, and its intensity noise."""
        values = self._values
        if "driver_off" in self._faults:
            # light that is always off: the lines of a duty of zero
            return _steady(power, intensity_noise, intensity_flicker, _leak(float(values["extinction"])))
        if values["state"] == "stopped":
            return _steady(power, intensity_noise, intensity_flicker, 1.0)
        return _chopped(power, intensity_noise, intensity_flicker, self._present_frequency(),
                        values["duty"], values["rise_time"], values["delay"], values["extinction"])

    def overtones(self, highest: float) -> tuple[tuple[float, complex], ...]:
        """Return the lines of chopped light above those of `chop` up to ``highest`` Hz, in units of the power."""
        if "driver_off" in self._faults or self._values["state"] == "stopped":
            return ()
        duty, rise, delay, extinction = (float(self._values[name])
                                         for name in ("duty", "rise_time", "delay", "extinction"))
        frequency = self._present_frequency()
        orders = np.arange(HARMONICS[-1] + 1, int(highest / frequency) + 1)
        heights = ((1.0 - _leak(extinction)) * 2.0 * np.sin(pi * orders * duty) / (pi * orders)
                   * np.exp(-0.5 * (2.0 * pi * orders * frequency * rise / RISE_IN_SIGMAS) ** 2))
        turns = np.exp(-2j * pi * orders * frequency * delay)
        return tuple((float(k * frequency), complex(height * turn))
                     for k, height, turn in zip(orders, heights, turns, strict=True) if abs(height) > _NOTHING)

    def reference(self) -> Reference | None:
        """Return the reference output; None when the chopper is stopped."""
        if "driver_off" in self._faults or self._values["state"] == "stopped":
            return None
        return _reference(self._present_frequency())

    def _present_frequency(self) -> float:
        return self._values["frequency"] * (1.0 + self._values["frequency_error"])  # type: ignore[operator]

    def problems(self) -> list[str]:
        if "driver_off" in self._faults:
            return [f"{self.name}: its driver gives no radio frequency, so no light is deflected into the beam; switch "
                    f"the driver on again (mend {self.name}.driver_off)."]
        if self._values["state"] == "stopped":
            return [f"{self.name}: it is stopped, so the signal has no component at a reference frequency; start "
                    f"it ({self.name}.state at 'running')."]
        return []
