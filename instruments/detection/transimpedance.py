"""What every photodetector here ends in: photodiodes into a transimpedance amplifier, with noise and limits."""

from __future__ import annotations

from functools import lru_cache
from math import pi, sqrt
from typing import Any

import numpy as np

from instruments.declaration import Setting, fault, reading, spoiling_flag
from instruments.instrument import Instrument
from instruments.probing import Probe
from instruments.wiring import Port
from vlab.lab.cable import Line, TickGrid

ELEMENTARY_CHARGE = 1.602176634e-19
BOLTZMANN = 1.380649e-23
SWING = 10.0
"""Largest output in V."""
_FLOOD = 10.0
"""Stray light of a flooded photodiode, in units of the power at which it saturates."""
_MAINS = ((1.0, 1.0 + 0j), (3.0, 0.3j))
"""Order and relative amplitude of the mains lines; transformers and rectifiers give mostly odd ones."""
_ON_OFF = ("on", "off")


def density(gain: float, current: float, temperature: float) -> float:
    """Return the one-sided noise density at the output in V^2/Hz: shot noise and thermal noise of the resistor.

    Parameters
    ----------
    gain : float
        V/A, which is the feedback resistor in ohm.
    current : float
        Sum of the currents of all photodiodes, A; shot noise does not cancel between them.
    temperature : float
        Temperature of the feedback resistor, K.
    """
    return shot_density(gain, current) + thermal_density(gain, temperature)


def shot_density(gain: float, current: float) -> float:
    """Return 2 e I gain^2 in V^2/Hz."""
    return gain * gain * 2.0 * ELEMENTARY_CHARGE * current


def thermal_density(gain: float, temperature: float) -> float:
    """Return 4 k T R in V^2/Hz of a feedback resistor R = gain."""
    return 4.0 * BOLTZMANN * temperature * gain


def compression(power: float, saturation: float) -> tuple[float, float]:
    """Return what a photodiode gives at a power in units of what a linear one would, and its slope in those units.

    The current is R P / (1 + (P / P_s)^8)^(1/8): linear until the bias is used up, then constant.
    """
    excess = 1.0 + (power / saturation) ** 8
    mean = excess**-0.125
    return mean, mean / excess


