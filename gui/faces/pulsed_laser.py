"""The face of a pulsed laser: pulse area, Q and Phi large, then what makes them."""

from __future__ import annotations

import math

from gui.faces.face import Face
from gui.faces.parts import Values
from gui.faces.shutter import shutter_switch


class PulsedLaserFace(Face):
    """Pulse area, Q and Phi, power, pulses, shutter."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.row(parts.lamp("not_mode_locked"), parts.lamp("shutter_disagrees"), 0)
        area = parts.display("pulse_area", "pulse area (π)", big=True)
        self.column.addWidget(area)
        self.row(parts.display("q", "Q", big=True, text="{:.4f}".format), parts.display("phi", "Φ", big=True))
        self.table(("power", parts.field("power")), ("shutter", shutter_switch(parts)),
                   ("detuning", parts.field("detuning")), ("pulse duration", parts.field("pulse_duration")),
                   ("repetition period", parts.field("repetition_period")))
        self.row("repetition", parts.display("repetition_rate"), 0, "pulse", parts.display("pulse_energy"))
        self.row(parts.button("start_mode_locking"), 0)
        parts.watch(lambda values: area.set_note(_pulse_words(values)))


def _pulse_words(values: Values) -> str:
    area = float(values["pulse_area"])
    if not math.isfinite(area) or area == 0.0:
        return "no pulses"
    return "a π pulse" if abs(area - 1.0) < 0.005 else ""
