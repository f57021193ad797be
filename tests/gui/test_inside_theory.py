"""Theory with knobs: curves follow the hand, begin at the bench's settings, and are laid over measurements."""

import numpy as np
import pytest
import shiboken6
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import Qt

from gui.inside.knob import KnobRow
from gui.inside.theory_panel import TheoryPanel
from gui.plotting.look import Look
from gui.plotting.run_curves import COLOURS, RunCurves
from gui.plotting.runs_shown import RunsShown
from gui.widgets.plot import Plot
from instruments.theory import Knob
from vlab import Q_
from vlab.experiments import DwellTimeScan, PolarizationRecovery


@pytest.fixture
def panel_of(qapp, qtbot, tmp_path):
    made = []
    from contextlib import ExitStack

    with ExitStack() as stack:
        def make(experiment):
            desk = stack.enter_context(desk_of_a_laboratory(qapp, qtbot, tmp_path, experiment=experiment))
            panel = TheoryPanel(desk)
            made.append(panel)
            panel.resize(700, 450)
            panel.show()
            qtbot.waitUntil(lambda: bool(panel.lines), timeout=10_000)
            return desk, panel

        yield make
        for panel in made:
            panel.close()
            shiboken6.delete(panel)


@pytest.mark.parametrize("logarithmic", [False, True])
def test_slider_and_field_of_a_knob_show_one_value(qapp, qtbot, logarithmic):
    row = KnobRow(Knob("power", "power", "nW", 1e-9, 1e-7, 1e-8, "Set the power.", logarithmic))
    qtbot.addWidget(row)
    heard = []
    row.edited.connect(heard.append)
    row.setValue(2e-8)
    assert not heard
    assert row.field.value() == 2e-8
    row.slider.setSliderDown(True)
    row.slider.setValue(row.slider.maximum() // 2)
    assert heard == [True]
    assert row.value() == pytest.approx(1e-8 if logarithmic else 5.05e-8, rel=5e-3)
    assert row.field.value() == row.value()
    row.slider.setSliderDown(False)
    assert heard[-1] is False
    row.field.setFocus()
    row.field.lineEdit().selectAll()
    qtbot.keyClicks(row.field.lineEdit(), "100 nW")
    qtbot.keyClick(row.field.lineEdit(), Qt.Key.Key_Return)
    assert row.value() == pytest.approx(1e-7)
    assert row.slider.value() == row.slider.maximum()
    assert heard[-1] is False


def test_the_curves_begin_at_the_bench_and_follow_a_slider(qtbot, panel_of):
    desk, panel = panel_of(DwellTimeScan)
    power = desk.model.snapshot.hidden["light_power"]
    assert panel.rows["light_power"].value() == pytest.approx(power, rel=1e-3)
    before = panel.curves[0].getOriginalDataset()
    row = panel.rows["light_power"]
    row.slider.setFocus()
    qtbot.keyClick(row.slider, Qt.Key.Key_PageUp)
    assert row.value() > 1.2 * power
    qtbot.waitUntil(lambda: panel.curves[0].getOriginalDataset()[1] is not before[1]
                    and not panel.background.busy, timeout=5000)
    page, expected = panel.model.wish(False)()
    np.testing.assert_array_equal(panel.curves[0].getOriginalDataset()[1], expected[0].y)
    qtbot.mouseClick(panel.from_bench, Qt.MouseButton.LeftButton)
    assert row.value() == pytest.approx(power, rel=1e-3)
    assert page.title == panel.choice.currentText()


def test_a_dragged_slider_asks_for_quick_curves_and_full_ones_when_released(qtbot, panel_of):
    _, panel = panel_of(PolarizationRecovery)
    row = panel.rows["power"]
    row.slider.setSliderDown(True)
    row.slider.setValue(row.slider.maximum() // 2)
    qtbot.waitUntil(lambda: panel.curves[0].getOriginalDataset()[0].size == 60, timeout=5000)
    row.slider.setSliderDown(False)
    qtbot.waitUntil(lambda: panel.curves[0].getOriginalDataset()[0].size == 200, timeout=5000)


def test_each_page_of_a_bench_can_be_chosen_and_keeps_common_values(qtbot, panel_of):
    desk, panel = panel_of(PolarizationRecovery)
    for number, page in enumerate(desk.model.kind.theory):
        panel.choice.setCurrentIndex(number)
        qtbot.waitUntil(lambda page=page: bool(panel.lines) and panel.model.page is page
                        and not panel.background.busy, timeout=10_000)
        assert set(panel.rows) == {knob.name for knob in page.knobs}
        assert page.x_title in panel.plot.getAxis("bottom").labelText
        for line in panel.lines:
            assert line.title in panel.legend.text()


def test_curves_are_laid_over_the_last_measurement_with_these_axes(qtbot, panel_of):
    desk, panel = panel_of(DwellTimeScan)
    assert not panel.over.isEnabled()
    desk.model.start(DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), step=Q_(1, "ueV"), dwell=Q_(0.05, "s")),
                     save=False)
    qtbot.waitUntil(lambda: bool(desk.model.scans) and desk.model.run is None, timeout=20_000)
    qtbot.waitUntil(panel.over.isEnabled, timeout=5000)
    told, offered = [], []
    desk.model.run_shown.connect(told.append)
    panel.model.curve_offered.connect(offered.append)
    scan = desk.model.scans[-1]
    own = scan.overlay
    plot = Plot(desk.theme, "plot", "")
    runs = RunsShown(lambda: desk.model.scans, len(COLOURS))
    runs.kind = DwellTimeScan
    drawn = RunCurves(plot, Look(desk.theme), runs)
    drawn.plan, drawn.variable = scan.procedure.plot, next(v for v in scan.procedure.variables()
                                                                  if v.name == scan.procedure.plot.y[0])
    drawn.draw()
    before = len(drawn.overlays)
    ends = [desk.model.scan_changed.connect(drawn.grow), desk.model.run_shown.connect(lambda _: drawn.follow())]
    titles = ["theory: slow scan to blue", "theory: slow scan to red"]
    qtbot.mouseClick(panel.over, Qt.MouseButton.LeftButton)
    assert [title for title, _, _ in scan.laid] == titles
    np.testing.assert_array_equal(scan.laid[0][1], panel.lines[0].x)
    assert told == offered == [scan]
    assert panel.over.isChecked()
    assert panel.over.text() == "Laid over"
    assert panel.over.toolTip().startswith("Take")
    assert [label.text for _, label in drawn.legend.items][-2:] == titles
    first, second = (item.opts["pen"].dashPattern() for item in drawn.overlays[before:])
    assert first != second
    # they follow the knobs, without the plot turning to the run again
    row = panel.rows["light_power"]
    row.slider.setFocus()
    old = scan.laid
    qtbot.keyClick(row.slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: scan.laid is not old and not panel.background.busy, timeout=5000)
    np.testing.assert_array_equal(drawn.overlays[-1].getOriginalDataset()[1], scan.laid[-1][2])
    assert told == [scan]
    # what reaches higher than the points is seen as well
    scan.laid = tuple((title, x, 7.0 * y / np.nanmax(y)) for title, x, y in scan.laid)
    drawn.grow(scan)
    inside = (scan.laid[0][1] >= -2.0) & (scan.laid[0][1] <= 2.0)
    assert drawn.bounds()[1][1] >= max(float(np.nanmax(y[inside])) for _, _, y in scan.laid) > 2.0
    # what went wild does not flatten them
    highest = max(abs(value) for trace in scan.traces for value in trace.range(drawn.variable.name, False))
    scan.laid = tuple((title, x, 1e9 * y) for title, x, y in scan.laid)
    drawn.grow(scan)
    assert highest < drawn.bounds()[1][1] <= 15.0 * highest
    qtbot.mouseClick(panel.over, Qt.MouseButton.LeftButton)
    assert not scan.laid
    assert len(drawn.overlays) == before
    assert not panel.over.isChecked()
    assert panel.over.text() == "Lay over"
    qtbot.mouseClick(panel.over, Qt.MouseButton.LeftButton)
    assert scan.laid
    desk.set_exam(True)
    assert not scan.laid
    assert len(drawn.overlays) == before
    desk.set_exam(False)
    assert scan.overlay is own
    qtbot.waitUntil(lambda: not panel.over.isChecked(), timeout=5000)
    qtbot.mouseClick(panel.over, Qt.MouseButton.LeftButton)
    panel.choice.setCurrentIndex(2)  # no measurement has these axes
    assert not scan.laid
    qtbot.waitUntil(lambda: not panel.over.isEnabled(), timeout=5000)
    for end in ends:
        end()
    shiboken6.delete(plot)


