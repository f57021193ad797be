"""See inside: the nuclear polarization against lab time, which no instrument shows."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.models import History
from gui.theme import Theme, mark_trace, restyle_plot


class InsidePanel(QWidget):
    """The nuclear polarization P and the Overhauser shift that it makes.

    Parameters
    ----------
    history : History
    theme : Theme
    """

    def __init__(self, history: History, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._theme = theme
        self.value = QLabel("P = 0")
        self.value.setAccessibleName("nuclear polarization")
        self.plot = pg.PlotWidget()
        self.plot.setLabel("bottom", "lab time", units="s")
        self.plot.setLabel("left", "polarization P")
        self.plot.getAxis("left").enableAutoSIPrefix(False)
        self.plot.setMinimumHeight(130)
        self.plot.showGrid(x=True, y=True, alpha=0.15)
        self.plot.setDownsampling(auto=True, mode="peak")
        self.plot.setClipToView(True)
        self.plot.setAccessibleName("nuclear polarization plot")
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.curve = self.plot.plot([], [])
        mark_trace(self.curve, "polarization")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.value)
        column.addWidget(self.plot, 1)
        history.changed.connect(self.draw)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        restyle_plot(self.plot, self._theme)

    def draw(self) -> None:
        """Draw what the history holds."""
        if not self.isVisible() or not self._history.times:
            return
        self.curve.setData(list(self._history.times), self._history.column(lambda s: s.hidden["polarization"]))
        self.value.setText(f"P = {self._history.rows[-1].hidden['polarization']:+.4f}   (hidden from all instruments)")

    def showEvent(self, event: object) -> None:  # noqa: N802
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.draw()
