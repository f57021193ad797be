"""A figure of a paper as measurements: which samples, which experiments, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from vlab.experiments.procedure import Procedure
from vlab.parameters import Parameters


@dataclass(frozen=True)
class FigureCurve:
    """One run of a figure."""

    sample: Parameters
    experiment: Procedure
    name: str = ""
    """What a legend calls it; by default the experiment's label."""

    def label(self) -> str:
        """Return what tells this run from the others of its figure."""
        return self.name or self.experiment.label()


@dataclass(frozen=True)
class PaperFigure:
    """A figure of a paper, a panel of one, or what its text tells."""

    title: str
    """What it shows, in a line."""
    make_curves: Callable[[], tuple[FigureCurve, ...]]
    """Makes its runs; a menu of all figures does without."""
    normalized: bool = False
    """Whether each curve is shown in units of its value at large fields, as in figures 3 and 6 of the second
    paper."""
    number: str = ""
    """As the paper numbers it, such as ``"S1a"``, or its section; empty for what the text tells here and there."""

    @cached_property
    def curves(self) -> tuple[FigureCurve, ...]:
        """Its runs, in their order."""
        return self.make_curves()

    @property
    def heading(self) -> str:
        """What it is called: ``"Figure S1a"``, ``"Section III D"`` or ``"Text"``."""
        if not self.number:
            return "Text"
        return f"{'Figure' if any(c.isdigit() for c in self.number) else 'Section'} {self.number}"

    def seconds(self) -> float:
        """Return the estimated lab time of all its runs in s."""
        return sum(curve.experiment.seconds() for curve in self.curves)
