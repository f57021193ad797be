"""What all experiments of pump-probe spin inertia share: parameters, the room made ready, points, checks."""

from __future__ import annotations

from cmath import phase
from collections.abc import Generator
from dataclasses import dataclass
from math import degrees, pi
from typing import TYPE_CHECKING, Any, ClassVar

from vlab.errors import LimitError, RunError
from vlab.experiments.axis_knob import AxisKnob, scaled_by
from vlab.experiments.lockin_reading import LEAST_PERIODS, InertiaReading
from vlab.experiments.procedure import Command, Move, Point, Procedure, Read, Settle, Steps, Variable
from vlab.experiments.roles import Device, SpinInertiaSetup
from vlab.parameters import count, quantity
from vlab.physics.pulse import q_from_power
from vlab.quantity_scale import pretty_unit
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray

USUAL_RAMP = 2.0 / 60.0
"""T/s; ramp rate on which estimates of lab time count."""
USUAL_FIELD = 0.1
"""T; field from which a run is supposed to start, for the same."""
USUAL_TURN = 0.0872664625997
"""rad/s of the sample holder, for the same."""
MILLITESLA = 1e-3
BOUND = 1.0 / pi
"""Largest possible L."""
JUST_BEFORE = -5e-11
"""s; delay of a probe that comes just before the pump pulse."""


def field_of_magnet(help: str, default: float) -> Any:
    """Declare a magnetic field in mT."""
    return quantity("mT", help, default, minimum=-9000.0, maximum=9000.0)


def frequency_of_modulation(default: float, help: str = "Set the modulation frequency.") -> Any:
    """Declare a modulation frequency in kHz."""
    return quantity("kHz", help, default, minimum=1e-3, maximum=1e4)


def power_of_pump(default: float, help: str = "Set the pump power in units of a pi pulse's.") -> Any:
    """Declare a pump power W / W_pi."""
    return quantity("", help, default, above=0.0, maximum=1.0, shown_unit="W_π")


def power_by_q() -> Any:
    """Declare Q as another way to give the power."""
    return quantity("", "Set Q in place of the power; Q^2 is the probability that a pulse excites no trion.", None,
                    minimum=0.0, maximum=1.0, optional=True, without="from power")


def pulse_angle() -> Any:
    """Declare Phi."""
    return quantity("deg", "Set Phi, by which a detuned pulse turns the spin; Q stays as it is.", 0.0, minimum=-180.0,
                    maximum=180.0)


def period_of_pulses() -> Any:
    """Declare T_R."""
    return quantity("ns", "Set T_R, the time between two pump pulses.", 13.2, minimum=2.0, maximum=100.0)


def tilt_of_sample(default: float) -> Any:
    """Declare the angle between the field and the growth axis."""
    return quantity("deg", "Set the angle between the field and the growth axis.", default, minimum=0.0, maximum=90.0)


def time_constant_of_lockin(default: float) -> Any:
    """Declare the lock-in's time constant."""
    return quantity("s", "Set the lock-in's time constant.", default, minimum=1e-3, maximum=100.0)


def settling_of_lockin() -> Any:
    """Declare how long to wait before a reading."""
    return count("Set how many time constants τ to wait before each reading.", 10, minimum=3, maximum=100,
                 shown_unit="τ")


def number(value: float, unit: str = "") -> str:
    """Return a number with its unit for legends and sentences."""
    return f"{value:.4g} {pretty_unit(unit)}".strip()


