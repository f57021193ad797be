r"""Quantities that wander: Ornstein-Uhlenbeck processes, exact from tick to tick, alone or summed to 1/f noise.

dy = -y dt / T + sigma sqrt(2 / T) dW has the standard deviation sigma, the correlation exp(-|t| / T) and the one-sided
density 4 sigma^2 T / (1 + (2 pi f T)^2). Over a tick h it goes exactly as y -> a y + sigma sqrt(1 - a^2) n with
a = exp(-h / T) and a normal number n. A sum of processes whose T are spaced evenly on a logarithmic scale has a density
near K / f between their corners; with r of them a decade and equal sigma, K = sigma^2 r / ln 10.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, expm1, log, sqrt

import numpy as np
from numpy.typing import NDArray

from vlab.physics.kernel import kernel

Floats = NDArray[np.float64]


@kernel
def _wander(state, keep, kick, normals, sums):
    """Advance ``state`` (m,) over n ticks; ``sums`` (n + 1,) gets the sum of the processes at the boundaries."""
    total = 0.0
    for j in range(state.shape[0]):
        total += state[j]
    sums[0] = total
    for i in range(normals.shape[0]):
        total = 0.0
        for j in range(state.shape[0]):
            state[j] = keep[j] * state[j] + kick[j] * normals[i, j]
            total += state[j]
        sums[i + 1] = total


@lru_cache(maxsize=64)
def _steps(tick: float, rms: tuple[float, ...], correlation_times: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return what a tick keeps of each process and how strongly it kicks it."""
    keep = np.array([exp(-tick / time) for time in correlation_times])
    kick = np.array([sigma * sqrt(-expm1(-2.0 * tick / time)) for sigma, time in zip(rms, correlation_times,
                                                                                     strict=True)])
    return keep, kick


def wander(state: Floats, rms: Floats, correlation_times: Floats, tick: float, normals: Floats) -> Floats:
    """Let processes pass n ticks and return their sum at the n + 1 boundaries.

    Parameters
    ----------
    state : ndarray, shape (m,)
        Present values; they are changed.
    rms, correlation_times : ndarray, shape (m,)
        Standard deviation and correlation time (s) of each process.
    tick : float
        s.
    normals : ndarray, shape (n, m)
        Standard normal numbers.

    Returns
    -------
    ndarray, shape (n + 1,)
    """
    keep, kick = _steps(tick, tuple(rms.tolist()), tuple(correlation_times.tolist()))
    sums = np.empty(normals.shape[0] + 1)
    _wander(state, keep, kick, normals, sums)
    return sums


def flicker_processes(level: float, lowest: float, highest: float, per_decade: int = 2) -> tuple[Floats, Floats]:
    """Return standard deviations and correlation times (s) of processes that sum to the one-sided density level / f.

    Parameters
    ----------
    level : float
        Square of the unit of the quantity.
    lowest, highest : float
        Frequencies in Hz between which the density holds; beyond it is flat and falls as 1/f^2.
    per_decade : int
        Processes a decade; with 2 the density ripples by less than 2 %.
    """
    count = max(1, round(per_decade * log(highest / lowest, 10.0))) + 1
    corners = np.geomspace(lowest, highest, count)
    ratio = count - 1 or 1
    spacing = log(highest / lowest) / ratio
    return np.full(count, sqrt(level * spacing)), 1.0 / (2.0 * np.pi * corners)
