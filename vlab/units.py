"""The one unit registry, and the door through which quantities become SI floats.

Every public method takes and returns pint quantities; inside, numbers are floats in SI base units.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pint
import platformdirs
from numpy.typing import NDArray

from vlab.errors import SettingError


def _registry() -> pint.UnitRegistry[float]:
    """Return pint's registry; its parsed definitions are kept on disk, which saves a third of a second at each start.

    A cache that cannot be written, or that another process is just writing, is done without.
    """
    folder = platformdirs.user_cache_path("vlab", appauthor=False) / "units" / f"pint-{pint.__version__}"
    try:
        return pint.UnitRegistry(cache_folder=folder)
    except Exception:  # half a pickle raises whatever it likes
        return pint.UnitRegistry(cache_folder=None)


ureg: pint.UnitRegistry[float] = _registry()
ureg.formatter.default_format = "~P"
pint.set_application_registry(ureg)  # type: ignore[no-untyped-call]

Quantity: TypeAlias = Any
"""A pint quantity. (pint's own generic class is not precise enough to help a type checker here.)"""

Q_ = ureg.Quantity

_KINDS = {
    "s": "a time",
    "Hz": "a frequency or rate",
    "m": "a length",
    "J": "an energy",
    "J/s": "a power",
    "V": "a voltage",
    "V/s": "a voltage per time",
    "T": "a magnetic field",
    "T/s": "a magnetic field per time",
    "K": "a temperature",
    "J/V": "an energy per voltage",
    "V/Hz^0.5": "a voltage noise density",
}


@lru_cache(maxsize=512)
def unit_factor(unit: str) -> float:
    """Return how many SI base units one ``unit`` is (no offset units)."""
    factor = factor_between(ureg.Unit(unit)._units, unit)
    if factor is None:
        raise SettingError(f"the unit {unit!r} has a zero of its own; use one such as K.")
    return factor


@lru_cache(maxsize=512)
def kind_of(unit: str) -> str:
    """Return in words what ``unit`` measures: ``"a time"``, ``"an energy"``."""
    dimension = ureg.Unit(unit).dimensionality
    if _is_angular(ureg.Unit(unit)):
        return "an angular frequency" if "[time]" in dimension else "an angle"
    for example, words in _KINDS.items():
        if ureg.Unit(example).dimensionality == dimension:
            return words
    return f"a quantity convertible to {unit}"


def make_quantity(si_value: float, unit: str) -> Quantity:
    """Return the SI float as a quantity in ``unit``, to 15 digits, so that 0.4 stays 0.4."""
    return ureg.Quantity(float(f"{si_value / unit_factor(unit):.15g}"), _named(unit))


@lru_cache(maxsize=512)
def _named(unit: str) -> Any:
    return ureg.Unit(unit)


def show(si_value: float, unit: str) -> str:
    """Return an SI float in words: the number in ``unit``, six digits at most."""
    return f"{si_value / unit_factor(unit):.6g} {unit}".strip()


def printed(value: Quantity, digits: int = 6) -> str:
    """Return a quantity as people read it; always with the micro sign, whichever mu pint prefers."""
    text = f"{value:.{digits}g~P}" if isinstance(value.magnitude, int | float) else f"{value:~P}"
    return text.replace("\u03bc", "\u00b5").strip()


def _refuse(owner: str, value: object, unit: str) -> SettingError:
    example = f"such as {1:g} {unit}" if unit else "such as 0.5"
    got = printed(value) if isinstance(value, pint.Quantity) else repr(value)
    if not isinstance(value, pint.Quantity) and isinstance(value, int | float) and not isinstance(value, bool):
        got = f"the bare number {value!r}"
    turned = isinstance(value, pint.Quantity) and _is_angular(value.units) != _is_angular(ureg.Unit(unit or "1"))
    if turned and "[time]" in value.dimensionality:  # type: ignore[attr-defined]
        return SettingError(f"{owner} got {got}; it wants {kind_of(unit)} with a unit, {example}. Frequencies in Hz "
                            "and angular frequencies in rad/s differ by 2 pi, which you must say.")
    return SettingError(f"{owner} got {got}; it wants {kind_of(unit)} with a unit, {example}." if unit else
                        f"{owner} got {got}; it wants a pure number, {example}.")


def _is_angular(units: Any) -> bool:
    return any(name in ("radian", "degree", "turn", "revolutions_per_minute") for name in units._units)


@lru_cache(maxsize=4096)
def factor_between(units: Any, unit: str) -> float | None:
    """Return the SI factor of a pint units container of the dimension of ``unit``; None where a zero is shifted.

    The one place where factors come from, so that the same quantity always becomes the same float.

    Raises
    ------
    pint.DimensionalityError
        The dimensions differ.
    """
    one: Any = ureg.Quantity(1.0, ureg.Unit(units))
    if "[time]" in one.dimensionality and _is_angular(one.units) != _is_angular(ureg.Unit(unit)):
        raise pint.DimensionalityError(one.units, unit)  # rad/s are no Hz: 2 pi lies between them
    if one.dimensionality != ureg.Unit(unit).dimensionality:
        one = one.to(ureg.Unit(unit), "Gaussian")  # 100 gauss are 10 mT in a laboratory
    return float(one.to_base_units().magnitude) if one._is_multiplicative else None


def _adopt(foreign: Any, unit: str, owner: str) -> Any:
    """Return another registry's quantity in ours."""
    try:
        # their registry knows what their unit names mean; SI names mean the same in both
        theirs = foreign.to_base_units()
        mine = ureg.Quantity(theirs.magnitude, f"{theirs.units:D}")
        if mine.dimensionality == ureg.Unit(unit).dimensionality:
            return mine
        return ureg.Quantity(foreign.magnitude, f"{foreign.units:D}")
    except Exception:
        raise _refuse(owner, str(foreign), unit) from None


def to_si(value: object, unit: str, owner: str) -> float:
    """Return a quantity as a float in SI base units.

    Parameters
    ----------
    value : pint.Quantity
        From any registry, pickled or not. A bare number is taken only where ``unit`` is dimensionless.
    unit : str
        A unit of the dimension that is wanted.
    owner : str
        The setting's or parameter's name, for the message.

    Raises
    ------
    SettingError
        Wrong dimension, not a quantity, an array, or not a finite number.
    """
    if isinstance(value, pint.Quantity):
        mine: Any = value
        if mine._REGISTRY is not ureg:
            mine = _adopt(mine, unit, owner)
        try:
            factor = factor_between(mine._units, unit)
            number = mine.to_base_units().magnitude if factor is None else mine.magnitude * factor
        except (pint.DimensionalityError, pint.UndefinedUnitError):
            raise _refuse(owner, mine, unit) from None
    elif unit_is_dimensionless(unit) and unit != "deg" and isinstance(value, int | float) and (
            not isinstance(value, bool)):
        number = value * unit_factor(unit) if unit else value
    else:
        raise _refuse(owner, value, unit)
    try:
        result = float(number)
    except (TypeError, ValueError):
        raise SettingError(f"{owner} got {value!r}; it wants one number, not several.") from None
    if not math.isfinite(result):
        raise SettingError(f"{owner} got {result}; it wants a finite number.")
    return result


def to_si_array(value: object, unit: str, owner: str) -> NDArray[np.float64]:
    """Return a quantity that holds a number or an array as floats in SI base units.

    Parameters
    ----------
    value : pint.Quantity
        A bare number or array is taken only where ``unit`` is dimensionless.
    unit : str
        A unit of the dimension that is wanted.
    owner : str
        The parameter's name, for the message.

    Returns
    -------
    ndarray
        Of the shape of ``value``.

    Raises
    ------
    SettingError
        Wrong dimension, not a quantity, or not finite numbers.
    """
    if not isinstance(value, pint.Quantity) and not unit_is_dimensionless(unit):
        raise _refuse(owner, value, unit)
    magnitude: Any = value.magnitude if isinstance(value, pint.Quantity) else value
    try:
        numbers = np.asarray(magnitude, dtype=np.float64)
    except (TypeError, ValueError):
        raise SettingError(f"{owner} got {value!r}; it wants numbers.") from None
    one = Q_(1.0, str(value.units)) if isinstance(value, pint.Quantity) else 1.0
    found = numbers * to_si(one, unit, owner)
    if not np.all(np.isfinite(found)):
        raise SettingError(f"{owner} got {numbers[~np.isfinite(numbers)][0] if numbers.ndim else numbers}; it wants "
                           "finite numbers.")
    return found


@lru_cache(maxsize=512)
def unit_is_dimensionless(unit: str) -> bool:
    """Return whether ``unit`` is a pure number (``""``, ``"percent"``, ``"rad"``)."""
    return bool(ureg.Unit(unit).dimensionless)


_TYPED = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*"  # the number
                    r"((?:1?/)?[A-Za-z\u00b5%][\w\u00b5.*/^ ()-]{0,39})?")  # the unit


