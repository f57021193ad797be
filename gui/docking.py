"""The docks of a window: one for each panel, put where a layout wants them, remembered where a hand left them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QDockWidget, QLayout, QMainWindow, QTabBar, QWidget

from gui.bay import FITTING, Bay
from gui.evented import Event
from gui.gentle_painting import GentlePainting
from gui.layouts import FIRST_INSTRUMENTS, LAYOUTS, MEASURE, MORE_INSTRUMENTS, SIDES, Layout
from gui.shares import Shares
from gui.theme import Theme
from gui.window_style import dress_tabs

_VERSION = 7
"""Of kept layouts: raise it when panels are renamed."""
_ASIDE = QPoint(24, 24)
_AREAS = {"left": Qt.DockWidgetArea.LeftDockWidgetArea, "right": Qt.DockWidgetArea.RightDockWidgetArea,
          "top": Qt.DockWidgetArea.TopDockWidgetArea, "bottom": Qt.DockWidgetArea.BottomDockWidgetArea}


class Docks:
    """The docks of a window by the keys of their panels.

    A panel is made when its dock is first seen or asked for, so that a window stands before all of its panels do.

    Parameters
    ----------
    window : QMainWindow
    middle : QWidget
        What they lie around: the plot.
    theme : Theme
    settings : QSettings
        Where arrangements are kept, one for each bench and layout.
    """

    def __init__(self, window: QMainWindow, middle: QWidget, theme: Theme, settings: QSettings) -> None:
        self._window = window
        self._middle = Bay(middle)
        window.setCentralWidget(self._middle)
        self._theme = theme
        self._settings = settings
        self.by_key: dict[str, QDockWidget] = {}
        self.layout = MEASURE
        self.layout_changed = Event()
        self._bench = ""
        self._instruments: tuple[str, ...] = ()
        self._front = ""
        self._idle: frozenset[str] = frozenset()
        self._unmade: dict[str, Callable[[], QWidget]] = {}
        self._forbidden: frozenset[str] = frozenset()
        self._put_away: list[str] = []
        """What was open when it was forbidden."""
        self._bays: dict[str, Bay] = {}
        self._in_front: set[str] = set()
        """What is seen, and not behind a tab; while all is rearranged, what was seen before."""
        self._discarded: list[QWidget] = []
        self._emptying = QTimer(window, singleShot=True, interval=0)
        self._emptying.timeout.connect(self._throw_one_away)
        self.painting = GentlePainting(window, self._parts, self._wake_part)
        self.painting.ended.connect(self._on_painted)
        self._shares = Shares(window, lambda: self.by_key.values())
        window.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        # instruments are long: their column goes down to the window's foot
        window.setCorner(Qt.Corner.BottomRightCorner, _AREAS["right"])
        window.setCorner(Qt.Corner.TopRightCorner, _AREAS["right"])

    # -- panels ------------------------------------------------------------------------------------------------

    def add(self, key: str, title: str, make: Callable[[], QWidget], now: bool = True) -> None:
        """Add a dock.

        Parameters
        ----------
        key, title : str
        make : callable
            Returns its panel.
        now : bool
            Whether the panel is made at once, else when the dock is first seen.
        """
        dock = QDockWidget(title, self._window)
        dock.setObjectName(key)
        bold = dock.font()
        bold.setWeight(QFont.Weight.DemiBold)
        dock.setFont(bold)
        self.by_key[key] = dock
        dock.topLevelChanged.connect(lambda apart: self._step_aside(dock) if apart else
                                     QTimer.singleShot(0, dock, dock.raise_))  # not behind the others
        bay = self._bays[key] = Bay()
        dock.setWidget(bay)
        dock.visibilityChanged.connect(lambda seen: self._see(key, seen))
        if now:
            _put(bay, make())
        else:
            self._unmade[key] = make

    def _step_aside(self, dock: QDockWidget) -> None:
        """Let a dock that a button has torn off be seen to be a window; one that a hand drags is where the hand is."""
        if not self.painting.busy and QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            dock.move(dock.pos() + _ASIDE)

    def make(self, key: str) -> QWidget:
        """Return the panel of a dock, made now if it was not yet."""
        make = self._unmade.pop(key, None)
        bay = self._bays[key]
        if make is not None:
            _put(bay, make())
        assert bay.panel is not None
        return bay.panel

    def made(self, key: str) -> QWidget | None:
        """Return the panel of a dock, or None if it was not made yet."""
        return self._bays[key].panel

    def make_next(self) -> bool:
        """Make one of the panels that nobody has seen yet; return whether there are more."""
        if self._unmade:
            self.make(next(iter(self._unmade)))
        return bool(self._unmade)

    def replace(self, key: str, make: Callable[[], QWidget]) -> None:
        """Give a dock another panel, made when it is seen."""
        old = self._bays[key].take()
        self._unmade[key] = make
        if old is not None:
            self._throw_away(old)

    def drop(self, key: str) -> None:
        """Take a dock away, with its panel."""
        self._unmade.pop(key, None)
        dock = self.by_key.pop(key)
        del self._bays[key]
        self._in_front.discard(key)
        self._window.removeDockWidget(dock)
        self._throw_away(dock)

    def _throw_away(self, widget: QWidget) -> None:
        """Delete a widget with all that is on it: the panels of a bench one by one, for it takes a while."""
        widget.hide()
        widget.setObjectName("")  # the next one may have its name
        self._discarded.append(widget)
        self._emptying.start()

    def _throw_one_away(self) -> None:
        self._discarded.pop().deleteLater()
        if self._discarded:
            self._emptying.start()

    def forbid(self, keys: frozenset[str]) -> None:
        """Close these panels and do not let them be opened; called again with none, let them be opened again."""
        self._forbidden = keys
        for key, dock in self.by_key.items():
            dock.toggleViewAction().setEnabled(key not in keys)
        self.painting.begin_with(self._put_forbidden_away if keys else self._bring_back)

    def _put_forbidden_away(self) -> None:
        for key in self._forbidden & self.by_key.keys():
            if not self.by_key[key].isHidden():
                self.by_key[key].hide()
                self._put_away.append(key)

    def _bring_back(self) -> None:
        for key in self._put_away:
            if key in self.by_key:
                self.by_key[key].show()
        self._put_away.clear()

    def show(self, key: str) -> bool:
        """Bring a panel to the front, opening it if it is closed; return whether that may be."""
        dock = self.by_key.get(key)
        if dock is None or key in self._forbidden:
            return False
        if self.painting.preparing:
            self.painting.begin_with(lambda: self._bring(key))
        else:
            self._bring(key)
        return True

    def _bring(self, key: str) -> None:
        dock = self.by_key.get(key)
        if dock is None or key in self._forbidden:  # by now
            return
        self._wake(key)
        dock.show()
        dock.raise_()
        # a tab that came into being a moment ago is raised only after the layout was done
        QTimer.singleShot(0, dock, dock.raise_)

    @property
    def busy(self) -> bool:
        """Whether panels are on their way: to their places, to their sizes or to be painted."""
        return self.painting.busy or FITTING.busy

    def _parts(self) -> list[QWidget]:
        return [self._middle, *self.by_key.values()]

    def _see(self, key: str, seen: bool) -> None:
        """Wake a panel whose dock has come to light, unless it is one of many, which have their turns."""
        if self.painting.busy:
            return
        (self._in_front.add if seen else self._in_front.discard)(key)
        if seen:
            self._wake(key)

    def _on_painted(self) -> None:
        self._window.layout().setSizeConstraint(QLayout.SizeConstraint.SetDefaultConstraint)
        inside = self._window.rect()
        self._in_front = {key for key, dock in self.by_key.items() if dock.isVisible() and (
            dock.isFloating() or inside.intersects(dock.geometry()))}  # one behind a tab is kept outside
        self._shares.note()

    def _wake(self, key: str) -> None:
        self.make(key)
        if self._bays[key].held:
            self._bays[key].release()

    def _wake_part(self, part: QWidget) -> None:
        key = part.objectName()
        if self.by_key.get(key) is part:
            self._wake(key)
        elif self._middle.held:
            self._middle.release()

    # -- layouts -----------------------------------------------------------------------------------------------

    def set_bench(self, bench: str, instruments: tuple[str, ...], front: str, idle: frozenset[str]) -> None:
        """Arrange for a bench.

        Parameters
        ----------
        bench : str
            Its key.
        instruments : tuple of str
            The panels of its instruments.
        front : str
            The one of them that is in front.
        idle : frozenset of str
            Panels that have nothing to show on it.
        """
        before = self._in_front & self.by_key.keys()
        self._bench, self._instruments, self._front, self._idle = bench, instruments, front, idle
        self._arrange(self.layout)
        self.painting.begin_with(lambda: self._raise(before))  # with which a hand has just chosen the bench, say

    def _raise(self, keys: set[str]) -> None:
        for key in keys & self.by_key.keys():
            if not self.by_key[key].isHidden():
                self.by_key[key].raise_()

    def choose(self, layout: Layout) -> None:
        """Change to another layout, as it was left on this bench."""
        if layout is self.layout:
            return
        self.keep()
        self.layout = layout
        self._settings.setValue("task", layout.key)
        self._arrange(layout)
        self.layout_changed.emit()

    def reset(self) -> None:
        """Bring all panels of the present layout back to their first places."""
        self._settings.remove(self._name())
        self._arrange(self.layout)

    def begin(self) -> None:
        """Begin with the layout that was used last."""
        last = str(self._settings.value("task", MEASURE.key))
        self.layout = next((layout for layout in LAYOUTS if layout.key == last), MEASURE)
        if self.layout.secret and self._forbidden:
            self.layout = MEASURE

    def keep(self) -> None:
        """Remember where all panels are, unless they are on their way."""
        if not self.painting.preparing:
            self._settings.setValue(self._name(), self._window.saveState(_VERSION))

    def _name(self) -> str:
        return f"layout/{self._bench}/{self.layout.key}"

    def hold(self) -> None:
        """Let all panels wait for their turns."""
        if self.painting.hold():
            # old and new panels meet in the layout for a moment; the window shall not grow for them
            self._window.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
            for bay in (self._middle, *self._bays.values()):
                bay.hold()

    def _arrange(self, layout: Layout) -> None:
        """Put all docks where a hand left them in this layout, or to their first places."""
        self.hold()
        self.painting.forget_steps()
        self._middle.fold(not layout.plot)
        self._put_away.clear()
        kept = self._settings.value(self._name())

        def put_back() -> None:
            if isinstance(kept, QByteArray) and self._window.restoreState(kept, _VERSION):
                self._hide_stray_tab_bars()
            else:
                self._take_out()
                self.painting.go_on_with(lambda: self._place(layout))

        # Qt lays the window out after each
        self.painting.begin_with(put_back, self._put_forbidden_away, self._hide_stray_tab_bars)

    def _take_out(self) -> None:
        for dock in self.by_key.values():
            dock.hide()  # else the window would be laid out for each that comes back
            dock.setFloating(False)
            self._window.removeDockWidget(dock)

    def _place(self, layout: Layout) -> None:
        """Put all docks to the places that they have at first; those that the layout does not want wait hidden."""
        window = self._window
        # without a row at the foot, the left column goes down there: one that is opened below has the plot's width
        window.setCorner(Qt.Corner.BottomLeftCorner, _AREAS["bottom" if layout.bottom else "left"])
        firsts: dict[str, list[QDockWidget]] = {}
        fronts: list[QDockWidget] = []
        stacks: list[list[QDockWidget]] = []
        waiting = dict(self.by_key)
        for side, groups in layout.groups():
            for tabs in groups:
                keys = [key for key in self._expanded(tabs) if key in self.by_key and key not in self._idle]
                if not keys:
                    continue
                docks = [waiting.pop(key) for key in keys]
                if side == "bottom" and "top" in firsts and side not in firsts and not layout.plot:
                    # in one area with what is above: two would share the height anew whenever the window is resized
                    window.splitDockWidget(firsts["top"][0], docks[0], Qt.Orientation.Vertical)
                else:
                    window.addDockWidget(_AREAS[side], docks[0])
                if side in ("top", "bottom") and firsts.get(side):
                    window.splitDockWidget(firsts[side][-1], docks[0], Qt.Orientation.Horizontal)
                stacks.append(docks)
                firsts.setdefault(side, []).append(docks[0])
                fronts.append(self.by_key[self._front] if self._front in keys else docks[0])
                for dock in docks:
                    dock.show()
        for docks in stacks:  # after all splits: a dock that is split off tabs would become one of them
            for before, dock in itertools.pairwise(docks):
                window.tabifyDockWidget(before, dock)
        lasts = {side: docks[-1] for side, docks in firsts.items()}
        for key, dock in waiting.items():
            side = "right" if key in self._instruments else SIDES.get(key, "bottom") if layout.plot else "bottom"
            window.addDockWidget(_AREAS[side], dock)
            if side in lasts:  # two over each other might be taller than the screen
                window.tabifyDockWidget(lasts[side], dock)
            lasts.setdefault(side, dock)
            dock.hide()
        for dock in fronts:
            dock.raise_()
        beside = [(firsts[side][0], width) for side, width in zip(("left", "right"), layout.widths, strict=True)
                  if side in firsts]
        if not layout.plot and "top" in firsts:  # the rest of the width is not the plot's then
            beside.append((firsts["top"][0], window.width() - sum(layout.widths)))
        if beside:
            window.resizeDocks([dock for dock, _ in beside], [width for _, width in beside], Qt.Orientation.Horizontal)
        for side in ("left", "right"):
            if side in firsts:
                window.resizeDocks(firsts[side], [300] * len(firsts[side]), Qt.Orientation.Vertical)
        if "bottom" in firsts:
            above = firsts["top"][:1] if "top" in firsts else []
            window.resizeDocks([*above, firsts["bottom"][0]],
                               [*(window.height() - layout.height for _ in above), layout.height],
                               Qt.Orientation.Vertical)
            window.resizeDocks(firsts["bottom"], [480, 440][:len(firsts["bottom"])], Qt.Orientation.Horizontal)
        self._hide_stray_tab_bars()

    def _expanded(self, tabs: tuple[str, ...]) -> list[str]:
        half = -(-len(self._instruments) // 2)
        several = {FIRST_INSTRUMENTS: self._instruments[:half], MORE_INSTRUMENTS: self._instruments[half:]}
        return [key for tab in tabs for key in several.get(tab, (tab,))]

    def dress(self) -> None:
        """Give the tabs their colours."""
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            dress_tabs(bar, self._theme)

    def _hide_stray_tab_bars(self) -> None:
        self.dress()
        # While docks are put into tabs, Qt 6.10 makes two tab bars for a group and forgets the first, which it then
        # shows where it was left.
        live: dict[str, QTabBar] = {}
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            first = bar.tabText(0)
            if first in live:
                live[first].hide()
            live[first] = bar


def _put(bay: Bay, panel: QWidget) -> None:
    plain = QApplication.font()
    plain.setWeight(QFont.Weight.Normal)  # said by name, else the panel would have the bold letters of its dock's title
    panel.setFont(plain)
    bay.put(panel)
