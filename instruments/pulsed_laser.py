"""A mode-locked laser that pumps the spins with picosecond pulses."""

from __future__ import annotations

from instruments.declaration import Setting, reading
from instruments.instrument import Instrument
from instruments.light import PulseTrain
from instruments.wiring import Port


class PulsedLaser(Instrument):
    """A mode-locked laser with a pulse picker and a shutter: short pulses at equal distances.

    The pulses are hyperbolic secants, mu(t) = sech(pi t / pulse_duration).
    """

    title = "Pump laser"
    short = "Pump"
    ports = (Port("beam", "out", "light", "the pulses behind the shutter"),)

    repetition_period = Setting("ns", 13.2, limits=(2.0, 100.0), help="Set the time between two pulses.")
    power = Setting("mW", 10.0, limits=(0.0, 1000.0), help="Set the average power on the sample.")
    detuning = Setting("meV", 0.0, limits=(-10.0, 10.0),
                       help="Set how far the carrier lies red of the trion resonance (negative: blue).")
    pulse_duration = Setting("ps", 2.0, limits=(0.1, 50.0), help="Set the duration of the pulses.")
    shutter = Setting(None, "open", choices=("open", "closed"), safe="closed", help="Open or close the shutter.")

    @reading("MHz")
    def repetition_rate(self) -> float:
        """Read the number of pulses per second."""
        return 1.0 / float(self._values["repetition_period"])

    @reading("pJ")
    def pulse_energy(self) -> float:
        """Read the energy of one pulse behind the shutter."""
        return self.train().energy

    def train(self) -> PulseTrain:
        """Return the pulses behind the shutter."""
        period = float(self._values["repetition_period"])
        power = float(self._values["power"]) if self._values["shutter"] == "open" else 0.0
        return PulseTrain(power * period, period, float(self._values["detuning"]),
                          float(self._values["pulse_duration"]))

    def problems(self) -> list[str]:
        if self._values["shutter"] == "closed":
            return [f"{self.name}: the shutter is closed, so nothing orients the spins; set {self.name}.shutter to "
                    "'open'."]
        if self._values["power"] == 0.0:
            return [f"{self.name}: the power is zero, so nothing orients the spins; set {self.name}.power."]
        return []
