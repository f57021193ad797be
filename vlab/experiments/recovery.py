"""Scans of the longitudinal field: polarization recovery and resonant spin amplification, zero-field ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees, pi
from typing import TYPE_CHECKING, ClassVar

from vlab.errors import DataError, LimitError
from vlab.experiments.axis_knob import AxisKnob, scaled_knob
from vlab.experiments.field_grid import USUAL_G, adaptive_fields, even_grid, orders_within, resonance_spacing
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
from vlab.experiments.procedure import Coordinate, Move, PlotPlan, Point, Prepare, Steps, Variable
from vlab.experiments.roles import SpinInertiaSetup
from vlab.experiments.spin_inertia import log_spaced
from vlab.parameters import count, quantity, switch
from vlab.units import Quantity, printed

if TYPE_CHECKING:
    import xarray
    from numpy.typing import ArrayLike

_MOST_POINTS = 20_000
_BOUND = 1.0 / pi
_NAMED = 6
_MARKED = 8


@dataclass(frozen=True, kw_only=True)
class PolarizationRecovery(InertiaProcedure):
    """Scan the longitudinal field: the polarization recovery curve, with resonant spin amplification.

    A longitudinal field takes the spins out of the hold of the nuclei (figures 2, 3, 5 and 6 of arXiv:1908.01531).
    Curves are V-like where the signal only grows with the field, M-like where it falls again. Where the spins turn a
    whole number of times between two pulses, |g| mu_B B T_R = 2 pi n hbar, strong pulses show maxima, eq. (21); state
    |g|, if you know it, to have these fields marked and resolved, and the transverse nuclear field too to have them
    corrected by eq. (23). Detuned pulses (phi) are set by the calibration page so that Q stays as it is. Figure 6 is
    figure 2a divided by the value at large fields, which is left to analysis: the findings tell it.
    """

    key: ClassVar[str] = "polarization_recovery"
    seldom: ClassVar[frozenset[str]] = InertiaProcedure.seldom | {"last_power", "powers"}
    plot: ClassVar[PlotPlan] = PlotPlan("field", ("inertia", "x", "y", "phase"), "power", fit="recovery")
    _title: ClassVar[str] = "PolarizationRecovery"

    start: Quantity = field_of_magnet("Set the first field.", 0.0)
    stop: Quantity = field_of_magnet("Set the last field.", 300.0)
    step: Quantity | None = quantity("mT", "Set the distance of fields; none means small steps at zero field, and "
                                     "where resonances are expected, and larger ones elsewhere.", None, above=0.0,
                                     maximum=18000.0, optional=True, without="adapted")
    power: Quantity = power_of_pump(0.1)
    last_power: Quantity | None = quantity("", "Set the last power of a series of curves; none means one curve.", None,
                                           above=0.0, maximum=1.0, optional=True, without="one curve", shown_unit="W_π")
    powers: int = count("Set how many curves a series has; the ratios of their powers are equal.", 3, minimum=2,
                        maximum=100)
    q: Quantity | None = power_by_q()
    phi: Quantity = pulse_angle()
    modulation_frequency: Quantity = frequency_of_modulation(10.0)
    tilt: Quantity = tilt_of_sample(0.0)
    g_factor: Quantity | None = quantity("", "State |g| of the resident spins, if you know it.", None, minimum=-100.0,
                                         maximum=100.0, optional=True, without="unknown")
    nuclear_field: Quantity | None = quantity("MHz", "State the transverse nuclear field w_n / (2 pi lambda), if you "
                                              "know it.", None, minimum=0.0, optional=True, without="unknown")
    dark_ramps: bool = switch("Close the pump's shutter while the field moves.", False)
    repetition_period: Quantity = period_of_pulses()
    time_constant: Quantity = time_constant_of_lockin(0.1)
    settling: int = settling_of_lockin()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_span("start", "stop")
        self.check_modulation("modulation_frequency")
        if self.g_factor is not None and self.si("g_factor") == 0.0:
            raise LimitError(f"{self.title()}.g_factor got 0, with which spins do not turn; it wants another "
                             "number, or none.")
        if self.q is not None and self.last_power is not None:
            raise LimitError(f"{self.title()}.q got {printed(self.q)}, but a series of curves is given by power and "
                             "last_power; leave one of the two out.")
        if self.last_power is not None:
            self.check_span("power", "last_power")
        if len(self.fields()) < 2:
            raise LimitError(f"{self.title()}.step got {printed(self.step)}, more than the scan is long; it wants a "
                             "step that makes at least 2 points.")
        if len(self.fields()) > _MOST_POINTS:
            raise LimitError(f"{self.title()}.step got {printed(self.step)}, which makes {len(self.fields())} points; "
                             f"it wants a step that makes at most {_MOST_POINTS}.")

    def resonance(self) -> float:
        """Return the expected distance of resonances in T."""
        g = USUAL_G if self.g_factor is None else self.si("g_factor")
        return resonance_spacing(g, self.si("repetition_period"))

    def fields(self) -> tuple[float, ...]:
        """Return the fields of the grid in mT."""
        start, stop = self.si("start") / MILLITESLA, self.si("stop") / MILLITESLA
        if self.step is not None:
            span, step = abs(stop - start), self.si("step") / MILLITESLA
            return even_grid(start, stop, max(step, span / (2 * _MOST_POINTS)))
        return adaptive_fields(start, stop, self.resonance() / MILLITESLA)

    def qs(self) -> tuple[float, ...]:
        """Return Q of each curve."""
        if self.q is not None:
            return (self.si("q"),)
        return tuple(self.q_of(power) for power in self.power_ratios())

    def power_ratios(self) -> tuple[float, ...]:
        """Return the power of each curve in units of a pi pulse's (with ``q`` of no meaning)."""
        if self.last_power is None:
            return (self.si("power"),)
        return log_spaced(self.si("power"), self.si("last_power"), self.powers)

    def coordinates(self) -> tuple[Coordinate, ...]:
        field = Coordinate("field", "mT", "longitudinal magnetic field", self.fields())
        if self.last_power is None:
            return (field,)
        return (Coordinate("power", "1", "pump power in units of a pi pulse's", self.power_ratios()), field)

    def seconds(self) -> float:
        curves = len(self.power_ratios())
        first, last = self.fields()[0] * MILLITESLA, self.fields()[-1] * MILLITESLA
        way = abs(first - USUAL_FIELD) + curves * abs(last - first)
        return self.points() * self.reading_seconds() + way / USUAL_RAMP + self.si("tilt") / USUAL_TURN

    def label(self) -> str:
        parts = [number(self.si("modulation_frequency") / 1e3, "kHz")]
        if self.q is not None:
            parts.append(f"Q {self.si('q'):.3g}")
        elif self.last_power is None:
            parts.append(f"{number(self.si('power'))} W_π")
        if self.si("tilt"):
            parts.append(f"tilted by {degrees(self.si('tilt')):.4g}°")
        if self.si("phi"):
            parts.append(f"Φ {degrees(self.si('phi')):.4g}°")
        return ", ".join(parts)

    def axis_knob(self, setup: SpinInertiaSetup) -> AxisKnob:
        return scaled_knob(setup.magnet, "field", "mT")

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        fields = self.fields()
        reading = yield from self.make_ready(setup, fields[0] * MILLITESLA, tilt=self.si("tilt"))
        yield Move(setup.modulator, "frequency", self.si("modulation_frequency"))
        one = self.last_power is None
        for c, q in enumerate(self.qs()):
            yield from self.set_pump(setup, q, self.si("phi"))
            # every second curve is measured on the way back
            for i in range(len(fields)) if c % 2 == 0 else reversed(range(len(fields))):
                yield from ramp(setup, fields[i] * MILLITESLA, self.dark_ramps)
                if c == i == 0:
                    yield Prepare(True)
                yield from self.one_point(reading, (i,) if one else (c, i))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        from vlab.analysis import find_resonances, recovery_shape

        found = []
        for name, place in self._curves():
            field, signal = measured(dataset, "inertia", "field", **place)
            try:
                shape = recovery_shape(field * MILLITESLA, signal)
                found.append(f"{name}{shape}; {shape.zero_field:.4g} at the smallest field, {shape.large_field:.4g} at "
                             "the largest")
                # of fewer points nobody knows the noise
                maxima = find_resonances(field * MILLITESLA, signal) if field.size >= 30 else ()
            except DataError as error:
                found.append(f"{name}{error}")
                continue
            if len(maxima) > 1:
                shown = ", ".join(f"{m.field.m_as('mT'):.2f}" for m in maxima[:_NAMED])
                found.append(f"{name}{len(maxima)} maxima, at {shown}{', ...' if len(maxima) > _NAMED else ''} mT")
        if self.g_factor is not None:
            found.extend(self._predictions())
        return found

    def _curves(self) -> list[tuple[str, dict[str, int]]]:
        if self.last_power is None:
            return [("", {})]
        return [(f"{number(power)} W_pi: ", {"power": p}) for p, power in enumerate(self.power_ratios())]

    def _predictions(self) -> list[str]:
        from numpy import isfinite

        from vlab.physics.spin_limits import shifted_synchronization_field

        orders = list(self.orders())[:_NAMED]
        if not orders:
            return []
        spacing = self.resonance() / MILLITESLA
        found = [f"eq. (21) of Schering et al. expects {', '.join(f'{n * spacing:.2f}' for n in orders)} mT"]
        if self.nuclear_field is not None:
            shifted = shifted_synchronization_field(orders, self.si("g_factor"), self.si("repetition_period"),
                                                    2.0 * pi * self.si("nuclear_field"), 1.0) / MILLITESLA
            words = ", ".join(f"{b:.2f}" if isfinite(b) else "none" for b in shifted)
            found.append(f"eq. (23) of Schering et al. expects {words} mT")
        return found

    def orders(self) -> range:
        """Return the orders of the resonances that lie in the scan, as far as they are marked."""
        within = orders_within(self.si("start"), self.si("stop"), self.resonance())
        return within[:_MARKED]

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:
        import numpy as np

        signal = np.asarray(dataset["inertia"].values, dtype=float)
        top = float(np.nanmax(signal)) if np.isfinite(signal).any() else 0.0
        start, stop = sorted((self.si("start") / MILLITESLA, self.si("stop") / MILLITESLA))
        curves: list[tuple[str, ArrayLike, ArrayLike]] = []
        if top > 0.6 * _BOUND:
            curves.append(("bound 1/π", np.array([start, stop]), np.full(2, _BOUND)))
        if self.g_factor is not None and top > 0.0:
            spacing = self.resonance() / MILLITESLA
            both = (s * n * spacing for n in self.orders() for s in (-1.0, 1.0))
            marks = np.array(sorted(b for b in both if start <= b <= stop))
            # a line that goes up and down again at each, and along zero between them
            curves.append(("eq. (21)", np.repeat(marks, 3), np.tile([0.0, top, 0.0], marks.size)))
        return curves


