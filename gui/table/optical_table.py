"""The optical table: the running bench as a sketch, in which a hand opens panels, turns switches and moves cables."""

from __future__ import annotations

from functools import partial
from math import hypot

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from gui.desk import Desk
from gui.lab import Snapshot
from gui.table.drawing import Drawing
from gui.table.graph import Graph, graph_of, owner
from gui.table.hand import draw_hand, element_at, landing, socket_at
from gui.table.inks import Inks
from gui.table.layout import Point
from gui.table.menus import element_menu, table_menu
from gui.table.picture import Picture, picture_of
from gui.table.words import element_tip, socket_tip, spoken
from gui.topics import set_topic
from instruments.wiring import Wiring

_BLINK_MS = 500
_LOWEST = 150
"""Pixels; least height of the drawing."""
_ROW = 3.4
"""Least height of a row, in lines of text."""
_CLICK = 5.0
"""Pixels that a mouse may move in a click."""
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class OpticalTable(QWidget):
    """A drawing of the bench, made from its wiring and following what the laboratory publishes.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = desk.model
        self._wiring: Wiring | None = None
        self._kind = desk.model.kind
        self.drawing: Drawing | None = None
        """None until the bench is there."""
        self._pressed: Point | None = None
        self._hand: Point = (0.0, 0.0)
        self._by_key = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(260, _LOWEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("optical table")
        set_topic(self, "panel/path")
        self._timer = QTimer(self, interval=_BLINK_MS)
        self._timer.timeout.connect(self._turn)
        desk.theme.changed.connect(self._dress)
        forget = desk.model.readings_changed.connect(self.show_snapshot)
        self.destroyed.connect(forget)

    # -- what it shows -----------------------------------------------------------------------------------------

    @property
    def graph(self) -> Graph | None:
        """The arrangement that is drawn."""
        return None if self.drawing is None else self.drawing.graph

    @property
    def picture(self) -> Picture:
        """What is drawn now."""
        return Picture() if self.drawing is None else self.drawing.picture

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw what has changed."""
        if not snapshot.values or snapshot.wiring is None or not self._seen():
            return
        if snapshot.wiring is not self._wiring or self._model.kind is not self._kind:
            self._set_up(snapshot)
        drawing = self.drawing
        assert drawing is not None
        region = drawing.show(picture_of(drawing.graph, snapshot))
        if not region.isEmpty():
            self.update(region)
        if drawing.picture.restless != self._timer.isActive():
            (self._timer.start if drawing.picture.restless else self._timer.stop)()

    def _seen(self) -> bool:
        return self.isVisible() and not self.visibleRegion().isEmpty()

    def _set_up(self, snapshot: Snapshot) -> None:
        """Draw another bench."""
        assert snapshot.wiring is not None
        self._wiring, self._kind = snapshot.wiring, self._model.kind
        graph = graph_of(snapshot.wiring, self._kind.instruments)
        self.drawing = Drawing(graph, Inks.of(self._desk.theme), self.font())
        self.drawing.resize(self.width(), self.height())
        self.setMinimumHeight(max(_LOWEST, round(_ROW * graph.rows * self.fontMetrics().height())))
        self._pressed = None
        self.update()

    def _turn(self) -> None:
        if self.drawing is None or not self._seen():
            self._timer.stop()
            return
        self.update(self.drawing.turn(self._model.lab.held))

    def _dress(self) -> None:
        if self.drawing is not None:
            self.drawing.inks = Inks.of(self._desk.theme)
            self.drawing.resize(self.width(), self.height())
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Write with another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.drawing is not None:
            self.drawing.font = self.font()
            self.drawing.resize(self.width(), self.height())
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size at which it is at ease."""
        return QSize(560, 210)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002
        """Lay everything out anew."""
        if self.drawing is not None:
            self.drawing.resize(self.width(), self.height())

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened meanwhile."""
        super().showEvent(event)
        QTimer.singleShot(0, self, lambda: self.show_snapshot(self._model.snapshot))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what needs to be."""
        with self._model.lab.courtesy.wanted("optical table"):
            p = QPainter(self)
            if self.drawing is None:
                p.fillRect(event.rect(), self.palette().window())
                p.setPen(self._desk.theme.colour("faint text"))
                p.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "The laboratory is being set up …")
            else:
                p.setClipRegion(event.region())
                self.drawing.draw(p, event.region(), self.devicePixelRatioF())
                if self.drawing.grabbed:
                    draw_hand(p, self.drawing, self._hand, float(self.width()))
            p.end()

    # -- mouse -------------------------------------------------------------------------------------------------

    def place_of(self, end: str) -> QPoint:
        """Return where an element or socket is, in the widget's pixels."""
        assert self.drawing is not None
        socket = self.drawing.layout.sockets.get(end)
        x, y = socket.at if socket is not None else self._middle(end)
        return QPointF(x, y).toPoint()

    def _middle(self, name: str) -> Point:
        assert self.drawing is not None
        spot = self.drawing.layout.spots[name]
        x, y, w, h = spot.regions[0] if spot.regions else spot.symbol
        return (x + 0.5 * w, y + 0.5 * h) if len(spot.regions) != 1 else (x + 0.04 * w, y + 0.04 * h)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab a plug, or begin a click."""
        if self.drawing is None or event.button() != Qt.MouseButton.LeftButton:
            return
        x, y = event.position().x(), event.position().y()
        self._pressed = self._hand = (x, y)
        QToolTip.hideText()
        self._by_key = False
        grabbed = socket_at(self.drawing, x, y)
        if grabbed:
            self.drawing.grabbed = grabbed
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.update(self.drawing.touch())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry a plug, or show what a click would open."""
        if self.drawing is None:
            return
        x, y = event.position().x(), event.position().y()
        if self.drawing.grabbed:
            self._hand = (x, y)
            self.update()
            return
        plug = socket_at(self.drawing, x, y)
        on_plug = bool(plug)
        element = "" if on_plug else element_at(self.drawing, x, y)
        self.setCursor(Qt.CursorShape.OpenHandCursor if on_plug else
                       Qt.CursorShape.PointingHandCursor if element else Qt.CursorShape.ArrowCursor)
        self._hover(element)
        self._mean(owner(plug) if plug else element)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Plug the cable in where it is dropped, or open a panel."""
        if self.drawing is None or event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        x, y = event.position().x(), event.position().y()
        still = hypot(x - self._pressed[0], y - self._pressed[1]) <= _CLICK
        self._pressed = None
        if self.drawing.grabbed:
            self._drop(x, y, still)
        elif still and (name := element_at(self.drawing, x, y)):
            self.open(name)

    def _drop(self, x: float, y: float, still: bool) -> None:
        drawing = self.drawing
        assert drawing is not None
        wanted = None if still else landing(drawing, x, y)
        held, drawing.grabbed = drawing.grabbed, ""
        self.unsetCursor()
        self.update(drawing.touch())
        if still and not any(held in (cable.target, cable.source) for cable in drawing.picture.cables):
            self.open(owner(held))  # an output without a cable is a part of its instrument
        if wanted is None:
            return
        self.plug(wanted.source or None, wanted.target)
        if wanted.leaves:
            self.plug(None, wanted.leaves)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        """Show nothing as being pointed at."""
        self._hover("")
        self._mean(self.current)

    def _hover(self, name: str) -> None:
        drawing = self.drawing
        if drawing is not None and drawing.hovered != name:
            drawing.hovered = name
            self.update(drawing.touch())

    def _mean(self, name: str) -> None:
        """Let the help be asked about an element: the one that mouse or keyboard reached last."""
        set_topic(self, f"panel/{name or self.current or 'path'}")

    def event(self, event: QEvent) -> bool:
        """Show the tool-tip of what is pointed at."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.tip_at(event.pos().x(), event.pos().y())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, x: float, y: float) -> str:
        """Return the tool-tip there."""
        drawing = self.drawing
        if drawing is None:
            return ""
        port = socket_at(drawing, x, y)
        if port:
            cable = next((c for c in drawing.picture.cables if c.target == port), None)
            feeds = " and ".join(c.target for c in drawing.picture.cables if c.source == port)
            return socket_tip(drawing.graph, port, cable, feeds)
        name = element_at(drawing, x, y)
        return element_tip(drawing.graph.nodes[name], self._model.snapshot) if name else ""

    # -- keys --------------------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The element that the keyboard has reached; empty if none."""
        return "" if self.drawing is None else self.drawing.current

    def go_to(self, name: str) -> None:
        """Let the keyboard reach an element."""
        drawing = self.drawing
        if drawing is None or name == drawing.current:
            return
        drawing.current = name
        self.update(drawing.touch())
        self._mean(name)
        text = spoken(drawing.graph.nodes[name], drawing.picture.nodes[name]) if name in drawing.picture.nodes else ""
        self.setAccessibleDescription(text)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first element, or at the last one when coming backwards."""
        super().focusInEvent(event)
        if self.drawing is None:
            return
        names = list(self.drawing.graph.nodes)
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self.go_to(names[0])
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self.go_to(names[-1])

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget where the keyboard was, unless only a menu came up."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.go_to("")

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab from element to element, and on to the next widget after the last."""
        if self.drawing is not None and self.hasFocus():
            names = list(self.drawing.graph.nodes)
            place = (names.index(self.current) if self.current else -1) + (1 if forward else -1)
            if 0 <= place < len(names):
                self.go_to(names[place])
                return True
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to a neighbour, open a panel, or let go of a plug."""
        key = event.key()
        if key == Qt.Key.Key_Escape and self.drawing is not None and self.drawing.grabbed:
            self.drawing.grabbed, self._pressed = "", None
            self.unsetCursor()
            self.update(self.drawing.touch())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.current:
            self.open(self.current)
        elif key in _ARROWS and self.drawing is not None:
            self.go_to(self._neighbour(*_ARROWS[Qt.Key(key)]))
        else:
            super().keyPressEvent(event)

    def _neighbour(self, right: int, down: int) -> str:
        """Return the nearest element in a direction."""
        drawing = self.drawing
        assert drawing is not None
        names = list(drawing.graph.nodes)
        if not self.current:
            return names[0]
        places = {name: self._label_middle(name) for name in names}
        here = places[self.current]
        best, nearest = self.current, float("inf")
        for name, (x, y) in places.items():
            ahead = right * (x - here[0]) + down * (y - here[1])
            aside = abs(down * (x - here[0])) + abs(right * (y - here[1]))
            if ahead > 1.0 and ahead + 2.0 * aside < nearest:
                best, nearest = name, ahead + 2.0 * aside
        return best

    def _label_middle(self, name: str) -> Point:
        assert self.drawing is not None
        x, y, w, h = self.drawing.layout.spots[name].label
        return x + 0.5 * w, y + 0.5 * h

    # -- what a hand does --------------------------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Ask for the panel of an element."""
        self._desk.panel_wanted.emit(name)

    def plug(self, source: str | None, target: str) -> None:
        """Move a cable, unless it is there already."""
        if self._model.snapshot.cables.get(target) != source:
            self._model.plug(source, target)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with an element."""
        if self.drawing is None:
            return
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        port = "" if by_key else socket_at(self.drawing, event.pos().x(), event.pos().y())
        name = self.current if by_key else (
            owner(port) if port else element_at(self.drawing, event.pos().x(), event.pos().y()))
        menu = self.menu_of(name) if name else table_menu(self, self.mend_cables, bool(self.wrong_cables()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(self.place_of(name)) if by_key and name else event.globalPos())

    def wrong_cables(self) -> dict[str, str]:
        """Return the inputs that are not fed as they should be, and what should feed them."""
        wiring, cables = self._model.snapshot.wiring, self._model.snapshot.cables
        standard = () if wiring is None else wiring.standard
        return {link.target: link.source for link in standard
                if link.carries == "voltage" and cables.get(link.target) != link.source}

    def mend_cables(self) -> None:
        """Put all cables where they belong."""
        for target, source in self.wrong_cables().items():
            self._model.plug(source, target)

    def menu_of(self, name: str) -> QMenu:
        """Return the menu of an element: its panel, its switch, and the cables of its inputs."""
        assert self.drawing is not None
        return element_menu(self, self.drawing.graph.nodes[name], self._model, partial(self.open, name), self.plug)
