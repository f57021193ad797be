"""A polarization bridge: it turns Faraday rotation into a voltage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from instruments.declaration import Setting, reading
from instruments.detection.limiter import limited
from instruments.detection.transimpedance import SWING, AmplifiedDetector, compression, hum_lines
from instruments.optics.probe import ProbeLight
from instruments.sketch import Sketch
from vlab.lab.cable import Line, Signal, TickGrid


class PolarizationBridge(AmplifiedDetector):
    """A half-wave plate, a Wollaston prism, two photodiodes and a transimpedance amplifier.

    V = gain * responsivity * probe power * (2 theta + imbalance), for a rotation theta of the polarization. The probe's
    intensity noise comes through as far as the two halves are not subtracted exactly: by the common-mode rejection and
    by the imbalance.
    """

    title = "Polarization bridge"
    short = "Bridge"
    sketch = Sketch("bridge", "mean_power", 4)

    gain = Setting("V/A", 1e6, choices=(1e4, 1e5, 1e6, 1e7, 1e8), help="Choose the transimpedance gain.")
    gain_bandwidth = Setting("V/A*MHz", 5e9, limits=(1e3, 1e11),
                             help="Set the product of gain and bandwidth of the amplifier.")
    imbalance = Setting("", 0.0, limits=(-1.0, 1.0), group="Balance",
                        help="Set the difference of the two halves without rotation, in units of their sum.")

    _memory = ("_over", "_power", "_white", "_flicker", "_carrier")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name, seed, noise)
        self._power = 0.0
        """Mean power on both photodiodes, W."""
        self._white = 0.0
        """Relative intensity noise of the probe, 1/sqrt(Hz)."""
        self._flicker = 0.0
        """Its 1/f part: the density is this over f."""
        self._carrier = 0.0

    @reading("uW")
    def mean_power(self) -> float:
        """Read the mean power on both photodiodes."""
        return self._power + self._stray()

    @reading("V")
    def offset(self) -> float:
        """Read the direct voltage that the imbalance and the amplifier's offset give."""
        return min(max(self._standing(), -SWING), SWING)

    def _halves(self) -> tuple[float, float]:
        """Return the power on each photodiode without rotation, W."""
        imbalance = self._number("imbalance")
        return 0.5 * self._power * (1.0 + imbalance), 0.5 * self._power * (1.0 - imbalance) + self._stray()

    def _brightest(self) -> float:
        return max(self._halves())

    def _currents(self) -> float:
        if self._is_linear():
            return self._number("responsivity") * self._power
        saturation = self._number("saturation_power")
        return self._number("responsivity") * sum(p * compression(p, saturation)[0] for p in self._halves())

    def _is_linear(self) -> bool:
        return self._brightest() < 0.01 * self._number("saturation_power")

    def _frequency(self) -> float:
        return self._carrier

    def _scale(self) -> float:
        """Return the volts for each unit of 2 theta."""
        scale = self._number("gain") * self._number("responsivity") * self._power
        if self._is_linear():
            return scale
        first, second = (compression(p, self._number("saturation_power"))[1] for p in self._halves())
        return scale * 0.5 * (first + second)

    def _standing(self) -> float:
        """Return the direct voltage without rotation."""
        gain = self._number("gain")
        if self._is_linear():
            return self._scale() * self._number("imbalance") + gain * self._number("input_offset")
        saturation = self._number("saturation_power")
        first, second = (p * compression(p, saturation)[0] for p in self._halves())
        return gain * (self._number("responsivity") * (first - second) + self._number("input_offset"))

    def _uneven(self) -> float:
        """Return the V^2 that each relative intensity noise, squared, makes at the output."""
        if not self._is_on("intensity_noise"):
            return 0.0
        suppressed, imbalance = self._suppression(), self._number("imbalance")
        return self._scale() ** 2 * (suppressed * suppressed + imbalance * imbalance)

    def _intensity(self) -> float:
        flicker = self._flicker / self._carrier if self._carrier else 0.0
        return self._uneven() * (self._white * self._white + flicker)

    def detect(self, light: ProbeLight, rotation: tuple[Line, ...], grid: TickGrid,
               stray: tuple[float, float] | None = None) -> Signal:
        """Return the output for a probe whose polarization turns by ``rotation`` (lines in rad).

        ``stray`` is frequency (Hz) and peak power (W) of other modulated light that falls on one half.
        """
        self._power, self._white, self._flicker = light.power, light.intensity_noise, light.intensity_flicker
        self._carrier = next((abs(line.frequency) for line in rotation if line.frequency), 0.0)
        scale, standing = 2.0 * self._scale(), self._standing()
        lines = tuple(replace(line, amplitude=scale * line.amplitude * self._response(line.frequency))
                      for line in rotation)
        if stray is not None:
            volts = self._number("gain") * self._number("responsivity") * stray[1] * self._response(stray[0])
            lines = (*lines, Line(stray[0], complex(volts), np.ones(grid.count + 1)))
        if standing:
            lines = (*lines, Line(0.0, complex(standing), np.ones(grid.count + 1)))
        lines = (*lines, *hum_lines(self._hum(), grid))
        passed, flicker = abs(self._response(self._carrier)) ** 2, self._flicker * self._uneven()
        white = self._density() - (flicker / self._carrier if self._carrier else 0.0)
        if abs(standing) > SWING:  # at the rail there is no gain, and no noise comes through
            passed = 0.0
        return self._clipped(Signal(grid, lines, white * passed, flicker * passed))

    def _clipped(self, signal: Signal) -> Signal:
        clipped = limited(signal, SWING)
        self._over = clipped is not signal and _reach(signal, -1) > SWING
        if clipped is not signal:
            self._mark("saturated")
        return clipped

    def problems(self) -> list[str]:
        return self._saturation_problems("balance the bridge")


def _reach(signal: Signal, boundary: int) -> float:
    """Return the sum of the peaks of all lines at one tick boundary."""
    total: Any = sum(abs(line.amplitude * line.envelope[boundary]) for line in signal.lines)
    return float(total)
