"""The panels of experiments, samples and the queue, driven by keys and mouse, without a window around them."""

import html
import json
import math

import numpy as np
import pytest
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton
from shared_laboratory import as_new, shared_laboratory

from gui.commands import Command
from gui.mounted import SampleChoice
from gui.panels.experiment_form import ExperimentForm
from gui.panels.experiment_panel import ExperimentPanel
from gui.panels.queue_panel import QueuePanel
from gui.panels.repeat_dialog import RepeatDialog
from gui.panels.sample_panel import SamplePanel
from gui.run_plan import Plan
from gui.scans import Scan
from gui.topics import topic_of
from gui.widgets.count_spin_box import CountSpinBox
from vlab import Q_
from vlab.experiments import EXPERIMENTS, DraggingWidthVsDwell, DwellTimeScan, PolarizationRateMap, ReversedScan
from vlab.experiments.presets import paper_figure
from vlab.experiments.runner import Measured
from vlab.parameters import Parameter

COUNT = Parameter("count", "Set how many.", minimum=1, maximum=1000)


def panel_of(desk, qtbot):
    """Return an experiment panel with the commands that its buttons show, as a window has them."""
    model = desk.model

    def add(key, do, enabled):
        desk.commands.add(Command(key, key, "Measure", do, f"Do {key}.", "", enabled))

    if not any(command.key == "run.start" for command in desk.commands):
        add("run.start", lambda: model.start(made[-1].commit()), lambda: model.run is None and model.connected)
        add("run.pause", model.pause, lambda: model.run is not None)
        add("run.abort", model.abort, lambda: model.run is not None)
    made = [ExperimentPanel(desk)]
    model.run_changed.connect(made[0].show_buttons)
    qtbot.addWidget(made[0])
    made[0].resize(330, 600)
    made[0].show()
    qtbot.waitUntil(lambda: desk.queue.mounted.choice is not None, timeout=5000)
    return made[0]


@pytest.fixture(scope="module")
def shared(qapp):
    with shared_laboratory(qapp) as desk:
        yield desk


@pytest.fixture
def desk(shared):
    with as_new(shared) as desk:
        yield desk


@pytest.fixture
def panel(desk, qtbot):
    return panel_of(desk, qtbot)


@pytest.fixture
def queue_panel(desk, qtbot):
    made = QueuePanel(desk)
    qtbot.addWidget(made)
    made.resize(330, 400)
    made.show()
    return made


def type_into(qtbot, field, text, enter=True):
    line = field.lineEdit() if hasattr(field, "lineEdit") else field
    field.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    if enter:
        qtbot.keyClick(line, Qt.Key.Key_Return)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))


def short(dwell=0.02):
    return DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), step=Q_(1, "ueV"), dwell=Q_(dwell, "s"))


def short_plan(name="", dwell=0.02):
    return Plan(short(dwell), SampleChoice("dragging"), {}, name)


# -- whole numbers -------------------------------------------------------------------------------------------------


@pytest.fixture
def field(qapp, qtbot):
    made = CountSpinBox(COUNT, "Scan.phases", 16)
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_no_such_number_is_refused_in_red_and_kept(qtbot, field):
    refused = []
    field.refused.connect(refused.append)
    for text in ("0", "1001", "2.5", "many", "", "-3"):
        field.lineEdit().selectAll()
        qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Delete)
        qtbot.keyClicks(field.lineEdit(), text)
        qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Return)
        assert field.lineEdit().text() == text
        assert field.property("invalid")
        assert field.reason() == refused[-1] == field.toolTip()
        assert "Scan.phases got" in field.reason()
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert field.lineEdit().text() == str(field.value())
        assert not field.property("invalid")


def test_numbers_that_can_be(qtbot, field):
    edited = []
    field.valueEdited.connect(edited.append)
    type_into(qtbot, field, "1e2")
    assert field.value() == 100 == edited[-1]
    assert field.lineEdit().text() == "100", "written as it was understood"
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 101 == edited[-1]
    field.setValue(1)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value() == 1
    assert edited[-1] == 101, "the model's own values are not told back"


