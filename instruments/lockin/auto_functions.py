"""The auto functions of a lock-in amplifier at work: they wait for the filter, look, set, and wait again."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from instruments.lockin import auto, sentences
from vlab.errors import InUseError, LimitError

if TYPE_CHECKING:
    from instruments.lockin.panel import LockInPanel


class AutoFunctions:
    """Carries out one auto function at a time, by the rules of `instruments.lockin.auto`.

    Parameters
    ----------
    lockin : LockInPanel
        Whose settings they choose.
    """

    def __init__(self, lockin: LockInPanel) -> None:
        self._lockin = lockin
        self.function = ""
        """The one that is at work; empty if none is."""
        self.least = 0.0
        """V; sensitivity that auto gain must not go below any more."""
        self.notice = ""
        """Why the last one gave up."""

    def start(self, function: str, slowest: float = inf) -> None:
        """Begin with a function, which refuses if the time constant is above ``slowest`` (s)."""
        time_constant = float(self._lockin._values["time_constant"])
        if time_constant > slowest:
            raise LimitError(sentences.too_slow(self._lockin.name, function, time_constant,
                                                "time_constant" in self._lockin._claims))
        self.function, self.least, self.notice = function, 0.0, ""
        if function == "auto_reserve":
            self._do(auto.reserve(self._seen(), first=True))
        else:
            self._look_later()

    def stop(self) -> None:
        """Give up what is at work, without a word."""
        self.function = self.notice = ""

    def go_on(self) -> None:
        """Look, now that the filter has settled, and do what follows from it."""
        seen = self._seen()
        if self.function == "auto_gain":
            self._do(auto.gain(seen, self.least))
        elif self.function == "auto_reserve":
            self._do(auto.reserve(seen, first=False))
        else:
            self._do(auto.phase(seen) if self.function == "auto_phase" else auto.offset(seen))

    def _look_later(self) -> None:
        self._lockin._appoint("auto", self._lockin.settling())

    def _seen(self) -> auto.Seen:
        lockin, values = self._lockin, self._lockin._values
        return auto.Seen(lockin.read_x(), lockin.read_y(), float(values["sensitivity"]), str(values["reserve"]),
                         float(values["phase"]), lockin.input_overload,
                         lockin.output_overload or lockin.filter_overload)

    def _do(self, wanted: auto.Next) -> None:
        function = self.function
        try:
            for name, value in wanted.writes:
                self._lockin.write(name, value)  # as if by hand: told and journalled
        except InUseError as refused:
            self.function, self.notice = "", f"{self._lockin.name}: {function} gave up: {refused}"
            return
        self.least = wanted.least
        if wanted.again:
            self._look_later()
        else:
            self.function = ""
