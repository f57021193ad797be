"""The fixed points live: nuclear polarization against the bare detuning, and the present state moving along it."""

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
from instruments.steady_view import SteadyStates, SteadyView

_MOMENTS = 4000


class SteadyPanel(SecretPanel):
    """What the bench declares of its fixed points: why dragging follows the laser, and why it ends.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "bifurcation", parent)
        self._view: SteadyView | None = None
        self._drawn: tuple[float, ...] = ()
        self._states: SteadyStates | None = None
        self._run: object = None
        theme = desk.theme
        self.value = line_of_text("fixed points in words")
        self.legend = line_of_text("curves of fixed points", textFormat=Qt.TextFormat.RichText)
        self.plot = Plot(theme, "fixed points plot", "")
        self.plot.setToolTip(
            "All fixed points of the nuclear polarization against the bare detuning, at the present power and field. "
            "On a solid branch the line follows the laser; where it meets a dashed one both vanish, the line falls off "
            "and dragging ends. The cross is the present state with the way it came; the vertical line is the laser, "
            "its arrows show which way the polarization drifts.")
        self.stable = self.plot.plot([], [], connect="finite")
        self.unstable = self.plot.plot([], [], pen=pg.mkPen(width=1, style=Qt.PenStyle.DashLine), connect="finite")
        for curve in (self.stable, self.unstable):
            mark_trace(curve, "polarization_rate")
        self.laser = pg.InfiniteLine(0.0, angle=90)
        self.plot.addItem(self.laser, ignoreBounds=True)
        self.arrows = FlowArrows(self.plot, theme)
        self.trail = Trail(self.plot, desk.history, _MOMENTS)
        self.marks = Marks(self.plot, theme)
        self.here = Here(self.plot, theme)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        for line in (self.value, self.legend):
            column.addWidget(line)
        column.addWidget(self.plot, 1)
        column.addStretch(0)
        self.follow_readings()
        self.listen(desk.model.bench_changed, self.show_bench)
        self.listen(desk.model.run_changed, self._on_run)
        self.follow_theme(self._recolour)
        self._recolour()
        self.show_bench()

    def show_bench(self) -> None:
        """Draw as the bench that the laboratory has declares it; say so if it declares nothing."""
        self._view = view = self.desk.model.kind.steady
        self._drawn, self._states = (), None
        for item in (self.marks, self.here.item, self.arrows):
            item.clear()
        self.trail.follow(None if view is None else lambda snapshot: view.here(snapshot.hidden))
        for part in (self.legend, self.plot):
            part.setVisible(view is not None)
        self.value.setWordWrap(view is None)
        self.value.setText("" if view is not None else "This bench has no fixed points to show.")
        if view is None:
            return
        self.plot.set_bottom(view.x_title)
        self.plot.set_left(view.y_title, None)
        self.plot.show_again()
        self.draw()

    def _on_run(self) -> None:
        """Begin another trail with each run."""
        run = self.desk.model.run
        if run is not None and run is not self._run:
            self.trail.begin(self.desk.model.snapshot.lab_time)
        self._run = run

    def draw(self) -> None:
        """Draw the present state, and the curve anew if power or field have changed; nothing while nobody sees it."""
        view, hidden = self._view, self.desk.model.snapshot.hidden
        if view is None or not hidden or not self.seen():
            return
        rates = tuple(hidden[name] for name in view.depends_on)
        if self._states is None or rates != self._drawn:
            self._drawn, self._states = rates, view.states(hidden)
            self.stable.setData(*self._states.stable)
            self.unstable.setData(*self._states.unstable)
        states, (x, p), marks = self._states, view.here(hidden), view.marks(hidden)
        low, high = min(states.y[0], p), max(states.y[1], p)
        self.plot.show_all(states.x, (low, high))
        self.here.show(x, p, states.x)
        self.trail.draw(states.x)
        inside = states.x[0] <= x <= states.x[1]
        self.laser.setVisible(inside)
        self.laser.setValue(x)
        self.marks.show([(x, mark.x, mark.stable) for mark in marks] if inside else [])
        if inside:
            places, ways = view.flow(hidden, (low, high))
            self.arrows.show(np.full_like(places, x), places, ways, "y")
        else:
            self.arrows.clear()
        self.value.setText(view.words(hidden, marks))

    def _recolour(self) -> None:
        theme = self.desk.theme
        self.plot.restyle()
        self.laser.setPen(pg.mkPen(theme.colour("grid"), width=1))
        ink, way = theme.trace("polarization_rate").name(), theme.trace("polarization").name()
        self.legend.setText(f'<span style="color: {ink}">━━</span> attracts&nbsp;&nbsp; <span style="color: {ink}">╍╍'
                            f'</span> repels&nbsp;&nbsp; <span style="color: {way}">━━ +</span> the way it came, now')
        self._states = None
        self.draw()
