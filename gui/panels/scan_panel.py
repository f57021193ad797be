"""The live plot: the chosen experiment's runs as its plan says, with cursors, fits, a map and what can be exported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.plotting.active_curve import ActiveCurve
from gui.plotting.cursors import Cursors
from gui.plotting.grid_of_run import map_axis
from gui.plotting.knob_marker import KnobMarker
from gui.plotting.live_fit import LiveFit
from gui.plotting.look import Look
from gui.plotting.map_view import MapView
from gui.plotting.notes import Notes
from gui.plotting.region import Region
from gui.plotting.run_curves import COLOURS, RunCurves
from gui.plotting.runs_popup import RunsPopup
from gui.plotting.runs_shown import RunsShown
from gui.plotting.saving import Saving
from gui.plotting.toolbar import PlotToolbar
from gui.scans import Scan
from gui.topics import set_topic
from gui.widgets.findings import Findings
from gui.widgets.plot import Plot
from vlab.errors import VlabError
from vlab.experiments.procedure import Procedure, Variable
from vlab.quantity_scale import scale_of

_USUAL_MODEL = "lorentzian"
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


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
        self.notes = Notes(self.plot, look, self.drawn.seen)
        self.active = ActiveCurve(self.runs, self.drawn)
        self.cursors = Cursors(self.plot, look, self.notes, self.active, self.drawn)
        self.region = Region(self.plot, look, self.notes, self.active, self.drawn)
        self.fit = LiveFit(self.plot, look, self.notes, self.active, self.drawn, self.region.ends, self)
        self.fit.flags = self._flags
        self.marker = KnobMarker(model, self.plot, look, self.drawn, self._procedure, self)
        self._map: MapView | None = None
        self.toolbar = PlotToolbar()
        self.popup = RunsPopup(self.runs, look, self)
        self.quantity, self.earlier, self.clear = self.toolbar.quantity, self.popup.earlier, self.popup.clear
        self.saving = Saving(model, self.runs, self.drawn, self.active, self._shown_plot, self._on_paper, self)
        self.readout = Findings()
        self.readout.setAccessibleName("scan summary")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.toolbar)
        column.addWidget(self.readout)
        column.addWidget(self.stack, 1)
        set_topic(self, "panel/plot")
        self._kind: type[Procedure] | None = None
        self._form: Procedure | None = None
        """An experiment of this kind, for its axes before there is a run."""
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
        self.region.moved.connect(self.fit.refresh)
        self.runs.changed.connect(self._on_choice)
        ends = [model.scan_changed.connect(self._grow), model.run_changed.connect(self._on_run),
                model.scans_cleared.connect(self._on_choice),
                model.experiment_changed.connect(self.show_experiment), model.run_shown.connect(self._look_at),
                model.scan_chosen.connect(self._look_closer)]
        self.destroyed.connect(lambda: [end() for end in ends])  # the model outlives the panel
        self._look.changed.connect(self._restyle)
        scene = self.plot.scene()
        scene.sigMouseClicked.connect(self._on_click)
        self.plot.installEventFilter(self)
        item = self.plot.getPlotItem()
        item.ctrl.logXCheck.toggled.connect(buttons["log_x"].setChecked)  # pyqtgraph's own menu has them too
        item.ctrl.logYCheck.toggled.connect(buttons["log_y"].setChecked)

    def prepare(self) -> None:
        """Make beforehand what would keep somebody waiting who opens it."""
        self.map.hide()

    @property
    def map(self) -> MapView:
        """The map, made when it is first looked at."""
        if self._map is None:
            self._map = MapView(self._look)
            self._map.plot.courtesy = self.plot.courtesy
            self.stack.addWidget(self._map)
        return self._map

    # -- what tests and other parts look at ----------------------------------------------------------------------

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
        self._fit_plan(self._usual(kind))

    def _usual(self, kind: type[Procedure]) -> Procedure | None:
        """Return the last run of this kind, or one as the form begins with, if there is such."""
        for scan in reversed(self._model.scans):
            if type(scan.procedure) is kind:
                return scan.procedure
        try:
            return kind()
        except VlabError:
            return None

    def _procedure(self) -> Procedure | None:
        """Return the experiment whose axis is shown."""
        shown = self.runs.shown()
        return shown[-1].procedure if shown else self._form

    def _fit_plan(self, usual: Procedure | None) -> None:
        assert self._kind is not None
        self._form = usual
        plan, drawn, buttons = self._kind.plot, self.drawn, self.toolbar.buttons
        known = {} if usual is None else {v.name: v for v in usual.variables()}
        with QSignalBlocker(self.quantity):
            self.quantity.clear()
            for name in plan.y:
                variable = known.get(name, Variable(name, "", name))
                self.quantity.addItem(variable.heading(), variable)
                self.quantity.setItemData(self.quantity.count() - 1, _meaning(variable),
                                          Qt.ItemDataRole.ToolTipRole)
        across = None if usual is None else next(c for c in usual.coordinates() if c.name == plan.x)
        drawn.plan = plan
        drawn.planned = () if across is None else tuple(float(v) for v in across.values)
        drawn.log_x, drawn.log_y = plan.log_x, plan.log_y
        for part in (self.cursors, self.region, self.fit):
            part.x_unit = "" if across is None else across.unit
        for key, on in (("log_x", plan.log_x), ("log_y", plan.log_y), ("map", False), ("region", False)):
            if key == "region":
                buttons[key].setChecked(on)
                continue
            with QSignalBlocker(buttons[key]):
                buttons[key].setChecked(on)
        self.stack.setCurrentWidget(self.plot)
        drawn.legend.prefer(plan.legend_left)
        self._title = plan.x_title or (plan.x if usual is None else usual.x_title())
        self.plot.set_bottom(self._title)
        self._choose_model(plan.fit or _USUAL_MODEL, self.fit.on)
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
        buttons = self.toolbar.buttons
        self.drawn.log_x, self.drawn.log_y = buttons["log_x"].isChecked(), buttons["log_y"].isChecked()
        self.redraw()

    def _choose_overlays(self, *_: object) -> None:
        self.drawn.theory, self.drawn.errors = self.popup.theory.isChecked(), self.popup.errors.isChecked()
        self.redraw()

    def _show_map(self, on: bool) -> None:
        self.stack.setCurrentWidget(self.map if on else self.plot)
        if on:
            self._draw_map()

    def _on_choice(self) -> None:
        self.drawn.follow()  # the others stay as they are
        self.plot.show_again()
        self._frame()
        self.toolbar.show_button("map", self._has_map())
        self._refresh_numbers()
        self._settle()
        self._summarize()
        if self.popup.isVisible():
            self.popup.fill()

    def _on_click(self, event: object) -> None:
        """Send the knob to a place that is clicked twice; look at a curve that is clicked once."""
        box = self.plot.getPlotItem().vb
        if event.button() != Qt.MouseButton.LeftButton or not box.sceneBoundingRect().contains(  # type: ignore[attr-defined]
                event.scenePos()):  # type: ignore[attr-defined]
            return
        at = box.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        if event.double():  # type: ignore[attr-defined]
            self.marker.send(10.0 ** at.x() if self.drawn.log_x else at.x())
        elif self.cursors.on or self.region.on or self.fit.on:
            width, height = box.viewPixelSize()
            if self.active.choose_near((at.x(), at.y()), (width, height)):
                self._refresh_numbers()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the cursors by the arrow keys."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.cursors.on and (
                step := _STEPS.get(Qt.Key(event.key()))):
            self.cursors.step(int(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)), step)
            return True
        return super().eventFilter(watched, event)

    # -- drawing -----------------------------------------------------------------------------------------------

    def _on_run(self) -> None:
        if self._model.run is not None:
            self.show_experiment()  # a past run of another one may be shown
        scans = self.runs.all()
        if self.drawn.is_behind():
            self.active.follow_newest()
            self.drawn.follow()
            self.plot.show_again()
            self._frame()
            self._settle()
        elif self._model.run is None and scans:
            self.drawn.end()
        if self._model.run is None:
            self._refresh_numbers()
            self._settle()
        self.toolbar.show_button("map", self._has_map())
        self._summarize()

    def redraw(self, *_: object) -> None:
        """Draw everything anew: after another choice of quantity, of runs or of theme."""
        variable: Variable = self.quantity.currentData()
        self.drawn.variable = variable
        self.plot.setLogMode(x=self.drawn.log_x, y=self.drawn.log_y)
        self.drawn.draw()
        plain = scale_of(variable.unit) if variable.unit not in ("", "1") else None
        # axes take SI prefixes for a plain unit only
        prefixed = plain is not None and plain.prefixable and plain.home == 0 and not self.drawn.log_y
        self.plot.set_left(variable.title or variable.long_name if prefixed else variable.heading(),
                           variable.unit if prefixed else None)
        self.plot.show_again()
        self._frame()
        self.toolbar.show_button("map", self._has_map())
        meaning = _meaning(variable)
        self.plot.getAxis("left").setToolTip(meaning)
        self.quantity.setToolTip(f"Choose which of the measured quantities is drawn. Now: {meaning}")
        self._refresh_numbers()
        self._settle()
        self.marker.refresh()
        self._summarize()

    def _settle(self) -> None:
        """Look for free corners, because there are other curves."""
        self.drawn.legend.settle()
        self.notes.settle()

    def _restyle(self) -> None:
        for part in (self.cursors, self.region, self.fit, self.notes, self.marker, self._map):
            if part is not None:
                part.restyle()
        self.redraw()

    def _frame(self) -> None:
        self.plot.show_all(*self.drawn.bounds())

    def _refresh_numbers(self) -> None:
        """Bring cursors, region, fit and map up to date."""
        self.cursors.refresh()
        self.region.refresh()
        self.fit.refresh()
        self._draw_map()

    def _grow(self, scan: Scan) -> None:
        if type(scan.procedure) is self._kind:
            if self.drawn.is_behind():  # runs came from a file, or went
                self.drawn.follow()
                self.toolbar.show_button("map", self._has_map())
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

    def _has_map(self) -> bool:
        return any(map_axis(scan) is not None for scan in self.runs.shown())

    def _draw_map(self) -> None:
        if self.stack.currentWidget() is not self.plot:
            shown = [scan for scan in self.runs.shown() if map_axis(scan) is not None]
            self.map.show_run(shown[-1] if shown else None, self.drawn.variable, self.drawn.log_x, self._title)

    def _summarize(self) -> None:
        scans = self.runs.all()
        if not scans:
            self.readout.say(None, ["no run yet"])
            return
        scan = scans[-1]
        lines = list(scan.findings)
        if scan.status != "completed":
            paused = scan.status == "running" and self._model.run_state == "paused"
            lines.insert(0, f"{scan.points()} points, {'paused' if paused else scan.status}")
        if not lines:
            lines.append(f"{scan.points()} points")
        self.readout.say(scan.number, lines)
        if scan.status != "running" and self._model.run is None:
            self.readout.settle()

    def _flags(self, scan: Scan) -> str:
        """Return the flags that have spoiled points of a run, by the names on the instruments' panels."""
        known, found = self._model.kind.instruments, []
        for mark, _ in scan.marks.most_common():
            instrument, _, flag = mark.partition(".")
            title = (known[instrument].short or instrument) if instrument in known else instrument
            found.append(f"{title}: {flag.replace('_', ' ')}")
        return ", ".join(found)

    # -- what leaves -------------------------------------------------------------------------------------------

    def commands(self) -> tuple[Command, ...]:
        """Return what can be done with the plot."""
        buttons = self.toolbar.buttons

        def switch(key: str, title: str, button: str, help: str, shortcut: str = "") -> Command:
            return Command(f"plot.{key}", title, "Plot", buttons[button].toggle, help, shortcut,
                           checked=buttons[button].isChecked,
                           enabled=self._has_map if button == "map" else lambda: True)

        return (
            Command("plot.all", "Show all", "Plot", self._show_all, "Show all points again after panning and zooming.",
                    "Ctrl+0"),
            switch("log_x", "Logarithmic x", "log_x", "Draw the horizontal axis logarithmically, or not.",
                   "Ctrl+Shift+X"),
            switch("log_y", "Logarithmic y", "log_y", "Draw the vertical axis logarithmically, or not.",
                   "Ctrl+Shift+Y"),
            switch("cursors", "Cursors", "cursors", "Show two cursors with their differences.", "Ctrl+K"),
            switch("region", "Region", "region", "Show a region with numbers of the curve inside.", "Ctrl+G"),
            switch("fit", "Live fit", "fit", "Fit the newest run while it grows.", "Ctrl+T"),
            switch("map", "Map", "map", "Draw a run over two coordinates as a map.", "Ctrl+M"),
            Command("plot.theory", "Theory and fits of the run", "Plot", self.popup.theory.toggle,
                    "Show or hide what the experiment draws over its last run.",
                    checked=self.popup.theory.isChecked),
            Command("plot.runs", "Choose runs…", "Plot", lambda: self.popup.open_below(buttons["runs"]),
                    "Choose the runs that are drawn."),
            *self.saving.commands(), self.saving.ground(),
        )

    def _show_all(self) -> None:
        self.plot.show_again()
        self._frame()

    def _shown_plot(self) -> Plot:
        return self.plot if self.stack.currentWidget() is self.plot else self.map.plot

    @contextmanager
    def _on_paper(self) -> Iterator[None]:
        """Have everything drawn on white during the block, and afterwards as it was."""
        if not self._look.dark:
            yield
            return
        seen = self.plot.viewRange()
        try:
            with self._look.on_paper():
                self._recolour(seen)
                yield
        finally:
            self._recolour(seen)

    def _recolour(self, seen: list[list[float]]) -> None:
        self._restyle()
        self.plot.restyle()
        self.plot.setRange(xRange=seen[0], yRange=seen[1], padding=0.0)


def _meaning(variable: Variable) -> str:
    """Return in a sentence what is measured."""
    said = variable.long_name or variable.heading()
    return f"{said[0].upper()}{said[1:]}."
