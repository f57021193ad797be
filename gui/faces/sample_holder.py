"""The face of a rotating sample holder: the angle large, and its way to the set-point."""

from __future__ import annotations

from gui.faces.face import Face


class SampleHolderFace(Face):
    """Tilt, its way to the set-point, and stop."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.row(parts.lamp("stuck"), parts.lamp("turning"), 0)
        self.column.addWidget(parts.display("tilt_actual", "tilt", big=True))
        self.table(("turn to", parts.travel("tilt", "turning")), ("speed", parts.field("speed")))
        self.row(parts.button("stop"), 0, "encoder", parts.display("encoder"))
