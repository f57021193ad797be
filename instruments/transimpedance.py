"""What every photodetector here ends in: photodiodes into a transimpedance amplifier."""

from __future__ import annotations

ELEMENTARY_CHARGE = 1.602176634e-19
BOLTZMANN = 1.380649e-23
SWING = 10.0
"""Largest output in V."""


def density(gain: float, current: float, temperature: float) -> float:
    """Return the one-sided noise density at the output in V^2/Hz: shot noise and thermal noise of the resistor.

    Parameters
    ----------
    gain : float
        V/A, which is the feedback resistor in ohm.
    current : float
        Sum of the currents of all photodiodes, A; shot noise does not cancel between them.
    temperature : float
        Temperature of the feedback resistor, K.
    """
    return gain * gain * (2.0 * ELEMENTARY_CHARGE * current + 4.0 * BOLTZMANN * temperature / gain)
