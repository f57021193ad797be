"""A line that says how many points of the last run are spoiled, and by what."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gui.desk import Desk
from gui.scans import Scan


class QualityLine(QLabel):
    """Spoiled points and the flags that spoil them, each a link to its instrument; hidden while all is well.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._told = ""
        self._scan: Scan | None = None
        """Of the run in progress, or of the last one."""
        self.setWordWrap(True)
        self.setAccessibleName("quality of the points")
        self.setToolTip("Follow a link to the instrument whose flag spoils points.")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                     | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)
        self.linkActivated.connect(desk.panel_wanted.emit)
        self.hide()

    def follow(self, scan: Scan) -> None:
        """Tell of another run from now on."""
        self._scan = scan

    def refresh(self) -> None:
        """Say what spoils points now."""
        text = self._sentence(self._scan) if self._scan is not None and self._desk.model.progress is not None else ""
        if text != self._told:
            self._told = text
            self.setText(text)
            self.setVisible(bool(text))

    def dress(self) -> None:
        """Say it in the colours of another theme."""
        self._told = ""
        self.refresh()

    def _sentence(self, scan: Scan) -> str:
        if not scan.marks:
            return ""
        colour = self._desk.theme.colour("refused").name()
        titles = self._desk.model.kind.instruments
        flags = []
        for mark, count in scan.marks.most_common():
            instrument, _, flag = mark.partition(".")
            title = (titles[instrument].short or instrument) if instrument in titles else instrument
            flags.append(f'<a href="{escape(instrument)}" style="color: {colour}">{escape(title)}: '
                         f'{escape(flag.replace("_", " "))}</a> ({count})')
        return (f'<span style="color: {colour}">⚠ {scan.spoiled()} of {scan.points()} points are spoiled:</span> '
                f'{", ".join(flags)}')
