"""A line that tells of runs that were cut off, with a button that recovers them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.library.row import Row
from gui.theme import Theme


class UnfinishedBanner(QFrame):
    """Hidden while there is nothing to recover.

    Parameters
    ----------
    theme : Theme

    Attributes
    ----------
    recover : QPushButton
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("unfinished")
        self.setAutoFillBackground(True)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setAccessibleName("unfinished runs")
        self.recover = QPushButton("Recover")
        self.recover.setToolTip("Make data files of the runs that were cut off, with every point that was measured.")
        self.recover.setAccessibleName("recover unfinished runs")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 3, 3)
        row.addWidget(self.said, 1)
        row.addWidget(self.recover)
        self.hide()

    def show_runs(self, cut_off: Sequence[Row]) -> bool:
        """Tell of these runs; return whether the banner came or went."""
        if cut_off:
            self.said.setText(about_unfinished(cut_off))
        if self.isHidden() is not bool(cut_off):
            return False
        self.setVisible(bool(cut_off))
        return True

    def dress(self) -> None:
        """Take the colours of the theme."""
        c = {name: self._theme.colour(name).name() for name in ("refused ground", "refused text")}
        self.setStyleSheet(f"#unfinished {{ background: {c['refused ground']}; border-radius: 3px; }}"
                           f"#unfinished QLabel {{ color: {c['refused text']}; }}")


def about_unfinished(cut_off: Sequence[Row]) -> str:
    """Return in a sentence what was cut off."""
    points = sum(row.entry.points for row in cut_off)
    what = f"A run ({cut_off[0].heading}) was" if len(cut_off) == 1 else f"{len(cut_off)} runs were"
    return f"{what} cut off, with {points} points measured."
