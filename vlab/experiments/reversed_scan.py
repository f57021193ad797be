"""The reversed scan: turn while the resonance is locked, and scan back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

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

    from vlab.analysis.dragging import DraggingWidth

_SLOPE = "6 dB/oct"
_MOST_POINTS = 20_000
_LEGS = ("forward", "backward")
_NO_LINE = "no line was met: nothing stands out of the noise"


@dataclass(frozen=True, kw_only=True)
class ReversedScan(Procedure):
    """Scan over the line, turn while the resonance is locked to the laser, and scan back to the start.

    The nuclei are thermal at the start and left alone at the turn. While the resonance is dragged, the absorption
    stays high; after the turn the same nuclei follow the laser back, through the detuning at which the lock began and
    beyond it until the lock is lost: between the two legs lies a hysteresis. Turn too late, and there is nothing to
    come back with. Eq. 13 to the letter (model latta2009) cannot show that: its lock follows back only slowly (dwell
    5 s) and is lost where it began, since little drives P > 0. The nuclear polarization itself is hidden from all
    instruments.
    """

    key: ClassVar[str] = "reversed_scan"
    plot: ClassVar[PlotPlan] = PlotPlan("detuning", ("dt_normalized", "dt"), "direction",
                                        x_title="bare detuning (µeV), positive: laser red of the line",
                                        fit="dragging_width")
    _title: ClassVar[str] = "ReversedScan"

    start: Quantity = quantity("ueV", "Set the bare detuning at which the scan begins, and ends on the way back.", 15.0,
                               minimum=-1e5, maximum=1e5)
    turn: Quantity = quantity("ueV", "Set the bare detuning at which it turns; on the grid if start and step meet it.",
                              -4.0, minimum=-1e5, maximum=1e5)
    step: Quantity = quantity("ueV", "Set the size of a step.", 0.2, above=0.0, maximum=1e5)
    dwell: Quantity = quantity("s", "Set the time spent at each point; the lock-in's time constant is the same.", 1.0,
                               minimum=10e-6, maximum=30e3)
    knob: str = choice(("laser", "gate"), "Choose what moves the detuning: the laser or the gate voltage.", "laser")

    def __post_init__(self) -> None:
        super().__post_init__()
        span = abs(self.si("turn") - self.si("start"))
        if span == 0.0:
            raise LimitError(f"ReversedScan.turn got {printed(self.turn)}, the same as start; it wants another "
                             "detuning.")
        start, turn = self.si("start"), self.si("turn")
        if start * turn > 0.0 and abs(turn) > abs(start):
            raise LimitError(f"ReversedScan.turn got {printed(self.turn)}, farther from the line at 0 µeV than the "
                             f"start at {printed(self.start)}, and on the same side; it wants a detuning nearer to the "
                             "line, or beyond it.")
        if not 1.0 <= span / self.si("step") * (1.0 + 1e-9) <= _MOST_POINTS:
            raise LimitError(f"ReversedScan.step got {printed(self.step)}; it wants a step that makes 2 to "
                             f"{_MOST_POINTS} points from start to turn.")

    def detunings(self) -> tuple[float, ...]:
        """Return the bare detunings in ueV from the start to the turn."""
        return grid(self.si("start") / UEV, self.si("turn") / UEV, self.si("step") / UEV)

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("direction", "", "forward is to the turn, backward is back to the start", _LEGS),
                Coordinate("detuning", "ueV", "bare detuning of the laser, positive red of the line at P = 0",
                           self.detunings()))

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("dt", "V", "differential transmission, lock-in X (rms)", "DT, lock-in X"),
                Variable("dt_normalized", "1", "absorption in units of its peak, filtered by the lock-in",
                         "DT in units of its peak"),
                Variable("time", "s", "lab time since the run was prepared"))

    def seconds(self) -> float:
        return (2 * len(self.detunings()) - 1) * self.si("dwell")

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return claims_of_scan(setup, self.knob)

    def sets(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*self.claims(setup), (setup.laser, "shutter")]

    def label(self) -> str:
        return f"turn at {self.si('turn') / UEV:g} µeV, dwell {self.si('dwell'):g} s"

    def axis_knob(self, setup: DraggingSetup) -> AxisKnob:
        return detuning_axis(detuning_knob(self.knob, setup))

    def steps(self, setup: DraggingSetup) -> Steps:
        dwell, detunings = self.si("dwell"), self.detunings()
        scanner = yield from scan_ready(setup, self.knob, dwell, _SLOPE)
        last = len(detunings) - 1
        begun = [0]

        def forward(i: int, volts: float, normalized: float, began: int) -> Point:
            begun[0] = began
            return Point((0, i), (volts, normalized, (setup.clock.now_ps - began) / 1e12))

        def backward(i: int, volts: float, normalized: float, _: int) -> Point:
            return Point((1, last - 1 - i), (volts, normalized, (setup.clock.now_ps - begun[0]) / 1e12))

        trace = yield from scanner.leg(detunings, dwell, Prepare(True), forward)
        # the last reading of the way there is the first of the way back
        time = (setup.clock.now_ps - begun[0]) / 1e12
        yield Point((1, last), (trace.volts[-1], trace.normalized[-1], time))
        yield from scanner.leg(detunings[-2::-1], dwell, None, backward)

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        found = []
        traces = {leg: dataset["dt_normalized"].sel(direction=leg).dropna("detuning") for leg in _LEGS}
        there, back = traces["forward"], traces["backward"]
        turned = there.size > 0 and float(there["detuning"][-1]) == self.detunings()[-1]
        lost = turned and float(there[-1]) < 0.5 * float(there.max())
        met = self._met(dataset)
        if not any(met.values()):
            return [_NO_LINE] if there.size > 1 else []
        for leg, trace in traces.items():
            if trace.size < 2:
                continue
            if not met[leg]:
                found.append(f"{leg}: {_NO_LINE}")
                continue
            try:
                extent = _width(dataset, leg)
            except DataError as error:
                found.append(f"{leg}: {error}")
                continue
            on, off = extent.on.m_as("ueV"), extent.off.m_as("ueV")
            words = f"on at {on:.3f} µeV, off at {off:.3f} µeV"
            if leg == "forward" and turned and not lost:
                words = f"locked from {on:.3f} µeV on to the turn"
            elif leg == "backward" and not lost:
                # the backward leg ends at the grid's first detuning
                ended = extent.clipped and off == float(trace["detuning"][0])
                words = f"still locked at {off:.3f} µeV" if ended else f"lock lost at {off:.3f} µeV"
            found.append(f"{leg}: {extent.width.m_as('ueV'):.3f} µeV wide, {words}")
        if not all(met.values()):
            return found
        if lost:
            found.append(f"the lock was lost before the turn at {self.detunings()[-1]:g} µeV; turn earlier")
        elif there.size == back.size == len(self.detunings()):
            loop = float(abs((back - there).integrate("detuning")))
            found.append(f"area between the legs: {loop:.3g} µeV in units of the peak")
        return found

    def _met(self, dataset: xarray.Dataset) -> dict[str, bool]:
        """Return for each leg whether a line stands out of the noise."""
        from vlab.analysis.line_in_noise import line_stands_out

        return {leg: line_stands_out(dataset["dt_normalized"].sel(direction=leg).dropna("detuning").values, 1.0)
                for leg in _LEGS}

    def remark(self, dataset: xarray.Dataset, member: str) -> str:
        if not self._met(dataset).get(member, True):
            return "no line"
        try:
            return f"{_width(dataset, member).width.m_as('ueV'):.1f} µeV"
        except DataError:
            return "no width"


def _width(dataset: xarray.Dataset, leg: str) -> DraggingWidth:
    """Return the width of a leg; the way back begins on the line, and may end on it."""
    from vlab.analysis.dragging import dragging_width, locked_width

    return dragging_width(dataset, leg) if leg == "forward" else locked_width(dataset, leg)
