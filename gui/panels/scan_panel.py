"""The live plot: the runs of the chosen experiment, followed while they come, grow and go."""

from __future__ import annotations

from functools import partial

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.plotting.axes import Axes
from gui.plotting.look import Look
from gui.plotting.map_view import MapView
from gui.plotting.overlays import Overlays
from gui.plotting.paper import on_paper
from gui.plotting.plot_commands import plot_commands
from gui.plotting.run_curves import COLOURS, RunCurves
from gui.plotting.runs_popup import RunsPopup
from gui.plotting.runs_shown import RunsShown
from gui.plotting.saving import Saving
from gui.plotting.sheets import Sheets
from gui.plotting.summary import flags_of, summary_of, unseen_of
from gui.plotting.toolbar import PlotToolbar
from gui.scans import Scan
from gui.topics import set_topic
from gui.turn import OneByOne
from gui.widgets.findings import Findings
from gui.widgets.plot import Plot
from vlab.experiments.procedure import Procedure

_USUAL_MODEL = "lorentzian"
_WHEN_DRAWN_MS = 60


class ScanPanel(QWidget):
    """Traces of this session's runs of the experiment that is chosen.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = model = desk.model
        self._look = look = Look(desk.theme)
        self.plot = Plot(look, "scan plot", "")
        self.plot.setToolTip("Drag to pan, roll to zoom, double-click to send the knob there; the button A in the "
                             "corner shows all.")
        self.runs = RunsShown(lambda: model.scans, len(COLOURS))
        self.drawn = RunCurves(self.plot, look, self.runs)
        self.toolbar = PlotToolbar()
        self.axes = Axes(model, self.plot, self.runs, self.drawn, self.toolbar)
        self.overlays = over = Overlays(model, self.plot, look, self.runs, self.drawn, self.axes.procedure, self)
        self.notes, self.active, self.marker = over.notes, over.active, over.marker
        self.cursors, self.region, self.fit = over.cursors, over.region, over.fit
        self.fit.flags = lambda scan: flags_of(scan, model.kind.instruments)
        self.popup = RunsPopup(self.runs, look, self)
        self.quantity, self.earlier, self.clear = self.toolbar.quantity, self.popup.earlier, self.popup.clear
        self.stack = Sheets(self.plot, look, self.runs, self.drawn)
        self.saving = Saving(model, self.runs, self.drawn, self.active, self.stack.seen_plot,
                             partial(on_paper, self.plot, look, self._restyle), self)
        self.readout = Findings()
        self.readout.setAccessibleName("scan summary")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.toolbar)
        column.addWidget(self.readout)
        column.addWidget(self.stack, 1)
        set_topic(self, "panel/plot")
        self._kind: type[Procedure] | None = None
        self._turns = OneByOne(self)
        self._connect()
        self.show_experiment()

    def _connect(self) -> None:
        model, buttons, popup = self._model, self.toolbar.buttons, self.popup
        self.quantity.currentIndexChanged.connect(self.redraw)
        popup.clear.clicked.connect(model.clear_scans)
        popup.theory.toggled.connect(self._choose_overlays)
        popup.errors.toggled.connect(self._choose_overlays)
        buttons["log_x"].toggled.connect(self._choose_axes)
        buttons["log_y"].toggled.connect(self._choose_axes)
        buttons["cursors"].toggled.connect(self.cursors.show)
        buttons["region"].toggled.connect(self.region.show)
        buttons["fit"].toggled.connect(lambda on: self.fit.show(on, self.fit.model))
        buttons["map"].toggled.connect(self._show_map)
        buttons["runs"].clicked.connect(lambda: popup.open_below(self.toolbar.place_of("runs")))
        for button in buttons.values():
            if button.isCheckable():
                button.toggled.connect(lambda *_: self._desk.commands.changed.emit())
        for command in self.saving.commands():
            self.toolbar.export_menu.addAction(command.title, command.do).setToolTip(command.help)
        self.runs.changed.connect(self._on_choice)
        ends = [model.scan_changed.connect(self._grow), model.run_changed.connect(self._on_run),
                model.scans_cleared.connect(self._on_choice),
                model.experiment_changed.connect(self.show_experiment), model.run_shown.connect(self._look_at),
                model.scan_chosen.connect(self._look_closer)]
        self.destroyed.connect(lambda: [end() for end in ends])  # the model outlives the panel
        self._when_drawn = QTimer(self, singleShot=True, interval=_WHEN_DRAWN_MS)
        """Until a run that begins is in the legend, which looks for a free corner: it is drawn first."""
        self._when_drawn.timeout.connect(self._put_in_order)
        self._look.changed.connect(self._restyle)
        scene = self.plot.scene()
        scene.sigMouseClicked.connect(self._on_click)
        self.plot.installEventFilter(self)
        item = self.plot.getPlotItem()
        item.ctrl.logXCheck.toggled.connect(buttons["log_x"].setChecked)  # pyqtgraph's own menu has them too
        item.ctrl.logYCheck.toggled.connect(buttons["log_y"].setChecked)

    def prepare(self) -> bool:
        """Make one more part of what would keep somebody waiting who opens it; return whether there are more."""
        return self.drawn.prepare() or self.stack.prepare()

    def commands(self) -> tuple[Command, ...]:
        """Return what can be done with the plot."""
        return plot_commands(self.toolbar, self.popup, self.saving, self._show_all, self.stack.has_map)

    # -- what tests and other parts look at ----------------------------------------------------------------------

    @property
    def map(self) -> MapView:
        """The map, made when it is first looked at."""
        return self.stack.map

    @property
    def _curves(self) -> dict[tuple[int, int], pg.PlotDataItem]:
        return self.drawn.curves

    @property
    def _bars(self) -> dict[tuple[int, int], pg.PlotDataItem]:
        return self.drawn.bars

    # -- the experiment ----------------------------------------------------------------------------------------

    def show_experiment(self) -> None:
        """Draw as the chosen experiment has it; the runs of others are kept and not shown."""
        self._show_kind(self._model.experiment)

    def _show_kind(self, kind: type[Procedure]) -> None:
        if kind is self._kind:
            return
        self._kind = self.runs.kind = kind
        self.active.follow_newest()
        self.axes.take_over(kind)
        self.overlays.set_unit(self.axes.x_unit)
        with QSignalBlocker(self.toolbar.buttons["map"]):
            self.toolbar.buttons["map"].setChecked(False)
        self.toolbar.buttons["region"].setChecked(False)
        self.stack.turn_to(the_map=False)
        self.drawn.legend.prefer(kind.plot.legend_left)
        self.plot.set_bottom(self.axes.x_title)
        self._choose_model(kind.plot.fit or _USUAL_MODEL, self.fit.on)
        self.redraw()

    def _choose_model(self, key: str, on: bool = True) -> None:
        """Fit with another model."""
        assert self._kind is not None
        self.toolbar.offer_models(self._kind.plot.fit, key, self._choose_model)
        with QSignalBlocker(self.toolbar.buttons["fit"]):
            self.toolbar.buttons["fit"].setChecked(on)
        self.fit.show(on, key)

    # -- choices of a hand ---------------------------------------------------------------------------------------

    def _choose_axes(self, *_: object) -> None:
        self.axes.choose()
        self.redraw()

    def _choose_overlays(self, *_: object) -> None:
        self.drawn.theory, self.drawn.errors = self.popup.theory.isChecked(), self.popup.errors.isChecked()
        self.redraw()

    def _show_map(self, on: bool) -> None:
        if on and self.stack.prepare():  # a part of it in each turn
            self._turns.do(lambda: self._show_map(self.toolbar.buttons["map"].isChecked()))
            return
        self.stack.turn_to(on)
        self.stack.draw_map(self.axes.x_title)
        self._summarize()

    def _on_choice(self) -> None:
        self.drawn.follow()  # the others stay as they are
        self._show_all()
        self._offer_map()
        self._refresh_numbers()
        self.overlays.settle()
        self._summarize()
        if self.popup.isVisible():
            self.popup.fill()

    def _on_click(self, event: object) -> None:
        if self.overlays.click(event):
            self._refresh_numbers()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the cursors by the arrow keys."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.overlays.press(event):
            return True
        return super().eventFilter(watched, event)

    # -- runs --------------------------------------------------------------------------------------------------

    def _on_run(self) -> None:
        if self._model.run is not None:
            self.show_experiment()  # a past run of another one may be shown
        scans = self.runs.all()
        if self.drawn.is_behind():
            self.active.follow_newest()
            self.drawn.follow(tell=False)
            self._show_all()
        elif self._model.run is None and scans:
            self.drawn.end()
            self._frame()  # the theory or fit that has come may reach higher
        if self._model.run is None:
            self._refresh_numbers()
            self._put_in_order()
        else:
            self._when_drawn.start()

    def _put_in_order(self) -> None:
        self._when_drawn.stop()
        self.drawn.tell()
        self.overlays.settle()
        self._offer_map()
        self._summarize()

    def _grow(self, scan: Scan) -> None:
        if type(scan.procedure) is self._kind:
            if self.drawn.is_behind():  # runs came from a file, or went
                self.drawn.follow()
                self._offer_map()
            self.drawn.grow(scan)
            self._frame()
            self._refresh_numbers()
        self._summarize()

    def _look_at(self, *scans: Scan) -> None:
        """Show past runs; those of another experiment until that which is chosen is measured or chosen again."""
        self._show_kind(type(scans[-1].procedure))
        self.active.choose(scans[-1])
        self.runs.show_all(scans)

    def _look_closer(self, scan: Scan) -> None:
        """Have cursors, region, fit and what is saved look at a run that is drawn."""
        if type(scan.procedure) is self._kind and self.runs.is_shown(scan):
            self.active.choose(scan)
            self._refresh_numbers()

    def _summarize(self) -> None:
        scans = self.runs.all()
        if not scans:
            self.readout.say(None, ["no run yet"])
            return
        scan = scans[-1]
        lines = summary_of(scan, self._model.run_state == "paused")
        if self.drawn.log_y and not self.toolbar.buttons["map"].isChecked():
            lines[1:1] = unseen_of(scan, self.drawn.variable.name)
        self.readout.say(scan.number, lines)
        if scan.status != "running" and self._model.run is None:
            self.readout.settle()

    # -- drawing -----------------------------------------------------------------------------------------------

    def redraw(self, *_: object) -> None:
        """Draw everything anew: after another choice of quantity, of runs or of theme."""
        self.axes.draw()
        self._show_all()
        self._offer_map()
        self._refresh_numbers()
        self.overlays.settle()
        self.marker.refresh()
        self._summarize()

    def _restyle(self) -> None:
        self.overlays.restyle()
        self.stack.restyle()
        self.redraw()

    def _show_all(self) -> None:
        self.plot.show_again()
        self._frame()

    def _frame(self) -> None:
        self.plot.show_all(*self.drawn.bounds())

    def _offer_map(self) -> None:
        self.toolbar.show_button("map", self.stack.has_map())

    def _refresh_numbers(self) -> None:
        """Bring cursors, region, fit and map up to date."""
        self.overlays.refresh()
        self.stack.draw_map(self.axes.x_title)
