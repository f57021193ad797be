"""A value that moves along straight sections known in advance: ramps with several rates, decays, play being taken up.

The sample feels a straight line from event to event, so what bends is cut into sections; each ends at lab time given in
whole picoseconds, and the next begins by appointment there. Results do not depend on how a wait is cut up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil, exp, log
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from instruments.declaration import SLEW_STEP_PS, Slew

if TYPE_CHECKING:
    from instruments.instrument import Instrument

Node: TypeAlias = tuple[int, float]
"""Where a section ends: lab time in ps, and the value there."""
SECTIONS_PER_TIME = 8
"""Straight sections in one time constant of an exponential: it leaves them by 1/512 of what is left to go at most."""


class Course:
    """The sections that a value of an instrument still has to pass; `arrived` is called at the end of each.

    Parameters
    ----------
    owner : Instrument
    name : str
        Of the slew and of the appointments; that of a setting lets `remaining` count them.
    rest : float
        Where it stands.
    """

    _memory: ClassVar[tuple[str, ...]] = ("rest", "_nodes")

    def __init__(self, owner: Instrument, name: str, rest: float) -> None:
        self._owner = owner
        self._name = name
        self.rest = rest
        """The end of the present section, or where it stands."""
        self._nodes: list[Node] = []

    @property
    def end_ps(self) -> int:
        """Lab time at which the last section ends; 0 if nothing moves."""
        if self._nodes:
            return self._nodes[-1][0]
        slew = self._owner._slews.get(self._name)
        return slew.end_ps if slew else 0

    @property
    def moving(self) -> bool:
        """Whether it is still on its way."""
        return self.end_ps > self._owner._now_ps()

    @property
    def goal(self) -> float:
        """Where the last section ends."""
        return self._nodes[-1][1] if self._nodes else self.rest

    def motion(self) -> tuple[float, float]:
        """Return the present value and its change per second."""
        slew = self._owner._slews.get(self._name)
        if slew is None:
            return self.rest, 0.0
        now = self._owner._now_ps()
        return slew.at(now), slew.slope(now)

    def follow(self, nodes: Iterable[Node]) -> None:
        """Go from here along sections, instead of what was planned."""
        here = self.motion()[0]
        self.stop(here)
        self._nodes = list(nodes)
        self.arrived()

    def arrived(self) -> None:
        """Begin the next section, if there is one."""
        if self._nodes:
            end, value = self._nodes.pop(0)
            slew = Slew(self.rest, value, 1.0, self._owner._now_ps())
            slew.end_ps = end
            self._owner._slews[self._name] = slew
            self.rest = value
            if self._nodes:
                self._owner._appointments[self._name] = end

    def stop(self, at: float) -> None:
        """Stand still at a value."""
        self._owner._slews.pop(self._name, None)
        self._owner._appointments.pop(self._name, None)
        self._nodes = []
        self.rest = at


def straight(start_ps: int, start: float, target: float, rate: float) -> Node:
    """Return the end of a ramp at ``rate`` per second."""
    return Slew(start, target, rate, start_ps).end_ps, target


def whole_steps(seconds: float) -> int:
    """Return a duration in ps, rounded up so that it divides into equal ticks."""
    return ceil(seconds * 1e12 / SLEW_STEP_PS) * SLEW_STEP_PS


def decay(start_ps: int, deviation: float, goal: float, time: float, tolerance: float) -> list[Node]:
    """Return the sections of goal + deviation exp(-t / time) until less than ``tolerance`` is left.

    The last ends at ``goal``.

    Parameters
    ----------
    start_ps : int
        Lab time at which it begins.
    deviation, goal, tolerance : float
        In the unit of the value.
    time : float
        Time constant in s.
    """
    if abs(deviation) <= tolerance:
        return [(start_ps + SLEW_STEP_PS, goal)] if deviation else []
    return _sampled(start_ps, lambda t: goal + deviation * exp(-t / time), time,
                    time * log(abs(deviation) / tolerance), goal)


def lagging(start_ps: int, lead: float, value: float, target: float, ramp_end_ps: int, time: float,
            tolerance: float) -> list[Node]:
    """Return the sections of a value that follows a ramp as time x' = s(t) - x, until it has arrived.

    With s = lead + r t, x - s = -r time + (x_0 - lead + r time) exp(-t / time); behind the ramp it decays.

    Parameters
    ----------
    start_ps, ramp_end_ps : int
        Lab time of the ramp's ends.
    lead, target : float
        What is followed, at the ramp's ends.
    value : float
        x_0.
    time, tolerance : float
        s, and the deviation that counts as none.
    """
    seconds = (ramp_end_ps - start_ps) / 1e12
    nodes: list[Node] = []
    left = value - lead
    if seconds > 0.0:
        rate = (target - lead) / seconds
        swing = left + rate * time

        def ramp(t: float) -> float:
            return lead + rate * (t - time) + swing * exp(-t / time)

        bent = time * log(abs(swing) / tolerance) if abs(swing) > tolerance else 0.0
        nodes = [n for n in _sampled(start_ps, ramp, time, bent, None) if n[0] < ramp_end_ps] if bent else []
        end = ramp(seconds)
        nodes.append((ramp_end_ps, end))
        left = end - target
    return nodes + decay(max(start_ps, ramp_end_ps), left, target, time, tolerance)


def _sampled(start_ps: int, value: Callable[[float], float], time: float, seconds: float,
             last: float | None) -> list[Node]:
    """Return sections of equal length for ``seconds``; the last ends at ``last``, where one is given."""
    step = whole_steps(time / SECTIONS_PER_TIME)
    count = max(1, ceil(seconds * 1e12 / step))
    nodes = [(start_ps + i * step, value(i * step / 1e12)) for i in range(1, count + 1)]
    if last is not None:
        nodes[-1] = (nodes[-1][0], last)
    return nodes
