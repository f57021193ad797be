"""Where the knob behind the horizontal axis is, as a small mark on the axis; and sending it to a place there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from math import inf, isfinite, log10
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QObject, QPointF, QTimer
from PySide6.QtGui import QPolygonF
from PySide6.QtWidgets import QGraphicsPolygonItem

from gui.deeds import few_digits
from gui.models import LabModel
from gui.plotting.look import Look
from gui.plotting.run_curves import RunCurves
from gui.widgets.plot import Plot
from vlab.errors import VlabError
from vlab.experiments.procedure import Procedure
from vlab.quantity_scale import pretty_unit

_LOOK_MS = 700
_ANSWER_MS = 25
_BEYOND = 0.03
"""Of the axis: what is farther beyond its ends is no place to go."""


class _Triangle(QGraphicsPolygonItem):
    """A small triangle that stands on the horizontal axis."""

    def __init__(self, plot: Plot) -> None:
        self._box = plot.getPlotItem().vb
        plot.for_the_screen.append(self)
        super().__init__(QPolygonF([QPointF(0.0, -10.0), QPointF(-6.0, 0.0), QPointF(6.0, 0.0)]), self._box)
        self._place: float | None = None
        self.setZValue(30)
        self.setVisible(False)
        self._box.sigRangeChanged.connect(self.settle)
        self._box.sigResized.connect(self.settle)

    def go_to(self, place: float | None) -> None:
        """Stand at a place of the view, or nowhere."""
        if place != self._place:
            self._place = place
            self.settle()

    def settle(self, *_: object) -> None:
        """Stay at the place when the view has changed."""
        if self._place is None:
            self.setVisible(False)
            return
        at = self._box.mapFromView(QPointF(self._place, 0.0)).x()
        inside = 0.0 <= at <= self._box.rect().width()
        if inside:
            self.setPos(at, self._box.rect().height())
        self.setVisible(inside)


class KnobMarker(QObject):
    """Shows and moves the knob of the experiment's horizontal axis; the lab thread does the calibration.

    Parameters
    ----------
    model : LabModel
    plot : Plot
    look : Look
    curves : RunCurves
    procedure : callable
        Returns the experiment whose axis is shown, or None.
    parent : QObject
    """

    def __init__(self, model: LabModel, plot: Plot, look: Look, curves: RunCurves,
                 procedure: Callable[[], Procedure | None], parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._plot, self._look, self._curves, self._procedure = model, plot, look, curves, procedure
        self.mark = _Triangle(plot)
        self.mark.setToolTip("Here the knob is now. Double-click on the plot to send it elsewhere.")
        self.place: float | None = None
        """Where the knob is, in the unit of the axis; None where there is no such knob, or nobody has asked yet."""
        self._asked: Future[float | None] | None = None
        self._sent: Future[tuple[str, str, float] | None] | None = None
        self._written: tuple[Future[Any], str] | None = None
        """A write that is under way, and what is said when it is done."""
        self._going = 0.0
        self._answer = QTimer(self, interval=_ANSWER_MS)
        self._answer.timeout.connect(self._take_answers)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.ask)
        self._timer.start()
        self.restyle()

    def restyle(self) -> None:
        """Take over the colours."""
        self.mark.setBrush(pg.mkBrush(self._look.colour("accent")))
        self.mark.setPen(pg.mkPen(self._look.colour("base"), width=1))

    def ask(self) -> None:
        """Ask the lab thread where the knob is, while somebody can see it and nothing is measured."""
        seen = self._plot.isVisible() and not self._plot.viewport().visibleRegion().isEmpty()
        procedure = self._procedure()
        if not seen or self._asked is not None or not self._model.connected or procedure is None:
            return
        if self._model.run is not None or self._model.kind.key != procedure.bench:
            self._show(None)
            return

        def where(bench: Any) -> float | None:
            try:
                knob = procedure.axis_knob(bench)
                return None if knob is None else knob.place()
            except (VlabError, ArithmeticError, ValueError):  # nobody has asked for it, so nobody need hear of it
                return None

        self._asked = self._model.lab.post(where)
        self._answer.start()

    def send(self, place: float) -> None:
        """Move the knob to a place on the axis, or say why that cannot be."""
        procedure = self._procedure()
        if not isfinite(place) or procedure is None or self._sent is not None:
            return
        if self._model.run is not None:
            self._model.notice("warning", "The knob belongs to the running measurement; abort it first.")
            return
        if not self._model.connected or self._model.kind.key != procedure.bench:
            self._model.notice("warning", "The knob cannot be moved while a bench is being set up; wait a moment.")
            return

        (first, last), _ = self._curves.bounds()
        at, margin = self._on_axis(place), _BEYOND * (last - first)
        if not first - margin <= at <= last + margin:
            ends = (10.0**v if self._curves.log_x else v for v in (first, last))
            self._model.notice("warning", f"The axis goes from {' to '.join(f'{v:.4g}' for v in ends)}"
                                          f"{self._unit(procedure)}; double-click inside of it to send the knob there.")
            return
        self._going = place

        def where_to(bench: Any) -> tuple[str, str, float] | None:
            knob = procedure.axis_knob(bench)
            return None if knob is None else (knob.device.name, knob.setting, knob.setting_at(place))

        self._sent = self._model.lab.post(where_to)
        self._answer.start()

    def _take_answers(self) -> None:
        if self._asked is not None and self._asked.done():
            asked, self._asked = self._asked, None
            self._show(asked.result() if asked.exception() is None else None)
        if self._sent is not None and self._sent.done():
            sent, self._sent = self._sent, None
            if sent.exception() is None:
                self._carry_out(sent.result())
        if self._written is not None and self._written[0].done():
            (written, said), self._written = self._written, None
            if not written.cancelled() and written.exception() is None:  # a refusal says so itself
                self._model.notice("info", said, ways=(("Undo", "edit.undo"),))
        if self._asked is None and self._sent is None and self._written is None:
            self._answer.stop()

    def _carry_out(self, wish: tuple[str, str, float] | None) -> None:
        if wish is None:
            self._model.notice("info", "No knob of the bench moves along this axis, so there is nowhere to go.")
        elif self._model.run is None:
            self._written = (self._model.write(*wish), self._words(*wish))

    def _words(self, instrument: str, setting: str, value: float) -> str:
        """Return what is said when a knob has been sent."""
        known, procedure = self._model.kind.instruments.get(instrument), self._procedure()
        declared = known.settings().get(setting) if known is not None else None
        name = (known.short if known is not None else "") or instrument
        there = few_digits(value, declared.unit if declared is not None else None)
        where = "" if procedure is None else \
            f" ({procedure.plot.x.replace('_', ' ')} {self._going:.4g}{self._unit(procedure)})"
        return f"{name} moved to {there}{where}."

    @staticmethod
    def _unit(procedure: Procedure) -> str:
        unit = next(c.unit for c in procedure.coordinates() if c.name == procedure.plot.x)
        return f" {pretty_unit(unit)}" if unit not in ("", "1") else ""

    def _on_axis(self, place: float) -> float:
        """Return a place in the coordinates of the view."""
        if not self._curves.log_x:
            return place
        return log10(place) if place > 0.0 else -inf

    def _show(self, place: float | None) -> None:
        self.place = place
        there = place is not None and isfinite(place) and (place > 0.0 or not self._curves.log_x)
        self.mark.go_to((log10(place) if self._curves.log_x else place) if there and place is not None else None)

    def refresh(self) -> None:
        """Show it on the axis as it is now."""
        self._show(self.place)

