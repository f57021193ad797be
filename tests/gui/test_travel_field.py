"""A travel with its target and the place reached; a slider that moves the target."""

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.widgets.ramp_bar import RampBar
from gui.widgets.travel_field import TravelField

Key = Qt.Key


@pytest.fixture
def board(qtbot):
    board = QWidget()
    column = QVBoxLayout(board)
    board.field, board.elsewhere = TravelField("ns", -0.5e-9, 13e-9, value=0.0), QLineEdit()
    column.addWidget(board.elsewhere)
    column.addWidget(board.field)
    board.told = []
    board.field.valueEdited.connect(board.told.append)
    board.resize(320, 120)
    board.show()
    qtbot.waitExposed(board)
    board.activateWindow()
    qtbot.waitUntil(board.isActiveWindow)
    board.elsewhere.setFocus()
    yield board
    shiboken6.delete(board)


def test_places_and_pixels_are_inverse(qtbot):
    bar = RampBar(-9.0, 9.0, ("-9 T", "9 T"))
    qtbot.addWidget(bar)
    bar.resize(300, bar.sizeHint().height())
    assert (bar.place(-9.0), bar.place(0.0), bar.place(9.0), bar.place(99.0)) == (0.0, 0.5, 1.0, 1.0)
    assert bar.pixel(0.0) == pytest.approx(150.0)
    assert bar.value_at(bar.pixel(4.5)) == pytest.approx(4.5)


def test_the_way_is_drawn_until_it_is_gone(qtbot):
    bar = RampBar(-9.0, 9.0)
    qtbot.addWidget(bar)
    bar.show_way(1.0, 4.5, "to 1 T, 7:00 left")
    assert not bar.arrived
    assert bar.accessibleDescription() == bar.words == "to 1 T, 7:00 left"
    there = bar.grab().toImage()
    bar.show_way(1.0, 1.0)
    assert bar.arrived
    assert bar.grab().toImage() != there
    assert bar.accessibleDescription() == "at 56 % of the travel"


def test_the_target_goes_when_the_hand_lets_go(qtbot, board):
    slider = board.field.slider
    start, end = QPoint(round(slider.pixel(0.0)), 10), QPoint(round(slider.pixel(6e-9)), 10)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(slider, end)
    assert board.told == []
    board.field.setValue(2e-9)  # an older snapshot does not take it out of the hand
    assert slider.target == pytest.approx(6e-9, abs=0.1e-9)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=end)
    assert board.told == [pytest.approx(6e-9, abs=0.1e-9)]
    assert board.field.value() == board.told[0]


def test_a_press_beside_the_mark_or_a_drag_taken_back_moves_nothing(qtbot, board):
    slider = board.field.slider
    mark, beside = QPoint(round(slider.pixel(0.0)), 10), QPoint(round(slider.pixel(6e-9)), 10)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=beside)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=mark)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=mark)
    qtbot.mouseMove(slider, beside)
    qtbot.keyClick(slider, Key.Key_Escape)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=beside)
    assert board.told == []
    assert slider.target == 0.0


def test_keys_move_the_target(qtbot, board):
    board.field.slider.setFocus()
    for key, expected in ((Key.Key_Right, 0.135e-9), (Key.Key_Left, -0.135e-9), (Key.Key_PageUp, 1.35e-9),
                          (Key.Key_Home, -0.5e-9), (Key.Key_End, 13e-9)):
        board.field.setValue(0.0)
        qtbot.keyClick(board.field.slider, key)
        assert board.told.pop() == pytest.approx(expected)


def test_the_wheel_passes_by_without_focus(board):
    slider, window = board.field.slider, board

    def roll():
        QTest.wheelEvent(window.windowHandle(), slider.mapTo(window, slider.rect().center()).toPointF(), QPoint(0, 120))

    roll()
    assert board.told == []
    slider.setFocus()
    roll()
    assert board.told == [pytest.approx(0.135e-9)]


def test_typing_moves_the_mark(qtbot, board):
    field = board.field
    qtbot.mouseClick(field.lineEdit(), Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field.lineEdit(), "5 ns")
    qtbot.keyClick(field.field, Key.Key_Return)
    assert board.told == [pytest.approx(5e-9)]
    assert field.slider.target == pytest.approx(5e-9)


def test_what_is_reached_moves_no_target(board):
    board.field.setValue(10e-9)
    board.field.show_actual(3e-9, "to 10 ns")
    assert (board.field.value(), board.field.slider.actual, board.field.slider.words) == (10e-9, 3e-9, "to 10 ns")
    assert board.told == []


def test_other_limits_hold_for_both(board):
    board.field.setRange(0.0, 1e-9)
    assert (board.field.minimum(), board.field.maximum()) == (0.0, 1e-9)
    assert (board.field.slider.low, board.field.slider.high) == (0.0, 1e-9)
