"""What the drawing shows at one moment: numbers, alarms, beams and cables, taken from a snapshot. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gui.lab import Snapshot
from gui.table.graph import SAMPLE, Graph, Node, owner
from instruments.declaration import Reading, Setting, Value
from instruments.instrument import Instrument
from instruments.sketch import BeamLook
from vlab.readout import readout

_FEW = 3
"""Digits of a number in a narrow drawing."""


@dataclass(frozen=True)
class NodeLook:
    """One element as it is now."""

    number: str = ""
    value: float = 0.0
    """The same as an SI float."""
    alarms: tuple[str, ...] = ()
    """The lit flags that spoil what is measured."""
    lit: bool = False
    """Whether light comes out of it, or falls into it where it ends."""
    colour: int = 0
    """Of that light: which of the sources it comes from."""
    blocked: bool = False


@dataclass(frozen=True)
class Cable:
    """What is plugged into one input."""

    target: str
    source: str | None
    belongs: str

    @property
    def right(self) -> bool:
        """Whether it is where it belongs."""
        return self.source == self.belongs


@dataclass(frozen=True)
class Picture:
    """All that changes in the drawing."""

    nodes: dict[str, NodeLook] = field(default_factory=dict)
    beams: tuple[tuple[BeamLook, int], ...] = ()
    """Look and colour of each beam, in the order of `Graph.beams`."""
    cables: tuple[Cable, ...] = ()

    @property
    def restless(self) -> bool:
        """Whether anything blinks or alternates."""
        return any(n.alarms for n in self.nodes.values()) or any(
            beam.lit and beam.helicity == "alternating" for beam, _ in self.beams)


def picture_of(graph: Graph, snapshot: Snapshot) -> Picture:
    """Return what a snapshot looks like on the table."""
    beams = _beams(graph, snapshot.values)
    looks = {}
    for name, node in graph.nodes.items():
        values = snapshot.values.get(name, {})
        out = [i for i, link in enumerate(graph.beams) if owner(link.source) == name]
        into = [i for i, link in enumerate(graph.beams) if owner(link.target) == name]
        light = [beams[i] for i in (out or into)]
        shown = next((b for b in light if b[0].lit), light[0] if light else (BeamLook(), 0))
        number, value = _number(node, values)
        blocked = any(beams[i][0].blocked for i in out)  # by its own shutter
        shines = shown[0].lit and not blocked
        looks[name] = NodeLook(number, value, _alarms(node.kind, values), shines, shown[1], blocked)
    cables = tuple(Cable(target, snapshot.cables.get(target), source) for target, source in graph.belongs.items())
    return Picture(looks, tuple(beams), cables)


def _beams(graph: Graph, values: dict[str, dict[str, Value]]) -> list[tuple[BeamLook, int]]:
    """Return look and colour of each beam, following the light from its sources."""
    ends = {owner(b.target) for b in graph.beams}
    sources = list(dict.fromkeys(owner(b.source) for b in graph.beams if owner(b.source) not in ends))
    known: dict[int, tuple[BeamLook, int]] = {}
    waiting = list(range(len(graph.beams)))
    while waiting:
        left = []
        for i in waiting:
            link = graph.beams[i]
            name = owner(link.source)
            feeding = [j for j, b in enumerate(graph.beams) if owner(b.target) == name]
            if any(j in waiting for j in feeding):
                left.append(i)
                continue
            same = [j for j in feeding if graph.beams[j].target == link.source] or feeding
            coming = next((known[j] for j in same if known[j][0].lit), known[same[0]] if same else None)
            known[i] = _passed(graph.nodes[name], link.source, values.get(name, {}), coming,
                               sources.index(name) if name in sources else 0)
        if len(left) == len(waiting):  # a ring of light
            known.update({i: (BeamLook(), 0) for i in left})
            break
        waiting = left
    return [known[i] for i in range(len(graph.beams))]


def _passed(node: Node, port: str, values: dict[str, Value], coming: tuple[BeamLook, int] | None,
            colour: int) -> tuple[BeamLook, int]:
    incoming, shade = coming if coming is not None else (None, colour)
    if incoming is not None:
        incoming = replace(incoming, blocked=False)  # that is drawn where it happens
    if node.name == SAMPLE or node.kind is None:
        return incoming or BeamLook(lit=True), shade
    return node.kind.light_out(port.partition(".")[2], values, incoming), shade


def _number(node: Node, values: dict[str, Value]) -> tuple[str, float]:
    """Return the number beside a name, as text and as an SI float."""
    if node.kind is None:
        return "", 0.0
    key = node.sketch.number or next(iter(node.kind.readings()), "")
    declared = node.kind.declarations.get(key)
    if key not in values or not isinstance(declared, Reading | Setting):
        return "", 0.0
    value = values[key]
    text = readout(value, declared.unit, node.sketch.digits)
    return text, 0.0 if isinstance(value, str) else float(value)


def short_number(node: Node, look: NodeLook) -> str:
    """Return the number beside a name with few digits, for a narrow drawing."""
    key = node.sketch.number or next(iter(node.kind.readings() if node.kind else ()), "")
    declared = None if node.kind is None else node.kind.declarations.get(key)
    if not isinstance(declared, Reading | Setting) or declared.unit is None or not look.number:
        return look.number
    return readout(look.value, declared.unit, min(_FEW, node.sketch.digits))


def _alarms(kind: type[Instrument] | None, values: dict[str, Value]) -> tuple[str, ...]:
    return () if kind is None else tuple(n for n, flag in kind.flags().items() if flag.spoils and values.get(n))


def full_scale(node: Node) -> float:
    """Return the largest magnitude that the number beside a name can have; 1 where that is not declared."""
    key = node.sketch.number.removesuffix("_actual")
    setting = None if node.kind is None else node.kind.settings().get(key)
    fixed = None if setting is None else setting._fixed
    return max(abs(fixed[0]), abs(fixed[1])) if fixed else 1.0
