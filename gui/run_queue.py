"""Runs that wait for their turn: their order, how they are begun, and what became of them. No Qt."""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from gui.evented import Event
from gui.mounted import Mounted
from gui.run_plan import PREPARING, RUNNING, WAITING, Entry, Plan
from vlab.errors import RunError, VlabError
from vlab.experiments.procedure import Procedure

if TYPE_CHECKING:
    from gui.models import LabModel
    from gui.scans import Scan
    from instruments.bench import Bench

_SETTLING_SLICE = 5.0
"""Lab seconds in which a ramp is waited for at a time, so that other commands get in between."""


class RunQueue:
    """A list of runs, carried out one after the other.

    It never begins by itself: `start` lets it go, `hold` lets the present run end and stops there. A measurement that a
    hand began comes first. The window's Abort ends the present run and holds the queue, `skip` ends it and goes on.

    Parameters
    ----------
    model : LabModel

    Attributes
    ----------
    entries : list of Entry
        In their order: those that ended, the present one, those that wait.
    going : bool
        Whether it begins what waits.
    stops_at_failure : bool
        Whether a failed run holds it.
    """

    def __init__(self, model: LabModel) -> None:
        self._model = model
        self.mounted = Mounted(model)
        self.entries: list[Entry] = []
        self.going = False
        self.stopped = False
        """Whether it was begun and stopped again, with runs left."""
        self.stops_at_failure = True
        self.changed = Event()
        """Entries came, went, moved or have another status; or it began or stopped."""
        self.edit_wanted = Event()
        """With the number of a waiting entry that is to be changed in the form."""
        self.speeds: dict[str, float] = {}
        """Lab seconds per real second at full speed, by experiment, as far as runs have shown."""
        self._numbers = itertools.count(1)
        self._unread: list[Any] = []
        self._present: Entry | None = None
        self._stood = False
        self._skipping = False
        self._answers: list[Future[Any]] = []
        self._settled: Future[Any] | None = None
        self._submitted: Future[Any] | None = None
        self._lent: dict[tuple[str, str], float | str] = {}
        self._lent_on = -1
        self._began = 0.0
        self._timed: Procedure | None = None
        self._scan: Scan | None = None
        model.run_changed.connect(self._on_run)
        model.readings_changed.connect(lambda _: self.turn())

    # -- the list ----------------------------------------------------------------------------------------------

    @property
    def present(self) -> Entry | None:
        """What is prepared or runs."""
        return self._present

    @property
    def waiting(self) -> list[Entry]:
        """What waits, in its order."""
        return [entry for entry in self.entries if entry.status == WAITING]

    def entry(self, number: int) -> Entry:
        """Return the entry of a number; raises KeyError if there is none."""
        for entry in self.entries:
            if entry.number == number:
                return entry
        raise KeyError(number)

    def add(self, plans: Iterable[Plan]) -> list[Entry]:
        """Put runs at the end; they begin in their turn if the queue goes."""
        fresh = [Entry(next(self._numbers), plan) for plan in plans]
        self.entries += fresh
        self.changed.emit()
        return fresh

    def move(self, number: int, places: int) -> None:
        """Move a waiting run up (negative) or down among those that wait."""
        entry = self.entry(number)
        waiting = self.waiting
        if entry.status != WAITING:
            return
        here = waiting.index(entry)
        there = min(max(here + places, 0), len(waiting) - 1)
        waiting.insert(there, waiting.pop(here))
        self.entries = [e for e in self.entries if e.status != WAITING] + waiting
        self.changed.emit()

    def duplicate(self, number: int) -> Entry:
        """Put a copy of a run behind it, or at the end if it has begun; returns the copy."""
        entry = self.entry(number)
        copy = Entry(next(self._numbers), entry.plan)
        place = self.entries.index(entry) + 1 if entry.status == WAITING else len(self.entries)
        self.entries.insert(place, copy)
        self.changed.emit()
        return copy

    def remove(self, number: int) -> Plan | None:
        """Take out a run that waits or has ended; returns its plan, or None if it is at work."""
        entry = self.entry(number)
        if entry is self._present:
            return None
        self.entries.remove(entry)
        self.changed.emit()
        return entry.plan

    def clear_finished(self) -> None:
        """Take out all runs that have ended."""
        self.entries = [entry for entry in self.entries if not entry.over]
        self.changed.emit()

    # -- going and stopping ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin what waits, one after the other."""
        self.going, self.stopped = True, False
        self.changed.emit()
        self.turn()

    def hold(self) -> None:
        """Let the present run end, and begin no other."""
        self.stopped = self.going and bool(self.waiting)
        self.going = False
        self.changed.emit()

    def skip(self) -> None:
        """Abort the present run and go on with the next one."""
        if self._present is None:
            return
        if self._present.status == RUNNING:
            self._skipping = True
            self._model.abort()
        else:
            self._skipping = True
            self._finish("aborted")

    def abort_all(self) -> None:
        """Abort the present run; what waits stays in the list and begins when the queue is started again."""
        self.hold()
        self.skip()

    # -- time --------------------------------------------------------------------------------------------------

    def seconds(self, entry: Entry) -> tuple[float, float | None]:
        """Return the estimated lab time and real time that an entry still takes; None: nothing is known of it."""
        if entry.over:
            return 0.0, 0.0
        if entry is self._present and entry.status == RUNNING and self._model.progress is not None:
            return self._model.progress.lab_left, self._model.progress.wall_left
        lab = entry.plan.seconds
        return lab, self.real_seconds(entry.plan.procedure, lab)

    def share_done(self) -> float:
        """Return which part of the present run's points is measured."""
        point = self._model.progress
        return point.done / point.total if point is not None and point.total else 0.0

    def real_seconds(self, procedure: Procedure, lab: float) -> float | None:
        """Return the real time that a run of this kind takes at the present pace, if that can be known."""
        speed = self.speeds.get(procedure.key, math.inf)
        pace = min(self._model.lab.pace, speed)
        return None if math.isinf(pace) and lab > 0.0 else lab / pace if lab else 0.0

    def left(self) -> tuple[float, float | None]:
        """Return the estimated lab time and real time of all that runs and waits."""
        lab, real, known = 0.0, 0.0, True
        for entry in self.entries:
            if not entry.over:
                seconds, here = self.seconds(entry)
                lab += seconds
                real += here or 0.0
                known = known and here is not None
        return lab, real if known else None

    # -- from one start to the next ----------------------------------------------------------------------------

    def as_text(self) -> str:
        """Return what is worth keeping: the runs that have not ended, and how fast runs went."""
        waiting = [*(entry.plan.record for entry in self.entries if not entry.over), *self._unread]
        return json.dumps({"waiting": waiting, "speeds": self.speeds, "stops at failure": self.stops_at_failure})

    def restore(self, text: str) -> None:
        """Take over what `as_text` kept, to be made again by `read_more`; nothing begins."""
        try:
            kept = json.loads(text)
            self.speeds = {key: float(speed) for key, speed in kept["speeds"].items() if speed > 0.0}
            self.stops_at_failure = bool(kept["stops at failure"])
            self._unread = list(kept["waiting"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return

    def read_more(self, most: int) -> tuple[int, int]:
        """Make some of the kept runs again; returns how many are still to be made, and how many could not be."""
        plans, lost = [], 0
        here, self._unread = self._unread[:most], self._unread[most:]
        for record in here:
            try:
                plans.append(Plan.of_record(record))
            except (VlabError, KeyError, TypeError, AttributeError):
                lost += 1
        if plans:
            self.add(plans)
        return len(self._unread), lost

    # -- carrying out ------------------------------------------------------------------------------------------

    def turn(self) -> None:
        """Do what is next, if anything is; called again and again."""
        model = self._model
        if not model.connected and model.mounting is not None:
            return
        entry = self._present
        if entry is None:
            if model.run is None and model.connected and self._submitted is None:
                if self.going and self.waiting:
                    self._prepare(self.waiting[0])
                elif self.going:
                    self.hold()
                elif self._lent:
                    self._give_back({})
        elif entry.status == PREPARING:
            self._go_on(entry)

    def _prepare(self, entry: Entry) -> None:
        """Have the sample of an entry on the bench."""
        here = self.mounted.look()
        if here is None:
            return  # the bench has not yet said what it has
        self._present, entry.status = entry, PREPARING
        self._answers, self._settled, self._submitted = [], None, None
        self.changed.emit()
        wanted = entry.plan.sample
        if here == wanted:
            self._set(entry)
            return
        self._stood = False
        self._lent.clear()  # another bench stands at reference conditions
        self._model.mount(wanted.words, wanted.seed, wanted.noise, type(entry.plan.procedure), self._stands)
        if self._model.mounting is None and not self._stood:
            self._finish("failed", f"its sample, {wanted.told()}, cannot be mounted now")

    def _stands(self) -> None:
        self._stood = True
        if self._present is not None and self._present.status == PREPARING:
            self._set(self._present)

    def _set(self, entry: Entry) -> None:
        """Write the settings of an entry, and put back what an earlier one changed."""
        wanted = {(i, s): value for i, named in entry.plan.settings.items() for s, value in named.items()}
        self._give_back(wanted)
        values = self._model.snapshot.values
        for (instrument, setting), value in wanted.items():
            before = values.get(instrument, {}).get(setting)
            if before is None:
                self._finish("failed", f"there is no setting {instrument}.{setting} on this bench")
                return
            self._lent.setdefault((instrument, setting), before)
            if before != value:
                self._answers.append(self._model.write(instrument, setting, value))
        self._lent_on = self._model.snapshot.bench_number
        self._go_on(entry)

    def _give_back(self, kept: dict[tuple[str, str], float | str]) -> None:
        if self._lent_on == self._model.snapshot.bench_number:
            for (instrument, setting), before in self._lent.items():
                if (instrument, setting) not in kept:
                    self._answers.append(self._model.write(instrument, setting, before))
        self._lent = {key: before for key, before in self._lent.items() if key in kept}

    def _go_on(self, entry: Entry) -> None:
        """Submit an entry as soon as its settings have arrived."""
        model = self._model
        if model.mounting is not None:
            return
        if self._submitted is not None:
            refusal = self._submitted.exception() if self._submitted.done() else None
            if isinstance(refusal, RunError):  # a hand was quicker
                self._present, self._submitted, entry.status = None, None, WAITING
                self.changed.emit()
            elif refusal is not None:
                self._finish("failed", str(refusal))
            return
        if not self._stood and (here := self.mounted.look()) != entry.plan.sample:
            if here is not None:
                self._finish("failed", f"its sample, {entry.plan.sample.told()}, could not be mounted")
            return
        if not all(answer.done() for answer in self._answers):
            return
        refusal = next((answer.exception() for answer in self._answers if answer.exception() is not None), None)
        if refusal is not None:
            self._finish("failed", str(refusal))
            return
        if entry.plan.settings and not self._has_settled(entry):
            return
        if model.run is None:
            self._submitted = model.start(entry.plan.procedure)

    def _has_settled(self, entry: Entry) -> bool:
        """Let lab time pass until ramps have ended, a slice at a time."""
        if self._settled is not None and self._settled.done():
            if self._settled.exception() is not None:
                self._finish("failed", str(self._settled.exception()))
                return False
            if self._settled.result() <= 0.0:
                return True
            self._settled = None
        if self._settled is None:
            moved = [(i, s) for i, named in entry.plan.settings.items() for s in named]

            def settle(bench: Bench) -> float:
                left = max(bench.instruments[i].remaining(s) for i, s in moved)
                bench.clock.sleep(min(left, _SETTLING_SLICE))
                return max(0.0, left - _SETTLING_SLICE)

            self._settled = self._model.lab.post(settle)
        return False

    def _on_run(self) -> None:
        model, entry = self._model, self._present
        if model.run is not None:
            if self._timed is not model.run.procedure:
                self._timed, self._began = model.run.procedure, time.monotonic()
            if model.run_state == "paused":
                self._began = math.nan
            if entry is not None and entry.status == PREPARING and model.run.procedure is entry.plan.procedure:
                entry.status, entry.scan = RUNNING, model.scans[-1].number
                self._scan = model.scans[-1]
                self._submitted = None
                self.changed.emit()
            return
        if self._timed is not None:
            self._learn(model.run_state)
        if entry is not None and entry.status == RUNNING and self._scan is not None:
            scan, self._scan = self._scan, None
            entry.file = scan.file
            self._finish(scan.status, scan.reason)
        self.turn()

    def _learn(self, status: str) -> None:
        """Remember how fast a run went, if nothing but the machine held it up."""
        procedure, self._timed = self._timed, None
        if procedure is not None and status == "completed" and math.isinf(self._model.lab.pace):
            spent = time.monotonic() - self._began
            if procedure.seconds() > 0.0 and spent > 0.0:
                self.speeds[procedure.key] = procedure.seconds() / spent

    def _finish(self, status: str, reason: str = "") -> None:
        entry, self._present = self._present, None
        assert entry is not None
        entry.status, entry.reason = status, reason
        self._stood, self._answers, self._settled, self._submitted = False, [], None, None
        skipped, self._skipping = self._skipping, False
        if self.going and ((status == "failed" and self.stops_at_failure) or (
                status == "aborted" and not skipped and self._model.connected)):
            self.going, self.stopped = False, bool(self.waiting)
            if self.waiting:
                why = f" ({reason.rstrip('.')})" if reason else ""
                self._model.notice("warning", f"The queue has stopped, {len(self.waiting)} left: {entry.plan.title} is "
                                              f"{status}{why}.")
        self.entries = [e for e in self.entries if e.over] + [e for e in self.entries if not e.over]
        self.changed.emit()

    def change(self, number: int, plan: Plan) -> None:
        """Put another plan in place of one that waits."""
        entry = self.entry(number)
        if entry.status == WAITING:
            entry.plan = plan
            self.changed.emit()
