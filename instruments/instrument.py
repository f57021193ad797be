"""What every virtual instrument does with its declarations, and nothing about any one instrument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from instruments.declaration import Action, Declaration, Fault, Flag, Reading, Setting, Slew, Value
from instruments.probing import Probe
from instruments.sketch import BeamLook, Sketch
from instruments.wiring import Port
from vlab.errors import ReadOnlyError, UnknownNameError
from vlab.lab.clock import PS_PER_SECOND
from vlab.units import parse_quantity

D = TypeVar("D", bound=Declaration)
Listener = Callable[["Instrument", str, Value, object], None]
"""Called after a change with the instrument, the setting's name, its new SI value and who set it."""


def _of_kind(kind: type[Instrument], wanted: type[D]) -> Mapping[str, D]:
    return MappingProxyType({name: d for name, d in kind.declarations.items() if isinstance(d, wanted)})


class Instrument:
    """Base of all instruments: storage, change events, slewing, snapshots.

    Parameters
    ----------
    name : str
        What the bench calls it; messages begin with it.

    Notes
    -----
    An instrument stands on a bench, which tells it the lab time and is told of every change before it takes effect,
    so that the physics up to then runs with the old setting.
    """

    title: ClassVar[str] = ""
    short: ClassVar[str] = ""
    """One word, for tabs and labels."""
    declarations: ClassVar[dict[str, Declaration]] = {}
    ports: ClassVar[tuple[Port, ...]] = ()
    """Its sockets for cables and beams."""
    probes: ClassVar[tuple[Probe, ...]] = ()
    """Where an oscilloscope can be joined."""
    sketch: ClassVar[Sketch] = Sketch()
    """How it looks on a drawing of the optical table."""
    _memory: ClassVar[tuple[str, ...]] = ("_values", "_slews", "_appointments", "_faults", "_marks")
    """Attributes that hold state; a checkpoint saves those of a class and of its bases."""
    _spoiling: ClassVar[tuple[tuple[str, Flag], ...]] = ()
    _reacts: ClassVar[bool] = False
    _limited_by: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found: dict[str, Declaration] = {}
        for base in reversed(cls.__mro__):
            for name, member in list(vars(base).items()):
                if isinstance(member, Declaration):
                    found[name] = member
                    if isinstance(member, Setting) and member.rate and f"{name}_actual" not in vars(cls):
                        follower = _actual(name, member)
                        setattr(cls, f"{name}_actual", follower)
                        found[f"{name}_actual"] = follower
        cls.declarations = found
        limited: dict[str, tuple[str, ...]] = {}
        for name, setting in cls.settings().items():
            if setting.rate:
                limited[setting.rate] = (*limited.get(setting.rate, ()), name)
        cls._limited_by = limited
        cls._spoiling = tuple((name, flag) for name, flag in cls.flags().items() if flag.spoils)
        cls._reacts = cls._changed is not Instrument._changed

    def __init__(self, name: str) -> None:
        self.name = name
        self._values: dict[str, Value] = {n: s.default for n, s in self.settings().items()}
        self._slews: dict[str, Slew] = {}
        self._appointments: dict[str, int] = {}
        self._faults: set[str] = set()
        self._marks: set[str] = set()
        self._claims: dict[str, object] = {}
        self._listeners: list[Listener] = []
        self._before_event: Callable[[], None] = _nothing
        self._now_ps: Callable[[], int] = _zero

    def __setattr__(self, name: str, value: Any) -> None:
        if name[0] == "_":  # never declared
            object.__setattr__(self, name, value)
        elif (declaration := self.declarations.get(name)) is not None:
            declaration.__set__(self, value)
        elif name == "name":
            object.__setattr__(self, name, value)
        elif hasattr(type(self), name):
            raise ReadOnlyError(f"{self.name}.{name} cannot be set.")
        else:
            raise UnknownNameError.of(self.name, name, self.settings())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownNameError.of(type(self).__name__, name, self.declarations, "setting or reading")

    @classmethod
    @cache
    def settings(cls) -> Mapping[str, Setting]:
        """Return the declared settings by name."""
        return _of_kind(cls, Setting)

    @classmethod
    @cache
    def readings(cls) -> Mapping[str, Reading]:
        """Return the declared readings by name."""
        return _of_kind(cls, Reading)

    @classmethod
    @cache
    def flags(cls) -> Mapping[str, Flag]:
        """Return the declared flags by name."""
        return _of_kind(cls, Flag)

    @classmethod
    @cache
    def actions(cls) -> Mapping[str, Action]:
        """Return the declared actions by name."""
        return _of_kind(cls, Action)

    @classmethod
    @cache
    def faults(cls) -> Mapping[str, Fault]:
        """Return the declared faults by name."""
        return _of_kind(cls, Fault)

    def declaration(self, name: str) -> Declaration:
        """Return one declaration, or raise `UnknownNameError` with the nearest name."""
        found = self.declarations.get(name)
        if found is None:
            raise UnknownNameError.of(self.name, name, self.declarations, "setting or reading")
        return found

    @classmethod
    def light_out(cls, port: str, values: Mapping[str, Value], incoming: BeamLook | None) -> BeamLook:  # noqa: ARG003
        """Return what a drawing shows of the beam behind a socket; by default what comes in.

        Parameters
        ----------
        port : str
            The socket's name.
        values : mapping
            The instrument's part of a snapshot.
        incoming : BeamLook or None
            The beam that it gets; None where it has none, as a laser.
        """
        return BeamLook(lit=True) if incoming is None else incoming

    def read(self, name: str) -> Value:
        """Return a setting or reading as an SI float or word (the door without units)."""
        value = self._values.get(name)
        if value is not None:
            return value
        found = self.declaration(name)
        if isinstance(found, Reading):
            return found.measure(self)
        if isinstance(found, Flag):
            return float(found.test(self))
        if isinstance(found, Fault):
            return float(name in self._faults)
        raise UnknownNameError.of(self.name, name, [*self.settings(), *self.readings()], "setting or reading")

    def write(self, name: str, value: Value, owner: object = None) -> None:
        """Set a setting from an SI float or word (the door without units); ``owner`` is the run that does it."""
        found = self.declaration(name)
        if not isinstance(found, Setting):
            raise ReadOnlyError(f"{self.name}.{name} is a {found.kind} and cannot be set.")
        found.put(self, value, owner)

    def set_from_text(self, name: str, text: str) -> None:
        """Set a setting from what a person typed, such as ``"20 nW"`` or ``"closed"``."""
        found = self.declaration(name)
        if isinstance(found, Setting) and found.unit is not None:
            found.__set__(self, parse_quantity(text, f"{self.name}.{name}", found.unit))
        else:
            found.__set__(self, text.strip())

    def act(self, name: str) -> None:
        """Carry out an action by name."""
        found = self.declaration(name)
        if not isinstance(found, Action):
            raise UnknownNameError.of(self.name, name, self.actions(), "action")
        self._act(found)

    @property
    def present_faults(self) -> frozenset[str]:
        """The names of the faults that are present."""
        return frozenset(self._faults)

    def fail(self, name: str) -> None:
        """Let a fault happen; nothing if it is present already."""
        self._turn_fault(name, True)

    def mend(self, name: str) -> None:
        """End a fault; nothing if it is not present."""
        self._turn_fault(name, False)

    def _turn_fault(self, name: str, present: bool) -> None:
        found = self.declaration(name)
        if not isinstance(found, Fault):
            raise UnknownNameError.of(self.name, name, self.faults(), "fault")
        if (name in self._faults) is present:
            return
        self._before_event()
        self._latch()
        (self._faults.add if present else self._faults.discard)(name)
        found.change(self, present)
        for listener in self._listeners:
            listener(self, name, float(present), None)

    def take_marks(self) -> list[str]:
        """Return the spoiling flags that were lit since the last call, be it for a moment, or are lit now."""
        marks = self._marks
        found = [name for name, flag in self._spoiling if name in marks or flag.test(self)]
        marks.clear()
        return found

    def _latch(self) -> None:
        """Remember which spoiling flags are lit, before something happens that may put them out."""
        for name, flag in self._spoiling:
            if flag.test(self):
                self._marks.add(name)

    def _mark(self, flag: str) -> None:
        """Remember that a spoiling flag was lit for a moment."""
        self._marks.add(flag)

    def remaining(self, name: str) -> float:
        """Return for how many seconds of lab time a setting will go on moving; 0 when it has settled."""
        slew = self._slews.get(name)
        end = slew.end_ps if slew else 0
        if self._appointments:
            end = max(end, self._appointments.get(name, 0))
        return max(0, end - self._now_ps()) / PS_PER_SECOND if end else 0.0

    def claim(self, name: str, holder: object) -> None:
        """Let only ``holder`` change a setting until `release`."""
        self.declaration(name)
        self._claims[name] = holder

    def release(self, holder: object) -> None:
        """Give up all claims of ``holder``."""
        for name in [n for n, h in self._claims.items() if h is holder]:
            del self._claims[name]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after each change; returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def snapshot(self) -> dict[str, Value]:
        """Return all settings, readings and flags as SI floats, words and 0 or 1."""
        now: dict[str, Value] = dict(self._values)
        for name, declaration in self.declarations.items():
            if isinstance(declaration, Reading):
                now[name] = declaration.measure(self)
            elif isinstance(declaration, Flag):
                now[name] = float(declaration.test(self))
            elif isinstance(declaration, Fault):
                now[name] = float(name in self._faults)
        return now

    def reset(self) -> None:
        """Mend all faults and return every setting to its default at once, also those that slew."""
        for fault in sorted(self._faults):
            self.mend(fault)
        self._appointments.clear()
        for name, setting in self.settings().items():
            self.jump(name, setting.default)

    def make_safe(self) -> None:
        """Bring the settings that have a safe value to it."""
        for setting in self.settings().values():
            if setting.safe is not None:
                self._apply(setting, setting.safe, self)

    def jump(self, name: str, value: Value) -> None:
        """Set a setting (SI float or word) without slewing: for preparing a bench, not for use in a run."""
        setting = self.settings()[name]
        self._slews.pop(name, None)
        self._apply(setting, setting.check(self, value), self)
        self._slews.pop(name, None)

    def actual(self, name: str) -> float:
        """Return the present value of a setting that slews, as an SI float."""
        slew = self._slews.get(name)
        return slew.at(self._now_ps()) if slew else float(self._values[name])

    def slope(self, name: str) -> float:
        """Return how fast a setting moves now, per second."""
        slew = self._slews.get(name)
        return slew.slope(self._now_ps()) if slew else 0.0

    def motion(self, name: str) -> tuple[float, float]:
        """Return `actual` and `slope` of a setting that slews."""
        slew = self._slews.get(name)
        if slew is None:
            return float(self._values[name]), 0.0
        now = self._now_ps()
        return slew.at(now), slew.slope(now)

    def next_breakpoint(self) -> int | None:
        """Return the lab time (ps) at which something known in advance will change, or None."""
        if not self._slews:
            return min(self._appointments.values(), default=None)
        now = self._now_ps()
        for name in [n for n, s in self._slews.items() if s.end_ps <= now]:
            del self._slews[name]
        return min((*(s.end_ps for s in self._slews.values()), *self._appointments.values()), default=None)

    def longest_tick(self) -> float:
        """Return the longest tick in s that does justice to what the instrument does now."""
        return inf

    def _appoint(self, name: str, seconds: float) -> None:
        """Ask to be called by `_keep` after ``seconds`` of lab time; a setting of that name counts as moving till then.

        An earlier appointment of that name is given up.
        """
        self._appointments[name] = self._now_ps() + max(1, round(seconds * PS_PER_SECOND))

    def _keep(self, name: str) -> None:
        """Do what was put off by `_appoint`; for instruments that override it."""

    def keep_appointments(self, now_ps: int) -> None:
        """Do what was put off to ``now_ps``; called by the bench when a tick has ended there."""
        for name in [n for n, ps in self._appointments.items() if ps <= now_ps]:
            if self._appointments.pop(name, None) is not None:
                self._keep(name)

    def start_epoch(self, key: str) -> None:
        """Start the noise of a run; ``key`` names the run and which of its preparations this is."""

    def problems(self) -> list[str]:
        """Return in sentences what is wrong with the present settings and what to do."""
        return []

    def _changed(self, setting: Setting) -> None:
        """React to a changed setting; for instruments that override it."""

    def _apply(self, setting: Setting, value: Value, owner: object) -> None:
        self._before_event()
        name = setting.name
        if setting.rate:
            self._start_slew(name, float(value), float(self._values[setting.rate]))
        self._values[name] = value
        for other in self._limited_by.get(name, ()):
            if other in self._slews:
                self._start_slew(other, float(self._values[other]), float(value))
        if self._reacts:
            self._changed(setting)
        for listener in self._listeners:
            listener(self, name, value, owner)

    def _start_slew(self, name: str, target: float, rate: float) -> None:
        here = self.actual(name)
        if here == target:
            self._slews.pop(name, None)
        else:
            self._slews[name] = Slew(here, target, rate, self._now_ps())

    def _act(self, action: Action) -> None:
        self._before_event()
        self._latch()
        action.do(self)


def _actual(name: str, setting: Setting) -> Reading:
    follower = Reading(setting.unit, lambda instrument: instrument.actual(name),
                       f"Read the present value of {name}, which follows its set-point at {setting.rate}.")
    follower.name = f"{name}_actual"
    follower.digits = setting.digits
    return follower


def _nothing() -> None:
    """Nobody needs to be told."""


def _zero() -> int:
    return 0
