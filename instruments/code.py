"""Values as Python code that gives the same float to the bit, in the units that a person would write."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from instruments.declaration import Value
from vlab.experiments.procedure import Procedure
from vlab.parameters import Parameter, Parameters
from vlab.quantity_scale import scale_of
from vlab.units import Q_, factor_between, to_si, unit_factor, unit_is_dimensionless

_READABLE = 12
"""Signs of a number that a person would still read."""


def quantity_code(si: float, unit: str) -> str:
    """Return code for an SI float, such as ``Q_(300, "ms")`` for 0.3 in seconds; a bare number for a pure one.

    The prefix is the one that needs the fewest figures; the code gives ``si`` again to the last bit.

    Parameters
    ----------
    si : float
    unit : str
        The unit in which it is declared.
    """
    if unit_is_dimensionless(unit) and unit in ("", "1"):
        return _figures(si)
    scale = scale_of(unit)
    found: list[tuple[bool, bool, int, int, str]] = []
    for rung in scale.rungs:
        word = scale.unit_at(rung)
        figures = _shortest(si, word, unit)
        if figures is not None:
            size = abs(float(figures))
            usual = rung == scale.home != 0 and 0.1 <= size < 1000.0  # 0.7 ueV, but 300 ms
            awkward = 0 if 1.0 <= size < 1000.0 else 1
            found.append((len(figures) > _READABLE, not usual, len(figures) + 4 * (awkward and not usual),
                          awkward, f'Q_({figures}, "{word}")'))
    if found:
        return min(found)[4]
    base = f"{Q_(1.0, unit).to_base_units().units:C}"  # no prefix gives its last bit: base units always do
    return f'Q_({si!r}, "{base}")'


@lru_cache(maxsize=512)
def _factor(word: str, unit: str) -> float | None:
    return factor_between(Q_(1.0, word)._units, unit)


def _shortest(si: float, word: str, unit: str) -> str | None:
    """Return the shortest figures that give ``si`` in the unit ``word``, or None."""
    factor = _factor(word, unit)
    if factor is None:  # a zero of its own
        return None
    number = si / unit_factor(word)
    for digits in range(1, 18):
        near = float(f"{number:.{digits}g}")
        if near * factor == si:
            return _figures(near)
    return None


def _figures(number: float) -> str:
    if number == int(number) and abs(number) < 1e6:
        return str(int(number))
    return repr(number)


def value_code(value: Value, unit: str | None) -> str:
    """Return code for what an instrument stores."""
    return _word(value) if isinstance(value, str) or unit is None else quantity_code(float(value), unit)


def _word(value: object) -> str:
    return f'"{value}"'


def parameter_code(parameters: Parameters, name: str) -> str:
    """Return code for one parameter of a set."""
    known: Parameter = parameters.parameter(name)
    value = getattr(parameters, name)
    if value is None or known.kind in ("switch", "count"):
        return repr(value)
    if known.kind == "choice":
        return _word(value)
    if known.kind == "quantity":
        return quantity_code(parameters.si(name), known.unit)
    return _list_code(parameters.si_list(name), known.unit)


def _list_code(numbers: tuple[float, ...], unit: str) -> str:
    codes = [quantity_code(number, unit) for number in numbers]
    if not unit or unit == "1":
        return f"[{', '.join(codes)}]"
    figures = [_shortest(number, unit, unit) for number in numbers]
    if None not in figures:
        return f'Q_([{", ".join(str(each) for each in figures)}], "{unit}")'
    return f"[{', '.join(codes)}]"


def _is_default(parameters: Parameters, name: str) -> bool:
    fresh: Any = type(parameters).__dataclass_fields__[name].default
    if name in type(parameters).required():
        return False
    known, value = parameters.parameter(name), getattr(parameters, name)
    if known.kind == "quantity" and value is not None and fresh is not None:
        return parameters.si(name) == to_si(fresh, known.unit, name)
    if known.kind == "quantities":
        return parameters.si_list(name) == tuple(to_si(each, known.unit, name) for each in fresh)
    return bool(value == fresh) and type(value) is type(fresh)


def _is_the_same(one: Parameters, other: Parameters, name: str) -> bool:
    known, values = one.parameter(name), (getattr(one, name), getattr(other, name))
    if values[0] is None or values[1] is None:
        return values[0] is values[1]
    if known.kind == "quantity":
        return one.si(name) == other.si(name)
    if known.kind == "quantities":
        return one.si_list(name) == other.si_list(name)
    return bool(values[0] == values[1]) and type(values[0]) is type(values[1])


def changes(parameters: Parameters, usual: Parameters | None = None) -> list[str]:
    """Return the names of the parameters that differ from the default, or from another set of the kind."""
    return [name for name in parameters.parameters()
            if not (_is_default(parameters, name) if usual is None else _is_the_same(parameters, usual, name))]


def changes_code(parameters: Parameters, usual: Parameters | None = None) -> list[str]:
    """Return ``name=code`` for each parameter that differs from the default, or from another set of the kind."""
    return [f"{name}={parameter_code(parameters, name)}" for name in changes(parameters, usual)]


def procedure_code(procedure: Procedure) -> str:
    """Return code that makes an experiment; defaults are left out."""
    return f"{procedure.title()}({', '.join(changes_code(procedure))})"
