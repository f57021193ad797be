"""The panel of one instrument: its hand-laid face, if it has one, and everything else that its declarations hold."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QFormLayout, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from gui.faces import Parts, face_of
from gui.faces.grouping import NOISE, grouped
from gui.faces.parts import words
from gui.lab import Snapshot
from gui.models import LabModel
from gui.topics import set_topic
from gui.widgets.fold import Fold
from instruments.instrument import Instrument

_IN_A_ROW = 3
_FEW_READINGS = 6
"""Each has a line of its own; of more, two share a line where they fit, so that the settings begin in sight."""
_OPEN_ROWS = 6
"""Settings that are in sight at first; of more, whole groups are folded."""
_LONG_TITLE = 20
"""Letters."""
_GAP = 16
"""Between two readings on a line, in pixels."""


class InstrumentPanel(QScrollArea):
    """Everything that an instrument has: its face first, then in the order of the declarations what the face left out.

    Settings stand in groups that fold; faults are folded at the foot.

    Parameters
    ----------
    model : LabModel
    name : str
        What the bench calls the instrument.
    kind : type of Instrument
    settings : QSettings, optional
        Where it is kept which groups are open.
    """

    def __init__(self, model: LabModel, name: str, kind: type[Instrument], parent: QWidget | None = None, *,
                 settings: QSettings | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.parts = parts = Parts(model, name, kind, settings)
        self.editors, self.displays, self.lamps = parts.editors, parts.displays, parts.lamps
        self.buttons, self.faults = parts.buttons, parts.faults
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(8, 5, 8, 5)
        column.setSpacing(5)
        make_face = face_of(kind)
        self.face = make_face(parts) if make_face is not None else None
        if self.face is not None:
            column.addWidget(self.face)
        self._append(column)
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self._keep_width()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(f"{kind.title} panel")
        set_topic(self, f"panel/{name}")
        self.forget = model.readings_changed.connect(self.show_snapshot)
        """Called before the panel goes: the model no longer tells it."""
        if model.snapshot.values:
            self.show_snapshot(model.snapshot)

    # -- what no face has taken --------------------------------------------------------------------------------

    def _append(self, column: QVBoxLayout) -> None:
        """Append lamps, displays, settings in groups, buttons and faults that are not on the panel yet."""
        parts, bare = self.parts, self.face is None
        lamps, readings, actions = parts.left("flag"), parts.left("reading"), parts.left("action")
        groups = grouped(parts.kind, parts.left("setting"))
        forms = {group: self._form(names) for group, names in groups.items()}
        _add_rows(column, [parts.lamp(key) for key in lamps])
        if readings and bare:
            wide = max((form.minimumSizeHint().width() for form in forms.values()), default=0)
            column.addLayout(self._displays(readings, wide))
        if bare and (lamps or readings):
            column.addWidget(_rule())
        buttons = [parts.button(key) for key in actions]
        rows = 0
        for group, form in forms.items():
            rows += len(groups[group])
            if bare and not group:
                column.addWidget(form)
                _add_rows(column, buttons)
            else:
                self._add_fold(column, group or "More settings", form,
                               bare and rows <= _OPEN_ROWS and group != NOISE)
        if not bare or "" not in forms:
            _add_rows(column, buttons)
        if readings and not bare:
            inner = QWidget()
            inner.setLayout(self._displays(readings, 0))
            self._add_fold(column, "More readings", inner, False)
        self._add_faults(column)

    def _keep_width(self) -> None:
        """Ask for the width that the panel needs, also when all its groups are open."""
        margins = self.widget().layout().contentsMargins()
        folded = max((fold.inner.minimumSizeHint().width() for fold in self.parts.folds), default=0)
        least = max(self.widget().minimumSizeHint().width(), folded + margins.left() + margins.right())
        self.setMinimumWidth(least + self.verticalScrollBar().sizeHint().width() + 2)

    def _add_fold(self, column: QVBoxLayout, title: str, inner: QWidget, open: bool) -> Fold:
        layout = inner.layout()
        assert layout is not None
        layout.setContentsMargins(18, 0, 0, 0)
        fold = self.parts.fold(title, inner, open)
        fold.toggled_by_hand.connect(lambda shown: shown and QTimer.singleShot(0, self, lambda: self._bring_up(fold)))
        column.addWidget(fold)
        return fold

    def _form(self, names: list[str]) -> QWidget:
        whole = QWidget()
        form = QFormLayout(whole)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setVerticalSpacing(4)
        for key in names:
            form.addRow(_in_lines(words(key)), self.parts.editor(key))
        return whole

    def _displays(self, names: list[str], room: int) -> QGridLayout:
        """Return readings in their order, in lines that are as wide as the panel is anyway."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(2)
        half = (room - _GAP) // 2 if len(names) > _FEW_READINGS else 0
        lines: list[list[QHBoxLayout]] = []
        alone = False  # whether the last line has room for another reading
        for key in names:
            title, display = QLabel(words(key)), self.parts.display(key)
            cell = QHBoxLayout()
            cell.addWidget(title)
            cell.addWidget(display, 1)
            short = title.sizeHint().width() + cell.spacing() + display.sizeHint().width() <= half
            if short and alone:
                lines[-1].append(cell)
            else:
                lines.append([cell])
            alone = short and not alone
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                grid.addLayout(cell, number, place, 1, 2 // len(line))
        for place in (0, 1):
            grid.setColumnStretch(place, 1)
        return grid

    def _add_faults(self, column: QVBoxLayout) -> None:
        """Append what can go wrong on demand, folded away until a hand opens it."""
        inner = QWidget()
        rows = QVBoxLayout(inner)
        for key in self.parts.left("fault"):
            rows.addWidget(self.parts.fault(key))
        fold = self._add_fold(column, "Let something go wrong", inner, False)
        fold.setVisible(bool(self.faults))
        self.unfold = fold.heading
        self.unfold.setToolTip("Show the faults that this instrument can have, to learn how they look.")
        self.parts.watch(lambda values: any(values[key] for key in self.faults) and fold.set_open(True))

    def _bring_up(self, fold: Fold) -> None:
        """Scroll until a group is seen: all of it or, where it is taller than the panel, its beginning."""
        layout = self.widget().layout()
        assert layout is not None
        layout.activate()  # it may just have become taller
        self.ensureWidgetVisible(fold, 0, 9)
        self.ensureWidgetVisible(fold.heading, 0, 0)

    # -- following the model -----------------------------------------------------------------------------------

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what the laboratory published; a panel that nobody sees is left alone."""
        if self.isVisible() and not self.widget().visibleRegion().isEmpty():
            self.parts.show(snapshot)

    def showEvent(self, event: object) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._keep_width()  # its letters may be others than they were when it was made
        self.parts.show(self._model.snapshot)


def _add_rows(column: QVBoxLayout, items: list[QWidget]) -> None:
    """Append small widgets, three on a line."""
    if not items:
        return
    grid = QGridLayout()
    grid.setVerticalSpacing(0)
    for number, item in enumerate(items):
        grid.addWidget(item, number // _IN_A_ROW, number % _IN_A_ROW)
    grid.setColumnStretch(_IN_A_ROW, 1)
    column.addLayout(grid)


def _in_lines(title: str) -> str:
    """Return a long title in two lines, so that one long name does not widen the panel."""
    if len(title) <= _LONG_TITLE:
        return title
    middle = min((abs(i - len(title) / 2), i) for i, letter in enumerate(title) if letter == " ")[1]
    return f"{title[:middle]}\n{title[middle + 1:]}"


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Sunken)
    return line


__all__ = ["InstrumentPanel", "words"]
