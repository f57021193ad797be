"""A heading that opens and closes what stands below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)


class _Heading(QToolButton):
    """A tool button that does not look pressed while what is below is open: its arrow tells."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw it as if it were not checked."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.state &= ~QStyle.StateFlag.State_On
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()


class Fold(QWidget):
    """A heading with an arrow, and below it a widget that it shows or hides.

    Parameters
    ----------
    title : str
    inner : QWidget
    open : bool
        Whether it is open at first.
    """

    toggled_by_hand = Signal(bool)
    """A hand has opened or closed it."""
    opened = Signal()
    """What is below can be seen from now on."""

    def __init__(self, title: str, inner: QWidget, open: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inner = inner
        self.heading = _Heading(text=title, checkable=True, autoRaise=True)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setToolTip(f"Show or hide: {title}.")
        self.heading.setAccessibleName(title)
        self.heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.heading.setIconSize(QSize(8, 8))
        font = self.heading.font()
        font.setBold(True)
        self.heading.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(inner)
        inner.setVisible(open)
        self.heading.toggled.connect(self._turn)
        self.heading.setChecked(open)
        self._turn(open)
        self.heading.clicked.connect(self.toggled_by_hand)

    @property
    def is_open(self) -> bool:
        """Whether what is below can be seen."""
        return self.heading.isChecked()

    def set_open(self, open: bool) -> None:
        """Open or close it."""
        self.heading.setChecked(open)

    def _turn(self, open: bool) -> None:
        self.inner.setVisible(open)
        self.heading.setArrowType(Qt.ArrowType.DownArrow if open else Qt.ArrowType.RightArrow)
        if open:
            self.opened.emit()
