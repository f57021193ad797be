"""The lab clock: what time it is there, how fast it goes, hold and fast-forward."""

from __future__ import annotations

import math

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from gui.commands import Commands
from gui.lab import Snapshot, pace_in_words
from gui.models import LabModel
from gui.theme import tabular_font
from gui.widgets.focus_wheel import ComboBox

PACES = tuple((pace_in_words(pace), pace) for pace in (1.0, 10.0, 100.0, math.inf))
"""What can be chosen, in words and as lab seconds per real second."""


class ClockPanel(QWidget):
    """Lab time with pacing; "as fast as possible" holds during a run, between runs time is then real.

    Parameters
    ----------
    model : LabModel
    commands : Commands
    settings : QSettings, optional
        Where the pace is kept between two starts.
    """

    def __init__(self, model: LabModel, commands: Commands, parent: QWidget | None = None, *,
                 settings: QSettings | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._settings = settings
        self._recall()
        self.time = QLabel("lab 0:00:00.0")
        self.time.setFont(tabular_font())
        self.time.setMinimumWidth(self.fontMetrics().horizontalAdvance("lab 000:00:00.0"))
        self.time.setToolTip("Lab time since the sample was mounted.")
        self.time.setAccessibleName("lab time")
        self.pace = ComboBox()
        for title, pace in PACES:
            self.pace.addItem(title, pace)
        self.pace.setToolTip("Choose how fast lab time goes. Numbers do not depend on it.")
        self.pace.setAccessibleName("pace")
        self.pace.activated.connect(lambda index: model.set_pace(self.pace.itemData(index)))
        self.hold = QPushButton("Hold")
        self.hold.setCheckable(True)
        self.hold.setToolTip(commands["clock.hold"].help)
        self.hold.setAccessibleName("hold lab time")
        self.hold.clicked.connect(lambda: commands.run("clock.hold"))
        self.forward = QPushButton("+ 10 s")
        self.forward.setToolTip(commands["clock.forward"].help)
        self.forward.setAccessibleName("fast-forward")
        self.forward.clicked.connect(lambda: commands.run("clock.forward"))
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        for widget in (self.time, self.pace, self.hold, self.forward):
            row.addWidget(widget)
        model.readings_changed.connect(self.show_snapshot)
        model.clock_changed.connect(self.show_clock)
        self.show_clock()

    def _recall(self) -> None:
        """Go as fast as at the last start, if that is one of the paces."""
        kept = None if self._settings is None else self._settings.value("pace")
        for _, pace in PACES:
            if kept is not None and str(kept) == f"{pace:g}" and pace != self._model.lab.pace:
                self._model.set_pace(pace)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the lab time."""
        hours, rest = divmod(snapshot.lab_time, 3600.0)
        minutes, seconds = divmod(rest, 60.0)
        self.time.setText(f"lab {int(hours)}:{int(minutes):02}:{math.floor(seconds * 10) / 10:04.1f}")

    def show_clock(self) -> None:
        """Show pace and hold as the model has them."""
        index = self.pace.findData(self._model.lab.pace)
        self.pace.setCurrentIndex(max(index, 0))
        self.hold.setChecked(self._model.lab.held)
        kept = f"{self._model.lab.pace:g}"
        if self._settings is not None and str(self._settings.value("pace", "1")) != kept:
            self._settings.setValue("pace", kept)
