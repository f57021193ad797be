"""The two sheets of a plot, of which one is seen: the curves, and the map, made when it is first looked at."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from gui.plotting.grid_of_run import map_axis
from gui.plotting.look import Look
from gui.plotting.map_view import MapView
from gui.plotting.run_curves import RunCurves
from gui.plotting.runs_shown import RunsShown
from gui.widgets.plot import Plot


class Sheets(QStackedWidget):
    """Curves or map of the runs that are shown.

    Parameters
    ----------
    plot : Plot
        Has the curves.
    look : Look
    runs : RunsShown
    curves : RunCurves
    """

    def __init__(self, plot: Plot, look: Look, runs: RunsShown, curves: RunCurves) -> None:
        super().__init__()
        self._curve_plot, self._look, self._runs, self._curves = plot, look, runs, curves
        self._map: MapView | None = None
        self._making = MapView.plots(look, self)
        self._made: list[Plot] = []
        self.addWidget(plot)

    @property
    def map(self) -> MapView:
        """The map."""
        return self._map if self._map is not None else self._make_map()

    def _make_map(self) -> MapView:
        self._map = MapView(self._look, [*self._made, *self._making])
        self._map.plot.courtesy = self._curve_plot.courtesy
        self.addWidget(self._map)
        return self._map

    def prepare(self) -> bool:
        """Make one more part of the map beforehand; return whether there are more."""
        if self._map is None:
            plot = next(self._making, None)
            if plot is None:
                self._make_map()
            else:
                self._made.append(plot)
        return self._map is None

    def has_map(self) -> bool:
        """Tell whether there is a run to be drawn as a map."""
        return any(map_axis(scan) is not None for scan in self._runs.shown())

    def seen_plot(self) -> Plot:
        """Return the plot that is seen."""
        return self._curve_plot if self.currentWidget() is self._curve_plot else self.map.plot

    def turn_to(self, the_map: bool) -> None:
        """Show the map, or the curves."""
        self.setCurrentWidget(self.map if the_map else self._curve_plot)

    def draw_map(self, x_title: str) -> None:
        """Draw the map if it is seen, of the newest run that has one."""
        if self.currentWidget() is not self._curve_plot:
            shown = [scan for scan in self._runs.shown() if map_axis(scan) is not None]
            self.map.show_run(shown[-1] if shown else None, self._curves.variable, self._curves.log_x, x_title)

    def restyle(self) -> None:
        """Have the map take over the colours."""
        if self._map is not None:
            self._map.restyle()
