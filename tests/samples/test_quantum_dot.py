"""The parameters of a dot: typed, with units, frozen; and the presets of sample A."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pint
import pytest

from vlab.errors import LimitError, SettingError, UnknownNameError
from vlab.samples import QuantumDot
from vlab.units import Q_, ureg

UEV = 1.602176634e-25
WORDS_AND_COUNTS = {"model", "zeeman_line", "nuclei", "fluctuations", "saturation", "light_induced_decay",
                    "field_dependence", "wandering"}


def test_parameters_are_quantities_where_they_have_units() -> None:
    dot = QuantumDot()
    for field in fields(dot):
        value = getattr(dot, field.name)
        assert isinstance(value, pint.Quantity) == (field.name not in WORDS_AND_COUNTS), field.name


@pytest.mark.parametrize(("name", "unit", "si"), [
    ("linewidth", "ueV", 0.60 * UEV), ("overhauser_shift", "ueV", 60.0 * UEV), ("alpha_roh", "", 6.6e-12),
    ("alpha_oh", "s", -4.3e-20), ("nuclear_decay_rate", "1/s", 0.04), ("diamagnetic_shift", "ueV/T^2", 8.0 * UEV),
    ("transition_energy", "eV", 1.3e6 * UEV), ("stark_shift", "ueV/mV", 1e3 * UEV), ("stark_zero", "V", 0.4),
    ("saturation_power", "nW", 5e-9), ("half_range_field", "T", 3.0),
])
def test_parameters_in_si(name: str, unit: str, si: float) -> None:
    dot = QuantumDot()
    assert dot.si(name) == pytest.approx(si, rel=1e-12)
    assert getattr(dot, name).is_compatible_with(unit)


def test_only_quantities_have_an_si_value() -> None:
    for name in WORDS_AND_COUNTS:
        with pytest.raises(SettingError, match=name):
            QuantumDot().si(name)


def test_a_dot_is_frozen() -> None:
    dot = QuantumDot()
    with pytest.raises(FrozenInstanceError):
        dot.linewidth = Q_(1.0, "ueV")
    with pytest.raises(FrozenInstanceError):
        dot.linewidth *= 2.0
    assert dot == QuantumDot()


def test_a_unit_changed_in_place_does_not_reach_other_dots() -> None:
    """Quantities can be converted in place; a default must not be shared by all dots that are ever made."""
    dot = QuantumDot(linewidth=Q_(0.7, "ueV"))
    shown = f"{QuantumDot().contrast:~P}"
    try:
        dot.contrast.ito("percent")
        assert f"{QuantumDot().contrast:~P}" == shown
    finally:
        QuantumDot().contrast.ito("")


def test_replace_makes_another_dot() -> None:
    dot = QuantumDot()
    other = dot.replace(linewidth=Q_(900.0, "neV"), zeeman_line="red")
    assert other.si("linewidth") == pytest.approx(0.9 * UEV)
    assert other.zeeman_line == "red"
    assert other.replace(linewidth=dot.linewidth, zeeman_line="blue") == dot
    assert dot == QuantumDot()
    assert other != dot


def test_replace_checks_as_construction_does() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'linewidth'"):
        QuantumDot().replace(linewith=Q_(1.0, "ueV"))
    with pytest.raises(SettingError, match="linewidth got 1 s; it wants an energy"):
        QuantumDot().replace(linewidth=Q_(1.0, "s"))
    with pytest.raises(LimitError, match="latta2009"):
        QuantumDot().replace(model="latta2009")


def test_a_wrong_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="QuantumDot has no parameter 'alpha_ohh'; did you mean 'alpha_oh'"):
        QuantumDot(alpha_ohh=Q_(0.0, "s"))
    with pytest.raises(SettingError, match="without a name"):
        QuantumDot(Q_(0.85, "ueV"))


@pytest.mark.parametrize(("name", "value", "words"), [
    ("linewidth", Q_(1.0, "T"), "QuantumDot.linewidth got 1 T; it wants an energy with a unit"),
    ("linewidth", Q_(1.0, "GHz"), "it wants an energy"),
    ("linewidth", 0.85, "got the bare number 0.85; it wants an energy with a unit"),
    ("linewidth", np.float64(0.85), "it wants an energy with a unit"),
    ("linewidth", "0.85 ueV", "got '0.85 ueV'; it wants an energy with a unit"),
    ("linewidth", None, "it wants an energy"),
    ("linewidth", True, "it wants an energy"),
    ("linewidth", Q_(np.nan, "ueV"), "got nan; it wants a finite number"),
    ("linewidth", Q_(np.inf, "ueV"), "got inf; it wants a finite number"),
    ("nuclear_decay_rate", Q_(-np.inf, "1/s"), "it wants a finite number"),
    ("linewidth", Q_(np.array([0.85, 0.6]), "ueV"), "it wants one number, not several"),
    ("linewidth", Q_(0.85 + 0.1j, "ueV"), "it wants one number"),
    ("contrast", Q_(1.0, "V"), "QuantumDot.contrast got 1 V; it wants a pure number"),
    ("alpha_nc", "3.6e-11", "it wants a pure number"),
    ("alpha_nc", False, "it wants a pure number"),
    ("stark_shift", Q_(1.0, "ueV"), "QuantumDot.stark_shift got 1 µeV"),
    ("nuclei", 1e5, "it wants a whole number of at least 2"),
    ("nuclei", True, "it wants a whole number"),
    ("nuclei", Q_(100, ""), "it wants a whole number"),
    ("light_induced_decay", 1, "it wants true or false"),
    ("field_dependence", "yes", "it wants true or false"),
])
def test_wrong_kinds_are_refused(name: str, value: Any, words: str) -> None:
    with pytest.raises(SettingError) as refused:
        QuantumDot(**{name: value})
    assert words in str(refused.value)
    assert f"QuantumDot.{name}" in str(refused.value)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(("name", "value"), [
    ("linewidth", Q_(0.0, "ueV")), ("linewidth", Q_(-0.85, "ueV")), ("overhauser_shift", Q_(-60.0, "ueV")),
    ("nuclear_decay_rate", Q_(0.0, "1/s")), ("saturation_power", Q_(0.0, "nW")), ("contrast", Q_(1.01, "")),
    ("contrast", Q_(0.0, "")), ("half_range_field", Q_(-1.0, "T")), ("transition_energy", Q_(0.0, "eV")),
    ("nuclei", 1), ("model", "latta"), ("model", 3), ("zeeman_line", "green"),
    # signs of numbers that are tiny by nature
    ("alpha_oh", Q_(4.3e-20, "s")), ("alpha_oh", Q_(1.0, "s")), ("alpha_roh", Q_(-6.6e-12, "")), ("alpha_roh", -5e-13),
])
def test_out_of_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(LimitError, match=f"QuantumDot.{name} "):
        QuantumDot(**{name: value})


def test_limits_themselves_are_allowed() -> None:
    dot = QuantumDot(contrast=Q_(100.0, "percent"), half_range_field=Q_(0.0, "mT"), alpha_oh=Q_(0.0, "s"), nuclei=2)
    assert dot.si("contrast") == 1.0
    assert QuantumDot(alpha_roh=0, alpha_nc=-2e-11).si("alpha_nc") == -2e-11


@pytest.fixture(scope="module")
def foreign() -> pint.UnitRegistry:
    """The registry of somebody else's program."""
    return pint.UnitRegistry(cache_folder=None)