# -- the form ------------------------------------------------------------------------------------------------------


def test_few_parameters_first_and_the_rest_on_demand(qtbot, desk, panel):
    form = panel.form
    assert form.editors["dwell"].isVisible()
    assert form.editors["directions"].isVisible()
    assert not form.editors["slope"].isVisible()
    click(qtbot, form.fold)
    assert form.editors["slope"].isVisible()
    form.editors["slope"].setFocus()
    qtbot.keyClick(form.editors["slope"], Qt.Key.Key_Down)
    click(qtbot, form.fold)
    assert form.fold.text() == "More settings (1 changed)"
    assert panel.procedure.slope == "12 dB/oct"
    click(qtbot, panel.tools["reset"])
    assert form.fold.text() == "More settings"
    assert panel.procedure == DwellTimeScan()


def test_what_is_wrong_behind_the_fold_comes_into_sight(qtbot, desk, panel):
    desk.model.choose(DraggingWidthVsDwell)
    editor = panel.editors["repeats"]
    assert not editor.isVisible()
    editor.lineEdit().setText("none")
    editor.lineEdit().textEdited.emit("none")
    assert editor.isVisible()
    assert panel.procedure is None
    assert "repeats: &#x27;none&#x27;" in panel.message.text()
    red = panel.message.palette().windowText().color()
    assert red == desk.theme.colour("refused")
    assert not panel.queue_button.isEnabled()
    click(qtbot, panel.tools["reset"])
    assert panel.procedure == DraggingWidthVsDwell()


def test_values_and_fold_are_those_of_last_time(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        panel = panel_of(desk, qtbot)
        type_into(qtbot, panel.editors["dwell"], "250 ms")
        click(qtbot, panel.form.fold)
        desk.queue.add([short_plan("left")])
        settings = desk.settings
        panel.close()
        settings.sync()
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        panel = panel_of(desk, qtbot)
        assert panel.procedure.dwell.m_as("s") == 0.25
        assert panel.form.editors["slope"].isVisible()
        assert [entry.plan.name for entry in desk.queue.waiting] == ["left"]
        qtbot.wait(50)
        assert desk.model.run is None
        desk.settings.setValue("form of reversed_scan", '{"kettle": "on"}')
        desk.model.choose(ReversedScan)
        assert panel.procedure == ReversedScan()


def test_every_editor_has_help_a_name_and_a_topic(qapp, qtbot):
    for key, kind in EXPERIMENTS.items():
        form = ExperimentForm(kind)
        qtbot.addWidget(form)
        for name, editor in form.editors.items():
            assert editor.accessibleName() == f"experiment {name.replace('_', ' ')}"
            assert kind.parameter(name).help[:20] in editor.toolTip() or hasattr(editor, "field")
            assert topic_of(editor) == f"experiment/{key}/{name}"
        assert form.values() == ExperimentForm.values(form)
        form.show_procedure(kind())
        assert form.changed_names() == set()


def test_home_and_end_land_on_experiments(qtbot, desk, panel):
    box = panel.choice
    box.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_PageUp):
        qtbot.keyClick(box, key)
        assert box.currentData() == "dwell_time_scan"
    qtbot.keyClicks(box, "reve")
    assert box.currentText() == "Reversed scan"
    assert desk.model.experiment is ReversedScan


def test_a_long_run_can_be_hurried(qtbot, desk, panel):
    desk.model.set_pace(1.0)
    assert "2:06 here" in panel.message.text()
    panel.message.linkActivated.emit("fast")
    assert math.isinf(desk.model.lab.pace)
    assert "a moment here" in panel.message.text()
    desk.queue.speeds["dwell_time_scan"] = 50.0
    panel.refresh()
    assert "about 0:03 here" in panel.message.text()


