"""A tunable continuous-wave laser with a shutter."""

from __future__ import annotations

from instruments.declaration import Setting, flag
from instruments.instrument import Instrument
from instruments.wiring import Port


class Laser(Instrument):
    """A tunable continuous-wave laser: photon energy, power on the sample, shutter."""

    title = "Tunable laser"
    short = "Laser"
    ports = (Port("beam", "out", "light", "the beam behind the shutter"),)

    photon_energy = Setting("eV", 1.3, limits=(1.2, 1.4), rate="tuning_rate", digits=9,
                            help="Set the photon energy.")
    tuning_rate = Setting("ueV/s", 1e5, limits=(1e-3, 1e9), help="Set how fast the photon energy moves.")
    power = Setting("nW", 10.0, limits=(0.0, 1e4), help="Set the power on the sample while the light is on.")
    shutter = Setting(None, "open", choices=("open", "closed"), safe="closed", help="Open or close the shutter.")

    @flag
    def tuning(self) -> bool:
        """Tell whether the photon energy is still moving."""
        return self.remaining("photon_energy") > 0.0

    def power_out(self) -> float:
        """Return the power behind the shutter in W."""
        return float(self._values["power"]) if self._values["shutter"] == "open" else 0.0

    def problems(self) -> list[str]:
        if self._values["shutter"] == "closed":
            return [f"{self.name}: the shutter is closed, so no light reaches the sample; set {self.name}.shutter "
                    "to 'open'."]
        if self._values["power"] == 0.0:
            return [f"{self.name}: the power is zero, so there is nothing to absorb; set {self.name}.power."]
        return []