def test_quantities_of_another_registry_are_accepted(foreign: pint.UnitRegistry) -> None:
    dot = QuantumDot(linewidth=foreign.Quantity(600.0, "neV"), stark_shift=foreign.Quantity(1.0, "meV/V"),
                     alpha_oh=foreign.Quantity(-4.3e-11, "ns"), contrast=foreign.Quantity(0.3, "percent"))
    for name in ("linewidth", "stark_shift", "alpha_oh", "contrast"):
        assert dot.si(name) == pytest.approx(QuantumDot().si(name), rel=1e-12)
        assert getattr(dot, name)._REGISTRY is ureg


def test_quantities_of_another_registry_are_checked(foreign: pint.UnitRegistry) -> None:
    with pytest.raises(SettingError, match="it wants an energy"):
        QuantumDot(linewidth=foreign.Quantity(1.0, "s"))
    with pytest.raises(LimitError, match="linewidth"):
        QuantumDot(linewidth=foreign.Quantity(-1.0, "ueV"))


@pytest.mark.parametrize("style", ["", "~", "P", "~C", "~P", ".2f", "L", "H"])
def test_another_registry_may_print_as_it_likes(foreign: pint.UnitRegistry, style: str,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign.formatter, "default_format", style)
    dot = QuantumDot(linewidth=foreign.Quantity(0.712345, "ueV"))
    assert dot.si("linewidth") == pytest.approx(0.712345 * UEV, rel=1e-12)


@pytest.mark.parametrize("dot", [QuantumDot(), QuantumDot.sample_a("latta2009"),
                                 QuantumDot(linewidth=Q_(0.7, "meV"), zeeman_line="red", nuclei=50)],
                         ids=["default", "latta2009", "changed"])
def test_a_dot_survives_pickling_and_copying(dot: QuantumDot) -> None:
    for again in (pickle.loads(pickle.dumps(dot)), copy.copy(dot), copy.deepcopy(dot)):
        assert again == dot
        assert hash(again) == hash(dot)
        assert [again.si(name) for name in ("linewidth", "alpha_oh")] == [dot.si("linewidth"), dot.si("alpha_oh")]
        assert again.linewidth._REGISTRY is ureg
        assert again.linewidth.units == dot.linewidth.units


def test_a_pickled_quantity_is_accepted() -> None:
    assert QuantumDot(linewidth=pickle.loads(pickle.dumps(Q_(0.6, "ueV")))) == QuantumDot()


def test_a_record_says_it_all() -> None:
    dot = QuantumDot(linewidth=Q_(0.1, "meV"), zeeman_line="red")
    record = dot.as_record()
    assert set(record) == {field.name for field in fields(dot)}
    texts = {name: str(value) for name, value in record.items()}
    assert QuantumDot.from_texts(texts) == dot


