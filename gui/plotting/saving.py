"""Saving and copying what the plot shows: asks for a file, writes it, says what became of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.commands import Command
from gui.models import LabModel
from gui.plotting import export
from gui.plotting.active_curve import ActiveCurve
from gui.plotting.run_curves import RunCurves
from gui.plotting.runs_shown import RunsShown
from gui.turn import OneByOne
from gui.widgets.plot import Plot
from vlab.errors import VlabError

_KINDS = {"png": "Pictures (*.png)", "svg": "Drawings (*.svg)", "csv": "Tables (*.csv)", "nc": "Runs (*.nc)"}


class Saving:
    """What can leave a plot.

    Parameters
    ----------
    model : LabModel
    runs : RunsShown
    curves : RunCurves
    active : ActiveCurve
    plot : callable
        Returns the plot that is seen.
    paper : callable
        Returns a context in which that plot is drawn on white paper.
    parent : QWidget
        Of the file dialogs.
    """

    def __init__(self, model: LabModel, runs: RunsShown, curves: RunCurves, active: ActiveCurve,
                 plot: Callable[[], Plot], paper: Callable[[], AbstractContextManager[None]], parent: QWidget) -> None:
        self._model, self._runs, self._curves, self._active = model, runs, curves, active
        self._plot, self._paper, self._parent = plot, paper, parent
        self._turns = OneByOne(parent)
        self.white = False
        """Whether pictures have a white ground whatever the theme is."""

    @property
    def busy(self) -> bool:
        """Whether a picture is being drawn."""
        return self._turns.busy

    def commands(self) -> tuple[Command, ...]:
        """Return what can be done, for menus and the button Export."""

        def save(key: str, title: str, ending: str, do: Callable[[Path], None], help: str,
                 shortcut: str = "") -> Command:
            return Command(f"plot.{key}", title, "Plot", lambda: self._save(ending, do), help, shortcut)

        def drawing(write: Callable[[Plot, Path], None]) -> Callable[[Path], None]:
            return lambda path: self._draw(lambda plot: self._write(partial(write, plot), path))

        def numbers(write: Callable[[Path], None]) -> Callable[[Path], None]:
            return lambda path: self._write(write, path)

        return (
            save("png", "Save picture (PNG)…", "png", drawing(export.save_png), "Save the plot as pixels.", "Ctrl+E"),
            save("svg", "Save drawing (SVG)…", "svg", drawing(export.save_svg),
                 "Save the plot as a drawing that can be scaled."),
            save("csv", "Save the numbers (CSV)…", "csv",
                 numbers(lambda path: export.save_table(self._curves, self._runs.shown(), path)),
                 "Save the shown curves as columns for spreadsheets, pandas or numpy.", "Ctrl+Shift+T"),
            save("netcdf", "Copy the run's file (netCDF)…", "nc",
                 numbers(lambda path: export.copy_file(self._active.scan(), path)),
                 "Copy the file of the newest run shown."),
            Command("plot.copy", "Copy picture", "Plot", self._copy, "Copy the plot to the clipboard.", "Ctrl+Shift+C"),
        )

    def ground(self) -> Command:
        """Return the switch of the white ground."""
        return Command("plot.white", "White ground for pictures", "Plot", self._toggle_white,
                       "Save and copy pictures with a white ground, whatever the theme is.", checked=lambda: self.white)

    def _toggle_white(self) -> None:
        self.white = not self.white

    def _draw(self, do: Callable[[Plot], None]) -> None:
        """Do something with the plot on the ground that pictures shall have, in the next turns of the event loop."""
        plot, paper = self._plot(), ExitStack()

        def put_on_paper() -> None:
            plot.setUpdatesEnabled(False)  # nobody shall see it
            paper.enter_context(self._paper())

        def take_off() -> None:
            paper.close()
            plot.setUpdatesEnabled(True)

        def draw() -> None:
            seen = [item for item in plot.for_the_screen if item.isVisible()]
            for item in seen:
                item.hide()
            try:
                do(plot)
            finally:
                for item in seen:
                    item.show()

        if self.white:
            self._turns.do(put_on_paper, draw, take_off)
        else:
            self._turns.do(draw)

    def _save(self, ending: str, do: Callable[[Path], None]) -> None:
        """Ask for a file and have it written."""
        folder = _elsewhere() if ending == "nc" else self._model.folder  # a copy beside the run would be another run
        name = str(folder / export.file_name(self._active.scan(), ending))
        chosen, _ = QFileDialog.getSaveFileName(self._parent, "Where shall it go?", name, _KINDS[ending])
        if not chosen:
            return
        do(Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.{ending}"))

    def _write(self, write: Callable[[Path], None], path: Path) -> None:
        """Write a file and say what became of it."""
        try:
            write(path)
        except VlabError as error:
            self._model.notice("warning", str(error))
        else:
            self._model.notice("info", f"Saved {path}.")

    def _copy(self) -> None:
        def copy(plot: Plot) -> None:
            QGuiApplication.clipboard().setImage(export.picture(plot))
            self._model.notice("info", "The picture is on the clipboard.")

        self._draw(copy)


def _elsewhere() -> Path:
    """Return the folder of a person's own files."""
    places = QStandardPaths.standardLocations(QStandardPaths.StandardLocation.DocumentsLocation)
    return next((folder for folder in map(Path, places) if folder.is_dir()), Path.home())
