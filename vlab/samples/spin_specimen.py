"""An ensemble that lives: what pump pulses, field, temperature and time make of its spins, as the probe sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import floor, inf, pi, sin
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import Line, TickGrid
from vlab.physics.pulse import PulseAction
from vlab.samples.sparse_track import SparseTrack
from vlab.samples.specimen import HBAR, MU_B, Ramp
from vlab.samples.spin_ensemble import SpinEnsemble

if TYPE_CHECKING:
    from vlab.physics.spin_average import SpinSystem

HARMONICS = (1, 3, 5, 7, 9)
"""Those of a square wave that a lock-in may detect; the spin that it drives has odd harmonics only, too."""
REFERENCE_TEMPERATURE = 5.0
ACTIVATION_TEMPERATURE = 20.0
_STEPS = 12
"""Steps in which a half period of a sine is taken."""
_FULL_SCALE = 2.0 / pi
_STANDSTILL = 1.0
"""Hz; a modulation that is slow enough to stand for none."""
_STEADY, _TILTED, _MOVING = 1e-4, 1e-3, 3e-3
"""Tolerances of the engine; where the field is not along z it must average over random dots, which takes long."""
_INTERPOLATION = 2e-3
_FINEST = 24.0
_LONGEST_CELL = 256
_SHORTEST_TICK = 2e-3
"""s; on the fastest ramps in strong fields a tick skips waves rather than costing hundreds of evaluations a second."""


def _usual_engine(ensemble: SpinEnsemble) -> Engine:
    from vlab.samples.periodic_response import PeriodicResponse  # takes a second to load

    return PeriodicResponse(ensemble)


class Engine(Protocol):
    """Gives the spins' response to a modulated train of pulses; `periodic_response.PeriodicResponse` is one."""

    def amplitude(self, *, field: float, pulse: PulseAction, period: float, frequency: float, harmonic: int = 1,
                  tilt: float = 0.0, delay: float = 0.0, relaxation_time: float | None = None,
                  tolerance: float = 1e-4, plateaus: tuple[PulseAction, ...] = (),
                  stop: Callable[[], bool] | None = None) -> complex:
        """Return the peak amplitude of <S_z - J_z> at ``harmonic * frequency``."""
        ...


@dataclass(frozen=True)
class SpinOptics:
    """How the ensemble and light act on each other (SI units)."""

    rotation_per_spin: float = 200e-6
    """Faraday rotation per unit of <S_z - J_z>, rad: 100 urad at full polarization."""
    pi_pulse_energy: float = 132e-12
    """Energy of a resonant circular pi pulse that lasts ``pulse_duration``, J: 10 mW at a pulse each 13.2 ns."""
    pulse_duration: float = 2e-12
    """tau_p for which ``pi_pulse_energy`` holds, s; the pulse area grows as sqrt(energy * duration)."""


@dataclass(frozen=True)
class SpinRoom:
    """What the ensemble feels between two events, in SI units."""

    field: Ramp
    """Magnetic flux density, T."""
    tilt: Ramp
    """Angle between field and growth axis, rad."""
    temperature: Ramp
    delay: Ramp
    """Delay of the probe behind the pump, s; zero and below is just before a pulse."""
    energy: float
    """Energy of a pump pulse, J."""
    period: float
    """Time between two pump pulses, s."""
    detuning: float
    """Energy by which the pump's carrier lies red of the trion resonance, J."""
    duration: float
    """Duration tau_p of a pump pulse, s."""
    ellipticity: float
    """1 for circular light."""
    modulation: float | None
    """Frequency in Hz at which the helicity is reversed; None when it stays positive."""
    sine: bool = False
    """Whether the ellipticity follows a sine instead of a square wave."""
    harmonics: tuple[int, ...] = HARMONICS
    """The harmonics that somebody looks at, the first of which is 1; others are left out."""

    def steady(self) -> bool:
        """Return whether nothing moves."""
        return not (self.field.rate or self.tilt.rate or self.temperature.rate or self.delay.rate)


@dataclass(frozen=True)
class SpinResponse:
    """What the ensemble did over a stretch of ticks, at the tick boundaries."""

    rotation: tuple[Line, ...]
    """Faraday rotation of the probe in rad."""
    amplitude: NDArray[np.complex128]
    """Peak amplitude E of <S_z - J_z> at the modulation frequency, shape (count + 1,); for a constant helicity what a
    very slow modulation would give."""


