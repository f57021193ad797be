"""A plot as it is printed: on white for a moment, and afterwards as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gui.plotting.look import Look
from gui.widgets.plot import Plot


@contextmanager
def on_paper(plot: Plot, look: Look, restyle: Callable[[], None]) -> Iterator[None]:
    """Have everything drawn on white during the block.

    Parameters
    ----------
    plot : Plot
        Goes on to show what it shows.
    look : Look
    restyle : callable
        Draws all that is on the plot in the colours of the look.
    """
    if not look.dark:
        yield
        return
    seen = plot.viewRange()
    try:
        with look.on_paper():
            _recolour(plot, restyle, seen)
            yield
    finally:
        _recolour(plot, restyle, seen)


def _recolour(plot: Plot, restyle: Callable[[], None], seen: list[list[float]]) -> None:
    restyle()
    plot.restyle()
    plot.setRange(xRange=seen[0], yRange=seen[1], padding=0.0)
