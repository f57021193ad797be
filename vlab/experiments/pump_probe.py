"""Time-resolved pump-probe traces and Hanle curves, which the same bench measures."""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees, floor
from typing import TYPE_CHECKING, ClassVar

from vlab.errors import DataError, LimitError
from vlab.experiments.axis_knob import AxisKnob, scaled_knob
from vlab.experiments.field_grid import even_grid
from vlab.experiments.inertia_procedure import (
    MILLITESLA,
    USUAL_FIELD,
    USUAL_RAMP,
    USUAL_TURN,
    InertiaProcedure,
    field_of_magnet,
    frequency_of_modulation,
    measured,
    number,
    period_of_pulses,
    power_by_q,
    power_of_pump,
    pulse_angle,
    settling_of_lockin,
    tilt_of_sample,
    time_constant_of_lockin,
)
from vlab.experiments.procedure import Coordinate, Move, PlotPlan, Prepare, Steps
from vlab.experiments.recovery import ramp
from vlab.experiments.roles import SpinInertiaSetup
from vlab.parameters import quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray

_NANOSECOND = 1e-9
_USUAL_DELAY = -0.05e-9
_USUAL_SPEED = 1e-9
"""Where the stage is supposed to start, s, and how fast it is, s of delay per s."""
_MOST_POINTS = 20_000


@dataclass(frozen=True, kw_only=True)
class DelayScan(InertiaProcedure):
    """Scan the probe's delay behind the pump: what the spins do between two pulses.

    At negative delays the probe comes just before a pulse, as in spin inertia. Just after the pulse it sees S_z - J_z
    of spin and trion; the trion then recombines, and in a tilted field the spins turn, eqs. (2) to (6) and (24) of
    arXiv:1908.01531. X is along the drive: its sign is that of the spins that follow at negative delays. Pulses are
    resonant unless phi is given.
    """

    key: ClassVar[str] = "delay_scan"
    plot: ClassVar[PlotPlan] = PlotPlan("delay", ("x", "y", "inertia", "phase"), fit="approach")
    _title: ClassVar[str] = "DelayScan"

    start: Quantity = quantity("ns", "Set the first delay; negative is before a pump pulse.", -0.2, minimum=-0.5,
                               maximum=13.0)
    stop: Quantity = quantity("ns", "Set the last delay.", 12.8, minimum=-0.5, maximum=13.0)
    step: Quantity = quantity("ns", "Set the size of a step; the direction follows from start and stop.", 0.1,
                              above=0.0, maximum=13.5)
    field: Quantity = field_of_magnet("Set the magnetic field.", 50.0)
    tilt: Quantity = tilt_of_sample(0.0)
    power: Quantity = power_of_pump(1.0)
    q: Quantity | None = power_by_q()
    phi: Quantity = pulse_angle()
    modulation_frequency: Quantity = frequency_of_modulation(10.0)
    repetition_period: Quantity = period_of_pulses()
    time_constant: Quantity = time_constant_of_lockin(0.1)
    settling: int = settling_of_lockin()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_span("start", "stop")
        self.check_modulation("modulation_frequency")
        latest, period = max(self.si("start"), self.si("stop")), self.si("repetition_period")
        if latest >= period:
            late = self.stop if self.si("stop") == latest else self.start
            raise LimitError(f"{self.title()}.{'stop' if late is self.stop else 'start'} got {printed(late)}; it wants "
                             f"less than the repetition period, {printed(self.repetition_period)}.")
        points = floor(abs(self.si("stop") - self.si("start")) / self.si("step") + 1e-9) + 1
        if not 2 <= points <= _MOST_POINTS:
            raise LimitError(f"{self.title()}.step got {printed(self.step)}, which makes {points} points; it wants a "
                             f"step that makes 2 to {_MOST_POINTS}.")

    def delays(self) -> tuple[float, ...]:
        """Return the delays in ns."""
        start, stop, step = (self.si(name) / _NANOSECOND for name in ("start", "stop", "step"))
        return even_grid(start, stop, step)

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("delay", "ns", "delay of the probe behind the pump", self.delays()),)

    def seconds(self) -> float:
        first, last = self.delays()[0] * _NANOSECOND, self.delays()[-1] * _NANOSECOND
        travel = (abs(last - first) + abs(first - _USUAL_DELAY)) / _USUAL_SPEED
        return (self.points() * self.reading_seconds() + abs(self.si("field") - USUAL_FIELD) / USUAL_RAMP
                + self.si("tilt") / USUAL_TURN + travel)

    def label(self) -> str:
        tilted = f" at {degrees(self.si('tilt')):.4g}°" if self.si("tilt") else ""
        strength = f"Q {self.si('q'):.3g}" if self.q is not None else f"{number(self.si('power'))} W_π"
        return f"{number(self.si('field') / MILLITESLA, 'mT')}{tilted}, {strength}"

    def axis_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        return scaled_knob(setup.stage, "delay", "ns")

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        reading = yield from self.make_ready(setup, self.si("field"), tilt=self.si("tilt"),
                                             delay=self.delays()[0] * _NANOSECOND)
        yield Move(setup.modulator, "frequency", self.si("modulation_frequency"))
        yield from self.set_pump(setup, self.si("q") if self.q is not None else self.q_of(self.si("power")),
                                 self.si("phi"))
        for i, delay in enumerate(self.delays()):
            yield Move(setup.stage, "delay", delay * _NANOSECOND)
            if i == 0:
                yield Prepare(True)
            yield from self.one_point(reading, (i,))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        import numpy as np

        delay, x = measured(dataset, "x", "delay")
        if delay.size < 2:
            return []
        top, bottom = int(x.argmax()), int(x.argmin())
        fastest = 0.5 / float(np.abs(np.diff(delay)).max())
        return [f"X from {x[bottom]:.4g} at {delay[bottom]:.3g} ns to {x[top]:.4g} at {delay[top]:.3g} ns; these steps "
                f"show precession up to {fastest:.3g} GHz"]


