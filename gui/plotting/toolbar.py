"""The row of buttons over the plot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from vlab.analysis.fit_models import FIT_MODELS


class PlotToolbar(QWidget):
    """Quantity, axes, cursors, region, fit, map, runs, export.

    Attributes
    ----------
    quantity : ComboBox
    buttons : dict of QToolButton
        ``log_x``, ``log_y``, ``cursors``, ``region``, ``fit``, ``map``, ``runs``, ``export``.
    fit_menu, export_menu : QMenu
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
        row.setSpacing(2)
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
        self.fit_menu = QMenu(self)
        self.export_menu = QMenu(self)
        self.buttons["fit"].setMenu(self.fit_menu)
        self.buttons["fit"].setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.buttons["export"].setMenu(self.export_menu)
        self.buttons["export"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

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
