"""A knob that is turned from mark to mark: by dragging, by keys, or by the wheel while it has the focus."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QDial, QSizePolicy, QWidget

from gui.knob_scale import KnobScale
from gui.theme import colour, is_dark

_SWEEP = 270.0
"""Degrees from the first to the last mark."""
_STEP_PIXELS = 12
"""How far a hand drags for one step."""
_NOTCH = 120


class Knob(QDial):
    """A dial over a `KnobScale`; it shows any value of the scale, also between marks.

    It is a view: `show_value` emits nothing, a hand's turn emits `turned`. For screen readers it is a dial that stands
    at the number of a mark, described by ``text``.

    Parameters
    ----------
    scale : KnobScale
    size : int
        Its diameter in pixels.
    """

    turned = Signal(float)
    """A hand has turned it to this value."""

    def __init__(self, scale: KnobScale, size: int = 56, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = size
        self._rest = 0.0
        self._drag: tuple[float, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTracking(True)
        self.set_scale(scale)
        self.valueChanged.connect(self._turn_to_mark)  # what assistive technology does

    def set_scale(self, scale: KnobScale) -> None:
        """Give it other limits."""
        self.scale = scale
        self.shown = min(max(getattr(self, "shown", scale.low), scale.low), scale.high)
        self._tell_mark()
        self.update()

    def show_value(self, value: float) -> None:
        """Show a value; emits nothing."""
        if value != self.shown:
            self.shown = value
            self._tell_mark()
            self.update()

    @property
    def held(self) -> bool:
        """Whether a hand has hold of it."""
        return self._drag is not None

    def turn(self, steps: int) -> None:
        """Turn it by so many marks, as a hand does."""
        value = self.scale.stepped(self.shown, steps)
        if value != self.shown:
            self.show_value(value)
            self.turned.emit(value)

    def _turn_to_mark(self, mark: int) -> None:
        self.show_value(self.scale.marks[mark])
        self.turned.emit(self.shown)

    def _tell_mark(self) -> None:
        self.blockSignals(True)
        self.setRange(0, len(self.scale.marks) - 1)
        self.setPageStep(self.scale.in_a_decade)
        self.setValue(self.scale.nearest(self.shown))
        self.blockSignals(False)

    # --- the hand

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn by a mark (arrows), by a decade (Page), to an end (Home, End)."""
        key, page, all_of_it = event.key(), self.scale.in_a_decade, len(self.scale.marks)
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Left: -1,
                 Qt.Key.Key_PageUp: page, Qt.Key.Key_PageDown: -page,
                 Qt.Key.Key_Home: -all_of_it, Qt.Key.Key_End: all_of_it}.get(Qt.Key(key), 0)
        if steps:
            self.turn(steps)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with focus; without it the wheel belongs to the scroll area around."""
        if not self.hasFocus():
            event.ignore()
            return
        self._rest += event.angleDelta().y() / _NOTCH
        steps = int(self._rest)
        self._rest -= steps
        if steps:
            self.turn(steps)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = (event.position().x(), event.position().y())
            self.setCursor(Qt.CursorShape.SizeVerCursor)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn it: up and right is more."""
        if self._drag is None:
            return
        x, y = self._drag
        way = (event.position().x() - x) - (event.position().y() - y)
        steps = int(way / _STEP_PIXELS)
        if steps:
            self._drag = (event.position().x(), event.position().y())
            self.turn(steps)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        """Let it go."""
        self._drag = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take hold of it again."""
        self.mousePressEvent(event)

    # --- the look

    def sizeHint(self) -> QSize:
        """Return its diameter; the gap of the arc needs less height."""
        return QSize(self._side, self._side - 5)

    def minimumSizeHint(self) -> QSize:
        """Return the same as `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the decades around it, the arc up to the value, the cap and the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark, lively = is_dark(self.palette()), self.isEnabled()
        accent = colour("accent" if lively else "grid", dark)
        outer = self._side / 2.0 - 3.0
        middle = QPointF(self.width() / 2.0, outer + 3.0)

        def ray(place: float, distance: float) -> QPointF:
            angle = math.radians(225.0 - _SWEEP * place)
            return middle + QPointF(distance * math.cos(angle), -distance * math.sin(angle))

        ring = QRectF(middle.x() - outer, middle.y() - outer, 2.0 * outer, 2.0 * outer)
        here = self.scale.place(self.shown)
        button = colour("button", dark)
        painter.setPen(QPen(button.lighter(135) if dark else button.darker(112), 4.0, Qt.PenStyle.SolidLine,
                            Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, 225 * 16, round(-_SWEEP * 16))
        painter.setPen(QPen(accent, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, 225 * 16, round(-_SWEEP * here * 16))
        cap = outer - 6.0
        painter.setPen(QPen(accent if self.hasFocus() else colour("grid", dark), 1.5 if self.hasFocus() else 1.0))
        painter.setBrush(colour("base", dark) if lively else colour("window", dark))
        painter.drawEllipse(middle, cap, cap)
        painter.setPen(QPen(colour("text" if lively else "faint text", dark), 2.5, Qt.PenStyle.SolidLine,
                            Qt.PenCapStyle.RoundCap))
        painter.drawLine(ray(here, cap * 0.35), ray(here, cap - 3.0))
        painter.end()
