"""The precession axis of one dot, tilted by its nuclei, and what that makes of an ensemble: the recovery curve."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.inside.axis_picture import AxisPicture
from gui.inside.knob import KnobRow
from gui.inside.secret import SecretPanel, line_of_text
from gui.theme import mark_trace
from gui.widgets.plot import Plot
from instruments.spin_view import SpinView, surviving_part
from instruments.theory import Knob

_MILLI = 1e-3
_POINTS = 81
_SPAN = 8.0
"""How far the curve goes at least, in nuclear fields."""
_WIDER = 1.5
"""Factor by which it goes further where a field would lie outside."""
_MOST = 0.5
KNOBS = (
    Knob("field", "B", "mT", 0.0, _MOST, 0.1, "Set the external field along the growth axis."),
    Knob("nuclear", "Bₙ", "mT", 0.0, 0.1, 0.01, "Set the size of the nuclear field of one dot."),
    Knob("angle", "angle to z", "deg", 0.0, pi, radians(60.0), "Set the angle between its nuclear field and z."),
)


class AxisPanel(SecretPanel):
    """Figure 4 with knobs, and the ensemble average of cos^2 theta beside it.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "precession", parent)
        self._view: SpinView | None = None
        self._ensemble: tuple[float, float] | None = None
        """Strength and anisotropy of the nuclear field for which the curve is drawn."""
        self._end = 0.0
        """Where the curve ends, T."""
        self.by_hand = False
        """Whether a hand has turned a knob, so that they do not follow the bench."""
        self._shown: object = None
        self.value = line_of_text("what survives")
        self.picture = AxisPicture(desk.theme, desk.model.lab.courtesy)
        self.plot = Plot(desk.theme, "recovery plot", "B (mT)", "⟨cos²θ⟩")
        self.plot.setToolTip("What survives of the spins of the whole ensemble against the external field: the "
                             "polarization recovery curve for weak pumping. Circle: the field of the knob; triangle: "
                             "the field on the bench.")
        self.curve = self.plot.plot([], [])
        mark_trace(self.curve, "spin_polarization")
        self.plot.restyle()
        self.marks = pg.ScatterPlotItem(size=11, pxMode=True)
        self.plot.addItem(self.marks, ignoreBounds=True)
        self.knobs = {knob.name: KnobRow(knob, self.page) for knob in KNOBS}
        self.from_bench = QPushButton("As on the bench")
        self.from_bench.setToolTip("Set the field to that of the magnet and the nuclear field to the usual size of "
                                   "this sample, and follow them.")
        self.from_bench.clicked.connect(self.take_bench)
        self.grid = QWidget()
        grid = QGridLayout(self.grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        for row, (name, knob) in enumerate(self.knobs.items()):
            knob.place(grid, row)
            knob.edited.connect(lambda _, name=name: self._on_turned(name))
        top = QHBoxLayout()
        top.addWidget(self.value, 1)
        top.addWidget(self.from_bench)
        middle = QHBoxLayout()
        middle.addWidget(self.picture, 1)
        middle.addWidget(self.plot, 1)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        column.addLayout(top)
        column.addLayout(middle, 1)
        column.addWidget(self.grid)
        self.follow_readings()
        self.listen(desk.model.bench_changed, self.show_bench)
        self.follow_theme(self._show)
        self.show_bench()

    def show_bench(self) -> None:
        """Show the fields of the bench that the laboratory has; say so if it has no precessing spins."""
        self._view = view = self.desk.model.kind.spins
        self._ensemble, self._shown, self.by_hand = None, None, False
        for part in (self.picture, self.plot, self.grid, self.from_bench):
            part.setVisible(view is not None)
        self.value.setWordWrap(view is None)
        self.value.setText("" if view is not None else "This bench has no precessing spins to show.")
        self.plot.show_again()
        self.draw()

    def _fields(self) -> tuple[float, float, float] | None:
        view, hidden = self._view, self.desk.model.snapshot.hidden
        if view is None or any(name not in hidden for name in view.depends_on):
            return None
        return view.field(hidden)

    def take_bench(self) -> None:
        """Set the knobs to what is on the bench, and let them follow it."""
        self.by_hand = False
        self.draw()

    def _on_turned(self, name: str) -> None:
        """Keep what a hand has set; the angle is no bench's."""
        self.by_hand = self.by_hand or name != "angle"
        self.draw()

    def draw(self) -> None:
        """Follow the bench: the curve when its sample is another one, the mark of its field."""
        fields = self._fields()
        if fields is None or not self.seen():
            return
        if not self.by_hand:
            for name, value in (("field", float(f"{abs(fields[0]):.4g}")), ("nuclear", float(f"{fields[1]:.3g}"))):
                if self.knobs[name].value() != value:
                    self.knobs[name].setValue(value)
        first = _SPAN * max(fields[1], _MILLI)
        end, wanted = first, 1.05 * max(abs(fields[0]), self.knobs["field"].value())
        while end < wanted:
            end *= _WIDER
        if (fields[1:], end) != (self._ensemble, self._end):
            self._ensemble, self._end, self._shown = fields[1:], end, None
            b = np.linspace(0.0, first, _POINTS)
            if end > first:
                b = np.concatenate((b, np.linspace(first, end, _POINTS)[1:]))
            self.curve.setData(b / _MILLI, surviving_part(b, *fields[1:]))
            self.plot.show_all((0.0, b[-1] / _MILLI), (0.0, 1.0))
        self._show()

    def _show(self) -> None:
        """Draw what the knobs say."""
        fields = self._fields()
        if fields is None or not self.seen():
            return
        b, nuclear, angle = values = tuple(knob.value() for knob in self.knobs.values())
        asked = (fields, values, self.by_hand, self.desk.theme.dark)
        if asked == self._shown:
            return
        self._shown = asked
        self.picture.show_fields((0.0, b), (nuclear * sin(angle), nuclear * cos(angle)))
        x, y = self.curve.getOriginalDataset()
        if x is not None and len(x):
            theme = self.desk.theme
            spots = [(b / _MILLI, "o", theme.colour("accent")), (abs(fields[0]) / _MILLI, "t", theme.trace("field"))]
            self.marks.setData([{"pos": (place, float(np.interp(place, x, y))), "symbol": symbol,
                                 "brush": colour, "pen": pg.mkPen(colour)} for place, symbol, colour in spots])
        mean = float(surviving_part(b, *fields[1:])[0])
        own = " (your values)" if self.by_hand else ""
        self.value.setText(f"cos²θ = {self.picture.surviving:.3f}, ensemble ⟨cos²θ⟩ = {mean:.3f}{own}")
        self.from_bench.setEnabled(self.by_hand)
