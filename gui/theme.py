"""The look of the window: light and dark palettes that follow the system, colours of traces, tabular figures.

The palettes are set explicitly, role by role: asking the style hints for a dark scheme does nothing on platforms
without a desktop. pyqtgraph never follows the application, so `restyle_plot` recolours a plot from outside.
"""

from __future__ import annotations

from typing import Any, Literal

from PySide6.QtCore import Property, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette, QPen
from PySide6.QtWidgets import QApplication, QToolTip

Mode = Literal["system", "light", "dark"]

# light, dark; text on any of its grounds has a contrast of 4.5:1 or better (tested)
_COLOURS = {
    "window": ("#f3f4f6", "#262a30"),
    "base": ("#ffffff", "#15171a"),
    "alternate": ("#f7f8fa", "#1b1e22"),
    "button": ("#e7e9ed", "#2f343c"),
    "tooltip": ("#fffdf2", "#3a404a"),
    "text": ("#1b1f24", "#e6e8eb"),
    "faint text": ("#5f6670", "#a7b0ba"),
    "accent": ("#0b63a5", "#56b4e9"),
    "on accent": ("#ffffff", "#0b0d10"),
    "grid": ("#8a929c", "#7d858f"),
    "refused": ("#c62828", "#ff6b61"),
    "refused ground": ("#fde7e7", "#4a1a1c"),
    "refused text": ("#8f1010", "#ffd9d6"),
}

# Okabe and Ito's colours on black; on white the same hues, darkened until a thin line stands out from the ground and
# until eyes without red or green cones still tell them apart (tested).
_BLUE = ("#0072b2", "#56b4e9")
_VERMILION = ("#b64f00", "#d55e00")
_PURPLE = ("#cc79a7", "#cc79a7")
_GREEN = ("#00926a", "#009e73")
_ORANGE = ("#c68900", "#e69f00")
_YELLOW = ("#4d480c", "#f0e442")
_INK = ("#1b1f24", "#e6e8eb")

TRACES = {
    "absorption": _BLUE, "dt": _BLUE, "dt_normalized": _BLUE, "x": _BLUE,
    "y": _PURPLE, "theta": _PURPLE,
    "polarization": _VERMILION, "overhauser_shift": _VERMILION, "spin_polarization": _VERMILION, "lag": _VERMILION,
    "field": _GREEN,
    "gate": _ORANGE,
    "photon_energy": _YELLOW, "detuning": _YELLOW, "effective_detuning": _YELLOW, "power": _YELLOW,
    "reverse_overhauser": _GREEN, "overhauser": _PURPLE, "noncollinear": _ORANGE, "decay": _YELLOW,
    "fit": _INK, "r": _INK, "polarization_rate": _INK,
    "first beam": _ORANGE, "second beam": _PURPLE, "third beam": _BLUE,
}
"""Colour of the trace of each quantity, on light and on dark ground."""


def is_dark(palette: QPalette) -> bool:
    """Return whether text is lighter than the window in this palette."""
    return palette.windowText().color().lightness() > palette.window().color().lightness()


def colour(name: str, dark: bool) -> QColor:
    """Return one of the theme's colours: ``"window"``, ``"text"``, ``"accent"``, ``"refused ground"``, ..."""
    return QColor(_COLOURS[name][dark])


def trace_colour(quantity: str, dark: bool) -> QColor:
    """Return the colour in which a quantity is drawn everywhere; the ink of text for one without a colour."""
    return QColor(TRACES.get(quantity, _INK)[dark])


def make_palette(dark: bool) -> QPalette:
    """Return the light or dark palette with every role set."""
    role = QPalette.ColorRole
    grounds = {role.Window: "window", role.Base: "base", role.AlternateBase: "alternate", role.Button: "button",
               role.ToolTipBase: "tooltip", role.Highlight: "accent", role.Accent: "accent"}
    texts = {role.WindowText: "text", role.Text: "text", role.ButtonText: "text", role.ToolTipText: "text",
             role.BrightText: "refused", role.PlaceholderText: "faint text", role.HighlightedText: "on accent",
             role.Link: "accent", role.LinkVisited: "accent"}
    palette = QPalette()
    for which, name in (grounds | texts).items():
        palette.setColor(which, colour(name, dark))
    button = colour("button", dark)
    shades = {role.Light: 125, role.Midlight: 110, role.Mid: 80, role.Dark: 62, role.Shadow: 40}
    for which, percent in shades.items():
        palette.setColor(which, button.lighter(percent))
    disabled = QPalette.ColorGroup.Disabled
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, which, colour("faint text", dark))
    palette.setColor(disabled, role.Base, colour("window", dark))
    palette.setColor(disabled, role.Highlight, colour("button", dark))
    palette.setColor(disabled, role.HighlightedText, colour("faint text", dark))
    return palette


