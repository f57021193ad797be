"""Figures S1 and S4 of the supplement to Latta et al., 2009, measured on virtual benches; S2 with the name ``s2``.

Run it with ``python examples/dragging_figures.py``; files go to the folder ``runs/dragging``.
"""

import sys
import tempfile
from pathlib import Path

from instruments import dragging_bench
from vlab import run
from vlab.analysis.figure import draw_runs
from vlab.experiments.dragging_figures import DRAGGING_FIGURES

check = "--check" in sys.argv
folder = Path(tempfile.mkdtemp()) if check else Path("runs/dragging")
wanted = "s2" if "s2" in sys.argv else ("s1", "s4")
for name, figure in DRAGGING_FIGURES.items():
    if not name.startswith(wanted):
        continue
    runs = []
    for curve in figure.curves:
        quick = check and "phases" in curve.experiment.parameters()
        experiment = curve.experiment.replace(phases=1) if quick else curve.experiment
        runs.append((experiment, run(experiment, dragging_bench(dot=curve.sample), save=folder)))
    draw_runs(runs, folder / f"{name}.png", name, [c.name for c in figure.curves] if name == "s2a" else ())
    print(f"{folder / name}.png", *(line for one, data in runs for line in one.findings(data)), sep="\n  ")
