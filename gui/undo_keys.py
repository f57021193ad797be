"""Ctrl+Z in a field: its own undo while something typed there is not yet taken over, else that of the settings.

A line edit keeps the key for itself even when it has nothing to undo; so whichever has the focus is asked before.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from gui.widgets.quantity_spin_box import QuantitySpinBox

_KEYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class UndoKeys(QObject):
    """Watches the field that has the focus, and no other widget: a filter of all events would cost too much.

    Parameters
    ----------
    parent : QObject
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watched: QWidget | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, old: QWidget | None, now: QWidget | None) -> None:
        for widget, watch in ((old, False), (now, True)):
            if isinstance(widget, QLineEdit | QAbstractSpinBox):
                (widget.installEventFilter if watch else widget.removeEventFilter)(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the key from a field that has nothing of its own to undo or redo."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        undo, redo = (event.matches(key) for key in _KEYS)
        if not (undo or redo) or _has_its_own(watched, redo):
            return False
        event.ignore()
        return True


def _has_its_own(field: QObject, redo: bool) -> bool:
    """Return whether a field has something to undo or redo that has not been taken over."""
    line = field.lineEdit() if isinstance(field, QAbstractSpinBox) else field
    if not isinstance(line, QLineEdit):
        return False
    if isinstance(field, QuantitySpinBox) and not field.editing():
        return False  # taken over
    return line.isRedoAvailable() if redo else line.isModified() and line.isUndoAvailable()
