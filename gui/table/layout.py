"""From columns and lanes to pixels: where each element, label, socket, beam and cable is drawn. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from gui.table.graph import BRANCH, SAMPLE, Graph, Node, owner

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height."""

_WIDTHS = {"laser": 1.75, "chopper": 1.0, "modulator": 1.35, "delay": 1.6, "detector": 0.85, "bridge": 1.25,
           "lockin": 1.9, "wavemeter": 1.5, "meter": 1.3, "source": 1.0}
"""Of the symbols, in units of their height."""
_USUAL_WIDTH = 1.4
BESIDE = ("below", "rest")
"""Places of elements whose name stands to the right of the symbol."""
FEEDTHROUGH = 0.8
"""Where cables to the sample end, in units of the reach."""
_REFERENCE = (560.0, 200.0)
"""Size for which margins and gaps are given."""


@dataclass(frozen=True)
class Spot:
    """Where one element is drawn."""

    symbol: Box
    label: Box
    """Of its name and number."""
    one_line: bool = False
    """Whether name and number stand on one line."""
    regions: tuple[Box, ...] = ()
    """What belongs to it besides symbol and label, of those around the sample."""

    @property
    def centre(self) -> Point:
        """The middle of the symbol."""
        x, y, w, h = self.symbol
        return x + 0.5 * w, y + 0.5 * h

    def parts(self) -> tuple[Box, ...]:
        """Return all that a mouse can hit."""
        return (self.label, *(self.regions or (self.symbol,)))


@dataclass(frozen=True)
class Socket:
    """Where a cable can be plugged in, and in which direction it leaves."""

    at: Point
    away: Point
    column: float


@dataclass
class Layout:
    """A drawing's geometry in pixels."""

    size: Point
    scale: float
    unit: float
    """Height of a symbol."""
    reach: float
    """Half the size of what stands around the sample."""
    spots: dict[str, Spot] = field(default_factory=dict)
    sockets: dict[str, Socket] = field(default_factory=dict)
    beams: list[list[Point]] = field(default_factory=list)
    """The corners of each beam, in the order of `Graph.beams`."""
    splitters: list[Point] = field(default_factory=list)
    accessories: list[tuple[str, Box]] = field(default_factory=list)
    """Shutters and beam splitters, and the elements that they belong to."""
    floor: float = 0.0
    """Where the channel for cables begins."""
    pitch: float = 100.0
    """From column to column."""
    crowded: dict[float, float] = field(default_factory=dict)
    """How far down each column is taken."""

    def route(self, source: str, target: str, number: int) -> list[Point]:
        """Return the corners of a cable; two of them: it goes straight there. ``number`` counts those in the channel.
        """
        start, end = self.sockets[source], self.sockets[target]
        if self.direct(source, target):
            return [start.at, end.at]
        k, gap = self.scale, 9.0 * self.scale
        channel = self.floor + 5.0 * k * (number + 1)
        corners = [start.at, _moved(start, gap)]
        x, y = corners[-1]
        if start.away[1] < 0.0 or (start.away[1] > 0.0 and self.crowded.get(start.column, 0.0) > y):
            x, y = start.at[0] + 0.5 * self.pitch, start.at[1] + 0.5 * (y - start.at[1])
            corners[-1:] = [(start.at[0], y), (x, y)]
        corners.append((x, channel))
        far = _moved(end, gap + 4.0 * k * number)
        x, y = far
        if end.away[1] > 0.0 and self.crowded.get(end.column, 0.0) > y:
            x = end.at[0] - 0.5 * self.pitch
            corners += [(x, channel), (x, y)]
        else:
            corners.append((x, channel))
        return [*corners, far, end.at]

    def direct(self, source: str, target: str) -> bool:
        """Tell whether a cable need not go through the channel: its sockets face each other, nothing in between."""
        start, end = self.sockets[source], self.sockets[target]
        dx, dy = end.at[0] - start.at[0], end.at[1] - start.at[1]
        facing = start.away[0] * dx + start.away[1] * dy > 0.0 and end.away[0] * dx + end.away[1] * dy < 0.0
        return facing and abs(end.column - start.column) <= 1.0 and abs(dx) < 1.2 * self.pitch


