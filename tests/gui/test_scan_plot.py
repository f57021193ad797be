"""The live plot under a hand: axes, cursors, region, fits, runs, and the knob that goes where one clicks twice."""

import math

import numpy as np
import pytest
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from shared_laboratory import plot_of, shared_laboratory

from gui.panels.scan_panel import ScanPanel
from gui.plotting.runs_shown import RunsShown
from gui.scans import Scan
from gui.theme import apply_theme
from vlab import Q_
from vlab.analysis import dragging_width, fit_relaxation_time
from vlab.experiments import DwellTimeScan, HanleCurve, ModulationFrequencyScan, PolarizationDecay
from vlab.experiments.runner import Measured
from vlab.units import unit_factor

UEV = unit_factor("ueV")
SHORT = DwellTimeScan(start=Q_(6, "ueV"), stop=Q_(-8, "ueV"), dwell=Q_(1, "s"))


@pytest.fixture(scope="module")
def laboratory_of_all(qapp):
    with shared_laboratory(qapp) as desk:
        yield desk


@pytest.fixture
def lab(qtbot, laboratory_of_all):
    with plot_of(laboratory_of_all, qtbot) as plot:
        yield plot


def measure(qtbot, model, procedure=SHORT):
    before = len(model.scans)
    model.start(procedure, save=False)
    qtbot.waitUntil(lambda: len(model.scans) > before and model.run is None, timeout=30_000)
    return model.scans[-1]


def grown(procedure, function, number=1, status="completed", marks=()):
    """Return a run of one coordinate with values of a function of x for all its variables."""
    scan = Scan(number, procedure, procedure.coordinates())
    scan.status = status
    for i, x in enumerate(scan.axis):
        values = tuple(float(function(x)) for _ in procedure.variables())
        scan.add(Measured((i,), values, i + 1, len(scan.axis), 0.0, 0.0, ("lockin.unlocked",) if i in marks else ()))
    return scan


def put(model, *scans):
    for scan in scans:
        model.scans.append(scan)
        model.scan_changed.emit(scan)


