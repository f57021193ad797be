"""The lab thread: it owns the bench; others post commands and read snapshots. No Qt here.

Commands are drained at least every 10 ms of real time, also in the middle of a run. After each slice the thread
publishes an immutable snapshot, which anybody may read without a lock.
"""

from __future__ import annotations

import math
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gui.courtesy import Courtesy
from vlab.data.quality import remarks
from vlab.errors import RunError, VlabError
from vlab.experiments.runner import Changed, Event, Measured, Run

if TYPE_CHECKING:
    import xarray

    from instruments.bench import Bench
    from instruments.wiring import Wiring
    from vlab.experiments.procedure import Procedure

Overlay: TypeAlias = tuple[tuple[str, NDArray[np.float64], NDArray[np.float64]], ...]
"""Curves of theory or of a fit: title, x and y of each."""

_TURN = 0.01
_IDLE_TURN = 0.05
"""Seconds; a command that comes meanwhile is carried out at once."""
_PUBLISH = 0.018
"""Seconds between snapshots of a run, less than between two pictures: each picture has a new one to show."""
_IDLE_PUBLISH = 0.1
_FASTEST_IDLE = 100.0
_COURTESY = 0.05
_TRACE = 0.004


@dataclass(frozen=True)
class Snapshot:
    """What the laboratory looks like at one moment."""

    lab_time: float = 0.0
    """Seconds since the bench was made."""
    values: dict[str, dict[str, float | str]] = field(default_factory=dict)
    """SI floats and words by instrument and name."""
    problems: tuple[str, ...] = ()
    hidden: dict[str, float] = field(default_factory=dict)
    """What no instrument shows, such as the nuclear polarization; SI floats."""
    path: tuple[str, ...] = ()
    """The way of the light in words; only in what `Lab.snapshot` holds."""
    cables: dict[str, str] = field(default_factory=dict)
    """Which output feeds each input."""
    wiring: Wiring | None = None
    """What cables the bench could have."""
    bench_number: int = 0
    """Counts mounted samples."""


@dataclass(frozen=True)
class RunStarted:
    """A run began."""

    run: Run


@dataclass(frozen=True)
class RunEnded:
    """A run ended; ``file`` is None when nothing was saved."""

    run: Run
    status: str
    reason: str
    file: Path | None
    findings: tuple[str, ...] = ()
    """What it shows, in sentences."""
    overlay: Overlay = ()


Ways: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Notice:
    """Something that a person should know, in a sentence."""

    level: str
    """``"info"``, ``"warning"`` or ``"error"``."""
    text: str
    panel: str = ""
    """The key of the panel concerned, where its words do not begin with the name of an instrument."""
    file: Path | None = None
    """A file that it tells of."""
    ways: Ways = ()
    """What can be done about it: the title of a button and the key of the command that it runs."""


News = RunStarted | RunEnded | Notice | Event


