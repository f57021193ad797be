"""One run as the list of past runs shows it: what its file says, put into words. No Qt."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import inf

from instruments.past_run import sample_in_words
from vlab.data.quick_read import read_run
from vlab.data.run_entry import BROKEN, RUNNING, UNFINISHED, Entry
from vlab.data.run_search import haystack
from vlab.data.thumbnail import Picture
from vlab.errors import VlabError
from vlab.experiments import EXPERIMENTS
from vlab.units import unit_factor

_STATES = {"completed": "", "interrupted": "recovered"}
"""What is said of a status, where it is not the word itself."""


@dataclass(frozen=True)
class Row:
    """A run in words."""

    entry: Entry
    heading: str
    label: str
    """What tells it from others of its kind."""
    sample: str
    moment: datetime | None
    text: str
    """All in which is searched."""
    copy_of: str = ""
    """The name of the file that it is a copy of."""

    @classmethod
    def of(cls, entry: Entry) -> Row:
        """Return an entry in words."""
        kind = EXPERIMENTS.get(entry.experiment)
        heading = kind.in_words() if kind else entry.experiment.replace("_", " ").capitalize() or entry.path.name
        sample = sample_in_words(kind.bench, entry.sample) if kind else ""
        label = _label(entry.experiment, entry.parameters)
        return cls(entry, heading, label, sample, entry.moment, haystack(entry, f"{heading}\n{label}\n{sample}"))

    def state(self) -> str:
        """Return how it ended and how many points it has: ``"126 points"``, ``"aborted, 61 points"``."""
        entry = self.entry
        if entry.status == BROKEN:
            return "not a run"
        state = _STATES.get(entry.status, entry.status)
        points = f"{entry.points} point{'' if entry.points == 1 else 's'}"
        return f"{state}, {points}" if state else points

    def finding(self) -> str:
        """Return the first thing that it shows, without what is said beside it: ``tau_s* = 439(6) ns``."""
        return first_clause(self.entry.findings[0]) if self.entry.findings else ""

    def result(self) -> tuple[str, float]:
        """Return by what runs are ordered that show the same: the words of the finding, and its number."""
        found = QUANTITY.fullmatch(self.finding())
        if found is None:
            return self.finding(), inf
        number = float(found["number"].replace("−", "-") + (found["power"] or ""))
        with suppress(Exception):  # words that are no unit
            number *= unit_factor(found["unit"])
        return found["name"], number

    def when(self, today: date | None = None) -> str:
        """Return when it began, as short as can be."""
        return in_short(self.moment, today)

    def spoken(self) -> str:
        """Return all of it in a line, for those who hear the list."""
        return ", ".join(part for part in (self.heading, self.label, self.sample, self.when(), self.state(),
                                           self.finding(), self.entry.note, self.entry.trouble,
                                           f"copy of {self.copy_of}" if self.copy_of else "") if part)


QUANTITY = re.compile(
    r"(?P<name>[^;]{1,60}?)(?: = |: | )"
    r"(?P<value>(?:longer than |about )?\(?(?P<number>[-+−]?\d+\.?\d*(?:e[-+]?\d+)?)"
    r"(?:\(\d+\.?\d*\)| ± \d+\.?\d*(?:e[-+]?\d+)?)?(?:\)?(?P<power>e[-+]?\d+))?"
    r"(?: (?P<unit>[^\s:]+)(?: [^\s:]+){0,9})?)")
"""A name with a value: ``tau_s* = 439(6) ns``, ``dragging width: 6.13(3) µeV``."""


def first_clause(sentence: str) -> str:
    """Return a sentence up to its first comma, semicolon or bracket that stands by itself."""
    return re.split(r"[,;] | \((?![-−]?\d[\d.]* ±)", sentence, maxsplit=1)[0]


def findings_of(entry: Entry) -> tuple[str, ...]:
    """Return what the run in a file shows, in sentences; raises if that cannot be found out."""
    procedure = EXPERIMENTS[entry.experiment].from_record(json.loads(entry.parameters))
    return tuple(procedure.findings(read_run(entry.path)))


def in_short(moment: datetime | None, today: date | None = None) -> str:
    """Return a moment as short as can be: ``14:05``, ``yesterday 14:05``, ``3 Nov 14:05``, ``3 Nov 2025``."""
    if moment is None:
        return ""
    today = today or date.today()
    day, clock = moment.date(), moment.strftime("%H:%M")
    if day == today:
        return f"today {clock}"
    if day == today - timedelta(days=1):
        return f"yesterday {clock}"
    return f"{day.day} {moment.strftime('%b')} {clock if day.year == today.year else day.year}"


@lru_cache(maxsize=1024)
def _label(experiment: str, parameters: str) -> str:
    try:
        return EXPERIMENTS[experiment].from_record(json.loads(parameters)).label()
    except (KeyError, TypeError, ValueError, AttributeError, VlabError):
        return ""


def picture_of(experiment: str) -> Picture | None:
    """Return what a thumbnail shows of an experiment's runs: what the plot shows first."""
    kind = EXPERIMENTS.get(experiment)
    if kind is None:
        return None
    plan = kind.plot
    return Picture(plan.x, plan.y[0], plan.average, plan.log_x, plan.log_y)


STATUSES = ("completed", "aborted", "failed", "interrupted", UNFINISHED, RUNNING, BROKEN)
"""All that a run may be, in the order of the filter."""
