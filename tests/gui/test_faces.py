"""Hand-laid faces on a running laboratory: what a hand turns arrives, what the bench does is seen."""

import math

import pytest
import shiboken6
from laboratory import desk_of_a_laboratory
from PySide6.QtCore import Qt

from gui.faces import FACES
from gui.panels.instrument_panel import InstrumentPanel
from gui.widgets.bar_graph import BarGraph
from gui.widgets.knob_field import KnobField
from gui.widgets.rocker import Rocker
from gui.widgets.segments import Segments
from gui.widgets.travel_field import TravelField
from instruments.benches import BENCHES
from vlab.experiments import EXPERIMENTS

PUMP_PROBE = next(e for e in EXPERIMENTS.values() if e.bench == "spin_inertia")
Key = Qt.Key


@pytest.fixture
def desk(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path) as desk:
        yield desk


@pytest.fixture
def pump_probe(qapp, qtbot, tmp_path):
    with desk_of_a_laboratory(qapp, qtbot, tmp_path, experiment=PUMP_PROBE) as desk:
        yield desk


@pytest.fixture
def open_panel(qtbot):
    """Return a function that opens the panel of an instrument on a desk."""
    opened = []

    def open_it(desk, name):
        panel = InstrumentPanel(desk.model, name, desk.model.kind.instruments[name])
        opened.append(panel)
        panel.resize(345, 620)
        panel.show()
        qtbot.waitExposed(panel)
        panel.activateWindow()
        qtbot.waitUntil(panel.isActiveWindow)
        return panel

    yield open_it
    for panel in opened:
        panel.forget()
        shiboken6.delete(panel)


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def type_into(qtbot, field, text):
    qtbot.mouseClick(field.lineEdit(), Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field.lineEdit(), text)
    qtbot.keyClick(field.lineEdit(), Key.Key_Return)


def comes(qtbot, desk, instrument, name, expected):
    """Wait until the bench has a value."""
    def there():
        value = desk.model.snapshot.values[instrument][name]
        return value == expected if isinstance(expected, str) else value == pytest.approx(expected, rel=1e-9)

    qtbot.waitUntil(there, timeout=5000)


def test_every_face_is_of_an_instrument_that_stands_on_a_bench():
    there = {base for bench in BENCHES.values() for kind in bench.instruments.values() for base in kind.__mro__}
    assert set(FACES) <= there


# --- lock-in


def test_the_time_constant_steps_through_1_3_10_and_takes_any_number(qtbot, desk, open_panel):
    panel = open_panel(desk, "lockin")
    editor = panel.editors["time_constant"]
    assert isinstance(editor, KnobField)
    editor.knob.setFocus()
    qtbot.keyClick(editor.knob, Key.Key_Up)
    comes(qtbot, desk, "lockin", "time_constant", 3.0)
    type_into(qtbot, editor, "70 ms")
    comes(qtbot, desk, "lockin", "time_constant", 0.07)
    editor.knob.setFocus()
    qtbot.keyClick(editor.knob, Key.Key_Down)
    comes(qtbot, desk, "lockin", "time_constant", 0.03)
    desk.model.write("lockin", "time_constant", 0.5)
    qtbot.waitUntil(lambda: editor.knob.shown == 0.5 and editor.text() in ("500 ms", "0.5 s"), timeout=5000)


def test_the_sensitivity_steps_through_1_2_5_and_the_bars_follow(qtbot, desk, open_panel):
    panel = open_panel(desk, "lockin")
    editor = panel.editors["sensitivity"]
    editor.knob.setFocus()
    expected = [200e-6, 500e-6, 1e-3]
    for value in expected:
        qtbot.keyClick(editor.knob, Key.Key_Up)
        assert editor.value() == pytest.approx(value)
    comes(qtbot, desk, "lockin", "sensitivity", 1e-3)
    bar = panel.face._bars["x"]

    def agrees():
        values = desk.model.snapshot.values["lockin"]
        return bar.part == pytest.approx(values["x"] / values["sensitivity"], abs=2e-3)

    qtbot.waitUntil(agrees, timeout=5000)
    desk.model.write("lockin", "sensitivity", 1e-6)
    qtbot.waitUntil(lambda: panel.lamps["output_overload"].lit and bar.overloaded, timeout=5000)


def test_slope_and_reserve_lie_open(qtbot, desk, open_panel):
    panel = open_panel(desk, "lockin")
    slope, reserve = panel.editors["slope"], panel.editors["reserve"]
    assert isinstance(slope, Segments)
    press_cell(qtbot, slope, 3)
    comes(qtbot, desk, "lockin", "slope", "24 dB/oct")
    press_cell(qtbot, reserve, 2)
    comes(qtbot, desk, "lockin", "reserve", "high reserve")


