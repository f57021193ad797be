"""Spins of the ensemble on a sphere: how they precess between pump pulses, and how they follow the helicity."""

from __future__ import annotations

import time
from functools import partial
from itertools import pairwise

import pyqtgraph as pg
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.inside.background import Background
from gui.inside.knob import CalmSlider
from gui.inside.secret import SecretPanel, line_of_text
from gui.inside.sphere import Sphere
from gui.inside.spin_film import SUBJECTS, SpinFilm, make_film
from gui.theme import mark_trace
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.plot import Plot
from instruments.spin_view import SpinView

_FRAME = 83
"""Milliseconds between two pictures."""
_EVERY = 1.0
"""Seconds between two films while the settings move."""
_NOTHING = "The model has no answer at these settings."


class SpinsPanel(SecretPanel):
    """A film of some spins of the ensemble on the bench.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "spins", parent)
        self._view: SpinView | None = None
        self._asked: object = None
        self._when = 0.0
        self.film: SpinFilm | None = None
        self.background = Background(self)
        self.background.done.connect(self._take)
        self.value = line_of_text("moment of the film")
        self.play = QToolButton(checkable=True)
        self.play.setToolTip("Play the film, or let it stand.")
        self.play.setAccessibleName("play")
        self.play.toggled.connect(self._on_play)
        self.subject = ComboBox()
        self.subject.addItems(SUBJECTS)
        self.subject.setToolTip("Choose what is shown: the spins precessing between two pump pulses of the periodic "
                                "state, or how they follow pulse by pulse when the helicity has been reversed.")
        self.subject.setAccessibleName("subject of the film")
        self.helicity = ComboBox()
        for words, sign in (("σ⁺ pulses", 1.0), ("σ⁻ pulses", -1.0)):
            self.helicity.addItem(words, sign)
        self.helicity.setToolTip("Choose the helicity of the pump pulses that are shown.")
        self.helicity.setAccessibleName("helicity")
        for choice in (self.subject, self.helicity):
            choice.currentIndexChanged.connect(lambda _: self._renew())
        self.slider = CalmSlider()
        self.slider.setToolTip("Choose the moment that is shown.")
        self.slider.setAccessibleName("moment")
        self.slider.valueChanged.connect(lambda _: self._show_moment())
        self.sphere = Sphere(desk.theme, desk.model.lab.courtesy)
        self.plot = Plot(desk.theme, "mean spin plot", "time", "mean spin", bottom_unit="s")
        self.plot.setToolTip("The mean spin along the growth axis, of the dots that are shown; triangles: pump pulses.")
        self.curve = self.plot.plot([], [])
        mark_trace(self.curve, "spin_polarization")
        self.zero = pg.InfiniteLine(0.0, angle=0)
        self.moment = pg.InfiniteLine(0.0, angle=90)
        self.pulses = pg.ScatterPlotItem(size=9, symbol="t", pxMode=True)
        self.plot.addItem(self.pulses, ignoreBounds=True)
        for line in (self.zero, self.moment):
            self.plot.addItem(line, ignoreBounds=True)
        self._timer = QTimer(self, interval=_FRAME)
        self._timer.timeout.connect(self._next)
        self._lay_out()
        self.follow_readings()
        self.listen(desk.model.bench_changed, self.show_bench)
        self.follow_theme(self._recolour)
        self._on_play(False)
        self._recolour()
        self.show_bench()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.subject)
        top.addWidget(self.helicity)
        top.addStretch(1)
        film = QHBoxLayout()
        film.addWidget(self.play)
        film.addWidget(self.slider, 1)
        right = QVBoxLayout()
        right.addWidget(self.plot, 1)
        right.addLayout(film)
        middle = QHBoxLayout()
        middle.addWidget(self.sphere, 1)
        middle.addLayout(right, 1)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.value)
        column.addLayout(middle, 1)
        order = (self.subject, self.helicity, self.sphere, self.plot, self.play, self.slider)
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)
        self._parts = (self.subject, self.helicity, self.play, self.slider, self.sphere, self.plot)

    def show_bench(self) -> None:
        """Show the spins of the bench that the laboratory has; say so if it has none."""
        self._view = view = self.desk.model.kind.spins
        self._asked, self.film = None, None
        self.play.setChecked(False)
        self.sphere.clear()
        self.curve.setData([], [])
        self.pulses.clear()
        for part in self._parts:
            part.setVisible(view is not None)
        self.value.setWordWrap(view is None)
        self.value.setText("" if view is not None else "This bench has no precessing spins to show.")
        self.plot.show_again()
        self.draw()

    def draw(self) -> None:
        """Ask for another film if the settings have changed; nothing while nobody sees it."""
        view, hidden = self._view, self.desk.model.snapshot.hidden
        if not self.seen():
            self._timer.stop()
            return
        if self.play.isChecked() and not self._timer.isActive():
            self._timer.start()
        if view is None or not hidden:
            return
        system = view.system(hidden)
        asked, now = (system, self.subject.currentText(), self.helicity.currentData()), time.monotonic()
        if system is None:
            self._asked = asked
            self.value.setText(_NOTHING)
        elif asked != self._asked and not self.background.busy and now - self._when >= _EVERY:
            self._asked, self._when = asked, now
            self.background.ask(partial(make_film, *asked))

    def _renew(self) -> None:
        self._when = 0.0
        self.draw()

    def _take(self, film: SpinFilm) -> None:
        if self._view is None:
            return
        same = self.film is not None and self.film.subject == film.subject
        part = self.slider.value() / max(1, self.slider.maximum())
        self.film = film
        self.slider.blockSignals(True)
        self.slider.setRange(0, len(film.moments) - 1)
        self.slider.setPageStep(max(1, len(film.moments) // 20))
        self.slider.setValue(round(part * self.slider.maximum()) if same else 0)
        self.slider.blockSignals(False)
        z = film.mean[:, 2]
        self.curve.setData(film.moments, z)
        self.pulses.setData(film.pulses, 0.0 * film.pulses)
        self.plot.show_again()
        self.plot.show_all((0.0, float(film.moments[-1])), (min(float(z.min()), 0.0), max(float(z.max()), 0.0)))
        self._show_moment()
        self.draw()  # a choice may have been made meanwhile

    def _on_play(self, playing: bool) -> None:
        self.play.setText("❚❚" if playing else "▶")  # a picture of the style's would be black on black
        if playing and self.seen():
            self._timer.start()
        else:
            self._timer.stop()

    def _next(self) -> None:
        if not self.seen():
            self._timer.stop()
        elif self.film is not None:
            self.slider.setValue((self.slider.value() + 1) % (self.slider.maximum() + 1))

    def _show_moment(self) -> None:
        film, number = self.film, self.slider.value()
        if film is None or not self.seen() or number >= len(film.moments):
            return
        self.sphere.show_spins(film.spins[number], film.radius, film.field, f"ball: |S| = {film.radius:g} ħ")
        self.moment.setValue(float(film.moments[number]))
        self.value.setText(f"{film.words(number)};  ⟨S_z⟩ = {self.sphere.mean[2]:+.4f}")

    def _recolour(self) -> None:
        theme = self.desk.theme
        self.plot.restyle()
        self.zero.setPen(pg.mkPen(theme.colour("grid"), width=1))
        self.pulses.setBrush(theme.trace("power"))
        self.pulses.setPen(pg.mkPen(theme.trace("power"), width=1))
        self.moment.setPen(pg.mkPen(theme.colour("accent"), width=1))
