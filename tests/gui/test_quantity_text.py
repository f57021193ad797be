"""The text of quantities: every way of typing, refusals in a sentence, and round trips without loss."""

import math
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gui import quantity_text as words
from gui.quantity_field import QuantityField
from vlab.errors import LimitError, SettingError
from vlab.quantity_scale import pretty_unit, scale_of
from vlab.units import Q_, unit_factor

UNITS = ["V", "ueV", "eV", "s", "ms", "nW", "T", "T/min", "uV", "kHz", "deg", "", "%", "percent", "kg", "K", "V/A",
         "nV/Hz^0.5", "ueV/T^2", "ueV/mV", "1/s", "ohm", "um", "V/s"]
units = st.sampled_from(UNITS)
# twelve digits and a sensible power of ten: what a field can show
numbers = st.builds(lambda digits, power: Decimal(digits).scaleb(power),
                    st.integers(-(10**12) + 1, 10**12 - 1), st.integers(-24, 6))

TYPED = [
    # a bare number means the unit that is shown
    ("T", "5", 5.0), ("ms", "5", 5e-3), ("deg", "180", math.pi), ("", "0.5", 0.5), ("%", "5", 0.05), ("kHz", "50", 5e4),
    ("T", " 4.5 ", 4.5), ("T", ".5", 0.5), ("T", "5.", 5.0), ("T", "+2", 2.0), ("T", "- 2", -2.0),
    # any unit that fits
    ("T", "100 gauss", 10e-3), ("T", "10 G", 1e-3), ("T", "90kG", 9.0), ("T", "500 milligauss", 50e-6),
    ("T/min", "1 kG/min", 0.1 / 60), ("ms", "0.2 s", 0.2), ("s", "5 min", 300.0), ("s", "2h", 7200.0),
    ("kHz", "1/ms", 1e3), ("kHz", "3 /s", 3.0), ("deg", "1 rad", 1.0), ("", "5 %", 0.05), ("", "7 ppm", 7e-6),
    ("K", "20 degC", 293.15), ("K", "20 °C", 293.15), ("nW", "-30 dBm", 1e-6), ("V/s", "10 mV/s", 0.01),
    ("nV/Hz^0.5", "0.005 uV/√Hz", 5e-9), ("nV/Hz^0.5", "5 nV/Hz^0.5", 5e-9), ("1/s", "0.04 s⁻¹", 0.04),
    ("ueV/T^2", "8 µeV/T²", 8 * unit_factor("ueV")), ("ohm", "3 kΩ", 3e3), ("ohm", "3 kohm", 3e3),
    ("eV", "1300000.1 ueV", 1.3000001 * unit_factor("eV")),
    # a prefix alone; a unit of the right dimension comes first
    ("T", "250u", 250e-6), ("T", "3 m", 3e-3), ("V", "3 m", 3e-3), ("V", "5 k", 5e3), ("V", "2M", 2e6),
    ("kHz", "10 G", 10e9), ("kHz", "250k", 250e3), ("kHz", "2 T", 2e12), ("ueV", "3 m", 3e-3 * unit_factor("eV")),
    ("s", "3 m", 3e-3), ("um", "3 m", 3.0), ("um", "3 n", 3e-9), ("K", "100m", 0.1), ("K", "4K", 4.0),
    # decimal comma, both micro signs, spaces, powers of ten, minus signs
    ("T", "12,5 uT", 12.5e-6), ("T", "12,5 \u00b5T", 12.5e-6), ("T", "12,5 \u03bcT", 12.5e-6), ("T", "12.5uT", 12.5e-6),
    ("V", "7\u00b5", 7e-6), ("V", "7\u03bc", 7e-6), ("T", "3 m T", 3e-3), ("T", "3\u00a0mT", 3e-3),
    ("T", "2e-5", 2e-5), ("T", "2E-5 T", 2e-5), ("T", "1,5e3 mT", 1.5), ("eV", "2eV", 2 * unit_factor("eV")),
    ("T", "\u22123 mT", -3e-3), ("T", "-3mT", -3e-3), ("T", "2e\u22123", 2e-3),
]

