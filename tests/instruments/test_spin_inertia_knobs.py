"""Every knob of the pump-probe bench does something, and keeps the house's conventions."""

import math

import pytest

from instruments import spin_inertia_bench
from instruments.datasheet import datasheet
from vlab import Q_
from vlab.errors import SettingError
from vlab.units import make_quantity

VERBS = {"Set", "Choose", "Open", "Start", "Switch", "Read", "Tell", "Stop", "Ramp"}
KINDS = {name: type(instrument) for name, instrument in spin_inertia_bench(noise=False).instruments.items()}
SETTINGS = [(name, key) for name, kind in KINDS.items() for key in kind.settings()]


@pytest.mark.parametrize("name", KINDS)
def test_help_and_data_sheet(name):
    kind = KINDS[name]
    sheet = datasheet(kind, name)
    for key, declaration in kind.declarations.items():
        assert declaration.help.split()[0] in VERBS
        assert declaration.help.endswith(".")
        assert f"{name}.{key}" in sheet
    for key, setting in kind.settings().items():
        instrument = kind(name)
        assert setting.check(instrument, setting.default) == setting.default
        assert setting.unit is None or all(map(math.isfinite, setting.limits(instrument))), key


@pytest.mark.parametrize(("name", "key"), SETTINGS)
def test_round_trip_and_refusals_leave_the_state_alone(name, key):
    instrument = KINDS[name](name)
    setting = instrument.settings()[key]
    if setting.unit is None:
        for word in setting.choices:
            setattr(instrument, key, word)
            assert getattr(instrument, key) == word
        with pytest.raises(SettingError):
            setattr(instrument, key, "no such word")
        return
    low, high = setting.limits(instrument)
    for number in setting._numbers or (low, low + 0.31 * (high - low), high):
        value = make_quantity(number, setting.unit)
        setattr(instrument, key, value)
        assert getattr(instrument, key).m_as(setting.unit) == pytest.approx(value.m_as(setting.unit), rel=1e-14)
    kept = instrument.read(key)
    for bad in (Q_(1.0, "mol"), make_quantity(math.nan, setting.unit), make_quantity(1.5 * high, setting.unit), "1"):
        with pytest.raises(SettingError, match=f"{name}.{key} got "):
            setattr(instrument, key, bad)
        assert instrument.read(key) == kept


def other_values(setting, instrument):
    present = instrument.read(setting.name)
    if setting.unit is None:
        return [word for word in setting.choices if word != present]
    if setting.choices:
        return [n for n in setting._numbers if n != present]
    low, high = setting.limits(instrument)
    nearby = (present * 1.3, present * 0.7, present + 0.3 * (high - low), low, high)
    return [value for value in nearby if low <= value <= high and value != present]


def visible_state(bench):
    shown = {f"{name}.{key}": instrument.read(key) for name, instrument in bench.instruments.items()
             for key in [*instrument.readings(), *instrument.flags()]}
    return {**shown, "check": tuple(bench.check())}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "key"), SETTINGS)
def test_every_knob_does_something(name, key):
    """A setting that moves no reading, flag or line of check() is a decoration."""
    def watch(value):
        bench = spin_inertia_bench(seed=2)
        instrument = bench.instruments[name]
        if key == "internal_frequency":
            bench.lockin.write("reference_source", "internal")
        if value is not None:
            instrument.write(key, value)
        moves = (("magnet", "field", 0.101), ("stage", "delay", -0.04e-9), ("holder", "tilt", 0.01),
                 ("cryostat", "temperature", 5.01))
        for device, setting, target in moves:  # speeds act on what moves
            if (device, setting) != (name, key):
                bench.instruments[device].write(setting, target)
        bench.clock.sleep(0.05)
        return visible_state(bench)

    before = watch(None)
    candidates = other_values(KINDS[name].settings()[key], spin_inertia_bench(noise=False).instruments[name])
    assert candidates
    assert any(watch(value) != before for value in candidates)
