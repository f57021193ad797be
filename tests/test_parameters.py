"""Frozen parameter sets."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass

import pytest

from vlab import Q_
from vlab.errors import LimitError, SettingError, UnknownNameError
from vlab.parameters import Parameters, choice, count, quantity, switch
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
