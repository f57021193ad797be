"""The main window: docks around the live plot, commands, the pull timer. It holds views, not truth."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QFileDialog, QLabel, QMainWindow, QTabBar, QToolBar, QVBoxLayout, QWidget

from gui.catalogue import PANELS
from gui.commands import MENUS, Command
from gui.desk import Desk
from gui.models import LabModel
from gui.panels.clock_panel import PACES, ClockPanel
from gui.panels.experiment_panel import ExperimentPanel
from gui.panels.inside_panel import InsidePanel
from gui.panels.instrument_panel import InstrumentPanel
from gui.panels.path_panel import PathPanel
from gui.panels.rate_panel import RatePanel
from gui.panels.sample_panel import SamplePanel
from gui.panels.scan_panel import ScanPanel
from gui.panels.strip_panel import StripPanel
from gui.theme import Theme
from gui.widgets.command_palette import CommandPalette
from gui.widgets.greeting import Greeting
from gui.widgets.notification_bar import NotificationBar
from gui.widgets.plot import Plot
from vlab.experiments import DwellTimeScan, ModulationFrequencyScan

_PULL_MS = 35
_BREATH_MS = 8
"""Between a drawing and the next pull, so that keys and mouse get their turn however long drawing takes."""
_LAYOUT_VERSION = 3
_OLD_LAYOUT_VERSION = 2
"""Of layouts that know no panel of the polarization rate."""
_INSIDE = ("inside", "rate")
"""The panels that show what no instrument shows."""
_MOST_TABS = 6
"""Instruments in one group of tabs; more of them make two groups, and the optical path goes below."""


class MainWindow(QMainWindow):
    """The laboratory's window.

    Parameters
    ----------
    model : LabModel
        Its lab thread is started and stopped by whoever made it.
    theme : Theme
    settings : QSettings
        Where layout and choices are kept.
    """

    def __init__(self, model: LabModel, theme: Theme, settings: QSettings) -> None:
        super().__init__()
        self.model = model
        self.theme = theme
        self.settings = settings
        self.desk = Desk(model, theme, settings)
        self.history, self.commands = self.desk.history, self.desk.commands
        self.docks: dict[str, QDockWidget] = {}
        self._closed = False
        self.setObjectName("vlab")
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.resize(1440, 860)  # before the docks share it out
        self._declare_commands()
        self._build_centre()
        self._build_docks()
        self._build_bars()
        self.palette_dialog = CommandPalette(self.commands, self)
        self.greeting = Greeting(self.commands, self)
        model.noticed.connect(lambda notice: notice.level != "log" and self.bar.show_notice(notice.level, notice.text))
        model.run_changed.connect(self._refresh_commands)
        model.clock_changed.connect(self._refresh_commands)
        self.commands.changed.connect(self._refresh_commands)
        theme.changed.connect(self._dress)
        self._dress()
        for plot in self.findChildren(Plot):
            plot.courtesy = model.lab.courtesy
        self._restore()
        model.bench_changed.connect(self._show_bench)
        self._refresh_commands()
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._pull)
        self._timer.start(_PULL_MS)

    def _pull(self) -> None:
        """Take over what is new and draw it; the lab thread stands back until the drawing is done."""
        run = self.model.lab.run
        if run is not None and run.saving:  # drawing and writing a file would take the interpreter from each other
            self._timer.start(_PULL_MS)
            return
        began = time.monotonic()
        courtesy = self.model.lab.courtesy
        courtesy.begin("pull")

        def drawn() -> None:
            courtesy.end("pull")
            if not self._closed:
                spent = int(1e3 * (time.monotonic() - began))
                self._timer.start(max(_BREATH_MS, _PULL_MS - spent))

        self.model.pull()
        # comes after the paint events that the pull caused, and after those that a new layout causes in turn
        QTimer.singleShot(0, self, lambda: QTimer.singleShot(1, self, drawn))

    # -- parts -------------------------------------------------------------------------------------------------

    def _build_centre(self) -> None:
        self.scan_panel = ScanPanel(self.desk)
        for command in self.scan_panel.commands():
            self.commands.add(command)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.scan_panel, 1)
        self.setCentralWidget(centre)

    def _build_docks(self) -> None:
        self.panels: dict[str, QWidget] = {}
        for kind in PANELS:
            self.panels[kind.key] = panel = kind.make(self.desk)
            for command in getattr(panel, "commands", tuple)():
                self.commands.add(command)
            self._add_dock(kind.key, kind.title, panel)
        self.experiment: ExperimentPanel = self.panels["experiment"]  # type: ignore[assignment]
        self.path: PathPanel = self.panels["path"]  # type: ignore[assignment]
        self.strip: StripPanel = self.panels["strip"]  # type: ignore[assignment]
        self.inside: InsidePanel = self.panels["inside"]  # type: ignore[assignment]
        self.rate: RatePanel = self.panels["rate"]  # type: ignore[assignment]
        self.desk.panel_wanted.connect(self.show_panel)
        self.docks["rate"].visibilityChanged.connect(lambda shown: shown and QTimer.singleShot(0, self, self.rate.draw))
        self._shown_kind = self.model.kind
        self._build_instruments()
        self._place_docks()

    def show_panel(self, key: str) -> None:
        """Bring a panel to the front, opening it if it is closed."""
        dock = self.docks.get(key)
        if dock is not None:
            dock.show()
            dock.raise_()

    def _add_dock(self, key: str, title: str, panel: QWidget) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(key)
        dock.setWidget(panel)
        self.docks[key] = dock

    def _build_instruments(self) -> None:
        """Make what belongs to one kind of bench: the panels of its instruments and its titles."""
        kind = self.model.kind
        self.instruments = {name: InstrumentPanel(self.model, name, what) for name, what in kind.instruments.items()}
        for name, panel in self.instruments.items():
            self._add_dock(name, kind.instruments[name].short or name, panel)
        first = kind.hidden[0].title if kind.hidden else ""
        self.docks["inside"].setWindowTitle(f"See inside: {first}" if first else "See inside")
        self.setWindowTitle(f"vlab: {kind.title}")

    def _place_docks(self) -> None:
        """Bring all docks to the places that they have at first."""
        left, right, bottom = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea,
                               Qt.DockWidgetArea.BottomDockWidgetArea)
        names = list(self.instruments)
        rows = 1 if len(names) <= _MOST_TABS else 2
        half = -(-len(names) // rows)
        groups = [names[:half], names[half:]][:rows]
        chart = self.model.kind.chart.split(".")[0]
        fronts = [chart if chart in group else group[0] for group in groups]
        beside = ["strip", "inside"] if rows == 1 else ["strip", "inside", "path"]
        column = [*fronts, "path"] if rows == 1 else fronts
        first = [group[0] for group in groups]
        for area, placed in ((left, ["experiment"]), (right, [*first, *column[rows:]]), (bottom, beside)):
            for name in placed:
                self.addDockWidget(area, self.docks[name])
        self.tabifyDockWidget(self.docks["experiment"], self.docks["sample"])
        for name in _INSIDE[1:]:
            self.tabifyDockWidget(self.docks[_INSIDE[0]], self.docks[name])
        self.tabifyDockWidget(self.docks["inside"], self.docks["log"])
        for group in groups:
            for before, name in itertools.pairwise(group):
                self.tabifyDockWidget(self.docks[before], self.docks[name])
        for dock in self.docks.values():
            dock.show()
        for name in ("experiment", *fronts, "inside"):
            self.docks[name].raise_()
        self.resizeDocks([self.docks["experiment"], self.docks[fronts[0]]], [310, 330], Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks[name] for name in beside], [500] * len(beside), Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks["strip"]], [230], Qt.Orientation.Vertical)
        self.resizeDocks([self.docks[name] for name in column], [420, 150] if rows == 1 else [222, 268],
                         Qt.Orientation.Vertical)

    def _show_bench(self) -> None:
        """Replace the panels of one kind of bench by those of another, and remember where they were."""
        self._keep_layout()
        self.setUpdatesEnabled(False)
        for name, panel in self.instruments.items():
            panel.forget()
            self._drop(self.docks.pop(name))
        self._drop(self.docks["sample"].widget())
        self.docks["sample"].setWidget(SamplePanel(self.model))
        for dock in self.docks.values():
            self.removeDockWidget(dock)
        self._shown_kind = self.model.kind
        self._build_instruments()
        self._place_docks()
        self._fill_panels_menu()
        self._restore_layout()
        self.setUpdatesEnabled(True)

    def _drop(self, widget: QWidget) -> None:
        if isinstance(widget, QDockWidget):
            self.removeDockWidget(widget)
        widget.hide()
        widget.setObjectName("")  # the next one may have its name
        widget.deleteLater()

    def _hide_stray_tab_bars(self) -> None:
        # While docks are put into tabs, Qt 6.10 makes two tab bars for a group and forgets the first, which it then
        # shows where it was left.
        live: dict[str, QTabBar] = {}
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            first = bar.tabText(0)
            if first in live:
                live[first].hide()
            live[first] = bar

    def _build_bars(self) -> None:
        self.actions: dict[str, QAction] = {}  # type: ignore[assignment]
        menus = {title: self.menuBar().addMenu(f"&{title}") for title in MENUS}
        for command in self.commands:  # type: ignore[attr-defined]
            action = QAction(command.title, self)
            action.setToolTip(command.help)
            action.setStatusTip(command.help)
            if command.shortcut:
                action.setShortcut(QKeySequence(command.shortcut))
            action.setCheckable(command.checked is not None)
            action.triggered.connect(lambda _=False, key=command.key: self.commands.run(key))
            self.actions[command.key] = action
            menus[command.menu].addAction(action)
        self._panels_menu = menus["View"].addMenu("&Panels")
        self._fill_panels_menu()
        tools = QToolBar("Measure and clock")
        tools.setObjectName("tools")
        tools.setMovable(False)
        for key in ("run.start", "run.pause", "run.abort"):
            tools.addAction(self.actions[key])
        tools.addSeparator()
        self.clock = ClockPanel(self.model, self.commands)
        tools.addWidget(self.clock)
        tools.addSeparator()
        tools.addAction(self.actions["view.inside"])
        self.addToolBar(tools)
        self.bar = NotificationBar()
        self.statusBar().addWidget(self.bar, 1)
        # a notice that came and went would else resize, and redraw, the plots
        self.statusBar().setMinimumHeight(self.bar.sizeHint().height() + 4)
        self.state_label = QLabel("setting up")
        self.state_label.setAccessibleName("state")
        self.statusBar().addPermanentWidget(self.state_label)

    def _fill_panels_menu(self) -> None:
        self._panels_menu.clear()
        for dock in self.docks.values():
            self._panels_menu.addAction(dock.toggleViewAction())

    def _declare_commands(self) -> None:
        m = self.model

        def running() -> bool:
            return m.run is not None

        def add(key: str, title: str, menu: str, do: Callable[[], None], help: str, shortcut: str = "",
                enabled: Callable[[], bool] = lambda: True, checked: Callable[[], bool] | None = None) -> None:
            self.commands.add(Command(key, title, menu, do, help, shortcut, enabled, checked))

        add("run.start", "Run", "Measure", self._start, "Start the measurement that the form describes.", "Ctrl+R",
            lambda: not running() and m.connected and self.experiment.procedure is not None)
        add("window.quit", "Quit", "Measure", self.close, "End what runs, save it and close the laboratory.", "Ctrl+Q")
        add("run.pause", "Pause or resume", "Measure", self._pause, "Pause the measurement, or go on with it.",
            "Ctrl+P", running)
        add("run.abort", "Abort", "Measure", m.abort, "End the measurement; what was measured is saved.", "Ctrl+.",
            running)
        add("run.folder", "Choose the data folder…", "Measure", self._choose_folder, "Choose where files are saved.")
        add("run.clear", "Clear earlier traces", "Measure", m.clear_scans,
            "Forget the traces of earlier runs; their files stay.")
        add("clock.hold", "Hold lab time", "Clock", lambda: m.hold(not m.lab.held),
            "Stop lab time, or let it go on; a measurement is paused and resumed with it.", "Ctrl+H",
            lambda: m.connected, lambda: m.lab.held)
        add("clock.forward", "Fast-forward 10 s", "Clock", lambda: self._forward(10.0),
            "Let 10 s of lab time pass at once.", "Ctrl+F", lambda: m.connected and not running())
        add("clock.forward_minute", "Fast-forward 1 min", "Clock", lambda: self._forward(60.0),
            "Let a minute of lab time pass at once.", "Ctrl+Shift+F", lambda: m.connected and not running())
        for title, pace in PACES:
            add(f"clock.pace.{pace:g}", f"Pace: {title}", "Clock", lambda pace=pace: m.set_pace(pace),
                "Choose how fast lab time goes. Numbers do not depend on it.",
                checked=lambda pace=pace: m.lab.pace == pace)
        add("view.inside", "See inside", "View", self._toggle_inside,
            "Show or hide what no instrument shows, such as the nuclear polarization.", "Ctrl+I",
            checked=lambda: not self.docks["inside"].isHidden())
        add("view.palette", "Command palette…", "View", lambda: self.palette_dialog.open_centred(),
            "Find a command by typing a few letters.", "Ctrl+Shift+P")
        for mode in ("system", "light", "dark"):
            add(f"view.theme.{mode}", f"Colours: {mode}", "View", lambda mode=mode: self._set_theme(mode),
                "Choose light or dark colours, or follow the system.", checked=lambda mode=mode:
                self.theme.mode() == mode)
        add("view.layout", "Reset the layout", "View", self._reset_layout, "Bring all panels back to their places.")
        add("help.greeting", "Things to try", "Help", lambda: self.greeting.open_over(self.centralWidget()),
            "Show the greeting.", "F1")
        add("try.fast", "Measure a dragged resonance", "Help", lambda: self._try(1.0),
            "Run a scan with a dwell of 1 s as fast as possible.", "", lambda: not running() and m.connected)
        add("try.dwell", "Dwell longer", "Help", lambda: self._try(5.0),
            "Run a scan with a dwell of 5 s as fast as possible.", "", lambda: not running() and m.connected)
        add("try.inside", "See the nuclear polarization", "Help", self._try_inside, "Show the panel See inside.")
        add("try.inertia", "Measure a spin relaxation time", "Help", self._try_inertia,
            "Set up the bench of pump-probe spin inertia and scan the modulation frequency.", "",
            lambda: not running() and m.connected)

    # -- what commands do --------------------------------------------------------------------------------------

    def _start(self) -> None:
        procedure = self.experiment.commit()
        if procedure is not None:
            self.greeting.hide()
            self.model.start(procedure)

    def _pause(self) -> None:
        (self.model.resume if self.model.run_state == "paused" else self.model.pause)()

    def _forward(self, seconds: float) -> None:
        self.model.forward(seconds)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where shall data files go?", str(self.model.folder))
        if chosen:
            self.model.folder = Path(chosen)
            self.settings.setValue("folder", chosen)
            self.model.notice("info", f"Data files go to {chosen}.")

    def _toggle_inside(self) -> None:
        shown = self.docks["inside"].isHidden()
        for name in _INSIDE:
            self.docks[name].setVisible(shown)
        if shown:
            self.docks["inside"].raise_()

    def _try(self, dwell: float) -> None:
        self.greeting.hide()
        self.model.choose(DwellTimeScan, then=lambda: self._try_now(dwell))

    def _try_now(self, dwell: float) -> None:
        self.model.set_pace(float("inf"))
        self.experiment.fill(dwell=dwell)
        self._start()

    def _try_inertia(self) -> None:
        self.greeting.hide()
        self.model.choose(ModulationFrequencyScan, then=self._try_inertia_now)

    def _try_inertia_now(self) -> None:
        self.model.set_pace(float("inf"))
        self._start()

    def _try_inside(self) -> None:
        self.greeting.hide()
        self.model.choose(DwellTimeScan, then=self._show_inside)

    def _show_inside(self) -> None:
        for name in _INSIDE:
            self.docks[name].show()
        self.docks["inside"].raise_()
        self.commands.changed.emit()

    def _set_theme(self, mode: str) -> None:
        self.theme.set_mode(mode)  # type: ignore[arg-type]
        self.settings.setValue("theme", mode)

    def _reset_layout(self) -> None:
        for dock in self.docks.values():
            dock.setFloating(False)
            self.removeDockWidget(dock)
        self._place_docks()
        self._hide_stray_tab_bars()

    # -- looks -------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        c = {name: self.theme.colour(name).name() for name in ("refused", "refused ground", "refused text", "accent",
                                                               "on accent", "tooltip", "text", "base", "grid")}
        self.setStyleSheet(f"""
            QLabel[refused="true"] {{ color: {c["refused"]}; }}
            NotificationBar {{ background: {c["tooltip"]}; border: 1px solid {c["grid"]}; }}
            NotificationBar[level="warning"], NotificationBar[level="error"] {{ background: {c["refused ground"]}; }}
            NotificationBar[level="warning"] QLabel, NotificationBar[level="error"] QLabel
                {{ color: {c["refused text"]}; }}
            QStatusBar::item {{ border: none; }}
            QFrame#greeting {{ background: {c["base"]}; border: 1px solid {c["accent"]}; border-radius: 8px; }}
            QToolButton:checked {{ background: {c["accent"]}; color: {c["on accent"]}; border-radius: 3px; }}
            QDockWidget {{ font-weight: 600; }}
            QMainWindow > QTabBar::tab {{ padding: 4px 5px; border: 1px solid {c["grid"]}; }}
            QMainWindow > QTabBar::tab:selected {{ background: {c["accent"]}; color: {c["on accent"]}; }}
        """)

    def _refresh_commands(self) -> None:
        for command in self.commands:  # type: ignore[attr-defined]
            action = self.actions[command.key]
            if action.isEnabled() != command.enabled():
                action.setEnabled(not action.isEnabled())
            if command.checked is not None and action.isChecked() != command.checked():
                action.setChecked(not action.isChecked())
        paused = self.model.run is not None and self.model.run_state == "paused"
        self.actions["run.pause"].setText("Resume" if paused else "Pause")
        coming = self.model.mounting
        for panel in self.instruments.values():  # what is set now would arrive on the other bench
            panel.setEnabled(coming is None or coming.bench == self.model.kind.key)
        self.state_label.setText(self.model.run_state if self.model.connected else "setting up")
        self.experiment.show_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the greeting over the plot."""
        super().resizeEvent(event)
        if self.greeting.isVisible():
            self.greeting.open_over(self.centralWidget())

    # -- start and end -----------------------------------------------------------------------------------------

    def _restore(self) -> None:
        geometry = self.settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self._restore_layout()
        folder = self.settings.value("folder")
        if folder:
            self.model.folder = Path(str(folder))

    def _restore_layout(self) -> None:
        state = self.settings.value(f"layout of {self._shown_kind.key}")
        if isinstance(state, QByteArray) and not self.restoreState(state, _LAYOUT_VERSION) and self.restoreState(
                state, _OLD_LAYOUT_VERSION):
            self._put_beside_inside("rate")
        self._hide_stray_tab_bars()

    def _put_beside_inside(self, name: str) -> None:
        """Give a panel that an old layout does not know the place, and the fate, of "See inside"."""
        inside, dock = self.docks["inside"], self.docks[name]
        hidden = inside.isHidden()
        if inside.isFloating():  # a window of its own cannot hold it
            inside = self.docks["log"]
        self.tabifyDockWidget(inside, dock)
        dock.setHidden(hidden)
        if not hidden:
            self.docks["inside"].raise_()

    def _keep_layout(self) -> None:
        self.settings.setValue(f"layout of {self._shown_kind.key}", self.saveState(_LAYOUT_VERSION))

    def greet_first_start(self) -> None:
        """Show the greeting if this is the first start."""
        if not self.settings.value("greeted", False, type=bool):
            self.settings.setValue("greeted", True)
            self.greeting.open_over(self.centralWidget())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the layout, end a measurement so that its data is saved, and stop the laboratory."""
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("experiment", self.model.experiment.key)
        self._keep_layout()
        self._closed = True
        self._timer.stop()
        self.model.lab.courtesy.end("pull")
        self.model.lab.stop()
        self.model.pull()
        super().closeEvent(event)
