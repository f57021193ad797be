"""The knobs, sockets and displays of a lock-in amplifier: its data sheet."""

from __future__ import annotations

from math import atan2, hypot

from instruments.declaration import Setting, flag, reading, spoiling_flag
from instruments.instrument import Instrument
from instruments.lockin import auto
from instruments.lockin.auto_functions import AutoFunctions
from instruments.lockin.buffer import LONGEST, RATES
from instruments.lockin.input import (
    COUPLINGS,
    GROUNDS,
    HEADROOM,
    LINE_FILTERS,
    PREAMPLIFIER_RANGE,
    RESERVES,
    SOURCES,
    mixer_range,
)
from instruments.lockin.mixer import Complexes
from instruments.lockin.recorder import Recorder
from instruments.lockin.reference import HIGHEST, LOWEST
from instruments.lockin.reference_channel import ReferenceChannel
from instruments.probing import Probe
from instruments.sketch import Sketch
from instruments.wiring import Port

_ON_OFF = ("on", "off")


class LockInPanel(Instrument):
    """What can be set on a lock-in amplifier, plugged in and read off; what it does is the matter of `LockIn`."""

    title = "Lock-in amplifier"
    short = "Lock-in"
    ports = (Port("signal", "in", "voltage", "the signal"),
             Port("reference", "in", "voltage", "the external reference"),
             Port("oscillator", "out", "voltage", "the internal oscillator"))

    sketch = Sketch("lockin", "x", 4)
    probes = (Probe("reference", "Ref", "V", "The reference as the lock-in follows it, a cosine of 1 V.", True),
              Probe("input", "Input", "V", "What reaches the mixer: the signal with its noise, behind coupling and "
                    "notches.", True),
              Probe("mixer", "Mixer", "V", "The input times the detected oscillation; its mean is X.", True),
              Probe("output", "X", "V", "What the output filter makes of the mixer's product.", True))

    _state: Complexes
    """V; X + iY in the stages of the output filter."""
    _input_peak: float
    """V; what reaches the first amplifier."""
    _mixer_peak: float
    _clipped: bool
    """Whether a stage of the filter clips."""
    _reference: ReferenceChannel
    _recorder: Recorder
    _autos: AutoFunctions

    # -- what can be set ---------------------------------------------------------------------------------------

    time_constant = Setting("s", 1.0, limits=(10e-6, 30e3), group="Filter",
                            help="Set the time constant of the output filter.")
    slope = Setting(None, "6 dB/oct", choices=("6 dB/oct", "12 dB/oct", "18 dB/oct", "24 dB/oct"),
                    help="Choose the slope of the output filter.")
    synchronous_filter = Setting(None, "off", choices=_ON_OFF, help="Switch the mean over a period of the reference, "
                                 "which acts below 200 Hz.")
    phase = Setting("deg", 0.0, limits=(-360.0, 360.0), group="Reference",
                    help="Set the phase shift of the reference.")
    harmonic = Setting("", 1.0, choices=tuple(float(n) for n in range(1, 11)),
                       help="Choose the harmonic that is detected.")
    reference_source = Setting(None, "external", choices=("external", "internal"),
                               help="Choose the reference: the reference input or the internal oscillator.")
    internal_frequency = Setting("kHz", 1.0, limits=(LOWEST / 1e3, HIGHEST / 1e3),
                                 help="Set the internal oscillator's frequency.")
    oscillator_amplitude = Setting("V", 1.0, limits=(4e-3, 5.0),
                                   help="Set the voltage (rms) of the oscillator output.")
    sensitivity = Setting("uV", 100.0, limits=(1e-3, 1e6), group="Gain", help="Set the full scale of the outputs.")
    reserve = Setting(None, "normal", choices=RESERVES,
                      help="Choose how far the input may exceed full scale before the mixer overloads.")
    input_source = Setting(None, "A", choices=SOURCES, group="Input",
                           help="Choose the input: one connector, or the difference of two.")
    ground = Setting(None, "float", choices=GROUNDS, help="Choose what the shield of the input is tied to.")
    coupling = Setting(None, "DC", choices=COUPLINGS,
                       help="Choose the coupling: AC takes away what is slower than 0.16 Hz.")
    line_filter = Setting(None, "none", choices=LINE_FILTERS,
                          help="Choose the notches at the mains frequency and at its double.")
    line_frequency = Setting("Hz", 50.0, choices=(50.0, 60.0), help="Choose the mains frequency of the notches.")
    input_noise = Setting("nV/Hz^0.5", 5.0, limits=(0.0, 1e3), group="Noise",
                          help="Set the noise density of the input amplifier.")
    converter_noise = Setting("nV/Hz^0.5", 25.0, limits=(0.0, 1e3), help="Set the noise density of the converter, "
                              "referred to the input, at an input range of 1 V.")
    amplifier_noise = Setting(None, "on", choices=_ON_OFF, help="Switch the noise of input amplifier and converter.")
    x_offset = Setting("percent", 0.0, limits=(-105.0, 105.0), group="Analog outputs",
                       help="Set what is taken off the X output, in units of full scale.")
    y_offset = Setting("percent", 0.0, limits=(-105.0, 105.0),
                       help="Set what is taken off the Y output, in units of full scale.")
    expand = Setting("", 1.0, choices=(1.0, 10.0, 100.0), help="Choose the magnification of the X and Y outputs.")
    buffer_rate = Setting("Hz", 1.0, choices=RATES, group="Data buffer",
                          help="Choose how many samples a second are stored.")
    buffer_clock = Setting(None, "internal", choices=("internal", "trigger"),
                           help="Choose when a sample is stored: at the rate, or at each trigger.")
    buffer_mode = Setting(None, "shot", choices=("shot", "loop"),
                          help="Choose what happens when the buffer is full: it stops, or the oldest samples go.")
    buffer_length = Setting("", float(LONGEST), limits=(1.0, float(LONGEST)),
                            help="Set how many samples the buffer holds.")

    # -- what it shows -----------------------------------------------------------------------------------------

    @reading("V")
    def x(self) -> float:
        """Read the in-phase output X."""
        return self.read_x()

    @reading("V")
    def y(self) -> float:
        """Read the quadrature output Y."""
        return self.read_y()

    @reading("V")
    def r(self) -> float:
        """Read the magnitude R of X + iY."""
        return hypot(self.read_x(), self.read_y())

    @reading("deg")
    def theta(self) -> float:  # SI: radians
        """Read the phase of X + iY."""
        return atan2(self.read_y(), self.read_x())

    @reading("V")
    def x_output(self) -> float:
        """Read the voltage at the X output: 10 V at full scale, with offset and expand."""
        return self._analog(self.read_x(), "x_offset")

    @reading("V")
    def y_output(self) -> float:
        """Read the voltage at the Y output: 10 V at full scale, with offset and expand."""
        return self._analog(self.read_y(), "y_offset")

    @reading("Hz")
    def reference_frequency(self) -> float:
        """Read the frequency that is detected, the reference times the harmonic."""
        return self._reference.detected()

    @reading("V")
    def input_range(self) -> float:
        """Read the largest voltage (peak) that the input takes at this sensitivity and reserve."""
        return min(PREAMPLIFIER_RANGE, self._mixer_range())

    @reading("", whole=True)
    def buffer_points(self) -> float:
        """Read how many samples the buffer holds."""
        return float(len(self._recorder.buffer))

    @spoiling_flag
    def unlocked(self) -> bool:
        """Tell whether the reference is missing or not followed yet."""
        return self._reference.unlocked()

    @spoiling_flag
    def input_overload(self) -> bool:
        """Tell whether the input exceeds what the first amplifier or the mixer takes."""
        return self._input_peak > PREAMPLIFIER_RANGE or self._mixer_peak > self._mixer_range()

    @spoiling_flag
    def filter_overload(self) -> bool:
        """Tell whether a stage of the output filter exceeds 10 times the sensitivity."""
        return self._clipped

    @spoiling_flag
    def output_overload(self) -> bool:
        """Tell whether X or Y exceeds 1.09 times the sensitivity."""
        last = self._state[-1]
        return bool(max(abs(last.real), abs(last.imag)) > HEADROOM * float(self._values["sensitivity"]))

    @flag
    def busy(self) -> bool:
        """Tell whether an auto function is at work."""
        return bool(self._autos.function)

    @flag
    def buffer_running(self) -> bool:
        """Tell whether samples are being stored."""
        return self._recorder.buffer.running

    @flag
    def buffer_full(self) -> bool:
        """Tell whether the buffer is full."""
        return self._recorder.full

    def read_x(self) -> float:
        """Return X in volts rms as a plain float, clipped as it is shown."""
        limit = HEADROOM * float(self._values["sensitivity"])
        return min(limit, max(-limit, float(self._state[-1].real)))

    def read_y(self) -> float:
        """Return Y in volts rms as a plain float, clipped as it is shown."""
        limit = HEADROOM * float(self._values["sensitivity"])
        return min(limit, max(-limit, float(self._state[-1].imag)))

    @property
    def poles(self) -> int:
        """The number of stages of the output filter, 6 dB per octave each."""
        return self._state.size

    def settling(self) -> float:
        """Return how long a step takes to settle at the output, s."""
        return auto.SETTLING[self._state.size - 1] * float(self._values["time_constant"])

    def _mixer_range(self) -> float:
        return mixer_range(str(self._values["reserve"]), float(self._values["sensitivity"]))

    def _analog(self, value: float, offset: str) -> float:
        share = value / float(self._values["sensitivity"]) - float(self._values[offset])
        return 10.0 * min(HEADROOM, max(-HEADROOM, share * float(self._values["expand"])))
