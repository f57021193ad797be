"""Benches that a hand wants: how each is made, what is said when it stands, which deeds that was. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from gui.deeds import Deed, SampleMounted, SettingWritten
from gui.rehearsal import prepared_bench
from instruments.bench import Bench
from instruments.benches import BENCHES, BenchKind
from instruments.sample_words import sample_told, words_of

if TYPE_CHECKING:
    from instruments.past_run import PastRun
    from vlab.experiments.procedure import Procedure


@dataclass(frozen=True)
class BenchWanted:
    """A bench that is to be made."""

    experiment: type[Procedure]
    """Is chosen with it."""
    make: Callable[[], Bench]
    done: str
    """What is said when it stands."""
    deeds: tuple[Deed, ...]
    """What a hand did by it."""

    @property
    def kind(self) -> BenchKind:
        """Of the bench."""
        return BENCHES[self.experiment.bench]


@dataclass(frozen=True)
class Mounting:
    """A bench that the lab thread is making: what will be so when it stands."""

    future: Future[Any]
    wanted: BenchWanted
    then: Callable[[], None] | None


def usual_bench(experiment: type[Procedure]) -> BenchWanted:
    """Return the bench of an experiment, with its usual sample."""
    kind = BENCHES[experiment.bench]
    return BenchWanted(experiment, kind.make,
                       f"The bench {kind.title!r} is set up, with {kind.sample_title} at reference conditions.",
                       (SampleMounted(kind.key, {}, 0, True),))


def with_sample(words: dict[str, str], seed: int, noise: bool, experiment: type[Procedure]) -> BenchWanted:
    """Return the bench of an experiment with a sample.

    Parameters
    ----------
    words : dict
        The words that choose a preset, and parameters of the sample as people type them, by name.
    seed : int
    noise : bool
    experiment : type of Procedure

    Raises
    ------
    VlabError
        There is no such sample.
    """
    kind = BENCHES[experiment.bench]
    sample = kind.make_sample(words)
    told = ", ".join(f"{name} {word}" if word in ("on", "off") or name not in kind.presets else word
                     for name, word in words.items()) or "the usual one"
    return BenchWanted(experiment, partial(kind.make, sample, seed=seed, noise=noise),
                       f"Mounted {kind.sample_title} ({told}); all instruments are at reference conditions.",
                       (SampleMounted(kind.key, dict(words), seed, noise),))


def as_then(past: PastRun) -> BenchWanted:
    """Return the bench of a past run: the same sample, seed and settings, so that its numbers come again."""
    kind, words = past.kind, words_of(past.kind, past.sample)
    told = f"{sample_told(kind, words)}, seed {past.seed}{'' if past.noise else ', noise off'}"
    return BenchWanted(type(past.procedure), past.bench,
                       f"The bench was mounted anew as it was for that run: {told}, with the settings of then.",
                       (SampleMounted(kind.key, words, past.seed, past.noise),
                        *(SettingWritten(*each) for each in past.unusual_settings())))


def maker(wanted: BenchWanted, present: BenchKind) -> Callable[[], Bench]:
    """Return what makes a bench; one of another kind than the present is rehearsed first."""
    return wanted.make if wanted.kind.key == present.key else partial(prepared_bench, wanted.kind, wanted.make)
