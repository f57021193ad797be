"""A pyqtgraph plot as this window uses it: coloured by the theme, quick with live data, leaving nothing behind."""

from __future__ import annotations

import time
from typing import ClassVar

import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGraphicsItem, QWidget

from gui.courtesy import Courtesy
from gui.theme import Theme, restyle_plot
from gui.widgets.axis import BELOW, Axis
from gui.widgets.view import View

_ONE_AT_A_TIME = 0.02
"""Seconds between moves of the axes of two plots: new numbers at all axes take most of a frame's time."""


class Plot(pg.PlotWidget):
    """A plot that follows the theme.

    Parameters
    ----------
    theme : Theme
    name : str
        What screen readers call it.
    bottom, left : str
        Titles of the axes, without units where `units` are given.
    bottom_unit : str or None
        Unit of the horizontal axis, which then gets SI prefixes.
    """

    _mover: ClassVar[Plot | None] = None
    _moved: ClassVar[float] = -1.0

    def __init__(self, theme: Theme, name: str, bottom: str, left: str = "", *, bottom_unit: str | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent, viewBox=View(), axisItems={side: Axis(side) for side in ("bottom", "left")})
        self.for_the_screen: list[QGraphicsItem] = []
        """What tells of this moment, and belongs into no picture."""
        self.courtesy = Courtesy()
        """The laboratory's, in the main window."""
        self._theme = theme
        self._named: dict[str, tuple[str, str | None]] = {}
        self._titled: dict[str, tuple[str, str | None]] = {}
        self._name("bottom", bottom, bottom_unit)
        self._name("left", left, None)
        self.showGrid(x=True, y=True, alpha=0.15)
        # axes with their grid cost most of a frame: they are kept as pixels, and `show_all` moves them rarely
        for side in ("bottom", "left"):
            self.getAxis(side).setZValue(BELOW)
            self.getAxis(side).setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setDownsampling(auto=True, mode="peak")
        self.setClipToView(True)
        self.setMinimumHeight(130)
        self.setAccessibleName(name)
        self.setToolTip("Drag to pan, roll to zoom, right-click for more; the button A in the corner shows all.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        item = self.getPlotItem()
        item.ctrlMenu.setParent(self, item.ctrlMenu.windowFlags())  # it has no parent and would outlive the plot
        self._by_hand = False
        self._bounds: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 1.0), (0.0, 1.0))
        self._growing = False
        self._later = QTimer(self, singleShot=True, interval=round(1e3 * _ONE_AT_A_TIME))
        self._later.timeout.connect(self._move_axes)
        self.show_again()
        item.vb.sigRangeChangedManually.connect(self._on_hand)
        item.autoBtn.clicked.connect(self.show_again)
        theme.changed.connect(self._on_theme)
        self._on_theme()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the theme."""
        if self._behind:
            self.restyle()
        super().showEvent(event)
        self._say_title("bottom")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as much of the title below as there is room for."""
        super().resizeEvent(event)
        if hasattr(self, "_titled") and "bottom" in self._named:
            self._say_title("bottom")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw, without the laboratory taking the interpreter away between two strokes."""
        with self.courtesy.wanted("paint"):
            super().paintEvent(event)

    def _on_hand(self, *_: object) -> None:
        self._by_hand = True
        self.getPlotItem().autoBtn.show()

    def show_again(self) -> None:
        """Follow the data again after a hand has panned or zoomed."""
        self._by_hand = False
        self.getPlotItem().disableAutoRange()
        self.getPlotItem().autoBtn.hide()
        self._shown: list[list[float]] = [[0.0, 0.0], [0.0, 0.0]]

    def show_all(self, x: tuple[float, float], y: tuple[float, float], growing: bool = False) -> None:
        """Make sure that the data between these bounds is seen, moving the axes in few, generous steps.

        Parameters
        ----------
        x, y : tuple of float
            Lowest and highest value of the data.
        growing : bool
            Whether more will come on the right, as in a strip chart.
        """
        self._bounds, self._growing = (x, y), growing
        self._move_axes()

    def _move_axes(self) -> None:
        """Move the axes to what was asked last; in a moment, if those of another plot have just been moved."""
        if self._by_hand:
            return
        moves = [(axis, low, high) for axis, (low, high) in enumerate(self._bounds) if not self._fits(axis, low, high)]
        if not moves:
            return
        now = time.monotonic()
        if Plot._mover is not self and now - Plot._moved < _ONE_AT_A_TIME:
            self._later.start()
            return
        Plot._mover, Plot._moved = self, now
        for axis, low, high in moves:
            span = high - low or abs(high) or 1.0
            margin = ((0.0, 0.6) if self._growing else (0.02, 0.02)) if axis == 0 else (0.15, 0.15)
            self._shown[axis] = [low - margin[0] * span, high + margin[1] * span]
            self.setRange(**{"xRange" if axis == 0 else "yRange": self._shown[axis]}, padding=0.0,
                          disableAutoRange=True)

    def _fits(self, axis: int, low: float, high: float) -> bool:
        shown, span = self._shown[axis], high - low or abs(high) or 1.0
        return shown[0] <= low and high <= shown[1] and (shown[1] - shown[0]) <= 3.0 * span

    def set_left(self, title: str, unit: str | None) -> None:
        """Name the vertical axis; with a unit it gets SI prefixes."""
        self._name("left", title, unit)

    def set_bottom(self, title: str) -> None:
        """Name the horizontal axis, without SI prefixes."""
        self._name("bottom", title, None)

    def _name(self, side: str, title: str, unit: str | None) -> None:
        if self._named.get(side) == (title, unit):
            return
        self._named[side] = title, unit
        self._say_title(side)

    def _say_title(self, side: str) -> None:
        """Write the title of an axis: without what follows a comma where there is too little room, then cut."""
        title, unit = self._named[side]
        said = title
        if side == "bottom" and self.isVisible():
            metrics, room = self.fontMetrics(), self.width() - self.getAxis("left").width() - 8
            if unit is None and metrics.horizontalAdvance(title) > room:
                said = metrics.elidedText(title.partition(",")[0], Qt.TextElideMode.ElideRight, max(0, int(room)))
            self.getAxis(side).setToolTip(title if said != title else "")
        if self._titled.get(side) == (said, unit):
            return
        self._titled[side] = said, unit
        # an axis whose prefixes are switched off takes one once more for what it shows just then, if the range allows
        self.setLabel(side, said, units=unit, siPrefixEnableRanges=None if unit else ((0.0, 0.0),))
        self.getAxis(side).enableAutoSIPrefix(unit is not None)
        self.getAxis(side).setTextPen(self._theme.colour("text"))

    def _on_theme(self) -> None:
        self._behind = not self.isVisible()
        if not self._behind:
            self.restyle()

    def restyle(self) -> None:
        """Take over the theme's colours, which a plot that nobody sees does when it is shown."""
        self._behind = False
        restyle_plot(self, self._theme)
        legend = self.getPlotItem().legend
        if legend is not None:
            ground = self._theme.colour("base")
            ground.setAlphaF(0.8)
            legend.setBrush(ground)
