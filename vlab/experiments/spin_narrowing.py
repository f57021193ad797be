"""How wide the distribution of the nuclear spin is, against the detuning."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10, nan
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.errors import LimitError
from vlab.experiments.axis_knob import AxisKnob, detuning_axis
from vlab.experiments.calibration import detuning_knob
from vlab.experiments.detuning_leg import UEV, grid, scan_ready
from vlab.experiments.nuclear_sampling import (
    DOT,
    MASTER,
    NuclearSampling,
    averaging_time,
    collective_coupling,
    collective_linewidth,
    collective_nuclei,
    collective_weights,
    measured_values,
    sampling_time,
    settling_time,
    which_knob,
    which_sources,
)
from vlab.experiments.procedure import Coordinate, PlotPlan, Point, Steps, Variable
from vlab.experiments.roles import DraggingSetup
from vlab.parameters import quantity
from vlab.units import Q_, Quantity, printed

if TYPE_CHECKING:
    import xarray

_MOST_POINTS = 10_000
_LOST = 0.01
"""Weight outside the branch that is watched from which on findings speak of two branches."""
_DOUBTLESS = 5.0
"""Standard errors from which on a difference is none by chance, with errors from a few blocks."""
_WIDER = 3.0
"""Ratio of the variances of dot and branch from which on the time average is not that of the branch."""


@dataclass(frozen=True, kw_only=True)
class SpinNarrowing(NuclearSampling):
    """Compare the variance of the nuclear spin with the thermal one, against the bare detuning.

    Two models side by side. The master equation of a collective nuclear spin (section II of the supplement to Latta et
    al., 2009) is computed and no measurement: its steady state at the present field, with Omega/Gamma from the present
    laser power, and the total variance of I_z in the whole ensemble. The stochastic dot is the one on the bench, whose
    nuclei must flip one by one (fluctuations): at each detuning they begin unpolarized, settle, and are watched for a
    time. No instrument shows them; only a virtual room lets one look. Errors come from the scatter of block averages.
    Of a dot without fluctuations, which follows the mean, the master equation is shown alone.

    The two have different numbers of nuclei, so variances are told in units of the thermal one (N/4 for I_z, 1/N for
    P), in decibels: 0 dB is thermal, -10 dB a tenth of it. Where the exact law of the dot's chain has two peaks, the
    dot stays near one of them for a time that grows exponentially with N. A time average is then that of the branch
    which begins with unpolarized nuclei, and not of the law; the law of that branch alone is drawn beside the whole.
    The master equation has one steady state for each total spin, so no hysteresis; it is that of the blue line, and
    far off resonance its polarization does not return to zero. Nor need the two agree elsewhere, in the mean P or in
    the width: their physics differ. The master equation has a collective spin, its own N and A, and an electron that
    is shelved in its dark state; the dot has the rates of its sample, with an odd pump term where its model has one.
    """

    key: ClassVar[str] = "spin_narrowing"
    theoretical: ClassVar[bool] = True
    plot: ClassVar[PlotPlan] = PlotPlan(
        "detuning", ("narrowing", "variance", "polarization", "absorption", "conditional_variance"),
        x_title="bare detuning (µeV), positive: laser red of the line",
        errors=(("variance", "variance_error"), ("polarization", "polarization_error")))
    heading: ClassVar[str] = "Spin narrowing"
    _title: ClassVar[str] = "SpinNarrowing"

    start: Quantity = quantity("ueV", "Set the first bare detuning.", 6.0, minimum=-1e4, maximum=1e4)
    stop: Quantity = quantity("ueV", "Set the last bare detuning; included if it is on the grid.", -6.0, minimum=-1e4,
                              maximum=1e4)
    step: Quantity = quantity("ueV", "Set the distance between two detunings.", 0.5, above=0.0, maximum=1e4)
    sources: str = which_sources()
    settling: Quantity = settling_time()
    averaging: Quantity = averaging_time()
    sampling: Quantity = sampling_time()
    knob: str = which_knob()
    nuclei: int = collective_nuclei()
    hyperfine_coupling: Quantity = collective_coupling()
    linewidth: Quantity = collective_linewidth()
    weights: str = collective_weights()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= len(self.detunings()) <= _MOST_POINTS:
            raise LimitError(f"SpinNarrowing.step got {printed(self.step)}, which makes {len(self.detunings())} "
                             f"detunings between start and stop; it wants a step that makes 2 to {_MOST_POINTS}.")

    def detunings(self) -> tuple[float, ...]:
        """Return the bare detunings of the grid in ueV."""
        return grid(self.si("start") / UEV, self.si("stop") / UEV, self.si("step") / UEV)

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("source", "", "what the numbers come from", self.shown()),
                Coordinate("detuning", "ueV", "bare detuning of the laser, positive red of the line at P = 0",
                           self.detunings()))

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("narrowing", "1", "variance of the nuclear spin, decibels of the thermal one",
                         "variance of the nuclear spin (dB of the thermal one)"),
                Variable("variance", "1", "variance of the nuclear spin in units of the thermal one"),
                Variable("variance_error", "1", "standard error of the variance", usual=0.1),
                Variable("polarization", "1", "mean nuclear polarization P", usual=0.05),
                Variable("polarization_error", "1", "standard error of the mean polarization", usual=1e-3),
                Variable("drift", "1", "mean polarization of the last third of the watching less that of the first "
                         "third, dot only", "drift of the polarization", usual=1e-3),
                Variable("drift_error", "1", "standard error of the drift", usual=1e-3),
                Variable("absorption", "1", "mean absorption in units of the peak of eq. 15"),
                Variable("conditional_variance", "1", "mean variance at fixed total spin in units of the thermal one, "
                         "master equation only", "variance at fixed total spin"),
                Variable("law_variance", "1", "variance by the exact law of the dot's chain, thermal units"),
                Variable("branch_variance", "1", "the same in the branch of unpolarized nuclei alone"),
                Variable("branch_polarization", "1", "mean polarization by the exact law of that branch"),
                Variable("branch_weight", "1", "weight of that branch in the exact law"))

    def label(self) -> str:
        return f"N = {self.nuclei}" if self.shown() == (MASTER,) else ""

    def axis_knob(self, setup: DraggingSetup) -> AxisKnob:
        return detuning_axis(detuning_knob(self.knob, setup))

    def steps(self, setup: DraggingSetup) -> Steps:
        chain = self.chain(setup)
        for place, source in enumerate(self.shown()):
            if source == MASTER:
                collective = yield from self.collective_dot(setup)
                for i, detuning in enumerate(self.detunings()):
                    state = collective.steady_state(Q_(detuning, "ueV"), stop=setup.give_up)
                    variance = float(state.total_variance) / state.thermal_variance
                    yield Point((place, i), self._values(
                        narrowing=_decibel(variance), variance=variance, polarization=float(state.mean_polarization),
                        absorption=float(state.absorption_normalized),
                        conditional_variance=float(state.conditional_variance) / state.thermal_variance),
                        calculated=True)
                continue
            if chain is None:
                continue
            from vlab.analysis.block_average import block_average, block_drift

            scanner = yield from scan_ready(setup, self.knob, self.si("sampling"), "6 dB/oct")
            model = setup.rate_model()
            for i, detuning in enumerate(self.detunings()):
                seen = yield from self.parked(scanner, detuning)
                average = block_average(seen.polarization)
                drift, drift_error = block_drift(seen.polarization)
                branch, law = chain.branch(model, detuning), chain.law(model, detuning)
                p = np.linspace(-1.0, 1.0, law.size)
                variance = average.variance * chain.nuclei
                yield Point((place, i), self._values(
                    narrowing=_decibel(variance), variance=variance,
                    variance_error=average.variance_error * chain.nuclei,
                    polarization=average.mean, polarization_error=average.mean_error,
                    drift=drift, drift_error=drift_error,
                    absorption=float(seen.absorption.mean()),
                    law_variance=float(law @ (p - law @ p) ** 2) * chain.nuclei,
                    branch_variance=branch.variance * chain.nuclei, branch_polarization=branch.mean,
                    branch_weight=branch.weight))

    def _values(self, **given: float) -> tuple[float, ...]:
        return tuple(given.get(variable.name, nan) for variable in self.variables())

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        found, means = [], []
        for source in self.shown():
            one = dataset.sel(source=source)
            x, variance, p = (measured_values(one, name) for name in ("detuning", "variance", "polarization"))
            if x.size == 0:
                continue
            low, high = int(np.argmin(variance)), int(np.argmax(variance))
            found.append(f"{source}: least variance {variance[low]:.3g} of the thermal one at {x[low]:+.2f} µeV, most "
                         f"{variance[high]:.3g} at {x[high]:+.2f} µeV")
            means.append(f"{source}: {_both_ways(x, p)}")
        if DOT in self.shown():
            found += _against_the_law(dataset.sel(source=DOT))
        told = self.remarks(dataset)
        return found + means + told if self.watched(dataset) else told + found + means

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        if self.watched(dataset) or MASTER not in self.shown():
            return _law_and_errors(dataset.sel(source=DOT))
        one = dataset.sel(source=MASTER)
        return [("mean at fixed total spin", measured_values(one, "detuning"),
                 _decibels(measured_values(one, "conditional_variance")))]


def _decibel(ratio: float) -> float:
    return 10.0 * log10(ratio) if ratio > 0.0 else nan


def _decibels(ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([_decibel(float(ratio)) for ratio in ratios])


def _both_ways(x: NDArray[np.float64], p: NDArray[np.float64]) -> str:
    least, most = int(np.argmin(p)), int(np.argmax(p))
    signs = "of both signs, " if p[least] < 0.0 < p[most] else ""
    return f"mean P {signs}from {p[least]:+.4f} at {x[least]:+.2f} µeV to {p[most]:+.4f} at {x[most]:+.2f} µeV"


def _against_the_law(one: xarray.Dataset) -> list[str]:
    """Return how the dot's time averages compare with the exact law, and where that has another branch."""
    names = ("detuning", "variance", "variance_error", "branch_variance", "branch_weight")
    x, variance, error, expected, weight = (measured_values(one, name) for name in names)
    known = error > 0.0
    found = []
    if known.any():
        apart = (variance[known] - expected[known]) / error[known]
        found.append(f"{DOT}: {int((np.abs(apart) < 2.0).sum())} of {apart.size} variances within two standard errors "
                     "of the law of the branch of P = 0")
    brief = variance * _WIDER < expected
    moved = _elsewhere(one) & ~brief
    single = weight >= 1.0 - _LOST
    for which, says in (
            (moved & single, "not settled at {}: its polarization still moved while it was watched; settle longer"),
            (moved & ~single, "at {} it went to another polarization, or was still on its way, while it was watched, "
                              "so its average is that of no branch; settle longer to tell"),
            (brief, "watched too briefly at {} to see the whole width of the law; watch it longer")):
        if which.any():
            found.append(f"{DOT}: " + says.format(f"{' and '.join(f'{v:+.2f}' for v in x[which])} µeV"))
    if not single.all():
        where = " and ".join(_stretches(x[~single], np.abs(np.diff(x)).min() if x.size > 1 else 0.0))
        found.append(f"{DOT}: at {where} µeV the law has another branch, which a time average need not see")
    return found


