"""The figures of Schering, Uhrig and Smirnov (arXiv:1908.01531) as measurements: which sample, which experiments.

Where the paper's prose is silent, the choice is ours. Figure 4 is a sketch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vlab.experiments.paper_figure import FigureCurve, PaperFigure
from vlab.experiments.recovery import PolarizationRecovery, ZeroFieldRatio
from vlab.experiments.spin_inertia import InertiaPowerSeries, ModulationFrequencyScan, PowerScan
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
    strong = PolarizationRecovery(q=Q_(0.0, ""), g_factor=Q_(0.45, ""), modulation_frequency=Q_(1.0, "kHz"),
                                  stop=Q_(100.0, "mT"), time_constant=Q_(0.3, "s"))
    instant = N_TYPE.replace(trion_spin_relaxation_time=Q_(0.004, "ns"), spin_relaxation_time=Q_(5.2e3, "ns"))
    long, longer = (3.0, 1.0, 0.1, 0.1), (30.0, 3.0, 1.0, 1.0)
    two_a, two_a_fast = _recovery(N_TYPE, slow, *long), _recovery(N_TYPE, fast, *longer)
    return {
        "fig1a": PaperFigure("p-type at 300 mT: signal against modulation frequency", tuple(
            FigureCurve(P_TYPE, ModulationFrequencyScan(power=Q_(power, "")), f"{power:g} W_π")
            for power in (0.01, 0.1, 0.3, 1.0)), number="1a"),
        "fig1a_inset": PaperFigure("p-type at 300 mT: relaxation rate against pump power", (
            FigureCurve(P_TYPE, InertiaPowerSeries(power=Q_(0.01, ""), last_power=Q_(1.0, ""), powers=9)),),
            number="1a, inset"),
        "fig1b": PaperFigure("p-type at 300 mT: signal against pump power", tuple(
            FigureCurve(P_TYPE.replace(trion_spin_relaxation_time=Q_(ratio * 0.4, "ns")),
                        PowerScan(relaxation_time=P_TYPE.spin_relaxation_time), f"τ_s^T = {ratio:g} τ_0")
            for ratio in (0.01, 1.0, 10.0, 100.0)), number="1b"),
        "fig2a_low": PaperFigure("n-type, 10 kHz: polarization recovery", two_a, number="2a"),
        "fig2a_high": PaperFigure("n-type, 3 MHz: polarization recovery", two_a_fast, number="2a"),
        "fig2b_low": PaperFigure("p-type, 10 kHz: polarization recovery", _recovery(P_TYPE, slow, 0.3, 0.1, 0.1, 0.1),
                                 number="2b"),
        "fig2b_high": PaperFigure("p-type, 3 MHz: polarization recovery", _recovery(P_TYPE, fast, *longer),
                                  number="2b"),
        "fig3a_low": PaperFigure("n-type, Q = 0.95, 1 kHz: detuned pulses", _detuned(N_TYPE, Q_(1.0, "kHz"), 1.0),
                                 normalized=True, number="3a"),
        "fig3a_high": PaperFigure("n-type, Q = 0.95, 1 MHz: detuned pulses", _detuned(N_TYPE, _mhz(1.0), 3.0),
                                  normalized=True, number="3a"),
        "fig3b_low": PaperFigure("p-type, Q = 0.95, 1 kHz: detuned pulses", _detuned(P_TYPE, Q_(1.0, "kHz"), 0.1),
                                 normalized=True, number="3b"),
        "fig3b_high": PaperFigure("p-type, Q = 0.95, 1 MHz: detuned pulses", _detuned(P_TYPE, _mhz(1.0), 3.0),
                                  normalized=True, number="3b"),
        "fig5": PaperFigure("p-type, π pulses, 1 kHz: resonant spin amplification", tuple(
            FigureCurve(P_TYPE.replace(anisotropy=Q_(anisotropy, "")), strong, f"λ = {anisotropy:g}")
            for anisotropy in (1.0, 2.0, 3.0, 4.0, 5.0)), number="5"),
        "fig6_low": PaperFigure("n-type, 10 kHz: recovery in units of its large-field value", two_a, normalized=True,
                                number="6"),
        "fig6_high": PaperFigure("n-type, 3 MHz: recovery in units of its large-field value", two_a_fast,
                                 normalized=True, number="6"),
        "fig7": PaperFigure("isotropic, fast trion: zero-field ratio", tuple(
            FigureCurve(instant, ZeroFieldRatio(q=Q_(q, ""), time_constant=Q_(0.3, "s")), f"Q = {q}")
            for q in _PULSES), number="7"),
        "half_period": PaperFigure("n-type, π pulses: resonant spin amplification on halving T_R", tuple(
            FigureCurve(N_TYPE, PolarizationRecovery(q=Q_(0.0, ""), repetition_period=Q_(period, "ns"),
                                                     stop=Q_(150.0, "mT"), g_factor=Q_(0.61, "")),
                        f"T_R = {period} ns") for period in (6.6, 13.2)), number="III D"),
    }


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
