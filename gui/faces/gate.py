"""The face of a gate source: the voltage large, its way to the set-point, the output switch and the current."""

from __future__ import annotations

from gui.faces.face import Face, line
from gui.faces.parts import Values


class GateFace(Face):
    """Voltage, output, and the current with its limit."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.row(parts.lamp("tripped"), parts.lamp("ramping"), parts.lamp("switching"), 0)
        self.row(parts.display("output_voltage", "out", big=True, quantity="gate"),
                 parts.display("current", "current", big=True))
        self.output = parts.rocker("output")
        self.table(("voltage", parts.travel("voltage", "ramping")), ("range", parts.segments("range")),
                   ("output", line(self.output, 0, parts.button("hold"), parts.button("zero", "To zero"))),
                   ("slew rate", parts.field("slew_rate")),
                   ("current limit", line(parts.field("current_limit"), parts.button("reset_trip"))))
        parts.watch(self._show_switch)

    def _show_switch(self, values: Values) -> None:
        self.output.set_moving("…" if values["switching"] else "")