REFUSED = [
    ("T", "", "empty"), ("T", "   ", "empty"), ("T", "abc", "number"), ("T", "mT", "number"), ("T", "--5", "number"),
    ("T", "1.234,5", "decimal sign"), ("T", "1,234,567", "decimal sign"), ("T", "1.2.3", "decimal sign"),
    ("T", "nan", "finite"), ("T", "inf", "finite"), ("T", "-Infinity", "finite"), ("T", "∞", "finite"),
    ("T", "1e999", "large"), ("eV", "1e308 k", "large"),
    ("T", "5 K", "a temperature"), ("V", "4 K", "a temperature"), ("s", "5 Hz", "1.5 s"), ("T", "5 m V", "magnetic"),
    ("T", "5 foo", "no unit"), ("T", "5 mT*2", "no unit"), ("T", "5 2 T", "no unit"), ("T", "1 000 T", "no unit"),
    ("T", "1_000", "no unit"), ("T", "5 T;", "no unit"), ("T", "5 √T", "not"), ("T", "5e", "type"),
    ("T/min", "5 m", "a length"), ("deg", "5 m", "a length"), ("deg", "5 u", "type"),
    ("", "5 m", "a length"),
    ("deg", "5 %", "a pure number"), ("", "5 deg", "an angle"), ("kg", "5 k", "type"), ("%", "5 n", "no unit"),
    ("kHz", "5 rad/s", "2π"), ("kHz", "5 rpm", "2π"),
    ("s", "5 km^99^99^99/m", "no unit"), ("", "5 km**9999999/m**9999999", "no unit"), ("T", "5" + " T" * 60, "number"),
]


@pytest.mark.parametrize(("unit", "text", "si"), TYPED)
def test_what_a_hand_types_is_understood(unit, text, si):
    assert words.read(text, scale_of(unit)).si == pytest.approx(si, rel=1e-14)


@pytest.mark.parametrize(("unit", "text", "why"), REFUSED)
def test_what_is_not_understood_is_refused_in_one_sentence(unit, text, why):
    with pytest.raises(SettingError, match=why) as refused:
        words.read(text, scale_of(unit))
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 160


def test_a_bare_number_means_the_prefix_that_is_shown():
    volt = scale_of("V")
    assert words.read("5", volt, -6).si == pytest.approx(5e-6)
    assert words.read("5", volt, 0).si == 5.0


def test_numbers_agree_with_pint_to_the_bit():
    # the window and a script give the same setting, hence the same run
    for unit, text in [("T", "12.5 uT"), ("V", "0.3 mV"), ("ueV", "0.7"), ("nW", "33.3 nW"), ("kHz", "0.1")]:
        number, _, given_unit = text.partition(" ")
        assert words.read(text, scale_of(unit)).si == float(number) * unit_factor(given_unit or unit)
        assert words.read(text, scale_of(unit)).si == Q_(float(number), given_unit or unit).to_base_units().magnitude


SHOWN = [
    ("T", 4.5, "4.5 T"), ("T", 0.01, "10 mT"), ("T", 0.5, "0.5 T"), ("T", 250e-6, "250 µT"), ("T", 0.0, "0 T"),
    ("T", -3e-3, "-3 mT"), ("T", 2500.0, "2500 T"), ("V", 1500.0, "1.5 kV"), ("s", 30e3, "30000 s"),
    ("s", 2e-13, "200 fs"),
    ("ueV", 0.6e-6 * unit_factor("eV"), "0.6 µeV"), ("ueV", 20e-3 * unit_factor("eV"), "20 meV"),
    ("eV", 1.3000001 * unit_factor("eV"), "1.3000001 eV"),
    ("eV", 1.30000010001 * unit_factor("eV"), "1.30000010001 eV"),
    ("kHz", 50e3, "50 kHz"), ("kHz", 5.0, "5 Hz"), ("kHz", 2e9, "2 GHz"),
    ("nW", 12.5e-9, "12.5 nW"), ("uV", 1.0, "1 V"),
    ("T/min", 0.5 / 60, "0.5 T/min"), ("T/min", 0.001 / 60, "0.001 T/min"), ("nV/Hz^0.5", 5e-9, "5 nV/√Hz"),
    ("deg", math.pi / 2, "90°"), ("", 1.0, "1"), ("", 6.6e-12, "6.6e-12"), ("%", 0.05, "5 %"), ("percent", 0.05, "5 %"),
    ("kg", 2e-3, "0.002 kg"), ("V/A", 1e7, "1e7 V/A"), ("1/s", 0.04, "0.04 s⁻¹"), ("ueV/T^2", 0.0, "0 µeV/T²"),
    ("V", 0.9999999999999999, "1 V"), ("T", 0.0099999999999999998, "10 mT"), ("V", 1 / 3, "0.333333333333 V"),
]


