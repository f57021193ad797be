"""Scope and spectrum panels: driven by hand, on both benches, beside a run whose numbers they must not touch."""

import math
import time

import numpy as np
import pytest
import xarray
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from gui.scope.flow import FlowLayout
from gui.scope.round_numbers import step_above, steps
from gui.scope.scope_model import HEIGHT, ScopeModel, short
from gui.scope.scope_panel import ScopePanel
from gui.scope.spectrum_model import SpectrumModel
from gui.scope.spectrum_panel import SpectrumPanel
from gui.theme import apply_theme
from gui.topics import topic_of
from instruments import dragging_bench, spin_inertia_bench
from instruments.benches import BENCHES
from instruments.probing import analysis, sweep
from vlab import Q_
from vlab.experiments import DwellTimeScan
from vlab.experiments.recovery import ZeroFieldRatio

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def desk(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        yield desk


def opened(qtbot, desk, make, size=(460, 300)):
    panel = make(desk)
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def scope(qtbot, desk):
    panel = opened(qtbot, desk, ScopePanel)
    qtbot.waitUntil(lambda: panel.model.sweep is not None, timeout=5000)
    return panel


@pytest.fixture
def spectrum(qtbot, desk):
    panel = opened(qtbot, desk, SpectrumPanel)
    qtbot.waitUntil(lambda: panel.model.spectrum is not None, timeout=5000)
    return panel


def next_sweep(qtbot, panel, after=None):
    before = after or panel.model.sweep
    qtbot.waitUntil(lambda: panel.model.sweep is not before, timeout=5000)
    return panel.model.sweep


# -- the models --------------------------------------------------------------------------------------------------------


def test_round_numbers():
    assert steps(1e-6, 1e-5) == (1e-6, 2e-6, 5e-6, 1e-5)
    assert [step_above(x) for x in (1.0, 1.1, 3.0, 7e-9)] == [1.0, 2.0, 5.0, 1e-8]
    assert short(2e-5, "V", 1) == "20 µV"
    assert short(math.nan, "Hz") == "–"


def swept(kind="dragging", **options):
    model = ScopeModel(BENCHES[kind])
    bench = BENCHES[kind].make(seed=1, **options)
    bench.sleep(Q_(0.05, "s"))
    model.choose_division(float(bench.lockin.read("reference_frequency")))
    model.take(sweep(bench, model.wanted(), model.division, np.random.default_rng(0), averages=4096))
    return model


@pytest.mark.parametrize("kind", list(BENCHES))
def test_some_periods_are_seen_at_first_and_each_trace_fills_its_lane(kind):
    model = swept(kind)
    assert [key.split(".")[1] for key in model.wanted()] == ["reference", "input", "mixer", "output"]
    assert 2.0 < 10.0 * model.division * model.sweep.sizes["lockin.reference"].frequency < 11.0
    lanes = model.lanes()
    assert len({lane.top for lane in lanes}) == 4
    for lane in lanes:
        drawn = lane.drawn(model.sweep.traces[lane.channel.key])
        assert lane.top - HEIGHT / 4 <= drawn.min() <= drawn.max() <= lane.top
        zero = lane.drawn(np.zeros(1))[0]
        assert lane.top - HEIGHT / 4 <= zero <= lane.top  # the zero line is in the lane, too


def test_a_scale_by_itself_stays_while_the_trace_fits():
    model = swept()
    scales = [lane.scale for lane in model.lanes()]
    for key, trace in model.sweep.traces.items():
        model.sweep.traces[key] = 0.8 * trace
    assert [lane.scale for lane in model.lanes()] == scales
    for key, trace in model.sweep.traces.items():
        model.sweep.traces[key] = 0.05 * trace
    assert all(new < old for new, old in zip([lane.scale for lane in model.lanes()], scales, strict=True))


def test_a_button_switches_on_then_selects_then_switches_off():
    model = swept()
    assert "chopper.light" not in model.shown
    model.press("chopper.light")
    assert "chopper.light" in model.shown
    assert model.selected == "chopper.light"
    model.press("lockin.input")
    assert {"chopper.light", "lockin.input"} <= model.shown
    model.press("lockin.input")
    assert "lockin.input" not in model.shown
    for key in model.wanted():
        model.press(key)
        model.press(key)
    assert len(model.shown) == 1  # the last one stays


def test_labels_tell_scale_and_size():
    model = swept(noise=False)
    label = model.label(model.lanes()[0])
    assert label.startswith("Ref  ")
    for part in ("/div", "2.00 V pp", "0.707 V rms", "50.0 kHz"):
        assert part in label
    model.set(cursors=(1.0, 2.0))  # the trigger, and a division later
    assert "Δ" in model.label(model.lanes()[0])
    assert model.cursor_words() == f"Δt {short(model.division, 's')}   1/Δt {short(1 / model.division, 'Hz')}"


def look(bench, model, numbers):
    spectrum = bench.lockin.spectrum()
    low, high = model.range_for(spectrum.detected)
    return analysis(bench, low, high, model.span_for(spectrum.bandwidth), numbers)


def test_spectra_are_averaged_until_the_noise_changes():
    bench, model, numbers = spin_inertia_bench(), SpectrumModel(), np.random.default_rng(0)
    bench.sleep(Q_(0.05, "s"))

    def roughness():
        frequencies, measured = model.wide
        quiet = frequencies > 2e4
        return np.std(measured[quiet] / model.spectrum.density(frequencies[quiet]))

    model.take(look(bench, model, numbers))
    once = roughness()
    for _ in range(15):
        model.take(look(bench, model, numbers))
    assert model.looks == 16
    assert roughness() < 0.4 * once
    bench.lockin.write("input_noise", 1e-6)
    bench.sleep(Q_(0.05, "s"))
    model.take(look(bench, model, numbers))
    assert model.looks == 1


def test_the_filter_before_the_last_change_is_kept_to_compare():
    bench, model, numbers = dragging_bench(), SpectrumModel(), np.random.default_rng(0)
    model.take(look(bench, model, numbers))
    assert model.before is None
    bench.lockin.write("time_constant", 0.1)
    model.take(look(bench, model, numbers))
    assert model.before == (1.0, 1)
    words = {title: number for title, number, _ in model.words()}
    assert words["ENBW"] == "2.50 Hz"
    assert words["σ(X)"] == short(bench.lockin.spectrum().output_noise, "V")


# -- the scope ---------------------------------------------------------------------------------------------------------


def test_what_the_screen_shows_is_the_sweep(qtbot, scope):
    model, screen = scope.model, scope.screen
    qtbot.mouseClick(scope.run_button, LEFT)
    assert not model.running
    assert scope.run_button.text() == "Run"
    still = model.sweep
    qtbot.wait(300)
    assert model.sweep is still
    assert set(screen._curves) == set(model.wanted())
    for lane in model.lanes():
        x, y = screen._curves[lane.channel.key].getOriginalDataset()
        np.testing.assert_array_equal(x, still.times)
        np.testing.assert_allclose(y, lane.drawn(still.traces[lane.channel.key]))
        assert model.label(lane, wide=False) == screen._labels[lane.channel.key].toPlainText()
    times = []
    for _ in range(20):
        began = time.perf_counter()
        scope.screen.draw()
        times.append(time.perf_counter() - began)
    assert min(times) < 5e-3
    qtbot.mouseClick(scope.single_button, LEFT)
    next_sweep(qtbot, scope, still)
    assert not model.running


def test_channels_by_hand(qtbot, scope):
    button = scope.buttons["chopper.light"]
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: "chopper.light" in scope.screen._curves, timeout=5000)
    assert button.isChecked()
    assert button.font().bold()
    assert scope.scale.accessibleName() == "vertical scale of Light"
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: "chopper.light" not in scope.screen._curves, timeout=5000)
    assert not button.isChecked()