def press(qtbot, panel, key):
    qtbot.mouseClick(panel.toolbar.buttons[key], Qt.MouseButton.LeftButton,
                     pos=QPoint(6, panel.toolbar.buttons[key].height() // 2))


def pixel(panel, x, y):
    box = panel.plot.getPlotItem().vb
    return panel.plot.mapFromScene(box.mapViewToScene(QPointF(x, y)))


def drag(qtbot, panel, begin, end):
    port = panel.plot.viewport()
    middle = (begin + end) / 2
    qtbot.mouseMove(port, begin)
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=begin)
    for at in (begin + (middle - begin) / 2, middle, end, end):
        qtbot.mouseMove(port, at)
        qtbot.wait(15)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def double_click(qtbot, panel, at):
    """As a hand does it; Qt's own gesture for tests leaves out all but the second press."""
    port = panel.plot.viewport()
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(port, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=at)


def test_cursors_stick_to_the_points_and_tell_their_difference(qtbot, lab):
    panel, model = lab
    put(model, grown(SHORT, lambda x: 0.1 * x))
    press(qtbot, panel, "cursors")
    assert panel.cursors.on
    x, _ = panel.active.points()
    for number in range(2):
        assert np.min(np.abs(x - panel.cursors.lines[number].value())) < 1e-9
    before = panel.cursors.lines[0].value()
    begin = pixel(panel, before, 0.0)
    drag(qtbot, panel, begin, pixel(panel, 4.1, 0.0))
    assert panel.cursors.lines[0].value() == pytest.approx(4.0)  # the nearest point of a grid of 0.4
    first, second = (line.value() for line in panel.cursors.lines)
    told = panel.notes.text("cursors").replace("\u2212", "-")
    assert f"Δx = {second - first:.5g} µeV" in told
    assert f"Δy = {0.1 * (second - first):.5g}" in told
    assert f"1/Δx = {1 / abs(second - first):.5g} µeV⁻¹" in told
    panel.plot.setFocus()
    qtbot.keyClick(panel.plot, Qt.Key.Key_Left)
    assert panel.cursors.lines[0].value() == pytest.approx(3.6)
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert panel.cursors.lines[1].value() == pytest.approx(second + 0.4)
    press(qtbot, panel, "cursors")
    assert panel.notes.text("cursors") == ""


def test_a_region_tells_what_is_inside_and_where_fits_look(qtbot, lab):
    panel, model = lab
    put(model, grown(SHORT, lambda x: 2.0 + 0.5 * x if x > 0 else 100.0, marks=(3,)))
    press(qtbot, panel, "region")
    panel.region.set_ends(0.6, 5.4)
    inside = np.array([x for x in SHORT.detunings() if 0.6 <= x <= 5.4])
    y = 2.0 + 0.5 * inside
    told = panel.notes.text("region").replace("\u2212", "-")
    assert f"{inside.size} points from 0.6 to 5.4 µeV" in told
    assert f"mean {y.mean():.5g}   std {y.std(ddof=1):.5g}" in told
    assert f"min {y.min():.5g}   max {y.max():.5g}" in told
    assert f"integral {abs(np.trapezoid(y, inside)):.5g} µeV" in told
    panel._choose_model("line")
    qtbot.waitUntil(lambda: bool(panel.fit.results), timeout=10_000)
    found = panel.fit.results[0].found
    assert found.points == inside.size - 1  # the spoiled one is left out
    assert found.number("b").value == pytest.approx(0.5)
    press(qtbot, panel, "region")
    qtbot.waitUntil(lambda: panel.fit.results[0].found is None or panel.fit.results[0].found.points == 35, timeout=5000)
    assert panel.fit.results[0].found.number("b").value < 0.0


def test_the_natural_model_is_chosen_and_follows_the_run(qtbot, lab):
    panel, model = lab
    assert panel.fit.model == "dragging_width"
    press(qtbot, panel, "fit")
    scan = measure(qtbot, model)
    qtbot.waitUntil(lambda: not panel.fit.busy, timeout=5000)
    expected = dragging_width_of(scan)
    assert panel.fit.results[0].found.number("width").value == pytest.approx(expected, rel=1e-9)
    assert "width = " in panel.notes.text("fit")
    actions = [a for a in panel.toolbar.fit_menu.actions() if not a.isSeparator()]
    assert actions[0].text() == "Dragging width"
    assert [a.text() for a in actions if a.isChecked()] == ["Dragging width"]
    next(a for a in actions if a.data() == "decay").trigger()
    assert [a.text() for a in actions if a.isChecked()] == ["Exponential decay"]
    qtbot.waitUntil(lambda: not panel.fit.busy, timeout=5000)
    assert panel.fit.results[0].found is None
    assert "found nothing that decays" in panel.notes.text("fit").replace("\n", " ")


def dragging_width_of(scan):
    import xarray

    trace = scan.traces[0]
    data = xarray.Dataset({"dt_normalized": ("detuning", list(trace.columns["dt_normalized"]))},
                          {"detuning": list(trace.x)})
    return dragging_width(data).width.m_as("ueV")


def test_each_experiment_declares_a_model_that_there_is():
    from vlab.analysis.fit_models import FIT_MODELS
    from vlab.experiments import EXPERIMENTS

    declared = {kind.key: kind.plot.fit for kind in EXPERIMENTS.values()}
    assert set(declared.values()) - {""} <= set(FIT_MODELS)
    assert declared["modulation_frequency_scan"] == "inertia"
    assert declared["polarization_decay"] == "decay"


def test_odd_data_and_logarithmic_axes(qtbot, lab):
    panel, model = lab
    odd = [math.nan, -1.0, 0.0, math.inf, 1e-300, 5.0, -math.inf]
    put(model, grown(SHORT, lambda x: odd[round(abs(x) * 10) % len(odd)]))
    for key in ("cursors", "region", "fit"):
        press(qtbot, panel, key)
    for key in ("log_y", "log_x", "log_y", "log_x"):
        press(qtbot, panel, key)
        panel.grab()
        x, y = panel._curves[1, 0].getOriginalDataset()
        assert (x > 0.0).all() or not panel.drawn.log_x
        assert (y[~np.isnan(y)] > 0.0).all() or not panel.drawn.log_y
        qtbot.waitUntil(lambda: not panel.fit.busy, timeout=5000)
    assert (panel.drawn.log_x, panel.drawn.log_y) == (False, False)
    panel.plot.getPlotItem().ctrl.logYCheck.setChecked(True)  # as pyqtgraph's own menu does
    assert panel.toolbar.buttons["log_y"].isChecked()
    assert panel.drawn.log_y


def test_a_logarithmic_axis_has_gaps_and_says_what_it_does_not_show(qtbot, lab):
    panel, model = lab
    put(model, grown(SHORT, lambda x: 0.5 if x > 4.0 or x < -6.0 or abs(x) < 0.1 else -0.5))
    words = "log y: 25 points at or below 0 are not shown"
    assert words not in panel.readout.text()
    press(qtbot, panel, "log_y")
    assert words in panel.readout.text().splitlines()

    def inked(x):
        """Tell whether the curve is seen at x."""
        image, at = panel.plot.grab().toImage(), pixel(panel, x, math.log10(0.5) if panel.drawn.log_y else 0.5)
        ratio = image.devicePixelRatio()
        seen = {image.pixelColor(round(at.x() * ratio) + i, round(at.y() * ratio) + j).name()
                for i in (-1, 0, 1) for j in (-2, -1, 0, 1, 2)}
        return panel._look.trace("dt").name() in seen

    assert inked(5.3)
    assert inked(-7.1)
    assert not inked(2.3)
    assert not inked(-3.1)
    lone, = (x for x in panel.drawn._drawn[0].axis if abs(x) < 0.1)
    assert inked(lone)  # a point between gaps
    assert all(np.isfinite(y).all() for _, y in panel.drawn.seen())
    press(qtbot, panel, "log_y")
    assert words not in panel.readout.text()
    assert inked(5.3)


def test_a_double_click_sends_the_knob_there(qtbot, lab):
    panel, model = lab
    deeds = []
    model.done.connect(deeds.append)
    at = pixel(panel, 7.0, 0.5)
    there = panel.plot.getPlotItem().vb.mapSceneToView(panel.plot.mapToScene(at)).x()
    double_click(qtbot, panel, at)
    qtbot.waitUntil(lambda: bool(deeds), timeout=5000)
    assert (deeds[0].instrument, deeds[0].setting) == ("laser", "photon_energy")
    expected = model.lab.post(lambda bench: bench.calibration.photon_energy(
        there * UEV, bench.magnet.read("field"), bench.gate.read("voltage"))).result(5.0)
    assert deeds[0].after == pytest.approx(expected, rel=1e-12)
    qtbot.waitUntil(lambda: panel.marker.place == pytest.approx(there, abs=1e-3), timeout=5000)
    assert panel.marker.mark.isVisible()
    box = panel.plot.getPlotItem().vb
    assert panel.marker.mark.x() == pytest.approx(box.mapFromView(QPointF(there, 0.0)).x(), abs=0.5)


def test_no_knob_is_taken_from_a_measurement(qtbot, lab):
    panel, model = lab
    model.set_pace(1.0)
    model.start(SHORT, save=False)
    qtbot.waitUntil(lambda: model.run is not None, timeout=5000)
    double_click(qtbot, panel, pixel(panel, 2.0, 0.5))
    assert any("belongs to the running measurement" in line.text for line in model.log)
    model.abort()
    qtbot.waitUntil(lambda: model.run is None, timeout=5000)


def test_an_axis_without_a_knob_says_so(qtbot, lab):
    panel, model = lab
    model.choose(PolarizationDecay)
    panel.marker.send(3.0)
    qtbot.waitUntil(lambda: any("nowhere to go" in line.text for line in model.log), timeout=5000)
    assert not panel.marker.mark.isVisible()


@pytest.mark.parametrize("procedure", [DwellTimeScan(knob="gate"), DwellTimeScan()])
def test_knobs_lead_there_and_back(procedure):
    from instruments import dragging_bench

    knob = procedure.axis_knob(dragging_bench())
    for place in (-7.0, 0.0, 12.5):
        assert knob.place_of(knob.setting_at(place)) == pytest.approx(place, abs=1e-6)


def test_a_slow_knob_is_where_it_really_is():
    from instruments import spin_inertia_bench

    bench = spin_inertia_bench()
    knob = HanleCurve().axis_knob(bench)
    assert (knob.device.name, knob.setting, knob.setting_at(20.0)) == ("magnet", "field", pytest.approx(0.02))
    before = knob.place()
    bench.magnet.write("field", knob.setting_at(before + 50.0))
    assert knob.place() == pytest.approx(before)
    assert ModulationFrequencyScan().axis_knob(bench).setting_at(30.0) == pytest.approx(3e4)


def test_runs_are_shown_hidden_and_renamed_one_by_one(qtbot, lab):
    panel, model = lab
    scans = [grown(SHORT, lambda x, n=n: n + 0.01 * x, number=n) for n in range(1, 4)]
    put(model, *scans)
    colours = {n: panel._curves[n, 0].opts["pen"].color().name() for n in (1, 2, 3)}
    assert len(set(colours.values())) == 3
    press(qtbot, panel, "runs")
    assert panel.popup.isVisible()
    rows = panel.popup.list
    assert [rows.item(i).text() for i in range(3)] == [scan.title for scan in reversed(scans)]
    rows.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert sorted(n for n, _ in panel._curves) == [1, 3]
    rows.item(2).setText("cold")
    assert scans[0].title == "cold"
    names = [label.text for _, label in panel.plot.getPlotItem().legend.items]
    assert "cold" in names
    assert {n: panel._curves[n, 0].opts["pen"].color().name() for n in (1, 3)} == {n: colours[n] for n in (1, 3)}
    panel.popup.hide()
    model.scans.remove(scans[0])
    model.scans_cleared.emit()
    assert sorted(n for n, _ in panel._curves) == [3]
    assert panel._curves[3, 0].opts["pen"].color().name() == colours[3]
    panel.earlier.setValue(4)
    assert sorted(n for n, _ in panel._curves) == [2, 3]


def test_a_run_out_of_a_file_appears(qtbot, lab):
    panel, model = lab
    put(model, grown(SHORT, lambda x: x, number=1))
    panel.earlier.setValue(0)
    past = grown(SHORT, lambda x: 2 * x, number=7)
    model.show_past(past)
    assert (7, 0) in panel._curves
    model.drop_scans([past])
    assert (7, 0) not in panel._curves


def test_colours_are_shared_out_before_they_are_used_twice():
    scans = [grown(SHORT, lambda x: x, number=n) for n in range(1, 8)]
    runs = RunsShown(lambda: scans, 3)
    runs.kind = DwellTimeScan
    assert [runs.colour(s) for s in scans[:3]] == [0, 1, 2]
    del scans[1]
    assert runs.colour(scans[2]) == 1
    assert [runs.colour(s) for s in (scans[0], scans[1])] == [0, 2]


def test_a_click_looks_at_another_curve(qtbot, lab):
    panel, model = lab
    put(model, grown(SHORT, lambda x: 1.0, number=1), grown(SHORT, lambda x: 3.0, number=2))
    press(qtbot, panel, "region")
    assert "run 2" in panel.notes.text("region")
    qtbot.mouseClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel(panel, 5.2, 1.0) + QPoint(0, 3))
    assert "run 1" in panel.notes.text("region")
    assert "mean 1 " in panel.notes.text("region")