@pytest.mark.parametrize(("unit", "si", "text"), SHOWN)
def test_a_value_is_shown_with_prefix_and_unit(unit, si, text):
    assert words.write(si, scale_of(unit))[0] == text


def test_prefixes_can_be_asked_for_and_declined():
    assert words.write(3e5, scale_of("N", True))[0] == "300 kN"
    assert words.write(3e-5, scale_of("V", False))[0] == "3e-5 V"
    assert words.read("3 m", scale_of("V", False)).si == 3e-3
    with pytest.raises(SettingError, match="single unit"):
        scale_of("T/min", True)
    with pytest.raises(SettingError, match="zero of its own"):
        scale_of("degC")


@pytest.mark.parametrize(("unit", "printed"), [
    ("ueV", "µeV"), ("us", "µs"), ("um", "µm"), ("uV/T", "µV/T"), ("ueV/T^2", "µeV/T²"), ("nV/Hz^0.5", "nV/√Hz"),
    ("deg", "°"), ("deg/s", "°/s"), ("percent", "%"), ("kohm", "kΩ"), ("1/s", "s⁻¹"), ("1/s**2", "s⁻²"),
    ("u", "u"), ("", ""),
])
def test_units_are_printed_as_in_a_paper(unit, printed):
    assert pretty_unit(unit) == printed


@given(units, numbers)
def test_text_survives_reading_and_writing(unit, number):
    """A number of twelve digits, with whatever prefix it is shown, comes back as the same text."""
    scale = scale_of(unit)
    assume(abs(number) < 10**15)
    text, rung = words.write(float(number) * unit_factor(scale.base), scale)
    again = words.read(text, scale, rung)
    assert words.write(again.si, scale)[0] == text
    assert words.rounded(again.si, scale) == number.normalize()


@given(units, st.floats(1e-60, 1e60), st.booleans())
def test_a_value_survives_to_the_shown_precision(unit, si, negative):
    scale = scale_of(unit)
    si = -si if negative else si
    text, rung = words.write(si, scale)
    bare = text.removesuffix(scale.label(rung))
    for typed in (text, text.replace(".", ","), text.replace("µ", "u"), text.replace("µ", "\u03bc"), bare,
                  text.replace(" ", ""), f"  {text} ", text.replace("-", "\u2212")):
        assert words.read(typed, scale, rung).si == pytest.approx(si, rel=5.1e-12)
    digits = bare.partition("e")[0].lstrip("-").replace(".", "").lstrip("0").rstrip("0")
    assert len(digits) <= words.DIGITS


@given(units, st.text(max_size=40))
@example("T", "5 (((")
@example("T", "5 T/0")
@example("T", "٣ T")
@example("T", "5 T\n")
def test_any_text_is_read_or_refused(unit, text):
    try:
        typed = words.read(text, scale_of(unit))
    except SettingError:
        return
    assert math.isfinite(typed.si)


@given(st.from_regex(r"[0-9]{1,3}[.,]?[0-9]{0,3} ?[a-zA-Zµ/^*0-9.() -]{0,12}", fullmatch=True), units)
def test_words_that_look_like_units_are_read_or_refused(text, unit):
    try:
        typed = words.read(text, scale_of(unit))
    except SettingError:
        return
    assert math.isfinite(typed.si)


STEPS = [
    # text, cursor, steps, text after, cursor after
    ("9.9 T", 3, 1, "10.0 T", 4), ("9.9 T", 1, 1, "10.9 T", 2), ("9.9 T", 5, 1, "10.0 T", 4),
    ("99 mV", 2, 1, "100 mV", 3),
    ("0.5 T", 1, -1, "-0.5 T", 2), ("0.3 T", 3, -5, "-0.2 T", 4), ("-0.2 T", 4, 5, "0.3 T", 3),
    ("0.2 T", 3, -2, "0.0 T", 3),
    ("1.3000000 eV", 9, 1, "1.3000001 eV", 9), ("1.5", 2, 1, "2.5", 1), ("5 T", 0, 1, "6 T", 1),
    ("-5 T", 0, 1, "-4 T", 2),
    ("100 V", 1, -1, "0 V", 0), ("6.6e-12", 3, 4, "7.0e-12", 3), ("9.9e-12", 7, 1, "10.0e-12", 4),
    ("5 T", 1, 10, "15 T", 2),
    ("1000 T", 1, 10, "11000 T", 2), ("0°", 1, -1, "-1°", 2),
]


