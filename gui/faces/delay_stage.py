"""The face of a delay stage: the delay large, and the carriage on its rail."""

from __future__ import annotations

from gui.faces.face import Face
from gui.faces.parts import Values


class DelayStageFace(Face):
    """Delay, its way to the set-point, home and stop."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.lamps("stuck", "unreferenced", "moving", "homing")
        self.column.addWidget(parts.display("delay_actual", "delay", big=True))
        self.table(("go to", parts.travel("delay", "moving", _homing)), ("speed", parts.field("speed")))
        self.row(parts.button("stop"), parts.button("home"), 0, "encoder", parts.display("encoder"))
        self.row("approach from below", parts.rocker("backlash_correction"), 0)


def _homing(values: Values) -> str:
    return "to its reference mark" if values["homing"] else ""
