""""Copy as script": what hands did in the window, written as a Python script that gives the same numbers. No Qt.

The diary listens to the deeds of the model. Lab time that passes while nobody does anything is left out, but where a
setting was still on its way (a ramp, a moving stage) the script waits as long as the person did, or until it arrived.
"""

from __future__ import annotations

import copy
import math
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gui.deeds import (
    ActionPressed,
    CablePlugged,
    Deed,
    FaultTurned,
    RunAsked,
    SampleMounted,
    SettingWritten,
    TimePassed,
)
from gui.evented import Event
from gui.models import LabModel
from instruments.benches import BENCHES, BenchKind
from instruments.script import Script
from vlab.errors import VlabError

if TYPE_CHECKING:
    from instruments.bench import Bench
    from vlab.experiments.runner import Run
    from vlab.parameters import Parameters

_ARRIVED = 0.05


@dataclass
class Entry:
    """A deed in the diary."""

    deed: Deed
    moment: str
    """Real time of day."""
    silent: bool = False
    """Whether it is for the script only: what a lesson lets fail is to be found, not read in the log."""
    during: bool = False
    """Whether a measurement was running."""
    status: str = ""
    """How the measurement ended that it asked for; empty while it runs."""
    number: int = 0
    """The number of the measurement on its bench, by which the noise goes."""
    before: dict[str, float | str] = field(default_factory=dict)
    """What the instrument showed when its button was pressed."""
    outcome: dict[str, float | str] | None = None
    """What it showed when the next deed was done: an automatic function has found something by then."""


@dataclass(frozen=True)
class Standing:
    """A bench as it stands: what a script needs to make it."""

    kind: BenchKind
    sample: Parameters
    seed: int
    noise: bool
    runs: int
    """How many runs it had."""


def standing(bench: Bench, kind: BenchKind) -> Standing | None:
    """Return what a bench is, None if its sample cannot be made again from its record; called in the lab thread."""
    record = {name: value for name, value in bench.sample_record().items() if name != "kind"}
    try:
        return Standing(kind, kind.sample_type.from_record(record), bench.seed, bench.noise, bench.run_number)
    except (VlabError, NotImplementedError, TypeError):
        return None


