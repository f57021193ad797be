"""The resonance at three dwell times (figure S1a): one bench for each, one picture.

Run it with ``python examples/dwell_times.py``; files go to the folder ``runs``.
"""

import sys
import tempfile
from pathlib import Path

from instruments import dragging_bench
from vlab import Q_, run
from vlab.analysis import dragging_width
from vlab.analysis.figure import draw_runs
from vlab.experiments import DwellTimeScan
from vlab.samples import QuantumDot

folder = Path(tempfile.mkdtemp()) if "--check" in sys.argv else Path("runs")
scans = []
for dwell in (0.2, 1.0, 5.0):
    bench = dragging_bench(dot=QuantumDot.sample_a(model="noncollinear"), seed=0, noise=True)
    scan = DwellTimeScan(start=Q_(20, "ueV"), stop=Q_(-30, "ueV"), step=Q_(0.4, "ueV"), dwell=Q_(dwell, "s"))
    data = run(scan, bench, save=folder)
    scans.append((scan, data))
    print(f"dwell {dwell:g} s: {dragging_width(data)}")
draw_runs(scans, folder / "dwell_times.png", "Dragged resonance at three dwell times")
print(folder / "dwell_times.png")
