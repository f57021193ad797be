"""What can be done with the plot, as commands for menus, shortcuts and the palette."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gui.commands import Command
from gui.plotting.runs_popup import RunsPopup
from gui.plotting.saving import Saving
from gui.plotting.toolbar import PlotToolbar


def plot_commands(toolbar: PlotToolbar, popup: RunsPopup, saving: Saving, show_all: Callable[[], None],
                  has_map: Callable[[], bool]) -> tuple[Command, ...]:
    """Return the commands of a plot.

    Parameters
    ----------
    toolbar : PlotToolbar
        Its buttons are the switches.
    popup : RunsPopup
    saving : Saving
    show_all : callable
        Brings all points into view.
    has_map : callable
        Tells whether there is a run to be drawn as a map.
    """
    buttons = toolbar.buttons

    def switch(key: str, title: str, help: str, shortcut: str) -> Command:
        return Command(f"plot.{key}", title, "Plot", buttons[key].toggle, help, shortcut,
                       checked=buttons[key].isChecked)

    return (
        Command("plot.all", "Show all", "Plot", show_all, "Show all points again after panning and zooming.",
                "Ctrl+0"),
        switch("log_x", "Logarithmic x", "Draw the horizontal axis logarithmically, or not.", "Ctrl+Shift+X"),
        switch("log_y", "Logarithmic y", "Draw the vertical axis logarithmically, or not.", "Ctrl+Shift+Y"),
        switch("cursors", "Cursors", "Show two cursors with their differences.", "Ctrl+K"),
        switch("region", "Region", "Show a region with numbers of the curve inside.", "Ctrl+G"),
        switch("fit", "Live fit", "Fit the newest run while it grows.", "Ctrl+T"),
        replace(switch("map", "Map", "Draw a run over two coordinates as a map.", "Ctrl+M"), enabled=has_map,
                why_not=lambda: "no run over two coordinates is shown"),
        Command("plot.theory", "Theory and fits of the run", "Plot", popup.theory.toggle,
                "Show or hide what the experiment draws over its last run.", checked=popup.theory.isChecked),
        Command("plot.runs", "Choose runs…", "Plot", lambda: popup.open_below(buttons["runs"]),
                "Choose the runs that are drawn."),
        *saving.commands(), saving.ground(),
    )
