"""See inside: the nuclear polarization against lab time, which no instrument shows."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.history import History
from gui.lab import Snapshot
from gui.theme import Theme, mark_trace
from gui.widgets.plot import Plot


class InsidePanel(QWidget):
    """The nuclear polarization P of the dot.

    Parameters
    ----------
    history : History
    theme : Theme
    """

    def __init__(self, history: History, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._series = history.series(lambda s: s.hidden["polarization"])
        self.value = QLabel("P = 0")
        self.value.setAccessibleName("nuclear polarization")
        self.plot = Plot(theme, "nuclear polarization plot", "lab time", "polarization P", bottom_unit="s")
        self.curve = self.plot.plot([], [])
        mark_trace(self.curve, "polarization")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.value)
        column.addWidget(self.plot, 1)
        history.changed.connect(self.draw)
        history.model.readings_changed.connect(self._read)
        self.plot.restyle()

    def draw(self) -> None:
        """Draw what the history holds."""
        if not self.isVisible() or not self._history.rows:
            return
        times, values = self._series.times, self._series.values
        self.curve.setData(times, values)
        self.plot.show_all((times[0], times[-1]), (values.min(), values.max()), growing=True)

    def _read(self, snapshot: Snapshot) -> None:
        self.value.setText(f"P = {snapshot.hidden['polarization']:+.4f}   (hidden from all instruments)")

    def showEvent(self, event: object) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.draw()
