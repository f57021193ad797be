"""The reference channel of a lock-in amplifier: a phase-locked loop that takes its time and can lose its lock."""

from __future__ import annotations

LOWEST, HIGHEST = 1e-3, 50e6
"""Hz; what can be detected: the reference times the harmonic."""
_CYCLES, _EXTRA, _LEAST = 2.0, 5e-3, 40e-3
_OFF = 1.02
"""How far a loop without a reference runs from its last frequency."""


def locking_time(frequency: float) -> float:
    """Return how long it takes to lock to ``frequency`` (Hz), in s: two cycles and 5 ms, 40 ms at least."""
    return max(_CYCLES / frequency + _EXTRA, _LEAST)


class PhaseLock:
    """A loop that follows a reference: after each change it hunts for `locking_time`, running free meanwhile.

    Without a lock it runs 2 % off its last frequency, so that a signal at the reference beats and averages out as far
    as the output filter averages.
    """

    def __init__(self) -> None:
        self.locked = False
        self.offered = 0.0
        """Hz; what it is given, 0 without a reference."""
        self.last = 1e3
        """Hz; what it was locked to last."""

    @property
    def frequency(self) -> float:
        """The frequency it runs at, Hz."""
        return self.last if self.locked else self.last * _OFF

    def follow(self, offered: float) -> float:
        """Take notice of a changed reference (Hz, 0 for none); returns the time to lock (s), 0 if there is nothing."""
        self.offered, self.locked = offered, False
        return locking_time(offered) if offered else 0.0

    def lock(self) -> None:
        """Be locked to what is offered, if there is something."""
        self.locked = self.offered > 0.0
        if self.locked:
            self.last = self.offered
