"""The sample: which dot is in the cryostat, with which model, seed and noise."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from gui.models import LabModel
from vlab.samples.quantum_dot import QuantumDot


class SamplePanel(QWidget):
    """Choices of the sample and a button that mounts it.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.model_choice = QComboBox()
        self.model_choice.addItems(QuantumDot.parameter("model").choices)
        self.model_choice.setToolTip(QuantumDot.parameter("model").help)
        self.preset = QComboBox()
        self.preset.addItems(["tuned", "reference"])
        self.preset.setToolTip("Choose the time scale: dragging that builds up in about 1 s, or the starting values.")
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setToolTip("Set the seed of all noise: same seed, same numbers.")
        self.noise = QCheckBox("noise on")
        self.noise.setChecked(True)
        self.noise.setToolTip("Switch all noise sources on or off.")
        self.mount = QPushButton("Mount sample")
        self.mount.setToolTip("Put this sample into the cryostat, at reference conditions and with thermal nuclei.")
        self.mount.clicked.connect(self._mount)
        about = QLabel("A quantum dot of sample A. <b>latta2009</b> is eq. 13 to the letter, which drags from laser "
                       "red to blue only; <b>noncollinear</b> adds the odd pump term and drags both ways.")
        about.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(about)
        form = QFormLayout()
        for title, widget in (("model", self.model_choice), ("preset", self.preset), ("seed", self.seed),
                              ("", self.noise)):
            widget.setAccessibleName(f"sample {title or 'noise'}")
            form.addRow(title, widget)
        column.addLayout(form)
        column.addWidget(self.mount)
        column.addStretch(1)
        self.setAccessibleName("sample panel")

    def _mount(self) -> None:
        self._model.mount(self.model_choice.currentText(), self.preset.currentText(), self.seed.value(),
                          self.noise.isChecked())
