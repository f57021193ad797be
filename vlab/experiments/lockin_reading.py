"""Reading the spin inertia signal: what the lock-in must be set to, how long to wait, X and Y in units of L."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from vlab.experiments.procedure import Command, Move, Read, Settle, Steps, Wait
from vlab.experiments.roles import SpinInertiaSetup

SLOPE = "12 dB/oct"
"""Two stages: with one, the double frequency of a slow modulation would show in X and Y."""
LOCKING = 0.04
"""s; what a lock-in takes to follow a changed frequency, for estimates of lab time."""
LEAST_PERIODS = 2.0
"""Modulation periods in a time constant below which the double frequency would show all the same."""


@dataclass(frozen=True)
class InertiaReading:
    """How X and Y are read and become L of eq. (1) by the calibration page.

    The lock-in's phase stays as it is set: at 0 deg X is along the drive, and a spin that lags gives a negative Y.
    """

    setup: SpinInertiaSetup
    time_constant: float
    """s."""
    settling: int
    """Time constants between a change and the reading: of 10, 12 dB/oct leaves 5e-4 of the change."""

    def arrange(self) -> Steps:
        """Set the lock-in's filter."""
        yield Move(self.setup.lockin, "slope", SLOPE)
        yield Move(self.setup.lockin, "time_constant", self.time_constant)

    def read(self) -> Generator[Command, Any, complex]:
        """Wait until the lock-in has settled and return X + iY in units of L."""
        setup = self.setup
        yield Settle(setup.lockin, "reference_source")  # after a changed frequency it has to lock again
        yield Wait(self.settling * self.time_constant)
        x, y = (yield Read(setup.lockin, "x")), (yield Read(setup.lockin, "y"))
        power = yield Read(setup.probe, "power")
        gain, responsivity = (yield Read(setup.detector, "gain")), (yield Read(setup.detector, "responsivity"))
        per_volt = setup.calibration.inertia(1.0, float(power), float(gain), float(responsivity))
        return complex(float(x), float(y)) * per_volt
