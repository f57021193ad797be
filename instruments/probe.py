"""The probe: weak linearly polarized pulses that the spins turn."""

from __future__ import annotations

from dataclasses import dataclass

from instruments.declaration import Setting
from instruments.instrument import Instrument
from instruments.wiring import Port


@dataclass(frozen=True)
class ProbeLight:
    """The probe beam."""

    power: float
    """Average power, W."""
    intensity_noise: float
    """One-sided relative intensity noise, 1/sqrt(Hz)."""


class ProbeLaser(Instrument):
    """A weak, linearly polarized probe beam; it is taken not to disturb the spins."""

    title = "Probe laser"
    short = "Probe"
    ports = (Port("beam", "out", "light", "the beam behind the shutter"),)

    power = Setting("uW", 100.0, limits=(0.0, 1e4), help="Set the average power on the sample.")
    intensity_noise = Setting("1/Hz^0.5", 1e-5, limits=(0.0, 1e-2), help="Set the relative intensity noise.")
    shutter = Setting(None, "open", choices=("open", "closed"), safe="closed", help="Open or close the shutter.")

    def light(self) -> ProbeLight:
        """Return the beam behind the shutter."""
        power = float(self._values["power"]) if self._values["shutter"] == "open" else 0.0
        return ProbeLight(power, float(self._values["intensity_noise"]))

    def problems(self) -> list[str]:
        if self._values["shutter"] == "closed":
            return [f"{self.name}: the shutter is closed, so no light reaches the detector; set {self.name}.shutter "
                    "to 'open'."]
        if self._values["power"] == 0.0:
            return [f"{self.name}: the power is zero, so no light reaches the detector; set {self.name}.power."]
        return []
