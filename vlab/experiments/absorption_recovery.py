"""Absorption recovery: the laser jumps next to the line, and the nuclei bring the line to it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, ClassVar

from vlab.errors import LimitError
from vlab.experiments.detuning_leg import UEV, claims_of_scan, scan_ready
from vlab.experiments.procedure import (
    Coordinate,
    Move,
    PlotPlan,
    Point,
    Prepare,
    Procedure,
    Read,
    Steps,
    Variable,
    Wait,
)
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import choice, count, quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import numpy as np
    import xarray
    from numpy.typing import NDArray

_SLOPE = "6 dB/oct"
_MOST_POINTS = 20_000
_LOCKED = 0.25
"""Absorption in units of its peak above which a resonance counts as recovered: locked ones absorb 0.4 or more."""
_LAST_PART = 0.1
"""The part of a trace, at its end, whose mean is the final absorption."""


@dataclass(frozen=True, kw_only=True)
class AbsorptionRecovery(Procedure):
    """Let the laser jump from far red or far blue to next to the line, and watch the absorption recover.

    The nuclear spins polarize until the resonance stands where the laser is. Each trace begins with thermal nuclei and
    the lock-in settled, the laser far off on one side; there it waits, while the reverse Overhauser effect, which
    dominates at large detunings, builds up a little P > 0. Then it jumps to the target, on the same side of the line,
    and the time counts from the end of the jump. P > 0 moves the line towards red: towards a laser that is red of it
    and away from one that is blue of it, which is why recovery from blue is slower (section III of the supplement to
    Latta et al., 2009). In the noncollinear model the odd term brings the line to the laser from both sides, from blue
    later. Eq. 13 to the letter (model latta2009) never recovers from blue: it stays at the stable point of low
    absorption, which only fluctuations of the nuclei can leave.
    """

    key: ClassVar[str] = "absorption_recovery"
    plot: ClassVar[PlotPlan] = PlotPlan("time", ("dt_normalized", "dt"), "origin", x_title="time since the jump (s)",
                                        average=("repeat",))
    _title: ClassVar[str] = "AbsorptionRecovery"

    origin: str = choice(("both", "red", "blue"), "Choose the side from which the laser comes.", "both")
    target: Quantity = quantity("ueV", "Set the distance from the line at P = 0 to which the laser jumps.", 1.5,
                                minimum=0.0, maximum=1e4)
    distance: Quantity = quantity("ueV", "Set the distance at which it waits before.", 20.0, above=0.0, maximum=1e5)
    wait: Quantity = quantity("s", "Set how long it waits there.", 10.0, minimum=0.0, maximum=1e5)
    duration: Quantity = quantity("s", "Set for how long the absorption is watched after the jump.", 30.0, above=0.0,
                                  maximum=1e5)
    interval: Quantity = quantity("s", "Set the time between two readings.", 0.2, minimum=1e-4, maximum=1e4)
    repeats: int = count("Set how often everything is measured; pictures show the mean with its error.", 1, minimum=1,
                         maximum=10_000)
    time_constant: Quantity = quantity("s", "Set the lock-in's time constant; shorter than what is to be seen.", 0.1,
                                       minimum=10e-6, maximum=1e3)
    knob: str = choice(("laser", "gate"), "Choose what jumps: the laser or the gate voltage.", "laser")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.si("target") >= self.si("distance"):
            raise LimitError(f"AbsorptionRecovery.target got {printed(self.target)}; it wants less than the distance "
                             f"from which the laser comes, {printed(self.distance)}.")
        readings = self._readings()
        if not 2 <= readings <= _MOST_POINTS:
            raise LimitError(f"AbsorptionRecovery.interval got {printed(self.interval)}, which makes {readings} "
                             f"readings in {printed(self.duration)}; it wants one that makes 2 to {_MOST_POINTS}.")

    def _readings(self) -> int:
        return int(self.si("duration") / self.si("interval") + 1e-9) + 1

    def origins(self) -> tuple[str, ...]:
        """Return the sides in the order in which they are measured."""
        return ("red", "blue") if self.origin == "both" else (self.origin,)

    def coordinates(self) -> tuple[Coordinate, ...]:
        times = tuple(round(i * self.si("interval"), 10) for i in range(self._readings()))
        return (Coordinate("repeat", "", "repeat", tuple(float(i) for i in range(self.repeats))),
                Coordinate("origin", "", "side from which the laser comes", self.origins()),
                Coordinate("time", "s", "lab time since the jump", times))

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("dt", "V", "differential transmission, lock-in X (rms)", "DT, lock-in X"),
                Variable("dt_normalized", "1", "absorption in units of its peak, filtered by the lock-in",
                         "DT in units of its peak"))

    def seconds(self) -> float:
        watched = (self._readings() - 1) * self.si("interval")
        return self.repeats * len(self.origins()) * (self.si("wait") + watched)

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return claims_of_scan(setup, self.knob)

    def sets(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*self.claims(setup), (setup.laser, "shutter")]

    def label(self) -> str:
        return f"target {self.si('target') / UEV:g} µeV"

    def steps(self, setup: DraggingSetup) -> Steps:
        scanner = yield from scan_ready(setup, self.knob, self.si("time_constant"), _SLOPE)
        knob, interval = scanner.knob, self.si("interval")
        for repeat in range(self.repeats):
            for o, origin in enumerate(self.origins()):
                side = 1.0 if origin == "red" else -1.0
                yield Move(knob.device, knob.setting, knob.value(side * self.si("distance")))
                yield Prepare(True)
                if self.si("wait"):
                    yield Wait(self.si("wait"))
                yield Move(knob.device, knob.setting, knob.value(side * self.si("target")))
                for i in range(self._readings()):
                    if i:
                        yield Wait(interval)
                    volts = float((yield Read(setup.lockin, "x")))
                    yield Point((repeat, o, i), (volts, volts / scanner.full_scale))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        found = []
        for origin in self.origins():
            times = recovery_times(dataset, origin, self.si("time_constant"))
            if not times:
                continue
            went = [t for t in times if t.recovered]
            ends = [t.final for t in times]
            if not went:
                found.append(f"from {origin}: no recovery, DT ends at {_mean(ends)} of its peak")
                continue
            stuck = len(times) - len(went)
            lost = f"; {stuck} of {len(times)} traces did not recover" if stuck else ""
            found.append(f"from {origin}: half of the final DT after {_mean([t.half for t in went])} s, 90 % after "
                         f"{_mean([t.most for t in went])} s; DT ends at {_mean([t.final for t in went])} of its "
                         f"peak{lost}")
        return found

    def remark(self, dataset: xarray.Dataset, member: str) -> str:
        times = [t for t in recovery_times(dataset, member, self.si("time_constant")) if t.recovered]
        return f"90 % after {_mean([t.most for t in times])} s" if times else "no recovery"


@dataclass(frozen=True)
class RecoveryTimes:
    """What one trace shows; times in s since the jump."""

    half: float
    """When the trace first reached half of its final value."""
    most: float
    """When it first reached 90 % of it."""
    final: float
    """Mean of its last part, in units of the absorption's peak."""

    @property
    def recovered(self) -> bool:
        """Whether it ended at the absorption of a locked resonance."""
        return self.final > _LOCKED


