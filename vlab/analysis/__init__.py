"""What is read off measured curves: named quantities and fit models of the papers."""

from vlab.analysis.dragging import DraggingWidth, dragging_width
from vlab.analysis.inertia import RelaxationFit, ZeroPowerFit, extrapolate_to_zero_power, fit_relaxation_time
from vlab.analysis.recovery_curve import RecoveryShape, Resonance, find_resonances, recovery_shape

__all__ = [
    "DraggingWidth",
    "RecoveryShape",
    "RelaxationFit",
    "Resonance",
    "ZeroPowerFit",
    "dragging_width",
    "extrapolate_to_zero_power",
    "find_resonances",
    "fit_relaxation_time",
    "recovery_shape",
]
