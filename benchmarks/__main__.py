"""``python -m benchmarks [--json FILE]`` prints one table of all benchmarks."""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import doors, dragging, lockin, nuclear_spins, spin_inertia
from benchmarks.timing import Row, show


def main() -> None:
    """Run everything, print the table, write it as JSON where asked."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    table = Table(title=f"CPU time, best of five, warm; {platform.machine()}, Python {platform.python_version()}")
    for heading in ("what", "ours", "error", "peer", "theirs", "error", "ratio"):
        table.add_column(heading)
    found: list[Row] = []
    for row in (*dragging.rows(), *nuclear_spins.rows(), *spin_inertia.rows(), *lockin.rows(), *doors.rows()):
        found.append(row)
        table.add_row(row.what, show(row.ours), row.our_error, row.peer, show(row.theirs), row.their_error,
                      f"{row.ratio:.3g}")
    Console(width=170).print(table)
    if given.json is not None:
        given.json.write_text(json.dumps([row.record() for row in found], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
