"""Starting the window: application, theme, lab thread, picture. With the command line, the only file that knows all."""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import (
    QCoreApplication,
    QEventLoop,
    QMessageLogContext,
    QSettings,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from gui.lab import Lab
from gui.main_window import MainWindow
from gui.models import LabModel
from gui.rehearsal import prepared_bench
from gui.theme import Mode, apply_theme
from instruments.benches import BENCHES
from vlab.experiments import EXPERIMENTS, DwellTimeScan

_FIRST_LOOK_MS = 250


def _quiet(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:  # noqa: ARG001
    """Pass on what Qt says, but for what its offscreen platform cannot do and nobody needs."""
    if not text.startswith("This plugin does not support"):
        print(text, file=sys.stderr)


def be_quick_to_respond() -> None:
    """Tune the interpreter for a window beside a busy thread: short turns, rare and small garbage collections."""
    sys.setswitchinterval(2e-4)
    gc.set_threshold(50_000, 20, 100)


def keep_what_stands() -> None:
    """Spare the garbage collector what will stay as long as the window: to look through it all takes half a second."""
    gc.freeze()


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
    last = EXPERIMENTS.get(str(settings.value("experiment")), DwellTimeScan)
    lab = Lab(partial(prepared_bench, BENCHES[last.bench]))
    model = LabModel(lab, last)
    window = MainWindow(model, theme, settings)
    model.tell_preparation(model.kind)
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
    window.complete.connect(keep_what_stands)
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
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Let the window work until ``done()`` is true; return whether it became so in time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        settle(0.005)
    return True


def has_display() -> bool:
    """Return whether a window can be shown here."""
    if os.environ.get("QT_QPA_PLATFORM"):
        return True
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
