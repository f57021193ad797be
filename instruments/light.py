"""What a beam carries from the laser to the detector."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Light:
    """A beam that a chopper turns on and off: I(t) = power * [mean + sum_k Re(c_k exp(2 pi i f_k t))]."""

    power: float
    """Power while the light is on, W."""
    mean: float = 1.0
    """Fraction of the time for which it is on."""
    lines: tuple[tuple[float, complex], ...] = ()
    """Frequency in Hz and peak amplitude of each line, in units of ``power``."""


@dataclass(frozen=True)
class PulseTrain:
    """Short pulses at equal distances, in SI units."""

    energy: float
    """Energy of one pulse, J."""
    period: float
    """Time between two pulses, s."""
    detuning: float
    """Energy by which the carrier lies red of the resonance, J."""
    duration: float
    """tau_p of the hyperbolic secant sech(pi t / tau_p), s."""
