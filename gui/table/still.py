"""What rarely changes in the drawing: vessel, beams, elements, cables and names, kept as a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPixmap

from gui.table.cables import Cables
from gui.table.graph import SAMPLE, owner
from gui.table.ground import make_ground
from gui.table.inks import mixed, pen
from gui.table.labels import Labels
from gui.table.scene import Scene
from gui.table.station import draw_cryostat, draw_holder, draw_magnet, draw_sample
from gui.table.strokes import draw_beam, draw_blade, draw_splitter
from gui.table.symbols import Brush, draw_symbol


class Still:
    """The picture of a scene without numbers, lamps, what turns and what alternates.

    Parameters
    ----------
    scene : Scene
    cables : Cables
    labels : Labels
    """

    def __init__(self, scene: Scene, cables: Cables, labels: Labels) -> None:
        self._scene, self._cables, self._labels = scene, cables, labels
        self._ground: QPixmap | None = None
        self.kept: QPixmap | None = None
        """The picture; None: it is to be drawn anew."""

    def forget(self) -> None:
        """Have it drawn anew upon the same ground."""
        self.kept = None

    def forget_all(self) -> None:
        """Have it drawn anew with its ground."""
        self._ground = self.kept = None

    def picture(self, ratio: float) -> QPixmap:
        """Return the picture for a screen with ``ratio`` pixels to one of the drawing."""
        if self.kept is None or self.kept.devicePixelRatio() != ratio:  # the window may be on another screen now
            if self.kept is not None:
                self._ground = None
            self.kept = self._make(ratio)
        return self.kept

    def _make(self, ratio: float) -> QPixmap:
        scene = self._scene
        if self._ground is None:
            self._ground = make_ground(scene, ratio)
        still = QPixmap(self._ground)
        p = QPainter(still)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setFont(scene.name_font)
        if SAMPLE in scene.layout.spots:
            _draw_vessel(p, scene)
        _draw_beams(p, scene)
        for name in scene.graph.nodes:
            _draw_node(p, scene, name)
        self._cables.draw(p)
        for name in scene.graph.nodes:
            self._labels.draw_name(p, name)
        p.end()
        return still


def _draw_vessel(p: QPainter, scene: Scene) -> None:
    """Draw what is behind beam and sample: vessel, windings, holder."""
    r, around = scene.layout.reach, scene.around()
    p.save()
    p.translate(*scene.layout.spots[SAMPLE].centre)
    if "cryostat" in around:
        draw_cryostat(p, scene.inks, r, scene.line, scene.outline(around["cryostat"].name))
    if "magnet" in around:
        name = around["magnet"].name
        draw_magnet(p, scene.inks, r, scene.line, scene.outline(name), scene.look(name).value)
    if "holder" in around:
        draw_holder(p, scene.inks, r, scene.line, scene.outline(around["holder"].name))
    p.restore()


def _draw_beams(p: QPainter, scene: Scene) -> None:
    layout = scene.layout
    for corners, (look, shade) in zip(layout.beams, scene.picture.beams, strict=False):
        draw_beam(p, scene.inks, corners, look, scene.inks.beam(shade), layout.scale)
    for at in layout.splitters:
        draw_splitter(p, scene.inks, at, layout.unit, scene.line)


def _draw_node(p: QPainter, scene: Scene, name: str) -> None:
    node, spot, look = scene.graph.nodes[name], scene.layout.spots[name], scene.look(name)
    if node.place == "around":
        return
    glow = scene.inks.beam(look.colour) if look.lit else None
    p.save()
    p.translate(*spot.centre)
    if name == SAMPLE:
        _draw_sample(p, scene, glow)
    else:
        draw_symbol(node.sketch.symbol, Brush(p, scene.inks, (spot.symbol[2], spot.symbol[3]), scene.line, glow,
                                              scene.outline(name)))
    p.restore()
    if node.sketch.symbol == "laser":
        for number, link in enumerate(scene.graph.beams):
            if owner(link.source) == name and len(scene.layout.beams[number]) < 4:
                draw_blade(p, scene.inks, scene.layout.beams[number], scene.layout.unit, scene.line, look.blocked)
                break


def _draw_sample(p: QPainter, scene: Scene, glow: QColor | None) -> None:
    r, node = scene.layout.reach, scene.graph.nodes[SAMPLE]
    for port in (*node.inputs, *node.outputs):
        x, y = scene.layout.sockets[port].at
        cx, cy = scene.layout.spots[SAMPLE].centre
        p.setPen(pen(mixed(scene.inks.text, scene.inks.base, 0.35), scene.line))
        p.drawPolyline([QPointF(x - cx, y - cy), QPointF(0.2 * r, y - cy), QPointF(0.11 * r, 0.28 * r)])
    draw_sample(p, scene.inks, r, scene.line, scene.outline(SAMPLE), glow)