class SpinSpecimen:
    """An ensemble of spins in the periodic state that belongs to the present room.

    The spins settle within microseconds; lab time passes in milliseconds. So there is no state: the response is a
    function of the room, evaluated once where nothing moves and at a few supports along ramps.

    Parameters
    ----------
    ensemble : SpinEnsemble
    optics : SpinOptics
    engine : Engine, optional
        What computes the response; `PeriodicResponse` of the ensemble by default.
    """

    _memory = ("optics", "_refusal")

    def __init__(self, ensemble: SpinEnsemble, optics: SpinOptics | None = None, engine: Engine | None = None) -> None:
        self.ensemble = ensemble
        self.optics = optics or SpinOptics()
        self._engine = _usual_engine(ensemble) if engine is None else engine
        self._relaxation_time = ensemble.si("spin_relaxation_time")
        self._trion_lifetime = ensemble.si("trion_lifetime")
        nuclear = 2.0 * pi * np.array([ensemble.si("nuclear_field"), ensemble.si("trion_nuclear_field")])
        per_tesla = MU_B / HBAR * np.abs([ensemble.si("g_factor"), ensemble.si("trion_g_factor")])
        self._fastest_nuclear = float(nuclear.max())
        self._fastest_per_tesla = float(per_tesla.max())
        self._narrowest = float((nuclear[0] / per_tesla[0]) if per_tesla[0] > 0.0 else inf)
        self._ground_per_tesla = float(per_tesla[0])
        self.give_up: Callable[[], bool] = lambda: False
        """Asked during long computations; true ends them with `InterruptedError`."""
        self._ask = lru_cache(maxsize=16384)(self._evaluate)
        self._refusal = ""
        self._track: tuple[SpinRoom, int, SparseTrack] | None = None

    def relaxation_time(self, temperature: float) -> float:
        """Return tau_s (s) at a temperature in K: its rate grows as 1 + (T / 20 K)^2 and holds at 5 K."""
        reference = 1.0 + (REFERENCE_TEMPERATURE / ACTIVATION_TEMPERATURE) ** 2
        return float(self._relaxation_time * reference / (1.0 + (temperature / ACTIVATION_TEMPERATURE) ** 2))

    def pulse(self, room: SpinRoom, ellipticity: float | None = None) -> PulseAction:
        """Return what a pump pulse does to a spin, by default one of the largest ellipticity."""
        optics = self.optics
        power_ratio = room.energy * room.duration / (optics.pi_pulse_energy * optics.pulse_duration)
        return PulseAction.elliptical(power_ratio, room.detuning * room.duration / (2.0 * pi * HBAR),
                                      room.ellipticity if ellipticity is None else ellipticity)

    def plateaus(self, room: SpinRoom) -> tuple[PulseAction, ...]:
        """Return the pulses of a half period whose ellipticity follows a sine, in at most twelve steps."""
        if not room.sine or room.modulation is None:
            return ()
        steps = max(1, min(_STEPS, floor(0.5 / (room.modulation * room.period))))
        heights = np.sin(pi * (np.arange(steps) + 0.5) / steps)
        return tuple(self.pulse(room, room.ellipticity * float(height)) for height in heights)

    def trouble(self, room: SpinRoom) -> str:
        """Return in a sentence why the model has no answer for a room; empty when it has."""
        if room.modulation is not None and room.modulation > self.highest_modulation(room):
            return (f"a modulation at {room.modulation / 1e3:g} kHz is above a quarter of the repetition rate "
                    f"({self.highest_modulation(room) / 1e3:g} kHz), where pulses do not sample it, and the signal is "
                    "taken as zero; lower modulator.frequency or pump.repetition_period.")
        if not self._pumps(room):
            return ""
        refusal = self._refusal
        try:
            self.ensemble.system(room.field.start, self.pulse(room), room.period)
        except ValueError as error:
            refusal = str(error)
        return f"the model has no answer, and the signal is taken as zero: {refusal}" if refusal else ""

    def system_in(self, room: SpinRoom) -> SpinSystem | None:
        """Return the plain numbers of the model at the start of a room, or None where it has no answer."""
        try:
            return self.ensemble.system(room.field.start, self.pulse(room), room.period, room.tilt.start,
                                        self.relaxation_time(room.temperature.start))
        except ValueError:
            return None

    @staticmethod
    def highest_modulation(room: SpinRoom) -> float:
        """Return the highest modulation frequency in Hz that the model takes, 1/(4 T_R)."""
        return 0.25 / room.period

    def longest_tick(self, room: SpinRoom) -> float:
        """Return the longest tick in s over which the response changes by a small part only, at least 2 ms."""
        if room.steady() or not self._pumps(room):
            return inf
        return max(_SHORTEST_TICK, self._wave(room) / _FINEST)

    def evolve(self, room: SpinRoom, grid: TickGrid) -> SpinResponse:
        """Return the response while the ticks of ``grid`` pass."""
        amplitudes = np.zeros((grid.count + 1, len(room.harmonics)), dtype=np.complex128)
        self._refusal = ""
        if self._pumps(room):
            try:
                amplitudes = self._amplitudes(room, grid)
            except ValueError as refusal:  # the lab thread goes on
                self._refusal = str(refusal)
        rotation = self.optics.rotation_per_spin
        if room.modulation is None:
            constant = 0.25 * pi * amplitudes[:, 0].real
            return SpinResponse((Line(0.0, complex(rotation), constant),), amplitudes[:, 0])
        lines = tuple(Line(room.modulation * float(n), complex(rotation), amplitudes[:, i])
                      for i, n in enumerate(room.harmonics))
        return SpinResponse(lines, amplitudes[:, 0])

    def _pumps(self, room: SpinRoom) -> bool:
        if room.energy == 0.0 or room.ellipticity == 0.0:
            return False
        return room.modulation is None or room.modulation <= self.highest_modulation(room)

    def _amplitudes(self, room: SpinRoom, grid: TickGrid) -> NDArray[np.complex128]:
        if room.steady():
            return np.tile(self._at(room, 0.0), (grid.count + 1, 1))
        if self._track is None or self._track[0] is not room or self._track[1] != grid.tick_ps:
            step = grid.tick_ps / 1e12
            ticks = max(1.0, min(self._wave(room) / step, float(_LONGEST_CELL)))
            cell = 1 << (int(ticks).bit_length() - 1)
            track = SparseTrack(lambda tick: self._at(room, tick * step), cell, _INTERPOLATION * _FULL_SCALE)
            self._track = (room, grid.tick_ps, track)
        return self._track[2].stretch(grid.first, grid.count)

    def _wave(self, room: SpinRoom) -> float:
        """Return the time in s in which a ramp passes the narrowest structure that the response may have."""
        field, delay = abs(room.field.start), room.delay
        resonances = pi / (self._ground_per_tesla * room.period) if self._ground_per_tesla > 0.0 else inf
        across = 1.0 if room.tilt.rate else sin(room.tilt.start)
        fastest = self._fastest_per_tesla * field * across + self._fastest_nuclear
        widths = (
            (room.field.rate, max(1e-4, min(resonances, self._narrowest))),
            (delay.rate, min(self._trion_lifetime, pi / fastest if fastest > 0.0 else inf)),
            (room.tilt.rate, 0.1),
            (room.temperature.rate, 2.0),
        )
        return min((width / abs(rate) for rate, width in widths if rate), default=inf)

    def _at(self, room: SpinRoom, time: float) -> NDArray[np.complex128]:
        """Return the amplitudes of all harmonics at a time (s) since the event."""
        delay = room.delay.start + room.delay.rate * time
        temperature = room.temperature.start + room.temperature.rate * time
        tilt = room.tilt.start + room.tilt.rate * time
        tolerance = _MOVING if not room.steady() or room.sine else _TILTED if tilt else _STEADY
        asked = (room.field.start + room.field.rate * time, self.pulse(room), room.period,
                 room.modulation or _STANDSTILL, tilt, delay % room.period if delay > 0.0 else 0.0,
                 self.relaxation_time(temperature), tolerance, self.plateaus(room))
        return np.array([self._ask(n, *asked) for n in room.harmonics])

    def _evaluate(self, harmonic: int, field: float, pulse: PulseAction, period: float, frequency: float, tilt: float,
                  delay: float, relaxation_time: float, tolerance: float, plateaus: tuple[PulseAction, ...]) -> complex:
        if harmonic > 1 and harmonic * frequency > 0.25 / period:
            return 0j  # beyond what the pulses sample
        return self._engine.amplitude(field=field, pulse=pulse, period=period, frequency=frequency, harmonic=harmonic,
                                      tilt=tilt, delay=delay, relaxation_time=relaxation_time, tolerance=tolerance,
                                      plateaus=plateaus, stop=lambda: self.give_up())
