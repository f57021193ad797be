"""The library: past runs to be found, looked at, compared, annotated, run again, recovered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.commands import Command
from gui.desk import Desk
from gui.library.compare_window import CompareWindow
from gui.library.comparison import compare
from gui.library.details import Details
from gui.library.loading import Filling, Loaded, load
from gui.library.row import STATUSES, Row
from gui.library.run_list import RunList
from gui.library.shelf import ORDERS, Shelf
from gui.scans import Scan
from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from instruments.past_run import PastRun
from vlab.data.run_entry import read_attributes

_TURN_MS = 30
_SLICE = 6e-3
"""Seconds of filling a curve in one turn."""
_LOOK_AGAIN_MS = 5000
_FIRST_LOOK_MS = 2500
"""After the panel was made: the window stands by then."""
_ROOMY = 640
"""Width from which the details stand beside the list."""
_MOST_AT_ONCE = 20
"""Runs shown at once; more curves say nothing."""


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
        self._fillings: deque[tuple[Filling, Callable[[], None]]] = deque()
        self._loading: set[Path] = set()
        self._told_unfinished = False
        self._in_plot: frozenset[Path] = frozenset()
        self._numbers: dict[Path, int] = {}
        """What the plot calls the runs of this session."""
        self._taken_off: list[Scan] = []
        """What was in the plot of runs that were put away."""
        self._told_again = ""
        """What is to be said when a run that is made again has ended."""
        self._roomy: bool | None = None
        self._ready = False
        """Whether files may be read."""
        self.comparison: CompareWindow | None = None
        self.setAccessibleName("past runs panel")
        set_topic(self, "panel/library")
        self._build()
        self._timer = QTimer(self, interval=_TURN_MS)
        self._timer.timeout.connect(self._turn)
        self._again = QTimer(self, interval=_LOOK_AGAIN_MS)
        self._again.timeout.connect(self.look)
        shelf = self.shelf
        shelf.changed.connect(self._show_rows)
        shelf.looked.connect(self._on_looked)
        shelf.noticed.connect(lambda level, text, *ways: model.notice(level, text, ways=ways))
        shelf.went.connect(self._take_off)
        shelf.came_back.connect(self._put_back)
        ends = [model.run_changed.connect(self._on_run), model.run_shown.connect(lambda *_: self._on_scans()),
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
        self.list = RunList(self._desk.theme, lambda: self._in_plot, lambda: self._numbers)
        self.list.can_bring_back = lambda: self.shelf.can_bring_back
        self.list.chosen.connect(self._on_chosen)
        self.list.show_wanted.connect(self.show_chosen)
        self.list.away_wanted.connect(self.put_away)
        self.list.back_wanted.connect(self.bring_back)
        self.list.search_wanted.connect(self.search.setFocus)
        self.details = Details(self._desk.theme, self.list.delegate.thumbnails)
        self.details.note_written.connect(lambda row, note: self._annotate(row.entry.path, note=note))
        self.details.tags_written.connect(self._keep_tags)
        self._build_actions()
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
        column.addWidget(self._build_banner())
        column.addLayout(self.shelf_and_details, 1)
        column.addLayout(self._build_buttons())
        self._arrange()
        self._dress()

    def _box(self, name: str, help: str) -> ComboBox:
        box = ComboBox()
        box.setAccessibleName(name)
        box.setToolTip(help)
        box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        return box

    def _build_banner(self) -> QFrame:
        """Return the line that tells of runs that were cut off."""
        self.banner = QFrame()
        self.banner.setObjectName("unfinished")
        self.banner.setAutoFillBackground(True)
        self.unfinished = QLabel()
        self.unfinished.setWordWrap(True)
        self.unfinished.setAccessibleName("unfinished runs")
        self.recover = QPushButton("Recover")
        self.recover.setToolTip("Make data files of the runs that were cut off, with every point that was measured.")
        self.recover.setAccessibleName("recover unfinished runs")
        self.recover.clicked.connect(self.recover_all)
        row = QHBoxLayout(self.banner)
        row.setContentsMargins(8, 3, 3, 3)
        row.addWidget(self.unfinished, 1)
        row.addWidget(self.recover)
        self.banner.hide()
        return self.banner

    def _build_actions(self) -> None:
        self.actions_: dict[str, QAction] = {}

        def add(key: str, title: str, help: str, do: Callable[[], None]) -> None:
            action = QAction(title, self)
            action.setToolTip(help)
            action.triggered.connect(lambda _=False: do())
            self.actions_[key] = action

        add("show", "Show", "Show the chosen runs in the plot, or take them off it (Enter).", self.show_chosen)
        add("compare", "Compare", "List in what the chosen runs differ.", self.compare_chosen)
        add("again", "Run again", "Set up the bench as it was, with the same sample, seed and settings, and run the "
            "experiment again: the same numbers.", self.run_again)
        add("seed", "Run with another seed", "Run the experiment again on the same bench with other noise.",
            lambda: self.run_again(other_seed=True))
        add("form", "Fill the form", "Put the parameters of the run into the form of the experiment.", self.fill_form)
        add("csv", "Export as CSV…", "Write the data of the run as a table of text.", self.export)
        add("folder", "Open the folder", "Open the folder of the run.", self.open_folder)
        add("path", "Copy the path", "Copy the path of the file.", self.copy_path)
        add("away", "Move to the trash", "Move the chosen runs into a hidden folder beside them (Del).", self.put_away)
        add("back", "Bring back", "Bring back what was moved to the trash last (Ctrl+Z).", self.bring_back)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        for key, action in self.actions_.items():
            if key in ("again", "csv", "away"):
                self.menu.addSeparator()
            self.menu.addAction(action)
        self.menu.aboutToShow.connect(self._enable)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(lambda at: self.menu.popup(self.list.viewport().mapToGlobal(at)))

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        for key in ("show", "compare", "again"):
            action = self.actions_[key]
            button = self.buttons[key] = QPushButton(action.text())
            button.setToolTip(action.toolTip())
            button.setAccessibleName(f"{action.text().lower()} past run")
            button.clicked.connect(lambda _=False, action=action: action.trigger())
            row.addWidget(button)
        self.more = QToolButton()
        self.more.setText("More")
        self.more.setMenu(self.menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setToolTip("Show what else can be done with the chosen runs.")
        self.more.setAccessibleName("more for past runs")
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more.setSizePolicy(self.buttons["show"].sizePolicy())
        row.addWidget(self.more)
        row.addStretch(1)
        return row

    def commands(self) -> tuple[Command, ...]:
        """Return what the window can do with past runs."""
        return (
            Command("library.find", "Find a past run…", "Measure", self.find, "Search the runs in the data folder."),
            Command("library.recover", "Recover unfinished runs", "Measure", self.recover_all,
                    "Make data files of runs that were cut off.", enabled=lambda: bool(self.shelf.unfinished())),
            Command("library.back", "Bring back runs that were put away", "Measure", self.bring_back,
                    "Bring back the runs that were moved to the trash last.",
                    enabled=lambda: self.shelf.can_bring_back),
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
        self._timer.start()

    def _turn(self) -> None:
        self.shelf.pull()
        if self._fillings:
            filling, then = self._fillings[0]
            if filling.step(_SLICE):
                self._fillings.popleft()
                then()
        if not self.shelf.errands.busy and not self._fillings:
            self._timer.stop()

    def _on_run(self) -> None:
        running = self._model.run is not None
        if running != self._running:
            self._running = running
            self._on_scans()
            if not running and self._told_again:
                self._model.notice("info", self._told_again)
                self._told_again = ""
            if self.isVisible() or not running:
                self.look()
        elif not self._ready:
            self.look()
        self._enable()

    def _on_scans(self) -> None:
        here = {scan.file: scan.number for scan in self._model.scans if scan.file is not None}
        self._in_plot = frozenset(here)
        self._numbers |= here
        self.list.viewport().update()
        self._enable()

    def _on_looked(self) -> None:
        if not self.shelf.rows:
            self._show_rows()  # it says so
        if self._told_unfinished:
            return
        self._told_unfinished = True
        if self.shelf.unfinished():
            self._desk.commands.changed.emit()
            self._model.notice("warning", f"{self._about_unfinished()} The panel Runs recovers what was measured.",
                               panel="library", ways=(("Recover", "library.recover"),))

    def _about_unfinished(self) -> str:
        cut_off = self.shelf.unfinished()
        points = sum(row.entry.points for row in cut_off)
        what = f"A run ({cut_off[0].heading}) was" if len(cut_off) == 1 else f"{len(cut_off)} runs were"
        return f"{what} cut off, with {points} points measured."

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
        cut_off = bool(shelf.unfinished())
        if cut_off:
            self.unfinished.setText(self._about_unfinished())
        if self.banner.isHidden() is cut_off:
            self.banner.setVisible(cut_off)
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
        self._enable()
        if len(rows) == 1 and rows[0].entry.path in self._in_plot and self.list.hasFocus():
            self._model.scan_chosen.emit(next(s for s in self._model.scans if s.file == rows[0].entry.path))

    def _enable(self) -> None:
        """Show what is possible with the chosen runs."""
        rows = self.list.selected()
        runs = [row for row in rows if row.entry.is_run]
        free = self._model.run is None and self._model.mounting is None and self._model.connected
        possible = {"show": bool(runs) or any(row.entry.status == "unfinished" for row in rows),
                    "compare": len(runs) > 1, "again": len(runs) == 1 and free, "seed": len(runs) == 1 and free,
                    "form": len(runs) == 1, "csv": len(runs) == 1, "folder": bool(rows),
                    "path": bool(rows), "away": bool(rows) and not any(r.entry.status == "running" for r in rows),
                    "back": self.shelf.can_bring_back}
        for key, action in self.actions_.items():
            action.setEnabled(possible[key])
        shown = bool(runs) and all(row.entry.path in self._in_plot for row in runs)
        cut_off = bool(rows) and all(row.entry.status == "unfinished" for row in rows)
        self.actions_["show"].setText("Recover" if cut_off else "Take off the plot" if shown else
                                      "Overlay" if len(runs) > 1 else "Show")
        for key, button in self.buttons.items():
            button.setEnabled(possible[key])
            button.setText(self.actions_[key].text())

    def _dress(self) -> None:
        theme = self._desk.theme
        self.list.delegate.thumbnails.forget()
        c = {name: theme.colour(name).name() for name in ("refused ground", "refused text")}
        self.banner.setStyleSheet(f"#unfinished {{ background: {c['refused ground']}; border-radius: 3px; }}"
                                  f"#unfinished QLabel {{ color: {c['refused text']}; }}")
        self.list.viewport().update()
        self.details.show_rows(self.list.selected())

    # -- what hands do -----------------------------------------------------------------------------------------

    def find(self) -> None:
        """Come to the front, ready to search."""
        self._desk.panel_wanted.emit("library")
        self.search.setFocus()
        self.search.selectAll()

    def show_chosen(self) -> None:
        """Show the chosen runs in the plot; those that are all there already are taken off it."""
        rows = self.list.selected()
        cut_off = [row.entry.path for row in rows if row.entry.status == "unfinished"]
        if cut_off:
            self._recover(cut_off)
        runs = [row for row in rows if row.entry.is_run]
        paths = {row.entry.path for row in runs}
        if paths and paths <= self._in_plot:
            self._model.drop_scans([scan for scan in self._model.scans if scan.file in paths])
            return
        if len(runs) > _MOST_AT_ONCE:
            self._model.notice("warning", f"{len(runs)} runs are chosen; at most {_MOST_AT_ONCE} are shown at once.")
            return
        there = [scan for scan in self._model.scans if scan.file in paths]
        self._load([path for path in reversed([row.entry.path for row in runs])
                    if path not in self._in_plot | self._loading], there)

    def _load(self, paths: list[Path], scans: list[Scan]) -> None:
        """Read runs, then show them together with the scans that are there already."""
        left = set(paths)

        def done(path: Path) -> None:
            left.discard(path)
            self._loading.discard(path)
            if not left and scans:
                self._model.show_past(*scans)

        def loaded(path: Path, answer: Any, failure: Exception | None) -> None:
            if failure is not None:
                self._refuse(failure)
                done(path)
                return
            found: Loaded = answer
            scan = found.scan(self._model.new_number())
            scans.append(scan)
            self._fillings.append((Filling(scan, found), lambda: done(path)))

        self._loading.update(paths)
        for path in paths:
            self._do(partial(load, path), partial(loaded, path))

    def _do(self, work: Callable[[], Any], then: Callable[[Any, Exception | None], None]) -> None:
        self.shelf.errands.do(work, then)
        self._timer.start()

    def _refuse(self, failure: Exception) -> None:
        text = str(failure)
        self._model.notice("warning", text[0].upper() + text[1:] if text else "This did not work.")

    def compare_chosen(self) -> None:
        """Open a window that says in what the chosen runs differ."""
        rows = [row for row in self.list.selected() if row.entry.is_run][:_MOST_AT_ONCE]

        def then(lines: Any, failure: Exception | None) -> None:
            if failure is not None:
                self._refuse(failure)
            else:
                self.comparison = CompareWindow(rows, lines, self._desk.theme, self, self._numbers)
                self.comparison.show()

        self._do(lambda: compare([row.entry.path for row in rows], [row.entry.findings for row in rows]), then)

    def _one(self) -> Row | None:
        rows = [row for row in self.list.selected() if row.entry.is_run]
        return rows[0] if len(rows) == 1 else None

    def run_again(self, other_seed: bool = False) -> None:
        """Set up the bench of the chosen run as it was and run the experiment again.

        Parameters
        ----------
        other_seed : bool
            Whether noise shall be other noise.
        """
        row = self._one()
        if row is None:
            return
        seed = self.shelf.free_seed(row.entry) if other_seed else None

        def then(answer: Any, failure: Exception | None) -> None:
            if failure is not None:
                self._refuse(failure)
                return
            past: PastRun = answer if seed is None else answer.with_seed(seed)
            doubt = past.doubt() if seed is None else ""
            if doubt:
                self._model.notice("info", f"The run is made again; {doubt}.")

            def start() -> None:
                self._told_again = (f"{row.heading} was made again on a bench mounted anew as it was for that run"
                                    f"{' but for the seed' if seed is not None else ''}; what was on the bench before "
                                    "is gone.")
                self._model.start(past.procedure)

            self._model.mount_past(past, start)

        self._do(lambda: PastRun.of(read_attributes(row.entry.path)), then)

    def fill_form(self) -> None:
        """Put the parameters of the chosen run into the form of its experiment."""
        row = self._one()
        if row is None:
            return

        def then(past: Any, failure: Exception | None) -> None:
            if failure is not None:
                self._refuse(failure)
            else:
                self._desk.panel_wanted.emit("experiment")
                self._model.form_wanted.emit(past, row.entry.path.name)

        self._do(lambda: PastRun.of(read_attributes(row.entry.path)), then)

    def recover_all(self) -> None:
        """Make data files of all runs that were cut off."""
        self._recover([row.entry.path for row in self.shelf.unfinished()])

    def _recover(self, paths: list[Path]) -> None:
        self.shelf.recover(paths)
        self._timer.start()

    def _annotate(self, path: Path, note: str | None = None, tags: tuple[str, ...] | None = None) -> None:
        self.shelf.annotate(path, note, tags)
        self._timer.start()

    def _keep_tags(self, rows: list[Row], tags: list[tuple[str, ...]]) -> None:
        for row, own in zip(rows, tags, strict=True):
            self._annotate(row.entry.path, tags=own)

    def put_away(self) -> None:
        """Move the chosen runs into the trash."""
        paths = [row.entry.path for row in self.list.selected() if row.entry.status != "running"]
        if paths:
            self.shelf.put_away(paths)
            self._timer.start()

    def _take_off(self, paths: list[Path]) -> None:
        """Take the traces of runs off the plot that were put away."""
        self._taken_off = [scan for scan in self._model.scans if scan.file in paths]
        if self._taken_off:
            self._model.drop_scans(self._taken_off)

    def _put_back(self, paths: list[Path]) -> None:
        """Show again what was taken off the plot with runs that are there again."""
        again = [scan for scan in self._taken_off if scan.file in paths]
        self._taken_off = []
        if again:
            self._model.show_past(*again)

    def bring_back(self) -> None:
        """Undo the last move to the trash."""
        self.shelf.bring_back()
        self._timer.start()

    def open_folder(self) -> None:
        """Open the folder of the chosen run with what the system has for that."""
        rows = self.list.selected()
        if rows:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(rows[0].entry.path.absolute().parent)))

    def copy_path(self) -> None:
        """Copy the paths of the chosen runs."""
        QApplication.clipboard().setText("\n".join(str(row.entry.path.absolute()) for row in self.list.selected()))

    def export(self) -> None:
        """Write the data of the chosen run as CSV, where the user says."""
        row = self._one()
        if row is None:
            return
        from PySide6.QtWidgets import QFileDialog

        proposed = str(row.entry.path.with_suffix(".csv"))
        chosen, _ = QFileDialog.getSaveFileName(self, "Where shall the table go?", proposed, "Tables (*.csv)")
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, target: Path) -> None:
        """Write the data of the chosen run as CSV."""
        row = self._one()
        if row is None:
            return

        def then(_: object, failure: Exception | None) -> None:
            if failure is not None:
                self._refuse(failure)
            else:
                self._model.notice("info", f"The table is in {target}.")

        self._do(lambda: write_csv(row.entry.path, target), then)

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
        self._again.start()
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the folder in peace."""
        super().hideEvent(event)
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


def write_csv(run: Path, target: Path) -> None:
    """Write the data of a run as a table of text."""
    from vlab.data.quick_read import read_run
    from vlab.data.table import table_of, write_table

    write_table(target, table_of(read_run(run)))
