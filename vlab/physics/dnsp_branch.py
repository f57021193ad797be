r"""One branch of a bistable chain: the law between its two neighbouring valleys.

Where the rate model has two stable points, the stationary law of `vlab.physics.dnsp_chain` has two peaks. A chain that
begins near one of them stays there for a time that grows exponentially with N, and in that time visits the states
between the valleys with the probabilities of the law, as if the rest were not there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlab.physics.bistability import RateModel
from vlab.physics.dnsp_chain import flip_rates, polarizations
from vlab.physics.dnsp_jumps import nearest_state

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Branch:
    """States around one peak of the stationary law."""

    first: int
    """Number n of nuclei that are up in its lowest state."""
    polarization: Floats
    """P of its states, rising."""
    law: Floats
    """Their probabilities if the chain is in the branch; sum 1."""
    weight: float
    """Probability that the chain is in the branch, by the whole law."""

    @property
    def mean(self) -> float:
        """Mean of P."""
        return float(self.law @ self.polarization)

    @property
    def variance(self) -> float:
        """Variance of P."""
        return float(self.law @ (self.polarization - self.mean) ** 2)


def branch_of(model: RateModel, x: float, nuclei: int, p: float, saturation: bool = False) -> Branch:
    """Return the branch into which a chain of ``nuclei`` spins falls from polarization ``p``.

    From the state nearest to ``p`` the stationary law rises to its next peak; the branch goes from the valley below
    that, or from P = -1, to the valley above or to P = 1.

    Parameters
    ----------
    model : RateModel
        Rates at the given light and field.
    x : float
        Fixed bare detuning, rad/s.
    nuclei : int
        N.
    p : float
        Polarization in the branch, or on the slope that leads to it.
    saturation : bool
        As in `vlab.physics.dnsp_jumps`.

    Raises
    ------
    ValueError
        A flip that cannot happen cuts the chain in two, so that there is no single law.
    """
    up, down = flip_rates(model, x, nuclei, saturation)
    if not (np.all(up[:-1] > 0.0) and np.all(down[1:] > 0.0)):
        raise ValueError("every flip must be possible both ways for a single stationary law, but some rate is zero")
    rise = np.log(up[:-1]) - np.log(down[1:])  # of the logarithm of the law from n to n + 1
    start = nearest_state(p, nuclei)
    if start < nuclei and rise[start] > 0.0:
        peak = _next(rise[start:] <= 0.0, start, nuclei)
    else:
        peak = nuclei - _next(rise[:start][::-1] >= 0.0, nuclei - start, nuclei)
    last = _next(rise[peak:] > 0.0, peak, nuclei)
    first = nuclei - _next(rise[:peak][::-1] < 0.0, nuclei - peak, nuclei)
    if 0 < first < peak:
        first += 1  # the valley belongs to the branch below
    logarithm = np.concatenate([[0.0], np.cumsum(rise)])
    inside = logarithm[first:last + 1]
    here = np.exp(inside - inside.max())
    # beyond the range of a float the branch has either all of the weight or none
    with np.errstate(over="ignore"):
        others = np.exp(logarithm - inside.max())
        others[first:last + 1] = 0.0
        weight = 1.0 / (1.0 + others.sum() / here.sum())
    return Branch(first, polarizations(nuclei)[first:last + 1], here / here.sum(), float(weight))


def _next(found: NDArray[np.bool_], start: int, nuclei: int) -> int:
    """Return the place of the first True, counted from ``start``, or the end of the chain."""
    places = np.flatnonzero(found)
    return start + int(places[0]) if places.size else nuclei
