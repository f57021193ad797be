"""The menu of all figures of the papers, made when it is opened for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from vlab.experiments.paper_figure import PaperFigure
from vlab.readout import clock


class FigureMenu(QMenu):
    """All figures, a submenu for each paper; that of the present bench comes first.

    Parameters
    ----------
    bench : callable
        Returns the key of the present kind of bench.
    before : callable
        Returns in a sentence what has to be set up for a figure, or nothing.
    """

    chosen = Signal(str)
    """The name of a figure."""

    def __init__(self, bench: Callable[[], str], before: Callable[[PaperFigure], str],
                 parent: QWidget | None = None) -> None:
        super().__init__("Figure…", parent)
        self._bench = bench
        self._before = before
        self._papers: list[tuple[str, QAction, QMenu]] = []
        self.papers: list[QMenu] = []
        """A submenu for each paper."""
        self.figures: dict[str, QAction] = {}
        """The entries by the figures' names."""
        self.setToolTipsVisible(True)
        self.setAccessibleName("figures of the papers")
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Make the entries, once (all the experiments of the figures are made for that), and order them."""
        if not self.papers:
            self._make()
        here = self._bench()
        for _, heading, menu in sorted(self._papers, key=lambda paper: paper[0] != here):
            self.removeAction(heading)
            self.removeAction(menu.menuAction())
            self.addAction(heading)
            self.addMenu(menu)

    def _make(self) -> None:
        from vlab.experiments.presets import PAPERS

        for paper in PAPERS:
            heading = QAction(paper.title, self)  # a section at the top of a menu would be cut off
            heading.setEnabled(False)
            font = self.font()
            font.setBold(True)
            heading.setFont(font)
            menu = QMenu(paper.reference, self)
            self.papers.append(menu)
            bench = next(iter(paper.figures.values())).curves[0].experiment.bench
            self._papers.append((bench, heading, menu))
            menu.hovered.connect(lambda entry, figures=paper.figures: self._tell(entry.data(), figures[entry.data()]))
            menu.setToolTipsVisible(True)
            menu.setAccessibleName(paper.title)
            for name, figure in paper.figures.items():
                entry = self.figures[name] = menu.addAction(f"{figure.heading}: {figure.title}")
                entry.setData(name)
                entry.triggered.connect(lambda _=False, name=name: self.chosen.emit(name))

    def _tell(self, name: str, figure: PaperFigure) -> None:
        """Say in the tool-tip what a figure takes, and what choosing it would set up now."""
        count = len(figure.curves)
        runs = f"{count} runs" if count > 1 else "One run"
        kind = type(figure.curves[0].experiment).in_words()
        takes = f"{runs} of {kind}, {clock(figure.seconds())} of lab time."
        self.figures[name].setToolTip(" ".join(filter(None, (takes, self._before(figure)))))
