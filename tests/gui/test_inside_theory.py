"""Theory with knobs: curves follow the hand, begin at the bench's settings, and are laid over measurements."""

import numpy as np
import pytest
import shiboken6
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import Qt

from gui.inside.knob import KnobRow
from gui.inside.theory_panel import TheoryPanel
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
    for _ in range(2):  # the second time they take the place of the first
        qtbot.mouseClick(panel.over, Qt.MouseButton.LeftButton)
        laid = [line for line in scan.overlay if line not in own]
        assert [title for title, _, _ in laid] == ["theory: slow scan to blue", "theory: slow scan to red"]
    np.testing.assert_array_equal(laid[0][1], panel.lines[0].x)
    assert told == offered == [scan, scan]
    panel.choice.setCurrentIndex(2)  # no measurement has these axes
    qtbot.waitUntil(lambda: not panel.over.isEnabled(), timeout=5000)


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
