"""A real room: real PyMeasure drivers (SR830, Keithley 2400, AMI 430) whose cables end at a virtual bench.

QCoDeS is not installed for the tests; its call style, ``driver.volt()`` and ``driver.volt(x)``, is copied.
"""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from instruments import dragging_bench
from vlab import Q_, run
from vlab.errors import LimitError, ReadOnlyError, RunError, SettingError, UnknownNameError
from vlab.experiments import DwellTimeScan
from vlab.experiments.knobs import VACUUM_WAVELENGTH, Attribute, Constant, Function, Knob, Parameter
from vlab.experiments.real_room import RealRoom
from vlab.experiments.runner import Run
from vlab.experiments.wrapped_device import StatusBits, WrappedDevice
from vlab.lab.clock import WallClock
from vlab.samples import QuantumDot

EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "real_room.py"))
SCAN = DwellTimeScan(start=Q_(2, "ueV"), stop=Q_(-2, "ueV"), step=Q_(1, "ueV"), dwell=Q_(30, "ms"),
                     time_constant=Q_(3, "ms"), slope="12 dB/oct")
PLAIN = QuantumDot.sample_a().replace(alpha_roh=Q_(0.0, ""), alpha_oh=Q_(0.0, "s"), alpha_nc=Q_(0.0, ""))
"""A dot that no light polarizes, so that it does not matter how long a command takes."""


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self):
        self.now_ps = 0

    def sleep(self, seconds):
        self.now_ps += round(seconds * 1e12)


@pytest.fixture
def bench():
    return dragging_bench(PLAIN, noise=False)


@pytest.fixture
def drivers(bench):
    return EXAMPLE["stand_in"](bench)


@pytest.fixture
def room(bench, drivers):
    return EXAMPLE["room_of"](*drivers, bench.calibration)


@pytest.mark.parametrize("knob", ["laser", "gate"])
def test_the_same_scan_runs_on_real_drivers_and_on_a_bench(room, knob):
    scan = SCAN.replace(knob=knob)
    there = run(scan, room, save=False)
    here = run(scan, dragging_bench(PLAIN, noise=False), save=False)
    assert isinstance(room.clock, WallClock)
    assert there.attrs["status"] == "completed"
    assert (there["quality"] == 0).all()
    # ten time constants of two poles settle to 11 exp(-10) = 5e-4 of a step; 1 uV of gate voltage, the last digit of
    # the driver, is 1e-3 ueV
    np.testing.assert_allclose(there["dt_normalized"], here["dt_normalized"], atol=1e-3)
    x = there["detuning"].values
    width = float(PLAIN.linewidth.m_as("ueV")) * np.sqrt(1 + 2)  # Omega = Gamma
    np.testing.assert_allclose(there["dt_normalized"], 1 / (1 + (2 * x / width) ** 2), atol=2e-3)
    assert float(there["time"][-1]) >= 5 * 0.03


def test_the_file_tells_settings_and_sample_of_the_room(room, tmp_path):
    import json

    data = run(SCAN, room, save=tmp_path)
    told = json.loads(data.attrs["instruments"])
    assert told["magnet"]["field"] == pytest.approx(4.5)
    assert told["lockin"]["slope"] == "12 dB/oct"
    assert json.loads(data.attrs["sample"]) == {"name": "wafer 7, dot 3"}
    assert len(list(tmp_path.glob("*.nc"))) == 1


def test_a_magnet_is_waited_for_by_its_ramping_state(bench, drivers, room):
    bench.magnet.write("ramp_rate", 0.03)
    assert room.magnet.remaining("field") == 0.0
    room.magnet.write("field", 4.503)
    assert room.magnet.remaining("field") == 0.05
    clock = WallClock()
    run(SCAN.replace(stop=Q_(1, "ueV")), room, save=False)
    assert clock.now > 0.09  # 3 mT at 30 mT/s
    assert room.magnet.read("field_actual") == pytest.approx(4.503, abs=1e-6)


def test_an_overload_marks_the_point(bench, room):
    bench.lockin.write("sensitivity", 10e-6)
    data = run(SCAN, room, save=False)
    meanings = data["quality"].attrs["flag_meanings"].split()
    assert any("output_overload" in word for word in meanings)
    assert (data["quality"].values != 0).tolist() == [False, False, True, False, False]  # on the line only


