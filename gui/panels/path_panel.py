"""The optical table with what the bench's own check says of it; way of the light and cables in words folded below."""

from __future__ import annotations

import html
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.lab import Snapshot
from gui.table.optical_table import OpticalTable
from gui.table.words import concerned
from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from instruments.wiring import Wiring

_LINES = (2, 6)
"""Of the check: in a small panel, and at most."""
_FREE = 16777215
"""Greatest height of a widget that may be as high as it likes."""


class PathPanel(QWidget):
    """The drawing of the bench and more in words, which scroll, and below them the sentences of its check, which stay.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = desk.model
        self._found: tuple[str, ...] | None = None
        self._wiring: Wiring | None = None
        self.cables: dict[str, ComboBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 2)
        column.setSpacing(3)
        self.table = OpticalTable(desk)
        column.addWidget(self._make_view(), 1)
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self._make_check(), 1)
        below.addWidget(self._make_fold(), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(below)
        self.setMinimumHeight(175)
        self.setAccessibleName("optical table panel")
        set_topic(self, "panel/path")
        self.destroyed.connect(desk.model.readings_changed.connect(self.show_snapshot))
        self.destroyed.connect(desk.model.bench_changed.connect(self.show_bench))
        desk.theme.changed.connect(self._dress)
        self._share_out()

    def commands(self) -> list[Command]:
        """Return what the window can do with the table."""
        return [Command("bench.cables", "Put all cables where they belong", "Setup", self.table.mend_cables,
                        "Put every wrong or missing cable where it belongs.",
                        enabled=lambda: self._model.connected)]

    def _make_view(self) -> QScrollArea:
        """Return what scrolls: the drawing and, unfolded, the words below it."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.table, 1)
        column.addWidget(self._make_more())
        self.view = QScrollArea()
        self.view.setWidget(body)
        self.view.setWidgetResizable(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self.view

    def _make_check(self) -> QScrollArea:
        self.check = QLabel()
        self.check.setWordWrap(True)
        self.check.setTextFormat(Qt.TextFormat.RichText)
        self.check.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.check.setContentsMargins(2, 3, 2, 0)
        self.check.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                           | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)
        self.check.setAccessibleName("bench check")
        self.check.setToolTip("Click a name to open the panel where it can be mended.")
        self.check.linkActivated.connect(self._desk.panel_wanted.emit)
        self._strip = QScrollArea()
        self._strip.setWidget(self.check)
        self._strip.setWidgetResizable(True)
        self._strip.setFrameShape(QFrame.Shape.NoFrame)
        self._strip.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self._strip

    def _make_fold(self) -> QToolButton:
        self.more = QToolButton(text="More", checkable=True, autoRaise=True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolTip("Show the way of the light in words and a list of all cables.")
        self.more.setAccessibleName("more about path and cables")
        self.more.toggled.connect(self._unfold)
        return self.more

    def _make_more(self) -> QWidget:
        self._folded = QWidget()
        column = QVBoxLayout(self._folded)
        column.setContentsMargins(12, 0, 0, 4)
        self.path = QLabel("The laboratory is being set up …")
        self.path.setWordWrap(True)
        self.path.setAccessibleName("optical path")
        column.addWidget(self.path)
        title = QLabel("<b>Cables</b>")
        title.setToolTip("Which output feeds each input. A wrong cable behaves as it would, and the check says so.")
        column.addWidget(title)
        self._form = QFormLayout()
        column.addLayout(self._form)
        self._folded.hide()
        return self._folded

    def _unfold(self, shown: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._folded.setVisible(shown)
        self.show_snapshot(self._model.snapshot)
        self._fit()
        if shown:
            QTimer.singleShot(0, self, self._show_words)

    def _show_words(self) -> None:
        """Scroll to the beginning of the words, if they did not fit below the drawing."""
        self.view.verticalScrollBar().setValue(self._folded.y())

    def _fit(self) -> None:
        """Leave the drawing what the words do not need, never more than is in sight, so that it does not grow."""
        height = self.view.viewport().height()
        words = self._folded.sizeHint().height() if self.more.isChecked() else 0
        self.table.setMaximumHeight(max(self.table.minimumHeight(), height - words) if words else _FREE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the check more lines in a taller panel; their number never follows what it says."""
        super().resizeEvent(event)
        self._share_out()
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened meanwhile."""
        super().showEvent(event)
        self.show_snapshot(self._model.snapshot)

    def _share_out(self) -> None:
        line = self.fontMetrics().lineSpacing()
        lines = max(_LINES[0], min(_LINES[1], round(0.16 * self.height() / line)))
        self._strip.setFixedHeight(lines * line + 4)

    def _dress(self) -> None:
        self._found = None  # links have a colour of their own
        self.show_snapshot(self._model.snapshot)

    def show_bench(self) -> None:
        """Draw another bench."""
        self._found = None
        self.show_snapshot(self._model.snapshot)
        self.table.show_snapshot(self._model.snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Say what the laboratory looks like."""
        if not snapshot.values or not self.isVisible():
            return
        if snapshot.problems != self._found:
            self._found = snapshot.problems
            text = self._sentences(snapshot.problems)
            if self.check.text() != text:
                self.check.setText(text)
        text = "<br>↓<br>".join(html.escape(line) for line in snapshot.path)
        if self.path.text() != text:
            self.path.setText(text)
        if snapshot.wiring is not self._wiring:
            self._offer(snapshot.wiring)
        for target, box in self.cables.items():
            index = box.findData(snapshot.cables.get(target))
            if index != box.currentIndex() and not box.view().isVisible():
                box.setCurrentIndex(index)

    def _sentences(self, problems: tuple[str, ...]) -> str:
        if not problems:
            return "<b>All is well:</b> nothing to mend on the bench."
        colour = self._desk.theme.colour("accent").name()
        return "<br>".join(self._sentence(p, colour) for p in problems)

    def _sentence(self, problem: str, colour: str) -> str:
        name = concerned(problem, self._model.kind.instruments)
        if not name:
            return html.escape(problem)
        head, _, rest = problem.partition(":")
        link = f"<a href='{name}' style='color:{colour}; text-decoration:none'><b>{html.escape(head)}:</b></a>"
        return link + html.escape(rest)

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
