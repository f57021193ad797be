"""The list of runs in the queue: two lines each, with status and progress; dragged, or moved by Alt and the arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.run_plan import RUNNING, WAITING, Entry
from gui.theme import Theme
from vlab.readout import clock

if TYPE_CHECKING:
    from gui.run_queue import RunQueue

_NUMBER = Qt.ItemDataRole.UserRole
_MARKS = {"waiting": "", "preparing": "preparing …", "completed": "✓ completed", "aborted": "◼ aborted",
          "failed": "✕ failed"}
_PAD = 5


class QueueList(QListWidget):
    """The runs of a queue.

    Parameters
    ----------
    queue : RunQueue
    theme : Theme
    """

    edit_asked = Signal(int)
    """With the number of an entry: it is to be changed in the form."""

    def __init__(self, queue: RunQueue, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.setItemDelegate(_EntryDelegate(queue, theme, self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self.setAccessibleName("runs in the queue")
        self.setToolTip("Drag a waiting run to another place, or move it with Alt and the arrow keys.")
        self.itemDoubleClicked.connect(lambda item: self.edit_asked.emit(item.data(_NUMBER)))
        theme.changed.connect(self.viewport().update)

    def numbers(self) -> list[int]:
        """Return the numbers of the selected entries, in their order, as far as they are still in the queue: the list
        is a moment behind it."""
        there = {entry.number for entry in self._queue.entries}
        chosen = [self.item(row).data(_NUMBER) for row in range(self.count()) if self.item(row).isSelected()]
        return [number for number in chosen if number in there]

    def select(self, numbers: list[int]) -> None:
        """Select entries."""
        for row in range(self.count()):
            item = self.item(row)
            item.setSelected(item.data(_NUMBER) in numbers)
            if numbers and item.data(_NUMBER) == numbers[0]:
                self.setCurrentItem(item, self.selectionModel().SelectionFlag.NoUpdate)

    def rebuild(self) -> None:
        """Show the entries as they are now; what was selected stays so."""
        chosen = self.numbers()
        entries = self._queue.entries
        while self.count() > len(entries):
            self.takeItem(self.count() - 1)
        while self.count() < len(entries):
            self.addItem(QListWidgetItem())
        enabled = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        for row, entry in enumerate(entries):
            item = self.item(row)
            item.setData(_NUMBER, entry.number)
            item.setText(entry.plan.title)
            told = f"{entry.plan.title}: {entry.status}. {', '.join(filter(None, second_line(self._queue, entry)))}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, told)
            item.setToolTip(f"{told}\n{entry.reason or (entry.file or '')}".strip())
            item.setFlags(enabled | Qt.ItemFlag.ItemIsDragEnabled if entry.status == WAITING else enabled)
        self.select([number for number in chosen if any(e.number == number for e in entries)])
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Move the dragged run to where it is dropped."""
        numbers = self.numbers()
        target = self.indexAt(event.position().toPoint())
        event.setDropAction(Qt.DropAction.CopyAction)  # else the view removes the row itself
        event.accept()
        if not numbers:
            return
        waiting = [entry.number for entry in self._queue.waiting]
        first = len(self._queue.entries) - len(waiting)
        row = target.row() if target.isValid() else self.count()
        if target.isValid() and event.position().y() > self.visualRect(target).center().y():
            row += 1
        there = row - first
        for number in (n for n in numbers if n in waiting):
            here = [entry.number for entry in self._queue.waiting].index(number)
            self._queue.move(number, (there if there <= here else there - 1) - here)
            there = [entry.number for entry in self._queue.waiting].index(number) + 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with Alt and the arrows, remove with Delete, duplicate with Ctrl+D, edit with Enter."""
        key, modifiers = event.key(), event.modifiers()
        numbers = self.numbers()
        if modifiers & Qt.KeyboardModifier.AltModifier and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            places = -1 if key == Qt.Key.Key_Up else 1
            for number in numbers if places < 0 else reversed(numbers):
                self._queue.move(number, places)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            for number in numbers:
                self._queue.remove(number)
        elif key == Qt.Key.Key_D and modifiers & Qt.KeyboardModifier.ControlModifier:
            for number in numbers:
                self._queue.duplicate(number)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and numbers:
            self.edit_asked.emit(numbers[0])
        else:
            super().keyPressEvent(event)


def second_line(queue: RunQueue, entry: Entry) -> tuple[str, str]:
    """Return what stands under the title: why it failed, or sample and settings; and the time that it takes."""
    if entry.status == "failed":
        return entry.reason, ""
    parts = [entry.plan.sample.told()]
    for instrument, named in entry.plan.settings.items():
        kind = entry.plan.sample.kind.instruments[instrument]
        parts += [f"{kind.short or instrument} {name.replace('_', ' ')}" for name in named]
    if entry.over:
        return ", ".join(parts), ""
    lab, real = queue.seconds(entry)
    here = f" / {clock(real)} here" if real is not None and real >= 0.5 else ""
    return ", ".join(parts), f"{clock(lab)} lab{here}"


class _EntryDelegate(QStyledItemDelegate):
    """Draws title and status, and under them sample and time; a running one has a bar."""

    def __init__(self, queue: RunQueue, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._queue = queue
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        """Return room for two lines."""
        return QSize(100, 2 * option.fontMetrics.lineSpacing() + 2 * _PAD + 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem,
              index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw one entry."""
        try:
            entry = self._queue.entry(index.data(_NUMBER))
        except KeyError:  # it has just gone
            return
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        theme = self._theme
        ink = option.palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        faint = ink if selected else theme.colour("faint text")
        status, tone = _MARKS.get(entry.status, ""), faint
        share = 0.0
        if entry.status == RUNNING:
            share = self._queue.share_done()
            status, tone = f"{100.0 * share:.0f} %", ink if selected else theme.colour("accent")
        elif entry.status == "failed":
            tone = ink if selected else theme.colour("refused")
        painter.save()
        area = option.rect.adjusted(_PAD + 2, _PAD, -_PAD - 2, -_PAD)
        line = option.fontMetrics.lineSpacing()
        metrics = option.fontMetrics
        room = metrics.horizontalAdvance(status)
        first = QRect(area.left(), area.top(), area.width(), line)
        painter.setPen(tone)
        painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, status)
        font = QFont(option.font)
        font.setBold(entry.status == RUNNING)
        painter.setFont(font)
        painter.setPen(faint if entry.over else ink)
        title, rest = _in_two(entry.plan.title, area.width() - room - 10, painter.fontMetrics())
        title = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, area.width() - room - 10)
        painter.drawText(first, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(option.font)
        painter.setPen(tone if entry.status == "failed" else faint)
        second = first.translated(0, line + 2)
        what, time = second_line(self._queue, entry)
        what = what if not rest or entry.status == "failed" else f"{rest} · {what}" if what else rest
        painter.drawText(second, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, time)
        room = metrics.horizontalAdvance(time)
        painter.drawText(second, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, metrics.elidedText(
            what, Qt.TextElideMode.ElideRight, area.width() - room - (12 if room else 0)))
        if entry.status == RUNNING:
            bar = QRect(option.rect.left(), option.rect.bottom() - 2, round(option.rect.width() * share), 3)
            painter.fillRect(bar, theme.colour("on accent" if selected else "accent"))
        painter.restore()


def _in_two(title: str, room: int, metrics: QFontMetrics) -> tuple[str, str]:
    """Return what of a title stands on the first line and what on the second: it is parted where it does not fit."""
    first, parted, rest = title.partition(": ")
    if not parted or metrics.horizontalAdvance(title) <= room:
        return title, ""
    return f"{first}:", rest
