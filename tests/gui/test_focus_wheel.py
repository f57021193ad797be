"""The wheel rolls past boxes that have no focus: nothing changes, the area around scrolls."""

import pytest
from laboratory import laboratory
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QMenu, QScrollArea, QVBoxLayout, QWidget

from gui.panels.experiment_form import ExperimentForm
from gui.widgets.focus_wheel import ComboBox, SpinBox
from vlab.experiments import EXPERIMENTS


@pytest.fixture
def window(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        yield window


def roll(widget, notches=-1):
    """Turn the wheel with the pointer over a widget; Qt finds who gets it."""
    window = widget.window()
    middle = QPointF(widget.mapTo(window, widget.rect().center()))
    QTest.wheelEvent(window.windowHandle(), middle, QPoint(0, 120 * notches))


class Sheet(QScrollArea):
    """Two boxes at the top of something tall."""

    def __init__(self):
        super().__init__()
        self.word, self.number = ComboBox(), SpinBox()
        self.word.addItems(["a", "b", "c"])
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.addWidget(self.word)
        column.addWidget(self.number)
        column.addSpacing(2000)
        self.setWidget(inner)
        self.setWidgetResizable(True)


@pytest.fixture
def sheet(qtbot):
    made = Sheet()
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.setFocus()
    return made


@pytest.mark.parametrize("name", ["word", "number"])
def test_without_focus_the_area_scrolls(sheet, name):
    box = getattr(sheet, name)
    roll(box)
    assert (sheet.word.currentText(), sheet.number.value()) == ("a", 0)
    assert sheet.verticalScrollBar().value() > 0
    assert not box.hasFocus()


def test_with_focus_the_wheel_turns_the_box(sheet):
    sheet.word.setFocus()
    roll(sheet.word)
    assert sheet.word.currentText() == "b"
    sheet.number.setFocus()
    roll(sheet.number, +1)
    assert sheet.number.value() == 1
    assert sheet.verticalScrollBar().value() == 0


def boxes(widget):
    """Return all boxes of a widget except those in the menus of plots."""
    found = [*widget.findChildren(QComboBox), *widget.findChildren(QAbstractSpinBox)]
    return [box for box in found if not isinstance(box.window(), QMenu) and not in_menu(box)]


def in_menu(widget):
    while widget is not None and not isinstance(widget, QMenu):
        widget = widget.parent()
    return widget is not None


def takes_the_wheel(box):
    return box.focusPolicy() == Qt.FocusPolicy.WheelFocus or "wheelEvent" not in own_methods(type(box))


def own_methods(kind):
    return {name for base in kind.__mro__ if base.__module__.startswith("gui.") for name in vars(base)}


def test_no_box_of_the_window_is_turned_in_passing(qtbot, window):
    qtbot.waitUntil(lambda: bool(window.path.cables), timeout=5000)
    found = boxes(window)
    assert len(found) > 30
    assert not [box.accessibleName() for box in found if takes_the_wheel(box)]


@pytest.mark.parametrize("kind", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_no_box_of_a_form_is_turned_in_passing(qtbot, kind):
    form = ExperimentForm(kind)
    qtbot.addWidget(form)
    assert not [box.accessibleName() for box in boxes(form) if takes_the_wheel(box)]


def test_rolling_past_a_cable_leaves_it_in(qtbot, window):
    window.resize(1280, 800)
    window.docks["path"].raise_()
    window.path.more.setChecked(True)
    view = window.path.view
    qtbot.waitUntil(lambda: bool(window.path.cables) and view.verticalScrollBar().maximum() > 0, timeout=5000)
    box = window.path.cables["lockin.signal"]
    qtbot.waitUntil(box.isVisible, timeout=5000)
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert view.viewport().rect().contains(box.mapTo(view.viewport(), box.rect().center()))
    before = bar.value()
    roll(box, +1)
    assert box.currentText() == "detector.output"
    assert bar.value() < before
