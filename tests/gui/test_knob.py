"""A knob in a hand: keys, wheel, mouse; and what the model shows on it."""

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.knob_scale import KnobScale
from gui.widgets.knob import Knob
from gui.widgets.knob_field import KnobField

Key = Qt.Key


@pytest.fixture
def board(qtbot):
    """A window with a knob, a knob with a field, and another place for the focus."""
    board = QWidget()
    column = QVBoxLayout(board)
    board.knob = Knob(KnobScale(1e-5, 3e4, (1.0, 3.0)))
    board.knob.show_value(1.0)
    board.both = KnobField("s", 1e-5, 3e4, value=1.0, series=(1.0, 3.0))
    board.elsewhere = QLineEdit()
    for widget in (board.elsewhere, board.knob, board.both):
        column.addWidget(widget)
    board.told = []
    board.knob.turned.connect(board.told.append)
    board.both.valueEdited.connect(board.told.append)
    board.show()
    qtbot.waitExposed(board)
    board.activateWindow()
    qtbot.waitUntil(board.isActiveWindow)
    board.elsewhere.setFocus()
    yield board
    shiboken6.delete(board)


def roll(widget, notches):
    window = widget.window()
    QTest.wheelEvent(window.windowHandle(), widget.mapTo(window, widget.rect().center()).toPointF(),
                     QPoint(0, 120 * notches))


def test_keys_step_through_the_marks(qtbot, board):
    board.knob.setFocus()
    for key, expected in ((Key.Key_Up, 3.0), (Key.Key_Right, 3.0), (Key.Key_Down, 0.3), (Key.Key_Left, 0.3),
                          (Key.Key_PageUp, 10.0), (Key.Key_PageDown, 0.1), (Key.Key_Home, 1e-5), (Key.Key_End, 3e4)):
        board.knob.show_value(1.0)
        qtbot.keyClick(board.knob, key)
        assert board.told.pop() == pytest.approx(expected)
        assert board.knob.shown == pytest.approx(expected)
    assert board.told == []


def test_the_wheel_turns_only_with_focus(board):
    roll(board.knob, 1)
    assert board.told == []
    board.knob.setFocus()
    roll(board.knob, 2)
    assert board.told == [pytest.approx(10.0)]


def test_dragging_upwards_turns_it_up_step_by_step(qtbot, board):
    knob, start = board.knob, board.knob.rect().center()
    qtbot.mousePress(knob, Qt.MouseButton.LeftButton, pos=start)
    assert knob.held
    qtbot.mouseMove(knob, start - QPoint(0, 11))
    assert board.told == []
    qtbot.mouseMove(knob, start - QPoint(0, 13))
    qtbot.mouseMove(knob, start - QPoint(0, 26))
    qtbot.mouseRelease(knob, Qt.MouseButton.LeftButton, pos=start - QPoint(0, 26))
    assert board.told == pytest.approx([3.0, 10.0])
    assert not knob.held


def test_at_its_end_it_says_nothing(qtbot, board):
    board.knob.show_value(3e4)
    board.knob.setFocus()
    qtbot.keyClick(board.knob, Key.Key_Up)
    assert board.told == []


def test_showing_a_value_between_two_marks_tells_nobody(board):
    board.knob.show_value(0.7)
    assert board.knob.shown == 0.7
    assert board.told == []
    assert board.knob.scale.marks[board.knob.value()] == 1.0  # for screen readers: the nearest mark


def test_assistive_technology_can_turn_it(board):
    value = QAccessible.queryAccessibleInterface(board.knob).valueInterface()
    value.setCurrentValue(value.currentValue() + 1)
    assert board.told == [pytest.approx(3.0)]


def test_it_draws_where_it_stands(board):
    before = board.knob.grab().toImage()
    board.knob.show_value(100.0)
    assert board.knob.grab().toImage() != before


# --- with a field


def test_typing_turns_the_knob_and_turning_writes_the_text(qtbot, board):
    both = board.both
    qtbot.mouseClick(both.lineEdit(), Qt.MouseButton.LeftButton)
    both.selectAll()
    qtbot.keyClicks(both.lineEdit(), "700 ms")
    qtbot.keyClick(both.field, Key.Key_Return)
    assert board.told == [pytest.approx(0.7)]
    assert both.knob.shown == pytest.approx(0.7)
    both.knob.setFocus()
    qtbot.keyClick(both.knob, Key.Key_Up)
    assert board.told == pytest.approx([0.7, 1.0])
    assert both.value() == 1.0
    assert both.text() in ("1 s", "1000 ms")
    assert both.knob.accessibleDescription() == both.text()


def test_the_model_shows_a_value_on_both_and_nobody_is_told(board):
    board.both.setValue(0.03)
    assert (board.both.knob.shown, board.both.text()) == (0.03, "30 ms")
    assert board.told == []


def test_a_knob_in_a_hand_is_left_alone(qtbot, board):
    knob = board.both.knob
    qtbot.mousePress(knob, Qt.MouseButton.LeftButton)
    board.both.setValue(5.0)
    assert (knob.shown, board.both.value()) == (1.0, 1.0)
    qtbot.mouseRelease(knob, Qt.MouseButton.LeftButton)
    board.both.setValue(5.0)
    assert (knob.shown, board.both.value()) == (5.0, 5.0)


def test_other_limits_hold_for_both(qtbot, board):
    board.both.setRange(0.01, 2.0)
    assert (board.both.minimum(), board.both.maximum()) == (0.01, 2.0)
    board.both.knob.setFocus()
    qtbot.keyClick(board.both.knob, Key.Key_End)
    assert board.told == [2.0]


def test_names_and_help_reach_the_knob(board):
    board.both.setAccessibleName("lockin time constant")
    board.both.setHelp("Set the time constant.")
    assert board.both.knob.accessibleName() == "lockin time constant knob"
    assert board.both.field.accessibleName() == "lockin time constant"
    assert board.both.knob.toolTip().startswith("Set the time constant.")
    assert board.both.toolTip() == "Set the time constant."
    assert board.both.unit() == "s"
