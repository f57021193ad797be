"""Knobs of real instruments: how a setting of a driver is reached, with units, limits and words at the border.

A driver speaks in its own units and words; procedures speak in SI floats and vlab's words. Each knob says once how the
two meet, in the manner of a data sheet::

    {"voltage": Attribute("source_voltage", "V", limits=(-2.0, 2.0)),
     "output": Attribute("source_enabled", words={"on": True, "off": False})}
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from vlab.errors import LimitError, ReadOnlyError, SettingError, UnknownNameError
from vlab.units import show, unit_factor, ureg

_PLANCK_TIMES_LIGHT = 6.62607015e-34 * 299_792_458.0


@dataclass(frozen=True)
class Calibration:
    """How what a driver speaks of (in SI units) and what procedures speak of hang together, when not as 1 to 1."""

    to_role: Callable[[float], float]
    to_driver: Callable[[float], float]
    unit: str
    """A unit of what procedures speak of."""


def _energy_or_wavelength(other: float) -> float:
    return _PLANCK_TIMES_LIGHT / other


VACUUM_WAVELENGTH = Calibration(_energy_or_wavelength, _energy_or_wavelength, "J")
"""For lasers whose drivers speak of the vacuum wavelength where procedures want the photon energy: E = h c / lambda."""


@dataclass(frozen=True, kw_only=True)
class Knob:
    """What all knobs have in common; numbers are in the driver's unit, as a data sheet would give them."""

    limits: tuple[float, float] | None = None
    """Lowest and highest value that may be set; what lies outside never reaches the driver."""
    choices: tuple[float, ...] = ()
    """The only values that the instrument has, for drivers that round silently."""
    words: Mapping[str, Any] = field(default_factory=dict)
    """What the driver says for each of vlab's words, such as ``{"6 dB/oct": 6}``."""
    calibration: Calibration | None = None
    settle: float = 0.0
    """For how many seconds it counts as moving after it was set."""
    moving: Callable[[Any], bool] | None = None
    """Asked with the driver whether it still moves, such as the ramping state of a magnet."""
    poll: float = 0.2
    """Seconds between two such questions."""
    patience: float = 3600.0
    """Seconds after which one that still moves is given up."""
    tolerance: float | None = None
    """Largest difference to what is read back after setting; None reads nothing back."""
    readable: bool = True
    """False where the driver can only set: then what was set last is told."""
    writable: bool = True

    @property
    def driver_unit(self) -> str | None:
        """The driver's unit; None where it has words."""
        return None

    @property
    def role_unit(self) -> str | None:
        """A unit of what procedures speak of; None for words."""
        unit = self.driver_unit
        if unit is not None and self.calibration is not None:
            return self.calibration.unit
        return "T" if unit is not None and _is_gaussian(unit) else unit

    def find(self, device: str, driver: Any) -> None:
        """Make sure that the driver has what this knob needs, before anything is measured."""

    def fetch(self, driver: Any) -> Any:
        """Return what the driver says."""
        raise NotImplementedError

    def send(self, driver: Any, value: Any) -> None:
        """Tell the driver."""
        raise NotImplementedError

    def to_role(self, answer: Any, owner: str) -> float | str:
        """Return a driver's answer as an SI float or word.

        Raises
        ------
        SettingError
            The driver says something else than a number or one of its words.
        """
        if self.driver_unit is None:
            for word, theirs in self.words.items():
                if theirs == answer:
                    return word
            raise SettingError(f"{owner} reads {answer!r}, which stands for none of {', '.join(self.words)}; add it to "
                               "the words of this knob.")
        try:
            number = float(answer) * si_factor(self.driver_unit)
        except (TypeError, ValueError):
            raise SettingError(f"{owner} reads {answer!r}, which is no number; look which property this knob reads."
                               ) from None
        return number if self.calibration is None else self.calibration.to_role(number)

    def to_driver(self, value: float | str, owner: str) -> Any:
        """Return an SI float or word as the driver wants it.

        Raises
        ------
        ReadOnlyError
            It can be read only.
        LimitError
            The value lies outside the limits or choices.
        SettingError
            The value is of the wrong kind.
        """
        if not self.writable:
            raise ReadOnlyError(f"{owner} is a reading and cannot be set.")
        if self.driver_unit is None:
            if value not in self.words:
                raise LimitError(f"{owner} got {value!r}; it wants one of {', '.join(self.words)}.")
            return self.words[str(value)]
        if isinstance(value, str) or not math.isfinite(value):
            raise SettingError(f"{owner} got {value!r}; it wants a finite number in SI units.")
        if self.calibration is not None:
            value = self.calibration.to_driver(value)
        number = value / si_factor(self.driver_unit)
        for choice in self.choices:
            if math.isclose(number, choice, rel_tol=1e-6):
                return choice
        unit = self.driver_unit
        if self.choices:
            near = sorted(sorted(self.choices, key=lambda choice: abs(choice - number))[:2])
            raise LimitError(f"{owner} got {number:.6g} {unit}, which the instrument does not have; the nearest are "
                             f"{' and '.join(f'{choice:g} {unit}' for choice in near)}.")
        if self.limits is not None:
            low, high = self.limits
            for edge in self.limits:
                if math.isclose(number, edge, rel_tol=1e-9):
                    return edge
            if not low <= number <= high:
                raise LimitError(f"{owner} got {number:.6g} {unit}; in this room it may be {low:g} {unit} to "
                                 f"{high:g} {unit}.")
        return number

    def arrived(self, wanted: Any, found: Any) -> bool:
        """Return whether what was read back is what was set."""
        if self.driver_unit is None:
            return bool(wanted == found)
        return self.tolerance is None or abs(float(found) - float(wanted)) <= self.tolerance


