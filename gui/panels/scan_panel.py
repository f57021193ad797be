"""The live plot: DT against bare detuning, with the traces of earlier runs under the present one."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from gui.models import LabModel, Scan
from gui.theme import Theme, restyle_plot

_EARLIER = 6


class ScanPanel(QWidget):
    """Traces of this session's scans.

    Parameters
    ----------
    model : LabModel
    theme : Theme
    """

    def __init__(self, model: LabModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self.plot = pg.PlotWidget()
        self.plot.setLabel("bottom", "bare detuning (µeV), positive: laser red of the line")
        self.plot.getAxis("bottom").enableAutoSIPrefix(False)
        self.plot.showGrid(x=True, y=True, alpha=0.15)
        self.plot.addLegend(offset=(-8, 8))
        self.plot.setAccessibleName("scan plot")
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.quantity = QComboBox()
        self.quantity.addItem("DT in units of its peak", "dt_normalized")
        self.quantity.addItem("DT in volts (lock-in X)", "dt")
        self.quantity.setToolTip("Choose what is drawn: the absorption in units of its peak, or the lock-in's X.")
        self.quantity.setAccessibleName("scan quantity")
        self.quantity.currentIndexChanged.connect(self.redraw)
        self.earlier = QSpinBox()
        self.earlier.setRange(0, 20)
        self.earlier.setValue(_EARLIER)
        self.earlier.setToolTip("Set how many earlier runs are drawn under the present one.")
        self.earlier.setAccessibleName("earlier runs shown")
        self.earlier.valueChanged.connect(self.redraw)
        self.clear = QPushButton("Clear")
        self.clear.setToolTip("Forget the traces of earlier runs; their files stay.")
        self.clear.clicked.connect(model.clear_scans)
        self.readout = QLabel()
        self.readout.setAccessibleName("scan summary")
        row = QHBoxLayout()
        row.addWidget(self.quantity)
        row.addWidget(QLabel("earlier runs"))
        row.addWidget(self.earlier)
        row.addWidget(self.clear)
        row.addStretch(1)
        row.addWidget(self.readout)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(row)
        column.addWidget(self.plot, 1)
        self._curves: dict[tuple[int, int], pg.PlotDataItem] = {}
        model.scan_changed.connect(self._grow)
        model.run_changed.connect(self._on_run)
        model.scans_cleared.connect(self.redraw)
        theme.changed.connect(self.redraw)
        self._drawn = -1
        self.redraw()

    def _on_run(self) -> None:
        if len(self._model.scans) != self._drawn:
            self.redraw()
        self._summarize()

    def redraw(self, *_: object) -> None:
        """Draw everything anew: after a new run, another quantity or another theme."""
        self.plot.clear()
        self._curves.clear()
        self._drawn = len(self._model.scans)
        shown = self._model.scans[-1 - self.earlier.value():]
        ink = self._theme.colour("grid")
        for age, scan in enumerate(reversed(shown)):
            for leg, trace in enumerate(scan.traces):
                colour = self._theme.trace("dt") if age == 0 else ink
                if age:
                    colour.setAlphaF(max(0.25, 0.9 - 0.14 * age))
                style = Qt.PenStyle.DashLine if trace.dashed else Qt.PenStyle.SolidLine
                curve = self.plot.plot([], [], pen=pg.mkPen(colour, width=1, style=style), name=trace.label)
                curve.setZValue(-age)
                self._curves[scan.number, leg] = curve
        for scan in shown:
            self._grow(scan)
        normalized = self.quantity.currentData() == "dt_normalized"
        self.plot.setLabel("left", "DT (units of its peak)" if normalized else "DT, lock-in X",
                           units=None if normalized else "V")
        restyle_plot(self.plot, self._theme)
        ground = self._theme.colour("base")
        ground.setAlphaF(0.8)
        self.plot.getPlotItem().legend.setBrush(ground)
        if self._model.run is not None:
            grid = self._model.run.procedure.detunings()  # type: ignore[attr-defined]
            self.plot.setXRange(min(grid), max(grid), padding=0.02)
            self.plot.enableAutoRange(axis="y")
        else:
            self.plot.enableAutoRange()

    def _grow(self, scan: Scan) -> None:
        for leg, trace in enumerate(scan.traces):
            curve = self._curves.get((scan.number, leg))
            if curve is not None:
                curve.setData(trace.detuning, trace.column(self.quantity.currentData()))
        self._summarize()

    def _summarize(self) -> None:
        if not self._model.scans:
            self.readout.setText("no run yet")
            return
        scan = self._model.scans[-1]
        points = sum(len(t.detuning) for t in scan.traces)
        self.readout.setText(f"run {scan.number}: {points} points, {scan.status}")
