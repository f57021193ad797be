"""Theory whose curves follow the hand: a slider and a field for each parameter."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.inside.background import Background
from gui.inside.knob import KnobRow
from gui.inside.secret import SecretPanel, line_of_text
from gui.inside.theory_model import TheoryModel
from gui.theme import mark_trace
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.plot import Plot
from instruments.theory import Floats, TheoryLine, TheoryPage

_WIDE = 620
"""Pixels from which on knobs stand in two columns."""


class TheoryPanel(SecretPanel):
    """The pages of theory of the bench that the laboratory has.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, "theory", parent)
        self.model = TheoryModel(desk.model)
        self.lines: tuple[TheoryLine, ...] = ()
        self.background = Background(self)
        self.background.done.connect(self._take)
        self.rows: dict[str, KnobRow] = {}
        self._columns = 0
        self.choice = ComboBox()
        self.choice.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)  # it is filled when it is seen
        self.choice.setToolTip("Choose what is drawn.")
        self.choice.setAccessibleName("page of theory")
        self.choice.currentIndexChanged.connect(lambda _: self._choose())
        self.from_bench = QPushButton("As on the bench")
        self.from_bench.setToolTip("Set all parameters to those of the sample and the settings on the bench.")
        self.from_bench.clicked.connect(self._take_bench)
        self.over = QPushButton("Lay over")
        self.over.setCheckable(True)
        self.over.toggled.connect(self._name_switch)
        self._name_switch(False)
        self.over.clicked.connect(self._lay)
        self.value = line_of_text("theory in words", wordWrap=True)
        self.legend = line_of_text("curves of theory", textFormat=Qt.TextFormat.RichText, wordWrap=True)
        self.plot = Plot(desk.theme, "theory plot", "")
        self.plot.getPlotItem().vb.sigRangeChanged.connect(lambda *_: self._tell())
        self.curves: list[pg.PlotDataItem] = []
        self._lay_out()
        self.follow_readings()
        self.listen(desk.model.bench_changed, self.show_bench)
        self.follow_theme(self._recolour)
        self.show_bench()

    def _lay_out(self) -> None:
        self.knobs = QWidget()
        self.grid = QGridLayout(self.knobs)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setVerticalSpacing(1)
        self.scroll = QScrollArea(widgetResizable=True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setWidget(self.knobs)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        top = QHBoxLayout()
        top.addWidget(self.choice)
        top.addStretch(1)
        top.addWidget(self.from_bench)
        top.addWidget(self.over)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.value)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 3)
        column.addWidget(self.scroll, 1)

    # -- the bench -----------------------------------------------------------------------------------------------

    def show_bench(self) -> None:
        """Take notice of another bench, as soon as somebody sees it."""
        self._behind = True
        self.draw()

    def _offer_pages(self) -> None:
        """Offer the pages of the bench that the laboratory has; say so if it has none."""
        self._behind = False
        self.model.forget()
        pages = self.model.pages()
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for page in pages:
                self.choice.addItem(page.title, page.key)
            plan = self.desk.model.experiment.plot
            fitting = [n for n, page in enumerate(pages) if (plan.x, plan.y[0]) in page.lies_over]
            self.choice.setCurrentIndex(fitting[0] if fitting else 0)
        for part in (self.choice, self.from_bench, self.over, self.legend, self.plot, self.scroll):
            part.setVisible(bool(pages))
        self.value.setVisible(not pages)
        self.value.setText("" if pages else "This bench has no curves of theory.")
        if pages:
            self._choose()
        else:
            self._renew_knobs(None)

    def draw(self) -> None:
        """Take notice of another sample; nothing while nobody sees it."""
        if not self.seen():
            return
        if self._behind:
            self._offer_pages()
        if self.model.follow():
            self._show_values()
            self._ask(False)
        self.over.setEnabled(bool(self.lines) and self.model.measurement() is not None)
        self.over.setChecked(self.model.lies_over())

    def _lay(self, on: bool) -> None:
        if on:
            self.model.lay_over(self.lines)
        else:
            self.model.take_away()
        self.over.setChecked(self.model.lies_over())

    def _name_switch(self, on: bool) -> None:
        """Say what a press does."""
        self.over.setText("Laid over" if on else "Lay over")
        self.over.setToolTip("Take the curves of theory away from the measurement; until then they follow the knobs."
                             if on else "Draw the solid curves over the last measurement that has these axes; "
                                        "pressed again, take them away.")

    def _on_exam(self) -> None:
        if self.desk.exam:  # no instrument shows them
            self.model.take_away()
        super()._on_exam()

    def _choose(self) -> None:
        self.model.take_away()
        self.over.setChecked(False)
        self.model.choose(self.choice.currentData())
        self.model.take_bench()
        page = self.model.page
        assert page is not None
        self.choice.setToolTip(f"Choose what is drawn. {page.about}")
        self.plot.setToolTip(page.about)
        self._show_lines(())
        self.plot.setLogMode(x=page.logarithmic, y=False)
        self.plot.set_bottom(page.x_title)
        self.plot.set_left(page.y_title, None)
        self.plot.show_again()
        self._renew_knobs(page)
        self._ask(True)  # a draft first: whole curves may take a second
        self._ask(False)

    def _renew_knobs(self, page: TheoryPage | None) -> None:
        for row in self.rows.values():
            for part in (row, row.title, row.slider, row.field):
                self.grid.removeWidget(part)
                part.hide()
                part.deleteLater()
        self.rows = {}
        for knob in page.knobs if page is not None else ():
            row = self.rows[knob.name] = KnobRow(knob, self.knobs)
            row.hide()  # its parts lie in the grid, in line with others
            row.edited.connect(lambda held, row=row: self._on_knob(row, held))
        self._columns = 0
        self._place_knobs()
        self._show_values()

    def _place_knobs(self) -> None:
        columns = 2 if self.width() >= _WIDE and len(self.rows) > 3 else 1
        if columns == self._columns:
            return
        self._columns = columns
        for number, row in enumerate(self.rows.values()):
            row.place(self.grid, number // columns, 4 * (number % columns))
        for column in range(8):
            self.grid.setColumnStretch(column, 1 if column % 4 == 1 and column < 4 * columns else 0)
        self.grid.setColumnMinimumWidth(3, 12 if columns == 2 else 0)
        self.grid.setRowStretch(len(self.rows) + 1, 1)

    def _show_values(self) -> None:
        for name, row in self.rows.items():
            row.setValue(float(f"{self.model.values[name]:.4g}"))

    def _take_bench(self) -> None:
        self.model.take_bench()
        self._show_values()
        self._ask(False)

    # -- the curves ----------------------------------------------------------------------------------------------

    def _on_knob(self, row: KnobRow, held: bool) -> None:
        self.model.values[row.knob.name] = row.value()
        self._ask(held)

    def _ask(self, quick: bool) -> None:
        wish = self.model.wish(quick)
        if wish is not None:
            self.background.ask(wish)

    def _take(self, answer: tuple[TheoryPage, tuple[TheoryLine, ...] | str]) -> None:
        page, found = answer
        if page is not self.model.page:  # another one was chosen meanwhile
            return
        if isinstance(found, str):
            self.value.setText(f"No curve: {found}")
            self.value.setToolTip(found)
            self.value.setVisible(True)
            self._show_lines(())
            return
        self.value.setText(self.model.beyond)
        self.value.setToolTip(self.model.beyond)
        self.value.setVisible(bool(self.model.beyond))
        self._show_lines(found)

    def _show_lines(self, lines: tuple[TheoryLine, ...]) -> None:
        named = [(line.title, line.quantity, line.dashed) for line in lines]
        if named != [(line.title, line.quantity, line.dashed) for line in self.lines] or not self.curves:
            for curve in self.curves:
                self.plot.removeItem(curve)
            self.curves = []
            for number, line in enumerate(lines):
                style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
                curve = self.plot.plot([], [], pen=pg.mkPen(width=1, style=style), connect="finite")
                curve.setZValue(-number)
                mark_trace(curve, line.quantity)
                self.curves.append(curve)
            self.lines = lines
            self._recolour()
        self.lines = lines
        if self.over.isChecked():
            self.model.lay_over(lines)
        for curve, line in zip(self.curves, lines, strict=True):
            curve.setData(line.x, line.y)
        x, y = (np.concatenate([[], *(getattr(line, name) for line in lines)]) for name in ("x", "y"))
        known = np.isfinite(x) & np.isfinite(y)
        if known.any():
            x, y = x[known], y[known]
            if self.model.page is not None and self.model.page.logarithmic:
                x = np.log10(x)
            self.plot.show_all((float(x.min()), float(x.max())), (min(0.0, float(y.min())), float(y.max())))

    def _recolour(self) -> None:
        self.plot.restyle()
        self._tell()

    def _tell(self) -> None:
        """Name the curves, and those that a hand has zoomed or panned out of sight."""
        (_, (low, high)) = self.plot.getPlotItem().vb.viewRange()
        inks = [self.desk.theme.trace(line.quantity).name() for line in self.lines]
        text = "&nbsp;&nbsp; ".join(
            f'<nobr><span style="color: {ink}">{"╍╍" if line.dashed else "━━"}</span> {line.title}'
            f'{"" if _within(line.y, low, high) else " (outside: press A)"}</nobr>'
            for ink, line in zip(inks, self.lines, strict=True))
        if text != self.legend.text():
            self.legend.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the knobs in as many columns as there is room for."""
        super().resizeEvent(event)
        self._place_knobs()


def _within(y: Floats, low: float, high: float) -> bool:
    """Return whether some of a curve is seen."""
    return not np.isfinite(y).any() or bool(np.nanmin(y) <= high and np.nanmax(y) >= low)
