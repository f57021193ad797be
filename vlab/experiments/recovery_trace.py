"""What traces of an absorption recovery show: when they lock, whether they hold, and how the two sides differ."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vlab.analysis.censored_times import SIGNIFICANT, CensoredMedian, censored_median, rank_difference
from vlab.analysis.rounding import with_error
from vlab.analysis.rows import mean_and_error
from vlab.data.quality import QUALITY

if TYPE_CHECKING:
    import xarray

_LOCKED = 0.25
"""Absorption in units of its peak above which a resonance counts as recovered: locked ones absorb 0.4 or more."""
_HALF = 0.5
"""Absorption in units of its peak whose first crossing is compared between traces."""
_LAST_PART = 0.1
"""The part of a trace, at its end, whose mean is the final absorption."""


@dataclass(frozen=True)
class RecoveryTimes:
    """What one trace shows; times in s since the jump."""

    half: float
    """When the trace first reached half of its final value."""
    most: float
    """When it first reached 90 % of it."""
    final: float
    """Mean of its last part, in units of the absorption's peak."""
    half_of_peak: float
    """When it first reached half of the absorption's peak; infinite if it did not while it was watched."""

    @property
    def recovered(self) -> bool:
        """Whether it ended at the absorption of a locked resonance."""
        return self.final > _LOCKED

    @property
    def crossed(self) -> bool:
        """Whether it reached half of the peak."""
        return self.half_of_peak < inf

    @property
    def lost(self) -> bool:
        """Whether it reached half of the peak and ended below the absorption of a locked resonance."""
        return self.crossed and not self.recovered


def recovery_times(dataset: xarray.Dataset, origin: str, settling: float) -> list[RecoveryTimes]:
    """Return what each repeat of an `AbsorptionRecovery` shows; traces that broke off are left out.

    Spoiled points (NaN) within a trace are bridged by a straight line; a trace whose first point or most of whose last
    part is spoiled is left out, too.

    Parameters
    ----------
    dataset : xarray.Dataset
    origin : {"red", "blue"}
    settling : float
        Time constant of the lock-in in s: noise is smoothed over one of it before a crossing is looked for.
    """
    if origin not in dataset["origin"].values:
        return []
    time = np.asarray(dataset["time"].values, dtype=float)
    traces = np.atleast_2d(np.asarray(dataset["dt_normalized"].sel(origin=origin).values, dtype=float))
    return [_times_of(time, np.interp(time, time[known], trace[known]), settling)
            for trace, known in zip(traces, np.isfinite(traces), strict=True)
            if time.size > 1 and known[0] and known[-1] and 2 * known[-_last(known.size):].sum() > _last(known.size)]


def spoiled_from(dataset: xarray.Dataset, origin: str) -> bool:
    """Return whether points of traces from one side are marked as spoiled."""
    return QUALITY in dataset and bool(np.any(dataset[QUALITY].sel(origin=origin).values))


def median_of(traces: list[RecoveryTimes], watched: float) -> CensoredMedian:
    """Return the median time to half of the peak of traces that were watched for ``watched`` seconds."""
    return censored_median([t.half_of_peak for t in traces], watched)


def of_one(trace: RecoveryTimes) -> str:
    """Return in words what a single trace shows."""
    if trace.recovered:
        return (f"half of the final DT after {trace.half:.3g} s, 90 % after {trace.most:.3g} s; DT ends at "
                f"{trace.final:.3g} of its peak")
    if trace.lost:
        return (f"half of the peak after {trace.half_of_peak:.3g} s, then the lock was lost again; DT ends at "
                f"{trace.final:.3g} of its peak")
    return f"no recovery, DT ends at {trace.final:.3g} of its peak"


def of_several(traces: list[RecoveryTimes], watched: float) -> str:
    """Return in words what several traces show, each of which was watched for ``watched`` seconds."""
    n = len(traces)
    mean, error = mean_and_error(np.array([[t.final] for t in traces]))
    crossed, lost = sum(t.crossed for t in traces), sum(t.lost for t in traces)
    return (f"half of the peak after {median_of(traces, watched)}, median of all {n} traces; {crossed} of {n} reached "
            f"it, {lost} of these lost the lock again, {n - crossed} never reached it; DT ends at "
            f"{with_error(float(mean[0]), float(error[0]))} of its peak, mean of all {n}")


def sides_compared(red: list[RecoveryTimes], blue: list[RecoveryTimes]) -> str:
    """Return in words whether traces from red and from blue differ by more than chance."""
    times = rank_difference([t.half_of_peak for t in red], [t.half_of_peak for t in blue])
    finals = rank_difference([t.final for t in red], [t.final for t in blue])
    if times is None or finals is None:
        return "too few traces to tell whether red and blue differ; four of each side is the least"
    return (f"red and blue: the times to half of the peak {_verdict(times)}; the final DT "
            f"{_verdict(finals, plural=False)}")


def _verdict(probability: float, plural: bool = True) -> str:
    told = f"rank test, p = {probability:.1g}"
    if probability < SIGNIFICANT:
        return f"differ significantly ({told})" if plural else f"differs significantly ({told})"
    return f"{'do' if plural else 'does'} not differ significantly ({told})"


def _last(points: int) -> int:
    """Return how many points the last part of a trace has."""
    return max(1, int(_LAST_PART * points))


def _times_of(time: NDArray[np.float64], trace: NDArray[np.float64], settling: float) -> RecoveryTimes:
    final = float(trace[-_last(trace.size):].mean())
    across = max(1, round(settling / (time[1] - time[0]))) | 1
    padded = np.pad(trace, across // 2, mode="edge")
    smooth = np.convolve(padded, np.full(across, 1.0 / across), mode="valid")
    half_of_peak = _crossing(time, smooth, _HALF)
    return RecoveryTimes(_crossing(time, smooth, 0.5 * final), _crossing(time, smooth, 0.9 * final), final,
                         inf if np.isnan(half_of_peak) else half_of_peak)


def _crossing(time: NDArray[np.float64], trace: NDArray[np.float64], level: float) -> float:
    above = np.flatnonzero(trace >= level)
    if not above.size:
        return nan
    i = int(above[0])
    if i == 0:
        return float(time[0])
    part = (level - trace[i - 1]) / (trace[i] - trace[i - 1])
    return float(time[i - 1] + part * (time[i] - time[i - 1]))
