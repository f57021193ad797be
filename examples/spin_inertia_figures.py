"""All figures of Schering, Uhrig and Smirnov (arXiv:1908.01531), measured on virtual benches.

Run it with ``python examples/spin_inertia_figures.py``, or with names (``fig1a fig5``; ``--list`` tells them); files go
to the folder ``runs/spin_inertia``.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from instruments import spin_inertia_bench
from vlab import Q_, run
from vlab.analysis.figure import draw_runs
from vlab.experiments.figures import FIGURES, normalized

COARSE = {"step": Q_(50, "mT"), "points_per_decade": 1, "angles": 2}


class Named:
    """An experiment under the name that it has in the figure; after the first curve, fits are the only theory drawn."""

    def __init__(self, experiment, name, first, normalized):
        self.experiment, self.name, self.first, self.normalized = experiment, name, first, normalized

    def __getattr__(self, attribute):
        return getattr(self.experiment, attribute)

    def label(self):
        """Return what the legend says."""
        return self.name or self.experiment.label()

    def variables(self):
        """Return the measured columns, under the title that the axis shows."""
        first, *others = self.experiment.variables()
        return (replace(first, title="L in units of its value at large fields") if self.normalized else first, *others)

    def overlay(self, dataset):
        """Return fits and theory."""
        curves = [] if self.normalized else self.experiment.overlay(dataset)
        return curves if self.first else [("", x, y) for name, x, y in curves if name.startswith("fit")]


def quick(experiment):
    """Return the experiment with a few points."""
    known = experiment.parameters()
    return experiment.replace(**{name: value for name, value in COARSE.items() if name in known},
                              **({"powers": min(experiment.powers, 6)} if "powers" in known else {}))


check = "--check" in sys.argv
folder = Path(tempfile.mkdtemp()) if check else Path("runs/spin_inertia")
names = [a for a in sys.argv[1:] if not a.startswith("-")] or list(FIGURES)
unknown = [name for name in names if name not in FIGURES]
if unknown or "--list" in sys.argv:
    print(f"The figures are {', '.join(FIGURES)}.")
    sys.exit(2 if unknown else 0)
measured = {}
for name in names:
    figure, started, lab = FIGURES[name], time.monotonic(), 0.0
    scans = []
    for i, curve in enumerate(figure.curves[:2] if check else figure.curves):
        experiment = quick(curve.experiment) if check else curve.experiment
        key = (curve.sample, experiment)
        if key not in measured:
            bench = spin_inertia_bench(ensemble=curve.sample, seed=i)
            measured[key] = run(experiment, bench, save=folder)
            lab += bench.clock.now
        data = normalized(measured[key]) if figure.normalized else measured[key]
        scans.append((Named(experiment, curve.name, i == 0, figure.normalized), data))
        for sentence in experiment.findings(data):
            print(f"{name}, {curve.name or experiment.label()}: {sentence}")
    draw_runs(scans, folder / f"{name}.png", figure.title)
    print(f"{folder / name}.png: {lab / 60:.1f} min of lab time in {time.monotonic() - started:.1f} s")
