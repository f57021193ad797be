"""The log: what happened, line by line."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from gui.models import LabModel


class LogPanel(QWidget):
    """The lines of the model's log, newest last.

    Parameters
    ----------
    model : LabModel
    """

    def __init__(self, model: LabModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(2000)
        self.text.setAccessibleName("log")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.text)
        for line in model.log:
            self.text.appendPlainText(f"{line.moment}  {line.text}")
        model.noticed.connect(lambda _: self.text.appendPlainText(f"{model.log[-1].moment}  {model.log[-1].text}"))
