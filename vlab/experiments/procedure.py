"""A procedure: a frozen set of parameters and a generator of commands that a runner carries out."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import wraps
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from vlab.data.quality import spoiled_left_out
from vlab.experiments.roles import Device
from vlab.parameters import Parameters
from vlab.quantity_scale import pretty_unit
from vlab.units import Quantity, make_quantity

if TYPE_CHECKING:
    import xarray
    from numpy.typing import ArrayLike

    from vlab.experiments.axis_knob import AxisKnob


@dataclass(frozen=True, slots=True)
class Move:
    """Set a setting (SI float or word) and wait until it has settled."""

    device: Device
    setting: str
    value: float | str


@dataclass(frozen=True, slots=True)
class Settle:
    """Wait until a setting that somebody else may have moved has settled."""

    device: Device
    setting: str


@dataclass(frozen=True, slots=True)
class Prepare:
    """Start from thermal nuclei and settled filters, or (``thermal`` false) go on from the present state."""

    thermal: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Let ``duration`` seconds pass."""

    duration: float


@dataclass(frozen=True, slots=True)
class Read:
    """Read a setting or reading; the value is sent back into the generator."""

    device: Device
    name: str


@dataclass(frozen=True, slots=True)
class Point:
    """Hand over one point: its place on the grid, and one value for each variable."""

    index: tuple[int, ...]
    values: tuple[float, ...]
    calculated: bool = False
    """Whether a model told it, so that no instrument's flag can spoil it."""


Command: TypeAlias = Move | Settle | Prepare | Wait | Read | Point
Steps: TypeAlias = Generator[Command, Any, None]


@dataclass(frozen=True)
class Coordinate:
    """A scan axis: what it is called, in which unit, and its planned values in that unit."""

    name: str
    unit: str
    long_name: str
    values: tuple[float | str, ...]

    def member(self, index: int) -> str:
        """Return one of the values for a legend: the word, or the number with name and unit."""
        value = self.values[index]
        if isinstance(value, str):
            return value
        unit = "" if self.unit in ("", "1") else pretty_unit(self.unit)
        return f"{self.name.replace('_', ' ')} {value:.4g} {unit}".strip()

    def heading(self) -> str:
        """Return the long name with the unit, for an axis."""
        return self.long_name if self.unit in ("", "1") else f"{self.long_name} ({pretty_unit(self.unit)})"


@dataclass(frozen=True)
class Variable:
    """A measured column: name, unit, what it is."""

    name: str
    unit: str
    long_name: str
    title: str = ""
    """What axes and menus call it; by default the long name."""
    usual: float = 1.0
    """What it may reach, for an axis without data."""

    def heading(self) -> str:
        """Return the title with the unit, for an axis."""
        unit = "" if self.unit in ("", "1") else f" ({pretty_unit(self.unit)})"
        return f"{self.title or self.long_name}{unit}"


@dataclass(frozen=True)
class CurveStyle:
    """How a curve is told from others where several coordinates number the curves.

    Members of the family differ in colour, those of the others in the kind of line.
    """

    colour: int
    dash: int
    family: str
    """Its member of the family, for a legend."""
    others: str
    """Its members of the other coordinates."""

    def name(self) -> str:
        """Return what a legend calls it: each colour and each kind of line once, nothing for all other curves."""
        if self.dash == 0:
            return f"{self.others}, {self.family}" if self.colour == 0 else self.family
        return self.others if self.colour == 0 else ""


@dataclass(frozen=True)
class PlotPlan:
    """How a run is drawn."""

    x: str
    """The coordinate on the horizontal axis, the innermost one."""
    y: tuple[str, ...]
    """The variables that one may choose to draw; the first is the default."""
    family: str | None = None
    """The outer coordinate that numbers the curves (direction, power, ...); None: one curve."""
    log_x: bool = False
    log_y: bool = False
    x_title: str | None = None
    """The axis title; by default the coordinate's long name and unit."""
    average: tuple[str, ...] = ()
    """Outer coordinates (phases of a scan, repeats) over which pictures show the mean of what has been measured so
    far, with its standard error; the data keep every value."""
    markers: bool = False
    """Whether points are marked, for few values on the horizontal axis."""
    words_in_colours: bool = False
    """Whether words of the family (from red, from blue) have colours of their own, as numbers have; else kinds of
    lines."""
    legend_left: bool = False
    """Whether the legend belongs on the left, where curves rise to the right."""
    errors: tuple[tuple[str, str], ...] = ()
    """Variables whose standard error is a variable itself, with its name."""
    fit: str = ""
    """The model that people would fit (a key of ``vlab.analysis.fit_models.FIT_MODELS``); empty where there is none."""

    def axes_of_curves(self, coordinates: tuple[Coordinate, ...]) -> tuple[Coordinate, ...]:
        """Return the coordinates that number the curves: the outer ones over which is not averaged."""
        return tuple(c for c in coordinates if c.name != self.x and c.name not in self.average)

    def style(self, axes: tuple[Coordinate, ...], index: tuple[int, ...]) -> CurveStyle | None:
        """Return how a curve is told from others; None where one coordinate numbers the curves, or none."""
        if len(axes) < 2:
            return None
        colour, dash, family, others = 0, 0, "", []
        for coordinate, i in zip(axes, index, strict=True):
            if coordinate.name == self.family:
                colour, family = i, coordinate.member(i)
            else:
                dash = dash * len(coordinate.values) + i
                others.append(coordinate.member(i))
        return CurveStyle(colour, dash, family, ", ".join(others))


