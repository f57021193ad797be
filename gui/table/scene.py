"""What all parts of the drawing look at: the bench, its picture, the places of its layout, and what is pointed at."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QFontMetricsF

from gui.table.graph import Graph, Node
from gui.table.inks import Inks
from gui.table.layout import Layout, lay_out
from gui.table.picture import NodeLook, Picture
from gui.theme import tabular_font


class Scene:
    """A bench in pixels and colours.

    Parameters
    ----------
    graph : Graph
    inks : Inks
    font : QFont
        Of the names; its size is chosen by the drawing's.
    """

    def __init__(self, graph: Graph, inks: Inks, font: QFont) -> None:
        self.graph = graph
        self.inks = inks
        self.picture = Picture()
        self.hovered = ""
        self.current = ""
        """The element that the keyboard has reached."""
        self.grabbed = ""
        """The input or output whose plug a hand holds."""
        self.font = font
        self.layout = Layout((1.0, 1.0), 1.0, 1.0, 1.0)

    def arrange(self, width: float, height: float) -> None:
        """Choose fonts and widths of lines, and lay everything out."""
        rough = max(0.75, min(width / 560.0, height / 200.0))
        self.name_font = QFont(self.font)
        self.name_font.setPixelSize(max(10, min(17, round(11.0 * rough**0.5))))
        self.number_font = tabular_font(self.name_font)
        self.layout = lay_out(self.graph, width, height, QFontMetricsF(self.name_font).height())
        self.line = 1.2 * self.layout.scale**0.5

    def look(self, name: str) -> NodeLook:
        """Return how an element is now."""
        return self.picture.nodes.get(name, NodeLook())

    def around(self) -> dict[str, Node]:
        """Return what stands around the sample, by symbol."""
        return {n.sketch.symbol: n for n in self.graph.placed("around")}

    def is_meant(self, name: str) -> bool:
        """Tell whether mouse or keyboard point at an element."""
        return name in (self.hovered, self.current)

    def outline(self, name: str) -> QColor:
        """Return the colour of an element's lines."""
        if self.look(name).alarms:
            return self.inks.warning
        return self.inks.accent if self.is_meant(name) else self.inks.text
