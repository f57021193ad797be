"""The live picture of the polarization rate: curves, the present state, benches without such, layouts."""

import re
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shiboken6
from laboratory import desk_of_a_laboratory, laboratory, run_to_end
from second_bench import FrequencySweep

from gui import main_window
from gui.panels.rate_panel import RatePanel
from gui.theme import apply_theme
from instruments.benches import BENCHES
from vlab import Q_
from vlab.experiments import DwellTimeScan
from vlab.samples import QuantumDot

UEV = 1.602176634e-25


@contextmanager
def desk_with_panel(qapp, qtbot, folder):
    """Yield the model, the panel as ``rate``, and the theme."""
    with desk_of_a_laboratory(qapp, qtbot, folder) as desk:
        desk.model.set_pace(1.0)
        panel = RatePanel(desk)
        panel.resize(500, 350)
        panel.show()
        try:
            qtbot.waitUntil(lambda: bool(panel.curves), timeout=10_000)
            yield SimpleNamespace(model=desk.model, rate=panel, theme=desk.theme)
        finally:
            panel.close()
            shiboken6.delete(panel)


@pytest.fixture
def window(qapp, qtbot, tmp_path):
    with desk_with_panel(qapp, qtbot, tmp_path) as found:
        yield found


def here(panel):
    return panel.here.points()[0].pos()


def detune(window, detuning):
    """Move the laser to a bare detuning in ueV from the line at P = 0, at the bench's reference conditions."""
    field = window.model.snapshot.values["magnet"]["field_actual"]
    line = QuantumDot.sample_a()
    energy = (line.si("transition_energy") + line.si("diamagnetic_shift") * field**2
              + 0.5 * (0.67 + 0.5) * 9.2740100783e-24 * field)
    window.model.lab.post(lambda bench: bench.laser.write("photon_energy", energy - detuning * UEV))


def test_the_curves_are_those_of_the_bench(window):
    panel = window.rate
    panel.draw()  # now, not when a person can read it
    expected = BENCHES["dragging"].rates.curves(window.model.snapshot.hidden)
    assert len(panel.curves) == 5
    for item, curve in zip(panel.curves, expected.curves, strict=True):
        x, y = item.getOriginalDataset()
        np.testing.assert_allclose(x, expected.x)
        np.testing.assert_allclose(y, curve.y)
    for curve in expected.curves:
        assert curve.title in panel.legend.text()
    assert len(panel.marks.points()) == len(expected.marks)
    assert panel.value.text().startswith("P = ")


def test_the_present_state_moves_on_the_curve(qtbot, window):
    panel = window.rate
    seen = []
    for detuning in (0.6, -0.5):
        detune(window, detuning)
        qtbot.waitUntil(lambda d=detuning: d * here(panel).x() > 0.1, timeout=10_000)
        seen.append(here(panel))
        x, total = panel.curves[0].getOriginalDataset()
        assert here(panel).y() == pytest.approx(float(np.interp(here(panel).x(), x, total)), abs=0.1)
    assert seen[0].y() > 0.0 > seen[1].y()


def test_far_off_an_arrow_stands_at_the_edge(qtbot, window):
    panel = window.rate
    detune(window, 30.0)
    qtbot.waitUntil(lambda: panel.here.points()[0].symbol() == "t2", timeout=10_000)
    assert here(panel).x() == pytest.approx(float(panel.curves[0].getOriginalDataset()[0][-1]))
    assert "δ = +" in panel.value.text()
    detune(window, -30.0)
    qtbot.waitUntil(lambda: panel.here.points()[0].symbol() == "t3", timeout=10_000)


def test_stable_locking_points_are_filled_and_the_others_open(qtbot, window):
    panel = window.rate
    window.model.set_pace(float("inf"))
    run_to_end(qtbot, window, lambda: window.model.start(DwellTimeScan(stop=Q_(-5, "ueV")), save=False))
    window.model.hold(True)
    qtbot.wait(400)
    panel.draw()
    marks = BENCHES["dragging"].rates.curves(window.model.snapshot.hidden).marks
    shown = [(p.pos().x(), p.brush().color() != window.theme.colour("base")) for p in panel.marks.points()]
    assert shown == [(pytest.approx(mark.x, abs=0.05), mark.stable) for mark in marks]