def test_time_base_scale_and_averages_by_keys(qtbot, scope):
    before = scope.model.division
    scope.time_base.setFocus()
    qtbot.keyClick(scope.time_base, Qt.Key.Key_Down)
    assert scope.model.division == pytest.approx(2.0 * before)
    assert next_sweep(qtbot, scope).division in (before, 2.0 * before)
    qtbot.waitUntil(lambda: scope.model.sweep.division == scope.model.division, timeout=5000)
    low, high = scope.screen.getPlotItem().viewRange()[0]
    assert high - low == pytest.approx(10.0 * scope.model.division)
    scope.buttons["lockin.input"].click()
    qtbot.keyClick(scope.scale, Qt.Key.Key_End)
    assert scope.model.scales == {"lockin.input": 10.0}
    qtbot.keyClick(scope.scale, Qt.Key.Key_Home)
    assert scope.model.scales == {}
    qtbot.keyClick(scope.averages, Qt.Key.Key_Home)
    assert scope.model.averages == 1


@pytest.mark.slow
def test_averages_take_the_noise_away(qtbot, scope):
    averaged = scope.model.sweep.sizes["lockin.input"].peak_to_peak
    qtbot.keyClick(scope.averages, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: scope.model.sweep.sizes["lockin.input"].peak_to_peak > 10.0 * averaged, timeout=5000)


