"""Layouts: each task has its panels, arrangements are kept for each, and what is secret stays closed in an exam."""

import pytest
from laboratory import arranged, laboratory
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from gui.catalogue import PANELS
from gui.layouts import FIRST_INSTRUMENTS, LAYOUTS, MORE_INSTRUMENTS

SECRET = {kind.key for kind in PANELS if kind.secret}


@pytest.fixture
def window(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        yield window


def wanted_by(layout, window):
    keys = {key for _, groups in layout.groups() for tabs in groups for key in tabs}
    if keys & {FIRST_INSTRUMENTS, MORE_INSTRUMENTS}:
        keys = keys - {FIRST_INSTRUMENTS, MORE_INSTRUMENTS} | set(window.instruments)
    fitting = {kind.key for kind in PANELS if kind.fits(window.model.kind)} | set(window.instruments)
    return keys & fitting & set(window.docks)


def test_every_panel_of_a_layout_exists():
    known = {kind.key for kind in PANELS} | {FIRST_INSTRUMENTS, MORE_INSTRUMENTS}
    for layout in LAYOUTS:
        for _, groups in layout.groups():
            assert {key for tabs in groups for key in tabs} <= known


def test_each_task_opens_its_panels_and_closes_the_others(qtbot, window):
    for number, layout in enumerate(LAYOUTS, 1):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
        assert window.docking.layout is layout
        arranged(qtbot, window)
        assert {key for key, dock in window.docks.items() if not dock.isHidden()} == wanted_by(layout, window)
        qtbot.waitUntil(lambda layout=layout: window.scan_panel.isVisible() == layout.plot, timeout=5000)
        assert window.actions[f"task.{layout.key}"].isChecked()
        for _, groups in layout.groups():
            for tabs in groups:
                keys = [key for key in tabs if key in wanted_by(layout, window)]
                if keys:
                    qtbot.waitUntil(window.panel(keys[0]).isVisible, timeout=5000)


def test_an_arrangement_is_kept_for_each_task(qtbot, window):
    arranged(qtbot, window)
    window.docks["log"].hide()
    window.commands.run("layout.setup")
    arranged(qtbot, window)
    assert not window.docks["log"].isHidden()
    window.commands.run("layout.measure")
    arranged(qtbot, window)
    assert window.docks["log"].isHidden()
    window.commands.run("view.layout")
    arranged(qtbot, window)
    assert not window.docks["log"].isHidden()


def test_a_closed_panel_comes_when_it_is_wanted(qtbot, window):
    window.commands.run("layout.runs")
    arranged(qtbot, window)
    assert window.docks["lockin"].isHidden()
    window.desk.panel_wanted.emit("lockin")
    qtbot.waitUntil(lambda: window.instruments["lockin"].isVisible(), timeout=2000)
    assert not window.docks["lockin"].isFloating()
    window.desk.panel_wanted.emit("no such panel")  # of another bench, say


@pytest.mark.slow
def test_all_panels_stand_a_moment_after_the_window_does(qtbot, window):
    qtbot.waitUntil(lambda: all(window.docking.made(key) for key in window.docks), timeout=20_000)
    assert {kind.key for kind in PANELS} | set(window.instruments) == set(window.docks)


def test_a_dock_in_a_window_of_its_own_goes_on_after_a_change_of_layout(qtbot, window):
    qtbot.waitUntil(window.instruments["lockin"].isVisible, timeout=5000)
    window.docks["lockin"].setFloating(True)
    for key in ("layout.setup", "layout.measure", "view.theme.dark"):
        window.commands.run(key)
        arranged(qtbot, window)
    dock, panel = window.docks["lockin"], window.instruments["lockin"]
    assert dock.isFloating()
    assert dock.updatesEnabled()
    assert panel.isVisible()
    assert panel.size() == panel.parentWidget().size()
    window.commands.run("view.layout")
    arranged(qtbot, window)
    assert not dock.isFloating()
    assert panel.isVisible()


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS if not layout.plot], ids=lambda layout: layout.key)
def test_columns_do_not_creep_when_the_window_is_resized(qtbot, window, layout):
    window.resize(1500, 900)
    window.commands.run(f"layout.{layout.key}")
    arranged(qtbot, window)
    qtbot.wait(50)
    there = [dock for dock in window.docks.values() if not dock.isHidden()]
    before = {dock.objectName(): dock.size() for dock in there}
    for width, height in ((1560, 960), (1500, 900)) * 3:
        window.resize(width, height)
        qtbot.wait(30)
    after = {dock.objectName(): dock.size() for dock in there}
    for name, size in before.items():
        assert abs(after[name].width() - size.width()) <= 4, name
        assert abs(after[name].height() - size.height()) <= 4, name


