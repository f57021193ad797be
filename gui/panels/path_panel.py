"""The optical path in words: what the beam meets from the laser to the lock-in, the cables, and what is wrong."""

from __future__ import annotations

import html
from functools import partial

from PySide6.QtWidgets import QFormLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.lab import Snapshot
from gui.models import LabModel
from gui.widgets.focus_wheel import ComboBox
from instruments.wiring import Wiring


class PathPanel(QScrollArea):
    """One line for each element of the bench, the sentences of the bench's own check, and its cables to be moved.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        body = QWidget()
        column = QVBoxLayout(body)
        self.path = QLabel("The laboratory is being set up …")
        self.path.setWordWrap(True)
        self.path.setAccessibleName("optical path")
        self.check = QLabel()
        self.check.setWordWrap(True)
        self.check.setAccessibleName("bench check")
        column.addWidget(self.check)  # what is wrong comes first
        column.addWidget(self.path)
        title = QLabel("<b>Cables</b>")
        title.setToolTip("Which output feeds each input. A wrong cable behaves as it would, and the check says so.")
        column.addWidget(title)
        self.cables: dict[str, ComboBox] = {}
        self._form = QFormLayout()
        column.addLayout(self._form)
        column.addStretch(1)
        self._wiring: Wiring | None = None
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
        if snapshot.wiring is not self._wiring:
            self._offer(snapshot.wiring)
        for target, box in self.cables.items():
            index = box.findData(snapshot.cables.get(target))
            if index != box.currentIndex() and not box.view().isVisible():
                box.setCurrentIndex(index)

    def _plug(self, target: str, index: int) -> None:
        self._model.plug(self.cables[target].itemData(index), target)

    def _offer(self, wiring: Wiring | None) -> None:
        """Offer the cables that this bench could have."""
        self._wiring = wiring
        self.cables.clear()
        while self._form.rowCount():
            self._form.removeRow(0)
        for target in () if wiring is None else wiring.inputs:
            box = ComboBox()
            box.addItem("no cable", None)
            for source in wiring.outputs if wiring is not None else ():
                box.addItem(source, source)
            box.setToolTip(f"Choose the output that feeds {target}.")
            box.setAccessibleName(f"cable to {target}")
            box.activated.connect(partial(self._plug, target))
            self.cables[target] = box
            self._form.addRow(target, box)
