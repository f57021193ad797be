"""Starting the window: application, theme, lab thread, picture. With the command line, the only file that knows all."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QCoreApplication, QMessageLogContext, QSettings, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from gui.lab import Lab
from gui.main_window import MainWindow
from gui.models import LabModel
from gui.theme import Mode, apply_theme
from instruments.benches import dragging_bench
from vlab import Q_, run
from vlab.experiments import DwellTimeScan
from vlab.physics.kernel import cache_folder

if TYPE_CHECKING:
    from instruments.dragging import DraggingBench

WARM_UP = "from instruments import dragging_bench; b = dragging_bench(); b.clock.sleep(0.05)"


_FIRST_LOOK_MS = 250


def prepared_bench() -> DraggingBench:
    """Return a bench, with its kernels compiled by a child process so that the window stays free."""
    if not kernels_are_compiled():
        quiet = subprocess.DEVNULL
        subprocess.run([sys.executable, "-c", WARM_UP], check=False, stdout=quiet, stderr=quiet)
    # everything that a run needs is used once on a bench that is thrown away, so that nothing is loaded amid data
    with tempfile.TemporaryDirectory() as folder:
        rehearsal = DwellTimeScan(start=Q_(1.0, "ueV"), stop=Q_(-1.0, "ueV"), step=Q_(1.0, "ueV"), dwell=Q_(0.02, "s"))
        run(rehearsal, dragging_bench(), save=folder)
    return dragging_bench()


def kernels_are_compiled() -> bool:
    """Return whether machine code of this version of the physics is at hand."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob("*.nbc"))


def _quiet(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:  # noqa: ARG001
    """Pass on what Qt says, but for what its offscreen platform cannot do and nobody needs."""
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)


def be_quick_to_respond() -> None:
    """Tune the interpreter for a window beside a busy thread: short turns, rare and small garbage collections."""
    sys.setswitchinterval(2e-4)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def make_application(arguments: list[str] | None = None) -> QApplication:
    """Return the application, with its name for settings."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QCoreApplication.setOrganizationName("vlab")
    QCoreApplication.setApplicationName("vlab")
    qInstallMessageHandler(_quiet)
    app = QApplication(arguments or ["vlab"])
    app.setApplicationDisplayName("vlab")
    return app


def make_window(settings: QSettings | None = None, mode: Mode | None = None) -> MainWindow:
    """Return the window; its laboratory starts a moment after the event loop does.

    Parameters
    ----------
    settings : QSettings, optional
        Where layout and choices are kept; the user's by default.
    mode : {"system", "light", "dark"}, optional
        Overrides the kept choice of colours.
    """
    app = make_application()
    settings = settings or QSettings()
    theme = apply_theme(app, mode or str(settings.value("theme", "system")))  # type: ignore[arg-type]
    lab = Lab(prepared_bench)
    model = LabModel(lab)
    window = MainWindow(model, theme, settings)
    if not kernels_are_compiled():
        model.notice("info", "Preparing the physics engine; this takes some seconds at the first start …")
    QTimer.singleShot(_FIRST_LOOK_MS, lab.start)  # once the window stands: both at a time would slow its first look
    return window


def report_surprises(model: LabModel) -> None:
    """Turn errors that nobody foresaw into a notice; the details go to a file, the window stays."""
    folder = platformdirs.user_log_path("vlab", appauthor=False)

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with open(folder / "errors.txt", "a", encoding="utf-8") as file:
                file.write("".join(traceback.format_exception(kind, error, trace)) + "\n")
            where = f"The details are in {folder / 'errors.txt'}."
        except OSError:
            where = ""
        model.notice("error", f"Something went wrong in the window ({error}); the laboratory goes on. {where}")

    sys.excepthook = report


def open_window(screenshot: Path | None = None, mode: Mode | None = None) -> int:
    """Open the laboratory and return when it is closed.

    Parameters
    ----------
    screenshot : Path, optional
        Save a picture of the window when it is drawn, and end.
    mode : {"system", "light", "dark"}, optional
        Colours.
    """
    be_quick_to_respond()
    app = make_application()
    window = make_window(mode=mode)
    report_surprises(window.model)
    window.show()
    if screenshot is None:
        QTimer.singleShot(300, window.greet_first_start)
        return app.exec()
    wait_until(lambda: window.model.connected, 60.0)
    settle(0.6)
    saved = window.grab().save(str(screenshot))
    window.close()
    if not saved:
        print(f"vlab: the picture {screenshot} cannot be written.", file=sys.stderr)
        return 1
    print(screenshot)
    return 0


def settle(seconds: float) -> None:
    """Let the window work for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Let the window work until ``done()`` is true; return whether it became so in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        if done():
            return True
        time.sleep(0.005)
    return False


def has_display() -> bool:
    """Return whether a window can be shown here."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return True
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
