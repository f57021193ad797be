r"""A continuous-flow cryostat: what helium flow and heater can do.

The flow q (1 when the valve is fully open) cools with the conductance G = G_0 + G_1 q towards the base temperature
T_b = T_0 + T_1 exp(-q / q_0). At rest the heater gives P = G (T - T_b); while T changes it also fills the heat
capacity, P = G (T - T_b) + C dT/dt. With the heater off, T decays to T_b with C / G; with all its power P_h it goes
with the same time constant to T_h = T_b + P_h / G. So dT/dt lies between (T_b - T) G / C and (T_h - T) G / C.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, exp, log

from instruments.course import straight, whole_steps
from instruments.environment.legs import Leg


@dataclass(frozen=True)
class ColdFinger:
    """Data of a cryostat, in SI units."""

    conductance: float = 0.05
    """G_0, W/K."""
    conductance_of_flow: float = 0.25
    """G_1, W/K."""
    coldest: float = 1.4
    """T_0, K."""
    warmer: float = 3.0
    """T_1, K."""
    flow_scale: float = 0.08
    """q_0."""
    heat_capacity: float = 2.0
    """C, J/K."""
    heater: float = 10.0
    """Highest power of the heater, W."""
    sample_time: float = 0.5
    """Time constant in s with which the sample follows the sensor."""

    def cooling(self, flow: float) -> float:
        """Return G in W/K."""
        return self.conductance + self.conductance_of_flow * flow

    def base(self, flow: float) -> float:
        """Return the base temperature in K."""
        return self.coldest + self.warmer * exp(-flow / self.flow_scale)

    def hottest(self, flow: float) -> float:
        """Return the temperature (K) that the heater just holds."""
        return self.base(flow) + self.heater / self.cooling(flow)

    def power(self, temperature: float, rate: float, flow: float) -> float:
        """Return the heater's power (W) at a temperature (K) that changes by ``rate`` K/s."""
        return self.cooling(flow) * (temperature - self.base(flow)) + self.heat_capacity * rate

    def cooling_time(self, flow: float) -> float:
        """Return the time constant (s) with which it cools with the heater off."""
        return self.heat_capacity / self.cooling(flow)

    def legs(self, start_ps: int, start: float, goal: float, rate: float, flow: float, tolerance: float) -> list[Leg]:
        """Return the way from one temperature to another: a ramp as far as the heater can be made to give it.

        Beyond ``ahead``, the limit in the direction of the ramp, nothing can be reached, and near to it the temperature
        approaches it no faster than by itself. If the flow has changed, the start may be so far behind the other limit
        that the temperature comes by itself faster than by the ramp.

        Parameters
        ----------
        start_ps : int
            Lab time.
        start, goal : float
            K; the goal lies between `base` and `hottest`.
        rate : float
            Of the ramp, K/s.
        flow : float
            q.
        tolerance : float
            The deviation (K) from a limit that counts as none.
        """
        if start == goal:
            return []
        time, up = self.cooling_time(flow), copysign(1.0, goal - start)
        behind, ahead = self.base(flow), self.hottest(flow)
        if up < 0.0:
            behind, ahead = ahead, behind
        reach = up * rate * time  # so far before a limit it is approached by itself at the rate of the ramp
        found: list[Leg] = []
        if up * (behind - reach - start) > 0.0:
            end_ps = start_ps + whole_steps(time * log((behind - start) / reach))
            found.append(Leg(start_ps, start, end_ps, behind - reach, behind))
            start_ps, start = end_ps, behind - reach
        turn = ahead - reach if up * (goal - ahead + reach) > 0.0 and abs(reach) > tolerance else goal
        if up * (turn - start) > 0.0:
            end_ps, _ = straight(start_ps, start, turn, rate)
            found.append(Leg(start_ps, start, end_ps, turn))
            start_ps, start = end_ps, turn
        if start != goal:
            left = max(abs(goal - ahead), tolerance)
            end_ps = max(straight(start_ps, start, goal, rate)[0],
                         start_ps + whole_steps(time * log(abs(start - ahead) / left)))
            found.append(Leg(start_ps, start, end_ps, goal, ahead))
        return found