def recovery_times(dataset: xarray.Dataset, origin: str, settling: float) -> list[RecoveryTimes]:
    """Return what each repeat of an `AbsorptionRecovery` shows; traces that broke off are left out.

    Parameters
    ----------
    dataset : xarray.Dataset
    origin : {"red", "blue"}
    settling : float
        Time constant of the lock-in in s: noise is smoothed over one of it before a crossing is looked for.
    """
    import numpy as np

    if origin not in dataset["origin"].values:
        return []
    time = np.asarray(dataset["time"].values, dtype=float)
    traces = np.atleast_2d(dataset["dt_normalized"].sel(origin=origin).values)
    return [_times_of(time, trace, settling) for trace in traces if np.isfinite(trace).all()]


def _times_of(time: NDArray[np.float64], trace: NDArray[np.float64], settling: float) -> RecoveryTimes:
    import numpy as np

    final = float(trace[-max(1, int(_LAST_PART * trace.size)):].mean())
    across = max(1, round(settling / (time[1] - time[0]))) | 1
    padded = np.pad(trace, across // 2, mode="edge")
    smooth = np.convolve(padded, np.full(across, 1.0 / across), mode="valid")
    return RecoveryTimes(_crossing(time, smooth, 0.5 * final), _crossing(time, smooth, 0.9 * final), final)


def _crossing(time: NDArray[np.float64], trace: NDArray[np.float64], level: float) -> float:
    import numpy as np

    above = np.flatnonzero(trace >= level)
    if not above.size:
        return nan
    i = int(above[0])
    if i == 0:
        return float(time[0])
    part = (level - trace[i - 1]) / (trace[i] - trace[i - 1])
    return float(time[i - 1] + part * (time[i] - time[i - 1]))


def _mean(values: list[float]) -> str:
    """Return a mean in words, with its standard error where there are several values."""
    mean = sum(values) / len(values)
    if len(values) < 2:
        return f"{mean:.3g}"
    spread = sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))
    return f"{mean:.3g} ± {spread:.2g}"
