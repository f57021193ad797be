"""What is said of a run over its plot: its findings or how far it is, and which flags have spoiled points. No Qt."""

from __future__ import annotations

from collections.abc import Mapping

from gui.scans import Scan
from instruments.instrument import Instrument


def summary_of(scan: Scan, paused: bool) -> list[str]:
    """Return what is known of a run, in lines; ``paused`` tells that the laboratory waits."""
    lines = list(scan.findings)
    if scan.status != "completed":
        lines.insert(0, f"{scan.points()} points, {'paused' if scan.status == 'running' and paused else scan.status}")
    return lines or [f"{scan.points()} points"]


def unseen_of(scan: Scan, variable: str) -> list[str]:
    """Return what a logarithmic axis cannot show of a run, as a line; nothing if it shows all."""
    count = sum(trace.unseen(variable) for trace in scan.traces)
    points = "1 point at or below 0 is" if count == 1 else f"{count} points at or below 0 are"
    return [f"log y: {points} not shown"] if count else []


def flags_of(scan: Scan, instruments: Mapping[str, type[Instrument]]) -> str:
    """Return the flags that have spoiled points of a run, by the names on the instruments' panels."""
    found = []
    for mark, _ in scan.marks.most_common():
        instrument, _, flag = mark.partition(".")
        title = (instruments[instrument].short or instrument) if instrument in instruments else instrument
        found.append(f"{title}: {flag.replace('_', ' ')}")
    return ", ".join(found)