def field_palette(refused: bool, dark: bool) -> QPalette:
    """Return the palette of a field whose text is refused, or one that sets nothing, so that all is the parent's."""
    palette = QPalette()
    if refused:
        palette.setColor(QPalette.ColorRole.Base, colour("refused ground", dark))
        palette.setColor(QPalette.ColorRole.Text, colour("refused text", dark))
    return palette


def tabular_font(font: QFont | None = None) -> QFont:
    """Return a font whose figures all have the same width, so that a changing number does not dance.

    Without ``font`` nothing else is set in it: family and size come from the widget that gets it.
    """
    result = QFont() if font is None else QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


class Theme(QObject):
    """The theme of an application: light or dark, and the colours that go with it; made by `apply_theme`.

    Parameters
    ----------
    app : QApplication
        Gets the style and the palettes, and owns the theme.
    """

    changed = Signal()
    """Light became dark or the other way round; plots are to be restyled."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._mode: Mode = "system"
        self._dark: bool | None = None
        app.setStyle("Fusion")
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    def mode(self) -> Mode:
        """Return ``"system"``, ``"light"`` or ``"dark"``."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Choose light or dark, or follow the system."""
        if mode not in ("system", "light", "dark"):
            raise ValueError(f"The theme got {mode!r}; it is one of system, light, dark.")
        hints = QGuiApplication.styleHints()
        self._mode = mode
        if mode == "system":
            hints.unsetColorScheme()
            self._follow(hints.colorScheme())
        else:
            # title bars and the system's own dialogs follow this, where the platform knows how
            hints.setColorScheme(Qt.ColorScheme.Dark if mode == "dark" else Qt.ColorScheme.Light)
            self._show(mode == "dark")

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        if self._mode == "system":
            self._show(scheme == Qt.ColorScheme.Dark)

    def _show(self, dark: bool) -> None:
        if dark == self._dark:
            return
        self._dark = dark
        palette = make_palette(dark)
        self._app.setPalette(palette)
        QToolTip.setPalette(palette)
        self.changed.emit()

    @Property(bool, notify=changed)
    def dark(self) -> bool:
        """Whether the dark palette is shown."""
        return bool(self._dark)

    def colour(self, name: str) -> QColor:
        """Return a colour of the palette now shown: ``"base"``, ``"text"``, ``"accent"``, ``"grid"``, ..."""
        return colour(name, self.dark)

    def trace(self, quantity: str) -> QColor:
        """Return the colour in which a quantity is drawn on the ground now shown."""
        return trace_colour(quantity, self.dark)


def theme_of(app: QApplication | None = None) -> Theme | None:
    """Return the theme that was applied to the application, if any."""
    owner = app or QApplication.instance()
    return None if owner is None else owner.findChild(Theme)


def apply_theme(app: QApplication, mode: Mode = "system") -> Theme:
    """Give the application its look and return the theme; may be called again to change the mode."""
    theme = theme_of(app) or Theme(app)
    theme.set_mode(mode)
    return theme


def mark_trace(curve: Any, quantity: str) -> None:
    """Say which quantity a pyqtgraph curve shows; `restyle_plot` then gives it the quantity's colour."""
    curve.setProperty("quantity", quantity)


def restyle_plot(plot: Any, theme: Theme | None = None) -> None:
    """Recolour a pyqtgraph plot: ground, axes, labels, title, grid, legend and marked curves.

    Call it for a new plot and whenever `Theme.changed` is emitted.

    Parameters
    ----------
    plot : pyqtgraph.PlotWidget or pyqtgraph.PlotItem
        The plot.
    theme : Theme or None
        The application's by default.
    """
    theme = theme or theme_of()
    dark = theme.dark if theme is not None else is_dark(QApplication.palette())
    item = plot.getPlotItem() if hasattr(plot, "getPlotItem") else plot
    text = colour("text", dark)
    view = plot if hasattr(plot, "setBackground") else item.getViewWidget()
    if view is not None:
        view.setBackground(colour("base", dark))
    for entry in item.axes.values():
        axis = entry["item"]
        axis.setPen(colour("grid", dark))  # of the axis line, the ticks and the grid; comes first: sets the label too
        axis.setTextPen(text)
    # a label takes a new colour only together with its text
    labels = [item.titleLabel]
    if item.legend is not None:
        labels += [label for _, label in item.legend.items]
    for label in labels:
        if label.opts["color"] != text:
            label.setText(label.text, color=text)
    if item.legend is not None:
        item.legend.setLabelTextColor(text)
    for curve in item.listDataItems():
        quantity = curve.property("quantity")
        if quantity:
            pen = QPen(curve.opts["pen"]) if isinstance(curve.opts["pen"], QPen) else QPen(Qt.PenStyle.SolidLine)
            pen.setCosmetic(True)  # in pixels; and one of them: two are many times slower
            pen.setWidth(1)
            pen.setColor(trace_colour(quantity, dark))
            curve.setPen(pen)
