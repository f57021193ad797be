"""The choice of an experiment: all there are, under the titles of the benches they need."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QFont, QStandardItemModel
from PySide6.QtWidgets import QWidget

from gui.widgets.focus_wheel import ComboBox
from instruments.benches import BENCHES
from vlab.experiments import EXPERIMENTS, experiments_on
from vlab.experiments.procedure import Procedure


class ExperimentChoice(ComboBox):
    """A box with the experiments of all benches; the entry of a bench itself cannot be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("experiment choice")
        self.setToolTip("Choose the experiment; one for another bench has that set up, with its usual sample. Type its "
                        "first letters to find it.")
        self.setMaxVisibleItems(30)
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(16)
        bold = QFont()
        bold.setBold(True)
        entries = self.model()
        assert isinstance(entries, QStandardItemModel)
        for bench in BENCHES.values():
            kinds = experiments_on(bench.key)
            if kinds:
                self.addItem(bench.title)
                entries.item(self.count() - 1).setEnabled(False)
                self.setItemData(self.count() - 1, bold, Qt.ItemDataRole.FontRole)
            for key, kind in kinds.items():
                self.addItem(kind.in_words(), key)
                self.setItemData(self.count() - 1, kind.summary(), Qt.ItemDataRole.ToolTipRole)

    def experiment(self, index: int) -> type[Procedure]:
        """Return the experiment of an entry."""
        return EXPERIMENTS[self.itemData(index)]

    def show_experiment(self, experiment: type[Procedure]) -> None:
        """Show which experiment is chosen, without a word to anybody."""
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findData(experiment.key))
