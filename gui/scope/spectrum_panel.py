"""A spectrum analyser at the lock-in: noise floor, lines, and the output filter's passband over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.desk import Desk
from gui.scope.flow import FlowLayout
from gui.scope.looking import Looking
from gui.scope.scope_model import short
from gui.scope.spectrum_model import SpectrumModel
from gui.scope.spectrum_plots import Passband, WideSpectrum
from gui.theme import tabular_font
from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from instruments.probing import Analysis, analysis

_TURN = 80
"""ms between two looks at whether a spectrum has come."""
_EVERY, _DURING_A_RUN = 0.2, 0.4
"""s between two spectra."""
_BOTH = 620
"""Pixels from which both pictures stand side by side."""
_SPANS = tuple(10.0**n for n in range(-3, 7))


class SpectrumPanel(QWidget):
    """All frequencies, and what is around the detected one.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.model = SpectrumModel()
        self._looking: Looking[Analysis] = Looking(desk.model)
        self._draw_numbers = np.random.default_rng()
        self.wide = WideSpectrum(self.model, desk.theme)
        self.zoom = Passband(self.model, desk.theme)
        for plot in (self.wide, self.zoom):
            plot.courtesy = desk.model.lab.courtesy
        self._to_draw: list[Callable[[], None]] = []
        self._both = False
        self._chosen = "wide"
        self._make_controls()
        self._labels: list[QLabel] = []
        plots = QHBoxLayout()
        plots.setSpacing(4)
        plots.addWidget(self.wide, 3)
        plots.addWidget(self.zoom, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(3)
        column.addLayout(self._controls)
        column.addLayout(plots, 1)
        set_topic(self, "panel/spectrum")
        self._timer = QTimer(self, interval=_TURN)
        self._timer.timeout.connect(self._turn)
        self._ends = [self.model.changed.connect(self._show), self.model.analysed.connect(self._draw_soon),
                      desk.model.bench_changed.connect(self.show_bench)]
        self._show()

    def _make_controls(self) -> None:
        self._controls = FlowLayout()
        self.pages: dict[str, QToolButton] = {}
        for key, title, tip in (("wide", "All frequencies", "Show noise and lines over all frequencies."),
                                ("zoom", "Passband", "Show what is around the detected frequency, and the filter.")):
            button = QToolButton(text=title, checkable=True)
            button.setToolTip(tip)
            button.setAccessibleName(title)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self._choose_page, key))
            self.pages[key] = button
            self._controls.addWidget(button)
        self.logarithmic = QToolButton(text="log f", checkable=True)
        self.logarithmic.setToolTip("Switch between a logarithmic and a linear frequency axis.")
        self.logarithmic.setAccessibleName("logarithmic frequency axis")
        self.logarithmic.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.logarithmic.clicked.connect(lambda on: self.model.choose(logarithmic=on))
        self.span = ComboBox()
        self.span.addItem("± auto", 0.0)
        for span in _SPANS:
            self.span.addItem(f"± {short(span, 'Hz', 1)}", span)
        self.span.setToolTip("Choose how far the passband's picture reaches on either side of the detected frequency; "
                             "fix it to compare time constants.")
        self.span.setAccessibleName("span of the passband")
        self.span.activated.connect(lambda i: self.model.choose(span=self.span.itemData(i)))
        self._controls.addWidget(self.logarithmic)
        self._controls.addWidget(self.span)
        for widget in (*self.pages.values(), self.logarithmic, self.span):
            set_topic(widget, "panel/spectrum")

    def show_bench(self) -> None:
        """Begin anew on the bench that the laboratory has."""
        self._looking.forget()
        self.model.forget()

    def _choose_page(self, key: str, _: bool = True) -> None:
        self._chosen = key
        self._show()

    def _show(self) -> None:
        """Show what is chosen."""
        for key, plot in (("wide", self.wide), ("zoom", self.zoom)):
            plot.setVisible(self._both or self._chosen == key)
            self.pages[key].setVisible(not self._both)
            self.pages[key].setChecked(self._chosen == key)
        self.logarithmic.setChecked(self.model.logarithmic)
        self.logarithmic.setVisible(not self.wide.isHidden())
        self.span.setVisible(not self.zoom.isHidden())
        with QSignalBlocker(self.span):
            self.span.setCurrentIndex(self.span.findData(self.model.span))
        self._controls.invalidate()
        self._draw()

    def _draw(self) -> None:
        """Draw all that is seen."""
        self._draw_soon()
        while self._to_draw:
            self._to_draw.pop(0)()

    def _draw_soon(self) -> None:
        """Draw all that is seen, a piece at each turn of the timer: together they would hold up the other panels."""
        self._to_draw = [plot.draw for plot in (self.wide, self.zoom) if not plot.isHidden()] + [self._write_numbers]
        self._to_draw.pop(0)()

    def _write_numbers(self) -> None:
        words = self.model.words()
        while len(self._labels) < len(words):
            label = QLabel()
            label.setFont(tabular_font())
            set_topic(label, "panel/spectrum")
            label.setContentsMargins(4, 3, 0, 0)
            self._controls.addWidget(label)
            self._labels.append(label)
        for label, (title, number, about) in zip(self._labels, words, strict=False):
            text = f"{title} <b>{number}</b>"
            if label.text() != text:
                label.setText(text)
                label.setToolTip(f"Read: {about}")
                label.setAccessibleName(title)

    # -- looks -------------------------------------------------------------------------------------------------

    def seen(self) -> bool:
        """Return whether somebody can see it: a panel behind other tabs counts as visible."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def _turn(self) -> None:
        """Take a spectrum that has come, and ask for the next."""
        if not self.seen():
            return
        if self._to_draw:
            self._to_draw.pop(0)()
            return
        found = self._looking.answer()
        if found is not None:
            self.model.take(found)
        model, lab = self.model, self._desk.model
        values = next((v for v in lab.snapshot.values.values() if "reference_frequency" in v), None)
        if values is None:
            return
        detected = float(values["reference_frequency"])
        bandwidth = model.spectrum.bandwidth if model.spectrum is not None else 1.0
        lowest, highest = model.range_for(detected)
        span = model.span_for(bandwidth)
        self._looking.ask(partial(_look, lowest, highest, span, self._draw_numbers),
                          _DURING_A_RUN if lab.run is not None else _EVERY, (lowest, highest, span))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no more."""
        super().hideEvent(event)
        self._timer.stop()
        self._looking.forget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show both pictures where there is room."""
        super().resizeEvent(event)
        both = self.width() >= _BOTH
        if both != self._both:
            self._both = both
            self._show()


def _look(lowest, highest, span, draw, bench):  # type: ignore[no-untyped-def]
    return analysis(bench, lowest, highest, span, draw)
