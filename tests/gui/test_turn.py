"""Turns of the event loop: what takes long is done in several, what can wait makes none longer."""

import time
from types import SimpleNamespace

from PySide6.QtCore import QObject, QTimer

from gui import turn
from gui.pulse import Pulse


def work(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_a_turn_is_long_when_there_was_work_in_it(qtbot):
    turn.is_long()  # begins to watch
    found = []
    QTimer.singleShot(0, lambda: (work(0.03), found.append(turn.is_long())))
    QTimer.singleShot(30, lambda: found.append(turn.is_long()))
    qtbot.waitUntil(lambda: len(found) == 2)
    assert found == [True, False]


def test_waiting_is_no_work(qtbot):
    found = []
    qtbot.wait(1)
    QTimer.singleShot(0, lambda: (time.sleep(0.03), found.append(turn.is_long())))
    qtbot.waitUntil(lambda: bool(found))
    assert found == [False]


def test_things_are_done_in_order_each_in_a_turn_of_its_own(qtbot):
    parent, done, turns = QObject(), [], []
    each = turn.OneByOne(parent)

    def step(name):
        done.append(name)
        turns.append(turn.is_long())
        work(0.03)

    each.do(lambda: step("first"), lambda: step("second"))
    each.do(lambda: step("third"))
    assert each.busy
    assert done == []
    qtbot.waitUntil(lambda: not each.busy)
    assert done == ["first", "second", "third"]
    assert turns == [False, False, False]  # none came in a turn that another had made long


def test_a_step_that_raises_keeps_no_other_from_being_done(qtbot):
    parent, done = QObject(), []
    each = turn.OneByOne(parent)
    with qtbot.capture_exceptions() as caught:
        each.do(lambda: 1 / 0, lambda: done.append("afterwards"))
        qtbot.waitUntil(lambda: bool(done))
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_the_pulse_waits_for_the_turn_after_a_long_one(qtbot):
    found, parent = [], QObject()
    courtesy = SimpleNamespace(begin=lambda what: None, end=lambda what: None)
    model = SimpleNamespace(lab=SimpleNamespace(run=None, courtesy=courtesy), pull=lambda: found.append(turn.is_long()))
    pulse = Pulse(model, parent)
    busy = QTimer(parent, interval=15)
    busy.timeout.connect(lambda: work(0.014))
    busy.start()
    qtbot.waitUntil(lambda: len(found) > 15, timeout=10_000)
    pulse.stop()
    busy.stop()
    assert not any(found)


def test_the_pulse_goes_on_after_a_part_of_the_window_has_failed(qtbot):
    parent, pulls = QObject(), []
    courtesy = SimpleNamespace(begin=lambda what: None, end=lambda what: None)

    def pull():
        pulls.append(1)
        raise ValueError("what a part made of the news")

    with qtbot.capture_exceptions() as caught:
        pulse = Pulse(SimpleNamespace(lab=SimpleNamespace(run=None, courtesy=courtesy), pull=pull), parent)
        qtbot.waitUntil(lambda: len(pulls) > 3, timeout=5000)
        pulse.stop()
    assert len(caught) >= 3
