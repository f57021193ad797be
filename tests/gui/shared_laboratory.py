"""One running laboratory for all tests of a file: each test gets its desk as new, much quicker than another one."""

from __future__ import annotations

import math
import tempfile
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QTimer

from gui.app import wait_until
from gui.commands import Commands
from gui.desk import Desk
from gui.evented import Event
from gui.lab import Lab
from gui.models import LabModel
from gui.mounted import SampleChoice
from gui.panels.scan_panel import ScanPanel
from gui.theme import apply_theme
from instruments.benches import BENCHES
from vlab.experiments import DwellTimeScan


@contextmanager
def shared_laboratory(qapp, bench="dragging"):
    """Yield a desk whose laboratory runs as long as the tests of a file do."""
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        model = LabModel(Lab(BENCHES[bench].make))
        model.folder = Path(folder) / "runs"
        desk = Desk(model, apply_theme(qapp, "light"), settings)
        timer = QTimer(interval=5)
        timer.timeout.connect(model.pull)
        timer.start()
        model.lab.start()
        try:
            assert wait_until(lambda: desk.queue.mounted.choice is not None, 20.0)
            yield desk
        finally:
            timer.stop()
            model.lab.stop()


@contextmanager
def plot_of(desk, qtbot):
    """Yield a plot on a shared desk, and the model."""
    with as_new(desk):
        panel = ScanPanel(desk)
        qtbot.addWidget(panel)
        panel.resize(560, 460)
        panel.show()
        qtbot.waitExposed(panel)
        yield panel, desk.model


@contextmanager
def as_new(desk):
    """Yield a shared desk as a new one would be; afterwards nobody listens to it any more."""
    model, queue = desk.model, desk.queue
    listening = [(event, list(event._listeners)) for thing in (model, desk, queue, queue.mounted, desk.undo)
                 for event in vars(thing).values() if isinstance(event, Event)]
    model.set_pace(math.inf)
    desk.commands = Commands()
    untouched = model.snapshot.values
    try:
        yield desk
    finally:
        for event, listeners in listening:
            event._listeners[:] = listeners
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # panels go now, not by a slow collection
        queue.abort_all()
        model.abort()
        assert wait_until(lambda: model.run is None and model.mounting is None and queue.present is None, 20.0)
        usual = SampleChoice("dragging")
        before = model.lab.snapshot.bench_number
        if queue.mounted.choice != usual or model.snapshot.values != untouched:
            model.mount({}, 0, True, DwellTimeScan)
            assert wait_until(lambda: model.snapshot.bench_number > before and queue.mounted.choice == usual, 20.0)
        model.choose(DwellTimeScan)
        queue.entries.clear()
        queue.speeds.clear()
        queue.stops_at_failure, queue.stopped = True, False
        model.scans.clear()
        model.log.clear()
        desk.settings.clear()
