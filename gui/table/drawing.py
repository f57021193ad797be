"""The drawing itself: draws a picture of the bench into the places of a layout, and knows what has changed."""

from __future__ import annotations

from itertools import pairwise
from math import copysign

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPathStroker, QPixmap, QRegion

from gui.table.graph import SAMPLE, Graph, Node, owner
from gui.table.inks import Inks, mixed, no_brush, pen, veiled
from gui.table.layout import BESIDE, Box, Layout, Point, Spot, lay_out
from gui.table.picture import Cable, NodeLook, Picture, full_scale, short_number
from gui.table.station import arrow_length, draw_cryostat, draw_field, draw_holder, draw_magnet, draw_sample, draw_tilt
from gui.table.strokes import (
    cable_path,
    draw_beam,
    draw_blade,
    draw_helicity,
    draw_plug,
    draw_socket,
    draw_splitter,
    helicity_box,
)
from gui.table.symbols import Brush, draw_symbol
from gui.theme import tabular_font

_HOLES = 17.0
"""Distance of the table's holes, in units of the scale."""
_EDGE = 4.0
"""Pixels between a text and the edge, or what it must not touch."""
_HIT = 10.0
"""Pixels; width in which a hand finds a loose cable."""
_USUAL = "  0.0000 T"
"""As wide as most numbers."""
MOVING = ("magnet", "holder")
"""Symbols that show their number."""


