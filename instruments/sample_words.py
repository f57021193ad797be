"""A sample in words: the presets and changed parameters from which a kind of bench makes it again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from instruments.benches import BenchKind
from vlab.errors import VlabError
from vlab.parameters import Parameters


def words_of(kind: BenchKind, sample: Parameters) -> dict[str, str]:
    """Return the fewest words from which ``kind.make_sample`` makes this sample.

    Parameters
    ----------
    kind : BenchKind
    sample : Parameters
        Of the type that the kind has.

    Returns
    -------
    dict
        The words that choose a preset where they are not the usual ones, and the parameters that differ from that
        preset's, as people type them.
    """
    record = sample.as_record()
    best: dict[str, str] | None = None
    for words, preset in _presets(kind.make_sample, tuple(kind.presets.items())):
        found = dict(words) | {name: _typed(value) for name, value in record.items() if value != preset[name]}
        if best is None or len(found) < len(best):
            best = found
    return best if best is not None else {name: _typed(value) for name, value in record.items()}


@lru_cache(maxsize=8)
def _presets(make_sample: Callable[[dict[str, str]], Parameters],
             presets: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Return all presets: words, without the usual ones, and the record of each."""
    found = []
    for chosen in itertools.product(*(choices for _, choices in presets)):
        words = {name: word for (name, choices), word in zip(presets, chosen, strict=True) if word != choices[0]}
        try:
            found.append((words, make_sample(words).as_record()))
        except VlabError:
            continue  # words that do not go together
    return found


def _typed(value: object) -> str:
    return "none" if value is None else ("on" if value else "off") if isinstance(value, bool) else str(value)


def sample_told(kind: BenchKind, words: dict[str, str]) -> str:
    """Return what is in the cryostat for a line of a list: ``"sample A, charged"``, ``"p-type, anisotropy 1"``."""
    left = dict(words)
    if len(kind.presets) == 1:  # one word says all: the type of an ensemble
        name, choices = next(iter(kind.presets.items()))
        word = left.pop(name, choices[0])
        said = [f"{word}-type" if len(word) == 1 else word]
    else:
        said = [kind.sample_title]
    known = kind.sample_type.parameters()
    for name, word in left.items():
        if name in kind.presets and word not in ("on", "off"):
            said.append(word)
            continue
        if name in known and known[name].kind == "quantity":
            word = known[name].shown(known[name].parsed(word, name))
        said.append(f"{name.replace('_', ' ')} {word}")
    return ", ".join(said)
