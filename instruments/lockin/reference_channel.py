"""The reference channel of a lock-in amplifier: what arrives at its input, what is followed, and what is detected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from instruments.lockin import sentences
from instruments.lockin.reference import HIGHEST, LOWEST, PhaseLock
from vlab.lab.cable import Reference, Signal

if TYPE_CHECKING:
    from instruments.lockin.panel import LockInPanel

_LONG_AGO_PS = 10**24


class ReferenceChannel:
    """The reference input with its loop, and the internal oscillator in their place.

    Parameters
    ----------
    lockin : LockInPanel
        Its settings choose between them.
    """

    def __init__(self, lockin: LockInPanel) -> None:
        self._lockin = lockin
        self._input: Callable[[], Reference | None] = _no_reference
        self.lock = PhaseLock()
        self.locked_ps = -_LONG_AGO_PS
        """Lab time at which the loop has locked last."""

    def connect(self, output: Callable[[], Reference | None] | None) -> None:
        """Join the input to an output, which tells what it carries; None pulls the cable out."""
        self._input = output or _no_reference

    def arriving(self) -> Reference | None:
        """Return what comes through the plug of the input."""
        return None if "loose_reference" in self._lockin._faults else self._input()

    def offered(self) -> float:
        """Return the frequency of a reference that can be followed, Hz; 0 without one."""
        offered = self._input() if not self._lockin._faults else self.arriving()
        if offered is None:
            return 0.0
        return offered.frequency if self._in_range(offered.frequency) else 0.0

    def _in_range(self, frequency: float) -> bool:
        return LOWEST <= frequency * float(self._lockin._values["harmonic"]) <= HIGHEST

    def runs_free(self) -> bool:
        """Tell whether what is detected has nothing to do with a reference."""
        values = self._lockin._values
        if values["reference_source"] == "internal":
            return not self._in_range(float(values["internal_frequency"]))
        return not self.lock.locked

    def unlocked(self) -> bool:
        """Tell whether the reference is missing or not followed yet."""
        if self._lockin._values["reference_source"] == "internal":
            return self.runs_free()
        return self.runs_free() or self.lock.offered != self.offered()

    def frequency(self) -> float:
        """Return the frequency of the reference, Hz."""
        values = self._lockin._values
        if values["reference_source"] == "internal":
            return float(values["internal_frequency"])
        return self.lock.frequency

    def detected(self) -> float:
        """Return the frequency that is detected, Hz."""
        return min(HIGHEST, max(LOWEST, self.frequency() * float(self._lockin._values["harmonic"])))

    def look(self) -> bool:
        """Take notice of a changed reference and appoint the end of the hunt for it; tell whether it has changed."""
        offered = self.offered()
        if offered == self.lock.offered:
            return False
        seconds = self.lock.follow(offered)
        if seconds:
            self._lockin._appoint("lock", seconds)
        else:
            self._lockin._appointments.pop("lock", None)
        return True

    def settle(self) -> None:
        """Be locked as if since long ago."""
        self._lockin._appointments.pop("lock", None)
        self.lock.lock()
        self.locked_ps = -_LONG_AGO_PS

    def problems(self, signal: Signal | None) -> list[str]:
        """Return in sentences what is wrong with the reference, for what the lock-in gets, and what to do."""
        name, values, offered = self._lockin.name, self._lockin._values, self.arriving()
        if values["reference_source"] == "internal":
            if self.unlocked():
                return [sentences.oscillator_out_of_range(name)]
            own = values["internal_frequency"]
            there = signal is not None and any(line.frequency == own for line in signal.lines)
            if offered is not None and offered.frequency != own and not there:
                return [sentences.wrong_reference(name)]
            return []
        if not self.unlocked():
            return []
        if offered is None:
            return [sentences.no_reference(name)]
        if not self._in_range(offered.frequency):
            return [sentences.reference_out_of_range(name)]
        return [sentences.not_locked_yet(name, self._lockin.remaining("reference_source"))]


def _no_reference() -> None:
    """Nothing is connected to the reference input."""
