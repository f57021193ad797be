"""The bench of nuclear-spin dragging: how light, sample, detector and lock-in hand on to each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from instruments.bench import Bench
from instruments.detection.photodetector import Photodetector
from instruments.distribution_view import hidden_chain
from instruments.environment.gate import GateSource
from instruments.environment.magnet import Magnet
from instruments.lockin import LockIn
from instruments.logic import constant_voltage, logic_signal
from instruments.optics.chopper import Chopper
from instruments.optics.laser import Laser
from instruments.optics.light import Light
from instruments.optics.power_meter import PowerMeter
from instruments.optics.wavemeter import HC, Wavemeter
from instruments.probing import Wave, cable_density
from instruments.rate_view import hidden_rates
from instruments.wiring import Link
from vlab.experiments.calibration import LineCalibration
from vlab.lab.cable import Line, Signal, TickGrid
from vlab.physics.bistability import RateModel
from vlab.readout import readout
from vlab.samples.quantum_dot import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen, Ramp, Response, Room
from vlab.units import Q_, Quantity

LINKS = (
    Link("laser.monitor", "wavemeter.beam", "light"),
    Link("laser.beam", "chopper.beam", "light"),
    Link("chopper.beam", "power_meter.beam", "light"),
    Link("chopper.beam", "sample.light", "light"),
    Link("sample.light", "detector.beam", "light"),
    Link("detector.output", "lockin.signal"),
    Link("chopper.reference", "lockin.reference"),
    Link("gate.output", "sample.gate"),
)

_HELD = 0.99
"""Occupation by the right charge above which nobody is told."""


class DraggingBench(Bench):
    """Laser, chopper, gate source, magnet, balanced detector and lock-in around one quantum dot.

    Made by `instruments.dragging_bench`.
    """

    title = "Nuclear-spin dragging"
    kind = "dragging"

    laser: Laser
    wavemeter: Wavemeter
    chopper: Chopper
    power_meter: PowerMeter
    gate: GateSource
    magnet: Magnet
    detector: Photodetector
    lockin: LockIn

    _memory = ("calibration", "_specimen", "_room", "_light")

    def __init__(self, dot: QuantumDot, calibration: LineCalibration, *, seed: int, noise: bool) -> None:
        instruments = {
            "laser": Laser("laser", seed, noise),
            "wavemeter": Wavemeter("wavemeter", seed, noise),
            "chopper": Chopper("chopper"),
            "power_meter": PowerMeter("power_meter", seed, noise),
            "gate": GateSource("gate", seed, noise),
            "magnet": Magnet("magnet"),
            "detector": Photodetector("detector", seed, noise),
            "lockin": LockIn("lockin", seed, noise),
        }
        self.dot = dot
        self.calibration = calibration
        self._specimen = DotSpecimen(dot, seed, noise)
        self._specimen.give_up = lambda: self.give_up()
        self._room = Room(Ramp(0.0), Ramp(0.0), Ramp(0.0), 0.0, 1.0)
        self._light = Light(0.0)
        self._response: Response | None = None
        self._detected = Signal(TickGrid(0, 1, 0, 0))
        super().__init__(instruments, LINKS, seed=seed, noise=noise)
        self.laser.watch_with(self.wavemeter)
        self.reset()

    @property
    def polarization(self) -> Quantity:
        """The nuclear polarization P, which no instrument shows."""
        return Q_(self._specimen.polarization, "")

    def sample_record(self) -> dict[str, object]:
        """Return the sample's parameters for the files."""
        return {"kind": type(self.dot).__name__, **self.dot.as_record()}

    def sample_words(self) -> tuple[str, ...]:
        """Return the rate model, and whether nuclei flip one by one."""
        return (self.dot.model, "fluctuating") if self.dot.fluctuations else (self.dot.model,)

    def rate_model(self) -> RateModel:
        """Return the rates of the dot's model at the present light and field."""
        return self._specimen.rates_in(self._present_room())

    def hidden(self) -> dict[str, float]:
        """Return the nuclear polarization, where it makes the line stand, and the rates that it changes with."""
        here = TickGrid(self.clock.now_ps, 1, 0, 0, self._epoch_ps)
        specimen, room = self._specimen, self._present_room()
        x = float(specimen.detuning(room, here)[0]) + specimen.wandered / HBAR
        found = hidden_rates(specimen.rates_in(room), specimen.polarization, x)
        found["absorption"] *= specimen.plateau.occupation(room.gate_voltage.start)
        dot = self.dot
        return {**found, **hidden_chain(dot.nuclei, dot.fluctuations, dot.saturation), "light_power": room.power,
                "field": room.field.start}

    def check(self) -> list[str]:
        """Return in sentences what is wrong on the bench and what to do; empty when all is well."""
        found = super().check()
        if outside := self._off_the_plateau():
            found.append(f"sample: {outside}")
        return found

    def _off_the_plateau(self) -> str:
        """Return in a sentence that the dot holds another charge than the one that is probed; "" when it does not."""
        volts, plateau = self._gate_voltage().start, self._specimen.plateau
        held = plateau.occupation(volts)
        if held > _HELD:
            return ""
        where, line = "outside", "the dot holds another charge and the line is gone"
        if held > 1.0 - _HELD:
            where, line = "at the edge of", f"another charge comes and goes and the line is weakened to {held:.2g}"
        return (f"the gate is at {readout(volts, 'V', 3)}, {where} the charging plateau from "
                f"{readout(plateau.start, 'V', 3)} to {readout(plateau.end, 'V', 3)}: {line}; bring the gate's "
                "voltage between the two (gate.voltage).")

    def path(self) -> list[str]:
        """Return the way of the light in words."""
        laser, chopper, gate, lockin = self.laser.read, self.chopper.read, self.gate.read, self.lockin.read
        light = f"{readout(laser('power'), 'nW', 3)} at {readout(laser('photon_energy_actual'), 'eV', 8)}"
        chopped = f"at {readout(chopper('frequency'), 'kHz', 3)}" if chopper("state") == "running" else "stopped"
        voltage = readout(gate("voltage_actual"), "V", 5) if gate("output") == "on" else "output off"
        return [
            f"Laser: {light}, shutter {laser('shutter')}",
            f"Chopper: {chopped}",
            f"Quantum dot: {readout(self.magnet.read('field_actual'), 'T', 4)}, gate {voltage}"
            + (", off its charging plateau" if self._off_the_plateau() else ""),
            f"Balanced detector: {readout(self.detector.read('gain'), 'V/A', 3)}",
            f"Lock-in: X = {readout(lockin('x'), 'V', 4)}" + (", no reference" if self.lockin.unlocked else ""),
        ]

    def erase_polarization(self) -> None:
        """Return the nuclear spins to thermal equilibrium, P = 0."""
        self.close_tick()
        self._specimen.erase()

    def _to_reference(self) -> None:
        """Reference conditions: 4.5 T, Omega = Gamma, laser on the line, chopper running."""
        field, voltage = self.magnet.read("field"), self.gate.read("voltage")
        self.laser.jump("power", 2.0 * self.calibration.saturation_power)
        energy = self.calibration.line_energy(float(field), float(voltage))
        self.laser.jump("photon_energy", energy)
        self.power_meter.jump("wavelength", HC / energy)

    def _open_room(self) -> float:
        self._room = self._present_room()
        return self._specimen.longest_tick(self._room)

    def _present_room(self) -> Room:
        laser, magnet = self.laser, self.magnet
        light = self._light = self.chopper.chop(*laser.output())
        return Room(Ramp(*magnet.motion("field")), self._gate_voltage(), Ramp(*laser.emission()), light.power,
                    light.mean, float(laser.read("linewidth")))

    def _compute(self, grid: TickGrid) -> None:
        laser = self.laser
        wander, deviation = laser.wander(grid), laser.power_deviation(grid)
        self._response = self._specimen.evolve(self._room, grid, wander)
        self.lockin.receive(self._to_lockin(self._response, grid, deviation))
        energy, light = self._room.photon_energy, self._light
        self.wavemeter.observe(grid, energy.start, energy.rate, wander)
        self.power_meter.observe(grid, light.power * light.mean, HC / energy.start, light.intensity_noise,
                                 light.intensity_flicker, deviation)

    def _to_lockin(self, response: Response, grid: TickGrid, deviation: NDArray[np.float64] | None = None) -> Signal:
        detected = self.detector.detect(self._light, response.absorbed, grid, deviation)
        self._detected = detected
        return self._signal_from(self.wiring.source_of("lockin.signal"), grid)

    def _signal_from(self, source: str | None, grid: TickGrid) -> Signal:
        """Return what an output puts on a cable; silence without one."""
        if source == "detector.output":
            return self._detected
        if source == "lockin.oscillator":
            return self.lockin.oscillator_signal(grid)
        if source == "gate.output":
            return constant_voltage(self._voltage_out().start, grid)
        return logic_signal(self.chopper.reference() if source == "chopper.reference" else None, grid)

    def _voltage_out(self) -> Ramp:
        """Return the voltage at the terminals of the gate source."""
        return Ramp(*self.gate.terminal())

    def _gate_voltage(self) -> Ramp:
        """Return what the gate feels: the dot follows no carrier, so of a wrong cable the mean voltage counts."""
        source = self.wiring.source_of("sample.gate")
        if source == "gate.output":
            return self._voltage_out()
        if source == "detector.output":
            return Ramp(0.0)  # 50 ohm of a balanced detector: millivolts
        return Ramp(self._signal_from(source, TickGrid(0, 1, 0, 0)).mean())

    def waves(self, highest: float) -> dict[str, Wave]:
        light, one = self._light, np.ones(1)
        lines = ((0.0, complex(light.mean)), *light.lines, *self.chopper.overtones(highest))
        detected = self._detected
        return {"chopper.light": Wave(tuple(Line(f, light.power * c, one) for f, c in lines)),
                "detector.output": Wave((*detected.lines, *self._detected_overtones(highest)),
                                        cable_density(detected) if self.noise else None)}

    def overtones(self, highest: float) -> tuple[Line, ...]:
        at_input = self.wiring.source_of("lockin.signal") == "detector.output"
        return self._detected_overtones(highest) if at_input else ()

    def _detected_overtones(self, highest: float) -> tuple[Line, ...]:
        """Return the lines of the detector's output above those of a tick: they share the envelope of the others."""
        first = self._light.lines[0][0] if self._light.lines else 0.0
        carrier = next((line for line in self._detected.lines if first and line.frequency == first), None)
        if carrier is None:
            return ()
        height = carrier.envelope[-1:]
        return tuple(Line(f, c * self.detector.amplified(f), height) for f, c in self.chopper.overtones(highest))

    def _start_epoch(self, run: str) -> None:
        self._specimen.start_epoch(run)

    def _erase_and_settle(self) -> None:
        self._specimen.erase()
        now = self.clock.now_ps
        self._open_room()
        grid = TickGrid(now, 1, 0, 0, self._epoch_ps)
        self._response = self._specimen.glance(self._room, grid)
        energy = self._room.photon_energy.start
        self.wavemeter.settle(energy)
        self.power_meter.settle(self._light.power * self._light.mean, HC / energy)
        self.lockin.settle(self._to_lockin(self._response, grid))

    def _rewired(self) -> None:
        offered = {"chopper.reference": self.chopper.reference, "lockin.oscillator": self.lockin.oscillator_reference}
        self.lockin.connect_reference(offered.get(self.wiring.source_of("lockin.reference") or ""))
        self.gate.connect_load(self.wiring.source_of("sample.gate") == "gate.output")
