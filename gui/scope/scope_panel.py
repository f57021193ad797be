"""An oscilloscope: what is on the cables before, in and behind the lock-in, on a common time axis."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QColor, QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from gui.commands import Command
from gui.desk import Desk
from gui.scope.flow import FlowLayout
from gui.scope.looking import Looking
from gui.scope.round_numbers import steps
from gui.scope.scope_model import AVERAGES, TIME_BASES, TRIGGERS, ScopeModel, short
from gui.scope.screen import Screen, colour_of
from gui.theme import tabular_font
from gui.topics import set_topic
from gui.widgets.focus_wheel import ComboBox
from instruments.probing import LIMIT, Sweep, sweep

_TURN = 100
"""ms between two looks at whether a sweep has come."""
_EVERY, _DURING_A_RUN = 0.09, 0.17
"""s between two sweeps."""
_SCALES = steps(1e-9, 10.0)


class ScopePanel(QWidget):
    """Channels, time base, trigger and screen of an oscilloscope.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.model = ScopeModel(desk.model.kind)
        self._looking: Looking[Sweep] = Looking(desk.model)
        self._draw_numbers = np.random.default_rng()
        self.buttons: dict[str, QToolButton] = {}
        self._channels = FlowLayout()
        self._controls = FlowLayout(gap=2)
        self.screen = Screen(self.model, desk.theme)
        self.screen.courtesy = desk.model.lab.courtesy
        self.screen.pressed.connect(self._on_key)
        self.words = QLabel("")
        self.words.setFont(tabular_font())
        self.words.setAccessibleName("cursor distance")
        self._make_controls()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(3)
        column.addLayout(self._channels)
        column.addLayout(self._controls)
        column.addWidget(self.screen, 1)
        set_topic(self, "panel/scope")
        self._timer = QTimer(self, interval=_TURN)
        self._timer.timeout.connect(self._turn)
        self._ends = [self.model.changed.connect(self._show), self.model.swept.connect(self.screen.draw),
                      desk.model.bench_changed.connect(self.show_bench)]
        desk.theme.changed.connect(self._dress)
        self.show_bench()

    # -- controls ----------------------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.run_button = self._tool("Run", "run scope", "Take sweeps, or let the last one stand (Space).", check=True)
        self.run_button.clicked.connect(self.model.run)
        self.single_button = self._tool("Single", "single sweep", "Take one sweep and stop (S).")
        self.single_button.clicked.connect(self.model.run_once)
        self.time_base = ComboBox()
        for step in TIME_BASES:
            self.time_base.addItem(f"{short(step, 's', 1)}/div", step)
        self._box(self.time_base, "time base", "Choose how much time a division stands for; ten are seen.")
        self.time_base.activated.connect(lambda i: self.model.set_division(self.time_base.itemData(i)))
        self.averages = ComboBox()
        for count in AVERAGES:
            self.averages.addItem(f"avg {count}" if count < 10_000 else f"avg {count // 1000}k", count)
        self._box(self.averages, "averages", "Choose how many sweeps are averaged: noise shrinks as the root of their "
                  "number, what keeps step with the trigger stays. X is never averaged.")
        self.averages.activated.connect(lambda i: self.model.set(averages=self.averages.itemData(i)))
        self.scale = ComboBox()
        self._box(self.scale, "vertical scale", "Choose what a division stands for on the selected channel.")
        self.scale.activated.connect(lambda i: self.model.set_scale(self.scale.itemData(i)))
        self.cursor_button = self._tool("Δt", "cursors", "Show two cursors to measure times and differences.",
                                        check=True)
        self.cursor_button.clicked.connect(lambda on: self.model.set(cursors=(3.0, 7.0) if on else None))
        self.more = self._tool("…", "trigger and bandwidth",
                               "Choose what begins a sweep, and limit the bandwidth.")
        menu = self.menu = QMenu(self.more)
        self.more.clicked.connect(lambda: menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft())))
        group = QActionGroup(menu)
        self.triggers: dict[str, QAction] = {}
        for key, title in TRIGGERS.items():
            action = self.triggers[key] = QAction(title, menu, checkable=True)
            action.triggered.connect(partial(self._choose_trigger, key))
            group.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        self.limit = QAction(f"Limit the bandwidth to {LIMIT:g} × reference", menu, checkable=True)
        self.limit.triggered.connect(lambda on: self.model.set(limited=on))
        menu.addAction(self.limit)
        for widget in (self.run_button, self.single_button, self.time_base, self.averages, self.scale,
                       self.more, self.cursor_button, self.words):
            self._controls.addWidget(widget)

    def _tool(self, title: str, name: str, tip: str, check: bool = False) -> QToolButton:
        button = QToolButton(text=title, checkable=check)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_topic(button, "panel/scope")
        return button

    def _box(self, box: ComboBox, name: str, tip: str) -> None:
        box.setAccessibleName(name)
        box.setToolTip(tip)
        box.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        set_topic(box, "panel/scope")

    def show_bench(self) -> None:
        """Offer the test points of the bench that the laboratory has."""
        self._looking.forget()
        for button in self.buttons.values():
            self._channels.removeWidget(button)
            button.deleteLater()
        self.buttons = {}
        self.screen.forget()
        self.model.set_kind(self._desk.model.kind)
        titles = {name: kind.title for name, kind in self._desk.model.kind.instruments.items()}
        for channel in self.model.channels:
            where = titles[channel.key.split(".")[0]]
            button = self._tool(channel.probe.title, f"channel {channel.probe.title}",
                                f"Switch this channel on, select it for the vertical scale, or switch it off. "
                                f"{where}: {channel.probe.about}", check=True)
            button.clicked.connect(partial(self.model.press, channel.key))
            self.buttons[channel.key] = button
            self._channels.addWidget(button)
        self._dress()
        self._show()

    def commands(self) -> list[Command]:
        """Return what the window can do with the scope."""
        seen = self.isVisible

        def closed() -> str:
            return "the panel Scope is closed"

        return [
            Command("scope.run", "Run or stop the scope", "Plot", lambda: self._on_key("run"),
                    "Take sweeps, or let the last one stand.", enabled=seen, checked=lambda: self.model.running,
                    why_not=closed),
            Command("scope.single", "Take a single sweep", "Plot", self.model.run_once,
                    "Take one sweep of the scope and stop.", enabled=seen, why_not=closed),
            Command("scope.faster", "Faster time base", "Plot", lambda: self.model.turn_time_base(1),
                    "Let a division of the scope stand for less time.", enabled=seen, why_not=closed),
            Command("scope.slower", "Slower time base", "Plot", lambda: self.model.turn_time_base(-1),
                    "Let a division of the scope stand for more time.", enabled=seen, why_not=closed),
        ]

    def _choose_trigger(self, trigger: str, _: bool = True) -> None:
        self.model.set(trigger=trigger)

    def _on_key(self, what: str) -> None:
        if what == "run":
            self.model.run(not self.model.running)
        else:
            self.model.run_once()

    # -- what is seen ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show what the scope is set to."""
        model = self.model
        self.run_button.setText("Stop" if model.running else "Run")
        self.run_button.setChecked(model.running)
        for key, button in self.buttons.items():
            button.setChecked(key in model.shown)
            font = button.font()
            font.setBold(key == model.selected)
            button.setFont(font)
        self._choose(self.time_base, model.division)
        self._choose(self.averages, model.averages)
        self.triggers[model.trigger].setChecked(True)
        self.limit.setChecked(model.limited)
        self.cursor_button.setChecked(model.cursors is not None)
        self._offer_scales()
        self._show_distance()
        if model.running:
            self._turn()
        self.screen.draw()

    def _show_distance(self) -> None:
        self.words.setText(self.model.cursor_words())
        self.words.setVisible(bool(self.words.text()))

    def _offer_scales(self) -> None:
        """Offer vertical scales in the unit of the selected channel."""
        if not self.model.selected:
            return
        channel = self.model.channel(self.model.selected)
        if self.scale.property("of") != channel.key:
            self.scale.setProperty("of", channel.key)
            with QSignalBlocker(self.scale):
                self.scale.clear()
                self.scale.addItem("auto", None)
                for step in _SCALES:
                    unit = channel.probe.unit
                    self.scale.addItem(f"{short(step, unit, 1) if unit else f'{step:g}'}/div", step)
            self.scale.setAccessibleName(f"vertical scale of {channel.probe.title}")
        self._choose(self.scale, self.model.scales.get(channel.key))

    @staticmethod
    def _choose(box: ComboBox, value: object) -> None:
        with QSignalBlocker(box):
            box.setCurrentIndex(box.findData(value))

    def _dress(self) -> None:
        """Give the buttons the colours of their traces."""
        theme = self._desk.theme
        for channel in self.model.channels:
            ink = theme.trace(colour_of(channel))
            self.buttons[channel.key].setStyleSheet(
                f"QToolButton {{ border: 1px solid {ink.name()}; border-radius: 3px; padding: 2px 4px; }}"
                f"QToolButton:checked {{ background: {ink.name()}; color: {_readable_on(ink).name()}; }}"
                f"QToolButton:focus {{ border: 2px solid {theme.colour('text').name()}; padding: 1px 3px; }}")
        self.screen.draw()

    # -- sweeps ------------------------------------------------------------------------------------------------

    def seen(self) -> bool:
        """Return whether somebody can see it: a panel behind other tabs counts as visible."""
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def _turn(self) -> None:
        """Take a sweep that has come, and ask for the next."""
        if not self.seen() or not self.model.channels:
            return
        model, lab = self.model, self._desk.model
        if model.division == 0.0:
            frequency = self._reference()
            if not frequency:
                return
            model.choose_division(frequency)
        found = self._looking.answer()
        wanted = model.wanted()
        if found is not None and model.running and set(found.sizes) <= set(wanted):
            model.take(found)
        if model.running and wanted:
            settings = (wanted, model.division, model.averages, model.limited, model.trigger, model.single)
            question = partial(_look, wanted, model.division, self._draw_numbers, model.averages, model.limited,
                               model.trigger)
            span = 10.0 * model.division
            least = _DURING_A_RUN if lab.run is not None else _EVERY
            self._looking.ask(question, min(max(least, span), 1.0), settings)

    def _reference(self) -> float:
        """Return the frequency that the lock-in detects, Hz; 0 while nothing is known."""
        for values in self._desk.model.snapshot.values.values():
            if "reference_frequency" in values:
                return float(values["reference_frequency"])
        return 0.0

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to take sweeps."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Take no more sweeps."""
        super().hideEvent(event)
        self._timer.stop()
        self._looking.forget()


def _look(wanted, division, draw, averages, limited, trigger, bench):  # type: ignore[no-untyped-def]
    return sweep(bench, wanted, division, draw, averages=averages, limited=limited, trigger=trigger)


def _readable_on(ground: QColor) -> QColor:
    """Return black or white, whichever stands out."""
    light = 0.3 * ground.redF() + 0.59 * ground.greenF() + 0.11 * ground.blueF()
    return QColor("black" if light > 0.5 else "white")
