"""The command palette: type a few letters, press Enter. It finds commands, settings, experiments and the help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.commands import Command, Commands, Find, match

_MOST = 60
_WORSE = {"command": 0, "setting": 1, "parameter": 2, "experiment": 2, "action": 2, "reading": 4, "help": 5}
"""What counts against a kind of find, so that of two that fit alike the handier comes first."""
_ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """A line of the palette."""

    title: str
    beside: str
    """What stands on the right: its menu, or what kind of thing it is."""
    keys: str
    about: str
    reason: str
    """Why it is impossible now; empty if it is possible."""
    do: Callable[[], None]


class _Row(QStyledItemDelegate):
    """Draws an entry: the title, what it is, its keys; why it is impossible, if it is."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a line."""
        return QSize(100, option.fontMetrics.height() + 10)  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem,
              index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw the line."""
        entry: Entry = index.data(_ENTRY)
        palette: QPalette = option.palette  # type: ignore[attr-defined]
        area: QRect = option.rect  # type: ignore[attr-defined]
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        painter.save()
        if chosen:
            painter.fillRect(area, palette.highlight())
        ink = palette.highlightedText().color() if chosen else palette.text().color()
        faint = ink if chosen else palette.placeholderText().color()
        room = area.adjusted(10, 0, -10, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if entry.keys:
            painter.setPen(ink if not entry.reason else faint)
            painter.drawText(room, right, entry.keys)
            room.setRight(room.right() - metrics.horizontalAdvance(entry.keys) - 12)
        painter.setPen(faint)
        beside = entry.reason or entry.beside
        shown = metrics.elidedText(beside, Qt.TextElideMode.ElideRight, room.width() // 2)
        painter.drawText(room, right, shown)
        room.setRight(room.right() - metrics.horizontalAdvance(shown) - 12)
        painter.setPen(faint if entry.reason else ink)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                         metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, room.width()))
        painter.restore()


class CommandPalette(QDialog):
    """A list of everything that can be done, narrowed by what is typed.

    Parameters
    ----------
    commands : Commands
        With its ``sources`` of other finds.
    """

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._commands = commands
        self._finds: list[Find] = []
        self.setAccessibleName("command palette")
        self.line = QLineEdit()
        self.line.setPlaceholderText("Type a command, a setting, an experiment or a topic")
        self.line.setAccessibleName("command")
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName("commands")
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setAccessibleName("about the command")
        self.about.setMinimumHeight(2 * self.fontMetrics().height() + 4)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 6)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self.about)
        self.resize(600, 420)
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(self._run)
        self.list.itemClicked.connect(lambda _: self._run())
        self.list.currentItemChanged.connect(lambda *_: self._tell())
        self.line.installEventFilter(self)

    def open_centred(self) -> None:
        """Show the palette over its window, empty."""
        self._finds = [find for source in self._commands.sources for find in source()]
        self.line.clear()
        self._narrow("")
        parent = self.parentWidget()
        if parent is not None:
            place = parent.mapToGlobal(parent.rect().center())
            self.resize(min(600, parent.width() - 40), min(420, parent.height() - 100))
            self.move(place.x() - self.width() // 2, parent.mapToGlobal(parent.rect().topLeft()).y() + 80)
        self.show()
        self.line.setFocus()

    def entries(self, words: str) -> list[Entry]:
        """Return what fits what was typed, best first; without words all commands in the order of the menus."""
        commands = [(rank, self._of_command(command)) for rank, command in self._commands.ranked(words)]
        if not words.strip():
            return [entry for _, entry in commands]
        found = [(rank + (1 if entry.reason else 0), entry) for rank, entry in commands]
        for find in self._finds:
            rank = match(words, find.title)
            if rank is not None:
                found.append((rank + _WORSE.get(find.kind, 5), Entry(find.title, find.kind, "", find.about, "",
                                                                     find.do)))
        return [entry for _, entry in sorted(found, key=lambda each: each[0])][:_MOST]

    def _of_command(self, command: Command) -> Entry:
        on = command.checked is not None and command.checked()
        return Entry(f"{command.title_now()}{'  ✓' if on else ''}", command.menu, command.shortcut, command.help,
                     self._commands.reason(command), lambda: self._commands.run(command.key))

    def _narrow(self, words: str) -> None:
        self.list.clear()
        for entry in self.entries(words):
            item = QListWidgetItem(entry.title)
            item.setData(_ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, entry.reason or entry.about)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._tell()

    def _tell(self) -> None:
        item = self.list.currentItem()
        if item is None:
            self.about.setText("Nothing fits. Try fewer letters, or the first letters of its words."
                               if self.line.text() else "")
            return
        entry: Entry = item.data(_ENTRY)
        self.about.setText(f"Not now: {entry.reason}." if entry.reason else entry.about)

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        entry: Entry = item.data(_ENTRY)
        if entry.reason:  # it stays open and says why
            self._tell()
            return
        self.hide()
        parent = self.parentWidget()
        if parent is not None:  # a screen without a window manager does not give the focus back by itself
            parent.window().activateWindow()
        entry.do()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the line has the focus."""
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
            if event.key() in moves:
                row = self.list.currentRow() + moves[Qt.Key(event.key())]
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
                return True
        return super().eventFilter(watched, event)
