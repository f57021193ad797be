"""The panels that a window has on every bench, one line each; those of instruments come from the bench itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from gui.desk import Desk
from gui.help.help_panel import HelpPanel
from gui.inside.axis_panel import AxisPanel
from gui.inside.distribution_panel import DistributionPanel
from gui.inside.spins_panel import SpinsPanel
from gui.inside.steady_panel import SteadyPanel
from gui.inside.theory_panel import TheoryPanel
from gui.library.library_panel import LibraryPanel
from gui.panels.experiment_panel import ExperimentPanel
from gui.panels.inside_panel import InsidePanel
from gui.panels.log_panel import LogPanel
from gui.panels.path_panel import PathPanel
from gui.panels.queue_panel import QueuePanel
from gui.panels.rate_panel import RatePanel
from gui.panels.sample_panel import SamplePanel
from gui.panels.strip_panel import StripPanel
from gui.scope.scope_panel import ScopePanel
from gui.scope.spectrum_panel import SpectrumPanel
from instruments.benches import BenchKind


@dataclass(frozen=True)
class PanelKind:
    """A panel of the window.

    If the widget has a method ``commands()``, what it returns is declared with the window's commands.
    """

    key: str
    title: str
    make: Callable[[Desk], QWidget]
    about: str
    """What it shows, in a sentence."""
    secret: bool = False
    """Whether it shows what no instrument shows; such panels are closed in exam mode."""
    of_bench: bool = False
    """Whether it is made anew when another bench is set up."""
    fits: Callable[[BenchKind], object] = lambda _: True
    """Whether it has something to show on a kind of bench; layouts leave it closed on others."""


def abouts() -> list[tuple[str, str, str]]:
    """Return key, title and description of all panels, for the help."""
    return [(kind.key, kind.title, kind.about) for kind in PANELS]


PANELS: tuple[PanelKind, ...] = (
    PanelKind("experiment", "Experiment", ExperimentPanel,
              "Choose an experiment, set its parameters, run it."),
    PanelKind("queue", "Queue", QueuePanel, "Runs that wait for their turn."),
    PanelKind("sample", "Sample", SamplePanel, "What is in the cryostat.",
              of_bench=True),
    PanelKind("path", "Optical table", PathPanel,
              "The bench as a drawing: the light, the cables, and what is wrong."),
    PanelKind("strip", "Strip chart", lambda desk: StripPanel(desk.history, desk.theme),
              "A reading against lab time."),
    PanelKind("scope", "Scope", ScopePanel,
              "The signal before, in and behind the lock-in's mixer, on a common time axis."),
    PanelKind("spectrum", "Spectrum", SpectrumPanel,
              "Noise and lines at the lock-in's input, and what its filter lets through."),
    PanelKind("inside", "See inside", InsidePanel,
              "What no instrument shows, against lab time.", secret=True),
    PanelKind("rate", "Polarization rate", RatePanel, "dP/dt and its parts, with the working point.", secret=True,
              fits=lambda kind: kind.rates),
    PanelKind("bifurcation", "Fixed points", SteadyPanel,
              "Where the polarization comes to rest against the laser's detuning; where dragging ends.", secret=True,
              fits=lambda kind: kind.steady),
    PanelKind("distribution", "Distribution of P", DistributionPanel,
              "The law of the nuclear polarization at the present settings, and its width.", secret=True,
              fits=lambda kind: kind.distribution),
    PanelKind("library", "Runs", LibraryPanel, "Past runs: find, look at, compare, note, run again, recover."),
    PanelKind("spins", "Spins", SpinsPanel,
              "Spins of the ensemble on a sphere, between pump pulses and when the helicity turns.", secret=True,
              fits=lambda kind: kind.spins),
    PanelKind("precession", "Precession axis", AxisPanel,
              "How the nuclear field tilts the axis of a spin, and what survives in the ensemble.", secret=True,
              fits=lambda kind: kind.spins),
    PanelKind("theory", "Theory", TheoryPanel,
              "Curves of theory with a slider for each parameter, to lay over a measurement.", secret=True,
              fits=lambda kind: kind.theory),
    PanelKind("log", "Log", LogPanel, "What happened and what was done, line by line."),
    PanelKind("help", "Help", lambda desk: HelpPanel(desk, abouts),
              "Theory, every control, lessons; F1 opens the paragraph on a control."),
)
