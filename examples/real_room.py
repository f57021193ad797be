"""One experiment object in a real room and on a virtual bench: PyMeasure drivers wrapped into the roles.

Run it with ``python examples/real_room.py``; it needs PyMeasure (``pip install pymeasure``). There is no hardware here,
so the drivers' adapters answer from a virtual bench whose lab time follows the wall clock. In your room leave
``stand_in`` out, give the drivers their addresses (``SR830("GPIB::8")``), and keep the rest.
"""

import sys

from pymeasure.adapters import Adapter
from pymeasure.instruments.ami import AMI430
from pymeasure.instruments.keithley import Keithley2400
from pymeasure.instruments.srs import SR830

from instruments import dragging_bench
from vlab import Q_, run
from vlab.experiments import DwellTimeScan
from vlab.experiments.knobs import VACUUM_WAVELENGTH, Attribute, Constant, Function, Parameter
from vlab.experiments.real_room import RealRoom
from vlab.experiments.wrapped_device import StatusBits, WrappedDevice
from vlab.lab.clock import WallClock

LIGHT = 6.62607015e-34 * 299_792_458.0


def room_of(lockin, gate, magnet, laser, calibration):
    """Return the drivers of a room in the roles of a dragging experiment, as you would write it for yours."""

    def ramp_to(driver, field):
        driver.target_field = field
        driver.ramp()

    slopes = {f"{decibels} dB/oct": decibels for decibels in SR830.FILTER_SLOPES}
    return RealRoom([
        WrappedDevice("lockin", lockin, {
            "x": Attribute("x", "V", writable=False),
            "time_constant": Attribute("time_constant", "s", choices=tuple(SR830.TIME_CONSTANTS)),
            "slope": Attribute("filter_slope", words=slopes),
            "sensitivity": Attribute("sensitivity", "V", choices=tuple(SR830.SENSITIVITIES)),
        }, [StatusBits(Attribute("lia_status"), {1: "input_overload", 4: "output_overload", 8: "unlocked"})]),
        WrappedDevice("gate", gate, {
            "voltage": Attribute("source_voltage", "V", limits=(-1.0, 1.0), settle=2e-3, tolerance=2e-6),
            "output": Attribute("source_enabled", words={"on": True, "off": False}),
        }),
        WrappedDevice("magnet", magnet, {
            "field": Function(lambda driver: driver.target_field, ramp_to, "kgauss", limits=(-60.0, 60.0),
                              moving=lambda driver: driver.state == 1, poll=0.05),
            "field_actual": Attribute("field", "kgauss", writable=False),
        }),
        WrappedDevice("laser", laser, {
            "photon_energy": Parameter("wavelength", "nm", calibration=VACUUM_WAVELENGTH, limits=(900.0, 1000.0)),
            "power": Parameter("power", "nW", limits=(0.0, 1e3)),
            "shutter": Parameter("shutter", words={"open": 1, "closed": 0}),
        }),
        WrappedDevice("detector", None, {"gain": Constant(1e7, "V/A"), "responsivity": Constant(0.5, "A/W")}),
    ], calibration, safe={"laser.shutter": "closed"}, sample={"name": "wafer 7, dot 3"})


# -- what stands in for the hardware -----------------------------------------------------------------------------


class Wire(Adapter):
    """A cable to an instrument that stands on a virtual bench; lab time there follows the wall clock."""

    def __init__(self, bench, clock, respond):
        super().__init__()
        self._bench, self._clock, self._respond = bench, clock, respond
        self._answer = ""

    def _write(self, command, **_options):
        self._bench.clock.sleep_until(self._clock.now_ps)
        self._answer = self._respond(self._bench, command)

    def _read(self, **_options):
        answer, self._answer = self._answer, ""
        return answer


