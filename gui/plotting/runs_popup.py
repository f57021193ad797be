"""The list of runs that unfolds from the plot's toolbar: shown or hidden, renamed, forgotten."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.plotting.look import Look
from gui.plotting.run_curves import COLOURS
from gui.plotting.runs_shown import RunsShown
from gui.scans import Scan
from gui.topics import set_topic
from gui.widgets.focus_wheel import SpinBox

_SCAN = Qt.ItemDataRole.UserRole


class RunsPopup(QFrame):
    """Which runs are drawn, and what is drawn of them.

    Parameters
    ----------
    runs : RunsShown
    look : Look
    parent : QWidget
    """

    def __init__(self, runs: RunsShown, look: Look, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._runs = runs
        self._look = look
        self._at_work = False
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.list = QListWidget()
        self.list.setToolTip("Tick the runs that shall be drawn; press F2 to rename one.")
        self.list.setAccessibleName("runs")
        self.list.setMinimumWidth(320)
        self.list.itemChanged.connect(self._on_item)
        self.earlier = SpinBox()
        self.earlier.setRange(0, 20)
        self.earlier.setValue(runs.earlier)
        self.earlier.setToolTip("Set how many earlier runs are drawn under the present one.")
        self.earlier.setAccessibleName("earlier runs shown")
        self.earlier.valueChanged.connect(runs.show_earlier)
        self.clear = QPushButton("Clear")
        self.clear.setToolTip("Forget the traces of earlier runs; their files stay.")
        self.clear.setAccessibleName("clear earlier runs")
        self.theory = QCheckBox("theory and fits of the run")
        self.theory.setToolTip("Show the curves that the experiment draws over its last run.")
        self.theory.setAccessibleName("theory and fits of the run")
        self.theory.setChecked(True)
        self.errors = QCheckBox("error bars")
        self.errors.setToolTip("Show standard errors, where they are known.")
        self.errors.setAccessibleName("error bars")
        self.errors.setChecked(True)
        for widget in (self.list, self.earlier, self.clear, self.theory, self.errors):
            set_topic(widget, "panel/plot")
        row = QHBoxLayout()
        row.addWidget(QLabel("earlier runs"))
        row.addWidget(self.earlier)
        row.addStretch(1)
        row.addWidget(self.clear)
        boxes = QHBoxLayout()
        boxes.addWidget(self.theory)
        boxes.addWidget(self.errors)
        boxes.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        column.addLayout(boxes)

    def open_below(self, button: QWidget) -> None:
        """Unfold under a button."""
        self.fill()
        self.adjustSize()
        corner = button.mapToGlobal(QPoint(button.width(), button.height()))
        self.move(corner - QPoint(self.width(), 0))
        self.show()
        self.list.setFocus()

    def fill(self) -> None:
        """List the runs as they are, the newest first; not while a hand is changing one."""
        if self._at_work:
            return
        shown = self._runs.shown()
        with QSignalBlocker(self.list):
            self.list.clear()
            for scan in reversed(self._runs.drawable()):
                item = QListWidgetItem(self._icon(scan), scan.title)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
                              | Qt.ItemFlag.ItemIsEditable)
                item.setCheckState(Qt.CheckState.Checked if scan in shown else Qt.CheckState.Unchecked)
                item.setData(_SCAN, scan)
                self.list.addItem(item)

    def _icon(self, scan: Scan) -> QIcon:
        one = len(scan.traces) == 1 or scan.traces[0].worded
        picture = QPixmap(12, 12)
        picture.fill(self._look.trace(COLOURS[self._runs.colour(scan)]) if one else QColor(0, 0, 0, 0))
        return QIcon(picture)

    def _on_item(self, item: QListWidgetItem) -> None:
        scan: Scan = item.data(_SCAN)
        shown, title = item.checkState() == Qt.CheckState.Checked, item.text()
        self._at_work = True
        if shown != self._runs.is_shown(scan):
            self._runs.show(scan, shown)
        if title.strip() != scan.title:
            self._runs.rename(scan, title)
            with QSignalBlocker(self.list):
                item.setText(scan.title)
        self._at_work = False
