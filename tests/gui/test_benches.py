"""A window with more than one kind of bench, driven as a hand would: choosing experiments, and what follows."""

import math
import time

import numpy as np
import pytest
import shiboken6
import xarray
from laboratory import arranged, laboratory, run_to_end
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel
from second_bench import CHOPPING, FrequencySweep, make_bench, make_sample

from gui import mounting, rehearsal
from gui.app import make_window
from gui.panels.instrument_panel import InstrumentPanel
from gui.scans import Scan
from instruments.benches import BENCHES, HiddenQuantity
from vlab import Q_, run
from vlab.experiments import DwellTimeScan
from vlab.experiments.runner import Measured


@pytest.fixture
def ready(second_bench, monkeypatch):
    """Two kinds of benches that need no child process."""
    for module in ("gui.models", "gui.rehearsal"):
        monkeypatch.setattr(f"{module}.kernels_are_compiled", lambda kind: True)
    return second_bench


@pytest.fixture
def window(ready, qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        yield window


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))


def choose(qtbot, window, key):
    """Go to an entry of the experiment choice with the arrow keys; wait for its bench."""
    box = window.experiment.choice
    target = box.findData(key)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down if target > box.currentIndex() else Qt.Key.Key_Up)
    assert box.currentIndex() == target
    qtbot.waitUntil(lambda: window.model.mounting is None and window.model.connected, timeout=20_000)
    assert window.model.experiment.key == key


def sweep(qtbot, window, **values):
    if window.model.experiment is not FrequencySweep:
        choose(qtbot, window, "frequency_sweep")
    window.experiment.fill(**values)
    return run_to_end(qtbot, window, lambda: click(qtbot, window.experiment.buttons["run.start"]))


def test_experiments_stand_under_their_benches(window):
    box = window.experiment.choice
    assert box.accessibleName() == "experiment choice"
    titles = [box.itemText(i) for i in range(box.count())]
    assert titles == ["Nuclear-spin dragging", "Dwell-time scan", "Chopping", "Frequency sweep"]
    assert [bool(box.model().item(i).isEnabled()) for i in range(4)] == [False, True, False, True]
    assert box.currentText() == "Dwell-time scan"
    assert window.windowTitle() == "vlab: Nuclear-spin dragging"


