"""What an instrument can have: settings, readings, actions and flags, and faults on demand, each declared once.

From one declaration come the Python attribute with its validation, the change event, the snapshot, the data sheet and
the window's panel. Values are stored as SI floats; a quantity is converted once, at the door.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from pint import DimensionalityError

from vlab.errors import InUseError, LimitError, ReadOnlyError, SettingError
from vlab.units import Quantity, factor_between, show, to_si, unit_factor, ureg

if TYPE_CHECKING:
    from instruments.instrument import Instrument

Value: TypeAlias = float | str
"""What an instrument stores: an SI float, or a word of a choice."""

SLEW_STEP_PS = 65_536

_REGISTRY_QUANTITY = ureg.Quantity
_new = object.__new__


def _units_container(unit: str) -> Any:
    return ureg.Quantity(1.0, unit)._units


def _quick_quantity(magnitude: float, units: Any) -> Quantity:
    # pint's constructor costs 10 us; this is what its own __copy__ amounts to.
    quantity: Any = _new(_REGISTRY_QUANTITY)
    quantity._magnitude = magnitude
    quantity._units = units
    return quantity


class Slew:
    """A value on its way: from ``start`` at ``start_ps`` to ``target`` at ``rate`` per second.

    It ends after whole steps of 2^16 ps, so that a ramp divides into equal ticks.
    """

    __slots__ = ("end_ps", "start", "start_ps", "target")

    def __init__(self, start: float, target: float, rate: float, start_ps: int) -> None:
        self.start = start
        self.target = target
        self.start_ps = start_ps
        self.end_ps = start_ps + math.ceil(abs(target - start) / rate * (1e12 / SLEW_STEP_PS)) * SLEW_STEP_PS

    def slope(self, now_ps: int) -> float:
        """Return the change per second at ``now_ps``: zero from the end on."""
        if now_ps >= self.end_ps:
            return 0.0
        return (self.target - self.start) / ((self.end_ps - self.start_ps) / 1e12)

    def at(self, now_ps: int) -> float:
        """Return the value at ``now_ps``."""
        if now_ps >= self.end_ps:
            return self.target
        return self.start + self.slope(now_ps) * ((now_ps - self.start_ps) / 1e12)


class Declaration:
    """What settings, readings, actions and flags have in common: a name and a help text that begins with a verb."""

    kind = ""
    digits = 5
    """Significant digits that a display needs."""

    def __init__(self, help: str) -> None:
        self.help = help
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __set__(self, instrument: Instrument, value: object) -> None:
        raise ReadOnlyError(f"{instrument.name}.{self.name} is {_ARTICLES[self.kind]} and cannot be set.")


class Setting(Declaration):
    """Something that can be set and read back.

    Parameters
    ----------
    unit : str or None
        The unit in which it is shown and in which ``default`` and ``limits`` are given; None for a choice of words.
    default : float or str
        Value after a reset.
    limits : tuple or callable
        Lowest and highest value in ``unit``, or a function of the instrument that returns them.
    choices : tuple
        The allowed words, or the allowed numbers in ``unit``.
    rate : str
        Name of the setting that limits how fast this one moves; it then gains a reading ``<name>_actual``.
    safe : float or str
        Value that the bench's safe state gives it; None leaves it alone.
    group : str
        Heading under which a panel shows it; by default that of the setting before it in its class.
    digits : int
        Significant digits that a display needs.
    help : str
        One sentence that begins with a verb.
    """

    kind = "setting"

    def __init__(self, unit: str | None, default: Value, *, help: str,
                 limits: tuple[float, float] | Callable[[Any], tuple[float, float]] | None = None,
                 choices: tuple[Value, ...] = (), rate: str = "", safe: Value | None = None,
                 digits: int = 5, group: str = "") -> None:
        super().__init__(help)
        self.group = group
        self.digits = digits
        self.unit = unit
        self.choices = choices
        self.rate = rate
        self._limits = limits
        self._scale = 1.0 if unit is None else unit_factor(unit)
        self._units = None if unit is None else _units_container(unit)
        self._factors: dict[Any, float] = {} if unit is None else {self._units: self._scale}
        self._last: tuple[Any, float] = (None, 0.0)
        self._fixed = None if limits is None or callable(limits) else (self.in_si(limits[0]), self.in_si(limits[1]))
        self._free: tuple[float, float] = self._fixed if self._fixed and not choices else (math.inf, -math.inf)
        self._numbers = () if unit is None else tuple(float(c) * self._scale for c in choices)
        self.default: Value = default if unit is None else self.in_si(default)
        self.safe: Value | None = safe if unit is None or safe is None else self.in_si(safe)

    def in_si(self, value: float | str) -> float:
        """Return a number in the declared unit as an SI float."""
        return float(value) * self._scale

    def __get__(self, instrument: Instrument | None, owner: type) -> Any:
        if instrument is None:
            return self
        value = instrument._values[self.name]
        if self.unit is None:
            return value
        return _quick_quantity(value / self._scale, self._units)  # type: ignore[operator]

    def __set__(self, instrument: Instrument, value: Any) -> None:
        if value.__class__ is _REGISTRY_QUANTITY and self._units is not None:
            units = value._units
            known = self._last
            factor = known[1] if units is known[0] else self._factor(units)
            number = value._magnitude
            if factor is not None and number.__class__ is float:
                number *= factor
                low, high = self._free
                if low <= number <= high and not instrument._claims:
                    instrument._apply(self, number, None)
                    return
        self.put(instrument, self.convert(instrument, value))

    def _factor(self, units: Any) -> float | None:
        factor = self._factors.get(units)
        if factor is None and self.unit is not None:
            try:
                factor = factor_between(units, self.unit)
            except DimensionalityError:
                return None
            if factor is None:
                return None
            self._factors[units] = factor
        self._last = (units, factor or 0.0)
        return factor

    def convert(self, instrument: Instrument, value: object) -> Value:
        """Return what was given as an SI float or a word; raises `SettingError` on the wrong kind or dimension."""
        if self.unit is None:
            if not isinstance(value, str):
                raise SettingError(f"{instrument.name}.{self.name} got {value!r}; it wants {self.allowed(instrument)}.")
            return value
        return to_si(value, self.unit, f"{instrument.name}.{self.name}")

    def limits(self, instrument: Instrument) -> tuple[float, float]:
        """Return the lowest and highest value now, in SI base units."""
        if self._fixed is not None:
            return self._fixed
        if callable(self._limits):
            low, high = self._limits(instrument)
            return self.in_si(low), self.in_si(high)
        if self._numbers:
            return min(self._numbers), max(self._numbers)
        return -math.inf, math.inf

    def allowed(self, instrument: Instrument) -> str:
        """Return in words what may be given now."""
        if self.unit is None:
            return "one of " + ", ".join(str(c) for c in self.choices)
        if self.choices:
            return "one of " + ", ".join(show(n, self.unit) for n in self._numbers)
        low, high = self.limits(instrument)
        return f"{show(low, self.unit)} to {show(high, self.unit)}"

    def check(self, instrument: Instrument, value: Value) -> Value:
        """Return an SI float or word as it will be stored, or raise `SettingError` or `LimitError`."""
        if self.unit is None:
            if value not in self.choices:
                raise LimitError(f"{instrument.name}.{self.name} got {value!r}; it wants {self.allowed(instrument)}.")
            return value
        number = value
        if not isinstance(number, float):
            raise SettingError(f"{instrument.name}.{self.name} got {value!r}; it wants a number.")
        low, high = self._fixed if self._fixed is not None else self.limits(instrument)
        if low <= number <= high and not self._numbers:
            return number
        if number != number:
            raise SettingError(f"{instrument.name}.{self.name} got {number}; it wants a finite number.")
        for choice in self._numbers:
            if math.isclose(number, choice, rel_tol=1e-9):
                return choice
        if not self._numbers:
            for edge in (low, high):  # 9 T given as 90 kG must not fail by its last bit
                if math.isclose(number, edge, rel_tol=1e-12):
                    return edge
        raise LimitError(f"{instrument.name}.{self.name} got {show(number, self.unit)}; "
                         f"it wants {self.allowed(instrument)}.")

    def put(self, instrument: Instrument, value: Value, owner: object = None) -> None:
        """Check an SI float or word and make it the set-point; ``owner`` is the run that sets it, if any."""
        checked = self.check(instrument, value)
        holder = instrument._claims.get(self.name)
        if holder is not None and holder is not owner:
            raise InUseError(f"{instrument.name}.{self.name} is in use by {holder}; abort it first, or wait.")
        instrument._apply(self, checked, owner)


class Reading(Declaration):
    """Something that can be measured only, or ``whole``, counted; declared by the decorator `reading`."""

    kind = "reading"

    def __init__(self, unit: str | None, measure: Callable[[Any], Value], help: str, whole: bool = False) -> None:
        super().__init__(help)
        self.whole = whole
        self.unit = unit
        self.measure = measure
        self._scale = 1.0 if unit is None else unit_factor(unit)
        self._units = None if unit is None else _units_container(unit)

    def __get__(self, instrument: Instrument | None, owner: type) -> Any:
        if instrument is None:
            return self
        value = self.measure(instrument)
        return value if self.unit is None else _quick_quantity(value / self._scale, self._units)  # type: ignore[operator]


class Flag(Declaration):
    """A lamp on the front panel: true or false; declared by the decorator `flag`.

    One that ``spoils`` marks each point that was measured while it was lit, be it for a moment.
    """

    kind = "flag"

    def __init__(self, test: Callable[[Any], bool], help: str, spoils: bool = False) -> None:
        super().__init__(help)
        self.test = test
        self.spoils = spoils

    def __get__(self, instrument: Instrument | None, owner: type) -> Any:
        return self if instrument is None else bool(self.test(instrument))


class Action(Declaration):
    """A button on the front panel; declared by the decorator `action`."""

    kind = "action"

    def __init__(self, do: Callable[[Any], None], help: str) -> None:
        super().__init__(help)
        self.do = do

    def __get__(self, instrument: Instrument | None, owner: type) -> Any:
        if instrument is None:
            return self
        return lambda: instrument._act(self)


class Fault(Declaration):
    """Something that can go wrong on demand; declared by the decorator `fault`.

    It is present from `Instrument.fail` to `Instrument.mend`, which call the declared method with true and false. Some
    faults are an event, such as a quench: an action of the instrument mends what the event left behind.
    """

    kind = "fault"

    def __init__(self, change: Callable[[Any, bool], None], help: str) -> None:
        super().__init__(help)
        self.change = change

    def __get__(self, instrument: Instrument | None, owner: type) -> Any:
        return self if instrument is None else self.name in instrument.present_faults


_ARTICLES = {"fault": "a fault", "reading": "a reading", "flag": "a flag", "action": "an action",
             "setting": "a setting"}


def _first_line(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").strip().split("\n")[0]


def reading(unit: str | None, whole: bool = False) -> Callable[[Callable[[Any], Value]], Reading]:
    """Declare a method as a reading in ``unit``; it returns an SI float (or a word), its docstring is the help.

    ``whole`` tells that it is a number of things.
    """
    return lambda function: Reading(unit, function, _first_line(function), whole)


def flag(function: Callable[[Any], bool]) -> Flag:
    """Declare a method as a flag; its docstring is the help."""
    return Flag(function, _first_line(function))


def spoiling_flag(function: Callable[[Any], bool]) -> Flag:
    """Declare a method as a flag that spoils what is measured while it is lit; its docstring is the help."""
    return Flag(function, _first_line(function), spoils=True)


def action(function: Callable[[Any], None]) -> Action:
    """Declare a method as an action; its docstring is the help."""
    return Action(function, _first_line(function))


def fault(function: Callable[[Any, bool], None]) -> Fault:
    """Declare a method as a fault; it is called with whether it begins or ends, its docstring is the help."""
    return Fault(function, _first_line(function))
