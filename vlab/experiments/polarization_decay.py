"""The decay of the nuclear polarization in the dark."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from math import hypot, nan
from typing import TYPE_CHECKING, Any, ClassVar

from vlab.errors import DataError, LimitError
from vlab.experiments.detuning_leg import UEV, DetuningScanner, claims_of_scan, grid, scan_ready
from vlab.experiments.procedure import (
    Command,
    Coordinate,
    Move,
    PlotPlan,
    Point,
    Prepare,
    Procedure,
    Steps,
    Variable,
    Wait,
)
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import choice, count, quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray
    from numpy.typing import ArrayLike

    from vlab.analysis.exponential_decay import DecayFit

_SLOPE = "6 dB/oct"
_LOCKED = 0.25
"""Absorption in units of its peak below which the lock was lost while the polarization was built up."""
_MOST_POINTS = 20_000


@dataclass(frozen=True, kw_only=True)
class PolarizationDecay(Procedure):
    """Drag the resonance away, wait in the dark, and see by a fast scan how far the line has come back.

    One point is one cycle: from thermal nuclei a slow scan locks the resonance and drags it to a detuning; the shutter
    closes for the dark time; then a fast scan over all places where the line can be, there and back, finds it. The
    line's shift is K P, with K from the calibration of the line: positive to red (lower photon energy), as bare
    detunings count, so that a lock dragged to -8 ueV leaves the line about 8 ueV to blue, at a shift of -8 ueV. The
    fast scan draws the line a little towards the laser, oppositely on the two ways, so that the mean of both is taken
    as the shift; how much it does is among the findings. From the shutter's opening to the mean of both passages the
    time is the same in every cycle, so that what decays in the light of the scan does not change the rate. In the dark
    the light-induced part of the decay is off: the rate is smaller than the gamma_dec of a scan, 2/3 of that at Omega =
    Gamma in the model here.
    """

    key: ClassVar[str] = "polarization_decay"
    plot: ClassVar[PlotPlan] = PlotPlan("dark_time", ("line_shift", "polarization", "difference", "locked"),
                                        markers=True, fit="decay", errors=(("line_shift", "line_shift_error"),))
    _title: ClassVar[str] = "PolarizationDecay"

    start: Quantity = quantity("ueV", "Set the bare detuning from which the resonance is dragged.", 4.0, minimum=-1e5,
                               maximum=1e5)
    lock: Quantity = quantity("ueV", "Set the bare detuning to which it is dragged, beyond zero.", -8.0, minimum=-1e5,
                              maximum=1e5)
    step: Quantity = quantity("ueV", "Set the size of a step while it is dragged.", 0.2, above=0.0, maximum=1e5)
    dwell: Quantity = quantity("s", "Set the time spent at each of these steps.", 1.0, minimum=10e-6, maximum=30e3)
    shortest: Quantity = quantity("s", "Set the shortest dark time after zero.", 2.0, above=0.0, maximum=1e6)
    longest: Quantity = quantity("s", "Set the longest dark time.", 100.0, above=0.0, maximum=1e6)
    times: int = count("Set how many dark times there are from the shortest to the longest, in equal ratios; zero is "
                       "measured in addition.", 8, minimum=2, maximum=1000)
    probe_step: Quantity = quantity("ueV", "Set the size of a step of the fast scan.", 0.1, above=0.0, maximum=1e4)
    probe_dwell: Quantity = quantity("ms", "Set the time spent at each of its steps; the lock-in's time constant is "
                                     "half of it.", 4.0, minimum=0.1, maximum=1e4)
    margin: Quantity = quantity("ueV", "Set how far the fast scan goes beyond the detunings at which the line can be.",
                                3.0, above=0.0, maximum=1e4)
    knob: str = choice(("laser", "gate"), "Choose what moves the detuning: the laser or the gate voltage.", "laser")

    def __post_init__(self) -> None:
        super().__post_init__()
        start, lock = self.si("start"), self.si("lock")
        if lock == 0.0 or start * lock > 0.0:
            raise LimitError(f"PolarizationDecay.lock got {printed(self.lock)}; it wants a detuning other than zero, "
                             f"on the other side of the line than the start, {printed(self.start)}.")
        if self.si("shortest") >= self.si("longest"):
            raise LimitError(f"PolarizationDecay.longest got {printed(self.longest)}; it wants more than the shortest "
                             f"dark time, {printed(self.shortest)}.")
        searched = abs(lock) + 2.0 * self.si("margin")
        for name, length in (("step", abs(lock - start)), ("probe_step", searched)):
            points = int(length / self.si(name) + 1e-9) + 1
            if not 8 <= points <= _MOST_POINTS:
                raise LimitError(f"PolarizationDecay.{name} got {printed(getattr(self, name))}, which makes {points} "
                                 f"points; it wants a step that makes 8 to {_MOST_POINTS}.")

    def way(self) -> tuple[float, ...]:
        """Return the bare detunings in ueV along which the resonance is dragged."""
        return grid(self.si("start") / UEV, self.si("lock") / UEV, self.si("step") / UEV)

    def search(self) -> tuple[float, ...]:
        """Return the bare detunings in ueV of the fast scan on its way there: from beyond the lock to beyond zero."""
        lock, margin = self.si("lock") / UEV, self.si("margin") / UEV
        outwards = margin if lock > 0.0 else -margin
        return grid(lock + outwards, -outwards, self.si("probe_step") / UEV)

    def dark_times(self) -> tuple[float, ...]:
        """Return the dark times in s."""
        first, last = self.si("shortest"), self.si("longest")
        return (0.0, *(float(f"{first * (last / first) ** (i / (self.times - 1)):.6g}") for i in range(self.times)))

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("dark_time", "s", "time in the dark", self.dark_times()),)

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("line_shift", "ueV", "shift of the line from where it is at P = 0, positive to red, negative "
                         "to blue; mean of both ways of the fast scan", "shift of the line, positive to red", 8.0),
                Variable("polarization", "1", "nuclear polarization P, the shift in units of the calibration's",
                         "nuclear polarization P"),
                Variable("difference", "ueV", "by how much the line was found nearer to zero on the way back than on "
                         "the way there", "difference of both ways"),
                Variable("line_shift_error", "ueV", "standard error of the shift, from the scatter about the lines "
                         "fitted on both ways"),
                Variable("locked", "1", "absorption in units of its peak before the dark", "DT before the dark"))

    def seconds(self) -> float:
        cycle = len(self.way()) * self.si("dwell") + 2 * len(self.search()) * self.si("probe_dwell")
        return sum(self.dark_times()) + self.points() * cycle

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*claims_of_scan(setup, self.knob), (setup.laser, "shutter")]

    def label(self) -> str:
        return f"from {self.si('lock') / UEV:g} µeV"

    def steps(self, setup: DraggingSetup) -> Steps:
        dwell = self.si("dwell")
        scanner = yield from scan_ready(setup, self.knob, dwell, _SLOPE)
        full_shift = setup.calibration.overhauser_shift / UEV
        for i, dark in enumerate(self.dark_times()):
            yield Move(setup.lockin, "time_constant", dwell)
            built = yield from scanner.leg(self.way(), dwell, Prepare(True))
            yield Move(setup.laser, "shutter", "closed")
            yield Move(setup.lockin, "time_constant", 0.5 * self.si("probe_dwell"))
            yield Move(scanner.knob.device, scanner.knob.setting, scanner.knob.value(self.search()[0] * UEV))
            if dark:
                yield Wait(dark)
            yield Move(setup.laser, "shutter", "open")
            there, there_error = yield from self._find_line(scanner, self.search())
            back, back_error = yield from self._find_line(scanner, self.search()[::-1])
            shift, inwards = 0.5 * (there + back), 1.0 if self.si("lock") < 0.0 else -1.0
            yield Point((i,), (shift, shift / full_shift if full_shift else nan, inwards * (back - there),
                               0.5 * hypot(there_error, back_error), built.normalized[-1]))

    def _find_line(self, scanner: DetuningScanner,
                   detunings: tuple[float, ...]) -> Generator[Command, Any, tuple[float, float]]:
        """Scan fast and return where the line is, in ueV, with its error; NaN if it is nowhere."""
        from vlab.analysis.line_position import line_position

        trace = yield from scanner.leg(detunings, self.si("probe_dwell"), None)
        try:
            line = line_position(detunings, trace.normalized, 2.0)
        except DataError:
            return nan, nan
        return line.position, line.position_error

    def _fit(self, dataset: xarray.Dataset) -> DecayFit:
        from vlab.analysis.exponential_decay import fit_decay

        seen = dataset["line_shift"].dropna("dark_time")
        return fit_decay(seen["dark_time"].values, seen.values)

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        import numpy as np

        shift, locked = dataset["line_shift"].values, dataset["locked"].values
        found = []
        try:
            found.append(f"decay in the dark: {self._fit(dataset)}")
        except DataError as error:
            found += [str(error)] if shift.size else []
        seen, good = np.isfinite(shift), np.isfinite(locked)
        if seen.sum() > 2:
            found.append(f"the fast scan draws the line by about {abs(self._pull(dataset)):.1g} µeV, oppositely on its "
                         "two ways")
        blind = int((good & ~seen).sum())
        if blind:
            found.append(f"in {blind} of {int(good.sum())} cycles the fast scan found no line")
        lost = int((locked < _LOCKED).sum())
        if lost:
            found.append(f"in {lost} of {int(good.sum())} cycles the lock was lost before the dark; drag more slowly, "
                         "or not so far")
        return found

    def _pull(self, dataset: xarray.Dataset) -> float:
        """Return by how much (ueV) one way of the fast scan moves where the line is seen.

        The two ways differ by twice the pull, and by what P decays in the light between the two passages: that time is
        known for each place of the line, so that both follow from a linear fit.
        """
        import numpy as np

        seen = dataset[["line_shift", "difference"]].dropna("dark_time")
        shift, difference = seen["line_shift"].values, seen["difference"].values
        between = 2.0 * np.abs(self.search()[-1] - shift) / (self.si("probe_step") / UEV) * self.si("probe_dwell")
        columns = np.column_stack([np.full(shift.size, 2.0), np.abs(shift) * between])
        return float(np.linalg.lstsq(columns, difference, rcond=None)[0][0])

    def remark(self, dataset: xarray.Dataset, member: str) -> str:  # noqa: ARG002
        try:
            return f"γ = {self._fit(dataset).rate:.3g} 1/s"
        except DataError:
            return "no decay"

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        import numpy as np

        try:
            fit = self._fit(dataset)
        except DataError:
            return []
        fine = np.linspace(0.0, float(dataset["dark_time"].values.max()), 200)
        return [("exponential fit", fine, fit.curve(fine))]