def test_a_cable_that_breaks_costs_no_point(bench, drivers, room, tmp_path):
    lockin = drivers[0]
    answers = lockin.adapter._respond
    asked = []

    def breaking(bench, command):
        asked.append(command)
        if asked.count("OUTP?1") > 5:  # two of them for the snapshots
            raise TimeoutError("VI_ERROR_TMO (-1073807339):\n Timeout expired.")
        return answers(bench, command)

    lockin.adapter._respond = breaking
    with pytest.raises(RunError, match=r"lockin\.x cannot be read: TimeoutError, VI_ERROR_TMO .* check the instrument "
                                       r"and its cable\.; 3 points"):
        run(SCAN, room, save=tmp_path / "scan.nc")
    import xarray

    with xarray.open_dataset(tmp_path / "scan.nc") as kept:
        assert int(kept["dt"].count()) == 3
        assert (kept["quality"].values[:3] == 0).all()
    assert bench.laser.read("shutter") == "closed"  # the safe state


def test_a_status_that_cannot_be_read_marks_the_point_and_keeps_it(drivers, room):
    lockin = drivers[0]
    answers = lockin.adapter._respond
    lockin.adapter._respond = lambda bench, command: "?" if command == "LIAS?" else answers(bench, command)
    data = run(SCAN, room, save=False)
    assert int(data["dt"].count()) == 5
    assert (data["quality"] != 0).all()
    assert "lockin: its status cannot be read; check the instrument and its cable." in room.check()


def test_a_time_constant_that_the_instrument_lacks_is_refused_before_the_driver_rounds_it(bench, room):
    before = bench.lockin.read("time_constant")
    with pytest.raises(LimitError, match=r"lockin\.time_constant got 0\.02 s, which the instrument does not have; the "
                                         r"nearest are 0\.01 s and 0\.03 s\."):
        run(SCAN.replace(time_constant=Q_(20, "ms")), room, save=False)
    assert bench.lockin.read("time_constant") == before


def test_limits_of_the_room_hold_in_a_scan(bench, room):
    wide = SCAN.replace(knob="gate", start=Q_(0, "ueV"), stop=Q_(700, "ueV"), step=Q_(350, "ueV"))
    with pytest.raises(RunError, match=r"gate\.voltage got 1\.1 V; in this room it may be -1 V to 1 V"):
        run(wide, room, save=False)
    assert bench.gate.read("voltage") == pytest.approx(0.75)


def test_an_abort_ends_the_preparation():
    clock = Clock()
    driver = SimpleNamespace(tau=1.0)
    room = RealRoom([WrappedDevice("lockin", driver, {"time_constant": Attribute("tau", "s")}, clock=clock)],
                    clock=clock, settling=10.0)
    room.prepare(False)
    assert clock.now_ps == 0
    room.prepare(True)
    assert clock.now_ps == 10 * 10**12
    room.give_up = lambda: clock.now_ps > 12 * 10**12
    with pytest.raises(InterruptedError):
        room.prepare(True)
    assert clock.now_ps < 12.1e12


def test_a_run_that_is_aborted_while_the_room_erases_is_aborted_and_safe(bench, room):
    dark = RealRoom(room.devices.values(), bench.calibration, safe={"laser.shutter": "closed"},
                    erase=lambda room: (measurement.abort(), room.wait(1000.0)))
    measurement = Run(SCAN, dark, save=False)
    data = measurement.execute()
    assert data.attrs["status"] == "aborted"
    assert bench.laser.read("shutter") == "closed"


