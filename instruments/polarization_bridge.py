"""A polarization bridge: it turns Faraday rotation into a voltage."""

from __future__ import annotations

from math import hypot, sqrt

import numpy as np

from instruments.declaration import Setting, flag, reading
from instruments.instrument import Instrument
from instruments.probe import ProbeLight
from instruments.transimpedance import SWING, density
from instruments.wiring import Port
from vlab.lab.cable import Line, Signal, TickGrid


class PolarizationBridge(Instrument):
    """A half-wave plate, a Wollaston prism, two photodiodes and a transimpedance amplifier.

    V = gain * responsivity * probe power * (2 theta + imbalance), for a rotation theta of the polarization. The probe's
    intensity noise comes through as far as the two halves are not subtracted exactly: by the common-mode rejection and
    by the imbalance.
    """

    title = "Polarization bridge"
    short = "Bridge"
    ports = (Port("beam", "in", "light", "the probe behind the sample"),
             Port("output", "out", "voltage", "the amplified difference of the photocurrents"))

    gain = Setting("V/A", 1e6, choices=(1e4, 1e5, 1e6, 1e7, 1e8), help="Choose the transimpedance gain.")
    responsivity = Setting("A/W", 0.5, limits=(0.01, 1.0), help="Set the responsivity of the photodiodes.")
    imbalance = Setting("", 0.0, limits=(-1.0, 1.0),
                        help="Set the difference of the two halves without rotation, in units of their sum.")
    common_mode_rejection = Setting("", 35.0, limits=(0.0, 120.0),
                                    help="Set in decibels by how much noise of both halves alike is suppressed.")
    temperature = Setting("K", 295.0, limits=(1.0, 350.0), help="Set the temperature of the feedback resistor.")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._light = ProbeLight(0.0, 0.0)
        self._peak = 0.0

    @reading("uW")
    def mean_power(self) -> float:
        """Read the mean power on both photodiodes."""
        return self._light.power

    @reading("V")
    def offset(self) -> float:
        """Read the direct voltage that the imbalance gives."""
        return self._scale() * float(self._values["imbalance"])

    @reading("nV/Hz^0.5")
    def noise_density(self) -> float:
        """Read the noise density at the output: shot noise, intensity noise and the resistor's thermal noise."""
        return sqrt(self._density())

    @flag
    def saturated(self) -> bool:
        """Tell whether the output exceeds its swing of 10 V."""
        return self._peak > SWING

    def _scale(self) -> float:
        return float(self._values["gain"]) * float(self._values["responsivity"]) * self._light.power

    def _density(self) -> float:
        current = float(self._values["responsivity"]) * self._light.power
        quiet = density(float(self._values["gain"]), current, float(self._values["temperature"]))
        suppressed = 10.0 ** (-float(self._values["common_mode_rejection"]) / 20.0)
        passed = self._scale() * self._light.intensity_noise * hypot(suppressed, float(self._values["imbalance"]))
        return quiet + passed * passed

    def detect(self, light: ProbeLight, rotation: tuple[Line, ...], grid: TickGrid) -> Signal:
        """Return the output for a probe whose polarization turns by ``rotation`` (lines in rad)."""
        self._light = light
        scale = self._scale()
        lines = tuple(Line(line.frequency, 2.0 * scale * line.amplitude, line.envelope) for line in rotation)
        imbalance = float(self._values["imbalance"])
        if imbalance:
            lines = (*lines, Line(0.0, complex(scale * imbalance), np.ones(grid.count + 1)))
        signal = Signal(grid, lines, self._density())
        self._peak = signal.peak()
        return signal

    def problems(self) -> list[str]:
        if self._peak > SWING:
            return [f"{self.name}: the output is saturated at {SWING:g} V; lower {self.name}.gain or balance the "
                    "bridge."]
        return []
