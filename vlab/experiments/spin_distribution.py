"""The distribution of the nuclear polarization as a whole, at some detunings."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, pi, sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vlab.experiments.detuning_leg import UEV, scan_ready
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
from vlab.parameters import count, quantities, quantity
from vlab.units import Q_, Quantity

if TYPE_CHECKING:
    import xarray

_SHOWN = 1e-3
"""Part of its peak from which on the exact law is drawn."""


@dataclass(frozen=True, kw_only=True)
class SpinDistribution(NuclearSampling):
    """Show the distribution of the nuclear polarization at some bare detunings.

    The same two models as in SpinNarrowing: the master equation of a collective nuclear spin, which is computed and no
    measurement, and the stochastic dot on the bench, whose nuclei begin unpolarized at each detuning, settle, and are
    looked at again and again, which only a virtual room allows. Of a dot without fluctuations, which follows the mean,
    the master equation is shown alone.

    P = 2 I_z / N is the common axis: full polarization shifts both lines alike where A/2 of the master equation is the
    dot's K. At the same detuning the mean P of the two need not agree even so, not in its sign either: the master
    equation has a collective spin, its own N and A, an electron that is shelved in its dark state and no odd pump term;
    the dot has the rates of its sample. The density is told in units of the peak of the thermal distribution, a
    Gaussian of the width 1/sqrt(N) in P; between the states of a model it is joined by straight lines. Broken lines are
    the exact law of the dot's chain, in the branch that begins with unpolarized nuclei.
    """

    key: ClassVar[str] = "spin_distribution"
    theoretical: ClassVar[bool] = True
    plot: ClassVar[PlotPlan] = PlotPlan("polarization", ("density", "probability"), "detuning",
                                        x_title="nuclear polarization P", fit="gaussian")
    heading: ClassVar[str] = "Spin distribution"
    _title: ClassVar[str] = "SpinDistribution"

    at: tuple[Quantity, ...] = quantities("ueV", "Set the bare detunings.", (2.0, 0.0, -2.0), minimum=-1e4, maximum=1e4)
    span: Quantity = quantity("", "Set the largest |P| that is shown.", 0.12, above=0.0, maximum=1.0)
    bins: int = count("Set into how many bins the span is divided.", 480, minimum=2, maximum=20_000)
    sources: str = which_sources()
    settling: Quantity = settling_time()
    averaging: Quantity = averaging_time()
    sampling: Quantity = sampling_time()
    knob: str = which_knob()
    nuclei: int = collective_nuclei()
    hyperfine_coupling: Quantity = collective_coupling()
    linewidth: Quantity = collective_linewidth()
    weights: str = collective_weights()

    def detunings(self) -> tuple[float, ...]:
        return tuple(round(x / UEV, 10) + 0.0 for x in self.si_list("at"))

    def edges(self) -> NDArray[np.float64]:
        """Return the edges of the bins in P, shape (bins + 1,)."""
        return np.linspace(-self.si("span"), self.si("span"), self.bins + 1)

    def coordinates(self) -> tuple[Coordinate, ...]:
        middles = 0.5 * (self.edges()[1:] + self.edges()[:-1])
        return (Coordinate("source", "", "what the numbers come from", self.shown()),
                Coordinate("detuning", "ueV", "bare detuning of the laser, positive red of the line at P = 0",
                           self.detunings()),
                Coordinate("polarization", "1", "nuclear polarization P, middle of the bin",
                           tuple(round(float(p), 12) + 0.0 for p in middles)))

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("density", "1", "probability density of P in units of the thermal peak",
                         "density of P (thermal peak = 1)"),
                Variable("probability", "1", "probability of the bin", usual=0.1),
                Variable("branch_density", "1", "density by the exact law of the dot's chain, in the branch of "
                         "unpolarized nuclei, in the same units"))

    def label(self) -> str:
        return f"N = {self.nuclei}" if self.shown() == (MASTER,) else ""

    def steps(self, setup: DraggingSetup) -> Steps:
        chain = self.chain(setup)
        for place, source in enumerate(self.shown()):
            if source == MASTER:
                collective = yield from self.collective_dot(setup)
                for d, detuning in enumerate(self.detunings()):
                    state = collective.steady_state(Q_(detuning, "ueV"), stop=setup.give_up)
                    yield from self._hand_over((place, d), state.distribution, None)
                continue
            if chain is None:
                continue
            scanner = yield from scan_ready(setup, self.knob, self.si("sampling"), "6 dB/oct")
            model = setup.rate_model()
            for d, detuning in enumerate(self.detunings()):
                seen = yield from self.parked(scanner, detuning)
                up = np.rint(0.5 * chain.nuclei * (1.0 + seen.polarization)).astype(np.int64)
                branch, exact = chain.branch(model, detuning), np.zeros(chain.nuclei + 1)
                exact[branch.first:branch.first + branch.law.size] = branch.law
                yield from self._hand_over((place, d), np.bincount(up, minlength=chain.nuclei + 1) / up.size, exact)

    def _hand_over(self, place: tuple[int, int], law: NDArray[np.float64], exact: NDArray[np.float64] | None) -> Steps:
        """Hand over the points of one distribution over all states, P = -1 ... 1."""
        shares = _in_bins(self.edges(), law)
        theory = np.full(shares.size, nan) if exact is None else _in_bins(self.edges(), exact)
        # per width of a bin, over that of a Gaussian of width 1/sqrt(N)
        unit = self.bins / (2.0 * self.si("span")) * sqrt(2.0 * pi / (law.size - 1))
        for i, (share, expected) in enumerate(zip(shares, theory, strict=True)):
            yield Point((*place, i), (float(share) * unit, float(share), float(expected) * unit),
                        calculated=exact is None)

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        found = []
        for source in self.shown():
            for detuning in self.detunings():
                one = dataset.sel(source=source, detuning=detuning)
                p, share = (measured_values(one, name) for name in ("polarization", "probability"))
                inside = float(share.sum())
                if p.size < self.bins or inside == 0.0:
                    continue
                mean = float(share @ p) / inside
                width = sqrt(float(share @ (p - mean) ** 2) / inside)
                outside = f"; {1.0 - inside:.2g} of it lies beyond the span" if inside < 1.0 - 1e-3 else ""
                found.append(f"{source} at {detuning:+.2f} µeV: P = {mean:+.4f}, width {width:.2g}{outside}")
        told = self.remarks(dataset)
        return found + told if self.watched(dataset) else told + found

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        lines: list[tuple[str, ArrayLike, ArrayLike]] = []
        if self.watched(dataset):
            for d in range(len(self.detunings())):
                one = dataset.sel(source=DOT).isel(detuning=d)
                p, law = measured_values(one, "polarization"), measured_values(one, "branch_density")
                there = law > _SHOWN * law.max(initial=0.0)  # elsewhere it would hide the others' lines at zero
                lines.append(("" if lines else "exact law of the dot, branch of P = 0", p[there], law[there]))
        return lines


def _in_bins(edges: NDArray[np.float64], law: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much of a law over all states P = -1 ... 1 lies in each bin.

    The density is joined by straight lines from state to state, so that bins finer than their distance make no steps.
    """
    spacing = 2.0 / (law.size - 1)
    joined = np.concatenate([[0.0], law, [0.0]])  # probability per spacing, from one before P = -1 to one past P = 1
    below = np.concatenate([[0.0], np.cumsum(0.5 * (joined[1:] + joined[:-1]))])
    place = np.clip((edges + 1.0) / spacing + 1.0, 0.0, joined.size - 1.0)
    left = np.minimum(place.astype(np.int64), joined.size - 2)
    part = place - left
    slope = joined[left + 1] - joined[left]
    return np.asarray(np.diff(below[left] + part * (joined[left] + 0.5 * part * slope)))
