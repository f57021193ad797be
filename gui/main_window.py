"""The main window: docks around the live plot, commands, bars. It holds views, not truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QSizePolicy, QToolBar, QWidget

from gui import turn
from gui.catalogue import PANELS
from gui.commands import MENUS, Command
from gui.desk import Desk
from gui.docking import Docks
from gui.evented import Event
from gui.layouts import LAYOUTS, Layout
from gui.models import LabModel
from gui.panels.clock_panel import ClockPanel
from gui.panels.experiment_panel import ExperimentPanel
from gui.panels.inside_panel import InsidePanel
from gui.panels.instrument_panel import InstrumentPanel
from gui.panels.path_panel import PathPanel
from gui.panels.rate_panel import RatePanel
from gui.panels.scan_panel import ScanPanel
from gui.panels.strip_panel import StripPanel
from gui.pulse import Pulse
from gui.theme import Theme
from gui.widgets.command_palette import CommandPalette
from gui.widgets.greeting import Greeting
from gui.widgets.notification_bar import NotificationBar
from gui.widgets.plot import Plot
from gui.window_commands import WindowCommands
from gui.window_style import card_style, status_bar_style, tool_bar_style
from instruments.instrument import Instrument

_AT_ONCE = ("experiment", "sample", "path", "strip", "inside", "rate", "log")
"""Panels that stand when the window does; the others follow in the moments after."""
_LAST = "window.quit"
"""The command that ends its menu, whatever panels declare later."""
_NEXT_PANEL_MS = 150
_SECRET = frozenset(kind.key for kind in PANELS if kind.secret)


class InstrumentPanels(Mapping[str, InstrumentPanel]):
    """The panels of a bench's instruments by name; each is made when it is first seen or asked for.

    Parameters
    ----------
    docking : Docks
    names : tuple of str
    """

    def __init__(self, docking: Docks, names: tuple[str, ...]) -> None:
        self._docking = docking
        self._names = names

    def __getitem__(self, name: str) -> InstrumentPanel:
        if name not in self._names:
            raise KeyError(name)
        return self._docking.make(name)  # type: ignore[return-value]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def made(self) -> list[InstrumentPanel]:
        """Return those that stand already."""
        found = (self._docking.made(name) for name in self._names)
        return [panel for panel in found if isinstance(panel, InstrumentPanel)]


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
        self.complete = Event()
        """All panels stand."""
        self.actions: dict[str, QAction] = {}  # type: ignore[assignment]
        self.setObjectName("vlab")
        room = self.screen().availableSize()
        # before the docks share it out; less than the smaller size would not hold them
        self.resize(min(1440, max(1280, room.width())), min(860, max(800, room.height())))
        self.menus: dict[str, QMenu] = {title: self.menuBar().addMenu(f"&{title}") for title in MENUS}
        self.scan_panel = ScanPanel(self.desk)
        self.docking = Docks(self, self.scan_panel, theme, settings)
        self.docks = self.docking.by_key
        for command in (*WindowCommands(self).declare(), *self.scan_panel.commands()):
            self._declare(command)
        self._build_panels()
        self._build_bars()
        # a shortcut of an action that is off would do and say nothing
        self._no_undo = QShortcut(QKeySequence(self.commands["edit.undo"].shortcut), self)
        self._no_undo.activated.connect(lambda: model.notice("info", "There is nothing to undo."))
        self.palette_dialog = CommandPalette(self.commands, self)
        self.greeting = Greeting(self.commands, self)
        self.bar.follow(self.desk)
        for happening in (model.run_changed, model.clock_changed, self.commands.changed, self.docking.layout_changed):
            happening.connect(self._refresh_commands)
        theme.changed.connect(self._dress)
        self._dress()
        self._restore()
        model.bench_changed.connect(self._show_bench)
        self.desk.panel_wanted.connect(self.show_panel)
        self.desk.plot_wanted.connect(self._show_plot)
        self._left_for_exam: Layout | None = None
        self.desk.exam_changed.connect(self._show_exam)
        self._show_exam()
        self._pulse = Pulse(model, self)
        self._to_come: list[Callable[[], bool]] = []
        self._rest = QTimer(self, singleShot=True, interval=_NEXT_PANEL_MS)
        self._rest.timeout.connect(self._build_another)
        self._rest.start()

    # -- parts -------------------------------------------------------------------------------------------------

    def _declare(self, command: Command) -> None:
        """Declare a command: an entry of its menu, a shortcut, a line of the palette."""
        self.commands.add(command)
        action = QAction(command.title, self)
        action.setToolTip(command.help)
        action.setStatusTip(command.help)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        action.setCheckable(command.checked is not None)
        action.triggered.connect(lambda _=False: self.commands.run(command.key))
        self.actions[command.key] = action
        menu, end = self.menus[command.menu], self.actions.get(_LAST)
        menu.insertAction(end if end in menu.actions() else None, action)  # type: ignore[arg-type]

    def _build_panels(self) -> None:
        for kind in PANELS:
            self.docking.add(kind.key, kind.title, lambda kind=kind: self._make_panel(kind.key),
                             now=kind.key in _AT_ONCE)
        self.experiment: ExperimentPanel = self.panel("experiment")  # type: ignore[assignment]
        self.path: PathPanel = self.panel("path")  # type: ignore[assignment]
        self.strip: StripPanel = self.panel("strip")  # type: ignore[assignment]
        self.inside: InsidePanel = self.panel("inside")  # type: ignore[assignment]
        self.rate: RatePanel = self.panel("rate")  # type: ignore[assignment]
        self.docks["rate"].visibilityChanged.connect(lambda shown: shown and QTimer.singleShot(0, self, self.rate.draw))
        self._build_instruments()

    def _make_panel(self, key: str) -> QWidget:
        panel = next(kind for kind in PANELS if kind.key == key).make(self.desk)
        for command in getattr(panel, "commands", tuple)():
            if command.key not in self.actions:  # a panel that is made anew with a bench has declared them before
                self._declare(command)
        self._give_courtesy(panel)
        return panel

    def _give_courtesy(self, place: QWidget) -> None:
        for plot in place.findChildren(Plot):
            plot.courtesy = self.model.lab.courtesy

    def _build_another(self) -> None:
        """Make one more of the parts that were not needed at once, unless a measurement has the laboratory."""
        if self.model.run is not None or self.docking.busy or turn.is_long():
            self._rest.start()
            return
        if not self._to_come:  # at the beginning, and with each bench
            self._to_come = [self.docking.make_next, self.experiment.prepare, self.scan_panel.prepare]
        if not self._to_come[0]():
            del self._to_come[0]
        if self._to_come:
            self._rest.start()
        else:
            self.complete.emit()
        self._refresh_commands()

    def panel(self, key: str) -> QWidget:
        """Return the panel of that key, made now if it was not yet."""
        return self.docking.make(key)

    def show_panel(self, key: str) -> None:
        """Bring a panel to the front, opening it if it is closed."""
        if self.docking.show(key):
            self._refresh_commands()

    def _show_plot(self) -> None:
        if not self.docking.layout.plot:
            self.docking.choose(LAYOUTS[0])

    def stage(self) -> QWidget:
        """Return the widget over which cards are shown: the plot, or the whole window where there is none."""
        return self.scan_panel if self.docking.layout.plot else self

    def _build_instruments(self) -> None:
        """Make what belongs to one kind of bench: the panels of its instruments and its titles."""
        kind = self.model.kind
        self.instruments = InstrumentPanels(self.docking, tuple(kind.instruments))
        for name, what in kind.instruments.items():
            self.docking.add(name, what.short or name, lambda name=name, what=what: self._make_instrument(name, what),
                             now=False)
        first = kind.hidden[0].title if kind.hidden else ""
        self.docks["inside"].setWindowTitle(f"See inside: {first}" if first else "See inside")
        self.setWindowTitle(f"vlab: {kind.title}")

    def _make_instrument(self, name: str, what: type[Instrument]) -> InstrumentPanel:
        panel = InstrumentPanel(self.model, name, what, settings=self.settings)
        self._give_courtesy(panel)
        return panel

    def _arrange(self) -> None:
        kind = self.model.kind
        idle = frozenset(panel.key for panel in PANELS if not panel.fits(kind))
        self.docking.set_bench(kind.key, tuple(self.instruments), kind.chart.split(".")[0], idle)
        self._fill_panels_menu()
        self._refresh_commands()

    def _show_bench(self) -> None:
        """Replace the panels of one kind of bench by those of another, which find their places in the next turns."""
        self.docking.keep()
        self.docking.hold()
        for panel in self.instruments.made():
            panel.forget()
        for name in self.instruments:
            self.docking.drop(name)
        for kind in PANELS:
            if kind.of_bench:
                self.docking.replace(kind.key, lambda key=kind.key: self._make_panel(key))
        self._build_instruments()
        self._arrange()
        self._to_come.clear()
        self._rest.start()

    def _build_bars(self) -> None:
        self._panels_menu = self.menus["View"].addMenu("&Panels")
        tools = QToolBar("Measure and clock")
        tools.setObjectName("tools")
        tools.setMovable(False)
        for key in ("run.start", "run.pause", "run.abort"):
            tools.addAction(self.actions[key])
        pause = tools.widgetForAction(self.actions["run.pause"])
        title = self.actions["run.pause"].text()
        self.actions["run.pause"].setText("Resume")
        pause.setMinimumWidth(pause.sizeHint().width() + 2)  # else what is right of it would move with its title
        self.actions["run.pause"].setText(title)
        tools.addSeparator()
        self.clock = ClockPanel(self.model, self.commands, settings=self.settings)
        tools.addWidget(self.clock)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        tools.addWidget(gap)
        tasks = QActionGroup(self)
        for layout in LAYOUTS:
            task = QAction(layout.title, self, checkable=True)
            task.setToolTip(f"{layout.about} ({self.actions[f'layout.{layout.key}'].shortcut().toString()})")
            task.triggered.connect(lambda _=False, key=layout.key: self.commands.run(f"layout.{key}"))
            self.actions[f"task.{layout.key}"] = task
            tasks.addAction(task)
            tools.addAction(task)
        self.addToolBar(tools)
        self.tools = tools
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

    # -- looks -------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        theme = self.theme
        self.tools.setStyleSheet(tool_bar_style(theme))
        self.statusBar().setStyleSheet(status_bar_style(theme))
        self.greeting.setStyleSheet(card_style(theme))
        self.docking.dress()

    def _show_exam(self) -> None:
        """Close what no instrument shows during an exam."""
        if self.desk.exam and self.docking.layout.secret:
            self._left_for_exam = self.docking.layout
            self.docking.choose(LAYOUTS[0])
        self.docking.forbid(_SECRET if self.desk.exam else frozenset())
        if not self.desk.exam and self._left_for_exam is not None:
            self.docking.choose(self._left_for_exam)
            self._left_for_exam = None
        self._refresh_commands()

    def _refresh_commands(self) -> None:
        for command in self.commands:  # type: ignore[attr-defined]
            action = self.actions[command.key]
            if action.isEnabled() != command.enabled():
                action.setEnabled(not action.isEnabled())
            if command.checked is not None and action.isChecked() != command.checked():
                action.setChecked(not action.isChecked())
            if command.words is not None and action.text() != (title := command.title_now()):
                action.setText(title)
        for layout in LAYOUTS:
            task, command = self.actions[f"task.{layout.key}"], self.actions[f"layout.{layout.key}"]
            task.setEnabled(command.isEnabled())
            task.setChecked(command.isChecked())
        self._no_undo.setEnabled(not self.actions["edit.undo"].isEnabled())
        paused = self.model.run is not None and self.model.run_state == "paused"
        self.actions["run.pause"].setText("Resume" if paused else "Pause")
        coming = self.model.mounting
        for panel in self.instruments.made():  # what is set now would arrive on the other bench
            panel.setEnabled(coming is None or coming.bench == self.model.kind.key)
        state = self.model.run_state if self.model.connected else "setting up"
        self.state_label.setText(f"exam mode · {state}" if self.desk.exam else state)
        self.experiment.show_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the greeting over the plot."""
        super().resizeEvent(event)
        if self.greeting.isVisible():
            self.greeting.open_over(self.stage())

    # -- start and end -----------------------------------------------------------------------------------------

    def _restore(self) -> None:
        geometry = self.settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.docking.begin()
        self._arrange()
        folder = self.settings.value("folder")
        if folder:
            self.model.folder = Path(str(folder))

    def greet_first_start(self) -> None:
        """Show the greeting if this is the first start."""
        if not self.settings.value("greeted", False, type=bool):
            self.settings.setValue("greeted", True)
            self.greet()

    def greet(self) -> None:
        """Show the greeting over the plot."""
        self.panel("help")  # brings the examples that the cards open
        self.greeting.open_over(self.stage())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the layout, end a measurement so that its data is saved, and stop the laboratory."""
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("experiment", self.model.experiment.key)
        self.docking.keep()
        self._rest.stop()
        self._pulse.stop()
        self.model.lab.stop()
        self.model.pull()
        super().closeEvent(event)
