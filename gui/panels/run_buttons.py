"""The buttons that carry an experiment out: Run, Add to queue, Pause, Resume, Abort; with the progress of the run."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.desk import Desk
from vlab.readout import clock


class RunButtons(QWidget):
    """Views of the commands ``run.start``, ``run.pause`` and ``run.abort``, a button of the queue, bar and time left.

    Parameters
    ----------
    desk : Desk
    add_to_queue : callable
        Puts the run that the form describes behind those that wait.

    Attributes
    ----------
    buttons : dict of QPushButton
        By the keys of their commands.
    """

    def __init__(self, desk: Desk, add_to_queue: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = desk.model
        self._commands = desk.commands
        self.buttons = {key: QPushButton() for key in ("run.start", "run.pause", "run.abort")}
        for key, button in self.buttons.items():
            button.setToolTip(self._commands[key].help)
            button.clicked.connect(lambda _=False, key=key: self._commands.run(key))
        run, pause = self.buttons["run.start"], self.buttons["run.pause"]
        pause.setText("Resume")  # the longer one
        pause.setMinimumWidth(pause.sizeHint().width())
        self.queue_button = QPushButton("Add to queue")
        self.queue_button.setToolTip("Put this run behind those that wait (Ctrl+Shift+R).")
        self.queue_button.clicked.connect(add_to_queue)
        font = QFont(run.font())
        font.setBold(True)
        run.setFont(font)
        run.setMinimumHeight(run.sizeHint().height() + 6)
        self.queue_button.setMinimumHeight(run.minimumHeight())
        self.bar = QProgressBar()
        self.bar.setAccessibleName("progress")
        self.bar.setTextVisible(True)
        self.left = QLabel(" ")
        self.left.setAccessibleName("time left")
        self.left.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(run, 1)
        first.addWidget(self.queue_button)
        second.addWidget(self.bar, 1)
        second.addWidget(pause)
        second.addWidget(self.buttons["run.abort"])
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(first)
        rows.addLayout(second)
        rows.addWidget(self.left)

    def dress(self) -> None:
        """Let the Run button stand out."""
        theme, button = self._desk.theme, self.buttons["run.start"]
        palette = QPalette(button.palette())
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, QPalette.ColorRole.Button, theme.colour("accent"))
            palette.setColor(group, QPalette.ColorRole.ButtonText, theme.colour("on accent"))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Button, theme.colour("button"))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText, theme.colour("faint text"))
        button.setPalette(palette)

    def show_possible(self, described: bool) -> None:
        """Show which of the buttons can be pressed now.

        Parameters
        ----------
        described : bool
            Whether the form describes an experiment that can be.
        """
        paused = self._model.run_state == "paused" and self._model.run is not None
        titles = {"run.start": "Run", "run.pause": "Resume" if paused else "Pause", "run.abort": "Abort"}
        for key, button in self.buttons.items():
            if button.text() != titles[key]:
                button.setText(titles[key])
            button.setEnabled(self._commands[key].enabled())
        run = self.buttons["run.start"]
        tip = self._commands["run.start"].help if run.isEnabled() else self._why_not()
        if run.toolTip() != tip:
            run.setToolTip(tip)
        self.queue_button.setEnabled(described)

    def _why_not(self) -> str:
        """Return why nothing can be started now."""
        model = self._model
        if model.run is not None:
            return "A measurement is running; Add to queue lets this one follow."
        if model.mounting is not None or not model.connected:
            return "The bench is being set up."
        return "A parameter is refused; the sentence above says which."

    def show_progress(self) -> None:
        """Show how far the run is, and how long it still takes."""
        point = self._model.progress
        if self._model.mounting is not None:
            self.bar.setRange(0, 0)  # something goes on, nobody knows how long
            self.left.setText("the bench is being set up …")
            return
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
            behind = len(self._desk.queue.waiting) if self._desk.queue.going else 0
            then = f"; {behind} more in the queue" if behind else ""
            self.left.setText(f"left: {clock(point.lab_left)} lab time, {clock(point.wall_left)} here{then}")
        if self.left.toolTip() != self.left.text().strip():
            self.left.setToolTip(self.left.text().strip())
