"""What a hand at the table points at, and the cable that it carries."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gui.table.drawing import Drawing
from gui.table.inks import no_brush, pen
from gui.table.layout import Box, Point
from gui.table.strokes import draw_plug, loose_path


@dataclass(frozen=True)
class Landing:
    """What letting go of a plug would do."""

    source: str
    """The output that feeds ``target`` then; empty: nothing does."""
    target: str
    leaves: str = ""
    """The input out of which the plug was pulled, to be put into ``target``."""


def element_at(drawing: Drawing, x: float, y: float) -> str:
    """Return the name of the element there; empty if there is none. Shutters and beam splitters belong to theirs."""
    for name, box in drawing.layout.accessories:
        if _inside(box, x, y):
            return name
    found = ""
    for node in sorted(drawing.graph.nodes.values(), key=lambda n: n.place == "around"):
        if any(_inside(part, x, y) for part in drawing.layout.spots[node.name].parts()):
            if node.sketch.symbol != "cryostat":
                return node.name
            found = node.name
    return found


def socket_at(drawing: Drawing, x: float, y: float) -> str:
    """Return the plug or the empty socket there, or the input that a loose cable hangs from; empty if there is none."""
    reach, near = 6.0 + 2.0 * drawing.layout.scale, []
    used = {end for cable in drawing.picture.cables for end in (cable.target, cable.source) if cable.source}
    inputs = {cable.target for cable in drawing.picture.cables}
    for port, socket in drawing.layout.sockets.items():
        out = 4.0 if port in used or port in inputs else 0.0
        far = hypot(socket.at[0] + out * socket.away[0] - x, socket.at[1] + out * socket.away[1] - y)
        if far <= (reach if out else 5.0 + drawing.layout.scale):
            near.append((far, port))
    if near:
        return min(near)[1]
    return next((cable.target for cable in drawing.picture.cables
                 if cable.source is None and drawing.cables.is_at(cable.target, x, y)), "")


def landing(drawing: Drawing, x: float, y: float) -> Landing | None:
    """Return what letting go there would do with what a hand holds; None: nothing."""
    held, sockets = drawing.grabbed, drawing.layout.sockets
    fed = {cable.target: cable.source for cable in drawing.picture.cables}
    reach = 12.0 + 4.0 * drawing.layout.scale
    near = [(hypot(socket.at[0] - x, socket.at[1] - y), port) for port, socket in sockets.items()]
    there = min((n for n in near if n[0] <= reach), default=(0.0, ""))[1]
    own = sockets[held].at
    if there == held and hypot(own[0] - x, own[1] - y) <= 14.0:
        return None  # put back where it was
    if held in fed:
        if there in fed and there != held:
            return Landing(fed[held], there, held) if fed[held] else None
        return Landing(there if there != held else "", held)
    if there in fed:
        return Landing(held, there)
    target = cable_at(drawing)
    return Landing(there if there != held else "", target) if target else None


def cable_at(drawing: Drawing) -> str:
    """Return the input whose cable is in the hand; empty: a hand draws another one out of an output, or nothing."""
    held = drawing.grabbed
    return next((c.target for c in drawing.picture.cables if held and held in (c.target, c.source)), "")


def draw_hand(p: QPainter, drawing: Drawing, hand: Point, width: float) -> None:
    """Draw the cable that is being dragged and, at its end, what would feed what."""
    inks, layout, held = drawing.inks, drawing.layout, drawing.grabbed
    wanted = landing(drawing, *hand)
    anchor, there = cable_at(drawing) or held, ""
    if wanted is not None:
        anchor, there = (wanted.target, wanted.source) if wanted.source != held else (held, wanted.target)
        if wanted.leaves:
            anchor, there = wanted.source, wanted.target
    socket = layout.sockets[anchor]
    end = layout.sockets[there].at if there else hand
    p.setBrush(no_brush())
    p.setPen(pen(inks.accent, 2.0 * layout.scale**0.5))
    p.drawPath(loose_path(socket.at, socket.away, end))
    size = 3.0 * layout.scale**0.5
    draw_plug(p, socket.at, socket.away, inks.accent, inks.base, size)
    draw_plug(p, end, (0.0, 1.0), inks.accent, inks.base, size)
    if wanted is not None:
        text = f"{wanted.source or 'no cable'} → {wanted.target}"
    else:
        text = f"{held} → an input" if not cable_at(drawing) else f"{held}: as before"
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
