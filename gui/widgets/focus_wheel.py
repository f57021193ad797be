"""Boxes that the wheel turns only while they have the keyboard focus; else it rolls on to the scroll area around."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget


class _TurnedWithFocus:
    """What both boxes do with the wheel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)  # type: ignore[call-arg]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # type: ignore[attr-defined] # not by the wheel

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with focus."""
        if self.hasFocus():  # type: ignore[attr-defined]
            super().wheelEvent(event)  # type: ignore[misc]
        else:
            event.ignore()


class ComboBox(_TurnedWithFocus, QComboBox):
    """A combo box that scrolling past does not change."""


class SpinBox(_TurnedWithFocus, QSpinBox):
    """A whole number that scrolling past does not change."""
