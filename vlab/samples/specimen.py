"""A dot that lives: its parameters as plain floats, its nuclear polarization, and what light does to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, hypot, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from vlab.lab.cable import TickGrid
from vlab.lab.drift import Drift
from vlab.physics import absorption as two_level
from vlab.physics.bistability import RateModel
from vlab.samples.nuclei import FlippingNuclei, MeanNuclei, Nuclei
from vlab.samples.quantum_dot import QuantumDot

HBAR = 1.054571817e-34
MU_B = 9.2740100783e-24
REFERENCE_FIELD = 4.5
REFERENCE_DUTY = 0.5
LOWEST_FIELD = 0.5
"""T; below it the pump rates keep their value, since the expansion in the hyperfine over the Zeeman energy ends."""
_FINEST = 50.0
_FAR = 700.0
"""Exponents beyond it do not fit a float."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A value that changes linearly with time since the last event."""

    start: float
    rate: float = 0.0
    """Per second."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the sample feels between two events, in SI units."""

    field: Ramp
    """Magnetic flux density along z, T."""
    gate_voltage: Ramp
    photon_energy: Ramp
    """J."""
    power: float
    """Light power on the dot while the light is on, W."""
    duty: float
    """Fraction of the time for which the light is on (1 when it is not chopped)."""
    laser_linewidth: float = 0.0
    """Full width of the laser's line, J; it broadens the dot's line in quadrature and lowers it, area conserved."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the specimen did over a stretch of ticks, at the tick boundaries."""

    absorbed: NDArray[np.float64]
    """Fraction of the light that is missing behind the dot while the light is on, DT/T; shape (count + 1,)."""
    absorption: NDArray[np.float64]
    """w = W / W_peak."""
    polarization: NDArray[np.float64]


def line_energy(dot: QuantumDot, field: float, voltage: float) -> float:
    """Return the energy (J) of the dot's line without nuclear polarization at a field (T) and gate voltage (V)."""
    return _LineEnergy(dot)(field, voltage)


class _LineEnergy:
    """The line's energy as a function of field and gate voltage, in SI floats taken from the dot once."""

    def __init__(self, dot: QuantumDot) -> None:
        self._zero = dot.si("transition_energy")
        side = 0.5 if dot.zeeman_line == "blue" else -0.5
        self._zeeman = side * (abs(dot.si("electron_g_factor")) + abs(dot.si("hole_g_factor"))) * MU_B
        self._diamagnetic = dot.si("diamagnetic_shift")
        self._stark = dot.si("stark_shift")
        self._curvature = dot.si("stark_curvature")
        self._stark_zero = dot.si("stark_zero")

    def __call__(self, field: float, voltage: float) -> float:
        v = voltage - self._stark_zero
        return (self._zero + self._zeeman * abs(field) + self._diamagnetic * field * field
                + v * (self._stark + v * self._curvature))

    def array(self, field: NDArray[np.float64], voltage: NDArray[np.float64]) -> NDArray[np.float64]:
        v = voltage - self._stark_zero
        return np.asarray(self._zero + self._zeeman * np.abs(field) + self._diamagnetic * field * field
                          + v * (self._stark + v * self._curvature))

    def slope(self, room: Room) -> float:
        """Return how fast the bare detuning moves at the start of a room, J/s."""
        v = room.gate_voltage.start - self._stark_zero
        field = room.field.start
        sign = 1.0 if field >= 0 else -1.0
        return (room.gate_voltage.rate * (self._stark + 2.0 * v * self._curvature)
                + room.field.rate * (sign * self._zeeman + 2.0 * field * self._diamagnetic)
                - room.photon_energy.rate)