def test_what_comes_and_goes_never_moves_the_run_button(qtbot, desk, panel):
    run = panel.buttons["run.start"]
    place = run.mapTo(panel, QPoint(0, 0))
    size = run.size()
    panel.quality.setText("⚠ 5 of 126 points are spoiled: Lock-in: output overload (5), Laser: mode hopped (3)")
    panel.quality.show()
    panel.message.say("dwell: " + 20 * "a long sentence ", refused=True)
    panel.left.setText("left: 1:02:03 lab time, 1:02:03 here; 3 more in the queue, and many more words behind them")
    panel.strip.offer("Figure S1b: a title. 3 runs, 4:20 of lab time; the form shows the first.",
                      ("Run all 3", "Run them.", list), ("Queue all 3", "Queue them.", list))
    panel.layout().activate()
    QApplication.processEvents()
    assert (run.mapTo(panel, QPoint(0, 0)), run.size()) == (place, size)
    width = panel.buttons["run.pause"].width()
    panel.buttons["run.pause"].setText("Resume")
    QApplication.processEvents()
    assert panel.buttons["run.pause"].width() == width


def test_refusals_name_the_field(qtbot, desk, panel):
    for name, text, says in (("dwell", "0 s", "dwell: 0 s is too low; allowed is 1 µs to"),
                             ("step", "1e9 m", "step: 1000000 eV is too high; allowed is above 0 µeV and at most"),
                             ("dwell", "2 V", "dwell: '2 V' is ")):
        before = panel.editors[name].text()
        type_into(qtbot, panel.editors[name], text)
        assert html.unescape(panel.message.text()).startswith(says)
        type_into(qtbot, panel.editors[name], before)
        assert panel.procedure is not None
    panel.fill(start=0.0, stop=0.0)
    assert not panel.message.text().startswith("DwellTimeScan.")
    assert panel.message.refused
    assert "stop" in panel.message.text().split(":")[0]


def test_changes_of_the_form_are_undone_one_field_at_a_time(qtbot, desk, panel):
    undo = desk.undo
    type_into(qtbot, panel.editors["dwell"], "6 s")
    type_into(qtbot, panel.editors["dwell"], "7 s")
    assert undo.undo_title() == "Undo Dwell-time scan: dwell 1 s → 7 s"
    panel.editors["directions"].setCurrentText("both")
    assert undo.undo_title() == "Undo Dwell-time scan: directions one → both"
    undo.undo()
    assert panel.editors["directions"].currentText() == "one"
    undo.undo()
    assert panel.editors["dwell"].value() == 1.0
    assert panel.procedure == DwellTimeScan()
    undo.redo()
    assert panel.procedure == DwellTimeScan(dwell=Q_(7, "s"))
    panel.fill(start=3e-24, stop=-3e-24)
    assert undo.undo_title().endswith("2 parameters of the form")
    desk.model.choose(ReversedScan)
    undo.undo()
    assert desk.model.experiment is DwellTimeScan
    assert panel.procedure == DwellTimeScan(dwell=Q_(7, "s"))
    panel.reset()
    assert undo.undo_title() == "Undo Dwell-time scan: dwell 7 s → 1 s"


def test_a_ramp_is_part_of_the_time_that_is_told(qtbot, desk, panel):
    desk.model.hold(True)
    desk.model.write("magnet", "field", 4.6)
    qtbot.waitUntil(lambda: "until what moves has settled" in panel.message.text(), timeout=5000)
    assert "126 points, 2:1" in panel.message.text()
    desk.model.forward(20.0)
    qtbot.waitUntil(lambda: "126 points, 2:06 of lab time, " in panel.message.text(), timeout=8000)
    desk.model.hold(False)


