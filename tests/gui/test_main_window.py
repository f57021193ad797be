"""The window, driven as a hand would: keys and mouse, then a look at the laboratory."""

import json
import math

import numpy as np
import pytest
import xarray
from laboratory import arranged, laboratory, quick_scan, run_to_end
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabBar,
    QWidget,
)

from gui.panels.experiment_form import OptionalQuantity
from gui.theme import apply_theme
from gui.widgets.plot import Plot
from gui.widgets.quantity_spin_box import QuantitySpinBox
from instruments import dragging_bench
from instruments.benches import BENCHES
from vlab import Q_, run
from vlab.experiments import DwellTimeScan
from vlab.lab.cable import TickGrid
from vlab.samples import QuantumDot
from vlab.samples.specimen import DotSpecimen, Ramp, Room

INSTRUMENTS = BENCHES["dragging"].instruments


@pytest.fixture
def window(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        yield window


def type_into(qtbot, field, text, enter=True):
    """Select all in a field and type."""
    qtbot.mouseClick(field.lineEdit(), Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field.lineEdit(), text)
    if enter:
        qtbot.keyClick(field.lineEdit(), Qt.Key.Key_Return)


def type_into_line(qtbot, line, text):
    line.selectAll()
    qtbot.keyClicks(line, text)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))


def short_scan(qtbot, window, dwell="200 ms"):
    type_into(qtbot, window.experiment.editors["start"], "4")
    type_into(qtbot, window.experiment.editors["stop"], "-6 ueV")
    type_into(qtbot, window.experiment.editors["dwell"], dwell)


def test_a_fresh_window_is_ready_to_measure(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path, hurry=False) as window:
        qtbot.waitUntil(lambda: window.experiment.buttons["run.start"].isEnabled(), timeout=5000)
        assert window.actions["run.start"].isEnabled()
        assert window.state_label.text() == "idle"
        assert window.clock.pace.currentText() == "real time"


def test_a_scan_by_clicking_gives_the_scripts_numbers_to_the_bit(qtbot, window):
    short_scan(qtbot, window)
    scan = run_to_end(qtbot, window, lambda: click(qtbot, window.experiment.buttons["run.start"]))
    asked = DwellTimeScan(start=Q_(4, "ueV"), stop=Q_(-6, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(0.2, "s"))
    expected = run(asked, dragging_bench(seed=0), save=False)
    assert scan.status == "completed"
    assert scan.traces[0].columns["dt"] == list(expected["dt"].values)
    x, y = window.scan_panel._curves[1, 0].getData()
    np.testing.assert_array_equal(x, expected["detuning"])
    np.testing.assert_array_equal(y, expected["dt_normalized"])
    with xarray.open_dataset(scan.file) as found:
        np.testing.assert_array_equal(found["dt"], expected["dt"])
    assert "completed" in window.bar.label.text()
    bar = window.experiment.bar  # it is drawn a moment after the rest
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() == 26, timeout=5000)


def test_s1a_traces_by_clicking(qtbot, window):
    """Figure S1a: dwell times of 200, 1000 and 5000 ms, overlaid."""
    for dwell in ("200 ms", "1 s", "5000 ms"):
        type_into(qtbot, window.experiment.editors["dwell"], dwell)
        run_to_end(qtbot, window, lambda: click(qtbot, window.experiment.buttons["run.start"]))
    widths = []
    for number, dwell in enumerate((0.2, 1.0, 5.0)):
        asked = DwellTimeScan(dwell=Q_(dwell, "s"))
        bench = dragging_bench(seed=0)
        bench.run_number = number
        expected = run(asked, bench, save=False)
        assert window.model.scans[number].traces[0].columns["dt_normalized"] == list(expected["dt_normalized"].values)
        y = np.array(window.model.scans[number].traces[0].columns["dt_normalized"])
        widths.append((y > 0.5 * y.max()).sum())
    assert widths[0] < widths[1] < widths[2]
    assert len(window.scan_panel._curves) == 3


def test_keyboard_alone(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.model.run is not None or bool(window.model.scans), timeout=5000)
    qtbot.waitUntil(lambda: window.model.run is None, timeout=30_000)
    assert window.model.scans[-1].status == "completed"
    shown = window.docks["inside"].isHidden()
    qtbot.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert window.docks["inside"].isHidden() != shown
    qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert window.model.lab.held
    assert window.clock.hold.isChecked()


