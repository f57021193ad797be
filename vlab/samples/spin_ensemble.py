"""An ensemble of singly charged quantum dots whose resident spins are oriented by laser pulses: its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, inf, isfinite, pi, sin
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from vlab.errors import LimitError, SettingError
from vlab.parameters import Parameters, quantity
from vlab.physics.pulse import PulseAction
from vlab.samples.modulation import check_count, check_frequency, check_half_period, run_lengths
from vlab.samples.pump import Pump, check_pump
from vlab.units import Q_, Quantity, make_quantity, printed, to_si, to_si_array

if TYPE_CHECKING:
    from vlab.physics.spin_average import Average, SpinSystem

MU_B_OVER_HBAR = 9.2740100783e-24 / 1.054571817e-34
_MOST_PULSES = 10_000_000
LEAST_PERIODS = 5.0
"""T_R / tau_0 below which the model, whose pulses find an empty trion, means nothing."""


@dataclass(frozen=True)
class InertiaSignal:
    """The spin inertia signal of eq. (1), over field and frequency."""

    signal: NDArray[np.complex128]
    """Its modulus is L; its phase is the spin's behind the drive's fundamental (negative: the spin lags)."""
    error: NDArray[np.float64]
    """Estimated absolute error."""
    modulation_frequency: Quantity
    """Hz; the one that was used, which for detuned pulses may be near to the one that was asked for."""
    field: Quantity
    """T."""

    @property
    def magnitude(self) -> NDArray[np.float64]:
        """L, at most 1/pi."""
        return np.abs(self.signal)


@dataclass(frozen=True)
class TimeTrace:
    """Mean spin pulse by pulse."""

    time: Quantity
    """s; just before pulse 1, 2, ..., shape (pulses,)."""
    spin: NDArray[np.float64]
    """S_x, S_y, S_z, shape (pulses, 3)."""
    helicity: NDArray[np.int64]
    """P of the pulse before each time."""
    nuclear_fields: NDArray[np.float64]
    """W_N of each dot, rad/s, shape (dots, 3)."""


@dataclass(frozen=True)
class DelayTrace:
    """Spins between two pulses of the periodic state."""

    delay: Quantity
    """s after the pulse, shape (d,)."""
    spin: NDArray[np.complex128]
    """S_z, shape (d,); real for constant helicity, which is +1 where S_z is negative."""
    trion: NDArray[np.complex128]
    """J_z."""
    error: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SpinEnsemble(Parameters):
    """Parameters of an ensemble of charged dots; frozen, all of them quantities. ``replace(...)`` makes another.

    The resident spin S and the spin J of the trion precess in the same frozen nuclear field (eqs. 2 to 5 of Schering,
    Uhrig and Smirnov, arXiv:1908.01531); recombination returns J_z to S.
    """

    _title: ClassVar[str] = "SpinEnsemble"

    nuclear_field: Quantity = quantity("MHz", "Set w_n/2pi, the strength of the nuclear field on the resident spin.",
                                       70.0, above=0.0)
    trion_nuclear_field: Quantity = quantity("MHz", "Set w_n^T/2pi, the strength of the nuclear field on the trion.",
                                             16.0, minimum=0.0)
    spin_relaxation_time: Quantity = quantity("ns", "Set tau_s, the relaxation time of the resident spin.", 500.0,
                                              above=0.0)
    trion_spin_relaxation_time: Quantity = quantity("ns", "Set tau_s^T, the relaxation time of the trion's spin.",
                                                    10.0, above=0.0)
    trion_lifetime: Quantity = quantity("ns", "Set tau_0, the radiative lifetime of the trion.", 0.4, above=0.0)
    anisotropy: Quantity = quantity("", "Set lambda, how much weaker transverse nuclear fields are for the resident "
                                    "spin.", 1.0, above=0.0)
    trion_anisotropy: Quantity = quantity("", "Set lambda_T, the same for the trion.", 5.0, above=0.0)
    g_factor: Quantity = quantity("", "Set g_z of the resident spin.", -0.61)
    trion_g_factor: Quantity = quantity("", "Set g_z^T of the trion.", -0.45)
    nuclear_correlation_time: Quantity | None = quantity(
        "ns", "Set tau_c, after which a dot has another nuclear field; none means frozen nuclei. For resonant pulses "
        "and fields along z.", None, above=0.0, optional=True, without="frozen")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.si("trion_lifetime") >= self.si("spin_relaxation_time"):
            raise LimitError(f"SpinEnsemble.trion_lifetime got {printed(self.trion_lifetime)}; the model needs it "
                             f"shorter than spin_relaxation_time, {printed(self.spin_relaxation_time)}.")

    @classmethod
    def n_type(cls) -> SpinEnsemble:
        """Return the n-type ensemble of Table 1: resident electrons."""
        return cls()

    @classmethod
    def p_type(cls) -> SpinEnsemble:
        """Return the p-type ensemble of Table 1: resident holes."""
        return cls(nuclear_field=Q_(16.0, "MHz"), trion_nuclear_field=Q_(70.0, "MHz"),
                   spin_relaxation_time=Q_(5200.0, "ns"), trion_spin_relaxation_time=Q_(35.0, "ns"),
                   anisotropy=Q_(5.0, ""), trion_anisotropy=Q_(1.0, ""), g_factor=Q_(-0.45, ""),
                   trion_g_factor=Q_(-0.4, ""))

    @property
    def nuclear_numbers(self) -> tuple[float, float, float, float]:
        """w_n (rad/s), lambda, chi and chi lambda / lambda_T, eqs. (4) and (5)."""
        w_n = 2.0 * pi * self.si("nuclear_field")
        chi = 2.0 * pi * self.si("trion_nuclear_field") / w_n
        return w_n, self.si("anisotropy"), chi, chi * self.si("anisotropy") / self.si("trion_anisotropy")

    def system(self, field: float, action: PulseAction, period: float, tilt: float = 0.0,
               relaxation_time: float | None = None) -> SpinSystem:
        """Return the plain numbers of an experiment, for the physics.

        Parameters
        ----------
        field : float
            T.
        action : PulseAction
        period : float
            T_R in s.
        tilt : float
            Angle between field and z, rad.
        relaxation_time : float, optional
            Takes the place of tau_s, s.

        Raises
        ------
        LimitError
            The pulses come too fast for the trion's lifetime.
        """
        from vlab.physics.spin_average import SpinSystem

        tau_0 = self.si("trion_lifetime")
        if not period >= LEAST_PERIODS * tau_0:
            raise LimitError(f"the repetition period of {period * 1e9:g} ns is too short; the model needs a trion that "
                             f"has gone when the next pulse comes, that is at least {LEAST_PERIODS:g} trion lifetimes, "
                             f"{LEAST_PERIODS * tau_0 * 1e9:g} ns.")
        tau_s = self.si("spin_relaxation_time") if relaxation_time is None else relaxation_time
        larmor = MU_B_OVER_HBAR * field
        return SpinSystem((self.si("g_factor") * larmor, self.si("trion_g_factor") * larmor), tilt,
                          self.nuclear_numbers, (period, tau_s, self.si("trion_spin_relaxation_time"), tau_0),
                          (action.q_z, action.q_perp, action.kick, action.phi), self._correlation(action, period, tilt))

    def _correlation(self, action: PulseAction, period: float, tilt: float) -> float:
        if self.nuclear_correlation_time is None:
            return inf
        if action.phi != 0.0 or abs(sin(tilt)) > 1e-12:
            raise LimitError("SpinEnsemble.nuclear_correlation_time is set; nuclear fields that change are computed "
                             "for resonant pulses (phi = 0) and fields along z only. Set it to none.")
        if self.si("nuclear_correlation_time") < period:
            raise LimitError(f"SpinEnsemble.nuclear_correlation_time got {printed(self.nuclear_correlation_time)}; the "
                             f"model wants at least the repetition period, {period * 1e9:g} ns, since fields change "
                             "between pulses.")
        return self.si("nuclear_correlation_time")

    def _need_frozen(self, what: str) -> None:
        if self.nuclear_correlation_time is not None:
            raise LimitError(f"{what} wants frozen nuclear fields; replace(nuclear_correlation_time=None) gives them.")

    def inertia_signal(self, *, field: Quantity, pump: Pump, modulation_frequency: Quantity | None = None,
                       pulses_per_half_period: int | None = None, tilt: Quantity | None = None,
                       tolerance: float = 1e-6, method: str = "quadrature",
                       stop: Callable[[], bool] | None = None) -> InertiaSignal:
        """Return the spin inertia signal, eq. (1), of the periodic state.

        Parameters
        ----------
        field : Quantity
            Magnetic field; one or an array.
        pump : Pump
        modulation_frequency : Quantity, optional
            f_m, one or an array, broadcast with ``field``; 0 Hz by default. It means the average over an infinite
            time at that frequency. Detuned pulses (phi != 0) are computed at the nearest frequency whose half period
            is p/q pulse periods with small odd q, which the result tells.
        pulses_per_half_period : int, optional
            n instead of a frequency: T_m = 2 n T_R exactly, with the drive's component 1/(n sin(pi/2n)) in place of
            2/pi.
        tilt : Quantity, optional
            Angle between the field and the growth axis; other than 0 the average is over three dimensions.
        tolerance : float
            Wanted error, relative to max(L, 0.03).
        method : {"quadrature", "quasi-monte-carlo"}
            How the average over nuclear fields is taken. The second, in up to a million dots, is an independent check;
            its error is one standard deviation.
        stop : callable, optional
            Asked often; true ends the computation with `InterruptedError`.

        Returns
        -------
        InertiaSignal
            Arrays of the shape to which field and frequency broadcast.

        Raises
        ------
        SettingError
            Something has the wrong dimension or is not finite.
        LimitError
            T_R is shorter than 5 tau_0, f_m is above 1/(4 T_R), or the tolerance is out of range.
        """
        from vlab.physics.spin_average import carries

        check_pump(pump)
        fields = to_si_array(field, "T", "inertia_signal.field")
        period, action = pump.si("repetition_period"), pump.action
        angle = 0.0 if tilt is None else to_si(tilt, "deg", "inertia_signal.tilt")
        if not (isinstance(tolerance, float) and isfinite(tolerance) and 1e-10 <= tolerance <= 0.1):
            raise LimitError(f"inertia_signal.tolerance got {tolerance!r}; it wants a number from 1e-10 to 0.1.")
        if method not in ("quadrature", "quasi-monte-carlo"):
            raise LimitError(f"inertia_signal.method got {method!r}; it wants quadrature or quasi-monte-carlo.")
        if pulses_per_half_period is not None:
            if modulation_frequency is not None:
                raise SettingError("inertia_signal wants modulation_frequency or pulses_per_half_period, not both.")
            check_half_period(pulses_per_half_period)
            frequencies = np.array(0.5 / (pulses_per_half_period * period))
        else:
            asked = Q_(0.0, "Hz") if modulation_frequency is None else modulation_frequency
            frequencies = to_si_array(asked, "Hz", "inertia_signal.modulation_frequency")
            check_frequency(frequencies, period)
        try:
            all_fields, all_frequencies = np.broadcast_arrays(fields, frequencies)
        except ValueError:
            raise SettingError(f"inertia_signal got fields of shape {fields.shape} and frequencies of shape "
                               f"{frequencies.shape}; they must broadcast.") from None
        shape = all_fields.shape
        used = np.array(all_frequencies, dtype=float).ravel()
        signal, error = np.zeros(used.shape, dtype=complex), np.zeros(used.shape)
        flat = all_fields.ravel()
        values = dict.fromkeys(flat.tolist())
        unit = replace(self.system(1.0, action, period, angle), random=method != "quadrature")
        left_over = exp(-period / unit.times[3])
        swept = None
        if used.size and np.all(used == used[0]):
            several = np.array(sorted(values))
            swept = recovery(unit, several, float(used[0]), pulses_per_half_period, tolerance, stop)
        if swept is not None:
            where = np.searchsorted(several, flat)
            used[:], signal, error = swept[0], swept[1].values[where], swept[1].error[where]
            error = error + left_over * np.abs(signal)
            values = {}
        for value in values:
            here = np.flatnonzero(flat == value)
            system = replace(self.system(float(value), action, period, angle), random=method != "quadrature")
            found = spectrum(system, used[here], pulses_per_half_period, tolerance, stop)
            used[here], signal[here], error[here] = found[0], found[1].values, found[1].error
            if not carries(system, tolerance) or action.phi != 0.0:  # patterns never carry it
                error[here] += left_over * np.abs(signal[here])
        return InertiaSignal(signal.reshape(shape), error.reshape(shape), Q_(used.reshape(shape), "Hz"),
                             Q_(np.array(all_fields), "T"))

    def draw_nuclear_fields(self, dots: int, seed: int = 0) -> NDArray[np.float64]:
        """Return frozen nuclear fields W_N drawn from eq. (4), rad/s, shape (dots, 3)."""
        w_n, anisotropy, _, _ = self.nuclear_numbers
        across = w_n / (anisotropy * np.sqrt(2.0))
        widths = np.array([across, across, w_n / np.sqrt(2.0)])
        return np.asarray(np.random.default_rng(seed).standard_normal((dots, 3)) * widths)

    def time_trace(self, *, field: Quantity, pump: Pump, pulses: int, pulses_per_half_period: int | None = None,
                   dots: int = 1024, seed: int = 0, nuclear_fields: NDArray[np.float64] | Quantity | None = None,
                   tilt: Quantity | None = None, stop: Callable[[], bool] | None = None) -> TimeTrace:
        """Return the mean spin just before each pulse, from S = 0 on, with the exact map of a pulse period.

        Parameters
        ----------
        field : Quantity
            One magnetic field.
        pump : Pump
        pulses : int
            How many.
        pulses_per_half_period : int, optional
            After how many pulses the helicity, +1 at first, is reversed; never by default.
        dots, seed : int
            How many frozen nuclear fields are drawn.
        nuclear_fields : ndarray, shape (dots, 3), optional
            W_N, given instead of drawn: numbers in rad/s, or a quantity.
        tilt : Quantity, optional
            Angle between the field and the growth axis z, in the x-z plane.
        stop : callable, optional
            Asked often; true ends the computation with `InterruptedError`.

        Raises
        ------
        SettingError, LimitError
            As in `inertia_signal`.
        """
        from vlab.physics import overhauser, spin_stepping

        check_pump(pump)
        self._need_frozen("time_trace")
        period, action = pump.si("repetition_period"), pump.action
        check_count(pulses, "time_trace.pulses", most=_MOST_PULSES)
        if pulses_per_half_period is not None:
            check_half_period(pulses_per_half_period)
        angle = 0.0 if tilt is None else to_si(tilt, "deg", "time_trace.tilt")
        system = self.system(to_si(field, "T", "time_trace.field"), action, period, angle)
        if nuclear_fields is None:
            check_count(dots, "time_trace.dots", most=_MOST_PULSES)
            check_count(seed, "time_trace.seed", 0)
            nuclear_fields = self.draw_nuclear_fields(dots, seed)
        given = _angular_frequencies(nuclear_fields)
        if given.ndim != 2 or given.shape[1] != 3 or not len(given) or not np.all(np.isfinite(given)):
            raise SettingError(f"time_trace.nuclear_fields got an array of shape {given.shape}; it wants finite "
                               "numbers of shape (dots, 3), in rad/s.")
        c, s = np.cos(angle), np.sin(angle)
        larmor, trion = system.larmor
        _, _, chi, chi_across = system.nuclear
        fields = overhauser.fields_of(given, (larmor * c, larmor * s, trion * c, trion * s), (chi_across, chi))
        azimuths = np.arctan2(given[:, 1], given[:, 0] + larmor * s)
        helicities = spin_stepping.helicity_pattern(pulses, pulses_per_half_period)
        spin = np.zeros((pulses, 3))
        portion = max(64, int(2e6 // max(1, min(pulses, 20_000))))
        for first in range(0, len(given), portion):
            part = slice(first, first + portion)
            maps = spin_stepping.lab_maps(fields[part], azimuths[part], system.times, system.pulse)
            state = np.zeros((3, maps.shape[2]))
            weights = np.ascontiguousarray(fields[part, 4])
            for begin in range(0, pulses, 20_000):
                if stop is not None and stop():
                    raise InterruptedError("stopped")
                stretch = slice(begin, begin + 20_000)
                spin_stepping.step(maps, weights, helicities[stretch], state, spin[stretch], True)
        return TimeTrace(Q_(period * np.arange(1, pulses + 1), "s"), spin, np.where(helicities, -1, 1), given)

    def delay_trace(self, *, field: Quantity, pump: Pump, delays: Quantity,
                    modulation_frequency: Quantity | None = None, tilt: Quantity | None = None,
                    tolerance: float = 1e-4, stop: Callable[[], bool] | None = None) -> DelayTrace:
        """Return S_z and J_z between two resonant pulses of the periodic state.

        Parameters
        ----------
        field : Quantity
        pump : Pump
            With phi = 0.
        delays : Quantity
            Times after the pulse, from 0 to T_R.
        modulation_frequency : Quantity, optional
            Zero by default: the steady state under pulses of helicity +1. Otherwise complex amplitudes per unit of the
            helicity's Fourier component.
        tilt, tolerance, stop
            As in `inertia_signal`.

        Raises
        ------
        SettingError, LimitError
            As in `inertia_signal`; or the pulses are detuned.
        """
        from vlab.physics import spin_average

        check_pump(pump)
        self._need_frozen("delay_trace")
        period, action = pump.si("repetition_period"), pump.action
        if action.phi != 0.0:
            raise LimitError("delay_trace wants resonant pulses, phi = 0.")
        times = np.atleast_1d(to_si_array(delays, "s", "delay_trace.delays"))
        if times.ndim != 1 or not times.size:
            raise SettingError(f"delay_trace.delays got an array of shape {times.shape}; it wants one delay or a "
                               "row of them.")
        if np.any(times < 0.0) or np.any(times > period * (1.0 + 1e-12)):
            raise LimitError(f"delay_trace.delays got times from {times.min():g} s to {times.max():g} s; it wants 0 to "
                             f"the repetition period, {period:g} s.")
        asked = Q_(0.0, "Hz") if modulation_frequency is None else modulation_frequency
        frequency = to_si(asked, "Hz", "delay_trace.modulation_frequency")
        check_frequency(np.array(frequency), period)
        angle = 0.0 if tilt is None else to_si(tilt, "deg", "delay_trace.tilt")
        system = self.system(to_si(field, "T", "delay_trace.field"), action, period, angle)
        spin, trion = spin_average.delayed(system, 2.0 * pi * frequency, times, tolerance, stop)
        return DelayTrace(make_quantity(1.0, "s") * times, -spin.values, -trion.values, spin.error + trion.error)


def recovery(system: SpinSystem, fields: NDArray[np.float64], frequency: float, pulses_per_half_period: int | None,
             tolerance: float, stop: Callable[[], bool] | None) -> tuple[float, Average] | None:
    """Return the frequency used and the signal at many fields (T; the system's is 1 T), or None where `spectrum` must.
    """
    from vlab.physics.pattern_average import Pattern, pattern_at_fields
    from vlab.physics.spin_average import Average, at_fields, is_plain
    from vlab.physics.spin_limits import square_wave_fundamental

    if system.pulse[3] != 0.0 and frequency != 0.0:
        lengths = run_lengths(frequency, system.times[0], pulses_per_half_period)
        found = pattern_at_fields(system, fields, Pattern.square(system.pulse, lengths), 1, tolerance, None, stop)
        return (0.5 * len(lengths) / (sum(lengths) * system.times[0]),
                Average(found.values[:, 0], found.error[:, 0], found.dots))
    if not is_plain(system, tolerance):
        return None
    found = at_fields(system, fields, 2.0 * pi * frequency, tolerance, stop)
    size = 1.0
    if pulses_per_half_period is not None:
        size = float(square_wave_fundamental(pulses_per_half_period)) * 0.5 * pi
    return frequency, Average(size * found.values, size * found.error, found.dots)


def spectrum(system: SpinSystem, frequencies: NDArray[np.float64], pulses_per_half_period: int | None,
             tolerance: float, stop: Callable[[], bool] | None = None) -> tuple[NDArray[np.float64], Average]:
    """Return the signal of one experiment at several modulation frequencies (Hz), and the frequencies used."""
    from vlab.physics import pattern_average, spin_average
    from vlab.physics.spin_average import Average
    from vlab.physics.spin_limits import square_wave_fundamental

    period = system.times[0]
    if system.pulse[3] == 0.0:
        found = spin_average.linear(system, 2.0 * pi * frequencies, tolerance, stop)
        if pulses_per_half_period is not None:
            size = float(square_wave_fundamental(pulses_per_half_period)) * 0.5 * pi
            found = Average(found.values * size, found.error * size, found.dots)
        return frequencies, found
    used, values, errors = frequencies.copy(), np.zeros(len(frequencies), dtype=complex), np.zeros(len(frequencies))
    dots = 0
    for i, frequency in enumerate(frequencies):
        if frequency == 0.0:
            one = spin_average.steady(system, tolerance, stop)
        else:
            lengths = run_lengths(frequency, period, pulses_per_half_period)
            used[i] = 0.5 * len(lengths) / (sum(lengths) * period)
            one = pattern_average.pattern(system, pattern_average.Pattern.square(system.pulse, lengths), 1, tolerance,
                                          None, stop)
        values[i], errors[i], dots = one.values[0], one.error[0], max(dots, one.dots)
    return used, Average(values, errors, dots)


def _angular_frequencies(values: Any) -> NDArray[np.float64]:
    """Return nuclear fields as floats in rad/s; frequencies in Hz are refused, since 2 pi lies between them."""
    if hasattr(values, "units"):
        return to_si_array(values, "rad/s", "time_trace.nuclear_fields")
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise SettingError(f"time_trace.nuclear_fields got {values!r}; it wants numbers in rad/s.") from None
