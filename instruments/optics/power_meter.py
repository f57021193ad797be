"""Power meters with a silicon sensor, fed by a calibrated beam sampler, so that the sample keeps its light."""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, action, fault, flag, reading
from instruments.instrument import Instrument
from instruments.optics.meters import RenewedValue, at_moment, own_error, updates
from instruments.sketch import Sketch
from instruments.wiring import Port
from vlab.lab.cable import TickGrid
from vlab.lab.clock import PS_PER_SECOND

RANGES = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
BEYOND = 1.1
"""What a range takes, in units of its full scale."""
_EDGE, _SOFTNESS = 1085e-9, 30e-9
"""Where the band gap of silicon ends the responsivity, and over which distance, m."""
_RANGE_NOISE = 1e-6
"""Noise of the converter in units of the range, 1/sqrt(Hz)."""


def silicon(wavelength: float) -> float:
    """Return the responsivity of a silicon photodiode at a wavelength in m, in units of one electron a photon at 1 um.

    It grows with the wavelength, since photons become more, up to the band gap: lambda / (1 + (lambda / edge)^(2
    edge / softness)).
    """
    exponent = 2.0 * _EDGE / _SOFTNESS
    return float(wavelength / 1e-6 / (1.0 + (wavelength / _EDGE) ** exponent))


class PowerMeter(Instrument):
    """A power meter for the laser's beam behind the chopper; it shows the mean power.

    Each ``averaging_time`` it renews its value,

        P [1 + e accuracy] R(true wavelength) / R(wavelength) + own offset - stored zero + noise,

    with the responsivity R of silicon. The noise is that of ``noise_density`` and of the converter (1e-6 of the range
    per root hertz), averaged: density / sqrt(2 averaging_time), and the light's intensity noise.
    """

    title = "Power meter"
    short = "Power"
    ports = (Port("beam", "in", "light", "a small, known part of the beam"),)
    sketch = Sketch("meter", "power", 4)
    _memory: ClassVar[tuple[str, ...]] = ("_shown", "_zero", "_range")

    wavelength = Setting("nm", 950.0, limits=(400.0, 1100.0),
                         help="Set the wavelength for which the responsivity is corrected.")
    range = Setting("uW", 1.0, choices=tuple(1e6 * watts for watts in RANGES),
                    help="Choose the range; doing so ends automatic ranging.")
    ranging = Setting(None, "automatic", choices=("automatic", "fixed"), help="Choose how the range is found.")
    averaging_time = Setting("ms", 20.0, limits=(1.0, 10e3), help="Set over which time each value is averaged.")
    accuracy = Setting("", 0.03, limits=(0.0, 0.2), group="Noise",
                       help="Set within which the sensor's calibration is off, as a part of the power.")
    offset = Setting("nW", 0.02, limits=(0.0, 100.0), group="Noise",
                     help="Set within which the dark current lies, as a power.")
    noise_density = Setting("pW/Hz^0.5", 1.0, limits=(0.0, 1e4), group="Noise",
                            help="Set the noise-equivalent power.")
    noise = Setting(None, "on", choices=("on", "off"), group="Noise", help="Switch the noise on or off.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._shown = RenewedValue(f"{name}.noise", seed, noise)
        self._errors = own_error(f"{name}.sensor", seed, noise, 2)
        self._zero = 0.0
        self._range = float(self._values["range"])

    @reading("uW")
    def power(self) -> float:
        """Read the mean power of the beam at the last update."""
        return min(max(self._shown.look(), -BEYOND * self._range), BEYOND * self._range) - self._zero

    @reading("uW")
    def present_range(self) -> float:
        """Read the range in use."""
        return self._range

    @flag
    def over_range(self) -> bool:
        """Tell whether the power exceeds 1.1 times the range."""
        return abs(self._shown.look()) > BEYOND * self._range

    @flag
    def no_sensor(self) -> bool:
        """Tell whether no sensor answers."""
        return "sensor_unplugged" in self._faults

    @action
    def zero(self) -> None:
        """Zero the display: what is measured now counts as dark, so block the beam before."""
        self._zero = self._shown.look()

    @fault
    def sensor_unplugged(self, present: bool) -> None:
        """Let the sensor's plug come loose."""

    def settle(self, watts: float, wavelength: float) -> None:
        """Show a beam of ``watts`` (W, mean) at a wavelength (m) as if it had been there for long, without noise."""
        sensed = self._sensed(watts, wavelength)
        self._shown.hold(sensed)
        self._choose_range(sensed)

    def observe(self, grid: TickGrid, watts: float, wavelength: float, white: float, flicker: float,
                deviation: NDArray[np.float64] | None = None) -> None:
        """Measure while the ticks of ``grid`` pass.

        Parameters
        ----------
        grid : TickGrid
        watts, wavelength : float
            Mean power (W) and wavelength (m) of the beam.
        white, flicker : float
            Its relative intensity noise (1/sqrt(Hz)), and K of its 1/f part.
        deviation : ndarray, optional
            Slow relative deviation of the power at the tick boundaries.
        """
        averaging = float(self._values["averaging_time"])
        count, moment = updates(grid, round(averaging * PS_PER_SECOND), self._shown.epoch_ps)
        if count <= 0:
            return
        sensed = self._sensed(watts * (1.0 + at_moment(deviation, grid, moment)), wavelength)
        self._choose_range(sensed)  # by what is there, not by its noise
        spread = 0.0
        if self._shown.noisy and self._values["noise"] == "on":
            density = float(self._values["noise_density"])
            variance = (density * density + (_RANGE_NOISE * self._range) ** 2) / (2.0 * averaging)
            if "sensor_unplugged" not in self._faults:
                # 1/f noise has the same power in each octave; below 1 / (2 averaging) it is the beam's own slow change
                variance += watts * watts * (white * white / (2.0 * averaging) + flicker)
            spread = sqrt(variance)
        self._shown.renew(count, sensed, spread)

    def start_epoch(self, key: str) -> None:
        self._shown.start_epoch(key, self._now_ps())

    def reset(self) -> None:
        super().reset()
        self._zero = 0.0
        self._shown.hold(0.0)

    def _sensed(self, watts: float, wavelength: float) -> float:
        gain, dark = self._errors
        offset = float(self._values["offset"]) * dark
        if "sensor_unplugged" in self._faults:
            return offset
        corrected = silicon(wavelength) / silicon(float(self._values["wavelength"]))
        return watts * (1.0 + float(self._values["accuracy"]) * gain) * corrected + offset

    def _choose_range(self, sensed: float) -> None:
        if self._values["ranging"] == "automatic":
            self._range = next((r for r in RANGES if abs(sensed) <= r), RANGES[-1])

    def _changed(self, setting: Setting) -> None:
        if setting.name == "range":
            self._range = float(self._values["range"])
            if self._values["ranging"] == "automatic":
                self.write("ranging", "fixed")
        elif setting.name == "ranging":
            self._range = float(self._values["range"])
            self._choose_range(self._shown.look())

    def problems(self) -> list[str]:
        if "sensor_unplugged" in self._faults:
            return [f"{self.name}: no sensor answers, so it shows its dark current; plug the sensor in (mend "
                    f"{self.name}.sensor_unplugged)."]
        if self.over_range:
            return [f"{self.name}: the power exceeds the range; choose a larger one ({self.name}.range) or let the "
                    f"meter choose ({self.name}.ranging at 'automatic')."]
        return []


class PumpProbePowerMeter(PowerMeter):
    """A power meter whose sensor can be put into the pump's or the probe's beam."""

    beam = Setting(None, "pump", choices=("pump", "probe"), help="Choose the beam that is measured.")
