"""A long day at the window: a thousand runs, and memory stays what it was."""

import gc
import os
from pathlib import Path

import pytest
from laboratory import laboratory
from PySide6.QtCore import QCoreApplication, QEvent

from vlab import Q_
from vlab.experiments import DwellTimeScan

RUNS = 1000
WARM = 500
"""Runs after which what has a limit is full: runs kept for the plot, lines of the log, moments of the strip chart."""
ALLOWED = 20e6
"""Bytes: what remains are five hundred entries of the library, with thumbnails, and the allocator's mood."""


def resident():
    """Return the bytes that the process has in memory."""
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux tells what is in memory")
def test_a_thousand_runs_leave_memory_flat(qapp, qtbot, tmp_path):
    scan = DwellTimeScan(start=Q_(3, "ueV"), stop=Q_(-3, "ueV"), step=Q_(0.3, "ueV"), dwell=Q_(20, "ms"))
    with laboratory(qapp, qtbot, tmp_path) as window:
        model = window.model
        marks = {}
        for number in range(1, RUNS + 1):
            model.start(scan)
            qtbot.waitUntil(lambda number=number: model.run is None and bool(model.scans)
                            and model.scans[-1].number == number, timeout=30_000)
            if number % 250 == 0:
                marks[number] = resident()
        print({number: f"{used / 1e6:.1f} MB" for number, used in marks.items()})
        assert model.scans[-1].status == "completed"
        assert len(list((tmp_path / "runs").glob("*.nc"))) == RUNS
        assert marks[RUNS] - marks[WARM] < ALLOWED
