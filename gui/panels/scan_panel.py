"""The live plot: the chosen experiment's runs as its plan says, earlier ones under the present one."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.scans import Scan, Trace
from gui.widgets.findings import Findings
from gui.widgets.focus_wheel import ComboBox, SpinBox
from gui.widgets.plot import Plot
from vlab.errors import VlabError
from vlab.experiments.procedure import PlotPlan, Procedure, Variable
from vlab.quantity_scale import scale_of

_EARLIER = 5
_COLOURS = ("dt", "polarization", "field", "y", "gate", "power")
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_SYMBOLS = ("o", "s", "t1", "d")
_SPOILED = "spoiled: a flag was lit"
_MOST_NAMES = 9
"""Of a large family every second, third, ... curve is named."""


class ScanPanel(QWidget):
    """Traces of this session's runs of the experiment that is chosen.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        model, theme = desk.model, desk.theme
        self._model = model
        self._theme = theme
        self.plot = Plot(theme, "scan plot", "")
        self.plot.addLegend(offset=(-8, 8))
        self.quantity = ComboBox()
        self.quantity.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.quantity.setToolTip("Choose which of the measured quantities is drawn.")
        self.quantity.setAccessibleName("scan quantity")
        self.quantity.currentIndexChanged.connect(self.redraw)
        self.earlier = SpinBox()
        self.earlier.setRange(0, 20)
        self.earlier.setValue(_EARLIER)
        self.earlier.setToolTip("Set how many earlier runs are drawn under the present one.")
        self.earlier.setAccessibleName("earlier runs shown")
        self.earlier.valueChanged.connect(self.redraw)
        self.clear = QPushButton("Clear")
        self.clear.setToolTip("Forget the traces of earlier runs; their files stay.")
        self.clear.clicked.connect(model.clear_scans)
        self.readout = Findings()
        self.readout.setAccessibleName("scan summary")
        row = QHBoxLayout()
        row.addWidget(self.quantity)
        row.addStretch(1)
        row.addWidget(QLabel("earlier runs"))
        row.addWidget(self.earlier)
        row.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(row)
        column.addWidget(self.readout)
        column.addWidget(self.plot, 1)
        self._kind: type[Procedure] | None = None
        self._axis: tuple[float, ...] = ()
        self._curves: dict[tuple[int, int], pg.PlotDataItem] = {}
        self._filled: dict[pg.PlotDataItem, int] = {}
        """The state of its trace that each curve shows."""
        self._bars: dict[tuple[int, int], pg.PlotDataItem] = {}
        """Error bars, of curves that are means."""
        self._overlays: list[pg.PlotDataItem] = []
        self._crosses: pg.PlotDataItem | None = None
        """Crosses on the points that are spoiled, once there is such a point."""
        self._drawn = -1
        self._legend_left = False
        model.scan_changed.connect(self._grow)
        model.run_changed.connect(self._on_run)
        model.scans_cleared.connect(self.redraw)
        model.experiment_changed.connect(self.show_experiment)
        theme.changed.connect(self.redraw)
        self.show_experiment()

    def commands(self) -> tuple[Command, ...]:
        """Return what can be done with the plot."""
        return ()

    # -- the experiment ----------------------------------------------------------------------------------------

    def show_experiment(self) -> None:
        """Draw as the chosen experiment has it; the runs of others are kept and not shown."""
        kind = self._model.experiment
        if kind is self._kind:
            return
        self._kind = kind
        self._fit_plan(self._usual(kind))

    def _usual(self, kind: type[Procedure]) -> Procedure | None:
        """Return the last run of this kind, or one as the form begins with, if there is such."""
        for scan in reversed(self._model.scans):
            if type(scan.procedure) is kind:
                return scan.procedure
        try:
            return kind()
        except VlabError:
            return None

    def _fit_plan(self, usual: Procedure | None) -> None:
        assert self._kind is not None
        plan = self._kind.plot
        known = {} if usual is None else {v.name: v for v in usual.variables()}
        with QSignalBlocker(self.quantity):
            self.quantity.clear()
            for name in plan.y:
                variable = known.get(name, Variable(name, "", name))
                self.quantity.addItem(variable.heading(), variable)
        axis = () if usual is None else next(c.values for c in usual.coordinates() if c.name == plan.x)
        self._axis = tuple(float(v) for v in axis)
        self.plot.clear()
        self._curves.clear()
        self._bars.clear()
        self._filled.clear()
        self._crosses = None
        self.plot.setLogMode(x=plan.log_x, y=plan.log_y)
        if plan.legend_left != self._legend_left:
            self._legend_left = plan.legend_left
            self.plot.getPlotItem().legend.setOffset((8, 8) if plan.legend_left else (-8, 8))
        self.plot.set_bottom(plan.x_title or (plan.x if usual is None else usual.x_title()))
        self.redraw()

    # -- drawing -----------------------------------------------------------------------------------------------

    def _on_run(self) -> None:
        scans = self._scans()
        if scans and scans[-1].number != self._drawn:
            self._follow_runs()
            self._cross_out()
            self.plot.show_again()
            self._frame()
        if self._model.run is None:
            self._draw_overlay()
        self._summarize()

    def redraw(self, *_: object) -> None:
        """Draw everything anew: after another choice of quantity, of earlier runs or of theme."""
        self.plot.clear()
        self._curves.clear()
        self._bars.clear()
        self._filled.clear()
        self._overlays.clear()
        self._crosses = None
        self._follow_runs()
        for scan in self._shown_scans():
            self._fill(scan)
        self._cross_out()
        self._draw_overlay()
        variable = self._variable()
        plain = scale_of(variable.unit) if variable.unit not in ("", "1") else None
        # axes take SI prefixes for a plain unit only
        prefixed = plain is not None and plain.prefixable and plain.home == 0 and not self._plan().log_y
        self.plot.set_left(variable.title or variable.long_name if prefixed else variable.heading(),
                           variable.unit if prefixed else None)
        self.plot.show_again()
        self._frame()
        self._summarize()

    def _plan(self) -> PlotPlan:
        assert self._kind is not None
        return self._kind.plot

    def _variable(self) -> Variable:
        return self.quantity.currentData()

    def _scans(self) -> list[Scan]:
        return [scan for scan in self._model.scans if type(scan.procedure) is self._kind]

    def _shown_scans(self) -> list[Scan]:
        there = [scan for scan in self._scans() if scan.status == "running" or scan.points()]
        return there[-1 - self.earlier.value():]

    def _follow_runs(self) -> None:
        """Add the curves of new runs, fade those of earlier ones, drop the oldest."""
        shown = self._shown_scans()
        self._drawn = shown[-1].number if shown else -1
        for key in [k for k in self._curves if k[0] not in {scan.number for scan in shown}]:
            curve = self._curves.pop(key)
            self._filled.pop(curve, None)
            self.plot.removeItem(curve)
            if key in self._bars:
                self.plot.removeItem(self._bars.pop(key))
        self._drop_overlay()
        for age, scan in zip(range(len(shown) - 1, -1, -1), shown, strict=True):
            named = -(-len(scan.traces) // _MOST_NAMES)
            for trace in scan.traces:
                pen = self._pen(scan, trace, age)
                key = (scan.number, trace.place)
                if key not in self._curves:
                    name = self._name(scan, trace) if trace.place % named == 0 else None
                    self._curves[key] = self.plot.plot([], [], pen=pen, name=name)
                    if scan.procedure.plot.average:
                        self._bars[key] = self.plot.plot([], [], connect="pairs")
                self._dress(key, pen, trace, age)

    def _dress(self, key: tuple[int, int], pen: QPen, trace: Trace, age: int) -> None:
        """Give a curve its look, with its markers and error bars."""
        curve, plan = self._curves[key], self._plan()
        curve.setPen(pen)
        curve.setZValue(-age)
        if plan.markers:
            kind = 0 if trace.style is None else trace.style.dash
            if trace.worded:
                kind = trace.place
            curve.setSymbol(_SYMBOLS[kind % len(_SYMBOLS)])
            curve.setSymbolSize(7)
            curve.setSymbolPen(pg.mkPen(pen.color(), width=1))
            curve.setSymbolBrush(pg.mkBrush(pen.color()) if kind % 2 == 0 else None)
        if key in self._bars:
            self._bars[key].setPen(pg.mkPen(pen.color(), width=1))
            self._bars[key].setZValue(-age)

    def _pen(self, scan: Scan, trace: Trace, age: int) -> QPen:
        """Return how a curve is drawn: runs differ in colour, or the members of a family of numbers do."""
        by_run = trace.worded or len(scan.traces) == 1
        which = scan.number - 1 if by_run else trace.place
        dash = trace.place if by_run else trace.place // len(_COLOURS)
        if trace.style is not None:
            which, dash = trace.style.colour, trace.style.dash
        colour = self._theme.trace(_COLOURS[which % len(_COLOURS)])
        if age:
            colour.setAlphaF(0.55 if by_run else 0.35)
        return pg.mkPen(colour, width=1, style=_DASHES[dash % len(_DASHES)])

    def _name(self, scan: Scan, trace: Trace) -> str | None:
        if trace.worded:
            if scan.procedure.plot.markers:
                return f"{scan.title}, {trace.member}" if trace.place == 0 else trace.member
            return scan.title if trace.place == 0 else None
        if trace.style is not None:
            return f"{scan.title}, {trace.style.name()}" if trace.place == 0 else trace.style.name() or None
        return f"{scan.title}, {trace.member}" if trace.member and trace.place == 0 else trace.member or scan.title

    def _drop_overlay(self) -> None:
        for item in self._overlays:
            self.plot.removeItem(item)
        self._overlays.clear()

    def _draw_overlay(self) -> None:
        """Draw the theory or fit of the last run over it, dashed and thin."""
        self._drop_overlay()
        scans = self._shown_scans()
        if not scans or self._variable().name != self._plan().y[0]:
            return
        plan, scan = self._plan(), scans[-1]
        for number, (title, x, y) in enumerate(scan.overlay):
            own = len(scan.overlay) == len(scan.traces) > 1
            pen = self._pen(scan, scan.traces[number], 0) if own else None
            colour: QColor = pen.color() if pen is not None else self._theme.trace("fit")
            dash = Qt.PenStyle.DashLine
            if pen is not None and plan.markers:  # the fit joins the points
                dash = pen.style()
                if x.size:
                    self._curves[scan.number, scan.traces[number].place].setPen(None)
            shown = np.full(x.shape, True)
            if plan.log_x:
                shown &= x > 0.0
            if plan.log_y:
                shown &= y > 0.0
            # a gap in a theory is a NaN
            item = self.plot.plot(x[shown], y[shown], name=title or None, connect="finite",
                                  pen=pg.mkPen(colour, width=1, style=dash))
            item.setZValue(1)
            self._overlays.append(item)

    def _frame(self) -> None:
        """Show the whole grid of the run from its first point on, and all values."""
        plan, name = self._plan(), self._variable().name
        scans = self._shown_scans()
        ends = [v for scan in scans for v in (min(scan.axis), max(scan.axis))] or [*self._axis] or [0.0, 1.0]
        values = [v for scan in scans for trace in scan.traces for v in trace.range(name, plan.log_y)]
        if plan.log_x:
            ends = [math.log10(v) for v in ends if v > 0.0] or [0.0, 1.0]
        if plan.log_y:
            values = [math.log10(v) for v in values] or [0.0, 1.0]
            low, high = min(values), max(values)
        else:
            low, high = min([0.0, *values]), max([0.0, *values])
        if high == low:
            high = low + self._variable().usual
        high += 0.15 * (high - low)  # room for the legend
        self.plot.show_all((min(ends), max(ends)), (low, high))

    def _grow(self, scan: Scan) -> None:
        if type(scan.procedure) is self._kind:
            self._fill(scan)
            if any(trace.spoiled for trace in scan.traces):
                self._cross_out()
            self._frame()
        self._summarize()

    def _fill(self, scan: Scan) -> None:
        plan, name = self._plan(), self._variable().name
        for trace in scan.traces:
            curve = self._curves.get((scan.number, trace.place))
            if curve is not None and trace.x and self._filled.get(curve) != trace.changes:
                self._filled[curve] = trace.changes
                curve.setData(*trace.drawn(name, plan.log_x, plan.log_y))
                if (bars := self._bars.get((scan.number, trace.place))) is not None:
                    bars.setData(*trace.bars(name, plan.log_x, plan.log_y))

    def _cross_out(self) -> None:
        """Draw crosses on the points of all shown runs that are spoiled."""
        plan, name = self._plan(), self._variable().name
        found = [trace.spoiled_points(name, plan.log_x, plan.log_y)
                 for scan in self._shown_scans() for trace in scan.traces if trace.spoiled]
        if self._crosses is None:
            if not found:
                return
            ink = pg.mkPen(self._theme.colour("refused"), width=1)
            self._crosses = self.plot.plot([], [], pen=None, symbol="x", symbolSize=7, symbolPen=ink,
                                           symbolBrush=None, name=_SPOILED)
            self._crosses.setZValue(2)
        x, y = (np.concatenate(values) for values in zip(*found, strict=True)) if found else ([], [])
        self._crosses.setData(x, y)

    def _summarize(self) -> None:
        scans = self._scans()
        if not scans:
            self.readout.say(None, ["no run yet"])
            return
        scan = scans[-1]
        lines = list(scan.findings)
        if scan.status != "completed":
            lines.insert(0, f"{scan.points()} points, {scan.status}")
        if not lines:
            lines.append(f"{scan.points()} points")
        self.readout.say(scan.number, lines)
