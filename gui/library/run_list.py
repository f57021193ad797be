"""The list of past runs: rows as a Qt model, each painted with its thumbnail, and what is said when there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.library.row import Row
from gui.library.thumbnail_painter import ThumbnailPainter
from gui.theme import Theme, tabular_font
from vlab.data.run_entry import BROKEN, UNFINISHED

_PAD = 5
_BAR = 3
"""Width of the bar beside runs that are in the plot."""
Index = QModelIndex | QPersistentModelIndex


class RunListModel(QAbstractListModel):
    """Rows for a list view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show(self, rows: list[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a row in words."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.heading
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken()
        if role == Qt.ItemDataRole.ToolTipRole:
            copied = f"The same run as {row.copy_of}." if row.copy_of else ""
            told = (row.entry.trouble, *row.entry.findings, copied, row.entry.note)
            return "\n".join(part for part in told if part) or None
        if role == Qt.ItemDataRole.UserRole:
            return row
        return None


class RunDelegate(QStyledItemDelegate):
    """Paints a run: thumbnail, experiment and date, what tells it from others, state and note.

    Parameters
    ----------
    theme : Theme
    shown : callable
        Returns the files of the runs that are in the plot.
    numbers : callable
        Returns the numbers that the plot gives runs, by their files.
    """

    def __init__(self, theme: Theme, shown: Callable[[], frozenset[Path]], numbers: Callable[[], Mapping[Path, int]],
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = shown
        self._numbers = numbers
        self.thumbnails = ThumbnailPainter(theme)

    @staticmethod
    def height(metrics: QFontMetrics) -> int:
        """Return the height of a row."""
        return 3 * metrics.lineSpacing() + 2 * _PAD

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """Return the size of a row; all are alike."""
        return QSize(200, self.height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a row."""
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        entry = row.entry
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        palette = option.palette
        painter.save()
        if selected:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.Highlight))
        elif index.row() % 2:
            painter.fillRect(option.rect, palette.color(QPalette.ColorRole.AlternateBase))
        text = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        faint = text if selected else self._theme.colour("faint text")
        alarm = text if selected else self._theme.colour("refused")
        if entry.path in self._shown():
            bar = QRect(option.rect.left(), option.rect.top() + 1, _BAR, option.rect.height() - 2)
            painter.fillRect(bar, text if selected else self._theme.colour("accent"))
        inner = option.rect.adjusted(_PAD + _BAR, _PAD, -_PAD - 1, -_PAD)
        size = QSize(int(1.5 * inner.height()), inner.height())
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(inner.topLeft(), self.thumbnails.pixmap(entry, size, ratio))
        inner.setLeft(inner.left() + size.width() + 2 * _PAD)
        line = option.fontMetrics.lineSpacing()
        first, second, third = (QRect(inner.left(), inner.top() + n * line, inner.width(), line) for n in range(3))
        font = tabular_font(option.font)
        bold = tabular_font(option.font)
        bold.setBold(True)
        painter.setFont(font)
        left = self._right(painter, first, row.when(), faint)
        painter.setFont(bold)
        number = self._numbers().get(entry.path)
        self._left(painter, left, f"#{number}  {row.heading}" if number else row.heading, text)
        painter.setFont(font)
        told = entry.trouble or ", ".join(part for part in (row.label, row.sample) if part)
        self._left(painter, second, told, text)
        bad = entry.status in (UNFINISHED, BROKEN, "failed", "aborted")
        finding = row.finding()
        if finding:
            third = self._right(painter, third, row.state(), alarm if bad else faint)
            left = self._left(painter, third, finding, text)
        else:
            left = self._left(painter, third, row.state(), alarm if bad else faint)
        copied = f"copy of {row.copy_of}" if row.copy_of else ""
        said = " ".join(part for part in (copied, *(f"#{tag}" for tag in entry.tags), " ".join(entry.note.split()))
                        if part)
        if said:
            slanted = tabular_font(option.font)
            slanted.setItalic(True)
            painter.setFont(slanted)
            self._left(painter, left.adjusted(2 * _PAD, 0, 0, 0), said, text)
        if option.state & QStyle.StateFlag.State_HasFocus and not selected:
            painter.setPen(self._theme.colour("accent"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.restore()

    @staticmethod
    def _left(painter: QPainter, place: QRect, text: str, colour: QColor) -> QRect:
        """Write as much as fits; return what is left of the place."""
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.setPen(colour)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        return place.adjusted(metrics.horizontalAdvance(shown), 0, 0, 0)

    @staticmethod
    def _right(painter: QPainter, place: QRect, text: str, colour: QColor) -> QRect:
        painter.setPen(colour)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        return place.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(text) - _PAD, 0)


class RunList(QListView):
    """Past runs, several of which may be chosen.

    Parameters
    ----------
    theme : Theme
    shown : callable
        Returns the files of the runs that are in the plot.
    numbers : callable, optional
        Returns the numbers that the plot gives runs, by their files.
    """

    show_wanted = Signal()
    """Enter or a double click."""
    away_wanted = Signal()
    """Del."""
    back_wanted = Signal()
    """Ctrl+Z."""
    search_wanted = Signal()
    """``/``, or Up in the first row."""
    chosen = Signal()
    """Other runs are selected."""

    def __init__(self, theme: Theme, shown: Callable[[], frozenset[Path]],
                 numbers: Callable[[], Mapping[Path, int]] = dict, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = RunListModel(self)
        self.delegate = RunDelegate(theme, shown, numbers, self)
        self.empty = ""
        """What is said when there are no rows."""
        self.can_bring_back: Callable[[], bool] = lambda: False
        self._busy = False
        self.setModel(self.runs)
        self.setItemDelegate(self.delegate)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName("past runs")
        self.setToolTip("Choose runs: Enter or a double click shows them in the plot, Del moves them into the trash.")
        self.doubleClicked.connect(lambda _: self.show_wanted.emit())
        self.selectionModel().selectionChanged.connect(lambda *_: self._busy or self.chosen.emit())

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; what is selected and where one has scrolled to stay as far as can be."""
        before, current = self.selected(), self.current()
        place = self.verticalScrollBar().value()
        self._busy = True
        self.runs.show(list(rows))
        where = {row.entry.path: number for number, row in enumerate(self.runs.rows)}
        kept = QItemSelection()
        for row in before:
            number = where.get(row.entry.path)
            if number is not None:
                index = self.runs.index(number)
                kept.select(index, index)
        choice = self.selectionModel()
        choice.select(kept, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if current is not None and current.entry.path in where:
            choice.setCurrentIndex(self.runs.index(where[current.entry.path]),
                                   QItemSelectionModel.SelectionFlag.NoUpdate)
        self.verticalScrollBar().setValue(place)
        self._busy = False
        self.chosen.emit()

    def selected(self) -> list[Row]:
        """Return the runs that are selected, from the top."""
        return [self.runs.rows[i.row()] for i in sorted(self.selectedIndexes(), key=lambda index: index.row())]

    def current(self) -> Row | None:
        """Return the run that the keys act on."""
        index = self.currentIndex()
        return self.runs.rows[index.row()] if index.isValid() else None

    def select(self, paths: Sequence[Path]) -> None:
        """Select runs by their files."""
        chosen = QItemSelection()
        for number, row in enumerate(self.runs.rows):
            if row.entry.path in paths:
                chosen.select(self.runs.index(number), self.runs.index(number))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if chosen.indexes():
            self.selectionModel().setCurrentIndex(chosen.indexes()[0], QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(chosen.indexes()[0])

    def event(self, event: QEvent) -> bool:
        """Take Ctrl+Z from the window while there is something to bring back."""
        if (event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
                and event.matches(QKeySequence.StandardKey.Undo) and self.can_bring_back()):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show, put away, bring back, or go to the search line."""
        first = self.currentIndex().row() <= 0
        if event.matches(QKeySequence.StandardKey.Undo) and self.can_bring_back():
            self.back_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Delete):
            self.away_wanted.emit()
        elif event.key() == Qt.Key.Key_Slash or (event.key() == Qt.Key.Key_Up and first and not event.modifiers()):
            self.search_wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or say why there are none."""
        super().paintEvent(event)
        if not self.runs.rows and self.empty:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            place = self.viewport().rect().adjusted(20, 20, -20, -20)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty)
            painter.end()
