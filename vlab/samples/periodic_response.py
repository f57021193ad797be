"""The periodic state of an ensemble as a probe sees it: complex amplitudes at harmonics of the modulation."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from vlab.physics import pattern_average, spin_average
from vlab.physics.pattern_average import Pattern
from vlab.physics.pulse import PulseAction
from vlab.physics.spin_average import Average
from vlab.samples.modulation import run_lengths
from vlab.samples.spin_ensemble import SpinEnsemble


class PeriodicResponse:
    """Computes the spin's response to a helicity-modulated train of pulses.

    Parameters
    ----------
    ensemble : SpinEnsemble
    """

    def __init__(self, ensemble: SpinEnsemble) -> None:
        self.ensemble = ensemble

    def amplitude(self, *, field: float, pulse: PulseAction, period: float, frequency: float, harmonic: int = 1,
                  tilt: float = 0.0, delay: float = 0.0, relaxation_time: float | None = None,
                  tolerance: float = 1e-4, plateaus: tuple[PulseAction, ...] = (),
                  stop: Callable[[], bool] | None = None) -> complex:
        """Return the complex peak amplitude E of the probed spin <S_z - J_z> at a harmonic of the modulation.

        s(t) = Re[E exp(i w t)] with the drive's fundamental as phase zero: a spin that follows at once has phase 0, one
        that lags a negative phase. |E| is 2 L of eq. (1), 2/pi at most. The sign is that of the spin that follows.

        Parameters
        ----------
        field : float
            T.
        pulse : PulseAction
            Of helicity +1; of helicity -1 in the other half period.
        period, delay : float
            T_R and the probe's delay behind the pump, s; a delay of zero or less is just before the pump pulse.
        frequency : float
            f_m in Hz, above 0.
        harmonic : int
            Even ones vanish for resonant pulses.
        tilt : float
            Angle between field and growth axis, rad.
        relaxation_time : float, optional
            Takes the place of tau_s, s.
        tolerance : float
            Wanted error, relative to max(L, 0.03).
        plateaus : tuple of PulseAction, optional
            Instead of one action for a half period several, in turn and equally long, as of a helicity that follows a
            sine; ``pulse`` is the strongest of them.
        stop : callable, optional
            Asked often; true ends the computation with `InterruptedError`.

        Raises
        ------
        LimitError
            T_R is too short for the trion's lifetime.
        """
        system = self.ensemble.system(field, pulse, period, tilt, relaxation_time)
        w = 2.0 * np.pi * frequency * harmonic
        probed: Average
        if pulse.phi != 0.0 or plateaus:
            delays = np.array([min(delay, period)]) if delay > 0.0 else None
            runs = _pattern(plateaus or (pulse,), run_lengths(frequency, period))
            return complex(2.0 * pattern_average.pattern(system, runs, harmonic, tolerance, delays, stop).values[0])
        if harmonic % 2 == 0:
            return 0j
        # of a square wave that is positive where cos > 0
        drive = 4.0 / (np.pi * harmonic) * (1.0 if harmonic % 4 == 1 else -1.0)
        if delay > 0.0:
            spin, trion = spin_average.delayed(system, w, np.array([min(delay, period)]), tolerance, stop)
            return complex(drive * (spin.values[0] - trion.values[0]))
        probed = spin_average.linear(system, np.array([w]), tolerance, stop)
        return complex(probed.values[0] * 0.5 * np.pi * drive)


def _pattern(plateaus: tuple[PulseAction, ...], halves: list[int]) -> Pattern:
    """Return the pattern in which each half period, of whole pulses, is divided among the plateaus."""
    kinds = len(plateaus)
    actions = [[a.q_z, a.q_perp, sign * a.kick, sign * a.phi] for sign in (1.0, -1.0) for a in plateaus]
    # only the phase of what drives the spin is made from these, and equal plateaus have that of a square wave
    helicities = [sign for sign in (1.0, -1.0) for _ in plateaus]
    pulses, parts = sum(halves), kinds * len(halves)
    edges = [-((-j * pulses) // parts) for j in range(parts + 1)]
    which, lengths = [], []
    for j, (first, last) in enumerate(pairwise(edges)):
        if last > first:
            which.append(j % (2 * kinds))
            lengths.append(last - first)
    return Pattern(np.array(actions), np.array(helicities), np.array(which), np.array(lengths), len(halves) // 2)