def test_the_menu_begins_with_the_papers_of_the_bench_and_says_what_is_set_up(panel):
    figures = panel.figures
    figures.fill()
    assert figures.actions()[0].text() == "Nuclear-spin dragging"
    figures._bench = lambda: "spin_inertia"
    figures.fill()
    assert [a.text() for a in figures.actions()][::2] == ["Spin inertia", "Nuclear-spin dragging"]
    for menu in figures.papers:
        for action in menu.actions():
            menu.hovered.emit(action)
    assert "Sets up the other bench" not in figures.figures["s1a"].toolTip()
    assert "Sets up the other bench, Pump-probe spin inertia" in figures.figures["fig2a_low"].toolTip()


def test_powers_are_in_units_of_a_pi_pulse(qapp, qtbot):
    form = ExperimentForm(EXPERIMENTS["inertia_power_series"])
    qtbot.addWidget(form)
    assert {"power (W_π)", "last power (W_π)"} <= {label.text() for label in form.findChildren(QLabel)}


# -- figures -------------------------------------------------------------------------------------------------------


def test_every_figure_is_in_the_menu(panel):
    panel.figures.fill()
    papers = panel.figures.papers
    dragging, inertia = ([action.text() for action in menu.actions()] for menu in papers)
    assert "Figure S1a: scans in steps of 0.4 µeV, three dwell times" in dragging
    assert len(dragging) == 13
    assert "Figure 5: p-type, π pulses, 1 kHz: resonant spin amplification" in inertia
    assert len(inertia) == 16
    for menu in papers:
        for action in menu.actions():
            menu.hovered.emit(action)
            assert "of lab time." in action.toolTip()


def test_a_figure_of_several_runs_goes_into_the_queue(qtbot, desk, panel):
    wanted = []
    desk.panel_wanted.connect(wanted.append)
    panel.figures.fill()
    panel.figures.figures["s1b"].trigger()
    assert panel.procedure == paper_figure("s1b").curves[0].experiment
    assert panel.strip.isVisible()
    assert "3 runs, 4:20 of lab time" in panel.strip.label.text()
    click(qtbot, panel.strip.buttons[1])
    assert [e.plan.title for e in desk.queue.waiting] == [f"Figure S1b: dwell {n} s" for n in ("0.2", "1", "5")]
    assert wanted == ["queue"]
    assert not panel.strip.isVisible()
    qtbot.wait(30)
    assert desk.model.run is None


@pytest.mark.slow
def test_run_all_of_a_figure(qtbot, desk, panel):
    panel.filling.show_figure("s1b")
    click(qtbot, panel.strip.buttons[0])
    qtbot.waitUntil(lambda: [e.status for e in desk.queue.entries] == ["completed"] * 3, timeout=20_000)
    assert [s.procedure for s in desk.model.scans] == [c.experiment for c in paper_figure("s1b").curves]


def test_a_figure_with_another_sample_mounts_it(qtbot, desk, panel):
    panel.filling.show_figure("s4_latta2009")
    qtbot.waitUntil(lambda: panel.strip.isVisible(), timeout=10_000)
    assert desk.model.experiment.key == "polarization_rate_map"
    assert "eq. 13 to the letter" in panel.strip.label.text()
    qtbot.waitUntil(lambda: desk.queue.mounted.choice == SampleChoice("dragging", {"model": "latta2009"}), timeout=5000)
    assert any("latta2009" in line.text for line in desk.model.log)
    type_into(qtbot, panel.editors["span"], "3 ueV")
    assert not panel.strip.isVisible(), "the form is no longer the figure"


# -- files ---------------------------------------------------------------------------------------------------------


def run_to_file(qtbot, desk, procedure):
    before = len(desk.model.scans)
    desk.model.start(procedure)
    qtbot.waitUntil(lambda: len(desk.model.scans) > before and desk.model.run is None, timeout=10_000)
    return desk.model.scans[-1].file


def drop(panel, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    panel.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                               Qt.KeyboardModifier.NoModifier))


def test_a_dropped_file_fills_the_form(qtbot, desk, panel):
    path = run_to_file(qtbot, desk, short(0.03))
    drop(panel, path)
    assert panel.procedure == short(0.03)
    assert "The form is filled from" in panel.strip.label.text()
    assert "another" not in panel.strip.label.text()


