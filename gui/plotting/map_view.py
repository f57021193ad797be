"""A run over two coordinates as a map in colours, with the two sections through the cell under the cross."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from gui.plotting.cursors import told
from gui.plotting.grid_of_run import Grid, grid_of, map_axis, slices_of
from gui.plotting.look import Look
from gui.scans import Scan
from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.plot import Plot
from vlab.experiments.procedure import Variable
from vlab.quantity_scale import pretty_unit

COLOUR_MAP = "viridis"
"""Even steps look even, also in grey and to eyes without red or green cones."""
_EVEN_RATIOS = 1.25
"""Largest spread of the ratios of neighbours for which an outer coordinate is drawn on a logarithmic axis."""


class MapView(QWidget):
    """A picture of one run: horizontal axis, outer coordinate, colour.

    Parameters
    ----------
    look : Look
    plots : iterable of Plot, optional
        What `plots` makes, where that was done beforehand.
    """

    def __init__(self, look: Look, plots: Iterable[Plot] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.grid: Grid | None = None
        self._scan: Scan | None = None
        self._variable = Variable("", "", "")
        self._log = (False, False)
        self._at = (float("nan"), float("nan"))
        """Where the cross is, in the view's coordinates."""
        self._framed: object = None
        self.plot, self.along_x, self.along_y = self.plots(look, self) if plots is None else plots
        self.plot.setToolTip("Drag the cross to look along both axes; roll to zoom.")
        self.image = pg.ImageItem(axisOrder="row-major")
        self.plot.addItem(self.image)
        self.bar = pg.ColorBarItem(colorMap=pg.colormap.get(COLOUR_MAP), interactive=False, width=14)
        self.bar.setImageItem(self.image, insert_in=self.plot.getPlotItem())
        self.bar.ctrlMenu.setParent(self, self.bar.ctrlMenu.windowFlags())  # it would outlive the map
        self.lines = (pg.InfiniteLine(angle=90, movable=True), pg.InfiniteLine(angle=0, movable=True))
        for line in self.lines:
            line.setZValue(10)
            self.plot.addItem(line, ignoreBounds=True)
            line.sigPositionChanged.connect(self._dragged)
        self.sections = tuple(plot.plot([], [], symbol="o", symbolSize=5) for plot in (self.along_x, self.along_y))
        self.which = ComboBox()
        self.which.setToolTip("Choose which of the run's maps is drawn.")
        self.which.setAccessibleName("which map")
        set_topic(self.which, "panel/plot")
        self.which.currentIndexChanged.connect(lambda _: self.draw())
        self.readout = QLabel()
        self.readout.setAccessibleName("map value")
        row = QHBoxLayout()
        row.addWidget(self.which)
        row.addWidget(self.readout, 1)
        below = QWidget()
        sections = QHBoxLayout(below)
        sections.setContentsMargins(0, 0, 0, 0)
        sections.addWidget(self.along_x)
        sections.addWidget(self.along_y)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.plot)
        split.addWidget(below)
        split.setSizes([300, 150])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(split, 1)
        self.restyle()

    @staticmethod
    def plots(look: Look, parent: QWidget) -> Iterator[Plot]:
        """Make the map's plot and those of its two sections, one after the other: each takes a while."""
        for name in ("map", "section along the horizontal axis", "section along the vertical axis"):
            yield Plot(look, name, "", parent=parent)  # type: ignore[arg-type]

    def show_run(self, scan: Scan | None, variable: Variable, log_x: bool, title: str) -> None:
        """Draw another run, or the same one with more points.

        Parameters
        ----------
        scan : Scan or None
        variable : Variable
        log_x : bool
            Whether the horizontal axis is logarithmic; the other is where its values have equal ratios.
        title : str
            Of the horizontal axis.
        """
        up = None if scan is None else map_axis(scan)
        self._scan, self._variable = scan if up is not None else None, variable
        if scan is not None and up is not None:
            self._log = (log_x, _by_ratios([float(v) for v in up.values if not isinstance(v, str)]))
            words = slices_of(scan)
            if [self.which.itemText(i) for i in range(self.which.count())] != words:
                with QSignalBlocker(self.which):
                    self.which.clear()
                    self.which.addItems(words)
            self.which.setVisible(len(words) > 1)
            for plot in (self.plot, self.along_x):
                plot.set_bottom(title)
            short = _short(up.name, up.unit)
            self.plot.set_left(short, None)
            self.along_y.set_bottom(short)
            for plot in (self.along_x, self.along_y):
                plot.set_left(variable.heading() if variable.title else _short(variable.name, variable.unit), None)
            self.plot.setLogMode(*self._log)
            self.along_x.setLogMode(self._log[0], False)
            self.along_y.setLogMode(self._log[1], False)
        self.draw()

    def draw(self) -> None:
        """Draw the chosen map."""
        scan = self._scan
        self.grid = None if scan is None else grid_of(scan, self._variable.name, self.which.currentText(), *self._log)
        if self.grid is None or not np.isfinite(self.grid.values).any():
            self.image.clear()
            self._cross()
            return
        across, upwards = self.grid.edges(0), self.grid.edges(1)
        values = self.grid.values[np.isfinite(self.grid.values)]
        low, high = float(values.min()), float(values.max())
        if high <= low:
            high = low + self._variable.usual
        self.image.setImage(self.grid.picture(), levels=(low, high))
        self.image.setRect(QRectF(across[0], upwards[0], across[-1] - across[0], upwards[-1] - upwards[0]))
        self.bar.setLevels((low, high))
        framed = (id(scan), self.which.currentText(), self._log)
        if framed != self._framed:
            self._framed = framed
            self.plot.show_again()
            self._at = (float(self.grid.x[self.grid.x.size // 2]), float(self.grid.y[self.grid.y.size // 2]))
        self.plot.show_all((float(across[0]), float(across[-1])), (float(upwards[0]), float(upwards[-1])))
        self._cross()

    def _dragged(self, line: pg.InfiniteLine) -> None:
        place = float(line.value())
        self._at = (place, self._at[1]) if line is self.lines[0] else (self._at[0], place)
        self._cross()

    def _cross(self) -> None:
        """Draw the sections through the cell under the cross, and say what is there."""
        if self.grid is None:
            for section in self.sections:
                section.setData([], [])
            self.readout.setText("no run over two coordinates yet")
            return
        for line, place in zip(self.lines, self._at, strict=True):
            if line.value() != place:
                line.setValue(place)
        column, row = self.grid.nearest(*self._at)
        value = self.grid.values[row, column]
        places = (self.grid.x[column], self.grid.y[row])
        x, y = (float(10.0**v if log else v) for v, log in zip(places, self._log, strict=True))
        unit = self._variable.unit
        assert self._scan is not None
        up = map_axis(self._scan)
        assert up is not None
        found = told(float(value), unit) if isfinite(value) else "not measured"
        across = next(c for c in self._scan.procedure.coordinates() if c.name == self._scan.procedure.plot.x)
        self.readout.setText(f"run {self._scan.number}   {across.name.replace('_', ' ')} = {told(x, across.unit)}   "
                             f"{up.name.replace('_', ' ')} = {told(y, up.unit)}   {found}")
        for axis, section, plot, places, values in (
                (0, self.sections[0], self.along_x, self.grid.x, self.grid.values[row]),
                (1, self.sections[1], self.along_y, self.grid.y, self.grid.values[:, column])):
            known, edges, log = np.isfinite(values), self.grid.edges(axis), self._log[axis]
            section.setData(10.0 ** places[known] if log else places[known], values[known])
            if known.any():
                low, high = float(values[known].min()), float(values[known].max())
                plot.show_all((float(edges[0]), float(edges[-1])), (min(low, 0.0), high if high > low else low + 1.0))

    def restyle(self) -> None:
        """Take over the colours."""
        ink = pg.mkPen(self._look.trace("dt"), width=1)
        for section in self.sections:
            section.setPen(ink)
            section.setSymbolPen(ink)
            section.setSymbolBrush(None)
        for line in self.lines:
            line.setPen(pg.mkPen(self._look.colour("refused"), width=1))
            line.setHoverPen(pg.mkPen(self._look.colour("accent"), width=1))
        self.bar.axis.setPen(self._look.colour("grid"))
        self.bar.axis.setTextPen(self._look.colour("text"))
        for plot in (self.plot, self.along_x, self.along_y):
            plot.restyle()


def _short(name: str, unit: str) -> str:
    """Return a title for a small axis."""
    return name.replace("_", " ") + ("" if unit in ("", "1") else f" ({pretty_unit(unit)})")


def _by_ratios(values: list[float]) -> bool:
    """Return whether values have about equal ratios, over more than a factor of three."""
    rows = np.unique(values)
    if rows.size < 3 or rows[0] <= 0.0 or rows[-1] < 3.0 * rows[0]:
        return False
    ratios = np.diff(np.log(rows))
    steps = np.diff(rows)
    return bool(np.ptp(ratios) / ratios.mean() < np.ptp(steps) / steps.mean() * _EVEN_RATIOS)
