"""How the window behaves under load: ``python -m benchmarks.window`` (offscreen unless QT_QPA_PLATFORM is set).

Event-loop gaps are the times between ticks of a 1 ms timer in the window's thread; wall time, so a busy machine shows.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def first_window() -> float:
    """Return the wall seconds from the start of the interpreter to a drawn window."""
    code = """
import sys
from gui.app import make_window, settle
from PySide6.QtCore import QSettings
window = make_window(QSettings(sys.argv[1], QSettings.Format.IniFormat))
window.show()
settle(0.0)
window.grab()
print("drawn", flush=True)
window.close()
"""
    with tempfile.TemporaryDirectory() as folder:
        start = time.time()
        with subprocess.Popen([sys.executable, "-c", code, f"{folder}/s.ini"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            process.stdout.readline()
            took = time.time() - start
            process.stdout.read()
    return took


def stolen() -> float:
    """Return the seconds that other machines on the same host took from this one, where Linux tells; else 0."""
    try:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
        return float(fields[8]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(f"first window, warm cache: {min(first_window() for _ in range(3)):.2f} s (target 3 s)")
    from PySide6.QtCore import QSettings, QTimer

    from gui.app import be_quick_to_respond, keep_what_stands, make_window, settle, wait_until

    be_quick_to_respond()
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    def worst(do: Callable[[], None]) -> float:
        nonlocal last
        gaps.clear()
        last = time.perf_counter()
        do()
        return max(gaps) * 1e3

    with tempfile.TemporaryDirectory() as folder:
        window = make_window(QSettings(f"{folder}/s.ini", QSettings.Format.IniFormat), "light")
        window.model.folder = Path(folder)
        warm: list[bool] = []
        window.complete.connect(lambda: warm.append(True))
        window.complete.connect(keep_what_stands)
        timer = QTimer(interval=1)
        timer.timeout.connect(tick)
        window.show()
        settle(0.1)
        timer.start()

        def connect() -> None:
            wait_until(lambda: window.model.connected, 60.0)

        taken = stolen()
        print(f"worst gap while the bench is made: {worst(connect):.0f} ms")
        window.model.set_pace(math.inf)

        def scan(dwell: float, directions: str = "both", step: float = 0.4) -> None:
            window.experiment.fill(dwell=dwell, directions=directions, step=step * 1.602176634e-25)
            window.commands.run("run.start")
            wait_until(lambda: window.model.run is not None, 10.0)
            wait_until(lambda: window.model.run is None, 120.0)

        print(f"worst gap in the first scan: {worst(lambda: scan(1.0)):.0f} ms (target 100 ms)")
        wait_until(lambda: bool(warm), 60.0)
        for number in range(3):
            print(f"worst gap in scan {number + 2}, as fast as possible: {worst(lambda: scan(5.0)):.0f} ms "
                  "(target 50 ms)")
        print(f"worst gap in a scan of 5000 points: {worst(lambda: scan(0.2, 'both', 0.02)):.0f} ms (target 50 ms)")
        print(f"taken from this machine by others on its host during these scans: {1e3 * (stolen() - taken):.0f} ms")
        window.model.set_pace(10.0)
        window.experiment.fill(dwell=5.0)
        window.commands.run("run.start")
        wait_until(lambda: window.model.run is not None, 10.0)
        original = window.strip.plot.paintEvent
        count = [0]

        def paint(event: object) -> None:
            count[0] += 1
            original(event)

        def frames() -> float:
            settle(0.3)
            count[0], start = 0, time.perf_counter()
            settle(3.0)
            return count[0] / (time.perf_counter() - start)

        window.strip.plot.paintEvent = paint
        print(f"frames a second of the live plots during a scan: {frames():.0f} (target 25)")
        layout = window.saveState()
        for key in window.docks:
            window.panel(key)
        for number, dock in enumerate(window.docks.values()):  # tabs hide panels: each gets a window of its own
            dock.setFloating(True)
            dock.move(40 * number, 30 * number)
            dock.show()
        print(f"the same with each of the {len(window.docks)} panels open in a window of its own: {frames():.0f} "
              "(target 25)")

        def all_open() -> None:
            settle(3.0)

        print(f"worst gap meanwhile: {worst(all_open):.0f} ms (target 50 ms)")
        window.restoreState(layout)
        settle(0.3)
        start = time.perf_counter()
        window.commands.run("run.abort")
        wait_until(lambda: window.state_label.text() != "running", 10.0)
        said = (time.perf_counter() - start) * 1e3
        wait_until(lambda: window.model.run is None, 10.0)
        print(f"abort answered after {said:.0f} ms, file written after {(time.perf_counter() - start) * 1e3:.0f} ms "
              "(target 100 ms)")
        window.model.set_pace(1.0)
        settle(1.0)
        start, used = time.perf_counter(), time.process_time()
        settle(5.0)
        share = (time.process_time() - used) / (time.perf_counter() - start)
        print(f"CPU of the whole window left running in real time: {share:.0%} of one core")
        window.close()


if __name__ == "__main__":
    main()