def test_the_palette(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    palette = window.palette_dialog
    assert palette.isVisible()
    qtbot.keyClicks(palette.line, "hold")
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.model.lab.held


def test_pause_resume_abort(qtbot, window):
    window.model.set_pace(2.0)
    short_scan(qtbot, window)
    buttons = window.experiment.buttons
    click(qtbot, buttons["run.start"])
    qtbot.waitUntil(lambda: window.model.run is not None, timeout=5000)
    assert not buttons["run.start"].isEnabled()
    click(qtbot, buttons["run.pause"])
    qtbot.waitUntil(lambda: window.model.run_state == "paused", timeout=5000)
    assert buttons["run.pause"].text() == "Resume"
    qtbot.wait(100)  # what was published before the pause has come
    here = window.model.lab.snapshot.lab_time
    qtbot.wait(100)
    assert window.model.lab.snapshot.lab_time == here
    click(qtbot, buttons["run.pause"])
    qtbot.waitUntil(lambda: window.model.run_state == "running", timeout=5000)
    qtbot.waitUntil(lambda: bool(window.model.scans[-1].traces[0].x), timeout=5000)
    click(qtbot, buttons["run.abort"])
    qtbot.waitUntil(lambda: window.model.run is None, timeout=5000)
    assert window.model.scans[-1].status == "aborted"
    assert window.model.scans[-1].file.exists()
    qtbot.waitUntil(lambda: "the shutter is closed" in window.path.check.text(), timeout=5000)


def test_run_takes_what_is_being_typed(qtbot, window):
    short_scan(qtbot, window)
    type_into(qtbot, window.experiment.editors["dwell"], "300 ms", enter=False)
    run_to_end(qtbot, window, lambda: window.commands.run("run.start"))
    assert "dwell 0.3 s" in window.model.scans[-1].title
    type_into(qtbot, window.experiment.editors["dwell"], "9e9 s", enter=False)
    window.commands.run("run.start")
    qtbot.wait(100)
    assert len(window.model.scans) == 1
    assert "too high" in window.experiment.message.text()


def test_a_refused_knob_gives_its_reason(qtbot, window):
    window.docks["laser"].raise_()
    type_into(qtbot, window.instruments["laser"].editors["power"], "20000 nW")
    assert "laser, power: " in window.bar.label.text()
    assert "too high" in window.bar.label.text()


def test_the_width_is_shown(qtbot, window):
    quick_scan(qtbot, window, dwell=5.0)
    assert "dragging width: 10.711(10) µeV" in window.scan_panel.readout.text()


def test_wrong_input_in_the_form_is_told_and_kept(qtbot, window):
    panel = window.experiment
    type_into(qtbot, panel.editors["dwell"], "5 V")
    assert panel.procedure is None
    assert not panel.buttons["run.start"].isEnabled()
    assert "is a voltage" in panel.message.text()
    assert "5 V" in panel.editors["dwell"].text()
    type_into(qtbot, panel.editors["dwell"], "5 s")
    assert panel.procedure is not None
    assert "10:30 of lab time" in panel.message.text()
    type_into(qtbot, panel.editors["stop"], "20 ueV")
    assert "same as start" in panel.message.text()
    assert not panel.buttons["run.start"].isEnabled()


def test_the_form_has_every_parameter(window):
    assert list(window.experiment.editors) == list(DwellTimeScan.parameters())
    assert window.experiment.procedure.as_record() == DwellTimeScan().as_record()


def test_the_limits_of_the_model_are_told_where_an_experiment_is_chosen(qtbot, window):
    form = window.experiment.form
    short = form.about.text()
    assert short == form.kind.summary()
    click(qtbot, form.more)
    assert form.about.text().startswith(short)
    assert "Eq. 13 alone (model latta2009) drags from laser red to blue only" in form.about.text()
    click(qtbot, form.more)
    assert form.about.text() == short


def test_forms_are_never_cut_sideways(window):
    place = window.experiment.forms
    assert place.widget().width() <= place.viewport().width()


def test_a_long_notice_stays_on_one_line_and_covers_nothing(qtbot, window):
    window.resize(1280, 800)
    qtbot.wait(50)
    arranged(qtbot, window)
    plots = [plot for plot in window.findChildren(Plot) if plot.isVisible()]
    before = [plot.geometry() for plot in plots]
    text = "The measurement is completed.\nThe data is in /home/" + "a_long_name/" * 30 + "run.nc."
    window.bar.show_notice("info", text)
    qtbot.wait(50)
    assert window.width() == 1280
    label = window.bar.label
    assert label.height() < 2 * label.fontMetrics().lineSpacing()
    assert label.toolTip() == text
    assert label.shown().startswith("The measurement is completed. The data is in")
    assert "…" in label.shown()
    assert label.shown().endswith("run.nc.")
    assert [plot.geometry() for plot in plots] == before
    top = window.bar.mapTo(window, QPoint(0, 0)).y()
    for widget in (*plots, *(dock for dock in window.docks.values() if dock.isVisible())):
        assert widget.mapTo(window, widget.rect().bottomLeft()).y() < top
    window.bar.show_notice("info", "Short.")
    assert label.shown() == label.text() == "Short."


def test_an_optional_time_constant(qtbot, window):
    editor = window.experiment.editors["time_constant"]
    assert isinstance(editor, OptionalQuantity)
    click(qtbot, editor.box)
    type_into(qtbot, editor.field, "300 ms")
    assert window.experiment.procedure.si("time_constant") == pytest.approx(0.3)


def test_every_declaration_is_in_its_panel(window):
    assert set(window.instruments) == set(INSTRUMENTS)
    for name, kind in INSTRUMENTS.items():
        panel = window.instruments[name]
        assert set(panel.editors) == set(kind.settings())
        assert set(panel.displays) == set(kind.readings())
        assert set(panel.lamps) == set(kind.flags())
        assert set(panel.buttons) == set(kind.actions())
        assert set(panel.faults) == set(kind.faults())


def test_knobs_turn_the_instruments(qtbot, window):
    window.docks["gate"].raise_()
    field = window.instruments["gate"].editors["voltage"]
    qtbot.waitUntil(field.isVisible, timeout=5000)
    type_into(qtbot, field, "0.41")
    qtbot.waitUntil(lambda: window.model.snapshot.values["gate"]["voltage"] == 0.41, timeout=5000)
    window.docks["lockin"].raise_()
    box = window.instruments["lockin"].editors["slope"]
    qtbot.waitUntil(box.isVisible, timeout=5000)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: window.model.snapshot.values["lockin"]["slope"] == "12 dB/oct", timeout=5000)
    window.docks["magnet"].raise_()
    target = window.instruments["magnet"].editors["field"]
    qtbot.waitUntil(target.isVisible, timeout=5000)
    type_into(qtbot, target, "50 kG")
    qtbot.waitUntil(lambda: window.instruments["magnet"].lamps["ramping"].lit, timeout=5000)
    click(qtbot, window.instruments["magnet"].buttons["hold"])
    qtbot.waitUntil(lambda: not window.instruments["magnet"].lamps["ramping"].lit, timeout=5000)


