"""Spin inertia proper, figure 1 of arXiv:1908.01531: the signal against modulation frequency and against pump power."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from math import log10, pi, sqrt
from typing import TYPE_CHECKING, ClassVar

from vlab.errors import DataError
from vlab.experiments.axis_knob import AxisKnob, scaled_knob
from vlab.experiments.inertia_procedure import (
    MILLITESLA,
    USUAL_FIELD,
    USUAL_RAMP,
    InertiaProcedure,
    field_of_magnet,
    frequency_of_modulation,
    measured,
    number,
    period_of_pulses,
    power_of_pump,
    settling_of_lockin,
    time_constant_of_lockin,
)
from vlab.experiments.lockin_reading import LOCKING
from vlab.experiments.procedure import Coordinate, Move, PlotPlan, Prepare, Steps
from vlab.experiments.roles import SpinInertiaSetup
from vlab.parameters import count, quantity
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray
    from numpy.typing import ArrayLike

    from vlab.analysis import RelaxationFit

_WEIGHTS = "eq. (11) of Schering et al. fitted to L with L(0) and tau_s* free, all points weighing alike"


def log_spaced(start: float, stop: float, points: int) -> tuple[float, ...]:
    """Return ``points`` numbers from ``start`` to ``stop`` with equal ratios, rounded to 10 digits."""
    if points == 1:
        return (start,)
    ratio = stop / start
    return tuple(float(f"{start * ratio ** (i / (points - 1)):.10g}") for i in range(points))


@dataclass(frozen=True, kw_only=True)
class FrequencyProcedure(InertiaProcedure):
    """Base of experiments that scan the modulation frequency; a subclass declares what is used here."""

    if TYPE_CHECKING:
        start: Quantity
        stop: Quantity
        points_per_decade: int
        field: Quantity

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_span("start", "stop")
        self.check_modulation("start")
        self.check_modulation("stop")

    def frequencies(self) -> tuple[float, ...]:
        """Return the modulation frequencies in kHz; as many steps a decade as asked for, or a little more."""
        start, stop = self.si("start") / 1e3, self.si("stop") / 1e3
        steps = max(1, round(abs(log10(stop / start)) * self.points_per_decade))
        return log_spaced(start, stop, steps + 1)

    def frequency_axis(self) -> Coordinate:
        """Return the scan axis."""
        return Coordinate("modulation_frequency", "kHz", "modulation frequency", self.frequencies())

    def readings(self) -> int:
        """Return how many readings there are."""
        return self.points()

    def seconds(self) -> float:
        return self.readings() * (self.reading_seconds() + LOCKING) + abs(self.si("field") - USUAL_FIELD) / USUAL_RAMP


@dataclass(frozen=True, kw_only=True)
class ModulationFrequencyScan(FrequencyProcedure):
    """Scan the modulation frequency in a longitudinal field and fit the spin relaxation time.

    The faster the pump's helicity is reversed, the less the spins follow (figure 1a of arXiv:1908.01531). In a strong
    field L falls as L(0) / sqrt(1 + (omega_m tau_s*)^2), eq. (11); the pump shortens tau_s*, eq. (12). The scan sets
    field, pump power, modulation and the lock-in's filter; the lock-in's phase stays as it is, so that X is along the
    drive and Y in quadrature.
    """

    key: ClassVar[str] = "modulation_frequency_scan"
    plot: ClassVar[PlotPlan] = PlotPlan("modulation_frequency", ("inertia", "x", "y", "phase"), log_x=True,
                                        fit="inertia")
    _title: ClassVar[str] = "ModulationFrequencyScan"

    start: Quantity = frequency_of_modulation(1.0, "Set the first modulation frequency.")
    stop: Quantity = frequency_of_modulation(10e3, "Set the last modulation frequency.")
    points_per_decade: int = count("Set the number of points in a decade.", 8, minimum=1, maximum=1000)
    power: Quantity = power_of_pump(0.1)
    field: Quantity = field_of_magnet("Set the magnetic field.", 300.0)
    repetition_period: Quantity = period_of_pulses()
    time_constant: Quantity = time_constant_of_lockin(0.1)
    settling: int = settling_of_lockin()

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (self.frequency_axis(),)

    def label(self) -> str:
        return f"{number(self.si('power'))} W_π, {number(self.si('field') / MILLITESLA, 'mT')}"

    def axis_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        return scaled_knob(setup.modulator, "frequency", "kHz")

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        reading = yield from self.make_ready(setup, self.si("field"))
        yield from self.set_pump(setup, self.q_of(self.si("power")))
        for i, frequency in enumerate(self.frequencies()):
            yield Move(setup.modulator, "frequency", frequency * 1e3)
            if i == 0:
                yield Prepare(True)
            yield from self.one_point(reading, (i,))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        try:
            return [f"{_fit(dataset)} ({_WEIGHTS})"]
        except DataError as error:
            return [str(error)]

    def remark(self, dataset: xarray.Dataset, member: str) -> str:  # noqa: ARG002
        try:
            return f"τ_s* {printed(_fit(dataset).tau, 3)}"
        except DataError:
            return ""

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        return _fitted_curves(dataset, [{}], ["fit of eq. (11)"])


@dataclass(frozen=True, kw_only=True)
class PowerSeriesProcedure(FrequencyProcedure):
    """Base of experiments that scan the modulation frequency at several pump powers."""

    power: Quantity = power_of_pump(0.01, "Set the first pump power in units of a pi pulse's.")
    last_power: Quantity = power_of_pump(0.1, "Set the last pump power.")
    powers: int = count("Set how many powers there are; their ratios are equal.", 5, minimum=2, maximum=100)
    start: Quantity = frequency_of_modulation(1.0, "Set the first modulation frequency.")
    stop: Quantity = frequency_of_modulation(10e3, "Set the last modulation frequency.")
    points_per_decade: int = count("Set the number of points in a decade.", 4, minimum=1, maximum=1000)
    field: Quantity = field_of_magnet("Set the magnetic field.", 300.0)
    repetition_period: Quantity = period_of_pulses()
    time_constant: Quantity = time_constant_of_lockin(0.3)
    settling: int = settling_of_lockin()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_span("power", "last_power")

    def power_ratios(self) -> tuple[float, ...]:
        """Return the pump powers in units of a pi pulse's."""
        return log_spaced(self.si("power"), self.si("last_power"), self.powers)

    def power_axis(self) -> Coordinate:
        """Return the axis of powers."""
        return Coordinate("power", "1", "pump power in units of a pi pulse's", self.power_ratios())

    def readings(self) -> int:
        return self.powers * len(self.frequencies())

    def label(self) -> str:
        return number(self.si("field") / MILLITESLA, "mT")


