"""Findings taken apart: from a sentence to named quantities, which stand beside those of other runs. No Qt."""

from __future__ import annotations

import re
from contextlib import suppress

from gui.library.row import QUANTITY
from vlab.units import unit_factor

_ASIDE = re.compile(r" \(((?:[^()]|\([^()]*\))*)\)(?=[,;]|$)")
"""What stands in brackets behind a clause; there may be brackets in it."""
_NUMBER_WITHIN = re.compile(r"(?:^| )[-+−]?\d[\d.]*(?:\([\d.]+\))? (?!%)")
_IDLE = frozenset(("", "about", "and", "at", "by", "from", "in", "of", "to"))
_MOST_WORDS = 7
"""In a name; what is longer is prose."""


def quantities_of(sentence: str, number: int) -> list[tuple[str, str]]:
    """Return the quantities of a finding by their names: ``("tau_s*", "439(6) ns")``; else the finding as it stands.

    Parameters
    ----------
    sentence : str
        Clauses with a quantity each, separated by commas and semicolons. A subject (``forward: ``) holds for all; one
        within (``0.4 µeV steps: ``) up to the next semicolon.
    number : int
        Its place among the findings, counted from 0; a finding without a subject or a quantity is called by it.
    """
    asides: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        asides.append(found[1])
        return f"\0{len(asides) - 1}"

    parts = re.split(r"([,;]) ", _ASIDE.sub(put_aside, sentence))
    clauses = [tuple(part.partition("\0")[::2]) for part in parts[::2]]
    first = _quantity(clauses[0][0])
    base = of = _subject(first[0] if first else clauses[0][0])
    whole = [(base.removesuffix(": ") or f"finding {number + 1}", sentence.removeprefix(base))]
    pairs: list[tuple[str, str]] = []
    last = 0
    for place, (clause, aside) in enumerate(clauses):
        if place and parts[2 * place - 1] == ";":
            of = base
        found = _quantity(clause)
        if found is not None:
            own = _subject(found[0]).removeprefix(base)
            of = base + own if own else of
            last = len(pairs)
            pairs.append((of + found[0].removeprefix(base).removeprefix(own), found[1]))
        elif pairs:  # more of what was said last, not of what stands beside it in brackets
            pairs[last] = pairs[last][0], f"{pairs[last][1]}{parts[2 * place - 1]} {clause}"
        else:
            pairs.append((whole[0][0], clause.removeprefix(base)))
        if aside:
            pairs += _beside(pairs[last][0], asides[int(aside)])
    names = {name for name, _ in pairs}
    told = first is not None or any(_quantity(clause) for clause, _ in clauses[1:])
    return pairs if told and len(names) == len(pairs) else whole


def _beside(name: str, aside: str) -> list[tuple[str, str]]:
    """Return the quantities in brackets behind that which is called ``name``."""
    pairs: list[tuple[str, str]] = []
    for clause in re.split(r"[,;] ", aside):
        found = _quantity(clause)
        if found is not None:
            pairs.append((f"{name}: {found[0]}", found[1]))
        elif pairs:
            pairs[-1] = pairs[-1][0], f"{pairs[-1][1]}, {clause}"
    return pairs


def _quantity(clause: str) -> tuple[str, str] | None:
    """Return name and value; words behind a unit that say of what the value is belong to the name."""
    found = QUANTITY.fullmatch(clause)
    if found is None:
        return None
    name, value = found["name"], found["value"]
    own = name.removeprefix(_subject(name))
    if own in _IDLE or own.endswith(" of all") or len(own.split()) > _MOST_WORDS or _NUMBER_WITHIN.search(f"{own} "):
        return None
    unit = found["unit"]
    if unit and _is_unit(unit):
        shown, _, rest = value.partition(f" {unit} ")
        if rest and not re.search(r"\d", rest):
            return f"{name} {rest}", f"{shown} {unit}"
    return name, value


def _is_unit(word: str) -> bool:
    with suppress(Exception):  # a word
        unit_factor(word)
        return True
    return False


def _subject(name: str) -> str:
    """Return of what a name is a quantity: ``"forward: "`` of ``"forward: tau"``."""
    of, colon, _ = name.rpartition(": ")
    return of + colon
