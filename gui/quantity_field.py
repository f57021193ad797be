"""What a field for a quantity knows: its value, its limits, and the text that stands for it; knows no Qt.

The text is more than the value: the prefix that a hand chose stays while the number reads well with it, and so do the
zeros that it typed (``1.3000000 eV``), because the digit at the cursor is the step.
"""

from __future__ import annotations

import math
import re

from gui import quantity_text as words
from vlab.errors import LimitError
from vlab.quantity_scale import scale_of
from vlab.units import unit_factor


class QuantityField:
    """Value and text of one field.

    Parameters
    ----------
    unit : str
        Declared unit: ``"V"``, ``"ueV"``, ``"T/min"``, ``""``.
    low, high : float
        Limits for a hand, in SI base units; ``math.nextafter(0.0, 1.0)`` means above zero.
    value : float
        First value, in SI base units.
    prefixes : bool or None
        Whether the SI prefix that suits the number is shown; None: where that is usual.

    Attributes
    ----------
    value : float
        In SI base units.
    text : str
        Stands for the value.
    """

    def __init__(self, unit: str, low: float = -math.inf, high: float = math.inf, value: float = 0.0,
                 prefixes: bool | None = None) -> None:
        self.scale = scale_of(unit, prefixes)
        self.value = 0.0
        self.text = ""
        self._rung = self.scale.home  # prefix that is shown, as a power of ten
        self._finest: int | None = None  # last digit that a hand asked for, as a power of ten
        self._stepped: tuple[str, int, int] | None = None  # text, cursor and digit after the last step
        self.set_limits(low, high)
        self.set(value)
        self.forget_hand()

    def set_limits(self, low: float, high: float) -> None:
        """Set the limits in SI base units."""
        if not low <= high:
            raise LimitError(f"The limits {low:g} and {high:g} are no range; the first is to be the lower one.")
        self.low, self.high = float(low), float(high)

    def limits(self) -> str:
        """Return the limits in words, or nothing where there are none."""
        return words.limits_text(self.low, self.high, self.scale)

    def label(self) -> str:
        """Return the unit as it stands in the text, with the space before it."""
        return self.scale.label(self._rung)

    def number_end(self) -> int:
        """Return the position behind the number in the text."""
        return len(self.text) - len(self.label())

    def set(self, value: float) -> bool:
        """Set the value without the text; returns whether it differs in the digits that are shown."""
        before, now = words.rounded(self.value, self.scale), words.rounded(value, self.scale)
        self.value = value
        return before != now

    def forget_hand(self) -> None:
        """Write the text for the value alone, without the prefix and zeros that a hand chose."""
        self._finest = None
        self.text, self._rung = words.write(self.value, self.scale)

    def tidy(self) -> None:
        """Write the text anew, with the prefix in it if it still suits the number and all zeros asked for."""
        self.text, self._rung = words.write(self.value, self.scale, self._rung, self._finest)

    def check(self, text: str) -> tuple[float, words.Typed]:
        """Return the value that a text stands for, within the limits; raises `SettingError` with the reason."""
        typed = words.read(text, self.scale, self._rung, self._example())
        return words.fit(typed.si, self.low, self.high, self.scale), typed

    def _example(self) -> str:
        """Return what may be typed here, if the usual example may not."""
        usual = words.USUAL * unit_factor(self.scale.unit)
        return "" if self.low <= usual <= self.high else words.write(self.value, self.scale)[0]

    def take(self, text: str) -> None:
        """Make what was typed the value; the text that is shown anyway leaves the float as it is, to the last bit."""
        if text == self.text:
            return
        self.value, typed = self.check(text)
        self._finest = typed.finest if re.search("[.,]", text) else None  # 2000 mV does not ask for 2.000 V
        self.text, self._rung = words.write(self.value, self.scale, typed.rung, self._finest)

    def step(self, cursor: int, steps: int) -> int:
        """Step the digit left of the cursor, within the limits; returns the cursor's new place, at the same digit."""
        if self._stepped is not None and self._stepped[:2] == (self.text, cursor):
            place = self._stepped[2]  # the digit itself may have gone: 10, 0
        else:
            place = words.place_at(self.text, cursor)
        text, rung = words.step(self.text, place, steps), self._rung
        typed = words.read(text, self.scale, rung)
        inside = min(max(typed.si, self.low), self.high)
        if words.is_open(inside):
            return cursor
        self.value = inside
        self._finest = typed.finest
        if self.value != typed.si:
            text, rung = words.write(self.value, self.scale, rung, self._finest)
        place += self._rung - rung
        self.text, self._rung = text, rung
        cursor = words.cursor_at(text, place)
        self._stepped = (text, cursor, place)
        return cursor

    def without_old_unit(self, text: str) -> str:
        """Return a text that is being typed without the old unit behind a new one: ``"250u"`` for ``"250u mT"``."""
        label = self.label()
        number = words.NUMBER.match(text)
        if number is None or not label.strip() or not text.endswith(label):
            return text
        tail = text[number.end():-len(label)].strip()
        return text if not tail or re.fullmatch("[eE][+-]?", tail) else text[:-len(label)]