@dataclass(frozen=True, kw_only=True)
class InertiaPowerSeries(PowerSeriesProcedure):
    """Scan the modulation frequency at several pump powers and extrapolate the relaxation rate to zero power.

    The pump shortens the spin relaxation time tau_s* that each scan gives by eq. (11). At small power its inverse is
    linear in the power, eq. (12), so that its value at zero power is the relaxation rate of the undisturbed spins
    (inset of figure 1a of arXiv:1908.01531). Powers up to 0.1 W_pi count for the line.
    """

    key: ClassVar[str] = "inertia_power_series"
    plot: ClassVar[PlotPlan] = PlotPlan("modulation_frequency", ("inertia", "x", "y", "phase"), "power", log_x=True,
                                        fit="inertia")
    _title: ClassVar[str] = "InertiaPowerSeries"

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (self.power_axis(), self.frequency_axis())

    def axis_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        return scaled_knob(setup.modulator, "frequency", "kHz")

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        reading = yield from self.make_ready(setup, self.si("field"))
        for p, power in enumerate(self.power_ratios()):
            yield from self.set_pump(setup, self.q_of(power))
            for i, frequency in enumerate(self.frequencies()):
                yield Move(setup.modulator, "frequency", frequency * 1e3)
                if p == i == 0:
                    yield Prepare(True)
                yield from self.one_point(reading, (p, i))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        from vlab.analysis import extrapolate_to_zero_power

        found, powers, rates, errors = [], [], [], []
        for p, power in enumerate(self.power_ratios()):
            try:
                fit = _fit(dataset, power=p)
            except DataError as error:
                found.append(f"{number(power)} W_pi: {error}")
                continue
            found.append(f"{number(power)} W_pi: {fit}")
            powers.append(power)
            rates.append(1.0 / fit.tau.m_as("s"))
            errors.append(fit.tau_error.m_as("s") / fit.tau.m_as("s") ** 2)
        try:
            headline = str(extrapolate_to_zero_power(powers, rates, errors))
        except DataError as error:
            headline = str(error)
        return [headline, *found]

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        places = [{"power": p} for p in range(self.powers)]
        return _fitted_curves(dataset, places, ["fits of eq. (11)"] + [""] * (self.powers - 1))


