"""Pictures of the window and of every panel, light and dark, in two sizes: ``python -m gui.screenshots FOLDER``."""

from __future__ import annotations

import math
import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gui.app import make_application, make_window, settle, wait_until
from gui.catalogue import PANELS
from gui.inside.background import Background
from gui.layouts import FIRST_INSTRUMENTS, LAYOUTS, Layout
from gui.main_window import MainWindow
from gui.theme import apply_theme
from instruments.benches import BENCHES
from vlab.experiments import EXPERIMENTS, experiments_on
from vlab.experiments.procedure import Procedure
from vlab.units import Q_

_MOMENT = 0.6
"""Seconds until curves that are computed in the background are there."""
QUICK = ("reversed_scan", "absorption_recovery", "polarization_decay", "spin_distribution", "polarization_rate_map")
"""Experiments of the dragging bench that take seconds; the last gives a map."""
SIZES = {"1280x800": (1280, 800), "1920x1080": (1920, 1080)}


def measure(window: MainWindow, dwell: float) -> None:
    """Measure one scan as fast as possible."""
    window.experiment.fill(dwell=dwell, directions="both")
    wait_for_run(window)


def wait_for_run(window: MainWindow) -> None:
    """Carry out what the form describes."""
    window.commands.run("run.start")
    wait_until(lambda: window.model.run is not None, 10.0)
    wait_until(lambda: window.model.run is None, 120.0)
    window.bar.hide()


def measure_through_a_fault(window: MainWindow) -> None:
    """Measure a scan in the midst of which the laser hops to another mode; show its panel and the bench's words."""
    window.model.hold(False)
    window.model.clear_scans()
    window.model.lab.post(lambda bench: bench.fail("laser.mode_hop", after=Q_(110, "s"))).result(10.0)
    window.experiment.fill(dwell=2.0, directions="one")
    wait_for_run(window)
    for key in ("laser", "path"):
        window.show_panel(key)
    settle(0.5)


def change_to(window: MainWindow, experiment: type[Procedure]) -> None:
    """Choose an experiment and wait until its bench stands, at work as fast as possible."""
    window.model.hold(False)
    wait_until(lambda: window.model.mounting is None and window.model.connected, 120.0)
    window.model.choose(experiment)
    wait_until(lambda: window.model.mounting is None and window.model.connected, 120.0)


def home_of(key: str, window: MainWindow) -> Layout:
    """Return the first layout that shows a panel."""
    for layout in LAYOUTS:
        for _, groups in layout.groups():
            for tabs in groups:
                if key in tabs or (key in window.instruments and FIRST_INSTRUMENTS in tabs):
                    return layout
    return LAYOUTS[0]


def _make_small(path: Path) -> None:
    """Keep 256 colours, which is all that most pictures of a window have: a third of the bytes."""
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