def test_a_file_of_another_sample_offers_to_mount_it(qtbot, desk, panel):
    path = run_to_file(qtbot, desk, short(0.03))
    desk.model.mount({"charge": "charged"}, 7, True)
    qtbot.waitUntil(lambda: desk.queue.mounted.choice == SampleChoice("dragging", {"charge": "charged"}, 7),
                    timeout=10_000)
    panel.filling.show_file(path)
    qtbot.waitUntil(lambda: bool(panel.strip.buttons), timeout=5000)
    assert "the sample was another: sample A" in panel.strip.label.text()
    click(qtbot, next(b for b in panel.strip.buttons if b.text() == "Mount that sample"))
    qtbot.waitUntil(lambda: desk.queue.mounted.choice == SampleChoice("dragging"), timeout=10_000)
    assert panel.procedure == short(0.03)


def test_settings_of_the_time_can_be_set_again(qtbot, desk, panel):
    path = run_to_file(qtbot, desk, short(0.03))
    desk.model.write("laser", "power", 3e-8)
    qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["power"] == 3e-8, timeout=5000)
    panel.filling.show_file(path)
    qtbot.waitUntil(lambda: bool(panel.strip.buttons), timeout=5000)
    assert "different: laser power" in panel.strip.label.text()
    click(qtbot, panel.strip.buttons[-1])
    qtbot.waitUntil(lambda: desk.model.snapshot.values["laser"]["power"] == pytest.approx(1e-8), timeout=5000)


def test_what_is_no_run_is_said(tmp_path, panel):
    nonsense = tmp_path / "x.nc"
    nonsense.write_bytes(b"nothing of the kind")
    before = panel.procedure
    drop(panel, nonsense)
    assert "x.nc cannot fill the form" in panel.strip.label.text()
    assert panel.procedure == before


# -- the queue -----------------------------------------------------------------------------------------------------


def titles(panel):
    return [panel.list.item(row).text() for row in range(panel.list.count())]


def test_a_run_is_queued_started_and_shown(qtbot, desk, panel, queue_panel):
    panel.show_procedure(short())
    assert queue_panel.empty.isVisible()
    click(qtbot, panel.queue_button)
    qtbot.waitUntil(lambda: titles(queue_panel) == ["Dwell-time scan: dwell 0.02 s, step 1 µeV"], timeout=5000)
    assert "start the queue" in desk.model.log[-1].text
    assert "Not started." in queue_panel.total.text()
    desk.queue.going = True  # as if it had been begun
    desk.queue.hold()
    assert queue_panel.buttons["start"].text() == "Start"
    qtbot.waitUntil(lambda: queue_panel.buttons["start"].text() == "Go on", timeout=5000)
    assert "Stopped." in queue_panel.total.text()
    click(qtbot, queue_panel.buttons["start"])
    qtbot.waitUntil(lambda: desk.queue.entries[0].status == "completed", timeout=10_000)
    click(qtbot, queue_panel.tools["clear"])
    qtbot.waitUntil(queue_panel.empty.isVisible, timeout=5000)