@dataclass(frozen=True, kw_only=True)
class PowerScan(InertiaProcedure):
    """Scan the pump power at a low modulation frequency and in a strong field.

    How the signal saturates, figure 1b of arXiv:1908.01531, tells how much of a spin the trion loses before it
    recombines: by eqs. (13) to (15) L = (1/pi) k s / (1 + k s) with s = sin^2[(pi/2) sqrt(W/W_pi)] and
    k = [tau_0/(tau_0 + tau_s^T)] tau_s / (2 T_R). State the relaxation time tau_s (an inertia power series gives it)
    to have tau_s^T/tau_0 told, and the limit of a trion that loses its spin at once drawn, eq. (17).
    """

    key: ClassVar[str] = "power_scan"
    plot: ClassVar[PlotPlan] = PlotPlan("power", ("inertia", "x", "y", "phase"), fit="spin_saturation")
    _title: ClassVar[str] = "PowerScan"

    start: Quantity = quantity("", "Set the first pump power in units of a pi pulse's.", 0.0, minimum=0.0, maximum=1.0,
                               shown_unit="W_π")
    stop: Quantity = quantity("", "Set the last pump power.", 1.0, minimum=0.0, maximum=1.0, shown_unit="W_π")
    powers: int = count("Set how many powers there are, closer together where the power is small.", 31, minimum=2,
                        maximum=10_000)
    field: Quantity = field_of_magnet("Set the magnetic field.", 300.0)
    modulation_frequency: Quantity = frequency_of_modulation(0.2, "Set the modulation frequency, slow against "
                                                             "1/tau_s.")
    relaxation_time: Quantity | None = quantity("ns", "State the spin relaxation time tau_s, if you know it.", None,
                                                above=0.0, optional=True, without="unknown")
    repetition_period: Quantity = period_of_pulses()
    time_constant: Quantity = time_constant_of_lockin(0.1)
    settling: int = settling_of_lockin()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_span("start", "stop")
        self.check_modulation("modulation_frequency")

    def power_ratios(self) -> tuple[float, ...]:
        """Return the pump powers in units of a pi pulse's: equal steps of the pulse area."""
        first, last = sqrt(self.si("start")), sqrt(self.si("stop"))
        return tuple(float(f"{(first + (last - first) * i / (self.powers - 1)) ** 2:.10g}") for i in range(self.powers))

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("power", "1", "pump power in units of a pi pulse's", self.power_ratios()),)

    def seconds(self) -> float:
        return self.points() * self.reading_seconds() + abs(self.si("field") - USUAL_FIELD) / USUAL_RAMP

    def label(self) -> str:
        return f"{number(self.si('field') / MILLITESLA, 'mT')}, {number(self.si('modulation_frequency'), 'Hz')}"

    def axis_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        return self.power_knob(setup)

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        reading = yield from self.make_ready(setup, self.si("field"))
        yield Move(setup.modulator, "frequency", self.si("modulation_frequency"))
        for i, power in enumerate(self.power_ratios()):
            yield from self.set_pump(setup, self.q_of(power))
            if i == 0:
                yield Prepare(True)
            yield from self.one_point(reading, (i,))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        from vlab.analysis.saturation import fit_saturation

        try:
            fit = fit_saturation(*measured(dataset, "inertia", "power"))
            found = [f"{fit} (one parameter, all points weighing alike)"]
            if self.relaxation_time is not None:
                found.append(fit.trion_sentence(self.si("relaxation_time"), self.si("repetition_period")))
        except DataError as error:
            return [str(error)]
        return found

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        import numpy as np

        from vlab.analysis.saturation import fit_saturation
        from vlab.physics.spin_limits import zero_frequency_signal_instant_trion

        power, signal = measured(dataset, "inertia", "power")
        if power.size == 0:
            return []
        fine = np.linspace(np.sqrt(power.min()), np.sqrt(power.max()), 200) ** 2
        curves: list[tuple[str, ArrayLike, ArrayLike]] = []
        with suppress(DataError):
            curves.append(("fit of eqs. (13) to (15)", fine, fit_saturation(power, signal).curve(fine)))
        if self.relaxation_time is not None:
            q = np.abs(np.cos(0.5 * pi * np.sqrt(fine)))
            limit = zero_frequency_signal_instant_trion(q, self.si("relaxation_time"), self.si("repetition_period"))
            curves.append(("eq. (17)", fine, limit))
        return curves


def _fit(dataset: xarray.Dataset, **place: int) -> RelaxationFit:
    from vlab.analysis import fit_relaxation_time

    kilohertz, signal = measured(dataset, "inertia", "modulation_frequency", **place)
    return fit_relaxation_time(1e3 * kilohertz, signal)


def _fitted_curves(dataset: xarray.Dataset, places: list[dict[str, int]],
                   names: list[str]) -> list[tuple[str, ArrayLike, ArrayLike]]:
    import numpy as np

    curves: list[tuple[str, ArrayLike, ArrayLike]] = []
    for place, name in zip(places, names, strict=True):
        try:
            fit = _fit(dataset, **place)
        except DataError:
            continue
        kilohertz = measured(dataset, "inertia", "modulation_frequency", **place)[0]
        fine = np.geomspace(kilohertz.min(), kilohertz.max(), 200)
        curves.append((name, fine, fit.curve(1e3 * fine)))
    return curves
