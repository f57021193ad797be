"""Dragging widths against laser power and field, figures S2a and S2b of the supplement to Latta et al., 2009."""

from __future__ import annotations

from dataclasses import dataclass
from json import loads
from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from vlab.errors import LimitError, SettingError
from vlab.experiments.axis_knob import AxisKnob, scaled_knob
from vlab.experiments.detuning_leg import UEV
from vlab.experiments.dragging_procedure import (
    AVERAGED,
    DraggingWidthProcedure,
    first_detuning,
    in_order,
    last_detuning,
    moving_knob,
    repetitions,
    scan_phases,
    ways,
)
from vlab.experiments.procedure import Coordinate, Move, PlotPlan, Read, Steps
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import quantities, quantity
from vlab.units import Quantity, parse_quantity, to_si

if TYPE_CHECKING:
    import xarray
    from numpy.typing import ArrayLike

_REFERENCE_FIELD = 4.5
_BOHR_MAGNETON = 57.883818  # ueV/T
_USUAL_RAMP = 0.5 / 60.0
"""T/s; ramp rate of the magnet on which estimates of lab time count."""


@dataclass(frozen=True, kw_only=True)
class DraggingVsPower(DraggingWidthProcedure):
    """Measure the maximum dragging width, in units of the linewidth, against the Rabi frequency.

    Figure S2a of the supplement to Latta et al., Nature Physics 5, 758 (2009): dragging reaches farthest where the Rabi
    frequency is about the linewidth. The laser power follows from the calibration, (Omega/Gamma)^2 = power / (2 P_sat).
    The supplement prints a dwell of 200 ms; with the build-up time of about 1 s of its own figure S1c the rate model
    cannot drag in so short a time, hence 5 s here. Light-induced decay of the nuclear polarization makes the width fall
    again at large powers. That eq. 13 alone (model latta2009) reverses below Omega/Gamma ~ 0.5, where it drags from
    laser blue to red, and drags one way only, shows in the widths of the two directions. Each is the mean over equally
    spaced first points; the data hold no traces. At the end the power is what it was.
    """

    key: ClassVar[str] = "dragging_vs_power"
    heading: ClassVar[str] = "Dragging width vs power"
    plot: ClassVar[PlotPlan] = PlotPlan("rabi_ratio", ("width_in_linewidths", "width", "maximum", "on", "off"),
                                        "direction", average=AVERAGED, markers=True, x_title="Ω / Γ")
    _title: ClassVar[str] = "DraggingVsPower"

    rabi_ratios: tuple[Quantity, ...] = quantities(
        "", "List the Rabi frequencies Omega in units of the linewidth Gamma at low power.",
        (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 1.8, 2.0), above=0.0, maximum=30.0)
    step: Quantity = quantity("ueV", "Set the size of a step.", 0.2, above=0.0, maximum=1e5)
    dwell: Quantity = quantity("s", "Set the time spent at each point.", 5.0, minimum=1e-5, maximum=3e4)
    start: Quantity = first_detuning()
    stop: Quantity = last_detuning()
    directions: str = ways()
    phases: int = scan_phases()
    repeats: int = repetitions()
    knob: str = moving_knob()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_scan(self.si("step") / UEV, self.si("step") / UEV, "step")

    def ratios(self) -> tuple[float, ...]:
        """Return Omega / Gamma, smallest first."""
        return in_order(self.si_list("rabi_ratios"))

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (*self.outer_coordinates(), Coordinate("rabi_ratio", "1", "Rabi frequency in units of the linewidth",
                                                      self.ratios()))

    def seconds(self) -> float:
        one = self.scan_seconds(self.si("step") / UEV, self.si("dwell"))
        return one * len(self.ratios()) * len(self.ways()) * self.repeats

    def label(self) -> str:
        return f"dwell {self.si('dwell'):g} s"

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*super().claims(setup), (setup.laser, "power")]

    def axis_knob(self, setup: DraggingSetup) -> AxisKnob:
        full = 2.0 * setup.calibration.saturation_power
        return AxisKnob(setup.laser, "power", lambda ratio: full * ratio * abs(ratio), lambda power: sqrt(power / full))

    def steps(self, setup: DraggingSetup) -> Steps:
        before = yield Read(setup.laser, "power")
        yield from super().steps(setup)
        yield Move(setup.laser, "power", before)

    def series(self, setup: DraggingSetup, place: tuple[int, int]) -> Steps:
        step, dwell = self.si("step") / UEV, self.si("dwell")
        for r, ratio in enumerate(self.ratios()):
            yield Move(setup.laser, "power", 2.0 * setup.calibration.saturation_power * ratio * ratio)
            scanner = yield from self.ready(setup, dwell)
            for w, way in enumerate(self.ways()):
                yield from self.one_width(scanner, self.scan_grid(step, place[1], way), dwell, (*place, w, r))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        found = []
        for way in self.ways():
            ratio, width = _mean_curve(dataset, way, "rabi_ratio", "width_in_linewidths")
            if ratio.size:
                top = int(width.argmax())
                where = "an end of" if top in (0, ratio.size - 1) else "within"
                found.append(f"{way}: largest width {width[top]:.3g} Γ at Ω/Γ = {ratio[top]:.3g}, {where} the range")
        return [*found, *self.scans_told(dataset)]

    def remark(self, dataset: xarray.Dataset, member: str) -> str:
        ratio, width = _mean_curve(dataset, member, "rabi_ratio", "width_in_linewidths")
        return f"up to {width.max():.3g} Γ" if ratio.size else ""