def press_cell(qtbot, row, index):
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.cell(index).center())


def test_the_phase_turns_by_quarters_and_stays_within_half_turns(qtbot, desk, open_panel):
    panel = open_panel(desk, "lockin")
    buttons = {b.text(): b for b in panel.face.findChildren(type(panel.buttons["auto_phase"]))}
    for expected in (90.0, 180.0, -90.0, 0.0):
        press(qtbot, buttons["+90°"])
        shown = panel.editors["phase"].value()
        assert math.cos(shown - math.radians(expected)) == pytest.approx(1.0)
        assert abs(shown) <= math.pi + 1e-12
    press(qtbot, buttons["−90°"])
    comes(qtbot, desk, "lockin", "phase", -math.pi / 2.0)
    assert panel.editors["phase"].text() == "-90°"


def test_the_displays_show_x_y_or_r_theta(qtbot, desk, open_panel):
    panel = open_panel(desk, "lockin")
    shown = panel.displays
    assert shown["x"].isVisible()
    assert not shown["r"].isVisible()
    press_cell(qtbot, panel.face.shown, 1)
    assert (shown["r"].isVisible(), shown["theta"].isVisible(), shown["x"].isVisible()) == (True, True, False)
    assert shown["r"].text().endswith("V")
    assert shown["theta"].text().endswith("°")


def test_auto_gain_is_one_click(qtbot, desk, open_panel):
    panel = open_panel(desk, "lockin")
    desk.model.write("lockin", "time_constant", 0.01)
    press(qtbot, panel.buttons["auto_gain"])
    qtbot.waitUntil(lambda: panel.editors["sensitivity"].value() < 100e-6, timeout=10_000)


# --- magnet, gate, lasers, stages


def test_the_magnet_tells_its_way_and_holds(qtbot, desk, open_panel):
    desk.model.set_pace(1.0)
    panel = open_panel(desk, "magnet")
    field = panel.editors["field"]
    assert isinstance(field, TravelField)
    type_into(qtbot, field, "1 T")
    qtbot.waitUntil(lambda: "to 1.000 T" in field.slider.words, timeout=5000)
    assert field.slider.words.endswith("left")
    minutes, seconds = field.slider.words.split()[3].split(":")
    assert 6.5 < int(minutes) + int(seconds) / 60.0 <= 7.0  # 3.5 T at 0.5 T/min
    qtbot.waitUntil(lambda: field.slider.actual < 4.5, timeout=5000)
    assert panel.displays["field_actual"].text().endswith("T")
    press(qtbot, panel.buttons["hold"])
    qtbot.waitUntil(lambda: field.slider.words == "" and not panel.lamps["ramping"].lit, timeout=5000)
    assert field.value() == pytest.approx(field.slider.actual)


def test_the_heater_shows_that_the_switch_is_on_its_way(qtbot, desk, open_panel):
    desk.model.set_pace(1.0)
    panel = open_panel(desk, "magnet")
    heater = panel.editors["heater"]
    assert isinstance(heater, Rocker)
    press(qtbot, heater)
    qtbot.waitUntil(lambda: "cools" in heater.accessibleDescription(), timeout=5000)
    desk.model.forward(21.0)
    qtbot.waitUntil(lambda: heater.accessibleDescription() == "" and panel.lamps["persistent"].lit, timeout=10_000)
    qtbot.waitUntil(lambda: panel.editors["field"].slider.words == "the coil keeps its field", timeout=5000)


def test_a_quench_is_seen(qtbot, desk, open_panel):
    panel = open_panel(desk, "magnet")
    desk.model.turn_fault("magnet", "quench", True)
    qtbot.waitUntil(lambda: panel.lamps["quenched"].lit, timeout=5000)
    qtbot.waitUntil(lambda: panel.editors["field"].slider.words == "quenched", timeout=5000)


def test_the_gate_switches_off_and_slides(qtbot, desk, open_panel):
    panel = open_panel(desk, "gate")
    press(qtbot, panel.editors["output"])
    comes(qtbot, desk, "gate", "output", "off")
    qtbot.waitUntil(lambda: panel.displays["output_voltage"].text() in ("0.00000 V", "0.0000 V"), timeout=5000)
    slider = panel.editors["voltage"].slider
    slider.setFocus()
    qtbot.keyClick(slider, Key.Key_Home)
    comes(qtbot, desk, "gate", "voltage", -2.0)
    qtbot.waitUntil(lambda: slider.actual == pytest.approx(-2.0, abs=1e-6), timeout=5000)


