"""The optical path in words: what the beam meets from the laser to the lock-in, and what is wrong."""

from __future__ import annotations

import html

from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.lab import Snapshot
from gui.models import LabModel


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
        text = "<br>↓<br>".join(html.escape(line) for line in snapshot.path)
        if self.path.text() != text:
            self.path.setText(text)
        if snapshot.problems:
            found = "<b>To mend:</b><ul>" + "".join(f"<li>{html.escape(p)}</li>" for p in snapshot.problems) + "</ul>"
        else:
            found = "<b>All is well:</b> nothing to mend on the bench."
        if self.check.text() != found:
            self.check.setText(found)
