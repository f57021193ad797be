"""A strip chart: one reading against lab time."""

from __future__ import annotations

from math import inf

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.history import History, Series, chartable
from gui.lab import Snapshot
from gui.theme import Theme, mark_trace
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.plot import Plot
from vlab.quantity_scale import pretty_unit, scale_of
from vlab.readout import readout
from vlab.units import unit_factor

_SPANS = {"all": inf, "last 10 s": 10.0, "last minute": 60.0, "last 10 minutes": 600.0, "last hour": 3600.0}

_NARROWEST = 80
"""Pixels of a choice in a small window."""


class StripPanel(QWidget):
    """A reading against lab time, since the sample was mounted or of late.

    Parameters
    ----------
    history : History
    theme : Theme
    """

    def __init__(self, history: History, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._choices: dict[str, tuple[str, str, str]] = {}
        self._series: Series | None = None
        self.choice = ComboBox()
        self.choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setToolTip("Choose the reading that is drawn.")
        self.choice.setAccessibleName("strip chart reading")
        self.choice.currentTextChanged.connect(self._choose)
        self.value = QLabel()
        self.value.setAccessibleName("strip chart value")
        self.plot = Plot(theme, "strip chart", "lab time", bottom_unit="s")
        self.curve = self.plot.plot([], [])
        row = QHBoxLayout()
        self.span = ComboBox()
        for title, seconds in _SPANS.items():
            self.span.addItem(title, seconds)
        self.span.setToolTip("Choose how much lab time the chart shows.")
        self.span.setAccessibleName("strip chart span")
        self.span.currentIndexChanged.connect(self._show_span)
        for box in (self.choice, self.span):
            box.setMinimumWidth(_NARROWEST)  # as long as all words are seen, where there is room
        row.addWidget(self.choice)
        row.addWidget(self.span)
        row.addStretch(1)
        row.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(row)
        column.addWidget(self.plot, 1)
        history.changed.connect(self.draw)
        history.model.readings_changed.connect(self._read)
        history.model.bench_changed.connect(self.show_bench)
        self.show_bench()

    def show_bench(self) -> None:
        """Offer the readings of the bench that the laboratory has."""
        kind = self._history.model.kind
        self._choices = chartable(kind.instruments)
        start = kind.chart if kind.chart in self._choices else next(iter(self._choices))
        with QSignalBlocker(self.choice):
            self.choice.clear()
            self.choice.addItems(list(self._choices))
            self.choice.setCurrentText(start)
        self.curve.setData([], [])
        self.value.setText("")
        self._choose(start)

    def _choose(self, title: str) -> None:
        instrument, key, unit = self._choices[title]
        self._instrument, self._key, self._unit = instrument, key, unit
        plain = scale_of(unit)
        self._factor = unit_factor(unit) / 10.0**plain.home if plain.prefixable else unit_factor(unit)
        if plain.prefixable:
            self.plot.set_left(title, plain.base)
        else:
            self.plot.set_left(f"{title} ({pretty_unit(unit)})" if unit else title, None)
        factor = self._factor
        self._series = self._history.series(lambda s: s.values[instrument][key] / factor, self._series)
        self.plot.show_again()
        mark_trace(self.curve, key.removesuffix("_actual"))
        self.plot.restyle()
        self.draw()

    def _show_span(self) -> None:
        self.plot.show_again()
        self.draw()

    def draw(self) -> None:
        """Draw what the history holds."""
        if not self.isVisible() or not self._history.rows or self._series is None:
            return
        times, values = self._series.last(self.span.currentData())
        self.curve.setData(times, values)
        self.plot.show_all((times[0], times[-1]), (values.min(), values.max()), growing=True)

    def _read(self, snapshot: Snapshot) -> None:
        self.value.setText(readout(snapshot.values[self._instrument][self._key], self._unit))

    def showEvent(self, event: object) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.draw()
