"""One real instrument in a role: a driver and its knobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vlab.errors import RunError, UnknownNameError, VlabError
from vlab.experiments.knobs import Knob
from vlab.lab.clock import PS_PER_SECOND, Clock, WallClock

UNREAD = "status_unread"
"""The mark of a point at which an instrument would not tell its status."""


@dataclass(frozen=True)
class StatusBits:
    """Lamps of an instrument in a register that a driver reads, such as the status byte of a lock-in.

    It is read once for all lamps, since many instruments clear such a register when it is read. A property that is
    true or false is a register of one bit.
    """

    register: Knob
    """Where it is read; its unit is left out."""
    flags: Mapping[int, str]
    """vlab's name of each bit, such as ``{1: "input_overload", 8: "unlocked"}``."""

    def lit(self, driver: Any) -> list[str]:
        """Return the names of the bits that are set."""
        bits = int(self.register.fetch(driver))
        return [name for bit, name in self.flags.items() if bits & bit]


class WrappedDevice:
    """A driver of a real instrument, in the role that procedures ask for.

    Parameters
    ----------
    name : str
        What the room calls it, such as ``"gate"``; messages begin with it.
    driver : object
        An instrument of PyMeasure or QCoDeS, or any object of one's own.
    knobs : dict
        How each setting and reading of the role is reached.
    status : sequence of StatusBits
        Lamps that spoil what is measured while they are lit.
    clock : Clock, optional
        The wall clock by default.

    Raises
    ------
    UnknownNameError
        The driver lacks what a knob needs.
    """

    def __init__(self, name: str, driver: Any, knobs: Mapping[str, Knob], status: Sequence[StatusBits] = (),
                 clock: Clock | None = None) -> None:
        self.name = name
        self.driver = driver
        self._knobs = dict(knobs)
        self._status = tuple(status)
        self._clock: Clock = WallClock() if clock is None else clock
        self._settled_ps: dict[str, int] = {}
        self._moving_since_ps: dict[str, int] = {}
        self._told: dict[str, float | str] = {}
        self._marks: set[str] = set()
        for knob in (*self._knobs.values(), *(bits.register for bits in self._status)):
            knob.find(name, driver)

    def knob(self, name: str) -> Knob:
        """Return one knob, or raise `UnknownNameError` with the nearest name."""
        if name not in self._knobs:
            raise UnknownNameError.of(self.name, name, self._knobs, "setting or reading")
        return self._knobs[name]

    def read(self, name: str) -> float | str:
        """Return a setting or reading as an SI float or word.

        Raises
        ------
        RunError
            The driver failed.
        """
        knob, owner = self.knob(name), f"{self.name}.{name}"
        if not knob.readable:
            if name not in self._told:
                raise RunError(f"{owner} cannot be read back and has not been set yet; set it once.")
            return self._told[name]
        return knob.to_role(self._ask(knob, owner), owner)

    def write(self, name: str, value: float | str, owner: object = None) -> None:  # noqa: ARG002
        """Set a setting from an SI float or word.

        Raises
        ------
        LimitError, SettingError, ReadOnlyError
            The value may not be set; the driver has not been asked.
        RunError
            The driver failed, or the instrument has not done what it was told.
        """
        knob, place = self.knob(name), f"{self.name}.{name}"
        told = knob.to_driver(value, place)
        try:
            knob.send(self.driver, told)
        except Exception as error:
            raise _failed(f"{place} cannot be set", error) from error
        now = self._clock.now_ps
        self._told[name] = value
        self._settled_ps[name] = now + round(knob.settle * PS_PER_SECOND)
        self._moving_since_ps[name] = now
        if knob.tolerance is not None:
            found = self._ask(knob, place)
            if not knob.arrived(told, found):
                unit = f" {knob.driver_unit}" if knob.driver_unit else ""
                raise RunError(f"{place} was set to {told}{unit} and reads back {found}{unit}; look which values the "
                               "instrument has.")

    def remaining(self, name: str) -> float:
        """Return for how many seconds a setting will go on moving, or until when to ask again; 0 when settled.

        Raises
        ------
        RunError
            The driver failed, or the setting moves for longer than its patience.
        """
        knob, now = self.knob(name), self._clock.now_ps
        left = (self._settled_ps.get(name, 0) - now) / PS_PER_SECOND
        if left > 0.0:
            return left
        if knob.moving is None:
            return 0.0
        try:
            moves = bool(knob.moving(self.driver))
        except Exception as error:
            raise _failed(f"{self.name}.{name} does not tell whether it moves", error) from error
        if not moves:
            self._moving_since_ps.pop(name, None)
            return 0.0
        waited = (now - self._moving_since_ps.setdefault(name, now)) / PS_PER_SECOND
        if waited > knob.patience:
            raise RunError(f"{self.name}.{name} still moves after {waited:.0f} s; look at the instrument.")
        return knob.poll

    def snapshot(self) -> dict[str, float | str]:
        """Return all settings and readings as SI floats and words, without what cannot be known."""
        return {name: self.read(name) for name, knob in self._knobs.items() if knob.readable or name in self._told}

    def quality_marks(self) -> list[str]:
        """Return the names of all lamps that spoil what is measured while they are lit."""
        names = [name for bits in self._status for name in bits.flags.values()]
        return [*dict.fromkeys(names), UNREAD] if names else []

    def take_marks(self) -> list[str]:
        """Return which of them were lit since the last call, as far as the instrument tells.

        A status that cannot be read is a mark, too: the point that was just measured must not be lost for it.
        """
        self._look()
        found = [name for name in self.quality_marks() if name in self._marks]
        self._marks.clear()
        return found

    def problems(self) -> list[str]:
        """Return in sentences what the instrument's lamps tell; never raises."""
        return [f"{self.name}: it reports {flag.replace('_', ' ')}." if flag != UNREAD else
                f"{self.name}: its status cannot be read; check the instrument and its cable." for flag in self._look()]

    def _look(self) -> list[str]:
        """Read all registers; what they show is remembered until somebody takes it."""
        lit: list[str] = []
        for bits in self._status:
            try:
                lit += bits.lit(self.driver)
            except Exception:
                lit.append(UNREAD)
        self._marks.update(lit)
        return list(dict.fromkeys(lit))

    def _ask(self, knob: Knob, owner: str) -> Any:
        try:
            return knob.fetch(self.driver)
        except Exception as error:
            raise _failed(f"{owner} cannot be read", error) from error


def _failed(what: str, error: Exception) -> VlabError:
    """Return the one sentence for an error of a driver, whatever it raised."""
    reason = " ".join(str(error).split()).rstrip(".")
    kind = type(error).__name__
    return RunError(f"{what}: {f'{kind}, {reason}' if reason else kind}; check the instrument and its cable.")