def test_what_has_left_the_queue_is_not_in_reach_of_the_list(qtbot, desk, panel, queue_panel):
    panel.show_procedure(short())
    click(qtbot, panel.queue_button)
    qtbot.waitUntil(lambda: queue_panel.list.count() == 1, timeout=5000)
    queue_panel.list.select([desk.queue.entries[0].number])
    qtbot.waitUntil(queue_panel.tools["duplicate"].isEnabled, timeout=5000)
    desk.queue.remove(desk.queue.entries[0].number)
    for key in ("duplicate", "edit", "remove"):  # the list has not heard of it yet
        queue_panel.tools[key].click()
    qtbot.keyClick(queue_panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert not desk.queue.entries


@pytest.mark.slow
def test_runs_queued_behind_a_measurement_follow_it(qtbot, desk, panel):
    desk.model.set_pace(1.0)
    panel.show_procedure(short(0.4))
    click(qtbot, panel.buttons["run.start"])
    qtbot.waitUntil(lambda: desk.model.run is not None, timeout=5000)
    panel.show_procedure(short())
    click(qtbot, panel.queue_button)
    assert desk.queue.going
    qtbot.waitUntil(lambda: "1 more in the queue" in panel.left.text(), timeout=8000)
    desk.model.set_pace(math.inf)
    qtbot.waitUntil(lambda: [e.status for e in desk.queue.entries] == ["completed"], timeout=10_000)


def test_order_by_keys(qtbot, desk, queue_panel):
    desk.queue.add([short_plan(name) for name in "abc"])
    view = queue_panel.list
    qtbot.waitUntil(lambda: view.count() == 3, timeout=5000)
    view.setFocus()
    view.setCurrentRow(2)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [e.plan.name for e in desk.queue.waiting] == ["c", "a", "b"]
    qtbot.waitUntil(lambda: view.currentRow() == 0, timeout=5000)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [e.plan.name for e in desk.queue.waiting] == ["a", "c", "b"]
    qtbot.keyClick(view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert [e.plan.name for e in desk.queue.waiting] == ["a", "c", "c", "b"]
    qtbot.waitUntil(lambda: view.count() == 4, timeout=5000)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert [e.plan.name for e in desk.queue.waiting] == ["a", "c", "b"]


def test_order_by_dropping(qtbot, desk, queue_panel):
    desk.queue.add([short_plan(name) for name in "abc"])
    view = queue_panel.list
    qtbot.waitUntil(lambda: view.count() == 3, timeout=5000)
    view.setCurrentRow(0)
    low = view.visualItemRect(view.item(2)).bottomLeft() + QPoint(20, -2)
    view.dropEvent(QDropEvent(QPointF(low), Qt.DropAction.MoveAction, QMimeData(), Qt.MouseButton.LeftButton,
                              Qt.KeyboardModifier.NoModifier))
    assert [e.plan.name for e in desk.queue.waiting] == ["b", "c", "a"]
    qtbot.waitUntil(lambda: view.numbers() == [desk.queue.waiting[2].number], timeout=5000)
    high = view.visualItemRect(view.item(1)).topLeft() + QPoint(20, 2)
    view.dropEvent(QDropEvent(QPointF(high), Qt.DropAction.MoveAction, QMimeData(), Qt.MouseButton.LeftButton,
                              Qt.KeyboardModifier.NoModifier))
    assert [e.plan.name for e in desk.queue.waiting] == ["b", "a", "c"]


def test_editing_a_waiting_run_in_the_form(qtbot, desk, panel, queue_panel):
    desk.queue.add([short_plan()])
    qtbot.waitUntil(lambda: queue_panel.list.count() == 1, timeout=5000)
    queue_panel.list.setFocus()
    queue_panel.list.setCurrentRow(0)
    qtbot.keyClick(queue_panel.list, Qt.Key.Key_Return)
    assert panel.procedure == short()
    type_into(qtbot, panel.editors["dwell"], "40 ms")
    assert panel.strip.isVisible()
    click(qtbot, panel.strip.buttons[0])
    assert desk.queue.waiting[0].plan.procedure == short(0.04)
    assert "0.04 s" in desk.queue.waiting[0].plan.title


def test_a_run_that_has_gone_is_not_changed(qtbot, desk, panel):
    entry, = desk.queue.add([short_plan()])
    desk.queue.edit_wanted.emit(entry.number)
    desk.queue.remove(entry.number)
    click(qtbot, panel.strip.buttons[0])
    assert "does not wait any more" in desk.model.log[-1].text


def test_a_failed_run_says_why_in_the_list(qtbot, desk, queue_panel):
    desk.queue.add([Plan(short(), SampleChoice("dragging"), {"laser": {"power": 1e9}}, "hot"), short_plan("next")])
    click(qtbot, queue_panel.stops)
    assert not desk.queue.stops_at_failure
    qtbot.waitUntil(queue_panel.buttons["start"].isEnabled, timeout=5000)
    click(qtbot, queue_panel.buttons["start"])
    qtbot.waitUntil(lambda: [e.status for e in desk.queue.entries] == ["failed", "completed"], timeout=10_000)
    qtbot.waitUntil(lambda: "laser.power got" in queue_panel.list.item(0).toolTip(), timeout=5000)


# -- repeating -----------------------------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot, desk):
    made = RepeatDialog(desk, short_plan())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: any(knob.owner == "laser" for knob in made._knobs), timeout=5000)
    return made


def test_a_batch_by_typing_values(qtbot, desk, dialog):
    dialog.values.selectAll()
    qtbot.keyClicks(dialog.values, "0.02, 0.04")
    qtbot.waitUntil(lambda: dialog.preview.count() == 2, timeout=5000)
    assert dialog.preview.item(1).text().startswith("dwell 0.04 s")
    assert "2 runs, 0:00 of lab time" in dialog.message.text()
    click(qtbot, dialog.run_button)
    qtbot.waitUntil(lambda: [e.status for e in desk.queue.entries] == ["completed"] * 2, timeout=10_000)
    assert [s.procedure.si("dwell") for s in desk.model.scans] == [0.02, 0.04]


def test_wrong_values_are_told_and_start_nothing(qtbot, dialog):
    dialog.values.selectAll()
    qtbot.keyClicks(dialog.values, "1 V")
    qtbot.waitUntil(lambda: not dialog.run_button.isEnabled(), timeout=5000)
    assert "dwell got 1 V; it wants a time" in dialog.message.text()
    assert dialog.preview.count() == 0


def test_values_from_start_to_stop(qtbot, desk, dialog):
    dialog.choose("laser", "power")
    start, stop = dialog.ends
    type_into(qtbot, start, "1 nW")
    type_into(qtbot, stop, "100 nW")
    type_into(qtbot, dialog.number, "3")
    dialog.spacing.setFocus()
    qtbot.keyClick(dialog.spacing, Qt.Key.Key_Down)
    assert dialog.values.text() == "1, 10, 100 nW"
    click(qtbot, dialog.queue_button)
    assert [e.plan.settings["laser"]["power"] for e in desk.queue.waiting] == pytest.approx([1e-9, 1e-8, 1e-7])
    assert not desk.queue.going


def test_what_the_experiment_sets_itself_is_not_offered(dialog):
    offered = {(knob.owner, knob.name) for knob in dialog._knobs}
    assert ("lockin", "time_constant") not in offered
    assert {("lockin", "sensitivity"), ("sample", "nuclei"), ("experiment", "dwell")} <= offered


# -- quality -------------------------------------------------------------------------------------------------------


def test_spoiled_points_lead_to_the_instrument(qtbot, desk, panel):
    desk.model.write("lockin", "sensitivity", 1e-9)
    assert not panel.quality.isVisible()
    run_to_file(qtbot, desk, short())
    qtbot.waitUntil(panel.quality.isVisible, timeout=5000)
    assert desk.model.scans[-1].spoiled() == 5
    qtbot.waitUntil(lambda: "5 of 5 points are spoiled" in panel.quality.text(), timeout=5000)
    wanted = []
    desk.panel_wanted.connect(wanted.append)
    panel.quality.linkActivated.emit("lockin")
    assert wanted == ["lockin"]
    assert 'href="lockin"' in panel.quality.text()


def test_spoiled_points_are_counted_one_by_one_where_their_means_are_drawn():
    procedure = DraggingWidthVsDwell(phases=3, dwells=Q_([0.2, 1], "s"), step_sizes=Q_([0.4], "ueV"))
    scan = Scan(1, procedure, procedure.coordinates())
    shape = [len(c.values) for c in scan.procedure.coordinates()]
    for done, index in enumerate(np.ndindex(*shape)):
        marks = ("lockin.output_overload",) if done % 2 else ()
        scan.add(Measured(index, (1.0,) * len(procedure.variables()), done, 12, 0.0, 0.0, marks))
    assert scan.points() == np.prod(shape)
    assert scan.spoiled() == np.prod(shape) // 2


def test_a_long_experiment_is_no_moment(qtbot, desk, panel):
    desk.model.set_pace(math.inf)
    panel.fill(dwell=1.0)
    assert "a moment here" in panel.message.text()
    desk.model.choose(DraggingWidthVsDwell)
    panel.fill(phases=64)
    assert "up to" in panel.message.text()
    desk.queue.speeds["dragging_width_vs_dwell"] = 1e9
    panel.refresh()
    assert "a moment here" in panel.message.text()


def test_what_no_instrument_shows_is_not_run_in_an_exam(qtbot, desk, panel):
    desk.model.choose(PolarizationRateMap)
    assert panel.procedure is not None
    desk.set_exam(True)
    assert panel.procedure is None
    assert "cannot be run in exam mode" in panel.message.text()
    answer = desk.model.start(PolarizationRateMap())  # from the library, say
    assert answer.exception() is not None
    assert desk.model.log[-1].text.endswith("cannot be run in exam mode.")
    desk.model.choose(DwellTimeScan)
    assert panel.procedure is not None
    desk.set_exam(False)
    desk.model.choose(PolarizationRateMap)
    assert panel.procedure is not None


# -- the sample ----------------------------------------------------------------------------------------------------


@pytest.fixture
def sample_panel(qtbot, desk):
    made = SamplePanel(desk)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: "sample A" in made.mounted.text(), timeout=5000)
    return made


