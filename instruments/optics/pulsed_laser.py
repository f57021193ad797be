"""A mode-locked laser that pumps the spins with picosecond pulses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import pi

from instruments.declaration import Setting, Value, action, fault, reading, spoiling_flag
from instruments.optics.light import PulseTrain
from instruments.optics.light_source import LightSource
from instruments.optics.wavemeter import HC
from instruments.sketch import BeamLook, Sketch
from instruments.wiring import Port
from vlab.physics.pulse import area_from_power, rosen_zener
from vlab.samples.specimen import HBAR

CARRIER_WAVELENGTH = 890e-9
"""Where the trion resonance of InGaAs dots in GaAs lies, m; it matters to power meters only."""
_STARTING_TIME = 5.0


@lru_cache(maxsize=64)
def _q_and_phi(area: float, y: float) -> tuple[float, float]:
    q, phi = rosen_zener(area, y)
    return float(q), float(phi)


class PulsedLaser(LightSource):
    """A mode-locked laser with a pulse picker and a shutter: short pulses at equal distances.

    The pulses are hyperbolic secants, mu(t) = sech(pi t / pulse_duration). Their area is pi sqrt(W tau_p / (W_pi
    tau_pi)) with the calibration (``pi_pulse_energy``, ``pi_pulse_duration``) that somebody made on this sample; Q and
    Phi are those of such a pulse at its detuning, if it is circularly polarized. Out of mode lock the laser goes on
    with the same average power, but without pulses.
    """

    title = "Pump laser"
    short = "Pump"
    ports = (Port("beam", "out", "light", "the pulses behind the shutter"),)

    sketch = Sketch("laser", "power", 4, switch="shutter")

    repetition_period = Setting("ns", 13.2, limits=(2.0, 100.0), help="Set the time between two pulses.")
    power = Setting("mW", 10.0, limits=(0.0, 1000.0), help="Set the average power on the sample.")
    detuning = Setting("meV", 0.0, limits=(-10.0, 10.0),
                       help="Set how far the carrier lies red of the trion resonance (negative: blue).")
    pulse_duration = Setting("ps", 2.0, limits=(0.1, 50.0), help="Set the duration of the pulses.")
    pi_pulse_energy = Setting("pJ", 132.0, limits=(1e-3, 1e6), group="Calibration",
                              help="Set the energy that a resonant pi pulse was found to have; readings use it.")
    pi_pulse_duration = Setting("ps", 2.0, limits=(0.1, 50.0), group="Calibration",
                                help="Set the duration of the pulses with which this was found.")

    @reading("MHz")
    def repetition_rate(self) -> float:
        """Read the number of pulses per second."""
        return 1.0 / float(self._values["repetition_period"])

    @reading("pJ")
    def pulse_energy(self) -> float:
        """Read the energy of one pulse behind the shutter."""
        return self.train().energy

    @reading("")
    def pulse_area(self) -> float:
        """Read the area of a pulse in units of pi, from the calibration."""
        return self._area() / pi

    @reading("")
    def q(self) -> float:
        """Read Q of a pulse: the amplitude that it leaves in the spin state it excites, from the calibration."""
        return self._action()[0]

    @reading("deg")
    def phi(self) -> float:
        """Read Phi of a pulse: the phase that it gives to this amplitude."""
        return self._action()[1]

    @reading("W")
    def peak_power(self) -> float:
        """Read the peak power of a pulse, pi / 2 times its energy per duration."""  # of sech^2(pi t / tau)
        return 0.5 * pi * self.train().energy / float(self._values["pulse_duration"])

    @reading("nm")
    def wavelength(self) -> float:
        """Read the wavelength of the carrier."""
        return self.carrier()

    @spoiling_flag
    def not_mode_locked(self) -> bool:
        """Tell whether the photodiode in the laser sees no pulses."""
        return "mode_lock_lost" in self._faults

    @action
    def start_mode_locking(self) -> None:
        """Start pulses anew; it takes 5 s."""
        self._appoint("mode_locking", _STARTING_TIME)

    @fault
    def mode_lock_lost(self, present: bool) -> None:
        """Let the laser fall out of mode lock; starting the mode locking mends it."""
        if not present:
            self._appointments.pop("mode_locking", None)

    @classmethod
    def light_out(cls, port: str, values: Mapping[str, Value], incoming: BeamLook | None) -> BeamLook:
        return replace(super().light_out(port, values, incoming), pulsed=not values["not_mode_locked"])

    def carrier(self) -> float:
        """Return the wavelength of the carrier in m."""
        return HC / (HC / CARRIER_WAVELENGTH - float(self._values["detuning"]))

    def train(self) -> PulseTrain:
        """Return the pulses behind the shutter."""
        period = float(self._values["repetition_period"])
        power = 0.0 if "mode_lock_lost" in self._faults else self.power_out()
        return PulseTrain(power * period, period, float(self._values["detuning"]),
                          float(self._values["pulse_duration"]))

    def _area(self) -> float:
        values = self._values
        duration, reference = float(values["pulse_duration"]), float(values["pi_pulse_duration"])
        return float(area_from_power(self.train().energy * duration / (float(values["pi_pulse_energy"]) * reference)))

    def _action(self) -> tuple[float, float]:
        y = float(self._values["detuning"]) * float(self._values["pulse_duration"]) / (2.0 * pi * HBAR)
        return _q_and_phi(self._area(), y)

    def _keep(self, name: str) -> None:
        super()._keep(name)
        if name == "mode_locking":
            self.mend("mode_lock_lost")

    def problems(self) -> list[str]:
        found = self._dark("nothing orients the spins")
        if "mode_lock_lost" in self._faults:
            found.append(f"{self.name}: it is out of mode lock, so there are no pulses and nothing orients the spins; "
                         f"press Start mode locking ({self.name}.start_mode_locking).")
        return found
