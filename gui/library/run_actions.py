"""The deeds on past runs as actions, declared once: a row of buttons for the usual ones, and a menu of all."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from gui.library.run_deeds import RunDeeds

_AS_BUTTONS = ("show", "compare", "again")
_BEGIN_A_GROUP = ("again", "csv", "away")
"""What stands below a line in the menu."""


class RunActions:
    """Actions, menu and buttons, each possible when its deed is.

    Parameters
    ----------
    deeds : RunDeeds
    parent : QWidget
        Gets the actions and the menu.

    Attributes
    ----------
    actions : dict of QAction
    buttons : dict of QPushButton
        The usual ones, by the keys of their actions.
    more : QToolButton
        Opens the menu.
    """

    def __init__(self, deeds: RunDeeds, parent: QWidget) -> None:
        self._deeds = deeds
        self._parent = parent
        self.actions: dict[str, QAction] = {}
        self._declare()
        self.menu = QMenu(parent)
        self.menu.setToolTipsVisible(True)
        for key, action in self.actions.items():
            if key in _BEGIN_A_GROUP:
                self.menu.addSeparator()
            self.menu.addAction(action)
        self.menu.aboutToShow.connect(self.refresh)
        self.buttons = {key: self._button(self.actions[key]) for key in _AS_BUTTONS}
        self.more = QToolButton()
        self.more.setText("More")
        self.more.setMenu(self.menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setToolTip("Show what else can be done with the chosen runs.")
        self.more.setAccessibleName("more for past runs")
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more.setSizePolicy(self.buttons["show"].sizePolicy())

    def _declare(self) -> None:
        deeds, add = self._deeds, self._add
        add("show", "Show", "Show the chosen runs in the plot, or take them off it (Enter).", deeds.show_chosen)
        add("compare", "Compare", "List in what the chosen runs differ.", deeds.compare_chosen)
        add("again", "Run again", "Set up the bench as it was, with the same sample, seed and settings, and run the "
            "experiment again: the same numbers.", deeds.run_again)
        add("seed", "Run with another seed", "Run the experiment again on the same bench with other noise.",
            lambda: deeds.run_again(other_seed=True))
        add("form", "Fill the form", "Put the parameters of the run into the form of the experiment.", deeds.fill_form)
        add("csv", "Export as CSV…", "Write the data of the run as a table of text.", deeds.export)
        add("folder", "Open the folder", "Open the folder of the run.", deeds.open_folder)
        add("path", "Copy the path", "Copy the path of the file.", deeds.copy_path)
        add("away", "Move to the trash", "Move the chosen runs into a hidden folder beside them (Del).",
            deeds.put_away)
        add("back", "Bring back", "Bring back what was moved to the trash last (Ctrl+Z).", deeds.bring_back)

    def _add(self, key: str, title: str, help: str, do: Callable[[], None]) -> None:
        action = self.actions[key] = QAction(title, self._parent)
        action.setToolTip(help)
        action.triggered.connect(lambda _=False: do())

    def _button(self, action: QAction) -> QPushButton:
        button = QPushButton(action.text())
        button.setToolTip(action.toolTip())
        button.setAccessibleName(f"{action.text().lower()} past run")
        button.clicked.connect(lambda _=False: action.trigger())
        return button

    def row(self) -> QHBoxLayout:
        """Return the buttons side by side."""
        row = QHBoxLayout()
        for button in (*self.buttons.values(), self.more):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def refresh(self) -> None:
        """Show what is possible with the chosen runs, and what it is called."""
        rows = self._deeds.chosen()
        possible = self._deeds.possible(rows)
        for key, action in self.actions.items():
            action.setEnabled(possible[key])
        self.actions["show"].setText(self._deeds.title_of_show(rows))
        for key, button in self.buttons.items():
            button.setEnabled(possible[key])
            button.setText(self.actions[key].text())
