"""See inside: what no instrument shows, such as the nuclear polarization, against lab time."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.history import Series
from gui.inside.exam import ExamMode
from gui.inside.secret import SecretPanel, line_of_text
from gui.lab import Snapshot
from gui.theme import mark_trace
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.plot import Plot
from instruments.benches import HiddenQuantity
from vlab.quantity_scale import pretty_unit, scale_of
from vlab.readout import readout
from vlab.units import unit_factor


class InsidePanel(SecretPanel):
    """The hidden quantities of the bench, one of them drawn; brings the command of exam mode.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self._exam = ExamMode(desk)
        super().__init__(desk, "inside", parent)
        self._history = history = desk.history
        self._series: Series | None = None
        self._shown: HiddenQuantity | None = None
        self.choice = ComboBox()
        self.choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.setToolTip("Choose which of the hidden quantities is drawn.")
        self.choice.setAccessibleName("hidden quantity")
        self.choice.currentIndexChanged.connect(lambda _: self._choose())
        self.value = line_of_text("hidden value")
        self.plot = Plot(desk.theme, "hidden quantity plot", "lab time", bottom_unit="s")
        self.curve = self.plot.plot([], [])
        row = QHBoxLayout()
        row.addWidget(self.choice)
        row.addWidget(self.value, 1)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(row)
        column.addWidget(self.plot, 1)
        column.addStretch(0)
        self.listen(history.changed, self.draw)
        self.listen(history.model.readings_changed, self._read)
        self.listen(history.model.bench_changed, self.show_bench)
        self.show_bench()

    def commands(self) -> list[Command]:
        """Return what is declared with the window's commands."""
        return [self._exam.command()]

    def show_bench(self) -> None:
        """Offer the hidden quantities of the bench that the laboratory has."""
        hidden = self._history.model.kind.hidden
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for quantity in hidden:
                self.choice.addItem(quantity.title, quantity)
        # a line that wraps as its number grows would resize the plot below, and draw it twice
        self.value.setWordWrap(not hidden)
        self.choice.setVisible(len(hidden) > 1)
        self.plot.setVisible(bool(hidden))
        self.curve.setData([], [])
        self.value.setText("" if hidden else "Nothing is hidden on this bench: its instruments show all that there is "
                                             "to know.")
        self._shown, self._series = None, None
        if hidden:
            self._choose()

    def _choose(self) -> None:
        quantity: HiddenQuantity = self.choice.currentData()
        self._shown = quantity
        name, plain = quantity.name, scale_of(quantity.unit)
        factor = unit_factor(quantity.unit) / (10.0**plain.home if plain.prefixable else 1.0)
        title = quantity.symbol or quantity.title
        unit = pretty_unit(quantity.unit)
        self.plot.set_left(title if plain.prefixable or not unit else f"{title} ({unit})",
                           plain.base if plain.prefixable else None)
        self._series = self._history.series(lambda s: s.hidden[name] / factor, self._series)
        self.plot.show_again()
        mark_trace(self.curve, name)
        self.plot.restyle()
        self.draw()

    def draw(self) -> None:
        """Draw what the history holds."""
        if not self.seen() or not self._history.rows or self._series is None:
            return
        times, values = self._series.times, self._series.values
        self.curve.setData(times, values)
        self.plot.show_all((times[0], times[-1]), (values.min(), values.max()), growing=True)

    def _read(self, snapshot: Snapshot) -> None:
        if self._shown is None or self.desk.exam:
            return
        value = snapshot.hidden[self._shown.name]
        shown = readout(value, self._shown.unit) if self._shown.unit else f"{value:+.4f}"
        self.value.setText(f"{self._shown.symbol or self._shown.title} = {shown}   (no instrument shows it)")
