"""A strip chart: one reading against lab time."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.models import History, chartable
from gui.quantity_scale import pretty_unit
from gui.readout import readout
from gui.theme import Theme, mark_trace, restyle_plot
from vlab.units import unit_factor

_START = "lockin.x"


class StripPanel(QWidget):
    """A reading against lab time, of the last minutes of this bench.

    Parameters
    ----------
    history : History
    theme : Theme
    """

    def __init__(self, history: History, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._theme = theme
        self._choices = chartable()
        self.choice = QComboBox()
        self.choice.addItems(list(self._choices))
        self.choice.setCurrentText(_START)
        self.choice.setToolTip("Choose the reading that is drawn.")
        self.choice.setAccessibleName("strip chart reading")
        self.choice.currentTextChanged.connect(self._choose)
        self.value = QLabel()
        self.value.setAccessibleName("strip chart value")
        self.plot = pg.PlotWidget()
        self.plot.setLabel("bottom", "lab time", units="s")
        self.plot.setMinimumHeight(130)
        self.plot.showGrid(x=True, y=True, alpha=0.15)
        self.plot.setDownsampling(auto=True, mode="peak")
        self.plot.setClipToView(True)
        self.plot.setAccessibleName("strip chart")
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.curve = self.plot.plot([], [])
        row = QHBoxLayout()
        row.addWidget(self.choice)
        row.addStretch(1)
        row.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(row)
        column.addWidget(self.plot, 1)
        history.changed.connect(self.draw)
        theme.changed.connect(self._restyle)
        self._choose(_START)

    def _choose(self, title: str) -> None:
        instrument, key, unit = self._choices[title]
        self._instrument, self._key, self._unit = instrument, key, unit
        self._factor = unit_factor(unit)
        plain = pretty_unit(unit)
        prefixable = unit in ("V", "Hz", "T", "nW", "eV")
        self.plot.setLabel("left", title, units={"nW": "W"}.get(unit, unit) if prefixable else None)
        if not prefixable:
            self.plot.setLabel("left", f"{title} ({plain})")
        if prefixable and unit in ("nW",):
            self._factor = 1.0
        mark_trace(self.curve, key.removesuffix("_actual"))
        self._restyle()
        self.draw()

    def _restyle(self) -> None:
        restyle_plot(self.plot, self._theme)

    def draw(self) -> None:
        """Draw what the history holds."""
        if not self.isVisible() or not self._history.times:
            return
        values = self._history.column(lambda s: float(s.values[self._instrument][self._key]) / self._factor)
        self.curve.setData(list(self._history.times), values)
        last = self._history.rows[-1].values[self._instrument][self._key]
        self.value.setText(readout(last, self._unit))

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.draw()