def lay_out(graph: Graph, width: float, height: float, line: float) -> Layout:
    """Return where everything is drawn in a picture of that size; ``line`` is the height of a line of text."""
    scale = max(0.75, min(width / _REFERENCE[0], height / _REFERENCE[1]))
    margin = 6.0 * scale
    nodes = graph.nodes.values()
    around = graph.placed("around")
    low = min((n.lane for n in nodes), default=0.0)
    channel = margin + 4.0 * scale * min(4, len(graph.belongs))
    pitch = (width - 2.0 * margin) / graph.columns
    row = (height - margin - channel) / graph.rows
    row = min(row, 1.25 * pitch + 2.0 * line)  # in a tall narrow drawing beams would pass through everything
    above = 0.5 * (height - margin - channel - row * graph.rows)
    unit = max(14.0, min(row - 2.0 * line - 5.0 * scale, 0.36 * pitch, 42.0 * scale))
    layout = Layout((width, height), scale, unit, 0.0, floor=height - channel - above, pitch=pitch)

    def place(node: Node, x: float) -> None:
        y = above + margin + (node.lane - low + 0.5) * row + line
        layout.spots[node.name] = _spot(node, x, y, unit, line, pitch)

    for node in nodes:
        if node.place != "around" and node.name != SAMPLE and not node.splits:
            place(node, margin + (node.column + 0.5) * pitch)
    if SAMPLE in graph.nodes:
        sample = graph.nodes[SAMPLE]
        x = margin + (sample.column + 0.5) * pitch
        y = above + margin + (sample.lane - low + 0.5) * row + line
        labels = line * (1 + len(around))
        layout.reach = max(16.0, min(0.44 * pitch, layout.floor - y - 2.0 * scale, y - above - labels - margin))
        _surround(layout, around, x, y, line)
    for node in nodes:
        if node.splits:
            place(node, _branch(layout, graph, node))
    for name, spot in layout.spots.items():
        column = graph.nodes[name].column
        layout.crowded[column] = max(layout.crowded.get(column, 0.0), spot.symbol[1] + spot.symbol[3] - 1.0)
    _place_sockets(layout, graph)
    _place_beams(layout, graph)
    return layout


def _branch(layout: Layout, graph: Graph, node: Node) -> float:
    """Return where a beam is split for an element: in the middle of the free way behind its host."""
    host = layout.spots[node.host]
    start = host.symbol[0] + host.symbol[2]
    targets = [owner(b.target) for b in graph.beams if owner(b.source) == node.host]
    ends = [s.centre[0] - layout.reach if t == SAMPLE else s.symbol[0]
            for t in targets if graph.nodes[t].place == "line" and (s := layout.spots[t]).symbol[0] > start]
    free = min(ends, default=start + layout.pitch) - start
    offset = node.column - graph.nodes[node.host].column - BRANCH  # of a second one there
    return start + 0.5 * min(free, layout.pitch) + offset * layout.pitch


def _spot(node: Node, x: float, y: float, unit: float, line: float, pitch: float) -> Spot:
    w = unit * _WIDTHS.get(node.sketch.symbol, _USUAL_WIDTH)
    wide = max(w, pitch - 8.0)
    if node.place in BESIDE:
        y -= 0.5 * line
        return Spot((x - 0.5 * w, y - 0.5 * unit, w, unit), (x + 0.5 * w + 6.0, y - line, pitch - w, 2.0 * line))
    return Spot((x - 0.5 * w, y - 0.5 * unit, w, unit),
                (x - 0.5 * wide, y - 0.5 * unit - 2.0 * line - 1.0, wide, 2.0 * line))


def _surround(layout: Layout, around: list[Node], x: float, y: float, line: float) -> None:
    """Place the sample and what stands around it: one line of text for each above, and a part of the circle."""
    r = layout.reach
    wide = max(2.0 * r, 0.95 * layout.pitch)
    top = y - r - line
    square = (x - r, y - r, 2.0 * r, 2.0 * r)
    inner = 0.62 * r if around else r
    layout.spots[SAMPLE] = Spot((x - inner, y - 0.42 * r, 2.0 * inner, 0.84 * r), (x - 0.5 * wide, top, wide, line),
                                True)
    bands = {"magnet": ((x - 0.8 * r, y - 0.84 * r, 1.6 * r, 0.3 * r), (x - 0.8 * r, y + 0.54 * r, 1.6 * r, 0.3 * r)),
             "holder": ((x - 0.8 * r, y - 0.5 * r, 0.25 * r, r), (x + 0.55 * r, y - 0.5 * r, 0.25 * r, r))}
    for node in around:
        top -= line
        layout.spots[node.name] = Spot(square, (x - 0.5 * wide, top, wide, line), True,
                                       bands.get(node.sketch.symbol, (square,)))


