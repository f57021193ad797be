"""The queue: runs that wait for their turn, in an order that a hand can change, and what became of those before."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.panels.queue_list import QueueList
from gui.run_plan import WAITING
from gui.topics import set_topic
from vlab.readout import clock


class QueuePanel(QWidget):
    """The list of runs, how long they take, and the buttons that let them go, stop or abort them.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._queue = queue = desk.queue
        self._stale = True
        self.setAccessibleName("queue")
        set_topic(self, "panel/queue")
        self.buttons: dict[str, QPushButton] = {}
        top = QHBoxLayout()
        top.setSpacing(4)
        for key, tip, do in (("start", "Begin what waits, one run after the other.", self._turn),
                             ("skip", "Abort the present run and go on with the next one.", queue.skip),
                             ("abort", "Abort the present run and stop the queue; what waits stays in the list.",
                              queue.abort_all)):
            button = self.buttons[key] = QPushButton({"start": "Start", "skip": "Skip", "abort": "Abort all"}[key])
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, do=do: do())
            top.addWidget(button, 1 if key == "start" else 0)
        self.list = QueueList(queue, desk.theme)
        self.list.edit_asked.connect(self._edit)
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.empty = QLabel("Nothing waits. <b>Add to queue</b> in the panel Experiment puts a run here; so do the "
                            "figures of the papers and <b>Repeat with a changed parameter</b>.")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMargin(16)
        self.total = QLabel()
        self.total.setWordWrap(True)
        self.total.setAccessibleName("time of the queue")
        tools = QHBoxLayout()
        tools.setSpacing(2)
        self.tools: dict[str, QToolButton] = {}
        for key, title, tip, act in (
                ("edit", "Edit", "Load the run into the form, and put it back here when it is changed (Enter).",
                 lambda: self._each(self._edit, first=True)),
                ("duplicate", "Duplicate", "Put a copy of the selected runs behind them (Ctrl+D).",
                 lambda: self._each(queue.duplicate)),
                ("remove", "Remove", "Take the selected runs out of the list (Delete).",
                 lambda: self._each(queue.remove)),
                ("repeat", "Repeat…", "Run the experiment of the form several times, each with another value of a "
                 "parameter.", lambda: desk.commands.run("run.repeat")),
                ("clear", "Clear finished", "Take all runs that have ended out of the list; their files stay.",
                 queue.clear_finished)):
            tool = self.tools[key] = QToolButton()
            tool.setText(title)
            tool.setToolTip(tip)
            tool.setAutoRaise(True)
            tool.setAccessibleName(title.rstrip("…"))
            tool.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            tool.clicked.connect(lambda _=False, act=act: act())
            if key != "clear":
                tools.addWidget(tool)
        tools.addStretch(1)
        self.stops = QCheckBox("Stop when a run fails")
        self.stops.setToolTip("Choose whether the queue stops at a failed run or goes on with the next one.")
        self.stops.toggled.connect(self._choose_stop)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.total)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)
        column.addLayout(tools)
        last = QHBoxLayout()
        last.addWidget(self.stops)
        last.addStretch(1)
        last.addWidget(self.tools["clear"])
        column.addLayout(last)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show)
        self.stops.setChecked(queue.stops_at_failure)
        queue.changed.connect(self._on_change)
        desk.model.readings_changed.connect(lambda _: self._show_progress())
        desk.model.clock_changed.connect(self._on_change)
        desk.model.run_changed.connect(self._show_buttons)
        self._show()

    def commands(self) -> list[Command]:
        """Return what the window can do with the queue."""
        queue = self._queue
        return [
            Command("queue.start", "Start the queue, or stop it after this run", "Measure", self._turn,
                    "Begin what waits, one run after the other; or let the present run end, and begin no other.",
                    "Ctrl+Shift+Return", lambda: queue.going or bool(queue.waiting),
                    why_not=lambda: "no run waits in the queue"),
            Command("queue.skip", "Skip the present run of the queue", "Measure", queue.skip,
                    "Abort the present run and go on with the next one.", "", lambda: queue.present is not None,
                    why_not=lambda: "no run of the queue is measured"),
            Command("queue.abort", "Abort all of the queue", "Measure", queue.abort_all,
                    "Abort the present run and stop the queue; what waits stays in the list.", "",
                    lambda: queue.present is not None, why_not=lambda: "no run of the queue is measured"),
            Command("queue.clear", "Clear finished runs of the queue", "Measure", queue.clear_finished,
                    "Take all runs that have ended out of the list; their files stay.", "",
                    lambda: any(entry.over for entry in queue.entries),
                    why_not=lambda: "no run of the queue has ended"),
        ]

    def _choose_stop(self, stops: bool) -> None:
        if self._queue.stops_at_failure != stops:
            self._queue.stops_at_failure = stops
            self._queue.changed.emit()

    # -- looks -------------------------------------------------------------------------------------------------

    def _on_change(self) -> None:
        self._stale = True
        self._desk.commands.changed.emit()
        self._soon.start()

    def _show(self) -> None:
        if self._stale and self.isVisible():
            self._stale = False
            self.list.rebuild()
            self.list.setVisible(bool(self._queue.entries))
            self.empty.setVisible(not self._queue.entries)
        self._show_buttons()
        self._show_total()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what is new."""
        super().showEvent(event)
        self._show()

    def _show_progress(self) -> None:
        if self._queue.present is not None and self.isVisible() and not self.visibleRegion().isEmpty():
            self.list.viewport().update()
            self._show_total()

    def _show_total(self) -> None:
        queue = self._queue
        waiting = len(queue.waiting)
        lab, real = queue.left()
        parts = []
        if queue.present is not None:
            parts.append("1 running" if queue.present.status != "preparing" else "1 in preparation")
        if waiting:
            parts.append(f"{waiting} waiting")
        if parts:
            here = "" if real is None else f", about {clock(real)} here" if real >= 1.0 else ", a moment here"
            parts.append(f"{clock(lab)} of lab time{here}")
        held = ""
        if waiting and not queue.going:
            held = ("  Stops after this run." if queue.present is not None else
                    "  Stopped." if queue.stopped else "  Not started.")
        text = " · ".join(parts) + held
        if self.total.text() != text:
            self.total.setText(text)
        self.total.setVisible(bool(text))

    def _show_buttons(self) -> None:
        queue = self._queue
        on = queue.stopped or queue.present is not None
        self.buttons["start"].setText("Stop after this run" if queue.going else "Go on" if on else "Start")
        self.buttons["start"].setToolTip("Let the present run end, and begin no other." if queue.going else
                                         "Begin what waits, one run after the other.")
        self.buttons["start"].setEnabled(queue.going or bool(queue.waiting))
        self.buttons["skip"].setEnabled(queue.present is not None)
        self.buttons["abort"].setEnabled(queue.present is not None)
        numbers = self.list.numbers()
        waiting = any(entry.number in numbers for entry in queue.waiting)
        self.tools["edit"].setEnabled(waiting)
        self.tools["duplicate"].setEnabled(bool(numbers))
        self.tools["remove"].setEnabled(any(queue.present is None or n != queue.present.number for n in numbers))
        self.tools["clear"].setEnabled(any(entry.over for entry in queue.entries))

    # -- what hands do -----------------------------------------------------------------------------------------

    def _turn(self) -> None:
        (self._queue.hold if self._queue.going else self._queue.start)()

    def _each(self, do: object, first: bool = False) -> None:
        for number in self.list.numbers()[:1 if first else None]:
            do(number)  # type: ignore[operator]

    def _edit(self, number: int) -> None:
        if self._queue.entry(number).status == WAITING:
            self._queue.edit_wanted.emit(number)
            self._desk.panel_wanted.emit("experiment")

    def _open_menu(self, place: object) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in ("edit", "duplicate", "remove"):
            tool = self.tools[key]
            action = menu.addAction(tool.text())
            action.setEnabled(tool.isEnabled())
            action.triggered.connect(tool.click)
        menu.popup(self.list.viewport().mapToGlobal(place))  # type: ignore[arg-type]
