"""Which control a hand means: the one under the mouse if that moved last, else the one that has the focus."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from gui.models import LabModel
from gui.topics import topic_of


class Here(QObject):
    """Remembers where the mouse was when the focus moved.

    Parameters
    ----------
    model : LabModel
        Its bench names the controls of which nobody said what they are about.
    parent : QObject, optional
    """

    def __init__(self, model: LabModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._mouse: QPoint = QCursor.pos()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, _old: QWidget | None, _now: QWidget | None) -> None:
        self._mouse = QCursor.pos()

    def topic(self) -> str:
        """Return the topic of the control that is meant; empty if none has one."""
        hovered = QApplication.widgetAt(QCursor.pos()) if QCursor.pos() != self._mouse else None
        return self.topic_of(hovered) or self.topic_of(QApplication.focusWidget())

    def topic_of(self, widget: QWidget | None) -> str:
        """Return the topic of a widget: what was said of it or, failing that, what its accessible name says."""
        near = topic_of(widget)
        if near and not near.startswith("panel/"):
            return near
        while widget is not None and not widget.isWindow():
            named = self._named(widget.accessibleName())
            if named:
                return named
            widget = widget.parentWidget()
        return near

    def _named(self, name: str) -> str:
        """Return the topic of a control called for instance ``"lockin time constant"``."""
        for instrument, kind in self._model.kind.instruments.items():
            if name.startswith(f"{instrument} "):
                key = name.removeprefix(f"{instrument} ").removeprefix("fault ").replace(" ", "_")
                if key in kind.declarations:
                    return f"{kind.declarations[key].kind}/{instrument}/{key}"
        first, _, rest = name.partition(" ")
        key = rest.removesuffix(" value").replace(" ", "_")
        experiment = self._model.experiment
        if first == "experiment" and key in experiment.parameters():
            return f"experiment/{experiment.key}/{key}"
        if first == "sample" and (key in self._model.kind.presets or key in ("seed", "noise")
                                  or key in self._model.kind.sample_type.parameters()):
            return f"sample/{key}"
        return ""
