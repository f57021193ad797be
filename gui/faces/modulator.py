"""The face of what modulates light, a chopper or a helicity modulator: state, frequency, and how it modulates."""

from __future__ import annotations

from gui.faces.face import Face
from gui.faces.parts import words


class ModulatorFace(Face):
    """State, frequency, and the two or three settings that are of the kind."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        settings = parts.kind.settings()
        self.lamps(*parts.kind.flags())
        self.column.addWidget(parts.display("frequency_actual", "frequency", big=True))
        rows = [("state", parts.rocker("state")), ("frequency", parts.field("frequency"))]
        if "waveform" in settings:
            rows.append(("waveform", parts.segments("waveform")))
        rows += [(key, parts.field(key)) for key in ("duty", "depth") if key in settings]
        rows += [(words(key), parts.display(key)) for key in parts.left("reading")]
        self.table(*rows)
