"""The two pictures of a spectrum: all of it, and what is around the detected frequency with the filter's passband."""

from __future__ import annotations

from math import log10

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gui.scope.scope_model import short
from gui.scope.spectrum_model import SpectrumModel
from gui.theme import Theme
from gui.widgets.plot import Plot
from instruments.lockin.scope import Density
from instruments.lockin.spectrum import transfer

_MEASURED, _FLOOR, _LINES, _BAND = "field", "fit", "polarization", "x"
"""Quantities in whose colours things are drawn: the input has the colour it has on the scope, X too."""
_POINTS = 400
_SHADE = 0.25
_DEEP = 2.0
"""Decades by which shades and bars reach below the picture."""
_LEAST = 0.07
"""Distance between the names of two lines, in units of the axis."""
_ABOVE = 1.2
"""Height over the noise from which a line has a name."""
_BELOW = 30.0
"""How far below the floor a picture reaches."""


class WideSpectrum(Plot):
    """Noise and lines of the lock-in's input over all frequencies.

    Parameters
    ----------
    model : SpectrumModel
    theme : Theme
    """

    def __init__(self, model: SpectrumModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "spectrum of the input", "frequency (Hz)", "V/√Hz", parent=parent)
        self._model = model
        self.setToolTip("Look at the input of the mixer: what is measured on records of the voltage, over the noise "
                        "that the physics gives (thin line) and its oscillations (bars, as high as the resolution "
                        "makes them). The dotted line marks the detected frequency.")
        self.setDownsampling(auto=False)
        self.setClipToView(False)
        self.measured = self.plot([], [])
        self.floor = self.plot([], [])
        self.bars = self.plot([], [], connect="pairs")
        self.getAxis("left").setLogMode(True)  # the data are logarithms; asked for once: it draws the axis anew
        self.here = pg.InfiniteLine(0.0, angle=90)
        self.addItem(self.here, ignoreBounds=True)
        self._names: list[pg.TextItem] = []
        self._written: tuple[object, ...] = ()
        self._logarithmic = False
        self.restyle()

    def draw(self) -> None:
        """Draw what was seen last."""
        model, spectrum = self._model, self._model.spectrum
        if spectrum is None or not model.wide[0].size:
            return
        if self._logarithmic != model.logarithmic:
            self._logarithmic = model.logarithmic
            self.getAxis("bottom").setLogMode(model.logarithmic)
            self.show_again()
        low, high = model.range_for(spectrum.detected)
        frequencies, measured = model.wide
        grid = np.geomspace(low, high, _POINTS) if model.logarithmic else np.linspace(low, high, _POINTS)
        floor = spectrum.density(grid)
        bottom = _bottom(floor, [line.rms for line in spectrum.lines])
        lines = [(line, model.height(line)) for line in spectrum.lines if low <= line.frequency <= high]
        lines = [(line, height) for line, height in lines if height > bottom]
        self.measured.setData(self._x(frequencies), _log(measured, bottom))
        self.floor.setData(self._x(grid), _log(floor, bottom))
        bars = np.array([[x, x] for x in self._x(np.array([line.frequency for line, _ in lines]))]).ravel()
        tops = np.array([[log10(bottom) - _DEEP, _log(np.array([height]), bottom)[0]] for _, height in lines]).ravel()
        self.bars.setData(bars, tops)
        self.here.setValue(float(self._x(np.array([spectrum.detected]))[0]))
        self.here.setVisible(low <= spectrum.detected <= high)
        x_range = self._x(np.array([low, high]))
        top = max([float(floor.max()), bottom * _BELOW, *(height for _, height in lines)])
        self.show_all((float(x_range[0]), float(x_range[1])), (log10(bottom), log10(top) + 0.35))
        self._name_lines(lines, float(x_range[1] - x_range[0]), spectrum.density)

    def _x(self, frequencies: np.ndarray) -> np.ndarray:
        return np.log10(frequencies) if self._logarithmic else frequencies

    def _name_lines(self, lines: list, width: float, floor_at: Density) -> None:
        """Write names at lines, the highest first, where there is room."""
        named: list[tuple[float, float, str]] = []
        for line, height in sorted(lines, key=lambda each: (each[0].title != "signal", -each[1])):
            x = float(self._x(np.array([line.frequency]))[0])
            seen = height > _ABOVE * float(floor_at(np.array([line.frequency]))[0])
            if seen and all(abs(x - other) > _LEAST * width for other, _, _ in named):
                words = f"signal {short(line.rms, 'V')}" if line.title == "signal" else line.title
                named.append((x, log10(height), words))
        key = tuple((round(x, 4), round(y, 1), words) for x, y, words in named)
        if key == self._written:
            return
        self._written = key
        while len(self._names) < len(named):
            label = pg.TextItem("", anchor=(0.5, 1.0))
            label.setColor(self._theme.trace(_LINES))
            label.textItem.document().setDocumentMargin(1)
            self.addItem(label, ignoreBounds=True)
            self._names.append(label)
        while len(self._names) > len(named):
            self.removeItem(self._names.pop())
        for label, (x, y, words) in zip(self._names, named, strict=True):
            label.setPlainText(words)
            label.setPos(x, y)

    def restyle(self) -> None:
        """Take over the theme's colours."""
        super().restyle()
        if hasattr(self, "_written"):
            self.measured.setPen(pg.mkPen(self._theme.trace(_MEASURED), width=1))
            self.floor.setPen(pg.mkPen(self._theme.trace(_FLOOR), width=1))
            self.bars.setPen(pg.mkPen(self._theme.trace(_LINES), width=1))
            self.here.setPen(pg.mkPen(self._theme.trace(_BAND), width=1, style=Qt.PenStyle.DotLine))
            for label in self._names:
                label.setColor(self._theme.trace(_LINES))


