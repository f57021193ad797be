"""Frozen parameter sets."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass

import pytest

from vlab import Q_
from vlab.errors import LimitError, SettingError, UnknownNameError
from vlab.parameters import Parameters, choice, count, quantities, quantity, switch
from vlab.units import Quantity


@dataclass(frozen=True, kw_only=True)
class Recipe(Parameters):
    """A small set."""

    heat: Quantity = quantity("K", "Set the heat.", minimum=100.0, maximum=500.0)
    rest: Quantity | None = quantity("s", "Set the rest; none means no rest.", None, above=0.0, optional=True)
    style: str = choice(("plain", "fancy"), "Choose the style.", "plain")
    eggs: int = count("Set the number of eggs.", 2, minimum=1, maximum=12)
    salt: bool = switch("Add salt.", True)


def test_values_are_kept_and_known_in_si():
    recipe = Recipe(heat=Q_(300.0, "K"), rest=Q_(2, "min"))
    assert recipe.heat == Q_(300.0, "K")
    assert recipe.si("rest") == 120.0
    assert recipe.replace(eggs=3).eggs == 3
    with pytest.raises(FrozenInstanceError):
        recipe.eggs = 4


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({}, SettingError, "Recipe.heat is missing"),
        ({"heat": 300.0}, SettingError, "bare number"),
        ({"heat": Q_(50.0, "K")}, LimitError, "from 100 K to 500 K"),
        ({"heat": Q_(300.0, "K"), "eggs": 0}, LimitError, "whole number from 1 to 12"),
        ({"heat": Q_(300.0, "K"), "eggs": 2.5}, SettingError, "whole number"),
        ({"heat": Q_(300.0, "K"), "eggs": True}, SettingError, "whole number"),
        ({"heat": Q_(300.0, "K"), "style": "odd"}, LimitError, "one of plain, fancy"),
        ({"heat": Q_(300.0, "K"), "salt": 1}, SettingError, "true or false"),
        ({"heat": Q_(300.0, "K"), "rest": Q_(0.0, "s")}, LimitError, "above 0 s"),
        ({"heat": Q_(300.0, "K"), "hat": 1}, UnknownNameError, "did you mean 'heat'"),
    ],
)
def test_refusals(given, kind, says):
    with pytest.raises(kind, match=says):
        Recipe(**given)


def test_positions_are_refused():
    with pytest.raises(SettingError, match="name=value"):
        Recipe(Q_(300.0, "K"))


def test_replace_refuses_unknown_names():
    with pytest.raises(UnknownNameError, match="no parameter 'egg'; did you mean 'eggs'"):
        Recipe(heat=Q_(300.0, "K")).replace(egg=1)


def test_from_texts():
    recipe = Recipe.from_texts({"heat": "300 K", "rest": "none", "eggs": "4", "salt": "off", "style": "fancy"})
    assert (recipe.eggs, recipe.salt, recipe.style, recipe.rest) == (4, False, "fancy", None)
    for bad in ({"eggs": "four"}, {"salt": "maybe"}, {"heat": "hot"}):
        with pytest.raises(SettingError):
            Recipe.from_texts({"heat": "300 K", **bad})


def test_copies_and_pickles():
    recipe = Recipe(heat=Q_(300.0, "K"))
    assert pickle.loads(pickle.dumps(recipe)) == recipe
    assert copy.deepcopy(recipe) == recipe
    assert recipe.as_record() == {"heat": "300.0 K", "rest": None, "style": "plain", "eggs": 2, "salt": True}


@dataclass(frozen=True, kw_only=True)
class Tasting(Parameters):
    """A set with lists."""

    heats: tuple[Quantity, ...] = quantities("K", "List the heats.", (300.0, 400.0), minimum=100.0, maximum=500.0)
    ratios: tuple[Quantity, ...] = quantities("", "List the ratios.", (0.5, 1.0), above=0.0)


def test_lists_of_quantities():
    tasting = Tasting(heats=(Q_(310.0, "K"), Q_(0.2, "kK")))
    assert tasting.si_list("heats") == (310.0, 200.0)
    assert Tasting(heats=Q_([310.0, 200.0], "K")).heats == (Q_(310.0, "K"), Q_(200.0, "K"))
    assert Tasting(heats=Q_(310.0, "K"), ratios=[1, 2]).si_list("ratios") == (1.0, 2.0)
    assert tasting != Tasting()
    assert pickle.loads(pickle.dumps(tasting)) == tasting
    assert tasting.replace(ratios=(0.25,)).si_list("ratios") == (0.25,)
    record = tasting.as_record()
    assert record == {"heats": "310.0 K, 0.2 kK", "ratios": "0.5, 1.0"}
    assert Tasting.from_texts(record) == tasting
    assert Tasting.parameter("heats").shown(Tasting().heats) == "300, 400 K"
    with pytest.raises(SettingError, match="not a list"):
        Recipe(heat=Q_(300.0, "K")).si_list("heat")


@pytest.mark.parametrize(("text", "expected"), [
    ("300, 400 K", (300.0, 400.0)), ("300 K, 0.4 kK", (300.0, 400.0)), ("200,300, 0.4 kK,", None),
    ("200,300,400 K,", (200.0, 300.0, 400.0)), ("300,5; 400 K", (300.5, 400.0)), ("3e2 K", (300.0,)),
])
def test_lists_are_read_as_people_type_them(text, expected):
    if expected is None:  # 200 and 300 have the unit of the next one that has one: kK
        with pytest.raises(LimitError, match="got 200000 K"):
            Tasting.from_texts({"heats": text})
    else:
        assert Tasting.from_texts({"heats": text}).si_list("heats") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("given", "kind", "says"), [
    ({"heats": "300, 400"}, SettingError, "it wants .* with a unit, such as 1 K"),
    ({"heats": ""}, SettingError, "separated by commas, such as 1, 2 K"),
    ({"heats": "300,,400 K"}, SettingError, "Tasting.heats got ''; it wants a number with a unit"),
    ({"heats": "hot, 300 K"}, SettingError, "got 'hot'"),
    ({"heats": "300, 50 K"}, LimitError, "got 50 K; it wants different quantities, separated by commas, each from 100"),
    ({"heats": "300, 300 K"}, LimitError, "got 300 K twice"),
    ({"heats": (300.0, 400.0)}, SettingError, "the bare number 300.0"),
    ({"heats": ()}, SettingError, "empty list"),
    ({"heats": Q_([[300.0]], "K")}, SettingError, "one number, not several"),
    ({"heats": Q_([300.0, float("nan")], "K")}, SettingError, "finite"),
    ({"ratios": (0.0,)}, LimitError, "each above 0"),
])
def test_lists_that_cannot_be(given, kind, says):
    with pytest.raises(kind, match=says) as refusal:
        Tasting.from_texts(given) if isinstance(next(iter(given.values())), str) else Tasting(**given)
    assert str(refusal.value).count("\n") == 0
