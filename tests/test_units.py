"""The door: quantities in, SI floats through, sentences out."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vlab import Q_
from vlab.errors import SettingError
from vlab.units import kind_of, make_quantity, parse_quantity, to_si, unit_factor


def test_a_quantity_becomes_an_si_float():
    assert to_si(Q_(200, "ms"), "s", "dwell") == pytest.approx(0.2, rel=1e-15)
    assert to_si(Q_(1.0, "ueV"), "J", "shift") == pytest.approx(1.602176634e-25, rel=1e-12)


@given(st.floats(-1e12, 1e12))
def test_round_trip_of_any_number(x):
    assert to_si(make_quantity(x, "ueV"), "ueV", "x") == pytest.approx(x, rel=1e-14, abs=0.0)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (3.0, "bare number 3.0"),
        (Q_(1.0, "V"), "got 1 V"),
        ("3 s", "'3 s'"),
        (None, "None"),
        (Q_(float("nan"), "s"), "nan"),
        (Q_(float("inf"), "s"), "inf"),
        (Q_(np.array([1.0, 2.0]), "s"), "one number"),
        (True, "True"),
    ],
)
def test_refusals_name_the_setting_and_what_is_wanted(value, says):
    with pytest.raises(SettingError) as caught:
        to_si(value, "s", "scan.dwell")
    message = str(caught.value)
    assert message.startswith("scan.dwell got ")
    assert says in message
    assert message.count(".") >= 1
    assert message.endswith(".")
    assert "\n" not in message


def test_a_foreign_registry_is_welcome():
    theirs = pint.UnitRegistry()
    assert to_si(theirs.Quantity(30.0, "ms"), "s", "dwell") == pytest.approx(0.03)
    assert to_si(theirs.Quantity(10.0, "kG"), "T", "field") == pytest.approx(1.0)
    with pytest.raises(SettingError, match="a magnetic field"):
        to_si(theirs.Quantity(3.0, "V"), "T", "field")


def test_a_foreign_registry_with_units_of_its_own():
    theirs = pint.UnitRegistry()
    theirs.define("blink = 0.3 * second")
    assert to_si(theirs.Quantity(2.0, "blink"), "s", "dwell") == pytest.approx(0.6)


def test_a_pickled_quantity_is_ours_again():
    copy = pickle.loads(pickle.dumps(Q_(2.5, "T")))
    assert to_si(copy, "T", "field") == 2.5


def test_gauss_is_a_field():
    assert to_si(Q_(100.0, "gauss"), "mT", "field") == pytest.approx(0.01)


def test_degrees_and_percent():
    assert to_si(Q_(180.0, "deg"), "deg", "phase") == pytest.approx(np.pi)
    assert to_si(0.5, "", "balance") == 0.5


@pytest.mark.parametrize(("text", "si"), [("20 ueV", 20 * 1.602176634e-25), ("-0.4ueV", -0.4 * 1.602176634e-25),
                                          ("2.5e-6 eV", 2.5e-6 * 1.602176634e-19), ("0,4 ueV", 0.4 * 1.602176634e-25),
                                          ("\u221230 µeV", -30 * 1.602176634e-25)])
def test_typed_quantities(text, si):
    assert to_si(parse_quantity(text, "x", "ueV"), "ueV", "x") == pytest.approx(si)


@pytest.mark.parametrize("text", ["", "ueV", "abc", "nan", "__import__('os')", "1 furlongs per blink"])
def test_typed_nonsense(text):
    with pytest.raises(SettingError, match="wants a number with a unit"):
        parse_quantity(text, "scan.start", "ueV")


def test_words_for_dimensions():
    assert kind_of("ms") == "a time"
    assert kind_of("ueV") == "an energy"
    assert kind_of("mT") == "a magnetic field"
    assert unit_factor("ms") == pytest.approx(1e-3)


@pytest.mark.parametrize(("value", "unit"), [(Q_(1, "rad/s"), "Hz"), (Q_(1, "MHz"), "rad/s"), (Q_(1, "deg/s"), "1/s")])
def test_angular_frequencies_are_no_frequencies(value, unit):
    with pytest.raises(SettingError, match="differ by 2 pi"):
        to_si(value, unit, "some.frequency")


def test_angles():
    assert to_si(Q_(180, "deg"), "rad", "some.angle") == pytest.approx(3.141592653589793)
    assert to_si(0.5, "rad", "some.angle") == 0.5
    with pytest.raises(SettingError, match="an angle with a unit, such as 1 deg"):
        to_si(30, "deg", "some.angle")


@pytest.mark.parametrize("cache", ["none can be written", "torn"])
def test_units_do_without_a_cache_that_cannot_be_used(cache, tmp_path):
    home = tmp_path / "cache"
    if cache == "torn":
        code = "import vlab.units; print(vlab.units.ureg.cache_folder)"
        folder = Path(in_a_process(code, home))
        kept = list(folder.glob("*.pickle"))
        assert kept
        for each in kept:
            each.write_bytes(each.read_bytes()[:40])
    else:
        home.write_text("a file")
    assert in_a_process("from vlab import Q_; print(Q_(1.0, 'ueV').to('GHz', 'spectroscopy').units)", home) == "GHz"


def in_a_process(code, cache):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env=os.environ | {"XDG_CACHE_HOME": str(cache)})
    return done.stdout.strip()