@dataclass(frozen=True, kw_only=True)
class DraggingVsField(DraggingWidthProcedure):
    """Measure the maximum dragging width against the magnetic field, beside the electron's Zeeman splitting.

    Figure S2b of the supplement to Latta et al., Nature Physics 5, 758 (2009): the width grows with the field, but
    slower than the Zeeman splitting |g| mu_B B. Nuclear rates fall as 1/B^2, so the dwell grows as B^2 from that at
    4.5 T; a fixed dwell would show less dragging at high fields for want of time. The scan's range grows with the field
    above 4.5 T, in proportion; a clipped width is told. The Zeeman line is drawn with the electron's g factor from the
    sample's record in the data (the supplement's -0.67 without one), divided so that it meets the width at the lowest
    field. Each width is the mean over equally spaced first points, through which the field goes up and down in turn; at
    the end it is what it was. The data hold no traces. Eq. 13 alone (model latta2009) drags from laser red to blue
    only.
    """

    key: ClassVar[str] = "dragging_vs_field"
    heading: ClassVar[str] = "Dragging width vs field"
    plot: ClassVar[PlotPlan] = PlotPlan("field", ("width", "width_in_linewidths", "maximum", "on", "off"),
                                        "direction", average=AVERAGED, markers=True, legend_left=True, fit="line")
    _title: ClassVar[str] = "DraggingVsField"

    fields: tuple[Quantity, ...] = quantities("T", "List the magnetic fields.",
                                              (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.5, 9.0), above=0.0, maximum=9.0)
    step: Quantity = quantity("ueV", "Set the size of a step.", 0.4, above=0.0, maximum=1e5)
    dwell: Quantity = quantity("s", "Set the time spent at each point at 4.5 T; at other fields B it is this times "
                               "(B / 4.5 T)^2.", 5.0, minimum=1e-3, maximum=3e3)
    start: Quantity = first_detuning()
    stop: Quantity = last_detuning()
    directions: str = ways()
    phases: int = scan_phases()
    repeats: int = repetitions()
    knob: str = moving_knob()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_scan(self.si("step") / UEV, self.si("step") / UEV, "step")
        shortest = self.dwell_at(self.fields_T()[0])
        if shortest < 1e-5:
            raise LimitError(f"DraggingVsField.fields got {self.fields_T()[0]:g} T, at which the dwell would be "
                             f"{shortest:.2g} s; it wants fields at which the dwell is at least 1e-05 s.")

    def fields_T(self) -> tuple[float, ...]:
        """Return the fields in T, smallest first."""
        return in_order(self.si_list("fields"))

    def dwell_at(self, field: float) -> float:
        """Return the dwell in s at a field in T."""
        return self.si("dwell") * (field / _REFERENCE_FIELD) ** 2

    def stretch_at(self, field: float) -> float:
        """Return how much longer the scan is at a field (T) than at 4.5 T."""
        return max(1.0, field / _REFERENCE_FIELD)

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (*self.outer_coordinates(), Coordinate("field", "T", "magnetic field", self.fields_T()))

    def seconds(self) -> float:
        fields, step = self.fields_T(), self.si("step") / UEV
        scans = sum(self.scan_seconds(step, self.dwell_at(b), self.stretch_at(b)) for b in fields)
        sweeps = self.phases * self.repeats
        last = fields[-1] if sweeps % 2 == 1 else fields[0]
        way = sweeps * (fields[-1] - fields[0]) + abs(fields[0] - _REFERENCE_FIELD) + abs(last - _REFERENCE_FIELD)
        return scans * len(self.ways()) * self.repeats + way / _USUAL_RAMP

    def label(self) -> str:
        return f"dwell {self.si('dwell'):g} s at 4.5 T"

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*super().claims(setup), (setup.magnet, "field")]

    def axis_knob(self, setup: DraggingSetup) -> AxisKnob:
        return scaled_knob(setup.magnet, "field", "T")

    def steps(self, setup: DraggingSetup) -> Steps:
        before = yield Read(setup.magnet, "field")
        yield from super().steps(setup)
        yield Move(setup.magnet, "field", before)

    def series(self, setup: DraggingSetup, place: tuple[int, int]) -> Steps:
        step, fields = self.si("step") / UEV, self.fields_T()
        up = (place[0] * self.phases + place[1]) % 2 == 0
        for b in range(len(fields)) if up else reversed(range(len(fields))):
            yield Move(setup.magnet, "field", fields[b])
            dwell = self.dwell_at(fields[b])
            scanner = yield from self.ready(setup, dwell)
            for w, way in enumerate(self.ways()):
                detunings = self.scan_grid(step, place[1], way, self.stretch_at(fields[b]))
                yield from self.one_width(scanner, detunings, dwell, (*place, w, b))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        import numpy as np

        found = []
        for way in self.ways():
            field, width = _mean_curve(dataset, way, "field", "width")
            if field.size < 2:
                continue
            power = float(np.polyfit(np.log(field), np.log(width), 1)[0])
            found.append(f"{way}: {width[0]:.3g} µeV at {field[0]:g} T to {width[-1]:.3g} µeV at {field[-1]:g} T, "
                         f"about as B^{power:.2f}")
        if found and not field_dependent(dataset):
            found.append("the dot's field_dependence is off: its rates do not depend on field, and the width grows "
                         "because the dwell does")
        if found:
            found.append(f"the Zeeman splitting is {electron_g(dataset) * _BOHR_MAGNETON:.4g} µeV/T times B, linear")
        return [*found, *self.scans_told(dataset)]

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        import numpy as np

        slope = electron_g(dataset) * _BOHR_MAGNETON
        curves = [_mean_curve(dataset, way, "field", "width") for way in self.ways()]
        lowest = [(field[0], float(width[0])) for field, width in curves if field.size]
        if not lowest:
            return []
        field, width = max(lowest, key=lambda found: found[1])
        divisor = float(f"{slope * field / width:.2g}")
        line = np.linspace(0.0, self.fields_T()[-1], 2)
        top = 1.3 * max(float(w.max()) for _, w in curves if w.size)
        line[1] = min(line[1], top * divisor / slope)
        return [(f"Zeeman splitting |g| µ_B B (|g| = {electron_g(dataset):g}), divided by {divisor:g}", line,
                 slope * line / divisor)]


def field_dependent(dataset: xarray.Dataset) -> bool:
    """Return whether the rates of the sample in a dataset depend on the field, also where that is not on record."""
    try:
        return bool(loads(dataset.attrs["sample"])["field_dependence"])
    except (KeyError, TypeError, ValueError):
        return True


def electron_g(dataset: xarray.Dataset) -> float:
    """Return |g| of the electron from the record of the sample, or 0.67 where there is none."""
    try:
        text = loads(dataset.attrs["sample"])["electron_g_factor"]
        return abs(to_si(parse_quantity(str(text), "electron_g_factor"), "", "electron_g_factor"))
    except (KeyError, TypeError, ValueError, SettingError):
        return 0.67


def _mean_curve(dataset: xarray.Dataset, way: str, across: str, variable: str) -> tuple[Any, Any]:
    """Return the mean over phases and repeats of one direction, of what was measured."""
    import numpy as np

    from vlab.analysis.rows import mean_and_error

    one = dataset[variable].sel(direction=way).transpose("repeat", "phase", across)
    mean, _ = mean_and_error(np.asarray(one.values, dtype=float).reshape(-1, one.sizes[across]))
    known = np.isfinite(mean)
    return np.asarray(one[across].values, dtype=float)[known], mean[known]
