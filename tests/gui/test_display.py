"""Displays and bars: what they show, and that nothing around them moves."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.theme import apply_theme
from gui.widgets.bar_graph import BarGraph
from gui.widgets.display import Display


def column_of_ink(widget, colour):
    """Return the columns in which there are pixels of a colour."""
    image = widget.grab().toImage()
    ratio = image.width() / widget.width()
    return [x / ratio for x in range(image.width()) if any(
        image.pixelColor(x, y).name() == colour.name() for y in range(image.height()))]


def test_a_longer_number_asks_for_no_more_room(qtbot):
    display = Display("-88.889 nV", "X", big=True)
    qtbot.addWidget(display)
    before = display.sizeHint()
    display.setText("-888888.88888888 nV")
    assert display.sizeHint() == before
    assert display.text() == display.accessibleDescription() == "-888888.88888888 nV"


def test_a_number_lays_nothing_out_anew(qtbot):
    box = QWidget()
    row = QHBoxLayout(box)
    display = Display("-88.889 nV")
    row.addWidget(display)
    qtbot.addWidget(box)
    box.show()
    qtbot.waitExposed(box)
    row.activate()
    display.setText("1.2345 nV")
    assert row.activate() is False  # it had nothing to do


def test_it_can_be_copied(qtbot):
    display = Display("-88.889 nV")
    qtbot.addWidget(display)
    display.setText("4.5000 T")
    display.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "4.5000 T"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_draws_its_number_and_note(qapp, qtbot, mode):
    theme = apply_theme(qapp, mode)
    display = Display("-88.889 nV", "energy", big=True)
    qtbot.addWidget(display)
    display.resize(220, 30)
    empty = display.grab().toImage()
    display.setText("1.3003 eV")
    full = display.grab().toImage()
    assert full != empty
    assert column_of_ink(display, theme.colour("text"))
    display.set_note("953.494 nm")
    assert display.note == "953.494 nm"
    assert display.grab().toImage() != full


def test_a_bar_is_as_long_as_its_part(qapp, qtbot):
    theme = apply_theme(qapp, "light")
    for part, both, left, right in ((0.5, True, 0.5, 0.5 + 0.25 / 1.09), (-0.5, True, 0.5 - 0.25 / 1.09, 0.5),
                                    (0.5, False, 0.0, 0.5 / 1.09)):
        bar = BarGraph(both_signs=both, quantity="x")
        qtbot.addWidget(bar)
        bar.resize(201, 11)
        bar.show_part(part)
        ink = column_of_ink(bar, theme.trace("x"))
        assert ink[0] == pytest.approx(200 * left, abs=2.0)
        assert ink[-1] == pytest.approx(200 * right, abs=2.0)
        assert not bar.overloaded


def test_beyond_full_scale_it_is_red_and_says_so(qapp, qtbot):
    theme = apply_theme(qapp, "light")
    bar = BarGraph(quantity="x")
    qtbot.addWidget(bar)
    bar.resize(201, 11)
    bar.show_part(7.0)
    assert bar.part == 1.09
    assert "overload" in bar.accessibleDescription()
    assert column_of_ink(bar, theme.colour("refused"))
    bar.show_part(0.25)
    assert bar.accessibleDescription() == "25 % of full scale"