@dataclass(frozen=True, kw_only=True)
class InertiaProcedure(Procedure):
    """Base of experiments on the pump-probe bench.

    A subclass declares ``repetition_period``, ``time_constant`` and ``settling`` with the functions above.
    """

    bench: ClassVar[str] = "spin_inertia"

    def __post_init__(self) -> None:
        super().__post_init__()
        if getattr(self, "q", None) is not None and self.si("q") == 1.0:
            raise LimitError(f"{self.title()}.q got 1, a pulse that does nothing; it wants a quantity from 0 to below "
                             "1.")

    if TYPE_CHECKING:  # declared last by each subclass, so that forms show first what is scanned
        repetition_period: Quantity
        time_constant: Quantity
        settling: int

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("inertia", "1", "spin inertia signal L of eq. (1), the magnitude of X + iY",
                         "spin inertia signal L", BOUND),
                Variable("x", "1", "lock-in X in units of L, along the drive", "X in units of L", BOUND),
                Variable("y", "1", "lock-in Y in units of L, negative for spins that lag", "Y in units of L", BOUND),
                Variable("phase", "deg", "phase of X + iY, negative for spins that lag", "phase"))

    def claims(self, setup: SpinInertiaSetup) -> list[tuple[Device, str]]:
        pump, lockin = setup.pump, setup.lockin
        return [(pump, "power"), (pump, "detuning"), (pump, "repetition_period"), (setup.modulator, "frequency"),
                (lockin, "time_constant"), (lockin, "slope"), (setup.magnet, "field"), (setup.holder, "tilt"),
                (setup.stage, "delay")]

    def sets(self, setup: SpinInertiaSetup) -> list[tuple[Device, str]]:
        return [*self.claims(setup), (setup.pump, "shutter"), (setup.probe, "shutter"), (setup.modulator, "state")]

    def make_ready(self, setup: SpinInertiaSetup, field: float, *, tilt: float = 0.0,
                   delay: float = JUST_BEFORE) -> Generator[Command, Any, InertiaReading]:
        """Set what stays as it is during the run, and return how points are read.

        Field, tilt and delay move in the dark: nobody reads meanwhile, and the pump changes nothing that lasts.

        Parameters
        ----------
        setup : SpinInertiaSetup
        field : float
            Of the first point, T.
        tilt : float
            Angle between field and growth axis, rad.
        delay : float
            Of the probe, s; by default just before the pump pulse, as eq. (1) wants it.
        """
        yield Settle(setup.cryostat, "temperature")
        reading = InertiaReading(setup, self.si("time_constant"), self.settling)
        yield from reading.arrange()
        yield Move(setup.pump, "repetition_period", self.si("repetition_period"))
        yield Move(setup.probe, "shutter", "open")
        yield Move(setup.modulator, "state", "running")
        yield Move(setup.pump, "shutter", "closed")
        yield Move(setup.stage, "delay", delay)
        yield Move(setup.holder, "tilt", tilt)
        yield Move(setup.magnet, "field", field)
        yield Move(setup.pump, "shutter", "open")
        return reading

    def set_pump(self, setup: SpinInertiaSetup, q: float, phi: float = 0.0) -> Steps:
        """Set the pump's power and detuning to Q and Phi (rad) by the calibration page."""
        duration = float((yield Read(setup.pump, "pulse_duration")))
        power, detuning = setup.calibration.setting_for(q, phi, self.si("repetition_period"), duration)
        yield Move(setup.pump, "power", power)
        yield Move(setup.pump, "detuning", detuning)

    def power_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        """Return the pump's power in units of a pi pulse's."""
        period, duration = (float(setup.pump.read(name)) for name in ("repetition_period", "pulse_duration"))
        return scaled_by(setup.pump, "power", setup.calibration.power_for(1.0, period, duration))

    def q_of(self, power_ratio: float) -> float:
        """Return Q at W / W_pi, eq. (14)."""
        return float(q_from_power(power_ratio))

    def one_point(self, reading: InertiaReading, index: tuple[int, ...]) -> Steps:
        """Read and hand over a point."""
        signal = yield from reading.read()
        if why := reading.setup.no_answer():
            raise RunError(why)
        yield Point(index, (abs(signal), signal.real, signal.imag, degrees(phase(signal))))

    def reading_seconds(self) -> float:
        """Return the lab time of one reading in s."""
        return self.si("time_constant") * self.settling

    def check_modulation(self, name: str) -> None:
        """Refuse a modulation that the pulses do not sample, or that the lock-in's filter does not average.

        Raises
        ------
        LimitError
            Says what is wanted.
        """
        frequency, highest = self.si(name), 0.25 / self.si("repetition_period")
        if frequency > highest * (1.0 + 1e-9):
            raise LimitError(f"{self.title()}.{name} got {printed(getattr(self, name))}; it wants at most 1/(4 T_R) = "
                             f"{highest / 1e3:g} kHz, so that each half period has at least two pulses.")
        if frequency * self.si("time_constant") < LEAST_PERIODS * (1.0 - 1e-9):
            raise LimitError(f"{self.title()}.time_constant got {printed(self.time_constant)}; a modulation "
                             f"at {frequency:g} Hz wants {LEAST_PERIODS / frequency:g} s or more, {LEAST_PERIODS:g} "
                             "periods.")

    def check_span(self, first: str, last: str) -> None:
        """Refuse a scan whose two ends are the same.

        Raises
        ------
        LimitError
            Says which.
        """
        if self.si(first) == self.si(last):
            raise LimitError(f"{self.title()}.{last} got {printed(getattr(self, last))}, the same as {first}; it wants "
                             "another value.")


def measured(dataset: xarray.Dataset, variable: str, across: str, **place: int) -> tuple[Any, Any]:
    """Return the measured points of one curve as two arrays; ``place`` chooses members of outer coordinates."""
    import numpy as np

    curve = dataset[variable].isel(place)
    kept = np.isfinite(np.asarray(curve.values, dtype=float))
    return np.asarray(curve[across].values, dtype=float)[kept], np.asarray(curve.values, dtype=float)[kept]
