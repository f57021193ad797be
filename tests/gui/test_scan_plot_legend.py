"""What lies on the plot beside the curves: legend, crosses, findings, the box of a fit, buttons that fold."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from shared_laboratory import plot_of, shared_laboratory

from gui.commands import Command
from gui.offers import offers
from gui.plotting.corners import hidden, inked
from gui.scans import Scan
from vlab import Q_
from vlab.analysis.rounding import compact
from vlab.experiments import DraggingWidthVsDwell, DwellTimeScan
from vlab.experiments.runner import Measured

SHORT = DwellTimeScan(start=Q_(6, "ueV"), stop=Q_(-8, "ueV"), dwell=Q_(1, "s"))


@pytest.fixture(scope="module")
def laboratory_of_all(qapp):
    with shared_laboratory(qapp) as desk:
        yield desk


@pytest.fixture
def lab(qtbot, laboratory_of_all):
    with plot_of(laboratory_of_all, qtbot) as (panel, _):
        yield panel, laboratory_of_all


def grown(procedure, function, number=1, status="completed", marks=()):
    scan = Scan(number, procedure, procedure.coordinates())
    scan.status = status
    for trace in range(len(scan.traces)):
        for i, x in enumerate(scan.axis):
            values = tuple(float(function(x)) for _ in procedure.variables())
            index = (i,) if len(scan.traces) == 1 else (trace, i)
            scan.add(Measured(index, values, i + 1, len(scan.axis), 0.0, 0.0,
                              ("lockin.output_overload",) if i in marks else ()))
    return scan


def put(model, *scans):
    for scan in scans:
        model.scans.append(scan)
        model.scan_changed.emit(scan)
        model.run_changed.emit()


def under(panel, item):
    """Return how much of the curves lies under something on the plot."""
    box = panel.plot.getPlotItem().vb
    return hidden(QRectF(item.mapRectToItem(box, item.boundingRect())), inked(box, panel.drawn.seen()))


def names(panel):
    return [label.text for _, label in panel.plot.getPlotItem().legend.items]


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_legend_hides_no_curve_and_lies_under_no_box(qtbot, lab, side):
    panel, desk = lab
    put(desk.model, *(grown(SHORT, lambda x: 1.0 / (1.0 + math.exp(-3.0 * side * (x + 1.0))), number)
                      for number in range(1, 5)))
    legend = panel.drawn.legend
    assert legend.isVisible()
    assert under(panel, legend) == 0
    box = panel.plot.getPlotItem().vb
    on_the_right = legend.mapRectToItem(box, legend.boundingRect()).center().x() > 0.5 * box.rect().width()
    assert on_the_right == (side < 0.0)
    panel.notes.say("fit", "a box of some words\nin two lines")
    note = panel.notes._notes["fit"]
    assert not note.mapRectToItem(box, note.boundingRect()).intersects(
        legend.mapRectToItem(box, legend.boundingRect()))


def test_a_legend_stays_where_a_hand_has_put_it(qtbot, lab):
    panel, desk = lab
    put(desk.model, grown(SHORT, lambda x: x))
    legend = panel.drawn.legend
    legend.autoAnchor(legend.pos() + QPoint(-60, 40))
    legend.moved = True
    there = legend.pos()
    put(desk.model, grown(SHORT, lambda x: -x, number=2))
    assert legend.pos().x() == pytest.approx(there.x(), abs=40.0)  # its width may be another
    assert len(legend.items) == 2


def test_a_small_plot_has_no_legend_and_a_narrow_one_a_menu(qtbot, lab):
    panel, desk = lab
    put(desk.model, grown(SHORT, lambda x: x))
    assert not panel.toolbar.folded
    assert not panel.toolbar.more.isVisible()
    panel.resize(320, 460)
    qtbot.waitUntil(lambda: bool(panel.toolbar.folded), timeout=2000)
    assert not panel.drawn.legend.isVisible()
    assert {"log_x", "log_y"} <= panel.toolbar.folded
    for key, button in panel.toolbar.buttons.items():
        assert not (button.isVisible() and key in panel.toolbar.folded)
        assert not button.isVisible() or button.width() >= button.sizeHint().width()
    panel.toolbar.more.menu().aboutToShow.emit()
    next(a for a in panel.toolbar.more.menu().actions() if a.text() == "log y").trigger()
    assert panel.drawn.log_y
    panel.resize(560, 460)
    qtbot.waitUntil(panel.drawn.legend.isVisible, timeout=2000)
    assert panel.toolbar.buttons["log_y"].isVisible()


def test_dashed_means_backward(qtbot, lab):
    panel, desk = lab
    both = SHORT.replace(directions="both")
    put(desk.model, grown(both, lambda x: x, number=1), grown(both, lambda x: 2.0 * x, number=2))
    assert names(panel) == ["1: dwell 1 s", "2: dwell 1 s, forward", "backward"]
    dashed = panel.plot.getPlotItem().legend.items[2][0].item
    assert dashed.opts["pen"].style() == Qt.PenStyle.DashLine
    panel.runs.show(desk.model.scans[1], False)
    assert names(panel) == ["1: dwell 1 s, forward", "backward"]
    panel.runs.show(desk.model.scans[1], True)
    panel.runs.rename(desk.model.scans[0], "cold")
    assert names(panel) == ["cold", "2: dwell 1 s, forward", "backward"]


def test_crosses_fade_with_their_run(qtbot, lab):
    panel, desk = lab
    put(desk.model, grown(SHORT, lambda x: x, number=1, marks=range(36)))
    first = panel.drawn.crosses[1]
    assert first.opts["symbolPen"].color().alphaF() == 1.0
    put(desk.model, grown(SHORT, lambda x: 2.0 * x, number=2))
    assert set(panel.drawn.crosses) == {1}
    assert first.opts["symbolPen"].color().alphaF() < 0.7
    assert first.zValue() < panel._curves[2, 0].zValue()
    panel.runs.show(desk.model.scans[0], False)
    assert not panel.drawn.crosses
    assert names(panel) == ["2: dwell 1 s"]


def test_a_spoiled_run_says_why_there_is_no_fit(qtbot, lab):
    panel, desk = lab
    panel.toolbar.buttons["fit"].setChecked(True)
    put(desk.model, grown(SHORT, lambda x: x, marks=range(36)))
    qtbot.waitUntil(lambda: not panel.fit.busy, timeout=5000)
    said = panel.notes.text("fit").replace("\n", " ")
    assert "all 36 points are spoiled (Lock-in: output overload)" in said


def test_findings_take_their_height_when_a_run_has_ended(qtbot, lab):
    panel, desk = lab
    scan = grown(SHORT, lambda x: x, status="running")
    scan.findings = tuple(f"finding {n}" for n in range(4))
    before = panel.readout.height()
    desk.model.scans.append(scan)
    desk.model.scan_changed.emit(scan)
    assert panel.readout.height() == before
    assert panel.readout.more.isVisible()
    qtbot.mouseClick(panel.readout.more, Qt.MouseButton.LeftButton)
    assert panel.readout.popup is not None
    panel.readout.popup.close()
    desk.model.run_state = "paused"
    desk.model.run_changed.emit()
    assert "36 points, paused" in panel.readout.text()
    scan.status = "completed"
    desk.model.run_state = "completed"
    desk.model.run_changed.emit()
    assert panel.readout.height() > before
    assert not panel.readout.more.isVisible()
    desk.model.run_state = "idle"


def test_a_knob_that_was_sent_is_told_and_can_be_taken_back(qtbot, lab):
    panel, desk = lab
    model = desk.model
    before = model.snapshot.values["laser"]["photon_energy"]
    panel.marker.send(-3.2)
    qtbot.waitUntil(lambda: any(" moved to " in line.text for line in model.log), timeout=5000)
    said = next(line for line in model.log if " moved to " in line.text)
    assert said.text.startswith("Laser moved to ")
    assert said.text.endswith("(detuning -3.2 µeV).")
    desk.commands.add(Command("edit.undo", "Undo", "Edit", desk.undo.undo, "Take it back.",
                              enabled=desk.undo.can_undo))
    (offer,) = [one for one in offers(said, desk) if one.title == "Undo"]
    offer.do()
    qtbot.waitUntil(lambda: model.snapshot.values["laser"]["photon_energy"] == before, timeout=5000)


def test_a_knob_is_not_sent_beyond_the_axis(qtbot, lab):
    panel, desk = lab
    deeds = []
    desk.model.done.connect(deeds.append)
    panel.marker.send(500.0)
    assert "The axis goes from" in desk.model.log[-1].text
    assert not panel.marker._answer.isActive() or panel.marker._sent is None
    assert not deeds


def test_what_is_drawn_is_said_at_the_axis(lab):
    panel, _ = lab
    assert "stays below 1" in panel.plot.getAxis("left").toolTip()
    assert "stays below 1" in panel.quantity.toolTip()


def test_a_box_of_many_curves_tells_what_they_lead_to(qtbot, lab):
    """The saturated value of each with its error; the time before it."""
    panel, desk = lab
    desk.model.choose(DraggingWidthVsDwell)
    growth = DraggingWidthVsDwell(directions="forward", phases=1)
    scan = Scan(1, growth, growth.coordinates())
    scan.status = "completed"
    for s in range(4):
        for d, dwell in enumerate(scan.axis):
            width = 1.0 + (12.0 - 2.0 * s) * (1.0 - math.exp(-dwell)) + 0.01 * math.sin(17.0 * dwell)
            scan.add(Measured((0, 0, 0, s, d), (width, width, width, width, width, 0.0), d + 1, 28, 0.0, 0.0, ()))
    put(desk.model, scan)
    panel.toolbar.buttons["fit"].setChecked(True)
    qtbot.waitUntil(lambda: bool(panel.fit.results) and not panel.fit.busy, timeout=5000)
    said = panel.notes.text("fit").splitlines()
    assert len(panel.fit.results) == 4
    for line, one in zip(said[1:], panel.fit.results, strict=False):
        end = one.found.number("y(∞)")
        assert f"y(∞) {compact(end.value, end.error)} µeV" in line
        assert "τ " in line
    assert said[-1] == "y(∞) is the saturated value"
    desk.model.choose(DwellTimeScan)


def test_a_curve_of_which_only_gaps_are_in_view_hides_nothing(lab, monkeypatch):
    panel, desk = lab
    put(desk.model, grown(SHORT, lambda x: 2.0 + x, 1), grown(SHORT, lambda x: 3.0 + x, 2))
    gaps = next(iter(panel.drawn.curves.values()))  # what is clipped to the view may be all gaps
    monkeypatch.setattr(gaps, "getData", lambda: (np.arange(3.0), np.full(3, math.nan)))
    panel.drawn.legend.settle()
    panel.notes.settle()
    assert len(panel.drawn.seen()) == 1
