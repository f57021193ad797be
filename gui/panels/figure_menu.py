"""The menu of all figures of the papers, made when it is opened for the first time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from vlab.readout import clock


class FigureMenu(QMenu):
    """All figures, a submenu for each paper."""

    chosen = Signal(str)
    """The name of a figure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Figure…", parent)
        self.papers: list[QMenu] = []
        """A submenu for each paper."""
        self.figures: dict[str, QAction] = {}
        """The entries by the figures' names."""
        self.setToolTipsVisible(True)
        self.setAccessibleName("figures of the papers")
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Make the entries, once; all the experiments of the figures are made for that."""
        if self.papers:
            return
        from vlab.experiments.presets import PAPERS

        for paper in PAPERS:
            self.addSection(paper.title)
            menu = QMenu(paper.reference, self)
            self.addMenu(menu)
            self.papers.append(menu)
            menu.setToolTipsVisible(True)
            menu.setAccessibleName(paper.title)
            for name, figure in paper.figures.items():
                entry = self.figures[name] = menu.addAction(f"{figure.heading}: {figure.title}")
                count = len(figure.curves)
                runs = f"{count} runs" if count > 1 else "One run"
                kind = type(figure.curves[0].experiment).in_words()
                entry.setToolTip(f"{runs} of {kind}, {clock(figure.seconds())} of lab time.")
                entry.triggered.connect(lambda _=False, name=name: self.chosen.emit(name))
