"""What is in the cryostat, as the bench itself says. No Qt."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from gui.evented import Event
from instruments.benches import BENCHES, BenchKind
from instruments.sample_words import sample_told, words_of
from vlab.errors import VlabError

if TYPE_CHECKING:
    from gui.models import LabModel
    from instruments.bench import Bench
    from vlab.parameters import Parameters


@dataclass(frozen=True)
class SampleChoice:
    """A sample on a kind of bench, with seed and noise: what a mounting wants to know."""

    bench: str
    """The key of the kind of bench."""
    words: dict[str, str] = field(default_factory=dict)
    """From which the kind makes the sample; none for the usual one."""
    seed: int = 0
    noise: bool = True

    @classmethod
    def of(cls, kind: BenchKind, sample: Parameters, seed: int = 0, noise: bool = True) -> SampleChoice:
        """Return the choice that gives this sample."""
        return cls(kind.key, words_of(kind, sample), seed, noise)

    @property
    def kind(self) -> BenchKind:
        """The kind of bench."""
        return BENCHES[self.bench]

    def sample(self) -> Parameters:
        """Return the sample itself; raises `VlabError` if there is none such."""
        return self.kind.make_sample(self.words)

    def told(self) -> str:
        """Return it in a few words, for a line of a list."""
        return self._told

    @cached_property
    def _told(self) -> str:
        quiet = "" if self.noise else ", no noise"
        seed = f", seed {self.seed}" if self.seed else ""
        return f"{sample_told(self.kind, self.words)}{seed}{quiet}"


class Mounted:
    """Knows which sample the bench has, whoever mounted it.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel) -> None:
        self._model = model
        self._asked: tuple[int, str, Future[SampleChoice]] | None = None
        self._known: tuple[int, SampleChoice] | None = None
        self.changed = Event()
        """The bench has said what it has."""
        model.snapshot_changed.connect(lambda _: self.look())

    @property
    def choice(self) -> SampleChoice | None:
        """What the bench has; None as long as it has not said."""
        model = self._model
        if self._known is None or not model.connected or model.mounting is not None:
            return None
        return self._known[1] if self._known[0] == model.snapshot.bench_number else None

    def look(self) -> SampleChoice | None:
        """Ask the bench if it is another one, take its answer if there is one, and return what is known."""
        model = self._model
        if not model.connected or model.mounting is not None or self.choice is not None:
            return self.choice
        number = model.snapshot.bench_number
        if self._asked is None or self._asked[0] != number:
            kind = model.kind
            self._asked = (number, kind.key, model.lab.post(lambda bench: _choice_on(bench, kind)))
        elif self._asked[2].done():
            self._take(*self._asked)
        return self.choice

    def _take(self, number: int, key: str, answer: Future[SampleChoice]) -> None:
        self._known = (number, SampleChoice(key) if answer.exception() is not None else answer.result())
        self.changed.emit()


def _choice_on(bench: Bench, kind: BenchKind) -> SampleChoice:
    """Return what a bench has; called in the lab thread, for it makes all presets to find the nearest."""
    record = {name: value for name, value in bench.sample_record().items() if name != "kind"}
    try:
        sample = kind.sample_type.from_record(record)
    except VlabError:  # a bench that tells less than its sample has: the usual one is meant
        return SampleChoice(kind.key, {}, bench.seed, bench.noise)
    return SampleChoice.of(kind, sample, bench.seed, bench.noise)
