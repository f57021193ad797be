"""The figures of Schering, Uhrig and Smirnov (arXiv:1908.01531) as measurements: which sample, which experiments.

Where the paper's prose is silent, the choice is ours. Figure 4 is a sketch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlab.experiments.paper_figure import FigureCurve, PaperFigure
from vlab.experiments.recovery import PolarizationRecovery, ZeroFieldRatio
from vlab.experiments.relaxation_rate import RelaxationRateVsPower
from vlab.experiments.spin_inertia import ModulationFrequencyScan, PowerScan
from vlab.samples.spin_ensemble import SpinEnsemble
from vlab.units import Q_, Quantity

if TYPE_CHECKING:
    import xarray

N_TYPE, P_TYPE = SpinEnsemble.n_type(), SpinEnsemble.p_type()
_PULSES = (0.99, 0.95, 0.5, 0.0)
_ANGLES = (0.0, 45.0, 90.0, 135.0, 180.0)


def _mhz(value: float) -> Quantity:
    return Q_(1e3 * value, "kHz")


def _recovery(ensemble: SpinEnsemble, frequency: Quantity, *time_constants: float) -> tuple[FigureCurve, ...]:
    """Return a recovery curve for each Q of figure 2; weak pulses want long time constants (s)."""
    return tuple(FigureCurve(ensemble, PolarizationRecovery(q=Q_(q, ""), modulation_frequency=frequency,
                                                            time_constant=Q_(time_constant, "s")), f"Q = {q}")
                 for q, time_constant in zip(_PULSES, time_constants, strict=True))


def _detuned(ensemble: SpinEnsemble, frequency: Quantity, time_constant: float) -> tuple[FigureCurve, ...]:
    """Return a recovery curve for each angle of figure 3."""
    return tuple(FigureCurve(ensemble, PolarizationRecovery(q=Q_(0.95, ""), phi=Q_(phi, "deg"), dark_ramps=True,
                                                            modulation_frequency=frequency,
                                                            time_constant=Q_(time_constant, "s")), f"Φ = {phi:g}°")
                 for phi in _ANGLES)


def _figures() -> dict[str, PaperFigure]:
    slow, fast = Q_(10.0, "kHz"), _mhz(3.0)
    long, longer = (3.0, 1.0, 0.1, 0.1), (30.0, 3.0, 1.0, 1.0)

    def modulations() -> tuple[FigureCurve, ...]:
        return tuple(FigureCurve(P_TYPE, ModulationFrequencyScan(power=Q_(power, "")), f"{power:g} W_π")
                     for power in (0.01, 0.1, 0.3, 1.0))

    def rates() -> tuple[FigureCurve, ...]:
        return (FigureCurve(P_TYPE, RelaxationRateVsPower(power=Q_(0.01, ""), last_power=Q_(1.0, ""), powers=9)),)

    def powers() -> tuple[FigureCurve, ...]:
        return tuple(FigureCurve(P_TYPE.replace(trion_spin_relaxation_time=Q_(ratio * 0.4, "ns")),
                                 PowerScan(relaxation_time=P_TYPE.spin_relaxation_time), f"τ_s^T = {ratio:g} τ_0")
                     for ratio in (0.01, 1.0, 10.0, 100.0))

    def amplified() -> tuple[FigureCurve, ...]:
        strong = PolarizationRecovery(q=Q_(0.0, ""), g_factor=Q_(0.45, ""), modulation_frequency=Q_(1.0, "kHz"),
                                      stop=Q_(100.0, "mT"), time_constant=Q_(0.3, "s"))
        return tuple(FigureCurve(P_TYPE.replace(anisotropy=Q_(anisotropy, "")), strong, f"λ = {anisotropy:g}")
                     for anisotropy in (1.0, 2.0, 3.0, 4.0, 5.0))

    def ratios() -> tuple[FigureCurve, ...]:
        instant = N_TYPE.replace(trion_spin_relaxation_time=Q_(0.004, "ns"), spin_relaxation_time=Q_(5.2e3, "ns"))
        return tuple(FigureCurve(instant, ZeroFieldRatio(q=Q_(q, ""), time_constant=Q_(0.3, "s")), f"Q = {q}")
                     for q in _PULSES)

    def half_periods() -> tuple[FigureCurve, ...]:
        return tuple(FigureCurve(N_TYPE, PolarizationRecovery(q=Q_(0.0, ""), repetition_period=Q_(period, "ns"),
                                                              stop=Q_(150.0, "mT"), g_factor=Q_(0.61, "")),
                                 f"T_R = {period} ns") for period in (6.6, 13.2))

    figures = (
        ("fig1a", "p-type at 300 mT: signal against modulation frequency", modulations, False, "1a"),
        ("fig1a_inset", "p-type at 300 mT: relaxation rate against pump power", rates, False, "1a, inset"),
        ("fig1b", "p-type at 300 mT: signal against pump power", powers, False, "1b"),
        ("fig2a_low", "n-type, 10 kHz: polarization recovery", lambda: _recovery(N_TYPE, slow, *long), False, "2a"),
        ("fig2a_high", "n-type, 3 MHz: polarization recovery", lambda: _recovery(N_TYPE, fast, *longer), False, "2a"),
        ("fig2b_low", "p-type, 10 kHz: polarization recovery",
         lambda: _recovery(P_TYPE, slow, 0.3, 0.1, 0.1, 0.1), False, "2b"),
        ("fig2b_high", "p-type, 3 MHz: polarization recovery", lambda: _recovery(P_TYPE, fast, *longer), False, "2b"),
        ("fig3a_low", "n-type, Q = 0.95, 1 kHz: detuned pulses", lambda: _detuned(N_TYPE, Q_(1.0, "kHz"), 1.0), True,
         "3a"),
        ("fig3a_high", "n-type, Q = 0.95, 1 MHz: detuned pulses", lambda: _detuned(N_TYPE, _mhz(1.0), 3.0), True,
         "3a"),
        ("fig3b_low", "p-type, Q = 0.95, 1 kHz: detuned pulses", lambda: _detuned(P_TYPE, Q_(1.0, "kHz"), 0.1), True,
         "3b"),
        ("fig3b_high", "p-type, Q = 0.95, 1 MHz: detuned pulses", lambda: _detuned(P_TYPE, _mhz(1.0), 3.0), True,
         "3b"),
        ("fig5", "p-type, π pulses, 1 kHz: resonant spin amplification", amplified, False, "5"),
        ("fig6_low", "n-type, 10 kHz: recovery in units of its large-field value",
         lambda: _recovery(N_TYPE, slow, *long), True, "6"),
        ("fig6_high", "n-type, 3 MHz: recovery in units of its large-field value",
         lambda: _recovery(N_TYPE, fast, *longer), True, "6"),
        ("fig7", "isotropic, fast trion: zero-field ratio", ratios, False, "7"),
        ("half_period", "n-type, π pulses: resonant spin amplification on halving T_R", half_periods, False, "III D"),
    )
    return {name: PaperFigure(title, curves, relative, number) for name, title, curves, relative, number in figures}


FIGURES: dict[str, PaperFigure] = _figures()
"""All figures by name; `half_period` is told in section III D only."""


def normalized(dataset: xarray.Dataset) -> xarray.Dataset:
    """Return a recovery curve in units of its value at large fields, as figures 3 and 6 show it.

    That is the mean over the uppermost fifth of the fields that were measured: one point would hand its noise on to
    all. Points that are marked as spoiled do not count for it, but are kept.
    """
    import numpy as np

    from vlab.data.quality import spoiled_left_out

    signal = np.asarray(spoiled_left_out(dataset)["inertia"].values, dtype=float)
    field = np.abs(np.where(np.isfinite(signal), dataset["field"].values, np.nan))
    return dataset.assign(inertia=dataset["inertia"] / float(signal[field >= 0.8 * np.nanmax(field)].mean()))
