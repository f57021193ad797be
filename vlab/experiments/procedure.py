"""A procedure: a frozen set of parameters and a generator of commands that a runner carries out."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from vlab.experiments.roles import Device
from vlab.parameters import Parameters
from vlab.units import Quantity, make_quantity


@dataclass(frozen=True)
class Move:
    """Set a setting (SI float or word) and wait until it has settled."""

    device: Device
    setting: str
    value: float | str


@dataclass(frozen=True)
class Settle:
    """Wait until a setting that somebody else may have moved has settled."""

    device: Device
    setting: str


@dataclass(frozen=True)
class Prepare:
    """Start from thermal nuclei and settled filters, or (``thermal`` false) go on from the present state."""

    thermal: bool


@dataclass(frozen=True)
class Wait:
    """Let ``duration`` seconds pass."""

    duration: float


@dataclass(frozen=True)
class Read:
    """Read a setting or reading; the value is sent back into the generator."""

    device: Device
    name: str


@dataclass(frozen=True)
class Point:
    """Hand over one measured point: its place on the grid, and one value for each variable."""

    index: tuple[int, ...]
    values: tuple[float, ...]


Command: TypeAlias = Move | Settle | Prepare | Wait | Read | Point
Steps: TypeAlias = Generator[Command, Any, None]


@dataclass(frozen=True)
class Coordinate:
    """A scan axis: what it is called, in which unit, and its planned values in that unit."""

    name: str
    unit: str
    long_name: str
    values: tuple[float | str, ...]


@dataclass(frozen=True)
class Variable:
    """A measured column: name, unit, what it is."""

    name: str
    unit: str
    long_name: str


@dataclass(frozen=True, kw_only=True)
class Procedure(Parameters):
    """Base of experiments. The docstring's first line is what lists show."""

    key: ClassVar[str] = ""
    """The name on the command line."""

    def coordinates(self) -> tuple[Coordinate, ...]:
        """Return the scan axes, outermost first."""
        raise NotImplementedError

    def variables(self) -> tuple[Variable, ...]:
        """Return the measured columns."""
        raise NotImplementedError

    def seconds(self) -> float:
        """Return the estimated lab time in s."""
        raise NotImplementedError

    def steps(self, setup: Any) -> Steps:
        """Yield the commands that carry out the experiment in ``setup``."""
        raise NotImplementedError

    def claims(self, setup: Any) -> list[tuple[Device, str]]:
        """Return the settings that nobody else may change while it runs."""
        raise NotImplementedError

    def sets(self, setup: Any) -> list[tuple[Device, str]]:
        """Return the settings that it sets, so that setting them beforehand has no effect."""
        return self.claims(setup)

    def points(self) -> int:
        """Return how many points will be measured."""
        total = 1
        for coordinate in self.coordinates():
            total *= len(coordinate.values)
        return total

    def duration(self) -> Quantity:
        """Return the estimated lab time."""
        return make_quantity(self.seconds(), "s")

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the description."""
        return (cls.__doc__ or "").strip().split("\n")[0]
