"""Thumbnails of runs: a few curves of a few points each, on a grid without units, as small as a glance needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Curve: TypeAlias = NDArray[np.uint16]
"""Shape (n, 2): x and y of each point, 0 the lower left and `FULL` the upper right of the picture."""

FULL = 65535
_BUCKETS = 47
"""Pieces of a curve of which the lowest and the highest point are kept."""
_MOST_CURVES = 4


@dataclass(frozen=True)
class Picture:
    """What is drawn of a run: names in its file, and how."""

    x: str
    y: str
    average: tuple[str, ...] = ()
    """Coordinates over which the mean is taken."""
    log_x: bool = False
    log_y: bool = False


def thumbnail(x: NDArray[Any], values: NDArray[Any], dims: tuple[str, ...], picture: Picture) -> tuple[Curve, ...]:
    """Return the curves of a run.

    Parameters
    ----------
    x : array
        The values of the coordinate on the horizontal axis; words are numbered.
    values : array
        The measured values, NaN where nothing was measured.
    dims : tuple of str
        The names of their axes.
    picture : Picture
    """
    y = np.asarray(values, dtype=float)
    if not y.size:
        return ()
    across = dims.index(picture.x) if picture.x in dims else len(dims) - 1
    numbered = np.asarray(x).dtype.kind not in "fiu"
    places = np.arange(y.shape[across], dtype=float) if numbered else np.asarray(x, dtype=float)
    over = tuple(i for i, name in enumerate(dims) if name in picture.average and i != across)
    y = np.moveaxis(y, across, -1)
    y = _mean(y, tuple(i - (i > across) for i in over))
    lines = y.reshape(-1, y.shape[-1])
    lines = lines[np.isfinite(lines).any(axis=1)]
    if len(lines) > _MOST_CURVES:
        lines = lines[np.linspace(0, len(lines) - 1, _MOST_CURVES).round().astype(int)]
    with np.errstate(divide="ignore", invalid="ignore"):
        places = np.log10(places) if picture.log_x else places
        lines = np.log10(lines) if picture.log_y else lines
    curves = [(places[known], line[known]) for line in lines
              if (known := np.isfinite(line) & np.isfinite(places)).any()]
    curves = [_thinned(*curve) for curve in curves]
    if not curves:
        return ()
    grid = [_on_grid([curve[part] for curve in curves]) for part in (0, 1)]
    return tuple(np.stack(pair, axis=1) for pair in zip(*grid, strict=True))


def _mean(values: NDArray[np.float64], axes: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the mean of what is finite, NaN where nothing is."""
    if not axes:
        return values
    known = np.isfinite(values)
    count = known.sum(axis=axes)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(count > 0, np.where(known, values, 0.0).sum(axis=axes) / count, np.nan))


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the curve with its ends and the lowest and the highest point of each piece only."""
    if y.size <= 2 * _BUCKETS:
        return x, y
    kept = {0, y.size - 1}
    for piece in np.array_split(np.arange(y.size), _BUCKETS):
        kept.update((int(piece[y[piece].argmin()]), int(piece[y[piece].argmax()])))
    rows = np.array(sorted(kept))
    return x[rows], y[rows]


def _on_grid(parts: list[NDArray[np.float64]]) -> list[NDArray[np.uint16]]:
    low, high = min(float(p.min()) for p in parts), max(float(p.max()) for p in parts)
    if not high > low:
        return [np.full(p.shape, FULL // 2, dtype=np.uint16) for p in parts]
    half = 0.5 * (high - low) if np.isfinite(high - low) else np.inf  # a span of all floats overflows
    return [np.round((0.5 * p - 0.5 * low) / half * FULL).astype(np.uint16) for p in parts]


def to_bytes(curves: tuple[Curve, ...]) -> bytes:
    """Return curves as bytes: how many, the length of each, the points."""
    lengths = np.array([len(curves), *map(len, curves)], dtype="<u2")
    return b"".join([lengths.tobytes(), *(curve.astype("<u2").tobytes() for curve in curves)])


def from_bytes(stored: bytes) -> tuple[Curve, ...]:
    """Return the curves that `to_bytes` stored."""
    numbers = np.frombuffer(stored, dtype="<u2")
    if not numbers.size:
        return ()
    count = int(numbers[0])
    ends = np.cumsum(numbers[1:1 + count].astype(int)) * 2
    return tuple(piece.reshape(-1, 2) for piece in np.split(numbers[1 + count:], ends)[:count])