def test_a_window_keeps_its_size_through_all_layouts(qtbot, window):
    window.resize(1280, 800)
    for layout in (*LAYOUTS, *LAYOUTS):
        window.commands.run(f"layout.{layout.key}")
        arranged(qtbot, window)
        qtbot.wait(20)
        assert (window.width(), window.height()) == (1280, 800), layout.key


def test_a_window_that_was_small_for_a_moment_has_its_panels_back(qtbot, window):
    window.resize(1440, 860)
    arranged(qtbot, window)
    qtbot.wait(50)
    table, strip = (window.docks[key] for key in ("path", "strip"))
    before = table.width(), strip.width()
    assert min(before) > 300
    window.resize(940, 683)
    qtbot.wait(50)
    assert table.width() < before[0]
    assert table.width() > 200  # and something of it is seen
    qtbot.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(2, window.height() - 2))  # moves no border
    qtbot.wait(20)
    window.resize(1440, 860)
    qtbot.waitUntil(lambda: abs(table.width() - before[0]) <= 2 and abs(strip.width() - before[1]) <= 2, timeout=2000)
    # a border that a hand has moved stays there
    border = QPoint((table.geometry().right() + strip.geometry().left()) // 2, table.geometry().center().y())
    end = border + QPoint(-150, 0)
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    for kind, spot, button, held in ((QEvent.Type.MouseMove, border, none, none),
                                     (QEvent.Type.MouseButtonPress, border, left, left),
                                     (QEvent.Type.MouseMove, end, none, left),
                                     (QEvent.Type.MouseButtonRelease, end, left, none)):
        QApplication.sendEvent(window, QMouseEvent(kind, QPointF(spot), QPointF(window.mapToGlobal(spot)), button, held,
                                                   Qt.KeyboardModifier.NoModifier))
        qtbot.wait(20)
    moved = table.width()
    assert moved == pytest.approx(before[0] - 150, abs=10)
    window.resize(1100, 700)
    qtbot.wait(50)
    window.resize(1440, 860)
    qtbot.waitUntil(lambda: abs(table.width() - moved) <= 2, timeout=2000)


def test_a_panel_that_is_wanted_while_all_are_on_their_way_comes_when_they_stand(qtbot, window):
    for key in ("layout.runs", "layout.setup", "layout.runs"):  # a hand that does not wait
        window.commands.run(key)
    assert window.docking.painting.preparing
    window.show_panel("help")
    window.show_panel("gate")
    window.docking.keep()  # half a layout is none
    arranged(qtbot, window)
    assert not window.docks["gate"].visibleRegion().isEmpty()
    assert window.instruments["gate"].isVisible()
    assert window.panel("help").isVisible()
    for key in ("gate", "help"):
        window.docks[key].hide()
    for layout in (*LAYOUTS[::-1], LAYOUTS[3]):
        window.docking.choose(layout)
        arranged(qtbot, window)
    open_now = {key for key, dock in window.docks.items() if not dock.isHidden()}
    assert open_now == wanted_by(LAYOUTS[3], window)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.key)
def test_a_window_does_not_grow_for_panels_that_are_opened(qtbot, window, layout):
    window.resize(1280, 800)
    window.docking.choose(layout)
    arranged(qtbot, window)
    for key in ("experiment", "help", "sample", "queue", "library", "log", "strip"):
        window.show_panel(key)
        arranged(qtbot, window)
        qtbot.wait(20)
        assert (window.width(), window.height()) == (1280, 800), key


