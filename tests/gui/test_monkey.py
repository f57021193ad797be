"""A monkey at the window: for a minute it clicks, types and rolls at random. Nothing raises, and it seldom waits."""

import gc
import random
import sys
import time
import traceback
from collections import Counter
from contextlib import contextmanager

import pytest
import shiboken6
from laboratory import laboratory
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from gui.app import be_quick_to_respond, keep_what_stands

SECONDS = 60.0
FREEZE = 0.1
"""Seconds without a turn of the event loop that count as a freeze, where they are the window's own doing."""
SELDOM = 0.01
"""Part of the deeds that may freeze the window: two cores with other tests on them count seconds twice."""
LONGEST = 0.5
"""Seconds of its own work that no deed may take, on such cores."""
STALL = 5.0
"""Seconds that count whatever the machine was doing: a lock that is waited for costs no processor time."""
WORDS = ("5", "200 ms", "0,4 ueV", "-30", "1e99", "nonsense", "", "3 kT", "250u", "0", "dwell", "-", "1 2 3", "µ")
KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left,
        Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_Space, Qt.Key.Key_Delete,
        Qt.Key.Key_F1)
TARGETS = (QAbstractButton, QAbstractSpinBox, QComboBox, QTabBar, QAbstractSlider, QLineEdit, QPlainTextEdit)
LEFT_ALONE = {"window.quit", "view.full"}


class Heartbeat:
    """Notes how long the event loop did not turn, what the process spent meanwhile, and on what."""

    def __init__(self, parent, monkey):
        self.gaps = []
        self._monkey, self._deeds = monkey, monkey.deeds
        self._last, self._spent = time.monotonic(), self._own()
        self._timer = QTimer(parent, interval=4, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _own(self):
        return time.thread_time() - self._monkey.thought

    def _beat(self):
        now, spent = time.monotonic(), self._own()
        self.gaps.append((now - self._last, spent - self._spent, self._deeds[-1] if self._deeds else ""))
        self._last, self._spent = now, spent

    def freezes(self, longer_than):
        """The gaps that are ours: long, and the window's thread was at work in them."""
        return [gap for gap in self.gaps if gap[1] > longer_than]


class Monkey:
    def __init__(self, window, seed):
        self._window = window
        self._chance = random.Random(seed)
        self.deeds = []
        self.thought = 0.0
        """Seconds of the window's thread in which the monkey looked around, which are not the window's doing."""
        self._tired = False
        self._rest()

    def _rest(self):
        # one timer a deed: one that is at work does not fire in the event loop of a dialog that it has opened
        QTimer.singleShot(12, self._window, self.act)

    def stop(self):
        self._tired = True

    def act(self):
        if self._tired:
            return
        self._rest()
        app = QApplication.instance()
        popup, modal = app.activePopupWidget(), app.activeModalWidget()
        if popup is not None:
            self._at(popup, "popup", lambda: self._leave_or_pick(popup))
            return
        if modal is not None:
            self._at(modal, "dialog", lambda: QTest.keyClick(modal, Qt.Key.Key_Escape))
            return
        choice = self._chance.random()
        if choice < 0.06:
            keys = [c.key for c in self._window.commands if c.key not in LEFT_ALONE]
            key = self._chance.choice(keys)
            self._at(self._window, f"command {key}", lambda: self._window.commands.run(key))
            return
        places, hands = self._places()
        widget = self._chance.choice(hands if hands and choice < 0.8 else places)
        spot = QPoint(self._chance.randrange(max(1, widget.width())), self._chance.randrange(max(1, widget.height())))
        what = self._chance.random()
        if what < 0.5:
            self._at(widget, "click", lambda: QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=spot))
        elif what < 0.56:
            self._at(widget, "double click", lambda: QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=spot))
        elif what < 0.62:
            self._at(widget, "drag", lambda: self._drag(widget, spot))
        elif what < 0.74:
            self._at(widget, "wheel", lambda: self._roll(widget, spot))
        elif what < 0.88:
            word = self._chance.choice(WORDS)
            self._at(widget, f"type {word!r}", lambda: self._type(widget, word))
        else:
            key = self._chance.choice(KEYS)
            self._at(widget, f"key {key.name}", lambda: QTest.keyClick(widget, key))

    def _places(self):
        """What can be seen of the window, and what of it hands can do something with."""
        began = time.thread_time()
        places = [w for w in self._window.findChildren(QWidget) if w.isVisible() and w.isEnabled()
                  and not w.visibleRegion().isEmpty()]
        hands = [w for w in places if isinstance(w, TARGETS)]
        self.thought += time.thread_time() - began
        return places, hands

    def _at(self, widget, deed, do):
        name = widget.accessibleName() or widget.objectName() or type(widget).__name__
        if isinstance(widget, QAbstractButton):
            name = f"{name} {widget.text()}"
        self.deeds.append(f"{deed} at {name}")
        do()

    def _leave_or_pick(self, popup):
        if isinstance(popup, QMenu) and popup.actions() and self._chance.random() < 0.4:
            action = self._chance.choice(popup.actions())
            if action.isEnabled() and action.text().replace("&", "") != "Quit" and "ull screen" not in action.text():
                QTest.mouseClick(popup, Qt.MouseButton.LeftButton, pos=popup.actionGeometry(action).center())
                return
        QTest.keyClick(popup, Qt.Key.Key_Escape)

    def _type(self, widget, word):
        """Type a word letter by letter: nobody's keys come without a pause."""
        if word and shiboken6.isValid(widget):
            QTest.keyClicks(widget, word[0])
            QTimer.singleShot(0, self._window, lambda: self._type(widget, word[1:]))

    def _drag(self, widget, spot):
        end = QPoint(self._chance.randrange(max(1, widget.width())), self._chance.randrange(max(1, widget.height())))
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=spot)
        QTest.mouseMove(widget, end)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)

    def _roll(self, widget, spot):
        angle = QPoint(0, self._chance.choice((-120, 120)))
        where = QPointF(spot)
        QApplication.sendEvent(widget, QWheelEvent(
            where, widget.mapToGlobal(where), QPoint(), angle, Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False))


