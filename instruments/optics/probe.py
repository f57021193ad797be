"""The probe: weak linearly polarized pulses that the spins turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from instruments.declaration import Setting, Value
from instruments.optics.light_source import LightSource
from instruments.optics.pulsed_laser import CARRIER_WAVELENGTH
from instruments.sketch import BeamLook, Sketch
from instruments.wiring import Port


@dataclass(frozen=True)
class ProbeLight:
    """The probe beam."""

    power: float
    """Average power, W."""
    intensity_noise: float
    """White relative intensity noise, one-sided, 1/sqrt(Hz)."""
    intensity_flicker: float = 0.0
    """1/f relative intensity noise: its one-sided density is intensity_flicker / f."""


class ProbeLaser(LightSource):
    """A weak, linearly polarized probe beam; it is taken not to disturb the spins."""

    title = "Probe laser"
    short = "Probe"
    ports = (Port("beam", "out", "light", "the beam behind the shutter"),)

    sketch = Sketch("laser", "power", 4, switch="shutter")

    power = Setting("uW", 100.0, limits=(0.0, 1e4), help="Set the average power on the sample.")
    intensity_noise = Setting("1/Hz^0.5", 1e-5, limits=(0.0, 1e-2), group="Noise",
                              help="Set the white relative intensity noise.")

    @classmethod
    def light_out(cls, port: str, values: Mapping[str, Value], incoming: BeamLook | None) -> BeamLook:
        return replace(super().light_out(port, values, incoming), pulsed=True, helicity="linear")

    def carrier(self) -> float:
        """Return the wavelength in m: that of the trion resonance."""
        return CARRIER_WAVELENGTH

    def light(self) -> ProbeLight:
        """Return the beam behind the shutter."""
        return ProbeLight(self.power_out(), *self.relative_noise())

    def problems(self) -> list[str]:
        return self._dark("no light reaches the detector")
