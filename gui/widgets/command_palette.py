"""The command palette: type a few letters, press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.commands import Commands


class CommandPalette(QDialog):
    """A list of all commands, narrowed by what is typed.

    Parameters
    ----------
    commands : Commands
    """

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._commands = commands
        self.line = QLineEdit()
        self.line.setPlaceholderText("Type a command")
        self.line.setAccessibleName("command")
        self.list = QListWidget()
        self.list.setAccessibleName("commands")
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.resize(520, 360)
        self.line.textChanged.connect(self._narrow)
        self.line.returnPressed.connect(self._run)
        self.list.itemActivated.connect(lambda _: self._run())
        self.line.installEventFilter(self)

    def open_centred(self) -> None:
        """Show the palette over its window, empty."""
        self.line.clear()
        self._narrow("")
        parent = self.parentWidget()
        if parent is not None:
            place = parent.mapToGlobal(parent.rect().center())
            self.move(place.x() - self.width() // 2, parent.mapToGlobal(parent.rect().topLeft()).y() + 80)
        self.show()
        self.line.setFocus()

    def _narrow(self, words: str) -> None:
        self.list.clear()
        for command in self._commands.matching(words):
            keys = f"   ({command.shortcut})" if command.shortcut else ""
            item = QListWidgetItem(f"{command.menu}: {command.title}{keys}")
            item.setData(Qt.ItemDataRole.UserRole, command.key)
            item.setToolTip(command.help)
            if not command.enabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.hide()
            self._commands.run(item.data(Qt.ItemDataRole.UserRole))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the line has the focus."""
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in moves:
                row = self.list.currentRow() + moves[Qt.Key(event.key())]
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
                return True
        return super().eventFilter(watched, event)
