"""Absorption recovery: the laser jumps next to the line, and the nuclei bring the line to it."""

from __future__ import annotations

from dataclasses import dataclass
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
from vlab.experiments.recovery_trace import (
    median_of,
    of_one,
    of_several,
    recovery_times,
    sides_compared,
    spoiled_from,
)
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import choice, count, quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray

_SLOPE = "6 dB/oct"
_MOST_POINTS = 20_000


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
                                        average=("repeat",), words_in_colours=True, fit="approach")
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
        seen = {origin: recovery_times(dataset, origin, self.si("time_constant")) for origin in self.origins()}
        watched = (self._readings() - 1) * self.si("interval")
        found = [f"from {origin}: {of_one(traces[0]) if len(traces) == 1 else of_several(traces, watched)}"
                 for origin, traces in seen.items() if traces]
        without = [origin for origin in seen if not seen[origin] and spoiled_from(dataset, origin)]
        found += [f"from {origin}: no trace has good points enough to tell" for origin in without]
        if max(map(len, seen.values())) > 1 and len(seen) == 2 and all(seen.values()):
            found.append(sides_compared(seen["red"], seen["blue"]))
        return found

    def remark(self, dataset: xarray.Dataset, member: str) -> str:
        traces = recovery_times(dataset, member, self.si("time_constant"))
        if len(traces) > 1:
            return f"half of the peak after {median_of(traces, (self._readings() - 1) * self.si('interval')).brief()}"
        if not traces:
            return ""
        return f"90 % after {traces[0].most:.3g} s" if traces[0].recovered else "no recovery"
