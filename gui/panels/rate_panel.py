"""The polarization rate live: dP/dt and its parts against the effective detuning, and where the sample is on it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.models import LabModel
from gui.theme import Theme, mark_trace
from gui.widgets.plot import Plot
from instruments.rate_view import RateCurves, RateView

_SIZE = 9
"""Of marks, in pixels."""


class RatePanel(QWidget):
    """What the bench declares of its polarization rate, with the present state moving on it.

    Parameters
    ----------
    model : LabModel
    theme : Theme
    """

    def __init__(self, model: LabModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._view: RateView | None = None
        self._drawn: tuple[float, ...] = ()
        self._picture: RateCurves | None = None
        self.value = QLabel()
        self.value.setAccessibleName("polarization rate value")
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.legend = QLabel(textFormat=Qt.TextFormat.RichText)  # beside the plot, which is low and full of curves
        self.legend.setAccessibleName("polarization rate curves")
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.plot = Plot(theme, "polarization rate plot", "")
        self.plot.setToolTip(
            "The rate at which the nuclear spins polarize, and its parts, against the effective detuning, at the "
            "present polarization, power and field (figure S4). Where the sum is zero the resonance locks; filled: "
            "stable while all settings stand still, open: unstable. The cross is the present state; an arrow, if it "
            "is outside.")
        self.zero = pg.InfiniteLine(0.0, angle=0)
        self.plot.addItem(self.zero, ignoreBounds=True)
        self.curves: list[pg.PlotDataItem] = []
        self._titles: list[str] = []
        self.marks = pg.ScatterPlotItem(size=_SIZE, pxMode=True)
        self.here = pg.ScatterPlotItem(size=_SIZE + 4, pxMode=True)
        for item, height in ((self.marks, 2), (self.here, 3)):
            item.setZValue(height)
            self.plot.addItem(item, ignoreBounds=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.value)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        column.addStretch(0)
        # as often as a person can read: all curves move with P, and charts want the rest of the time
        model.readings_changed.connect(lambda _: self.draw())
        model.bench_changed.connect(self.show_bench)
        theme.changed.connect(self._recolour)
        self._recolour()
        self.show_bench()

    def show_bench(self) -> None:
        """Draw as the bench that the laboratory has declares it; say so if it declares nothing."""
        self._view = view = self._model.kind.rates
        self._drawn, self._picture = (), None
        for curve in self.curves:
            self.plot.removeItem(curve)
        self.curves, self._titles = [], []
        self.marks.clear()
        self.here.clear()
        for part in (self.legend, self.plot):
            part.setVisible(view is not None)
        self.value.setWordWrap(view is None)
        self.value.setText("" if view is not None else "This bench has no polarization rate to show.")
        if view is None:
            return
        self.plot.set_bottom(view.x_title)
        self.plot.set_left(view.y_title, None)
        self.plot.show_again()
        self.draw()

    def draw(self) -> None:
        """Draw the present state, and the curves anew if the rates have changed; nothing while nobody sees it."""
        view = self._view
        # a panel behind other tabs counts as visible
        hidden = self._model.snapshot.hidden
        if view is None or not hidden or not self.isVisible() or self.visibleRegion().isEmpty():
            return
        rates = tuple(hidden[name] for name in view.depends_on)
        if self._picture is None or rates != self._drawn:
            self._drawn, self._picture = rates, view.curves(hidden)
            self._draw_curves(self._picture)
        self._draw_here(self._picture, *view.here(hidden))
        self.value.setText(view.words(hidden))

    def _draw_curves(self, picture: RateCurves) -> None:
        if len(self.curves) != len(picture.curves):
            for number, curve in enumerate(picture.curves):
                style = Qt.PenStyle.SolidLine if number == 0 else Qt.PenStyle.DashLine
                item = self.plot.plot([], [], pen=pg.mkPen(width=1, style=style))
                item.setZValue(1 if number == 0 else 0)
                mark_trace(item, curve.quantity)
                self.curves.append(item)
                self._titles.append(curve.title)
            self._recolour_curves()
        for item, curve in zip(self.curves, picture.curves, strict=True):
            x, y = item.getOriginalDataset()
            if not (np.array_equal(x, picture.x) and np.array_equal(y, curve.y)):  # most parts do not depend on P
                item.setData(picture.x, curve.y)
        ink, paper = self._theme.trace("fit"), self._theme.colour("base")
        self.marks.setData([{"pos": (mark.x, 0.0), "brush": ink if mark.stable else paper, "pen": pg.mkPen(ink)}
                            for mark in picture.marks])
        self.plot.show_all((float(picture.x[0]), float(picture.x[-1])),
                           (min(float(curve.y.min()) for curve in picture.curves),
                            max(float(curve.y.max()) for curve in picture.curves)))

    def _draw_here(self, picture: RateCurves, x: float, y: float) -> None:
        """Mark the present state; one outside the picture by an arrow at its edge."""
        low, high = float(picture.x[0]), float(picture.x[-1])
        symbol = "t3" if x < low else "t2" if x > high else "+"
        colour = self._theme.trace("polarization")
        self.here.setData([min(max(x, low), high)], [y], symbol=symbol, brush=colour, pen=pg.mkPen(colour, width=1))

    def _recolour_curves(self) -> None:
        self.plot.restyle()
        inks = [curve.opts["pen"].color().name() for curve in self.curves]
        lines = ["━━", *["╍╍"] * (len(inks) - 1)][:len(inks)]
        self.legend.setText("&nbsp;&nbsp; ".join(
            f'<span style="color: {ink}">{line}</span> {title}'
            for ink, line, title in zip(inks, lines, self._titles, strict=True)))

    def _recolour(self) -> None:
        self.zero.setPen(pg.mkPen(self._theme.colour("grid"), width=1))
        self._recolour_curves()
        self._picture = None
        self.draw()

    def showEvent(self, event: object) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.draw()
