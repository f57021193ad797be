"""What is known of the chosen run, with its note and tags to be written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from gui.library.row import Row
from gui.library.thumbnail_painter import ThumbnailPainter
from gui.theme import Theme, tabular_font
from vlab.data.annotation import LONGEST
from vlab.data.run_entry import split_tags
from vlab.data.run_search import told

_PICTURE = QSize(260, 150)
_NOTE_LINES = 2


class NoteEdit(QPlainTextEdit):
    """A note of a few lines: Enter or leaving the field keeps it, Shift+Enter begins a line, Esc gives up."""

    kept = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self._before = ""
        self.set_lines(1)

    def set_lines(self, lines: int) -> None:
        """Be so many lines high."""
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 12)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > 1 else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)

    def show_text(self, text: str) -> None:
        """Show what is in the file."""
        self._before = text
        self.setPlainText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep the note, or give up what was typed."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._keep()
        elif event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._before)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keep the note."""
        super().focusOutEvent(event)
        self._keep()

    def _keep(self) -> None:
        if self.toPlainText().strip() != self._before:
            self._before = self.toPlainText().strip()
            self.kept.emit()


class Details(QWidget):
    """The chosen run: picture and facts where there is room, note and tags always.

    Parameters
    ----------
    theme : Theme
    thumbnails : ThumbnailPainter
    """

    note_written = Signal(object, str)
    """The row and its new note."""
    tags_written = Signal(object, object)
    """The rows and their new tags."""

    def __init__(self, theme: Theme, thumbnails: ThumbnailPainter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails = thumbnails
        self._rows: tuple[Row, ...] = ()
        self.picture = QLabel()
        self.picture.setFixedHeight(_PICTURE.height())
        self.picture.setAccessibleName("picture of the run")
        self.title = QLabel()
        bold = QFont(self.title.font())
        bold.setBold(True)
        self.title.setFont(bold)
        self.title.setWordWrap(True)
        self.facts = QLabel()
        self.facts.setFont(tabular_font(self.facts.font()))
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts.setAccessibleName("facts of the run")
        sheet = QWidget()
        inner = QVBoxLayout(sheet)
        inner.setContentsMargins(0, 0, 0, 0)
        for part in (self.picture, self.title, self.facts):
            inner.addWidget(part)
        inner.addStretch(1)
        self.sheet = QScrollArea()
        self.sheet.setWidget(sheet)
        self.sheet.setWidgetResizable(True)
        self.sheet.setFrameShape(QFrame.Shape.NoFrame)
        self.sheet.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sheet.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.note = NoteEdit()
        self.note.setPlaceholderText("what this run is about")
        self.note.setToolTip("Write a note into the file of the run: Enter keeps it, Shift+Enter begins a new line, "
                             "Esc gives up. Other programs see it as the attribute 'note'.")
        self.note.setAccessibleName("note of the run")
        self.note.kept.connect(self._keep_note)
        self.tags = QLineEdit()
        self.tags.setPlaceholderText("thesis, calibration")
        self.tags.setToolTip("Write tags, separated by commas, into the files of the chosen runs; search for them as "
                             "#tag. Other programs see them as the attribute 'tags'.")
        self.tags.setAccessibleName("tags of the run")
        self.tags.setMaxLength(LONGEST)
        self.tags.editingFinished.connect(self._keep_tags)
        self._fields = QGridLayout()
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setVerticalSpacing(3)
        self._labels = [QLabel("note"), QLabel("tags")]
        for label, field in zip(self._labels, (self.note, self.tags), strict=True):
            label.setBuddy(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sheet, 1)
        column.addLayout(self._fields)
        self._place_fields(True)
        self.show_rows(())

    def set_roomy(self, roomy: bool) -> None:
        """Show picture and facts, or note and tags alone."""
        if self.sheet.isHidden() is roomy:
            self.sheet.setVisible(roomy)
            self._place_fields(roomy)
            self.show_rows(self._rows)

    def _place_fields(self, roomy: bool) -> None:
        """Put the tags below the note, or beside it where height is dear."""
        side = Qt.AlignmentFlag.AlignRight | (Qt.AlignmentFlag.AlignTop if roomy else Qt.AlignmentFlag.AlignVCenter)
        for number, (label, field) in enumerate(zip(self._labels, (self.note, self.tags), strict=True)):
            line, place = (number, 0) if roomy else (0, 2 * number)
            self._fields.addWidget(label, line, place, side)
            self._fields.addWidget(field, line, place + 1)
        self._fields.setColumnStretch(1, 2)
        self._fields.setColumnStretch(3, 0 if roomy else 1)
        self.note.set_lines(_NOTE_LINES if roomy else 1)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show the chosen run, or what several have in common."""
        typing = self.note.hasFocus() or self.tags.hasFocus()
        same = [row.entry.path for row in rows] == [row.entry.path for row in self._rows]
        if not same and typing:  # the list is never changed while one types but by the list itself
            self._keep_tags()
        self._rows = tuple(rows)
        one = rows[0] if len(rows) == 1 else None
        writable = bool(rows) and all(row.entry.is_run for row in rows)
        self.note.setEnabled(writable and one is not None)
        self.tags.setEnabled(writable)
        if not (same and self.note.hasFocus()):
            with QSignalBlocker(self.note):
                self.note.show_text(one.entry.note if one else "")
        if not (same and self.tags.hasFocus()):
            with QSignalBlocker(self.tags):
                self.tags.setText(", ".join(self._common_tags()))
        if self.sheet.isHidden():
            return
        self.picture.setVisible(one is not None and bool(one.entry.curves))
        if one is not None and one.entry.curves:
            self.picture.setPixmap(self._thumbnails.pixmap(one.entry, _PICTURE, self.devicePixelRatioF()))
        self.title.setText(one.heading if one else f"{len(rows)} runs chosen" if rows else "No run chosen")
        self.facts.setText(_facts(one) if one else "\n".join(f"{row.when()}  {row.label}" for row in rows[:20]))

    def _common_tags(self) -> tuple[str, ...]:
        """Return the tags that all chosen runs have."""
        if not self._rows:
            return ()
        return tuple(tag for tag in self._rows[0].entry.tags if all(tag in row.entry.tags for row in self._rows))

    def _keep_note(self) -> None:
        if len(self._rows) == 1:
            self.note_written.emit(self._rows[0], self.note.toPlainText().strip())

    def _keep_tags(self) -> None:
        wanted, common = split_tags(self.tags.text()), self._common_tags()
        if not self._rows or wanted == common:
            return
        changed = [(row, tuple(dict.fromkeys((*(t for t in row.entry.tags if t not in common), *wanted))))
                   for row in self._rows]
        self.tags_written.emit([row for row, _ in changed], [tags for _, tags in changed])


def _facts(row: Row) -> str:
    entry = row.entry
    if entry.trouble:
        return f"{entry.trouble}\n\n{entry.path}"
    moment = row.moment.strftime("%A %d %B %Y, %H:%M:%S") if row.moment else ""
    noise = "" if entry.noise else ", noise off"
    copied = (f"copy of {row.copy_of}",) if row.copy_of else ()
    lines = (moment, row.state(), *copied, row.sample, f"seed {entry.seed}{noise}, vlab {entry.version}", "",
             told(entry.parameters), "", *entry.findings, *("",) * bool(entry.findings), str(entry.path))
    return "\n".join(lines).replace("_", "_\u200b")  # so that a long name wraps
