"""The demonstration: the dwell-time scans of figures S1a and S1b, with files and pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from instruments.benches import dragging_bench
from vlab.analysis.figure import draw_runs
from vlab.data.dataset import save
from vlab.experiments.dwell_time import DwellTimeScan
from vlab.experiments.runner import Event, Run
from vlab.samples.quantum_dot import QuantumDot
from vlab.units import Q_

DWELLS = (0.2, 1.0, 5.0)
STEPS = {"s1a": 0.4, "s1b": 1.2}


def demonstrate(folder: Path, watch: Callable[[str, int], Callable[[Event], None]]) -> Iterator[Path]:
    """Measure and yield each file and picture as it is written.

    Parameters
    ----------
    folder : Path
        Where files go; those of an earlier demonstration are replaced.
    watch : callable
        Called with a label and the number of points of each scan; returns the scan's subscriber.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, step in STEPS.items():
        scans = []
        for dwell in DWELLS:
            scan = DwellTimeScan(start=Q_(20.0, "ueV"), stop=Q_(-30.0, "ueV"), step=Q_(step, "ueV"),
                                 dwell=Q_(dwell, "s"), directions="both")
            bench = dragging_bench(QuantumDot.sample_a())
            label = f"{name}: steps of {step} µeV, dwell {dwell:g} s"
            dataset = Run(scan, bench, save=False, subscribers=(watch(label, scan.points()),)).execute()
            target = folder / f"{name}_dwell_{dwell * 1000:g}ms.nc"
            target.unlink(missing_ok=True)
            save(dataset, target)
            scans.append((scan, dataset))
            yield target
        picture = folder / f"{name}.png"
        draw_runs(scans, picture, f"Dragged resonance, steps of {step} µeV (figure {name.replace('s', 'S')}); solid: "
                                  "laser towards blue, dashed: towards red")
        yield picture
