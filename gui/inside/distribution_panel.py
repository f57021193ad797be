"""The distribution of the nuclear polarization: its law at the present settings, and where the state is in it."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.desk import Desk
from gui.inside.background import Background
from gui.inside.marks import Here
from gui.inside.secret import SecretPanel, line_of_text
from gui.theme import mark_trace
from gui.widgets.plot import Plot
from instruments.distribution_view import Distribution, DistributionView

_EVERY = 1.0
"""Seconds between two laws while the settings move."""


class DistributionPanel(SecretPanel):
    """What the bench declares of the distribution of its nuclear polarization.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "distribution", parent)
        self._view: DistributionView | None = None
        self._asked: tuple[float, ...] = ()
        self._when = 0.0
        self.law: Distribution | None = None
        self.background = Background(self)
        self.background.done.connect(self._take)
        self.about = line_of_text("what the distribution is of")
        self.value = line_of_text("distribution in numbers")
        self.legend = line_of_text("curves of the distribution", textFormat=Qt.TextFormat.RichText)
        self.plot = Plot(desk.theme, "distribution plot", "")
        self.plot.setToolTip(
            "The probability of each nuclear polarization after a while at the present settings, from the exact law of "
            "the chain; dashed: unpolarized nuclei left to themselves, moved to the same mean. A narrower law means "
            "that light holds the nuclei. The cross is the present state.")
        self.curve = self.plot.plot([], [], connect="finite")
        mark_trace(self.curve, "polarization")
        self.thermal = self.plot.plot([], [], pen=pg.mkPen(width=1, style=Qt.PenStyle.DashLine))
        mark_trace(self.thermal, "fit")
        self.here = Here(self.plot, desk.theme)
        self.place = pg.InfiniteLine(0.0, angle=90)
        self.plot.addItem(self.place, ignoreBounds=True)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        for line in (self.about, self.value, self.legend):
            column.addWidget(line)
        column.addWidget(self.plot, 1)
        column.addStretch(0)
        self.follow_readings()
        self.listen(desk.model.bench_changed, self.show_bench)
        self.follow_theme(self._recolour)
        self._recolour()
        self.show_bench()

    def show_bench(self) -> None:
        """Draw as the bench that the laboratory has declares it; say so if it declares nothing."""
        self._view = view = self.desk.model.kind.distribution
        self._asked, self.law = (), None
        self.curve.setData([], [])
        self.thermal.setData([], [])
        self.here.item.clear()
        for part in (self.value, self.legend, self.plot):
            part.setVisible(view is not None)
        self.about.setWordWrap(view is None)
        self.about.setText("" if view is not None else "This bench has no nuclear polarization to show.")
        self.about.setToolTip("")
        if view is None:
            return
        self.plot.set_bottom(view.x_title)
        self.plot.set_left(view.y_title, None)
        self.plot.show_again()
        self.draw()

    def draw(self) -> None:
        """Ask for the law if settings or state have changed, and mark the state; nothing while nobody sees it."""
        view, hidden = self._view, self.desk.model.snapshot.hidden
        if view is None or not hidden or not self.seen():
            return
        asked, now = tuple(hidden[name] for name in view.depends_on), time.monotonic()
        if asked != self._asked and not self.background.busy and now - self._when >= _EVERY:
            self._asked, self._when = asked, now
            self.background.ask(partial(view.law, dict(hidden)))
        self._mark()

    def _take(self, law: Distribution) -> None:
        """Draw a law that was computed, unless another bench came meanwhile."""
        view, hidden = self._view, self.desk.model.snapshot.hidden
        if view is None or not self.seen():
            self._asked = ()
            return
        self.law = law
        self.curve.setData(law.p, law.law)
        self.thermal.setData(law.p, law.thermal)
        self.plot.show_all((float(law.p[0]), float(law.p[-1])),
                           (0.0, max(1.0, float(np.nanmax(law.law, initial=0.0)))))
        self.about.setText(view.about(hidden))
        self.about.setToolTip(view.about(hidden))
        self.value.setText(law.words)
        self.value.setToolTip(law.words)
        self._mark()

    def _mark(self) -> None:
        law, view, hidden = self.law, self._view, self.desk.model.snapshot.hidden
        if law is None or view is None or not hidden:
            return
        p, ends = view.here(hidden), (float(law.p[0]), float(law.p[-1]))
        height = float(np.interp(p, law.p, np.nan_to_num(law.law)))
        self.here.show(p, height, ends)
        self.place.setVisible(ends[0] <= p <= ends[1])
        self.place.setValue(p)

    def _recolour(self) -> None:
        theme = self.desk.theme
        self.plot.restyle()
        way, ink = theme.trace("polarization"), theme.trace("fit").name()
        self.place.setPen(pg.mkPen(theme.colour("grid"), width=1))
        entries = ((way.name(), "━━", "nuclei at these settings"), (ink, "╍╍", "thermal, moved here"),
                   (way.name(), "+", "now"))
        self.legend.setText("&nbsp;&nbsp; ".join(f'<span style="color: {colour}">{line}</span> {title}'
                                                 for colour, line, title in entries))
        self._mark()