def test_menu_and_commands(qtbot, scope):
    qtbot.mouseClick(scope.more, LEFT)
    assert scope.menu.isVisible()
    scope.menu.close()
    scope.triggers["free"].trigger()
    assert scope.model.trigger == "free"
    scope.triggers["falling"].trigger()
    assert scope.model.trigger == "falling"
    scope.limit.trigger()
    assert not scope.model.limited
    commands = {command.key: command for command in scope.commands()}
    before = scope.model.division
    commands["scope.faster"].do()
    assert scope.model.division == pytest.approx(0.5 * before)
    commands["scope.slower"].do()
    commands["scope.slower"].do()
    assert scope.model.division == pytest.approx(2.0 * before)
    commands["scope.run"].do()
    assert not scope.model.running
    assert commands["scope.run"].checked() is False


def test_cursors_by_button_and_keys(qtbot, scope):
    qtbot.mouseClick(scope.cursor_button, LEFT)
    assert scope.model.cursors == (3.0, 7.0)
    assert all(cursor.isVisible() for cursor in scope.screen.cursors)
    assert scope.words.text().startswith("Δt ")
    scope.screen.setFocus()
    qtbot.keyClick(scope.screen, Qt.Key.Key_Right)
    qtbot.keyClick(scope.screen, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert scope.model.cursors == pytest.approx((2.9, 7.1))
    scope.screen.cursors[0].setValue(0.0)  # as dragging does
    assert scope.model.cursors[0] == pytest.approx(1.0)
    qtbot.keyClick(scope.screen, Qt.Key.Key_Space)
    assert not scope.model.running
    qtbot.mouseClick(scope.cursor_button, LEFT)
    assert scope.model.cursors is None
    assert not scope.words.isVisible()


@pytest.mark.slow
def test_sweeps_follow_the_settings_of_the_laboratory(qtbot, desk, scope):
    scope.model.set(averages=65536)
    qtbot.waitUntil(lambda: scope.model.sweep.sizes["lockin.input"].peak_to_peak > 3e-5, timeout=5000)
    desk.model.write("laser", "shutter", "closed")
    qtbot.waitUntil(lambda: scope.model.sweep.sizes["lockin.input"].rms < 1e-5, timeout=5000)


@pytest.mark.slow
def test_nothing_is_asked_while_nobody_looks(qtbot, desk, scope):
    scope.hide()
    qtbot.wait(150)
    asked = []
    post, desk.model.lab.post = desk.model.lab.post, asked.append
    qtbot.wait(400)
    desk.model.lab.post = post
    assert not asked
    last = scope.model.sweep
    scope.show()
    next_sweep(qtbot, scope, last)


@pytest.mark.slow
def test_held_lab_time_holds_the_picture(qtbot, desk, scope):
    desk.model.hold(True)
    qtbot.wait(500)
    still = scope.model.sweep
    qtbot.wait(400)
    assert scope.model.sweep is still
    scope.model.turn_time_base(1)  # unless the scope is turned
    next_sweep(qtbot, scope, still)


def test_controls_say_what_they_do(scope, spectrum):
    for panel, key in ((scope, "panel/scope"), (spectrum, "panel/spectrum")):
        for widget in panel.findChildren(type(scope.run_button)) + panel.findChildren(type(scope.scale)):
            assert topic_of(widget) == key
            if widget.parent() is panel:
                assert widget.accessibleName()
                assert widget.toolTip()[0].isupper()
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_each_channel_has_a_colour_of_its_own_in_both_themes(qapp, qtbot, scope):
    for key in ("chopper.light", "detector.output"):
        scope.model.press(key)
    qtbot.waitUntil(lambda: len(scope.screen._curves) == 6, timeout=5000)
    seen = []
    for mode in ("light", "dark"):
        apply_theme(qapp, mode)
        inks = {key: curve.opts["pen"].color().name() for key, curve in scope.screen._curves.items()}
        assert len(set(inks.values())) == 6
        for key, button in scope.buttons.items():
            assert inks[key] in button.styleSheet()
        seen.append(inks)
    apply_theme(qapp, "light")
    assert seen[0] != seen[1]


# -- the spectrum ------------------------------------------------------------------------------------------------------


def test_the_wide_spectrum_shows_density_lines_and_what_is_measured(qtbot, desk, spectrum):
    model, plot = spectrum.model, spectrum.wide
    spectrum._timer.stop()
    plot.draw()
    x, y = plot.floor.getOriginalDataset()
    np.testing.assert_allclose(10.0**y, model.spectrum.density(10.0**x), rtol=1e-6)
    x, y = plot.measured.getOriginalDataset()
    np.testing.assert_allclose(10.0**x, model.wide[0])
    assert np.median(y) == pytest.approx(np.log10(model.spectrum.floor), abs=0.1)
    named = [label.toPlainText() for label in plot._names]
    assert any(name.startswith("signal") for name in named)
    assert "mains" in named
    assert plot.here.value() == pytest.approx(np.log10(50e3))
    qtbot.mouseClick(spectrum.logarithmic, LEFT)
    assert not model.logarithmic
    assert plot.here.value() == pytest.approx(50e3)


def test_the_passband_narrows_with_the_time_constant(qtbot, desk, spectrum):
    qtbot.mouseClick(spectrum.pages["zoom"], LEFT)
    assert spectrum.wide.isHidden()
    assert not spectrum.zoom.isHidden()
    spectrum.model.choose(span=10.0)

    def width():
        x, y = spectrum.zoom.band.getOriginalDataset()
        return float(np.sum(np.diff(x) * (10.0 ** (y[1:] + y[:-1])))) if x is not None else 0.0

    desk.model.write("lockin", "time_constant", 0.1)
    qtbot.waitUntil(lambda: spectrum.model.spectrum.time_constant == 0.1, timeout=5000)
    qtbot.waitUntil(lambda: spectrum.model.zoom[0][-1] == pytest.approx(10.0, rel=0.02), timeout=5000)
    wide = width()
    qtbot.waitUntil(lambda: "2.50 Hz" in spectrum._labels[1].text(), timeout=5000)
    assert spectrum.zoom.edges[1].value() == pytest.approx(2.5)
    desk.model.write("lockin", "time_constant", 1.0)
    qtbot.waitUntil(lambda: spectrum.model.spectrum.time_constant == 1.0, timeout=5000)
    assert spectrum.zoom.edges[1].value() == pytest.approx(0.25)
    assert width() < 0.3 * wide
    x, y = spectrum.zoom.before.getOriginalDataset()  # the wider one is still there
    assert np.interp(2.5, x, y) > np.interp(2.5, *spectrum.zoom.band.getOriginalDataset())
    qtbot.waitUntil(lambda: spectrum._labels[1].text() == "ENBW <b>0.250 Hz</b>", timeout=5000)


def test_both_pictures_where_there_is_room(qtbot, spectrum):
    assert not spectrum.wide.isHidden()
    assert spectrum.zoom.isHidden()
    spectrum.resize(900, 400)
    qtbot.waitUntil(lambda: not spectrum.zoom.isHidden(), timeout=2000)
    assert not spectrum.wide.isHidden()
    assert all(button.isHidden() for button in spectrum.pages.values())


# -- with others -------------------------------------------------------------------------------------------------------


def test_a_run_with_open_scope_and_spectrum_has_the_same_numbers(qapp, qtbot, tmp_path):
    """To the bit, also what the lock-in's scope would draw next."""
    def measured(folder, looked_at):
        with desk_of_a_laboratory(qapp, qtbot, folder, seed=5) as desk:
            model = desk.model
            panels = [opened(qtbot, desk, make) for make in (ScopePanel, SpectrumPanel)] if looked_at else []
            scan = DwellTimeScan(start=Q_(3.0, "ueV"), stop=Q_(-3.0, "ueV"), step=Q_(0.1, "ueV"), dwell=Q_(0.5, "s"))
            model.set_pace(40.0)  # long enough to be looked at
            model.start(scan)
            qtbot.waitUntil(lambda: bool(model.scans) and model.run is None, timeout=30_000)
            if looked_at:
                assert panels[0].model.sweep is not None
                assert panels[1].model.looks > 0
            stream = model.lab.post(lambda bench: str(bench.lockin._scope_noise._position))
            qtbot.waitUntil(stream.done, timeout=5000)
            for panel in panels:
                panel.close()
            return xarray.load_dataset(model.scans[-1].file), stream.result()

    plain, first = measured(tmp_path / "plain", False)
    watched, second = measured(tmp_path / "watched", True)
    assert first == second
    assert plain.sizes["detuning"] == 61
    xarray.testing.assert_identical(plain.drop_attrs(), watched.drop_attrs())


@pytest.mark.slow
def test_they_follow_another_bench(qtbot, desk):
    scope, spectrum = opened(qtbot, desk, ScopePanel), opened(qtbot, desk, SpectrumPanel)
    qtbot.waitUntil(lambda: scope.model.sweep is not None and spectrum.model.spectrum is not None, timeout=5000)
    desk.model.choose(ZeroFieldRatio)
    qtbot.waitUntil(lambda: desk.model.kind.key == "spin_inertia", timeout=30_000)
    assert [button.text() for button in scope.buttons.values()][:2] == ["Helicity", "Detector"]
    scope.buttons["modulator.helicity"].click()
    qtbot.waitUntil(lambda: scope.model.sweep is not None and "modulator.helicity" in scope.model.sweep.traces,
                    timeout=5000)
    qtbot.waitUntil(lambda: spectrum.model.spectrum is not None and spectrum.model.spectrum.detected == 10e3,
                    timeout=5000)
    assert scope.model.division == pytest.approx(5e-5)
    assert not [line for line in desk.model.log if line.level in ("warning", "error")]


def test_a_row_goes_on_in_the_next_line(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    row = FlowLayout(widget)
    buttons = [QPushButton("Run", widget) for _ in range(6)]
    for button in buttons:
        row.addWidget(button)
    assert row.heightForWidth(220) > row.heightForWidth(2000)
    widget.resize(220, 200)
    widget.show()
    qtbot.waitExposed(widget)
    assert len({button.y() for button in buttons}) > 1
    assert all(button.geometry().right() <= 220 for button in buttons)
    assert row.takeAt(5).widget() is buttons[5]
    assert row.count() == 5
