"""The place of the experiments' forms: each is made when it is first asked for, and stays as it was left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.panels.experiment_form import ExperimentForm
from gui.panels.form_memory import FormMemory
from vlab.experiments.procedure import Procedure

_FOLD = "experiment/more settings"
_LEAST_FORM = 80
"""Pixels of the form that are seen in the smallest panel."""


class ExperimentForms(QScrollArea):
    """The forms of all experiments that were asked for, of which one is seen; scrolled up and down only.

    Parameters
    ----------
    desk : Desk
    memory : FormMemory
        Knows what a new form shall show.
    """

    changed = Signal()
    """A parameter has another value, or is no longer refused."""
    refused = Signal(str)
    """What was typed cannot be, with the reason."""

    def __init__(self, desk: Desk, memory: FormMemory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._memory = memory
        self._forms: dict[str, ExperimentForm] = {}
        self._sheet = QWidget()
        self._column = QVBoxLayout(self._sheet)
        self._column.setContentsMargins(0, 0, 2, 0)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(_LEAST_FORM)
        self.setWidget(self._sheet)

    def of(self, experiment: type[Procedure]) -> ExperimentForm:
        """Return the form of an experiment, seen or not: with a bench one is chosen a moment before it is shown."""
        form = self._forms.get(experiment.key)
        if form is None:
            form = self._forms[experiment.key] = ExperimentForm(experiment)
            form.hide()
            form.unfold(bool(self._desk.settings.value(_FOLD, False, type=bool)))
            self._memory.recall(form)
            form.changed.connect(self.changed)
            form.refused.connect(self.refused)
            form.unfolded.connect(self._keep_fold)
            self._column.addWidget(form)
        return form

    def show_form(self, experiment: type[Procedure]) -> None:
        """Show the form of an experiment as it was left."""
        wanted = self.of(experiment)
        for form in self._forms.values():
            form.setVisible(form is wanted)
        self._fit()

    def _keep_fold(self, shown: bool) -> None:
        self._desk.settings.setValue(_FOLD, shown)
        for form in self._forms.values():
            form.unfold(shown)

    def _fit(self) -> None:
        """Be as wide as the form, which is never scrolled sideways."""
        self.setMinimumWidth(self._sheet.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that what is scrolled wants another width, as a form does when it gets its style."""
        if watched is self._sheet and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)