def test_a_curve_that_a_hand_has_zoomed_out_of_sight_is_told(qtbot, panel_of):
    _, panel = panel_of(PolarizationRecovery)
    bound = panel.lines[1]
    low, high = panel.plot.getPlotItem().vb.viewRange()[1]
    assert bound.title == "bound 1/π"
    assert low < bound.y[0] < high
    assert "outside" not in panel.legend.text()
    panel.plot.setYRange(0.0, 0.2)
    assert panel.legend.text().count("outside") == 1
    panel.plot.setYRange(0.0, 0.4)
    assert "outside" not in panel.legend.text()


def test_a_refusal_is_a_sentence_in_place_of_curves(qtbot, panel_of):
    desk, panel = panel_of(PolarizationRecovery)
    panel.model.sample = panel.model.sample.replace(nuclear_correlation_time=Q_(100, "us"))
    panel.rows["power"].edited.emit(False)
    qtbot.waitUntil(lambda: "too long" in panel.value.text(), timeout=5000)
    assert panel.value.isVisible()
    assert not panel.lines
    assert desk.model.connected


def test_another_sample_brings_its_own_values(qtbot, panel_of):
    desk, panel = panel_of(PolarizationRecovery)
    assert panel.rows["tau_s"].value() == pytest.approx(500e-9, rel=1e-3)
    desk.model.mount({"type": "p"}, 0, True)
    qtbot.waitUntil(lambda: panel.rows["tau_s"].value() == pytest.approx(5200e-9, rel=1e-3), timeout=20_000)


