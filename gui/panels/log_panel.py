"""The log: what happened and what was done, line by line, with the way to the panel concerned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.answers import beside, when_answered
from gui.commands import Command
from gui.deeds import Deed, in_words
from gui.desk import Desk
from gui.models import LogLine
from gui.offers import offers, panel_of
from gui.theme import tabular_font
from gui.topics import set_topic
from gui.undo_keys import UndoKeys
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.notification_bar import open_folder

_SIGNS = {"info": "ℹ", "warning": "⚠", "error": "✖", "deed": "✎"}
_FILTERS = {"everything": ("info", "warning", "error", "deed"), "warnings and errors": ("warning", "error"),
            "errors": ("error",), "what was done": ("deed",), "what was said": ("info", "warning", "error")}
_MOST = 2000
_LATE = 12
_REFUSED = "refused: "


@dataclass(frozen=True)
class _Line(LogLine):
    """A notice of the model, or a deed."""

    deed: Deed | None = None


class LogPanel(QWidget):
    """The model's notices and the hand's deeds, newest last; Enter or a double click leads to the panel concerned.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._seen = 0
        self._behind = False
        """Whether newer lines came than those in sight."""
        set_topic(self, "panel/log")
        self.setAccessibleName("log panel")
        self.filter = ComboBox()
        self.filter.addItems(list(_FILTERS))
        self.filter.setToolTip("Choose which lines are shown.")
        self.filter.setAccessibleName("log filter")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Show only lines with these letters.")
        self.search.setAccessibleName("find in the log")
        self.count = QLabel()
        self.count.setAccessibleName("log lines")
        self.lines = QTreeWidget()
        self.lines.setColumnCount(3)
        self.lines.setHeaderHidden(True)
        self.lines.setRootIsDecorated(False)
        self.lines.setUniformRowHeights(True)
        self.lines.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.lines.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.lines.setAccessibleName("log")
        self.lines.setToolTip("")
        self.lines.header().setStretchLastSection(True)
        self.lines.header().setResizeContentsPrecision(0)  # else a thousand lines are measured for each new one
        for column in (0, 1):
            self.lines.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.lines.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row = QHBoxLayout()
        row.addWidget(self.filter)
        row.addWidget(self.search, 1)
        row.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(row)
        column.addWidget(self.lines, 1)
        self.filter.currentTextChanged.connect(self._narrow)
        self.search.textChanged.connect(self._narrow)
        self.lines.itemActivated.connect(lambda item, _column: self.go_to(item))
        self.lines.customContextMenuRequested.connect(self._offer)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.lines, self.copy,
                  context=Qt.ShortcutContext.WidgetShortcut)
        self._fill()
        self._undo_keys = UndoKeys(self)
        desk.model.noticed.connect(lambda _notice: self._take_notice())
        desk.diary.changed.connect(self._take_deeds)
        self._pale = False
        """Whether the lines have the colours of another theme."""
        desk.theme.changed.connect(self._dress)
        desk.undo.changed.connect(desk.commands.changed.emit)

    def _fill(self) -> None:
        told = [_Line(**vars(said)) for said in self._desk.model.log]
        for line in sorted([*told, *self._new_deeds()], key=lambda line: line.moment):
            self._add(line)

    def _new_deeds(self) -> list[_Line]:
        entries = self._desk.diary.entries[self._seen:]
        self._seen += len(entries)
        return [_Line(e.moment, "deed", in_words(e.deed, self._desk.model.kind), _place(e.deed), None,
                      deed=e.deed)
                for e in entries if not e.silent]

    def _take_notice(self) -> None:
        said = self._desk.model.log[-1]
        line = _Line(**vars(said))
        self._look_for_refusals()
        last = self.lines.topLevelItem(self.lines.topLevelItemCount() - 1)
        if said.times > 1 and last is not None and self._line(last).text == line.text:
            self._write(last, line)
        else:
            self._add(line)

    def _look_for_refusals(self) -> None:
        """Say of the latest deeds which the laboratory refused; it answers a moment after they were done."""
        total = self.lines.topLevelItemCount()
        for item in filter(None, map(self.lines.topLevelItem, range(max(0, total - _LATE), total))):
            line = self._line(item)
            if line.deed is not None and line.deed.refused and not line.text.startswith(_REFUSED):
                self._write(item, replace(line, text=f"{_REFUSED}{line.text}"))

    def _take_deeds(self) -> None:
        for line in self._new_deeds():
            self._add(line)
        self._look_for_refusals()

    def _add(self, line: _Line) -> None:
        bar = self.lines.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        item = QTreeWidgetItem()
        item.setFont(0, tabular_font())
        self._write(item, line)
        self.lines.addTopLevelItem(item)
        item.setHidden(not self._wanted(line))
        if self.lines.topLevelItemCount() > _MOST:
            self.lines.takeTopLevelItem(0)
        self._say_count()
        if follows:
            self._scroll_later()

    def _scroll_later(self) -> None:
        """Go to the newest line, once for all that come now; nothing while nobody sees it."""
        self._behind = True
        if not self.visibleRegion().isEmpty():
            QTimer.singleShot(0, self, self._catch_up)

    def _catch_up(self) -> None:
        if self._behind:
            self._behind = False
            self.lines.scrollToBottom()

    def showEvent(self, event: QShowEvent) -> None:
        """Show the newest line of those that came meanwhile."""
        super().showEvent(event)
        if self._pale:
            self._dress()
        QTimer.singleShot(0, self, self._catch_up)

    def _write(self, item: QTreeWidgetItem, line: _Line) -> None:
        times = f"×{line.times}" if line.times > 1 else ""
        item.setData(0, Qt.ItemDataRole.UserRole, line)
        for column, text in enumerate((line.moment, _SIGNS.get(line.level, "") + times, " ".join(line.text.split()))):
            item.setText(column, text)
        leads = panel_of(line.text, self._desk, line.panel)
        item.setToolTip(2, line.text + (f"\n\nDouble-click to show: {leads.replace('_', ' ')}." if leads else ""))
        self._colour(item, line)

    def _colour(self, item: QTreeWidgetItem, line: _Line) -> None:
        theme = self._desk.theme
        item.setForeground(0, theme.colour("faint text"))
        bad = line.level in ("warning", "error")
        item.setForeground(1, theme.colour("refused" if bad else "faint text"))
        item.setForeground(2, QColor(theme.colour("refused" if line.level == "error" else
                                                  "faint text" if line.level == "deed" else "text")))

    def _line(self, item: QTreeWidgetItem) -> _Line:
        line: _Line = item.data(0, Qt.ItemDataRole.UserRole)
        return line

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.lines.topLevelItem(row) for row in range(self.lines.topLevelItemCount()))
        return [item for item in found if item is not None]

    def _wanted(self, line: _Line) -> bool:
        return line.level in _FILTERS[self.filter.currentText()] and self.search.text().lower() in line.text.lower()

    def _narrow(self, *_: object) -> None:
        for item in self._items():
            item.setHidden(not self._wanted(self._line(item)))
        self._say_count()

    def shown(self) -> list[str]:
        """Return the sentences that are shown, oldest first."""
        return [item.text(2) for item in self._items() if not item.isHidden()]

    def _say_count(self) -> None:
        if self.filter.currentIndex() == 0 and not self.search.text():
            self.count.setText("")
            return
        shown, total = sum(not item.isHidden() for item in self._items()), self.lines.topLevelItemCount()
        self.count.setText(f"{shown} of {total}")

    def _dress(self) -> None:
        self._pale = not self.isVisible()
        if self._pale:
            return  # thousands of lines that nobody sees
        for item in self._items():
            self._colour(item, self._line(item))

    # -- what can be done with a line --------------------------------------------------------------------------

    def go_to(self, item: QTreeWidgetItem) -> None:
        """Show the panel that a line is about."""
        line = self._line(item)
        panel = panel_of(line.text, self._desk, line.panel)
        if panel:
            self._desk.panel_wanted.emit(panel)

    def copy(self) -> None:
        """Copy the chosen lines, or all that are shown."""
        chosen = self.lines.selectedItems() or [item for item in self._items() if not item.isHidden()]
        QGuiApplication.clipboard().setText("\n".join(f"{i.text(0)}  {self._line(i).text}" for i in chosen))

    def _offer(self, point: object) -> None:
        item = self.lines.itemAt(point)  # type: ignore[arg-type]
        menu = QMenu(self)
        menu.addAction("Copy", self.copy)
        if item is not None:
            line = self._line(item)
            for offer in offers(line, self._desk, open_folder):
                menu.addAction(offer.title, offer.do).setToolTip(offer.help)
        menu.exec(self.lines.viewport().mapToGlobal(point))  # type: ignore[call-overload]
        menu.deleteLater()

    # -- commands ----------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        """Return the commands that go by what was done: undo, redo, copy as script."""
        undo, diary = self._desk.undo, self._desk.diary

        def open_book() -> bool:
            return not self._desk.exam  # a script says what the sample is

        def why_not() -> str:
            return "a script would tell what the sample is" if self._desk.exam else "nothing was measured yet"

        return [
            Command("edit.undo", "Undo", "Edit", lambda: self._undo(redo=False),
                    "Take back the last setting, fault or cable.", "Ctrl+Z", undo.can_undo, words=undo.undo_title,
                    why_not=lambda: "nothing was set yet"),
            Command("edit.redo", "Redo", "Edit", lambda: self._undo(redo=True), "Set again what was taken back.",
                    "Ctrl+Shift+Z", undo.can_redo, words=undo.redo_title, why_not=lambda: "nothing was taken back"),
            Command("script.copy", "Copy as script", "Edit", lambda: self._copy_script(diary.writing()),
                    "Copy all that was done as a Python script that gives the same numbers.", "Ctrl+Shift+S",
                    open_book, why_not=why_not),
            Command("script.copy_last", "Copy the last run as a script", "Edit",
                    lambda: self._copy_script(diary.writing_of_last_run()),
                    "Copy what led to the last measurement, and that measurement, as a Python script.",
                    enabled=lambda: open_book() and diary.has_run(), why_not=why_not),
            Command("script.save", "Save as script…", "Edit", self._save_script,
                    "Save all that was done as a Python script.", enabled=open_book, why_not=why_not),
            Command("log.copy", "Copy the log", "Edit", self.copy, "Copy the lines of the log that are shown."),
        ]

    def _undo(self, redo: bool) -> None:
        undo = self._desk.undo
        title = undo.redo_title() if redo else undo.undo_title()
        (undo.redo if redo else undo.undo)()
        words = title.partition(" ")[2]
        self._desk.model.notice("info", f"{'Set again' if redo else 'Undone'}: {words}.",
                                ways=(("Undo", "edit.undo") if redo else ("Redo", "edit.redo"),))

    def _copy_script(self, write: Callable[[], str]) -> None:
        # with benches to make, it takes longer than a window may wait
        when_answered(beside(write, "vlab script"), self, self._put_on_clipboard)

    def _put_on_clipboard(self, script: str) -> None:
        QGuiApplication.clipboard().setText(script)
        lines = sum(bool(line.strip()) for line in script.splitlines())
        self._desk.model.notice("info", f"A script of {lines} lines is in the clipboard; paste it into an editor or a "
                                        "notebook and run it.")

    def _save_script(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Where shall the script go?", str(Path.cwd() / "measurement.py"),
                                              "Python (*.py)")
        if not name:
            return
        path = Path(name if name.endswith(".py") else f"{name}.py")
        when_answered(beside(self._desk.diary.writing(), "vlab script"), self,
                      lambda script: self._write_script(path, script))

    def _write_script(self, path: Path, script: str) -> None:
        try:
            path.write_text(script, encoding="utf-8")
        except OSError as error:
            self._desk.model.notice("error", f"{path} cannot be written ({error.strerror}); choose another place.")
            return
        self._desk.model.notice("info", f"The script is in {path}; run it with: python {path.name}", file=path)


def _place(deed: object) -> str:
    """Return the key of the panel that a deed belongs to."""
    return str(getattr(deed, "instrument", "") or ("path" if hasattr(deed, "target") else
                                                   "experiment" if hasattr(deed, "procedure") else
                                                   "sample" if hasattr(deed, "bench") else ""))
