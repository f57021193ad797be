"""The truth behind the window, without Qt: what the laboratory showed last, traces, log. Views take a model each.

Models live in the window's thread. A timer there calls `LabModel.pull`, which reads the lab's snapshot and its news.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.deeds import (
    ActionPressed,
    CablePlugged,
    Deed,
    FaultTurned,
    RunAsked,
    SettingWritten,
    TimePassed,
)
from gui.evented import Event
from gui.lab import Changed, Lab, Measured, Notice, RunEnded, RunStarted, Ways
from gui.mounting import BenchWanted, Mounting, as_then, maker, usual_bench, with_sample
from gui.rehearsal import kernels_are_compiled
from gui.scans import Scan
from instruments.benches import BENCHES, BenchKind
from vlab.errors import RunError, VlabError
from vlab.experiments import DwellTimeScan

if TYPE_CHECKING:
    from instruments.past_run import PastRun
    from vlab.experiments.procedure import Procedure
    from vlab.experiments.runner import Run


_READABLE = 0.12
"""Seconds between two values that a person can read."""
_MOST_SCANS = 300
"""Runs that are kept for the plot; all of them are in their files, which the library finds."""
_AT_LEISURE = 0.25
"""Seconds between two drawings of the charts while nothing is measured."""


@dataclass(frozen=True)
class LogLine:
    """One line of the log."""

    moment: str
    level: str
    text: str
    panel: str = ""
    """The key of the panel concerned."""
    file: Path | None = None
    times: int = 1
    """How often it was said in a row."""
    ways: Ways = ()
    """What can be done about it."""


class LabModel:
    """What the window knows of the laboratory.

    Parameters
    ----------
    lab : Lab
    experiment : type of Procedure
        What is chosen at first; the lab's bench is of the kind that it needs.

    Attributes
    ----------
    kind : BenchKind
        Of the bench that the laboratory has.
    experiment : type of Procedure
        The experiment that is chosen.
    snapshot : Snapshot
        The last one that was pulled.
    scans : list of Scan
        All runs of this session, oldest first.
    run : Run or None
        The run in progress.
    """

    def __init__(self, lab: Lab, experiment: type[Procedure] = DwellTimeScan) -> None:
        self.lab = lab
        self.kind: BenchKind = BENCHES[experiment.bench]
        self.experiment = experiment
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
        self.run_shown = Event()
        """With one scan or several, of past runs that shall be looked at, beside those of this session."""
        self.scan_chosen = Event()
        """With a scan that the plot's cursors and fits shall look at, if it is drawn."""
        self.form_wanted = Event()
        """With a `PastRun` from which the form of the experiment shall be filled, and its name."""
        self.bench_changed = Event()
        """Another kind of bench stands in the laboratory."""
        self.experiment_changed = Event()
        """Another experiment is chosen, or such a wish was refused."""
        self.noticed = Event()
        """With a `Notice`."""
        self.done = Event()
        """With a `Deed` that a hand did, when the laboratory has been told."""
        self.clock_changed = Event()
        """Pace or hold."""
        self.connected = False
        """Whether there is a bench to work with."""
        self._number = 0
        self._measured: Scan | None = None
        self._marks: set[str] = set()
        """The flags that have spoiled points of the run in progress."""
        self._read = 0.0
        self._sampled = 0.0
        self._mounting: Mounting | None = None
        self._then: Callable[[], None] | None = None
        self.forbids: Callable[[type[Procedure]], str] = lambda _: ""
        """Returns why an experiment may not be carried out now."""

    # -- from the laboratory -----------------------------------------------------------------------------------

    def pull(self) -> None:
        """Take over what the laboratory published since the last time."""
        if self._take_news():
            return  # the run began or ended, which is enough to draw for once
        if self._then is not None:
            then, self._then = self._then, None
            then()
            return
        if self._mounting is not None:
            if self._mounting.future.done():
                self._take_bench(self._mounting)
            return  # what was published meanwhile may be of either bench
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
                    self._present().add(item)
                    if item.marks:
                        self._tell_marks(item.marks)
                    self.progress = item
                    grown = True
                case Changed(state):
                    if state in ("running", "paused") and state != self.run_state != "aborting":
                        self.run_state = state
                        self.run_changed.emit()
                case RunEnded():
                    if grown:
                        self.scan_changed.emit(self._present())
                        grown = False
                    self._end(item)
                    turned = True
                case Notice(level, text, panel, file):
                    self.notice(level, text, panel=panel, file=file)
        if grown:
            self.scan_changed.emit(self._present())
        return turned

    def _begin(self, run: Run) -> None:
        self.run, self.run_state, self.progress = run, "running", None
        self._marks.clear()
        self._number += 1
        words = self.kind.told(run.setup.sample_words())  # type: ignore[attr-defined]
        self._measured = Scan(self._number, run.procedure, run.coordinates, words)
        self.scans.append(self._measured)
        del self.scans[:-_MOST_SCANS]
        points = prod(len(c.values) for c in run.coordinates)
        self.notice("info", f"{run.procedure.title()} began: {points} points.", quiet=True)
        self.run_changed.emit()

    def _present(self) -> Scan:
        """Return the scan of the run in progress, which need not be the last: old runs may be shown meanwhile."""
        assert self._measured is not None
        return self._measured

    def _end(self, ended: RunEnded) -> None:
        scan = self._present()
        scan.status, scan.reason, scan.file = ended.status, ended.reason, ended.file
        scan.findings, scan.overlay = ended.findings, ended.overlay
        self.run, self.run_state = None, ended.status
        where = f" The data is in {ended.file}." if ended.file else ""
        if ended.status == "failed":
            kept = f" What was measured is in {ended.file}." if ended.file else ""
            self.notice("error", f"The measurement failed: {ended.reason}{kept}", file=ended.file)
        else:
            safe = "" if ended.status == "completed" else " The light is off and what moved is held, to be safe."
            self.notice("info", f"The measurement is {ended.status}.{safe}{where}", file=ended.file)
        self.run_changed.emit()

    def _tell_marks(self, marks: tuple[str, ...]) -> None:
        """Say once in a run of each flag that it spoils points."""
        fresh = [mark for mark in marks if mark not in self._marks]
        if fresh:
            self._marks.update(fresh)
            names = " and ".join(f"{i}: {flag.replace('_', ' ')}" for i, flag in (mark.split(".", 1) for mark in fresh))
            self.notice("warning", f"Points are marked as spoiled ({names}); the panel Optical table says what to do.")

    def _take_bench(self, mounting: Mounting) -> None:
        """Take over the bench that was made, or stay with the old one; another kind of bench first, then the rest."""
        if mounting.future.exception() is None:
            wanted = mounting.wanted
            other = self.kind.key != wanted.kind.key
            self.kind, self.experiment = wanted.kind, wanted.experiment
            self.snapshot = self.lab.snapshot
            self._forget_progress()
            if other:
                self.bench_changed.emit()
                return  # half of the window is new, which is enough to draw for once
            self.notice("info", wanted.done)
        self._mounting = None
        self.connected = bool(self.lab.snapshot.values)
        self.experiment_changed.emit()
        self.run_changed.emit()
        if mounting.future.exception() is None:
            self._then = mounting.then  # next time: a whole window has found out what stands there now

    def _forget_progress(self) -> None:
        if self.run is None:
            self.run_state, self.progress = "idle", None

    # -- from the hand -----------------------------------------------------------------------------------------

    def start(self, procedure: Procedure, save: bool = True) -> Future[Any]:
        """Start a measurement, unless `forbids` says why not."""
        reason = self.forbids(type(procedure))
        if reason:
            self.notice("warning", reason)
            future: Future[Any] = Future()
            future.set_exception(RunError(reason))
        else:
            future = self.lab.submit(procedure, self.folder if save else False)
        self._tell(RunAsked(procedure, save), future)
        return future

    def write(self, instrument: str, setting: str, value: float | str) -> Future[Any]:
        """Set a setting of an instrument from an SI float or word."""
        before = self.snapshot.values.get(instrument, {}).get(setting, value)
        future = self.lab.write(instrument, setting, value)
        self._tell(SettingWritten(instrument, setting, before, value), future)
        return future

    def act(self, instrument: str, action: str) -> Future[Any]:
        """Press a button of an instrument."""
        future = self.lab.act(instrument, action)
        self._tell(ActionPressed(instrument, action), future)
        return future

    def turn_fault(self, instrument: str, fault: str, present: bool) -> Future[Any]:
        """Let something go wrong, or mend it."""
        future = self.lab.turn_fault(instrument, fault, present)
        self._tell(FaultTurned(instrument, fault, present), future)
        return future

    def plug(self, source: str | None, target: str) -> Future[Any]:
        """Join an output to an input of the bench, or pull the cable out of it."""
        before = self.snapshot.cables.get(target)
        future = self.lab.plug(source, target)
        self._tell(CablePlugged(target, before, source), future)
        return future

    def forward(self, seconds: float) -> Future[Any]:
        """Let lab time pass at once."""
        future = self.lab.fast_forward(seconds)
        self._tell(TimePassed(seconds), future)
        return future

    def _tell(self, deed: Deed, answer: Future[Any]) -> None:
        """Tell what a hand did, with the laboratory's answer and the lab time at which it was asked."""
        self.done.emit(replace(deed, answer=answer, lab_time=self.snapshot.lab_time))

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

    def choose(self, experiment: type[Procedure], then: Callable[[], None] | None = None) -> None:
        """Choose an experiment; where it needs another bench, that is set up with its usual sample.

        Parameters
        ----------
        experiment : type of Procedure
        then : callable, optional
            Called when the experiment is chosen and its bench stands; not if that is refused.
        """
        if self._mounting is None and experiment.bench == self.kind.key:
            self._forget_progress()
            self.experiment = experiment
            self.experiment_changed.emit()
            if then is not None:
                then()
            return
        if self._is_free(f"{experiment.in_words()} needs the bench {BENCHES[experiment.bench].title!r}"):
            self._mount(usual_bench(experiment), then)
        else:
            self.experiment_changed.emit()

    def mount(self, words: dict[str, str], seed: int, noise: bool, experiment: type[Procedure] | None = None,
              then: Callable[[], None] | None = None) -> None:
        """Put another sample into the cryostat: a new bench at its reference conditions.

        Parameters
        ----------
        words, seed, noise
            As `gui.mounting.with_sample` has them.
        experiment : type of Procedure, optional
            Is chosen with it; its kind of bench is set up. By default what is chosen already.
        then : callable, optional
            Called when the bench stands; not if that is refused.
        """
        if self._is_free("The sample would need a new bench"):
            try:
                wanted = with_sample(words, seed, noise, experiment or self.experiment)
            except VlabError as error:
                self.notice("warning", str(error))
                return
            self._mount(wanted, then)

    def mount_past(self, past: PastRun, then: Callable[[], None] | None = None) -> None:
        """Set up the bench of a past run again: the same sample, seed and settings, so that its numbers come again.

        Parameters
        ----------
        past : PastRun
        then : callable, optional
            Called when the bench stands; not if that is refused.
        """
        if self._is_free("The past run would need a new bench"):
            self._mount(as_then(past), then)

    def tell_preparation(self, kind: BenchKind) -> None:
        """Say so if the physics engine of a bench is yet to be compiled."""
        if not kernels_are_compiled(kind):
            self.notice("info", f"Preparing the physics engine of the bench {kind.title!r}; this takes up to a minute, "
                                "the first time only …")

    def _is_free(self, wish: str) -> bool:
        """Return whether another bench may be set up; if not, say why the wish is refused."""
        if self._mounting is None and self.run is None:
            return True
        reason = "a measurement is running; abort it" if self.run is not None else "a bench is being set up; wait"
        self.notice("warning", f"{wish}, but {reason} first.")
        return False

    def _mount(self, wanted: BenchWanted, then: Callable[[], None] | None) -> None:
        self.tell_preparation(wanted.kind)
        self._then = None  # it was meant for the bench that goes
        answer = self.lab.mount(maker(wanted, self.kind))
        self._mounting = Mounting(answer, wanted, then)
        self.connected = False
        self.experiment_changed.emit()
        self.run_changed.emit()
        for deed in wanted.deeds:
            self._tell(deed, answer)

    @property
    def mounting(self) -> type[Procedure] | None:
        """The experiment whose bench is being set up."""
        return self._mounting.wanted.experiment if self._mounting is not None else None

    def new_number(self) -> int:
        """Count another run to be shown, and return its number."""
        self._number += 1
        return self._number

    def show_past(self, *scans: Scan) -> None:
        """Put past runs beside those of this session, to be looked at; bench and measurement stay as they are."""
        for scan in scans:
            if scan not in self.scans:
                self.scans.insert(len(self.scans) - (self.run is not None), scan)  # the present one stays in front
        self.run_shown.emit(*scans)

    def drop_scans(self, scans: Sequence[Scan]) -> None:
        """Forget some runs; their files stay."""
        running = self._measured if self.run is not None else None
        self.scans = [scan for scan in self.scans if scan not in scans or scan is running]
        self.scans_cleared.emit()

    def clear_scans(self) -> None:
        """Forget the traces of earlier runs; their files stay."""
        self.scans = [scan for scan in self.scans if self.run is not None and scan is self._measured]
        self.scans_cleared.emit()

    def notice(self, level: str, text: str, quiet: bool = False, *, panel: str = "", file: Path | None = None,
               ways: Ways = ()) -> None:
        """Write a line into the log and, unless ``quiet``, show it; what is said again at once makes no new line."""
        line = LogLine(time.strftime("%H:%M:%S"), level, text, panel, file, ways=ways)
        last = self.log[-1] if self.log else None
        if last is not None and (last.level, last.text) == (level, text):
            self.log[-1] = replace(line, times=last.times + 1)
        else:
            self.log.append(line)
        self.noticed.emit(Notice("log" if quiet else level, text, panel, file, ways))