def test_a_panel_shows_what_a_script_did(qtbot, window):
    window.docks["laser"].raise_()
    window.model.lab.write("laser", "power", 2e-8)
    window.model.lab.write("laser", "shutter", "closed")
    panel = window.instruments["laser"]
    qtbot.waitUntil(lambda: panel.editors["power"].value() == 2e-8, timeout=5000)
    assert panel.editors["power"].text() == "20 nW"
    qtbot.waitUntil(lambda: panel.editors["shutter"].currentText() == "closed", timeout=5000)


def test_a_knob_of_a_run_says_who_holds_it(qtbot, window):
    window.model.set_pace(2.0)
    window.docks["laser"].raise_()
    short_scan(qtbot, window)
    click(qtbot, window.experiment.buttons["run.start"])
    qtbot.waitUntil(lambda: window.model.run is not None, timeout=5000)
    type_into(qtbot, window.instruments["laser"].editors["photon_energy"], "1.31 eV")
    qtbot.waitUntil(lambda: "in use by the running DwellTimeScan" in window.bar.label.text(), timeout=5000)
    assert window.bar.isVisible()


def test_closing_in_mid_run_keeps_the_data(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        window.model.set_pace(2.0)
        short_scan(qtbot, window)
        click(qtbot, window.experiment.buttons["run.start"])
        qtbot.waitUntil(lambda: bool(window.model.scans) and bool(window.model.scans[-1].traces[0].x), timeout=10_000)
        window.close()
    files = list((tmp_path / "runs").glob("*.nc"))
    assert len(files) == 1
    with xarray.open_dataset(files[0]) as found:
        assert found.attrs["status"] == "aborted"
        assert found.sizes["detuning"] >= 1


def test_mounting_a_sample_by_clicking(qtbot, window):
    panel = window.panel("sample")
    window.docks["sample"].raise_()
    panel.words["model"].setCurrentText("latta2009")
    panel.seed.setValue(5)
    click(qtbot, panel.mount)
    qtbot.waitUntil(lambda: window.model.connected and window.model.snapshot.bench_number == 1, timeout=10_000)
    window.docks["experiment"].raise_()
    short_scan(qtbot, window)
    scan = run_to_end(qtbot, window, lambda: click(qtbot, window.experiment.buttons["run.start"]))
    with xarray.open_dataset(scan.file) as found:
        assert json.loads(found.attrs["sample"])["model"] == "latta2009"
        assert found.attrs["seed"] == 5


def test_mounting_a_charged_dot_whose_nuclei_flip(qtbot, window):
    DotSpecimen(QuantumDot.sample_a().replace(fluctuations=True)).evolve(  # compiled here, not in the laboratory
        Room(Ramp(4.5), Ramp(0.4), Ramp(0.0), 0.0, 1.0), TickGrid(0, 10**10, 0, 1))
    panel = window.panel("sample")
    window.docks["sample"].raise_()
    assert [*panel.words] == ["model", "preset", "charge", "fluctuations"]
    assert panel.words["fluctuations"].toolTip() == QuantumDot.parameter("fluctuations").help
    for name, word in (("charge", "charged"), ("fluctuations", "on")):
        panel.words[name].setFocus()
        qtbot.keyClick(panel.words[name], Qt.Key.Key_Down)
        assert panel.words[name].currentText() == word
    click(qtbot, panel.mount)
    qtbot.waitUntil(lambda: window.model.connected and window.model.snapshot.bench_number == 1, timeout=10_000)
    assert "Mounted sample A (noncollinear, tuned, charged, fluctuations on)" in window.bar.label.text()
    window.docks["experiment"].raise_()
    short_scan(qtbot, window)
    scan = run_to_end(qtbot, window, lambda: click(qtbot, window.experiment.buttons["run.start"]))
    with xarray.open_dataset(scan.file) as found:
        record = json.loads(found.attrs["sample"])
    assert record["fluctuations"] is True
    assert record["contrast"] == QuantumDot.sample_a(charge="charged").as_record()["contrast"]


def test_a_sample_with_changed_parameters(qtbot, window):
    panel = window.panel("sample")
    window.docks["sample"].raise_()
    type_into_line(qtbot, panel.changes, "nuclei = 5000; stark shift = 2 ueV/mV")
    click(qtbot, panel.mount)
    qtbot.waitUntil(lambda: "nuclei 5000" in window.bar.label.text(), timeout=20_000)
    bench = window.model.lab.post(lambda bench: bench).result(5.0)
    assert bench.dot.nuclei == 5000
    assert bench.dot.stark_shift.m_as("ueV/mV") == 2.0
    type_into_line(qtbot, panel.changes, "nuclei")
    click(qtbot, panel.mount)
    assert "NAME = VALUE" in window.bar.label.text()
    type_into_line(qtbot, panel.changes, "nuclei = -3")
    click(qtbot, panel.mount)
    assert "nuclei got -3" in window.bar.label.text()
    assert window.model.lab.post(lambda bench: bench).result(5.0) is bench


def test_charts_follow_the_laboratory(qtbot, window):
    window.show_panel("inside")
    quick_scan(qtbot, window, dwell=5.0)
    qtbot.waitUntil(lambda: window.inside.isVisible(), timeout=2000)
    qtbot.wait(300)
    t, p = window.inside.curve.getData()
    assert np.all(np.diff(t) > 0)
    assert p.min() < -0.05
    window.show_panel("strip")
    window.strip.choice.setCurrentText("gate.voltage_actual")
    qtbot.waitUntil(lambda: window.strip.curve.getData()[1] is not None, timeout=2000)
    assert window.strip.curve.getData()[1][-1] == pytest.approx(0.4)
    window.strip.span.setCurrentText("last minute")
    shown = window.strip.curve.getData()[0]
    assert 0.0 < shown[-1] - shown[0] <= 60.0 < t[-1] - t[0]
    window.docks["inside"].hide()
    assert not window.inside.isVisible()


def test_traces_of_earlier_runs(qtbot, window):
    short_scan(qtbot, window)
    for _ in range(3):
        run_to_end(qtbot, window, lambda: window.commands.run("run.start"))
    assert len(window.scan_panel._curves) == 3
    window.scan_panel.earlier.setValue(1)
    assert sorted(n for n, _ in window.scan_panel._curves) == [2, 3]
    window.scan_panel.quantity.setCurrentIndex(1)
    assert window.scan_panel._curves[3, 0].getData()[1].max() < 1e-4
    click(qtbot, window.scan_panel.clear)
    assert not window.scan_panel._curves


def test_themes_recolour_everything_and_text_is_drawn(qapp, qtbot, window):
    def ground(widget):
        image = widget.grab().toImage()
        return QColor(image.pixel(3, 3)).lightness()

    def ink(widget):
        image = widget.grab().toImage()
        paper = image.pixel(1, 1)
        return sum(image.pixel(x, y) != paper for x in range(image.width()) for y in range(image.height()))

    light = ground(window.scan_panel.plot)
    assert ink(window.path.check) > 200
    apply_theme(qapp, "dark")
    qtbot.wait(50)
    assert ground(window.scan_panel.plot) < 60 < light
    assert ground(window.experiment) < 60
    assert ink(window.path.check) > 200
    apply_theme(qapp, "light")


@pytest.mark.slow
def test_layout_theme_and_greeting_are_remembered(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as first:
        first.greet_first_start()
        assert first.greeting.isVisible()
        first.resize(1300, 850)
        first.docks["log"].hide()
        first.commands.run("view.theme.dark")
    assert QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat).value("theme") == "dark"
    with laboratory(qapp, qtbot, tmp_path) as second:
        second.greet_first_start()
        assert not second.greeting.isVisible()
        assert second.docks["log"].isHidden()
        second.commands.run("view.layout")
        arranged(qtbot, second)
        assert not second.docks["log"].isHidden()


def test_three_things_to_try(qtbot, window):
    window.commands.run("help.greeting")
    scan = run_to_end(qtbot, window, lambda: click(qtbot, window.greeting.buttons[0]))
    assert scan.status == "completed"
    assert not window.greeting.isVisible()


def test_every_control_has_a_name_a_tip_and_a_place_in_the_tab_order(window):
    nameless, tipless, unreachable = [], [], []
    for widget in window.findChildren(QWidget):
        control = isinstance(widget, QuantitySpinBox | QComboBox | QPushButton | QCheckBox | QAbstractSpinBox)
        inner = widget.parent() is not None and isinstance(widget.parent(), QAbstractSpinBox | QComboBox)
        if not control or inner or widget.objectName().startswith("qt_") or in_plot(widget):
            continue
        if not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())):
            nameless.append(widget)
        if not widget.toolTip() and not isinstance(widget.parent(), OptionalQuantity):
            tipless.append(widget)
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            unreachable.append(widget)
    assert not nameless
    assert not tipless
    assert not unreachable


