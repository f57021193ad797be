"""The face of a probe laser: power and shutter."""

from __future__ import annotations

from gui.faces.face import Face
from gui.faces.shutter import shutter_switch


class ProbeLaserFace(Face):
    """Power and shutter."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.row(parts.lamp("shutter_disagrees"), 0)
        self.table(("power", parts.field("power")), ("shutter", shutter_switch(parts)))
