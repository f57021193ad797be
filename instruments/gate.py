"""A voltage source on the gate of the diode that holds the dot."""

from __future__ import annotations

from instruments.declaration import Setting, flag
from instruments.instrument import Instrument
from instruments.wiring import Port


class GateSource(Instrument):
    """A low-noise voltage source: set-point, slew rate, output relay."""

    title = "Gate voltage source"
    short = "Gate"
    ports = (Port("output", "out", "voltage", "the voltage behind the relay"),)

    voltage = Setting("V", 0.4, limits=(-2.0, 2.0), rate="slew_rate", help="Set the gate voltage.")
    slew_rate = Setting("V/s", 100.0, limits=(1e-6, 1e6), help="Set how fast the gate voltage moves.")
    output = Setting(None, "on", choices=("on", "off"), help="Switch the output relay; off puts 0 V on the gate.")

    @flag
    def ramping(self) -> bool:
        """Tell whether the gate voltage is still moving."""
        return self.remaining("voltage") > 0.0

    def problems(self) -> list[str]:
        if self._values["output"] == "off":
            return [f"{self.name}: the output is off, so the gate is at 0 V; set {self.name}.output to 'on'."]
        return []