def test_a_wheel_that_rolls_by_does_not_choose(qtbot, window):
    box = window.experiment.choice
    where = QPointF(box.rect().center())
    wheel = QWheelEvent(where, box.mapToGlobal(where), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(box, wheel)
    assert window.model.mounting is None
    assert box.currentText() == "Dwell-time scan"


def test_choosing_sets_up_the_other_bench(qtbot, window):
    old = [window.docks[name] for name in ("laser", "magnet", "lockin")]
    panels = window.findChildren(InstrumentPanel)
    choose(qtbot, window, "frequency_sweep")
    assert window.model.kind is CHOPPING
    assert window.windowTitle() == "vlab: Chopping"
    assert list(window.instruments) == ["laser", "chopper", "lockin"]
    assert list(window.experiment.editors) == list(FrequencySweep.parameters())
    qtbot.waitUntil(lambda: not [w for w in [*old, *panels] if shiboken6.isValid(w)], timeout=5000)
    docks = {dock.objectName() for dock in window.findChildren(QDockWidget)}
    assert docks == set(window.docks)
    assert "magnet" not in docks
    assert not any(window.docks[name].isHidden() for name in (*window.instruments, "experiment", "path", "strip"))
    qtbot.waitUntil(window.instruments["lockin"].isVisible, timeout=5000)
    panels_menu = [action.text() for action in window._panels_menu.actions()]
    assert panels_menu.count("Lock-in") == 1
    assert "Magnet" not in panels_menu
    qtbot.waitUntil(lambda: window.path.path.text() == "Toy laser<br>↓<br>Toy lock-in", timeout=5000)
    readings = [window.strip.choice.itemText(i) for i in range(window.strip.choice.count())]
    assert window.strip.choice.currentText() == "lockin.r"
    assert "magnet.field_actual" not in readings
    assert "Nothing is hidden" in window.inside.value.text()
    assert not window.inside.plot.isVisible()
    assert window.docks["inside"].windowTitle() == "See inside"
    qtbot.waitUntil(lambda: window.strip.curve.getData()[0] is not None, timeout=5000)


def test_a_sweep_by_clicking_gives_the_scripts_numbers_to_the_bit(qtbot, window):
    scan = sweep(qtbot, window)
    expected = run(FrequencySweep(), make_bench(), save=False)
    assert scan.status == "completed"
    for place in range(2):
        assert scan.traces[place].columns["magnitude"] == list(expected["magnitude"].values[place])
    with xarray.open_dataset(scan.file) as found:
        np.testing.assert_array_equal(found["magnitude"], expected["magnitude"])
    assert "completed" in window.bar.label.text()


def test_a_family_on_logarithmic_axes(qtbot, window):
    panel = window.scan_panel
    scan = sweep(qtbot, window, order="inside out")
    x, y = panel._curves[scan.number, 1].getOriginalDataset()
    assert np.all(np.diff(x) > 0)  # a line from left to right, in whatever order it was measured
    expected = run(FrequencySweep(), make_bench(), save=False)["magnitude"].values[1]
    assert np.allclose(np.log10(y), np.log10(expected), atol=0.1)
    assert panel.plot.getPlotItem().getAxis("bottom").logMode
    assert panel.plot.getPlotItem().getAxis("left").logMode
    low, high = panel.plot.getPlotItem().viewRange()[0]
    assert low < 0.0 < 2.0 < high < 3.0  # decades of kHz
    colours = [panel._curves[scan.number, place].opts["pen"].color().name() for place in range(2)]
    assert colours[0] != colours[1]
    legend = [label.text for _, label in panel.plot.getPlotItem().legend.items]
    assert legend == ["1: from 1 kHz, fresh, power 1 nW", "power 10 nW", "theory at 1.0 nW", "theory at 10.0 nW"]
    assert "chopping frequency (kHz)" in panel.plot.getAxis("bottom").labelText
    assert "R (µV)" in panel.plot.getAxis("left").labelText


def test_theory_lies_dashed_over_the_first_variable_only(qtbot, window):
    panel = window.scan_panel
    sweep(qtbot, window)
    assert len(panel.drawn.overlays) == 2
    assert panel.drawn.overlays[1].opts["pen"].style() == Qt.PenStyle.DashLine
    np.testing.assert_array_equal(panel.drawn.overlays[1].getOriginalDataset()[1], 20.0)
    panel.quantity.setFocus()
    qtbot.keyClick(panel.quantity, Qt.Key.Key_Down)
    assert panel.quantity.currentText() == "lock-in phase (°)"
    assert not panel.drawn.overlays
    qtbot.keyClick(panel.quantity, Qt.Key.Key_Up)
    assert len(panel.drawn.overlays) == 2


def test_findings_are_all_there_in_a_place_that_grows_when_the_run_has_ended(qtbot, window):
    readout = window.scan_panel.readout
    height = readout.height()
    sweep(qtbot, window)
    assert readout.text().startswith("1: highest signal: ")
    assert readout.text().endswith("finding 5")
    assert height < readout.height() < 2 * height
    assert readout.more.isVisible() == (readout.label.heightForWidth(readout.width()) > readout.height())
    assert readout.label.width() <= readout.viewport().width()  # lines wrap


@pytest.mark.slow
def test_each_experiment_keeps_its_form_and_its_runs(qtbot, window):
    window.experiment.fill(start=4 * 1.602176634e-25, stop=-6 * 1.602176634e-25, dwell=0.2)
    first = run_to_end(qtbot, window, lambda: window.commands.run("run.start"))
    sweep(qtbot, window, lowest=500.0)
    second = sweep(qtbot, window)
    assert sorted(number for number, _ in window.scan_panel._curves) == [2, 2, 3, 3]
    choose(qtbot, window, "dwell_time_scan")
    assert window.experiment.values()["dwell"] == Q_(0.2, "s")
    assert list(window.scan_panel._curves) == [(1, 0)]
    assert not window.scan_panel.plot.getPlotItem().getAxis("left").logMode
    assert window.scan_panel.readout.text().startswith("1: dragging width")
    assert window.model.scans[0] is first
    assert window.model.scans[2] is second
    choose(qtbot, window, "frequency_sweep")
    assert window.experiment.values()["lowest"].m_as("kHz") == pytest.approx(0.5)


def test_another_bench_is_refused_during_a_run(qtbot, window):
    window.model.set_pace(2.0)
    click(qtbot, window.experiment.buttons["run.start"])
    qtbot.waitUntil(lambda: window.model.run is not None, timeout=5000)
    box = window.experiment.choice
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert "needs the bench 'Chopping', but a measurement is running" in window.bar.label.text()
    assert box.currentText() == "Dwell-time scan"
    assert window.model.kind.key == "dragging"
    window.commands.run("run.abort")
    qtbot.waitUntil(lambda: window.model.run is None, timeout=5000)


def test_a_bench_that_cannot_be_set_up_leaves_the_old_one(qtbot, window, monkeypatch):
    def broken(*_):
        raise OSError("no such cryostat")

    monkeypatch.setattr(mounting, "prepared_bench", broken)
    box = window.experiment.choice
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: window.model.mounting is None, timeout=5000)
    assert "no such cryostat" in window.bar.label.text()
    assert box.currentText() == "Dwell-time scan"
    assert window.model.connected
    short = {"start": 4 * 1.602176634e-25, "stop": -6 * 1.602176634e-25, "dwell": 0.2}
    window.experiment.fill(**short)
    assert run_to_end(qtbot, window, lambda: window.commands.run("run.start")).status == "completed"