class Drawing:
    """A bench as it is drawn.

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
        self.phase = False
        """Lamps that blink are dark or lit."""
        self.helicity = False
        """Light that alternates is circular one way or the other."""
        self.hovered = ""
        self.current = ""
        """The element that the keyboard has reached."""
        self.grabbed = ""
        """The input or output whose plug a hand holds."""
        self.font = font
        self._ground: QPixmap | None = None
        self._still: QPixmap | None = None
        self._routes: dict[str, list[Point]] = {}
        self._shift: dict[str, float | None] = {}
        self._wide: dict[str, float] = {}
        self.layout = Layout((1.0, 1.0), 1.0, 1.0, 1.0)
        self._full = {name: full_scale(node) for name, node in graph.nodes.items()}

    # -- geometry ----------------------------------------------------------------------------------------------

    def resize(self, width: float, height: float) -> None:
        """Lay everything out anew."""
        rough = max(0.75, min(width / 560.0, height / 200.0))
        self.name_font = QFont(self.font)
        self.name_font.setPixelSize(max(10, min(17, round(11.0 * rough**0.5))))
        self.number_font = tabular_font(self.name_font)
        line = QFontMetricsF(self.name_font).height()
        self.layout = lay_out(self.graph, width, height, line)
        self.line = 1.2 * self.layout.scale**0.5
        self._ground = self._still = None
        self._shift = {name: self._find_room(name) for name, spot in self.layout.spots.items() if spot.one_line}
        self._route_cables()

    def _route_cables(self) -> None:
        self._routes = {}
        number = 0
        for cable in self.picture.cables:
            source = cable.source if cable.source in self.layout.sockets else cable.belongs
            if source in self.layout.sockets and cable.target in self.layout.sockets:
                self._routes[cable.target] = self.layout.route(source, cable.target, number)
                number += not self.layout.direct(source, cable.target)
        self._wide = {name: self._free_width(name) for name, spot in self.layout.spots.items() if not spot.one_line}

    def _free_width(self, name: str) -> float:
        """Return how wide name and number may be before they touch a neighbour, a beam, a cable or the edge."""
        spot, beside = self.layout.spots[name], self.graph.nodes[name].place in BESIDE
        x, y, w, h = spot.label
        start = x if beside else x + 0.5 * w
        lines = [(a, b) for corners in (*self.layout.beams, *self._routes.values()) for a, b in pairwise(corners)]
        upright = [a[0] for a, b in lines if abs(a[0] - b[0]) < 1.0 and max(a[1], b[1]) > y and min(a[1], b[1]) < y + h]
        if beside:
            return min([self.layout.size[0], *(at for at in upright if at > start)]) - start - _EDGE
        beside_it = [2.0 * (abs(at - start) - _EDGE) for at in upright if abs(at - start) > 0.25 * self.layout.pitch]
        return min([self.layout.pitch - _EDGE, *beside_it])

    def on_cable(self, target: str, x: float, y: float) -> bool:
        """Tell whether a point is on the cable of an input."""
        corners = self._routes.get(target)
        if corners is None:
            return False
        stroker = QPainterPathStroker()
        stroker.setWidth(_HIT)
        return stroker.createStroke(cable_path(corners, 9.0 * self.layout.scale)).contains(QPointF(x, y))

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
                region += self._number_box(name)[0].toAlignedRect()
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
        self._still = None
        return QRegion(0, 0, round(self.layout.size[0]) + 1, round(self.layout.size[1]) + 1)

    def turn(self, held: bool) -> QRegion:
        """Let lamps blink and helicities alternate; return what must be drawn anew."""
        self.phase = not self.phase
        region = QRegion()
        for name, look in self.picture.nodes.items():
            if look.alarms:
                region += _grown(self._lamp_box(name), 3.0)
        if held:
            return region
        self.helicity = not self.helicity
        for number, (beam, _) in enumerate(self.picture.beams):
            if beam.lit and beam.helicity == "alternating":
                region += self._helicity_box(number).adjusted(-1.0, -1.0, 1.0, 1.0).toAlignedRect()
        return region

    # -- drawing -----------------------------------------------------------------------------------------------

    def draw(self, p: QPainter, region: QRegion, ratio: float) -> None:
        """Draw what a region needs: what rarely changes is kept as a picture, upon which come numbers and lamps."""
        if self._still is None or self._still.devicePixelRatio() != ratio:  # the window may be on another screen now
            self._ground = None if self._still is not None else self._ground
            self._still = self._make_still(ratio)
        p.drawPixmap(0, 0, self._still)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        if SAMPLE in self.layout.spots and region.intersects(self._pointer_rect()):
            p.setFont(self.name_font)
            self._draw_pointers(p)
        p.setPen(self.inks.text)
        p.setFont(self.number_font)
        for name, spot in self.layout.spots.items():
            if region.intersects(_grown(spot.label, 2.0 + self._spill())):
                self._draw_number(p, name)
        for number, (look, shade) in enumerate(self.picture.beams):
            if look.lit and self._tells_helicity(number):
                draw_helicity(p, look, self.helicity, self._helicity_box(number), self.inks.beam(shade),
                              self._helicity_size())
        for name, look in self.picture.nodes.items():
            if look.alarms:
                self._draw_lamp(p, name)

    def _make_still(self, ratio: float) -> QPixmap:
        """Return the picture without numbers, lamps, what turns and what alternates."""
        if self._ground is None:
            self._ground = self._make_ground(ratio)
        still = QPixmap(self._ground)
        p = QPainter(still)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setFont(self.name_font)
        if SAMPLE in self.layout.spots:
            self._draw_vessel(p)
        self._draw_beams(p)
        for name in self.graph.nodes:
            self._draw_node(p, name)
        self._draw_cables(p)
        for name in self.graph.nodes:
            self._draw_name(p, name)
        p.end()
        return still

    def _make_ground(self, ratio: float) -> QPixmap:
        width, height = self.layout.size
        ground = QPixmap(max(1, round(width * ratio)), max(1, round(height * ratio)))
        ground.setDevicePixelRatio(ratio)
        ground.fill(self.inks.table)
        p = QPainter(ground)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(pen(mixed(self.inks.table, self.inks.grid, 0.45), 1.0))
        p.setBrush(mixed(self.inks.base, self.inks.table, 0.35))
        p.drawRoundedRect(QRectF(0.5, 0.5, width - 1.0, height - 1.0), 6.0, 6.0)
        step = _HOLES * self.layout.scale
        columns, rows = int((width - 8.0) / step), int((height - 8.0) / step)
        left, top = 0.5 * (width - columns * step), 0.5 * (height - rows * step)
        row = self._row_of_holes(columns, step, left, width, ratio)
        for j in range(rows + 1):
            p.drawPixmap(QPointF(0.0, round((top + j * step) * ratio) / ratio - 2.0), row)
        p.end()
        return ground

    def _row_of_holes(self, columns: int, step: float, left: float, width: float, ratio: float) -> QPixmap:
        """Return a row of the table's holes: to draw each hole by itself would take as long as all the rest."""
        row = QPixmap(max(1, round(width * ratio)), max(1, round(4.0 * ratio)))
        row.setDevicePixelRatio(ratio)
        row.fill(Qt.GlobalColor.transparent)
        p = QPainter(row)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(pen(veiled(self.inks.grid, 0.33), 1.5 * self.layout.scale**0.5))
        p.drawPoints([QPointF(left + i * step, 2.0) for i in range(columns + 1)])
        p.end()
        return row

    def _outline(self, name: str) -> QColor:
        look = self.picture.nodes.get(name, NodeLook())
        if look.alarms:
            return self.inks.warning
        return self.inks.accent if name in (self.hovered, self.current) else self.inks.text

    def _draw_beams(self, p: QPainter) -> None:
        layout = self.layout
        for corners, (look, shade) in zip(layout.beams, self.picture.beams, strict=False):
            draw_beam(p, self.inks, corners, look, self.inks.beam(shade), layout.scale)
        for at in layout.splitters:
            draw_splitter(p, self.inks, at, layout.unit, self.line)

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

    def _draw_vessel(self, p: QPainter) -> None:
        """Draw what is behind beam and sample: vessel, windings, holder."""
        r, around = self.layout.reach, {n.sketch.symbol: n for n in self.graph.placed("around")}
        p.save()
        p.translate(*self.layout.spots[SAMPLE].centre)
        if "cryostat" in around:
            draw_cryostat(p, self.inks, r, self.line, self._outline(around["cryostat"].name))
        if "magnet" in around:
            name = around["magnet"].name
            draw_magnet(p, self.inks, r, self.line, self._outline(name), self._value(around["magnet"]))
        if "holder" in around:
            draw_holder(p, self.inks, r, self.line, self._outline(around["holder"].name))
        p.restore()

    def _value(self, node: Node) -> float:
        return self.picture.nodes.get(node.name, NodeLook()).value

    def _draw_node(self, p: QPainter, name: str) -> None:
        node, spot = self.graph.nodes[name], self.layout.spots[name]
        look = self.picture.nodes.get(name, NodeLook())
        if node.place == "around":
            return
        glow = self.inks.beam(look.colour) if look.lit else None
        p.save()
        p.translate(*spot.centre)
        if name == SAMPLE:
            self._draw_sample(p, glow)
        else:
            draw_symbol(node.sketch.symbol, Brush(p, self.inks, (spot.symbol[2], spot.symbol[3]), self.line, glow,
                                                  self._outline(name)))
        p.restore()
        if node.sketch.symbol == "laser":
            for number, link in enumerate(self.graph.beams):
                if owner(link.source) == name and len(self.layout.beams[number]) < 4:
                    draw_blade(p, self.inks, self.layout.beams[number], self.layout.unit, self.line, look.blocked)
                    break

    def _draw_sample(self, p: QPainter, glow: QColor | None) -> None:
        r = self.layout.reach
        for port in (*self.graph.nodes[SAMPLE].inputs, *self.graph.nodes[SAMPLE].outputs):
            x, y = self.layout.sockets[port].at
            cx, cy = self.layout.spots[SAMPLE].centre
            p.setPen(pen(mixed(self.inks.text, self.inks.base, 0.35), self.line))
            p.drawPolyline([QPointF(x - cx, y - cy), QPointF(0.2 * r, y - cy), QPointF(0.11 * r, 0.28 * r)])
        draw_sample(p, self.inks, r, self.line, self._outline(SAMPLE), glow)

    def _pointer_rect(self) -> QRect:
        """Return where the field's arrow and the holder's angle are drawn."""
        (x, y), r = self.layout.spots[SAMPLE].centre, 1.3 * self.layout.reach
        return QRectF(x - r, y - r, 2.0 * r, 2.0 * r).toAlignedRect()

    def _draw_pointers(self, p: QPainter) -> None:
        """Draw what follows magnet and holder while they move: upon the picture that is kept."""
        around = {n.sketch.symbol: n for n in self.graph.placed("around")}
        tilt = self._value(around["holder"]) if "holder" in around else 0.0
        r = self.layout.reach
        p.save()
        p.translate(*self.layout.spots[SAMPLE].centre)
        if tilt:
            draw_tilt(p, self.inks, r, self.line, tilt)
        if "magnet" in around:
            field = self._value(around["magnet"])
            draw_field(p, self.inks, r, self.line, arrow_length(field, self._full[around["magnet"].name]), field, tilt)
        p.restore()

    def _number_box(self, name: str) -> tuple[QRectF, Qt.AlignmentFlag]:
        """Return where the number of an element stands."""
        node, spot = self.graph.nodes[name], self.layout.spots[name]
        x, y, w, h = spot.label
        if spot.one_line and not self._fits(name):
            return QRectF(x, y, w, h), Qt.AlignmentFlag.AlignCenter
        if spot.one_line:
            left = self._title_left(name) + QFontMetricsF(self.name_font).horizontalAdvance(f"{node.title}  ")
            return QRectF(left, y, max(w, self.layout.pitch), h), Qt.AlignmentFlag.AlignVCenter
        if node.place in BESIDE:
            return QRectF(x, y + 0.5 * h, w + self._spill(), 0.5 * h), Qt.AlignmentFlag.AlignVCenter
        return (QRectF(x, y + 0.5 * h, w, 0.5 * h).adjusted(-0.5 * self._spill(), 0.0, 0.5 * self._spill(), 0.0),
                Qt.AlignmentFlag.AlignCenter)

    def _spill(self) -> float:
        """Return how much wider than its place a long number may be in a narrow drawing."""
        return 0.35 * self.layout.pitch

    def _fits(self, name: str) -> bool:
        """Tell whether there is room for a name before its number on one line; else the number must do."""
        return self._shift.get(name, 0.0) is not None or not self.picture.nodes.get(name, NodeLook()).number

    def _find_room(self, name: str) -> float | None:
        """Return how far right a name with its number on one line must stand to touch no neighbour; None: too far."""
        x, y, w, h = self.layout.spots[name].label
        width = QFontMetricsF(self.name_font).horizontalAdvance(self.graph.nodes[name].title + _USUAL)
        line = QRectF(x + 0.5 * (w - width), y + 2.0, width, h - 4.0).adjusted(-_EDGE, 0.0, _EDGE, 0.0)
        others = [QRectF(*spot.symbol) for spot in self.layout.spots.values() if not spot.one_line]
        right = max([0.0, *(box.right() - line.left() for box in others
                            if line.intersects(box) and box.center().x() < line.center().x())])
        line.translate(right, 0.0)
        free = right <= 0.3 * self.layout.pitch and not any(line.intersects(box) for box in others)
        return right if free else None

    def _title_left(self, name: str) -> float:
        """Return where a name begins that stands on one line with its number."""
        x, _, w, _ = self.layout.spots[name].label
        usual = _USUAL if self.picture.nodes.get(name, NodeLook()).number else ""  # so that it does not dance
        width = QFontMetricsF(self.name_font).horizontalAdvance(self.graph.nodes[name].title + usual)
        return x + max(0.0, 0.5 * (w - width)) + (self._shift.get(name) or 0.0)

    def _draw_number(self, p: QPainter, name: str) -> None:
        look = self.picture.nodes.get(name, NodeLook())
        number, metrics = look.number, QFontMetricsF(self.number_font)
        if number:
            box, align = self._number_box(name)
            if metrics.horizontalAdvance(number) > self._wide.get(name, box.width()):
                number = short_number(self.graph.nodes[name], look)
            if align == Qt.AlignmentFlag.AlignCenter:  # and none beyond the edge
                half = 0.5 * min(metrics.horizontalAdvance(number), box.width()) + _EDGE
                middle = min(max(box.center().x(), half), self.layout.size[0] - half)
                box.translate(middle - box.center().x(), 0.0)
            p.drawText(box, align, metrics.elidedText(number, Qt.TextElideMode.ElideRight, box.width()))

    def _draw_name(self, p: QPainter, name: str) -> None:
        node, spot = self.graph.nodes[name], self.layout.spots[name]
        look = self.picture.nodes.get(name, NodeLook())
        x, y, w, h = spot.label
        p.setPen(self.inks.warning if look.alarms else
                 self.inks.accent if name in (self.hovered, self.current) else self.inks.faint)
        if spot.one_line:
            if self._fits(name):
                p.drawText(QRectF(self._title_left(name), y, w, h), Qt.AlignmentFlag.AlignVCenter, node.title)
        else:
            beside = node.place in BESIDE
            top = y if look.number else y + 0.25 * h if beside else y + 0.5 * h
            spill = 0.0 if beside else self._spill()
            box = QRectF(x - 0.5 * spill, top, w + spill, 0.5 * h)
            metrics = QFontMetricsF(self.name_font)
            if self._tells_name(name, metrics.horizontalAdvance(node.title)):
                p.drawText(box, Qt.AlignmentFlag.AlignVCenter if beside else Qt.AlignmentFlag.AlignCenter,
                           metrics.elidedText(node.title, Qt.TextElideMode.ElideRight, box.width()))
        if name == self.current:
            p.setPen(pen(self.inks.accent, 1.0, Qt.PenStyle.DotLine))
            p.setBrush(no_brush())
            for box in self._focus_boxes(spot):
                p.drawRoundedRect(QRectF(*box).adjusted(-3.0, -1.0, 3.0, 1.0), 4.0, 4.0)

    def _tells_name(self, name: str, width: float) -> bool:
        """Tell whether a name is written: where there is too little room only at what is pointed at."""
        return (width <= self._wide.get(name, width) or name in (self.hovered, self.current)
                or not self.picture.nodes.get(name, NodeLook()).number)

    def _focus_boxes(self, spot: Spot) -> list[Box]:
        if spot.one_line:
            return [spot.label]
        boxes = [QRectF(*spot.symbol), QRectF(*spot.label)]
        both = boxes[0].united(boxes[1])
        return [(both.x(), both.y(), both.width(), both.height())]

    def _lamp_box(self, name: str) -> Box:
        spot = self.layout.spots[name]
        size = max(7.0, 0.27 * self.layout.unit)
        if spot.one_line:
            _, y, _, h = spot.label
            return self._title_left(name) - size - 4.0, y + 0.5 * (h - size), size, size
        x, y, w, _ = spot.symbol
        return x + w - 0.5 * size, y - 0.15 * size, size, size

    def _draw_lamp(self, p: QPainter, name: str) -> None:
        p.setPen(pen(self.inks.warning, self.line))
        p.setBrush(self.inks.base if self.phase else self.inks.warning)
        p.drawEllipse(QRectF(*self._lamp_box(name)))

    # -- cables ------------------------------------------------------------------------------------------------

    def _cable_ink(self, cable: Cable) -> QColor:
        if not cable.right:
            return self.inks.warning
        return mixed(self.inks.text, self.inks.base, 0.35)

    def _draw_cables(self, p: QPainter) -> None:
        layout, size = self.layout, 3.0 * self.layout.scale**0.5
        used = {end for c in self.picture.cables for end in (c.source, c.target) if c.source}
        for port, socket in layout.sockets.items():
            if port not in used:
                missing = any(c.target == port for c in self.picture.cables)
                ink = self.inks.warning if missing else self.inks.accent if self.grabbed else self.inks.faint
                draw_socket(p, socket.at, ink, self.inks.base, size * (1.5 if self.grabbed or missing else 1.0),
                            self.line)
        for cable in self.picture.cables:
            corners = self._routes.get(cable.target)
            if corners is None:
                continue
            path = cable_path(corners, 9.0 * layout.scale)
            ink = self._cable_ink(cable)
            p.setBrush(no_brush())
            if cable.source is None or self.grabbed in (cable.target, cable.source):
                p.setPen(pen(veiled(ink, 0.6), self.line, Qt.PenStyle.DotLine))
                p.drawPath(path)
                continue
            p.setPen(pen(self.inks.base, 4.4 * layout.scale**0.5))
            p.drawPath(path)
            p.setPen(pen(ink, 2.0 * layout.scale**0.5))
            p.drawPath(path)
            for end in (cable.target, cable.source):
                if end in layout.sockets:
                    socket = layout.sockets[end]
                    draw_plug(p, socket.at, socket.away, ink, self.inks.base, size)


def _grown(box: Box, by: float) -> QRect:
    return QRectF(*box).adjusted(-by, -by, by, by).toAlignedRect()
