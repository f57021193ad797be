"""The face of a lock-in amplifier: two displays with bars, two knobs, and the overload lamps in the signal's order."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from gui.faces.face import GAP, Face, line, side_by_side, stacked, table, titled
from gui.faces.parts import Values
from gui.topics import set_topic
from gui.widgets.bar_graph import BarGraph
from gui.widgets.segments import Segments
from gui.widgets.slim_button import SlimButton

_PHASE_PIXELS = 92
"""Of the field, which need not hold nine digits."""
_QUARTER = math.pi / 2.0


class LockInFace(Face):
    """X and Y or R and theta, time constant and sensitivity, phase and reference; the rest stays folded."""

    def lay(self) -> None:
        """Lay it out as the instrument's own front is: the signal's way from left to right."""
        parts = self.parts
        self.column.setSpacing(4)
        displays = self._displays()
        self.row("overload", parts.lamp("input_overload", "input"), parts.lamp("filter_overload", "filter"),
                 parts.lamp("output_overload", "output"), 0, self.shown)
        self.column.addWidget(displays)
        knobs = side_by_side(self._filter(), self._gain())
        knobs.setSpacing(2 * GAP)
        knobs.setStretch(0, 1)
        knobs.setStretch(1, 1)
        self.column.addLayout(knobs)
        reserves = {word: word.split()[0] for word in parts.kind.settings()["reserve"].choices}
        phase = parts.field("phase")
        phase.setMinimumWidth(_PHASE_PIXELS)
        self.table(("phase", line(phase, self._turner("−90°", -_QUARTER),
                                  self._turner("+90°", _QUARTER), parts.button("auto_phase", "Auto"))),
                   ("reference", line(parts.segments("reference_source"), "harmonic", parts.choice("harmonic"))),
                   ("", line(parts.lamp("unlocked"), 0, parts.display("reference_frequency"))),
                   ("reserve", line(parts.segments("reserve", reserves), parts.button("auto_reserve", "Auto"))),
                   ("offset", line(parts.button("auto_offset", "Auto"), 0,
                                   parts.lamp("busy", "auto function at work"))))
        self.column.addWidget(parts.fold("Data buffer", self._buffer()))
        parts.watch(self._show_bars)

    # -- displays ----------------------------------------------------------------------------------------------

    def _displays(self) -> QStackedWidget:
        """Return X and Y, or R and theta; `shown` switches between them."""
        parts = self.parts
        self._bars = {"x": BarGraph(quantity="x"), "y": BarGraph(quantity="y"),
                      "r": BarGraph(both_signs=False, quantity="r"), "theta": BarGraph(beyond=1.0, quantity="theta")}
        for name, title in (("x", "X"), ("y", "Y"), ("r", "R"), ("theta", "theta")):
            bar = self._bars[name]
            bar.setToolTip("See the angle between −180° and 180°." if name == "theta" else
                           "See how much of the sensitivity the output takes; it overloads in the red zone.")
            bar.setAccessibleName(f"{parts.name} {title} bar")
            set_topic(bar, f"reading/{parts.name}/{name}")
        pairs = QStackedWidget()
        for one, other in (("x", "y"), ("r", "theta")):
            pair = QWidget()
            line = side_by_side(*(self._display(name) for name in (one, other)))
            line.setContentsMargins(0, 0, 0, 0)
            pair.setLayout(line)
            pairs.addWidget(pair)
        self.shown = Segments()
        self.shown.addItem("X Y")
        self.shown.addItem("R θ")
        self.shown.setToolTip("Choose what the displays show: X and Y, or magnitude R and phase θ.")
        self.shown.setAccessibleName(f"{parts.name} displays")
        set_topic(self.shown, f"reading/{parts.name}/x")
        self.shown.activated.connect(pairs.setCurrentIndex)
        self.shown.activated.connect(lambda: parts.show(parts.model.snapshot))
        return pairs

    def _display(self, name: str) -> QWidget:
        title = {"theta": "θ"}.get(name, name.upper())
        return stacked(self.parts.display(name, title, big=True, quantity=name), self._bars[name])

    def _show_bars(self, values: Values) -> None:
        full = float(values["sensitivity"])
        for name in ("x", "y", "r"):
            self._bars[name].show_part(float(values[name]) / full)
        self._bars["theta"].show_part(float(values["theta"]) / math.pi)

    # -- knobs -------------------------------------------------------------------------------------------------

    def _filter(self) -> QWidget:
        parts = self.parts
        knob = parts.knob("time_constant", (1.0, 3.0))
        slopes = {slope: slope.split()[0] for slope in parts.kind.settings()["slope"].choices}
        slope = parts.segments("slope", slopes)
        return stacked(titled("time constant", knob), titled("slope (dB/oct)", slope))

    def _gain(self) -> QWidget:
        parts = self.parts
        knob = parts.knob("sensitivity", (1.0, 2.0, 5.0))
        return stacked(titled("sensitivity", knob), titled("", parts.button("auto_gain", "Auto gain")))

    # -- reference ---------------------------------------------------------------------------------------------

    def _turner(self, text: str, angle: float) -> QPushButton:
        button = SlimButton(text)
        button.setToolTip(f"Turn the phase by {text}.")
        button.setAccessibleName(f"{self.parts.name} phase {text}")
        set_topic(button, f"setting/{self.parts.name}/phase")
        button.clicked.connect(lambda: self._turn(angle))
        return button

    def _turn(self, angle: float) -> None:
        """Turn the phase, back into the half turns around zero."""
        field = self.parts.editors["phase"]
        turned = math.degrees(math.remainder(field.value() + angle, 2.0 * math.pi))
        phase = math.radians(round(turned, 9))
        field.setValue(phase)
        self.parts.write("phase", phase)

    def _buffer(self) -> QWidget:
        parts = self.parts
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(18, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(side_by_side(parts.lamp("buffer_running", "running"), parts.lamp("buffer_full", "full"), 0,
                                      "points", parts.display("buffer_points")))
        column.addLayout(side_by_side(parts.button("start_buffer", "Start"), parts.button("pause_buffer", "Pause"),
                                      parts.button("clear_buffer", "Clear"), parts.button("trigger", "Trigger")))
        column.addLayout(table(*((key.removeprefix("buffer_"), parts.editor(key)) for key in
                                 ("buffer_rate", "buffer_clock", "buffer_mode", "buffer_length"))))
        return inner