@pytest.mark.slow
def test_mounting_a_sample_of_the_second_bench(qtbot, window):
    choose(qtbot, window, "frequency_sweep")
    panel = window.panel("sample")
    window.docks["sample"].raise_()
    assert [*panel.words] == ["age"]
    assert panel.words["age"].toolTip() == "Choose how old it is."
    panel.words["age"].setFocus()
    qtbot.keyClick(panel.words["age"], Qt.Key.Key_Down)
    click(qtbot, panel.noise)
    click(qtbot, panel.mount)
    qtbot.waitUntil(lambda: "Mounted the toy (stale)" in window.bar.label.text(), timeout=5000)
    window.docks["experiment"].raise_()
    scan = sweep(qtbot, window)
    expected = run(FrequencySweep(), make_bench(make_sample({"age": "stale"}), noise=False), save=False)
    assert scan.traces[1].columns["magnitude"] == list(expected["magnitude"].values[1])
    assert scan.title == "1: from 1 kHz, stale"


@pytest.mark.slow
def test_each_bench_has_its_layout(ready, qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as first:
        first.docks["strip"].hide()
        choose(qtbot, first, "frequency_sweep")
        arranged(qtbot, first)
        assert not first.docks["strip"].isHidden()
        first.docks["path"].hide()
        choose(qtbot, first, "dwell_time_scan")
        arranged(qtbot, first)
        assert first.docks["strip"].isHidden()
        assert not first.docks["path"].isHidden()
    with laboratory(qapp, qtbot, tmp_path) as second:
        assert second.docks["strip"].isHidden()
        choose(qtbot, second, "frequency_sweep")
        arranged(qtbot, second)
        assert second.docks["path"].isHidden()
        second.commands.run("view.layout")
        arranged(qtbot, second)
        assert not second.docks["path"].isHidden()


@pytest.mark.slow
def test_the_panel_in_front_stays_in_front_when_another_bench_is_set_up(qtbot, window):
    choose(qtbot, window, "frequency_sweep")
    window.show_panel("help")
    qtbot.waitUntil(lambda: not window.panel("help").visibleRegion().isEmpty(), timeout=5000)
    choose(qtbot, window, "dwell_time_scan")
    window.show_panel("experiment")
    arranged(qtbot, window)
    qtbot.waitUntil(lambda: not window.experiment.visibleRegion().isEmpty(), timeout=5000)
    choose(qtbot, window, "frequency_sweep")
    qtbot.wait(100)
    arranged(qtbot, window)
    qtbot.waitUntil(lambda: not window.experiment.visibleRegion().isEmpty(), timeout=5000)
    assert window.panel("help").visibleRegion().isEmpty()


def test_the_form_may_be_reset_while_another_bench_arrives(qtbot, window):
    """The experiment is chosen a turn before its form is shown."""
    end = window.model.bench_changed.connect(window.experiment.reset)
    choose(qtbot, window, "frequency_sweep")
    end()
    assert window.experiment.form.kind.key == "frequency_sweep"
    assert window.experiment.form.isVisibleTo(window.experiment)


def test_what_was_to_begin_on_a_bench_does_not_begin_on_the_next(qtbot, window):
    model, begun = window.model, []

    def stands():  # no turn of the event loop in between
        deadline = time.monotonic() + 20.0
        while model.mounting is not None and time.monotonic() < deadline:
            time.sleep(0.01)
            model.pull()
        assert model.mounting is None

    model.mount({}, 0, True, then=lambda: begun.append("first"))
    stands()
    model.mount({}, 1, True, then=lambda: begun.append("second"))
    stands()
    qtbot.waitUntil(lambda: bool(begun))
    qtbot.wait(100)
    assert begun == ["second"]


@pytest.mark.slow
def test_changing_benches_leaves_nothing_behind(qtbot, window):
    def census():
        # what goes is deleted one by one, and what comes is made one by one
        qtbot.waitUntil(lambda: not window._rest.isActive() and not window.docking.busy, timeout=20_000)
        qtbot.wait(300)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        model = window.model
        events = (model.readings_changed, model.bench_changed, model.experiment_changed, model.run_changed)
        return (len(window.findChildren(QDockWidget)), len(window.findChildren(QLabel)),
                [len(event._listeners) for event in events], len(window.history._series))

    qtbot.waitUntil(lambda: not window._rest.isActive(), timeout=20_000)  # all panels stand
    choose(qtbot, window, "frequency_sweep")
    choose(qtbot, window, "dwell_time_scan")
    once = census()
    for _ in range(2):
        choose(qtbot, window, "frequency_sweep")
        choose(qtbot, window, "dwell_time_scan")
    assert census() == once


@pytest.mark.slow
def test_things_to_try_bring_their_bench(qtbot, window):
    choose(qtbot, window, "frequency_sweep")
    window.commands.run("help.greeting")
    scan = run_to_end(qtbot, window, lambda: click(qtbot, window.greeting.buttons[0]))
    assert isinstance(scan.procedure, DwellTimeScan)
    assert window.model.kind.key == "dragging"
    assert window.experiment.choice.currentText() == "Dwell-time scan"


@pytest.mark.slow
def test_several_hidden_quantities(ready, qapp, qtbot, tmp_path, monkeypatch):
    class Rich(CHOPPING.make().__class__):
        def hidden(self):
            return {"shift": 1.602176634e-25, "order": 0.5}

    def make():
        bench = make_bench()
        bench.__class__ = Rich
        return bench

    quantities = (HiddenQuantity("shift", "ueV", "Overhauser shift"), HiddenQuantity("order", "", "order", "O"))
    monkeypatch.setitem(BENCHES, "chopping",
                        CHOPPING.__class__(**{**vars(CHOPPING), "hidden": quantities, "make": make}))
    with laboratory(qapp, qtbot, tmp_path) as window:
        choose(qtbot, window, "frequency_sweep")
        window.show_panel("inside")
        qtbot.waitUntil(lambda: "Overhauser shift = 1.0000 µeV" in window.inside.value.text(), timeout=5000)
        assert window.inside.choice.isVisible()
        window.inside.choice.setFocus()
        qtbot.keyClick(window.inside.choice, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda: "O = +0.5000" in window.inside.value.text(), timeout=5000)
        qtbot.waitUntil(lambda: window.inside.curve.getData()[1] is not None, timeout=5000)
        assert window.inside.curve.getData()[1][-1] == 0.5


def test_each_kind_of_bench_is_rehearsed(ready):
    assert rehearsal.prepared_bench(CHOPPING).title == "Chopping"
    assert rehearsal.prepared_bench(CHOPPING, lambda: make_bench(seed=4)).seed == 4
    assert rehearsal.prepared_bench().title == "Nuclear-spin dragging"


@pytest.mark.slow
def test_a_bench_is_warmed_up_once_in_a_child_process(monkeypatch, tmp_path):
    monkeypatch.setattr(rehearsal, "cache_folder", lambda: tmp_path)
    asked = []
    run_child = rehearsal.subprocess.run
    monkeypatch.setattr(rehearsal.subprocess, "run", lambda command, **options: (
        asked.append(command[-1]), run_child(command, **options))[1])
    dragging = BENCHES["dragging"]
    assert not rehearsal.kernels_are_compiled(dragging)
    rehearsal.prepared_bench(dragging)
    assert rehearsal.kernels_are_compiled(dragging)
    rehearsal.prepared_bench(dragging)
    assert asked == ["dragging"]
    rehearsal.prepared_bench(CHOPPING)  # which the child does not know: then the bench itself compiles
    assert not rehearsal.kernels_are_compiled(CHOPPING)


@pytest.mark.slow
def test_the_last_experiment_is_there_at_the_next_start(ready, qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as first:
        choose(qtbot, first, "frequency_sweep")
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = make_window(settings, "light")
    try:
        qtbot.waitUntil(lambda: window.model.connected, timeout=20_000)
        assert window.windowTitle() == "vlab: Chopping"
        assert window.experiment.choice.currentText() == "Frequency sweep"
    finally:
        window.close()
        shiboken6.delete(window)


def test_a_point_measured_again_replaces_the_old_one():
    procedure = FrequencySweep()
    scan = Scan(1, procedure, procedure.coordinates())
    for value in (3.0, math.nan, 5.0):
        scan.add(Measured((1, 2), (value, 0.0), 1, 10, 0.0, 0.0))
    scan.add(Measured((1, 0), (7.0, -1.0), 2, 10, 0.0, 0.0))
    trace = scan.traces[1]
    assert trace.columns["magnitude"] == [5.0, 7.0]
    assert scan.points() == 2
    assert trace.range("magnitude", positive=False) == (3.0, 7.0)
    x, y = trace.drawn("phase", log_x=True, log_y=True)
    assert x.size == y.size == 0


def test_instruments_make_two_groups_of_tabs(ready, qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        choose(qtbot, window, "frequency_sweep")
        docks = window.docks
        assert window.tabifiedDockWidgets(docks["laser"]) == [docks["chopper"]]
        assert not [dock for dock in window.tabifiedDockWidgets(docks["lockin"]) if not dock.isHidden()]
        assert window.dockWidgetArea(docks["path"]) == Qt.DockWidgetArea.BottomDockWidgetArea
        qtbot.waitUntil(window.instruments["lockin"].isVisible, timeout=5000)
        qtbot.waitUntil(window.instruments["laser"].isVisible, timeout=5000)


def test_a_relaxation_time_by_one_click_is_the_scripts(qtbot, window):
    from instruments import spin_inertia_bench
    from vlab.experiments import ModulationFrequencyScan

    window.commands.run("help.greeting")
    scan = run_to_end(qtbot, window, lambda: click(qtbot, window.greeting.buttons[3]))
    assert window.model.kind.key == "spin_inertia"
    expected = run(ModulationFrequencyScan(), spin_inertia_bench(seed=0), save=False)
    assert scan.traces[0].columns["x"] == list(expected["x"].values)
    assert "tau_s* = " in window.scan_panel.readout.text()
    assert "n-type" in scan.title
