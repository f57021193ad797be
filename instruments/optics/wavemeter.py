"""A wavemeter: it measures the photon energy of the laser, several times a second."""

from __future__ import annotations

from collections.abc import Callable
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

HC = 6.62607015e-34 * 299792458.0
USUAL_RATE = 50.0
"""Hz, the rate for which the noise is stated."""
_LEFT_OVER = 0.05
"""Part of the accuracy that a calibration leaves."""
_CALIBRATION_TIME = 5.0


class Wavemeter(Instrument):
    """A Fizeau wavemeter on a fibre that is fed before the laser's shutter, so it sees the light at all times.

    It shows the photon energy at the moment of its last update, wrong by an offset of its own that lies within its
    ``accuracy`` and by noise that averages down: noise_amplitude sqrt(rate / (50 Hz averaging)) rms, since a shorter
    exposure catches less light. A calibration leaves a twentieth of the accuracy.
    """

    title = "Wavemeter"
    short = "Wavemeter"
    ports = (Port("beam", "in", "light", "a fibre from before the laser's shutter"),)
    sketch = Sketch("wavemeter", "energy", 8)
    _memory: ClassVar[tuple[str, ...]] = ("_shown", "_calibrated", "_updated_ps", "_followed_ps")

    rate = Setting("Hz", 50.0, limits=(0.1, 500.0), help="Set how often an interferogram is exposed.")
    averaging = Setting("", 1.0, choices=(1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
                        help="Choose how many exposures are averaged for each value.")
    accuracy = Setting("ueV", 0.25, limits=(0.0, 10.0), help="Set within which its own offset lies, uncalibrated.")
    noise_amplitude = Setting("ueV", 0.01, limits=(0.0, 1.0), group="Noise",
                              help="Set the rms noise of one exposure at 50 Hz.")
    noise = Setting(None, "on", choices=("on", "off"), group="Noise", help="Switch the noise of the values on or off.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._shown = RenewedValue(f"{name}.noise", seed, noise)
        self._errors = own_error(f"{name}.offset", seed, noise, 2)
        self._calibrated = False
        self._updated_ps = 0
        self._followed_ps = 0

    @reading("eV")
    def energy(self) -> float:
        """Read the photon energy at the last update."""
        return self._shown.look()

    energy.digits = 10

    @reading("nm")
    def wavelength(self) -> float:
        """Read the vacuum wavelength at the last update; 0 before the first."""
        energy = self._shown.look()
        return HC / energy if energy > 0.0 else 0.0

    wavelength.digits = 10

    @reading("ms")
    def interval(self) -> float:
        """Read the time between two updates."""
        return self._period_ps() / PS_PER_SECOND

    @flag
    def calibrating(self) -> bool:
        """Tell whether it looks at its reference laser; the value stands still meanwhile."""
        return "calibration" in self._appointments

    @flag
    def no_signal(self) -> bool:
        """Tell whether the interferogram is too dark to be read; the value stands still."""
        return "fibre_out" in self._faults

    @action
    def calibrate(self) -> None:
        """Calibrate against the built-in reference laser; it takes 5 s."""
        self._appoint("calibration", _CALIBRATION_TIME)

    @fault
    def fibre_out(self, present: bool) -> None:
        """Let the fibre slip out of the wavemeter."""

    @property
    def measuring(self) -> bool:
        """Whether values are renewed."""
        return "fibre_out" not in self._faults and "calibration" not in self._appointments

    @property
    def updated_ps(self) -> int:
        """Lab time in ps of the last update."""
        return self._updated_ps

    def offset(self) -> float:
        """Return by how much (J) all values are wrong, which the instrument cannot know."""
        first, second = self._errors
        return float(self._values["accuracy"]) * (_LEFT_OVER * second if self._calibrated else first)

    def uncertainty(self) -> float:
        """Return the rms noise of a value in J."""
        if self._values["noise"] == "off" or not self._shown.noisy:
            return 0.0
        values = self._values
        return float(values["noise_amplitude"]) * sqrt(float(values["rate"]) / USUAL_RATE / float(values["averaging"]))

    def settle(self, energy: float) -> None:
        """Show ``energy`` (J), with the offset, as if it had been measured for long."""
        if self.measuring:
            self._shown.hold(energy + self.offset())

    def observe(self, grid: TickGrid, energy: float, speed: float, wander: NDArray[np.float64] | None) -> None:
        """Measure while the ticks of ``grid`` pass.

        Parameters
        ----------
        grid : TickGrid
        energy, speed : float
            Photon energy at the event from which ticks are counted (J), and its change per second.
        wander : ndarray, optional
            What comes on top at the tick boundaries, J.
        """
        count, moment = updates(grid, self._period_ps(), self._shown.epoch_ps)
        if count > 0 and self.measuring and moment > self._followed_ps:
            here = energy + speed * ((moment - grid.origin_ps) / PS_PER_SECOND) + at_moment(wander, grid, moment)
            self._renew(count, moment, here)

    def follow(self, start_ps: int, end_ps: int, energy: Callable[[int], float]) -> None:
        """Measure between two lab times for a servo, which needs the value before `observe` is told of that time.

        What is measured here is not measured again there; ``energy`` gives that of the photons (J) at a lab time (ps).
        """
        count, moment = updates(TickGrid(start_ps, end_ps - start_ps, 0, 1), self._period_ps(), self._shown.epoch_ps)
        if count > 0 and self.measuring:
            self._renew(count, moment, energy(moment))
        self._followed_ps = end_ps

    def _renew(self, count: int, moment: int, energy: float) -> None:
        self._shown.renew(count, energy + self.offset(), self.uncertainty())
        self._updated_ps = moment

    def start_epoch(self, key: str) -> None:
        self._shown.start_epoch(key, self._now_ps())

    def reset(self) -> None:
        super().reset()
        self._calibrated = False

    def _period_ps(self) -> int:
        return round(float(self._values["averaging"]) / float(self._values["rate"]) * PS_PER_SECOND)

    def _keep(self, name: str) -> None:
        if name == "calibration":
            self._calibrated = True

    def problems(self) -> list[str]:
        if "fibre_out" in self._faults:
            return [f"{self.name}: no light arrives, so its value is an old one; put the fibre back (mend "
                    f"{self.name}.fibre_out)."]
        return []
