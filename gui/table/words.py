"""What the table says of an element or a socket in words. No Qt."""

from __future__ import annotations

import html
from collections.abc import Iterable

from gui.lab import Snapshot
from gui.table.graph import SAMPLE, Graph, Node, owner
from gui.table.picture import Cable, NodeLook
from instruments.declaration import Reading
from vlab.readout import readout

_MOST = 8
"""Readings in a tool-tip."""


def element_tip(node: Node, snapshot: Snapshot) -> str:
    """Return the tool-tip of an element: what a click does, what its switch says, its lamps and readings."""
    if node.kind is None:
        title = "sample" if node.name == SAMPLE else node.title
        return f"Open the panel of the <b>{html.escape(title)}</b>."
    values = snapshot.values.get(node.name, {})
    lines = []
    switch = node.sketch.switch
    if switch in values:
        lines.append((switch.replace("_", " "), str(values[switch])))
    for key, reading in list(node.kind.readings().items())[:_MOST]:
        if key in values:
            lines.append((key.replace("_", " "), _shown(reading, values[key])))
    rows = "".join(f"<tr><td>{html.escape(k)}&nbsp;&nbsp;</td><td align='right'>{html.escape(v)}</td></tr>"
                   for k, v in lines)
    lamps = [flag for key, flag in node.kind.flags().items() if flag.spoils and values.get(key)]
    said = "".join(f"<br><b>{html.escape(flag.name.replace('_', ' '))}</b> is lit." for flag in lamps)
    return f"Open the panel of <b>{html.escape(node.kind.title)}</b>.{said}<table>{rows}</table>"


def _shown(reading: Reading, value: float | str) -> str:
    return f"{value:.0f}" if reading.whole else readout(value, reading.unit, reading.digits)


def socket_tip(graph: Graph, port: str, cable: Cable | None, feeds: str = "") -> str:
    """Return the tool-tip of an input with its cable, or of an output and what it ``feeds``."""
    declared = graph.nodes[owner(port)].port(port.partition(".")[2])
    what = f": {declared.help}" if declared is not None else ""
    if cable is None:
        now = f" It feeds {html.escape(feeds)}." if feeds else ""
        return f"Drag from here to an input, to feed it from <b>{html.escape(port)}</b>{html.escape(what)}.{now}"
    fed = f"is fed by {cable.source}" if cable.source else "has no cable"
    if not cable.right:
        fed += f" and wants {cable.belongs}"
    out = ", or off the sockets to pull it out" if cable.source else ""
    return (f"Drag the plug of <b>{html.escape(port)}</b> to an output{out}{html.escape(what)}. "
            f"It {html.escape(fed)}.")


def spoken(node: Node, look: NodeLook) -> str:
    """Return what a screen reader says of an element."""
    title = node.kind.title if node.kind is not None and node.kind.title else node.title
    lamps = "".join(f", {name.replace('_', ' ')}" for name in look.alarms)
    return f"{title} {look.number}{lamps}".strip()


def concerned(problem: str, names: Iterable[str]) -> str:
    """Return whose panel mends what a sentence of the bench's check tells of; empty if nobody is named."""
    name = owner(problem.partition(":")[0].strip())
    return name if name in names or name == SAMPLE else ""
