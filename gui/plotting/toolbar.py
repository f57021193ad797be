"""The row of buttons over the plot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from vlab.analysis.fit_models import FIT_MODELS

_SPACING = 2
_QUANTITY = 110
"""Pixels that the choice of the quantity needs at least."""
_FOLDED_FIRST = ("log_y", "log_x", "map", "region", "cursors", "export", "runs", "fit")


class PlotToolbar(QWidget):
    """Quantity, axes, cursors, region, fit, map, runs, export; what does not fit is in the menu of a button "…".

    Attributes
    ----------
    quantity : ComboBox
    buttons : dict of QToolButton
        ``log_x``, ``log_y``, ``cursors``, ``region``, ``fit``, ``map``, ``runs``, ``export``.
    fit_menu, export_menu : QMenu
    more : QToolButton
        Has what does not fit; not to be seen where all does.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.quantity = ComboBox()
        self.quantity.setMinimumContentsLength(8)
        self.quantity.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.quantity.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.quantity.setToolTip("Choose which of the measured quantities is drawn.")
        self.quantity.setAccessibleName("scan quantity")
        set_topic(self.quantity, "panel/plot")
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        row.addWidget(self.quantity, 1)
        for key, text, tip in (
                ("log_x", "log x", "Draw the horizontal axis logarithmically."),
                ("log_y", "log y", "Draw the vertical axis logarithmically."),
                ("cursors", "Cursors", "Show two cursors with their differences; drag them, or press the arrow keys, "
                                       "with Shift for the second. A click near another curve moves them there."),
                ("region", "Region", "Show a region: numbers of the curve inside; fits look at it alone."),
                ("fit", "Fit", "Fit the newest run while it grows; the arrow chooses the model."),
                ("map", "Map", "Draw a run over two coordinates as a map in colours."),
                ("runs", "Runs", "Choose the runs that are drawn, rename or clear them."),
                ("export", "Export", "Save the picture or its numbers, or copy it.")):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(f"plot {text.lower()}")
            button.setAutoRaise(True)
            button.setCheckable(key not in ("runs", "export"))
            set_topic(button, "panel/plot")
            self.buttons[key] = button
            row.addWidget(button)
        self.more = QToolButton()
        self.more.setText("…")
        self.more.setToolTip("Show what else there is for the plot.")
        self.more.setAccessibleName("plot more")
        self.more.setAutoRaise(True)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self))
        self.more.menu().aboutToShow.connect(self._fill_more)
        set_topic(self.more, "panel/plot")
        row.addWidget(self.more)
        self._there = dict.fromkeys(self.buttons, True)
        """Which buttons there are to be, folded or not."""
        self.folded: frozenset[str] = frozenset()
        """Those that are in the menu."""
        self.fit_menu = QMenu(self)
        self.export_menu = QMenu(self)
        self.buttons["fit"].setMenu(self.fit_menu)
        self.buttons["fit"].setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.buttons["export"].setMenu(self.export_menu)
        self.buttons["export"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def minimumSizeHint(self) -> QSize:
        """Allow a width at which nearly all is folded."""
        least = _QUANTITY + _SPACING + self.more.sizeHint().width()
        return QSize(least, super().minimumSizeHint().height())

    def show_button(self, key: str, there: bool) -> None:
        """Have a button, or not."""
        if self._there[key] != there:
            self._there[key] = there
            self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what does not fit."""
        super().resizeEvent(event)
        self._fold()

    def showEvent(self, event: QShowEvent) -> None:
        """Fold by the sizes that the buttons have in the style of the window."""
        super().showEvent(event)
        self._fold()

    def _fold(self) -> None:
        there = [key for key in self.buttons if self._there[key]]
        needs = {key: self.buttons[key].sizeHint().width() + _SPACING for key in there}
        folded: set[str] = set()
        room = self.width() - _QUANTITY
        for key in (key for key in _FOLDED_FIRST if key in needs):
            more = self.more.sizeHint().width() + _SPACING if folded else 0
            if sum(width for k, width in needs.items() if k not in folded) + more <= room:
                break
            folded.add(key)
        self.folded = frozenset(folded)
        for key, button in self.buttons.items():
            button.setVisible(self._there[key] and key not in folded)
        self.more.setVisible(bool(folded))

    def _fill_more(self) -> None:
        menu = self.more.menu()
        menu.clear()
        for key, button in self.buttons.items():
            if key not in self.folded:
                continue
            if key == "export":
                menu.addMenu(self.export_menu).setText(button.text())
                continue
            action: QAction = menu.addAction(button.text(), button.click)
            action.setToolTip(button.toolTip())
            action.setCheckable(button.isCheckable())
            action.setChecked(button.isChecked())
            if key == "fit":
                menu.addMenu(self.fit_menu).setText("Fit with")
        menu.setToolTipsVisible(True)

    def place_of(self, key: str) -> QToolButton:
        """Return the button under which something of this name unfolds."""
        return self.more if key in self.folded else self.buttons[key]

    def offer_models(self, natural: str, chosen: str, choose: Callable[[str], None]) -> None:
        """List the models, the experiment's own first, and mark the chosen one."""
        order = [*([natural] if natural else []), *(k for k in FIT_MODELS if k != natural)]
        if [a.data() for a in self.fit_menu.actions() if not a.isSeparator()] != order:
            self.fit_menu.clear()
            for key in order:
                action = self.fit_menu.addAction(FIT_MODELS[key].title)
                action.setToolTip(FIT_MODELS[key].formula)
                action.setCheckable(True)
                action.setData(key)
                action.triggered.connect(lambda _=False, key=key: choose(key))
                if key == natural:
                    self.fit_menu.addSeparator()
        for action in self.fit_menu.actions():
            action.setChecked(action.data() == chosen)
        self.fit_menu.setToolTipsVisible(True)
        self.buttons["fit"].setToolTip(f"Fit the newest run while it grows ({FIT_MODELS[chosen].title}: "
                                       f"{FIT_MODELS[chosen].formula}); the arrow chooses the model.")
