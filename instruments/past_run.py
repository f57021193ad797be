"""What a file says of how its run was made: experiment, bench, sample, seed, settings. Enough to run it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instruments.benches import BENCHES, BenchKind
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
                       int(attributes["run_number"]), json.loads(attributes["instruments_before"]))
        except (KeyError, TypeError, ValueError, VlabError) as error:
            raise DataError(f"the run was made by vlab {version}, whose {name} cannot be made again by this version "
                            f"({error}).") from None
