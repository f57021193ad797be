"""A past run becomes a scan that the plot can draw: read in another thread, filled in slices. No Qt."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gui.library.row import in_short
from gui.scans import Scan
from instruments.past_run import PastRun, sample_in_words
from vlab.data.quality import QUALITY, remarks
from vlab.data.quick_read import read_run
from vlab.data.run_entry import moment_of
from vlab.experiments.procedure import Coordinate, Procedure
from vlab.experiments.runner import Measured

if TYPE_CHECKING:
    import xarray

    from gui.lab import Overlay

_LOOK = 64
"""Points between two looks at the clock."""


@dataclass(frozen=True)
class Loaded:
    """A run out of its file."""

    path: Path
    procedure: Procedure
    coordinates: tuple[Coordinate, ...]
    words: tuple[str, ...]
    """For a legend: what is unusual of its sample, and when it was made."""
    status: str
    values: NDArray[np.float64]
    """Of all variables on the whole grid, in the order of the procedure's."""
    marks: dict[int, tuple[str, ...]]
    """What spoils points, by their number in the grid."""
    findings: tuple[str, ...]
    overlay: Overlay

    def scan(self, number: int) -> Scan:
        """Return a scan without points."""
        scan = Scan(number, self.procedure, self.coordinates, self.words)
        scan.file, scan.status = self.path, self.status
        scan.findings, scan.overlay = self.findings, self.overlay
        return scan


def load(path: Path) -> Loaded:
    """Return the run in a data file.

    Raises
    ------
    DataError
        The file cannot be read, or its experiment is none of this version's.
    """
    dataset = read_run(path)
    past = PastRun.of(dataset.attrs)
    coordinates = _coordinates(past.procedure, dataset)
    dims = [c.name for c in coordinates]
    shape = tuple(len(c.values) for c in coordinates)
    columns = np.full((len(past.procedure.variables()), *shape), np.nan)
    for number, variable in enumerate(past.procedure.variables()):
        if variable.name in dataset and set(dataset[variable.name].dims) == set(dims):
            found = np.asarray(dataset[variable.name].transpose(*dims).values, dtype=float)
            columns[(number, *map(slice, found.shape))] = found
    moment = moment_of(str(dataset.attrs.get("started", "")))
    sample = sample_in_words(past.kind.key, str(dataset.attrs["sample"]))
    usual = sample_in_words(past.kind.key, _usual(past))
    words = tuple(word for word in (sample if sample != usual else "", in_short(moment)) if word)
    findings, overlay = _look_at(past.procedure, dataset)
    return Loaded(path, past.procedure, coordinates, words, str(dataset.attrs["status"]), columns,
                  _marks(dataset, dims, shape), findings, overlay)


def _usual(past: PastRun) -> str:
    return json.dumps(past.kind.make_sample({}).as_record())


def _coordinates(procedure: Procedure, dataset: xarray.Dataset) -> tuple[Coordinate, ...]:
    """Return the planned axes, or those of the file where another version planned otherwise."""
    found = []
    for planned in procedure.coordinates():
        values = dataset[planned.name].values if planned.name in dataset.coords else np.array([])
        if not _begins(planned.values, values) or (len(values) < len(planned.values) and len(dataset.dims) > 1):
            planned = Coordinate(planned.name, planned.unit, planned.long_name, tuple(values.tolist()))
        found.append(planned)
    return tuple(found)


def _begins(planned: tuple[float | str, ...], values: NDArray[Any]) -> bool:
    """Return whether the values are the first of those that were planned; a run that broke off has fewer."""
    if len(values) > len(planned):
        return False
    if values.dtype.kind in "fiu":
        return bool(np.array_equal(np.asarray(planned[:len(values)], dtype=float), values))
    return tuple(values) == planned[:len(values)]


def _marks(dataset: xarray.Dataset, dims: list[str], shape: tuple[int, ...]) -> dict[int, tuple[str, ...]]:
    if QUALITY not in dataset or "flag_meanings" not in dataset[QUALITY].attrs:
        return {}
    told = dataset[QUALITY]
    bits = np.zeros(shape, dtype=np.int64)
    found = np.asarray(told.transpose(*dims).values, dtype=np.int64)
    bits[tuple(map(slice, found.shape))] = found
    names = str(told.attrs["flag_meanings"]).split()
    masks = [int(mask) for mask in np.atleast_1d(told.attrs["flag_masks"])]
    flat = bits.reshape(-1)
    return {int(i): tuple(n.replace("_", ".", 1) for n, mask in zip(names, masks, strict=True) if int(flat[i]) & mask)
            for i in np.flatnonzero(flat)}


def _look_at(procedure: Procedure, dataset: xarray.Dataset) -> tuple[tuple[str, ...], Overlay]:
    """Return findings and overlay; the data is good even if they cannot be had."""
    try:
        lines = tuple((title, np.asarray(x, dtype=float), np.asarray(y, dtype=float))
                      for title, x, y in procedure.overlay(dataset))
        return (*remarks(dataset), *procedure.findings(dataset)), lines
    except Exception:
        return (), ()


class Filling:
    """Fills a scan with the points of a run, some at a time.

    Parameters
    ----------
    scan : Scan
    loaded : Loaded
    """

    def __init__(self, scan: Scan, loaded: Loaded) -> None:
        self.scan = scan
        self._loaded = loaded
        self._pieces = self._points() if scan.procedure.plot.average else self._curves()

    def step(self, seconds: float) -> bool:
        """Add points for about so long; return whether all are there."""
        end = time.perf_counter() + seconds
        return not any(time.perf_counter() >= end for _ in self._pieces)

    def _curves(self) -> Iterator[None]:
        """Add curve by curve."""
        scan, loaded = self.scan, self._loaded
        names = [variable.name for variable in scan.procedure.variables()]
        dims = [c.name for c in loaded.coordinates]
        order = [*(dims.index(c.name) for c in scan.outer), dims.index(scan.procedure.plot.x)]
        values = loaded.values.transpose(0, *(1 + place for place in order))
        numbers = np.arange(values[0].size).reshape(loaded.values.shape[1:]).transpose(*order)
        axis = np.array(scan.axis)
        for place, trace in zip(scan.places, scan.traces, strict=True):
            columns = values[(slice(None), *place)]
            known = np.flatnonzero(np.isfinite(columns).any(axis=0))
            spoiled: dict[int, tuple[str, ...]] = {}
            if loaded.marks:
                spoiled = {row: loaded.marks[number] for row, number in enumerate(numbers[place][known].tolist())
                           if number in loaded.marks}
            for marks in spoiled.values():
                scan.marks.update(marks)
            trace.fill(known.tolist(), axis[known], dict(zip(names, columns[:, known], strict=True)), set(spoiled))
            yield

    def _points(self) -> Iterator[None]:
        """Add point by point, as means want it."""
        values = self._loaded.values
        flat = values.reshape(len(values), -1)
        known = np.flatnonzero(np.isfinite(flat).any(axis=0))
        indices = zip(*(axis.tolist() for axis in np.unravel_index(known, values.shape[1:])), strict=True)
        points = zip(known.tolist(), indices, flat[:, known].T.tolist(), strict=True)
        for done, (number, index, found) in enumerate(points, 1):
            self.scan.add(Measured(index, tuple(found), done, len(known), 0.0, 0.0,
                                   self._loaded.marks.get(number, ())))
            if done % _LOOK == 0:
                yield
