"""The knobs and sockets of a lock-in amplifier: its data sheet."""

from __future__ import annotations

from instruments.declaration import Setting
from instruments.instrument import Instrument
from instruments.lockin.buffer import LONGEST, RATES
from instruments.lockin.input import COUPLINGS, GROUNDS, LINE_FILTERS, RESERVES, SOURCES
from instruments.lockin.reference import HIGHEST, LOWEST
from instruments.probing import Probe
from instruments.sketch import Sketch
from instruments.wiring import Port

_ON_OFF = ("on", "off")


class LockInPanel(Instrument):
    """What can be set on a lock-in amplifier, and what can be plugged in; what it does is the matter of `LockIn`."""

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
