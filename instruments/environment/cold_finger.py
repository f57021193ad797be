r"""A continuous-flow cryostat: what helium flow and heater can do.

The flow q (1 when the valve is fully open) cools with the conductance G = G_0 + G_1 q towards the base temperature
T_b = T_0 + T_1 exp(-q / q_0). At rest the heater gives P = G (T - T_b); while T changes it also fills the heat
capacity, P = G (T - T_b) + C dT/dt. With the heater off, T decays to T_b with C / G.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp


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
        need = self.cooling(flow) * (temperature - self.base(flow)) + self.heat_capacity * rate
        return min(self.heater, max(0.0, need))

    def cooling_time(self, flow: float) -> float:
        """Return the time constant (s) with which it cools with the heater off."""
        return self.heat_capacity / self.cooling(flow)
