"""What a hand at the table points at, and the cable that it carries."""

from __future__ import annotations

from math import hypot

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gui.table.drawing import Drawing
from gui.table.inks import no_brush, pen
from gui.table.layout import Box, Point
from gui.table.strokes import draw_plug, loose_path


def element_at(drawing: Drawing, x: float, y: float) -> str:
    """Return the name of the element there; empty if there is none. What surrounds others gives way to them."""
    found = ""
    for node in sorted(drawing.graph.nodes.values(), key=lambda n: n.place == "around"):
        if any(_inside(part, x, y) for part in drawing.layout.spots[node.name].parts()):
            if node.sketch.symbol != "cryostat":
                return node.name
            found = node.name
    return found


def input_at(drawing: Drawing, x: float, y: float) -> str:
    """Return the input whose plug, at either end of its cable, or whose empty socket is there."""
    reach = 6.0 + 2.0 * drawing.layout.scale
    for cable in drawing.picture.cables:
        for end in (cable.target, cable.source):
            socket = drawing.layout.sockets.get(end or "")
            if socket is not None and hypot(socket.at[0] + 4.0 * socket.away[0] - x,
                                            socket.at[1] + 4.0 * socket.away[1] - y) <= reach:
                return cable.target
    return ""


def output_at(drawing: Drawing, x: float, y: float, generous: bool = True) -> str:
    """Return the output whose socket is near, or there if not ``generous``; empty if there is none."""
    scale, sockets = drawing.layout.scale, drawing.layout.sockets
    reach = 12.0 + 4.0 * scale if generous else 5.0 + scale
    outputs = [port for node in drawing.graph.nodes.values() for port in node.outputs]
    near = [(hypot(sockets[port].at[0] - x, sockets[port].at[1] - y), port) for port in outputs]
    return min((n for n in near if n[0] <= reach), default=(0.0, ""))[1]


def draw_hand(p: QPainter, drawing: Drawing, hand: Point, width: float) -> None:
    """Draw the cable that is being dragged and, at its end, what would feed what."""
    inks, layout = drawing.inks, drawing.layout
    socket = layout.sockets[drawing.grabbed]
    output = output_at(drawing, *hand)
    end = layout.sockets[output].at if output else hand
    p.setBrush(no_brush())
    p.setPen(pen(inks.accent, 2.0 * layout.scale**0.5))
    p.drawPath(loose_path(socket.at, socket.away, end))
    size = 3.0 * layout.scale**0.5
    draw_plug(p, socket.at, socket.away, inks.accent, inks.base, size)
    draw_plug(p, end, (0.0, 1.0), inks.accent, inks.base, size)
    text = f"{output or 'no cable'} → {drawing.grabbed}"
    metrics = QFontMetricsF(p.font())
    wide, high = metrics.horizontalAdvance(text) + 12.0, metrics.height() + 4.0
    x = min(max(2.0, hand[0] - 0.5 * wide), width - wide - 2.0)
    y = hand[1] - high - 12.0
    box = QRectF(x, y if y > 2.0 else hand[1] + 16.0, wide, high)
    p.setPen(pen(inks.accent, 1.0))
    p.setBrush(inks.base)
    p.drawRoundedRect(box, 4.0, 4.0)
    p.setPen(inks.text)
    p.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _inside(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]
