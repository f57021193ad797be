"""Style sheets of the few widgets to which palettes cannot say it: bars, tabs, cards.

None stands on the window itself: Qt would look through it for each of two thousand widgets, a quarter of a second
whenever the colours change.
"""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar

from gui.theme import Theme


def tool_bar_style(theme: Theme) -> str:
    """Return the style of a tool bar with switches in it."""
    accent, ink = theme.colour("accent").name(), theme.colour("on accent").name()
    return f"QToolButton:checked {{ background: {accent}; color: {ink}; border-radius: 3px; }}"


def status_bar_style(theme: Theme) -> str:
    """Return the style of the status bar with its notices."""
    c = {name: theme.colour(name).name() for name in ("tooltip", "grid", "refused ground", "refused text")}
    return f"""
        QStatusBar::item {{ border: none; }}
        NotificationBar {{ background: {c["tooltip"]}; border: 1px solid {c["grid"]}; }}
        NotificationBar[level="warning"], NotificationBar[level="error"] {{ background: {c["refused ground"]}; }}
        NotificationBar[level="warning"] QLabel, NotificationBar[level="error"] QLabel
            {{ color: {c["refused text"]}; }}
    """


def card_style(theme: Theme) -> str:
    """Return the style of a card over the window."""
    ground, accent = theme.colour("base").name(), theme.colour("accent").name()
    return f"QFrame#greeting {{ background: {ground}; border: 1px solid {accent}; border-radius: 8px; }}"


def dress_tabs(bar: QTabBar, theme: Theme) -> None:
    """Give the tabs of docks their look: the one in front in the accent colour."""
    accent, ink, line = (theme.colour(name).name() for name in ("accent", "on accent", "grid"))
    sheet = f"""
        QTabBar::tab {{ padding: 4px 5px; border: 1px solid {line}; }}
        QTabBar::tab:selected {{ background: {accent}; color: {ink}; }}
    """
    if bar.styleSheet() != sheet:
        bar.setStyleSheet(sheet)
