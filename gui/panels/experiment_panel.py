"""The form of an experiment, made from its parameters: help, validation, duration; Run, Pause, Resume, Abort."""

from __future__ import annotations

import dataclasses
import math

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.commands import Commands
from gui.models import LabModel
from gui.panels.instrument_panel import words
from gui.readout import clock
from gui.widgets.quantity_spin_box import QuantitySpinBox
from vlab.errors import VlabError
from vlab.experiments.procedure import Procedure
from vlab.parameters import Parameter
from vlab.units import make_quantity, unit_factor


class OptionalQuantity(QWidget):
    """A quantity that may be left out: a tick box and a field.

    Parameters
    ----------
    field : QuantitySpinBox
    without : str
        What is written beside the box when the quantity is left out.
    """

    def __init__(self, field: QuantitySpinBox, without: str) -> None:
        super().__init__()
        self.field = field
        self.box = QCheckBox(without)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box)
        row.addWidget(field, 1)
        self.box.toggled.connect(lambda left_out: field.setEnabled(not left_out))
        self.box.setChecked(True)


class ExperimentPanel(QWidget):
    """The parameters of one experiment and the buttons that carry it out.

    Parameters
    ----------
    model : LabModel
    kind : type of Procedure
        The experiment.
    commands : Commands
        The window's commands; the buttons are views of ``run.start`` and its like.
    """

    def __init__(self, model: LabModel, kind: type[Procedure], commands: Commands,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._kind = kind
        self._commands = commands
        self.editors: dict[str, QWidget] = {}
        self.procedure: Procedure | None = None
        self.setAccessibleName("experiment")
        column = QVBoxLayout(self)
        about = QLabel(kind.summary())
        about.setWordWrap(True)
        about.setToolTip(kind.__doc__ or "")
        column.addWidget(about)
        form = QFormLayout()
        form.setVerticalSpacing(4)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in dataclasses.fields(kind):
            if field.name in kind.parameters():
                editor = self._editor(kind.parameter(field.name), field.default, field.name)
                editor.setAccessibleName(f"experiment {words(field.name)}")
                self.editors[field.name] = editor
                form.addRow(words(field.name), editor)
        column.addLayout(form)
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
        column.addStretch(1)
        model.run_changed.connect(self._on_run)
        model.readings_changed.connect(lambda _: self._show_progress())
        model.clock_changed.connect(self.refresh)
        self.refresh()

    def _editor(self, parameter: Parameter, default: object, name: str) -> QWidget:
        editor: QWidget
        if parameter.kind == "choice":
            box = QComboBox()
            box.addItems(parameter.choices)
            box.setCurrentText(str(default))
            box.currentTextChanged.connect(self.refresh)
            editor = box
        elif parameter.kind == "switch":
            tick = QCheckBox()
            tick.setChecked(bool(default))
            tick.toggled.connect(self.refresh)
            editor = tick
        elif parameter.kind == "count":
            number = QSpinBox()
            number.setRange(int(parameter.minimum), int(min(parameter.maximum, 2**31 - 1)))
            number.setValue(int(default))  # type: ignore[call-overload]
            number.valueChanged.connect(self.refresh)
            editor = number
        else:
            factor = unit_factor(parameter.unit)
            given = default if default is not None else make_quantity(factor, parameter.unit)
            low = math.nextafter(parameter.minimum * factor, math.inf) if parameter.above else (
                parameter.minimum * factor)
            field = QuantitySpinBox(parameter.unit, low, parameter.maximum * factor,
                                    value=given.m_as(parameter.unit) * factor)  # type: ignore[attr-defined]
            field.setHelp(parameter.help)
            field.valueEdited.connect(self.refresh)
            field.refused.connect(self._show_refusal)
            field.accepted.connect(self.refresh)
            editor = field
            if parameter.optional:
                editor = OptionalQuantity(field, "as dwell" if name == "time_constant" else "none")
                editor.box.toggled.connect(self.refresh)
                field.setAccessibleName(f"experiment {words(name)} value")
        if not isinstance(editor, QuantitySpinBox):
            editor.setToolTip(parameter.help)
        return editor

    def values(self) -> dict[str, object]:
        """Return the parameters as the form shows them."""
        found: dict[str, object] = {}
        for name, editor in self.editors.items():
            unit = self._kind.parameter(name).unit
            if isinstance(editor, OptionalQuantity):
                found[name] = None if editor.box.isChecked() else make_quantity(editor.field.value(), unit)
            elif isinstance(editor, QuantitySpinBox):
                found[name] = make_quantity(editor.value(), unit)
            elif isinstance(editor, QComboBox):
                found[name] = editor.currentText()
            elif isinstance(editor, QCheckBox):
                found[name] = editor.isChecked()
            elif isinstance(editor, QSpinBox):
                found[name] = editor.value()
        return found

    def fill(self, **values: object) -> None:
        """Put SI floats and words into the form."""
        for name, value in values.items():
            editor = self.editors[name]
            if isinstance(editor, QComboBox):
                editor.setCurrentText(str(value))
            elif isinstance(editor, QuantitySpinBox):
                editor.setValue(float(value))  # type: ignore[arg-type]
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
        bad = [e for e in self.findChildren(QuantitySpinBox) if e.isEnabled() and e.reason()]
        try:
            self.procedure = None if bad else self._kind(**self.values())
        except VlabError as error:
            self.procedure = None
            self._say(str(error), refused=True)
        if bad:
            self._say(bad[0].reason(), refused=True)
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
        for field in self.findChildren(QuantitySpinBox):
            if field.isEnabled():
                field.commit()
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
