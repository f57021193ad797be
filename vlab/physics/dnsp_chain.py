r"""The chain of `vlab.physics.dnsp_jumps` at a fixed detuning: its stationary law and mean first-passage times.

Both are exact: a birth-death chain obeys detailed balance, and its first-passage times a recurrence of two terms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_jumps import nearest_state
from vlab.physics.kernel import kernel


def flip_rates(model: RateModel, x: float, nuclei: int,
               saturation: bool = False) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rates (1/s) of flips up and down from n = 0 ... N at a fixed bare detuning ``x`` (rad/s)."""
    n = np.arange(nuclei + 1)
    p = polarizations(nuclei)
    u = 2.0 * (x - model.k * p) / model.gamma_p
    w = 1.0 / (1.0 + u * u)
    channels = (model.a * w, -model.b * w * w, 2.0 * model.c * u * w * w)
    up = sum(np.maximum(channel, 0.0) for channel in channels)
    down = sum(np.maximum(-channel, 0.0) for channel in channels)
    up = 0.5 * nuclei * up * (1.0 - p if saturation else 1.0) + 0.5 * model.gamma_dec * (nuclei - n)
    down = 0.5 * nuclei * down * (1.0 + p if saturation else 1.0) + 0.5 * model.gamma_dec * n
    up[-1] = down[0] = 0.0
    return np.asarray(up), np.asarray(down)


def polarizations(nuclei: int) -> NDArray[np.float64]:
    """Return P for n = 0 ... N."""
    return np.asarray((2.0 * np.arange(nuclei + 1) - nuclei) / nuclei)


def stationary_law(model: RateModel, x: float, nuclei: int, saturation: bool = False) -> NDArray[np.float64]:
    r"""Return the probabilities of n = 0 ... N after a long time at a fixed bare detuning ``x`` (rad/s).

    Detailed balance of a one-dimensional chain, :math:`\pi_n \propto \prod_{m<n} r_\uparrow(m) / r_\downarrow(m+1)`.

    Raises
    ------
    ValueError
        A flip that cannot happen cuts the chain in two, so that there is no single law.
    """
    up, down = flip_rates(model, x, nuclei, saturation)
    if not (np.all(up[:-1] > 0.0) and np.all(down[1:] > 0.0)):
        raise ValueError("every flip must be possible both ways for a single stationary law, but some rate is zero")
    logarithm = np.concatenate([[0.0], np.cumsum(np.log(up[:-1]) - np.log(down[1:]))])
    weights = np.exp(logarithm - logarithm.max())
    return np.asarray(weights / weights.sum())


def stationary_moments(model: RateModel, x: float, nuclei: int, saturation: bool = False) -> tuple[float, float]:
    """Return mean and variance of P in the stationary law."""
    law, p = stationary_law(model, x, nuclei, saturation), polarizations(nuclei)
    mean = float(law @ p)
    return mean, float(law @ (p - mean) ** 2)


@kernel
def _passage(forth, back):
    """Return the mean time from each state to the next one up; a sum of positive terms only, so no digit is lost."""
    times = np.empty(forth.shape[0])
    before = 0.0
    for i in range(forth.shape[0]):
        # back[i] = 0 where the way back is closed, be the time of the state before infinite or not
        detour = back[i] * before if back[i] > 0.0 else 0.0
        before = (1.0 + detour) / forth[i]
        times[i] = before
    return times


def first_passage(model: RateModel, x: float, nuclei: int, p_from: float, p_to: float,
                  saturation: bool = False) -> float:
    """Return the mean time (s) from one polarization to the first arrival at another, at a fixed ``x`` (rad/s).

    Both are rounded to the nearest state. With h_n the mean time from n to n + 1, up_n h_n = 1 + down_n h_(n-1); the
    way down is its mirror image. Infinite where there is no way, or where the time exceeds all floats.
    """
    up, down = flip_rates(model, x, nuclei, saturation)
    first, last = nearest_state(p_from, nuclei), nearest_state(p_to, nuclei)
    if last < first:
        up, down = down[::-1].copy(), up[::-1].copy()
        first, last = nuclei - first, nuclei - last
    return float(_passage(up[:last], down[:last])[first:].sum())
