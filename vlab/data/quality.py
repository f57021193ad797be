"""The quality of measured points: which flags of the instruments were lit while a point was measured.

In a dataset this is the integer variable ``quality``, zero for a good point, with the flags as bits after the CF
conventions (``flag_masks`` and ``flag_meanings``), so that other programs can read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import xarray

QUALITY = "quality"
_TYPE = np.int64


def marked(points: list[dict[str, Any]], shape: tuple[int, ...], marks: list[str]) -> NDArray[np.int64]:
    """Return the bits of all points, shape ``shape``; zero also where nothing was measured."""
    bits = {mark: _TYPE(1) << number for number, mark in enumerate(marks)}
    quality = np.zeros(shape, dtype=_TYPE)
    for point in points:
        for mark in point.get("marks", ()):
            quality[tuple(point["index"])] |= bits[mark]
    return quality


def quality_attributes(marks: list[str]) -> dict[str, Any]:
    """Return what a file says of the bits; a dot has no place in ``flag_meanings``."""
    return {"units": "1", "long_name": "flags lit while the point was measured, 0 for a good point",
            "flag_masks": np.left_shift(_TYPE(1), np.arange(len(marks), dtype=_TYPE)),
            "flag_meanings": " ".join(mark.replace(".", "_") for mark in marks)}


def counts(dataset: xarray.Dataset) -> dict[str, int]:
    """Return how many points each flag has spoiled, most first; empty when all are good or nothing is known."""
    if QUALITY not in dataset or "flag_meanings" not in dataset[QUALITY].attrs:
        return {}
    values = np.asarray(dataset[QUALITY].values)
    masks = np.atleast_1d(dataset[QUALITY].attrs["flag_masks"])
    found = {name: int(np.count_nonzero(values & mask))
             for name, mask in zip(dataset[QUALITY].attrs["flag_meanings"].split(), masks, strict=True)}
    return dict(sorted(((n, c) for n, c in found.items() if c), key=lambda item: -item[1]))


def good(dataset: xarray.Dataset) -> xarray.DataArray:
    """Return where the points are good, as a mask for ``dataset.where(...)``."""
    import xarray

    if QUALITY in dataset:
        return dataset[QUALITY] == 0
    return xarray.DataArray(True)


def spoiled_left_out(dataset: xarray.Dataset) -> xarray.Dataset:
    """Return the data with NaN for all that was measured at spoiled points; ``quality`` itself stays.

    Findings, overlays and fits look at data so; files and pictures keep every value.
    """
    if QUALITY not in getattr(dataset, "data_vars", {}) or not np.any(dataset[QUALITY].values):
        return dataset
    clean = good(dataset)
    within = set(clean.dims)
    masked = {name: values.where(clean) for name, values in dataset.data_vars.items()
              if name != QUALITY and within <= set(values.dims)}
    return dataset.assign(masked)


def remarks(dataset: xarray.Dataset) -> list[str]:
    """Return in a sentence which points are spoiled and by what; empty when all are good."""
    found = counts(dataset)
    if not found:
        return []
    spoiled = int(np.count_nonzero(np.asarray(dataset[QUALITY].values)))
    total = int(dataset.attrs.get("points", dataset[QUALITY].size))
    reasons = ", ".join(f"{name} {count}" for name, count in found.items())
    return [f"{spoiled} of {total} points are marked as spoiled ({reasons}); the variable 'quality' says which."]
