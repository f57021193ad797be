"""The library: past runs to be searched, listed and looked at, in step with the data folder and with the plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.library.details import Details
from gui.library.row import STATUSES
from gui.library.run_actions import RunActions
from gui.library.run_deeds import RunDeeds
from gui.library.run_list import RunList
from gui.library.runs_in_plot import RunsInPlot
from gui.library.shelf import ORDERS, Shelf
from gui.library.turns import Turns
from gui.library.unfinished_banner import UnfinishedBanner, about_unfinished
from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from vlab.experiments.procedure import Procedure

_LOOK_AGAIN_MS = 5000
_FIRST_LOOK_MS = 2500
"""After the panel was made: the window stands by then."""
_ROOMY = 640
"""Width from which the details stand beside the list."""


class LibraryPanel(QWidget):
    """The runs in the data folder.

    Parameters
    ----------
    desk : Desk
    index : Path, optional
        Where is kept what was read of the files; in the user's cache by default.
    """

    def __init__(self, desk: Desk, index: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        model = self._model = desk.model
        self._desk = desk
        self.shelf = Shelf(model.folder, index)
        self.turns = Turns(model, self.shelf, self)
        self.in_plot = RunsInPlot(model, self.turns)
        self.list = RunList(desk.theme, lambda: self.in_plot.files, lambda: self.in_plot.numbers)
        self.deeds = RunDeeds(desk, self.shelf, self.turns, self.in_plot, self.list.selected, self)
        self._run_actions = RunActions(self.deeds, self)
        self.actions_, self.buttons = self._run_actions.actions, self._run_actions.buttons
        self.more = self._run_actions.more
        self._told_unfinished = False
        self._roomy: bool | None = None
        self._ready = False
        """Whether files may be read."""
        self.setAccessibleName("past runs panel")
        set_topic(self, "panel/library")
        self._build()
        self._again = QTimer(self, interval=_LOOK_AGAIN_MS)
        self._again.timeout.connect(self.look)
        shelf = self.shelf
        shelf.changed.connect(self._show_rows)
        shelf.looked.connect(self._on_looked)
        shelf.noticed.connect(lambda level, text, *ways: model.notice(level, text, ways=ways))
        shelf.went.connect(self.in_plot.take_off)
        shelf.came_back.connect(self.in_plot.put_back)
        ends = [model.run_changed.connect(self._on_run),
                model.run_shown.connect(lambda *scans: self._turn_to(type(scans[-1].procedure))),
                model.experiment_changed.connect(lambda: self._turn_to(model.experiment)),
                model.scans_cleared.connect(self._on_scans), shelf.errands.stop]
        self.destroyed.connect(lambda: [end() for end in ends])
        desk.theme.changed.connect(self._dress)
        self._running = model.run is not None
        QTimer.singleShot(_FIRST_LOOK_MS, self, self.look)
        self._show_rows()

    # -- parts -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText("search: sample, experiment, 2026-11, today, note, #tag")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Find runs by words of the sample, experiment, parameters, note or file, by date "
                               "(2026-11, today, yesterday), #tag or seed; -word leaves out.")
        self.search.setAccessibleName("search past runs")
        self.search.textChanged.connect(self.shelf.search)
        self.search.installEventFilter(self)
        self.count = QLabel()
        self.count.setAccessibleName("number of runs")
        self.experiment = self._box("experiment filter", "Choose whose runs are listed.")
        self.status = self._box("status filter", "Choose how the listed runs ended.")
        self.order = self._box("order of runs", "Choose the order of the list.")
        self.order.addItems(list(ORDERS))
        self.experiment.activated.connect(lambda _: self.shelf.choose(experiment=self.experiment.currentData()))
        self.status.activated.connect(lambda _: self.shelf.choose(status=self.status.currentData()))
        self.order.activated.connect(lambda _: self.shelf.choose(order=self.order.currentText()))
        self.list.can_bring_back = lambda: self.shelf.can_bring_back
        self.list.chosen.connect(self._on_chosen)
        self.list.show_wanted.connect(self.deeds.show_chosen)
        self.list.away_wanted.connect(self.deeds.put_away)
        self.list.back_wanted.connect(self.deeds.bring_back)
        self.list.search_wanted.connect(self.search.setFocus)
        self.details = Details(self._desk.theme, self.list.delegate.thumbnails)
        self.details.note_written.connect(self.deeds.keep_note)
        self.details.tags_written.connect(self.deeds.keep_tags)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(
            lambda at: self._run_actions.menu.popup(self.list.viewport().mapToGlobal(at)))
        self.banner = UnfinishedBanner(self._desk.theme)
        self.recover = self.banner.recover
        self.recover.clicked.connect(self.deeds.recover_all)
        searching = QHBoxLayout()
        searching.addWidget(self.search, 1)
        searching.addWidget(self.count)
        choosing = QHBoxLayout()
        for box, stretch in ((self.experiment, 3), (self.status, 2), (self.order, 2)):
            choosing.addWidget(box, stretch)
        self.shelf_and_details = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self.shelf_and_details.addWidget(self.list, 3)
        self.shelf_and_details.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(5)
        column.addLayout(searching)
        column.addLayout(choosing)
        column.addWidget(self.banner)
        column.addLayout(self.shelf_and_details, 1)
        column.addLayout(self._run_actions.row())
        self._arrange()
        self._dress()

    def _box(self, name: str, help: str) -> ComboBox:
        box = ComboBox()
        box.setAccessibleName(name)
        box.setToolTip(help)
        box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        return box

    def commands(self) -> tuple[Command, ...]:
        """Return what the window can do with past runs."""
        return (
            Command("library.find", "Find a past run…", "Measure", self.find, "Search the runs in the data folder."),
            Command("library.recover", "Recover unfinished runs", "Measure", self.deeds.recover_all,
                    "Make data files of runs that were cut off.", enabled=lambda: bool(self.shelf.unfinished()),
                    why_not=lambda: "no run was cut off"),
            Command("library.back", "Bring back runs that were put away", "Measure", self.deeds.bring_back,
                    "Bring back the runs that were moved to the trash last.",
                    enabled=lambda: self.shelf.can_bring_back, why_not=lambda: "no run was put away"),
        )

    # -- keeping up --------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look for new, changed and vanished runs."""
        # the laboratory loads the packages that read files when it is made; two at a time would get in each other's way
        if not self._model.connected and not self._ready:
            return
        self._ready = True
        if self._model.folder != self.shelf.folder:
            self.shelf.set_folder(self._model.folder)
            self._told_unfinished = False
        self.shelf.look()
        self.turns.begin()

    def _on_run(self) -> None:
        running = self._model.run is not None
        if running != self._running:
            self._running = running
            self._on_scans()
            if not running:
                self.deeds.tell_made_again()
            if self.isVisible() or not running:
                self.look()
        elif not self._ready:
            self.look()
        self._run_actions.refresh()

    def _turn_to(self, kind: type[Procedure]) -> None:
        """Mark the runs that the plot shows, which are those of one kind of experiment."""
        self.in_plot.turn_to(kind)
        self._on_scans()

    def _on_scans(self) -> None:
        self.in_plot.look()
        self.list.viewport().update()
        self._run_actions.refresh()

    def _on_looked(self) -> None:
        if not self.shelf.rows:
            self._show_rows()  # it says so
        if self._told_unfinished:
            return
        self._told_unfinished = True
        cut_off = self.shelf.unfinished()
        if cut_off:
            self._desk.commands.changed.emit()
            self._model.notice("warning", f"{about_unfinished(cut_off)} The panel Runs recovers what was measured.",
                               panel="library", ways=(("Recover", "library.recover"),))

    def _show_rows(self) -> None:
        shelf = self.shelf
        total = len(shelf)
        self.list.empty = self._why_empty(total)
        self.list.show_rows(shelf.rows)
        self.count.setText(f"{total} run{'' if total == 1 else 's'}" if len(shelf.rows) == total
                           else f"{len(shelf.rows)} of {total}")
        self._fill_box(self.experiment, {"": "all experiments"} | shelf.experiments(), shelf.experiment)
        there = shelf.statuses()
        self._fill_box(self.status, {"": "all states"} | {s: s for s in STATUSES if s in there}, shelf.status)
        if self.banner.show_runs(shelf.unfinished()):
            self._desk.commands.changed.emit()

    def _why_empty(self, total: int) -> str:
        if total:
            return "No run has all this.\nEsc in the search line shows all again."
        if self.shelf.looking or not self._ready:
            return "Looking for runs …"
        return f"No runs yet in {self.shelf.folder}.\nWhat you measure appears here."

    @staticmethod
    def _fill_box(box: ComboBox, entries: dict[str, str], chosen: str) -> None:
        if [box.itemData(i) for i in range(box.count())] != list(entries):
            with QSignalBlocker(box):
                box.clear()
                for key, title in entries.items():
                    box.addItem(title, key)
        with QSignalBlocker(box):
            box.setCurrentIndex(max(0, box.findData(chosen)))

    def _on_chosen(self) -> None:
        rows = self.list.selected()
        self.details.show_rows(rows)
        self._run_actions.refresh()
        if len(rows) == 1 and rows[0].entry.path in self.in_plot.files and self.list.hasFocus():
            self._model.scan_chosen.emit(next(s for s in self._model.scans if s.file == rows[0].entry.path))

    def _dress(self) -> None:
        self.list.delegate.thumbnails.forget()
        self.banner.dress()
        self.list.viewport().update()
        self.details.show_rows(self.list.selected())

    # -- what hands do -----------------------------------------------------------------------------------------

    def find(self) -> None:
        """Come to the front, ready to search."""
        self._desk.panel_wanted.emit("library")
        self.search.setFocus()
        self.search.selectAll()

    def show_chosen(self) -> None:
        """Show the chosen runs in the plot, or take them off it."""
        self.deeds.show_chosen()

    # -- Qt ----------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Put the details beside the list where there is room, else note and tags below it."""
        roomy = self.width() >= _ROOMY
        if roomy is self._roomy:
            return
        self._roomy = roomy
        self.shelf_and_details.setDirection(QBoxLayout.Direction.LeftToRight if roomy
                                            else QBoxLayout.Direction.TopToBottom)
        self.shelf_and_details.setStretch(1, 2 if roomy else 0)
        self.details.set_roomy(roomy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew."""
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Look for news while one can see them."""
        super().showEvent(event)
        self.shelf.watch(True)
        self._again.start()
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the folder in peace."""
        super().hideEvent(event)
        self.shelf.watch(False)
        self._again.stop()

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Go from the search line into the list by Down or Enter, and clear it by Esc."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.shelf.rows:
                    self.list.setFocus()
                    if self.list.current() is None or not self.list.selected():
                        self.list.setCurrentIndex(self.list.runs.index(0))
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.search.clear()
                return True
        return super().eventFilter(watched, event)
