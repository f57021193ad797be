"""A face: the hand-laid part of an instrument's panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.faces.parts import Parts

GAP = 6


class Face(QWidget):
    """Base of all faces: a column of rows; a face overrides `lay` and takes the parts that it has a place for.

    Parameters
    ----------
    parts : Parts
        Whatever the face does not take is appended below it by the panel.
    """

    def __init__(self, parts: Parts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts = parts
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GAP)
        self.lay()

    def lay(self) -> None:
        """Take parts and lay them out."""

    def row(self, *items: QWidget | str | int) -> QHBoxLayout:
        """Append widgets side by side; a text becomes a label, 0 takes up the space that is left."""
        line = side_by_side(*items)
        self.column.addLayout(line)
        return line

    def lamps(self, *names: str) -> None:
        """Append the lamps of flags, three on a line."""
        grid = QGridLayout()
        grid.setVerticalSpacing(0)
        for number, name in enumerate(names):
            grid.addWidget(self.parts.lamp(name), number // 3, number % 3)
        grid.setColumnStretch(3, 1)
        self.column.addLayout(grid)

    def table(self, *rows: tuple[str, QWidget]) -> QGridLayout:
        """Append widgets below each other, each with a label at its left."""
        grid = table(*rows)
        self.column.addLayout(grid)
        return grid


def side_by_side(*items: QWidget | str | int) -> QHBoxLayout:
    """Return widgets side by side; a text becomes a label, 0 takes up the space that is left."""
    line = QHBoxLayout()
    line.setSpacing(GAP)
    for item in items:
        if isinstance(item, str):
            line.addWidget(QLabel(item))
        elif isinstance(item, int):
            line.addStretch(1)
        else:
            line.addWidget(item)
    return line


def line(*items: QWidget | str | int) -> QWidget:
    """Return widgets side by side, as one; a text becomes a label, 0 takes up the space that is left."""
    whole = QWidget()
    row = side_by_side(*items)
    row.setContentsMargins(0, 0, 0, 0)
    whole.setLayout(row)
    return whole


def table(*rows: tuple[str, QWidget]) -> QGridLayout:
    """Return widgets below each other, each with a label at its left."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(GAP)
    grid.setVerticalSpacing(4)
    for number, (title, widget) in enumerate(rows):
        grid.addWidget(QLabel(title), number, 0)
        grid.addWidget(widget, number, 1)
    grid.setColumnStretch(1, 1)
    return grid


def stacked(*items: QWidget, spacing: int = 2) -> QWidget:
    """Return widgets below each other, as one."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    for item in items:
        column.addWidget(item)
    return whole


def titled(title: str, widget: QWidget) -> QWidget:
    """Return a widget with its title above it, in the middle."""
    label = QLabel(title)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return stacked(label, widget)