class AmplifiedDetector(Instrument):
    """Photodiodes and a transimpedance amplifier; what the light does to them is the matter of the subclass.

    The amplifier is a low-pass of first order with the corner gain_bandwidth / gain. Its noise is that of the feedback
    resistor, 4 k T R, and that of its input: a current i_n and a voltage e_n across the capacitance C of the
    photodiodes, e_n^2 (1 + (2 pi f R C)^2) + (i_n R)^2 at the output.

    Parameters
    ----------
    name : str
    seed : int
        Of all noise.
    noise : bool
        Whether the bench has noise; without it there is no mains pick-up either.
    """

    ports = (Port("beam", "in", "light", "the beam behind the sample"),
             Port("output", "out", "voltage", "the amplified difference of the photocurrents"))

    probes = (Probe("output", "Detector", "V", "The detector's output, with its noise and pick-up of the mains."),)

    gain = Setting("V/A", 1e7, choices=(1e5, 1e6, 1e7, 1e8, 1e9), help="Choose the transimpedance gain.")
    responsivity = Setting("A/W", 0.5, limits=(0.01, 1.0), help="Set the responsivity of the photodiodes.")
    common_mode_rejection = Setting("", 35.0, limits=(0.0, 120.0),
                                    help="Set in decibels by how much noise of both halves alike is suppressed.")
    temperature = Setting("K", 295.0, limits=(1.0, 350.0), help="Set the temperature of the feedback resistor.")
    gain_bandwidth = Setting("V/A*MHz", 5e9, limits=(1e3, 1e11), group="Amplifier",
                             help="Set the product of gain and bandwidth of the amplifier.")
    input_offset = Setting("nA", 0.0, limits=(-1e5, 1e5), help="Set the direct current that the amplifier adds.")
    input_capacitance = Setting("pF", 10.0, limits=(0.1, 1e4), help="Set the capacitance of photodiodes and cable.")
    saturation_power = Setting("mW", 10.0, limits=(1e-6, 1e3),
                               help="Set the power at which a photodiode gives no more current.")
    shot_noise = Setting(None, "on", choices=_ON_OFF, group="Noise", help="Switch the shot noise of the photocurrent.")
    dark_current = Setting("nA", 0.01, limits=(0.0, 1e3),
                           help="Set the dark current of each photodiode, which makes shot noise.")
    thermal_noise = Setting(None, "on", choices=_ON_OFF, help="Switch the thermal noise of the feedback resistor.")
    amplifier_noise = Setting(None, "on", choices=_ON_OFF, help="Switch the noise of the amplifier's input.")
    voltage_noise = Setting("nV/Hz^0.5", 4.0, limits=(0.0, 1e3), help="Set the amplifier's voltage noise density.")
    current_noise = Setting("fA/Hz^0.5", 2.0, limits=(0.0, 1e6), help="Set the amplifier's current noise density.")
    intensity_noise = Setting(None, "on", choices=_ON_OFF,
                              help="Switch what comes through of the light's intensity noise.")
    mains = Setting(None, "on", choices=_ON_OFF, help="Switch the pick-up of the mains.")
    mains_pickup = Setting("pA", 2.0, limits=(0.0, 1e6),
                           help="Set the amplitude of the current picked up from the mains; 0.3 of it at three times.")
    mains_frequency = Setting("Hz", 50.0, choices=(50.0, 60.0), help="Choose the frequency of the mains.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:  # noqa: ARG002
        super().__init__(name)
        self._noisy = noise
        self._over = False
        self._plan: Any = None
        """What follows from settings and light; made anew when one of them changes."""

    @reading("kHz")
    def bandwidth(self) -> float:
        """Read the corner frequency of the amplifier at the present gain."""
        return self._corner()

    @reading("nV/Hz^0.5")
    def shot_noise_density(self) -> float:
        """Read the shot noise at the output."""
        return sqrt(self._shot())

    @reading("nV/Hz^0.5")
    def thermal_noise_density(self) -> float:
        """Read the thermal noise of the feedback resistor at the output."""
        return sqrt(self._thermal())

    @reading("nV/Hz^0.5")
    def amplifier_noise_density(self) -> float:
        """Read the noise of the amplifier's input at the output, at the frequency of the signal."""
        return sqrt(self._amplifier())

    @reading("nV/Hz^0.5")
    def intensity_noise_density(self) -> float:
        """Read what comes through of the light's intensity noise, at the frequency of the signal."""
        return sqrt(self._intensity())

    @reading("nV/Hz^0.5")
    def noise_density(self) -> float:
        """Read the noise density at the output, all sources together, before the amplifier's bandwidth cuts it."""
        return sqrt(self._density())

    @spoiling_flag
    def saturated(self) -> bool:
        """Tell whether the output reaches its swing of 10 V, or a photodiode gives no more current."""
        return self._over or self._flooded()

    @fault
    def saturated_detector(self, present: bool) -> None:  # noqa: ARG002
        """Let stray light flood the photodiode behind the sample."""
        self._plan = None

    def _changed(self, setting: Setting) -> None:  # noqa: ARG002
        self._plan = None

    def _is_on(self, name: str) -> bool:
        return self._values[name] == "on"

    def _number(self, name: str) -> float:
        return float(self._values[name])

    def _stray(self) -> float:
        """Return the stray light on the photodiode behind the sample, W."""
        return _FLOOD * self._number("saturation_power") if "saturated_detector" in self._faults else 0.0

    def _brightest(self) -> float:
        """Return the largest power on one photodiode, W."""
        raise NotImplementedError

    def _currents(self) -> float:
        """Return the sum of the mean photocurrents, A."""
        raise NotImplementedError

    def _intensity(self) -> float:
        """Return the density in V^2/Hz that comes through of the light's intensity noise."""
        raise NotImplementedError

    def _frequency(self) -> float:
        """Return the frequency of the signal, Hz; noise is reckoned there."""
        raise NotImplementedError

    def _flooded(self) -> bool:
        return self._brightest() > self._number("saturation_power")

    def _corner(self) -> float:
        return self._number("gain_bandwidth") / self._number("gain")

    def _response(self, frequency: float) -> complex:
        """Return what the amplifier's bandwidth makes of a line."""
        return 1.0 / complex(1.0, frequency / self._corner())

    def amplified(self, frequency: float) -> complex:
        """Return what the amplifier's bandwidth makes of a line at ``frequency`` Hz, in amplitude and phase."""
        return self._response(frequency)

    def _shot(self) -> float:
        if not self._is_on("shot_noise"):
            return 0.0
        return shot_density(self._number("gain"), self._currents() + 2.0 * self._number("dark_current"))

    def _thermal(self) -> float:
        if not self._is_on("thermal_noise"):
            return 0.0
        return thermal_density(self._number("gain"), self._number("temperature"))

    def _amplifier(self) -> float:
        if not self._is_on("amplifier_noise"):
            return 0.0
        gain, volts = self._number("gain"), self._number("voltage_noise")
        lever = 2.0 * pi * self._frequency() * gain * self._number("input_capacitance")
        return volts * volts * (1.0 + lever * lever) + (self._number("current_noise") * gain) ** 2

    def _density(self) -> float:
        return self._shot() + self._thermal() + self._amplifier() + self._intensity()

    def _suppression(self) -> float:
        return float(10.0 ** (-self._number("common_mode_rejection") / 20.0))

    def _hum(self) -> tuple[tuple[float, complex], ...]:
        """Return frequency and amplitude (V) of what is picked up from the mains."""
        volts = self._number("mains_pickup") * self._number("gain")
        if not (self._noisy and self._is_on("mains") and volts):
            return ()
        ground = self._number("mains_frequency")
        return tuple((order * ground, part * volts * self._response(order * ground)) for order, part in _MAINS)

    def _saturation_problems(self, remedy: str) -> list[str]:
        if self._flooded():
            return [f"{self.name}: a photodiode is saturated ({self._brightest() * 1e6:.3g} uW on it, it is linear to "
                    f"{self._number('saturation_power') * 1e6:.3g} uW); shield the detector from stray light or lower "
                    "the power."]
        if self._over:
            return [f"{self.name}: the output is saturated at {SWING:g} V; choose a lower gain "
                    f"({self.name}.gain) or {remedy}."]
        return []


def hum_lines(hum: tuple[tuple[float, complex], ...], grid: TickGrid) -> tuple[Line, ...]:
    """Return lines of constant amplitude."""
    return _steady_lines(hum, grid.count) if hum else ()


@lru_cache(maxsize=16)
def _steady_lines(hum: tuple[tuple[float, complex], ...], count: int) -> tuple[Line, ...]:
    steady = np.ones(count + 1)
    return tuple(Line(frequency, amplitude, steady, steady=True) for frequency, amplitude in hum)


__all__ = ["SWING", "AmplifiedDetector", "compression", "density", "hum_lines", "shot_density",
           "thermal_density"]
