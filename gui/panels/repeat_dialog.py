"""The dialog that repeats a run with a changed parameter: which one, which values, what will run and how long."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.answers import when_answered
from gui.desk import Desk
from gui.repetition import EXPERIMENT, SAMPLE, Knob, evenly, knobs_of, plans_of
from gui.run_plan import Plan
from gui.theme import field_palette, is_dark
from gui.topics import set_topic
from gui.widgets.count_spin_box import CountSpinBox
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.quantity_spin_box import QuantitySpinBox
from gui.widgets.refusal_label import RefusalLabel
from vlab.errors import VlabError
from vlab.parameters import Parameter
from vlab.readout import clock
from vlab.units import make_quantity, to_si

_PAUSE_MS = 150
"""After the last key, before the runs are made to be shown."""
_SPACINGS = ("equal steps", "equal ratios")
_NUMBER = Parameter("count", "Set how many values there are from start to stop.", minimum=2, maximum=500)


class RepeatDialog(QDialog):
    """Chooses a parameter and its values.

    Parameters
    ----------
    desk : Desk
    plan : Plan
        What is repeated.
    """

    def __init__(self, desk: Desk, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._plan = plan
        self._knobs: list[Knob] = []
        self.plans: list[Plan] = []
        self.setWindowTitle(f"Repeat: {type(plan.procedure).in_words()}")
        self.setAccessibleName("repeat with a changed parameter")
        set_topic(self, "panel/queue")
        self.choice = ComboBox()
        self.choice.setAccessibleName("parameter to change")
        self.choice.setToolTip("Choose what is different in each run: a parameter of the experiment or of the sample, "
                               "or a setting of an instrument.")
        self.choice.setMaxVisibleItems(24)
        self.choice.currentIndexChanged.connect(self._show_knob)
        self.values = QLineEdit()
        self.values.setAccessibleName("values")
        self.values.textChanged.connect(lambda _: self._pause.start())
        self._form = QFormLayout()
        self._form.addRow("change", self.choice)
        self._form.addRow("values", self.values)
        self._span = QWidget()
        self._span_row = QHBoxLayout(self._span)
        self._span_row.setContentsMargins(0, 0, 0, 0)
        self._form.addRow("or from, to", self._span)
        self.number = CountSpinBox(_NUMBER, "The number of values", 5)
        self.number.setAccessibleName("number of values")
        self.spacing = ComboBox()
        self.spacing.addItems(_SPACINGS)
        self.spacing.setAccessibleName("spacing of values")
        self.spacing.setToolTip("Choose whether values have equal steps or equal ratios.")
        self.number.valueEdited.connect(lambda _: self._spread())
        self.spacing.currentIndexChanged.connect(lambda _: self._spread())
        self.ends: list[QuantitySpinBox] = []
        self.message = RefusalLabel()
        self.message.setAccessibleName("repeat message")
        self.message.setMinimumHeight(2 * self.fontMetrics().height() + 4)
        self.preview = QListWidget()
        self.preview.setAccessibleName("runs that come of it")
        self.preview.setToolTip("Read what will run, and how long each takes.")
        self.preview.setAlternatingRowColors(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.run_button = QPushButton("Run all")
        self.run_button.setToolTip("Put these runs into the queue and start it.")
        self.queue_button = QPushButton("Add to queue")
        self.queue_button.setToolTip("Put these runs into the queue.")
        # none is the default button: Enter in a field must not start anything
        buttons.addButton(self.run_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.queue_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setToolTip("Close without any run.")
        for button in (self.run_button, self.queue_button, *buttons.buttons()):
            button.setAutoDefault(False)
        self.run_button.clicked.connect(lambda: self._queue(True))
        self.queue_button.clicked.connect(lambda: self._queue(False))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self._form)
        column.addWidget(self.message)
        column.addWidget(self.preview, 1)
        column.addWidget(buttons)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.refresh)
        self.resize(460, 480)
        self._offer([])
        procedure = plan.procedure
        answer = desk.model.lab.post(lambda bench: [(d.name, setting) for d, setting in procedure.sets(bench)])
        when_answered(answer, self, self._offer)

    def _offer(self, taken: list[tuple[str, str]]) -> None:
        """List what may be changed; the instruments' settings come when the bench has said which are the run's own."""
        before = self.choice.currentData()
        values = self._desk.model.snapshot.values if taken else {}
        self._knobs = knobs_of(self._plan, values, taken)
        self.choice.blockSignals(True)
        self.choice.clear()
        bold = QFont()
        bold.setBold(True)
        entries = self.choice.model()
        assert isinstance(entries, QStandardItemModel)
        section = ""
        for number, knob in enumerate(self._knobs):
            here = {EXPERIMENT: type(self._plan.procedure).in_words(), SAMPLE: "Sample"}.get(knob.owner, "Instruments")
            if here != section:
                section = here
                self.choice.addItem(here)
                entries.item(self.choice.count() - 1).setEnabled(False)
                self.choice.setItemData(self.choice.count() - 1, bold, Qt.ItemDataRole.FontRole)
            self.choice.addItem(knob.title.removeprefix("Sample: "), number)
            self.choice.setItemData(self.choice.count() - 1, knob.parameter.help, Qt.ItemDataRole.ToolTipRole)
        if before is None:
            names = [knob.name for knob in self._knobs]
            usual = next((n for n in ("dwell", "power", "modulation_frequency") if n in names), names[0])
            before = names.index(usual)
        self.choice.setCurrentIndex(self.choice.findData(before))
        self.choice.blockSignals(False)
        if not taken:
            self._show_knob()

    @property
    def knob(self) -> Knob:
        """What is chosen."""
        return self._knobs[self.choice.currentData()]

    def choose(self, owner: str, name: str) -> None:
        """Choose a parameter."""
        place = next(i for i, k in enumerate(self._knobs) if (k.owner, k.name) == (owner, name))
        self.choice.setCurrentIndex(self.choice.findData(place))

    def _show_knob(self, *_: object) -> None:
        knob = self.knob
        known = knob.parameter
        for part in (*self.ends, self.number, self.spacing):
            self._span_row.removeWidget(part)
        for end in self.ends:
            end.hide()
            end.deleteLater()
        self.ends = []
        is_quantity = known.kind == "quantity"
        self._form.setRowVisible(self._span, is_quantity)
        if is_quantity:
            now = 0.0 if knob.value is None else to_si(knob.value, known.unit, knob.title)
            for title, value in (("start", now), ("stop", now)):
                end = QuantitySpinBox(known.unit, value=value, parent=self)
                end.setAccessibleName(title)
                end.setHelp(f"Set the {'first' if title == 'start' else 'last'} value.")
                end.valueEdited.connect(lambda _: self._spread())
                self.ends.append(end)
                self._span_row.addWidget(end, 1)
            self._span_row.addWidget(self.number)
            self._span_row.addWidget(self.spacing)
            for before, after in zip((self.values, *self.ends, self.number),
                                     (*self.ends, self.number, self.spacing), strict=True):
                QWidget.setTabOrder(before, after)
        self.values.setToolTip(f"List the values, separated by commas. {known.help} Wants {known.allowed()}.")
        self.values.setText(knob.usual_text())
        self.refresh()

    def _spread(self) -> None:
        """Write the values from start to stop into the list."""
        known = self.knob.parameter
        try:
            numbers = evenly(self.ends[0].value(), self.ends[1].value(), self.number.value(),
                             self.spacing.currentText() == _SPACINGS[1])
        except VlabError as error:
            self._refuse(str(error))
            return
        list_of = Parameter("quantities", known.help, known.unit)
        self.values.setText(list_of.shown(tuple(
            make_quantity(float(f"{number:.8g}"), known.unit) for number in numbers)))

    def refresh(self) -> None:
        """Make the runs, show them and how long they take, or say what is wrong."""
        self._pause.stop()
        try:
            values: tuple[Any, ...] = self.knob.read(self.values.text())
            self.plans = plans_of(self._plan, self.knob, values)
        except VlabError as error:
            self._refuse(str(error))
            return
        queue = self._desk.queue
        seconds = [plan.procedure.seconds() for plan in self.plans]
        real = [queue.real_seconds(plan.procedure, lab) for plan, lab in zip(self.plans, seconds, strict=True)]
        here = f"{clock(math.fsum(r or 0.0 for r in real))} here" if None not in real else "a moment each here"
        self._dress("")
        self.message.say(f"{len(self.plans)} runs, {clock(sum(seconds))} of lab time, {here}.")
        self.preview.clear()
        for plan, lab in zip(self.plans, seconds, strict=True):
            self.preview.addItem(f"{self.knob.title} {plan.name}   ·   {plan.procedure.points()} points, {clock(lab)}")
        for button in (self.run_button, self.queue_button):
            button.setEnabled(True)

    def _refuse(self, reason: str) -> None:
        self.plans = []
        self.preview.clear()
        self._dress(reason)
        self.message.say(reason, refused=True)
        for button in (self.run_button, self.queue_button):
            button.setEnabled(False)

    def _dress(self, reason: str) -> None:
        self.values.setPalette(field_palette(bool(reason), is_dark(self.palette())))
        self.values.setAccessibleDescription(reason)

    def _queue(self, start: bool) -> None:
        self.refresh()
        if not self.plans:
            return
        self._desk.queue.add(self.plans)
        if start:
            self._desk.queue.start()
        self._desk.panel_wanted.emit("queue")
        self.accept()
