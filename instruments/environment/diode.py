r"""The current through the Schottky diode that holds the dot.

The junction obeys I_j(U) = I_0 (exp(U / U_0) - 1) + U / R_sh - I_b exp(-(U + U_b) / U_1), thermionic and tunnelling
emission over the barrier with a slope U_0 that at helium temperature is far above kT/e, a leakage floor and the
breakdown in reverse (Sze and Ng, *Physics of Semiconductor Devices*, 3rd ed., sections 3.3 and 2.4). Contacts and the
back gate add a resistance R_s, so that V = U + R_s I_j(U).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp

_STEPS = 200


@dataclass(frozen=True)
class SchottkyDiode:
    """Data of a diode, in SI units; 1 uA flows at 0.8 V forward and at about 6 V in reverse."""

    turn_on: float = 0.8
    """Forward voltage of the junction at which emission carries `at_turn_on`, V."""
    at_turn_on: float = 1e-6
    slope: float = 0.025
    """U_0, V."""
    shunt: float = 10e9
    """R_sh, ohm; the leakage floor."""
    breakdown: float = 6.0
    """U_b, V; there I_b flows."""
    at_breakdown: float = 1e-6
    """I_b, A."""
    breakdown_slope: float = 0.1
    """U_1, V."""
    series: float = 1e3
    """R_s, ohm."""

    def junction_current(self, junction: float) -> float:
        """Return the current (A) at a voltage across the junction (V)."""
        emission = self.at_turn_on * (exp((junction - self.turn_on) / self.slope) - exp(-self.turn_on / self.slope))
        avalanche = self.at_breakdown * (exp(-(junction + self.breakdown) / self.breakdown_slope)
                                         - exp(-self.breakdown / self.breakdown_slope))
        return emission + junction / self.shunt - avalanche

    def current(self, voltage: float) -> float:
        """Return the current (A) at a voltage (V) across diode and contacts."""
        if voltage == 0.0:
            return 0.0
        low, high = min(0.0, voltage), max(0.0, voltage)
        junction = _root(lambda u: u + self.series * self.junction_current(u) - voltage,
                         lambda u: 1.0 + self.series * self._conductance(u), low, high)
        return self.junction_current(junction)

    def voltage(self, current: float) -> float:
        """Return the voltage (V) at which a current (A) flows."""
        low, high = (-20.0, 0.0) if current < 0.0 else (0.0, 10.0)
        return _root(lambda u: self.junction_current(u) - current, self._conductance, low, high) + self.series * current

    def _conductance(self, junction: float) -> float:
        """Return dI_j/dU (1/ohm)."""
        return (self.at_turn_on / self.slope * exp((junction - self.turn_on) / self.slope) + 1.0 / self.shunt
                + self.at_breakdown / self.breakdown_slope * exp(-(junction + self.breakdown) / self.breakdown_slope))


def _root(value: Callable[[float], float], slope: Callable[[float], float], low: float, high: float) -> float:
    """Return where an increasing function is zero between ``low`` and ``high``: Newton, halving where that leaves them.

    A solver of scipy would do, but takes longer to load than the window to open.
    """
    u = 0.5 * (low + high)
    for _ in range(_STEPS):
        here = value(u)
        low, high = (u, high) if here < 0.0 else (low, u)
        step = here / slope(u)
        following = u - step
        if not low <= following <= high:
            following = 0.5 * (low + high)
        if following == u or abs(following - u) <= 1e-16:
            return following
        u = following
    return u
