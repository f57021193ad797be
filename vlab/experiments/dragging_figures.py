"""The figures of the supplement to Latta et al., Nature Physics 5, 758 (2009), as measurements; S3 is a scheme.

Below the figures stands what the paper tells in words: recovery, decay, reversal, narrowing.
"""

from __future__ import annotations

from collections.abc import Callable

from vlab.experiments.absorption_recovery import AbsorptionRecovery
from vlab.experiments.dragging_trends import DraggingVsField, DraggingVsPower
from vlab.experiments.dragging_width import DraggingWidthVsDwell, DraggingWidthVsStep
from vlab.experiments.dwell_time import DwellTimeScan
from vlab.experiments.paper_figure import FigureCurve, PaperFigure
from vlab.experiments.polarization_decay import PolarizationDecay
from vlab.experiments.procedure import Procedure
from vlab.experiments.rate_map import PolarizationRateMap
from vlab.experiments.reversed_scan import ReversedScan
from vlab.experiments.spin_distribution import SpinDistribution
from vlab.experiments.spin_narrowing import SpinNarrowing
from vlab.samples.quantum_dot import QuantumDot
from vlab.units import Q_

_DWELLS = (0.2, 1.0, 5.0)


def _scans(dot: QuantumDot, step: float) -> tuple[FigureCurve, ...]:
    """Return the scans of figure S1 with a step in ueV, one for each dwell."""
    return tuple(FigureCurve(dot, DwellTimeScan(step=Q_(step, "ueV"), dwell=Q_(dwell, "s")), f"dwell {dwell:g} s")
                 for dwell in _DWELLS)


def _figures() -> dict[str, PaperFigure]:
    dot, eq13, charged = (QuantumDot.sample_a(), QuantumDot.sample_a(model="latta2009"),
                          QuantumDot.sample_a(charge="charged"))
    flipping = dot.replace(fluctuations=True)

    def one(title: str, experiment: Callable[[], Procedure], number: str = "", sample: QuantumDot = dot) -> PaperFigure:
        return PaperFigure(title, lambda: (FigureCurve(sample, experiment()),), number=number)

    return {
        "s1a": PaperFigure("scans in steps of 0.4 µeV, three dwell times", lambda: _scans(dot, 0.4), number="S1a"),
        "s1b": PaperFigure("scans in steps of 1.2 µeV, three dwell times", lambda: _scans(dot, 1.2), number="S1b"),
        "s1c": one("dragging width against the dwell time", DraggingWidthVsDwell, "S1c"),
        "s1d": one("dragging width against the step", DraggingWidthVsStep, "S1d"),
        "s2a": PaperFigure("dragging width against the Rabi frequency, neutral and charged", lambda: (
            FigureCurve(dot, DraggingVsPower(), "neutral"), FigureCurve(charged, DraggingVsPower(), "charged")),
            number="S2a"),
        "s2b": one("dragging width against the magnetic field", DraggingVsField, "S2b"),
        "s4_latta2009": one("dP/dt, its parts and locking points, eq. 13 to the letter", PolarizationRateMap, "S4a–e",
                            eq13),
        "s4_noncollinear": one("dP/dt, its parts and locking points, with the odd term", PolarizationRateMap,
                               "S4a–e"),
        "recovery": one("absorption recovers later from blue than from red", AbsorptionRecovery),
        "decay": one("decay of the nuclear polarization in the dark", PolarizationDecay),
        "reversal": one("a scan turned while the resonance is locked", ReversedScan),
        "narrowing": one("the spread of the nuclear spin narrows", SpinNarrowing, sample=flipping),
        "distribution": one("distribution of the nuclear polarization", SpinDistribution, sample=flipping),
    }


DRAGGING_FIGURES: dict[str, PaperFigure] = _figures()
"""All figures by name, then what the text tells."""
