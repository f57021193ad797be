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
        self.moved = False
        """Whether a hand has put it elsewhere."""
        item.legend = self
        self.setParentItem(item.vb)
        item.vb.sigResized.connect(self.settle)

    def say(self, wanted: list[tuple[pg.PlotDataItem, str]]) -> None:
        """List these curves by these names."""
        if [(sample.item, label.text) for sample, label in self.items] == wanted:
            return
        known = {sample.item: (sample, label) for sample, label in self.items}
        for place in range(self.layout.count() - 1, -1, -1):
            self.layout.removeAt(place)
        self.items = []
        for row, (item, name) in enumerate(wanted):
            sample, label = known.pop(item, None) or self._new(item)
            if label.text != name:
                label.setText(name)
            self.items.append((sample, label))
            self.layout.addItem(sample, row, 0, alignment=Qt.AlignmentFlag.AlignVCenter)
            self.layout.addItem(label, row, 1)
        for pair in known.values():
            for part in pair:  # the layout has let go of them already
                part.close()
                if (scene := part.scene()) is not None:
                    scene.removeItem(part)
        self.updateSize()
        self._fold()

    def _new(self, item: pg.PlotDataItem) -> tuple[ItemSample, pg.LabelItem]:
        # a label takes milliseconds: those that are there already are kept
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
        small = room.width() < _NARROW or self.boundingRect().height() > _MOST_OF_THE_HEIGHT * room.height()
        self.setVisible(bool(self.items) and not small)

    def settle(self, *_: object) -> None:
        """Go where it hides least of what is drawn now."""
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
