"""Every declaration of every instrument on every ready-made bench keeps the house's conventions."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from scenes import FAULT_SCENES, LATER, MONITOR_FAULTS, SCENES

from instruments import declaration as declared
from instruments.benches import BENCHES
from instruments.datasheet import datasheet
from vlab import Q_
from vlab.errors import ReadOnlyError, SettingError, UnknownNameError
from vlab.units import make_quantity, ureg

VERBS = {
    "setting": {"Set", "Choose", "Open", "Switch", "Start", "Correct"},
    "reading": {"Read"},
    "flag": {"Tell"},
    "fault": {"Let"},
}
DECLARED = [(bench, name, key) for bench, kind in BENCHES.items() for name, what in kind.instruments.items()
            for key in what.declarations]
SETTINGS = [(bench, name, key) for bench, name, key in DECLARED
            if key in BENCHES[bench].instruments[name].settings()]
FAULTS = [(bench, name, key) for bench, name, key in DECLARED if key in BENCHES[bench].instruments[name].faults()]


sheet = lru_cache(datasheet)


@pytest.mark.parametrize(("bench", "name", "key"), DECLARED)
def test_declaration(bench, name, key):
    kind = BENCHES[bench].instruments[name]
    found = kind.declarations[key]
    first = found.help.split()[0]
    if found.kind in VERBS:
        assert first in VERBS[found.kind], found.help
    else:
        assert first[0].isupper()
        assert first.isalpha(), found.help
    assert found.help.endswith(".")
    assert f"{name}.{key}" in sheet(kind, name)
    instrument = kind(name)
    if not isinstance(found, declared.Action):
        assert key in instrument.snapshot()
    if isinstance(found, declared.Reading) and found.unit is not None:
        assert ureg.Unit(found.unit) is not None
    if isinstance(found, declared.Setting):
        assert setting_is_sound(found, instrument)


def setting_is_sound(setting, instrument):
    assert setting.check(instrument, setting.default) == setting.default
    if setting.unit is None:
        assert len(setting.choices) >= 2
        return True
    low, high = setting.limits(instrument)
    assert math.isfinite(low)
    assert math.isfinite(high)
    assert low < high
    return True


@pytest.mark.parametrize(("bench", "name", "key"), SETTINGS)
def test_round_trip_and_refusals_leave_the_state_alone(bench, name, key):
    instrument = BENCHES[bench].instruments[name](name)
    setting = instrument.settings()[key]
    if setting.unit is None:
        for word in setting.choices:
            setattr(instrument, key, word)
            assert getattr(instrument, key) == word
        kept = instrument.snapshot()
        for bad in ("no such word", 1.0, None, math.nan):
            with pytest.raises(SettingError, match=f"{name}.{key}"):
                setattr(instrument, key, bad)
        assert instrument.snapshot() == pytest.approx(kept)
        return
    low, high = setting.limits(instrument)
    for number in setting._numbers or (low, low + 0.31 * (high - low), high):
        value = make_quantity(number, setting.unit)
        setattr(instrument, key, value)
        assert getattr(instrument, key).m_as(setting.unit) == pytest.approx(value.m_as(setting.unit), rel=1e-14)
    kept = instrument.read(key)
    beyond = high + 0.5 * abs(high) + 1.0
    for bad in (Q_(1.0, "mol"), make_quantity(math.nan, setting.unit), make_quantity(beyond, setting.unit), "1", None,
                1j, make_quantity(1.0, setting.unit) * np.ones(2)):
        with pytest.raises(SettingError, match=f"{name}.{key} got "):
            setattr(instrument, key, bad)
        assert instrument.read(key) == kept


@pytest.mark.parametrize(("bench", "name"), [(bench, name) for bench, kind in BENCHES.items()
                                             for name in kind.instruments])
def test_what_cannot_be_set_says_so(bench, name):
    instrument = BENCHES[bench].instruments[name](name)
    for key in set(instrument.declarations) - set(instrument.settings()):
        with pytest.raises(ReadOnlyError, match="cannot be set"):
            setattr(instrument, key, Q_(1.0, "V"))
    with pytest.raises(UnknownNameError, match="has no setting"):
        instrument.nonsense = 1
    with pytest.raises(UnknownNameError, match="has no setting or reading"):
        instrument.nonsense  # noqa: B018


def other_values(setting, instrument):
    """Return values that a hand might try: the largest change first."""
    present = instrument.read(setting.name)
    if setting.unit is None:
        return [word for word in setting.choices if word != present]
    if setting.choices:
        return [n for n in setting._numbers if n != present]
    low, high = setting.limits(instrument)
    nearby = (present * 1.3, present * 0.7, present + 0.3 * (high - low), low, high)
    return [value for value in nearby if low <= value <= high and value != present]


def visible_state(bench):
    """Return all that anybody can see: readings, flags, what is hidden, the check, and waveforms."""
    shown = {f"{name}.{key}": instrument.read(key) for name, instrument in bench.instruments.items()
             for key in [*instrument.readings(), *instrument.flags()]}
    waves = bench.lockin.waveforms(Q_(1.0, "ms"), samples=64)
    return {**shown, **bench.hidden(), "check": tuple(bench.check()),
            **{f"wave {name}": tuple(wave.magnitude) for name, wave in waves.items()}}


def watch(kind, name, key, value, scene: Callable | None):
    bench = BENCHES[kind].make(seed=2)
    instrument = bench.instruments[name]
    if scene is not None:
        scene(bench)
    if value is not None:
        instrument.write(key, value)
    if (later := LATER.get((name, key))) is not None:
        later(bench)
    for other in bench.instruments.values():  # speeds act on what moves
        for slewing, setting in other.settings().items():
            if setting.rate and (other.name, slewing) != (name, key):
                low, high = setting.limits(other)
                present = float(other.read(slewing))
                step = 1e-4 * (high - low)
                other.write(slewing, present + step if present + step <= high else present - step)
    bench.clock.sleep(1e-6)
    early = visible_state(bench)
    bench.clock.sleep(0.05)
    return early, visible_state(bench)


@pytest.mark.slow
@pytest.mark.parametrize(("bench", "name", "key"), SETTINGS)
def test_every_knob_does_something(bench, name, key):
    """A setting that moves no reading, flag, waveform or line of check() is a decoration."""
    scene = SCENES.get((bench, name, key), SCENES.get((name, key)))
    before = watch(bench, name, key, None, scene)
    stage = BENCHES[bench].make(noise=False)
    if scene is not None:
        scene(stage)
    candidates = other_values(BENCHES[bench].instruments[name].settings()[key], stage.instruments[name])
    assert candidates
    assert any(watch(bench, name, key, value, scene) != before for value in candidates)


@pytest.mark.parametrize(("bench", "name", "key"), FAULTS)
def test_every_fault_shows_and_can_be_mended(bench, name, key):
    room = BENCHES[bench].make(seed=3)
    assert room.check() == []
    assert room.take_marks() == []
    quiet = visible_state(room)
    lit = {flag for flag in room.instruments[name].flags() if room.instruments[name].read(flag)}
    room.fail(f"{name}.{key}")
    assert room.present_faults == (f"{name}.{key}",)
    if (scene := FAULT_SCENES.get((name, key))) is not None:
        scene(room)
    room.clock.sleep(1.0)
    assert any(sentence.startswith(f"{name}:") for sentence in room.check()), "bench.check() says nothing"
    marks = room.take_marks()
    if (name, key) in MONITOR_FAULTS:
        assert marks == [], "a fault of what takes no part spoils points"
        assert {f for f in room.instruments[name].flags() if room.instruments[name].read(f)} - lit, "no flag tells"
    else:
        assert any(mark.startswith(f"{name}.") for mark in marks), "no flag spoils the points"
    assert visible_state(room) != quiet
    room.mend()
    assert room.present_faults == ()


@pytest.mark.parametrize("fault", ["gate.tripped_gate", "laser.mode_hop", "laser.dead_shutter", "chopper.driver_off"])
def test_a_fault_between_two_points_is_not_forgotten(fault):
    """A flag that was lit and is out again when the point is read marks the point all the same."""
    room = BENCHES["dragging"].make(seed=3)
    name = fault.split(".")[0]
    room.fail(fault)
    room.clock.sleep(0.2)
    room.mend()
    room.laser.relock()
    room.gate.reset_trip()
    room.gate.write("output", "on")
    room.laser.write("shutter", "open")
    room.clock.sleep(3.0)
    assert not any(instrument.read(flag) for instrument in room for flag in instrument.flags() if instrument is
                   room.instruments[name] and instrument.flags()[flag].spoils)
    assert any(mark.startswith(f"{name}.") for mark in room.take_marks())
    assert not any(mark.startswith(f"{name}.") for mark in room.take_marks())


def test_a_planned_fault_comes_in_its_time():
    for cuts in ((3.0,), (0.7, 1.31, 0.99)):
        room = BENCHES["dragging"].make(seed=3)
        room.fail("lockin.loose_reference", after=Q_(2.0, "s"))
        seen = []
        for cut in cuts:
            room.clock.sleep(cut)
            seen.append((room.clock.now, bool(room.present_faults)))
        assert seen[-1][1]
        assert all(present == (now >= 2.0) for now, present in seen)
        kept = room.lockin.read("x")
    with pytest.raises(UnknownNameError, match="loose_reference"):
        room.fail("lockin.lose_reference")
    with pytest.raises(SettingError, match=r"bench\.fail, after got"):
        room.fail("lockin.loose_reference", after=Q_(2.0, "m"))
    assert math.isfinite(kept)
