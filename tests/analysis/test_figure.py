"""Pictures of runs, as their plot plans say."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from second_bench import FrequencySweep, make_bench

from instruments import dragging_bench
from vlab import Q_, run
from vlab.analysis.figure import curves, draw_runs
from vlab.errors import DataError
from vlab.experiments import DraggingVsPower, DraggingWidthVsDwell, DwellTimeScan


@pytest.fixture
def drawn(monkeypatch):
    """Return the axes of the pictures that were written."""
    found = []
    save = Figure.savefig

    def keep(self, *arguments, **options):
        found.append(self.axes[0])
        save(self, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    return found


def shown(axes):
    return [(line.get_label(), line.get_linestyle(), line.get_color()) for line in axes.lines
            if not line.get_label().startswith("_")]


def test_dwell_time_scans_have_their_widths_in_the_legend(drawn, tmp_path):
    runs = []
    for dwell in (0.2, 5.0):
        scan = DwellTimeScan(start=Q_(12, "ueV"), stop=Q_(-12, "ueV"), step=Q_(0.8, "ueV"), dwell=Q_(dwell, "s"),
                             directions="both")
        runs.append((scan, run(scan, dragging_bench(), save=False)))
    draw_runs(runs, tmp_path / "folder" / "scan.png", "Title")
    assert (tmp_path / "folder" / "scan.png").read_bytes().startswith(b"\x89PNG")
    lines = shown(drawn[0])
    assert [style for _, style, _ in lines] == ["-", "--", "-", "--"]
    assert lines[0][2] == lines[1][2] != lines[2][2]
    assert lines[0][0].startswith("dwell 0.2 s, step 0.8 µeV, forward: ")
    assert lines[3][0].startswith("dwell 5 s, step 0.8 µeV, backward: ")
    assert all(label.endswith(" µeV") for label, _, _ in lines)
    assert drawn[0].get_xlabel() == "bare detuning (µeV), positive: laser red of the line"
    assert drawn[0].get_xscale() == drawn[0].get_yscale() == "linear"


def test_a_family_of_numbers_on_logarithmic_axes_with_theory(drawn, tmp_path):
    sweep = FrequencySweep()
    data = run(sweep, make_bench(), save=False)
    draw_runs([(sweep, data)], tmp_path / "sweep.svg")
    axes = drawn[0]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert axes.get_xlabel() == "chopping frequency (kHz)"
    assert axes.get_ylabel() == "R (µV)"
    lines = shown(axes)
    assert [label for label, _, _ in lines] == ["from 1 kHz, power 1 nW", "from 1 kHz, power 10 nW",
                                                "theory at 1.0 nW", "theory at 10.0 nW"]
    assert [style for _, style, _ in lines] == ["-", "-", "--", "--"]
    assert [colour for _, _, colour in lines[:2]] == [colour for _, _, colour in lines[2:]]


def test_what_was_not_measured_is_left_out(drawn, tmp_path):
    sweep = FrequencySweep(steps_per_decade=1)
    data = run(sweep, make_bench(), save=False)
    data["magnitude"][1] = np.nan
    data["magnitude"][0, 0] = -1.0  # a logarithmic axis cannot show it
    assert [curve.x.size for curve in curves(sweep, data, "magnitude")] == [3, 0]
    draw_runs([(sweep, data)], tmp_path / "sweep.png")
    assert drawn[0].lines[0].get_xdata().size == 2
    data["magnitude"][0] = np.nan
    draw_runs([(sweep, data)], tmp_path / "empty.png")


def test_data_of_another_experiment_are_refused_in_a_sentence(tmp_path):
    data = run(FrequencySweep(steps_per_decade=1), make_bench(), save=False)
    with pytest.raises(DataError, match="only data of DwellTimeScan can be drawn so"):
        draw_runs([(DwellTimeScan(), data)], tmp_path / "scan.png")


def test_means_over_phases_have_markers_and_error_bars(drawn, tmp_path):
    scan = DraggingWidthVsDwell(step_sizes=Q_([0.5, 1.0], "ueV"), dwells=Q_([0.1, 0.3, 1.0], "s"), phases=3,
                                start=Q_(4, "ueV"), stop=Q_(-6, "ueV"))
    data = run(scan, dragging_bench(), save=False)
    data["width"][0, 1:, 1, 1] = np.nan  # one phase is left of this curve: no error is known
    draw_runs([(scan, data)], tmp_path / "widths.png")
    axes = drawn[0]
    points = [line for line in axes.lines if line.get_marker() != "None"]
    labels = ["forward, step 0.5 µeV", "step 1 µeV", "backward", "_0.3"]
    assert [line.get_label() for line in points] == labels
    assert len({line.get_color() for line in points}) == 2
    assert [line.get_markerfacecolor() == "none" for line in points] == [False, False, True, True]
    np.testing.assert_allclose(points[0].get_ydata(), data["width"][0, :, 0, 0].mean("phase"))
    np.testing.assert_allclose(points[3].get_ydata(), data["width"][0, 0, 1, 1])
    bars = list(axes.collections)
    assert len(bars) == 3
    low, high = bars[0].get_segments()[2][:, 1]
    assert high - low == pytest.approx(2 * float(data["width"][0, :, 0, 0, 2].std(ddof=1)) / np.sqrt(3))
    assert axes.get_xscale() == "log"


def test_words_with_markers_keep_their_lines_unless_a_fit_joins_the_points(drawn, tmp_path):
    scan = DraggingVsPower(rabi_ratios=Q_([0.6, 1.0], ""), dwell=Q_(0.5, "s"), start=Q_(4, "ueV"), stop=Q_(-6, "ueV"),
                           phases=2)
    draw_runs([(scan, run(scan, dragging_bench(), save=False))], tmp_path / "power.png")
    lines = shown(drawn[0])
    assert [style for _, style, _ in lines] == ["-", "--"]
    assert lines[0][0].startswith("dwell 0.5 s, forward: up to ")
    assert drawn[0].get_xlabel() == "Ω / Γ"


def test_runs_may_be_named(drawn, tmp_path):
    scan = DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), step=Q_(1, "ueV"))
    data = run(scan, dragging_bench(), save=False)
    draw_runs([(scan, data), (scan, data)], tmp_path / "scan.png", names=("neutral", "charged"))
    labels = [label for label, _, _ in shown(drawn[0])]
    assert [label.split(":")[0] for label in labels[:2]] == ["neutral", "charged"]