@pytest.mark.parametrize(("knob", "driver_value", "role_value"), [
    (Attribute("value", "kgauss"), 45.0, 4.5),
    (Attribute("value", "mV"), 412.0, 0.412),
    (Attribute("value", "nm", calibration=VACUUM_WAVELENGTH), 1000.0, 1.986445857148976e-19),
    (Attribute("value", words={"6 dB/oct": 6, "12 dB/oct": 12}), 12, "12 dB/oct"),
    (Attribute("value", words={"on": True, "off": False}), False, "off"),
    (Attribute("channel.value", "mV"), 412.0, 0.412),
    (Parameter("volt", "mV"), 412.0, 0.412),
    (Parameter("channel.volt", "mV"), 412.0, 0.412),
    (Function(lambda d: d.value, lambda d, v: setattr(d, "value", v), "mV"), 412.0, 0.412),
])
def test_units_and_words_at_the_border(knob, driver_value, role_value):

    class Driver:
        value = None

        def volt(self, *value):
            if value:
                self.value, = value
            return self.value

    driver = Driver()
    driver.channel = driver
    device = WrappedDevice("gate", driver, {"voltage": knob})
    device.write("voltage", role_value)
    assert driver.value == (pytest.approx(driver_value, rel=1e-12) if isinstance(driver_value, float) else driver_value)
    got = device.read("voltage")
    assert got == (pytest.approx(role_value, rel=1e-12) if isinstance(role_value, float) else role_value)
    assert type(got) in (float, str)


