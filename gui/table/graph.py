"""What stands where on the table, in columns and lanes: worked out from the wiring alone. No Qt, no pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from instruments.instrument import Instrument
from instruments.sketch import Sketch
from instruments.wiring import Link, Port, Wiring

SAMPLE = "sample"
BRANCH = 0.4
"""Columns behind an element at which a beam splitter stands, about."""
_FEEDER = 0.62
"""Columns beside the sample, which is tall, at which a source stands that feeds it."""
Place = Literal["line", "above", "below", "around", "rest"]


@dataclass
class Node:
    """An instrument, or the sample, and where it belongs."""

    name: str
    kind: type[Instrument] | None = None
    """None for the sample, and for what the kind of bench does not describe."""
    place: Place = "line"
    """In the beam's line, beside it, around the sample, or not joined to anything."""
    column: float = 0.0
    lane: float = 0.0
    """Zero in the middle; one from line to line."""
    host: str = ""
    """For one beside the line: the element that feeds it, or that it feeds."""
    splits: bool = False
    """Whether its light is branched off the beam behind ``host``, instead of coming out of a socket of its own."""
    inputs: list[str] = field(default_factory=list)
    """Sockets for cables."""
    outputs: list[str] = field(default_factory=list)
    twin: bool = False
    """Whether there is another one of its kind."""

    @property
    def sketch(self) -> Sketch:
        """How it looks."""
        return Sketch("sample" if self.name == SAMPLE else "box") if self.kind is None else self.kind.sketch

    @property
    def title(self) -> str:
        """Its name on the drawing."""
        if self.kind is None or self.twin:
            return self.name.replace("_", " ").capitalize()
        return self.kind.short or self.kind.title or self.name

    def port(self, name: str) -> Port | None:
        """Return the declaration of one of its sockets."""
        return next((p for p in (self.kind.ports if self.kind else ()) if p.name == name), None)


@dataclass
class Graph:
    """The elements of a bench in reading order, its beams, and the cables that belong."""

    nodes: dict[str, Node]
    beams: tuple[Link, ...]
    belongs: dict[str, str]
    """Which output should feed each input."""
    columns: int = 1
    lanes: tuple[float, float] = (0.0, 0.0)
    """Lowest and highest of the line."""

    @property
    def rows(self) -> float:
        """How many elements stand above each other."""
        lanes = [n.lane for n in self.nodes.values()]
        return 1.0 + max(lanes, default=0.0) - min(lanes, default=0.0)

    def placed(self, place: Place) -> list[Node]:
        """Return the elements at one kind of place."""
        return [node for node in self.nodes.values() if node.place == place]


def owner(port: str) -> str:
    """Return whose socket ``"lockin.signal"`` is."""
    return port.partition(".")[0]


def graph_of(wiring: Wiring, kinds: Mapping[str, type[Instrument]]) -> Graph:
    """Return the arrangement of a bench.

    Beams go from left to right, an element as far right as its longest way from a source; what is at the end of a
    branch stands above the line, a voltage source beside what it feeds. All this follows the wiring as it should be,
    so that nothing jumps when a cable is pulled.
    """
    beams = tuple(link for link in wiring.standard if link.carries == "light")
    belongs = {link.target: link.source for link in wiring.standard if link.carries == "voltage"}
    ends = [owner(end) for link in wiring.standard for end in (link.source, link.target)]
    names = [*wiring.instruments, *([SAMPLE] if SAMPLE in ends else [])]
    nodes = {name: Node(name, kinds.get(name)) for name in names}
    for node in nodes.values():
        node.twin = node.kind is not None and [n.kind for n in nodes.values()].count(node.kind) > 1
    for port in sorted(wiring.outputs, key=lambda p: (p not in belongs.values(), p)):
        nodes[owner(port)].outputs.append(port)
    for port in wiring.inputs:
        nodes[owner(port)].inputs.append(port)
    light = [(owner(b.source), owner(b.target)) for b in beams]
    cables = [(owner(s), owner(t)) for t, s in belongs.items()]
    graph = Graph(nodes, beams, belongs)
    _set_aside(graph, light, cables)
    _into_columns(graph, light, cables)
    _into_lanes(graph, light, cables)
    _beside(graph)
    graph.nodes = dict(sorted(nodes.items(), key=lambda item: (item[1].column, item[1].lane)))
    return graph


