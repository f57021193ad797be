"""The legend of a plot: in the corner where it hides least, folded away where the plot is small."""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from pyqtgraph.graphicsItems.LegendItem import ItemSample
from PySide6.QtCore import Qt

from gui.plotting.corners import CORNERS, MARGIN, hidden, in_corner, inked
from vlab.analysis.rows import Floats

_NARROW = 350.0
"""Pixels of a plot below which the list of runs must do."""
_MOST_OF_THE_HEIGHT = 0.6
_LEAST_ROW = 14.0
"""Pixels of a row: what cannot fit is not made."""


class Legend(pg.LegendItem):
    """A legend that looks for a free corner when it is told to, until a hand has dragged it elsewhere.

    Parameters
    ----------
    plot : pyqtgraph.PlotWidget
        Gets this legend.
    curves : callable
        Returns x and y of what is drawn, in the coordinates of the view.
    """

    def __init__(self, plot: pg.PlotWidget, curves: Callable[[], list[tuple[Floats, Floats]]]) -> None:
        super().__init__(offset=(-MARGIN, MARGIN))
        item = plot.getPlotItem()
        self._box, self._curves = item.vb, curves
        self._usual = (True, False)
        self._wanted: list[tuple[pg.PlotDataItem, str]] = []
        self._spare: list[tuple[ItemSample, pg.LabelItem]] = []
        self.moved = False
        """Whether a hand has put it elsewhere."""
        item.legend = self
        self.setParentItem(item.vb)
        item.vb.sigResized.connect(self.settle)

    def say(self, wanted: list[tuple[pg.PlotDataItem, str]]) -> None:
        """List these curves by these names."""
        self._wanted = wanted
        if self._may_fit():
            self._list()
        self._fold()

    def _may_fit(self) -> bool:
        return len(self._wanted) * _LEAST_ROW <= _MOST_OF_THE_HEIGHT * self._box.rect().height()

    def _list(self) -> None:
        """Have a row for each curve; a label takes milliseconds, so they are used again."""
        if [(sample.item, label.text) for sample, label in self.items] == self._wanted:
            return
        known = {sample.item: (sample, label) for sample, label in self.items}
        kept = {id(item): known.pop(item) for item, _ in self._wanted if item in known}
        free = [*known.values(), *self._spare]
        for place in range(self.layout.count() - 1, -1, -1):
            self.layout.removeAt(place)
        self.items = []
        for row, (item, name) in enumerate(self._wanted):
            sample, label = kept.get(id(item)) or (free.pop(0) if free else self._new(item))
            sample.item = item
            if label.text != name or label.opts["color"] != self.opts["labelTextColor"]:
                label.setText(name, color=self.opts["labelTextColor"])
            self.items.append((sample, label))
            self.layout.addItem(sample, row, 0, alignment=Qt.AlignmentFlag.AlignVCenter)
            self.layout.addItem(label, row, 1)
            sample.show()
            label.show()
        self._spare = free
        for pair in free:
            for part in pair:  # the layout has let go of them already
                part.hide()
        self.updateSize()

    def _new(self, item: pg.PlotDataItem) -> tuple[ItemSample, pg.LabelItem]:
        sample = self.sampleType(item)
        sample.sigClicked.connect(self.sigSampleClicked)
        return sample, pg.LabelItem("", color=self.opts["labelTextColor"], justify="left",
                                    size=self.opts["labelTextSize"])

    def prefer(self, left: bool) -> None:
        """Choose the corner above that is taken where several are free."""
        if self._usual != (not left, False):
            self._usual = (not left, False)
            self.moved = False

    def _fold(self) -> None:
        room = self._box.rect()
        small = (room.width() < _NARROW or not self._may_fit()
                 or self.boundingRect().height() > _MOST_OF_THE_HEIGHT * room.height())
        self.setVisible(bool(self.items) and not small)

    def settle(self, *_: object) -> None:
        """Go where it hides least of what is drawn now."""
        if self._may_fit():
            self._list()
        self._fold()
        if self.moved or not self.isVisible():
            return
        ink, room, size = inked(self._box, self._curves()), self._box.rect(), self.boundingRect()
        corners = sorted(CORNERS, key=lambda corner: (corner != self._usual, corner[1]))
        best = min(corners, key=lambda corner: hidden(in_corner(size, room, corner), ink))
        right, below = best
        self.setOffset((-MARGIN if right else MARGIN, -MARGIN if below else MARGIN))

    def mouseDragEvent(self, event: object) -> None:
        """Stay where a hand puts it."""
        self.moved = True
        super().mouseDragEvent(event)
