"""Carrying out a procedure: progress, pause, abort, saving and subscribers, once for all experiments."""

from __future__ import annotations

import contextlib
import math
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from vlab.data.dataset import Document, save, to_dataset
from vlab.data.journal import SUFFIX, Journal
from vlab.data.provenance import versions
from vlab.errors import DataError, RunError, SettingError, VlabError
from vlab.experiments.procedure import Move, Point, Prepare, Procedure, Read, Settle, Wait
from vlab.experiments.roles import Device, Setup
from vlab.lab.clock import PS_PER_SECOND, WallClock, to_ps
from vlab.lab.pacing import Pacer

if TYPE_CHECKING:
    import xarray

DEFAULT_FOLDER = "runs"
_SLICE_PS = 100 * PS_PER_SECOND
_WALL_SLICE = 0.02


@dataclass(frozen=True)
class Measured:
    """A point that stands in the journal."""

    index: tuple[int, ...]
    values: tuple[float, ...]
    done: int
    total: int
    lab_left: float
    """Estimated lab time left, s."""
    wall_left: float
    """Estimated real time left, s."""
    marks: tuple[str, ...] = ()
    """The flags that spoil this point, such as ``"lockin.input_overload"``; empty for a good one."""


@dataclass(frozen=True)
class Changed:
    """The run has a new state: running, paused, completed, aborted or failed."""

    state: str
    reason: str = ""


Event: TypeAlias = Measured | Changed
Subscriber: TypeAlias = Callable[[Event], None]


class _Stopped(Exception):
    """The run was asked to end."""


