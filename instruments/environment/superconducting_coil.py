r"""A 9 T coil of niobium-titanium in helium: what its data sheet says, and when it quenches.

Charging. B = k I, and the leads see U = L dI/dt. Above some |B| the data sheet allows lower rates (`limits`).

Quench. The wire is superconducting below T_c(B) = 9.2 K (1 - B / 14.5 T)^0.59 (Lubell, IEEE Trans. Magn. 19, 754
(1983)). Carrying a share f = 0.75 |B| / 9 T of its critical current at 4.2 K, it begins to share current with its
copper at T_s = 4.2 K + (T_c - 4.2 K)(1 - f), the usual straight load line (Wilson, *Superconducting Magnets*, 1983,
ch. 5); the coil quenches where it is warmer than that. A ramp warms it by losses that grow as the rate squared.

After a quench the energy L I^2 / 2 is in the cold mass, whose heat content grows as T^4 there.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class SuperconductingCoil:
    """Data of a coil, in SI units."""

    field_per_ampere: float = 0.1
    """k, T/A."""
    inductance: float = 14.0
    """L, H."""
    limits: tuple[tuple[float, float], ...] = ((6.0, 2.0 / 60.0), (8.0, 1.0 / 60.0), (inf, 0.5 / 60.0))
    """Up to which |B| (T) which rate (T/s) is allowed."""
    helium: float = 4.2
    """K."""
    warming: float = 0.15 * 60.0 ** 2
    """How far a ramp warms the coil in the end, K per (T/s)^2."""
    thermal_time: float = 20.0
    """s."""
    critical_temperature_at_zero: float = 9.2
    critical_field_at_zero: float = 14.5
    load: float = 0.75 / 9.0
    """Share of the critical current for each T."""
    quench_time: float = 1.5
    """Time constant in s with which the field collapses."""
    heat_content: float = 4.4e-3
    """J/K^4."""
    cooling_time: float = 60.0
    """Time constant in s with which the coil cools after a quench."""

    def allowed_rate(self, field: float) -> float:
        """Return the highest rate (T/s) at a field (T)."""
        return next(rate for edge, rate in self.limits if abs(field) <= edge)

    def sections(self, start: float, target: float, rate: float) -> list[tuple[float, float]]:
        """Return where the sections of a ramp end (T) and how fast each goes (T/s).

        Neighbours of equal rate are one section, so that a ramp that is slow enough everywhere stays one.
        """
        low, high = min(start, target), max(start, target)
        edges = [sign * edge for edge, _ in self.limits for sign in (-1.0, 1.0) if low < sign * edge < high]
        found: list[tuple[float, float]] = []
        here = start
        for end in [*sorted(edges, reverse=target < start), target]:
            allowed = min(rate, self.allowed_rate(0.5 * (here + end)))
            if found and found[-1][1] == allowed:
                found.pop()
            found.append((end, allowed))
            here = end
        return found

    def voltage(self, rate: float) -> float:
        """Return the voltage (V) across the coil at dB/dt in T/s."""
        return self.inductance * rate / self.field_per_ampere

    def critical_temperature(self, field: float) -> float:
        """Return T_c (K) at a field (T)."""
        left = max(0.0, 1.0 - abs(field) / self.critical_field_at_zero)
        return float(self.critical_temperature_at_zero * left ** 0.59)

    def sharing_temperature(self, field: float) -> float:
        """Return the temperature (K) from which the coil quenches at a field (T)."""
        return self.helium + (self.critical_temperature(field) - self.helium) * (1.0 - self.load * abs(field))

    def temperature_after_quench(self, field: float, temperature: float) -> float:
        """Return the temperature (K) when the energy of a field (T) has become heat."""
        energy = 0.5 * self.inductance * (field / self.field_per_ampere) ** 2
        return float((temperature ** 4 + energy / self.heat_content) ** 0.25)