def _of_good_points(look: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that is shown a dataset without its spoiled points."""

    @wraps(look)
    def look_at_good_points(self: Procedure, dataset: xarray.Dataset, *rest: Any, **named: Any) -> Any:
        return look(self, spoiled_left_out(dataset), *rest, **named)

    return look_at_good_points


@dataclass(frozen=True, kw_only=True)
class Procedure(Parameters):
    """Base of experiments. The docstring's first line is what lists show.

    What a subclass writes as `findings`, `remark` and `overlay` sees good points only, so that no experiment can forget
    it: values measured while a flag was lit that spoils them (``quality`` not zero) are NaN there.
    """

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        for name in ("findings", "remark", "overlay"):
            if name in cls.__dict__:
                setattr(cls, name, _of_good_points(cls.__dict__[name]))

    key: ClassVar[str] = ""
    """The name on the command line."""
    bench: ClassVar[str] = "dragging"
    """The key of the bench that it needs (``instruments.benches.BENCHES``)."""
    plot: ClassVar[PlotPlan]
    """How a run is drawn."""
    theoretical: ClassVar[bool] = False
    """Whether it tells what a model says of the sample, which no instrument shows."""
    heading: ClassVar[str] = ""
    """What menus call it; by default its key as people would write it."""
    seldom: ClassVar[frozenset[str]] = frozenset({
        "knob", "prepare", "time_constant", "slope", "settling", "repetition_period", "repeats", "margin",
        "sampling", "nuclei", "hyperfine_coupling", "linewidth", "weights", "bins", "tilt", "g_factor", "nuclear_field",
        "dark_ramps", "probe_step", "probe_dwell", "relaxation_time", "interval"})
    """Parameters that most people leave as they are; a form shows them on demand."""

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

    def waits(self, setup: Any) -> float:
        """Return for how many seconds it would wait first for what somebody has moved, such as a magnet that ramps."""
        steps, left = self.steps(setup), 0.0
        try:
            while isinstance(command := next(steps, None), Settle):
                left = max(left, float(command.device.remaining(command.setting)))
        finally:
            steps.close()
        return left

    def claims(self, setup: Any) -> list[tuple[Device, str]]:
        """Return the settings that nobody else may change while it runs."""
        raise NotImplementedError

    def sets(self, setup: Any) -> list[tuple[Device, str]]:
        """Return the settings that it sets, so that setting them beforehand has no effect."""
        return self.claims(setup)

    def x_title(self) -> str:
        """Return the title of the horizontal axis."""
        return self.plot.x_title or next(c for c in self.coordinates() if c.name == self.plot.x).heading()

    def label(self) -> str:
        """Return what tells this run from another of its kind, in a few words for a legend."""
        return ""

    def findings(self, dataset: xarray.Dataset) -> list[str]:  # noqa: ARG002
        """Return in sentences what a run shows, also of data that broke off; never raises."""
        return []

    def remark(self, dataset: xarray.Dataset, member: str) -> str:  # noqa: ARG002
        """Return what one curve shows, in a few words for a legend.

        Parameters
        ----------
        dataset : xarray.Dataset
        member : str
            The curve's word in the plan's family; empty where there is one curve only.
        """
        return ""

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:  # noqa: ARG002
        """Return curves of theory or of a fit to draw over the data: title, x and y of each, in the units drawn.

        They belong to the first variable of the plan.
        """
        return []

    def axis_knob(self, setup: Any) -> AxisKnob | None:  # noqa: ARG002
        """Return what moves the bench along the horizontal axis, as calibrated now; None where no one knob does."""
        return None

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
    def usual_parameters(cls) -> tuple[str, ...]:
        """Return the names of the parameters that a form shows at once."""
        shown = tuple(name for name in cls.parameters() if name not in cls.seldom)
        return shown or tuple(cls.parameters())

    @classmethod
    def in_words(cls) -> str:
        """Return its name as people write it, for menus."""
        return cls.heading or cls.key.replace("_", " ").capitalize()

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the description."""
        return (cls.__doc__ or "").strip().split("\n")[0]

    @classmethod
    def description(cls) -> tuple[str, ...]:
        """Return the description, a string for each paragraph."""
        paragraphs = cleandoc(cls.__doc__ or "").split("\n\n")
        return tuple(" ".join(line.strip() for line in paragraph.splitlines()) for paragraph in paragraphs)
