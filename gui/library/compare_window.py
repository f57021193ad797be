"""A window that says in what runs differ: a line for each parameter or setting, a column for each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.library.comparison import SHOWN, Difference
from gui.library.row import Row
from gui.theme import Theme, tabular_font
from gui.topics import set_topic


class CompareWindow(QDialog):
    """What differs between runs.

    Parameters
    ----------
    rows : sequence of Row
        The runs.
    lines : sequence of Difference
        What `compare` found of them.
    theme : Theme
    numbers : mapping, optional
        The numbers that the plot gives runs, by their files.
    """

    def __init__(self, rows: Sequence[Row], lines: Sequence[Difference], theme: Theme,
                 parent: QWidget | None = None, numbers: Mapping[Path, int] | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("What differs between these runs")
        self.resize(min(900, 300 + 210 * len(rows)), 460)
        self._lines = list(lines)
        self._theme = theme
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setAccessibleName("comparison summary")
        self.all = QCheckBox("show what is the same")
        self.all.setToolTip("Show also what is the same in all of these runs.")
        self.all.setAccessibleName("show what is the same")
        self.all.toggled.connect(self.fill)
        self.copy = QPushButton("Copy")
        self.copy.setToolTip("Copy the table as text, with tabs between columns.")
        self.copy.setAccessibleName("copy comparison")
        self.copy.clicked.connect(self._copy)
        self.close_button = QPushButton("Close")
        self.close_button.setToolTip("Close this window (Esc).")
        self.close_button.setAccessibleName("close comparison")
        self.close_button.clicked.connect(self.close)
        self.table = QTableWidget(0, 1 + len(rows))
        self.table.setAccessibleName("comparison")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setFont(tabular_font(self.table.font()))
        self.table.verticalHeader().hide()
        called = [f"#{n}  " if (n := (numbers or {}).get(row.entry.path)) else "" for row in rows]
        self.table.setHorizontalHeaderLabels(["", *(f"{number}{row.when()}\n{row.label or row.heading}"
                                                    for number, row in zip(called, rows, strict=True))])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        bar = QHBoxLayout()
        bar.addWidget(self.all)
        bar.addStretch(1)
        bar.addWidget(self.copy)
        bar.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.said)
        column.addWidget(self.table, 1)
        column.addLayout(bar)
        set_topic(self, "panel/library")
        self.fill()
        self.all.setFocus()

    def fill(self, *_: object) -> None:
        """Show the lines that differ, or all."""
        differing = [line for line in self._lines if line.differs and line.group != SHOWN]
        shown = [line for line in self._lines if line.group == SHOWN or line.differs or self.all.isChecked()]
        count = len(differing)
        total = sum(line.group != SHOWN for line in self._lines)
        self.said.setText(f"{count} thing{'' if count == 1 else 's'} of {total} differ"
                          f"{'s' if count == 1 else ''}." if count else "Nothing differs but the noise: same "
                          "experiment, sample, seed and settings.")
        self.table.clearSpans()
        self.table.setRowCount(0)
        group = ""
        for line in shown:
            if line.group != group:
                group = line.group
                self._add_heading(group)
            number = self.table.rowCount()
            self.table.insertRow(number)
            for place, text in enumerate((line.name, *line.values)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if place == 0:
                    item.setForeground(self._theme.colour("faint text"))
                elif line.differs and self.all.isChecked():
                    item.setForeground(self._theme.colour("accent"))
                self.table.setItem(number, place, item)
        self.table.resizeRowsToContents()

    def _add_heading(self, group: str) -> None:
        number = self.table.rowCount()
        self.table.insertRow(number)
        item = QTableWidgetItem(group)
        bold = QFont(self.table.font())
        bold.setBold(True)
        item.setFont(bold)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.table.setItem(number, 0, item)
        self.table.setSpan(number, 0, 1, self.table.columnCount())

    def text(self) -> str:
        """Return the table as text, with tabs between columns."""
        lines = []
        for number in range(self.table.rowCount()):
            items = (self.table.item(number, place) for place in range(self.table.columnCount()))
            lines.append("\t".join(item.text() if item else "" for item in items).rstrip("\t"))
        return "\n".join(lines)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text())

    def keyPressEvent(self, event: object) -> None:
        """Copy with the usual keys."""
        if event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            self._copy()
        elif event.matches(QKeySequence.StandardKey.Cancel):  # type: ignore[attr-defined]
            self.close()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]
