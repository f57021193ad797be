"""The dwell-time scan of figures S1a and S1b: step, wait, read."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, ClassVar

from vlab.data.quality import QUALITY, good
from vlab.errors import DataError, LimitError
from vlab.experiments.axis_knob import AxisKnob, detuning_axis
from vlab.experiments.calibration import detuning_knob
from vlab.experiments.detuning_leg import UEV, claims_of_scan, grid, scan_ready
from vlab.experiments.procedure import Coordinate, PlotPlan, Point, Prepare, Procedure, Steps, Variable
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import choice, quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray

_USUAL_STEP = 0.4
_MOST_POINTS = 100_000


@dataclass(frozen=True, kw_only=True)
class DwellTimeScan(Procedure):
    """Scan the detuning in steps, dwell at each, and read the lock-in at the end of the dwell.

    Nuclear spins that follow the laser drag the resonance along, so that the line looks much wider than it is
    (figures S1a and S1b of the supplement to Latta et al., 2009). Detunings are bare: of the laser from the line at
    P = 0, positive when the laser is red of it. The dwell begins when the knob has settled; the first point has its
    own dwell. The scan itself sets the lock-in's time constant and slope, opens the shutter and moves its knob; all
    other settings stay as they are. Eq. 13 alone (model latta2009) drags from laser red to blue only; noncollinear
    drags both ways.
    """

    key: ClassVar[str] = "dwell_time_scan"
    plot: ClassVar[PlotPlan] = PlotPlan("detuning", ("dt_normalized", "dt"), "direction",
                                        x_title="bare detuning (µeV), positive: laser red of the line",
                                        fit="dragging_width")
    heading: ClassVar[str] = "Dwell-time scan"
    _title: ClassVar[str] = "DwellTimeScan"

    start: Quantity = quantity("ueV", "Set the bare detuning of the first point.", 20.0, minimum=-1e5, maximum=1e5)
    stop: Quantity = quantity("ueV", "Set the bare detuning at which the scan ends; measured if it is on the grid.",
                              -30.0, minimum=-1e5, maximum=1e5)
    step: Quantity = quantity("ueV", "Set the size of a step; the direction follows from start and stop.",
                              _USUAL_STEP, above=0.0, maximum=1e5)
    dwell: Quantity = quantity("s", "Set the time spent at each point.", 1.0, minimum=1e-6, maximum=1e6)
    knob: str = choice(("laser", "gate"), "Choose what moves the detuning: the laser or the gate voltage.", "laser")
    directions: str = choice(("one", "both"), "Choose whether the scan goes back as well.", "one")
    prepare: str = choice(("thermal", "continue"), "Choose the start: erase the nuclear polarization and settle the "
                          "lock-in at the first detuning, or continue from the present state.", "thermal")
    time_constant: Quantity | None = quantity("s", "Set the lock-in's time constant; none means equal to the dwell.",
                                              None, minimum=10e-6, maximum=30e3, optional=True,
                                              without="as dwell")
    slope: str = choice(("6 dB/oct", "12 dB/oct", "18 dB/oct", "24 dB/oct"), "Choose the slope of the lock-in's "
                        "filter.", "6 dB/oct")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.si("start") == self.si("stop"):
            raise LimitError(f"DwellTimeScan.stop got {printed(self.stop)}, the same as start; it wants another "
                             "detuning.")
        if self._count() < 2:
            raise LimitError(f"DwellTimeScan.step got {printed(self.step)}, more than the scan is long; it wants "
                             "a step that makes at least 2 points.")
        if self._count() > _MOST_POINTS:
            raise LimitError(f"DwellTimeScan.step got {printed(self.step)}, which makes {self._count()} points; "
                             f"it wants a step that makes at most {_MOST_POINTS}.")
        if self.time_constant is None and not 10e-6 <= self.si("dwell") <= 30e3:
            raise LimitError(f"DwellTimeScan.dwell got {printed(self.dwell)}, which the lock-in cannot have as its "
                             "time constant; give a time_constant from 1e-05 s to 30000 s.")

    def _count(self) -> int:
        return floor(abs(self.si("stop") - self.si("start")) / self.si("step") + 1e-9) + 1

    def detunings(self) -> tuple[float, ...]:
        """Return the bare detunings of the grid in ueV, in the order of the first leg."""
        return grid(self.si("start") / UEV, self.si("stop") / UEV, self.si("step") / UEV)

    def coordinates(self) -> tuple[Coordinate, ...]:
        detuning = Coordinate("detuning", "ueV", "bare detuning of the laser, positive red of the line at P = 0",
                              self.detunings())
        if self.directions == "one":
            return (detuning,)
        return (Coordinate("direction", "", "forward is from start to stop", ("forward", "backward")), detuning)

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("dt", "V", "differential transmission, lock-in X (rms)", "DT, lock-in X"),
                Variable("dt_normalized", "1", "absorption in units of its peak, filtered by the lock-in: a peak "
                         "shorter than its time constant stays below 1",
                         "DT in units of its peak"),
                Variable("time", "s", "lab time since the run was prepared"))

    def label(self) -> str:
        step = self.step.m_as("ueV")
        return f"dwell {self.si('dwell'):g} s" + (f", step {step:.4g} µeV" if step != _USUAL_STEP else "")

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        from vlab.analysis.dragging import BY_READOUT_ALONE, dragging_width

        found = []
        for leg in _legs(dataset):
            try:
                width = dragging_width(dataset, leg or None)
            except DataError as error:
                found.append(str(error))
                continue
            known = width.in_words() != str(width)
            found = [told.removesuffix(BY_READOUT_ALONE) for told in found] if known else found  # said once
            found.append(f"dragging width{f' {leg}' if leg else ''}: {width.in_words()}"
                         f"{BY_READOUT_ALONE if known else ''}")
        return found

    def remark(self, dataset: xarray.Dataset, member: str) -> str:
        from vlab.analysis.dragging import dragging_width

        try:
            return f"{dragging_width(dataset, member or None).width.m_as('ueV'):.1f} µeV"
        except DataError:
            return "no width"

    def seconds(self) -> float:
        return self._count() * self.si("dwell") * (2 if self.directions == "both" else 1)

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return claims_of_scan(setup, self.knob)

    def sets(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*self.claims(setup), (setup.laser, "shutter")]

    def axis_knob(self, setup: DraggingSetup) -> AxisKnob:
        return detuning_axis(detuning_knob(self.knob, setup))

    def steps(self, setup: DraggingSetup) -> Steps:
        dwell = self.si("dwell")
        time_constant = dwell if self.time_constant is None else self.si("time_constant")
        scanner = yield from scan_ready(setup, self.knob, time_constant, self.slope)
        detunings = self.detunings()
        last, both = len(detunings) - 1, self.directions == "both"
        thermal = self.prepare == "thermal"
        begun: list[int] = []

        def forward(i: int, volts: float, normalized: float, began: int) -> Point:
            if i == 0:
                begun.append(began)
            index = (0, i) if both else (i,)
            return Point(index, (volts, normalized, (setup.clock.now_ps - begun[0]) / 1e12))

        def backward(i: int, volts: float, normalized: float, _: int) -> Point:
            return Point((1, last - i), (volts, normalized, (setup.clock.now_ps - begun[0]) / 1e12))

        yield from scanner.leg(detunings, dwell, Prepare(thermal), forward)
        if both:
            yield from scanner.leg(detunings[::-1], dwell, Prepare(True) if thermal else None, backward)


def _legs(dataset: xarray.Dataset) -> list[str]:
    """Return the legs of which two points or more were measured, good or not; that of a scan one way has no name."""
    seen = dataset["dt_normalized"].notnull()
    if QUALITY in dataset:
        seen = seen | ~good(dataset)
    if "direction" not in seen.dims:
        return [""] if int(seen.sum()) > 1 else []
    return [str(leg.values) for leg in seen["direction"] if int(seen.sel(direction=leg).sum()) > 1]
