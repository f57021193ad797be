"""The buttons that fill the experiment's form: from a figure of the papers, from a file, with the usual values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QToolButton, QWidget

from gui.desk import Desk
from gui.panels.figure_menu import FigureMenu
from gui.panels.filling import Filling


class FillingTools(QWidget):
    """A row of buttons.

    Parameters
    ----------
    desk : Desk
    filling : Filling
        Does what is asked for.
    reset : callable
        Puts all parameters back to their usual values.

    Attributes
    ----------
    figures : FigureMenu
    buttons : dict of QToolButton
        ``"figure"``, ``"file"`` and ``"reset"``.
    """

    def __init__(self, desk: Desk, filling: Filling, reset: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._filling = filling
        self.figures = FigureMenu(lambda: desk.model.kind.key, filling.before_figure, self)
        self.figures.chosen.connect(lambda name: filling.show_figure(name))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons: dict[str, QToolButton] = {}
        for key, title, tip in (
                ("figure", "Figures", "Choose a figure of the papers: its experiment, parameters and sample."),
                ("file", "From file…", "Fill the form from the data file of an earlier run; or drop the file here."),
                ("reset", "Usual values", "Put all parameters of this experiment back to their usual values.")):
            button = self.buttons[key] = QToolButton()
            button.setText(title)
            button.setAutoRaise(True)
            button.setToolTip(tip)
            button.setAccessibleName(title.rstrip("…"))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)
        self.buttons["figure"].setMenu(self.figures)
        self.buttons["figure"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.buttons["file"].clicked.connect(lambda: self.ask_for_file())
        self.buttons["reset"].clicked.connect(lambda: reset())
        row.addStretch(1)

    def open_figures(self) -> None:
        """Open the menu of figures under its button."""
        button = self.buttons["figure"]
        self._desk.panel_wanted.emit("experiment")
        self.figures.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def ask_for_file(self) -> None:
        """Fill the form from a file that is asked for."""
        name, _ = QFileDialog.getOpenFileName(self, "Fill the form from which run?", str(self._desk.model.folder),
                                              "Runs (*.nc)")
        if name:
            self._filling.show_file(Path(name))


def run_in(event: QDropEvent) -> Path | None:
    """Return the data file that is dragged, if it is one."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix == ".nc" else None
