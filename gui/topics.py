"""Topics of the help: what each control is about. F1 on a control opens the paragraph of its topic.

A topic is a path of words: ``setting/lockin/time_constant``, ``reading/lockin/x``, ``flag/lockin/unlocked``,
``action/magnet/...``, ``fault/laser/mode_hop``, ``experiment/dwell_time_scan/dwell``, ``sample/linewidth``,
``panel/rate``.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

_PROPERTY = "help topic"


def set_topic(widget: QWidget, topic: str) -> None:
    """Say what a control is about."""
    widget.setProperty(_PROPERTY, topic)


def topic_of(widget: QWidget | None) -> str:
    """Return the topic of a widget or of the nearest one around it that has one; empty if none has."""
    while widget is not None:
        topic = widget.property(_PROPERTY)
        if topic:
            return str(topic)
        widget = widget.parentWidget()
    return ""