REFERENCE = {
    "latta2009": {"linewidth": 0.85 * UEV, "alpha_roh": 2.3e-11, "alpha_oh": -1.08e-19, "alpha_nc": 0.0},
    "noncollinear": {"linewidth": 0.60 * UEV, "alpha_roh": 6.6e-12, "alpha_oh": -4.3e-20, "alpha_nc": 3.6e-11},
}


@pytest.mark.parametrize("model", REFERENCE)
def test_sample_a_reference_is_the_table_of_the_theory_notes(model: str) -> None:
    dot = QuantumDot.sample_a(model, "reference")
    expected = REFERENCE[model] | {"overhauser_shift": 60.0 * UEV, "nuclear_decay_rate": 0.04,
                                   "electron_g_factor": -0.67, "half_range_field": 3.0}
    assert dot.model == model
    assert dot.nuclei == 100_000
    for name, value in expected.items():
        assert dot.si(name) == pytest.approx(value, rel=1e-12), name


@pytest.mark.parametrize("model", REFERENCE)
def test_sample_a_tuned_has_all_nuclear_rates_times_one_factor(model: str) -> None:
    reference, tuned = QuantumDot.sample_a(model, "reference"), QuantumDot.sample_a(model, "tuned")
    factor = tuned.si("nuclear_decay_rate") / reference.si("nuclear_decay_rate")
    rates = {name: Q_(factor * reference.si(name), unit) for name, unit in
             (("alpha_roh", ""), ("alpha_oh", "s"), ("alpha_nc", ""), ("nuclear_decay_rate", "1/s"))}
    for name in rates:
        assert tuned.si(name) == pytest.approx(factor * reference.si(name), rel=1e-12)
    unchanged = {field.name for field in fields(tuned)} - set(rates)
    assert all(getattr(tuned, name) == getattr(reference, name) for name in unchanged)
    assert 0.5 < factor < 2.0
    assert factor != 1.0


def test_sample_a_by_default_is_noncollinear_and_tuned() -> None:
    assert QuantumDot.sample_a() == QuantumDot.sample_a("noncollinear", "tuned")


def test_a_dot_by_default_is_the_reference() -> None:
    assert QuantumDot() == QuantumDot.sample_a("noncollinear", "reference")


@pytest.mark.parametrize("preset", ["tuned", "reference"])
@pytest.mark.parametrize("model", REFERENCE)
def test_the_charged_exciton_is_narrower_lower_and_decays_faster(model: str, preset: str) -> None:
    """X- lives longer than X0, lies some 5.5 meV below it, and its resident electron depolarizes nuclei."""
    neutral, charged = (QuantumDot.sample_a(model, preset, charge) for charge in ("neutral", "charged"))
    assert neutral == QuantumDot.sample_a(model, preset)
    assert charged.si("linewidth") == pytest.approx(0.8 * neutral.si("linewidth"))
    assert charged.si("saturation_power") == pytest.approx(0.8 * neutral.si("saturation_power"))
    assert charged.si("transition_energy") == pytest.approx(neutral.si("transition_energy") - 5500.0 * UEV)
    assert charged.si("nuclear_decay_rate") == pytest.approx(1.5 * neutral.si("nuclear_decay_rate"))
    assert charged.si("contrast") == pytest.approx(0.5 * neutral.si("contrast"))
    # pumping per absorbed photon: alpha_OH Gamma stays
    assert (charged.alpha_roh, charged.alpha_nc) == (neutral.alpha_roh, neutral.alpha_nc)
    assert charged.si("alpha_oh") * charged.si("linewidth") == pytest.approx(
        neutral.si("alpha_oh") * neutral.si("linewidth"))
    others = {field.name for field in fields(charged)} - {"linewidth", "saturation_power", "transition_energy",
                                                          "nuclear_decay_rate", "contrast", "alpha_oh",
                                                          "plateau_start", "plateau_end"}
    for edge in ("plateau_start", "plateau_end"):  # one more electron is held at higher voltages
        assert charged.si(edge) == pytest.approx(neutral.si(edge) + 0.1)
    assert all(getattr(charged, name) == getattr(neutral, name) for name in others)


@pytest.mark.parametrize("wrong", [("latta", "tuned"), ("latta2009", "best"), ("latta2009", "tuned", "positive")],
                         ids=str)
def test_sample_a_refuses_unknown_presets(wrong: tuple[str, str]) -> None:
    with pytest.raises(LimitError, match="it wants one of"):
        QuantumDot.sample_a(*wrong)


@pytest.mark.parametrize("alpha_nc", [3.6e-11, -1e-15])
def test_eq13_to_the_letter_has_no_odd_term(alpha_nc: float) -> None:
    with pytest.raises(LimitError, match="alpha_nc must be 0 in the model latta2009"):
        QuantumDot(model="latta2009", alpha_nc=Q_(alpha_nc, ""))
    with pytest.raises(LimitError, match="alpha_nc must be 0 in the model latta2009"):
        QuantumDot.sample_a("latta2009").replace(alpha_nc=alpha_nc)
    assert QuantumDot(model="latta2009", alpha_nc=Q_(0.0, "")).si("alpha_nc") == 0.0
