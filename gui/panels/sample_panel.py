"""The sample: what is in the cryostat, chosen by a few words and changed parameters, with seed and noise."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.desk import Desk
from gui.panels.instrument_panel import words
from gui.theme import field_palette, is_dark
from gui.topics import set_topic
from gui.widgets.count_spin_box import CountSpinBox
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.refusal_label import RefusalLabel
from instruments.benches import BenchKind
from vlab.errors import SettingError, VlabError
from vlab.parameters import Parameter

_SEED = Parameter("count", "Set the seed of all noise: same seed, same numbers.", minimum=0, maximum=2**31 - 1)


class SamplePanel(QWidget):
    """Choices of the sample of one kind of bench and a button that mounts it; shows whatever was mounted last.

    Parameters
    ----------
    desk : Desk
        The present kind of bench of its model is meant.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = desk.model
        self._mounted = desk.queue.mounted
        self._kind = kind = desk.model.kind
        self.words: dict[str, ComboBox] = {}
        set_topic(self, "panel/sample")
        self.mounted = QLabel()
        self.mounted.setWordWrap(True)
        self.mounted.setAccessibleName("mounted sample")
        about = QLabel(kind.sample_about)
        about.setWordWrap(True)
        about.setVisible(bool(kind.sample_about))
        form = QFormLayout()
        form.setVerticalSpacing(4)
        for name, choices in kind.presets.items():
            box = ComboBox()
            box.addItems(choices)
            box.setToolTip(kind.words_help(name))
            box.setAccessibleName(f"sample {name}")
            box.currentTextChanged.connect(lambda _: self._check())
            set_topic(box, f"sample/{name}")
            self.words[name] = box
            form.addRow(name, box)
        self.seed = CountSpinBox(_SEED, "The seed")
        self.seed.setAccessibleName("sample seed")
        self.seed.refused.connect(lambda _: self._check())
        self.seed.accepted.connect(self._check)
        set_topic(self.seed, "sample/seed")
        form.addRow("seed", self.seed)
        self.noise = QCheckBox("noise on")
        self.noise.setChecked(True)
        self.noise.setToolTip("Switch all noise sources on or off.")
        self.noise.setAccessibleName("sample noise")
        set_topic(self.noise, "sample/noise")
        form.addRow("", self.noise)
        form.addRow("changes", self._make_changes())
        self.message = RefusalLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setAccessibleName("sample message")
        self.message.hide()
        self.mount = QPushButton("Mount sample")
        self.mount.setToolTip("Put this sample into the cryostat, in equilibrium and at reference conditions.")
        self.mount.clicked.connect(self._mount)
        column = QVBoxLayout(self)
        column.addWidget(self.mounted)
        column.addWidget(about)
        column.addLayout(form)
        column.addWidget(self.mount)
        column.addWidget(self.message)  # below, so that the button stays where it is
        column.addStretch(1)
        self.setAccessibleName("sample panel")
        self._show_mounted()
        forget = self._mounted.changed.connect(self._show_mounted)
        self.destroyed.connect(lambda *_: forget())

    def _make_changes(self) -> QHBoxLayout:
        """Return the line of changed parameters with the menu of all there are."""
        kind = self._kind
        self.changes = QLineEdit()
        self.changes.setPlaceholderText(f"{changeable(kind)}; …")
        self.changes.setAccessibleName("sample changes")
        self.changes.textChanged.connect(lambda _: self._check())
        self.changes.returnPressed.connect(self._mount)
        set_topic(self.changes, "sample")
        self._changes_help = (f"Change parameters of the sample, separated by semicolons: "
                              f"{', '.join(words(name) for name in kind.sample_type.parameters())}.")
        self.changes.setToolTip(self._changes_help)
        self.more = QToolButton()
        self.more.setText("＋")
        self.more.setToolTip("Choose a parameter of the sample to change.")
        self.more.setAccessibleName("parameters of the sample")
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.setToolTipsVisible(True)
        for name, parameter in kind.sample_type.parameters().items():
            if name not in kind.presets:
                action = menu.addAction(words(name))
                action.setToolTip(f"{parameter.help} Wants {parameter.allowed()}.")
                action.triggered.connect(lambda _=False, name=name: self.begin_change(name))
        self.more.setMenu(menu)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.changes, 1)
        row.addWidget(self.more)
        return row

    def begin_change(self, name: str) -> None:
        """Write a parameter with its present value into the line of changes, the value selected to be typed over."""
        known = self._kind.sample_type.parameter(name)
        try:
            sample = self._kind.make_sample({n: box.currentText() for n, box in self.words.items()})
        except VlabError:
            sample = self._kind.make_sample({})
        value = known.shown(getattr(sample, name))
        before = self.changes.text().strip().rstrip(";")
        text = f"{before}; {words(name)} = {value}" if before else f"{words(name)} = {value}"
        self.changes.setText(text)
        self.changes.setFocus()
        self.changes.setSelection(len(text) - len(value), len(value))

    def chosen(self) -> dict[str, str]:
        """Return the words and changed parameters that are chosen.

        Raises
        ------
        VlabError
            There is no such sample.
        """
        found = {name: box.currentText() for name, box in self.words.items()}
        for change in filter(None, map(str.strip, self.changes.text().split(";"))):
            name, equals, value = change.partition("=")
            if not equals:
                raise SettingError(f"The sample's changes got {change!r}; they want NAME = VALUE, separated by "
                                   f"semicolons, such as {changeable(self._kind)}.")
            found[name.strip().replace(" ", "_")] = value.strip()
        self._kind.make_sample(found)
        return found

    def _check(self) -> str:
        """Show and return why there can be no such sample, or nothing."""
        reason = self.seed.reason()
        try:
            self.chosen()
        except VlabError as error:
            reason = str(error)
            self.changes.setPalette(field_palette(True, is_dark(self.palette())))
        else:
            self.changes.setPalette(field_palette(False, is_dark(self.palette())))
        self.changes.setAccessibleDescription(reason or self._changes_help)
        self.message.say(reason, refused=True)
        self.message.setVisible(bool(reason))
        return reason

    def _mount(self) -> None:
        self.seed.commit()
        reason = self._check()
        if reason:
            self._model.notice("warning", reason)
        else:
            self._model.mount(self.chosen(), self.seed.value(), self.noise.isChecked())

    def _show_mounted(self) -> None:
        """Show what the bench has, and choose the same."""
        choice = self._mounted.choice
        if choice is None or choice.bench != self._kind.key:
            return
        self.mounted.setText(f"In the cryostat: <b>{choice.told()}</b>.")
        for name, box in self.words.items():
            box.setCurrentText(choice.words.get(name, self._kind.presets[name][0]))
        known = self._kind.sample_type.parameters()
        self.changes.setText("; ".join(
            f"{words(name)} = {known[name].shown(known[name].parsed(word, name))}"
            for name, word in choice.words.items() if name not in self._kind.presets))
        self.seed.setValue(choice.seed)
        self.noise.setChecked(choice.noise)
        self._check()


def changeable(kind: BenchKind) -> str:
    """Return an example of a change, NAME = VALUE."""
    known = kind.sample_type.parameters()
    sample = kind.make_sample({})
    name = next((n for n in known if n not in kind.presets), next(iter(known)))
    return f"{words(name)} = {known[name].shown(getattr(sample, name))}"
