"""Searching runs by words: of the sample, the experiment, parameters, note, tags, status, and by date."""

from __future__ import annotations

import json
import re
import shlex
from datetime import date, timedelta

from vlab.data.run_entry import Entry

DAYS = {"today": 0, "yesterday": 1}


def told(record: str) -> str:
    """Return a record of parameters (JSON) in words: ``dwell 1 s, knob laser``."""
    try:
        parameters = json.loads(record)
    except ValueError:
        return ""
    if not isinstance(parameters, dict):
        return ""
    return ", ".join(f"{name.replace('_', ' ')} {short(value)}" for name, value in parameters.items()
                     if value is not None)


def short(value: object) -> str:
    """Return a recorded value as people write it: ``1 s`` for ``"1.0 s"``, on and off for truths."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    return re.sub(r"-?\d+\.?\d*(?:e[+-]?\d+)?", lambda number: f"{float(number[0]):.6g}", str(value))


def _words_of(sample: str) -> str:
    """Return the words in the record of a sample (JSON), with what is switched on; numbers would be found too often."""
    try:
        record = json.loads(sample)
    except ValueError:
        return ""
    return " ".join(name.replace("_", " ") if value is True else value for name, value in record.items()
                    if name != "kind" and (value is True or (isinstance(value, str) and value[:1].isalpha())))


def haystack(entry: Entry, words: str = "") -> str:
    """Return all in which is searched, in small letters.

    Parameters
    ----------
    entry : Entry
    words : str
        What else is known of it, such as the sample in words.
    """
    moment = entry.moment
    day = moment.strftime("%Y-%m-%d %H:%M %A %d %B %Y") if moment else ""
    tags = " ".join(f"#{tag}" for tag in entry.tags)
    return "\n".join((entry.experiment, entry.experiment.replace("_", " "), entry.title, told(entry.parameters), words,
                      _words_of(entry.sample), *entry.findings, entry.note, tags, entry.status, day, entry.path.name,
                      f"seed {entry.seed}", f"seed={entry.seed}", entry.trouble)).lower()


class Query:
    """What is searched for.

    All words must be found, also as parts of longer ones; words ``"in quotes"`` stand together, ``-word`` excludes,
    and ``today`` and ``yesterday`` are days.

    Parameters
    ----------
    text : str
    today : date, optional
        The present day, in local time, by default.
    """

    def __init__(self, text: str, today: date | None = None) -> None:
        self._wanted: list[str] = []
        self._unwanted: list[str] = []
        self._days: list[str] = []
        today = today or date.today()
        for word in _words(text.lower()):
            if word in DAYS:
                self._days.append((today - timedelta(days=DAYS[word])).isoformat())
            elif word.startswith("-") and len(word) > 1 and not word[1].isdigit():
                self._unwanted.append(word[1:])
            else:
                self._wanted.append(word)

    def matches(self, text: str) -> bool:
        """Return whether a `haystack` has what is wanted."""
        return (all(word in text for word in self._wanted) and not any(word in text for word in self._unwanted)
                and all(f"\n{day}" in text for day in self._days))


def _words(text: str) -> list[str]:
    try:
        lexer = shlex.shlex(text, posix=True)
        lexer.whitespace_split, lexer.commenters, lexer.quotes, lexer.escape = True, "", '"', ""
        return list(lexer)
    except ValueError:  # a quote that is not closed yet
        return text.replace('"', " ").split()
