"""The face of a cryostat: the temperature large, its way to the set-point, heater and helium."""

from __future__ import annotations

from gui.faces.face import Face


class CryostatFace(Face):
    """Temperature, ramp, helium flow."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.row(parts.lamp("unregulated"), parts.lamp("ramping"), parts.lamp("settling"), 0)
        self.row(parts.display("temperature_actual", "sample", big=True),
                 parts.display("sensor_temperature", "sensor", big=True))
        self.table(("temperature", parts.travel("temperature", "ramping")), ("ramp rate", parts.field("ramp_rate")),
                   ("helium flow", parts.field("helium_flow")))
        self.row(parts.button("hold"), 0, "heater", parts.display("heater_power"))
