"""What is read off measured curves: named quantities and fit models of the papers.

Functions that take a dataset leave out the points that it marks as spoiled. Rows of numbers bear no marks: take them
from ``vlab.data.quality.spoiled_left_out(data).dropna("modulation_frequency")``, or whatever the coordinate is.
"""

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
