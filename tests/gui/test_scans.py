"""Runs as the window keeps them: curves that are means over phases and repeats, and how they are told apart."""

import numpy as np
import pytest

from gui.scans import Scan, Trace
from instruments import dragging_bench
from vlab import Q_, run
from vlab.analysis.figure import curves
from vlab.analysis.rows import mean_and_error
from vlab.experiments import DraggingVsPower, DraggingWidthVsDwell, DwellTimeScan
from vlab.experiments.runner import Measured

SMALL = DraggingWidthVsDwell(step_sizes=Q_([0.5, 1.0], "ueV"), dwells=Q_([0.1, 0.2], "s"), start=Q_(4, "ueV"),
                             stop=Q_(-4, "ueV"), phases=3, repeats=2)


def scan_of(procedure):
    return Scan(1, procedure, procedure.coordinates())


def test_a_trace_is_the_mean_of_what_was_measured_so_far():
    trace = Trace(0, "", False)
    for place, value in enumerate((2.0, 4.0, float("nan"), 9.0)):
        trace.add(5, 0.1, {"width": value}, (0, place))
    assert trace.x == [0.1]
    assert trace.columns["width"] == [5.0]
    assert trace.errors["width"][0] == pytest.approx(np.std([2.0, 4.0, 9.0], ddof=1) / np.sqrt(3))
    assert (trace.measured, trace.changes) == (4, 4)
    trace.add(5, 0.1, {"width": 3.0}, (0, 1))  # measured again: in place of the old one
    assert trace.columns["width"] == [pytest.approx(14 / 3)]
    assert trace.measured == 4
    x, y = trace.bars("width", False, False)
    np.testing.assert_array_equal(x, [0.1, 0.1])
    np.testing.assert_allclose(y, 14 / 3 + trace.errors["width"][0] * np.array([-1, 1]))
    low, high = trace.range("width", False)
    assert low <= y[0] < y[1] <= high


def test_a_line_is_parted_where_a_logarithmic_axis_shows_nothing():
    trace = Trace(0, "", False)
    for place, value in enumerate((1.0, 2.0, 0.0, -3.0, 4.0, -1.0, 5.0)):
        trace.add(place, float(place), {"width": value})
    nan = float("nan")
    x, y = trace.line("width", False, True)
    np.testing.assert_array_equal(y, [1.0, 2.0, nan, nan, 4.0, 4.0, nan, 5.0, 5.0])
    np.testing.assert_allclose(x, [0.0, 1.0, 2.0, 3.0, 4.0, 4.15, 5.0, 6.0, 5.85])  # short lines for single points
    np.testing.assert_array_equal(trace.line("width", False, False)[1], trace.drawn("width", False, False)[1])
    np.testing.assert_array_equal(trace.drawn("width", False, True)[1], [1.0, 2.0, 4.0, 5.0])
    x, y = trace.line("width", False, True, marked=True)  # a marker is a measured point
    np.testing.assert_array_equal(x, range(7))
    np.testing.assert_array_equal(y, [1.0, 2.0, nan, nan, 4.0, nan, 5.0])
    assert trace.unseen("width") == 3
    below = Trace(0, "", False)
    below.add(0, 0.0, {"width": -1.0})
    assert below.line("width", False, True)[1].size == 0


def test_single_values_have_no_bars():
    trace = Trace(0, "", False)
    trace.add(0, 0.1, {"width": 2.0}, (0,))
    assert trace.bars("width", True, True)[0].size == 0
    plain = Trace(0, "", False)
    plain.add(0, 0.1, {"width": 2.0})
    assert (plain.bars("width", False, False)[0].size, plain.errors, plain.measured) == (0, {}, 1)


def test_the_window_and_the_figure_average_alike():
    scan, points = scan_of(SMALL), []

    def see(event):
        if isinstance(event, Measured):
            points.append(event)
            scan.add(event)

    data = run(SMALL, dragging_bench(seed=2), save=False, subscribers=(see,))
    drawn = list(curves(SMALL, data, "width"))
    assert len(scan.traces) == len(drawn) == 4
    assert scan.points() == len(points) == 48
    for trace, curve in zip(scan.traces, drawn, strict=True):
        assert trace.member == curve.member
        assert trace.style == curve.style
        np.testing.assert_array_equal(trace.drawn("width", True, False)[0], curve.x)
        np.testing.assert_allclose(trace.drawn("width", True, False)[1], curve.y)
        np.testing.assert_allclose(trace.errors["width"], curve.error)
        assert np.isfinite(curve.error).all()
    one = data["width"].isel(direction=1, step=0)
    np.testing.assert_allclose(drawn[2].y, one.mean(["repeat", "phase"]))
    np.testing.assert_allclose(drawn[2].error, one.std(["repeat", "phase"], ddof=1) / np.sqrt(6))


def test_colours_tell_the_family_and_lines_the_rest():
    told = [(t.style.colour, t.style.dash, t.style.name()) for t in scan_of(SMALL).traces]
    assert told == [(0, 0, "forward, step 0.5 µeV"), (1, 0, "step 1 µeV"), (0, 1, "backward"), (1, 1, "")]
    assert all(t.style is None and t.worded for t in scan_of(DraggingVsPower()).traces)
    both = scan_of(DwellTimeScan(directions="both"))
    assert [(t.style, t.member) for t in both.traces] == [(None, "forward"), (None, "backward")]


def test_mean_and_error():
    nan = float("nan")
    mean, error = mean_and_error(np.array([[1.0, nan, 2.0], [3.0, nan, nan]]))
    np.testing.assert_array_equal(mean, [2.0, nan, 2.0])
    np.testing.assert_allclose(error, [1.0, nan, nan])
