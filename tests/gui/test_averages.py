"""Experiments with lists and means in the window: typed, measured, drawn."""

import numpy as np
import pytest
from laboratory import laboratory, run_to_end
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from gui.panels.experiment_form import ExperimentForm
from gui.theme import apply_theme
from gui.widgets.quantity_list_edit import QuantityListEdit
from vlab import Q_
from vlab.experiments import DraggingVsPower, DraggingWidthVsDwell
from vlab.units import unit_factor

UEV = unit_factor("ueV")


@pytest.fixture
def form(qapp, qtbot):
    made = ExperimentForm(DraggingWidthVsDwell)
    qtbot.addWidget(made)
    made.show()
    return made


def type_into(qtbot, line, text):
    line.selectAll()
    line.setFocus()
    qtbot.keyClicks(line, text)


def test_a_list_is_typed_as_text(qtbot, form):
    line = form.editors["step_sizes"]
    assert isinstance(line, QuantityListEdit)
    assert line.text() == "0.2, 0.4, 1.6, 2 µeV"
    assert line.accessibleName() == "experiment step sizes"
    type_into(qtbot, line, "0.1, 0.3 ueV")
    assert form.values()["step_sizes"] == (Q_(0.1, "ueV"), Q_(0.3, "ueV"))
    assert DraggingWidthVsDwell(**form.values()).si_list("step_sizes") == pytest.approx((0.1 * UEV, 0.3 * UEV))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "0.1, 0.3 µeV"


def test_a_list_that_cannot_be_is_refused_with_a_reason(qapp, qtbot, form):
    line = form.editors["dwells"]
    refused = []
    form.refused.connect(refused.append)
    type_into(qtbot, line, "1, 1 s")
    assert form.reason() == refused[-1]
    assert "dwells: 1 s twice" in form.reason()
    assert line.property("invalid")
    assert line.toolTip().endswith(form.reason().split(": ", 1)[1])
    apply_theme(qapp, "dark")
    apply_theme(qapp, "light")
    type_into(qtbot, line, "1, 2 s")
    assert form.reason() == ""
    assert not line.property("invalid")
    assert "List the dwell times." in line.toolTip()
    form.fill(dwells=(0.5, 3.0))
    assert line.text() == "0.5, 3 s"
    assert form.values()["dwells"] == (Q_(0.5, "s"), Q_(3.0, "s"))


def test_means_build_up_with_error_bars(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        window.model.choose(DraggingWidthVsDwell)
        window.experiment.fill(step_sizes=(0.5 * UEV, UEV), dwells=(0.1, 0.3, 1.0), start=4 * UEV, stop=-6 * UEV,
                               phases=3)
        panel = window.scan_panel
        scan = run_to_end(qtbot, window, lambda: window.commands.run("run.start"))
        assert scan.points() == 36
        assert len(panel._curves) == len(panel._bars) == 4
        for trace in scan.traces:
            x, y = panel._curves[1, trace.place].getOriginalDataset()
            np.testing.assert_array_equal(x, [0.1, 0.3, 1.0])
            np.testing.assert_allclose(y, trace.columns["width"])
            assert trace.changes == 9
            ends = panel._bars[1, trace.place].getOriginalDataset()[1]
            np.testing.assert_allclose(ends[1::2] - ends[::2], 2 * np.array(trace.errors["width"]), atol=1e-12)
        names = [label.text for _, label in panel.plot.getPlotItem().legend.items]
        assert names == ["1: 3 phases, forward, step 0.5 µeV", "step 1 µeV", "backward"]
        window.model.clear_scans()
        assert not panel._bars


@pytest.mark.slow
def test_directions_of_marked_points_are_named(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path) as window:
        window.model.choose(DraggingVsPower)
        window.experiment.fill(rabi_ratios=(0.6, 1.0), dwell=0.2, start=4 * UEV, stop=-6 * UEV, phases=2)
        run_to_end(qtbot, window, lambda: window.commands.run("run.start"))
        names = [label.text for _, label in window.scan_panel.plot.getPlotItem().legend.items]
        assert names == ["1: dwell 0.2 s, forward", "backward"]
        symbols = [curve.opts["symbol"] for curve in window.scan_panel._curves.values()]
        assert len(set(symbols)) == 2
        assert not any(isinstance(editor, QCheckBox) for editor in window.experiment.editors.values())
