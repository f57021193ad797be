"""Every figure of both papers, ready to be measured: for menus, scripts and tests."""

from __future__ import annotations

from dataclasses import dataclass

from vlab.errors import UnknownNameError
from vlab.experiments.dragging_figures import DRAGGING_FIGURES
from vlab.experiments.figures import FIGURES
from vlab.experiments.paper_figure import PaperFigure


@dataclass(frozen=True)
class Paper:
    """A paper with its figures."""

    title: str
    reference: str
    figures: dict[str, PaperFigure]
    """By name, in the paper's order."""


PAPERS: tuple[Paper, ...] = (
    Paper("Nuclear-spin dragging", "Latta et al., Nature Physics 5, 758 (2009), supplement", DRAGGING_FIGURES),
    Paper("Spin inertia", "Schering, Uhrig and Smirnov, arXiv:1908.01531", FIGURES),
)


def paper_figure(name: str) -> PaperFigure:
    """Return a figure by its name, such as ``"s1a"`` or ``"fig2a_low"``.

    Raises
    ------
    UnknownNameError
        There is none; the message names the nearest.
    """
    known = {key: figure for paper in PAPERS for key, figure in paper.figures.items()}
    key = name.strip().lower()
    if key not in known:
        raise UnknownNameError.of("the papers", name, known, "figure")
    return known[key]
