"""What a table says of the run above its columns: experiment, moment, file, sample, parameters, first finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vlab.data.run_entry import moment_of
from vlab.data.run_search import short


def head_of(attributes: Mapping[str, Any], *, file: str = "", finding: str = "") -> tuple[str, ...]:
    """Return what is known of a run, in lines; what is not known has none.

    Parameters
    ----------
    attributes : mapping
        Of its dataset or file.
    file : str, optional
        What its file is called.
    finding : str, optional
        What it shows.
    """
    moment = moment_of(str(attributes.get("started", "")))
    told = {
        "experiment": str(attributes.get("procedure", "")),
        "when": f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "",
        "file": file,
        "sample": _listed(attributes.get("sample")),
        "parameters": _listed(attributes.get("procedure_parameters")),
        "finding": finding,
    }
    return tuple(f"{name}: {words}" for name, words in told.items() if words)


def _listed(record: Any) -> str:
    """Return a record (JSON) as names with values; those that are not given are left out."""
    try:
        found = json.loads(record)
    except (TypeError, ValueError):
        return ""
    items = found.items() if isinstance(found, dict) else ()
    return "; ".join(f"{name} = {short(value)}" for name, value in items if value is not None)
