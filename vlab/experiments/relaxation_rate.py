"""The spin relaxation rate against the pump power, inset of figure 1a of arXiv:1908.01531."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, pi
from typing import TYPE_CHECKING, ClassVar

from vlab.errors import DataError, RunError
from vlab.experiments.axis_knob import AxisKnob
from vlab.experiments.inertia_procedure import power_of_pump
from vlab.experiments.procedure import Coordinate, Move, PlotPlan, Point, Prepare, Steps, Variable
from vlab.experiments.roles import SpinInertiaSetup
from vlab.experiments.spin_inertia import PowerSeriesProcedure
from vlab.parameters import count
from vlab.units import Quantity

if TYPE_CHECKING:
    import xarray
    from numpy.typing import ArrayLike

    from vlab.analysis.inertia import ZeroPowerFit


@dataclass(frozen=True, kw_only=True)
class RelaxationRateVsPower(PowerSeriesProcedure):
    """Measure the spin relaxation rate against the pump power.

    At each power the modulation frequency is scanned, and eq. (11) fitted to the scan gives the rate 1/tau_s* (inset of
    figure 1a of arXiv:1908.01531). The pump adds to it in proportion to 1 - Q^2, eq. (12), which is
    sin^2[(pi/2) sqrt(W/W_pi)] by eq. (14): a line through all rates against that gives the rate of undisturbed spins at
    zero power. The data hold a rate for each power, and no scans (an inertia power series keeps them).
    """

    key: ClassVar[str] = "relaxation_rate_vs_power"
    heading: ClassVar[str] = "Relaxation rate vs power"
    plot: ClassVar[PlotPlan] = PlotPlan(
        "power", ("rate", "relaxation_time", "inertia"), markers=True, legend_left=True, fit="line",
        errors=(("rate", "rate_error"), ("relaxation_time", "relaxation_time_error")))
    _title: ClassVar[str] = "RelaxationRateVsPower"

    last_power: Quantity = power_of_pump(1.0, "Set the last pump power.")
    powers: int = count("Set how many powers there are; their ratios are equal.", 9, minimum=2, maximum=100)

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (self.power_axis(),)

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("rate", "1/us", "effective spin relaxation rate 1/tau_s* by eq. (11)", "rate 1/τ_s*"),
                Variable("rate_error", "1/us", "standard error of the rate"),
                Variable("relaxation_time", "ns", "effective spin relaxation time tau_s* by eq. (11)", "τ_s*"),
                Variable("relaxation_time_error", "ns", "standard error of the relaxation time"),
                Variable("inertia", "1", "spin inertia signal L(0) at low modulation frequency by eq. (11)", "L(0)"))

    def axis_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        return self.power_knob(setup)

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        reading = yield from self.make_ready(setup, self.si("field"))
        for p, power in enumerate(self.power_ratios()):
            yield from self.set_pump(setup, self.q_of(power))
            signals = []
            for i, frequency in enumerate(self.frequencies()):
                yield Move(setup.modulator, "frequency", frequency * 1e3)
                if p == i == 0:
                    yield Prepare(True)
                signals.append((yield from reading.read()))
                if why := setup.no_answer():
                    raise RunError(why)
            yield Point((p,), self._values(signals))

    def _values(self, signals: list[complex]) -> tuple[float, ...]:
        """Return rate, its error, time, its error and L(0) of one scan; NaN where it shows no roll-off."""
        from vlab.analysis import fit_relaxation_time

        try:
            fit = fit_relaxation_time([1e3 * f for f in self.frequencies()], [abs(signal) for signal in signals])
        except DataError:
            return (nan,) * 5
        tau, error = float(fit.tau.m_as("us")), float(fit.tau_error.m_as("us"))
        return 1.0 / tau, error / tau**2, 1e3 * tau, 1e3 * error, fit.amplitude

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        found = []
        try:
            found.append(f"{_by_eq_12(dataset)} by eq. (12)")
        except DataError as error:
            found.append(str(error))
        powers, rates, _ = _rates(dataset)
        if len(powers) < len(self.power_ratios()):
            found.append(f"{len(self.power_ratios()) - len(powers)} of {len(self.power_ratios())} scans show no "
                         "roll-off, or were not finished; their frequencies should reach well to both sides of "
                         "1/(2 pi tau_s*).")
        if len(powers):
            found.append(f"from {rates[0]:.3g} 1/µs at {powers[0]:.3g} W_π to {rates[-1]:.3g} 1/µs at "
                         f"{powers[-1]:.3g} W_π")
        return found

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        import numpy as np

        try:
            fit = _by_eq_12(dataset)
        except DataError:
            return []
        fine = np.linspace(0.0, np.sqrt(max(self.power_ratios())), 200) ** 2
        return [("eq. (12)", fine, 1e-6 * fit.line(np.sin(0.5 * pi * np.sqrt(fine)) ** 2))]


def _rates(dataset: xarray.Dataset) -> tuple[list[float], list[float], list[float]]:
    """Return powers, rates and their errors (1/us) of the scans that gave one."""
    import numpy as np

    power, rate, error = (np.asarray(dataset[name].values, dtype=float) for name in ("power", "rate", "rate_error"))
    good = np.isfinite(rate) & np.isfinite(error) & (error > 0.0)
    return power[good].tolist(), rate[good].tolist(), error[good].tolist()


def _by_eq_12(dataset: xarray.Dataset) -> ZeroPowerFit:
    """Fit a line in 1 - Q^2 to the rates of all powers."""
    import numpy as np

    from vlab.analysis import extrapolate_to_zero_power

    powers, rates, errors = _rates(dataset)
    left = np.sin(0.5 * pi * np.sqrt(powers)) ** 2
    return extrapolate_to_zero_power(left, 1e6 * np.asarray(rates), 1e6 * np.asarray(errors), largest_power=1.0)
