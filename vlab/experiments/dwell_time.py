"""The dwell-time scan of figures S1a and S1b: step, wait, read."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, ClassVar

from vlab.errors import DataError, LimitError, RunError
from vlab.experiments.calibration import detuning_knob
from vlab.experiments.procedure import (
    Coordinate,
    Move,
    PlotPlan,
    Point,
    Prepare,
    Procedure,
    Read,
    Settle,
    Steps,
    Variable,
    Wait,
)
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import choice, quantity
from vlab.units import Quantity, printed, unit_factor

if TYPE_CHECKING:
    import xarray

_UEV = unit_factor("ueV")
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
                                        x_title="bare detuning (µeV), positive: laser red of the line")
    heading: ClassVar[str] = "Dwell-time scan"
    _title: ClassVar[str] = "DwellTimeScan"

    start: Quantity = quantity("ueV", "Set the bare detuning of the first point.", 20.0, minimum=-1e5, maximum=1e5)
    stop: Quantity = quantity("ueV", "Set the bare detuning at which the scan ends; measured if it is on the grid.",
                              -30.0, minimum=-1e5, maximum=1e5)
    step: Quantity = quantity("ueV", "Set the size of a step; the direction follows from start and stop.", 0.4,
                              above=0.0)
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
        start, stop, step = self.si("start") / _UEV, self.si("stop") / _UEV, self.si("step") / _UEV
        sign = 1.0 if stop > start else -1.0
        # rounded so that 20 - 126 * 0.4 is -30.4, and a grid that meets zero meets it
        return tuple(round(start + sign * i * step, 10) + 0.0 for i in range(self._count()))

    def coordinates(self) -> tuple[Coordinate, ...]:
        detuning = Coordinate("detuning", "ueV", "bare detuning of the laser, positive red of the line at P = 0",
                              self.detunings())
        if self.directions == "one":
            return (detuning,)
        return (Coordinate("direction", "", "forward is from start to stop", ("forward", "backward")), detuning)

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("dt", "V", "differential transmission, lock-in X (rms)", "DT, lock-in X"),
                Variable("dt_normalized", "1", "absorption in units of its peak, filtered by the lock-in",
                         "DT in units of its peak"),
                Variable("time", "s", "lab time since the run was prepared"))

    def label(self) -> str:
        return f"dwell {self.si('dwell'):g} s"

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        from vlab.analysis.dragging import dragging_width

        found = []
        for leg in _legs(dataset):
            try:
                found.append(f"dragging width{f' {leg}' if leg else ''}: {dragging_width(dataset, leg or None)}")
            except DataError as error:
                found.append(str(error))
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
        moving = (setup.gate, "voltage") if self.knob == "gate" else (setup.laser, "photon_energy")
        return [moving, (setup.lockin, "time_constant"), (setup.lockin, "slope")]

    def sets(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*self.claims(setup), (setup.laser, "shutter")]

    def steps(self, setup: DraggingSetup) -> Steps:
        lockin = setup.lockin
        dwell = self.si("dwell")
        for device, setting in ((setup.magnet, "field"), (setup.gate, "voltage"), (setup.laser, "photon_energy")):
            yield Settle(device, setting)
        yield Move(setup.laser, "shutter", "open")
        yield Move(lockin, "slope", self.slope)
        yield Move(lockin, "time_constant", dwell if self.time_constant is None else self.si("time_constant"))
        knob = detuning_knob(self.knob, setup)
        power = yield Read(setup.laser, "power")
        gain = yield Read(setup.detector, "gain")
        responsivity = yield Read(setup.detector, "responsivity")
        full_scale = setup.calibration.full_scale(float(power), float(gain), float(responsivity))
        if full_scale == 0.0:
            raise RunError("laser.power is zero, so there is no absorption to measure; set it above 0 nW.")
        values = [knob.value(x * _UEV) for x in self.detunings()]
        last = len(values) - 1
        legs = (range(last + 1),) if self.directions == "one" else (range(last + 1), range(last, -1, -1))
        begun = 0
        for leg, order in enumerate(legs):
            for i in order:
                yield Move(knob.device, knob.setting, values[i])
                if i == order[0] and (leg == 0 or self.prepare == "thermal"):
                    yield Prepare(self.prepare == "thermal")
                    begun = setup.clock.now_ps if leg == 0 else begun
                yield Wait(dwell)
                volts = float((yield Read(lockin, "x")))
                time = (setup.clock.now_ps - begun) / 1e12
                index = (i,) if self.directions == "one" else (leg, i)
                yield Point(index, (volts, volts / full_scale, time))


def _legs(dataset: xarray.Dataset) -> list[str]:
    """Return the legs that have at least two points; the one leg of a scan that went one way has no name."""
    trace = dataset["dt_normalized"]
    if "direction" not in trace.dims:
        return [""] if int(trace.count()) > 1 else []
    return [str(leg.values) for leg in trace["direction"] if int(trace.sel(direction=leg).count()) > 1]