@contextmanager
def tuned():
    """Have the interpreter as the program has it, and put it back."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    be_quick_to_respond()
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
        gc.unfreeze()


@pytest.mark.slow
@pytest.mark.minutes
def test_a_monkey_for_a_minute(qapp, qtbot, tmp_path, monkeypatch):
    for ask in ("getExistingDirectory", "getSaveFileName", "getOpenFileName", "getOpenFileNames"):
        answer = "" if ask == "getExistingDirectory" else ([], "") if ask.endswith("s") else ("", "")
        monkeypatch.setattr(QFileDialog, ask, staticmethod(lambda *_, answer=answer, **__: answer))
    raised = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: raised.append((kind, error, trace)))
    monkeypatch.chdir(tmp_path)
    with tuned(), laboratory(qapp, qtbot, tmp_path) as window, qtbot.capture_exceptions() as caught:
        window.complete.connect(keep_what_stands)
        monkey = Monkey(window, seed=20)
        heart = Heartbeat(window, monkey)
        qtbot.wait(int(1e3 * SECONDS / 6))  # everything was seen once, as by somebody who works here
        heart.gaps.clear()
        qtbot.wait(int(1e3 * SECONDS))
        monkey.stop()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()
        print(len(monkey.deeds), "deeds:", Counter(d.split(" at ")[0].split(" ")[0] for d in monkey.deeds))
        print("runs:", len(window.model.scans), "bench:", window.model.kind.key)
        for wall, cpu, deed in sorted(heart.gaps)[-25:]:
            print(f"{1e3 * wall:.0f} ms, of which {1e3 * cpu:.0f} ms here: {deed}")
        # the laboratory still works
        window.model.abort()
        qtbot.waitUntil(lambda: window.model.run is None and window.model.connected, timeout=60_000)
        assert window.model.lab.alive
        qtbot.waitUntil(lambda: not window.docking.busy, timeout=10_000)  # nothing stays under the veil
        assert not window.docking.painting.isVisible()
        assert not raised, "".join(traceback.format_exception(raised[0][1]))
        assert not caught, ("".join(traceback.format_exception(caught[0][1])), monkey.deeds[-5:])
        assert len(monkey.deeds) > 500
        print(f"{len(heart.freezes(FREEZE))} freezes over {1e3 * FREEZE:.0f} ms")
        assert len(heart.freezes(FREEZE)) < SELDOM * len(monkey.deeds), heart.freezes(FREEZE)
        assert max(cpu for _, cpu, _ in heart.gaps) < LONGEST
        assert max(wall for wall, _, _ in heart.gaps) < STALL
