"""Procedures: what to set, how long to wait, what to read. They know instruments by their roles only."""

from vlab.errors import UnknownNameError
from vlab.experiments.dwell_time import DwellTimeScan
from vlab.experiments.procedure import Procedure

__all__ = ["EXPERIMENTS", "DwellTimeScan", "experiment"]

EXPERIMENTS: dict[str, type[Procedure]] = {kind.key: kind for kind in (DwellTimeScan,)}
"""All experiments by their name on the command line."""


def experiment(name: str) -> type[Procedure]:
    """Return the experiment of that name, ``dwell_time_scan`` or ``DwellTimeScan``.

    Raises
    ------
    UnknownNameError
        There is none; the message names the nearest.
    """
    for key, kind in EXPERIMENTS.items():
        if name in (key, kind.title()) or name.replace("-", "_") == key:
            return kind
    raise UnknownNameError.of("vlab", name, EXPERIMENTS, "experiment")
