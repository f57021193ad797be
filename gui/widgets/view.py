"""The view of a plot, whose context menu is made when it is first asked for: that takes a quarter of a plot's time."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


class View(pg.ViewBox):
    """pyqtgraph's view without a menu until somebody opens it."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self._with_menu = True

    def setMenuEnabled(self, enableMenu: bool = True) -> None:
        """Let there be a menu, when it is asked for."""
        self._with_menu = enableMenu
        if not enableMenu:
            super().setMenuEnabled(False)

    def menuEnabled(self) -> bool:
        """Tell whether there is a menu for who asks."""
        return self._with_menu

    def getMenu(self, ev: object = None) -> QMenu | None:  # noqa: ARG002
        """Return the menu, made now if it was not yet."""
        if self._with_menu and self.menu is None:
            super().setMenuEnabled(True)
            menu: QMenu = self.menu
            menu.setParent(self.getViewWidget(), menu.windowFlags())  # it would outlive the plot
        return self.menu

    def getContextMenus(self, event: object = None) -> list[QAction]:
        """Return the menu's entries."""
        menu = self.getMenu(event)
        return [] if menu is None else menu.actions()
