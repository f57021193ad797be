"""A two-phase lock-in amplifier."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import atan2, cos, hypot, sin, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from instruments.declaration import Setting, action, flag, reading
from instruments.instrument import Instrument
from instruments.wiring import Port
from vlab.lab.cable import Reference, Signal
from vlab.lab.noise import NoiseStream
from vlab.physics import lowpass

_SQRT2 = sqrt(2.0)
Floats: TypeAlias = NDArray[np.float64]
Complexes: TypeAlias = NDArray[np.complex128]


@lru_cache(maxsize=64)
def mixing_plan(lines: tuple[tuple[float, complex, int, bool], ...], detected: float,
                phase: float) -> tuple[Floats, Complexes]:
    """Return where lines fall behind a mixer, and with which weights.

    sqrt2 exp(-i(wr t + phi)) times Re[E exp(i w t)] leaves E / sqrt2 at w - wr and its conjugate at -w - wr.

    Parameters
    ----------
    lines : tuple of (frequency, amplitude, envelope number, complex)
        A complex envelope counts as two real ones, its imaginary part following its real part.
    detected : float
        The frequency wr / 2 pi in Hz.
    phase : float
        phi in rad.

    Returns
    -------
    shifts : ndarray, shape (c,)
        Frequencies behind the mixer in Hz, without zero; opposite ones side by side, since they share phases.
    weights : ndarray, shape (1 + c, e)
        Weight of each real envelope at shift zero (first row) and at the others.
    """
    turn = complex(cos(phase), -sin(phase)) / _SQRT2
    shifts = sorted({s for f, *_ in lines for s in (f - detected, -f - detected)} - {0.0}, key=abs)
    rows = {0.0: 0} | {shift: row + 1 for row, shift in enumerate(shifts)}
    width = max((number + 1 + twofold for _, _, number, twofold in lines), default=1)
    weights = np.zeros((1 + len(shifts), width), dtype=np.complex128)
    for frequency, amplitude, number, twofold in lines:
        direct, mirrored = amplitude * turn, amplitude.conjugate() * turn
        weights[rows[frequency - detected], number] += direct
        weights[rows[-frequency - detected], number] += mirrored
        if twofold:
            weights[rows[frequency - detected], number + 1] += 1j * direct
            weights[rows[-frequency - detected], number + 1] -= 1j * mirrored
    return np.array(shifts), weights


class LockIn(Instrument):
    """A two-phase lock-in: X + iY = E exp(-i phi) / sqrt 2 for a line Re[E exp(i w t)] at the reference, low-passed.

    Readings are volts rms. The filter is integrated exactly over each tick, with the double-frequency part and with
    what other lines and the direct voltage leave behind the mixer.
    """

    title = "Lock-in amplifier"
    short = "Lock-in"
    ports = (Port("signal", "in", "voltage", "the signal"),
             Port("reference", "in", "voltage", "the external reference"))

    time_constant = Setting("s", 1.0, limits=(10e-6, 30e3), help="Set the time constant of the output filter.")
    slope = Setting(None, "6 dB/oct", choices=("6 dB/oct", "12 dB/oct", "18 dB/oct", "24 dB/oct"),
                    help="Choose the slope of the output filter.")
    phase = Setting("deg", 0.0, limits=(-360.0, 360.0), help="Set the phase shift of the reference.")
    harmonic = Setting("", 1.0, choices=(1.0, 2.0, 3.0, 4.0, 5.0), help="Choose the harmonic that is detected.")
    reference_source = Setting(None, "external", choices=("external", "internal"),
                               help="Choose the reference: the reference input or the internal oscillator.")
    internal_frequency = Setting("kHz", 1.0, limits=(1e-6, 100.0), help="Set the internal oscillator's frequency.")
    sensitivity = Setting("uV", 100.0, limits=(1e-3, 1e6), help="Set the full scale of the outputs.")
    input_noise = Setting("nV/Hz^0.5", 5.0, limits=(0.0, 1e3), help="Set the noise density of the input amplifier.")

    def __init__(self, name: str, seed: int = 0, noise: bool = True) -> None:
        super().__init__(name)
        self._noise = NoiseStream(f"{name}.input", seed, noise)
        self._state = np.zeros(1, dtype=np.complex128)
        self._reference_input: Callable[[], Reference | None] = _no_reference
        self._signal: Signal | None = None

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
        return self._peak() > 1.0

    @flag
    def output_overload(self) -> bool:
        """Tell whether an output exceeds 1.09 times the sensitivity."""
        return max(abs(self.read_x()), abs(self.read_y())) > 1.09 * float(self._values["sensitivity"])

    @action
    def auto_phase(self) -> None:
        """Set the phase so that the present signal is all in X."""
        phase = float(self._values["phase"]) + atan2(self.read_y(), self.read_x())
        turn = 2.0 * np.pi
        self.write("phase", (phase + np.pi) % turn - np.pi)  # as if by hand: told and journalled
        self._state = np.abs(self._state[-1]) * np.ones_like(self._state)

    def read_x(self) -> float:
        """Return X in volts rms as a plain float."""
        return float(self._state[-1].real)

    def read_y(self) -> float:
        """Return Y in volts rms as a plain float."""
        return float(self._state[-1].imag)

    @property
    def poles(self) -> int:
        """The number of stages of the output filter, 6 dB per octave each."""
        return self._state.size

    def start_epoch(self, key: str) -> None:
        self._noise.start_epoch(key)

    def connect_reference(self, output: Callable[[], Reference | None] | None) -> None:
        """Join the reference input to an output, which tells what it carries; None pulls the cable out."""
        self._reference_input = output or _no_reference

    def receive(self, signal: Signal) -> None:
        """Filter the stretch of ticks that ``signal`` covers."""
        self._signal = signal
        grid = signal.grid
        reference = self._present_reference()
        normals = self._noise.normal(grid.count, 2, self._state.size) if self._noise.active else None
        if reference is None:
            signal, reference, normals = Signal(grid), Reference(0.0), None
        shifts, weights, envelopes = self._mix(signal, reference.frequency)
        self._state = lowpass.advance(self._state, shifts, weights, envelopes, grid.start_ps, grid.tick_ps,
                                      float(self._values["time_constant"]), normals, self._total_density(signal))

    def settle(self, signal: Signal) -> None:
        """Bring the filter to where ``signal``, held as it is at its first boundary, would bring it."""
        self._signal = signal
        reference = self._present_reference()
        poles, tau = self._state.size, float(self._values["time_constant"])
        if reference is None:
            self._state = np.zeros(poles, dtype=np.complex128)
            return
        shifts, weights, envelopes = self._mix(signal, reference.frequency)
        self._state = lowpass.settled(shifts, weights @ envelopes[:, 0], signal.grid.start_ps, tau, poles)
        if self._noise.active:
            normals = self._noise.normal(2, poles)
            self._state = self._state + lowpass.settled_noise(normals, self._total_density(signal), tau)

    def _peak(self) -> float:
        return 0.0 if self._signal is None else self._signal.peak()

    def _present_reference(self) -> Reference | None:
        if self._values["reference_source"] == "internal":
            return Reference(float(self._values["internal_frequency"]))
        return self._reference_input()

    def _total_density(self, signal: Signal) -> float:
        return signal.density + float(self._values["input_noise"]) ** 2

    def _mix(self, signal: Signal, frequency: float) -> tuple[Floats, Complexes, Floats]:
        """Return shifts, weights and real envelopes of what stands behind the mixer, for `lowpass.advance`."""
        envelopes: list[Floats] = []
        numbers: dict[int, tuple[int, bool]] = {}
        lines = []
        for line in signal.lines:
            envelope = line.envelope
            number = numbers.get(id(envelope))
            if number is None:
                twofold = envelope.dtype.kind == "c"
                number = numbers[id(envelope)] = (len(envelopes), twofold)
                envelopes.append(envelope.real)
                if twofold:
                    envelopes.append(envelope.imag)
            lines.append((line.frequency, line.amplitude, *number))
        shifts, weights = mixing_plan(tuple(lines), frequency * float(self._values["harmonic"]),
                                      float(self._values["phase"]))
        if len(envelopes) == 1:
            return shifts, weights, envelopes[0][np.newaxis]
        return shifts, weights, np.array(envelopes) if envelopes else np.zeros((1, signal.grid.count + 1))

    def _changed(self, setting: Setting) -> None:
        if setting.name == "slope":
            poles = setting.choices.index(self._values["slope"]) + 1
            if poles != self._state.size:  # new stages start where the old output was
                self._state = np.full(poles, self._state[-1])

    def problems(self) -> list[str]:
        found = []
        peak = self._peak()
        if self._present_reference() is None:
            found.append(f"{self.name}: it has no reference; start the chopper or modulator and connect its reference "
                         f"output, or set {self.name}.reference_source to 'internal'.")
        elif self._values["reference_source"] == "internal" and (
                (offered := self._reference_input()) is not None
                and offered.frequency != self._values["internal_frequency"]):
            found.append(f"{self.name}: the internal oscillator is not at the frequency of the reference input, so the "
                         "signal averages out; use the external reference.")
        if peak > 1.0:
            found.append(f"{self.name}: the input is overloaded ({peak:.3g} V peak, 1 V allowed); lower the "
                         "detector's gain.")
        elif peak > 0.0 and float(self._values["sensitivity"]) < peak / 1e5:
            found.append(f"{self.name}: the sensitivity is far too fine for this signal; raise "
                         f"{self.name}.sensitivity.")
        if max(abs(self.read_x()), abs(self.read_y())) > 1.09 * float(self._values["sensitivity"]):
            found.append(f"{self.name}: an output is overloaded; raise {self.name}.sensitivity.")
        return found


def _no_reference() -> None:
    """Nothing is connected to the reference input."""