def test_the_lasers_shutter_and_wavelength(qtbot, desk, open_panel):
    panel = open_panel(desk, "laser")
    press(qtbot, panel.editors["shutter"])
    comes(qtbot, desk, "laser", "shutter", "closed")
    energy = panel.displays["photon_energy_actual"]
    qtbot.waitUntil(lambda: energy.note != "", timeout=5000)
    electronvolts, nanometres = float(energy.text().split()[0]), float(energy.note.split()[0])
    assert electronvolts * nanometres == pytest.approx(1239.8419843, rel=1e-5)
    type_into(qtbot, panel.editors["opening_time"], "20 ms") if panel.editors["opening_time"].isVisible() else (
        desk.model.write("laser", "opening_time", 0.02))
    comes(qtbot, desk, "laser", "opening_time", 0.02)


def test_the_pump_shows_its_pulses(qtbot, pump_probe, open_panel):
    panel = open_panel(pump_probe, "pump")
    qtbot.waitUntil(lambda: panel.displays["pulse_area"].note == "a π pulse", timeout=5000)
    assert panel.displays["q"].text() == "0.0000"
    type_into(qtbot, panel.editors["power"], "2.5 mW")
    qtbot.waitUntil(lambda: panel.displays["pulse_area"].text() == "0.50000", timeout=5000)
    assert panel.displays["q"].text() == "0.7071"  # cos(pi / 4) of a resonant pulse
    press(qtbot, panel.editors["shutter"])
    qtbot.waitUntil(lambda: panel.displays["pulse_area"].note == "no pulses", timeout=5000)


def test_the_stage_goes_where_its_mark_is_put_and_stops(qtbot, pump_probe, open_panel):
    pump_probe.model.set_pace(0.3)  # slow enough to be caught on its way
    panel = open_panel(pump_probe, "stage")
    slider = panel.editors["delay"].slider
    slider.setFocus()
    qtbot.keyClick(slider, Key.Key_End)
    comes(qtbot, pump_probe, "stage", "delay", 13e-9)
    qtbot.waitUntil(lambda: "to 13.00 ns" in slider.words and slider.actual > 0.0, timeout=15_000)
    press(qtbot, panel.buttons["stop"])
    qtbot.waitUntil(lambda: slider.words == "" and not panel.lamps["moving"].lit, timeout=15_000)
    press(qtbot, panel.buttons["home"])
    qtbot.waitUntil(lambda: slider.words == "to its reference mark", timeout=5000)


# --- meters and detectors


def test_the_power_meter_shows_its_power_against_the_range(qtbot, pump_probe, open_panel):
    panel = open_panel(pump_probe, "power_meter")
    (bar,) = panel.face.findChildren(BarGraph)
    qtbot.waitUntil(lambda: bar.part == pytest.approx(0.1, rel=0.1), timeout=5000)  # 10 mW of 100 mW
    press_cell(qtbot, panel.editors["beam"], 1)
    qtbot.waitUntil(lambda: panel.displays["power"].text().endswith("µW"), timeout=5000)  # the probe: 100 uW
    pump_probe.model.write("power_meter", "range", 1e-5)
    qtbot.waitUntil(lambda: panel.lamps["over_range"].lit and bar.overloaded, timeout=5000)


def test_a_detector_lays_its_gains_open(qtbot, desk, open_panel):
    panel = open_panel(desk, "detector")
    gain = panel.editors["gain"]
    assert [gain.itemText(i) for i in range(gain.count())] == ["10⁵", "10⁶", "10⁷", "10⁸", "10⁹"]
    press_cell(qtbot, gain, 4)
    comes(qtbot, desk, "detector", "gain", 1e9)
    (bar,) = panel.face.findChildren(BarGraph)

    def agrees():
        return bar.part == pytest.approx(desk.model.snapshot.values["detector"]["output"] / 10.0, abs=1e-3)

    qtbot.waitUntil(agrees, timeout=5000)


def test_the_chopper_stops(qtbot, desk, open_panel):
    panel = open_panel(desk, "chopper")
    press(qtbot, panel.editors["state"])
    comes(qtbot, desk, "chopper", "state", "stopped")
    qtbot.waitUntil(lambda: panel.displays["frequency_actual"].text().split()[0].strip("0.") == "", timeout=5000)