def in_plot(widget):
    """Whether a widget belongs to a plot's own context menu."""
    while widget is not None:
        if type(widget).__module__.startswith("pyqtgraph") or type(widget).__name__ == "QMenu":
            return True
        widget = widget.parent()
    return False


def test_commands_are_in_menus_with_their_shortcuts(window):
    shortcuts = [c.shortcut for c in window.commands if c.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    for command in window.commands:
        action = window.actions[command.key]
        assert action.shortcut().toString() == command.shortcut
        assert command.help.endswith(".")


def test_no_stray_tab_bars(window):
    bars = [b for b in window.findChildren(QTabBar) if b.isVisible()]
    firsts = [b.tabText(0) for b in bars]
    assert len(firsts) == len(set(firsts))


def test_the_path_in_words(window):
    text = "\n".join(window.model.snapshot.path)
    for word in ("Laser: 10.0 nW", "Chopper: at 50.0 kHz", "4.500 T", "Lock-in: X = "):
        assert word in text


def test_a_paced_clock(qtbot, window):
    window.clock.pace.setCurrentIndex(1)
    window.clock.pace.activated.emit(1)
    assert window.model.lab.pace == 10.0
    before = window.model.snapshot.lab_time
    click(qtbot, window.clock.forward)
    qtbot.waitUntil(lambda: window.model.snapshot.lab_time >= before + 10.0, timeout=5000)
    window.model.set_pace(math.inf)
    assert window.clock.pace.currentText() == "as fast as possible"


def test_focus_moves_with_tab(qtbot, window):
    field = window.experiment.editors["start"]
    field.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    now = QApplication.focusWidget()
    assert now is not field
    assert isinstance(now, QuantitySpinBox | QLineEdit)


def test_panels_that_nobody_has_seen_wait_for_the_end_of_a_measurement(qtbot, window):
    window.model.set_pace(1.0)
    window.commands.run("run.start")
    qtbot.waitUntil(lambda: window.model.run is not None, timeout=5000)
    window.docking.add("spare", "Spare", QLabel, now=False)
    window._build_another()
    assert window.docking.made("spare") is None
    window.commands.run("run.abort")
    qtbot.waitUntil(lambda: window.docking.made("spare") is not None, timeout=20_000)
