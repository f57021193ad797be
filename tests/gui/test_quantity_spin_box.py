"""The field for a quantity, driven as by a hand: keys, mouse and wheel; then the model's side, looked at as text."""

import math
import re
import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QKeyEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.theme import apply_theme
from gui.widgets.quantity_spin_box import QuantitySpinBox
from vlab.errors import LimitError, SettingError
from vlab.units import unit_factor

EV = unit_factor("eV")
Key = Qt.Key


def type_keys(widget, text):
    """Type characters; QTest itself aborts at a Greek mu."""
    for letter in text:
        if letter.isascii():
            QTest.keyClick(widget, letter)
        else:
            for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
                QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


class Bench(QWidget):
    """A window with one field and a neighbour to go to, that notes what the field says."""

    def __init__(self, field):
        super().__init__()
        self.field = field
        self.neighbour = QLineEdit()
        column = QVBoxLayout(self)
        column.addWidget(field)
        column.addWidget(self.neighbour)
        self.edited = []
        self.reasons = []
        field.valueEdited.connect(self.edited.append)
        field.refused.connect(self.reasons.append)
        self.relieved = []
        field.accepted.connect(lambda: self.relieved.append(field.text()))

    @property
    def text(self):
        return self.field.text()

    def type(self, text, end=Key.Key_Return):
        """Replace all that is there, as a hand does."""
        self.field.selectAll()
        QTest.keyClick(self.field, Key.Key_Delete)
        type_keys(self.field, text)
        if end is not None:
            QTest.keyClick(self.field, end)

    def put_cursor(self, at):
        QTest.keyClick(self.field, Key.Key_Home)
        for _ in range(at):
            QTest.keyClick(self.field, Key.Key_Right)

    def press(self, *keys):
        for key in keys:
            QTest.keyClick(self.field, key)


@pytest.fixture
def bench(qtbot):
    def make(unit, *limits, **options):
        made = Bench(QuantitySpinBox(unit, *limits, **options))
        qtbot.addWidget(made)
        made.show()
        made.activateWindow()
        made.field.setFocus()
        qtbot.waitUntil(made.field.hasFocus)
        return made

    return make


def wheel(widget, notches, modifiers=Qt.KeyboardModifier.NoModifier):
    """Turn the wheel with the pointer over a widget; Qt finds who gets it."""
    window = widget.window()
    middle = QPointF(widget.mapTo(window, widget.rect().center()))
    QTest.wheelEvent(window.windowHandle(), middle, QPoint(0, 120 * notches), QPoint(), modifiers)


# --- typing


@pytest.mark.parametrize(("unit", "first", "typed", "si", "shown"), [
    ("T", 4.5, "2", 2.0, "2 T"),
    ("T", 250e-6, "2", 2e-6, "2 µT"),  # a bare number means the unit that is shown
    ("T", 4.5, "250u", 250e-6, "250 µT"),
    ("T", 4.5, "100 gauss", 10e-3, "10 mT"),
    ("T", 4.5, "10 G", 1e-3, "1 mT"),
    ("T", 4.5, "12,5 uT", 12.5e-6, "12.5 µT"),
    ("T", 4.5, "12,5 \u03bcT", 12.5e-6, "12.5 µT"),
    ("T", 4.5, "0.5", 0.5, "0.5 T"),
    ("T", 0.0, "-3 mT", -3e-3, "-3 mT"),
    ("ms", 5e-3, "0.2 s", 0.2, "0.2 s"),
    ("V", 0.4, "3 m", 3e-3, "3 mV"),
    ("V", 0.4, "2e-3", 2e-3, "2 mV"),
    ("kHz", 50e3, "100k", 100e3, "100 kHz"),
    ("deg", 0.0, "90", math.pi / 2, "90°"),
    ("T/min", 0.5 / 60, "1.5", 1.5 / 60, "1.5 T/min"),
    ("nV/Hz^0.5", 5e-9, "6", 6e-9, "6 nV/√Hz"),
    ("eV", 1.3 * EV, "1.3000001", 1.3000001 * EV, "1.3000001 eV"),
    ("ueV", 0.6e-6 * EV, "20", 20e-6 * EV, "20 µeV"),
])
def test_enter_takes_what_was_typed(bench, unit, first, typed, si, shown):
    b = bench(unit, value=first)
    b.type(typed)
    assert b.field.value() == pytest.approx(si, rel=1e-14)
    assert b.text == shown
    assert b.edited == [b.field.value()]
    assert not b.reasons


