"""What a hand types as a quantity, read into an SI float and written back with prefix and unit; knows no Qt.

Numbers are shown with twelve significant digits at most, worked out as decimals, so that ``1.3000001 eV`` stays what it
is. pint is asked only what a unit word means, once per word: it never sees a number (it would read ``12,5`` as 125).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from vlab.errors import LimitError, SettingError
from vlab.quantity_scale import PREFIXES, Scale, base_units, factor_of, kind, meaning_of, prefix_exponent, pretty_unit
from vlab.units import unit_factor, ureg

DIGITS = 12
"""Significant digits of a shown number."""

USUAL = 1.5
"""Of the declared unit: what a refusal suggests to type."""
NUMBER = re.compile(r"([+-]?)\s*([0-9]+(?:[.,][0-9]*)*|[.,][0-9]+)(?:[eE]([+-]?[0-9]+))?")
_PLAIN = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " "})


@dataclass(frozen=True)
class Typed:
    """What a text said: the value, and how it was written."""

    si: float
    rung: int | None
    """Power of ten of the prefix that was used; None for a foreign unit (gauss for tesla)."""
    finest: int | None
    """Power of ten, in base units, of the last digit that was written."""


def read(text: str, scale: Scale, rung: int | None = None, example: str = "") -> Typed:
    """Return what was typed.

    A bare number means the unit that is shown now; then a unit of the right dimension is looked for, then a prefix
    alone ("250u"). A comma is a decimal point.

    Parameters
    ----------
    text : str
        What was typed.
    scale : Scale
        Of the field.
    rung : int or None
        Power of ten of the prefix that is shown now; None: of the declared unit.
    example : str
        What refusals suggest, by default 1.5 of the declared unit.

    Raises
    ------
    SettingError
        With a sentence that says why the text is not understood.
    """
    typed = text.translate(_PLAIN).strip()
    quoted = repr(typed if len(typed) <= 30 else typed[:29] + "…")
    example = example or f"{USUAL:g}{scale.label(scale.home)}"
    if not typed:
        raise SettingError(f"The field is empty; type for example {example}.")
    if re.fullmatch(r"[+-]?\s*(?:(?:nan|inf|infinity)\b|∞).*", typed, re.IGNORECASE):
        raise SettingError(f"{quoted} is not a finite number; type for example {example}.")
    found = NUMBER.match(typed)
    if found is None or len(typed) > 80:
        raise SettingError(f"{quoted} does not begin with a number; type for example {example}.")
    sign, digits, exponent = found.groups()
    if len(re.findall("[.,]", digits)) > 1:
        raise SettingError(f"{quoted} has several decimal signs; write one, and nothing between thousands.")
    digits = digits.replace(",", ".")
    number = float(f"{sign}{digits}e{exponent or 0}")
    last = int(exponent or 0) - len(digits.partition(".")[2])
    unit = typed[found.end():].strip()
    used: int | None = scale.home if rung is None else rung
    si: float | None = number * unit_factor(scale.unit_at(scale.home if rung is None else rung))
    if unit:
        si, used = _with_unit(number, unit, scale)
    if si is None:
        raise SettingError(_refusal(quoted, unit, scale, example))
    if not math.isfinite(si / unit_factor(scale.base)):
        raise SettingError(f"{quoted} is too large a number.")
    return Typed(si + 0.0, used, None if used is None else last + used)


def _with_unit(number: float, unit: str, scale: Scale) -> tuple[float | None, int | None]:
    """Return SI float and rung for a number with a unit or a prefix; (None, None) if it is neither."""
    wanted = base_units(scale.unit)
    for word in (unit, unit.replace(" ", "")):
        factor = factor_of(word, wanted)
        if factor is not None:
            same = (r for r in scale.rungs if math.isclose(factor, unit_factor(scale.unit_at(r)), rel_tol=1e-12))
            return number * factor, next(same, None)
        meaning = meaning_of(word)
        if meaning is not None and meaning[1] == wanted:  # degC, dBm
            return float(ureg.Quantity(number, ureg.Unit(meaning[0])).to_base_units().magnitude), None
    exponent = prefix_exponent(unit)
    if exponent is None or not scale.prefixable:
        return None, None
    return number * unit_factor(PREFIXES[exponent] + scale.base), exponent if exponent in scale.rungs else None


def _refusal(quoted: str, unit: str, scale: Scale, example: str) -> str:
    """Return the sentence for a number with a unit that does not fit."""
    wanted = kind(scale.unit)
    meaning = meaning_of(unit)
    if meaning is None:
        return f"{quoted} has no unit that is known here; it wants {wanted}, such as {example}."
    if meaning[1].dimensionality == ureg.Unit(scale.unit).dimensionality and not meaning[1].dimensionless:
        return f"{quoted} and {pretty_unit(scale.unit)} differ by radians; mind the factor 2π."
    got = kind(meaning[0])
    return f"{quoted} is {got if 'convertible' not in got else f'not {wanted}'}; type for example {example}."


def write(si: float, scale: Scale, rung: int | None = None, finest: int | None = None) -> tuple[str, int]:
    """Return the text for an SI float, and the power of ten of the prefix in it.

    Parameters
    ----------
    si : float
        The value.
    scale : Scale
        Of the field.
    rung : int or None
        Prefix to keep where the number reads well with it (0.1 to 1000, or zero); None: that of the declared unit.
    finest : int or None
        Power of ten, in base units, down to which zeros at the end are kept.
    """
    exact = rounded(si, scale)
    rung = scale.home if rung is None else rung  # 0.6 ueV is not to be read as 600 neV, nor 0.5 T as 500 mT
    if exact and not -1 <= exact.adjusted() - rung < 3:
        natural = 3 * (exact.adjusted() // 3)
        rung = max((r for r in scale.rungs if r <= natural), default=scale.rungs[0])
    number = write_number(exact.scaleb(-rung), None if finest is None else finest - rung)
    return number + scale.label(rung), rung


def rounded(si: float, scale: Scale) -> Decimal:
    """Return the number of base units in an SI float, as the decimal that is shown."""
    number = si / unit_factor(scale.base)
    if not math.isfinite(number):
        raise SettingError(f"{number:g}{scale.label(scale.home)} cannot be shown; it wants a finite number.")
    return Decimal(f"{number:.{DIGITS - 1}e}").normalize()


def write_number(number: Decimal, finest: int | None = None) -> str:
    """Return a decimal as text: trailing zeros kept down to ``10^finest``, with an exponent where that is easier."""
    if not number:
        return f"{0:.{min(DIGITS, max(0, -(finest or 0)))}f}"
    digits = number.normalize()
    power = digits.adjusted()
    last = digits.as_tuple().exponent
    assert isinstance(last, int)
    if finest is not None:
        last = max(min(last, finest), power - DIGITS)
    if -4 <= power < 7:
        return f"{digits:.{max(0, -last)}f}"
    return f"{digits.scaleb(-power):.{max(0, power - last)}f}e{power}"


def place_at(text: str, cursor: int) -> int:
    """Return the power of ten of the digit left of the cursor, in a text made by `write`.

    Before the number its first digit is meant, behind it its last one; an exponent is left out of account.
    """
    found = NUMBER.match(text)
    if found is None:
        return 0
    sign, digits, _ = found.groups()
    whole = len(digits.partition(".")[0])
    left = min(max(cursor - len(sign), 1), len(digits))  # digits left of the cursor, the point counted
    return whole - left if left <= whole else whole + 1 - left


def cursor_at(text: str, place: int) -> int:
    """Return the position behind the digit with the power of ten ``place``."""
    found = NUMBER.match(text)
    if found is None:
        return 0
    whole = len(found[2].partition(".")[0])
    behind = whole - place if place >= 0 else whole + 1 - place
    return len(found[1]) + min(max(behind, 0), len(found[2]))


def step(text: str, place: int, steps: int) -> str:
    """Return the text after so many steps of the digit with the power of ten ``place``; all digits stay."""
    found = NUMBER.match(text)
    if found is None:
        return text
    sign, digits, _ = found.groups()
    moved = Decimal(sign + digits) + Decimal(steps).scaleb(place)
    decimals = max(len(digits.partition(".")[2]), -place)
    return f"{'-' if moved < 0 else ''}{abs(moved):.{decimals}f}{text[found.end(2):]}"


def fit(si: float, low: float, high: float, scale: Scale) -> float:
    """Return a value that lies within limits (a last-digit miss is put on the edge), or raise `LimitError`."""
    for edge in (low, high):  # 90 kG is 9 T, and a limit of 1/3 V can be typed with twelve digits
        if math.isclose(si, edge, rel_tol=1e-11):
            return edge
    if low <= si <= high:
        return si
    raise LimitError(f"{write(si, scale)[0]} is too {'low' if si < low else 'high'}; "
                     f"allowed is {limits_text(low, high, scale)}.")


def limits_text(low: float, high: float, scale: Scale) -> str:
    """Return limits in words: ``"-9 T to 9 T"``, ``"at least 0 W"``, ``"above 0 s"``, or nothing if unlimited."""
    if math.isfinite(low) and math.isfinite(high) and not (is_open(low) or is_open(high)):
        return f"{write(low, scale)[0]} to {write(high, scale)[0]}"
    parts = []
    if math.isfinite(low):
        parts.append(f"above {write(0.0, scale)[0]}" if is_open(low) else f"at least {write(low, scale)[0]}")
    if math.isfinite(high):
        parts.append(f"below {write(0.0, scale)[0]}" if is_open(high) else f"at most {write(high, scale)[0]}")
    return " and ".join(parts)


def is_open(limit: float) -> bool:
    """Return whether a limit stands for "not quite zero": ``math.nextafter(0.0, 1.0)``."""
    return 0.0 < abs(limit) < 1e-300
