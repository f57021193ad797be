"""The desk: what all parts of one window share, so that each of them needs to know nobody else. No Qt widgets here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gui.commands import Commands
from gui.evented import Event
from gui.history import History
from gui.models import LabModel
from gui.run_queue import RunQueue
from gui.script import Diary
from gui.theme import Theme
from gui.undo import Undo

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from vlab.experiments.procedure import Procedure


@dataclass
class Desk:
    """Models, theme and commands of a window, and wishes that another part of it fulfils.

    Parameters
    ----------
    model : LabModel
    theme : Theme
    settings : QSettings
        Where choices are kept between two starts.
    """

    model: LabModel
    theme: Theme
    settings: QSettings
    commands: Commands = field(default_factory=Commands)
    history: History = field(init=False)
    queue: RunQueue = field(init=False)
    """Runs that wait for their turn."""
    undo: Undo = field(init=False)
    diary: Diary = field(init=False)
    """What hands did, for "copy as script"."""
    panel_wanted: Event = field(default_factory=Event)
    """With the key of a panel that shall be seen, such as ``"lockin"`` or ``"sample"``."""
    plot_wanted: Event = field(default_factory=Event)
    """The plot shall be seen."""
    procedure_wanted: Event = field(default_factory=Event)
    """With an experiment of the chosen kind that the form shall show, with all its parameters."""
    help_wanted: Event = field(default_factory=Event)
    """With a topic of the help (`gui.topics`)."""
    exam_changed: Event = field(default_factory=Event)
    """Exam mode began or ended."""
    exam: bool = False
    """Whether what no instrument shows is kept from being seen."""

    def __post_init__(self) -> None:
        self.history = History(self.model)
        self.queue = RunQueue(self.model)
        self.undo = Undo(self.model)
        self.diary = Diary(self.model)
        self.model.experiment_changed.connect(self._keep_experiment)
        self.model.forbids = self._forbids

    def _keep_experiment(self) -> None:
        """Remember which experiment is chosen, at once: a program that is killed closes no window."""
        key = self.model.experiment.key
        if self.settings.value("experiment") != key:
            self.settings.setValue("experiment", key)
            self.settings.sync()

    def _forbids(self, kind: type[Procedure]) -> str:
        return (f"{kind.in_words()} tells what no instrument shows; it cannot be run in exam mode."
                if self.exam and kind.theoretical else "")

    def set_exam(self, exam: bool) -> None:
        """Begin or end exam mode."""
        if exam != self.exam:
            self.exam = exam
            self.exam_changed.emit()
