"""Modulation of a train of pulses: whole numbers of pulses, and what pulses can follow."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vlab.errors import LimitError, SettingError

_DENOMINATORS = (1, 3, 5, 7)
"""q of a half period of p/q pulses. Odd, so that the second half of the pattern is the first with the other helicity:
an even q has one pulse more of one helicity than of the other, which a signal of detuned pulses at low field feels."""
_NEAR = 1e-3


def run_lengths(frequency: float, period: float, pulses_per_half_period: int | None = None) -> list[int]:
    """Return runs of equal helicity of a modulation near ``frequency``: half periods of p/q pulses, q odd and small."""
    if pulses_per_half_period is not None:
        return [pulses_per_half_period] * 2
    wanted = 0.5 / (frequency * period)
    best = Fraction(max(1, round(wanted)))
    for q in _DENOMINATORS:
        candidate = Fraction(max(q, round(wanted * q)), q)
        if abs(float(candidate) - wanted) < 0.999 * abs(float(best) - wanted):
            best = candidate
        if abs(float(best) - wanted) <= _NEAR * wanted:
            break
    p, q = best.numerator, best.denominator
    switches = [-((-j * p) // q) for j in range(2 * q + 1)]
    return [b - a for a, b in pairwise(switches)]


def check_frequency(frequencies: NDArray[np.float64], period: float) -> None:
    """Refuse modulation frequencies that pulses cannot follow."""
    highest = 0.25 / period
    if np.any(frequencies < 0.0) or np.any(frequencies > highest * (1.0 + 1e-12)):
        worst = float(np.max(frequencies)) if np.any(frequencies > highest) else float(np.min(frequencies))
        raise LimitError(f"the modulation frequency of {worst:g} Hz cannot be; the model wants 0 Hz to 1/(4 T_R) = "
                         f"{highest:g} Hz, so that a half period has at least two pulses.")


def check_half_period(pulses: int) -> None:
    """Refuse a half period that is no whole number of pulses."""
    check_count(pulses, "pulses_per_half_period", 2)


def check_count(value: int, owner: str, least: int = 1, most: int | None = None) -> None:
    """Refuse what is no whole number of at least ``least`` and, where given, at most ``most``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least or (
            most is not None and value > most):
        limit = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise SettingError(f"{owner} got {value!r}; it wants a whole number {limit}.")
