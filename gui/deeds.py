"""What a hand did in the window, one record for each deed: what undo, the log and "copy as script" go by. No Qt."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vlab.readout import readout

if TYPE_CHECKING:
    from instruments.benches import BenchKind
    from vlab.experiments.procedure import Procedure


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all deeds have in common; two deeds are the same whatever became of them."""

    answer: Future[Any] | None = field(default=None, compare=False, repr=False)
    """The laboratory's answer; an exception is its refusal."""
    lab_time: float = field(default=0.0, compare=False)
    """Seconds since the bench was made, as the window saw them."""

    @property
    def refused(self) -> bool:
        """Whether the laboratory is known to have refused it."""
        answer = self.answer
        return answer is not None and answer.done() and (answer.cancelled() or answer.exception() is not None)


@dataclass(frozen=True)
class SettingWritten(Asked):
    """A setting was given another value; SI floats or words."""

    instrument: str
    setting: str
    before: float | str
    after: float | str


@dataclass(frozen=True)
class ActionPressed(Asked):
    """A button of an instrument was pressed."""

    instrument: str
    action: str


@dataclass(frozen=True)
class FaultTurned(Asked):
    """Something went wrong on demand, or was mended."""

    instrument: str
    fault: str
    present: bool


@dataclass(frozen=True)
class CablePlugged(Asked):
    """An input got another cable, or none."""

    target: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class SampleMounted(Asked):
    """A bench was set up, with a sample in its cryostat."""

    bench: str
    """The key of the kind of bench."""
    words: dict[str, str]
    """What was chosen of the sample, as people type it; empty for the usual one."""
    seed: int
    noise: bool


@dataclass(frozen=True)
class TimePassed(Asked):
    """Lab time was fast-forwarded."""

    seconds: float


@dataclass(frozen=True)
class RunAsked(Asked):
    """A measurement was started."""

    procedure: Procedure
    saved: bool = field(default=True, compare=False)
    """Whether its data goes to a file."""


Deed = SettingWritten | ActionPressed | FaultTurned | CablePlugged | SampleMounted | TimePassed | RunAsked


def in_words(deed: Deed, kind: BenchKind) -> str:
    """Return a deed as people say it: ``"Laser power 20 nW → 30 nW"``."""
    match deed:
        case SettingWritten(instrument, setting, before, after):
            known = kind.instruments.get(instrument)
            declared = known.settings().get(setting) if known is not None else None
            unit = declared.unit if declared is not None else None
            return (f"{_short(instrument, kind)} {_spaced(setting)} "
                    f"{few_digits(before, unit)} → {few_digits(after, unit)}")
        case ActionPressed(instrument, action):
            return f"{_short(instrument, kind)} {_spaced(action)}"
        case FaultTurned(instrument, fault, present):
            return f"{_short(instrument, kind)} {_spaced(fault)} {'on' if present else 'mended'}"
        case CablePlugged(target, before, after):
            return f"cable to {target}: {before or 'none'} → {after or 'none'}"
        case SampleMounted(_, words, seed, noise):
            told = ", ".join(f"{_spaced(name)} {word}" for name, word in words.items()) or "the usual sample"
            return f"mount {told}{f', seed {seed}' if seed else ''}{'' if noise else ', noise off'}"
        case TimePassed(seconds):
            return f"fast-forward {few_digits(seconds, 's')}"
        case RunAsked(procedure):
            return f"run {procedure.in_words()}{f', {procedure.label()}' if procedure.label() else ''}"


def few_digits(value: float | str, unit: str | None) -> str:
    """Return a value with its unit and no more digits than tell it."""
    text = readout(value, unit, 6)
    number, space, rest = text.partition(" ")
    return f"{number.rstrip('0').rstrip('.') if '.' in number and 'e' not in number else number}{space}{rest}"


def _short(instrument: str, kind: BenchKind) -> str:
    known = kind.instruments.get(instrument)
    return (known.short if known is not None else "") or instrument


def _spaced(name: str) -> str:
    return name.replace("_", " ")
