"""The cables of the drawing: which way each one takes, how it looks, and whether a hand is on it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPathStroker

from gui.table.inks import mixed, no_brush, pen, veiled
from gui.table.layout import Point
from gui.table.scene import Scene
from gui.table.strokes import cable_path, draw_plug, draw_socket

_HIT = 10.0
"""Pixels; width in which a hand finds a loose cable."""


class Cables:
    """The cables of a scene and the sockets they are plugged into.

    Parameters
    ----------
    scene : Scene
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.routes: dict[str, list[Point]] = {}
        """The corners of each cable, by the input that it feeds."""

    def route(self) -> None:
        """Find a way for each cable of the picture."""
        layout = self._scene.layout
        self.routes = {}
        number = 0
        for cable in self._scene.picture.cables:
            source = cable.source if cable.source in layout.sockets else cable.belongs
            if source in layout.sockets and cable.target in layout.sockets:
                self.routes[cable.target] = layout.route(source, cable.target, number)
                number += not layout.direct(source, cable.target)

    def is_at(self, target: str, x: float, y: float) -> bool:
        """Tell whether a point is on the cable of an input."""
        corners = self.routes.get(target)
        if corners is None:
            return False
        stroker = QPainterPathStroker()
        stroker.setWidth(_HIT)
        return stroker.createStroke(cable_path(corners, 9.0 * self._scene.layout.scale)).contains(QPointF(x, y))

    def draw(self, p: QPainter) -> None:
        """Draw the sockets that are empty, and all cables with their plugs."""
        self._draw_empty_sockets(p)
        scene, layout = self._scene, self._scene.layout
        for cable in scene.picture.cables:
            corners = self.routes.get(cable.target)
            if corners is None:
                continue
            path = cable_path(corners, 9.0 * layout.scale)
            ink = mixed(scene.inks.text, scene.inks.base, 0.35) if cable.right else scene.inks.warning
            p.setBrush(no_brush())
            if cable.source is None or scene.grabbed in (cable.target, cable.source):
                p.setPen(pen(veiled(ink, 0.6), scene.line, Qt.PenStyle.DotLine))
                p.drawPath(path)
                continue
            p.setPen(pen(scene.inks.base, 4.4 * layout.scale**0.5))
            p.drawPath(path)
            p.setPen(pen(ink, 2.0 * layout.scale**0.5))
            p.drawPath(path)
            for end in (cable.target, cable.source):
                if end in layout.sockets:
                    socket = layout.sockets[end]
                    draw_plug(p, socket.at, socket.away, ink, scene.inks.base, self._size())

    def _size(self) -> float:
        return 3.0 * self._scene.layout.scale**0.5

    def _draw_empty_sockets(self, p: QPainter) -> None:
        scene, inks, size = self._scene, self._scene.inks, self._size()
        used = {end for c in scene.picture.cables for end in (c.source, c.target) if c.source}
        for port, socket in scene.layout.sockets.items():
            if port not in used:
                missing = any(c.target == port for c in scene.picture.cables)
                ink = inks.warning if missing else inks.accent if scene.grabbed else inks.faint
                draw_socket(p, socket.at, ink, inks.base, size * (1.5 if scene.grabbed or missing else 1.0),
                            scene.line)
