"""The context menu of plots: made for the hand that opens it, gone with its plot."""

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gui.theme import Theme, apply_theme
from gui.widgets.plot import Plot


def test_a_right_click_opens_a_menu_that_was_not_there_before(qtbot, qapp):
    plot = Plot(Theme(qapp), "plot", "x")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    view = plot.getViewBox()
    assert view.menu is None
    assert view.menuEnabled()
    spot = plot.mapFromScene(view.mapToScene(QPointF(view.width() / 2, view.height() / 2)))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, pos=spot)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert {"View All", "X axis", "Y axis", "Mouse Mode", "Plot Options"} <= {each.text() for each in menu.actions()}
    menu.close()
    assert view.menu.parent() is plot  # it goes with the plot


def test_a_plot_whose_menu_is_off_has_none(qtbot, qapp):
    plot = Plot(Theme(qapp), "plot", "x")
    qtbot.addWidget(plot)
    view = plot.getViewBox()
    view.setMenuEnabled(False)
    assert view.getMenu() is None
    assert view.getContextMenus() == []
    view.setMenuEnabled(True)
    assert view.getContextMenus()
    assert isinstance(view, pg.ViewBox)


def test_a_title_is_cut_where_there_is_no_room_for_it(qapp, qtbot):
    plot = Plot(apply_theme(qapp, "light"), "plot", "bare detuning (µeV), positive: laser red of the line")
    qtbot.addWidget(plot)
    plot.resize(700, 300)
    plot.show()

    def title():
        return plot.getAxis("bottom").labelText

    qtbot.waitUntil(lambda: title().endswith("of the line"))
    plot.resize(300, 300)
    qtbot.waitUntil(lambda: title() == "bare detuning (µeV)")
    assert plot.getAxis("bottom").toolTip().endswith("of the line")
    plot.resize(150, 300)
    qtbot.waitUntil(lambda: title().endswith("…"))
    plot.resize(700, 300)
    qtbot.waitUntil(lambda: title().endswith("of the line"))
