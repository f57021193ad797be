"""Pictures of dwell-time scans."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vlab.analysis.dragging import dragging_width
from vlab.errors import DataError

if TYPE_CHECKING:
    import xarray

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Colour-blind safe (Okabe and Ito)."""


def draw_scans(datasets: Sequence[xarray.Dataset], path: Path, title: str = "") -> None:
    """Draw dwell-time scans over each other: absorption against bare detuning, with their dragging widths.

    Parameters
    ----------
    datasets : sequence of xarray.Dataset
        Scans in one or both directions; solid lines are forward legs, dashed ones backward.
    path : Path
        The picture; its ending (png, pdf, svg) chooses the format.
    title : str
        A line above the picture.

    Raises
    ------
    DataError
        The picture cannot be written, or a dataset is no scan.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 4.6), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    for dataset, colour in zip(datasets, _cycle(len(datasets)), strict=True):
        if "dt_normalized" not in dataset:
            raise DataError("only dwell-time scans can be drawn; this dataset has no variable 'dt_normalized'.")
        trace = dataset["dt_normalized"]
        legs = [("", trace)]
        if "direction" in trace.dims:
            legs = [(str(d.values), trace.sel(direction=d)) for d in trace["direction"]]
        for name, leg in legs:
            dashed = name == "backward"
            axes.plot(leg["detuning"], leg, "--" if dashed else "-", color=colour, linewidth=1.4,
                      label=f"{_label(dataset)}{', ' + name if name else ''}: {_width(dataset, name)}")
    axes.axhline(0.0, color="0.8", linewidth=0.8, zorder=0)
    axes.set_xlabel("bare detuning (µeV), positive: laser red of the line")
    axes.set_ylabel("DT signal (units of its peak)")
    figure.legend(frameon=False, fontsize=8, ncols=min(3, len(axes.lines) - 1), loc="outside lower center")
    axes.spines[["top", "right"]].set_visible(False)
    if title:
        axes.set_title(title, fontsize=10, loc="left")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise DataError(f"the picture {path} cannot be written ({error}).") from None


def _cycle(count: int) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(count)]


def _label(dataset: xarray.Dataset) -> str:
    parameters = json.loads(dataset.attrs.get("procedure_parameters", "{}"))
    return f"{parameters.get('dwell', 'dwell unknown')}".replace(".0 s", " s")


def _width(dataset: xarray.Dataset, direction: str) -> str:
    trace = dataset["dt_normalized"]
    if trace.size < 2 or np.isnan(trace.values).all():
        return "no width"
    try:
        found = dragging_width(dataset, direction or None)
    except DataError:
        return "no width"
    return f"{found.width.to('ueV').magnitude:.1f} µeV"