def _place_sockets(layout: Layout, graph: Graph) -> None:
    emits = {owner(b.source) for b in graph.beams}
    lit = emits | {owner(b.target) for b in graph.beams}
    for node in graph.nodes.values():
        x, y, w, h = layout.spots[node.name].symbol
        host = graph.nodes.get(node.host)
        if node.name == SAMPLE:
            into, out = "right", "right"
            cx, cy = layout.spots[SAMPLE].centre
            x, y, w, h = cx, cy + 0.22 * layout.reach, FEEDTHROUGH * layout.reach, 0.3 * layout.reach
        elif node.place == "below":
            into, out = "right", "left" if host is not None and node.column > host.column else "top"
        elif node.place == "rest":
            into, out = "left", "right"
        elif node.name in lit:
            into, out = "bottom", "bottom" if node.name in emits else "right"
        else:
            into, out = "left", "bottom"
        sides: dict[str, list[str]] = {}
        for side, ports in ((into, node.inputs), (out, node.outputs)):
            sides.setdefault(side, []).extend(ports)
        for side, ports in sides.items():
            for number, port in enumerate(ports):
                part = (number + 1.0) / (len(ports) + 1.0)
                at, away = {"bottom": ((x + part * w, y + h), (0.0, 1.0)), "top": ((x + part * w, y), (0.0, -1.0)),
                            "left": ((x, y + part * h), (-1.0, 0.0)),
                            "right": ((x + w, y + part * h), (1.0, 0.0))}[side]
                layout.sockets[port] = Socket(at, away, node.column)


def _place_beams(layout: Layout, graph: Graph) -> None:
    spots, nodes, unit = layout.spots, graph.nodes, layout.unit
    main: dict[str, list[Point]] = {}
    for beam in graph.beams:
        if nodes[owner(beam.target)].place == "line":
            main.setdefault(beam.source, _straight(layout, graph, owner(beam.source), owner(beam.target)))
    for beam in graph.beams:
        a, b = owner(beam.source), owner(beam.target)
        node = nodes[b]
        if node.place == "line":
            layout.beams.append(_straight(layout, graph, a, b))
            continue
        x, y, w, h = spots[b].symbol
        if node.splits and beam.source in main and node.host == a:
            cx = x + 0.5 * w
            at = (cx, _height_at(main[beam.source], cx))
            layout.splitters.append(at)
            half = max(6.0, 0.17 * layout.unit)
            layout.accessories.append((b, (at[0] - half, at[1] - half, 2.0 * half, 2.0 * half)))
            layout.beams.append([at, (cx, y + h if at[1] > y else y)])
        elif a == SAMPLE:
            layout.beams.append([spots[a].centre, (x, y + 0.5 * h)])
        else:  # a fibre, around the labels
            fx, fy, _, fh = spots[a].symbol
            side = min(fx, x) - 9.0 * layout.scale
            layout.beams.append([(fx, fy + 0.5 * fh), (side, fy + 0.5 * fh), (side, y + 0.5 * h), (x, y + 0.5 * h)])
    for name, (x, y) in {owner(b.source): layout.beams[i][0] for i, b in reversed(list(enumerate(graph.beams)))
                         if nodes[owner(b.source)].sketch.symbol == "laser" and len(layout.beams[i]) < 4}.items():
        layout.accessories.append((name, (x, y - 0.4 * unit, 0.3 * unit, 0.8 * unit)))


def _straight(layout: Layout, graph: Graph, source: str, target: str) -> list[Point]:
    """Return the way of a beam in the line: along its lane, and from the column before its end straight to it."""
    a, b = layout.spots[source], layout.spots[target]
    start = a.centre if source == SAMPLE else (a.symbol[0] + a.symbol[2], a.centre[1])
    end = b.centre if target == SAMPLE else (b.symbol[0], b.centre[1])
    corners = [start]
    if graph.nodes[target].column - graph.nodes[source].column > 1.0 and abs(end[1] - start[1]) > 1.0:
        corners.append((b.centre[0] - layout.pitch, start[1]))
    return [*corners, end]


def _height_at(corners: list[Point], x: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(corners):
        if x0 <= x <= x1 and x1 > x0:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return corners[0][1]


def _moved(socket: Socket, by: float) -> Point:
    return socket.at[0] + by * socket.away[0], socket.at[1] + by * socket.away[1]
