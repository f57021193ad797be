"""What was seen since the sample was mounted, as arrays that grow: the model behind strip charts. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from gui.evented import Event
from gui.lab import Snapshot
from gui.models import LabModel
from instruments.instrument import Instrument


class Series:
    """One quantity against lab time, as arrays that grow."""

    def __init__(self, pick: Callable[[Snapshot], float]) -> None:
        self._pick = pick
        self._times = np.empty(1024)
        self._values = np.empty(1024)
        self._count = 0

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
    """What was seen since the sample was mounted, for strip charts.

    When it has grown long, every second moment of its older half is forgotten.

    Parameters
    ----------
    model : LabModel
    length : int
        How many moments are kept at most.
    """

    def __init__(self, model: LabModel, length: int = 20_000) -> None:
        self.model = model
        self.rows: list[Snapshot] = []
        self.changed = Event()
        self._length = length
        self._series: list[Series] = []
        self._bench = -1
        model.sampled.connect(self._take)
        model.bench_changed.connect(self.clear)

    def _take(self, trail: list[Snapshot]) -> None:
        if trail[-1].bench_number != self._bench:
            self._bench = trail[-1].bench_number
            self.rows.clear()
            self._renew()
        fresh = []
        last = self.rows[-1].lab_time if self.rows else -1.0
        for snapshot in trail:
            if snapshot.bench_number == self._bench and snapshot.lab_time > last:
                fresh.append(snapshot)
                last = snapshot.lab_time
        self.rows.extend(fresh)
        if len(self.rows) > self._length:
            half = len(self.rows) // 2
            self.rows[:half] = self.rows[:half:2]
            self._renew()
        else:
            for series in self._series:
                series.extend(fresh)
        self.changed.emit()

    def clear(self) -> None:
        """Forget all, as another kind of bench has other quantities; whoever draws asks for new series."""
        self.rows.clear()
        self._series.clear()

    def _renew(self) -> None:
        for series in self._series:
            series._count = 0
            series.extend(self.rows)

    def series(self, pick: Callable[[Snapshot], float], instead_of: Series | None = None) -> Series:
        """Return one quantity at all times, growing from now on; ``instead_of`` is no longer needed."""
        if instead_of in self._series:
            self._series.remove(instead_of)
        found = Series(pick)
        found.extend(self.rows)
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