def test_in_an_exam_what_is_secret_stays_closed(qtbot, window):
    window.commands.run("layout.inside")
    window.desk.set_exam(True)
    assert window.docking.layout.key == "measure"
    arranged(qtbot, window)
    for key in SECRET:
        assert window.docks[key].isHidden()
        window.desk.panel_wanted.emit(key)
        assert window.docks[key].isHidden()
        assert not window.docks[key].toggleViewAction().isEnabled()
    window.commands.run("view.inside")
    window.commands.run("layout.inside")
    assert window.docks["inside"].isHidden()
    for layout in LAYOUTS:
        window.commands.run(f"layout.{layout.key}")
        arranged(qtbot, window)
        assert all(window.docks[key].isHidden() for key in SECRET)
    assert window.state_label.text().startswith("exam mode")
    window.desk.set_exam(False)
    assert "exam" not in window.state_label.text()
    arranged(qtbot, window)
    assert not window.docks["inside"].isHidden()  # as before


def test_panels_that_an_exam_has_closed_come_back(qtbot, window):
    window.show_panel("inside")
    window.desk.set_exam(True)
    assert window.docks["inside"].isHidden()
    window.desk.set_exam(False)
    assert not window.docks["inside"].isHidden()


@pytest.mark.slow
def test_all_is_painted_after_a_change_of_layout(qtbot, window):
    """What is on the screen is what the window would draw: the veil leaves nothing unpainted."""
    qtbot.waitUntil(lambda: all(window.docking.made(key) for key in window.docks), timeout=20_000)
    window.model.hold(True)
    for key in ("layout.runs", "layout.measure", "view.theme.dark", "layout.setup", "layout.measure"):
        window.commands.run(key)
        qtbot.waitUntil(lambda: not window.docking.painting.isVisible(), timeout=5000)
        qtbot.wait(200)
    panel = window.experiment
    corner = panel.mapTo(window, QPoint(0, 0))
    shown = window.screen().grabWindow(window.winId(), corner.x(), corner.y(), panel.width(), panel.height()).toImage()
    drawn = panel.grab().toImage()
    size = drawn.size()
    assert shown.size() == size
    differing = sum(shown.pixelColor(x, y) != drawn.pixelColor(x, y)
                    for x in range(0, size.width(), 3) for y in range(0, size.height(), 3))
    assert differing < 0.02 * size.width() * size.height() / 9


def test_a_dock_that_is_put_back_is_in_front(qtbot, window):
    qtbot.waitUntil(window.instruments["lockin"].isVisible, timeout=5000)
    dock = window.docks["lockin"]
    dock.setFloating(True)
    qtbot.wait(20)
    dock.setFloating(False)
    qtbot.waitUntil(lambda: not window.instruments["lockin"].visibleRegion().isEmpty(), timeout=5000)


def test_the_layout_that_an_exam_has_closed_comes_back(window):
    window.commands.run("layout.inside")
    window.desk.set_exam(True)
    assert window.docking.layout.key == "measure"
    window.desk.set_exam(False)
    assert window.docking.layout.key == "inside"


def test_set_up_has_a_place_for_the_sample(qtbot, window):
    window.commands.run("layout.setup")
    window.show_panel("sample")
    arranged(qtbot, window)
    assert window.docks["sample"] in window.tabifiedDockWidgets(window.docks["gate"])


def test_an_example_shows_the_plot(qtbot, window):
    window.panel("help")  # brings the examples
    window.commands.run("layout.setup")
    arranged(qtbot, window)
    window.commands.run("example.drag")
    qtbot.waitUntil(lambda: bool(window.model.scans) and window.model.run is None, timeout=30_000)
    arranged(qtbot, window)
    assert window.docking.layout.key == "measure"
    assert window.scan_panel.isVisible()
    for key in ("experiment", "help"):
        assert window.docks[key].isVisible()


def test_a_dock_that_a_button_tears_off_is_seen_to_be_a_window(qtbot, window):
    arranged(qtbot, window)
    dock = window.docks["log"]
    window.show_panel("log")
    qtbot.wait(50)
    there = dock.mapToGlobal(QPoint(0, 0))
    dock.setFloating(True)
    qtbot.wait(50)
    assert dock.pos() != there


def test_a_menu_ends_with_quit(window):
    assert window.menus["Measure"].actions()[-1] is window.actions["window.quit"]
