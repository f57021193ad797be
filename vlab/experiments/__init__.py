"""Procedures: what to set, how long to wait, what to read. They know instruments by their roles only."""

from vlab.errors import UnknownNameError
from vlab.experiments.absorption_recovery import AbsorptionRecovery
from vlab.experiments.dragging_trends import DraggingVsField, DraggingVsPower
from vlab.experiments.dragging_width import DraggingWidthVsDwell, DraggingWidthVsStep
from vlab.experiments.dwell_time import DwellTimeScan
from vlab.experiments.polarization_decay import PolarizationDecay
from vlab.experiments.procedure import Procedure
from vlab.experiments.pump_probe import DelayScan, HanleCurve
from vlab.experiments.rate_map import PolarizationRateMap
from vlab.experiments.recovery import PolarizationRecovery, ZeroFieldRatio
from vlab.experiments.relaxation_rate import RelaxationRateVsPower
from vlab.experiments.reversed_scan import ReversedScan
from vlab.experiments.spin_distribution import SpinDistribution
from vlab.experiments.spin_inertia import InertiaPowerSeries, ModulationFrequencyScan, PowerScan
from vlab.experiments.spin_narrowing import SpinNarrowing

__all__ = ["EXPERIMENTS", "AbsorptionRecovery", "DelayScan", "DraggingVsField", "DraggingVsPower",
           "DraggingWidthVsDwell", "DraggingWidthVsStep", "DwellTimeScan", "HanleCurve", "InertiaPowerSeries",
           "ModulationFrequencyScan", "PolarizationDecay", "PolarizationRateMap", "PolarizationRecovery", "PowerScan",
           "RelaxationRateVsPower", "ReversedScan", "SpinDistribution", "SpinNarrowing", "ZeroFieldRatio",
           "experiment", "experiments_on"]

EXPERIMENTS: dict[str, type[Procedure]] = {kind.key: kind for kind in (
    DwellTimeScan, DraggingWidthVsDwell, DraggingWidthVsStep, DraggingVsPower, DraggingVsField,
    PolarizationRateMap, AbsorptionRecovery, PolarizationDecay, ReversedScan, SpinNarrowing, SpinDistribution,
    PolarizationRecovery, ModulationFrequencyScan, InertiaPowerSeries, RelaxationRateVsPower, PowerScan,
    ZeroFieldRatio, DelayScan, HanleCurve)}
"""All experiments by their name on the command line."""


def experiment(name: str) -> type[Procedure]:
    """Return the experiment of that name, ``dwell_time_scan`` or ``DwellTimeScan``.

    Raises
    ------
    UnknownNameError
        There is none; the message names the nearest.
    """
    for key, kind in EXPERIMENTS.items():
        if name in (key, kind.title()) or name.replace("-", "_") == key:
            return kind
    raise UnknownNameError.of("vlab", name, EXPERIMENTS, "experiment")


def experiments_on(bench: str) -> dict[str, type[Procedure]]:
    """Return the experiments that want the bench of that key, by their name on the command line."""
    return {key: kind for key, kind in EXPERIMENTS.items() if kind.bench == bench}
