"""Dragging widths against dwell time and step, figures S1c and S1d of the supplement to Latta et al., 2009."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from vlab.errors import DataError, LimitError
from vlab.experiments.detuning_leg import UEV
from vlab.experiments.dragging_procedure import (
    AVERAGED,
    DraggingWidthProcedure,
    first_detuning,
    in_order,
    last_detuning,
    moving_knob,
    repetitions,
    scan_phases,
    ways,
)
from vlab.experiments.procedure import Coordinate, PlotPlan, Steps
from vlab.experiments.roles import DraggingSetup
from vlab.parameters import quantities, quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray
    from numpy.typing import ArrayLike

    from vlab.analysis.dragging_growth import CriticalStepFit


@dataclass(frozen=True, kw_only=True)
class DwellAndStepProcedure(DraggingWidthProcedure):
    """Base of those that vary step and dwell in plain scans at the present field and power."""

    def step_sizes_ueV(self) -> tuple[float, ...]:
        """Return the steps in ueV, smallest first."""
        return in_order(self.si_list("step_sizes"), UEV)

    def dwells_s(self) -> tuple[float, ...]:
        """Return the dwells in s, shortest first."""
        raise NotImplementedError

    def __post_init__(self) -> None:
        super().__post_init__()
        steps = self.step_sizes_ueV()
        self.check_scan(steps[-1], steps[0], "step_sizes")

    def step_axis(self) -> Coordinate:
        """Return the coordinate of steps."""
        return Coordinate("step", "ueV", "size of a detuning step", self.step_sizes_ueV())

    def dwell_axis(self) -> Coordinate:
        """Return the coordinate of dwells."""
        return Coordinate("dwell", "s", "dwell time", self.dwells_s())

    def seconds(self) -> float:
        one = sum(self.scan_seconds(step, 1.0) for step in self.step_sizes_ueV())
        return one * sum(self.dwells_s()) * len(self.ways()) * self.repeats

    def series(self, setup: DraggingSetup, place: tuple[int, int]) -> Steps:
        names = [c.name for c in self.coordinates()]
        for d, dwell in enumerate(self.dwells_s()):
            scanner = yield from self.ready(setup, dwell)
            for w, way in enumerate(self.ways()):
                for s, step in enumerate(self.step_sizes_ueV()):
                    where = {"step": s, "dwell": d}
                    yield from self.one_width(scanner, self.scan_grid(step, place[1], way), dwell,
                                              (*place, w, where[names[3]], where[names[4]]))


@dataclass(frozen=True, kw_only=True)
class DraggingWidthVsDwell(DwellAndStepProcedure):
    """Measure the dragging width against the dwell time for several steps.

    Figure S1c of the supplement to Latta et al., Nature Physics 5, 758 (2009): the longer the laser waits at each step,
    the farther the nuclear spins follow, until the width saturates. Curves W_min + (W_max - W_min) [1 - exp(-T/tau)]
    with one tau for all steps are fitted, as in the supplement, which found tau = 1.0 s; the curves of the rate model
    do not share one tau in truth (the findings tell what is left). Coarse steps meet the line at random: each width is
    the mean over scans whose first points divide one step equally. The data hold a width for each scan, and no traces
    (a dwell-time scan keeps its trace). Eq. 13 alone (model latta2009) drags from laser red to blue only: its backward
    widths hardly grow with the dwell.
    """

    key: ClassVar[str] = "dragging_width_vs_dwell"
    heading: ClassVar[str] = "Dragging width vs dwell"
    plot: ClassVar[PlotPlan] = PlotPlan("dwell", ("width", "width_in_linewidths", "maximum", "on", "off"), "step",
                                        log_x=True, average=AVERAGED, markers=True, legend_left=True, fit="approach")
    _title: ClassVar[str] = "DraggingWidthVsDwell"

    step_sizes: tuple[Quantity, ...] = quantities("ueV", "List the steps of the detuning.", (0.2, 0.4, 1.6, 2.0),
                                                  above=0.0)
    dwells: tuple[Quantity, ...] = quantities("s", "List the dwell times.", (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
                                              minimum=1e-5, maximum=3e4)
    start: Quantity = first_detuning()
    stop: Quantity = last_detuning()
    directions: str = ways()
    phases: int = scan_phases()
    repeats: int = repetitions()
    knob: str = moving_knob()

    def dwells_s(self) -> tuple[float, ...]:
        return in_order(self.si_list("dwells"))

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (*self.outer_coordinates(), self.step_axis(), self.dwell_axis())

    def label(self) -> str:
        return "" if self.phases == 16 else f"{self.phases} phases"

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        from vlab.analysis.dragging_growth import fit_build_up

        found, fitted = [], True
        for way in self.ways():
            try:
                found.append(f"{way}: {fit_build_up(dataset, way)}")
            except DataError as error:
                found.append(f"{way}: {error}")
                fitted = False
        if self.directions == "both" and fitted:  # a mean with a direction that is not dragged would say nothing
            with suppress(DataError):
                found.insert(0, f"mean of both directions: {fit_build_up(dataset)}")
        return [*found, *self.scans_told(dataset)]

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        import numpy as np

        from vlab.analysis.dragging_growth import fit_build_up

        dwells = self.dwells_s()
        fine = np.geomspace(dwells[0], dwells[-1], 100)
        curves: list[tuple[str, ArrayLike, ArrayLike]] = []
        for way in self.ways():
            try:
                fit = fit_build_up(dataset, way)
            except DataError:
                curves += [("", np.array([]), np.array([]))] * len(self.step_sizes)
                continue
            fitted = dict(zip(fit.steps.m_as("ueV"), fit.curves(fine), strict=True))
            curves += [("", fine, fitted[s]) if s in fitted else ("", np.array([]), np.array([]))
                       for s in self.step_sizes_ueV()]
        return curves


@dataclass(frozen=True, kw_only=True)
class DraggingWidthVsStep(DwellAndStepProcedure):
    """Measure the smallest and the largest dragging width, of short and of long dwells, against the step.

    Figure S1d of the supplement to Latta et al., Nature Physics 5, 758 (2009): nuclear spins that have all the time
    they need still lose the line where a step is larger than the distance over which it locks, which is about the
    linewidth. W_inf + W_0 exp(-step / critical step) is fitted to the widths of the longest dwell; the supplement found
    0.75 ueV. The smallest widths, of the shortest dwell, grow with the step: that is the coarse grid, not the nuclei,
    with a lock-in as slow as the dwell. As for widths against the dwell, each is the mean over equally spaced first
    points, the data hold no traces, and eq. 13 alone (model latta2009) drags from laser red to blue only.
    """

    key: ClassVar[str] = "dragging_width_vs_step"
    heading: ClassVar[str] = "Dragging width vs step"
    plot: ClassVar[PlotPlan] = PlotPlan("step", ("width", "width_in_linewidths", "maximum", "on", "off"), "dwell",
                                        average=AVERAGED, markers=True, fit="line")
    _title: ClassVar[str] = "DraggingWidthVsStep"

    step_sizes: tuple[Quantity, ...] = quantities("ueV", "List the steps of the detuning.",
                                                  tuple(round(0.2 * i, 1) for i in range(1, 11)), above=0.0)
    short_dwell: Quantity = quantity("s", "Set the dwell time of the smallest widths.", 0.1, minimum=1e-5, maximum=3e4)
    long_dwell: Quantity = quantity("s", "Set the dwell time of the largest widths.", 10.0, minimum=1e-5, maximum=3e4)
    start: Quantity = first_detuning()
    stop: Quantity = last_detuning()
    directions: str = ways()
    phases: int = scan_phases()
    repeats: int = repetitions()
    knob: str = moving_knob()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.si("short_dwell") < self.si("long_dwell"):
            raise LimitError(f"DraggingWidthVsStep.long_dwell got {printed(self.long_dwell)}; it wants more than "
                             f"short_dwell, {printed(self.short_dwell)}.")

    def dwells_s(self) -> tuple[float, ...]:
        return self.si("short_dwell"), self.si("long_dwell")

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (*self.outer_coordinates(), self.dwell_axis(), self.step_axis())

    def label(self) -> str:
        return "" if self.phases == 16 else f"{self.phases} phases"

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        found = []
        for way in self.ways():
            try:
                found.append(f"{way}: {_critical_step(dataset, way)}")
            except DataError as error:
                found.append(f"{way}: {error}")
        return [*found, *self.scans_told(dataset)]

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        import numpy as np

        steps = self.step_sizes_ueV()
        fine = np.linspace(steps[0], steps[-1], 100)
        nothing = ("", np.array([]), np.array([]))
        curves: list[tuple[str, ArrayLike, ArrayLike]] = []
        for way in self.ways():
            curve: tuple[str, ArrayLike, ArrayLike] = nothing
            with suppress(DataError):
                curve = ("", fine, _critical_step(dataset, way).curve(fine))
            curves += [nothing, curve]
        return curves


def _critical_step(dataset: xarray.Dataset, way: str) -> CriticalStepFit:
    from vlab.analysis.dragging_growth import fit_critical_step

    return fit_critical_step(dataset, way)
