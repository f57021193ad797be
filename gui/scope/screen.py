"""The screen of an oscilloscope: traces in lanes on a grid of divisions, their names and sizes, two cursors."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGraphicsItem, QWidget

from gui.scope.scope_model import HEIGHT, ScopeChannel, ScopeModel
from gui.theme import Theme
from gui.widgets.plot import Plot
from instruments.probing import BEFORE, DIVISIONS

_COLOURS = ("x", "polarization", "field", "y", "gate", "power")
"""Of the channels, counted back from the last."""
_WIDE = 520
"""Pixels from which there is room for all that is read off."""


def colour_of(channel: ScopeChannel) -> str:
    """Return the quantity in whose colour a channel is drawn."""
    return _COLOURS[channel.number % len(_COLOURS)]


class Screen(Plot):
    """Shows the last sweep of a `ScopeModel`.

    Parameters
    ----------
    model : ScopeModel
    theme : Theme
    """

    pressed = Signal(str)
    """With ``"run"`` or ``"single"``, for the keys that stand for these buttons."""

    def __init__(self, model: ScopeModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "oscilloscope screen", "time from the trigger", bottom_unit="s", parent=parent)
        self._model = model
        self._curves: dict[str, pg.PlotDataItem] = {}
        self._labels: dict[str, pg.TextItem] = {}
        self._zeros: dict[str, pg.InfiniteLine] = {}
        self._written: dict[str, tuple[str, float]] = {}
        self._division = 0.0
        self.setToolTip("Look at the traces: each has a lane and a colour of its own, with its scale, peak to peak and "
                        "rms value and frequency; the thin line is its zero. Space runs and stops, S takes one sweep, "
                        "arrows move the right cursor and with Shift the left one.")
        item = self.getPlotItem()
        item.vb.setMouseEnabled(False, False)
        item.hideButtons()
        self.setDownsampling(auto=False)
        self.setClipToView(False)
        left = self.getAxis("left")
        left.setStyle(showValues=False)
        left.setWidth(6)
        left.setTicks([[(float(k), "") for k in range(-HEIGHT // 2, HEIGHT // 2 + 1)]])
        self.setRange(yRange=(-HEIGHT / 2, HEIGHT / 2), padding=0.0)
        self.trigger = pg.InfiniteLine(0.0, angle=90)
        self.addItem(self.trigger, ignoreBounds=True)
        self.cursors = [pg.InfiniteLine(0.0, angle=90, movable=True) for _ in range(2)]
        for cursor in self.cursors:
            cursor.setZValue(5)
            cursor.setVisible(False)
            self.addItem(cursor, ignoreBounds=True)
            cursor.sigPositionChanged.connect(self._dragged)
        self.restyle_traces()

    def draw(self) -> None:
        """Draw the last sweep."""
        sweep, lanes = self._model.sweep, self._model.lanes()
        if sweep is None:
            return
        self._set_division(sweep.division)
        self.trigger.setVisible(sweep.triggered)
        present = {lane.channel.key for lane in lanes if lane.channel.key in sweep.traces}
        for key in [key for key in self._curves if key not in present]:
            self._drop(key)
        wide = self.width() >= _WIDE
        for lane in lanes:
            key = lane.channel.key
            if key not in present:
                continue
            if key not in self._curves:
                self._add(lane.channel)
            self._curves[key].setData(sweep.times, np.clip(lane.drawn(sweep.traces[key]), -HEIGHT / 2, HEIGHT / 2))
            self._zeros[key].setValue(lane.offset - lane.middle / lane.scale)
            self._write(key, self._model.label(lane, wide), lane.top)
        self._show_cursors()

    def forget(self) -> None:
        """Take all traces away."""
        for key in list(self._curves):
            self._drop(key)

    def _set_division(self, division: float) -> None:
        if division == self._division:
            return
        self._division = division
        axis = self.getAxis("bottom")
        axis.setTickSpacing(major=2.0 * division, minor=division)
        self.setRange(xRange=(-BEFORE * division, (DIVISIONS - BEFORE) * division), padding=0.0)
        for key in self._written:
            self._written[key] = ("", 0.0)

    def _write(self, key: str, text: str, top: float) -> None:
        if self._written.get(key) != (text, top):
            self._written[key] = (text, top)
            label = self._labels[key]
            label.setPlainText(text)
            label.setPos(-BEFORE * self._division, top)

    def _add(self, channel: ScopeChannel) -> None:
        key = channel.key
        self._zeros[key] = zero = pg.InfiniteLine(0.0, angle=0)
        self.addItem(zero, ignoreBounds=True)
        self._curves[key] = self.plot([], [], autoDownsample=True, downsampleMethod="peak")
        self._labels[key] = label = pg.TextItem("", anchor=(0.0, 0.0))
        label.setZValue(4)
        font = self.font()
        font.setPointSizeF(max(7.0, 0.85 * font.pointSizeF()))
        label.setFont(font)
        label.textItem.document().setDocumentMargin(1)
        label.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.addItem(label, ignoreBounds=True)
        self._colour(channel)

    def _drop(self, key: str) -> None:
        for items in (self._curves, self._labels, self._zeros):
            self.removeItem(items.pop(key))
        self._written.pop(key, None)

    # -- cursors -----------------------------------------------------------------------------------------------

    def _show_cursors(self) -> None:
        places = self._model.cursors
        for number, cursor in enumerate(self.cursors):
            cursor.setVisible(places is not None)
            if places is not None:
                value = (places[number] - BEFORE) * self._division
                if not np.isclose(cursor.value(), value, rtol=1e-9, atol=1e-9 * self._division):
                    cursor.blockSignals(True)
                    cursor.setValue(value)
                    cursor.blockSignals(False)

    def _dragged(self) -> None:
        if self._model.cursors is None or self._division == 0.0:
            return
        places = [min(max(cursor.value() / self._division + BEFORE, 0.0), float(DIVISIONS)) for cursor in self.cursors]
        self._model.set(cursors=(places[0], places[1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run and stop, and move the cursors."""
        clicks = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1}.get(Qt.Key(event.key()))
        cursors = self._model.cursors
        if event.key() == Qt.Key.Key_Space:
            self.pressed.emit("run")
        elif event.key() == Qt.Key.Key_S and not event.modifiers():
            self.pressed.emit("single")
        elif clicks is not None and cursors is not None:
            left = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            moved = min(max(cursors[0 if left else 1] + clicks, 0.0), float(DIVISIONS))
            self._model.set(cursors=(moved, cursors[1]) if left else (cursors[0], moved))
        else:
            super().keyPressEvent(event)

    # -- colours -----------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        """Take over the theme's colours."""
        super().restyle()
        if hasattr(self, "_curves"):
            self.restyle_traces()

    def restyle_traces(self) -> None:
        """Give traces, zero lines and cursors the theme's colours."""
        for channel in self._model.channels:
            if channel.key in self._curves:
                self._colour(channel)
        self.trigger.setPen(pg.mkPen(self._theme.colour("accent"), width=1, style=Qt.PenStyle.DotLine))
        for cursor in self.cursors:
            cursor.setPen(pg.mkPen(self._theme.colour("text"), width=1, style=Qt.PenStyle.DashLine))
            cursor.setHoverPen(pg.mkPen(self._theme.colour("accent"), width=1))

    def _colour(self, channel: ScopeChannel) -> None:
        ink = self._theme.trace(colour_of(channel))
        self._curves[channel.key].setPen(pg.mkPen(ink, width=1))
        self._zeros[channel.key].setPen(pg.mkPen(ink, width=1, style=Qt.PenStyle.DotLine))
        label = self._labels[channel.key]
        label.setColor(ink)
        ground = self._theme.colour("base")
        ground.setAlphaF(0.8)
        label.fill = pg.mkBrush(ground)
        label.update()