def test_axes_stay_while_the_state_moves(qtbot, window):
    panel = window.rate
    qtbot.wait(300)
    before = panel.plot.getPlotItem().viewRange()
    detune(window, 0.7)
    qtbot.waitUntil(lambda: here(panel).x() > 0.1, timeout=10_000)
    qtbot.wait(300)
    assert panel.plot.getPlotItem().viewRange() == before


def test_curves_are_made_anew_only_when_rates_change(qtbot, window):
    panel, made = window.rate, []
    view = panel._view
    panel._view = type(view)(**{**vars(view), "curves": lambda hidden: made.append(1) or view.curves(hidden)})
    window.model.hold(True)
    qtbot.wait(400)
    made.clear()
    for _ in range(5):
        panel.draw()
    assert not made
    panel.hide()
    panel._picture = None
    panel.draw()
    assert not made  # nobody sees it
    panel.show()  # drawn when it comes to light, though lab time is held
    qtbot.waitUntil(lambda: bool(made), timeout=5000)


def test_a_drawing_takes_milliseconds(window):
    panel = window.rate
    times = []
    for _ in range(20):
        panel._picture = None
        began = time.perf_counter()
        panel.draw()
        times.append(time.perf_counter() - began)
    assert min(times) < 5e-3


@pytest.mark.slow
def test_see_inside_hides_it_and_shows_it_again(qapp, qtbot, tmp_path):
    with laboratory(qapp, qtbot, tmp_path, hurry=False) as window:
        window.commands.run("view.inside")
        assert window.docks["inside"].isHidden()
        assert window.docks["rate"].isHidden()
        window.commands.run("view.inside")
        assert not window.docks["inside"].isHidden()
        assert not window.docks["rate"].isHidden()
        assert window.inside.isVisible()  # in front of its neighbours


def test_the_trail_follows_the_state_and_the_locking_points_are_counted(qtbot, window):
    panel = window.rate
    for detuning in (0.6, -0.9):
        detune(window, detuning)
        qtbot.waitUntil(lambda d=detuning: d * here(panel).x() > 0.1, timeout=10_000)
    qtbot.waitUntil(lambda: np.nanmin(panel.trail.item.getOriginalDataset()[0]) < -0.05, timeout=5000)
    assert np.nanmax(panel.trail.item.getOriginalDataset()[0]) > 0.1
    assert panel.count.text().endswith("stable")
    assert len(panel.arrows.item.points()) > 5


def test_colours_follow_the_theme(qapp, qtbot, window):
    light = [item.opts["pen"].color().name() for item in window.rate.curves]
    apply_theme(qapp, "dark")
    dark = [item.opts["pen"].color().name() for item in window.rate.curves]
    apply_theme(qapp, "light")
    assert light[0] != dark[0]
    assert len(set(dark)) == len(dark)


def test_a_bench_without_a_rate_says_so(second_bench, monkeypatch, qapp, qtbot, tmp_path):
    for module in ("gui.models", "gui.rehearsal"):
        monkeypatch.setattr(f"{module}.kernels_are_compiled", lambda kind: True)
    with desk_with_panel(qapp, qtbot, tmp_path) as window:
        window.model.choose(FrequencySweep)
        qtbot.waitUntil(lambda: window.model.kind.key == "chopping" and window.model.connected, timeout=20_000)
        assert "no polarization rate" in window.rate.value.text()
        assert not window.rate.curves
        assert window.rate.plot.isHidden()
        assert window.rate.legend.isHidden()
        window.model.choose(DwellTimeScan)
        qtbot.waitUntil(lambda: window.model.kind.key == "dragging", timeout=20_000)
        qtbot.waitUntil(lambda: len(window.rate.curves) == 5, timeout=10_000)
        assert not window.rate.plot.isHidden()


def test_no_file_of_the_window_names_a_dot():
    """What is drawn comes from what the kind of bench declares."""
    folder = Path(main_window.__file__).parent
    for name in ("panels/rate_panel.py", "panels/inside_panel.py", "main_window.py", "history.py", "lab.py"):
        text = (folder / name).read_text(encoding="utf-8")
        assert not re.search(r"QuantumDot|DotSpecimen|DraggingBench|dnsp|bistability|specimen", text), name
