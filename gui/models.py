"""The truth behind the window, without Qt: what the laboratory showed last, traces, log. Views take a model each.

Models live in the window's thread. A timer there calls `LabModel.pull`, which reads the lab's snapshot and its news.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gui.evented import Event
from gui.lab import Changed, Lab, Measured, Notice, RunEnded, RunStarted
from instruments.benches import dragging_bench
from vlab.analysis.dragging import resonance_extent
from vlab.errors import DataError
from vlab.samples.quantum_dot import QuantumDot

if TYPE_CHECKING:
    from vlab.experiments.procedure import Procedure
    from vlab.experiments.runner import Run


_READABLE = 0.12
"""Seconds between two values that a person can read."""
_AT_LEISURE = 0.25
"""Seconds between two drawings of the charts while nothing is measured."""


@dataclass
class Trace:
    """One leg of a scan as it grows."""

    label: str
    dashed: bool
    detuning: list[float] = field(default_factory=list)
    dt: list[float] = field(default_factory=list)
    dt_normalized: list[float] = field(default_factory=list)

    def column(self, name: str) -> list[float]:
        """Return ``"dt"`` or ``"dt_normalized"``."""
        return self.dt if name == "dt" else self.dt_normalized


@dataclass
class Scan:
    """A run with its traces."""

    number: int
    title: str
    traces: list[Trace]
    axis: tuple[float, ...] = ()
    """The planned detunings, ueV."""
    file: Path | None = None
    status: str = "running"

    def widths_in_words(self) -> list[str]:
        """Return the dragging widths of a scan that has ended, for a label."""
        if self.status == "running":
            return []
        found = []
        for trace in self.traces:
            try:
                on, off, clipped = resonance_extent(trace.detuning, trace.dt_normalized)
            except DataError:
                continue
            least = "at least " if clipped else ""
            found.append(f"{'back' if trace.dashed else 'width'} {least}{abs(off - on):.1f} µeV")
        return found or ["no width"]


@dataclass(frozen=True)
class LogLine:
    """One line of the log."""

    moment: str
    level: str
    text: str


class LabModel:
    """What the window knows of the laboratory.

    Attributes
    ----------
    snapshot : Snapshot
        The last one that was pulled.
    scans : list of Scan
        All runs of this session, oldest first.
    run : Run or None
        The run in progress.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.snapshot = lab.snapshot
        self.scans: list[Scan] = []
        self.log: deque[LogLine] = deque(maxlen=2000)
        self.run: Run | None = None
        self.run_state = "idle"
        self.progress: Measured | None = None
        self.folder = Path("runs")
        self.snapshot_changed = Event()
        """With the snapshot, at every pull."""
        self.readings_changed = Event()
        """With the snapshot, as often as a person can read."""
        self.sampled = Event()
        """With the snapshots since the last pull, oldest first."""
        self.run_changed = Event()
        """The run began, paused, went on or ended."""
        self.scan_changed = Event()
        """With the scan, once a pull in which it got points."""
        self.scans_cleared = Event()
        self.noticed = Event()
        """With a `Notice`."""
        self.clock_changed = Event()
        """Pace or hold."""
        self.connected = False
        self._number = 0
        self._read = 0.0
        self._sampled = 0.0

    # -- from the laboratory -----------------------------------------------------------------------------------

    def pull(self) -> None:
        """Take over what the laboratory published since the last time."""
        if self._take_news():
            return  # the run began or ended, which is enough to draw for once
        snapshot = self.lab.snapshot
        if snapshot is not self.snapshot:
            self.snapshot = snapshot
            if not self.connected and snapshot.values:
                self.connected = True
                self.notice("info", "The laboratory is running.")
                self.run_changed.emit()
            self.snapshot_changed.emit(snapshot)
            now = time.monotonic()
            if now - self._read >= _READABLE or (self.run is None and self.lab.held):
                self._read = now
                self.readings_changed.emit(snapshot)
        if self.run is not None or time.monotonic() - self._sampled >= _AT_LEISURE:
            trail = self.lab.take_trail()
            if trail:
                self._sampled = time.monotonic()
                self.sampled.emit(trail)

    def _take_news(self) -> bool:
        """Take over what happened, at most up to the beginning or end of a run; return whether there was one."""
        grown = False
        turned = False
        while not turned and (item := self.lab.next_news()) is not None:
            match item:
                case RunStarted(run):
                    self._begin(run)
                    turned = True
                case Measured():
                    self._add(item)
                    grown = True
                case Changed(state):
                    if state in ("running", "paused") and state != self.run_state != "aborting":
                        self.run_state = state
                        self.run_changed.emit()
                case RunEnded():
                    if grown:
                        self.scan_changed.emit(self.scans[-1])
                        grown = False
                    self._end(item)
                    turned = True
                case Notice(level, text):
                    self.notice(level, text)
        if grown:
            self.scan_changed.emit(self.scans[-1])
        return turned

    def _begin(self, run: Run) -> None:
        self.run, self.run_state, self.progress = run, "running", None
        names = [str(v) for c in run.coordinates if c.name == "direction" for v in c.values] or [""]
        model = run.setup.sample_record()["model"]
        title = f"{self._number + 1}: dwell {run.procedure.si('dwell'):g} s"
        title += f", {model}" if model != QuantumDot().model else ""
        traces = [Trace(title, name == "backward") for name in names]
        axis = tuple(float(v) for v in run.coordinates[-1].values)
        self._number += 1
        self.scans.append(Scan(self._number, title, traces, axis))
        self.notice("info", f"{run.procedure.title()} began: {len(axis) * len(traces)} points.", quiet=True)
        self.run_changed.emit()

    def _add(self, point: Measured) -> None:
        scan = self.scans[-1]
        trace = scan.traces[point.index[0] if len(point.index) > 1 else 0]
        trace.detuning.append(scan.axis[point.index[-1]])
        trace.dt.append(point.values[0])
        trace.dt_normalized.append(point.values[1])
        self.progress = point

    def _end(self, ended: RunEnded) -> None:
        scan = self.scans[-1]
        scan.status, scan.file = ended.status, ended.file
        self.run, self.run_state = None, ended.status
        where = f" The data is in {ended.file}." if ended.file else ""
        if ended.status == "failed":
            self.notice("error", f"The measurement failed: {ended.reason}")
        else:
            self.notice("info", f"The measurement is {ended.status}.{where}")
        self.run_changed.emit()

    # -- from the hand -----------------------------------------------------------------------------------------

    def start(self, procedure: Procedure, save: bool = True) -> None:
        """Start a measurement."""
        self.lab.submit(procedure, self.folder if save else False)

    def pause(self) -> None:
        """Pause the measurement."""
        if self.run is not None:
            self.run.pause()

    def resume(self) -> None:
        """Go on with the measurement."""
        if self.run is not None:
            self.run.resume()
            if self.lab.held:
                self.hold(False)

    def abort(self) -> None:
        """End the measurement; what was measured is saved."""
        if self.run is not None:
            self.run.abort()
            self.run_state = "aborting"
            self.run_changed.emit()

    def set_pace(self, pace: float) -> None:
        """Set lab seconds per real second."""
        self.lab.set_pace(pace)
        self.clock_changed.emit()

    def hold(self, held: bool) -> None:
        """Stop lab time or let it go on."""
        self.lab.hold(held)
        self.clock_changed.emit()

    def mount(self, model: str, preset: str, seed: int, noise: bool) -> None:
        """Put another sample into the cryostat: a new bench at its reference conditions."""
        dot = QuantumDot.sample_a(model, preset)  # type: ignore[arg-type]
        self.lab.mount(partial(dragging_bench, dot, seed=seed, noise=noise))
        self.notice("info", f"Mounted sample A ({model}, {preset}); all instruments are at reference conditions.")

    def clear_scans(self) -> None:
        """Forget the traces of earlier runs; their files stay."""
        self.scans = self.scans[-1:] if self.run is not None else []
        self.scans_cleared.emit()

    def notice(self, level: str, text: str, quiet: bool = False) -> None:
        """Write a line into the log and, unless ``quiet``, show it."""
        self.log.append(LogLine(time.strftime("%H:%M:%S"), level, text))
        if quiet:
            level = "log"
        self.noticed.emit(Notice(level, text))
