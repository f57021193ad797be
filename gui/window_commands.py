"""The commands of the window as a whole: to measure, to let time pass, to see. Those of panels come from the panels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from gui.commands import Command
from gui.layouts import LAYOUTS, Layout
from gui.panels.clock_panel import PACES

if TYPE_CHECKING:
    from gui.main_window import MainWindow

_INSIDE = ("inside", "rate")
"""The panels that "See inside" opens and closes."""

_EXAM = "exam mode is on"


class WindowCommands:
    """What the commands of a window do.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._desk = window.desk
        self._model = window.model

    def declare(self) -> tuple[Command, ...]:
        """Return the declarations, in the order of the menus."""
        m, desk, window = self._model, self._desk, self._window

        def running() -> bool:
            return m.run is not None

        def free() -> bool:
            return m.run is None and m.connected

        commands = [
            Command("run.start", "Run", "Measure", self.start, "Start the measurement that the form describes.",
                    "Ctrl+R", lambda: free() and window.experiment.procedure is not None),
            Command("run.pause", "Pause or resume", "Measure", self._pause, "Pause the measurement, or go on with it.",
                    "Ctrl+P", running),
            Command("run.abort", "Abort", "Measure", m.abort, "End the measurement; what was measured is saved.",
                    "Ctrl+.", running),
            Command("run.folder", "Choose the data folder…", "Measure", self._choose_folder,
                    "Choose where files are saved."),
            Command("run.clear", "Clear earlier traces", "Measure", m.clear_scans,
                    "Forget the traces of earlier runs; their files stay."),
            Command("window.quit", "Quit", "Measure", window.close,
                    "End what runs, save it and close the laboratory.", "Ctrl+Q"),
            Command("clock.hold", "Hold lab time", "Clock", lambda: m.hold(not m.lab.held),
                    "Stop lab time, or let it go on; a measurement is paused and resumed with it.", "Ctrl+H",
                    lambda: m.connected, lambda: m.lab.held),
            Command("clock.forward", "Fast-forward 10 s", "Clock", lambda: self._forward(10.0),
                    "Let 10 s of lab time pass at once.", "Ctrl+F", free),
            Command("clock.forward_minute", "Fast-forward 1 min", "Clock", lambda: self._forward(60.0),
                    "Let a minute of lab time pass at once.", "Ctrl+Shift+F", free),
        ]
        for title, pace in PACES:
            commands.append(Command(
                f"clock.pace.{pace:g}", f"Pace: {title}", "Clock", lambda pace=pace: m.set_pace(pace),
                "Choose how fast lab time goes. Numbers do not depend on it.",
                checked=lambda pace=pace: m.lab.pace == pace))
        for number, layout in enumerate(LAYOUTS, 1):
            commands.append(self._layout(layout, f"Ctrl+{number}"))
        commands.extend([
            Command("view.layout", "Reset the layout", "View", window.docking.reset,
                    "Bring all panels of the present layout back to their places."),
            Command("view.inside", "See inside", "View", self._toggle_inside,
                    "Show or hide what no instrument shows, such as the nuclear polarization.", "Ctrl+I",
                    lambda: not desk.exam, lambda: not window.docks["inside"].isHidden(),
                    why_not=lambda: _EXAM),
            Command("view.palette", "Command palette…", "View", lambda: window.palette_dialog.open_centred(),
                    "Find a command by typing a few letters.", "Ctrl+Shift+P"),
            Command("view.full", "Full screen", "View", self._toggle_full_screen, "Use the whole screen, or no longer.",
                    "F11", checked=window.isFullScreen),
        ])
        for mode in ("system", "light", "dark"):
            commands.append(Command(
                f"view.theme.{mode}", f"Colours: {mode}", "View", lambda mode=mode: self._set_theme(mode),
                "Choose light or dark colours, or follow the system.",
                checked=lambda mode=mode: window.theme.mode() == mode))
        commands.extend([
            Command("help.greeting", "Things to try", "Help", window.greet, "Show the greeting."),
        ])
        return tuple(commands)

    def _layout(self, layout: Layout, shortcut: str) -> Command:
        docking = self._window.docking
        return Command(f"layout.{layout.key}", f"Layout: {layout.title}", "View", lambda: docking.choose(layout),
                       layout.about, shortcut, lambda: not (layout.secret and self._desk.exam),
                       lambda: docking.layout is layout, why_not=lambda: _EXAM)

    def start(self) -> None:
        """Start what the form describes, if it is sound."""
        procedure = self._window.experiment.commit()
        if procedure is not None:
            self._window.greeting.hide()
            self._model.start(procedure)

    def _pause(self) -> None:
        (self._model.resume if self._model.run_state == "paused" else self._model.pause)()

    def _forward(self, seconds: float) -> None:
        self._model.forward(seconds)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, "Where shall data files go?", str(self._model.folder))
        if chosen:
            self._model.folder = Path(chosen)
            self._desk.settings.setValue("folder", chosen)
            self._model.notice("info", f"Data files go to {chosen}.")

    def _toggle_inside(self) -> None:
        docks = self._window.docks
        shown = docks["inside"].isHidden()
        for name in _INSIDE:
            docks[name].setVisible(shown)
        if shown:
            self._window.show_panel("inside")

    def _toggle_full_screen(self) -> None:
        (self._window.showNormal if self._window.isFullScreen() else self._window.showFullScreen)()

    def _set_theme(self, mode: str) -> None:
        self._window.docking.painting.hold()
        self._window.theme.set_mode(mode)  # type: ignore[arg-type]
        self._desk.settings.setValue("theme", mode)
