"""A library of 500 runs in the window: ``python -m benchmarks.library [RUNS]`` (offscreen by default).

Gaps are the times between ticks of a 1 ms timer in the window's thread; wall time, so a busy machine shows.
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path


def resident() -> float:
    """Return the memory of this process in MB, where Linux tells; else the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1e6
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def fill(folder: Path, runs: int) -> None:
    """Make real runs of both benches, and copies of them with other seeds, dates and notes."""
    import h5py

    from instruments import dragging_bench, spin_inertia_bench
    from vlab import Q_, run
    from vlab.experiments import DwellTimeScan, ModulationFrequencyScan
    from vlab.samples import QuantumDot, SpinEnsemble

    seeds = folder.parent / "seeds"
    made = [run(DwellTimeScan(dwell=Q_(dwell, "s")), dragging_bench(dot, seed=1), save=seeds)
            for dwell in (0.2, 1.0, 5.0) for dot in (QuantumDot.sample_a(), QuantumDot.sample_a("latta2009"))]
    made += [run(ModulationFrequencyScan(), spin_inertia_bench(ensemble, seed=1), save=seeds)
             for ensemble in (SpinEnsemble.n_type(), SpinEnsemble.p_type())]
    files = [Path(data.encoding["source"]) for data in made]
    now = datetime.now(UTC)
    folder.mkdir()
    for number in range(runs):
        copy = folder / f"{number:05}.nc"
        shutil.copy(files[number % len(files)], copy)
        with h5py.File(copy, "r+") as file:
            file.attrs["started"] = (now - timedelta(hours=5 * number)).isoformat(timespec="milliseconds")
            file.attrs["seed"] = number
            if number % 7 == 0:
                file.attrs["note"] = f"the {number}th run"


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSettings, Qt, QTimer
    from PySide6.QtTest import QTest

    from gui.app import be_quick_to_respond, make_application, settle, wait_until
    from gui.desk import Desk
    from gui.lab import Lab
    from gui.library.library_panel import LibraryPanel
    from gui.models import LabModel
    from gui.panels.scan_panel import ScanPanel
    from gui.theme import apply_theme
    from instruments import dragging_bench

    app = make_application()
    be_quick_to_respond()
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    def worst(do: Callable[[], None]) -> str:
        nonlocal last
        gaps.clear()
        start = last = time.perf_counter()
        do()
        tick()
        return f"{time.perf_counter() - start:.2f} s, worst gap {max(gaps) * 1e3:.0f} ms"

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "runs"
        fill(folder, runs)
        theme = apply_theme(app, "light")
        model = LabModel(Lab(dragging_bench))
        model.folder = folder
        model.connected = True  # files are read once there is a laboratory
        desk = Desk(model, theme, QSettings(f"{place}/s.ini", QSettings.Format.IniFormat))
        plot = ScanPanel(desk)
        plot.resize(700, 500)
        plot.show()
        clock = QTimer(interval=1)
        clock.timeout.connect(tick)
        clock.start()

        def opened() -> LibraryPanel:
            panel = LibraryPanel(desk, Path(place) / "index.sqlite")
            panel.resize(500, 600)
            panel.show()
            wait_until(lambda: len(panel.shelf) == runs and not panel.shelf.errands.busy, 120.0)
            return panel

        settle(0.3)
        panels: list[LibraryPanel] = []
        print(f"opening {runs} runs, never read: {worst(lambda: panels.append(opened()))}")
        panels.pop().deleteLater()
        settle(0.1)
        print(f"opening {runs} runs, from the index: {worst(lambda: panels.append(opened()))}")
        panel = panels[0]

        def typing() -> None:
            panel.search.setFocus()
            for letter in "modulation p-type seed":
                QTest.keyClick(panel.search, letter)  # type: ignore[call-overload]
                settle(0.02)
            panel.search.clear()
            settle(0.02)

        print(f"typing 22 letters into the search line, 20 ms each: {worst(typing)}")
        began = time.perf_counter()
        for text in ("latta2009", "", "2026 dwell", "today", ""):
            panel.shelf.search(text)
        print(f"one search with a new list: {1e3 * (time.perf_counter() - began) / 5:.1f} ms")

        def scrolling() -> None:
            bar = panel.list.verticalScrollBar()
            for step in range(100):
                bar.setValue(bar.maximum() * step // 99)
                settle(0.01)

        print(f"scrolling from end to end in 100 steps, 10 ms each: {worst(scrolling)}")

        def arrows() -> None:
            panel.list.setFocus()
            panel.list.setCurrentIndex(panel.list.runs.index(0))
            for _ in range(60):
                QTest.keyClick(panel.list, Qt.Key.Key_Down)  # type: ignore[call-overload]
                settle(0.01)

        print(f"60 runs down by the arrow key: {worst(arrows)}")

        def open_and_close(first: int, count: int) -> None:
            for number in range(first, first + count):
                panel.list.select([panel.shelf.rows[number % runs].entry.path])
                panel.show_chosen()
                wait_until(lambda: bool(model.scans), 20.0)
                settle(0.0)
                panel.show_chosen()
                settle(0.0)
            assert not model.scans

        def kept() -> float:
            gc.collect()  # outside of what is timed: it takes a fifth of a second
            return resident()

        open_and_close(0, 50)
        before = kept()
        print(f"opening and closing a run 100 times: {worst(lambda: open_and_close(50, 100))}")
        middle = kept()
        print(f"and 400 times more: {worst(lambda: open_and_close(150, 400))}")
        print(f"memory: {before:.1f} MB before, {middle:.1f} MB after 100, {kept():.1f} MB after 500")
        panel.close()
        plot.close()
        settle(0.1)


if __name__ == "__main__":
    main()
