"""Undo and redo of what a hand set: settings, faults, cables, through the laboratory; and the experiment's form. No Qt.

Several quick writes of one setting are one step. What the laboratory refused is no step; what a measurement claims it
refuses to give back, with its sentence, and the step stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar

from gui.deeds import CablePlugged, Deed, FaultTurned, SampleMounted, SettingWritten, few_digits, in_words
from gui.evented import Event
from gui.models import LabModel
from vlab.experiments.procedure import Procedure

_QUICK = 1.5
"""Seconds between two writes of one setting that make one step."""
_MOST = 200



@dataclass(frozen=True)
class FormChanged:
    """Parameters in the form of an experiment got other values, as `ExperimentForm.fill` takes them."""

    experiment: type[Procedure]
    before: dict[str, object]
    after: dict[str, object]
    refused: ClassVar[bool] = False

    def words(self) -> str:
        """Return it as people say it: ``"Dwell-time scan: dwell 1 s → 7 s"``."""
        names = list(self.after)
        if len(names) > 1:
            return f"{self.experiment.in_words()}: {len(names)} parameters of the form"
        return (f"{self.experiment.in_words()}: {names[0].replace('_', ' ')} {self._value(names[0], self.before)} → "
                f"{self._value(names[0], self.after)}")

    def _value(self, name: str, values: dict[str, object]) -> str:
        known, value = self.experiment.parameter(name), values[name]
        if value is None:
            return known.without
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, tuple):
            return ", ".join(few_digits(member, known.unit) for member in value)
        return few_digits(value, known.unit) if isinstance(value, float) else str(value)


Undoable = SettingWritten | FaultTurned | CablePlugged | FormChanged


@dataclass
class Step:
    """One or more deeds on the same thing, which are undone together."""

    deeds: list[Undoable]
    touched: float = field(default_factory=time.monotonic)

    def carried_out(self) -> list[Undoable]:
        """Return the deeds that were not refused."""
        return [deed for deed in self.deeds if not deed.refused]

    def moot(self) -> bool:
        """Return whether nothing is left of it to undo."""
        kept = self.carried_out()
        return not kept or (not isinstance(kept[0], FaultTurned) and kept[0].before == kept[-1].after)  # type: ignore[union-attr]

    def joins(self, deed: Undoable, now: float) -> bool:
        """Return whether a deed goes on with this step."""
        last = self.deeds[-1]
        if isinstance(deed, FormChanged) and isinstance(last, FormChanged):
            return (deed.experiment is last.experiment and len(deed.after) == 1
                    and deed.after.keys() == last.after.keys() and now - self.touched < _QUICK)
        return (isinstance(deed, SettingWritten) and isinstance(last, SettingWritten)
                and (deed.instrument, deed.setting) == (last.instrument, last.setting) and now - self.touched < _QUICK)


class Undo:
    """The steps of this session that can be taken back.

    Parameters
    ----------
    model : LabModel
        Its deeds are listened to; undoing goes through its doors.
    """

    def __init__(self, model: LabModel) -> None:
        self._model = model
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._own = False
        self.changed = Event()
        """What can be undone or redone is another."""
        self.form_wanted = Event()
        """With an experiment, and values that its form shall show again."""
        model.done.connect(self._remember)

    def _remember(self, deed: Deed) -> None:
        if self._own:
            return
        if isinstance(deed, SampleMounted):  # another bench: only forms of its kind are as they were
            for pile in (self._done, self._undone):
                pile[:] = [step for step in pile if isinstance(step.deeds[0], FormChanged)
                           and step.deeds[0].experiment.bench == deed.bench]
            self.changed.emit()
        elif isinstance(deed, SettingWritten | FaultTurned | CablePlugged):
            self._add(deed)

    def form_changed(self, change: FormChanged) -> None:
        """Take note of other values in the form of an experiment."""
        if not self._own:
            self._add(change)

    def _add(self, deed: Undoable) -> None:
        now = time.monotonic()
        if self._done and not self._undone and self._done[-1].joins(deed, now):
            self._done[-1].deeds.append(deed)
            self._done[-1].touched = now
        else:
            self._done.append(Step([deed]))
            del self._done[:-_MOST]
        self._undone.clear()
        self.changed.emit()

    def can_undo(self) -> bool:
        """Return whether there is a step to take back."""
        return self._top(self._done) is not None

    def can_redo(self) -> bool:
        """Return whether there is a step to take again."""
        return self._top(self._undone) is not None

    def undo_title(self) -> str:
        """Return what undo would do, for a menu: ``"Undo Lock-in time constant 1 s → 0.3 s"``."""
        step = self._top(self._done)
        return f"Undo {self.words(step)}" if step else "Undo"

    def redo_title(self) -> str:
        """Return what redo would do, for a menu."""
        step = self._top(self._undone)
        return f"Redo {self.words(step)}" if step else "Redo"

    def undo(self) -> None:
        """Take the last step back."""
        step = self._top(self._done)
        if step is not None:
            self._done.pop()
            first = step.carried_out()[0]
            if isinstance(first, FaultTurned):
                self._carry_out(lambda: self._model.turn_fault(first.instrument, first.fault, not first.present))
            else:
                self._carry_out(lambda: self._put(first, first.before))
            self._moved(step, self._undone, self._done)

    def redo(self) -> None:
        """Take the step again that was taken back last."""
        step = self._top(self._undone)
        if step is not None:
            self._undone.pop()
            last = step.carried_out()[-1]
            if isinstance(last, FaultTurned):
                self._carry_out(lambda: self._model.turn_fault(last.instrument, last.fault, last.present))
            else:
                self._carry_out(lambda: self._put(last, last.after))
            self._moved(step, self._done, self._undone)

    def _put(self, deed: SettingWritten | CablePlugged | FormChanged, value: object) -> object:
        if isinstance(deed, FormChanged):
            self.form_wanted.emit(deed.experiment, value)
            return None
        if isinstance(deed, CablePlugged):
            return self._model.plug(value, deed.target)  # type: ignore[arg-type]
        return self._model.write(deed.instrument, deed.setting, value)  # type: ignore[arg-type]

    def _carry_out(self, do: Callable[[], object]) -> None:
        self._own = True
        try:
            self._answer = do()
        finally:
            self._own = False

    def _moved(self, step: Step, to: list[Step], back: list[Step]) -> None:
        """Put a step on the other pile; should the laboratory refuse, it is found where it was."""
        step.touched = 0.0
        to.append(step)
        answer = self._answer

        if answer is None:  # a form refuses nothing
            self.changed.emit()
            return

        def look() -> None:
            if not answer.done():  # type: ignore[attr-defined]
                return
            stop()
            if answer.exception() is not None and step in to:  # type: ignore[attr-defined]
                to.remove(step)
                back.append(step)
                self.changed.emit()

        stop = self._model.snapshot_changed.connect(lambda _: look())
        self.changed.emit()

    def _top(self, pile: list[Step]) -> Step | None:
        while pile and pile[-1].moot():
            pile.pop()
        return pile[-1] if pile else None

    def words(self, step: Step) -> str:
        """Return a step in words."""
        kept = step.carried_out()
        last = kept[-1]
        if isinstance(last, FormChanged):
            return replace(last, before=kept[0].before).words()  # type: ignore[union-attr]
        return in_words(last if isinstance(last, FaultTurned) else replace(last, before=kept[0].before),  # type: ignore[union-attr]
                        self._model.kind)
