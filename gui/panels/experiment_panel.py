"""The experiment: which one, its form, its duration or what is wrong; Run, Pause, Resume, Abort."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QFont, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.commands import Commands
from gui.models import LabModel
from gui.panels.experiment_form import ExperimentForm
from gui.widgets.focus_wheel import ComboBox
from instruments.benches import BENCHES
from vlab.errors import VlabError
from vlab.experiments import EXPERIMENTS, experiments_on
from vlab.experiments.procedure import Procedure
from vlab.readout import clock


class ExperimentPanel(QWidget):
    """A choice of experiments, the parameters of the chosen one, and the buttons that carry it out.

    Parameters
    ----------
    model : LabModel
    commands : Commands
        The window's commands; the buttons are views of ``run.start`` and its like.
    """

    def __init__(self, model: LabModel, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._commands = commands
        self._forms: dict[str, ExperimentForm] = {}
        self.procedure: Procedure | None = None
        self.setAccessibleName("experiment")
        column = QVBoxLayout(self)
        self.choice = self._make_choice()
        column.addWidget(self.choice)
        self._place = QScrollArea()
        self._place.setWidgetResizable(True)
        self._place.setFrameShape(QFrame.Shape.NoFrame)
        self._place.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._place.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sheet = QWidget()
        self._sheet = QVBoxLayout(sheet)
        self._sheet.setContentsMargins(0, 0, 2, 0)
        self._place.setWidget(sheet)
        sheet.installEventFilter(self)
        column.addWidget(self._place, 1)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(self.fontMetrics().height() * 2 + 4)
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.message.setAccessibleName("experiment message")
        column.addWidget(self.message)
        self.buttons = {key: QPushButton() for key in ("run.start", "run.pause", "run.abort")}
        row = QHBoxLayout()
        for key, button in self.buttons.items():
            button.setToolTip(commands[key].help)
            button.clicked.connect(lambda _=False, key=key: commands.run(key))
            row.addWidget(button)
        column.addLayout(row)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("progress")
        self.bar.setTextVisible(True)
        column.addWidget(self.bar)
        self.left = QLabel(" ")
        self.left.setAccessibleName("time left")
        column.addWidget(self.left)
        model.run_changed.connect(self._on_run)
        model.readings_changed.connect(lambda _: self._show_progress())
        model.clock_changed.connect(self.refresh)
        model.experiment_changed.connect(self._show_experiment)
        self._show_experiment()

    def _make_choice(self) -> ComboBox:
        """Return a box with all experiments under the titles of their benches."""
        box = ComboBox()
        box.setAccessibleName("experiment choice")
        box.setToolTip("Choose the experiment; one for another bench has that set up, with its usual sample.")
        bold = QFont()
        bold.setBold(True)
        entries = box.model()
        assert isinstance(entries, QStandardItemModel)
        for bench in BENCHES.values():
            kinds = experiments_on(bench.key)
            if kinds:
                box.addItem(bench.title)
                entries.item(box.count() - 1).setEnabled(False)
                box.setItemData(box.count() - 1, bold, Qt.ItemDataRole.FontRole)
            for key, kind in kinds.items():
                box.addItem(kind.in_words(), key)
                box.setItemData(box.count() - 1, kind.summary(), Qt.ItemDataRole.ToolTipRole)
        box.activated.connect(lambda index: self._model.choose(EXPERIMENTS[box.itemData(index)]))
        return box

    @property
    def form(self) -> ExperimentForm:
        """The form of the chosen experiment."""
        return self._forms[self._model.experiment.key]

    @property
    def editors(self) -> dict[str, QWidget]:
        """The editors of the chosen experiment, by parameter."""
        return self.form.editors

    def _show_experiment(self) -> None:
        """Show the form of the chosen experiment as it was left, and which one it is."""
        model = self._model
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex(self.choice.findData((model.mounting or model.experiment).key))
        key = model.experiment.key
        if key not in self._forms:
            form = self._forms[key] = ExperimentForm(model.experiment)
            form.changed.connect(self.refresh)
            form.refused.connect(self._show_refusal)
            self._sheet.addWidget(form)
        for other, form in self._forms.items():
            form.setVisible(other == key)
        self._fit_form()
        self.refresh()

    def _fit_form(self) -> None:
        """Be as wide as the form, which is never scrolled sideways."""
        sheet = self._place.widget()
        scroll_bar = self._place.verticalScrollBar()
        self._place.setMinimumWidth(sheet.minimumSizeHint().width() + scroll_bar.sizeHint().width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the form wants another width, as it does when it gets its style."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_form()
        return super().eventFilter(watched, event)

    def values(self) -> dict[str, object]:
        """Return the parameters as the form shows them."""
        return self.form.values()

    def fill(self, **values: object) -> None:
        """Put SI floats and words into the form."""
        self.form.fill(**values)
        self.refresh()

    def _show_refusal(self, reason: str) -> None:
        self.procedure = None
        self._say(reason, refused=True)
        self._commands.changed.emit()

    def _say(self, text: str, refused: bool = False) -> None:
        self.message.setProperty("refused", refused)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        self.message.setText(text)

    def refresh(self, *_: object) -> None:
        """Check the form, say how long it takes or what is wrong, and set the buttons."""
        bad = self.form.reason()
        try:
            self.procedure = None if bad else self.form.kind(**self.form.values())
        except VlabError as error:
            self.procedure = None
            self._say(str(error), refused=True)
        if bad:
            self._say(bad, refused=True)
        elif self.procedure is not None:
            lab = self.procedure.seconds()
            pace = self._model.lab.pace
            here = "a moment here" if math.isinf(pace) else f"{clock(lab / pace)} here"
            self._say(f"{self.procedure.points()} points, {clock(lab)} of lab time, {here}.")
        self.show_buttons()
        self._show_progress()
        self._commands.changed.emit()

    def commit(self) -> Procedure | None:
        """Take over what is being typed and return the experiment, or None with the reason shown."""
        self.form.commit()
        self.refresh()
        return self.procedure

    def _on_run(self) -> None:
        self.show_buttons()
        QTimer.singleShot(0, self, self._show_progress)  # a progress bar draws the whole window at once

    def show_buttons(self) -> None:
        """Show which of Run, Pause and Abort are possible now."""
        paused = self._model.run_state == "paused" and self._model.run is not None
        titles = {"run.start": "Run", "run.pause": "Resume" if paused else "Pause", "run.abort": "Abort"}
        for key, button in self.buttons.items():
            button.setText(titles[key])
            button.setEnabled(self._commands[key].enabled())

    def _show_progress(self) -> None:
        point = self._model.progress
        if point is None:
            self.bar.setRange(0, 1)
            self.bar.setValue(0)
            self.left.setText(" ")
            return
        if self.bar.maximum() != point.total:
            self.bar.setRange(0, point.total)
        self.bar.setValue(point.done)
        if self._model.run is None:
            self.left.setText(self._model.run_state)
        else:
            self.left.setText(f"left: {clock(point.lab_left)} lab time, {clock(point.wall_left)} here")
