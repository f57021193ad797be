"""The experiment: which one, its form, its duration or what is wrong; Run, Add to queue, Pause, Resume, Abort."""

from __future__ import annotations

import json
import math
import time
from concurrent.futures import Future
from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFont, QPalette, QStandardItemModel
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.commands import Command
from gui.desk import Desk
from gui.panels.experiment_form import ExperimentForm
from gui.panels.figure_menu import FigureMenu
from gui.panels.filling import Filling
from gui.panels.repeat_dialog import RepeatDialog
from gui.queue_memory import keep_queue
from gui.run_plan import Plan
from gui.scans import Scan
from gui.topics import set_topic
from gui.undo import FormChanged
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.offer_strip import OfferStrip
from gui.widgets.refusal_label import RefusalLabel
from instruments.benches import BENCHES
from vlab.errors import VlabError
from vlab.experiments import EXPERIMENTS, experiments_on
from vlab.experiments.procedure import Procedure
from vlab.readout import clock

_LONG = 120.0
"""Seconds here from which on the message says how it goes quicker."""
_FAST = "fast"
_FOLD = "experiment/more settings"
_LOOK_AGAIN = 1.0
"""Seconds between two questions whether something on the bench still moves."""
_LEAST_FORM = 80
"""Pixels of the form that are seen in the smallest panel."""