def test_theory_and_error_bars_can_be_left_out(qtbot, lab):
    panel, model = lab
    model.choose(PolarizationDecay)
    scan = grown(PolarizationDecay(), lambda x: 5.0 * math.exp(-x / 20.0) + 0.1)
    x = np.linspace(0.0, 100.0, 50)
    scan.overlay = (("exponential fit", x, np.exp(-x)),)
    put(model, scan)
    names = [label.text for _, label in panel.plot.getPlotItem().legend.items]
    assert "exponential fit" in names
    ends = panel._bars[1, 0].getOriginalDataset()[1]
    error = list(scan.traces[0].columns["line_shift_error"])
    np.testing.assert_allclose(ends[1::2] - ends[::2], 2.0 * np.array(error))
    press(qtbot, panel, "runs")
    for box in (panel.popup.theory, panel.popup.errors):
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    panel.popup.hide()
    assert [label.text for _, label in panel.plot.getPlotItem().legend.items] == [scan.title]
    assert panel._bars[1, 0].getOriginalDataset()[0] is None or not len(panel._bars[1, 0].getOriginalDataset()[0])


@pytest.mark.slow
def test_a_fit_of_the_papers_in_the_box(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path, experiment=ModulationFrequencyScan) as desk:
        panel = ScanPanel(desk)
        qtbot.addWidget(panel)
        panel.show()
        scan = grown(ModulationFrequencyScan(), lambda x: 0.07 / math.hypot(1.0, 2e-6 * math.pi * 470.0 * x)
                     + 1e-4 * math.sin(9.0 * x))
        put(desk.model, scan)
        press(qtbot, panel, "fit")
        qtbot.waitUntil(lambda: bool(panel.fit.results), timeout=10_000)
        trace = scan.traces[0]
        expected = fit_relaxation_time(1e3 * np.array(trace.x), np.array(trace.columns["inertia"]))
        assert panel.fit.results[0].found.number("τₛ*").value == float(expected.tau.magnitude)
        for mode in ("dark", "light"):
            apply_theme(qapp, mode)
            picture = panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
            assert picture.width() == panel.width()
        qtbot.waitUntil(lambda: not panel.fit.busy, timeout=5000)


def test_a_plot_that_goes_takes_with_it_what_was_made_beforehand(lab):
    panel, _ = lab
    while not panel.stack._made:
        assert panel.prepare()
    made = panel.stack._made[0]
    assert made.window() is panel.window()
    assert not made.isVisible()
    while panel.prepare():
        pass
    assert panel.map.plot is made
    assert not panel.prepare()


def test_a_map_that_is_looked_at_stays_in_sight_when_all_is_prepared_again(lab):
    panel, _ = lab
    panel.stack.turn_to(True)
    assert panel.map.isVisible()
    while panel.prepare():
        pass
    assert panel.map.isVisible()
