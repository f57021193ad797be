"""How the widgets of one instrument's panel follow the snapshots of the laboratory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QComboBox

from gui.lab import Snapshot
from instruments.instrument import Instrument
from vlab.readout import readout

if TYPE_CHECKING:
    from PySide6.QtWidgets import QCheckBox

    from gui.widgets.display import Display
    from gui.widgets.lamp import Lamp

Values = dict[str, float | str]
"""SI floats and words of one instrument, by declared name."""


class ShownParts:
    """The widgets of a panel that show something, by declared name.

    Parameters
    ----------
    name : str
        What the bench calls the instrument.
    kind : type of Instrument
    """

    def __init__(self, name: str, kind: type[Instrument]) -> None:
        self.name = name
        self.kind = kind
        self.instrument = kind(name)  # a stand-in, for limits
        self.editors: dict[str, Any] = {}
        self.displays: dict[str, Display] = {}
        self.lamps: dict[str, Lamp] = {}
        self.faults: dict[str, QCheckBox] = {}
        self._set = kind.settings()
        self._read = kind.readings()
        self._movable = [key for key, setting in self._set.items() if not setting.choices and callable(setting._limits)]
        """Settings whose limits depend on others."""
        self._texts: dict[str, Callable[[float], str]] = {}
        self._last: Values = {}
        self._limits_for: tuple[float | str, ...] = ()
        self._asked: dict[str, Future[Any]] = {}
        self._too_old: dict[str, Snapshot] = {}
        self._watches: list[Callable[[Values], None]] = []

    def watch(self, do: Callable[[Values], None]) -> None:
        """Call ``do`` with the instrument's values whenever they are shown."""
        self._watches.append(do)

    def write_as(self, key: str, text: Callable[[float], str]) -> None:
        """Have a reading written by ``text`` instead of with prefix and unit."""
        self._texts[key] = text

    def expect(self, key: str, asked: Future[Any]) -> None:
        """Leave an editor alone until the laboratory has done what was asked of it and has told so."""
        self._asked[key] = asked
        self._too_old.pop(key, None)

    def show(self, snapshot: Snapshot) -> None:
        """Show what the laboratory published; what a hand has just set is not taken back by an older snapshot."""
        values = snapshot.values.get(self.name)
        if values is None or self.kind.declarations.keys() - self.kind.actions().keys() - values.keys():
            return  # not there yet, or of another bench
        last = self._last
        for key, display in self.displays.items():
            value = values[key]
            if value != last.get(key) and display.isVisible():
                last[key] = value
                display.setText(self._text(key, value))
        for key, lamp in self.lamps.items():
            lamp.set_lit(bool(values[key]))
        for key, check in self.faults.items():
            present = bool(values[key])
            if check.isChecked() is not present:
                check.setChecked(present)
        self._follow_limits(values)
        self._follow_settings(snapshot, values)
        for watch in self._watches:
            watch(values)

    def _text(self, key: str, value: float | str) -> str:
        reading = self._read[key]
        if key in self._texts:
            return self._texts[key](float(value))
        return f"{value:.0f}" if reading.whole else readout(value, reading.unit, reading.digits)

    def _follow_settings(self, snapshot: Snapshot, values: Values) -> None:
        popup = QApplication.activePopupWidget() is not None
        for key, editor in self.editors.items():
            if self._asked and self._is_too_old(key, snapshot):
                continue
            value = values[key]
            if isinstance(editor, QComboBox):
                if not popup and editor.currentData() != value:
                    editor.setCurrentIndex(editor.findData(value))
            elif editor.value() != value:
                editor.setValue(float(value))

    def _is_too_old(self, key: str, snapshot: Snapshot) -> bool:
        """Return whether a snapshot may be from before the laboratory has carried out what a hand asked for."""
        asked = self._asked.get(key)
        if asked is None:
            return False
        if not asked.done():
            return True
        if self._too_old.setdefault(key, snapshot) is snapshot:
            return True
        del self._asked[key], self._too_old[key]
        return False

    def _follow_limits(self, values: Values) -> None:
        """Take over limits that depend on other settings."""
        if not self._movable:
            return
        now = tuple(values[name] for name in self._set)
        if now == self._limits_for:
            return
        self._limits_for = now
        self.instrument._values.update(zip(self._set, now, strict=True))
        for key in self._movable:
            editor, limits = self.editors.get(key), self._set[key].limits(self.instrument)
            if editor is not None and (editor.minimum(), editor.maximum()) != limits:
                editor.setRange(*limits)
