"""What a live picture of the distribution of the nuclear polarization shows: the law of the chain of flipping spins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from instruments.rate_view import RATES, bare_detuning_of, rate_model_of
from vlab.physics.dnsp_branch import branch_of

Floats = NDArray[np.float64]

CHAIN = ("nuclei", "fluctuating", "saturating")
"""The chain among the hidden values: N, and 1 or 0."""
_MOST_NUCLEI = 2_000_000
"""Beyond it the states of the chain are too many for a live picture."""
_SHOWN = 400
"""Points of a curve."""
_WIDTHS = 5.0
"""Half of the picture at least, in thermal widths."""
_FEW = 1e-6
"""Weight below which the rest of the chain need not be spoken of."""


@dataclass(frozen=True)
class Distribution:
    """The law of P at the present settings, where the chain is now; densities in units of the thermal peak."""

    p: Floats
    law: Floats
    thermal: Floats
    """A Gaussian of the width 1/sqrt(N) about the same mean."""
    mean: float
    width: float
    """Standard deviation of P."""
    thermal_width: float
    words: str


@dataclass(frozen=True)
class DistributionView:
    """What a bench tells of the distribution of a quantity; all functions take the values of `Bench.hidden`."""

    x_title: str
    y_title: str
    depends_on: tuple[str, ...]
    law: Callable[[dict[str, float]], Distribution]
    """May take some tens of milliseconds; knows nothing of threads."""
    here: Callable[[dict[str, float]], float]
    about: Callable[[dict[str, float]], str]
    """Returns in a sentence what the law has to do with the sample on the bench."""


def hidden_chain(nuclei: int, fluctuating: bool, saturating: bool) -> dict[str, float]:
    """Return what `DOT_DISTRIBUTION` needs to know besides the rates."""
    return dict(zip(CHAIN, (float(nuclei), float(fluctuating), float(saturating)), strict=True))


def _gaussian(p: Floats, mean: float, width: float) -> Floats:
    return np.asarray(np.exp(-0.5 * ((p - mean) / width) ** 2))


def _law(hidden: dict[str, float]) -> Distribution:
    nuclei, p_now = int(hidden["nuclei"]), hidden["polarization"]
    thermal = 1.0 / sqrt(nuclei)
    try:
        if nuclei > _MOST_NUCLEI:
            raise ValueError(f"its {nuclei} nuclei are too many for a live picture")
        branch = branch_of(rate_model_of(hidden), bare_detuning_of(hidden), nuclei, p_now,
                           bool(hidden["saturating"]))
    except ValueError as error:
        p = np.linspace(-_WIDTHS * thermal, _WIDTHS * thermal, _SHOWN)
        curve = _gaussian(p, 0.0, thermal)
        return Distribution(p, np.full_like(p, np.nan), curve, 0.0, thermal, thermal, f"No law of the chain: {error}.")
    mean, width = branch.mean, sqrt(branch.variance)
    reach = _WIDTHS * max(thermal, width)
    low, high = np.searchsorted(branch.polarization, (mean - reach, mean + reach))
    every = max(1, (high - low) // _SHOWN)
    p = branch.polarization[low:high:every]
    # states are 2/N apart
    law = branch.law[low:high:every] * 0.5 * nuclei * thermal * sqrt(2.0 * pi)
    return Distribution(p, law, _gaussian(p, mean, thermal), mean, width, thermal,
                        _in_words(mean, width / thermal, branch.weight))


def _in_words(mean: float, ratio: float, weight: float) -> str:
    told = (f"mean P = {round(mean, 5) + 0.0:+.5f}, width {ratio:.3g} × thermal, variance {ratio * ratio:.3g} × "
            f"thermal")
    if weight < _FEW:
        told += "; left alone for ever it would be elsewhere"
    elif weight < 1.0 - _FEW:
        told += f"; left alone for ever it would be here with probability {weight:.2g}"
    return told


def _about(hidden: dict[str, float]) -> str:
    nuclei = f"N = {int(hidden['nuclei']):,}".replace(",", "\u2009")
    if hidden["fluctuating"]:
        return f"Law of {nuclei} flipping nuclei, in the branch where they are now."
    return f"This dot follows its mean P; shown is the law of {nuclei} flipping nuclei."


DOT_DISTRIBUTION = DistributionView("nuclear polarization P", "density (thermal peak = 1)",
                                    ("polarization", "effective_detuning", *RATES, *CHAIN), _law,
                                    lambda hidden: hidden["polarization"], _about)
"""The picture of one dot's nuclei."""