class Run:
    """One carrying-out of a procedure in a room.

    Parameters
    ----------
    procedure : Procedure
    setup : Setup
        A bench, or a real room wrapped into the same roles.
    save : path or False
        A folder, in which the run chooses a name, or a file ending in ``.nc``; False keeps the data in memory only.
    pace : float
        Lab seconds per real second; infinity is as fast as possible. A real room's clock ignores it.
    subscribers : sequence of callable
        Called with a `Measured` for each point, when it stands in the journal, and a `Changed` for each new state.

    Raises
    ------
    SettingError
        An argument is of the wrong kind.
    """

    def __init__(self, procedure: Procedure, setup: Setup, *, save: str | Path | bool = DEFAULT_FOLDER,
                 pace: float = math.inf, subscribers: tuple[Subscriber, ...] = ()) -> None:
        if not isinstance(procedure, Procedure):
            raise SettingError(f"run got {procedure!r}; it wants an experiment, such as DwellTimeScan(...).")
        if not hasattr(setup, "begin_run") or not hasattr(setup, "clock"):
            raise SettingError(f"run got {setup!r} as its bench; it wants a bench, such as dragging_bench().")
        kind = getattr(setup, "kind", procedure.bench)  # a real room is of no kind
        if kind != procedure.bench:
            raise SettingError(f"{procedure.title()} got a bench for {kind.replace('_', ' ')}; it wants one for "
                               f"{procedure.bench.replace('_', ' ')}, such as {procedure.bench}_bench().")
        if save is True:
            save = DEFAULT_FOLDER
        if save is not False and (not isinstance(save, str | Path) or (
                Path(save).suffix not in ("", ".nc") and not Path(save).is_dir())):
            raise SettingError(f"run got save={str(save)!r}; it wants a folder, a file ending in .nc, or False.")
        if isinstance(pace, bool) or not isinstance(pace, int | float) or not pace > 0:
            raise SettingError(f"run got pace={pace!r}; it wants a number above 0 (lab seconds per real second).")
        self.procedure = procedure
        self.setup = setup
        self.state = "ready"
        self.saving = False
        """Whether the measurement is over and its file is being written."""
        self.uid = secrets.token_hex(4)
        self.number = 0
        """The number of the run on its bench, by which the noise goes; 0 before it has begun."""
        self.file: Path | None = None
        self.journal: Path | None = None
        if save is not False:
            self._choose_names(Path(save))
        self._pacer = Pacer(pace)
        self._subscribers = list(subscribers)
        self._go = threading.Event()
        self._go.set()
        self._stop = threading.Event()
        self._documents: list[Document] = []
        self._writer: Journal | None = None
        self._done = 0
        self.coordinates = procedure.coordinates()
        """The scan axes, outermost first."""
        self._total = math.prod(len(c.values) for c in self.coordinates)
        self._seconds = procedure.seconds()
        self._wall_start = 0.0
        self._paused = 0.0
        """Seconds of real time in which it was paused."""
        self._lab_start_ps = 0
        self._waited_ps = 0
        """Lab time spent on what somebody else had moved, before the first point: the estimate knows nothing of it."""
        self.between_slices: Callable[[], None] | None = None
        """Called between the slices of a wait by the thread that runs; a window drains its commands there."""

    def _choose_names(self, target: Path) -> None:
        if target.suffix == ".nc":
            if target.exists():
                raise DataError(f"{target} exists already; choose another name.")
            self.file = target
        else:
            moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            self.file = target / f"{moment}_{self.procedure.key}_{self.uid}.nc"
        self.journal = self.file.with_suffix(SUFFIX)

    def __str__(self) -> str:
        return f"the running {self.procedure.title()}"

    # -- control, from any thread ------------------------------------------------------------------------------

    def pause(self) -> None:
        """Stop lab time at the next slice."""
        self._go.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._go.set()

    def abort(self) -> None:
        """End the run soon; what has been measured is kept, and the bench goes to its safe state."""
        self._stop.set()
        self._go.set()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber`` for each event from now on; returns the function that ends it."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def set_pace(self, pace: float) -> None:
        """Change how fast lab time may go."""
        self._pacer = Pacer(pace)

    # -- the run -----------------------------------------------------------------------------------------------

    def execute(self) -> xarray.Dataset:
        """Carry out the procedure and return its data.

        Returns
        -------
        xarray.Dataset
            Also after an abort: then with what was measured, and ``status`` "aborted".

        Raises
        ------
        RunError
            Something broke; what was measured is in the file all the same.
        KeyboardInterrupt
            As pressed; the data is saved first.
        """
        if self.state != "ready":
            raise RunError("this run was carried out already; make a new one.")
        self._begin()
        failure: BaseException | None = None
        status, reason = "completed", ""
        try:
            self._follow()
        except (_Stopped, InterruptedError):
            status, reason = "aborted", "aborted by the user"
        except KeyboardInterrupt as pressed:
            status, reason, failure = "aborted", "interrupted from the keyboard", pressed
        except Exception as error:
            status, reason, failure = "failed", str(error) or type(error).__name__, error
            if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):  # pressed in a compiled kernel
                status, reason, failure = "aborted", "interrupted from the keyboard", KeyboardInterrupt()
        dataset = self._end(status, reason)
        if isinstance(failure, Exception):
            where = f"; {self._done} points are in {self.file}" if self.file else ""
            if isinstance(failure, VlabError) and self._done == 0:
                raise failure
            raise RunError(f"{self.procedure.title()} failed: {reason}{where}") from failure
        if failure is not None:
            raise failure
        return dataset

    def _begin(self) -> None:
        if self.journal is not None:
            self._writer = Journal(self.journal)
        claims = self.procedure.claims(self.setup)
        for device, setting in claims:
            claim = getattr(device, "claim", None)
            if claim is not None:
                claim(setting, self)
        self._silence: list[Callable[[], None]] = []
        for instrument in getattr(self.setup, "instruments", {}).values():
            self._silence.append(instrument.subscribe(self._setting_changed))
        self.setup.give_up = self._stop.is_set
        self.number = self.setup.begin_run()
        self._record({
            "kind": "start",
            "format": 1,
            "uid": self.uid,
            "title": self.procedure.summary(),
            "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "procedure": {"name": self.procedure.key, "parameters": self.procedure.as_record()},
            "sample": self.setup.sample_record(),
            "instruments": self.setup.snapshot(),
            "seed": getattr(self.setup, "seed", 0),
            "noise": getattr(self.setup, "noise", True),
            "run_number": self.number,
            "warnings": self.setup.check(),
            "versions": versions(),
            "coordinates": [vars(c) for c in self.coordinates],
            "variables": [vars(v) for v in self.procedure.variables()],
            "quality_marks": self._known_marks(),
            **self._known_cables(),
        })
        self._wall_start = time.monotonic()
        self._lab_start_ps = self.setup.clock.now_ps
        self._take_marks: Callable[[], list[str]] = getattr(self.setup, "take_marks", list)
        self._take_marks()  # what was lit before the run does not count
        self._announce("running")

    def _follow(self) -> None:
        steps = self.procedure.steps(self.setup)
        answer: Any = None
        try:
            while True:
                try:
                    command = steps.send(answer)
                except StopIteration:
                    return
                answer = None
                match command:
                    case Move(device, setting, value):
                        device.write(setting, value, self)
                        self._settle(device, setting)
                    case Settle(device, setting):
                        since = self.setup.clock.now_ps
                        self._settle(device, setting)
                        if self._done == 0:
                            self._waited_ps += self.setup.clock.now_ps - since
                    case Wait(duration):
                        self.setup.announce_reading(self.setup.clock.now_ps + to_ps(duration))
                        self._wait(duration)
                    case Read(device, name):
                        answer = device.read(name)
                    case Point():
                        self._acknowledge(command)
                    case Prepare(thermal):
                        self.setup.prepare(thermal)
                        self._record({"kind": "prepared", "instruments": self.setup.snapshot()})
        finally:
            steps.close()

    def _settle(self, device: Device, setting: str) -> None:
        while (left := device.remaining(setting)) > 0.0:
            self._wait(left)

    def _wait(self, seconds: float) -> None:
        clock = self.setup.clock
        real = isinstance(clock, WallClock)
        deadline = clock.now_ps + to_ps(seconds)
        speed = 1.0 if real else self._pacer.speed
        while True:
            self._look_up()
            left = deadline - clock.now_ps
            if left <= 0:
                return
            longest = _SLICE_PS if math.isinf(speed) else max(1, to_ps(_WALL_SLICE * speed))
            clock.sleep(min(left, longest) / PS_PER_SECOND)
            if not real:
                ahead = self._pacer.wait(clock.now_ps / PS_PER_SECOND)
                while ahead > 0.0 and not self._stop.wait(min(ahead, _WALL_SLICE)):
                    ahead = self._pacer.wait(clock.now_ps / PS_PER_SECOND)

    def _look_up(self) -> None:
        """Between slices: let others in, stop where asked, wait while paused."""
        if self.between_slices is not None:
            self.between_slices()
        if not self._go.is_set() and not self._stop.is_set():
            self._announce("paused")
            since = time.monotonic()
            while not self._go.wait(_WALL_SLICE):
                if self.between_slices is not None:
                    self.between_slices()
            self._paused += time.monotonic() - since
            self._pacer.restart()
            if not self._stop.is_set():
                self._announce("running")
        if self._stop.is_set():
            raise _Stopped

    def _known_cables(self) -> Document:
        """Return how the cables are; nothing of a room that cannot tell."""
        cables = getattr(self.setup, "cables", None)
        return {"cables": dict(cables)} if isinstance(cables, dict) else {}

    def _known_marks(self) -> list[str]:
        """Return the names of all flags that may spoil a point; of a room that knows none, nothing."""
        known: Callable[[], list[str]] | None = getattr(self.setup, "quality_marks", None)
        return known() if known is not None else []

    def _acknowledge(self, point: Point) -> None:
        marks = self._take_marks()
        if point.calculated:
            marks = []
        document: Document = {"kind": "point", "index": point.index, "values": point.values}
        if marks:
            document["marks"] = marks
        self._record(document)
        self._done += 1
        lab = (self.setup.clock.now_ps - self._lab_start_ps - self._waited_ps) / PS_PER_SECOND
        lab_left = max(0.0, self._seconds - lab)
        measured = Measured(point.index, point.values, self._done, self._total, lab_left, self._wall_left(lab_left),
                            tuple(marks))
        for subscriber in self._subscribers:
            subscriber(measured)
        if self._stop.is_set():
            raise _Stopped

    def _wall_left(self, lab_left: float) -> float:
        """Return the real time left: by the pace where that holds lab time back, else by how fast points came."""
        spent = time.monotonic() - self._wall_start - self._paused
        by_points = spent * (self._total - self._done) / self._done
        if isinstance(self.setup.clock, WallClock):
            return lab_left or by_points
        return by_points if math.isinf(self._pacer.speed) or lab_left == 0.0 else lab_left / self._pacer.speed

    def _setting_changed(self, instrument: Any, setting: str, value: Any, owner: object) -> None:
        if owner is not self:
            lab = (self.setup.clock.now_ps - self._lab_start_ps) / PS_PER_SECOND
            self._record({"kind": "setting", "time": lab, "instrument": instrument.name, "setting": setting,
                          "value": value})

    def _record(self, document: Document) -> None:
        if self._writer is not None:
            self._writer.write(document)
        self._documents.append(document)

    def _announce(self, state: str, reason: str = "") -> None:
        self.state = state
        for subscriber in self._subscribers:
            subscriber(Changed(state, reason))

    def _end(self, status: str, reason: str) -> xarray.Dataset:
        self.saving = True
        self.setup.give_up = lambda: False
        for silence in self._silence:
            silence()
        for device, _ in self.procedure.claims(self.setup):
            release = getattr(device, "release", None)
            if release is not None:
                release(self)
        warnings: list[str] = []
        with contextlib.suppress(Exception):  # the data comes first
            warnings = self.setup.check()
        if status != "completed":
            with contextlib.suppress(Exception):
                self.setup.make_safe()
        self._record({"kind": "stop", "status": status, "reason": reason, "warnings": warnings,
                      "ended": datetime.now(UTC).isoformat(timespec="milliseconds")})
        dataset = to_dataset(self._documents)
        if status == "failed" and self._done == 0:  # nothing was measured
            if self._writer is not None:
                self._writer.remove()
            self.file = None
        elif self._writer is not None and self.file is not None:
            self._writer.close()
            save(dataset, self.file)
            self._writer.remove()
            dataset.encoding["source"] = str(self.file)
        self.saving = False
        self._announce(status, reason)
        return dataset


def run(procedure: Procedure, setup: Setup, *, save: str | Path | bool = DEFAULT_FOLDER, pace: float = math.inf,
        subscribers: tuple[Subscriber, ...] = ()) -> xarray.Dataset:
    """Carry out an experiment on a bench and return its data.

    Parameters
    ----------
    procedure : Procedure
        For example ``DwellTimeScan(...)``.
    setup : Bench
        For example ``dragging_bench()``.
    save : path or False
        Folder for the data file (``runs`` by default), a file name ending in ``.nc``, or False for none.
    pace : float
        Lab seconds per real second; as fast as possible by default.
    subscribers : sequence of callable
        Called with each `Measured` point and each `Changed` state.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    VlabError
        One of its kinds, with a sentence that says what to do.
    """
    return Run(procedure, setup, save=save, pace=pace, subscribers=tuple(subscribers)).execute()