class Album:
    """Pictures of a window, written to a folder.

    Parameters
    ----------
    window : MainWindow
    folder : Path
    """

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self._window = window
        self._folder = folder
        self.written: list[Path] = []

    def picture(self, widget: QWidget, name: str) -> None:
        """Draw one widget."""
        settle(_MOMENT)
        wait_until(lambda: not any(each.busy for each in self._window.findChildren(Background)), 3.0)
        settle(0.1)
        path = self._folder / f"{name}.png"
        widget.grab().save(str(path))
        _make_small(path)
        self.written.append(path)

    def everything(self, theme: str, prefix: str = "") -> None:
        """Draw the window in each layout and each of its panels, in all sizes."""
        window = self._window
        idle = {panel.key for panel in PANELS if not panel.fits(window.model.kind)}
        for name, size in SIZES.items():
            window.resize(*size)
            for layout in LAYOUTS:
                self._arrange(layout)
                self.picture(window, f"{prefix}window-{layout.key}-{theme}-{name}")
                for key in [key for key in window.docks if key not in idle and home_of(key, window) is layout]:
                    hidden = window.docks[key].isHidden()
                    window.show_panel(key)
                    wait_until(lambda: not window.docking.busy, 10.0)
                    self.picture(window.docks[key], f"{prefix}{key}-{theme}-{name}")
                    window.docks[key].setHidden(hidden)
            self._arrange(LAYOUTS[0])

    def plot_at_work(self, theme: str) -> None:
        """Draw the window with all that lies on a plot, a map, the form's dialog, a comparison, and an exam."""
        window = self._window
        window.resize(*SIZES["1920x1080"])
        self._arrange(LAYOUTS[0])
        for key in ("plot.fit", "plot.cursors", "plot.region"):
            window.commands.run(key)
        self.picture(window, f"plot-tools-{theme}")
        window.commands.run("run.repeat")
        settle(0.2)
        dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible())
        self.picture(dialog, f"repeat-{theme}")
        dialog.close()
        for key in ("plot.fit", "plot.cursors", "plot.region"):
            window.commands.run(key)
        window.show_panel("library")
        library = window.panel("library")
        wait_until(lambda: len(library.shelf) > 1 and not library.turns.busy, 20.0)  # type: ignore[attr-defined]
        rows = library.shelf.rows  # type: ignore[attr-defined]
        library.list.select([row.entry.path for row in rows[:2]])  # type: ignore[attr-defined]
        deeds = library.deeds  # type: ignore[attr-defined]
        deeds.compare_chosen()
        wait_until(lambda: not library.turns.busy, 20.0)  # type: ignore[attr-defined]
        self.picture(deeds.comparison, f"compare-{theme}")
        deeds.comparison.close()
        window.desk.set_exam(True)
        self._arrange(LAYOUTS[0])
        self.picture(window, f"exam-{theme}")
        window.desk.set_exam(False)

    def maps(self, theme: str) -> None:
        """Draw a run over two coordinates."""
        self._arrange(LAYOUTS[0])
        self._window.commands.run("plot.map")
        self.picture(self._window, f"map-{theme}")
        self._window.commands.run("plot.map")

    def _arrange(self, layout: Layout) -> None:
        """Have a layout as it is at first."""
        docking = self._window.docking
        docking.choose(layout)
        docking.reset()
        settle(0.1)
        wait_until(lambda: not docking.busy, 10.0)
        settle(0.3)


def take(folder: Path) -> list[Path]:
    """Draw everything into ``folder`` and return the pictures."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    home = Path.cwd()
    app = make_application()
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(f"{scratch}/settings.ini", QSettings.Format.IniFormat)
        window = make_window(settings, "light")
        album = Album(window, folder)
        os.chdir(scratch)  # the log shall show a plain folder
        window.resize(*SIZES["1280x800"])
        window.show()
        wait_until(lambda: window.model.connected, 60.0)
        window.model.set_pace(math.inf)
        for dwell in (0.2, 1.0, 5.0):
            measure(window, dwell)
        window.bar.hide()
        for theme in ("light", "dark"):
            apply_theme(app, theme)
            album.everything(theme)
            window.resize(*SIZES["1280x800"])
            window.greeting.open_over(window.stage())
            album.picture(window, f"greeting-{theme}")
            window.greeting.hide()
            window.palette_dialog.open_centred()
            album.picture(window.palette_dialog, f"palette-{theme}")
            window.palette_dialog.hide()
            album.plot_at_work(theme)
        apply_theme(app, "light")
        measure_through_a_fault(window)
        album.picture(window, "fault")
        window.model.mount({}, 0, True)  # a bench without the fault
        for key in QUICK:
            change_to(window, EXPERIMENTS[key])
            wait_for_run(window)
            album.picture(window, f"dragging-{key}")
        for theme in ("light", "dark"):
            apply_theme(app, theme)
            album.maps(theme)
        for kind in list(BENCHES.values())[1:]:
            for experiment in experiments_on(kind.key).values():
                change_to(window, experiment)
                wait_for_run(window)
                album.picture(window, f"{kind.key}-{experiment.key}")
            for theme in ("light", "dark"):
                apply_theme(app, theme)
                album.everything(theme, f"{kind.key}-")
        window.close()
        os.chdir(home)
    return album.written


if __name__ == "__main__":
    for drawn in take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots")):
        print(drawn)