def _elsewhere(one: xarray.Dataset) -> NDArray[np.bool_]:
    """Return where the polarization moved while it was watched, or was not that of its branch, beyond doubt."""
    names = ("drift", "drift_error", "polarization", "polarization_error", "branch_polarization", "variance",
             "branch_variance")
    drift, drift_error, mean, error, law, variance, expected = (measured_values(one, name) for name in names)
    moved: NDArray[np.bool_] = np.abs(drift) > _DOUBTLESS * drift_error
    return moved | (np.abs(mean - law) > _DOUBTLESS * error) | (variance > _WIDER * expected)


def _stretches(x: NDArray[np.float64], step: float) -> list[str]:
    rising: list[Any] = [[v, v] for v in np.sort(x)[:1]]
    for v in np.sort(x)[1:]:
        if v - rising[-1][1] < 1.5 * step:
            rising[-1][1] = v
        else:
            rising.append([v, v])
    return [f"{low:+.2f}" if low == high else f"{low:+.2f} to {high:+.2f}" for low, high in rising]


def _law_and_errors(one: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
    """Return the exact law of the dot, its branch where it has two, and the errors of the time averages."""
    names = ("detuning", "variance", "variance_error", "law_variance", "branch_variance", "branch_weight")
    x, variance, error, law, branch, weight = (measured_values(one, name) for name in names)
    lines: list[tuple[str, ArrayLike, ArrayLike]] = [("exact law of the dot", x, _decibels(law))]
    two = np.flatnonzero(weight < 1.0 - _LOST)
    for part in np.split(two, np.flatnonzero(np.diff(two) > 1) + 1):
        if part.size:
            near = slice(max(part[0] - 1, 0), part[-1] + 2)  # so that one detuning makes a line too
            lines.append(("" if len(lines) > 1 else "its branch of P = 0, where it has two", x[near],
                          _decibels(branch[near])))
    low, high, middle = _decibels(variance - error), _decibels(variance + error), _decibels(variance)
    ends = np.stack([np.where(np.isfinite(low), low, middle), high], axis=1)
    return [*lines, *(("", np.array([v, v]), bar) for v, bar in zip(x, ends, strict=True))]
