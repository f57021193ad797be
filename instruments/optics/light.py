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
    intensity_noise: float = 0.0
    """White relative intensity noise before the chopper, one-sided, 1/sqrt(Hz)."""
    intensity_flicker: float = 0.0
    """1/f relative intensity noise before the chopper: its one-sided density is intensity_flicker / f."""
    mean_square: float = 1.0
    """Mean of the square of what is in brackets above, with all harmonics."""


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
