"""A two-phase lock-in amplifier."""

from __future__ import annotations

from math import atan2, cos, hypot, sin, sqrt

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, action, flag, reading
from instruments.instrument import Instrument
from vlab.lab.cable import Reference, Signal
from vlab.lab.noise import NoiseStream
from vlab.physics import lowpass

_SQRT2 = sqrt(2.0)
Floats: TypeAlias = NDArray[np.float64]
Complexes: TypeAlias = NDArray[np.complex128]


@lru_cache(maxsize=64)
def mixing_plan(lines: tuple[tuple[float, complex, int], ...], detected: float,
                phase: float) -> tuple[Floats, Complexes, Complexes]:
    """Return where lines fall behind a mixer, and with which weights.

    sqrt2 exp(-i(wr t + phi)) times Re[E exp(i w t)] leaves E / sqrt2 at w - wr and its conjugate at -w - wr.

    Parameters
    ----------
    lines : tuple of (frequency, amplitude, envelope number)
    detected : float
        The frequency wr / 2 pi in Hz.
    phase : float
        phi in rad.

    Returns
    -------
    shifts : ndarray, shape (c,)
        Frequencies behind the mixer in Hz, without zero; opposite ones side by side, since they share phases.
    straight, mirrored : ndarray, shape (1 + c, envelopes)
        Weight of each envelope and of its conjugate at shift zero (first row) and at the others.
    """
    turn = complex(cos(phase), -sin(phase)) / _SQRT2
    shifts = sorted({s for f, _, _ in lines for s in (f - detected, -f - detected)} - {0.0}, key=abs)
    rows = {0.0: 0} | {shift: row + 1 for row, shift in enumerate(shifts)}
    envelopes = 1 + max((number for _, _, number in lines), default=-1)
    straight = np.zeros((1 + len(shifts), envelopes), dtype=np.complex128)
    mirrored = straight.copy()
    for frequency, amplitude, number in lines:
        straight[rows[frequency - detected], number] += amplitude * turn
        mirrored[rows[-frequency - detected], number] += amplitude.conjugate() * turn
    return np.array(shifts), straight, mirrored