class Diary:
    """All deeds of this session, oldest first.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel) -> None:
        self._model = model
        self.entries: list[Entry] = []
        self.changed = Event()
        """A deed was done, or a measurement ended."""
        kind = model.kind
        self._first: Future[Standing | None] = model.lab.post(lambda bench: standing(bench, kind))
        self._asked: deque[Entry] = deque()
        """Measurements that have not begun."""
        self._running: Entry | None = None
        self._run: Run | None = None
        model.done.connect(self.note)
        model.run_changed.connect(self._look)

    def note(self, deed: Deed, silent: bool = False) -> None:
        """Write down a deed; for a ``silent`` one, in scripts only."""
        entry = Entry(deed, time.strftime("%H:%M:%S"), silent, self._model.run is not None)
        self._look_for_outcomes()
        if isinstance(deed, ActionPressed):
            entry.before = dict(self._model.snapshot.values.get(deed.instrument, {}))
        self.entries.append(entry)
        if isinstance(deed, RunAsked):
            self._asked.append(entry)
        self.changed.emit()

    def _look_for_outcomes(self) -> None:
        """Look what the button pressed last has come to, if nothing was done since but to let time pass."""
        last = next((entry for entry in reversed(self.entries) if not isinstance(entry.deed, TimePassed)), None)
        if last is not None and isinstance(last.deed, ActionPressed):
            last.outcome = dict(self._model.snapshot.values.get(last.deed.instrument, {}))

    def _look(self) -> None:
        """Notice which measurement runs, and how it ended."""
        model = self._model
        if model.run is not None and self._running is None:
            while self._asked and self._asked[0].deed.refused:
                self._asked.popleft()
            if self._asked and self._asked[0].deed.procedure is model.run.procedure:  # type: ignore[union-attr]
                self._running, self._run = self._asked.popleft(), model.run
        elif model.run is None and self._running is not None and self._run is not None:
            self._running.status = model.run_state
            self._running.number = self._run.number  # the bench may be at the next run already
            self._running = self._run = None
            self.changed.emit()

    def kept(self) -> list[Entry]:
        """Return the deeds that the laboratory did not refuse; several writes of one setting in a row are the last."""
        self._look_for_outcomes()
        found: list[Entry] = []
        for entry in self.entries:
            deed = entry.deed
            if deed.refused:
                continue
            last = found[-1].deed if found else None
            if (isinstance(deed, SettingWritten) and isinstance(last, SettingWritten)
                    and (deed.instrument, deed.setting) == (last.instrument, last.setting)):
                found.pop()
                if deed.after == last.before:
                    continue  # taken back: nothing was done
                entry = copy.copy(entry)
                entry.deed = replace(deed, before=last.before)
            found.append(entry)
        return found

    def has_run(self) -> bool:
        """Return whether a measurement was asked for and not refused."""
        return any(isinstance(entry.deed, RunAsked) and not entry.deed.refused for entry in reversed(self.entries))

    def script(self, chosen: list[Entry] | None = None) -> str:
        """Return the script of all deeds since the start.

        Parameters
        ----------
        chosen : list of Entry, optional
            Only these; the bench is that on which the first of them was done.
        """
        return self.writing(chosen)()

    def writing(self, chosen: list[Entry] | None = None) -> Callable[[], str]:
        """Return what writes the script of all deeds up to now: it may take its time, in any thread."""
        return self._writing(self.kept() if chosen is None else chosen, only_last=False)

    def script_of_last_run(self) -> str:
        """Return a script of what led to the last measurement, and of that measurement alone.

        Measurements before it are left out; their place among the numbers of the noise is kept.
        """
        return self.writing_of_last_run()()

    def writing_of_last_run(self) -> Callable[[], str]:
        """Return what writes the script of the last measurement, in any thread."""
        kept = self.kept()
        runs = [i for i, entry in enumerate(kept) if isinstance(entry.deed, RunAsked)]
        if not runs:
            return self.writing(kept)
        mounts = [i for i, e in enumerate(kept[:runs[-1]]) if isinstance(e.deed, SampleMounted)]
        return self._writing(kept[mounts[-1] if mounts else 0:runs[-1] + 1], only_last=True)

    def _writing(self, entries: list[Entry], only_last: bool) -> Callable[[], str]:
        writer = _Writer(self._start(), str(self._model.folder), only_last)
        as_they_are = [copy.copy(entry) for entry in entries]
        return lambda: str(writer.write(as_they_are))

    def _start(self) -> Standing:
        found = self._first.result() if self._first.done() and self._first.exception() is None else None
        if found is not None:
            return found
        kind = self._model.kind
        return Standing(kind, kind.make_sample({}), 0, True, 0)


class _Writer:
    """Writes deeds into a script; a bench of its own tells how long settings move."""

    def __init__(self, start: Standing, folder: str, only_last: bool = False) -> None:
        self._script = Script("What was done in the window of vlab, as a script.")
        self._folder = folder
        self._only_last = only_last
        self._since = 0.0
        """Lab time at which something began to move last."""
        self._arrives = 0.0
        """Lab time at which all that moves has arrived."""
        self._runs = 0
        """How many measurements the script's bench will have had."""
        self._standing = start
        self._model: Bench | None = None

    def write(self, entries: list[Entry]) -> Script:
        """Write down some deeds."""
        last = max((i for i, e in enumerate(entries) if isinstance(e.deed, RunAsked)), default=-1)
        total = sum(isinstance(e.deed, RunAsked) for e in entries)
        if not (entries and isinstance(entries[0].deed, SampleMounted)):
            self._make()
        number = 0
        for i, entry in enumerate(entries):
            deed = entry.deed
            if isinstance(deed, RunAsked):
                number += 1
                if self._only_last and i != last:
                    self._skip(entry)
                else:
                    alone = self._only_last or total == 1
                    self._run(entry, deed, "data" if alone else f"data_{number}")
            elif isinstance(deed, SampleMounted):
                kind = BENCHES[deed.bench]
                self._standing = Standing(kind, kind.make_sample(deed.words), deed.seed, deed.noise, 0)
                if i:
                    self._script.add()
                self._make()
            else:
                self._hand(entry, deed)
        return self._script

    def _make(self) -> None:
        here = self._standing
        self._script.bench(here.kind, here.sample, here.seed, here.noise)
        self._model = None
        self._since = self._arrives = 0.0
        self._runs = 0
        self._number(here.runs + 1)

    def _bench(self) -> Bench:
        """Return the bench that tells how long settings move, made when it is first asked."""
        if self._model is None:
            here = self._standing
            self._model = here.kind.make(here.sample, seed=here.seed, noise=here.noise)
        return self._model

    def _hand(self, entry: Entry, deed: Deed) -> None:
        if not isinstance(deed, SettingWritten | TimePassed):
            self._wait(deed)
        during = "done during the measurement, here after it" if entry.during else ""
        kind = self._standing.kind
        try:
            match deed:
                case SettingWritten(instrument, setting, _, after):
                    self._script.set(kind, instrument, setting, after, during)
                    self._bench().instruments[instrument].write(setting, after)
                    self._follow(instrument, deed.lab_time)
                case ActionPressed(instrument, action):
                    self._bench().instruments[instrument].act(action)
                    if not self._found(entry, instrument, action):
                        self._script.act(instrument, action)
                    self._follow(instrument, deed.lab_time)
                case FaultTurned(instrument, fault, present):
                    self._script.fault(instrument, fault, present)
                    (self._bench().fail if present else self._bench().mend)(f"{instrument}.{fault}")
                case CablePlugged(target, _, source):
                    self._script.cable(source, target)
                case TimePassed(seconds):
                    self._script.wait(seconds)
                    self._since += seconds
        except VlabError:
            pass  # the bench that only tells how long things move has not lived through the measurements

    def _found(self, entry: Entry, instrument: str, action: str) -> bool:
        """Write down what an automatic function found, which depends on the moment, in place of its button."""
        found = False
        here = self._bench().instruments[instrument]
        for name in here.settings():
            value = (entry.outcome or {}).get(name)
            if isinstance(value, float) and value not in (entry.before.get(name), here.read(name)):
                self._script.set(self._standing.kind, instrument, name, value,
                                 f"what {action.replace('_', ' ')} came to")
                here.write(name, value)
                found = True
        return found

    def _follow(self, instrument: str, moment: float) -> None:
        """Find out how long an instrument is on its way now."""
        kind = self._bench().instruments[instrument]
        left = max((kind.remaining(name) for name in kind.settings()), default=0.0)
        point = kind.next_breakpoint()
        if point is not None:
            left = max(left, (point - self._bench().now_ps) / 1e12)
        if left > _ARRIVED:
            self._arrives, self._since = max(self._arrives, moment + left), moment
            for name, setting in kind.settings().items():
                if setting.rate:  # for the next question it has arrived
                    kind.jump(name, kind.read(name))

    def _wait(self, deed: Deed) -> None:
        """Wait as long as the person did, or until what was on its way had arrived."""
        if deed.lab_time >= self._arrives > self._since:
            self._script.wait(math.ceil(10.0 * (self._arrives - self._since)) / 10.0, "until it has arrived")
        elif deed.lab_time > self._since and self._arrives > self._since:
            self._script.wait(deed.lab_time - self._since, "it was still on its way then")
        self._arrives = self._since

    def _run(self, entry: Entry, deed: RunAsked, name: str) -> None:
        self._wait(deed)
        self._number(entry.number)
        self._runs += 1
        save = self._folder if deed.saved else None
        ended = entry.status if entry.status not in ("", "completed") else ""
        self._script.run(deed.procedure, name, save, f"was {ended}" if ended else "")
        if ended:
            self._script.add("bench.make_safe()", f"as after each measurement that is {ended}")

    def _skip(self, entry: Entry) -> None:
        if entry.status not in ("", "completed"):
            self._script.add("bench.make_safe()", f"a measurement was {entry.status}")

    def _number(self, wanted: int) -> None:
        """See to it that the next measurement has the number that it had."""
        if wanted and wanted != self._runs + 1:
            self._script.add(f"bench.run_number = {wanted - 1}", "the noise of a measurement goes by its number")
            self._runs = wanted - 1
