"""The dragging width: how far the nuclear spins carry the resonance along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from vlab.analysis.rounding import compact
from vlab.analysis.rows import Floats
from vlab.analysis.width_error import width_error
from vlab.data.quality import QUALITY, counts, spoiled_left_out
from vlab.errors import DataError
from vlab.units import Q_, Quantity

if TYPE_CHECKING:
    import xarray

BY_READOUT_ALONE = "; the error is that of the readout noise alone, a wandering line adds to it"
"""What is to be known of the error of a width."""
_MANY = 30
"""Points from which on the median second difference alone tells the noise."""
_FEWEST_DIFFERENCES = 8
"""Second differences of a short scan from which on they are asked at all."""
_LEAST_SIGMAS = 4.5
_LEAST_ABSORPTION = 0.05
"""In units of the peak, for short scans; less is noise, or the far wing of a line that was not met."""
_MOST_ABSORPTION = 1.2
"""In units of the peak; more is a baseline."""
_FLAT = 0.75
"""Lowest over highest value from which on a trace is flat."""


@dataclass(frozen=True)
class DraggingWidth:
    """Where a dragged resonance begins and ends."""

    width: Quantity
    """Extent in bare detuning, never negative."""
    on: Quantity
    """Bare detuning at which the absorption rose through half of its maximum, in the order of the scan."""
    off: Quantity
    """Bare detuning at which it fell again."""
    clipped: bool
    """Whether a side lies at an end of the scan, or of its good points, so that the true width may be larger."""
    gap: bool = False
    """Whether a side lies between points of which others were left out, so that it is known to this gap only."""
    error: Quantity = field(default_factory=lambda: Q_(nan, "ueV"), compare=False)
    """One standard deviation of the width by the noise of the readout, see `vlab.analysis.width_error`; NaN where a
    side is clipped or lies in a gap, or where too little of the baseline is there to tell. A line that wanders, and
    nuclei that lose it a step sooner or later, add to it: widths of repeated scans tell how much."""

    def in_words(self) -> str:
        """Return width, with its error where that is known, and ends: ``10.711(12) µeV (on at ...)``."""
        error = self.error.m_as("ueV")
        if not isfinite(error):
            return str(self)
        width = compact(self.width.m_as("ueV"), error)
        return f"{width} µeV{str(self).split(' µeV', 1)[1]}"

    def __str__(self) -> str:
        ends = ", clipped at an end of the scan" if self.clipped else ""
        ends += ", a side lies where points were left out" if self.gap else ""
        width, on, off = (f"{q.m_as('ueV'):.3f} µeV" for q in (self.width, self.on, self.off))
        return f"{width} (on at {on}, off at {off}{ends})"


def half_maximum_extent(detuning: ArrayLike, absorption: ArrayLike) -> tuple[float, float, bool]:
    """Return where a trace rises and falls through half of its maximum around that maximum.

    Parameters
    ----------
    detuning, absorption : array_like, shape (n,)
        In the order of the scan.

    Returns
    -------
    on, off : float
        Edges by linear interpolation, or the ends of the scan.
    clipped : bool
        Whether an edge is an end of the scan.
    """
    x, y = np.asarray(detuning, dtype=float), np.asarray(absorption, dtype=float)
    top = int(np.argmax(y))
    half = 0.5 * y[top]
    first = top
    while first > 0 and y[first - 1] >= half:
        first -= 1
    last = top
    while last < y.size - 1 and y[last + 1] >= half:
        last += 1
    on, off = x[first], x[last]
    if first > 0:
        on = x[first] + (x[first - 1] - x[first]) * (y[first] - half) / (y[first] - y[first - 1])
    if last < y.size - 1:
        off = x[last] + (x[last + 1] - x[last]) * (y[last] - half) / (y[last] - y[last + 1])
    return float(on), float(off), first == 0 or last == y.size - 1


def resonance_extent(detuning: ArrayLike, absorption: ArrayLike) -> tuple[float, float, bool]:
    """Return the extent of a resonance as `half_maximum_extent` does, if there is one.

    Raises
    ------
    DataError
        Fewer than two points, nothing above zero, nothing that stands out of the noise, or a baseline that is nowhere
        below half of the maximum. The noise is the median second difference of the trace, which a smooth resonance
        does not move; it is asked for 4.5 times as much. That cannot be had of fewer than 30 points: see `_found`.
    """
    y = np.asarray(absorption, dtype=float)
    if y.size < 2:
        raise DataError(f"dragging_width wants at least two points; this scan has {y.size}.")
    top = float(y.max())
    if not top > 0.0:
        raise DataError("dragging_width found no absorption above zero in this scan; is the lock-in's phase right and "
                        "the shutter open?")
    if y.size > 2 and _on_a_baseline(y):
        raise DataError("dragging_width found no line in this scan, whose trace is nowhere below half of its maximum; "
                        "is the detector balanced, and does the scan begin and end beyond the line?")
    if not (top >= _LEAST_SIGMAS * _noise(y) if y.size >= _MANY else _found(y)):
        raise DataError("dragging_width found no resonance above the noise in this scan; is the bench in order "
                        "(bench.check()), and does the scan cross the line?")
    return half_maximum_extent(detuning, y)


def _on_a_baseline(y: Floats) -> bool:
    """Return whether a trace that is nowhere below half of its maximum is a baseline, with or without a line on it.

    And not the inside of a line wider than the scan, which rises and falls, is not above its peak, and is at its lowest
    for a short while only.
    """
    lowest, top = float(y.min()), float(y.max())
    if lowest < 0.5 * top:
        return False
    at_the_bottom = float(np.mean(y < lowest + 0.25 * (top - lowest)))
    return top > _MOST_ABSORPTION or lowest > _FLAT * top or at_the_bottom > 0.5


def _noise(y: Floats) -> float:
    return float(1.4826 * np.median(np.abs(np.diff(y, 2))) / np.sqrt(6.0))


def _found(y: Floats) -> bool:
    """Return whether a scan of few points shows a resonance, by any of three signs.

    It rises to its maximum and falls from there throughout, which noise of n points does in 2^(n - 1) / n! of all
    cases; or the maximum stands out of what lies outside of the half-maximum region, with or without its flanks; or out
    of the second differences, where there are some. The fewer points tell the noise, the more it must stand out. Of
    traces of white noise alone, larger than the least absorption, about one in a hundred passes from six points on;
    noise of three or four points cannot be told from a line.
    """
    top = int(np.argmax(y))
    if y[top] < _LEAST_ABSORPTION:
        return False
    if (np.diff(y[:top + 1]) >= 0.0).all() and (np.diff(y[top:]) <= 0.0).all() and y.min() >= -0.1 * y[top]:
        return True
    below = np.flatnonzero(y < 0.5 * y[top])
    first, last = below[below < top].max(initial=-1) + 1, below[below > top].min(initial=y.size)
    for flank in (0, 1):
        outside = np.concatenate([y[:max(first - flank, 0)], y[last + flank:]])
        if outside.size and y[top] > _sigmas(outside.size) * np.sqrt(np.mean(outside**2)):
            return True
    differences = y.size - 2
    # about a third of them are independent; their median scatters, too
    return differences >= _FEWEST_DIFFERENCES and bool(y[top] > 4.0 / 3.0 * _sigmas(0.3 * differences) * _noise(y))


def _sigmas(points: float) -> float:
    """Return by how many of its noise a maximum must stand out where ``points`` values tell the noise.

    Near the quantiles of Student's t for one in a thousand.
    """
    return _LEAST_SIGMAS * (1.0 + 10.0 / points**2)


def dragging_width(dataset: xarray.Dataset, direction: str | None = None) -> DraggingWidth:
    """Return the dragging width of a dwell-time scan.

    The extent of the contiguous region around the maximum of ``dt_normalized`` in which it is at least half of the
    maximum, edges interpolated linearly, clipped at the ends of the scan. An undragged scan gives the power-broadened
    linewidth (for steps much smaller than it). Points that were not measured, and those that the dataset marks as
    spoiled (``quality``), are left out.

    Parameters
    ----------
    dataset : xarray.Dataset
        From `vlab.run` or opened from a file.
    direction : {"forward", "backward"}, optional
        Which leg of a scan that went both ways.

    Raises
    ------
    DataError
        The dataset is no scan, shows no resonance, or went both ways and no direction is given.
    """
    return _width(dataset, direction, resonance_extent)


def locked_width(dataset: xarray.Dataset, direction: str | None = None) -> DraggingWidth:
    """Return what `dragging_width` does, of a scan known to have met the line, and which may not leave it at all.

    So the way back of a reversed scan, which begins with the resonance locked and may end so.

    Raises
    ------
    DataError
        The dataset is no scan, has fewer than two points, or went both ways and no direction is given.
    """
    return _width(dataset, direction, half_maximum_extent)


def _width(dataset: xarray.Dataset, direction: str | None,
           extent: Callable[[ArrayLike, ArrayLike], tuple[float, float, bool]]) -> DraggingWidth:
    if "detuning" not in getattr(dataset, "coords", {}) or "dt_normalized" not in dataset:
        raise DataError("dragging_width wants the dataset of a dwell-time scan, with the coordinate 'detuning' and "
                        "the variable 'dt_normalized'.")
    trace = spoiled_left_out(dataset)["dt_normalized"]
    if "direction" in trace.dims:
        known = [str(d) for d in trace["direction"].values]
        if direction not in known:
            raise DataError(f"this scan went both ways; give direction= one of {', '.join(known)}.")
        trace = trace.sel(direction=direction)
    elif direction not in (None, "forward"):
        raise DataError("this scan went one way only; leave direction out.")
    if direction == "backward":
        trace = trace[::-1]
    kept = np.flatnonzero(np.isfinite(np.asarray(trace.values, dtype=float)))
    trace = trace[kept]
    x = np.asarray(trace["detuning"].values, dtype=float)
    if x.size < 2:
        raise DataError(_too_few(dataset, x.size))
    on, off, clipped = extent(x, trace.values)
    apart = np.flatnonzero(np.diff(kept) > 1)
    gap = any(min(x[i], x[i + 1]) < side < max(x[i], x[i + 1]) for i in apart for side in (on, off))
    error = nan if clipped or gap else width_error(x, np.asarray(trace.values, dtype=float))
    return DraggingWidth(Q_(abs(off - on), "ueV"), Q_(on, "ueV"), Q_(off, "ueV"), clipped, gap, Q_(error, "ueV"))


def _too_few(dataset: xarray.Dataset, left: int) -> str:
    """Return in a sentence why so few points are left, with the flags that were lit if it was for them."""
    spoiled = int(np.count_nonzero(dataset[QUALITY].values)) if QUALITY in dataset else 0
    if not spoiled:
        return f"dragging_width wants at least two points; this scan has {left}."
    flags = ", ".join(name.replace("_", " ") for name in counts(dataset))
    whose = f"all {spoiled}" if not left else f"{spoiled}"
    return (f"{whose} points are spoiled{f' ({flags})' if flags else ''}, so there is no dragging width; mend what lit "
            "the flag and measure again.")