class Lab:
    """A bench that lives in a thread of its own.

    Parameters
    ----------
    make_bench : callable
        Called in the lab thread; returns the bench.
    """

    def __init__(self, make_bench: Callable[[], Bench]) -> None:
        self._make_bench = make_bench
        self._bench: Bench | None = None
        self._commands: queue.SimpleQueue[tuple[Callable[[Bench], Any], Future[Any]]] = queue.SimpleQueue()
        self._pending: deque[Run] = deque()
        self._news: deque[News] = deque()
        self._leave = threading.Event()
        self.courtesy = Courtesy()
        """The lab thread stands back while a window wants the interpreter, for a moment."""
        self._run: Run | None = None
        self._pace = 1.0
        self._held = False
        self._trail: deque[Snapshot] = deque(maxlen=20_000)
        self._published = 0.0
        self._traced = 0.0
        self._mounted = 0
        self.snapshot = Snapshot()
        self._thread = threading.Thread(target=self._live, name="vlab lab", daemon=True)

    # -- from any thread ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread, unless it was started before."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Abort what runs, save it, and end the thread."""
        self._leave.set()
        run = self._run
        if run is not None:
            run.abort()
        if self._thread.is_alive():
            self._thread.join(timeout)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def run(self) -> Run | None:
        """The run in progress."""
        return self._run

    @property
    def pace(self) -> float:
        """Lab seconds per real second; infinity is as fast as possible."""
        return self._pace

    @property
    def held(self) -> bool:
        """Whether lab time stands still."""
        return self._held

    def post(self, command: Callable[[Bench], Any]) -> Future[Any]:
        """Have the lab thread call ``command`` with the bench; errors that a user can mend become notices."""
        future: Future[Any] = Future()
        self._commands.put((command, future))
        return future

    def write(self, instrument: str, setting: str, value: float | str) -> Future[Any]:
        """Set a setting from an SI float or word."""
        return self.post(lambda bench: bench.instruments[instrument].write(setting, value))

    def act(self, instrument: str, action: str) -> Future[Any]:
        """Press a button of an instrument."""
        return self.post(lambda bench: bench.instruments[instrument].act(action))

    def turn_fault(self, instrument: str, fault: str, present: bool) -> Future[Any]:
        """Let something go wrong, or mend it."""
        return self.post(lambda bench: (bench.fail if present else bench.mend)(f"{instrument}.{fault}"))

    def plug(self, source: str | None, target: str) -> Future[Any]:
        """Join an output to an input of the bench, or pull the cable out of it."""
        return self.post(lambda bench: bench.disconnect(target) if source is None else bench.connect(source, target))

    def mount(self, make_bench: Callable[[], Bench]) -> Future[Any]:
        """Replace the bench, with another sample for example."""

        def replace(_: Bench) -> None:
            if self._run is not None or self._pending:
                raise RunError("a measurement is running; abort it before you mount another sample.")
            self._bench = make_bench()
            self._mounted += 1

        return self.post(replace)

    def submit(self, procedure: Procedure, save: Path | bool) -> Future[Any]:
        """Start a run, or refuse when one is in progress."""

        def begin(bench: Bench) -> None:
            if self._run is not None or self._pending:
                raise RunError("a measurement is running already; wait for it or abort it.")
            self._pending.append(Run(procedure, bench, save=save, pace=self._pace))

        return self.post(begin)

    def set_pace(self, pace: float) -> None:
        """Set lab seconds per real second."""
        self._pace = pace
        run = self._run
        if run is not None:
            run.set_pace(pace)

    def hold(self, held: bool) -> None:
        """Stop lab time between runs, or let it go on; a run in progress is paused and resumed."""
        self._held = held
        run = self._run
        if run is not None:
            (run.pause if held else run.resume)()

    def fast_forward(self, seconds: float) -> Future[Any]:
        """Let lab time pass at once."""

        def skip(bench: Bench) -> None:
            if self._run is not None:
                raise RunError("lab time belongs to the running measurement; raise its pace instead.")
            until = bench.clock.now + seconds
            while (left := until - bench.clock.now) > 1e-12 and not self._leave.is_set():
                bench.clock.sleep(min(left, 50.0))
                self._publish(bench)

        return self.post(skip)

    def next_news(self) -> News | None:
        """Return the oldest thing that happened and was not yet taken, or None."""
        return self._news.popleft() if self._news else None

    def take_trail(self) -> list[Snapshot]:
        """Return the snapshots since the last call, oldest first: one for each publication and measured point."""
        found = []
        while self._trail:
            found.append(self._trail.popleft())
        return found

    # -- in the lab thread -------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            bench = self._bench = self._make_bench()
        except Exception as error:
            self._news.append(Notice("error", f"The bench could not be set up: {str(error).rstrip('.')}. Choose "
                                               "another experiment, or start vlab again."))
            return
        self._publish(bench, always=True)
        last = time.monotonic()
        while not self._leave.is_set():
            bench = self._bench
            self._drain(timeout=_IDLE_TURN)
            bench = self._bench
            if self._pending:
                self._carry_out(self._pending.popleft())
                last = time.monotonic()
            now = time.monotonic()
            if not self._held:
                idle = 1.0 if math.isinf(self._pace) else min(self._pace, _FASTEST_IDLE)
                bench.clock.sleep(min(now - last, 0.1) * idle)
            last = now
            self._publish(bench)

    def _drain(self, timeout: float = 0.0) -> None:
        try:
            command, future = self._commands.get(timeout > 0.0, timeout or None)
        except queue.Empty:
            return
        while True:
            failure: Exception | None = None
            answer: Any = None
            bench = self._bench  # a command may have brought another
            assert bench is not None
            try:
                answer = command(bench)
            except VlabError as error:
                failure = error
                self._news.append(Notice("warning", str(error)))
            except Exception as error:
                failure = error
                self._news.append(Notice("error", f"This did not work ({error}); the laboratory goes on. Try it again, "
                                                   "or mount the sample anew."))
            self._publish(self._bench or bench, always=True)
            if failure is None:
                future.set_result(answer)
            else:
                future.set_exception(failure)
            try:
                command, future = self._commands.get_nowait()
            except queue.Empty:
                return

    def _carry_out(self, run: Run) -> None:
        bench = self._bench
        assert bench is not None
        turned = time.monotonic()

        def between() -> None:
            nonlocal turned
            if time.monotonic() - turned > _TURN or not self._commands.empty():
                self._drain()
                self._publish(bench)
                turned = time.monotonic()
            self.courtesy.wait(_COURTESY)

        run.between_slices = between
        run.subscribe(self._news.append)
        run.subscribe(lambda event: self._leave_trace(bench) if isinstance(event, Measured) else None)
        self._run = run
        self._news.append(RunStarted(run))
        if self._held:
            run.pause()
        if self._leave.is_set():
            run.abort()
        status, reason = "failed", ""
        findings: tuple[str, ...] = ()
        overlay: Overlay = ()
        try:
            dataset = run.execute()
            status, reason = str(dataset.attrs["status"]), str(dataset.attrs["reason"])
            findings, overlay = self._look_at(run.procedure, dataset)
        except Exception as error:
            reason = str(error)
        finally:
            self._run = None
        file = run.file if run.file and run.file.exists() else None
        self._publish(bench, always=True)  # whoever hears of the end finds the state that it left
        self._news.append(RunEnded(run, status, reason, file, findings, overlay))

    def _look_at(self, procedure: Procedure, dataset: xarray.Dataset) -> tuple[tuple[str, ...], Overlay]:
        """Return findings and overlay of a run; the data is good even if they cannot be had."""
        try:
            lines = tuple((title, np.asarray(x, dtype=float), np.asarray(y, dtype=float))
                          for title, x, y in procedure.overlay(dataset))
            return (*remarks(dataset), *procedure.findings(dataset)), lines
        except Exception as error:
            self._news.append(Notice("error", f"What {procedure.title()} shows could not be worked out ({error}); the "
                                               "data itself is good and saved."))
            return (), ()

    def _publish(self, bench: Bench, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self._published < (_IDLE_PUBLISH if self._run is None else _PUBLISH):
            return
        self._published = now
        self.snapshot = self._look(bench, tuple(bench.path()))
        self._trail.append(self.snapshot)

    def _leave_trace(self, bench: Bench) -> None:
        now = time.monotonic()
        if now - self._traced >= _TRACE:
            self._traced = now
            self._trail.append(self._look(bench))

    def _look(self, bench: Bench, path: tuple[str, ...] = ()) -> Snapshot:
        return Snapshot(bench.clock.now, bench.snapshot(), tuple(bench.check()), bench.hidden(), path, bench.cables,
                        bench.wiring, self._mounted)


def pace_in_words(pace: float) -> str:
    """Return a pace as people say it."""
    return "as fast as possible" if math.isinf(pace) else ("real time" if pace == 1.0 else f"{pace:g}× real time")


__all__ = ["Changed", "Lab", "Measured", "News", "Notice", "RunEnded", "RunStarted", "Snapshot"]