def _set_aside(graph: Graph, light: list[tuple[str, str]], cables: list[tuple[str, str]]) -> None:
    """Take out of the line what surrounds the sample, ends of branches, mere feeders, and what is not joined."""
    nodes = graph.nodes
    sources = {a for a, b in light + cables if a != b}
    for node in nodes.values():
        feeders = [a for a, b in light if b == node.name and a != b]
        fed = [b for a, b in cables if a == node.name and a != b]
        in_light = bool(feeders) or any(a == node.name for a, _ in light)
        if node.name == SAMPLE:
            continue
        if node.sketch.surrounds and not in_light:
            node.place = "around" if SAMPLE in nodes else "rest"
        elif in_light and node.name not in sources:
            host = next((f for f in feeders if any(a == f and b != node.name and b in sources | {SAMPLE}
                                                   for a, b in light)), "")
            if host:
                node.place, node.host = "above", host
        elif not in_light and fed and not any(b == node.name for a, b in cables if a != b):
            node.place, node.host = "below", fed[0]
        elif not in_light and not any(node.name in pair for pair in cables):
            node.place = "rest"
    for node in graph.placed("below"):  # a chain of sources stands at what the last of them feeds
        if nodes[node.host].place != "line":
            node.place = "rest"


def _into_columns(graph: Graph, light: list[tuple[str, str]], cables: list[tuple[str, str]]) -> None:
    """Give each element of the line the column of its longest way from a source."""
    line = {n.name for n in graph.placed("line")}
    lit = {name for pair in light for name in pair}
    joins = [(a, b) for a, b in light if a in line and b in line and a != b]
    joins += [(a, b) for a, b in cables if a in line and b in line and b not in lit and a != b]
    column = dict.fromkeys(line, 0)
    for _ in line:  # a ring, should there be one, ends after as many rounds
        moved = False
        for a, b in joins:
            if column[b] < column[a] + 1 <= len(line):
                column[b], moved = column[a] + 1, True
        if not moved:
            break
    order = {c: i for i, c in enumerate(sorted(set(column.values())))}
    for name in line:
        graph.nodes[name].column = float(order[column[name]])
    graph.columns = max(1, len(order))


def _into_lanes(graph: Graph, light: list[tuple[str, str]], cables: list[tuple[str, str]]) -> None:
    """Give each source of light a lane; what follows stands in the middle of what feeds it."""
    line = [n for n in graph.nodes.values() if n.place == "line"]
    names = {n.name for n in line}
    joins = [(a, b) for a, b in light + cables if a in names and b in names and a != b]
    earlier = {n.name: [a for a, b in joins if b == n.name and graph.nodes[a].column < n.column] for n in line}
    sources = [n for n in line if not earlier[n.name]]
    for number, node in enumerate(sources):
        node.lane = number - 0.5 * (len(sources) - 1)
    for column in sorted({n.column for n in line}):
        here = [n for n in line if n.column == column]
        for node in here:
            before = [graph.nodes[a] for a in earlier[node.name]]
            last = max((b.column for b in before), default=0.0)
            beams = [b for b in before if (b.name, node.name) in light] or [b for b in before if b.column == last]
            if beams:
                node.lane = sum(b.lane for b in beams) / len(beams)
        here.sort(key=lambda n: n.lane)
        before = sum(n.lane for n in here)
        for upper, lower in pairwise(here):
            lower.lane = max(lower.lane, upper.lane + 1.0)
        shift = (sum(n.lane for n in here) - before) / len(here)  # pushed apart in both directions
        for node in here:
            node.lane -= shift
    graph.lanes = (min((n.lane for n in line), default=0.0), max((n.lane for n in line), default=0.0))


def _beside(graph: Graph) -> None:
    """Put what stands beside the line above its middle or below it, where nothing stands yet."""
    split = [b.source for b in graph.beams if graph.nodes[owner(b.target)].place == "line"]
    top, bottom = graph.lanes[0] - 1.0, graph.lanes[1] + 1.0
    taken: set[tuple[float, float]] = set()
    for node in [*graph.placed("above"), *graph.placed("below")]:
        host = graph.nodes[node.host]
        ports = [b.source for b in graph.beams if owner(b.target) == node.name and owner(b.source) == node.host]
        node.splits = bool(ports) and ports[0] in split
        node.column = host.column + (BRANCH if node.splits else _FEEDER if host.name == SAMPLE else 0.0)
        node.lane = top if node.place == "above" else bottom
        for lane in (node.lane, top + bottom - node.lane):
            if (node.column, lane) not in taken:
                node.lane = lane
                break
        while (node.column, node.lane) in taken:
            node.column += 1.0
        taken.add((node.column, node.lane))
    rest = graph.placed("rest")
    for node in rest:
        node.lane, node.column = bottom, 0.0
        while (node.column, bottom) in taken:
            node.column += 1.0
        taken.add((node.column, bottom))
    graph.columns = max(graph.columns, 1 + int(max((n.column for n in graph.nodes.values()), default=0.0)))
    sample = graph.nodes.get(SAMPLE)
    for node in graph.placed("around"):
        assert sample is not None
        node.host, node.column, node.lane = SAMPLE, sample.column, sample.lane
