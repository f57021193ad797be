"""Grids of magnetic fields: dense at zero, where recovery curves bend, and where resonances are expected."""

from __future__ import annotations

from math import ceil, floor, pi

from vlab.samples.specimen import HBAR, MU_B

USUAL_G = 0.5
"""|g| that is supposed where nothing is known."""
_PER_RESONANCE = 6
_RESONANCES = 8.5
_COARSE_STEPS = 80
_DENSEST = 64.0
_GROWTH = 0.25


def resonance_spacing(g_factor: float, repetition_period: float) -> float:
    """Return the distance in T of the fields of eq. (21), 2 pi hbar / (|g| mu_B T_R)."""
    return 2.0 * pi * HBAR / (abs(g_factor) * MU_B * repetition_period)


def even_grid(start: float, stop: float, step: float) -> tuple[float, ...]:
    """Return values at equal distances; ``stop`` is included where it is on the grid."""
    sign = 1.0 if stop > start else -1.0
    points = floor(abs(stop - start) / step + 1e-9) + 1
    return tuple(round(start + sign * i * step, 12) + 0.0 for i in range(points))


def adaptive_fields(start: float, stop: float, resonance: float) -> tuple[float, ...]:
    """Return fields from ``start`` to ``stop`` (T), both included, with zero where it lies between.

    Steps grow from a 64th of the resonance spacing ``resonance`` at zero field to a sixth of it, which holds for the
    first eight resonances, and beyond to an eightieth of the longer side of the scan, where that is more.
    """
    low, high = min(start, stop), max(start, stop)
    fine = resonance / _PER_RESONANCE
    coarse = max(fine, max(abs(low), abs(high)) / _COARSE_STEPS)
    sides = [0.0]
    while sides[-1] < max(abs(low), abs(high)):
        here = sides[-1]
        sides.append(here + (coarse if here > _RESONANCES * resonance
                             else max(resonance / _DENSEST, min(_GROWTH * here, fine))))
    inner = {round(s * b, 7) + 0.0 for b in sides for s in (1.0, -1.0)}
    fields = sorted({low, high, *(b for b in inner if low < b < high)})
    if len(fields) > 3 and fields[1] - fields[0] < 0.5 * (fields[2] - fields[1]):  # a parabola through close points
        del fields[1]  # means nothing
    if len(fields) > 3 and fields[-1] - fields[-2] < 0.5 * (fields[-2] - fields[-3]):
        del fields[-2]
    return tuple(fields if stop > start else reversed(fields))


def orders_within(start: float, stop: float, resonance: float) -> range:
    """Return the orders n >= 1 whose field n * ``resonance`` lies in the scan, on either side of zero."""
    low, high = min(start, stop), max(start, stop)
    nearest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return range(max(1, ceil(nearest / resonance)), floor(max(abs(low), abs(high)) / resonance) + 1)