def test_a_refusal_suggests_what_may_be_typed(bench):
    for low, high, suggested in ((0.0, 10.0, "1.5 T"), (2.0, 10.0, "4 T")):
        b = bench("T", low, high, value=4.0)
        b.type("abc")
        assert f"type for example {suggested}." in b.reasons[-1]


def test_leaving_the_field_takes_what_was_typed(bench, qtbot):
    b = bench("V", value=0.0)
    b.type("0.25", end=None)
    assert b.field.value() == 0.0
    assert not b.edited
    QTest.keyClick(b.field, Key.Key_Tab)
    assert b.neighbour.hasFocus()
    assert b.edited == [0.25]


def test_the_mouse_on_a_neighbour_takes_what_was_typed(bench):
    b = bench("V")
    b.type("0.25", end=None)
    QTest.mouseClick(b.neighbour, Qt.MouseButton.LeftButton)
    assert b.edited == [0.25]


def test_a_menu_or_another_window_takes_nothing_yet(bench):
    b = bench("V", value=1.0)
    b.type("2", end=None)
    for reason in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
        b.field.focusOutEvent(QFocusEvent(QFocusEvent.Type.FocusOut, reason))
        assert (b.field.value(), b.text) == (1.0, "2")


def test_an_untouched_text_leaves_the_float_to_the_last_bit(bench):
    for value in (1 / 3, 0.1 + 0.2, 1.2345678901234567e-5):
        b = bench("V", value=value)
        b.press(Key.Key_Return)
        type_keys(b.field, b.text.split()[0])  # the same digits once more
        b.press(Key.Key_Return, Key.Key_Tab)
        assert b.field.value() == value
        assert not b.edited


def test_the_same_value_again_is_no_edit(bench):
    b = bench("V", value=0.25)
    b.type("250 mV")
    assert not b.edited
    assert b.text == "250 mV"


