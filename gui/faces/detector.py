"""The face of a detector: its output against the swing of the amplifier, the gain, and what the noise is made of."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gui.faces.face import Face, stacked, table
from gui.faces.parts import Values
from gui.topics import set_topic
from gui.widgets.bar_graph import BarGraph
from instruments.detection.transimpedance import SWING

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class DetectorFace(Face):
    """Output, light, gain and bandwidth; the noise densities fold."""

    def lay(self) -> None:
        """Lay it out."""
        parts = self.parts
        readings = parts.kind.readings()
        self.lamps("saturated")
        self._voltage = "output" if "output" in readings else "offset"
        self._bar = BarGraph(beyond=1.1)
        self._bar.setToolTip(f"See how much of its swing of {SWING:g} V the output takes.")
        self._bar.setAccessibleName(f"{parts.name} {self._voltage} bar")
        set_topic(self._bar, f"reading/{parts.name}/{self._voltage}")
        self.column.addWidget(stacked(parts.display(self._voltage, self._voltage, big=True), self._bar))
        gains = {gain: "10" + f"{gain:.0e}".split("+")[1].lstrip("0").translate(_RAISED)
                 for gain in parts.kind.settings()["gain"].choices}
        balance = "balance" if "balance" in parts.kind.settings() else "imbalance"
        self.table(("gain (V/A)", parts.segments("gain", gains)), ("bandwidth", parts.display("bandwidth")),
                   ("mean power", parts.display("mean_power")), (balance, parts.field(balance)),
                   ("noise", parts.display("noise_density")))
        densities = [key for key in parts.left("reading") if key.endswith("_noise_density")]
        inner = QWidget()
        inner.setLayout(table(*((key.removesuffix("_noise_density"), parts.display(key)) for key in densities)))
        inner.layout().setContentsMargins(18, 0, 0, 0)
        self.column.addWidget(parts.fold("What the noise is made of", inner))
        parts.watch(self._show_bar)

    def _show_bar(self, values: Values) -> None:
        self._bar.show_part(float(values[self._voltage]) / SWING)
