"""Tables for other programs: columns with names and units in a CSV file that spreadsheets, pandas and numpy open.

Lines that begin with ``# `` tell of what they are; the first of them says how the table is read. Then comes the line of
names, ``detuning (ueV),dt_normalized,...``; all others are numbers, and words where a column has words. What is not
known is an empty cell.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vlab.data.table_head import head_of
from vlab.errors import DataError

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Column:
    """One column: name, unit (empty for none), values (numbers or words)."""

    name: str
    unit: str
    values: Sequence[Any]

    def heading(self) -> str:
        """Return name and unit."""
        return self.name if self.unit in ("", "1") else f"{self.name} ({self.unit})"


class Table(list[Column]):
    """Columns, and what is to be said of them.

    Parameters
    ----------
    columns : sequence of Column
    about : sequence of str, optional
        Lines.
    """

    def __init__(self, columns: Sequence[Column], about: Sequence[str] = ()) -> None:
        super().__init__(columns)
        self.about = tuple(about)


def write_table(path: Path, columns: Sequence[Column]) -> None:
    """Write columns of the same length to ``path``: whole, or not at all; above them what a `Table` says of them.

    Raises
    ------
    DataError
        The columns are not of the same length, or the file cannot be written.
    """
    lengths = {len(column.values) for column in columns}
    if len(lengths) > 1:
        raise DataError(f"a table wants columns of the same length; these have {', '.join(map(str, sorted(lengths)))}.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(part, "w", encoding="utf-8", newline="") as file:
            file.writelines(f"# {line}\r\n" for line in _comments(columns))
            writer = csv.writer(file)
            writer.writerow([column.heading() for column in columns])
            writer.writerows(zip(*([_cell(v) for v in column.values] for column in columns), strict=True))
        os.replace(part, path)
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror or error}); choose another place.") from None
    finally:
        part.unlink(missing_ok=True)


def _comments(columns: Sequence[Column]) -> list[str]:
    """Return what stands above the names; numpy would take the first comment for names unless it is told."""
    about = [" ".join(line.split()) for line in columns.about] if isinstance(columns, Table) else []
    if not about:
        return []
    return [f'read by pandas.read_csv(path, comment="#") or numpy.genfromtxt(path, delimiter=",", '
            f'skip_header={len(about) + 1}, names=True, encoding="utf-8")', *about]


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    return repr(float(value)) if isfinite(value) else ""


def side_by_side(x: Column, curves: Sequence[tuple[Sequence[float], Sequence[Column]]]) -> list[Column]:
    """Return curves over the same quantity as columns beside one column of all their x, smallest first.

    Parameters
    ----------
    x : Column
        Name and unit of the common column; its values do not matter.
    curves : sequence of (x values, columns)
        Cells of a curve where it has no point at an x are empty; of several points at one x the last counts.
    """
    places = np.unique(np.concatenate([np.asarray(at, dtype=float) for at, _ in curves] or [np.empty(0)]))
    columns = [Column(x.name, x.unit, places.tolist())]
    for at, own in curves:
        rows = np.searchsorted(places, np.asarray(at, dtype=float))
        for column in own:
            if any(isinstance(v, int | np.integer) for v in column.values[:1]):
                cells: Any = np.full(places.size, "", dtype=object)
                cells[rows] = list(column.values)
            else:
                cells = np.full(places.size, np.nan)
                cells[rows] = np.asarray(column.values, dtype=float)
            columns.append(Column(column.name, column.unit, cells.tolist()))
    return columns


def table_of(dataset: xarray.Dataset, *, file: str = "", finding: str = "") -> Table:
    """Return a run as columns: its coordinates, then its variables with ``quality``; one row for each point.

    Above them stands what the dataset says of the run.

    Parameters
    ----------
    dataset : xarray.Dataset
        From `vlab.run` or opened from a file.
    file, finding : str, optional
        What the run's file is called and what the run shows.
    """
    dims = list(dataset.sizes)
    grids = np.meshgrid(*(np.arange(dataset.sizes[d]) for d in dims), indexing="ij")
    columns = []
    for dim, grid in zip(dims, grids, strict=True):
        if dim in dataset.coords:
            values = dataset[dim].values[grid.ravel()]
            columns.append(Column(str(dim), str(dataset[dim].attrs.get("units", "")), values.tolist()))
    for name, variable in dataset.data_vars.items():
        spread = variable.broadcast_like(dataset).transpose(*dims) if set(variable.dims) != set(dims) else variable
        values = spread.transpose(*dims).values.ravel()
        columns.append(Column(str(name), str(variable.attrs.get("units", "")), values.tolist()))
    return Table(columns, head_of(dataset.attrs, file=file, finding=finding))
