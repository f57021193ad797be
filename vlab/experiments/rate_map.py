"""The map of polarization rates: how fast nuclear spins polarize at each effective detuning, figure S4."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from vlab.errors import RunError
from vlab.experiments.procedure import Coordinate, Move, PlotPlan, Point, Procedure, Steps, Variable
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import count, quantity
from vlab.physics.bistability import FixedPoint, RateModel, locking_points
from vlab.physics.dnsp_parts import rate_parts
from vlab.samples.specimen import HBAR
from vlab.units import Quantity, unit_factor

if TYPE_CHECKING:
    import xarray

_UEV = unit_factor("ueV")
_PER_UEV = _UEV / HBAR
"""Angular frequency of 1 ueV, rad/s."""
_TALL, _SHORT = 0.06, 0.02
"""Height of the marks of stable and of unstable locking points, in units of the map's range."""
_MARKS = "tall marks stable, short not"


@dataclass(frozen=True, kw_only=True)
class PolarizationRateMap(Procedure):
    """Draw the polarization rate dP/dt against the effective detuning at three polarizations.

    Figures S4a, b, d and e of the supplement to Latta et al., 2009: eq. 13 at P = 0, P > 0 and P < 0, with the odd
    non-collinear term where the dot has it. The parts of dP/dt are kept as well, and each may be chosen to be drawn
    instead. Where dP/dt is zero the resonance locks. A locking point is stable as the figure is read (P frozen) where
    dP/dt rises with the effective detuning; when the laser stands still and P follows, weak outer flanks are stable as
    well. The map is that of the model of the dot on the bench at its present power, chopping and field: no instrument
    measures it, so only a virtual room knows it. Pumps that saturate (a switch of dots with fluctuations) are drawn as
    they are near P = 0. It takes no lab time and leaves the nuclei alone; it opens the laser's shutter.
    """

    key: ClassVar[str] = "polarization_rate_map"
    theoretical: ClassVar[bool] = True
    plot: ClassVar[PlotPlan] = PlotPlan(
        "effective_detuning",
        ("total", "reverse_overhauser", "overhauser", "noncollinear", "decay", "absorption", "bare_detuning"),
        "polarization", x_title="effective detuning (µeV), positive: laser red of the line")
    heading: ClassVar[str] = "Polarization rate map"
    _title: ClassVar[str] = "PolarizationRateMap"

    polarization: Quantity = quantity("", "Set P of the outer curves: the map is drawn at -P, at 0 and at +P.", 0.02,
                                      above=0.0, maximum=1.0)
    span: Quantity = quantity("ueV", "Set the largest effective detuning; the map goes as far to both sides.", 4.0,
                              above=0.0, maximum=1e4)
    detunings: int = count("Set how many effective detunings there are.", 401, minimum=3, maximum=10_001)

    def polarizations(self) -> tuple[float, float, float]:
        """Return the three polarizations."""
        p = self.si("polarization")
        return (-p, 0.0, p)

    def effective_detunings(self) -> tuple[float, ...]:
        """Return the effective detunings in ueV."""
        span, last = self.si("span") / _UEV, self.detunings - 1
        return tuple(round(span * (2 * i - last) / last, 10) + 0.0 for i in range(self.detunings))

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("polarization", "1", "nuclear polarization P", self.polarizations()),
                Coordinate("effective_detuning", "ueV", "effective detuning, positive red of the shifted line",
                           self.effective_detunings()))

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("total", "1/s", "polarization rate dP/dt", "dP/dt"),
                Variable("reverse_overhauser", "1/s", "reverse Overhauser part of dP/dt", "reverse Overhauser part"),
                Variable("overhauser", "1/s", "Overhauser part of dP/dt", "Overhauser part"),
                Variable("noncollinear", "1/s", "odd, non-collinear part of dP/dt", "non-collinear part"),
                Variable("decay", "1/s", "decay part of dP/dt", "decay part"),
                Variable("absorption", "1", "absorption in units of its peak"),
                Variable("bare_detuning", "ueV", "bare detuning at which a laser has this effective detuning",
                         "bare detuning"))

    def seconds(self) -> float:
        return 0.0

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:  # noqa: ARG002
        return []

    def sets(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [(setup.laser, "shutter")]

    def steps(self, setup: DraggingSetup) -> Steps:
        ask = getattr(setup, "rate_model", None)
        if ask is None:
            raise RunError("no instrument of this room measures the polarization rate; PolarizationRateMap draws the "
                           "model of a virtual dot, so it wants a virtual room such as dragging_bench().")
        yield Move(setup.laser, "shutter", "open")
        model: RateModel = ask()
        if model.a == model.b == model.c == 0.0:
            raise RunError("without light nothing pumps the nuclear spins, so there is no map of rates to draw; set "
                           "laser.power above 0 nW, or give the dot alphas that are not all zero.")
        delta = np.array(self.effective_detunings())
        for p, polarization in enumerate(self.polarizations()):
            parts = rate_parts(model, delta * _PER_UEV, polarization)
            columns = (parts.total, parts.reverse_overhauser, parts.overhauser, parts.noncollinear, parts.decay,
                       parts.absorption, delta + model.k * polarization / _PER_UEV)
            for i, values in enumerate(zip(*columns, strict=True)):
                yield Point((p, i), tuple(float(value) for value in values), calculated=True)

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        model = rates_of_map(dataset)
        if model is None:
            return []
        found = []
        for p in self.polarizations():
            reach = self.si("span") / HBAR
            points = [point for point in locking_points(model, p) if abs(point.delta) <= reach]
            found.append(f"P = {p:+g}: {_in_words(points)}" if p else f"P = 0: {_in_words(points)}")
        if model.c:
            found.insert(0, "two stable points for 0 < P < a²/(4 b γ_dec): the rule holds without the odd term; its "
                            f"limit would be {_two_points_below(model):.4g} here")
        else:
            found.insert(0, f"two stable points for 0 < P < a²/(4 b γ_dec) = {_two_points_below(model):.4g}")
        return found

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        model = rates_of_map(dataset)
        if model is None:
            return []
        rates = dataset["total"].values
        size = float(np.nanmax(rates) - np.nanmin(rates))
        span = self.si("span") / _UEV
        lines: list[tuple[str, ArrayLike, ArrayLike]] = []
        for p in self.polarizations():
            x: list[float] = []
            y: list[float] = []
            for point in locking_points(model, p):
                delta = point.delta / _PER_UEV
                if abs(delta) <= span:
                    height = size * (_TALL if point.stable_at_frozen_polarization else _SHORT)
                    # NaN parts one mark from the next
                    x += [delta, delta, nan]
                    y += [height, -height, nan]
            named = bool(x) and not any(title for title, _, _ in lines)
            lines.append((_MARKS if named else "", np.array(x), np.array(y)))
        return lines


def rates_of_map(dataset: xarray.Dataset) -> RateModel | None:
    """Return the rate model behind a map, from its columns; None if too little of it was measured."""
    if "bare_detuning" not in dataset or "polarization" not in dataset["total"].dims:
        return None
    whole = dataset.isel(polarization=0).dropna("effective_detuning")
    off = whole.isel(effective_detuning=whole["effective_detuning"].values != 0.0)
    if off.sizes["effective_detuning"] < 1:
        return None
    # where |u| is next to one, every column tells its rate well
    u_squared = 1.0 / off["absorption"].values - 1.0
    at = off.isel(effective_detuning=int(np.argmin(np.abs(np.log(u_squared)))))
    delta, p = float(at["effective_detuning"]), float(at["polarization"])
    w = float(at["absorption"])
    gamma_p = 2.0 * abs(delta) / np.sqrt(1.0 / w - 1.0)
    u = 2.0 * delta / gamma_p
    return RateModel(
        k=(float(at["bare_detuning"]) - delta) / p * _PER_UEV,
        gamma_p=gamma_p * _PER_UEV,
        a=float(at["reverse_overhauser"]) / w,
        b=-float(at["overhauser"]) / w**2,
        c=float(at["noncollinear"]) / (2.0 * u * w**2),
        gamma_dec=-float(at["decay"]) / p,
    )


def _two_points_below(model: RateModel) -> float:
    return model.a**2 / (4.0 * model.b * model.gamma_dec) if model.b > 0.0 else float("inf")


def _in_words(points: list[FixedPoint]) -> str:
    kinds = {
        "stable at": [p for p in points if p.stable and p.stable_at_frozen_polarization],
        "stable at a fixed laser but not at frozen P at": [p for p in points if p.stable
                                                           and not p.stable_at_frozen_polarization],
        "stable at frozen P but not at a fixed laser at": [p for p in points if not p.stable
                                                           and p.stable_at_frozen_polarization],
        "unstable at": [p for p in points if not p.stable and not p.stable_at_frozen_polarization],
    }
    said = [f"{kind} {' and '.join(f'{p.delta / _PER_UEV:+.3f}' for p in these)} µeV"
            for kind, these in kinds.items() if these]
    return "; ".join(said) or "no locking point in the map"
