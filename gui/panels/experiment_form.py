"""The form of one experiment, made from its parameters: an editor for each, with help and refusal."""

from __future__ import annotations

import dataclasses
import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.panels.instrument_panel import words
from gui.widgets.focus_wheel import ComboBox, SpinBox
from gui.widgets.quantity_list_edit import QuantityListEdit
from gui.widgets.quantity_spin_box import QuantitySpinBox
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


class ExperimentForm(QWidget):
    """The parameters of one experiment.

    Parameters
    ----------
    kind : type of Procedure
    """

    changed = Signal()
    """A parameter has another value, or is no longer refused."""
    refused = Signal(str)
    """What was typed cannot be, with the reason."""

    def __init__(self, kind: type[Procedure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.editors: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.about = QLabel(kind.summary())
        self.about.setWordWrap(True)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.about)
        self.more = QToolButton()
        self.more.setText("What it shows, and what it cannot")
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolTip("Show the whole description of this experiment, with the limits of the model.")
        self.more.setAccessibleName(f"description of {kind.in_words()}")
        self.more.toggled.connect(self._tell)
        column.addWidget(self.more)
        form = QFormLayout()
        form.setVerticalSpacing(4)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in dataclasses.fields(kind):
            if field.name in kind.parameters():
                parameter = kind.parameter(field.name)
                editor = self._editor(parameter, field.default, field.name)
                editor.setAccessibleName(f"experiment {words(field.name)}")
                if not isinstance(editor, QuantitySpinBox | QuantityListEdit):
                    editor.setToolTip(parameter.help)
                self.editors[field.name] = editor
                form.addRow(words(field.name), editor)
        column.addLayout(form)
        column.addStretch(1)

    def _tell(self, more: bool) -> None:
        """Show the whole description, or its first line."""
        self.about.setText("\n\n".join(self.kind.description()) if more else self.kind.summary())

    def _editor(self, parameter: Parameter, default: object, name: str) -> QWidget:
        given = None if default is dataclasses.MISSING else default
        if parameter.kind == "choice":
            box = ComboBox()
            box.addItems(parameter.choices)
            if given is not None:
                box.setCurrentText(str(given))
            box.currentTextChanged.connect(self._change)
            return box
        if parameter.kind == "switch":
            tick = QCheckBox()
            tick.setChecked(bool(given))
            tick.toggled.connect(self._change)
            return tick
        if parameter.kind == "count":
            number = SpinBox()
            number.setRange(int(parameter.minimum), int(min(parameter.maximum, 2**31 - 1)))
            number.setValue(int(given or 0))  # type: ignore[call-overload]
            number.valueChanged.connect(self._change)
            return number
        if parameter.kind == "quantities":
            several = QuantityListEdit(parameter, f"{self.kind.title()}.{name}",
                                       given or ())  # type: ignore[arg-type]
            several.edited.connect(self._change)
            several.refused.connect(self.refused)
            return several
        factor = unit_factor(parameter.unit)
        start = factor if given is None else given.m_as(parameter.unit) * factor  # type: ignore[attr-defined]
        low = parameter.minimum * factor
        field = QuantitySpinBox(parameter.unit, math.nextafter(low, math.inf) if parameter.above else low,
                                parameter.maximum * factor, value=start)
        field.setHelp(parameter.help)
        field.valueEdited.connect(self._change)
        field.refused.connect(self.refused)
        field.accepted.connect(self._change)
        if not parameter.optional:
            return field
        editor = OptionalQuantity(field, parameter.without)
        editor.box.setChecked(given is None)
        editor.box.toggled.connect(self._change)
        field.setAccessibleName(f"experiment {words(name)} value")
        return editor

    def _change(self, *_: object) -> None:
        self.changed.emit()

    def reason(self) -> str:
        """Return why a field is refused, or nothing."""
        return next((f.reason() for f in self._fields() if f.isEnabled() and f.reason()), "")

    def commit(self) -> None:
        """Take over what is being typed."""
        for field in self._fields():
            if field.isEnabled():
                field.commit()

    def _fields(self) -> list[QuantitySpinBox | QuantityListEdit]:
        return [*self.findChildren(QuantitySpinBox), *self.findChildren(QuantityListEdit)]

    def values(self) -> dict[str, object]:
        """Return the parameters as the form shows them."""
        found: dict[str, object] = {}
        for name, editor in self.editors.items():
            unit = self.kind.parameter(name).unit
            if isinstance(editor, OptionalQuantity):
                found[name] = None if editor.box.isChecked() else make_quantity(editor.field.value(), unit)
            elif isinstance(editor, QuantitySpinBox):
                found[name] = make_quantity(editor.value(), unit)
            elif isinstance(editor, QuantityListEdit):
                found[name] = editor.values()
            elif isinstance(editor, QComboBox):
                found[name] = editor.currentText()
            elif isinstance(editor, QCheckBox):
                found[name] = editor.isChecked()
            elif isinstance(editor, QSpinBox):
                found[name] = editor.value()
        return found

    def fill(self, **values: object) -> None:
        """Put SI floats, tuples of them, words, whole numbers and truths into the form; None leaves a quantity out."""
        for name, value in values.items():
            editor = self.editors[name]
            if isinstance(editor, QComboBox):
                editor.setCurrentText(str(value))
            elif isinstance(editor, QCheckBox):
                editor.setChecked(bool(value))
            elif isinstance(editor, QSpinBox):
                editor.setValue(int(value))  # type: ignore[call-overload]
            elif isinstance(editor, QuantityListEdit):
                editor.set_numbers(tuple(value))  # type: ignore[arg-type]
            elif isinstance(editor, OptionalQuantity):
                editor.box.setChecked(value is None)
                if value is not None:
                    editor.field.setValue(float(value))  # type: ignore[arg-type]
            elif isinstance(editor, QuantitySpinBox):
                editor.setValue(float(value))  # type: ignore[arg-type]
