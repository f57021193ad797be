"""From the documents of a run to a labelled array, and from there to a netCDF file."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vlab.data.quality import QUALITY, marked, quality_attributes
from vlab.errors import DataError

if TYPE_CHECKING:
    import xarray

Document = dict[str, Any]


def to_dataset(documents: list[Document]) -> xarray.Dataset:
    """Return a run as an `xarray.Dataset`.

    Parameters
    ----------
    documents : list of dict
        ``start`` first, then ``point``, ``setting`` and ``stop``; without a stop the run is marked interrupted.

    Returns
    -------
    xarray.Dataset
        Each variable and coordinate has ``units`` and ``long_name``. A scan along one axis ends at the last measured
        point; on a grid of more axes what was not measured is NaN. The attributes say where the numbers came from.
    """
    import xarray

    start = documents[0]
    points = [d for d in documents if d["kind"] == "point"]
    stop = next((d for d in reversed(documents) if d["kind"] == "stop"), None)
    coordinates = start["coordinates"]
    shape = tuple(len(c["values"]) for c in coordinates)
    columns = np.full((len(start["variables"]), *shape), np.nan)
    for point in points:
        columns[(slice(None), *point["index"])] = point["values"]
    dims = [c["name"] for c in coordinates]
    coords = {c["name"]: (c["name"], np.array(c["values"]), _attributes(c)) for c in coordinates}
    variables = {v["name"]: (dims, columns[i], _attributes(v)) for i, v in enumerate(start["variables"])}
    marks = start.get("quality_marks", [])
    if marks and QUALITY not in variables:
        variables[QUALITY] = (dims, marked(points, shape, marks), quality_attributes(marks))
    dataset = xarray.Dataset(variables, coords, _provenance(start, stop, len(points), documents))
    if len(shape) == 1:
        dataset = dataset.isel({dims[0]: slice(0, 1 + max((p["index"][0] for p in points), default=-1))})
    return dataset


def _attributes(column: Document) -> dict[str, str]:
    found = {"long_name": column["long_name"]}
    return {"units": column["unit"], **found} if column["unit"] else found


def _provenance(start: Document, stop: Document | None, points: int, documents: list[Document]) -> dict[str, Any]:
    ended = stop or {"status": "interrupted", "reason": "the process ended before the run did", "ended": ""}
    changes = [d for d in documents if d["kind"] == "setting"]
    prepared = next((d for d in documents if d["kind"] == "prepared"), start)
    warnings = list(dict.fromkeys([*start["warnings"], *ended.get("warnings", [])]))
    return {
        "title": start["title"],
        "status": ended["status"],
        "reason": ended["reason"],
        "started": start["started"],
        "ended": ended["ended"],
        "run": start["uid"],
        "run_number": start["run_number"],
        "seed": start["seed"],
        "noise": int(start["noise"]),
        "points": points,
        "procedure": start["procedure"]["name"],
        "procedure_parameters": json.dumps(start["procedure"]["parameters"]),
        "sample": json.dumps(start["sample"]),
        "instruments": json.dumps(prepared["instruments"]),
        "instruments_comment": "all settings and readings when the first point began, in SI base units",
        "instruments_before": json.dumps(start["instruments"]),
        **({"cables": json.dumps(start["cables"])} if "cables" in start else {}),
        "settings_changed_during_run": json.dumps(changes),
        "warnings": json.dumps(warnings),
        "versions": json.dumps(start["versions"]),
        "Conventions": "CF-1.11",
    }


def save(dataset: xarray.Dataset, path: Path) -> None:
    """Write a dataset to ``path`` as netCDF-4: whole, or not at all.

    Raises
    ------
    DataError
        The file exists already or cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.to_netcdf(part, engine="h5netcdf")
        with open(part, "rb+") as written:
            os.fsync(written.fileno())
        if path.exists():
            raise DataError(f"{path} exists already; choose another name.")
        os.replace(part, path)
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror or error}); choose another place.") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
