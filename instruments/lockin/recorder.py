"""When a lock-in amplifier stores a sample in its data buffer: at its own rate, or at triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from instruments.lockin.buffer import SHORTEST_PS, DataBuffer

if TYPE_CHECKING:
    from instruments.lockin.panel import LockInPanel


class Recorder:
    """Fills the data buffer as rate, clock, mode and length are set.

    Parameters
    ----------
    lockin : LockInPanel
        Whose X and Y are stored.
    """

    def __init__(self, lockin: LockInPanel) -> None:
        self._lockin = lockin
        self.buffer = DataBuffer()

    def _length(self) -> int:
        return round(float(self._lockin._values["buffer_length"]))

    @property
    def full(self) -> bool:
        """Whether the buffer is full."""
        return len(self.buffer) >= self._length()

    def start(self) -> None:
        """Start storing samples; in shot mode a full buffer stays."""
        values = self._lockin._values
        self.buffer.running = values["buffer_mode"] == "loop" or not self.full
        if self.buffer.running and values["buffer_clock"] == "internal":
            self._store()
        self.set_clock()

    def pause(self) -> None:
        """Stop storing samples and keep those that are there."""
        self.buffer.running = False
        self.set_clock()

    def clear(self) -> None:
        """Stop storing samples and throw away those that are there."""
        self.buffer.clear()
        self.set_clock()

    def trigger(self) -> None:
        """Store a sample, if it waits for triggers and this one does not come too fast."""
        lockin = self._lockin
        if self.buffer.running and lockin._values["buffer_clock"] == "trigger" and (
                lockin._now_ps() - self.buffer.newest_ps() >= SHORTEST_PS):
            self._store()

    def tick(self) -> None:
        """Store the sample whose time has come, and appoint the next one."""
        self._store()
        if self.buffer.running:
            self._appoint()

    def set_clock(self) -> None:
        """Appoint the next sample, or none, as the clock is set now."""
        if self.buffer.running and self._lockin._values["buffer_clock"] == "internal":
            self._appoint()
        else:
            self._lockin._appointments.pop("sample", None)

    def _store(self) -> None:
        lockin = self._lockin
        self.buffer.put(lockin._now_ps(), lockin.read_x(), lockin.read_y(), self._length(),
                        lockin._values["buffer_mode"] == "loop")

    def _appoint(self) -> None:
        self._lockin._appoint("sample", 1.0 / float(self._lockin._values["buffer_rate"]))