def _unit_word(text: str) -> str:
    word = text.strip()
    return f"1{word}" if word.startswith("/") else word


def parse_quantity(text: str, owner: str, unit: str = "") -> Quantity:
    """Return what a person typed (``"20 ueV"``, ``"0.2s"``, ``"5"``) as a quantity.

    A comma is read as a decimal point; a number without a unit is taken only where none is needed.

    Raises
    ------
    SettingError
        The text is not a number with a unit.
    """
    cleaned = text.strip().replace("\u2212", "-").replace(",", ".").replace("\u03bc", "\u00b5")
    found = _TYPED.fullmatch(cleaned)
    if found is not None and "^^" not in cleaned and cleaned.count("^") + cleaned.count("**") <= 2:
        try:
            return ureg.Quantity(float(found[1]), ureg.Unit(_unit_word(found[2] or "")))
        except Exception:
            found = None
    raise SettingError(f"{owner} got {text!r}; it wants a number with a unit, such as 1 {unit}".rstrip() + ".")


def parse_quantities(text: str, owner: str, unit: str = "") -> tuple[Quantity, ...]:
    """Return what a person typed as a list (``"0.2, 0.4, 1.6 ueV"``, ``"100 ms, 1 s"``) as quantities.

    A number without a unit has that of the next one that has one. Commas separate, or semicolons, and then a comma is
    a decimal point.

    Raises
    ------
    SettingError
        An entry is not a number with a unit.
    """
    pieces = [piece.strip() for piece in text.split(";" if ";" in text else ",")]
    if not any(pieces):
        raise SettingError(f"{owner} got {text!r}; it wants numbers with a unit, separated by commas, such as "
                           f"1, 2 {unit}".rstrip() + ".")
    if pieces[-1] == "":
        pieces.pop()  # a comma at the end
    found: list[Quantity] = []
    word = ""
    for piece in reversed(pieces):
        if _NUMBER.fullmatch(piece.replace("\u2212", "-").replace(",", ".")) and word:
            piece = f"{piece} {word}"
        found.append(parse_quantity(piece, owner, unit))
        word = _unit_of(piece)
    return tuple(reversed(found))


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")


def _unit_of(typed: str) -> str:
    return _NUMBER.sub("", typed.replace("\u2212", "-").replace(",", "."), count=1).strip()
