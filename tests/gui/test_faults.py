"""Things that go wrong, as the window shows them: lamps, words, crossed-out points, moved cables."""

import numpy as np
import pytest
import xarray
from laboratory import laboratory, quick_scan
from PySide6.QtCore import QPoint, Qt

from gui.lab import Lab
from gui.models import LabModel
from gui.panels.instrument_panel import InstrumentPanel
from instruments import dragging_bench
from instruments.benches import BENCHES
from vlab.experiments.runner import Measured

INSTRUMENTS = BENCHES["dragging"].instruments


@pytest.fixture
def window(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        yield window


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))


@pytest.mark.slow
@pytest.mark.parametrize(("bench", "name"), [(b, n) for b, kind in BENCHES.items() for n in kind.instruments])
def test_the_panel_has_everything_that_is_declared(qtbot, bench, name):
    kind = BENCHES[bench].instruments[name]
    panel = InstrumentPanel(LabModel(Lab(dragging_bench)), name, kind)
    qtbot.addWidget(panel)
    shown = [*panel.editors, *panel.displays, *panel.lamps, *panel.buttons, *panel.faults]
    assert sorted(shown) == sorted(kind.declarations)
    for widget in (*panel.editors.values(), *panel.displays.values(), *panel.lamps.values(), *panel.buttons.values(),
                   *panel.faults.values()):
        assert widget.toolTip()
        assert widget.accessibleName()


@pytest.mark.parametrize("name", ["lockin", "laser"])
def test_faults_that_a_hand_unfolds_are_scrolled_into_sight(qtbot, window, name):
    window.resize(1280, 800)
    window.docks[name].raise_()
    panel = window.instruments[name]
    qtbot.waitUntil(panel.isVisible, timeout=5000)
    qtbot.wait(100)  # until the docks have their sizes
    bar, view = panel.verticalScrollBar(), panel.viewport()

    def seen(widget):
        return view.rect().contains(widget.mapTo(view, widget.rect().bottomLeft()))

    bar.setValue(bar.maximum())
    assert seen(panel.unfold)
    click(qtbot, panel.unfold)
    qtbot.wait(100)  # until the panel is laid out anew
    assert seen(panel.unfold)
    assert all(check.isVisible() and seen(check) for check in panel.faults.values())


def test_a_fault_that_comes_by_itself_does_not_scroll(qtbot, window):
    panel = window.instruments["lockin"]
    window.docks["lockin"].raise_()
    qtbot.waitUntil(panel.isVisible, timeout=5000)
    window.model.lab.turn_fault("lockin", next(iter(panel.faults)), True)
    qtbot.waitUntil(panel.unfold.isChecked, timeout=5000)
    qtbot.wait(50)
    assert panel.verticalScrollBar().value() == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", INSTRUMENTS)
def test_settings_begin_in_sight_in_a_small_window(qtbot, window, name):
    """At 1280x800, and nothing of the readings is cut off sideways."""
    window.resize(1280, 800)
    window.docks[name].raise_()
    panel = window.instruments[name]
    if not panel.editors:
        pytest.skip("nothing to set")
    qtbot.waitUntil(panel.isVisible, timeout=5000)
    qtbot.wait(100)
    first = next(iter(panel.editors.values()))
    assert first.mapTo(panel.viewport(), first.rect().bottomLeft()).y() < panel.viewport().height()
    assert panel.widget().width() <= panel.viewport().width()
    for label in panel.displays.values():
        assert label.width() >= label.sizeHint().width()


def test_a_fault_shows_in_the_panel_the_plot_the_words_and_the_file(qtbot, window):
    panel = window.instruments["lockin"]
    window.docks["lockin"].raise_()
    qtbot.waitUntil(panel.isVisible, timeout=5000)
    click(qtbot, panel.unfold)
    box = panel.faults["loose_reference"]
    assert box.isVisible()
    click(qtbot, box)
    qtbot.waitUntil(lambda: panel.lamps["unlocked"].lit, timeout=5000)
    assert box.isChecked()
    qtbot.waitUntil(lambda: "lockin:" in window.path.check.text() or not window.path.isVisible(), timeout=5000)
    assert any(line.startswith("lockin:") for line in window.model.snapshot.problems)
    scan = quick_scan(qtbot, window)
    assert all(len(trace.spoiled) == len(trace.x) for trace in scan.traces)
    x, y = window.scan_panel.drawn.crosses[scan.number].getData()
    assert len(x) == len(y) == scan.points()
    assert "spoiled" in scan.findings[0]
    assert sum("marked as spoiled" in line.text for line in window.model.log) == 1
    with xarray.open_dataset(scan.file) as found:
        assert np.all(found["quality"] != 0)
        assert "lockin_unlocked" in found["quality"].attrs["flag_meanings"]
    click(qtbot, box)
    qtbot.waitUntil(lambda: not panel.lamps["unlocked"].lit, timeout=5000)
    good = quick_scan(qtbot, window)
    assert not any(trace.spoiled for trace in good.traces)
    assert len(window.scan_panel.drawn.crosses[scan.number].getData()[0]) == scan.points()
    assert window.scan_panel.drawn.crosses[scan.number].opts["symbolPen"].color().alphaF() < 0.7  # of an earlier run
    window.scan_panel.earlier.setValue(0)
    assert not window.scan_panel.drawn.crosses


def test_cables_can_be_moved_in_the_window(qtbot, window):
    window.docks["path"].raise_()
    qtbot.waitUntil(lambda: set(window.path.cables) == {"lockin.signal", "lockin.reference", "sample.gate"},
                    timeout=5000)
    box = window.path.cables["lockin.signal"]
    assert box.currentText() == "detector.output"
    index = box.findData("chopper.reference")
    box.setCurrentIndex(index)
    box.activated.emit(index)
    qtbot.waitUntil(lambda: window.model.snapshot.cables["lockin.signal"] == "chopper.reference", timeout=5000)
    qtbot.waitUntil(lambda: "fed by chopper.reference" in window.path.check.text(), timeout=5000)
    box.setCurrentIndex(0)
    box.activated.emit(0)
    qtbot.waitUntil(lambda: "no cable is connected" in window.path.check.text(), timeout=5000)


def test_a_mean_is_crossed_out_while_part_of_it_is_spoiled(window):
    from gui.scans import Trace

    trace = Trace(0, "", False)
    trace.add(0, 1.0, {"dt": 2.0}, (0,), spoiled=True)
    trace.add(0, 1.0, {"dt": 4.0}, (1,))
    trace.add(1, 2.0, {"dt": 5.0}, (0,))
    x, y = trace.spoiled_points("dt", False, False)
    assert (x.tolist(), y.tolist()) == ([1.0], [3.0])
    single = Trace(0, "", False)
    single.add(0, 1.0, {"dt": 2.0}, spoiled=True)
    single.add(0, 1.0, {"dt": 3.0})
    assert not single.spoiled


def test_marks_are_told_once_in_a_run(window):
    model = window.model
    point = Measured((0,), (0.0,), 1, 2, 0.0, 0.0, ("laser.mode_hopped",))
    before = len(model.log)
    model._tell_marks(point.marks)
    model._tell_marks(point.marks)
    assert len(model.log) == before + 1
    assert "laser: mode hopped" in model.log[-1].text