@pytest.mark.parametrize(("knob", "value", "kind", "message"), [
    (Attribute("value", "V", limits=(-1, 1)), 1.5, LimitError, "gate.voltage got 1.5 V; in this room it may be -1 V"),
    (Attribute("value", "V"), float("nan"), SettingError, "wants a finite number"),
    (Attribute("value", "V"), "high", SettingError, "gate.voltage got 'high'; it wants a finite number"),
    (Attribute("value", words={"on": 1}), "up", LimitError, "gate.voltage got 'up'; it wants one of on."),
    (Attribute("value", "V", writable=False), 1.0, ReadOnlyError, "gate.voltage is a reading"),
    (Function(lambda d: d.value, unit="V"), 1.0, ReadOnlyError, "gate.voltage is a reading"),
    (Constant(0.5, "A/W"), 0.6, LimitError, "gate.voltage got 0.6 A/W; in this room nobody can change it, and it is "
                                            "0.5 A/W."),
    (Constant("open"), "closed", LimitError, "gate.voltage got 'closed'; in this room nobody can change it, and it is "
                                             "open."),
])
def test_a_wrong_value_gets_one_sentence_and_never_reaches_the_driver(knob, value, kind, message):
    driver = SimpleNamespace(value="untouched")
    with pytest.raises(kind) as caught:
        WrappedDevice("gate", driver, {"voltage": knob}).write("voltage", value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert driver.value == "untouched"


def test_edges_of_limits_do_not_fail_by_their_last_bit():
    driver = SimpleNamespace(value=0.0)
    WrappedDevice("magnet", driver, {"field": Attribute("value", "kgauss", limits=(-90, 90))}).write("field", 9.0)
    assert driver.value == 90.0


def test_a_constant_may_be_set_to_what_it_is():
    device = WrappedDevice("laser", None, {"shutter": Constant("open"), "power": Constant(20.0, "nW")})
    device.write("shutter", "open")
    device.write("power", 20e-9)
    assert device.snapshot() == {"shutter": "open", "power": pytest.approx(2e-8)}


@pytest.mark.parametrize("knob", [Attribute("time_const", "s"), Parameter("time_const", "s"),
                                  Attribute("chanel.time_constant", "s")])
def test_a_misspelt_name_is_found_before_anything_is_measured(drivers, knob):
    """PyMeasure's drivers take any attribute that is set, so a wrong name would do nothing, silently."""
    with pytest.raises(UnknownNameError, match="the driver SR830 of lockin has no attribute"):
        WrappedDevice("lockin", drivers[0], {"time_constant": knob})


def test_looking_for_names_asks_the_instrument_nothing(bench, drivers):
    lockin = drivers[0]
    lockin.adapter._respond = None
    WrappedDevice("lockin", lockin, {"time_constant": Attribute("time_constant", "s")})


def test_an_instrument_that_rounds_silently_is_caught_by_reading_back(drivers):
    gate = WrappedDevice("gate", drivers[1], {"voltage": Attribute("source_voltage", "V", tolerance=1e-7)})
    gate.write("voltage", 0.412345)
    with pytest.raises(RunError, match=r"gate\.voltage was set to 0\.41234567 V and reads back 0\.412346 V"):
        gate.write("voltage", 0.41234567)


def test_settling_time_polling_and_patience():
    clock, driver = Clock(), SimpleNamespace(value=0.0, state="ramping")
    device = WrappedDevice("magnet", driver, {"field": Attribute(
        "value", "T", settle=2.0, moving=lambda d: d.state == "ramping", poll=0.5, patience=60.0)}, clock=clock)
    device.write("field", 1.0)
    assert device.remaining("field") == pytest.approx(2.0)
    clock.sleep(2.0)
    assert device.remaining("field") == 0.5
    driver.state = "holding"
    assert device.remaining("field") == 0.0
    driver.state = "ramping"  # somebody else moves it
    assert device.remaining("field") == 0.5
    clock.sleep(61.0)
    with pytest.raises(RunError, match=r"magnet\.field still moves after 61 s"):
        device.remaining("field")


def test_what_can_only_be_set_is_remembered():
    driver = SimpleNamespace(value=None)
    device = WrappedDevice("laser", driver, {"power": Attribute("value", "nW", readable=False)})
    assert device.snapshot() == {}
    with pytest.raises(RunError, match=r"laser\.power cannot be read back and has not been set yet"):
        device.read("power")
    device.write("power", 20e-9)
    assert device.read("power") == 20e-9


@pytest.mark.parametrize("answer", [None, "ERR", [1.0, 2.0]])
def test_nonsense_from_a_driver_is_told_in_a_sentence(answer):
    device = WrappedDevice("lockin", SimpleNamespace(x=answer), {"x": Attribute("x", "V")})
    with pytest.raises(SettingError, match=r"lockin\.x reads .*, which is no number"):
        device.read("x")


def test_lamps_are_read_once_and_kept_until_they_are_taken():
    reads = []
    register = Function(lambda d: reads.append(1) or d.status)
    driver = SimpleNamespace(status=9)
    device = WrappedDevice("lockin", driver, {}, [StatusBits(register, {1: "input_overload", 8: "unlocked"})])
    assert device.quality_marks() == ["input_overload", "unlocked", "status_unread"]
    assert device.problems() == ["lockin: it reports input overload.", "lockin: it reports unlocked."]
    driver.status = 0  # reading has cleared it
    assert device.take_marks() == ["input_overload", "unlocked"]
    assert device.take_marks() == []
    assert len(reads) == 3


def test_a_safe_value_that_fails_does_not_keep_the_others_from_it():
    def stuck(driver, value):
        raise OSError("no answer")

    laser, gate = SimpleNamespace(shutter=1), SimpleNamespace(volt=0.4)
    shutter = Function(lambda d: d.shutter, stuck, words={"open": 1, "closed": 0})
    room = RealRoom([
        WrappedDevice("laser", laser, {"shutter": shutter}),
        WrappedDevice("gate", gate, {"voltage": Attribute("volt", "V")}),
        WrappedDevice("magnet", gate, {"field": Attribute("volt", "kgauss")}),
    ], safe={"laser.shutter": "closed", "gate.voltage": Q_(100, "mV")})
    with pytest.raises(RunError, match=r"the room is not safe: laser\.shutter cannot be set: OSError, no answer"):
        room.make_safe()
    assert gate.volt == pytest.approx(0.1)
    with pytest.raises(SettingError):
        RealRoom(room.devices.values(), safe={"gate.voltage": Q_(1, "s")})
    with pytest.raises(UnknownNameError, match="the room has no instrument 'lamp'"):
        RealRoom(room.devices.values(), safe={"lamp.power": "off"})
    RealRoom(room.devices.values(), safe={"magnet.field": Q_(0, "T")}).make_safe()
    assert gate.volt == 0.0


def test_an_instrument_that_the_room_lacks_is_named(room):
    with pytest.raises(UnknownNameError, match="the room has no instrument 'gat'; did you mean 'gate'"):
        _ = room.gat


def test_a_check_that_breaks_does_not_break_the_run():
    room = RealRoom([], checks=[lambda: ["close the lid."], lambda: 1 / 0])
    assert room.check() == ["close the lid.", "a check of the room failed: ZeroDivisionError, division by zero."]


def test_a_bare_knob_does_nothing():
    with pytest.raises(NotImplementedError):
        Knob().fetch(None)
    with pytest.raises(NotImplementedError):
        Knob().send(None, 1.0)