@dataclass(frozen=True, kw_only=True)
class HanleCurve(InertiaProcedure):
    """Scan a transverse field: the Hanle curve, with resonant spin amplification where it goes on far enough.

    A transverse field turns the spins away from the growth axis, so that the signal falls on both sides of zero field;
    the nuclear field sets the width for weak pulses. The holder turns the sample by the tilt, 90 deg for Voigt
    geometry; the pump's shutter is closed while the field moves.
    """

    key: ClassVar[str] = "hanle_curve"
    plot: ClassVar[PlotPlan] = PlotPlan("field", ("inertia", "x", "y", "phase"), fit="hanle")
    _title: ClassVar[str] = "HanleCurve"

    start: Quantity = field_of_magnet("Set the first field.", -150.0)
    stop: Quantity = field_of_magnet("Set the last field.", 150.0)
    step: Quantity = quantity("mT", "Set the size of a step; the direction follows from start and stop.", 3.0,
                              above=0.0, maximum=18000.0)
    tilt: Quantity = tilt_of_sample(90.0)
    power: Quantity = power_of_pump(0.1)
    q: Quantity | None = power_by_q()
    modulation_frequency: Quantity = frequency_of_modulation(10.0)
    repetition_period: Quantity = period_of_pulses()
    time_constant: Quantity = time_constant_of_lockin(0.3)
    settling: int = settling_of_lockin()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_span("start", "stop")
        self.check_modulation("modulation_frequency")
        points = floor(abs(self.si("stop") - self.si("start")) / self.si("step") + 1e-9) + 1
        if not 2 <= points <= _MOST_POINTS:
            raise LimitError(f"{self.title()}.step got {printed(self.step)}, which makes {points} points; it wants a "
                             f"step that makes 2 to {_MOST_POINTS}.")

    def fields(self) -> tuple[float, ...]:
        """Return the fields in mT."""
        return even_grid(*(self.si(name) / MILLITESLA for name in ("start", "stop", "step")))

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("field", "mT", "transverse magnetic field", self.fields()),)

    def seconds(self) -> float:
        first, last = self.fields()[0] * MILLITESLA, self.fields()[-1] * MILLITESLA
        way = abs(first - USUAL_FIELD) + abs(last - first)
        return self.points() * self.reading_seconds() + way / USUAL_RAMP + self.si("tilt") / USUAL_TURN

    def label(self) -> str:
        strength = f"Q {self.si('q'):.3g}" if self.q is not None else f"{number(self.si('power'))} W_π"
        return f"{degrees(self.si('tilt')):.4g}°, {strength}"

    def axis_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        return scaled_knob(setup.magnet, "field", "mT")

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        reading = yield from self.make_ready(setup, self.fields()[0] * MILLITESLA, tilt=self.si("tilt"))
        yield Move(setup.modulator, "frequency", self.si("modulation_frequency"))
        yield from self.set_pump(setup, self.si("q") if self.q is not None else self.q_of(self.si("power")))
        for i, field in enumerate(self.fields()):
            yield from ramp(setup, field * MILLITESLA, dark=True)
            if i == 0:
                yield Prepare(True)
            yield from self.one_point(reading, (i,))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        from vlab.analysis.hanle import hanle_width

        field, signal = measured(dataset, "inertia", "field")
        try:
            return [str(hanle_width(field * MILLITESLA, signal))]
        except DataError as error:
            return [str(error)]
