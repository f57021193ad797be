"""The parts of a front panel: an editor, display, lamp or button for whatever an instrument declares, made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from gui.faces.shown_parts import ShownParts, Values
from gui.models import LabModel
from gui.topics import set_topic
from gui.widgets.display import Display
from gui.widgets.dressed_field import DressedField
from gui.widgets.focus_wheel import ComboBox
from gui.widgets.fold import Fold
from gui.widgets.knob_field import KnobField
from gui.widgets.lamp import Lamp
from gui.widgets.quantity_spin_box import QuantitySpinBox
from gui.widgets.rocker import Rocker
from gui.widgets.segments import Segments
from gui.widgets.slim_button import SlimButton
from gui.widgets.travel_field import TravelField
from instruments.declaration import Reading, Setting
from instruments.instrument import Instrument
from vlab.quantity_scale import pretty_unit
from vlab.readout import clock, readout
from vlab.units import unit_factor

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

_SWITCHES = (("on", "off"), ("open", "closed"), ("running", "stopped"))
"""Choices that are shown as a switch."""

Field = QuantitySpinBox | DressedField
_F = TypeVar("_F", bound=Field)
_B = TypeVar("_B", bound=ComboBox)
_W = TypeVar("_W")


def words(name: str) -> str:
    """Return a declared name as people write it: ``"time constant"``."""
    return name.replace("_", " ")


class Parts(ShownParts):
    """Makes the widgets of one instrument's panel, carries a hand's wishes to the model, and follows its snapshots.

    Whoever lays out the panel takes parts by their declared names; `left` tells what nobody has taken.

    Parameters
    ----------
    model : LabModel
    name : str
        What the bench calls the instrument.
    kind : type of Instrument
    settings : QSettings, optional
        Where it is kept which groups are open.
    """

    def __init__(self, model: LabModel, name: str, kind: type[Instrument], settings: QSettings | None = None) -> None:
        super().__init__(name, kind)
        self.model = model
        self.buttons: dict[str, QPushButton] = {}
        self.folds: list[Fold] = []
        self._settings = settings

    # -- what can be taken -------------------------------------------------------------------------------------

    def editor(self, key: str) -> QWidget:
        """Return the usual editor of a setting: a switch, a combo box or a field."""
        setting = self._set[key]
        if setting.choices in _SWITCHES:
            return self._choice(key, Rocker())
        return self._choice(key, ComboBox()) if setting.choices else self.field(key)

    def field(self, key: str) -> QuantitySpinBox:
        """Return a field to type in."""
        return self._follow_field(key, QuantitySpinBox(*self._field_words(key), value=self._default(key)))

    def knob(self, key: str, series: tuple[float, ...]) -> KnobField:
        """Return a knob with a field; ``series`` are the mantissas of its marks."""
        return self._follow_field(key, KnobField(*self._field_words(key), value=self._default(key), series=series))

    def travel(self, key: str, moving: str, words_of: Callable[[Values], str] | None = None) -> TravelField:
        """Return a field with a slider that shows how far `<key>_actual` has come.

        While the flag ``moving`` is lit it says how long that will take, unless ``words_of`` has other words.
        """
        field = self._follow_field(key, TravelField(*self._field_words(key), value=self._default(key)))

        def tell(values: Values) -> str:
            return (words_of(values) if words_of is not None else "") or (
                self.time_left(key, values) if values[moving] else "")

        self.watch(lambda values: field.show_actual(float(values[f"{key}_actual"]), tell(values)))
        return field

    def segments(self, key: str, titles: dict[Any, str] | None = None) -> Segments:
        """Return a row of words to choose from; ``titles`` are shorter words for its choices."""
        return self._choice(key, Segments(), titles)

    def choice(self, key: str, titles: dict[Any, str] | None = None) -> ComboBox:
        """Return a combo box; ``titles`` are other words for its choices."""
        return self._choice(key, ComboBox(), titles)

    def rocker(self, key: str) -> Rocker:
        """Return a switch."""
        return self._choice(key, Rocker())

    def display(self, key: str, title: str = "", big: bool = False, quantity: str = "",
                text: Callable[[float], str] | None = None) -> Display:
        """Return a display of a reading.

        Parameters
        ----------
        key : str
            Its declared name.
        title : str
            Shown inside, at the left.
        big : bool
            Whether figures are large, on a ground of their own.
        quantity : str
            Whose trace's colour it has.
        text : callable, optional
            Writes the SI float, where the usual way with prefix and unit does not suit.
        """
        if text is not None:
            self.write_as(key, text)
        reading = self._read[key]
        display = Display(_usual_text(reading), title, big)
        display.set_quantity(quantity)
        self._dress(display, key, reading.help, "reading")
        return self._take(self.displays, key, display)

    def lamp(self, key: str, text: str = "") -> Lamp:
        """Return the lamp of a flag."""
        flag = self.kind.flags()[key]
        lamp = Lamp(text or words(key), alarm=flag.spoils)
        meanwhile = " Points that are measured meanwhile are marked as spoiled." if flag.spoils else ""
        self._dress(lamp, key, flag.help + meanwhile, "flag")
        return self._take(self.lamps, key, lamp)

    def button(self, key: str, text: str = "") -> QPushButton:
        """Return the button of an action."""
        button = SlimButton(text or words(key).capitalize())
        self._dress(button, key, self.kind.actions()[key].help, "action")
        button.clicked.connect(partial(self._act, key))
        return self._take(self.buttons, key, button)

    def fault(self, key: str) -> QCheckBox:
        """Return the box of a fault."""
        check = QCheckBox(words(key))
        self._dress(check, key, self.kind.faults()[key].help, "fault")
        check.setAccessibleName(f"{self.name} fault {words(key)}")
        check.clicked.connect(lambda present: self.model.turn_fault(self.name, key, present))
        return self._take(self.faults, key, check)

    def left(self, kind: str) -> list[str]:
        """Return the names of a kind, such as ``"setting"`` or ``"flag"``, that nobody has taken."""
        taken = {**self.editors, **self.displays, **self.lamps, **self.buttons, **self.faults}
        return [key for key, declared in self.kind.declarations.items() if declared.kind == kind and key not in taken]

    def fold(self, title: str, inner: QWidget, open: bool = False) -> Fold:
        """Return a heading that opens and closes ``inner``; it is remembered whether it was open."""
        place = f"panel {self.kind.__name__}/{title}"
        if self._settings is not None:
            open = bool(self._settings.value(place, open, type=bool))
        fold = Fold(title, inner, open)
        if self._settings is not None:
            fold.toggled_by_hand.connect(partial(self._settings.setValue, place))
        fold.opened.connect(lambda: self.show(self.model.snapshot))
        self.folds.append(fold)
        return fold

    # -- what parts may want -----------------------------------------------------------------------------------

    def write(self, key: str, value: float | str) -> None:
        """Set a setting, as its editor does."""
        self.expect(key, self.model.write(self.name, key, value))

    def time_left(self, key: str, values: Values) -> str:
        """Return in words where a setting that slews is going and how long that takes at its rate; empty at rest."""
        setting = self._set[key]
        target, way = float(values[key]), abs(float(values[key]) - float(values[f"{key}_actual"]))
        rate = float(values[setting.rate])
        if rate <= 0.0 or way / rate < 0.05:
            return ""
        return f"to {readout(target, setting.unit, 4)}, {_duration(way / rate)} left"

    # -- making ------------------------------------------------------------------------------------------------

    def _field_words(self, key: str) -> tuple[str, float, float]:
        setting = self._set[key]
        return (setting.unit or "", *setting.limits(self.instrument))

    def _default(self, key: str) -> float:
        return float(self._set[key].default)

    def _follow_field(self, key: str, field: _F) -> _F:
        field.setHelp(self._set[key].help)
        field.setAccessibleName(f"{self.name} {words(key)}")
        set_topic(field, f"setting/{self.name}/{key}")
        field.valueEdited.connect(partial(self.write, key))
        field.refused.connect(lambda reason: self.model.notice("warning", f"{self.name}, {words(key)}: {reason}"))
        return self._take(self.editors, key, field)

    def _choice(self, key: str, box: _B, titles: dict[Any, str] | None = None) -> _B:
        setting = self._set[key]
        for choice in setting.choices:
            si = choice if setting.unit is None else setting.check(self.instrument, setting.in_si(choice))
            box.addItem((titles or {}).get(choice) or _choice_words(setting, choice), si)
        self._dress(box, key, setting.help, "setting")
        box.activated.connect(lambda index: self.write(key, box.itemData(index)))
        return self._take(self.editors, key, box)

    def _act(self, key: str) -> None:
        self.model.act(self.name, key)

    def _dress(self, widget: QWidget, key: str, help: str, kind: str) -> None:
        widget.setToolTip(help)
        widget.setAccessibleName(f"{self.name} {words(key)}")
        set_topic(widget, f"{kind}/{self.name}/{key}")

    def _take(self, taken: dict[str, Any], key: str, widget: _W) -> _W:
        if key in taken:
            raise ValueError(f"{self.name}.{key} is on the panel already")
        taken[key] = widget
        return widget


def _choice_words(setting: Setting, choice: float | str) -> str:
    return str(choice) if setting.unit is None else f"{choice:g} {pretty_unit(setting.unit)}".strip()


def _usual_text(reading: Reading) -> str:
    """Return a text that is as wide as most that the reading shows."""
    si = -0.0888888888 * (1.0 if reading.unit is None else unit_factor(reading.unit))
    return "00000" if reading.whole else readout(si, reading.unit, reading.digits)


def _duration(seconds: float) -> str:
    """Return a time in two figures: ``"0.4 s"``, ``"12 s"``, ``"3:30"``, ``"1:20:00"``."""
    return clock(seconds) if seconds >= 99.5 else f"{seconds:.0f} s" if seconds >= 9.5 else f"{seconds:.1f} s"


__all__ = ["Field", "Parts", "Values", "words"]
