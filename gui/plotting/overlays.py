"""What lies over the curves: cursors, region, fit, the boxes with their numbers, and the mark of the knob."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent

from gui.models import LabModel
from gui.plotting.active_curve import ActiveCurve
from gui.plotting.cursors import Cursors
from gui.plotting.knob_marker import KnobMarker
from gui.plotting.live_fit import LiveFit
from gui.plotting.look import Look
from gui.plotting.notes import Notes
from gui.plotting.region import Region
from gui.plotting.run_curves import RunCurves
from gui.plotting.runs_shown import RunsShown
from gui.widgets.plot import Plot
from vlab.experiments.procedure import Procedure

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class Overlays:
    """All that looks at the active curve of a plot, and what mouse and keys do with it.

    Parameters
    ----------
    model : LabModel
    plot : Plot
    look : Look
    runs : RunsShown
    curves : RunCurves
    procedure : callable
        Returns the experiment whose axis is shown, or None.
    parent : QObject

    Attributes
    ----------
    notes : Notes
    active : ActiveCurve
    cursors : Cursors
    region : Region
    fit : LiveFit
    marker : KnobMarker
    """

    def __init__(self, model: LabModel, plot: Plot, look: Look, runs: RunsShown, curves: RunCurves,
                 procedure: Callable[[], Procedure | None], parent: QObject) -> None:
        self._plot, self._curves = plot, curves
        self.notes = Notes(plot, look, curves.seen)
        self.active = ActiveCurve(runs, curves)
        self.cursors = Cursors(plot, look, self.notes, self.active, curves)
        self.region = Region(plot, look, self.notes, self.active, curves)
        self.fit = LiveFit(plot, look, self.notes, self.active, curves, self.region.ends, parent)
        self.marker = KnobMarker(model, plot, look, curves, procedure, parent)
        self.region.moved.connect(self.fit.refresh)

    def set_unit(self, unit: str) -> None:
        """Tell places on the horizontal axis in another unit."""
        self.cursors.x_unit = self.region.x_unit = self.fit.x_unit = unit

    def refresh(self) -> None:
        """Bring the numbers of cursors, region and fit up to date."""
        self.cursors.refresh()
        self.region.refresh()
        self.fit.refresh()

    def settle(self) -> None:
        """Look for free corners, because there are other curves."""
        self._curves.legend.settle()
        self.notes.settle()

    def restyle(self) -> None:
        """Take over the colours."""
        for part in (self.cursors, self.region, self.fit, self.notes, self.marker):
            part.restyle()

    def click(self, event: object) -> bool:
        """Send the knob to a place that is clicked twice, look at a curve that is clicked once; tell of the latter."""
        box = self._plot.getPlotItem().vb
        if event.button() != Qt.MouseButton.LeftButton or not box.sceneBoundingRect().contains(  # type: ignore[attr-defined]
                event.scenePos()):  # type: ignore[attr-defined]
            return False
        at = box.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        if event.double():  # type: ignore[attr-defined]
            self.marker.send(10.0 ** at.x() if self._curves.log_x else at.x())
        elif self.cursors.on or self.region.on or self.fit.on:
            width, height = box.viewPixelSize()
            return self.active.choose_near((at.x(), at.y()), (width, height))
        return False

    def press(self, event: QKeyEvent) -> bool:
        """Move the cursors by the arrow keys; tell whether it was such a key."""
        if not self.cursors.on or (step := _STEPS.get(Qt.Key(event.key()))) is None:
            return False
        self.cursors.step(int(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)), step)
        return True