class ExperimentPanel(QWidget):
    """A choice of experiments, the parameters of the chosen one, and the buttons that carry it out.

    Parameters
    ----------
    desk : Desk
        Its commands have ``run.start`` and its like, of which buttons are views.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = model = desk.model
        self._commands = desk.commands
        self._forms: dict[str, ExperimentForm] = {}
        self._kept: dict[str, Procedure] = {}
        self._shown: dict[str, dict[str, object]] = {}
        """What each form showed before its next change, for undo."""
        self._waits = 0.0
        """Seconds until what moves now has settled, for which the experiment would wait."""
        self._question: Future[float] | None = None
        self._asked = -math.inf
        self._told = ""
        self._scan: Scan | None = None
        """Of the run in progress, or of the last one."""
        self.procedure: Procedure | None = None
        self.setAccessibleName("experiment")
        self.setAcceptDrops(True)
        set_topic(self, "panel/experiment")
        column = QVBoxLayout(self)
        self.choice = self._make_choice()
        column.addWidget(self.choice)
        column.addLayout(self._make_tools())
        self.strip = OfferStrip("note on the experiment")
        column.addWidget(self.strip)
        self.filling = Filling(desk, self)
        keep_queue(desk, self)
        self._place = QScrollArea()
        self._place.setWidgetResizable(True)
        self._place.setFrameShape(QFrame.Shape.NoFrame)
        self._place.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._place.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._place.setMinimumHeight(_LEAST_FORM)
        sheet = QWidget()
        self._sheet = QVBoxLayout(sheet)
        self._sheet.setContentsMargins(0, 0, 2, 0)
        self._place.setWidget(sheet)
        sheet.installEventFilter(self)
        column.addWidget(self._place, 1)
        self.message = RefusalLabel()
        self.message.setMinimumHeight(self.fontMetrics().height() * 2 + 4)
        self.message.setTextFormat(Qt.TextFormat.RichText)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                             | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)
        self.message.linkActivated.connect(self._follow)
        self.message.setAccessibleName("experiment message")
        self.quality = QLabel()
        self.quality.setWordWrap(True)
        self.quality.setAccessibleName("quality of the points")
        self.quality.setToolTip("Follow a link to the instrument whose flag spoils points.")
        self.quality.setTextInteractionFlags(self.message.textInteractionFlags())
        self.quality.linkActivated.connect(desk.panel_wanted.emit)
        self.quality.hide()
        self.left = QLabel(" ")
        self.left.setAccessibleName("time left")
        self.left.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # what comes and goes stands between form and buttons and takes its room from the form: Run never moves
        column.addWidget(self.quality)
        column.addWidget(self.message)
        column.addLayout(self._make_buttons())
        column.addWidget(self.left)
        model.run_changed.connect(self._on_run)
        model.readings_changed.connect(self._on_readings)
        desk.undo.form_wanted.connect(self._put_back)
        model.clock_changed.connect(self.refresh)
        model.experiment_changed.connect(self._show_experiment)
        model.form_wanted.connect(self.filling.show_past)
        desk.queue.edit_wanted.connect(self.filling.edit_entry)
        desk.procedure_wanted.connect(self.show_procedure)
        desk.theme.changed.connect(self._redress)
        self._dress()
        self._show_experiment()

    # -- parts -------------------------------------------------------------------------------------------------

    def _make_choice(self) -> ComboBox:
        """Return a box with all experiments under the titles of their benches."""
        box = ComboBox()
        box.setAccessibleName("experiment choice")
        box.setToolTip("Choose the experiment; one for another bench has that set up, with its usual sample. Type its "
                       "first letters to find it.")
        box.setMaxVisibleItems(30)
        box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(16)
        bold = QFont()
        bold.setBold(True)
        entries = box.model()
        assert isinstance(entries, QStandardItemModel)
        for bench in BENCHES.values():
            kinds = experiments_on(bench.key)
            if kinds:
                box.addItem(bench.title)
                entries.item(box.count() - 1).setEnabled(False)
                box.setItemData(box.count() - 1, bold, Qt.ItemDataRole.FontRole)
            for key, kind in kinds.items():
                box.addItem(kind.in_words(), key)
                box.setItemData(box.count() - 1, kind.summary(), Qt.ItemDataRole.ToolTipRole)
        box.activated.connect(self._choose)
        return box

    def _make_tools(self) -> QHBoxLayout:
        """Return the row of buttons that fill the form."""
        row = QHBoxLayout()
        row.setSpacing(2)
        self.figures = FigureMenu(lambda: self._model.kind.key, lambda figure: self.filling.before_figure(figure), self)
        self.figures.chosen.connect(lambda name: self.filling.show_figure(name))
        self.tools: dict[str, QToolButton] = {}
        for key, title, tip in (
                ("figure", "Figures", "Choose a figure of the papers: its experiment, parameters and sample."),
                ("file", "From file…", "Fill the form from the data file of an earlier run; or drop the file here."),
                ("reset", "Usual values", "Put all parameters of this experiment back to their usual values.")):
            button = self.tools[key] = QToolButton()
            button.setText(title)
            button.setAutoRaise(True)
            button.setToolTip(tip)
            button.setAccessibleName(title.rstrip("…"))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)
        self.tools["figure"].setMenu(self.figures)
        self.tools["figure"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.tools["file"].clicked.connect(lambda: self._ask_for_file())
        self.tools["reset"].clicked.connect(lambda: self.reset())
        row.addStretch(1)
        return row

    def _make_buttons(self) -> QVBoxLayout:
        """Return the rows of buttons that carry the experiment out, with its progress."""
        self.buttons = {key: QPushButton() for key in ("run.start", "run.pause", "run.abort")}
        for key, button in self.buttons.items():
            button.setToolTip(self._commands[key].help)
            button.clicked.connect(lambda _=False, key=key: self._commands.run(key))
        pause = self.buttons["run.pause"]
        pause.setText("Resume")  # the longer one
        pause.setMinimumWidth(pause.sizeHint().width())
        self.queue_button = QPushButton("Add to queue")
        self.queue_button.setToolTip("Put this run behind those that wait (Ctrl+Shift+R).")
        self.queue_button.clicked.connect(self.add_to_queue)
        run = self.buttons["run.start"]
        font = QFont(run.font())
        font.setBold(True)
        run.setFont(font)
        first, second = QHBoxLayout(), QHBoxLayout()
        run.setMinimumHeight(run.sizeHint().height() + 6)
        self.queue_button.setMinimumHeight(run.minimumHeight())
        first.addWidget(run, 1)
        first.addWidget(self.queue_button)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("progress")
        self.bar.setTextVisible(True)
        second.addWidget(self.bar, 1)
        second.addWidget(self.buttons["run.pause"])
        second.addWidget(self.buttons["run.abort"])
        rows = QVBoxLayout()
        rows.addLayout(first)
        rows.addLayout(second)
        return rows

    def _dress(self) -> None:
        """Let the Run button stand out."""
        theme, button = self._desk.theme, self.buttons["run.start"]
        palette = QPalette(button.palette())
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, QPalette.ColorRole.Button, theme.colour("accent"))
            palette.setColor(group, QPalette.ColorRole.ButtonText, theme.colour("on accent"))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Button, theme.colour("button"))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText, theme.colour("faint text"))
        button.setPalette(palette)
        self._told = ""
        self._show_quality()

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
            Command("run.figure", "Measure a figure of the papers…", "Measure", self.open_figures,
                    "Choose a figure of the papers: its experiment, parameters and sample."),
            Command("run.fill", "Fill the form from a file…", "Measure", self._ask_for_file,
                    "Fill the form from the data file of an earlier run."),
            Command("run.reset", "Usual values", "Measure", self.reset,
                    "Put all parameters of this experiment back to their usual values."),
        ]

    # -- the form ----------------------------------------------------------------------------------------------

    @property
    def form(self) -> ExperimentForm:
        """The form of the chosen experiment."""
        return self._forms[self._model.experiment.key]

    @property
    def editors(self) -> dict[str, QWidget]:
        """The editors of the chosen experiment, by parameter."""
        return self.form.editors

    def _choose(self, index: int) -> None:
        self.strip.withdraw()
        self._model.choose(EXPERIMENTS[self.choice.itemData(index)])

    def _show_experiment(self) -> None:
        """Show the form of the chosen experiment as it was left, and which one it is."""
        model = self._model
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex(self.choice.findData((model.mounting or model.experiment).key))
        key = model.experiment.key
        if key not in self._forms:
            form = self._forms[key] = ExperimentForm(model.experiment)
            form.unfold(self._desk.settings.value(_FOLD, False, type=bool))
            self._recall(form)
            self._shown[key] = form.shown()
            form.changed.connect(self._on_edit)
            form.refused.connect(self._show_refusal)
            form.unfolded.connect(self._keep_fold)
            self._sheet.addWidget(form)
        for other, form in self._forms.items():
            form.setVisible(other == key)
        self._fit_form()
        self.refresh()

    def _keep_fold(self, shown: bool) -> None:
        self._desk.settings.setValue(_FOLD, shown)
        for form in self._forms.values():
            form.unfold(shown)

    def _fit_form(self) -> None:
        """Be as wide as the form, which is never scrolled sideways."""
        sheet = self._place.widget()
        scroll_bar = self._place.verticalScrollBar()
        self._place.setMinimumWidth(sheet.minimumSizeHint().width() + scroll_bar.sizeHint().width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the form wants another width, as it does when it gets its style."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_form()
        return super().eventFilter(watched, event)

    def _on_edit(self) -> None:
        if not self.strip.lasting:
            self.strip.withdraw()  # what the form says is no longer what was offered
        self._remember()
        self.refresh()

    def _remember(self) -> None:
        """Take note of what has changed in the form, so that it can be undone."""
        form = self.form
        before, now = self._shown[form.kind.key], form.shown()
        self._shown[form.kind.key] = now
        names = [name for name in now if now[name] != before[name]]
        if names:
            was, is_now = ({name: values[name] for name in names} for values in (before, now))
            self._desk.undo.form_changed(FormChanged(form.kind, was, is_now))

    def _put_back(self, experiment: type[Procedure], values: dict[str, object]) -> None:
        """Show values in the form again that were undone, or taken again."""
        if not self.isVisible():
            self._desk.panel_wanted.emit("experiment")
        if self._model.experiment is not experiment:
            self._model.choose(experiment)
        self._forms[experiment.key].fill(**values)
        self._shown[experiment.key] = self._forms[experiment.key].shown()
        self.refresh()

    def values(self) -> dict[str, object]:
        """Return the parameters as the form shows them."""
        return self.form.values()

    def fill(self, **values: object) -> None:
        """Put SI floats and words into the form."""
        self.form.fill(**values)
        self._remember()
        self.refresh()

    def show_procedure(self, procedure: Procedure) -> None:
        """Put an experiment of the chosen kind into the form, with all its parameters."""
        self.form.show_procedure(procedure)
        self._remember()
        self.refresh()

    def reset(self) -> None:
        """Put all parameters back to their usual values."""
        self.strip.withdraw()
        self.form.reset()
        self._remember()
        self.refresh()

    def _recall(self, form: ExperimentForm) -> None:
        """Show the values that were used last."""
        kept = self._desk.settings.value(f"form of {form.kind.key}")
        try:
            if kept:
                form.show_procedure(form.kind.from_record(json.loads(str(kept))))
        except (VlabError, ValueError, TypeError, AttributeError):  # of another version
            self._desk.settings.remove(f"form of {form.kind.key}")

    def _keep(self, procedure: Procedure) -> None:
        """Keep the values for the next start."""
        if self._kept.get(procedure.key) != procedure:
            self._kept[procedure.key] = procedure
            self._desk.settings.setValue(f"form of {procedure.key}", json.dumps(procedure.as_record()))

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
        if bad:
            self.message.say(escape(bad), refused=True)
        elif self.procedure is not None:
            self._keep(self.procedure)
            self.message.say(self._being_set_up() or self._duration(self.procedure))
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
        self._look_what_moves()

    def _look_what_moves(self) -> None:
        """Ask the bench now and then for how long the experiment would wait for it."""
        model, procedure = self._model, self.procedure
        if self._question is not None and self._question.done():
            answer, self._question = self._question, None
            waits = 0.0 if answer.cancelled() or answer.exception() is not None else answer.result()
            if round(waits) != round(self._waits):
                self._waits = waits
                self.refresh()
        ready = model.connected and model.mounting is None and model.run is None and self.isVisible()
        if not ready or procedure is None or self._question is not None or time.monotonic() - self._asked < _LOOK_AGAIN:
            return
        if procedure.seconds() > 0.0 and procedure.bench == model.kind.key:
            self._asked = time.monotonic()
            self._question = model.lab.post(procedure.waits)

    def _duration(self, procedure: Procedure) -> str:
        waits = self._waits if self._model.run is None else 0.0
        lab = procedure.seconds() + waits
        pace = self._model.lab.pace
        known = self._desk.queue.real_seconds(procedure, lab)
        here = f"about {clock(known)} here" if known is not None and math.isinf(pace) and known >= 1.0 else (
            "a moment here" if math.isinf(pace) else f"{clock(lab / pace)} here")
        moves = f" ({clock(waits)} of it until what moves has settled)" if round(waits) else ""
        text = f"{procedure.points()} points, {clock(lab)} of lab time{moves}, {here}."
        if lab / pace > _LONG:
            colour = self._desk.theme.colour("accent").name()
            text += f' <a href="{_FAST}" style="color: {colour}">Go as fast as possible</a>'
        return text

    def _follow(self, link: str) -> None:
        if link == _FAST:
            self._model.set_pace(math.inf)

    def commit(self) -> Procedure | None:
        """Take over what is being typed and return the experiment, or None with the reason shown."""
        self.form.commit()
        self.refresh()
        return self.procedure

    # -- what it offers ----------------------------------------------------------------------------------------

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

    def prepare(self) -> None:
        """Make beforehand what would keep somebody waiting who opens it."""
        self.figures.fill()

    def open_figures(self) -> None:
        """Open the menu of figures under its button."""
        button = self.tools["figure"]
        self._desk.panel_wanted.emit("experiment")
        self.figures.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Fill the form from which run?", str(self._model.folder),
                                              "Runs (*.nc)")
        if name:
            self.filling.show_file(Path(name))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept the data file of a run."""
        if _run_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Fill the form from the data file of a run."""
        path = _run_in(event)
        if path is not None:
            event.acceptProposedAction()
            self.filling.show_file(path)

    # -- the run -----------------------------------------------------------------------------------------------

    def _on_run(self) -> None:
        if self._model.run is not None:
            self._scan = self._model.scans[-1]
        if self._waits:
            self._waits = 0.0
            self.refresh()
        self.show_buttons()
        QTimer.singleShot(0, self, self._show_progress)  # a progress bar draws the whole window at once

    def show_buttons(self) -> None:
        """Show which of Run, Pause and Abort are possible now."""
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
        self.queue_button.setEnabled(self.procedure is not None)

    def _why_not(self) -> str:
        """Return why nothing can be started now."""
        model = self._model
        if model.run is not None:
            return "A measurement is running; Add to queue lets this one follow."
        if model.mounting is not None or not model.connected:
            return "The bench is being set up."
        return "A parameter is refused; the sentence above says which."

    def _show_progress(self) -> None:
        self._show_quality()
        point = self._model.progress
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

    def _show_quality(self) -> None:
        """Say how many points of the last run are spoiled and by which flags, each a link to its instrument."""
        scan, text = self._scan if self._model.progress is not None else None, ""
        if scan is not None and scan.marks:
            colour = self._desk.theme.colour("refused").name()
            titles = self._model.kind.instruments
            flags = []
            for mark, count in scan.marks.most_common():
                instrument, _, flag = mark.partition(".")
                title = (titles[instrument].short or instrument) if instrument in titles else instrument
                flags.append(f'<a href="{escape(instrument)}" style="color: {colour}">{escape(title)}: '
                             f'{escape(flag.replace("_", " "))}</a> ({count})')
            spoiled = sum(len(trace.spoiled) for trace in scan.traces)
            text = (f'<span style="color: {colour}">⚠ {spoiled} of {scan.points()} points are spoiled:</span> '
                    f'{", ".join(flags)}')
        if text != self._told:
            self._told = text
            self.quality.setText(text)
            self.quality.setVisible(bool(text))


def _run_in(event: QDropEvent) -> Path | None:
    """Return the data file that is dragged, if it is one."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix == ".nc" else None
