"""A balanced photodetector: the light behind the sample against light that did not meet it."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, flag, reading
from instruments.instrument import Instrument
from instruments.light import Light
from instruments.transimpedance import SWING, density
from instruments.wiring import Port
from vlab.lab.cable import Line, Signal, TickGrid


class Photodetector(Instrument):
    """Two photodiodes and a transimpedance amplifier: V = gain * responsivity * (balance * P_reference - P_sample).

    With ``balance`` 1 the light that the sample did not absorb cancels and the output is proportional to DT/T.
    """

    title = "Balanced photodetector"
    short = "Detector"
    ports = (Port("beam", "in", "light", "the beam behind the sample"),
             Port("output", "out", "voltage", "the amplified difference of the photocurrents"))

    gain = Setting("V/A", 1e7, choices=(1e5, 1e6, 1e7, 1e8, 1e9), help="Choose the transimpedance gain.")
    responsivity = Setting("A/W", 0.5, limits=(0.01, 1.0), help="Set the responsivity of the photodiodes.")
    balance = Setting("", 1.0, limits=(0.0, 1.5), help="Set the reference arm's power in units of the sample arm's.")
    temperature = Setting("K", 295.0, limits=(1.0, 350.0), help="Set the temperature of the feedback resistor.")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._volts = np.zeros(1)
        self._mean_power = 0.0

    @reading("nW")
    def mean_power(self) -> float:
        """Read the mean power on the sample photodiode."""
        return self._mean_power

    @reading("nV/Hz^0.5")
    def noise_density(self) -> float:
        """Read the noise density at the output: shot noise of both photodiodes and the resistor's thermal noise."""
        return sqrt(self._density(self._mean_power))

    @flag
    def saturated(self) -> bool:
        """Tell whether the output exceeds its swing of 10 V."""
        return self._peak() > SWING

    def _peak(self) -> float:
        return float(np.abs(self._volts).max())

    def _density(self, mean_power: float) -> float:
        current = float(self._values["responsivity"]) * mean_power * (1.0 + float(self._values["balance"]))
        return density(float(self._values["gain"]), current, float(self._values["temperature"]))

    def detect(self, light: Light, absorbed: NDArray[np.float64], grid: TickGrid) -> Signal:
        """Return the output while ``absorbed`` (DT/T at the tick boundaries) is missing in the sample arm."""
        scale = float(self._values["gain"]) * float(self._values["responsivity"]) * light.power
        volts = scale * (absorbed + (float(self._values["balance"]) - 1.0))
        lines = (Line(0.0, complex(light.mean), volts), *[Line(f, amplitude, volts) for f, amplitude in light.lines])
        self._mean_power = light.power * light.mean
        self._volts = volts
        return Signal(grid, lines, self._density(self._mean_power))

    def problems(self) -> list[str]:
        if self._peak() > SWING:
            return [f"{self.name}: the output is saturated at {SWING:g} V; lower {self.name}.gain or balance the "
                    "arms."]
        return []