def test_tab_selects_the_number_and_leaves_the_unit(bench):
    b = bench("T", value=10e-3)
    b.neighbour.setFocus()
    QTest.keyClick(b.neighbour, Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert b.field.hasFocus()
    assert b.field.lineEdit().selectedText() == "10"
    type_keys(b.field, "25")
    assert b.text == "25 mT"
    b.press(Key.Key_Return)
    assert b.field.value() == 25e-3


@pytest.mark.parametrize(("typed", "meanwhile", "si"), [
    ("250u", "250u", 250e-6), ("0.2 T", "0.2 T", 0.2), ("2e-1", "2e-1 mT", 0.2e-3), ("2e-1 T", "2e-1 T", 0.2),
    ("7", "7 mT", 7e-3),
])
def test_a_new_unit_pushes_the_old_one_out(bench, typed, meanwhile, si):
    b = bench("T", value=10e-3)
    b.press(Key.Key_Return)  # selects the number
    type_keys(b.field, typed)
    assert b.text == meanwhile
    b.press(Key.Key_Return)
    assert b.field.value() == pytest.approx(si)


def test_a_unit_that_was_typed_stays_while_it_suits(bench):
    b = bench("V", value=1.0)
    b.type("250 mV")
    assert b.text == "250 mV"
    b.type("300")
    assert b.text == "300 mV"
    b.type("2000")
    assert b.text == "2 V"
    b.type("1.50")
    assert b.text == "1.50 V"  # the digit may be meant to be stepped


# --- refusing


@pytest.mark.parametrize(("typed", "why"), [
    ("1.234,5", "decimal sign"), ("5 K", "temperature"), ("abc", "number"), ("nan", "finite"), ("inf", "finite"),
    ("9.5", r"9\.5 T is too high; allowed is -9 T to 9 T\."), ("-100 kG", "too low"), ("", "empty"), ("1e400", "large"),
])
def test_refused_text_stays_red_with_its_reason(bench, typed, why):
    b = bench("T", -9.0, 9.0, value=4.5)
    b.type(typed)
    assert b.text == typed
    assert b.field.value() == 4.5
    assert not b.edited
    assert len(b.reasons) == 1
    assert b.field.property("invalid") is True
    assert b.field.reason() == b.reasons[0] == b.field.toolTip() == b.field.accessibleDescription()
    assert re.search(why, b.reasons[0])
    ground = b.field.palette().color(QPalette.ColorRole.Base)
    assert ground != QApplication.palette().color(QPalette.ColorRole.Base)
    QTest.keyClick(b.field, Key.Key_Tab)  # leaving does not revert it, and does not complain twice
    assert b.text == typed
    assert len(b.reasons) == 1


@pytest.mark.parametrize("sheet", ["", "QLabel { color: red; } QToolButton { padding: 2px; }"])
def test_refused_ground_and_frame_are_really_drawn(bench, sheet):
    b = bench("T", -9.0, 9.0)
    b.setStyleSheet(sheet)
    good = b.field.grab().toImage()
    b.type("99")
    bad = b.field.grab().toImage()
    frame, ground = QPoint(bad.width() // 2, 1), QPoint(bad.width() * 2 // 3, bad.height() // 2)
    assert bad.pixelColor(frame).red() > bad.pixelColor(frame).green() + 80
    assert bad.pixelColor(ground).red() > bad.pixelColor(ground).green()
    assert good.pixelColor(ground) != bad.pixelColor(ground)


def test_escape_brings_the_last_good_value_back(bench):
    b = bench("T", -9.0, 9.0, value=4.5)
    b.field.setHelp("Set the target field.")
    b.type("99")
    b.press(Key.Key_Escape)
    assert (b.text, b.field.value()) == ("4.5 T", 4.5)
    assert b.field.property("invalid") is False
    assert b.field.reason() == ""
    assert b.field.toolTip() == "Set the target field.\nAllowed: -9 T to 9 T."
    assert b.field.palette().color(QPalette.ColorRole.Base) == QApplication.palette().color(QPalette.ColorRole.Base)
    b.type("5", end=Key.Key_Escape)  # an edit under way, too
    assert (b.text, b.edited) == ("4.5 T", [])
    assert b.relieved == ["4.5 T"]


def test_the_red_goes_as_soon_as_the_text_is_good(bench):
    b = bench("T", -9.0, 9.0)
    b.type("99")
    b.press(Key.Key_Backspace)
    assert b.text == "9"
    assert b.field.property("invalid") is False
    assert b.relieved == ["9"]
    b.press(Key.Key_Return)
    assert b.edited == [9.0]
    assert len(b.relieved) == 1


def test_the_red_goes_when_the_limits_open(bench):
    b = bench("T", -9.0, 9.0)
    b.type("12")
    b.field.setRange(-15.0, 15.0)
    assert (b.field.property("invalid"), b.text, b.edited) == (False, "12", [])
    b.press(Key.Key_Return)
    assert b.edited == [12.0]


def test_a_tool_tip_shows_what_was_typed_and_not_its_markup(bench):
    b = bench("T")
    b.type("5 <b>T</b>")
    assert b.field.toolTip().startswith("<p>&#x27;5 &lt;b&gt;T&lt;/b&gt;&#x27; has no unit")
    assert "<b>" in b.field.reason()


def test_stepping_refused_text_does_nothing(bench):
    b = bench("T", -9.0, 9.0)
    b.type("99")
    b.press(Key.Key_Up)
    assert (b.text, b.field.value(), b.edited) == ("99", 0.0, [])


def test_a_limit_can_be_typed_in_another_unit(bench):
    b = bench("T", -9.0, 9.0)
    b.type("90 kG")
    assert b.field.value() == 9.0


# --- stepping


@pytest.mark.parametrize(("unit", "value", "typed", "cursor", "keys", "shown", "cursor_after"), [
    ("T", 4.5, "9.9", 3, [Key.Key_Up], "10.0 T", 4),
    ("T", 4.5, "9.9", 3, [Key.Key_Up, Key.Key_Down], "9.9 T", 3),
    ("T", 4.5, "9.9", 1, [Key.Key_Up], "10.9 T", 2),
    ("T", 4.5, "0.2", 3, [Key.Key_Down] * 4, "-0.2 T", 4),
    ("T", 4.5, "0.5", 1, [Key.Key_Down], "-0.5 T", 2),
    ("T", 4.5, "5", 1, [Key.Key_PageUp], "15 T", 2),
    ("T", 4.5, "5", 1, [Key.Key_PageDown], "-5 T", 2),
    ("T", 4.5, "100", 1, [Key.Key_Down, Key.Key_Up, Key.Key_Up], "200 T", 1),  # the digit went and came back
    ("T", 4.5, "3.00 mT", 4, [Key.Key_Up], "3.01 mT", 4),
    ("T", 4.5, "999 mT", 3, [Key.Key_Up], "1000 mT", 4),  # the prefix stays while stepping
    ("eV", 1.3 * EV, "1.3000000", 9, [Key.Key_Up], "1.3000001 eV", 9),
    ("deg", 0.0, "90", 2, [Key.Key_Up], "91°", 2),
    ("", 0.0, "6.6e-12", 3, [Key.Key_Up] * 4, "7.0e-12", 3),
    ("T/min", 0.0, "0.5", 3, [Key.Key_Up], "0.6 T/min", 3),
])
def test_up_and_down_act_on_the_digit_left_of_the_cursor(bench, unit, value, typed, cursor, keys, shown, cursor_after):
    b = bench(unit, value=value)
    b.type(typed)
    b.put_cursor(cursor)
    b.edited.clear()
    b.press(*keys)
    assert b.text == shown
    assert b.field.lineEdit().cursorPosition() == cursor_after
    assert len(b.edited) == len(keys)
    assert b.edited[-1] == b.field.value()


def test_a_tenth_of_a_micro_electron_volt_is_one_step_of_the_photon_energy(bench):
    b = bench("eV", 1.2 * EV, 1.4 * EV, value=1.3 * EV)
    b.type("1.3000000")
    b.put_cursor(9)
    for _ in range(123):
        b.press(Key.Key_Up)
    assert b.text == "1.3000123 eV"
    assert b.field.value() == 1.3000123 * EV  # no drift


def test_the_unit_suits_again_after_stepping(bench):
    b = bench("T")
    b.type("999 mT")
    b.press(Key.Key_Up, Key.Key_Return)
    assert b.text == "1.000 T"
    assert b.field.value() == 1.0


def test_text_under_way_is_taken_before_a_step_and_told_once(bench):
    b = bench("T")
    b.type("5", end=Key.Key_Up)
    assert (b.text, b.edited) == ("6 T", [6.0])


def test_steps_stop_at_the_limits(bench):
    b = bench("T", -9.0, 9.0, value=8.0)
    b.put_cursor(1)
    b.press(Key.Key_PageUp)
    assert (b.text, b.field.value()) == ("9 T", 9.0)
    b.press(Key.Key_Up)
    assert b.edited == [9.0]
    b.press(Key.Key_PageDown, Key.Key_PageDown)
    assert b.field.value() == -9.0
    assert not b.reasons


def test_arrow_buttons_step(bench):
    b = bench("V", value=1.0)
    option = QStyleOptionSpinBox()
    b.field.initStyleOption(option)
    for part, expected in ((QStyle.SubControl.SC_SpinBoxUp, 2.0), (QStyle.SubControl.SC_SpinBoxDown, 1.0)):
        place = b.field.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, b.field).center()
        QTest.mouseClick(b.field, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        assert b.field.value() == expected
    assert b.edited == [2.0, 1.0]


def test_a_read_only_field_is_not_stepped(bench):
    b = bench("V", value=1.0)
    b.field.setReadOnly(True)
    b.press(Key.Key_Up)
    wheel(b.field, 1)
    assert b.field.value() == 1.0


# --- the wheel


def test_the_wheel_steps_with_focus_only(bench):
    b = bench("V", value=1.0)
    wheel(b.field, 1)
    assert b.edited == [2.0]
    wheel(b.field, -1, Qt.KeyboardModifier.ControlModifier)
    assert b.field.value() == -8.0
    b.neighbour.setFocus()
    wheel(b.field, 1)
    assert b.field.value() == -8.0
    assert b.neighbour.hasFocus()


def test_the_wheel_scrolls_the_panel_around_fields_without_focus(qtbot):
    area, inside = QScrollArea(), QWidget()
    qtbot.addWidget(area)
    column = QVBoxLayout(inside)
    fields = [QuantitySpinBox("T", value=1.0) for _ in range(40)]
    for field in fields:
        column.addWidget(field)
    area.setWidget(inside)
    area.resize(250, 200)
    area.show()
    area.activateWindow()
    fields[0].setFocus()
    qtbot.waitUntil(fields[0].hasFocus)
    wheel(fields[3], -1)
    assert area.verticalScrollBar().value() > 0
    assert fields[0].hasFocus()
    assert {field.value() for field in fields} == {1.0}


# --- the model's side


def test_set_value_shows_and_says_nothing(bench):
    b = bench("T", -9.0, 9.0)
    for si, shown in ((4.5, "4.5 T"), (0.0, "0 T"), (250e-6, "250 µT"), (-2.0, "-2 T"), (12.0, "12 T")):
        b.field.setValue(si)
        assert (b.field.value(), b.text) == (si, shown)  # 12 T is outside: the model knows better
    assert not b.edited
    assert not b.reasons


def test_set_value_refuses_what_is_no_number(bench):
    b = bench("T", value=4.5)
    for nonsense in (math.nan, math.inf, -math.inf):
        with pytest.raises(SettingError, match="finite"):
            b.field.setValue(nonsense)
    assert (b.field.value(), b.text) == (4.5, "4.5 T")
    with pytest.raises(SettingError):
        QuantitySpinBox("T", value=math.nan)
    with pytest.raises(LimitError):
        b.field.setRange(2.0, 1.0)


def test_set_value_leaves_a_hand_that_types_alone(bench):
    b = bench("T", value=4.5)
    b.type("3", end=None)
    b.field.setValue(2.0)
    assert b.text == "3"
    b.press(Key.Key_Escape)
    assert b.text == "2 T"
    b.type("3", end=None)
    b.field.setValue(1.0)
    b.press(Key.Key_Return)
    assert b.edited == [3.0]


def test_refused_text_outlives_the_same_value_but_not_a_new_one(bench):
    b = bench("T", -9.0, 9.0, value=4.5)
    b.type("99")
    b.field.setValue(4.5)
    b.neighbour.setFocus()
    b.field.setValue(4.5)
    assert (b.text, b.field.property("invalid")) == ("99", True)
    b.field.setValue(5.0)
    assert (b.text, b.field.property("invalid"), b.field.reason()) == ("5 T", False, "")


def test_an_echo_of_the_value_does_not_touch_cursor_or_zeros(bench):
    b = bench("eV", value=1.0 * EV)
    b.type("1.3000000")
    b.put_cursor(6)
    b.field.setValue(1.3 * EV * (1 + 1e-15))
    assert b.text == "1.3000000 eV"
    assert b.field.lineEdit().cursorPosition() == 6


def test_a_slot_may_put_the_value_back(bench):
    b = bench("T", value=1.0)
    b.field.valueEdited.connect(lambda _: b.field.setValue(1.0))
    b.type("3")
    assert (b.field.value(), b.text) == (1.0, "1 T")
    b.press(Key.Key_Up)
    assert (b.field.value(), b.text) == (1.0, "1 T")


def test_new_limits_show_in_the_tool_tip(bench):
    b = bench("T/min")
    assert b.field.toolTip() == ""
    b.field.setHelp("Set how fast the field moves.")
    b.field.setRange(1e-3 / 60, 2.0 / 60)
    assert b.field.toolTip() == "Set how fast the field moves.\nAllowed: 0.001 T/min to 2 T/min."
    assert (b.field.minimum(), b.field.maximum()) == (1e-3 / 60, 2.0 / 60)
    b.field.setRange(0.0, math.inf)
    assert b.field.toolTip().endswith("Allowed: at least 0 T/min.")


# --- company


def test_enter_reaches_a_dialog_only_with_good_text(qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    field, button = QuantitySpinBox("V", 0.0, 1.0), QPushButton("OK")
    column = QVBoxLayout(dialog)
    column.addWidget(field)
    column.addWidget(button)
    button.setDefault(True)
    pressed = []
    button.clicked.connect(lambda: pressed.append(field.value()))
    dialog.show()
    dialog.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    type_keys(field, "7")
    QTest.keyClick(field, Key.Key_Return)
    assert pressed == []
    QTest.keyClick(field, Key.Key_Escape)  # restores; the dialog stays
    assert dialog.isVisible()
    field.selectAll()
    type_keys(field, "0.7")
    QTest.keyClick(field, Key.Key_Return)
    assert pressed == [0.7]
    QTest.keyClick(field, Key.Key_Escape)
    assert not dialog.isVisible()


def test_screen_readers_get_name_value_and_reason(bench):
    b = bench("T", -9.0, 9.0, value=4.5)
    b.field.setAccessibleName("Target field")
    b.field.setHelp("Set the target field.")
    reader = QAccessible.queryAccessibleInterface(b.field)
    assert reader.role() == QAccessible.Role.SpinBox
    assert reader.text(QAccessible.Text.Name) == "Target field"
    assert reader.text(QAccessible.Text.Description).startswith("Set the target field.")
    assert reader.text(QAccessible.Text.Value) == "4.5 T"
    assert reader.valueInterface().currentValue() == 4.5
    b.type("99")
    assert "too high" in reader.text(QAccessible.Text.Description)


def test_the_red_follows_the_theme(bench, qapp):
    before = QPalette(qapp.palette()), qapp.style().objectName()
    b = bench("T", -9.0, 9.0)
    try:
        apply_theme(qapp, "light")
        b.type("99")
        light = b.field.palette().color(QPalette.ColorRole.Base)
        apply_theme(qapp, "dark")
        qapp.processEvents()
        dark = b.field.palette().color(QPalette.ColorRole.Base)
        assert light.lightness() > 200 > 100 > dark.lightness()
    finally:
        qapp.setPalette(before[0])
        qapp.setStyle(before[1])


def test_a_wide_number_fits(bench):
    b = bench("ueV", value=-1.23456789e-6 * EV)
    b.resize(b.sizeHint())
    QApplication.processEvents()
    line = b.field.lineEdit()
    assert line.fontMetrics().horizontalAdvance(b.text) < line.width()


def test_a_step_is_fast(bench):
    """A step or an echo works without pint: far below the frame of a 30 Hz screen even on a busy machine."""
    b = bench("eV", value=1.3 * EV)
    b.type("1.3000000")
    b.put_cursor(9)
    start = time.process_time()
    for _ in range(200):
        b.field.stepBy(1)
    assert (time.process_time() - start) / 200 < 3e-3
