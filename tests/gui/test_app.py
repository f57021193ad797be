"""Starting the window from the command line, its picture, and what happens when something goes wrong."""

import os
import subprocess
import sys

import pytest
from laboratory import laboratory
from PySide6.QtGui import QImage

from gui import app as start_up


@pytest.mark.slow
def test_a_picture_of_the_window(tmp_path):
    picture = tmp_path / "window.png"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "vlab", "gui", "--screenshot", str(picture), "--theme", "dark"],
                          capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    image = QImage(str(picture))
    assert image.width() >= 1000
    assert len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}) > 20


@pytest.mark.slow
def test_no_display_is_a_sentence(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    if not sys.platform.startswith("linux"):
        return
    done = subprocess.run([sys.executable, "-m", "vlab", "gui"], capture_output=True, text=True, timeout=60,
                          env=environment, check=False)
    assert done.returncode == 1
    assert "there is no display" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_surprises_become_notices(qapp, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(start_up.platformdirs, "user_log_path", lambda *_, **__: tmp_path / "log")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with laboratory(qapp, qtbot, tmp_path) as window:
        start_up.report_surprises(window.model)
        sys.excepthook(ZeroDivisionError, ZeroDivisionError("a bug"), None)
        assert "a bug" in window.bar.label.text()
        assert "the laboratory goes on" in window.bar.label.text()
        assert "ZeroDivisionError" in (tmp_path / "log" / "errors.txt").read_text()
