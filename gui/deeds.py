"""What a hand did in the window, one record for each deed: what undo, the log and "copy as script" go by. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vlab.experiments.procedure import Procedure


@dataclass(frozen=True)
class SettingWritten:
    """A setting was given another value; SI floats or words."""

    instrument: str
    setting: str
    before: float | str
    after: float | str


@dataclass(frozen=True)
class ActionPressed:
    """A button of an instrument was pressed."""

    instrument: str
    action: str


@dataclass(frozen=True)
class FaultTurned:
    """Something went wrong on demand, or was mended."""

    instrument: str
    fault: str
    present: bool


@dataclass(frozen=True)
class CablePlugged:
    """An input got another cable, or none."""

    target: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class SampleMounted:
    """A bench was set up, with a sample in its cryostat."""

    bench: str
    """The key of the kind of bench."""
    words: dict[str, str]
    """What was chosen of the sample, as people type it; empty for the usual one."""
    seed: int
    noise: bool


@dataclass(frozen=True)
class TimePassed:
    """Lab time was fast-forwarded."""

    seconds: float


@dataclass(frozen=True)
class RunAsked:
    """A measurement was started."""

    procedure: Procedure


Deed = SettingWritten | ActionPressed | FaultTurned | CablePlugged | SampleMounted | TimePassed | RunAsked
