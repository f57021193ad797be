"""A window on a running laboratory, for tests."""

from __future__ import annotations

import math
from contextlib import contextmanager

import shiboken6
from PySide6.QtCore import QSettings, QTimer

from gui.desk import Desk
from gui.lab import Lab
from gui.main_window import MainWindow
from gui.models import LabModel
from gui.theme import apply_theme
from instruments import dragging_bench
from instruments.benches import BENCHES
from vlab.experiments import DwellTimeScan


@contextmanager
def laboratory(qapp, qtbot, folder, *, seed=0, mode="light", shown=True, hurry=True):
    """Open a window whose files go to ``folder``; close it and its lab thread at the end."""
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    model = LabModel(Lab(lambda: dragging_bench(seed=seed)))
    model.folder = folder / "runs"
    window = MainWindow(model, apply_theme(qapp, mode), settings)
    model.lab.start()
    try:
        if shown:
            window.show()
            qtbot.waitExposed(window)
            window.activateWindow()  # a screen without a window manager does not do it by itself
            qtbot.waitUntil(window.isActiveWindow, timeout=5000)
        qtbot.waitUntil(lambda: model.connected, timeout=20_000)
        if hurry:
            model.set_pace(math.inf)
        yield window
    finally:
        window.close()
        model.lab.stop()
        shiboken6.delete(window)


@contextmanager
def desk_of_a_laboratory(qapp, qtbot, folder, *, experiment=DwellTimeScan, seed=0, mode="light"):
    """Yield a desk whose laboratory runs, without a window: enough for the tests of one panel, and much quicker."""
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    model = LabModel(Lab(lambda: BENCHES[experiment.bench].make(seed=seed)), experiment)
    model.folder = folder / "runs"
    desk = Desk(model, apply_theme(qapp, mode), settings)
    timer = QTimer(interval=15)
    timer.timeout.connect(model.pull)
    timer.start()
    model.lab.start()
    try:
        qtbot.waitUntil(lambda: model.connected, timeout=20_000)
        model.set_pace(math.inf)
        yield desk
    finally:
        timer.stop()
        model.lab.stop()


def arranged(qtbot, window):
    """Wait until all panels have their places and are painted."""
    qtbot.waitUntil(lambda: not window.docking.busy, timeout=10_000)


def quick_scan(qtbot, window, dwell=1.0):
    """Measure the usual dwell-time scan; returns the scan."""
    window.experiment.reset()
    window.experiment.fill(dwell=dwell)
    return run_to_end(qtbot, window, lambda: window.commands.run("run.start"))


def run_to_end(qtbot, window, press):
    """Do what starts a run and wait until it has ended; returns the scan."""
    before = len(window.model.scans)
    press()
    qtbot.waitUntil(lambda: len(window.model.scans) > before, timeout=60_000)  # another bench may have to be set up
    qtbot.waitUntil(lambda: window.model.run is None, timeout=60_000)
    return window.model.scans[-1]