def test_what_of_the_bench_a_curve_leaves_out_is_said(qtbot, panel_of):
    desk, panel = panel_of(PolarizationRecovery)
    assert panel.value.isHidden()
    desk.model.write("modulator", "waveform", "sine")
    qtbot.waitUntil(lambda: desk.model.snapshot.hidden["helicity_sine"] == 1.0, timeout=5000)
    qtbot.mouseClick(panel.from_bench, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "this curve is for a square wave" in panel.value.text(), timeout=5000)
    assert panel.value.isVisible()
    assert panel.lines
    desk.model.write("modulator", "waveform", "square")
    desk.model.write("modulator", "depth", 0.5)
    qtbot.waitUntil(lambda: desk.model.snapshot.hidden["helicity_sine"] == 0.0
                    and desk.model.snapshot.values["modulator"]["depth"] == 0.5, timeout=5000)
    qtbot.mouseClick(panel.from_bench, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.value.isHidden, timeout=5000)
    assert panel.rows["depth"].value() == pytest.approx(0.5)
    assert panel.rows["power"].value() == pytest.approx(1.0, rel=1e-3)


def test_a_page_shows_a_draft_before_its_whole_curves(qtbot, panel_of):
    _, panel = panel_of(PolarizationRecovery)
    qtbot.waitUntil(lambda: not panel.background.busy, timeout=10_000)
    points = []
    panel.background.done.connect(lambda answer: points.append(len(answer[1][0].x)))
    panel.choice.setCurrentIndex(panel.choice.findData("hanle"))
    qtbot.waitUntil(lambda: len(points) == 2, timeout=10_000)
    assert points[0] < points[1] == len(panel.lines[0].x)
