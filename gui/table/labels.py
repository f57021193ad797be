"""Names and numbers of the elements: where each has room, which is written in short or left out, and writing them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gui.table.graph import Node
from gui.table.inks import no_brush, pen
from gui.table.layout import BESIDE, Point, Spot
from gui.table.picture import short_number
from gui.table.scene import Scene

_EDGE = 4.0
"""Pixels between a text and the edge, or what it must not touch."""
_USUAL = "  0.0000 T"
"""As wide as most numbers."""
_LINE = Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter


class Labels:
    """Names and numbers of a scene, and the lamps beside them.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._shift: dict[str, float | None] = {}
        """How far right a name on one line with its number stands; None: there is no room for it."""
        self._wide: dict[str, float] = {}
        """How wide name and number may be that stand on two lines."""

    # -- room --------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Find room for the names on one line with their numbers, in another layout."""
        self._shift = {name: self._find_room(name) for name, spot in self._scene.layout.spots.items() if spot.one_line}

    def make_way(self, cables: Iterable[list[Point]]) -> None:
        """Find the room that beams and cables leave for the others.

        Parameters
        ----------
        cables : iterable of list of Point
            The corners of each cable.
        """
        layout = self._scene.layout
        lines = [(a, b) for corners in (*layout.beams, *cables) for a, b in pairwise(corners)]
        self._wide = {name: self._free_width(name, lines) for name, spot in layout.spots.items() if not spot.one_line}

    def _find_room(self, name: str) -> float | None:
        """Return how far right a name with its number on one line must stand to touch no neighbour; None: too far."""
        scene, spots = self._scene, self._scene.layout.spots
        x, y, w, h = spots[name].label
        width = QFontMetricsF(scene.name_font).horizontalAdvance(self._node(name).title + _USUAL)
        line = QRectF(x + 0.5 * (w - width), y + 2.0, width, h - 4.0).adjusted(-_EDGE, 0.0, _EDGE, 0.0)
        others = [QRectF(*spot.symbol) for spot in spots.values() if not spot.one_line]
        right = max([0.0, *(box.right() - line.left() for box in others
                            if line.intersects(box) and box.center().x() < line.center().x())])
        line.translate(right, 0.0)
        free = right <= 0.3 * scene.layout.pitch and not any(line.intersects(box) for box in others)
        return right if free else None

    def _free_width(self, name: str, lines: list[tuple[Point, Point]]) -> float:
        """Return how wide name and number may be before they touch a neighbour, a beam, a cable or the edge."""
        layout, beside = self._scene.layout, self._node(name).place in BESIDE
        x, y, w, h = layout.spots[name].label
        start = x if beside else x + 0.5 * w
        upright = [a[0] for a, b in lines if abs(a[0] - b[0]) < 1.0 and max(a[1], b[1]) > y and min(a[1], b[1]) < y + h]
        if beside:
            return min([layout.size[0], *(at for at in upright if at > start)]) - start - _EDGE
        beside_it = [2.0 * (abs(at - start) - _EDGE) for at in upright if abs(at - start) > 0.25 * layout.pitch]
        return min([layout.pitch - _EDGE, *beside_it])

    def _node(self, name: str) -> Node:
        return self._scene.graph.nodes[name]

    def _spill(self) -> float:
        """Return how much wider than its place a long number may be in a narrow drawing."""
        return 0.35 * self._scene.layout.pitch

    # -- places ------------------------------------------------------------------------------------------------

    def reach(self, spot: Spot) -> QRect:
        """Return what name and number of an element can cover."""
        by = 2.0 + self._spill()
        return QRectF(*spot.label).adjusted(-by, -by, by, by).toAlignedRect()

    def number_box(self, name: str) -> tuple[QRectF, Qt.AlignmentFlag]:
        """Return where the number of an element stands."""
        node, spot = self._node(name), self._scene.layout.spots[name]
        x, y, w, h = spot.label
        if spot.one_line and not self._fits(name):
            return QRectF(x, y, w, h), _MIDDLE
        if spot.one_line:
            advance = QFontMetricsF(self._scene.name_font).horizontalAdvance(f"{node.title}  ")
            return QRectF(self._title_left(name) + advance, y, max(w, self._scene.layout.pitch), h), _LINE
        if node.place in BESIDE:
            return QRectF(x, y + 0.5 * h, w + self._spill(), 0.5 * h), _LINE
        return (QRectF(x, y + 0.5 * h, w, 0.5 * h).adjusted(-0.5 * self._spill(), 0.0, 0.5 * self._spill(), 0.0),
                _MIDDLE)

    def lamp_box(self, name: str) -> QRectF:
        """Return where the lamp of an element is."""
        spot = self._scene.layout.spots[name]
        size = max(7.0, 0.27 * self._scene.layout.unit)
        if spot.one_line:
            _, y, _, h = spot.label
            return QRectF(self._title_left(name) - size - 4.0, y + 0.5 * (h - size), size, size)
        x, y, w, _ = spot.symbol
        return QRectF(x + w - 0.5 * size, y - 0.15 * size, size, size)

    def _fits(self, name: str) -> bool:
        """Tell whether there is room for a name before its number on one line; else the number must do."""
        return self._shift.get(name, 0.0) is not None or not self._scene.look(name).number

    def _tells_name(self, name: str, width: float) -> bool:
        """Tell whether a name is written: where there is too little room only at what is pointed at."""
        return (width <= self._wide.get(name, width) or self._scene.is_meant(name)
                or not self._scene.look(name).number)

    def _title_left(self, name: str) -> float:
        """Return where a name begins that stands on one line with its number."""
        x, _, w, _ = self._scene.layout.spots[name].label
        usual = _USUAL if self._scene.look(name).number else ""  # so that it does not dance
        width = QFontMetricsF(self._scene.name_font).horizontalAdvance(self._node(name).title + usual)
        return x + max(0.0, 0.5 * (w - width)) + (self._shift.get(name) or 0.0)

    # -- writing -----------------------------------------------------------------------------------------------

    def draw_number(self, p: QPainter, name: str) -> None:
        """Write the number of an element."""
        look, metrics = self._scene.look(name), QFontMetricsF(self._scene.number_font)
        number = look.number
        if number:
            box, align = self.number_box(name)
            if metrics.horizontalAdvance(number) > self._wide.get(name, box.width()):
                number = short_number(self._node(name), look)
            if align == _MIDDLE:  # and none beyond the edge
                half = 0.5 * min(metrics.horizontalAdvance(number), box.width()) + _EDGE
                middle = min(max(box.center().x(), half), self._scene.layout.size[0] - half)
                box.translate(middle - box.center().x(), 0.0)
            p.drawText(box, align, metrics.elidedText(number, Qt.TextElideMode.ElideRight, box.width()))

    def draw_name(self, p: QPainter, name: str) -> None:
        """Write the name of an element, with a frame around what the keyboard has reached."""
        scene, inks, node, spot = self._scene, self._scene.inks, self._node(name), self._scene.layout.spots[name]
        look = scene.look(name)
        x, y, w, h = spot.label
        p.setPen(inks.warning if look.alarms else inks.accent if scene.is_meant(name) else inks.faint)
        if spot.one_line:
            if self._fits(name):
                p.drawText(QRectF(self._title_left(name), y, w, h), _LINE, node.title)
        else:
            beside = node.place in BESIDE
            top = y if look.number else y + 0.25 * h if beside else y + 0.5 * h
            spill = 0.0 if beside else self._spill()
            box = QRectF(x - 0.5 * spill, top, w + spill, 0.5 * h)
            metrics = QFontMetricsF(scene.name_font)
            if self._tells_name(name, metrics.horizontalAdvance(node.title)):
                p.drawText(box, _LINE if beside else _MIDDLE,
                           metrics.elidedText(node.title, Qt.TextElideMode.ElideRight, box.width()))
        if name == scene.current:
            p.setPen(pen(inks.accent, 1.0, Qt.PenStyle.DotLine))
            p.setBrush(no_brush())
            frame = QRectF(*spot.label) if spot.one_line else QRectF(*spot.symbol).united(QRectF(*spot.label))
            p.drawRoundedRect(frame.adjusted(-3.0, -1.0, 3.0, 1.0), 4.0, 4.0)
