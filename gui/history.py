"""What was seen since the sample was mounted, as arrays that grow: the model behind strip charts. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.evented import Event
from gui.lab import Snapshot
from gui.models import LabModel
from instruments.instrument import Instrument

Pick = Callable[[Any], Any]
"""Takes a quantity out of a snapshot, or its column out of a `Past`; arithmetic on it must do for arrays as well."""


@dataclass(frozen=True)
class Past:
    """All moments that are kept, with the names of a snapshot and arrays for its numbers."""

    lab_time: NDArray[np.float64]
    values: dict[str, dict[str, NDArray[np.float64]]] = field(default_factory=dict)
    """Readings by instrument and name."""
    hidden: dict[str, NDArray[np.float64]] = field(default_factory=dict)


class Series:
    """One quantity against lab time, as arrays that grow."""

    def __init__(self, pick: Pick) -> None:
        self._pick = pick
        self._times = np.empty(1024)
        self._values = np.empty(1024)
        self._count = 0

    def _begin(self, past: Past) -> None:
        """Begin anew with what is kept."""
        self._count = past.lab_time.size
        room = max(1024, 2 * self._count)
        self._times, self._values = np.empty(room), np.empty(room)
        self._times[: self._count] = past.lab_time
        if self._count:
            self._values[: self._count] = self._pick(past)

    def extend(self, rows: Iterable[Snapshot]) -> None:
        """Take over more snapshots."""
        for row in rows:
            if self._count == self._times.size:
                self._times = np.concatenate([self._times, np.empty_like(self._times)])
                self._values = np.concatenate([self._values, np.empty_like(self._values)])
            self._times[self._count] = row.lab_time
            self._values[self._count] = self._pick(row)
            self._count += 1

    @property
    def times(self) -> NDArray[np.float64]:
        """Lab times in s."""
        return self._times[: self._count]

    @property
    def values(self) -> NDArray[np.float64]:
        """The quantity at these times."""
        return self._values[: self._count]

    def last(self, span: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return times and values of the last ``span`` seconds of lab time."""
        times = self.times
        first = int(np.searchsorted(times, times[-1] - span)) if times.size else 0
        return times[first:], self.values[first:]


class History:
    """What was seen since the sample was mounted, for strip charts: readings and hidden quantities, as numbers only.

    When it has grown long, every second moment of its older half is forgotten.

    Parameters
    ----------
    model : LabModel
    length : int
        How many moments are kept at most.
    """

    def __init__(self, model: LabModel, length: int = 8_000) -> None:
        self.model = model
        self.changed = Event()
        self._length = length
        self._series: list[Series] = []
        self._bench = -1
        self._readings: list[tuple[str, str]] = []
        self._hidden: list[str] = []
        self._table = np.empty((0, 1))
        self._count = 0
        model.sampled.connect(self._take)
        model.bench_changed.connect(self.clear)

    @property
    def rows(self) -> range:
        """The numbers of the moments that are kept."""
        return range(self._count)

    @property
    def past(self) -> Past:
        """All that is kept."""
        kept = self._table[: self._count]
        values: dict[str, dict[str, NDArray[np.float64]]] = {}
        for place, (instrument, name) in enumerate(self._readings, 1):
            values.setdefault(instrument, {})[name] = kept[:, place]
        first = 1 + len(self._readings)
        return Past(kept[:, 0], values, {name: kept[:, first + i] for i, name in enumerate(self._hidden)})

    def _take(self, trail: list[Snapshot]) -> None:
        if trail[-1].bench_number != self._bench:
            self._bench = trail[-1].bench_number
            self._begin(trail[-1])
        fresh = []
        last = self._table[self._count - 1, 0] if self._count else -1.0
        for snapshot in trail:
            if snapshot.bench_number == self._bench and snapshot.lab_time > last:
                fresh.append(snapshot)
                last = snapshot.lab_time
        self._keep(fresh)
        if self._count > self._length:
            half = self._count // 2
            thinned = self._table[:half:2].copy()
            rest = self._count - half
            self._table[len(thinned) : len(thinned) + rest] = self._table[half : self._count].copy()
            self._table[: len(thinned)] = thinned
            self._count = len(thinned) + rest
            self._renew()
        else:
            for series in self._series:
                series.extend(fresh)
        self.changed.emit()

    def _begin(self, snapshot: Snapshot) -> None:
        """Begin with the quantities that this snapshot has."""
        known = {name: kind.readings() for name, kind in self.model.kind.instruments.items()}
        self._readings = [(instrument, name) for instrument, values in snapshot.values.items()
                          for name, value in values.items()
                          if name in known.get(instrument, {}) and not isinstance(value, str)]
        self._hidden = list(snapshot.hidden)
        self._table = np.empty((1024, 1 + len(self._readings) + len(self._hidden)))
        self._count = 0
        self._renew()

    def _keep(self, fresh: list[Snapshot]) -> None:
        missing = self._count + len(fresh) - len(self._table)
        if missing > 0:
            room = np.empty((max(missing, len(self._table)), self._table.shape[1]))
            self._table = np.concatenate([self._table, room])
        for snapshot in fresh:
            values, hidden = snapshot.values, snapshot.hidden
            self._table[self._count] = [snapshot.lab_time, *(values[i][name] for i, name in self._readings),
                                        *(hidden[name] for name in self._hidden)]
            self._count += 1

    def clear(self) -> None:
        """Forget all, as another kind of bench has other quantities; whoever draws asks for new series."""
        self._count = 0
        self._series.clear()

    def _renew(self) -> None:
        past = self.past
        for series in self._series:
            series._begin(past)

    def series(self, pick: Pick, instead_of: Series | None = None) -> Series:
        """Return one quantity at all times, growing from now on; ``instead_of`` is no longer needed."""
        if instead_of in self._series:
            self._series.remove(instead_of)
        found = Series(pick)
        found._begin(self.past)
        self._series.append(found)
        return found


def chartable(instruments: dict[str, type[Instrument]]) -> dict[str, tuple[str, str, str]]:
    """Return what a strip chart of these instruments can show: title to (instrument, name, unit)."""
    found = {}
    for name, kind in instruments.items():
        for key, reading in kind.readings().items():
            if reading.unit is not None:
                found[f"{name}.{key}"] = (name, key, reading.unit)
    return found
