"""How long an experiment takes, in lab time and here, with the wait for what still moves on the bench. No widgets."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future

from gui.desk import Desk
from vlab.experiments.procedure import Procedure
from vlab.readout import clock

_LONG = 120.0
"""Seconds here from which on the sentence says how it goes quicker."""
_FAST = "fast"
_SLOW = 1500.0
"""Lab seconds that pass here in a second in the slowest experiment, as fast as possible."""
_MOMENT = 10.0
_LOOK_AGAIN = 1.0
"""Seconds between two questions whether something on the bench still moves."""


class Duration:
    """The sentence on an experiment's duration.

    Parameters
    ----------
    desk : Desk
        Its queue knows how quick runs were here.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._model = desk.model
        self._waits = 0.0
        """Seconds until what moves now has settled, for which the experiment would wait."""
        self._question: Future[float] | None = None
        self._asked = -math.inf

    def sentence(self, procedure: Procedure) -> str:
        """Return how long an experiment takes, with a link that hurries a long one."""
        waits = self._waits if self._model.run is None else 0.0
        lab = procedure.seconds() + waits
        pace = self._model.lab.pace
        known = self._desk.queue.real_seconds(procedure, lab)
        if not math.isinf(pace):
            here = f"{clock(lab / pace)} here"
        elif known is not None:
            here = f"about {clock(known)} here" if known >= 1.0 else "a moment here"
        else:  # until the first run tells
            slow = lab / _SLOW
            here = f"up to {clock(slow)} here" if slow > _MOMENT else "a moment here"
        moves = f" ({clock(waits)} of it until what moves has settled)" if round(waits) else ""
        text = f"{procedure.points()} points, {clock(lab)} of lab time{moves}, {here}."
        if lab / pace > _LONG:
            colour = self._desk.theme.colour("accent").name()
            text += f' <a href="{_FAST}" style="color: {colour}">Go as fast as possible</a>'
        return text

    def follow(self, link: str) -> None:
        """Do what the link in the sentence says."""
        if link == _FAST:
            self._model.set_pace(math.inf)

    def take_answer(self) -> bool:
        """Take what the bench answered; return whether the experiment would now wait longer, or less long."""
        if self._question is None or not self._question.done():
            return False
        answer, self._question = self._question, None
        waits = 0.0 if answer.cancelled() or answer.exception() is not None else answer.result()
        if round(waits) == round(self._waits):
            return False
        self._waits = waits
        return True

    def ask(self, procedure: Procedure) -> None:
        """Ask the bench, now and then, for how long an experiment would wait for it."""
        model = self._model
        ready = model.connected and model.mounting is None and model.run is None
        if not ready or self._question is not None or time.monotonic() - self._asked < _LOOK_AGAIN:
            return
        if procedure.seconds() > 0.0 and procedure.bench == model.kind.key:
            self._asked = time.monotonic()
            self._question = model.lab.post(procedure.waits)

    def forget(self) -> bool:
        """Forget for what would be waited, as a run begins or ends; return whether there was something."""
        waited, self._waits = self._waits, 0.0
        return bool(waited)
