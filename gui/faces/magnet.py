"""The face of a superconducting magnet: the field large, its way to the target, and the persistent switch."""

from __future__ import annotations

from gui.faces.face import Face, line
from gui.faces.parts import Values
from vlab.readout import readout


class MagnetFace(Face):
    """Field, target, ramp, and the heater of the switch."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.lamps("quenched", "off_target", "helium_alarm", "ramping", "persistent", "switching")
        self.column.addWidget(parts.display("field_actual", "field", big=True, quantity="field"))
        self.heater = parts.rocker("heater")
        self.table(("target", parts.travel("field", "ramping", _words)), ("ramp rate", parts.field("ramp_rate")),
                   ("ramp", line(parts.button("hold"), parts.button("zero", "To zero"), parts.button("reset_quench"))),
                   ("heater", self.heater),
                   ("persistent", line(parts.button("enter_persistent", "Enter"),
                                       parts.button("leave_persistent", "Leave"), 0)))
        parts.watch(self._show_switch)

    def _show_switch(self, values: Values) -> None:
        moving = "cools" if values["heater"] == "off" else "warms"
        self.heater.set_moving(moving if values["switching"] else "")


def _words(values: Values) -> str:
    """Return what hinders the way to the target."""
    if values["quenched"]:
        return "quenched"
    if values["persistent"]:
        supply = readout(values["supply_field"], "T", 4)
        return f"the supply is at {supply}" if values["ramping"] else "the coil keeps its field"
    return ""
