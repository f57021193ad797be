"""The optical path in words: what the beam meets from the laser to the lock-in, and what is wrong."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.lab import Snapshot
from gui.models import LabModel
from gui.readout import readout


class PathPanel(QScrollArea):
    """One line for each element of the bench, and the sentences of the bench's own check.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = QWidget()
        column = QVBoxLayout(body)
        self.path = QLabel("The laboratory is being set up …")
        self.path.setWordWrap(True)
        self.path.setAccessibleName("optical path")
        self.check = QLabel()
        self.check.setWordWrap(True)
        self.check.setAccessibleName("bench check")
        column.addWidget(self.path)
        column.addWidget(self.check)
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setMinimumHeight(175)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName("optical path panel")
        model.readings_changed.connect(self.show_snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Say what the laboratory looks like."""
        if not snapshot.values or not self.isVisible():
            return
        text = "<br>↓<br>".join(html.escape(line) for line in path_in_words(snapshot))
        if self.path.text() != text:
            self.path.setText(text)
        if snapshot.problems:
            found = "<b>To mend:</b><ul>" + "".join(f"<li>{html.escape(p)}</li>" for p in snapshot.problems) + "</ul>"
        else:
            found = "<b>All is well:</b> nothing to mend on the bench."
        if self.check.text() != found:
            self.check.setText(found)


def path_in_words(snapshot: Snapshot) -> list[str]:
    """Return the beam's way, one element a line."""
    v = snapshot.values
    laser, gate, lockin = v["laser"], v["gate"], v["lockin"]
    light = f"{readout(laser['power'], 'nW', 3)} at {readout(laser['photon_energy_actual'], 'eV', 8)}"
    chopper = f"at {readout(v['chopper']['frequency'], 'kHz', 3)}" if v["chopper"]["state"] == "running" else "stopped"
    voltage = readout(gate["voltage_actual"], "V", 5) if gate["output"] == "on" else "output off"
    return [
        f"Laser: {light}, shutter {laser['shutter']}",
        f"Chopper: {chopper}",
        f"Quantum dot: {readout(v['magnet']['field_actual'], 'T', 4)}, gate {voltage}",
        f"Balanced detector: {readout(v['detector']['gain'], 'V/A', 3)}",
        f"Lock-in: X = {readout(lockin['x'], 'V', 4)}" + (", no reference" if lockin["unlocked"] else ""),
    ]
