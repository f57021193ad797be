"""Frozen sets of named parameters with units: the common ground of samples and experiments.

A class of parameters is a frozen dataclass whose fields are made by `quantity`, `quantities`, `choice`, `count` or
`switch`. From one declaration come validation, help, the command line's ``--set`` and the window's form.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from functools import cache
from numbers import Integral
from types import MappingProxyType
from typing import Any, ClassVar, Self

from vlab.errors import LimitError, SettingError, UnknownNameError
from vlab.units import Q_, Quantity, make_quantity, parse_quantities, parse_quantity, printed, show, to_si, unit_factor

_KEY = "vlab"


@dataclass(frozen=True)
class Parameter:
    """What is known of one parameter: kind, unit, help and what it may be."""

    kind: str
    """``"quantity"``, ``"quantities"``, ``"choice"``, ``"count"`` or ``"switch"``."""
    help: str
    unit: str = ""
    minimum: float = -math.inf
    """Smallest value, in ``unit``; excluded when ``above`` is true."""
    maximum: float = math.inf
    above: bool = False
    choices: tuple[str, ...] = ()
    optional: bool = False
    """Whether None is allowed; the help says what it means."""
    without: str = "none"
    """What None means, in one or two words for a form."""
    shown_unit: str = ""
    """What a form writes behind a bare number that counts in units of something, such as ``"W_π"``."""

    def allowed(self) -> str:
        """Return in words what may be given."""
        if self.kind == "switch":
            return "true or false"
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        low, high = self.minimum, self.maximum
        unit = f" {self.unit or self.shown_unit}".rstrip()
        number = {"count": "a whole number", "quantities": "different quantities, separated by commas, each"}.get(
            self.kind, "a quantity")
        if math.isinf(low) and math.isinf(high):
            return f"{number} in{unit}" if unit else number
        if math.isinf(high):
            return f"{number} {'above' if self.above else 'of at least'} {low:g}{unit}"
        if math.isinf(low):
            return f"{number} of at most {high:g}{unit}"
        if self.above:
            return f"{number} above {low:g}{unit} and at most {high:g}{unit}"
        return f"{number} from {low:g}{unit} to {high:g}{unit}"

    def checked(self, value: Any, owner: str) -> Any:
        """Return ``value`` as it is to be stored, or raise a sentence that names ``owner``."""
        if value is None and self.optional:
            return None
        if self.kind == "switch":
            if not isinstance(value, bool):
                raise SettingError(f"{owner} got {value!r}; it wants true or false.")
            return value
        if self.kind == "choice":
            if not isinstance(value, str) or value not in self.choices:
                raise LimitError(f"{owner} got {value!r}; it wants {self.allowed()}.")
            return value
        if self.kind == "count":
            if isinstance(value, bool) or not isinstance(value, Integral) or abs(int(value)) > 2**63:
                raise SettingError(f"{owner} got {_short(value)}; it wants {self.allowed()}.")
            self._check_range(float(value), owner, f"{value}")
            return int(value)
        if self.kind == "quantities":
            return self._checked_list(value, owner)
        return self._checked_quantity(value, owner)

    def _checked_list(self, value: Any, owner: str) -> tuple[Quantity, ...]:
        members = value if isinstance(value, list | tuple) else [value]
        if hasattr(value, "magnitude") and getattr(value.magnitude, "ndim", 0) == 1:
            members = list(value)
        elif getattr(value, "ndim", 0) == 1 and not hasattr(value, "magnitude"):  # bare numbers, where those may be
            members = value.tolist()
        found = tuple(self._checked_quantity(member, owner) for member in members)
        if not found:
            raise SettingError(f"{owner} got an empty list; it wants {self.allowed()}.")
        numbers = [to_si(member, self.unit, owner) for member in found]
        for i, number in enumerate(numbers):
            if any(math.isclose(number, other, rel_tol=1e-12) for other in numbers[:i]):
                raise LimitError(f"{owner} got {show(number, self.unit)} twice; it wants {self.allowed()}.")
        return found

    def _checked_quantity(self, value: Any, owner: str) -> Quantity:
        si = to_si(value, self.unit, owner)
        self._check_range(si / unit_factor(self.unit), owner, show(si, self.unit))
        # a copy: quantities can be changed in place, and a default is shared by all
        ours = getattr(value, "_REGISTRY", None) is Q_._REGISTRY
        return Q_(value.magnitude, value.units) if ours else make_quantity(si, self.unit)

    def _check_range(self, number: float, owner: str, shown: str) -> None:
        slack = 1e-12 * abs(number)  # 0.1 s given as 100 ms must not fail by its last bit
        too_low = number <= self.minimum if self.above else number < self.minimum - slack
        if too_low or number > self.maximum + slack:
            raise LimitError(f"{owner} got {shown}; it wants {self.allowed()}.")

    def parsed(self, text: str, owner: str) -> Any:
        """Return what a person typed as a value, not yet checked against the limits."""
        word = text.strip()
        if self.optional and word.lower() in ("none", ""):
            return None
        if self.kind == "choice":
            return word
        if self.kind == "switch":
            table = {"true": True, "yes": True, "on": True, "1": True}
            table |= {"false": False, "no": False, "off": False, "0": False}
            if word.lower() not in table:
                raise SettingError(f"{owner} got {text!r}; it wants true or false.")
            return table[word.lower()]
        if self.kind == "count":
            try:
                return int(float(word)) if float(word).is_integer() else word
            except (ValueError, OverflowError):
                raise SettingError(f"{owner} got {text!r}; it wants {self.allowed()}.") from None
        if self.kind == "quantities":
            return parse_quantities(text, owner, self.unit)
        return parse_quantity(text, owner, self.unit)

    def shown(self, value: Any) -> str:
        """Return a value as people read it and as `parsed` reads it again."""
        if value is None:
            return "none"
        if self.kind == "quantities":
            return _list_text(value, lambda member: printed(member, 12))
        return printed(value) if self.kind == "quantity" else f"{value}"


def _field(parameter: Parameter, default: Any) -> Any:
    if default is MISSING:
        return dataclasses.field(metadata={_KEY: parameter})
    return dataclasses.field(default=default, metadata={_KEY: parameter})


def quantity(unit: str, help: str, default: Any = MISSING, *, minimum: float = -math.inf, maximum: float = math.inf,
             above: float | None = None, optional: bool = False, without: str = "none", shown_unit: str = "") -> Any:
    """Declare a physical parameter; ``default`` is a number in ``unit``, or None where optional."""
    parameter = Parameter("quantity", help, unit, minimum if above is None else above, maximum, above is not None,
                          optional=optional, without=without, shown_unit=shown_unit)
    return _field(parameter, default if default is MISSING or default is None else Q_(float(default), unit))


def quantities(unit: str, help: str, default: Any = MISSING, *, minimum: float = -math.inf, maximum: float = math.inf,
               above: float | None = None) -> Any:
    """Declare a list of different quantities; ``default`` is a tuple of numbers in ``unit``.

    Given as an array quantity, ``Q_([0.2, 0.4], "ueV")``, as a tuple of quantities, or as text, ``"0.2, 0.4 ueV"``;
    kept as a tuple of quantities in the order given. Each must lie within the limits.
    """
    parameter = Parameter("quantities", help, unit, minimum if above is None else above, maximum, above is not None)
    return _field(parameter, default if default is MISSING else tuple(Q_(float(n), unit) for n in default))


def choice(choices: tuple[str, ...], help: str, default: Any = MISSING) -> Any:
    """Declare a parameter that is one of a few words."""
    return _field(Parameter("choice", help, choices=choices), default)


def count(help: str, default: Any = MISSING, *, minimum: int = 0, maximum: float = math.inf,
          shown_unit: str = "") -> Any:
    """Declare a parameter that is a whole number, of ``shown_unit`` where it counts such."""
    return _field(Parameter("count", help, minimum=minimum, maximum=maximum, shown_unit=shown_unit), default)


def switch(help: str, default: Any = MISSING) -> Any:
    """Declare a parameter that is true or false."""
    return _field(Parameter("switch", help), default)


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Base of frozen parameter sets: checks every field on construction.

    Raises
    ------
    SettingError
        A field has the wrong dimension or type.
    LimitError
        A field lies outside its limits.
    """

    _title: ClassVar[str] = ""

    def __new__(cls, *values: Any, **given: Any) -> Self:
        """Refuse unknown and missing names in a sentence, before the dataclass does in its own words."""
        if values:
            raise SettingError(f"{cls.title()} got {values[0]!r} without a name; give each parameter as name=value.")
        for name in given:
            cls.parameter(name)
        for name in cls.required():
            if name not in given:
                raise SettingError(f"{cls.title()}.{name} is missing; it wants {cls.parameter(name).allowed()}.")
        return super().__new__(cls)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {f.name: getattr(self, f.name) for f in dataclasses.fields(self)})

    def __post_init__(self) -> None:
        floats: dict[str, float] = {}
        lists: dict[str, tuple[float, ...]] = {}
        for name, parameter in self.parameters().items():
            checked = parameter.checked(getattr(self, name), f"{self.title()}.{name}")
            object.__setattr__(self, name, checked)
            if parameter.kind == "quantity" and checked is not None:
                floats[name] = to_si(checked, parameter.unit, name)
            elif parameter.kind == "quantities":
                lists[name] = tuple(to_si(member, parameter.unit, name) for member in checked)
        object.__setattr__(self, "_si", floats)
        object.__setattr__(self, "_si_lists", lists)

    @classmethod
    def title(cls) -> str:
        """Return the name that messages use for this set."""
        return cls._title or cls.__name__

    @classmethod
    @cache
    def parameters(cls) -> Mapping[str, Parameter]:
        """Return the declarations by field name, in order."""
        return MappingProxyType({f.name: f.metadata[_KEY] for f in dataclasses.fields(cls) if _KEY in f.metadata})

    @classmethod
    @cache
    def required(cls) -> tuple[str, ...]:
        """Return the names of the parameters that have no default."""
        fields = dataclasses.fields(cls)
        return tuple(f.name for f in fields if f.default is MISSING and f.default_factory is MISSING)

    @classmethod
    def parameter(cls, name: str) -> Parameter:
        """Return one declaration, or raise `UnknownNameError` with the nearest name."""
        known = cls.parameters()
        if name not in known:
            raise UnknownNameError.of(cls.title(), name, known, "parameter")
        return known[name]

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some parameters changed.

        Raises
        ------
        UnknownNameError
            There is no such parameter.
        """
        for name in changes:
            self.parameter(name)
        return dataclasses.replace(self, **changes)

    def si(self, name: str) -> float:
        """Return a quantity as a float in SI base units."""
        floats: dict[str, float] = self.__dict__["_si"]
        if name not in floats:
            raise SettingError(f"{self.title()}.{name} is not a quantity that is set.")
        return floats[name]

    def si_list(self, name: str) -> tuple[float, ...]:
        """Return a list of quantities as floats in SI base units."""
        lists: dict[str, tuple[float, ...]] = self.__dict__["_si_lists"]
        if name not in lists:
            raise SettingError(f"{self.title()}.{name} is not a list of quantities.")
        return lists[name]

    def as_record(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values; quantities as text with their unit."""
        record: dict[str, Any] = {}
        for name, parameter in self.parameters().items():
            value = getattr(self, name)
            if parameter.kind == "quantities":
                record[name] = _list_text(value, _record)
            else:
                record[name] = _record(value) if parameter.kind == "quantity" and value is not None else value
        return record

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Return the set that `as_record` told, as files keep it.

        Raises
        ------
        UnknownNameError, SettingError, LimitError
            The record is that of another version, or was changed by hand.
        """
        values = {}
        for name, value in record.items():
            known = cls.parameter(name)
            told = isinstance(value, str) and known.kind != "choice"
            values[name] = known.parsed(value, f"{cls.title()}.{name}") if told else value
        return cls(**values)

    @classmethod
    def from_texts(cls, texts: dict[str, str], **given: Any) -> Self:
        """Return a set from what a person typed, name by name.

        Raises
        ------
        UnknownNameError, SettingError, LimitError
            As on construction; a parameter without default that is missing is named too.
        """
        values = dict(given)
        for name, text in texts.items():
            values[name] = cls.parameter(name).parsed(text, f"{cls.title()}.{name}")
        return cls(**values)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _rebuild(cls: type[Parameters], values: dict[str, Any]) -> Parameters:
    return cls(**values)


def _record(value: Quantity) -> str:
    return f"{float(value.magnitude)!r} {value.units:~C}".replace("\u03bc", "\u00b5").strip()


def _list_text(members: tuple[Quantity, ...], one: Callable[[Quantity], str]) -> str:
    """Return a list as text, with the unit once where all have the same."""
    if len({str(member.units) for member in members}) > 1:
        return ", ".join(one(member) for member in members)
    bare = [one(Q_(member.magnitude, "")) for member in members[:-1]]
    return ", ".join([*bare, one(members[-1])])
