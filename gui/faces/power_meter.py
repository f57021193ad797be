"""The face of a power meter: the power large, against the range in use."""

from __future__ import annotations

from gui.faces.face import Face, line, stacked
from gui.topics import set_topic
from gui.widgets.bar_graph import BarGraph

_OVER_RANGE = 1.1


class PowerMeterFace(Face):
    """Power, range and wavelength."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        self.lamps("over_range", "no_sensor")
        bar = BarGraph(both_signs=False, beyond=_OVER_RANGE, quantity="power")
        bar.setToolTip("See how much of the range in use the power takes.")
        bar.setAccessibleName(f"{parts.name} power bar")
        set_topic(bar, f"reading/{parts.name}/power")
        self.column.addWidget(stacked(parts.display("power", "power", big=True, quantity="power"), bar))
        rows = [("wavelength", parts.field("wavelength")),
                ("ranging", line(parts.segments("ranging", {"automatic": "auto"}), parts.display("present_range"))),
                ("range", line(parts.editor("range"), parts.button("zero"))),
                ("averaging time", parts.field("averaging_time"))]
        if "beam" in parts.kind.settings():
            rows.insert(0, ("beam", parts.segments("beam")))
        self.table(*rows)
        parts.watch(lambda values: bar.show_part(float(values["power"]) / float(values["present_range"])))
