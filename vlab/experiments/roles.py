"""What procedures ask of a room, as structural types: virtual instruments have it, wrapped real drivers can.

A device trades SI floats and words, so that a procedure can be carried out without a unit conversion at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from vlab.lab.clock import Clock

if TYPE_CHECKING:
    from vlab.experiments.calibration import FaradayCalibration, LineCalibration
    from vlab.physics.bistability import RateModel


class Device(Protocol):
    """One instrument: settings and readings by name, in SI units."""

    name: str

    def read(self, name: str) -> float | str:
        """Return a setting or reading."""
        ...

    def write(self, name: str, value: float | str, owner: object = None) -> None:
        """Set a setting; ``owner`` is the run that does it."""
        ...

    def remaining(self, name: str) -> float:
        """Return for how many seconds a setting will go on moving; 0 when it has settled."""
        ...


class Setup(Protocol):
    """A room in which a run can take place."""

    @property
    def clock(self) -> Clock:
        """The time that passes here: lab time or the wall clock."""
        ...

    give_up: Callable[[], bool]
    """Asked by long computations; true ends them with `InterruptedError`. A run sets it; real rooms need not ask."""

    def begin_run(self) -> int:
        """Count a new run and return its number."""
        ...

    def prepare(self, thermal: bool) -> None:
        """Start from thermal nuclei and settled filters, or go on from the present state."""
        ...

    def announce_reading(self, at_ps: int) -> None:
        """Take notice that somebody will read at this time; a real room need not do anything."""
        ...

    def make_safe(self) -> None:
        """Bring the room to its safe state."""
        ...

    def check(self) -> list[str]:
        """Return in sentences what is wrong."""
        ...

    def no_answer(self) -> str:
        """Return why what is read here means nothing; empty in a real room."""
        ...

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """Return all settings and readings by instrument."""
        ...

    def quality_marks(self) -> list[str]:
        """Return the names of all flags that spoil what is measured while they are lit; none in a plain room."""
        ...

    def take_marks(self) -> list[str]:
        """Return which of them were lit since the last call, be it for a moment, or are lit now."""
        ...

    def sample_record(self) -> dict[str, object]:
        """Return what is known of the sample, for the files."""
        ...


class DraggingSetup(Setup, Protocol):
    """A room for detuning scans of one line, with the calibration of that line."""

    @property
    def laser(self) -> Device: ...
    @property
    def gate(self) -> Device: ...
    @property
    def magnet(self) -> Device: ...
    @property
    def detector(self) -> Device: ...
    @property
    def lockin(self) -> Device: ...
    @property
    def calibration(self) -> LineCalibration: ...

    def rate_model(self) -> RateModel:
        """Return the rates of the dot's model at the present light and field.

        A virtual room knows them; a real one leaves this out, and experiments that ask for it are refused there.
        """
        ...


class SpinInertiaSetup(Setup, Protocol):
    """A room for pump-probe measurements of an ensemble of spins, with the calibration of pump and probe."""

    @property
    def pump(self) -> Device: ...
    @property
    def modulator(self) -> Device: ...
    @property
    def probe(self) -> Device: ...
    @property
    def stage(self) -> Device: ...
    @property
    def holder(self) -> Device: ...
    @property
    def magnet(self) -> Device: ...
    @property
    def cryostat(self) -> Device: ...
    @property
    def detector(self) -> Device: ...
    @property
    def lockin(self) -> Device: ...
    @property
    def calibration(self) -> FaradayCalibration: ...