def sr830(bench, command):
    """Answer a command as the lock-in would."""
    lockin, word, rest = bench.lockin, command[:4], command[4:]
    if word == "OUTP":
        return f"{lockin.read('x' if rest == '?1' else 'y'):.6g}"
    if word == "LIAS":
        return str(1 * lockin.input_overload + 4 * lockin.output_overload + 8 * lockin.unlocked)
    setting, steps = {"OFLT": ("time_constant", SR830.TIME_CONSTANTS), "SENS": ("sensitivity", SR830.SENSITIVITIES),
                      "OFSL": ("slope", [f"{slope} dB/oct" for slope in SR830.FILTER_SLOPES])}[word]
    if rest != "?":
        lockin.write(setting, steps[int(rest)])
    here = lockin.read(setting)
    return str(min(range(len(steps)), key=lambda i: steps[i] != here if setting == "slope" else abs(steps[i] - here)))


def keithley(bench, command):
    """Answer a command as the gate source would."""
    word, _, value = command.partition(" ")
    if word.startswith("OUTPUT"):
        if value:
            bench.gate.write("output", "on" if value == "1" else "off")
        return str(int(bench.gate.read("output") == "on"))
    if word.startswith(":SOURCE:VOLTAGE"):
        if value:
            bench.gate.write("voltage", float(value))
        return f"{bench.gate.read('voltage'):.6g}"
    return ""


def ami430(bench, command):
    """Answer a command as the magnet's supply would; it ramps when it is told to."""
    word, _, value = command.partition(" ")
    if word == "CONF:FIELD:TARG":
        bench.wanted_field = float(value) * 0.1
    if word == "RAMP":
        bench.magnet.write("field", getattr(bench, "wanted_field", bench.magnet.read("field")))
    return {"FIELD:TARG?": f"{bench.magnet.read('field') * 10:.6g}", "STATE?": "1" if bench.magnet.ramping else "2",
            "FIELD:MAG?": f"{bench.magnet.read('field_actual') * 10:.6g}"}.get(word, "")


class TunableLaser:
    """A driver in the manner of QCoDeS: a call without argument reads, one with an argument sets."""

    def __init__(self, bench, clock):
        self._bench, self._clock = bench, clock

    def _parameter(self, name, value, to_bench=float, from_bench=float):
        self._bench.clock.sleep_until(self._clock.now_ps)
        if value is not None:
            self._bench.laser.write(name, to_bench(value))
        return from_bench(self._bench.laser.read(name))

    def wavelength(self, nanometres=None):
        """Set or read the vacuum wavelength in nm."""
        return self._parameter("photon_energy", nanometres, lambda nm: LIGHT / (nm * 1e-9), lambda e: LIGHT / e * 1e9)

    def power(self, nanowatts=None):
        """Set or read the power in nW."""
        return self._parameter("power", nanowatts, lambda nw: nw * 1e-9, lambda watts: watts * 1e9)

    def shutter(self, opened=None):
        """Open (1) or close (0) the shutter, or read it."""
        return self._parameter("shutter", opened, lambda one: "open" if one else "closed", lambda word: word == "open")


def stand_in(bench):
    """Return real PyMeasure drivers, and a laser, whose cables end at a virtual bench."""
    clock = WallClock()
    lockin, gate, magnet = (driver(Wire(bench, clock, respond), name=name) for driver, respond, name in (
        (SR830, sr830, "lock-in"), (Keithley2400, keithley, "source"), (AMI430, ami430, "magnet")))
    return lockin, gate, magnet, TunableLaser(bench, clock)


if __name__ == "__main__":
    check = "--check" in sys.argv
    experiment = DwellTimeScan(start=Q_(4, "ueV"), stop=Q_(-4, "ueV"), step=Q_(2 if check else 0.4, "ueV"),
                               dwell=Q_(0.1, "s"), time_constant=Q_(0.03, "s"))
    there = dragging_bench(seed=1)
    room = room_of(*stand_in(there), there.calibration)
    for setup in (room, dragging_bench(seed=1)):
        data = run(experiment, setup, save=False)
        print(type(setup).__name__, data.attrs["sample"], data["dt_normalized"].values.round(2))
