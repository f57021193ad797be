"""Eqs. 13 and 15 with the odd term and a one-pole filter, straight from a dot's parameters, by DOP853."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

HBAR_EV = 6.582119569e-16


class RateEquation:
    """A dot at Omega = Gamma and 4.5 T, and a lock-in behind it; detunings in ueV."""

    def __init__(self, dot):
        gamma = dot.linewidth.m_as("eV") / HBAR_EV
        omega = gamma
        peak = omega**2 * gamma / (gamma**2 + 2 * omega**2)
        self.width = np.sqrt(gamma**2 + 2 * omega**2)
        self.shift = dot.overhauser_shift.m_as("eV") / HBAR_EV
        self.a, self.b = dot.alpha_roh.m_as("") * peak, -dot.alpha_oh.m_as("s") * peak**2
        self.c, self.decay = dot.alpha_nc.m_as("") * peak, dot.nuclear_decay_rate.m_as("1/s")
        self.p = self.seen = 0.0

    def absorption(self, delta):
        return 1 / (1 + (2 * delta / self.width) ** 2)

    def rate(self, delta, p):
        w = self.absorption(delta)
        return self.a * w - self.b * w**2 + self.c * 4 * delta / self.width * w**2 - self.decay * p

    def settle(self, detuning):
        self.p, self.seen = 0.0, self.absorption(detuning * 1e-6 / HBAR_EV)

    def stay(self, detuning, seconds, time_constant):
        """Let time pass at a detuning; returns what the lock-in shows then."""
        x = detuning * 1e-6 / HBAR_EV

        def right(_, y):
            delta = x - self.shift * y[0]
            return [self.rate(delta, y[0]), (self.absorption(delta) - y[1]) / time_constant]

        found = solve_ivp(right, (0.0, seconds), [self.p, self.seen], method="DOP853", rtol=1e-11, atol=1e-14)
        self.p, self.seen = found.y[:, -1]
        return self.seen
