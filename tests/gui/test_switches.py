"""Two combo boxes that look otherwise: a row of words, and a switch."""

import itertools

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.widgets.rocker import Rocker
from gui.widgets.segments import Segments

Key = Qt.Key


@pytest.fixture
def board(qtbot):
    board = QWidget()
    column = QVBoxLayout(board)
    board.row, board.rocker, board.elsewhere = Segments(), Rocker(), QLineEdit()
    for words, box in ((("6", "12", "18", "24"), board.row), (("open", "closed"), board.rocker)):
        for word in words:
            box.addItem(word, f"{word}!")
    for widget in (board.elsewhere, board.row, board.rocker):
        column.addWidget(widget)
    board.told = []
    board.row.activated.connect(board.told.append)
    board.rocker.activated.connect(board.told.append)
    board.resize(240, 120)
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


def test_a_click_chooses_the_word_under_it(qtbot, board):
    for index, data in ((3, "24!"), (1, "12!"), (2, "18!"), (2, "18!")):  # of the chosen one it says nothing
        qtbot.mouseClick(board.row, Qt.MouseButton.LeftButton, pos=board.row.cell(index).center())
        assert board.row.currentData() == data
    assert board.told == [3, 1, 2]


def test_the_cells_fill_the_row(board):
    cells = [board.row.cell(i) for i in range(4)]
    assert cells[0].left() == 0
    assert cells[-1].right() == board.row.width() - 1
    assert all(a.right() + 1 == b.left() for a, b in itertools.pairwise(cells))


def test_arrows_go_along_the_row_and_stop_at_its_end(qtbot, board):
    board.row.setFocus()
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Right, Key.Key_Right, Key.Key_Left):
        qtbot.keyClick(board.row, key)
    assert board.told == [1, 2, 3, 2]


def test_the_wheel_passes_by_without_focus(board):
    for box in (board.row, board.rocker):
        roll(box, -1)
    assert board.told == []
    board.row.setFocus()
    roll(board.row, -1)
    assert board.told == [1]


def test_a_click_switches_over_and_back(qtbot, board):
    rocker = board.rocker
    assert rocker.is_on
    qtbot.mouseClick(rocker, Qt.MouseButton.LeftButton)
    assert (rocker.currentText(), rocker.is_on) == ("closed", False)
    qtbot.mouseClick(rocker, Qt.MouseButton.LeftButton)
    assert board.told == [1, 0]


def test_a_hand_that_goes_away_switches_nothing(qtbot, board):
    qtbot.mousePress(board.rocker, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(board.rocker, Qt.MouseButton.LeftButton, pos=QPoint(5, -40))
    assert board.told == []


def test_keys_switch(qtbot, board):
    board.rocker.setFocus()
    qtbot.keyClick(board.rocker, Key.Key_Space)
    qtbot.keyClick(board.rocker, Key.Key_Left)  # there already
    qtbot.keyClick(board.rocker, Key.Key_Right)
    assert board.told == [1, 0]


def test_what_still_moves_is_told(board):
    before = board.rocker.grab().toImage()
    board.rocker.set_moving("19 s")
    assert "19 s" in board.rocker.accessibleDescription()
    assert board.rocker.grab().toImage() != before
    board.rocker.set_moving("")
    assert board.rocker.accessibleDescription() == ""


def test_no_word_is_cut(board):
    for box in (board.row, board.rocker):
        assert box.width() >= box.minimumSizeHint().width()
        longest = max(box.fontMetrics().horizontalAdvance(box.itemText(i)) for i in range(box.count()))
        assert box.minimumSizeHint().width() >= longest


def test_no_popup_opens(qtbot, board):
    for box in (board.row, board.rocker):
        box.setFocus()
        qtbot.keyClick(box, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        assert not box.view().isVisible()
