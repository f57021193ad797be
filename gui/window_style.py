"""The style sheet of the main window: what palettes cannot say."""

from __future__ import annotations

from gui.theme import Theme

_NAMES = ("refused", "refused ground", "refused text", "accent", "on accent", "tooltip", "text", "base", "grid")


def window_style(theme: Theme) -> str:
    """Return the style sheet in the theme's present colours."""
    c = {name: theme.colour(name).name() for name in _NAMES}
    return f"""
        QLabel[refused="true"] {{ color: {c["refused"]}; }}
        NotificationBar {{ background: {c["tooltip"]}; border: 1px solid {c["grid"]}; }}
        NotificationBar[level="warning"], NotificationBar[level="error"] {{ background: {c["refused ground"]}; }}
        NotificationBar[level="warning"] QLabel, NotificationBar[level="error"] QLabel
            {{ color: {c["refused text"]}; }}
        QStatusBar::item {{ border: none; }}
        QFrame#greeting {{ background: {c["base"]}; border: 1px solid {c["accent"]}; border-radius: 8px; }}
        QToolButton:checked {{ background: {c["accent"]}; color: {c["on accent"]}; border-radius: 3px; }}
        QDockWidget {{ font-weight: 600; }}
        QMainWindow > QTabBar::tab {{ padding: 4px 5px; border: 1px solid {c["grid"]}; }}
        QMainWindow > QTabBar::tab:selected {{ background: {c["accent"]}; color: {c["on accent"]}; }}
    """