class Passband(Plot):
    """What is around the detected frequency, and what of it the output filter lets through.

    Parameters
    ----------
    model : SpectrumModel
    theme : Theme
    """

    def __init__(self, model: SpectrumModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "passband of the output filter", "offset from the detected frequency", "V/√Hz",
                         bottom_unit="Hz", parent=parent)
        self._model = model
        self.setToolTip("Look around the detected frequency: the noise of the input (measured, and the thin line that "
                        "the physics gives), and, shaded, what of it the output filter lets through. The two dotted "
                        "lines are as far apart as the equivalent noise bandwidth says; the dashed curve is the filter "
                        "before its last change.")
        self.setDownsampling(auto=False)
        self.setClipToView(False)
        self.measured = self.plot([], [])
        self.before = self.plot([], [])
        self.band = self.plot([], [])
        self.floor = self.plot([], [])
        self.bars = self.plot([], [], connect="pairs")
        self.name = pg.TextItem("passes the filter", anchor=(0.5, 1.0))
        self.addItem(self.name, ignoreBounds=True)
        self.edges = [pg.InfiniteLine(0.0, angle=90) for _ in range(2)]
        for edge in self.edges:
            self.addItem(edge, ignoreBounds=True)
        self.getAxis("left").setLogMode(True)
        self._ready = True
        self.restyle()

    def draw(self) -> None:
        """Draw what was seen last."""
        model, spectrum = self._model, self._model.spectrum
        if spectrum is None or not model.zoom[0].size:
            return
        offsets, measured = model.zoom
        span = float(offsets[-1])
        grid = _bent(span, spectrum.bandwidth)
        floor = spectrum.floor or 1e-3 * spectrum.signal or 1e-12
        bottom = floor / _BELOW
        self.measured.setData(offsets, _log(measured, bottom))
        self.floor.setData([-span, span], [log10(floor)] * 2)
        self.band.setData(grid, _log(floor * spectrum.passband(grid), bottom))
        self.band.setFillLevel(log10(bottom) - _DEEP)
        if model.before is not None:
            self.before.setData(grid, _log(floor * transfer(grid, *model.before), bottom))
        else:
            self.before.setData([], [])
        bins = 1.5 * (offsets[1] - offsets[0])
        near = [(line.frequency - spectrum.detected, line.rms / bins**0.5) for line in spectrum.lines
                if abs(line.frequency - spectrum.detected) <= span]
        self.bars.setData(np.array([[x, x] for x, _ in near]).ravel(),
                          np.array([[log10(bottom) - _DEEP, _log(np.array([y]), bottom)[0]] for _, y in near]).ravel())
        self.name.setPos(0.0, log10(bottom) - 0.1)
        for edge, side in zip(self.edges, (-1.0, 1.0), strict=True):
            edge.setValue(side * spectrum.bandwidth)
        top = max([floor * 3.0, *(y for _, y in near)])
        self.show_all((-span, span), (log10(bottom), log10(top)))

    def restyle(self) -> None:
        """Take over the theme's colours."""
        super().restyle()
        if not hasattr(self, "_ready"):
            return
        theme = self._theme
        band = theme.trace(_BAND)
        shade = theme.trace(_BAND)
        shade.setAlphaF(_SHADE)
        self.measured.setPen(pg.mkPen(theme.trace(_MEASURED), width=1))
        self.floor.setPen(pg.mkPen(theme.trace(_FLOOR), width=1))
        self.band.setPen(pg.mkPen(band, width=1))
        self.band.setBrush(pg.mkBrush(shade))
        self.before.setPen(pg.mkPen(theme.colour("faint text"), width=1, style=Qt.PenStyle.DashLine))
        self.bars.setPen(pg.mkPen(theme.trace(_LINES), width=1))
        self.name.setColor(band)
        for edge in self.edges:
            edge.setPen(pg.mkPen(band, width=1, style=Qt.PenStyle.DotLine))


def _log(values: np.ndarray, bottom: float) -> np.ndarray:
    return np.log10(np.maximum(values, bottom))


def _bottom(floor: np.ndarray, heights: list[float]) -> float:
    """Return where a picture ends below: under the noise, or without noise under the lines."""
    least = float(floor.min())
    return (least or 1e-4 * max(heights, default=1e-6)) / _BELOW ** 0.5


def _bent(span: float, bandwidth: float) -> np.ndarray:
    """Return offsets that lie dense where the filter bends."""
    inner = bandwidth * np.sinh(np.linspace(0.0, np.arcsinh(span / bandwidth), _POINTS // 2))
    return np.concatenate([-inner[:0:-1], inner])
