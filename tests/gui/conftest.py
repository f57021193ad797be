"""Tests of the window: no display is needed, and no test leaves a widget or a thread behind.

Set ``VLAB_TEST_DISPLAY`` to anything to see the windows.
"""

from __future__ import annotations

import gc
import os
import sys
import threading

import pytest
from hypothesis import settings

if not os.environ.get("VLAB_TEST_DISPLAY"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # read when the application is made

settings.register_profile("gui", deadline=None)  # other people's jobs run on the same cores
settings.load_profile("gui")


def _windows():
    """Return the top-level widgets there are; Qt keeps its one tool-tip label for itself."""
    qt = sys.modules.get("PySide6.QtWidgets")
    app = qt and qt.QApplication.instance()
    if not app:
        return []
    return [w for w in app.topLevelWidgets() if w.metaObject().className() != "QTipLabel"]


def _let_go():
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


@pytest.fixture(autouse=True)
def no_leaked_widgets():
    """Fail a test that leaves a window or a parentless widget."""
    before = _windows()
    yield
    for collect in (lambda: None, gc.collect):  # which takes a while, and is seldom needed
        if [w for w in _windows() if w not in before]:
            collect()
            _let_go()
    left = [w for w in _windows() if w not in before]
    assert not left, f"left behind: {left}"


@pytest.fixture(autouse=True)
def no_leaked_threads():
    """Fail a test that leaves a thread running, its own or one of Qt's pool."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before]
    for thread in left:
        thread.join(2.0)
    assert not [t for t in left if t.is_alive()], f"left running: {left}"
    core = sys.modules.get("PySide6.QtCore")
    assert core is None or core.QThreadPool.globalInstance().waitForDone(2000)


@pytest.fixture(autouse=True, scope="session")
def no_leaked_qthreads():
    """Fail if a QThread is left running; looked for once, because all objects are looked at."""
    yield
    gc.collect()  # the interpreter, at its end, would take plots apart under Qt's eyes
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:
        threads = [o for o in gc.get_objects() if issubclass(type(o), core.QThread)]
        assert not [t for t in threads if t.isRunning()]
