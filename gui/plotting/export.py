"""What leaves the plot: pictures (PNG, SVG, clipboard), the shown curves as a table, the run's own file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPen

from gui.plotting.run_curves import RunCurves
from gui.scans import Scan
from vlab.data.run_entry import read_attributes
from vlab.data.table import Column, Table, side_by_side, write_table
from vlab.data.table_head import head_of
from vlab.errors import DataError

_SHARPER = 2.0
"""Pixels of a picture for each of the screen."""


def file_name(scan: Scan | None, ending: str) -> str:
    """Return a name that says what is in the file."""
    if scan is None:
        return f"plot.{ending}"
    said = scan.title.replace("µ", "u").replace("π", "pi")
    words = re.sub(r"[^A-Za-z0-9.+-]+", "_", f"{scan.procedure.key} run {said}").strip("_.")
    return f"{words}.{ending}"


def picture(plot: pg.PlotWidget, sharper: float = _SHARPER) -> QImage:
    """Return a picture of a plot, with more pixels than the screen has of it."""
    ratio = max(sharper, float(plot.devicePixelRatioF()))
    size = plot.viewport().size()
    image = QImage(size * ratio, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(plot.backgroundBrush().color())
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    with _lines_of(plot, ratio):
        plot.render(painter, QRectF(0.0, 0.0, size.width(), size.height()), plot.viewport().rect())
    painter.end()
    return image


@contextmanager
def _lines_of(plot: pg.PlotWidget, width: float) -> Iterator[None]:
    """Draw curves with a pen of so many pixels during the block: that of the screen is too thin for pictures."""
    before = [(curve, curve.opts["pen"]) for curve in plot.getPlotItem().listDataItems()
              if isinstance(curve.opts["pen"], QPen)]
    for curve, pen in before:
        wider = QPen(pen)
        wider.setWidthF(width)
        curve.setPen(wider)
    try:
        yield
    finally:
        for curve, pen in before:
            curve.setPen(pen)


def save_png(plot: pg.PlotWidget, path: Path) -> None:
    """Save a picture of a plot.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    if not picture(plot).save(str(path), "PNG"):
        raise DataError(f"the picture {path} cannot be written; choose another place.")


def save_svg(plot: pg.PlotWidget, path: Path) -> None:
    """Save a plot as a drawing that can be scaled.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    from pyqtgraph.exporters import SVGExporter

    exporter = SVGExporter(plot.getPlotItem())
    exporter.parameters()["background"] = plot.backgroundBrush().color()
    try:
        text = exporter.export(toBytes=True).decode("utf-8")
        size = re.search(r'viewBox ="0 0 (\d+) (\d+)"', text)
        if size is not None:  # not all programs know what a hundred per cent are
            text = text.replace('<rect width="100%" height="100%"', f'<rect width="{size[1]}" height="{size[2]}"', 1)
        path.write_text(text.replace("pyqtgraph SVG export", "vlab plot", 1), encoding="utf-8")
    except OSError as error:
        raise DataError(f"the drawing {path} cannot be written ({error.strerror or error}); choose another place."
                        ) from None


def save_table(curves: RunCurves, shown: list[Scan], path: Path) -> None:
    """Save the shown curves as columns beside one column of x.

    Raises
    ------
    DataError
        Nothing is shown, or the file cannot be written.
    """
    write_table(path, Table(columns_of(curves, shown), said_of(curves, shown)))


def said_of(curves: RunCurves, shown: list[Scan]) -> list[str]:
    """Return what is to be known of a table of curves: what is on the axes, and of each run what it was."""
    variable = curves.variable
    across = next((c for scan in shown for c in scan.procedure.coordinates() if c.name == curves.plan.x), None)
    lines = [f"{curves.plan.x}: {across.heading()}"] if across is not None else []
    lines.append(f"{variable.name}: {variable.long_name}" + (f" ({variable.unit})" if variable.unit not in ("", "1")
                                                             else ", no unit"))
    for scan in shown:
        attributes: dict[str, Any] = {"procedure": scan.procedure.key,
                                      "procedure_parameters": json.dumps(scan.procedure.as_record())}
        if scan.file is not None:
            with suppress(DataError):  # moved or put away since
                attributes |= read_attributes(scan.file)
        told = head_of(attributes, file=scan.file.name if scan.file is not None else "",
                       finding=next(iter(scan.findings), ""))
        lines += [f"run {scan.title}", *(f"run {scan.number} {line}" for line in told)]
    return lines


def columns_of(curves: RunCurves, shown: list[Scan]) -> list[Column]:
    """Return the shown curves, with the standard errors of means and the spoiled points, as columns.

    Raises
    ------
    DataError
        Nothing is shown.
    """
    variable, plan = curves.variable, curves.plan
    found, unit = [], ""
    for scan in shown:
        unit = next(c.unit for c in scan.procedure.coordinates() if c.name == plan.x)
        for trace in scan.traces:
            if not len(trace.x):
                continue
            x, y, error, spoiled = trace.measured_points(variable.name)
            who = f"run {scan.number} {trace.member}".replace(",", "").strip()  # numpy knows no quoted commas
            columns = [Column(f"{variable.name} {who}", variable.unit, y)]
            if np.isfinite(error).any():
                columns.append(Column(f"error {who}", variable.unit, error))
            columns.append(Column(f"spoiled {who}", "", spoiled.astype(int)))
            found.append((x, columns))
    if not found:
        raise DataError("there are no points to export; measure something first.")
    return side_by_side(Column(plan.x, unit, ()), found)


def copy_file(scan: Scan | None, path: Path) -> None:
    """Copy the file of a run.

    Raises
    ------
    DataError
        There is none, or it cannot be copied.
    """
    if scan is None or scan.file is None:
        raise DataError("this run has no file yet; it is written when the run ends, unless it is not saved.")
    try:
        if path.exists() and path.samefile(scan.file):
            raise DataError(f"{path} is the run's own file; choose another name.")
        shutil.copyfile(scan.file, path)
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror or error}); choose another place.") from None
