"""What a file says of how its run was made: experiment, bench, sample, seed, settings; and that bench made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import vlab
from instruments.bench import Bench
from instruments.benches import BENCHES, BenchKind
from instruments.sample_words import sample_told, words_of
from vlab.errors import DataError, VlabError
from vlab.experiments import EXPERIMENTS
from vlab.experiments.procedure import Procedure
from vlab.parameters import Parameters


@dataclass(frozen=True)
class PastRun:
    """A run as its file tells it."""

    procedure: Procedure
    kind: BenchKind
    sample: Parameters
    seed: int
    noise: bool
    run_number: int
    settings: dict[str, dict[str, float | str]]
    """All settings and readings of the instruments before the run, SI floats and words, by instrument and name."""
    version: str = ""
    """Of vlab, when it was made."""
    touched: bool = False
    """Whether somebody changed a setting while it ran."""
    cables: dict[str, str] | None = None
    """Which output fed each input when it began; None where the file does not tell."""

    @classmethod
    def of(cls, attributes: Mapping[Any, Any]) -> PastRun:
        """Return what the attributes of a dataset say.

        Parameters
        ----------
        attributes : mapping
            ``dataset.attrs`` of a run, from memory or from a file.

        Raises
        ------
        DataError
            They are no run's, or those of another version of vlab whose experiments differ.
        """
        try:
            version = json.loads(attributes["versions"])["vlab"]
            name = str(attributes["procedure"])
        except (KeyError, TypeError, ValueError):
            raise DataError("the file is no run of vlab: it does not say which experiment it holds.") from None
        try:
            experiment = EXPERIMENTS[name]
            kind = BENCHES[experiment.bench]
            sample = {n: v for n, v in json.loads(attributes["sample"]).items() if n != "kind"}
            return cls(experiment.from_record(json.loads(attributes["procedure_parameters"])), kind,
                       kind.sample_type.from_record(sample), int(attributes["seed"]), bool(attributes["noise"]),
                       int(attributes["run_number"]), json.loads(attributes["instruments_before"]), version,
                       bool(json.loads(attributes.get("settings_changed_during_run", "[]"))),
                       json.loads(attributes["cables"]) if "cables" in attributes else None)
        except (KeyError, TypeError, ValueError, VlabError) as error:
            raise DataError(f"the run was made by vlab {version}, whose {name} cannot be made again by this version "
                            f"({error}).") from None

    def with_seed(self, seed: int) -> PastRun:
        """Return the same run with other noise."""
        return replace(self, seed=seed)

    def doubt(self) -> str:
        """Return in a sentence why a run on a bench made again may have other numbers; empty if they are the same."""
        if self.version != vlab.__version__:
            return f"it was made by vlab {self.version}, so numbers may differ"
        if getattr(self.procedure, "prepare", "thermal") == "continue":
            return "it went on from the state of the bench, which the file does not keep, so numbers differ"
        if self.touched:
            return "a setting was changed by hand while it ran, so numbers differ"
        if self.cables is None:
            return "the file does not tell how the cables were, so numbers differ if one was not in its place"
        return ""

    def bench(self) -> Bench:
        """Return a bench as the run found it: the same sample, seed, settings and faults.

        Its next run has the number of this one, hence the same noise. Settings that slew stand where they were going.
        Where the file does not tell how the cables were, they are as they should be.

        Raises
        ------
        DataError
            The instruments of this version cannot be set so.
        """
        bench = self.kind.make(self.sample, seed=self.seed, noise=self.noise)
        try:
            for source, target in self.unusual_cables(bench):
                if source is None:
                    bench.disconnect(target)
                else:
                    bench.connect(source, target)
        except VlabError as error:
            raise DataError(f"the bench of the run cannot be made again by this version of vlab ({error})") from None
        self._set(bench)
        bench.run_number = self.run_number - 1
        return bench

    def unusual_cables(self, bench: Bench) -> list[tuple[str | None, str]]:
        """Return which cables were not as on a bench: output, None for no cable, and input."""
        if self.cables is None:
            return []
        return [(self.cables.get(target), target) for target in dict.fromkeys([*bench.cables, *self.cables])
                if self.cables.get(target) != bench.cables.get(target)]

    def unusual_settings(self) -> list[tuple[str, str, float | str, float | str]]:
        """Return which settings were not as on a new bench: instrument, name, value there and value here."""
        fresh = self.kind.make(self.sample, seed=self.seed, noise=self.noise)
        return [(name, setting, fresh.instruments[name].read(setting), value)
                for name, setting, value in self._told(fresh) if fresh.instruments[name].read(setting) != value]

    def _told(self, bench: Bench) -> list[tuple[str, str, float | str]]:
        return [(name, setting, self.settings[name][setting]) for name, instrument in bench.instruments.items()
                for setting in instrument.settings() if setting in self.settings.get(name, {})]

    def _set(self, bench: Bench) -> None:
        left = self._told(bench)
        while True:
            # what a setting may be can depend on another one, so those that are refused are tried again
            refused: list[tuple[str, str, float | str]] = []
            reason = ""
            for name, setting, value in left:
                instrument = bench.instruments[name]
                if instrument.read(setting) == value:
                    continue
                try:
                    instrument.jump(setting, value)
                except VlabError as error:
                    refused.append((name, setting, value))
                    reason = str(error)
            if not refused:
                break
            if len(refused) == len(left):
                raise DataError(f"the bench of the run cannot be made again by this version of vlab ({reason})")
            left = refused
        for name, instrument in bench.instruments.items():
            for fault in instrument.faults():
                if self.settings.get(name, {}).get(fault):
                    instrument.fail(fault)


@lru_cache(maxsize=512)
def sample_in_words(bench: str, record: str) -> str:
    """Return a sample as files keep it (JSON) in a few words; empty if this version cannot read it.

    Parameters
    ----------
    bench : str
        The key of the kind of bench.
    record : str
    """
    try:
        kind = BENCHES[bench]
        facts = {n: v for n, v in json.loads(record).items() if n != "kind"}
        return sample_told(kind, words_of(kind, kind.sample_type.from_record(facts)))
    except (KeyError, TypeError, ValueError, AttributeError, VlabError):
        return ""
