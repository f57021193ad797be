"""A film of the spins of an ensemble between pump pulses: which moments it has, and the spins at each. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, pi
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vlab.samples.spin_cloud import SpinCloud, draw_cloud

if TYPE_CHECKING:
    from vlab.physics.spin_average import SpinSystem

Floats = NDArray[np.float64]

BETWEEN, REVERSED = "between two pulses", "after the helicity is reversed"
SUBJECTS = (BETWEEN, REVERSED)
_DOTS = 200
_SEED = 1
_LEAST, _MOST = 96, 480
"""Pictures of a period."""
_PER_TURN = 8
"""Pictures of a turn of the spins, so that nobody sees them turn backwards."""
_FRAMES = 100
"""Pictures of a reversal."""
_LONGEST = 4.0
"""Of a reversal, in relaxation times."""
_RADII = (0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001)


@dataclass(frozen=True)
class SpinFilm:
    """Spins of some dots at some moments.

    Attributes
    ----------
    moments : ndarray
        s; from the first pulse of the film.
    spins : ndarray, shape (moments, dots, 3)
    """

    subject: str
    moments: Floats
    spins: Floats
    pulses: Floats
    """When pump pulses come, s; empty where each moment is just before one."""
    radius: float
    """Of the ball into which all spins fit."""
    field: Floats
    """Direction of the magnetic field, or zeros."""
    period: float

    @property
    def mean(self) -> Floats:
        """Mean spin at each moment, shape (moments, 3)."""
        return np.asarray(self.spins.mean(axis=1))

    def words(self, number: int) -> str:
        """Return the moment in words."""
        time = self.moments[number]
        if self.subject == BETWEEN:
            if number == 0:
                return "a pump pulse has just come"
            return f"{time * 1e9:.2f} ns of {self.period * 1e9:.4g} ns after a pump pulse"
        return f"just before pulse {round(time / self.period)}, {time * 1e6:.3g} µs after the reversal"


def make_film(system: SpinSystem, subject: str, helicity: float = 1.0) -> SpinFilm:
    """Return a film of the spins.

    Parameters
    ----------
    system : SpinSystem
    subject : str
        One of `SUBJECTS`: the periodic state that many pulses of one helicity make, from one to the next; or how the
        spins follow, pulse by pulse, when the helicity has just been reversed.
    helicity : float
        +1 or -1: of the pulses that are shown.
    """
    cloud = draw_cloud(system, _DOTS, _SEED)
    moments, spins = _between(cloud, helicity) if subject == BETWEEN else _reversed(cloud, helicity)
    largest = float(np.linalg.norm(spins, axis=2).max())
    radius = min((r for r in _RADII if r >= largest), default=_RADII[0])
    direction = np.array([np.sin(system.tilt), 0.0, np.cos(system.tilt)]) if system.larmor[0] else np.zeros(3)
    period = system.times[0]
    return SpinFilm(subject, moments, spins, np.array([0.0, period]) if subject == BETWEEN else np.empty(0), radius,
                    direction, period)


def _between(cloud: SpinCloud, helicity: float) -> tuple[Floats, Floats]:
    period = cloud.times[0]
    turns = float(np.median(np.linalg.norm(cloud.fields, axis=1))) * period / (2.0 * pi)
    moments = np.linspace(0.0, period, min(_MOST, max(_LEAST, ceil(_PER_TURN * turns))) + 1)
    before = cloud.settled(helicity)
    # the last moment is just before the next pulse
    return moments, cloud.during(before, helicity, moments)


def _reversed(cloud: SpinCloud, helicity: float) -> tuple[Floats, Floats]:
    period, tau_s = cloud.times[:2]
    stride = max(1, round(_LONGEST * tau_s / period / _FRAMES))
    m, v = cloud.period(helicity)
    many, shift = np.broadcast_to(np.eye(3), m.shape), np.zeros_like(v)
    for _ in range(stride):
        many, shift = m @ many, (m @ shift[:, :, np.newaxis])[:, :, 0] + v
    spins = [cloud.settled(-helicity)]
    for _ in range(_FRAMES):
        spins.append((many @ spins[-1][:, :, np.newaxis])[:, :, 0] + shift)
    return period * stride * np.arange(_FRAMES + 1), np.stack(spins)
