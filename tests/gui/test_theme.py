"""The look: contrast, colours that stay apart, following the system, plots recoloured, and text really drawn."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QToolTip, QVBoxLayout, QWidget

from gui.theme import (
    TRACES,
    Theme,
    apply_theme,
    colour,
    is_dark,
    make_palette,
    mark_trace,
    restyle_plot,
    tabular_font,
    theme_of,
    trace_colour,
)
from gui.widgets.quantity_spin_box import QuantitySpinBox

ROLE = QPalette.ColorRole
GROUP = QPalette.ColorGroup


@pytest.fixture
def theme(qapp):
    """Apply the light theme, and give back the look that was there before."""
    style, palette, tips = qapp.style().objectName(), QPalette(qapp.palette()), QPalette(QToolTip.palette())
    made = apply_theme(qapp, "light")
    yield made
    made.setParent(None)
    made.deleteLater()
    qapp.setStyle(style)
    qapp.setPalette(palette)
    QToolTip.setPalette(tips)


def luminance(shade: QColor) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for c in (shade.redF(), shade.greenF(), shade.blueF())]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), dtype=np.uint8)
    return raw.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, :image.width(), 2::-1].astype(int)


def ink(widget: QWidget, shade: QColor, tolerance: int = 60) -> int:
    """Return how many drawn pixels come close to a colour."""
    distance = np.abs(pixels(widget.grab().toImage()) - [shade.red(), shade.green(), shade.blue()]).max(axis=2)
    return int((distance < tolerance).sum())


# --- palettes


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("group", [GROUP.Active, GROUP.Inactive, GROUP.Disabled])
@pytest.mark.parametrize(("text", "ground"), [
    (ROLE.WindowText, ROLE.Window), (ROLE.Text, ROLE.Base), (ROLE.Text, ROLE.AlternateBase), (ROLE.Text, ROLE.Window),
    (ROLE.ButtonText, ROLE.Button), (ROLE.HighlightedText, ROLE.Highlight), (ROLE.ToolTipText, ROLE.ToolTipBase),
    (ROLE.PlaceholderText, ROLE.Base), (ROLE.Link, ROLE.Window), (ROLE.Link, ROLE.Base), (ROLE.LinkVisited, ROLE.Base),
    (ROLE.BrightText, ROLE.Base),
])
def test_all_text_can_be_read(dark, group, text, ground):
    palette = make_palette(dark)
    assert contrast(palette.color(group, text), palette.color(group, ground)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_refusals_and_plots_can_be_read(dark):
    texts = [("refused text", "refused ground"), ("refused", "window"), ("refused", "base"), ("text", "base")]
    lines = [("refused", "refused ground"), ("grid", "base"), ("accent", "window"), ("accent", "base")]
    for pairs, least in ((texts, 4.5), (lines, 3.0)):
        for drawn, ground in pairs:
            assert contrast(colour(drawn, dark), colour(ground, dark)) >= least, (drawn, ground)


@pytest.mark.parametrize("dark", [False, True])
def test_every_role_is_ours(dark):
    palette = make_palette(dark)
    roles = [r for r in ROLE if r not in (ROLE.NoRole, ROLE.NColorRoles)]
    for group in (GROUP.Active, GROUP.Inactive, GROUP.Disabled):
        assert all(palette.isBrushSet(group, role) for role in roles)
    assert is_dark(palette) is dark


# --- colours of traces

# what eyes without red or green cones see, in linear light (Vienot, Brettel and Mollon 1999)
EYES = {
    "usual": np.eye(3),
    "protan": np.array([[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]]),
    "deutan": np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]]),
}


def lab(shade: QColor, eyes: str) -> np.ndarray:
    """Return CIE L*a*b* of what the eyes see."""
    c = np.array([shade.redF(), shade.greenF(), shade.blueF()])
    seen = EYES[eyes] @ np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen.clip(0, 1)
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("eyes", list(EYES))
def test_traces_stay_apart_for_all_eyes(dark, eyes):
    shades = {QColor(pair[dark]).name() for pair in TRACES.values()}
    assert len(shades) == len(set(TRACES.values()))
    for one, other in itertools.combinations(sorted(shades), 2):
        assert np.linalg.norm(lab(QColor(one), eyes) - lab(QColor(other), eyes)) > 12, (one, other)


@pytest.mark.parametrize("dark", [False, True])
def test_traces_stand_out_from_the_ground(dark):
    for quantity in [*TRACES, "something new"]:
        assert contrast(trace_colour(quantity, dark), colour("base", dark)) >= 3.0, quantity


def test_one_quantity_has_one_colour():
    assert trace_colour("dt", False) == trace_colour("absorption", False) == trace_colour("x", False)
    assert len({trace_colour(q, False).name() for q in ("dt", "polarization", "y", "field", "gate")}) == 5


# --- the application


def test_modes_change_the_application(theme, qapp):
    heard = []
    theme.changed.connect(lambda: heard.append(theme.dark))
    assert qapp.style().objectName().lower() == "fusion"
    assert not is_dark(qapp.palette())
    theme.set_mode("dark")
    assert theme.mode() == "dark"
    assert is_dark(qapp.palette())
    assert is_dark(QWidget().palette())
    assert QToolTip.palette().color(ROLE.ToolTipBase) == colour("tooltip", True)
    theme.set_mode("dark")
    theme.set_mode("light")
    assert heard == [True, False]
    assert theme.colour("base") == QColor("#ffffff")
    with pytest.raises(ValueError, match="system, light, dark"):
        theme.set_mode("pink")


def test_the_system_is_followed_only_when_asked(theme):
    changed = QGuiApplication.styleHints().colorSchemeChanged
    changed.emit(Qt.ColorScheme.Dark)
    assert not theme.dark
    theme.set_mode("system")
    changed.emit(Qt.ColorScheme.Dark)
    assert theme.dark
    changed.emit(Qt.ColorScheme.Light)
    assert not theme.dark
    changed.emit(Qt.ColorScheme.Unknown)
    assert not theme.dark


def test_an_application_has_one_theme(theme, qapp):
    assert apply_theme(qapp, "dark") is theme
    assert theme_of() is theme
    assert isinstance(theme, Theme)
    assert theme.property("dark") is True


def test_figures_are_tabular(qtbot):
    font = tabular_font()
    assert font.featureValue(QFont.Tag("tnum")) == 1
    outer = QWidget()
    qtbot.addWidget(outer)
    big = QFont(outer.font())
    big.setPointSize(21)
    outer.setFont(big)
    field = QuantitySpinBox("V", parent=outer)
    assert field.font().pointSize() == 21  # only the figures are set, the size comes from around
    assert len({field.fontMetrics().horizontalAdvance(figure) for figure in "0123456789"}) == 1


# --- what is drawn


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_is_really_drawn(theme, qtbot, mode):
    # without a font file Qt starts without complaint and draws no text
    theme.set_mode(mode)
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    label, field, button, empty = QLabel("Detuning µeV"), QuantitySpinBox("ueV"), QPushButton("Measure"), QLabel(" ")
    for widget in (label, field, button, empty):
        column.addWidget(widget)
    window.show()
    for widget in (label, field, button):
        assert ink(widget, theme.colour("text")) > 30
    assert ink(empty, theme.colour("text")) == 0


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_focus_is_visible(theme, qapp, qtbot, mode):
    theme.set_mode(mode)
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    elsewhere = QLineEdit()
    widgets = [QPushButton("Measure"), QCheckBox("Noise"), QLineEdit(), QuantitySpinBox("V")]
    for widget in (elsewhere, *widgets):
        column.addWidget(widget)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    elsewhere.setFocus()
    without = [pixels(widget.grab().toImage()) for widget in widgets]
    for widget, plain in zip(widgets, without, strict=True):
        QTest.keyClick(qapp.focusWidget(), Qt.Key.Key_Tab)
        assert widget.hasFocus()
        changed = np.abs(pixels(widget.grab().toImage()) - plain).max(axis=2) > 40
        assert changed.sum() > 40, widget


def plot_with_everything(qtbot):
    plot = pg.PlotWidget(title="Dragging")
    qtbot.addWidget(plot)
    plot.setLabel("left", "Absorption")
    plot.setLabel("bottom", "Detuning", units="eV")
    plot.showGrid(x=True, y=True)
    plot.addLegend()
    marked = plot.plot([0, 1, 2], [1, 0, 1], name="dt")
    mark_trace(marked, "dt")
    dashed = plot.plot([0, 1], [0.2, 0.2], pen=pg.mkPen("k", width=3, style=Qt.PenStyle.DashLine))
    mark_trace(dashed, "field")
    other = plot.plot([0, 1, 2], [0, 1, 0], pen="r", name="mine")
    plot.resize(420, 300)
    plot.show()
    return plot, marked, other


def test_a_plot_is_recoloured_from_light_to_dark_and_back(theme, qtbot):
    plot, marked, other = plot_with_everything(qtbot)
    item = plot.getPlotItem()
    for mode in ("light", "dark", "light"):
        theme.set_mode(mode)
        restyle_plot(plot)
        dark = mode == "dark"
        text = colour("text", dark)
        assert plot.backgroundBrush().color() == colour("base", dark)
        for side in ("left", "bottom", "right", "top"):
            axis = item.getAxis(side)
            assert axis.textPen().color() == text
            assert axis.pen().color() == colour("grid", dark)
            assert axis.labelStyle["color"] == text.name()
        assert text.name(QColor.NameFormat.HexArgb) in item.titleLabel.item.toHtml() or text.name() in (
            item.titleLabel.item.toHtml())
        assert item.titleLabel.text == "Dragging"
        for _, label in item.legend.items:
            assert text.name() in label.item.toHtml()
        assert [label.text for _, label in item.legend.items] == ["dt", "mine"]
        assert pg.mkPen(marked.opts["pen"]).color() == trace_colour("dt", dark)
        assert pg.mkPen(marked.opts["pen"]).width() == 1
        dashed = pg.mkPen(item.listDataItems()[1].opts["pen"])
        assert (dashed.color(), dashed.style()) == (trace_colour("field", dark), Qt.PenStyle.DashLine)
        assert pg.mkPen(other.opts["pen"]).color() == pg.mkColor("r")

        qtbot.waitExposed(plot)
        shown = pixels(plot.grab().toImage())
        base = colour("base", dark)
        assert (np.abs(shown - [base.red(), base.green(), base.blue()]).max(axis=2) < 8).mean() > 0.6
        assert ink(plot, text) > 200  # title, labels and numbers
        assert ink(plot, trace_colour("dt", dark), 8) > 50


def test_plot_items_and_plots_without_theme_are_recoloured_too(qtbot, qapp):
    area = pg.GraphicsLayoutWidget()
    qtbot.addWidget(area)
    item = area.addPlot()
    restyle_plot(item)
    dark = is_dark(qapp.palette())
    assert area.backgroundBrush().color() == colour("base", dark)
    assert item.getAxis("left").textPen().color() == colour("text", dark)
    assert not item.titleLabel.isVisible()


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_example_draws_itself(tmp_path, look):
    root = Path(__file__).parents[2]
    picture = tmp_path / "picture.png"
    command = [sys.executable, "examples/quantity_spin_box.py", "--screenshot", str(picture), "--theme", look]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    drawn = pixels(QImage(str(picture)))
    base, text = colour("base", look == "dark"), colour("text", look == "dark")
    assert (np.abs(drawn - [base.red(), base.green(), base.blue()]).max(axis=2) < 8).mean() > 0.3
    assert (np.abs(drawn - [text.red(), text.green(), text.blue()]).max(axis=2) < 60).sum() > 1000
