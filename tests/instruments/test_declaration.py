"""Conventions that every declaration obeys, on every instrument of the ready-made benches."""

import math

import numpy as np
import pytest

from instruments import dragging_bench
from instruments.benches import BENCHES
from instruments.datasheet import datasheet
from instruments.declaration import SLEW_STEP_PS, Slew
from vlab import Q_
from vlab.errors import LimitError, ReadOnlyError, SettingError, UnknownNameError
from vlab.units import make_quantity

VERBS = {"Set", "Choose", "Open", "Start", "Switch", "Read", "Tell", "Stop", "Ramp"}
INSTRUMENTS = BENCHES["dragging"].instruments
SETTINGS = [(name, key) for name, kind in INSTRUMENTS.items() for key in kind.settings()]
NUMBERS = [(name, key) for name, key in SETTINGS if INSTRUMENTS[name].settings()[key].unit is not None]


@pytest.fixture(scope="module")
def bench():
    return dragging_bench(noise=False)


@pytest.fixture
def instrument(bench, name):
    bench.reset()
    return bench.instruments[name]


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_every_help_begins_with_a_verb_and_is_a_sentence(name):
    for declaration in INSTRUMENTS[name].declarations.values():
        assert declaration.help.split()[0] in VERBS
        assert declaration.help.endswith(".")


@pytest.mark.parametrize(("name", "key"), SETTINGS)
def test_defaults_lie_inside_limits_and_come_back(instrument, name, key):
    setting = instrument.settings()[key]
    assert setting.check(instrument, setting.default) == setting.default
    assert setting.unit is None or setting.choices or all(map(math.isfinite, setting.limits(instrument)))
    before = getattr(instrument, key)
    setattr(instrument, key, before)
    assert instrument.snapshot()[key] == setting.check(instrument, instrument.read(key))
    assert getattr(instrument, key) == before


@pytest.mark.parametrize(("name", "key"), NUMBERS)
def test_round_trip_and_refusals_leave_the_state_alone(instrument, name, key):
    setting = instrument.settings()[key]
    low, high = setting.limits(instrument)
    values = [make_quantity(float(c), setting.unit) for c in setting._numbers] or [
        make_quantity(low + share * (high - low), setting.unit) for share in (0.0, 0.31, 1.0)]
    for value in values:
        setattr(instrument, key, value)
        assert getattr(instrument, key).m_as(setting.unit) == pytest.approx(value.m_as(setting.unit), rel=1e-14)
    kept = instrument.read(key)
    beyond = make_quantity(high * 1.5 + (high == 0.0), setting.unit)
    for bad, kind in ((Q_(1.0, "mol"), SettingError), (make_quantity(float("nan"), setting.unit), SettingError),
                      (beyond, LimitError), ("1", SettingError), (None, SettingError), (1j, SettingError),
                      (make_quantity(1.0, setting.unit) * np.ones(2), SettingError)):
        with pytest.raises(kind) as caught:
            setattr(instrument, key, bad)
        assert f"{name}.{key} got " in str(caught.value)
        assert instrument.read(key) == kept


@pytest.mark.parametrize(("name", "key"), [pair for pair in SETTINGS if pair not in NUMBERS])
def test_words(instrument, name, key):
    for word in instrument.settings()[key].choices:
        setattr(instrument, key, word)
        assert getattr(instrument, key) == word
    for bad in ("no such word", Q_(1.0, "V"), 3):
        with pytest.raises(SettingError):
            setattr(instrument, key, bad)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_what_cannot_be_set_says_so(instrument, name):
    for key in [*instrument.readings(), *instrument.flags(), *instrument.actions()]:
        with pytest.raises(ReadOnlyError, match="cannot be set"):
            setattr(instrument, key, Q_(1.0, "V"))
    with pytest.raises(UnknownNameError, match="has no setting"):
        instrument.nonsense = 1
    with pytest.raises(UnknownNameError, match="has no setting or reading"):
        instrument.nonsense  # noqa: B018


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_snapshot_and_data_sheet_show_everything(instrument, name):
    snapshot = instrument.snapshot()
    sheet = datasheet(INSTRUMENTS[name], name)
    for key in [*instrument.settings(), *instrument.readings(), *instrument.flags()]:
        assert key in snapshot
        assert f"{name}.{key}" in sheet


