"""Ticks of logarithmic axes."""

import math

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtSvg import QSvgGenerator

from gui.theme import Theme
from gui.widgets.axis import BELOW, Axis
from gui.widgets.plot import Plot


@pytest.fixture
def axis(qapp):
    return Axis("bottom")


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [(0.5, 50.0, ["0.5", "1", "2", "5", "10", "20", "50"]),
     (1e-1, 1e5, ["0.1", "1", "10", "100", "1000", "10⁴", "10⁵"]),
     (17.0, 24.0, ["18", "20", "22", "24"]), (1e-6, 3e-6, ["10⁻⁶", "1.5·10⁻⁶", "2·10⁻⁶", "2.5·10⁻⁶", "3·10⁻⁶"]),
     (1.0, 1e16, ["1", "100", "10⁴", "10⁶", "10⁸", "10¹⁰", "10¹²", "10¹⁴", "10¹⁶"])],
)
def test_few_round_numbers(axis, low, high, written):
    (spacing, named), (bare, minor) = axis.logTickValues(math.log10(low) - 1e-9, math.log10(high) + 1e-9, 500.0, [])
    assert axis.logTickStrings(named, 1.0, spacing) == written
    assert set(axis.logTickStrings(minor, 1.0, bare)) <= {""}
    assert not set(named) & set(minor)


def test_grid_lines_have_the_colour_that_blending_would_give(qtbot):
    plot = pg.PlotWidget(axisItems={side: Axis(side) for side in ("bottom", "left")}, background="#203040")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.showGrid(x=True, y=True, alpha=1.0)
    for side in ("bottom", "left"):
        plot.getAxis(side).setZValue(BELOW)
    plot.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.0)
    for side in ("bottom", "left"):
        plot.getAxis(side).setPen("#e0a060")
        plot.getAxis(side).setTickDensity(0.5)
    plot.show()
    qtbot.wait(50)
    picture = plot.grab().toImage()
    box = plot.getPlotItem().vb
    half = plot.mapFromScene(box.mapViewToScene(QPointF(0.5, 0.47)))
    row = {picture.pixelColor(x, half.y()).name() for x in range(half.x() - 2, half.x() + 3)}
    ground, ink = QColor("#203040"), QColor("#e0a060")
    assert ground.name() in row
    (line,) = (QColor(name) for name in row - {ground.name()})
    parts = {round((got - under) / (over - under), 1) for got, under, over in zip(
        line.getRgb()[:3], ground.getRgb()[:3], ink.getRgb()[:3], strict=True)}
    assert len(parts) == 1, (line.name(), parts)  # one opacity gives all three channels
    assert 0.0 < parts.pop() <= 1.0


def test_a_grid_lies_below_the_curves(qapp, qtbot):
    plot = Plot(Theme(qapp), "a plot", "x", "y")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.setRange(xRange=(0, 10), yRange=(0, 10), padding=0.0)
    plot.plot([0.0, 10.0], [4.97, 4.97], pen=pg.mkPen("#ff0000", width=1))
    plot.show()
    qtbot.wait(50)
    picture = plot.grab().toImage()
    box = plot.getPlotItem().vb
    left, right = (plot.mapFromScene(box.mapViewToScene(QPointF(x, 4.97))) for x in (0.5, 9.5))
    rows = [[picture.pixelColor(x, y).name() == "#ff0000" for x in range(left.x(), right.x())]
            for y in range(left.y() - 2, left.y() + 3)]
    assert any(all(row) for row in rows), "the grid cuts the curve"


def test_an_axis_is_drawn_for_paper_as_pyqtgraph_does(qtbot, tmp_path):
    plot = pg.PlotWidget(axisItems={side: Axis(side) for side in ("bottom", "left")})
    qtbot.addWidget(plot)
    plot.showGrid(x=True, y=True)
    plot.show()
    qtbot.wait(20)
    target = tmp_path / "plot.svg"
    generator = QSvgGenerator()
    generator.setFileName(str(target))
    painter = QPainter(generator)
    plot.render(painter)
    painter.end()
    assert target.read_text(encoding="utf-8").count("<text") > 4