class Plateau:
    """The gate voltages between which a dot holds the charge whose line is probed."""

    def __init__(self, dot: QuantumDot) -> None:
        self.start, self.end = dot.si("plateau_start"), dot.si("plateau_end")
        self.edge = dot.si("plateau_edge")

    def occupation(self, voltage: float) -> float:
        """Return the share of the time for which the dot holds that charge at a gate voltage (V)."""
        below, above = (self.start - voltage) / self.edge, (voltage - self.end) / self.edge
        return 1.0 / ((1.0 + exp(min(below, _FAR))) * (1.0 + exp(min(above, _FAR))))

    def occupations(self, voltages: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `occupation` at each of some voltages."""
        below, above = (self.start - voltages) / self.edge, (voltages - self.end) / self.edge
        return np.asarray(1.0 / ((1.0 + np.exp(np.minimum(below, _FAR))) * (1.0 + np.exp(np.minimum(above, _FAR)))))


class DotSpecimen:
    """A dot with its nuclear polarization P.

    Parameters
    ----------
    dot : QuantumDot
        With ``fluctuations`` its nuclei flip one by one, else P follows eq. 13.
    seed : int
        Of the flips and of the wandering: same seed, same run, same flips.
    noise : bool
        Whether the line wanders, if the dot's switch is on.
    """

    _memory = ("_nuclei", "_drift", "wandered")

    def __init__(self, dot: QuantumDot, seed: int = 0, noise: bool = False) -> None:
        self.dot = dot
        self._nuclei: Nuclei = (FlippingNuclei(dot.nuclei, dot.saturation, seed) if dot.fluctuations else MeanNuclei())
        self.give_up: Callable[[], bool] = lambda: False
        """Asked during long computations; true ends them with `InterruptedError`."""
        self._energy = _LineEnergy(dot)
        self.plateau = Plateau(dot)
        self._drift = Drift("dot.charges", seed=seed, active=noise and dot.wandering)
        self._wandering = (np.array([dot.si("spectral_wandering")]), np.array([dot.si("wandering_time")]))
        self.wandered = 0.0
        """How far the line has wandered from the laser at the last tick boundary, J."""
        self._gamma = dot.si("linewidth") / HBAR
        # P > 0 lowers the blue line and raises the red one.
        self._shift = dot.si("overhauser_shift") / HBAR * (1.0 if dot.zeeman_line == "blue" else -1.0)
        self._alphas = (dot.si("alpha_roh"), abs(dot.si("alpha_oh")), dot.si("alpha_nc"))
        self._decay = dot.si("nuclear_decay_rate")
        self._half_range = dot.si("half_range_field")
        self._saturation_power = dot.si("saturation_power")
        self._contrast = dot.si("contrast")
        self._last_rates: tuple[tuple[float, ...], RateModel] | None = None

    @property
    def polarization(self) -> float:
        """The nuclear polarization P; of nuclei that flip, the nearest that N of them can have."""
        return self._nuclei.polarization

    @polarization.setter
    def polarization(self, value: float) -> None:
        self._nuclei.polarization = value

    def erase(self) -> None:
        """Return the nuclear spins to P = 0, with which measurements begin.

        Of nuclei that flip this is the state nearest to P = 0, not a draw from thermal equilibrium, whose variance is
        1/N: all scans begin alike.
        """
        self.polarization = 0.0

    def start_epoch(self, run: str) -> None:
        """Start the random streams of flips and wandering, if there are any, for the run named ``run``; P stays."""
        self._nuclei.start_epoch(run)
        self._drift.start_epoch(run)
        self.wandered = 0.0

    def saturation(self, power: float) -> float:
        """Return 2 (Omega / Gamma)^2 at a light power in W."""
        return power / self._saturation_power

    def rates(self, power: float, duty: float, field: float, occupation: float = 1.0,
              laser_linewidth: float = 0.0) -> RateModel:
        """Return the numbers of the rate model for light of ``power`` (W) and ``duty`` at a field in T.

        The alphas hold for light chopped with a duty of one half; other duties scale the pumping in proportion, and so
        does the ``occupation`` of the dot by the charge whose line is probed.

        The power-broadened line of width Gamma_p is folded with the laser's spectrum, gamma_L = ``laser_linewidth``
        (J) over hbar, whose area is conserved: the width becomes Gamma_b = sqrt(Gamma_p^2 + gamma_L^2), added in
        quadrature, and the peak of W is multiplied by Gamma_p / Gamma_b.
        """
        asked = (power, duty, field, occupation, laser_linewidth)
        if self._last_rates is not None and self._last_rates[0] == asked:
            return self._last_rates[1]
        ratio_squared = 0.5 * self.saturation(power)
        omega = self._gamma * sqrt(ratio_squared)
        narrow = two_level.broadened_width(omega, self._gamma)
        width = hypot(narrow, laser_linewidth / HBAR) if laser_linewidth else narrow
        peak = two_level.peak_rate(omega, self._gamma) * (narrow / width)
        roh, oh, nc = self._alphas
        decay = self._decay
        pump = duty / REFERENCE_DUTY * occupation
        if self.dot.light_induced_decay:
            decay *= (2.0 + ratio_squared * ratio_squared) / 3.0
        if self.dot.field_dependence:
            b = max(abs(field), LOWEST_FIELD)
            slow = (REFERENCE_FIELD / b) ** 2
            pump *= slow
            decay *= slow * (1.0 + self._half_range / b) / (1.0 + self._half_range / REFERENCE_FIELD)
        model = RateModel(self._shift, width, roh * peak * pump, oh * peak * peak * pump, nc * peak * pump, decay)
        self._last_rates = (asked, model)
        return model

    def _present_rates(self, room: Room, field: float, occupation: float = 1.0) -> RateModel:
        return self.rates(room.power, room.duty, field, occupation, room.laser_linewidth)

    def rates_in(self, room: Room) -> RateModel:
        """Return the numbers of the rate model at the start of a room."""
        return self._present_rates(room, room.field.start, self.plateau.occupation(room.gate_voltage.start))

    def _visible(self, room: Room) -> float:
        """Return DT/T on the line: the contrast, less what saturation and a broad laser (see `rates`) take away."""
        broadening = 1.0 + self.saturation(room.power)
        if not room.laser_linewidth:
            return self._contrast / broadening
        narrow = self._gamma * sqrt(broadening)
        return self._contrast / broadening * (narrow / hypot(narrow, room.laser_linewidth / HBAR))

    def longest_tick(self, room: Room) -> float:
        """Return the longest tick in s over which the line moves by a small part of its width only."""
        speed = abs(self._energy.slope(room)) / HBAR
        width = self._present_rates(room, room.field.start).gamma_p
        longest = width / (_FINEST * speed) if speed > 0.0 else inf
        sweep = abs(room.gate_voltage.rate)
        return min(longest, self.plateau.edge / (_FINEST * sweep)) if sweep > 0.0 else longest

    def detuning(self, room: Room, grid: TickGrid) -> NDArray[np.float64]:
        """Return the bare detuning x in rad/s at the tick boundaries."""
        v, e, b = room.gate_voltage, room.photon_energy, room.field
        if v.rate == 0.0 and e.rate == 0.0 and b.rate == 0.0:
            return np.full(grid.count + 1, (self._energy(b.start, v.start) - e.start) / HBAR)
        times = grid.since_event()
        if v.rate == 0.0 and b.rate == 0.0:  # the laser alone: the usual step of a scan
            return np.asarray((self._energy(b.start, v.start) - (e.start + e.rate * times)) / HBAR)
        lines = self._energy.array(b.start + b.rate * times, v.start + v.rate * times)
        return np.asarray((lines - (e.start + e.rate * times)) / HBAR)

    def evolve(self, room: Room, grid: TickGrid, laser_wander: NDArray[np.float64] | None = None) -> Response:
        """Let the ticks of ``grid`` pass and return what light did in them; keeps the new polarization.

        ``laser_wander`` is how far the laser's photons are from their nominal energy at the tick boundaries, J.
        """
        x = self.detuning(room, grid)
        if laser_wander is not None or self._drift.active:
            x += self._wander(grid, laser_wander)
        polarization = np.empty_like(x)
        absorption = np.empty_like(x)
        visible = self._visible(room)
        gate = room.gate_voltage
        if gate.rate == 0.0 and room.field.rate == 0.0:
            held = self.plateau.occupation(gate.start)
            self._nuclei.carry(x, grid.tick, self._present_rates(room, room.field.start, held), polarization,
                               absorption, self.give_up)
            if held != 1.0:
                absorption *= held
            return Response(visible * absorption, absorption, polarization)
        times = grid.since_event()
        middles = np.asarray((grid.first + np.arange(grid.count) + 0.5) * grid.tick, dtype=np.float64)
        held_then = self.plateau.occupations(gate.start + gate.rate * middles)
        if room.field.rate == 0.0 and (held_then == 1.0).all():
            self._nuclei.carry(x, grid.tick, self._present_rates(room, room.field.start), polarization, absorption,
                               self.give_up)
        else:  # the rates depend on the field and on the occupation: frozen at the middle of each tick
            for i in range(grid.count):
                model = self._present_rates(room, room.field.start + room.field.rate * float(middles[i]),
                                            float(held_then[i]))
                self._nuclei.carry(x[i:i + 2], grid.tick, model, polarization[i:i + 2], absorption[i:i + 2],
                                   self.give_up)
        absorption *= self.plateau.occupations(gate.start + gate.rate * times)
        return Response(visible * absorption, absorption, polarization)

    def _wander(self, grid: TickGrid, laser: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """Return in rad/s how far the line has wandered from the laser at the tick boundaries."""
        line = self._drift.pass_ticks(grid, *self._wandering) if self._drift.active else 0.0
        apart = line if laser is None else line - laser
        self.wandered = float(apart[-1])  # type: ignore[index]
        return np.asarray(apart / HBAR)

    def glance(self, room: Room, grid: TickGrid) -> Response:
        """Return the response at the first boundary of ``grid`` as if time stood still."""
        x = self.detuning(room, grid)[:1] + self.wandered / HBAR
        polarization = np.array([self.polarization])
        width = self._present_rates(room, room.field.start).gamma_p
        u = 2.0 * (x - self._shift * polarization) / width
        w = self.plateau.occupation(room.gate_voltage.start) / (1.0 + u * u)
        return Response(self._visible(room) * w, w, polarization)