def other_values(setting, instrument):
    """Values of a setting that differ from the present one."""
    present = instrument.read(setting.name)
    if setting.unit is None:
        return [word for word in setting.choices if word != present]
    if setting.choices:
        return [n for n in setting._numbers if n != present]
    low, high = setting.limits(instrument)
    nearby = [v for v in (present * 1.3, present * 0.7, present + 0.3 * (high - low), low, high) if low <= v <= high]
    return [v for v in nearby if v != present]


def visible_state(bench):
    """Everything that a person could see without looking at set-points."""
    shown = {}
    for name, instrument in bench.instruments.items():
        for key in [*instrument.readings(), *instrument.flags()]:
            shown[f"{name}.{key}"] = instrument.read(key)
    shown["check"] = tuple(bench.check())
    return shown


@pytest.mark.parametrize(("name", "key"), SETTINGS)
def test_every_knob_does_something(name, key):
    """A setting that moves no reading, flag or line of check() is a decoration."""
    prepare = {"reference_source": "internal"} if key == "internal_frequency" else {}

    def watch(value):
        # settings that act only on what changes are watched while other knobs move as well
        bench = dragging_bench(seed=2, noise=True)
        instrument = bench.instruments[name]
        for other, word in prepare.items():
            instrument.write(other, word)
        if value is not None:
            instrument.write(key, value)
        seen = []
        for knob, setting, target in (("laser", "photon_energy", 1.2e-25), ("gate", "voltage", 1e-3),
                                      ("magnet", "field", 1e-2)):
            if (knob, setting) != (name, key):
                device = bench.instruments[knob]
                device.write(setting, float(device.read(setting)) + target)
            bench.clock.sleep(1e-6)
            seen.append(visible_state(bench))
        bench.clock.sleep(0.2)
        seen.append(visible_state(bench))
        return seen

    instrument = dragging_bench().instruments[name]
    before = watch(None)
    candidates = other_values(instrument.settings()[key], instrument)
    assert candidates
    assert any(watch(value) != before for value in candidates)


def test_a_slew_ends_at_its_target_after_whole_steps():
    slew = Slew(0.0, 1.0, 0.3, 1000)
    assert (slew.end_ps - 1000) % SLEW_STEP_PS == 0
    assert slew.end_ps - 1000 == pytest.approx(1e12 / 0.3, abs=SLEW_STEP_PS)
    assert slew.at(slew.end_ps) == 1.0
    assert slew.at(1000) == 0.0
    assert slew.slope(slew.end_ps) == 0.0
    assert slew.at(1000 + (slew.end_ps - 1000) // 2) == pytest.approx(0.5)


def test_a_new_rate_during_a_ramp_goes_on_from_here():
    bench = dragging_bench(noise=False)
    bench.magnet.field = Q_(4.6, "T")
    bench.sleep(Q_(6, "s"))
    here = bench.magnet.field_actual.m_as("T")
    assert here == pytest.approx(4.55, abs=1e-6)
    bench.magnet.ramp_rate = Q_(1, "T/min")
    assert bench.magnet.field_actual.m_as("T") == pytest.approx(here, abs=1e-9)
    assert bench.magnet.remaining("field") == pytest.approx(3.0, abs=1e-3)
    bench.magnet.hold()
    assert bench.magnet.field.m_as("T") == pytest.approx(here, abs=1e-9)
    assert not bench.magnet.ramping


def test_change_events():
    bench = dragging_bench(noise=False)
    seen = []
    stop = bench.laser.subscribe(lambda *event: seen.append(event))
    bench.laser.power = Q_(20, "nW")
    stop()
    bench.laser.power = Q_(30, "nW")
    assert seen == [(bench.laser, "power", pytest.approx(2e-8), None)]
