"""The panels that a window has on every bench, one line each; those of instruments come from the bench itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from gui.desk import Desk
from gui.panels.experiment_panel import ExperimentPanel
from gui.panels.inside_panel import InsidePanel
from gui.panels.log_panel import LogPanel
from gui.panels.path_panel import PathPanel
from gui.panels.rate_panel import RatePanel
from gui.panels.sample_panel import SamplePanel
from gui.panels.strip_panel import StripPanel


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


PANELS: tuple[PanelKind, ...] = (
    PanelKind("experiment", "Experiment", lambda desk: ExperimentPanel(desk.model, desk.commands),
              "Choose an experiment, set its parameters, run it."),
    PanelKind("sample", "Sample", lambda desk: SamplePanel(desk.model), "What is in the cryostat.",
              of_bench=True),
    PanelKind("path", "Optical path", lambda desk: PathPanel(desk.model),
              "The way of the light, the cables, and what is wrong on the bench."),
    PanelKind("strip", "Strip chart", lambda desk: StripPanel(desk.history, desk.theme),
              "A reading against lab time."),
    PanelKind("inside", "See inside", lambda desk: InsidePanel(desk.history, desk.theme),
              "What no instrument shows, against lab time.", secret=True),
    PanelKind("rate", "Polarization rate", lambda desk: RatePanel(desk.model, desk.theme),
              "dP/dt and its parts, with the working point.", secret=True),
    PanelKind("log", "Log", lambda desk: LogPanel(desk.model), "What happened, line by line."),
)
