"""Steps 1, 2, 5 as on the knobs of an oscilloscope. No Qt here."""

from __future__ import annotations

from math import ceil, floor, inf, log10

_MANTISSAS = (1.0, 2.0, 5.0, 10.0)


def steps(lowest: float, highest: float) -> tuple[float, ...]:
    """Return 1, 2, 5, 10, ... times powers of ten from ``lowest`` to ``highest``."""
    found = [float(f"{mantissa:g}e{decade}") for decade in range(floor(log10(lowest)) - 1, ceil(log10(highest)) + 1)
             for mantissa in _MANTISSAS[:3]]
    return tuple(step for step in found if lowest * (1.0 - 1e-9) <= step <= highest * (1.0 + 1e-9))


def step_above(value: float) -> float:
    """Return the smallest step that is at least ``value``."""
    if not 0.0 < value < inf:
        return 1.0
    decade = floor(log10(value) + 1e-12)
    return next(float(f"{mantissa:g}e{decade}") for mantissa in (*_MANTISSAS, 20.0)
                if float(f"{mantissa:g}e{decade}") >= value * (1.0 - 1e-9))
