"""The panel of one instrument, made from its declarations: settings, readings, flags, actions, faults."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.lab import Snapshot
from gui.models import LabModel
from gui.theme import tabular_font
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.lamp import Lamp
from gui.widgets.quantity_spin_box import QuantitySpinBox
from instruments.declaration import Reading, Setting
from instruments.instrument import Instrument
from vlab.quantity_scale import pretty_unit
from vlab.readout import readout
from vlab.units import unit_factor

_LAMPS_IN_A_ROW = 3
_FEW_READINGS = 6
"""Each has a line of its own; of more, two share a line where they fit, so that the settings begin in sight."""
_GAP = 16
"""Between two readings on a line, in pixels."""


def words(name: str) -> str:
    """Return a declared name as people write it: ``"time constant"``."""
    return name.replace("_", " ")


class InstrumentPanel(QScrollArea):
    """Everything that an instrument has, in the order of its declarations.

    Parameters
    ----------
    model : LabModel
    name : str
        What the bench calls the instrument.
    kind : type of Instrument
    """

    def __init__(self, model: LabModel, name: str, kind: type[Instrument], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._name = name
        self._instrument = kind(name)  # a stand-in, for limits
        self.editors: dict[str, QWidget] = {}
        self.displays: dict[str, QLabel] = {}
        self.lamps: dict[str, Lamp] = {}
        self.buttons: dict[str, QPushButton] = {}
        self.faults: dict[str, QCheckBox] = {}
        self._movable = [key for key, setting in kind.settings().items()
                         if not setting.choices and callable(setting._limits)]
        """Settings whose limits depend on others."""
        self._readings = kind.readings()
        body = QWidget()
        column = QVBoxLayout(body)
        lamps, settings = self._lamp_row(), self._setting_form()
        column.addLayout(lamps)
        column.addLayout(self._display_rows(max(lamps.sizeHint().width(), settings.sizeHint().width())))
        if self.lamps or self.displays:
            column.addWidget(_rule())
        column.addLayout(settings)
        column.addLayout(self._button_row())
        column.addWidget(self._fault_box())
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setMinimumWidth(body.sizeHint().width() + 18)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(f"{kind.title} panel")
        self.forget = model.readings_changed.connect(self.show_snapshot)
        """Called before the panel goes: the model no longer tells it."""
        if model.snapshot.values:
            self.show_snapshot(model.snapshot)

    def _lamp_row(self) -> QGridLayout:
        rows = QGridLayout()
        rows.setVerticalSpacing(0)
        for number, (key, flag) in enumerate(self._instrument.flags().items()):
            lamp = Lamp(words(key), alarm=flag.spoils)
            lamp.setToolTip(flag.help + (" Points that are measured meanwhile are marked as spoiled." if flag.spoils
                                         else ""))
            lamp.setAccessibleName(f"{self._name} {words(key)}")
            self.lamps[key] = lamp
            rows.addWidget(lamp, number // _LAMPS_IN_A_ROW, number % _LAMPS_IN_A_ROW)
        rows.setColumnStretch(_LAMPS_IN_A_ROW, 1)
        return rows

    def _display_rows(self, room: int) -> QGridLayout:
        """Return the readings in their order, in lines that are as wide as the panel is anyway."""
        rows = QGridLayout()
        rows.setHorizontalSpacing(_GAP)
        rows.setVerticalSpacing(2)
        half = (room - _GAP) // 2 if len(self._readings) > _FEW_READINGS else 0
        lines: list[list[QHBoxLayout]] = []
        alone = False  # whether the last line has room for another reading
        for key, reading in self._readings.items():
            title, label = QLabel(words(key)), QLabel("–")
            label.setFont(tabular_font())
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            label.setToolTip(reading.help)
            label.setAccessibleName(f"{self._name} {words(key)}")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.displays[key] = label
            cell = QHBoxLayout()
            cell.addWidget(title)
            cell.addWidget(label, 1)
            usual = label.fontMetrics().horizontalAdvance(_usual_text(reading))
            short = title.sizeHint().width() + cell.spacing() + usual <= half
            if short and alone:
                lines[-1].append(cell)
            else:
                lines.append([cell])
            alone = short and not alone
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                rows.addLayout(cell, number, place, 1, 2 // len(line))
        for place in (0, 1):
            rows.setColumnStretch(place, 1)
        return rows

    def _setting_form(self) -> QFormLayout:
        form = _form()
        for key, setting in self._instrument.settings().items():
            editor = self._editor(key, setting)
            editor.setAccessibleName(f"{self._name} {words(key)}")
            self.editors[key] = editor
            if setting.group:
                form.addRow(_heading(setting.group))
            form.addRow(words(key), editor)
        return form

    def _editor(self, key: str, setting: Setting) -> QWidget:
        if setting.choices:
            box = ComboBox()
            for choice in setting.choices:
                si = choice if setting.unit is None else setting.check(self._instrument, setting.in_si(choice))
                title = str(choice) if setting.unit is None else f"{choice:g} {pretty_unit(setting.unit)}".strip()
                box.addItem(title, si)
            box.setToolTip(setting.help)
            box.activated.connect(lambda index, box=box: self._write(key, box.itemData(index)))
            return box
        field = QuantitySpinBox(setting.unit or "", *setting.limits(self._instrument), value=float(setting.default))
        field.setHelp(setting.help)
        field.valueEdited.connect(partial(self._write, key))
        field.refused.connect(lambda reason: self._model.notice("warning", f"{self._name}, {words(key)}: {reason}"))
        return field

    def _button_row(self) -> QGridLayout:
        rows = QGridLayout()
        for number, (key, action) in enumerate(self._instrument.actions().items()):
            button = QPushButton(words(key).capitalize())
            button.setToolTip(action.help)
            button.setAccessibleName(f"{self._name} {words(key)}")
            button.clicked.connect(partial(self._act, key))
            self.buttons[key] = button
            rows.addWidget(button, number // _LAMPS_IN_A_ROW, number % _LAMPS_IN_A_ROW)
        rows.setColumnStretch(_LAMPS_IN_A_ROW, 1)
        return rows

    def _fault_box(self) -> QWidget:
        """Return what can go wrong on demand, folded away until a hand opens it."""
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        self.unfold = QToolButton(text="Let something go wrong", checkable=True, autoRaise=True)
        self.unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.unfold.setArrowType(Qt.ArrowType.RightArrow)
        self.unfold.setToolTip("Show the faults that this instrument can have, to learn how they look.")
        inner = QWidget()
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(18, 0, 0, 0)
        for key, fault in self._instrument.faults().items():
            check = QCheckBox(words(key))
            check.setToolTip(fault.help)
            check.setAccessibleName(f"{self._name} fault {words(key)}")
            check.clicked.connect(lambda present, key=key: self._model.turn_fault(self._name, key, present))
            self.faults[key] = check
            rows.addWidget(check)
        inner.hide()
        self.unfold.clicked.connect(lambda shown: shown and QTimer.singleShot(0, self, lambda: self._bring_up(box)))
        self.unfold.toggled.connect(inner.setVisible)
        self.unfold.toggled.connect(lambda shown: self.unfold.setArrowType(
            Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow))
        column.addWidget(self.unfold)
        column.addWidget(inner)
        box.setVisible(bool(self.faults))
        return box

    def _bring_up(self, box: QWidget) -> None:
        """Scroll until a box is seen: all of it or, where it is taller than the panel, its beginning."""
        layout = self.widget().layout()
        assert layout is not None
        layout.activate()  # it may just have become taller
        self.ensureWidgetVisible(box, 0, 9)
        self.ensureWidgetVisible(self.unfold, 0, 0)

    def _write(self, key: str, value: float | str) -> None:
        self._model.write(self._name, key, value)

    def _act(self, key: str) -> None:
        self._model.act(self._name, key)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what the laboratory published; a field in which a hand is typing is left alone."""
        values = snapshot.values.get(self._name)
        if values is None or not self.isVisible():
            return
        for key, label in self.displays.items():
            reading = self._readings[key]
            text = f"{values[key]:.0f}" if reading.whole else readout(values[key], reading.unit, reading.digits)
            if label.text() != text:
                label.setText(text)
        for key, lamp in self.lamps.items():
            lamp.set_lit(bool(values[key]))
        for key, check in self.faults.items():
            check.setChecked(bool(values[key]))
            if values[key]:
                self.unfold.setChecked(True)
        self._follow_limits(values)
        for key, editor in self.editors.items():
            if isinstance(editor, QuantitySpinBox):
                if not editor.hasFocus() and editor.value() != values[key]:
                    editor.setValue(float(values[key]))
            elif isinstance(editor, QComboBox) and not editor.view().isVisible():
                index = editor.findData(values[key])
                if index >= 0 and index != editor.currentIndex():
                    editor.setCurrentIndex(index)

    def _follow_limits(self, values: dict[str, float | str]) -> None:
        """Take over limits that depend on other settings."""
        for key in self._movable:
            for name in self._instrument.settings():
                self._instrument._values[name] = values[name]
            editor, limits = self.editors[key], self._instrument.settings()[key].limits(self._instrument)
            if isinstance(editor, QuantitySpinBox) and (editor.minimum(), editor.maximum()) != limits:
                editor.setRange(*limits)

    def showEvent(self, event: object) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.show_snapshot(self._model.snapshot)


def _usual_text(reading: Reading) -> str:
    """Return a text that is as wide as most that the reading shows."""
    si = -0.0888888888 * (1.0 if reading.unit is None else unit_factor(reading.unit))
    return "00000" if reading.whole else readout(si, reading.unit, reading.digits)


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    form.setVerticalSpacing(4)
    return form


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Sunken)
    return line
