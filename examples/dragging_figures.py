"""Figures S1 and S4 of the supplement to Latta et al., 2009, measured on virtual benches; S2 with the name ``s2``.

Run it with ``python examples/dragging_figures.py``; files go to the folder ``runs/dragging``.
"""

import sys
import tempfile
from pathlib import Path

from instruments import dragging_bench
from vlab import Q_, run
from vlab import experiments as measure
from vlab.analysis.figure import draw_runs
from vlab.samples import QuantumDot

check = "--check" in sys.argv
folder = Path(tempfile.mkdtemp()) if check else Path("runs/dragging")
few = {"phases": 1} if check else {}
noncollinear, latta = QuantumDot.sample_a(), QuantumDot.sample_a(model="latta2009")
charged = QuantumDot.sample_a(charge="charged")
dwells = (Q_(0.2, "s"), Q_(1, "s"), Q_(5, "s"))
figures = {
    "s1a": [(noncollinear, measure.DwellTimeScan(step=Q_(0.4, "ueV"), dwell=dwell)) for dwell in dwells],
    "s1b": [(noncollinear, measure.DwellTimeScan(step=Q_(1.2, "ueV"), dwell=dwell)) for dwell in dwells],
    "s1c": [(noncollinear, measure.DraggingWidthVsDwell(**few))],
    "s1d": [(noncollinear, measure.DraggingWidthVsStep(**few))],
    "s4_latta2009": [(latta, measure.PolarizationRateMap())],
    "s4_noncollinear": [(noncollinear, measure.PolarizationRateMap())],
}
if "s2" in sys.argv:
    figures = {"s2a": [(dot, measure.DraggingVsPower(**few)) for dot in (noncollinear, charged)],
               "s2b": [(noncollinear, measure.DraggingVsField(**few))]}
for name, curves in figures.items():
    runs = [(experiment, run(experiment, dragging_bench(dot=dot), save=folder)) for dot, experiment in curves]
    draw_runs(runs, folder / f"{name}.png", name, ("neutral", "charged") if name == "s2a" else ())
    print(f"{folder / name}.png", *(line for one, data in runs for line in one.findings(data)), sep="\n  ")
