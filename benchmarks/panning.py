"""How smoothly a long run pans under the mouse: ``python -m benchmarks.panning`` (offscreen unless QT_QPA_PLATFORM is
set).

A hand drags the plot of one run to and fro; counted are the frames that are painted, with nothing else on the plot and
with two cursors, a region and a fit. pyqtgraph looks at the mouse 100 times a second at most.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from pathlib import Path

TARGET = 25.0
"""Frames a second."""
POINTS = (1_000, 10_000, 100_000)


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import numpy as np
    from PySide6.QtCore import QEvent, QPoint, QPointF, QSettings, Qt
    from PySide6.QtGui import QMouseEvent

    from gui.app import make_application, settle, wait_until
    from gui.desk import Desk
    from gui.lab import Lab
    from gui.models import LabModel
    from gui.panels.scan_panel import ScanPanel
    from gui.scans import Scan
    from gui.theme import apply_theme
    from instruments import dragging_bench
    from vlab import Q_
    from vlab.experiments import DwellTimeScan
    from vlab.experiments.runner import Measured

    app = make_application()

    def send(panel: ScanPanel, kind: QEvent.Type, at: QPoint, pressed: Qt.MouseButton) -> None:
        port = panel.plot.viewport()
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        app.sendEvent(port, QMouseEvent(kind, QPointF(at), QPointF(port.mapToGlobal(at)), button, pressed,
                                        Qt.KeyboardModifier.NoModifier))

    def frames(panel: ScanPanel, seconds: float = 2.0) -> tuple[float, float]:
        """Return frames a second, and those in a second of CPU time, which other people's work does not change."""
        painted = [0]
        original = panel.plot.paintEvent

        def paint(event: object) -> None:
            original(event)
            painted[0] += 1

        panel.plot.paintEvent = paint
        middle = panel.plot.viewport().rect().center()
        send(panel, QEvent.Type.MouseButtonPress, middle, Qt.MouseButton.LeftButton)
        app.processEvents()
        painted[0], began, used = 0, time.perf_counter(), time.process_time()
        step = 0
        while time.perf_counter() - began < seconds:
            at = middle + QPoint(round(80.0 * math.sin(0.15 * step)), 0)
            send(panel, QEvent.Type.MouseMove, at, Qt.MouseButton.LeftButton)
            app.processEvents()
            step += 1
        took, used = time.perf_counter() - began, time.process_time() - used
        send(panel, QEvent.Type.MouseButtonRelease, middle, Qt.MouseButton.NoButton)
        app.processEvents()
        panel.plot.paintEvent = original
        return painted[0] / took, painted[0] / used

    with tempfile.TemporaryDirectory() as folder:
        model = LabModel(Lab(dragging_bench))
        desk = Desk(model, apply_theme(app, "light"),
                    QSettings(str(Path(folder) / "s.ini"), QSettings.Format.IniFormat))
        for points in POINTS:
            span = 100.0
            asked = DwellTimeScan(start=Q_(span, "ueV"), stop=Q_(-span, "ueV"),
                                  step=Q_(2.0 * span / (points - 1), "ueV"), dwell=Q_(0.01, "s"))
            scan = Scan(1, asked, asked.coordinates())
            scan.status = "completed"
            noise = np.random.default_rng(0).normal(0.0, 0.03, len(scan.axis))
            began = time.process_time()
            for i, x in enumerate(scan.axis):
                y = 1.0 / (1.0 + (x / 3.0) ** 2) + noise[i]
                scan.add(Measured((i,), (1e-5 * y, y, 0.01 * i), i + 1, points, 0.0, 0.0))
            added = (time.process_time() - began) / len(scan.axis)
            model.scans = [scan]
            panel = ScanPanel(desk)
            panel.resize(900, 560)
            panel.show()
            settle(0.2)
            began = time.perf_counter()
            panel.redraw()
            panel.grab()
            drawn = time.perf_counter() - began
            bare, bare_cpu = frames(panel)
            for key in ("cursors", "region", "fit"):
                panel.toolbar.buttons[key].click()
            wait_until(lambda panel=panel: not panel.fit.busy, 20.0)
            dressed, dressed_cpu = frames(panel)
            print(f"{len(scan.axis):6d} points: {bare:.0f} frames a second ({bare_cpu:.0f} in one of CPU time); with "
                  f"cursors, region and fit {dressed:.0f} ({dressed_cpu:.0f}); target {TARGET:.0f}. A point takes "
                  f"{1e6 * added:.1f} us to add, all is drawn anew in {1e3 * drawn:.0f} ms.")
            panel.close()
            panel.deleteLater()
            settle(0.05)


if __name__ == "__main__":
    main()
