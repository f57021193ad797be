"""The form of one experiment, made from its parameters: an editor for each, with help and refusal."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.panels.instrument_panel import words
from gui.topics import set_topic
from gui.widgets.count_spin_box import CountSpinBox
from gui.widgets.focus_wheel import ComboBox
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
        self.box.setMinimumHeight(field.sizeHint().height())
        self.box.toggled.connect(self._leave_out)
        self.box.setChecked(True)

    def _leave_out(self, left_out: bool) -> None:
        self.field.setEnabled(not left_out)
        self.field.setVisible(not left_out)


class ExperimentForm(QWidget):
    """The parameters of one experiment: those that people change at once, the others on demand.

    Parameters
    ----------
    kind : type of Procedure
    """

    changed = Signal()
    """A parameter has another value, or is no longer refused."""
    refused = Signal(str)
    """What was typed cannot be, with the reason."""
    unfolded = Signal(bool)
    """A hand has opened or closed what is seldom changed."""

    def __init__(self, kind: type[Procedure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.editors: dict[str, QWidget] = {}
        self._labels: list[QLabel] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.about = QLabel(kind.summary())
        self.about.setWordWrap(True)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.about)
        self.more = _fold_button("What it shows, and what it cannot", f"description of {kind.in_words()}",
                                 "Show the whole description of this experiment, with the limits of the model.")
        self.more.clicked.connect(lambda: self._tell(self.more.arrowType() != Qt.ArrowType.DownArrow))
        column.addWidget(self.more)
        usual = kind.usual_parameters()
        self._seldom = QWidget()
        column.addLayout(self._rows(usual))
        rest = tuple(name for name in kind.parameters() if name not in usual)
        self.fold = _fold_button("More settings", f"more settings of {kind.in_words()}",
                                 "Show the parameters that are seldom changed, or hide them.")
        self.fold.clicked.connect(self._turn_fold)
        self.fold.setVisible(bool(rest))
        column.addWidget(self.fold)
        self._seldom.setLayout(self._rows(rest))
        column.addWidget(self._seldom)
        column.addStretch(1)
        self.editors = {name: self.editors[name] for name in kind.parameters()}
        self._rest = rest
        self.is_unfolded = False
        """Whether what is seldom changed is shown."""
        self.unfold(False)
        widest = max(label.sizeHint().width() for label in self._labels)
        for label in self._labels:
            label.setMinimumWidth(widest)
        set_topic(self, f"experiment/{kind.key}")

    def _rows(self, names: tuple[str, ...]) -> QFormLayout:
        """Return a form with an editor for each of these parameters."""
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        defaults = {field.name: field.default for field in dataclasses.fields(self.kind)}
        for name in names:
            parameter = self.kind.parameter(name)
            editor = self._editor(parameter, defaults[name], name)
            editor.setAccessibleName(f"experiment {words(name)}")
            if not isinstance(editor, QuantitySpinBox | QuantityListEdit | CountSpinBox):
                editor.setToolTip(parameter.help)
            set_topic(editor, f"experiment/{self.kind.key}/{name}")
            self.editors[name] = editor
            label = QLabel(f"{words(name)} ({parameter.shown_unit})" if parameter.shown_unit else words(name))
            self._labels.append(label)
            label.setToolTip(parameter.help)
            form.addRow(label, editor)
        return form

    def _tell(self, more: bool) -> None:
        """Show the whole description, or its first line."""
        self.more.setArrowType(Qt.ArrowType.DownArrow if more else Qt.ArrowType.RightArrow)
        self.about.setText("\n\n".join(self.kind.description()) if more else self.kind.summary())

    def _turn_fold(self) -> None:
        self.unfold(not self.is_unfolded)
        self.unfolded.emit(self.is_unfolded)

    def unfold(self, shown: bool) -> None:
        """Show what is seldom changed, or hide it."""
        self.is_unfolded = shown
        self._seldom.setVisible(shown and bool(self._rest))
        self.fold.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._count_hidden()

    def _count_hidden(self) -> None:
        """Say on the fold how many of the parameters behind it are not as usual."""
        changed = len(self.changed_names() & set(self._rest))
        self.fold.setText(f"More settings ({changed} changed)" if changed else "More settings")

    def changed_names(self) -> set[str]:
        """Return the names of the parameters that are not as usual."""
        usual = {field.name: field.default for field in dataclasses.fields(self.kind)}
        return {name for name, value in self.values().items()
                if usual[name] is not dataclasses.MISSING and _differ(value, usual[name])}

    def _editor(self, parameter: Parameter, default: object, name: str) -> QWidget:
        given: Any = None if default is dataclasses.MISSING else default
        owner = words(name)
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
            number = CountSpinBox(parameter, owner, int(given or 0))
            number.valueEdited.connect(self._change)
            number.refused.connect(self._refuse)
            number.accepted.connect(self._change)
            return number
        if parameter.kind == "quantities":
            several = QuantityListEdit(parameter, owner, given or ())
            several.edited.connect(self._change)
            several.refused.connect(self._refuse)
            return several
        factor = unit_factor(parameter.unit)
        start = factor if given is None else given.m_as(parameter.unit) * factor
        low = parameter.minimum * factor
        field = QuantitySpinBox(parameter.unit, math.nextafter(low, math.inf) if parameter.above else low,
                                parameter.maximum * factor, value=start)
        field.setHelp(parameter.help)
        field.valueEdited.connect(self._change)
        field.refused.connect(self._refuse)
        field.accepted.connect(self._change)
        if not parameter.optional:
            return field
        editor = OptionalQuantity(field, parameter.without)
        editor.box.setChecked(given is None)
        editor.box.toggled.connect(self._change)
        field.setAccessibleName(f"experiment {words(name)} value")
        editor.box.setAccessibleName(f"experiment {words(name)} {parameter.without}")
        editor.box.setToolTip(f"Leave it out: {parameter.without}. {parameter.help}")
        return editor

    def _change(self, *_: object) -> None:
        self._count_hidden()
        self.changed.emit()

    def _refuse(self, reason: str) -> None:
        if any(self._seldom.isAncestorOf(field) and field.reason() for field in self._fields()):
            self.unfold(True)  # what is wrong must be in sight
        self.refused.emit(self.reason() or reason)

    def reason(self) -> str:
        """Return why a field is refused, with its name, or nothing."""
        for name, editor in self.editors.items():
            for field in (editor.field if isinstance(editor, OptionalQuantity) else editor,):
                if field.isEnabled() and (reason := getattr(field, "reason", str)()):
                    return self.in_words(reason if reason.startswith(words(name)) else f"{words(name)}: {reason}")
        return ""

    def in_words(self, reason: str) -> str:
        """Return a refusal as a form says it: ``"last power: 0.1, the same as power; …"`` for one of a script."""
        found = re.match(rf"(?:{re.escape(self.kind.title())}\.)?({'|'.join(map(words, self.editors))}|"
                         rf"{'|'.join(self.editors)}) got ", reason)
        return reason if found is None else f"{words(found[1])}: {reason[found.end():]}"

    def commit(self) -> None:
        """Take over what is being typed."""
        for field in self._fields():
            if field.isEnabled():
                field.commit()

    def _fields(self) -> list[QuantitySpinBox | QuantityListEdit | CountSpinBox]:
        return [*self.findChildren(QuantitySpinBox), *self.findChildren(QuantityListEdit),
                *self.findChildren(CountSpinBox)]

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
            elif isinstance(editor, CountSpinBox):
                found[name] = editor.value()
        return found

    def shown(self) -> dict[str, object]:
        """Return the parameters as `fill` takes them: SI floats, tuples of them, words, counts, truths, None."""
        found = self.values()
        for name, editor in self.editors.items():
            if isinstance(editor, OptionalQuantity):
                found[name] = None if editor.box.isChecked() else editor.field.value()
            elif isinstance(editor, QuantitySpinBox):
                found[name] = editor.value()
            elif isinstance(editor, QuantityListEdit):
                factor = unit_factor(self.kind.parameter(name).unit)
                found[name] = tuple(member.m_as(self.kind.parameter(name).unit) * factor for member in editor.values())
        return found

    def fill(self, **values: object) -> None:
        """Put SI floats, tuples of them, words, whole numbers and truths into the form; None leaves a quantity out."""
        for name, value in values.items():
            editor = self.editors[name]
            if isinstance(editor, QComboBox):
                editor.setCurrentText(str(value))
            elif isinstance(editor, QCheckBox):
                editor.setChecked(bool(value))
            elif isinstance(editor, CountSpinBox):
                editor.setValue(int(value))  # type: ignore[call-overload]
            elif isinstance(editor, QuantityListEdit):
                editor.set_numbers(tuple(value))  # type: ignore[arg-type]
            elif isinstance(editor, OptionalQuantity):
                editor.box.setChecked(value is None)
                if value is not None:
                    _put(editor.field, float(value))  # type: ignore[arg-type]
            elif isinstance(editor, QuantitySpinBox):
                _put(editor, float(value))  # type: ignore[arg-type]
        self._count_hidden()

    def show_procedure(self, procedure: Procedure) -> None:
        """Put all parameters of an experiment of this kind into the form."""
        values: dict[str, object] = {}
        for name, parameter in self.kind.parameters().items():
            value = getattr(procedure, name)
            if parameter.kind == "quantity" and value is not None:
                value = procedure.si(name)
            elif parameter.kind == "quantities":
                value = procedure.si_list(name)
            values[name] = value
        self.fill(**values)

    def reset(self) -> None:
        """Put all parameters that have a usual value back to it."""
        self.show_procedure(self.kind())


def _fold_button(title: str, name: str, tip: str) -> QToolButton:
    """Return a button with an arrow that tells whether something is open."""
    button = QToolButton()
    button.setText(title)
    button.setArrowType(Qt.ArrowType.RightArrow)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setToolTip(tip)
    button.setAccessibleName(name)
    return button


def _put(field: QuantitySpinBox, value: float) -> None:
    """Show a value even in place of refused text."""
    if field.reason():
        field.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier))
    field.setValue(value)


def _differ(one: object, other: object) -> bool:
    """Whether two values of a parameter are not the same, but for rounding."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) != len(other) or any(_differ(a, b) for a, b in zip(one, other, strict=True))
    if hasattr(one, "m_as") and hasattr(other, "m_as"):
        a, b = one.to_base_units().magnitude, other.to_base_units().magnitude  # type: ignore[attr-defined]
        return not math.isclose(a, b, rel_tol=1e-9, abs_tol=0.0)
    return one != other
