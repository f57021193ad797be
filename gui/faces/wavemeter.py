"""The face of a wavemeter: energy and wavelength large."""

from __future__ import annotations

from gui.faces.face import Face, line


class WavemeterFace(Face):
    """Energy, wavelength, and how often they are renewed."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.lamps("no_signal", "calibrating")
        self.column.addWidget(parts.display("energy", "energy", big=True, quantity="photon_energy"))
        self.column.addWidget(parts.display("wavelength", "wavelength", big=True))
        self.table(("rate", line(parts.field("rate"), parts.button("calibrate"))),
                   ("averaging", parts.editor("averaging")), ("interval", parts.display("interval")))
