"""Which quantity is drawn over which axes: as the plan of the experiment has it, until a hand chooses otherwise."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt

from gui.models import LabModel
from gui.plotting.run_curves import RunCurves
from gui.plotting.runs_shown import RunsShown
from gui.plotting.toolbar import PlotToolbar
from gui.widgets.plot import Plot
from vlab.errors import VlabError
from vlab.experiments.procedure import Procedure, Variable
from vlab.quantity_scale import scale_of


class Axes:
    """Fits quantities, scales and titles of a plot to an experiment.

    Parameters
    ----------
    model : LabModel
    plot : Plot
    runs : RunsShown
    curves : RunCurves
    toolbar : PlotToolbar
        Has the choice of the quantity and the buttons of the scales.
    """

    def __init__(self, model: LabModel, plot: Plot, runs: RunsShown, curves: RunCurves, toolbar: PlotToolbar) -> None:
        self._model, self._plot, self._runs, self._curves = model, plot, runs, curves
        self._quantity, self._buttons = toolbar.quantity, toolbar.buttons
        self._form: Procedure | None = None
        """An experiment of the kind that is shown, for its axes before there is a run."""
        self.x_title = ""
        self.x_unit = ""

    def procedure(self) -> Procedure | None:
        """Return the experiment whose axis is shown."""
        shown = self._runs.shown()
        return shown[-1].procedure if shown else self._form

    def take_over(self, kind: type[Procedure]) -> None:
        """Offer the quantities of another experiment, and have its scales."""
        self._form = usual = self._usual(kind)
        plan, curves = kind.plot, self._curves
        known = {} if usual is None else {v.name: v for v in usual.variables()}
        with QSignalBlocker(self._quantity):
            self._quantity.clear()
            for name in plan.y:
                variable = known.get(name, Variable(name, "", name))
                self._quantity.addItem(variable.heading(), variable)
                self._quantity.setItemData(self._quantity.count() - 1, _meaning(variable),
                                           Qt.ItemDataRole.ToolTipRole)
        across = None if usual is None else next(c for c in usual.coordinates() if c.name == plan.x)
        curves.plan = plan
        curves.planned = () if across is None else tuple(float(v) for v in across.values)
        curves.log_x, curves.log_y = plan.log_x, plan.log_y
        self.x_unit = "" if across is None else across.unit
        self.x_title = plan.x_title or (plan.x if usual is None else usual.x_title())
        for key, on in (("log_x", plan.log_x), ("log_y", plan.log_y)):
            with QSignalBlocker(self._buttons[key]):
                self._buttons[key].setChecked(on)

    def _usual(self, kind: type[Procedure]) -> Procedure | None:
        """Return the last run of this kind, or one as the form begins with, if there is such."""
        for scan in reversed(self._model.scans):
            if type(scan.procedure) is kind:
                return scan.procedure
        try:
            return kind()
        except VlabError:
            return None

    def choose(self) -> None:
        """Have the scales that the buttons show."""
        self._curves.log_x, self._curves.log_y = self._buttons["log_x"].isChecked(), self._buttons["log_y"].isChecked()

    def draw(self) -> None:
        """Draw the curves of the chosen quantity over the chosen scales, and say at the axis what it is."""
        variable: Variable = self._quantity.currentData()
        curves, plot = self._curves, self._plot
        curves.variable = variable
        curves.blank()
        plot.setLogMode(x=curves.log_x, y=curves.log_y)
        curves.draw()
        plain = scale_of(variable.unit) if variable.unit not in ("", "1") else None
        # axes take SI prefixes for a plain unit only
        prefixed = plain is not None and plain.prefixable and plain.home == 0 and not curves.log_y
        plot.set_left(variable.title or variable.long_name if prefixed else variable.heading(),
                      variable.unit if prefixed else None)
        meaning = _meaning(variable)
        plot.getAxis("left").setToolTip(meaning)
        self._quantity.setToolTip(f"Choose which of the measured quantities is drawn. Now: {meaning}")


def _meaning(variable: Variable) -> str:
    """Return in a sentence what is measured."""
    said = variable.long_name or variable.heading()
    return f"{said[0].upper()}{said[1:]}."
