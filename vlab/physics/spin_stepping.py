"""Spins pulse by pulse with the exact map of a period: transients and time traces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlab.physics.kernel import kernel
from vlab.physics.spin_precession import period_maps
from vlab.physics.spin_recurrence import BLOCK, add_up, step_axial, take_block

_CHUNK = 64
"""Pulses whose spins are kept before they are summed."""


def lab_maps(fields: NDArray[np.float64], azimuths: NDArray[np.float64] | None,
             times: tuple[float, float, float, float], pulse: tuple[float, float, float, float],
             ) -> NDArray[np.float64]:
    """Return the one-period maps of many dots for both helicities in one frame.

    Parameters
    ----------
    fields : ndarray, shape (n, 4)
        As in `spin_precession.period_maps`.
    azimuths : ndarray, shape (n,), or None
        Azimuth of W about z, rad. None leaves each dot in a frame of its own, with W in the x-z plane; then only the z
        components have a common meaning.
    times, pulse : tuple of float
        As in `spin_precession`.

    Returns
    -------
    ndarray, shape (2, 12, n)
        For P = +1 and -1: the rows of the matrix, then the vector.
    """
    count = len(fields)
    found = np.empty((2, 12, count))
    if azimuths is None:
        for k, helicity in enumerate((1.0, -1.0)):
            matrices, vectors = period_maps(np.ascontiguousarray(fields[:, :4]), times, pulse, helicity)
            found[k, :9], found[k, 9:] = matrices.reshape(count, 9).T, vectors.T
        return found
    c, s = np.cos(azimuths), np.sin(azimuths)
    zero, one = np.zeros(count), np.ones(count)
    turn = np.array([[c, -s, zero], [s, c, zero], [zero, zero, one]]).transpose(2, 0, 1)
    for k, helicity in enumerate((1.0, -1.0)):
        matrices, vectors = period_maps(np.ascontiguousarray(fields[:, :4]), times, pulse, helicity)
        turned = turn @ matrices @ turn.transpose(0, 2, 1)
        found[k, :9] = turned.reshape(count, 9).T
        found[k, 9:] = (turn @ vectors[:, :, np.newaxis])[:, :, 0].T
    return found


def step(maps: NDArray[np.float64], weights: NDArray[np.float64], helicities: NDArray[np.bool_],
         state: NDArray[np.float64], trace: NDArray[np.float64], transverse: bool) -> None:
    """Step an ensemble through pulses and add its weighted mean spin before each pulse to ``trace``.

    Parameters
    ----------
    maps : ndarray, shape (2, 12, n)
        From `lab_maps`.
    weights : ndarray, shape (n,)
    helicities : ndarray of bool, shape (pulses,)
        Whether a pulse has P = -1.
    state : ndarray, shape (3, n)
        Spins before the first pulse; afterwards before the pulse that would come next.
    trace : ndarray, shape (pulses, 3)
        Mean spin just before the next pulse, k = 1 to ``pulses``; added to.
    transverse : bool
        Whether x and y are wanted as well as z; they cost three times as much again.
    """
    (_step_vectors if transverse else step_axial)(maps, weights, helicities, state, trace)


@kernel
def _step_vectors(maps, weights, helicities, state, trace):
    """Step all three components; see `step`."""
    count = state.shape[1]
    pulses = helicities.shape[0]
    # one loop for each component and a history that is summed afterwards: so the compiler can use vectors
    x, y, z = np.zeros((_CHUNK + 1, BLOCK)), np.zeros((_CHUNK + 1, BLOCK)), np.zeros((_CHUNK + 1, BLOCK))
    local = np.zeros((2, 12, BLOCK))
    lanes, weight, now = np.zeros(8), np.zeros(BLOCK), np.zeros((3, BLOCK))
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        # spins are stepped times their weights, which an affine map allows
        take_block(maps, weights, state, first, size, local, weight, now)
        for i in range(BLOCK):
            x[0, i], y[0, i], z[0, i] = now[0, i], now[1, i], now[2, i]
        for start in range(0, pulses, _CHUNK):
            length = min(_CHUNK, pulses - start)
            for k in range(length):
                m = local[1] if helicities[start + k] else local[0]
                for i in range(BLOCK):
                    x[k + 1, i] = m[0, i] * x[k, i] + m[1, i] * y[k, i] + m[2, i] * z[k, i] + m[9, i]
                for i in range(BLOCK):
                    y[k + 1, i] = m[3, i] * x[k, i] + m[4, i] * y[k, i] + m[5, i] * z[k, i] + m[10, i]
                for i in range(BLOCK):
                    z[k + 1, i] = m[6, i] * x[k, i] + m[7, i] * y[k, i] + m[8, i] * z[k, i] + m[11, i]
            for k in range(length):
                trace[start + k, 0] += add_up(x[k + 1], lanes)
                trace[start + k, 1] += add_up(y[k + 1], lanes)
                trace[start + k, 2] += add_up(z[k + 1], lanes)
            for i in range(BLOCK):
                x[0, i], y[0, i], z[0, i] = x[length, i], y[length, i], z[length, i]
        for i in range(size):
            if weight[i] != 0.0:
                state[0, first + i] = x[0, i] / weight[i]
                state[1, first + i] = y[0, i] / weight[i]
                state[2, first + i] = z[0, i] / weight[i]


def helicity_pattern(pulses: int, pulses_per_half_period: int | None) -> NDArray[np.bool_]:
    """Return which of ``pulses`` pulses have P = -1: none, or every second half period."""
    if pulses_per_half_period is None:
        return np.zeros(pulses, dtype=np.bool_)
    return np.asarray((np.arange(pulses) // pulses_per_half_period) % 2 == 1)