@dataclass(frozen=True)
class Attribute(Knob):
    """A property of a driver, as PyMeasure has them: ``driver.source_voltage = 0.4``.

    Parameters
    ----------
    path : str
        Its name; dots lead through channels, as in ``"ch_1.voltage"``.
    unit : str or None
        The driver's unit, such as ``"kgauss"``; leave it out where ``words`` are given.
    """

    path: str
    unit: str | None = ""

    @property
    def driver_unit(self) -> str | None:
        return None if self.words else self.unit

    def find(self, device: str, driver: Any) -> None:
        owner, name = _owner(driver, self.path, device)
        # looked up without asking the instrument; some drivers make their attributes when they are asked for
        if inspect.getattr_static(owner, name, _MISSING) is _MISSING and not hasattr(owner, name):
            raise _no_such(device, owner, name)

    def fetch(self, driver: Any) -> Any:
        owner, name = _owner(driver, self.path, "")
        return getattr(owner, name)

    def send(self, driver: Any, value: Any) -> None:
        owner, name = _owner(driver, self.path, "")
        setattr(owner, name, value)


@dataclass(frozen=True)
class Parameter(Attribute):
    """A parameter of a driver, as QCoDeS has them: ``driver.volt(0.4)`` sets, ``driver.volt()`` reads."""

    def find(self, device: str, driver: Any) -> None:
        owner, name = _owner(driver, self.path, device)
        if not callable(getattr(owner, name, None)):
            raise _no_such(device, owner, name)

    def fetch(self, driver: Any) -> Any:
        return super().fetch(driver)()

    def send(self, driver: Any, value: Any) -> None:
        super().fetch(driver)(value)


@dataclass(frozen=True)
class Function(Knob):
    """Two functions of the driver, for what is neither a property nor a parameter.

    For example a magnet that wants a target and then a command:
    ``Function(lambda d: d.target_field, ramp_to, "kgauss")``.
    """

    get: Callable[[Any], Any]
    set: Callable[[Any, Any], None] | None = None
    unit: str | None = ""

    @property
    def driver_unit(self) -> str | None:
        return None if self.words else self.unit

    def fetch(self, driver: Any) -> Any:
        return self.get(driver)

    def send(self, driver: Any, value: Any) -> None:
        if self.set is not None:
            self.set(driver, value)

    def to_driver(self, value: float | str, owner: str) -> Any:
        if self.set is None:
            raise ReadOnlyError(f"{owner} is a reading and cannot be set.")
        return super().to_driver(value, owner)


@dataclass(frozen=True)
class Constant(Knob):
    """What no driver knows: a number of the data sheet or the notebook, or a word such as an always open shutter.

    Procedures may set it to what it is, and to nothing else.
    """

    value: float | str
    unit: str = ""

    @property
    def driver_unit(self) -> str | None:
        return None if isinstance(self.value, str) else self.unit

    def fetch(self, driver: Any) -> Any:  # noqa: ARG002
        return self.value

    def send(self, driver: Any, value: Any) -> None:
        """Nothing can be told."""

    def to_role(self, answer: Any, owner: str) -> float | str:
        return answer if isinstance(answer, str) else super().to_role(answer, owner)

    def to_driver(self, value: float | str, owner: str) -> Any:
        here = self.to_role(self.value, owner)
        same = (value == here if isinstance(value, str) or isinstance(here, str)
                else math.isclose(value, here, rel_tol=1e-9))
        if not same:
            shown = here if isinstance(here, str) else show(here, self.unit)
            got = repr(value) if isinstance(value, str) or isinstance(here, str) else show(value, self.unit)
            raise LimitError(f"{owner} got {got}; in this room nobody can change it, and it is {shown}.")
        return self.value


def si_factor(unit: str) -> float:
    """Return how many SI base units one ``unit`` is; gauss, which many magnets speak, become tesla."""
    if _is_gaussian(unit):
        return 1e-4 * float(ureg.Quantity(1.0, unit).to("gauss").magnitude)
    return unit_factor(unit)


def _is_gaussian(unit: str) -> bool:
    return bool(ureg.Unit(unit).dimensionality == ureg.Unit("gauss").dimensionality)


_MISSING = object()


def _owner(driver: Any, path: str, device: str) -> tuple[Any, str]:
    *channels, name = path.split(".")
    try:
        return reduce(getattr, channels, driver), name
    except AttributeError:
        raise _no_such(device or type(driver).__name__, driver, channels[0]) from None


def _no_such(device: str, owner: Any, name: str) -> UnknownNameError:
    known = [each for each in dir(owner) if not each.startswith("_")]
    return UnknownNameError.of(f"the driver {type(owner).__name__} of {device}", name, known, "attribute")
