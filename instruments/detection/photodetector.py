"""A balanced photodetector: the light behind the sample against light that did not meet it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, reading
from instruments.detection.transimpedance import SWING, AmplifiedDetector, compression, hum_lines
from instruments.optics.light import Light
from instruments.sketch import Sketch
from vlab.lab.cable import Line, Signal, TickGrid

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What follows from the settings and the light, for all ticks until one of them changes."""

    light: Light
    scale: float
    """V for all the light that the sample may absorb."""
    standing: float
    """V while the light is on, by which the arms differ without absorption."""
    dark: float
    """V while the light is off."""
    reach: float
    """No output is larger, V."""
    carriers: tuple[tuple[float, complex], ...]
    hum: tuple[tuple[float, complex], ...]
    quiet: float
    """Noise density behind the amplifier's bandwidth, V^2/Hz, light's intensity noise aside."""
    uneven: float
    """Squared share of the intensity noise that passes for want of rejection."""
    white: float
    """Density in V^2/Hz that the intensity noise makes for each V^2 that the arms differ by, before the bandwidth."""
    flicker: float
    passed: float
    """Share of the noise that passes the bandwidth."""


class Photodetector(AmplifiedDetector):
    """Two photodiodes and a transimpedance amplifier: V = gain * responsivity * (balance * P_reference - P_sample).

    With ``balance`` 1 the light that the sample did not absorb cancels and the output is proportional to DT/T.

    Notes
    -----
    Relative intensity noise n(t) of the light, of one-sided density S, on a beam chopped as sum_k Re(c_k exp(i w_k t))
    gives V_d n(t) chop(t), with V_d what the arms differ by: for white S the density V_d^2 S <chop^2>; for S = K / f
    the direct part V_d^2 mean^2 K / f and from each line V_d^2 |c_k|^2 / 4 (K / |f - f_k| + K / (f + f_k)). What is
    near the line itself is slow; it multiplies the envelope (``deviation``). What the arms have alike is suppressed by
    the common-mode rejection; it adds to V_d^2.
    """

    title = "Balanced photodetector"
    short = "Detector"
    sketch = Sketch("detector", "mean_power", 4)

    balance = Setting("", 1.0, limits=(0.0, 1.5), group="Balance",
                      help="Set the reference arm's power in units of the sample arm's.")

    _memory = ("_over", "_level", "_last", "_heard", "_light", "_plan")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name, seed, noise)
        self._light = Light(0.0)
        self._level = 0.0
        """What the arms differed by when the room was opened, V; noise of a whole stretch is reckoned with it."""
        self._last = 0.0
        self._heard = 1.0
        """Part of the time for which the amplifier is off its rails."""

    @reading("nW")
    def mean_power(self) -> float:
        """Read the mean power on the sample photodiode."""
        return self._light.power * self._light.mean + self._stray()

    @reading("V")
    def output(self) -> float:
        """Read the output while the light is on, as an oscilloscope shows it without noise."""
        return self._last

    def _brightest(self) -> float:
        power = self._light.power
        return max(power + self._stray(), self._number("balance") * power)

    def _currents(self) -> float:
        linear = self._number("responsivity")
        saturation, power, stray = self._number("saturation_power"), self._light.power, self._stray()
        reference = self._number("balance") * power

        def current(on: float, off: float) -> float:
            share = self._light.mean
            return share * on * compression(on, saturation)[0] + (1.0 - share) * off * compression(off, saturation)[0]

        if power + stray < 0.01 * saturation and reference < 0.01 * saturation:
            return linear * power * self._light.mean * (1.0 + self._number("balance"))
        return linear * (current(power + stray, stray) + current(reference, 0.0))

    def _frequency(self) -> float:
        return self._light.lines[0][0] if self._light.lines else 0.0

    def _intensity(self) -> float:
        plan, carrier = self._present_plan(self._light), self._frequency()
        flicker = plan.flicker / carrier if carrier else 0.0
        return (plan.white + flicker) * (self._level * self._level + plan.uneven)

    def _present_plan(self, light: Light) -> _Plan:
        plan: _Plan | None = self._plan
        if plan is None or (light is not plan.light and light != plan.light):
            plan = self._plan = self._planned(light)
        return plan

    def _planned(self, light: Light) -> _Plan:
        self._light = light
        gain, responsivity, saturation = (self._number(n) for n in ("gain", "responsivity", "saturation_power"))
        stray, reference = self._stray(), self._number("balance") * light.power
        sample = light.power + stray
        mean, slope = compression(sample, saturation)
        scale = gain * responsivity * light.power * slope
        offset = gain * self._number("input_offset")
        dark = offset - gain * responsivity * stray * compression(stray, saturation)[0]
        if mean == 1.0 and stray == 0.0 and reference < 0.01 * saturation:
            standing = gain * responsivity * light.power * (self._number("balance") - 1.0) + offset
        else:
            standing = offset + gain * responsivity * (reference * compression(reference, saturation)[0]
                                                       - sample * mean)
        hum = self._hum()
        reach = scale + abs(standing) + abs(dark) + sum(abs(amplitude) for _, amplitude in hum)
        white = flicker = 0.0
        if self._is_on("intensity_noise"):
            level, carrier = light.intensity_flicker, self._frequency()
            white = light.intensity_noise**2 * light.mean_square
            flicker = level * light.mean**2
            for frequency, amplitude in light.lines:
                near = abs(frequency - carrier)
                sides = 1.0 / (frequency + carrier) + (1.0 / near if near else 0.0)
                white += level * abs(amplitude) ** 2 / 4.0 * sides
        passed = abs(self._response(self._frequency())) ** 2
        carriers = tuple((f, amplitude * self._response(f)) for f, amplitude in light.lines)
        quiet = (self._shot() + self._thermal() + self._amplifier()) * passed
        uneven = (self._suppression() * scale) ** 2
        return _Plan(light, scale, standing, dark, reach, carriers, hum, quiet, uneven, white, flicker, passed)

    def detect(self, light: Light, absorbed: Floats, grid: TickGrid, deviation: Floats | None = None) -> Signal:
        """Return the output while ``absorbed`` (DT/T at the tick boundaries) is missing in the sample arm.

        ``deviation`` is the slow relative deviation of the light's power at the tick boundaries.
        """
        plan = self._present_plan(light)
        volts = plan.scale * absorbed
        if deviation is not None:
            volts *= 1.0 + deviation
        if plan.standing:  # what the amplifier and stray light give does not follow the laser
            lit = plan.standing - plan.dark
            volts += plan.standing if deviation is None else lit * (1.0 + deviation) + plan.dark
        if grid.first == 0:
            self._level = float(volts[0]) - plan.dark
        low = plan.dark
        heard = 1.0
        if plan.reach > SWING:
            if grid.first == 0:  # at the rail there is no gain, and no noise comes through
                self._heard = (light.mean * (abs(self._level + plan.dark) < SWING)
                               + (1.0 - light.mean) * (abs(plan.dark) < SWING))
            heard = self._heard
            volts, low = self._clipped(volts, low)
        elif self._over:
            self._over = False
        self._last = float(volts[-1])
        if low:
            volts -= low
        lines = (Line(0.0, complex(light.mean), volts), *[Line(f, amplitude, volts) for f, amplitude in plan.carriers])
        if low:
            lines = (*lines, Line(0.0, complex(low), np.ones(grid.count + 1)))
        if plan.hum and abs(low) < SWING:
            lines = (*lines, *hum_lines(plan.hum, grid))
        light_noise = (self._level * self._level + plan.uneven) * plan.passed
        return Signal(grid, lines, heard * (plan.quiet + plan.white * light_noise), heard * plan.flicker * light_noise)

    def _clipped(self, volts: Floats, low: float) -> tuple[Floats, float]:
        """Return the output while light is on and off; chopped light is a rectangle, so clipping it is exact."""
        over = np.abs(volts) > SWING
        self._over = bool(over[-1]) or abs(low) > SWING
        if self._over or over.any():
            self._mark("saturated")
        return np.clip(volts, -SWING, SWING), min(max(low, -SWING), SWING)

    def problems(self) -> list[str]:
        return self._saturation_problems("balance the arms")
