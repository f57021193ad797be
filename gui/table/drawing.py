"""The drawing itself: draws what moves upon what is kept as a picture, and knows what has changed."""

from __future__ import annotations

from math import copysign
from weakref import proxy

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QFont, QPainter, QRegion

from gui.table.cables import Cables
from gui.table.graph import SAMPLE, Graph, owner
from gui.table.inks import Inks, pen
from gui.table.labels import Labels
from gui.table.picture import NodeLook, Picture, full_scale
from gui.table.scene import Scene
from gui.table.station import arrow_length, draw_field, draw_tilt
from gui.table.still import Still
from gui.table.strokes import draw_helicity, helicity_box

MOVING = ("magnet", "holder")
"""Symbols that show their number."""


class Drawing(Scene):
    """A bench as it is drawn.

    Parameters
    ----------
    graph : Graph
    inks : Inks
    font : QFont
        Of the names; its size is chosen by the drawing's.
    """

    def __init__(self, graph: Graph, inks: Inks, font: QFont) -> None:
        super().__init__(graph, inks, font)
        self.phase = False
        """Lamps that blink are dark or lit."""
        self.helicity = False
        """Light that alternates is circular one way or the other."""
        scene = proxy(self)  # without a ring the pictures go with the drawing, at once and in the window's thread
        self.cables = Cables(scene)
        self.labels = Labels(scene)
        self.still = Still(scene, self.cables, self.labels)
        self._full = {name: full_scale(node) for name, node in graph.nodes.items()}

    def resize(self, width: float, height: float) -> None:
        """Lay everything out anew."""
        self.arrange(width, height)
        self.still.forget_all()
        self.labels.arrange()
        self._route_cables()

    def _route_cables(self) -> None:
        self.cables.route()
        self.labels.make_way(self.cables.routes.values())

    # -- changes -----------------------------------------------------------------------------------------------

    def show(self, picture: Picture) -> QRegion:
        """Take over another picture and return what must be drawn anew."""
        before, self.picture = self.picture, picture
        if picture.cables != before.cables:
            self._route_cables()
        if picture.cables != before.cables or picture.beams != before.beams or any(
                name not in before.nodes or self._moved(name, before.nodes[name], look)
                for name, look in picture.nodes.items()):
            return self.touch()
        region = QRegion()
        for name, look in picture.nodes.items():
            if look.number != before.nodes[name].number:
                region += self.labels.number_box(name)[0].toAlignedRect()
                if self.graph.nodes[name].sketch.symbol in MOVING and SAMPLE in self.layout.spots:
                    region += self._pointer_rect()
        return region

    def _moved(self, name: str, before: NodeLook, look: NodeLook) -> bool:
        """Tell whether more than the number of an element has changed."""
        magnet = self.graph.nodes[name].sketch.symbol == "magnet"  # its windings show the direction of the current
        turned = magnet and copysign(1.0, look.value) * bool(look.value) != (
            copysign(1.0, before.value) * bool(before.value))
        return turned or (before.alarms, before.lit, before.colour, before.blocked) != (
            look.alarms, look.lit, look.colour, look.blocked)

    def touch(self) -> QRegion:
        """Have all be drawn anew."""
        self.still.forget()
        return QRegion(0, 0, round(self.layout.size[0]) + 1, round(self.layout.size[1]) + 1)

    def turn(self, held: bool) -> QRegion:
        """Let lamps blink and helicities alternate; return what must be drawn anew."""
        self.phase = not self.phase
        region = QRegion()
        for name, look in self.picture.nodes.items():
            if look.alarms:
                region += _grown(self.labels.lamp_box(name), 3.0)
        if held:
            return region
        self.helicity = not self.helicity
        for number, (beam, _) in enumerate(self.picture.beams):
            if beam.lit and beam.helicity == "alternating":
                region += _grown(self._helicity_box(number), 1.0)
        return region

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw(self, p: QPainter, region: QRegion, ratio: float) -> None:
        """Draw what a region needs: what rarely changes is kept as a picture, upon which come numbers and lamps."""
        p.drawPixmap(0, 0, self.still.picture(ratio))
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        if SAMPLE in self.layout.spots and region.intersects(self._pointer_rect()):
            p.setFont(self.name_font)
            self._draw_pointers(p)
        p.setPen(self.inks.text)
        p.setFont(self.number_font)
        for name, spot in self.layout.spots.items():
            if region.intersects(self.labels.reach(spot)):
                self.labels.draw_number(p, name)
        for number, (look, shade) in enumerate(self.picture.beams):
            if look.lit and self._tells_helicity(number):
                draw_helicity(p, look, self.helicity, self._helicity_box(number), self.inks.beam(shade),
                              self._helicity_size())
        for name, look in self.picture.nodes.items():
            if look.alarms:
                self._draw_lamp(p, name)

    def _helicity_size(self) -> int:
        return round(0.95 * self.name_font.pixelSize())

    def _helicity_box(self, number: int) -> QRectF:
        part = 0.24 if owner(self.graph.beams[number].target) == SAMPLE else 0.5  # in sight, not in a vessel
        return helicity_box(self.layout.beams[number], float(self._helicity_size()), part)

    def _tells_helicity(self, number: int) -> bool:
        """Tell whether the polarization of a beam is another than before the element that it comes from."""
        (look, _), name = self.picture.beams[number], owner(self.graph.beams[number].source)
        before = {b.helicity for (b, _), link in zip(self.picture.beams, self.graph.beams, strict=True)
                  if owner(link.target) == name}
        into_line = self.graph.nodes[owner(self.graph.beams[number].target)].place == "line"
        return bool(look.helicity) and into_line and look.helicity not in before

    def _pointer_rect(self) -> QRect:
        """Return where the field's arrow and the holder's angle are drawn."""
        (x, y), r = self.layout.spots[SAMPLE].centre, 1.3 * self.layout.reach
        return QRectF(x - r, y - r, 2.0 * r, 2.0 * r).toAlignedRect()

    def _draw_pointers(self, p: QPainter) -> None:
        """Draw what follows magnet and holder while they move: upon the picture that is kept."""
        around = self.around()
        tilt = self.look(around["holder"].name).value if "holder" in around else 0.0
        r = self.layout.reach
        p.save()
        p.translate(*self.layout.spots[SAMPLE].centre)
        if tilt:
            draw_tilt(p, self.inks, r, self.line, tilt)
        if "magnet" in around:
            name = around["magnet"].name
            field = self.look(name).value
            draw_field(p, self.inks, r, self.line, arrow_length(field, self._full[name]), field, tilt)
        p.restore()

    def _draw_lamp(self, p: QPainter, name: str) -> None:
        p.setPen(pen(self.inks.warning, self.line))
        p.setBrush(self.inks.base if self.phase else self.inks.warning)
        p.drawEllipse(self.labels.lamp_box(name))


def _grown(box: QRectF, by: float) -> QRect:
    return box.adjusted(-by, -by, by, by).toAlignedRect()
