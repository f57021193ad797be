"""The dragging width: how far the nuclear spins carry the resonance along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from vlab.errors import DataError
from vlab.units import Q_, Quantity

if TYPE_CHECKING:
    import xarray


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
    """Whether a side lies at an end of the scan, so that the true width may be larger."""

    def __str__(self) -> str:
        ends = ", clipped at an end of the scan" if self.clipped else ""
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
        Fewer than two points, nothing above zero, or nothing that stands out of the noise. The noise is the median
        second difference of the trace, which a smooth resonance does not move; it is asked for 4.5 times as much.
    """
    y = np.asarray(absorption, dtype=float)
    if y.size < 2:
        raise DataError(f"dragging_width wants at least two points; this scan has {y.size}.")
    top = float(y.max())
    if not top > 0.0:
        raise DataError("dragging_width found no absorption above zero in this scan; is the lock-in's phase right and "
                        "the shutter open?")
    if y.size >= 30:
        noise = 1.4826 * float(np.median(np.abs(np.diff(y, 2)))) / np.sqrt(6.0)
        if top < 4.5 * noise:
            raise DataError("dragging_width found no resonance above the noise in this scan; is the bench in order "
                            "(bench.check()), and does the scan cross the line?")
    return half_maximum_extent(detuning, y)


def dragging_width(dataset: xarray.Dataset, direction: str | None = None) -> DraggingWidth:
    """Return the dragging width of a dwell-time scan.

    The extent of the contiguous region around the maximum of ``dt_normalized`` in which it is at least half of the
    maximum, edges interpolated linearly, clipped at the ends of the scan. An undragged scan gives the power-broadened
    linewidth (for steps much smaller than it).

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
    if "detuning" not in getattr(dataset, "coords", {}) or "dt_normalized" not in dataset:
        raise DataError("dragging_width wants the dataset of a dwell-time scan, with the coordinate 'detuning' and "
                        "the variable 'dt_normalized'.")
    trace = dataset["dt_normalized"]
    if "direction" in trace.dims:
        known = [str(d) for d in trace["direction"].values]
        if direction not in known:
            raise DataError(f"this scan went both ways; give direction= one of {', '.join(known)}.")
        trace = trace.sel(direction=direction)
    elif direction not in (None, "forward"):
        raise DataError("this scan went one way only; leave direction out.")
    if direction == "backward":
        trace = trace[::-1]
    trace = trace.dropna("detuning")
    on, off, clipped = resonance_extent(trace["detuning"].values, trace.values)
    return DraggingWidth(Q_(abs(off - on), "ueV"), Q_(on, "ueV"), Q_(off, "ueV"), clipped)