def test_a_sample_mounted_by_others_is_shown(qtbot, desk, sample_panel):
    desk.model.mount({"charge": "charged", "nuclei": "5000"}, 3, False)
    qtbot.waitUntil(lambda: "charged, nuclei 5000" in sample_panel.mounted.text(), timeout=10_000)
    assert sample_panel.words["charge"].currentText() == "charged"
    assert sample_panel.changes.text() == "nuclei = 5000"
    assert sample_panel.seed.value() == 3
    assert not sample_panel.noise.isChecked()


def test_a_parameter_from_the_menu_is_changed(qtbot, desk, sample_panel):
    sample_panel.begin_change("nuclei")
    assert sample_panel.changes.selectedText() == "100000"
    qtbot.keyClicks(sample_panel.changes, "-3")
    assert "nuclei got -3" in sample_panel.message.text()
    assert sample_panel.message.isVisible()
    sample_panel.changes.setSelection(len("nuclei = "), 9)
    qtbot.keyClicks(sample_panel.changes, "700")
    assert not sample_panel.message.isVisible()
    click(qtbot, sample_panel.mount)
    qtbot.waitUntil(lambda: desk.queue.mounted.choice == SampleChoice("dragging", {"nuclei": "700"}), timeout=10_000)


def test_a_wrong_seed_is_refused(qtbot, desk, sample_panel):
    type_into(qtbot, sample_panel.seed, "1.5", enter=False)
    click(qtbot, sample_panel.mount)
    assert "The seed got" in sample_panel.message.text()
    assert desk.model.mounting is None


def test_controls_have_names_tips_and_a_place_in_the_tab_order(panel, queue_panel, sample_panel, dialog):
    for place in (panel, queue_panel, sample_panel, dialog):
        for button in place.findChildren(QAbstractButton):
            if button.objectName().startswith("qt_") or not isinstance(button, QPushButton):
                continue
            assert button.toolTip(), button.text()
            assert button.accessibleName() or button.text()
            assert button.focusPolicy() != Qt.FocusPolicy.NoFocus
    assert QApplication.instance() is not None
    keys = [command.key for one in (panel, queue_panel) for command in one.commands()]
    assert len(set(keys)) == len(keys)
    assert json.dumps(keys)
