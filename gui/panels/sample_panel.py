"""The sample: what is in the cryostat, chosen by a few words, with seed and noise."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.models import LabModel
from gui.panels.instrument_panel import words
from gui.widgets.focus_wheel import ComboBox, SpinBox
from instruments.benches import BenchKind


class SamplePanel(QWidget):
    """Choices of the sample of one kind of bench and a button that mounts it.

    Parameters
    ----------
    model : LabModel
        Its present kind of bench is meant.
    """

    def __init__(self, model: LabModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        kind = model.kind
        self.words: dict[str, ComboBox] = {}
        about = QLabel(kind.sample_about)
        about.setWordWrap(True)
        about.setVisible(bool(kind.sample_about))
        form = QFormLayout()
        for name, choices in kind.presets.items():
            box = ComboBox()
            box.addItems(choices)
            box.setToolTip(kind.words_help(name))
            box.setAccessibleName(f"sample {name}")
            self.words[name] = box
            form.addRow(name, box)
        self.seed = SpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setToolTip("Set the seed of all noise: same seed, same numbers.")
        self.seed.setAccessibleName("sample seed")
        form.addRow("seed", self.seed)
        self.noise = QCheckBox("noise on")
        self.noise.setChecked(True)
        self.noise.setToolTip("Switch all noise sources on or off.")
        self.noise.setAccessibleName("sample noise")
        form.addRow("", self.noise)
        self.changes = QLineEdit()
        self.changes.setPlaceholderText(f"{changeable(kind)}; …")
        self.changes.setToolTip(f"Change parameters of the sample, separated by semicolons: "
                                f"{', '.join(words(name) for name in kind.sample_type.parameters())}.")
        self.changes.setAccessibleName("sample changes")
        self.changes.returnPressed.connect(self._mount)
        form.addRow("changes", self.changes)
        self.mount = QPushButton("Mount sample")
        self.mount.setToolTip("Put this sample into the cryostat, in equilibrium and at reference conditions.")
        self.mount.clicked.connect(self._mount)
        column = QVBoxLayout(self)
        column.addWidget(about)
        column.addLayout(form)
        column.addWidget(self.mount)
        column.addStretch(1)
        self.setAccessibleName("sample panel")

    def _mount(self) -> None:
        chosen = {name: box.currentText() for name, box in self.words.items()}
        for change in filter(None, map(str.strip, self.changes.text().split(";"))):
            name, equals, value = change.partition("=")
            if not equals:
                self._model.notice("warning", f"The sample's changes got {change!r}; they want NAME = VALUE, separated "
                                              f"by semicolons, such as {changeable(self._model.kind)}.")
                return
            chosen[name.strip().replace(" ", "_")] = value.strip()
        self._model.mount(chosen, self.seed.value(), self.noise.isChecked())


def changeable(kind: BenchKind) -> str:
    """Return an example of a change, NAME = VALUE."""
    known = kind.sample_type.parameters()
    sample = kind.make_sample({})
    name = next((n for n in known if n not in kind.presets), next(iter(known)))
    return f"{words(name)} = {known[name].shown(getattr(sample, name))}"
