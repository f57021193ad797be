"""The experiment: which one, its form, its duration or what is wrong, and what becomes of the run it describes."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.panels.duration import Duration
from gui.panels.experiment_choice import ExperimentChoice
from gui.panels.experiment_form import ExperimentForm
from gui.panels.experiment_forms import ExperimentForms
from gui.panels.filling import Filling
from gui.panels.filling_tools import FillingTools, run_in
from gui.panels.form_memory import FormMemory
from gui.panels.quality_line import QualityLine
from gui.panels.repeat_dialog import RepeatDialog
from gui.panels.run_buttons import RunButtons
from gui.queue_memory import keep_queue
from gui.run_plan import Plan
from gui.topics import set_topic
from gui.widgets.offer_strip import OfferStrip
from gui.widgets.refusal_label import RefusalLabel
from instruments.benches import BENCHES
from vlab.errors import VlabError
from vlab.experiments.procedure import Procedure


class ExperimentPanel(QWidget):
    """A choice of experiments, the parameters of the chosen one, and the buttons that carry it out.

    Parameters
    ----------
    desk : Desk
        Its commands have ``run.start`` and its like, of which buttons are views.

    Attributes
    ----------
    procedure : Procedure or None
        What the form describes, if that can be.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = model = desk.model
        self._commands = desk.commands
        self._memory = FormMemory(desk)
        self._duration = Duration(desk)
        self.procedure: Procedure | None = None
        self.setAccessibleName("experiment")
        self.setAcceptDrops(True)
        set_topic(self, "panel/experiment")
        self._build()
        keep_queue(desk, self)
        model.run_changed.connect(self._on_run)
        model.readings_changed.connect(self._on_readings)
        desk.undo.form_wanted.connect(self._put_back)
        model.clock_changed.connect(self.refresh)
        desk.exam_changed.connect(self.refresh)
        model.experiment_changed.connect(self._show_experiment)
        model.form_wanted.connect(self.filling.show_past)
        desk.queue.edit_wanted.connect(self.filling.edit_entry)
        desk.procedure_wanted.connect(self.show_procedure)
        desk.theme.changed.connect(self._redress)
        self._dress()
        self._show_experiment()

    # -- parts -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.choice = ExperimentChoice()
        self.choice.activated.connect(self._choose)
        self.filling = Filling(self._desk, self)
        self._tools = FillingTools(self._desk, self.filling, self.reset)
        self.figures, self.tools = self._tools.figures, self._tools.buttons
        self.strip = OfferStrip("note on the experiment")
        self.forms = ExperimentForms(self._desk, self._memory)
        self.forms.changed.connect(self._on_edit)
        self.forms.refused.connect(self._show_refusal)
        self.quality = QualityLine(self._desk)
        self.message = RefusalLabel()
        self.message.setMinimumHeight(self.fontMetrics().height() * 2 + 4)
        self.message.setTextFormat(Qt.TextFormat.RichText)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                             | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)
        self.message.linkActivated.connect(self._duration.follow)
        self.message.setAccessibleName("experiment message")
        self._run = RunButtons(self._desk, self.add_to_queue)
        self.buttons, self.queue_button = self._run.buttons, self._run.queue_button
        self.bar, self.left = self._run.bar, self._run.left
        column = QVBoxLayout(self)
        column.addWidget(self.choice)
        column.addWidget(self._tools)
        column.addWidget(self.strip)
        column.addWidget(self.forms, 1)
        # what comes and goes stands between form and buttons and takes its room from the form: Run never moves
        column.addWidget(self.quality)
        column.addWidget(self.message)
        column.addWidget(self._run)

    def _dress(self) -> None:
        self._run.dress()
        self.quality.dress()

    def _redress(self) -> None:
        self._dress()
        self.refresh()

    def commands(self) -> list[Command]:
        """Return what the window can do with the form."""
        def idle() -> bool:
            return self.procedure is not None

        return [
            Command("run.queue", "Add to the queue", "Measure", self.add_to_queue,
                    "Put the run that the form describes behind those that wait.", "Ctrl+Shift+R", idle),
            Command("run.repeat", "Repeat with a changed parameter…", "Measure", self.open_repeat,
                    "Run the experiment several times, each with another value of a parameter.", "Ctrl+Shift+E", idle),
            Command("run.figure", "Measure a figure of the papers…", "Measure", self._tools.open_figures,
                    "Choose a figure of the papers: its experiment, parameters and sample."),
            Command("run.fill", "Fill the form from a file…", "Measure", self._tools.ask_for_file,
                    "Fill the form from the data file of an earlier run."),
            Command("run.reset", "Usual values", "Measure", self.reset,
                    "Put all parameters of this experiment back to their usual values."),
        ]

    # -- the form ----------------------------------------------------------------------------------------------

    @property
    def form(self) -> ExperimentForm:
        """The form of the chosen experiment."""
        return self.forms.of(self._model.experiment)

    @property
    def editors(self) -> dict[str, QWidget]:
        """The editors of the chosen experiment, by parameter."""
        return self.form.editors

    def _choose(self, index: int) -> None:
        self.strip.withdraw()
        self._model.choose(self.choice.experiment(index))

    def _show_experiment(self) -> None:
        """Show the form of the chosen experiment as it was left, and which one it is."""
        self.choice.show_experiment(self._model.mounting or self._model.experiment)
        self.forms.show_form(self._model.experiment)
        self.refresh()

    def _on_edit(self) -> None:
        if not self.strip.lasting:
            self.strip.withdraw()  # what the form says is no longer what was offered
        self._take_over()

    def _take_over(self) -> None:
        """Take over what the form says now, so that it can be undone."""
        self._memory.take_note(self.form)
        self.refresh()

    def _put_back(self, experiment: type[Procedure], values: dict[str, object]) -> None:
        """Show values in the form again that were undone, or taken again."""
        if not self.isVisible():
            self._desk.panel_wanted.emit("experiment")
        if self._model.experiment is not experiment:
            self._model.choose(experiment)
        form = self.forms.of(experiment)
        form.fill(**values)
        self._memory.take_as_known(form)
        self.refresh()

    def values(self) -> dict[str, object]:
        """Return the parameters as the form shows them."""
        return self.form.values()

    def fill(self, **values: object) -> None:
        """Put SI floats and words into the form."""
        self.form.fill(**values)
        self._take_over()

    def show_procedure(self, procedure: Procedure) -> None:
        """Put an experiment of the chosen kind into the form, with all its parameters."""
        self.form.show_procedure(procedure)
        self._take_over()

    def reset(self) -> None:
        """Put all parameters back to their usual values."""
        self.strip.withdraw()
        self.form.reset()
        self._take_over()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept the data file of a run."""
        if run_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Fill the form from the data file of a run."""
        path = run_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.filling.show_file(path)

    # -- what is said of it ------------------------------------------------------------------------------------

    def _show_refusal(self, reason: str) -> None:
        self.procedure = None
        self.message.say(escape(reason), refused=True)
        self.show_buttons()
        self._commands.changed.emit()

    def refresh(self, *_: object) -> None:
        """Check the form, say how long it takes or what is wrong, and set the buttons."""
        bad = self.form.reason()
        try:
            self.procedure = None if bad else self.form.kind(**self.form.values())
        except VlabError as error:
            self.procedure = None
            self.message.say(escape(self.form.in_words(str(error))), refused=True)
        forbidden = self._model.forbids(self.form.kind)
        if forbidden:
            self.procedure = None
            self.message.say(escape(forbidden), refused=True)
        elif bad:
            self.message.say(escape(bad), refused=True)
        elif self.procedure is not None:
            self._memory.keep(self.procedure)
            self.message.say(self._being_set_up() or self._duration.sentence(self.procedure))
        self.show_buttons()
        self._show_progress()
        self._commands.changed.emit()

    def _being_set_up(self) -> str:
        """Return that a bench is being set up, while it is."""
        coming = self._model.mounting
        if coming is None:
            return ""
        bench = escape(BENCHES[coming.bench].title)
        return f"The bench <b>{bench}</b> is being set up; a moment, and {escape(coming.in_words())} can begin."

    def _on_readings(self, *_: object) -> None:
        self._show_progress()
        if self._duration.take_answer():
            self.refresh()
        if self.procedure is not None and self.isVisible():
            self._duration.ask(self.procedure)

    def _on_run(self) -> None:
        if self._model.run is not None:
            self.quality.follow(self._model.scans[-1])
        if self._duration.forget():
            self.refresh()
        self.show_buttons()
        QTimer.singleShot(0, self, self._show_progress)  # a progress bar draws the whole window at once

    def show_buttons(self) -> None:
        """Show which of Run, Pause and Abort are possible now."""
        self._run.show_possible(self.procedure is not None)

    def _show_progress(self) -> None:
        self.quality.refresh()
        self._run.show_progress()

    # -- what becomes of it ------------------------------------------------------------------------------------

    def prepare(self) -> bool:
        """Make beforehand what would keep somebody waiting who opens it; return whether there is more."""
        self.figures.fill()
        return False

    def commit(self) -> Procedure | None:
        """Take over what is being typed and return the experiment, or None with the reason shown."""
        self.form.commit()
        self.refresh()
        return self.procedure

    def plan(self) -> Plan | None:
        """Return the run that the form describes, on the sample that is mounted; None with the reason shown."""
        procedure = self.commit()
        if procedure is None:
            return None
        sample = self._desk.queue.mounted.choice
        if sample is None:
            self._model.notice("warning", "The bench is being set up; wait a moment before you plan a run on it.")
            return None
        return Plan(procedure, sample)

    def add_to_queue(self) -> None:
        """Put the run that the form describes behind those that wait."""
        plan = self.plan()
        if plan is not None:
            queue = self._desk.queue
            queue.add([plan])
            if self._model.run is not None and queue.present is None and not queue.going:
                queue.start()  # whoever queues behind a measurement wants it to follow
            then = "its turn comes" if queue.going else "start the queue to run it"
            self._model.notice("info", f"Queued: {plan.title}; {then}.")

    def open_repeat(self) -> None:
        """Open the dialog that repeats the experiment with a changed parameter."""
        plan = self.plan()
        if plan is not None:
            dialog = RepeatDialog(self._desk, plan, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()
