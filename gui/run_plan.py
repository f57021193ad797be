"""A run as it is wished for, and its place in the queue: what is kept between two starts. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from gui.mounted import SampleChoice
from vlab.experiments import EXPERIMENTS
from vlab.experiments.procedure import Procedure

Settings = dict[str, dict[str, float | str]]
"""Settings by instrument and name, SI floats and words."""

WAITING, PREPARING, RUNNING = "waiting", "preparing", "running"
ENDS = ("completed", "aborted", "failed")


@dataclass(frozen=True)
class Plan:
    """A run as it is wished for."""

    procedure: Procedure
    sample: SampleChoice
    settings: Settings = field(default_factory=dict)
    """What is set for this run only; afterwards it is put back."""
    name: str = ""
    """What tells it from the others of its batch; by default the experiment's label."""
    batch: str = ""
    """What it belongs to, such as ``"Figure S1a"``."""

    @property
    def title(self) -> str:
        """What a list calls it."""
        said = self.name or self.procedure.label()
        return ": ".join(part for part in (self.batch or type(self.procedure).in_words(), said) if part)

    @cached_property
    def seconds(self) -> float:
        """The estimated lab time, s."""
        return self.procedure.seconds()

    @cached_property
    def record(self) -> dict[str, Any]:
        """It as plain JSON values."""
        sample = self.sample
        return {"experiment": self.procedure.key, "parameters": self.procedure.as_record(), "name": self.name,
                "batch": self.batch, "settings": self.settings,
                "sample": {"bench": sample.bench, "words": sample.words, "seed": sample.seed, "noise": sample.noise}}

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> Plan:
        """Return what `record` tells; raises `VlabError`, `KeyError` or `TypeError` if this version cannot make it."""
        sample = SampleChoice(**record["sample"])
        sample.sample()
        return cls(EXPERIMENTS[record["experiment"]].from_record(record["parameters"]), sample, record["settings"],
                   record["name"], record["batch"])


@dataclass
class Entry:
    """A run in the queue."""

    number: int
    """Its own, for as long as the queue lives."""
    plan: Plan
    status: str = WAITING
    """``"waiting"``, ``"preparing"``, ``"running"``, ``"completed"``, ``"aborted"`` or ``"failed"``."""
    reason: str = ""
    """Why it failed."""
    file: Path | None = None
    scan: int = 0
    """The number of its scan among those of the session."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDS
