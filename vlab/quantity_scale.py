"""What a unit word means: the base units and factor behind it, the prefixes it is shown with, its spelling in print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pint

from vlab.errors import SettingError
from vlab.units import kind_of, unit_factor, ureg

PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_EXPONENTS = {prefix: exponent for exponent, prefix in PREFIXES.items() if prefix}
_NAMES = {"femto": -15, "pico": -12, "nano": -9, "micro": -6, "milli": -3, "": 0, "kilo": 3, "mega": 6, "giga": 9,
          "tera": 12}

# Lowest and highest prefix that people use with a unit: nobody writes kiloseconds or kilotesla.
_USUAL = {
    "volt": (-9, 3), "ampere": (-15, 0), "watt": (-15, 3), "tesla": (-9, 0), "hertz": (-3, 12), "second": (-15, 0),
    "electron_volt": (-9, 0), "ohm": (-3, 9), "farad": (-15, 0), "henry": (-9, 0), "meter": (-15, 3),
    "kelvin": (-6, 0), "joule": (-15, 3), "pascal": (-3, 9),
}

_UNIT_CHARACTERS = re.compile(r"[A-Za-z_0-9.*/^() -]{1,40}")
_GAUSS = re.compile(r"(m|u|n|k|milli|micro|nano|kilo|)(?:G|gauss)(?=$|[ */])")
_RAISED = dict(zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
_LOWERED = {raised: plain for plain, raised in _RAISED.items()}
_SAME = str.maketrans({"\u00b5": "u", "\u03bc": "u", "\u2126": "ohm", "\u03a9": "ohm", "°": "deg", "%": "percent",
                       "·": "*", "⋅": "*", "×": "*"})


@dataclass(frozen=True)
class Scale:
    """The unit of a field and the prefixes that its numbers may be shown with; made by `scale_of`."""

    unit: str
    """The unit as declared, ``"ueV"``."""
    base: str
    """The unit without its prefix, ``"eV"``; the declared unit where no prefix is possible."""
    home: int
    """Power of ten from base to declared unit, -6."""
    rungs: tuple[int, ...]
    """Powers of ten of the prefixes that are shown, lowest first."""
    prefixable: bool
    """Whether a prefix alone can be typed."""

    def unit_at(self, rung: int) -> str:
        """Return the unit with the prefix for ``rung``, in pint's spelling."""
        return self.unit if rung == self.home else PREFIXES[rung] + self.base

    def label(self, rung: int) -> str:
        """Return the unit with the prefix for ``rung`` as it is shown, with the space before it."""
        word = pretty_unit(self.unit_at(rung))
        return word if word == "°" or not word else f" {word}"


@lru_cache(maxsize=256)
def scale_of(unit: str, prefixes: bool | None = None) -> Scale:
    """Return the scale of a declared unit.

    Parameters
    ----------
    unit : str
        ``"V"``, ``"ueV"``, ``"T/min"``, ``""``.
    prefixes : bool or None
        Whether numbers are shown with the prefix that suits them; None: yes for a plain unit that usually has
        prefixes, no for compound units, degrees, percent, kilograms and pure numbers.
    """
    words = list(ureg.parse_units(unit)._units.items())
    if not ureg.Quantity(1.0, unit)._is_multiplicative:
        raise SettingError(f"The unit {unit!r} has a zero of its own; a field wants one such as K.")
    prefix, name, _ = ureg.parse_unit_name(words[0][0])[0] if len(words) == 1 and words[0][1] == 1 else ("", "", "")
    possible = bool(name) and prefix in _NAMES and name not in ("gram", "degree", "radian", "percent")
    if prefixes and not possible:
        raise SettingError(f"The unit {unit!r} cannot be shown with prefixes; that wants a single unit such as V.")
    prefixable = possible and (name in _USUAL or bool(prefixes))
    base, home = (f"{ureg.Unit(name):~}" if prefix else unit, _NAMES[prefix]) if prefixable else (unit, 0)
    low, high = _USUAL.get(name, (-15, 12)) if prefixable and prefixes is not False else (home, home)
    rungs = tuple(e for e in PREFIXES if low <= e <= high or e == home)
    return Scale(unit, base, home, rungs, prefixable)


@lru_cache(maxsize=256)
def pretty_unit(unit: str) -> str:
    """Return a unit as printed: ``"µeV/T²"`` for ``"ueV/T^2"``, ``"nV/√Hz"`` for ``"nV/Hz^0.5"``."""
    text = unit.replace("**", "^")
    text = re.sub(r"^1/([A-Za-z]+)(?:\^([0-9]))?$", lambda m: f"{m[1]}^-{m[2] or 1}", text)
    text = re.sub(r"\bu(?=[A-Z]|eV|s\b|m\b)", "µ", text)
    for word, sign in (("deg", "°"), ("degree", "°"), ("percent", "%"), ("ohm", "Ω")):
        text = re.sub(rf"(?<![A-Za-z])([munkMG]?){word}(?![A-Za-z])", rf"\1{sign}", text)
    text = re.sub(r"(\w+)\^0\.5\b", r"√\1", text)
    return re.sub(r"\^\(?(-?[0-9]+)\)?(?![.0-9])", lambda m: "".join(_RAISED[c] for c in m[1]), text)


@lru_cache(maxsize=1024)
def meaning_of(unit: str) -> tuple[str, pint.Unit, bool] | None:
    """Return a unit as pint spells it, its base units, and whether it is a plain factor; None for no unit at all."""
    text = re.sub(r"√\(?(\w+)\)?", r"\1^0.5", unit.translate(_SAME).replace("**", "^"))
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: "^" + "".join(_LOWERED[c] for c in m[0]), text)
    if text.startswith("/"):
        text = "1" + text
    # pint drops signs that it does not know, and would work for minutes on km^99^99^99
    if not _UNIT_CHARACTERS.fullmatch(text) or re.search(r"[0-9]{3}|\^[^A-Za-z]*\^", text):
        return None
    try:
        one: Any = ureg.Quantity(1.0, ureg.parse_units(text))
        return text, one.to_base_units().units, one._is_multiplicative
    except Exception:  # pint raises whatever its tokenizer meets
        return None


def factor_of(unit: str, wanted: pint.Unit) -> float | None:
    """Return the SI base units in one ``unit``, if its base units are those ``wanted``."""
    meaning = meaning_of(unit)
    if meaning is not None and meaning[1] == wanted and meaning[2]:
        return unit_factor(meaning[0])
    # The gauss of pint is the one of Gaussian units, with a dimension of its own.
    word = unit.translate(_SAME)
    tesla = _GAUSS.sub(r"\1T", word, count=1)
    meaning = meaning_of(tesla)
    if tesla != word and meaning is not None and meaning[1] == wanted:
        return unit_factor(meaning[0]) * 1e-4
    return None


def prefix_exponent(word: str) -> int | None:
    """Return the power of ten of a prefix (``"u"``, ``"µ"``, ``"k"``), or None for any other word."""
    return _EXPONENTS.get(word.translate(_SAME))


def base_units(unit: str) -> pint.Unit:
    """Return the SI base units of ``unit``; radians count as a unit, so that kHz is not 1000 rad/s."""
    meaning = meaning_of(unit) if unit else None
    return ureg.Unit("") if meaning is None else meaning[1]


def kind(unit: str) -> str:
    """Return in words what ``unit`` measures: ``"a voltage"``, ``"an angle"``."""
    base = base_units(unit)
    if base.dimensionless:
        return "an angle" if "rad" in str(base) else "a pure number"
    return kind_of(unit)
