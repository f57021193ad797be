"""How a temperature goes that is ramped as far as its heater allows, and the sample behind it.

The way is cut into legs. On a ramp the heater gives what is needed; at its limit, off or at full power, the temperature
is left to itself and goes as s = s_l + (s_0 - s_l) exp(-t / tau) towards the limit s_l. The sample follows as
tau_s x' = s - x.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

from instruments.course import SECTIONS_PER_TIME, Node, decay, lagging, whole_steps


@dataclass(frozen=True)
class Leg:
    """One leg, from a lab time and a temperature to another, in ps and K."""

    start_ps: int
    start: float
    end_ps: int
    end: float
    limit: float | None = None
    """s_l, K, where the heater is at its limit; None on a ramp."""


def sensor_sections(legs: Sequence[Leg], time: float) -> list[Node]:
    """Return the sections of what is ramped; ``time`` is tau in s."""
    return [node for leg in legs for node in _left_to_itself(leg, time)]


def sample_sections(legs: Sequence[Leg], sample: float, time: float, sample_time: float, tolerance: float
                    ) -> list[Node]:
    """Return the sections of a sample that starts at ``sample`` K, until it has arrived.

    Parameters
    ----------
    legs : sequence of Leg
        One at least.
    sample : float
        K.
    time, sample_time : float
        tau and tau_s in s.
    tolerance : float
        The deviation (K) that counts as none.
    """
    nodes: list[Node] = []
    for leg in legs:
        if leg.limit is None:
            behind = lagging(leg.start_ps, leg.start, sample, leg.end, leg.end_ps, sample_time, tolerance)
            nodes += [node for node in behind if node[0] <= leg.end_ps]
        else:
            nodes += _behind(leg, leg.limit, sample, time, sample_time, tolerance)
        sample = nodes[-1][1]
    last = legs[-1]
    return nodes + decay(last.end_ps, sample - last.end, last.end, sample_time, tolerance)


def _left_to_itself(leg: Leg, time: float) -> list[Node]:
    nodes: list[Node] = []
    if leg.limit is not None:
        nodes = [(leg.start_ps + ps, leg.limit + (leg.start - leg.limit) * exp(-ps / (time * 1e12)))
                 for ps in _cuts(leg, 0, time, time)]
    return [*nodes, (leg.end_ps, leg.end)]


def _behind(leg: Leg, limit: float, sample: float, time: float, sample_time: float, tolerance: float) -> list[Node]:
    """Return x = s_l + D exp(-t / tau) + (x_0 - s_l - D) exp(-t / tau_s) with D = (s_0 - s_l) / (1 - tau_s / tau)."""
    steady = (leg.start - limit) / (1.0 - sample_time / time)
    swing = sample - limit - steady

    def value(ps: int) -> float:
        return limit + steady * exp(-ps / (time * 1e12)) + swing * exp(-ps / (sample_time * 1e12))

    bent = sample_time * log(abs(swing) / tolerance) if abs(swing) > tolerance else 0.0
    cuts = _cuts(leg, whole_steps(bent), sample_time, time)
    return [*((leg.start_ps + ps, value(ps)) for ps in cuts), (leg.end_ps, value(leg.end_ps - leg.start_ps))]


def _cuts(leg: Leg, bent_ps: int, short: float, long: float) -> Iterator[int]:
    """Yield where a leg is cut, in ps from its start: finely until ``bent_ps``; the times are constants in s."""
    fine, coarse = (whole_steps(time / SECTIONS_PER_TIME) for time in (short, long))
    ps, whole = 0, leg.end_ps - leg.start_ps
    while (ps := ps + (fine if ps < bent_ps else coarse)) < whole:
        yield ps
