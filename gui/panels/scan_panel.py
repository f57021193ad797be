"""The live plot: DT against bare detuning, with the traces of earlier runs under the present one."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from gui.models import LabModel, Scan
from gui.theme import Theme
from gui.widgets.plot import Plot

_EARLIER = 5
_COLOURS = ("dt", "polarization", "field", "y", "gate", "power")


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
        self.plot = Plot(theme, "scan plot", "bare detuning (µeV), positive: laser red of the line")
        self.plot.addLegend(offset=(-8, 8))
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
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.readout.setAccessibleName("scan summary")
        row = QHBoxLayout()
        row.addWidget(self.quantity)
        row.addWidget(QLabel("earlier runs"))
        row.addWidget(self.earlier)
        row.addWidget(self.clear)
        row.addWidget(self.readout, 1)
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
        if self._model.scans and self._model.scans[-1].number != self._drawn:
            self._follow_runs()
            self.plot.show_again()
            self._frame()
        self._summarize()

    def redraw(self, *_: object) -> None:
        """Draw everything anew: after another choice of quantity, of earlier runs or of theme."""
        self.plot.clear()
        self._curves.clear()
        self._follow_runs()
        for scan in self._shown_scans():
            self._fill(scan)
        normalized = self.quantity.currentData() == "dt_normalized"
        self.plot.set_left("DT (units of its peak)" if normalized else "DT, lock-in X", None if normalized else "V")
        self.plot.show_again()
        self._frame()
        self._summarize()

    def _shown_scans(self) -> list[Scan]:
        return self._model.scans[-1 - self.earlier.value():]

    def _follow_runs(self) -> None:
        """Add the curves of new runs, fade those of earlier ones, drop the oldest."""
        shown = self._shown_scans()
        self._drawn = shown[-1].number if shown else -1
        for key in [k for k in self._curves if k[0] not in {scan.number for scan in shown}]:
            self.plot.removeItem(self._curves.pop(key))
        for age, scan in zip(range(len(shown) - 1, -1, -1), shown, strict=True):
            colour = self._theme.trace(_COLOURS[(scan.number - 1) % len(_COLOURS)])
            if age:
                colour.setAlphaF(0.55)
            for leg, trace in enumerate(scan.traces):
                style = Qt.PenStyle.DashLine if trace.dashed else Qt.PenStyle.SolidLine
                pen = pg.mkPen(colour, width=1, style=style)
                if (scan.number, leg) not in self._curves:
                    self._curves[scan.number, leg] = self.plot.plot([], [], pen=pen,
                                                                     name=None if trace.dashed else trace.label)
                self._curves[scan.number, leg].setPen(pen)
                self._curves[scan.number, leg].setZValue(-age)

    def _frame(self) -> None:
        """Show the whole grid of the run from its first point on, and all values."""
        column = self.quantity.currentData()
        scans = self._shown_scans()
        values = [trace.column(column) for scan in scans for trace in scan.traces]
        seen = [(min(v), max(v)) for v in values if v]
        unit = 1.0 if column == "dt_normalized" else 2e-5
        low, high = min([0.0, *(s[0] for s in seen)]), max([unit, *(s[1] for s in seen)])
        high += 0.15 * (high - low)  # room for the legend
        ends = [end for scan in scans for end in (scan.axis[0], scan.axis[-1])] or [-30.0, 20.0]
        self.plot.show_all((min(ends), max(ends)), (low, high))

    def _grow(self, scan: Scan) -> None:
        self._fill(scan)
        self._frame()
        self._summarize()

    def _fill(self, scan: Scan) -> None:
        for leg, trace in enumerate(scan.traces):
            curve = self._curves.get((scan.number, leg))
            if curve is not None and trace.detuning:
                curve.setData(trace.detuning, trace.column(self.quantity.currentData()))

    def _summarize(self) -> None:
        if not self._model.scans:
            self.readout.setText("no run yet")
            return
        scan = self._model.scans[-1]
        points = sum(len(t.detuning) for t in scan.traces)
        parts = [] if scan.status == "completed" else [f"{points} points", scan.status]
        self.readout.setText(f"{scan.number}: {', '.join([*parts, *scan.widths_in_words()])}")
        self.readout.setToolTip(self.readout.text())
