"""Notices: the bar with what can be done about them, the log with what was said and done."""

import pytest
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMainWindow, QVBoxLayout, QWidget

from gui.commands import MENUS
from gui.lab import Notice
from gui.offers import offers, panel_of
from gui.panels.log_panel import LogPanel
from gui.widgets.notification_bar import NotificationBar
from vlab import Q_
from vlab.experiments import DwellTimeScan


@pytest.fixture
def window(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        window = QWidget()
        window.desk = desk
        window.log, window.bar = LogPanel(desk, window), NotificationBar(window)
        window.bar.follow(desk)
        column = QVBoxLayout(window)
        column.addWidget(window.log)
        column.addWidget(window.bar)
        window.resize(560, 400)
        window.show()
        qtbot.waitExposed(window)
        yield window
        window.close()
        window.deleteLater()


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_refusal_leads_to_its_instrument(qtbot, window):
    asked = []
    window.desk.panel_wanted.connect(asked.append)
    window.desk.model.write("laser", "power", 99.0)
    qtbot.waitUntil(lambda: "laser.power got" in window.bar.label.text(), timeout=5000)
    button = window.bar.buttons[0]
    assert button.isVisible()
    assert button.text() == "Show"
    click(qtbot, button)
    assert asked == ["laser"]
    assert not window.bar.isVisible()
    assert any(line.startswith("refused: Laser power") for line in window.log.shown())


def test_the_same_sentence_again_is_counted(window):
    for _ in range(3):
        window.desk.model.notice("warning", "The same.")
    assert window.bar.times.text() == "×3"
    assert window.desk.model.log[-1].times == 3
    assert window.log.shown().count("The same.") == 1
    window.desk.model.notice("warning", "Another.")
    assert not window.bar.times.isVisible()


def test_what_is_quiet_is_in_the_log_only(window):
    window.desk.model.notice("info", "Loud.")
    window.desk.model.notice("info", "Quiet.", quiet=True)
    assert window.bar.label.text() == "Loud."
    assert window.log.shown()[-1] == "Quiet."


def test_a_finished_measurement_offers_its_folder(qtbot, window):
    model = window.desk.model
    model.start(DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), dwell=Q_(20, "ms")))
    qtbot.waitUntil(lambda: "completed" in window.bar.label.text(), timeout=20_000)
    assert window.bar.buttons[0].text() == "Open folder"
    opened = []
    found = offers(window.desk.model.log[-1], window.desk, opened.append)
    found[0].do()
    assert opened == [model.folder]


def test_undo_offers_redo(qtbot, window):
    desk = window.desk
    for command in window.log.commands():
        desk.commands.add(command)
        assert command.menu in MENUS
    assert desk.commands.reason(desk.commands["edit.undo"]) == "nothing was set yet"
    desk.model.write("laser", "power", 11 * 1e-9)
    assert desk.commands["edit.undo"].title_now() == "Undo Laser power 10 nW → 11 nW"
    desk.commands.run("edit.undo")
    assert window.bar.label.text() == "Undone: Laser power 10 nW → 11 nW."
    assert window.bar.buttons[0].text() == "Redo"
    click(qtbot, window.bar.buttons[0])
    qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["power"] == 11 * 1e-9, timeout=5000)


def test_scripts_are_copied(qtbot, window):
    desk = window.desk
    for command in window.log.commands():
        desk.commands.add(command)
    desk.model.write("laser", "power", 11 * 1e-9)
    desk.commands.run("script.copy")
    qtbot.waitUntil(lambda: 'bench.laser.power = Q_(11, "nW")' in QGuiApplication.clipboard().text(), timeout=5000)
    assert "clipboard" in window.bar.label.text()
    assert not desk.commands["script.copy_last"].enabled()


def test_a_script_is_saved_or_the_reason_told(qtbot, window, tmp_path, monkeypatch):
    target = tmp_path / "mine"
    monkeypatch.setattr("gui.panels.log_panel.QFileDialog.getSaveFileName", lambda *_: (str(target), ""))
    save = next(c for c in window.log.commands() if c.key == "script.save")
    save.do()
    qtbot.waitUntil(lambda: "run it with" in window.bar.label.text(), timeout=5000)
    assert (tmp_path / "mine.py").read_text().startswith('"""What was done')
    target = tmp_path / "no folder" / "mine"
    save.do()
    qtbot.waitUntil(lambda: "choose another place" in window.bar.label.text(), timeout=5000)


def test_the_log_is_filtered_and_copied(qtbot, window):
    window.desk.model.notice("info", "Just so.")
    window.desk.model.notice("error", "lockin.phase went wrong.")
    window.desk.model.write("laser", "power", 11 * 1e-9)
    log = window.log
    assert {"Just so.", "lockin.phase went wrong.", "Laser power 10 nW → 11 nW"} <= set(log.shown())
    log.filter.setCurrentText("errors")
    assert log.shown() == ["lockin.phase went wrong."]
    log.copy()
    assert QGuiApplication.clipboard().text().endswith("  lockin.phase went wrong.")
    asked = []
    window.desk.panel_wanted.connect(asked.append)
    log.lines.setFocus()
    item = next(item for item in log._items() if not item.isHidden())
    log.lines.setCurrentItem(item)
    qtbot.keyClick(log.lines, Qt.Key.Key_Return)
    assert asked == ["lockin"]
    log.filter.setCurrentText("what was done")
    assert log.shown() == ["Laser power 10 nW → 11 nW"]
    log.filter.setCurrentText("everything")
    qtbot.keyClicks(log.search, "phase")
    assert log.shown() == ["lockin.phase went wrong."]
    assert log.count.text().startswith("1 of ")


def test_a_late_log_knows_what_was_before(window):
    window.desk.model.notice("info", "Early.")
    window.desk.model.write("laser", "power", 11 * 1e-9)
    late = LogPanel(window.desk, window)
    assert {"Early.", "Laser power 10 nW → 11 nW"} <= set(late.shown())


@pytest.mark.parametrize(("text", "panel"), [
    ("laser.power got 99 nW; it wants less.", "laser"),
    ("lockin, phase: this is too high.", "lockin"),
    ("DwellTimeScan.step got 0 ueV; it wants more.", "experiment"),
    ("Points are marked as spoiled (lockin: unlocked); look.", "lockin"),
    ("QuantumDot.nuclei got -3; it wants more.", "sample"),
    ("The laboratory is running.", ""),
])
def test_which_panel_a_sentence_is_about(window, text, panel):
    assert panel_of(text, window.desk) == panel


def test_a_notice_says_its_panel_itself(window):
    window.desk.model.noticed.emit(Notice("info", "Look here.", panel="gate"))
    assert window.bar.buttons[0].text() == "Show"


def test_ctrl_z_in_a_field_is_its_own_only_while_it_has_something_to_undo(qtbot, qapp, window):
    """A line edit keeps the key even when it has nothing to undo."""
    from PySide6.QtGui import QAction, QKeySequence

    place = QMainWindow()
    undone = []
    action = QAction("Undo", place)
    action.setShortcut(QKeySequence("Ctrl+Z"))
    action.triggered.connect(lambda: undone.append(1))
    place.addAction(action)
    line = QLineEdit("old")
    place.setCentralWidget(line)
    place.show()
    place.activateWindow()
    qtbot.waitUntil(place.isActiveWindow, timeout=5000)
    line.setFocus()
    try:
        qtbot.keyClicks(line, "x")
        qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert line.text() == "old"
        assert undone == []
        line.setText("taken over")  # forgets what was typed
        qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert undone == [1]
        assert line.text() == "taken over"
    finally:
        place.close()
        place.deleteLater()
