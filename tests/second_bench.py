"""A second kind of bench with one experiment on logarithmic axes, to try what must not know any one bench."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from instruments.benches import DRAGGING, notebook_page
from instruments.dragging import DraggingBench
from instruments.optics.chopper import Chopper
from vlab.experiments.procedure import Coordinate, Move, PlotPlan, Point, Prepare, Procedure, Read, Variable, Wait
from vlab.parameters import choice, count, quantity
from vlab.samples import QuantumDot
from vlab.units import Q_


class ChoppingBench(DraggingBench):
    """The instruments of dragging in a room where nothing is hidden."""

    kind = "chopping"
    title = "Chopping"

    def hidden(self):
        return {}

    def path(self):
        return ["Toy laser", "Toy lock-in"]

    def sample_words(self):
        return ("stale",) if self.dot.si("contrast") < 3e-3 else ("fresh",)


class QuietChopper(Chopper):
    """A chopper of another make."""

    title = "Quiet chopper"


@dataclass(frozen=True, kw_only=True)
class FrequencySweep(Procedure):
    """Chop at frequencies on a logarithmic scale, at several powers, and read R."""

    key: ClassVar[str] = "frequency_sweep"
    bench: ClassVar[str] = "chopping"
    plot: ClassVar[PlotPlan] = PlotPlan("frequency", ("magnitude", "phase"), "power", log_x=True, log_y=True)
    _title: ClassVar[str] = "FrequencySweep"

    lowest: object = quantity("kHz", "Set the lowest frequency.", 1.0, above=0.0)
    steps_per_decade: int = count("Set the number of steps in a decade.", 2, minimum=1, maximum=50)
    dwell: object = quantity("s", "Set the time spent at each point.", 0.05, minimum=1e-6, maximum=100.0)
    order: str = choice(("up", "inside out"), "Choose the order of frequencies.", "up")

    def coordinates(self):
        frequencies = tuple(self.si("lowest") * 10.0 ** (i / self.steps_per_decade) / 1e3
                            for i in range(2 * self.steps_per_decade + 1))
        return (Coordinate("power", "nW", "laser power", (1.0, 10.0)),
                Coordinate("frequency", "kHz", "chopping frequency", frequencies))

    def variables(self):
        return (Variable("magnitude", "uV", "lock-in R (rms)", "R"), Variable("phase", "deg", "lock-in phase"))

    def seconds(self):
        return self.points() * self.si("dwell")

    def claims(self, setup):
        return [(setup.chopper, "frequency"), (setup.laser, "power")]

    def steps(self, setup):
        powers, frequencies = (c.values for c in self.coordinates())
        order = list(range(len(frequencies)))
        if self.order == "inside out":
            order.sort(key=lambda i: abs(i - len(order) // 2))
        for p, power in enumerate(powers):
            yield Move(setup.laser, "power", power * 1e-9)
            for f in order:
                yield Move(setup.chopper, "frequency", frequencies[f] * 1e3)
                yield Prepare(True)  # locked and settled at once: the dwell is too short for that
                yield Wait(self.si("dwell"))
                size, phase = (yield Read(setup.lockin, "r")), (yield Read(setup.lockin, "theta"))
                yield Point((p, f), (1e6 * size, np.degrees(phase)))

    def label(self):
        return f"from {self.si('lowest') / 1e3:g} kHz"

    def findings(self, dataset):
        highest = float(dataset["magnitude"].max())
        return [f"highest signal: {highest:.3f} µV", *(f"finding {i}" for i in range(2, 6))]

    def overlay(self, dataset):
        frequency = np.array(dataset["frequency"].values)
        return [(f"theory at {float(p)} nW", frequency, np.full(frequency.size, 2.0 * float(p)))
                for p in dataset["power"]]


def make_sample(texts):
    """Return a dot that is fresh or stale."""
    given = dict(texts)
    age = given.pop("age", "fresh")
    dot = QuantumDot.sample_a()
    if age == "stale":
        dot = dot.replace(contrast=Q_(1e-3, ""))
    return dot.replace(**{n: QuantumDot.parameter(n).parsed(v, f"toy.{n}") for n, v in given.items()})


def make_bench(dot=None, *, seed=0, noise=True):
    """Return the bench."""
    dot = dot or QuantumDot.sample_a()
    return ChoppingBench(dot, notebook_page(dot), seed=seed, noise=noise)


CHOPPING = replace(
    DRAGGING, key="chopping", title=ChoppingBench.title, make=make_bench, make_sample=make_sample,
    instruments={"laser": DRAGGING.instruments["laser"], "chopper": QuietChopper,
                 "lockin": DRAGGING.instruments["lockin"]},
    sample_prefix="toy", presets={"age": ("fresh", "stale")}, sample_title="the toy", hidden=(), rates=None,
    steady=None, distribution=None, theory=(), sample_about="",
    preset_help={"age": "Choose how old it is."}, rehearsal=lambda: FrequencySweep(steps_per_decade=1),
    chart="lockin.r")
