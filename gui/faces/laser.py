"""The face of a tunable laser: photon energy, power, shutter, and what holds them."""

from __future__ import annotations

from gui.faces.face import Face, line
from gui.faces.shutter import shutter_switch
from vlab.readout import readout

_HC = 6.62607015e-34 * 299_792_458.0


class TunableLaserFace(Face):
    """Energy and wavelength, power, shutter, lock."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.lamps("mode_hopped", "lock_lost", "shutter_disagrees", "locked", "tuning")
        energy = parts.display("photon_energy_actual", "energy", big=True, quantity="photon_energy")
        self.column.addWidget(energy)
        self.table(("photon energy", parts.field("photon_energy")),
                   ("power", line(parts.field("power"), parts.display("power_actual"))),
                   ("shutter", shutter_switch(parts)),
                   ("frequency lock", line(parts.rocker("lock"), 0, "power servo", parts.rocker("power_servo"))),
                   ("grating", line(parts.segments("tuning_mode"), parts.button("relock"))),
                   ("tuning rate", parts.field("tuning_rate")),
                   ("linewidth", parts.field("linewidth")))
        parts.watch(lambda values: energy.set_note(readout(_HC / max(float(values["photon_energy_actual"]), 1e-30),
                                                           "nm", 6)))