class LockIn(Instrument):
    """A two-phase lock-in: X + iY = E exp(-i phi) / sqrt 2 for a line Re[E exp(i w t)] at the reference, low-passed.

    Readings are volts rms. The filter is integrated exactly over each tick, with the double-frequency part and with
    what other lines and the direct voltage leave behind the mixer.
    """

    title = "Lock-in amplifier"

    time_constant = Setting("s", 1.0, limits=(10e-6, 30e3), help="Set the time constant of the output filter.")
    slope = Setting(None, "6 dB/oct", choices=("6 dB/oct", "12 dB/oct", "18 dB/oct", "24 dB/oct"),
                    help="Choose the slope of the output filter.")
    phase = Setting("deg", 0.0, limits=(-360.0, 360.0), help="Set the phase shift of the reference.")
    harmonic = Setting("", 1.0, choices=(1.0, 2.0, 3.0, 4.0, 5.0), help="Choose the harmonic that is detected.")
    reference_source = Setting(None, "external", choices=("external", "internal"),
                               help="Choose the reference: the reference input or the internal oscillator.")
    internal_frequency = Setting("kHz", 50.0, limits=(1e-6, 100.0), help="Set the internal oscillator's frequency.")
    sensitivity = Setting("uV", 100.0, limits=(1e-3, 1e6), help="Set the full scale of the outputs.")
    input_noise = Setting("nV/Hz^0.5", 5.0, limits=(0.0, 1e3), help="Set the noise density of the input amplifier.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._noise = NoiseStream(f"{name}.input", seed, noise)
        self._state = np.zeros(1, dtype=np.complex128)
        self._reference: Reference | None = None
        self._peak = 0.0

    @reading("V")
    def x(self) -> float:
        """Read the in-phase output X."""
        return float(self._state[-1].real)

    @reading("V")
    def y(self) -> float:
        """Read the quadrature output Y."""
        return float(self._state[-1].imag)

    @reading("V")
    def r(self) -> float:
        """Read the magnitude R of X + iY."""
        return hypot(self.read_x(), self.read_y())

    @reading("deg")
    def theta(self) -> float:  # SI: radians
        """Read the phase of X + iY."""
        return atan2(self.read_y(), self.read_x())

    @reading("Hz")
    def reference_frequency(self) -> float:
        """Read the frequency that is detected, the reference times the harmonic."""
        reference = self._present_reference()
        return 0.0 if reference is None else reference.frequency * float(self._values["harmonic"])

    @flag
    def unlocked(self) -> bool:
        """Tell whether the external reference is missing."""
        return self._present_reference() is None

    @flag
    def input_overload(self) -> bool:
        """Tell whether the total input exceeds 1 V peak."""
        return self._peak > 1.0

    @flag
    def output_overload(self) -> bool:
        """Tell whether an output exceeds 1.09 times the sensitivity."""
        return max(abs(self.read_x()), abs(self.read_y())) > 1.09 * float(self._values["sensitivity"])

    @action
    def auto_phase(self) -> None:
        """Set the phase so that the present signal is all in X."""
        phase = float(self._values["phase"]) + atan2(self.read_y(), self.read_x())
        turn = 2.0 * np.pi
        self._values["phase"] = (phase + np.pi) % turn - np.pi
        self._state = np.abs(self._state[-1]) * np.ones_like(self._state)

    def read_x(self) -> float:
        """Return X in volts rms as a plain float."""
        return float(self._state[-1].real)

    def read_y(self) -> float:
        """Return Y in volts rms as a plain float."""
        return float(self._state[-1].imag)

    def start_epoch(self, key: str) -> None:
        self._noise.start_epoch(key)

    def connect_reference(self, reference: Reference | None) -> None:
        """Take what the reference input carries now (None: no cable or no signal)."""
        self._reference = reference

    def receive(self, signal: Signal) -> None:
        """Filter the stretch of ticks that ``signal`` covers."""
        self._peak = signal.peak()
        reference = self._present_reference()
        grid = signal.grid
        tau, poles = float(self._values["time_constant"]), self._state.size
        normals = self._noise.normal(grid.count, 2, poles) if self._noise.active else None
        if reference is None:
            direct = np.zeros(grid.count + 1, dtype=np.complex128)
            shifts, components, density = np.zeros(0), np.zeros((0, grid.count + 1), dtype=np.complex128), 0.0
        else:
            direct, shifts, components = self._mix(signal, reference.frequency)
            density = self._total_density(signal)
        self._state = lowpass.advance(self._state, direct, shifts, components, grid.boundaries_ps(), tau, normals,
                                      density)

    def settle(self, signal: Signal) -> None:
        """Bring the filter to where ``signal``, held as it is at its first boundary, would bring it."""
        self._peak = signal.peak()
        reference = self._present_reference()
        poles, tau = self._state.size, float(self._values["time_constant"])
        if reference is None:
            self._state = np.zeros(poles, dtype=np.complex128)
            return
        direct, shifts, components = self._mix(signal, reference.frequency)
        time = int(signal.grid.boundaries_ps()[0])
        self._state = lowpass.settled(complex(direct[0]), shifts, components[:, 0], time, tau, poles)
        if self._noise.active:
            normals = self._noise.normal(2, poles)
            self._state = self._state + lowpass.settled_noise(normals, self._total_density(signal), tau)

    def _present_reference(self) -> Reference | None:
        if self._values["reference_source"] == "internal":
            return Reference(float(self._values["internal_frequency"]))
        return self._reference

    def _total_density(self, signal: Signal) -> float:
        return signal.density + float(self._values["input_noise"]) ** 2

    def _mix(self, signal: Signal, frequency: float) -> tuple[Complexes, Floats, Complexes]:
        # Components behind the mixer: their envelopes times fixed weights, summed where they fall on the same shift.
        envelopes: list[Floats | Complexes] = []
        numbers: dict[int, int] = {}
        for line in signal.lines:
            if id(line.envelope) not in numbers:
                numbers[id(line.envelope)] = len(numbers)
                envelopes.append(line.envelope)
        lines = tuple((line.frequency, line.amplitude, numbers[id(line.envelope)]) for line in signal.lines)
        shifts, straight, mirrored = mixing_plan(lines, frequency * float(self._values["harmonic"]),
                                                 float(self._values["phase"]))
        mixed = np.zeros((1, signal.grid.count + 1), dtype=np.complex128)
        for number, envelope in enumerate(envelopes):
            if np.iscomplexobj(envelope):
                part = np.multiply.outer(straight[:, number], envelope)
                part += np.multiply.outer(mirrored[:, number], envelope.conj())
            else:
                part = np.multiply.outer(straight[:, number] + mirrored[:, number], envelope)
            mixed = part if number == 0 else mixed + part
        return mixed[0], shifts, mixed[1:]

    def _changed(self, setting: Setting) -> None:
        if setting.name == "slope":
            poles = setting.choices.index(self._values["slope"]) + 1
            if poles != self._state.size:  # new stages start where the old output was
                self._state = np.full(poles, self._state[-1])

    def problems(self) -> list[str]:
        found = []
        if self._present_reference() is None:
            found.append(f"{self.name}: it has no reference; start the chopper and connect its reference output, or "
                         f"set {self.name}.reference_source to 'internal'.")
        elif self._values["reference_source"] == "internal" and self._reference is not None and (
                self._reference.frequency != self._values["internal_frequency"]):
            found.append(f"{self.name}: the internal oscillator is not at the chopper's frequency, so the signal "
                         "averages out; use the external reference.")
        if self._peak > 1.0:
            found.append(f"{self.name}: the input is overloaded ({self._peak:.3g} V peak, 1 V allowed); lower the "
                         "detector's gain.")
        elif self._peak > 0.0 and self._values["sensitivity"] < self._peak / 1e5:
            found.append(f"{self.name}: the sensitivity is far too fine for this signal; raise "
                         f"{self.name}.sensitivity.")
        if max(abs(self.read_x()), abs(self.read_y())) > 1.09 * float(self._values["sensitivity"]):
            found.append(f"{self.name}: an output is overloaded; raise {self.name}.sensitivity.")
        return found
