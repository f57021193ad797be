"""What all experiments on dragging widths share: parameters, scans of one phase and direction, points, checks."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any

from vlab.errors import DataError, LimitError
from vlab.experiments.detuning_leg import UEV, DetuningScanner, claims_of_scan, grid, grid_size, scan_ready
from vlab.experiments.procedure import Command, Coordinate, Point, Prepare, Procedure, Steps, Variable
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import choice, count, quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray

_MOST_POINTS = 20_000
_SLOPE = "6 dB/oct"
AVERAGED = ("repeat", "phase")
"""The coordinates over which pictures show the mean."""


def first_detuning() -> Any:
    """Declare where a forward scan begins."""
    return quantity("ueV", "Set the bare detuning at which forward scans begin; backward ones begin at its opposite.",
                    20.0, minimum=-1e5, maximum=1e5)


def last_detuning() -> Any:
    """Declare where a forward scan ends."""
    return quantity("ueV", "Set the bare detuning at which forward scans end; backward ones end at its opposite.",
                    -30.0, minimum=-1e5, maximum=1e5)


def ways() -> Any:
    """Declare the directions."""
    return choice(("both", "forward", "backward"), "Choose the directions; forward goes from start to stop, backward "
                  "is its mirror image.", "both")


def scan_phases() -> Any:
    """Declare the number of phases."""
    return count("Set how many first points, equally spaced within one step, the scans are averaged over.", 16,
                 minimum=1, maximum=1000)


def repetitions() -> Any:
    """Declare the number of repeats."""
    return count("Set how often everything is measured.", 1, minimum=1, maximum=10_000)


def moving_knob() -> Any:
    """Declare the knob."""
    return choice(("laser", "gate"), "Choose what moves the detuning: the laser or the gate voltage.", "laser")


@dataclass(frozen=True, kw_only=True)
class DraggingWidthProcedure(Procedure):
    """Base of experiments whose points are dragging widths, one scan each.

    A scan starts from P = 0 with the lock-in settled at the first detuning; the lock-in's time constant is the dwell.
    The traces are not kept. A scan without a visible resonance gives no width (NaN). A subclass declares what is used
    here with the functions above, and says in ``series`` what is measured in a phase of the scan.
    """

    if TYPE_CHECKING:  # declared last by each subclass, so that forms show first what is scanned
        start: Quantity
        stop: Quantity
        directions: str
        phases: int
        repeats: int
        knob: str

    def check_scan(self, largest_step: float, smallest_step: float, named: str) -> None:
        """Refuse scans that are too short or too long; steps in ueV.

        Raises
        ------
        LimitError
            Says what is wanted.
        """
        span = abs(self.si("stop") - self.si("start")) / UEV
        if span == 0.0:
            raise LimitError(f"{self.title()}.stop got {printed(self.stop)}, the same as start; it wants another "
                             "detuning.")
        if largest_step > span / 3.0:
            raise LimitError(f"{self.title()}.{named} got {largest_step:g} ueV, too much for a scan of {span:g} ueV; "
                             "it wants at least 4 points.")
        if smallest_step < span / _MOST_POINTS:
            raise LimitError(f"{self.title()}.{named} got {smallest_step:g} ueV, which makes "
                             f"{span / smallest_step:.0f} points; it wants at most {_MOST_POINTS}.")

    def ways(self) -> tuple[str, ...]:
        """Return the directions that are measured."""
        return ("forward", "backward") if self.directions == "both" else (self.directions,)

    def outer_coordinates(self) -> tuple[Coordinate, ...]:
        """Return repeats, phases and directions."""
        return (Coordinate("repeat", "", "repeat", tuple(float(i) for i in range(self.repeats))),
                Coordinate("phase", "1", "shift of the first point in units of the step",
                           tuple(k / self.phases for k in range(self.phases))),
                Coordinate("direction", "", "forward is from start to stop, backward its mirror image", self.ways()))

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("width", "ueV", "dragging width, the extent of the region around the maximum in which the "
                         "absorption is at least half of it", "dragging width", 10.0),
                Variable("width_in_linewidths", "1", "dragging width in units of the linewidth at low power",
                         "dragging width / Γ", 10.0),
                Variable("on", "ueV", "bare detuning at which the absorption rose through half of its maximum",
                         "resonance on at"),
                Variable("off", "ueV", "bare detuning at which the absorption fell again", "resonance off at"),
                Variable("maximum", "1", "largest absorption of the scan in units of its peak", "largest DT"),
                Variable("clipped", "1", "whether a side of the region is an end of the scan, so that the width may "
                         "be larger", "clipped"))

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return claims_of_scan(setup, self.knob)

    def sets(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*self.claims(setup), (setup.laser, "shutter")]

    def ready(self, setup: DraggingSetup, dwell: float) -> Generator[Command, Any, DetuningScanner]:
        """Make the room ready for scans of one dwell (s)."""
        return scan_ready(setup, self.knob, dwell, _SLOPE)

    def steps(self, setup: DraggingSetup) -> Steps:
        for repeat in range(self.repeats):
            for phase in range(self.phases):
                yield from self.series(setup, (repeat, phase))

    def series(self, setup: DraggingSetup, place: tuple[int, int]) -> Steps:
        """Yield the commands for one repeat and phase."""
        raise NotImplementedError

    def scan_grid(self, step: float, phase: int, way: str, stretch: float = 1.0) -> tuple[float, ...]:
        """Return the detunings of a scan in ueV; ``stretch`` lengthens it about zero detuning."""
        return grid(*self._ends(step, phase, way, stretch), step)

    def _ends(self, step: float, phase: int, way: str, stretch: float) -> tuple[float, float]:
        """Return first and last detuning of a scan in ueV."""
        start, stop = stretch * self.si("start") / UEV, stretch * self.si("stop") / UEV
        if way == "backward":
            start, stop = -start, -stop
        return start + (phase / self.phases) * (step if stop > start else -step), stop

    def scan_seconds(self, step: float, dwell: float, stretch: float = 1.0) -> float:
        """Return the lab time in s that all phases of a scan in one direction take."""
        return dwell * sum(grid_size(*self._ends(step, phase, "forward", stretch), step)
                           for phase in range(self.phases))

    def one_width(self, scanner: DetuningScanner, detunings: tuple[float, ...], dwell: float,
                  index: tuple[int, ...]) -> Steps:
        """Scan, and hand over the dragging width."""
        import numpy as np

        from vlab.analysis.dragging import resonance_extent

        trace = yield from scanner.leg(detunings, dwell, Prepare(True))
        shown = np.array(trace.normalized)
        linewidth = scanner.knob.calibration.linewidth / UEV
        try:
            on, off, clipped = resonance_extent(detunings, shown)
        except DataError:
            yield Point(index, (nan, nan, nan, nan, float(shown.max()), nan))
            return
        width = abs(off - on)
        yield Point(index, (width, width / linewidth if linewidth > 0.0 else nan, on, off, float(shown.max()),
                            float(clipped)))

    def scans_told(self, dataset: xarray.Dataset) -> list[str]:
        """Return in sentences how many scans were clipped, and how many showed no resonance."""
        found = []
        clipped = int((dataset["clipped"] > 0.5).sum())
        if clipped:
            found.append(f"{clipped} of {int(dataset['clipped'].count())} widths are clipped at an end of the scan and "
                         "may be larger; lengthen it")
        blind = int(dataset["maximum"].count()) - int(dataset["clipped"].count())
        if blind:
            found.append(f"{blind} scans show no resonance above the noise and are left out")
        return found


def in_order(values: tuple[float, ...], unit: float = 1.0) -> tuple[float, ...]:
    """Return values in a unit, smallest first, without the last bits of the division."""
    return tuple(sorted(float(f"{value / unit:.12g}") for value in values))
