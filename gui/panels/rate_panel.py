"""The polarization rate live: dP/dt and its parts against the effective detuning, and where the sample is on it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.desk import Desk
from gui.inside.marks import FlowArrows, Here, Marks, Trail
from gui.inside.secret import SecretPanel, line_of_text
from gui.theme import mark_trace
from gui.widgets.plot import Plot
from instruments.rate_view import RateCurves, RateView, locking_in_words

_MOMENTS = 150
"""Of the trail behind the present state."""


class RatePanel(SecretPanel):
    """What the bench declares of its polarization rate, with the present state moving on it.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "rate", parent)
        self._model = model = desk.model
        self._theme = theme = desk.theme
        self._view: RateView | None = None
        self._drawn: tuple[float, ...] = ()
        self._picture: RateCurves | None = None
        self.value = line_of_text("polarization rate value")
        self.legend = line_of_text(  # beside the plot, which is low and full of curves
            "polarization rate curves", textFormat=Qt.TextFormat.RichText, wordWrap=True)
        self.count = line_of_text("locking points")
        self.plot = Plot(theme, "polarization rate plot", "")
        self.plot.setToolTip(
            "The rate at which the nuclear spins polarize, and its parts, against the effective detuning, at the "
            "present polarization, power and field (figure S4). Where the sum is zero the resonance locks; filled: "
            "stable while all settings stand still, open: unstable. The cross is the present state, the line behind it "
            "where it was in the last moments; an arrow, if it is outside. Small arrows on the axis: which way the "
            "line drifts from there.")
        self.zero = pg.InfiniteLine(0.0, angle=0)
        self.plot.addItem(self.zero, ignoreBounds=True)
        self.curves: list[pg.PlotDataItem] = []
        self._titles: list[str] = []
        self.arrows = FlowArrows(self.plot, theme)
        self.trail = Trail(self.plot, desk.history, _MOMENTS)
        self._locks = Marks(self.plot, theme)
        self.marks = self._locks.item
        self._here = Here(self.plot, theme)
        self.here = self._here.item
        column = QVBoxLayout(self.page)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        for line in (self.value, self.count, self.legend):
            column.addWidget(line)
        column.addWidget(self.plot, 1)
        column.addStretch(0)
        # as often as a person can read: all curves move with P, and charts want the rest of the time
        self.follow_readings()
        self.listen(model.bench_changed, self.show_bench)
        self.follow_theme(self._recolour)
        self._recolour()
        self.show_bench()

    def show_bench(self) -> None:
        """Draw as the bench that the laboratory has declares it; say so if it declares nothing."""
        self._view = view = self._model.kind.rates
        self._drawn, self._picture = (), None
        for curve in self.curves:
            self.plot.removeItem(curve)
        self.curves, self._titles = [], []
        for item in (self._locks, self.here, self.arrows):
            item.clear()
        self.trail.follow(None if view is None else lambda snapshot: view.here(snapshot.hidden))
        for part in (self.legend, self.count, self.plot):
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
        hidden = self._model.snapshot.hidden
        if view is None or not hidden or not self.seen():
            return
        rates = tuple(hidden[name] for name in view.depends_on)
        if self._picture is None or rates != self._drawn:
            self._drawn, self._picture = rates, view.curves(hidden)
            self._draw_curves(self._picture)
        low, high = float(self._picture.x[0]), float(self._picture.x[-1])
        self._here.show(*view.here(hidden), (low, high))
        self.trail.draw((low, high))
        places, ways = view.flow(hidden)
        self.arrows.show(places, np.zeros_like(places), ways, "x")
        self.value.setText(view.words(hidden))
        self.count.setText(locking_in_words(self._picture.marks))

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
        self._locks.show([(mark.x, 0.0, mark.stable) for mark in picture.marks])
        self.plot.show_all((float(picture.x[0]), float(picture.x[-1])),
                           (min(float(curve.y.min()) for curve in picture.curves),
                            max(float(curve.y.max()) for curve in picture.curves)))

    def _recolour_curves(self) -> None:
        self.plot.restyle()
        inks = [curve.opts["pen"].color().name() for curve in self.curves]
        lines = ["━━", *["╍╍"] * (len(inks) - 1)][:len(inks)]
        self.legend.setText("&nbsp;&nbsp; ".join(
            f'<nobr><span style="color: {ink}">{line}</span> {title}</nobr>'
            for ink, line, title in zip(inks, lines, self._titles, strict=True)))

    def _recolour(self) -> None:
        self.zero.setPen(pg.mkPen(self._theme.colour("grid"), width=1))
        self._recolour_curves()
        self._picture = None
        self.draw()