@dataclass(frozen=True, kw_only=True)
class ZeroFieldRatio(InertiaProcedure):
    """Measure the signal at zero field in units of that at a large field, for pulses of several angles Phi.

    A detuned pulse turns the spins about the light's axis, which helps them against the nuclei (figure 7 of
    arXiv:1908.01531). For weak pulses, isotropic and strong nuclear fields, and trions that lose their spin at once the
    ratio grows from 1/3 at Phi = 0 to pi/2 - 1 at 180 deg, eq. (20), which is drawn. Every second angle is measured at
    the large field first, which saves half of the ramps; the pump's shutter is closed while the field moves.
    """

    key: ClassVar[str] = "zero_field_ratio"
    plot: ClassVar[PlotPlan] = PlotPlan("phi", ("ratio", "inertia_zero", "inertia_large"))
    _title: ClassVar[str] = "ZeroFieldRatio"

    start: Quantity = quantity("deg", "Set the first angle Phi.", 0.0, minimum=-180.0, maximum=180.0)
    stop: Quantity = quantity("deg", "Set the last angle Phi.", 180.0, minimum=-180.0, maximum=180.0)
    angles: int = count("Set how many angles there are.", 13, minimum=2, maximum=1000)
    q: Quantity = quantity("", "Set Q; Q^2 is the probability that a pulse excites no trion.", 0.95, minimum=0.0,
                           maximum=1.0)
    large_field: Quantity = field_of_magnet("Set the large field.", 300.0)
    modulation_frequency: Quantity = frequency_of_modulation(1.0)
    repetition_period: Quantity = period_of_pulses()
    time_constant: Quantity = time_constant_of_lockin(0.1)
    settling: int = settling_of_lockin()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_span("start", "stop")
        self.check_modulation("modulation_frequency")
        if self.si("large_field") == 0.0:
            raise LimitError(f"{self.title()}.large_field got 0 mT; it wants a field that is strong against the "
                             "nuclei.")

    def phis(self) -> tuple[float, ...]:
        """Return the angles in deg."""
        first, last = degrees(self.si("start")), degrees(self.si("stop"))
        return tuple(round(first + (last - first) * i / (self.angles - 1), 9) + 0.0 for i in range(self.angles))

    def coordinates(self) -> tuple[Coordinate, ...]:
        return (Coordinate("phi", "deg", "angle Φ by which a pulse turns the spin", self.phis()),)

    def variables(self) -> tuple[Variable, ...]:
        return (Variable("ratio", "1", "spin inertia signal at zero field in units of that at the large field",
                         "L(0) / L(large field)"),
                Variable("inertia_zero", "1", "spin inertia signal L at zero field", "L at zero field"),
                Variable("inertia_large", "1", "spin inertia signal L at the large field", "L at the large field"))

    def seconds(self) -> float:
        return (self.points() * (2.0 * self.reading_seconds() + abs(self.si("large_field")) / USUAL_RAMP)
                + USUAL_FIELD / USUAL_RAMP)

    def label(self) -> str:
        return f"Q {self.si('q'):.3g}"

    def steps(self, setup: SpinInertiaSetup) -> Steps:
        reading = yield from self.make_ready(setup, 0.0)
        yield Move(setup.modulator, "frequency", self.si("modulation_frequency"))
        large = self.si("large_field")
        for i, phi in enumerate(self.phis()):
            yield from self.set_pump(setup, self.si("q"), phi * pi / 180.0)
            found: dict[float, float] = {}
            for field in (0.0, large) if i % 2 == 0 else (large, 0.0):
                yield from ramp(setup, field, dark=True)
                if i == 0 and field == 0.0:
                    yield Prepare(True)
                found[field] = abs((yield from reading.read()))
            ratio = found[0.0] / found[large] if found[large] > 0.0 else float("nan")
            yield Point((i,), (ratio, found[0.0], found[large]))

    def findings(self, dataset: xarray.Dataset) -> list[str]:
        phi, ratio = measured(dataset, "ratio", "phi")
        if phi.size == 0:
            return []
        return [f"L(0)/L({number(self.si('large_field') / MILLITESLA, 'mT')}) = {ratio[0]:.4g} at {phi[0]:g} deg and "
                f"{ratio[-1]:.4g} at {phi[-1]:g} deg; eq. (20) of Schering et al. expects {_eq20(phi[0]):.4g} and "
                f"{_eq20(phi[-1]):.4g} for weak pulses and isotropic nuclear fields"]

    def overlay(self, dataset: xarray.Dataset) -> list[tuple[str, ArrayLike, ArrayLike]]:  # noqa: ARG002
        import numpy as np

        from vlab.physics.spin_limits import zero_field_ratio

        fine = np.linspace(self.phis()[0], self.phis()[-1], 181)
        return [("eq. (20)", fine, zero_field_ratio(np.abs(np.radians(fine))))]


def ramp(setup: SpinInertiaSetup, field: float, dark: bool) -> Steps:
    """Bring the field to ``field`` (T), with the pump's shutter closed while it moves if ``dark``."""
    if dark:
        yield Move(setup.pump, "shutter", "closed")
    yield Move(setup.magnet, "field", field)
    if dark:
        yield Move(setup.pump, "shutter", "open")


def _eq20(phi: float) -> float:
    from vlab.physics.spin_limits import zero_field_ratio

    return float(zero_field_ratio(abs(phi) * pi / 180.0))
