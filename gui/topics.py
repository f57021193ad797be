"""Topics of the help: what each control is about. F1 on a control opens the paragraph of its topic.

A topic is a path of words: ``setting/lockin/time_constant``, ``reading/lockin/x``, ``flag/lockin/unlocked``,
``action/magnet/...``, ``fault/laser/mode_hop``, ``experiment/dwell_time_scan/dwell``, ``sample/linewidth``,
``panel/rate``.
"""

from __future__ import annotations

from PySide6.QtWidgets import QDockWidget, QWidget

_PROPERTY = "help topic"


def set_topic(widget: QWidget, topic: str) -> None:
    """Say what a control is about."""
    widget.setProperty(_PROPERTY, topic)


def own_topic(widget: QWidget) -> str:
    """Return what was said of a control itself; empty if nothing was."""
    return str(widget.property(_PROPERTY) or "")


def topic_of(widget: QWidget | None) -> str:
    """Return the topic of a widget or of the nearest one around it that has one; empty if none has.

    A dock of which nothing was said is a panel by its name.
    """
    while widget is not None:
        topic = own_topic(widget)
        if topic:
            return topic
        if isinstance(widget, QDockWidget) and widget.objectName():
            return f"panel/{widget.objectName()}"
        widget = widget.parentWidget()
    return ""