@pytest.mark.parametrize(("text", "cursor", "steps", "after", "cursor_after"), STEPS)
def test_a_step_moves_the_digit_left_of_the_cursor(text, cursor, steps, after, cursor_after):
    place = words.place_at(text, cursor)
    assert words.step(text, place, steps) == after
    assert words.cursor_at(after, place) == cursor_after


@given(numbers, st.integers(0, 20), st.integers(-20, 20))
def test_steps_are_exact_and_can_be_undone(number, cursor, steps):
    text = words.write_number(number) + " T"
    place = words.place_at(text, cursor)
    there = words.step(text, place, steps)
    back = words.step(there, place, -steps)
    assert Decimal(back.removesuffix(" T")) == Decimal(text.removesuffix(" T"))
    mantissa = text.removesuffix(" T").partition("e")
    power = Decimal(1).scaleb(place + int(mantissa[2] or 0))
    assert Decimal(there.removesuffix(" T")) - Decimal(text.removesuffix(" T")) == steps * power


def test_limits_are_kept_and_named():
    tesla = scale_of("T")
    assert words.fit(4.5, -9.0, 9.0, tesla) == 4.5
    with pytest.raises(LimitError, match=r"^9\.1 T is too high; allowed is -9 T to 9 T\.$"):
        words.fit(9.1, -9.0, 9.0, tesla)
    with pytest.raises(LimitError, match=r"^-10 mT is too low; allowed is at least 0 T\.$"):
        words.fit(-0.01, 0.0, math.inf, tesla)
    with pytest.raises(LimitError, match=r"allowed is at most 1 T\."):
        words.fit(2.0, -math.inf, 1.0, tesla)


def test_a_limit_may_be_open_at_zero():
    second, above = scale_of("s"), math.nextafter(0.0, 1.0)
    assert words.limits_text(above, math.inf, second) == "above 0 s"
    assert words.limits_text(above, 9.0, second) == "above 0 s and at most 9 s"
    assert words.limits_text(-9.0, -above, second) == "at least -9 s and below 0 s"
    with pytest.raises(LimitError, match="0 s is too low; allowed is above 0 s"):
        words.fit(0.0, above, math.inf, second)
    field = QuantityField("s", above, 9.0, 1.0)
    field.step(1, -1)
    assert (field.value, field.text) == (1.0, "1 s")


def test_an_edge_can_be_typed_in_any_unit():
    tesla = scale_of("T")
    assert words.fit(words.read("90 kG", tesla).si, -9.0, 9.0, tesla) == 9.0
    assert words.fit(words.read("0.333333333333", tesla).si, 1 / 3, 1.0, tesla) == 1 / 3


texts = st.sampled_from(["5", "0.25", "1,300", "-7e-3", "3 m", "250u", "12 foo", "", "0", "99.90"])
doings = st.one_of(
    st.tuples(st.just("type"), texts),
    st.tuples(st.just("step"), st.tuples(st.integers(0, 12), st.sampled_from([-10, -1, 1, 10]))),
    st.tuples(st.just("set"), st.floats(-50, 50)),
    st.tuples(st.just("tidy"), st.none()),
)


@given(units, st.lists(doings, max_size=8))
def test_text_and_value_of_a_field_agree_whatever_is_done(unit, doings):
    factor = unit_factor(unit)
    field = QuantityField(unit, -50 * factor, 50 * factor)
    for kind, what in doings:
        before = (field.text, field.value)
        if kind == "type":
            try:
                field.take(what)
            except SettingError:
                assert (field.text, field.value) == before
        elif kind == "step":
            cursor = field.step(*what)
            assert 0 <= cursor <= field.number_end()
        elif kind == "set":
            field.set(what * factor)
            field.forget_hand()
        else:
            field.tidy()
        assert abs(field.value) <= 50 * factor
        assert field.check(field.text)[0] == pytest.approx(field.value, rel=1e-11, abs=1e-300)
        value = field.value
        field.take(field.text)
        assert field.value == value
