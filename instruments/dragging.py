"""The bench of nuclear-spin dragging: how light, sample, detector and lock-in hand on to each other."""

from __future__ import annotations

from instruments.bench import Bench
from instruments.chopper import Chopper
from instruments.gate import GateSource
from instruments.laser import Laser
from instruments.light import Light
from instruments.lockin import LockIn
from instruments.logic import logic_signal
from instruments.magnet import Magnet
from instruments.photodetector import Photodetector
from instruments.rate_view import hidden_rates
from vlab.experiments.calibration import LineCalibration
from vlab.lab.cable import Signal, TickGrid
from vlab.physics.bistability import RateModel
from vlab.readout import readout
from vlab.samples.quantum_dot import QuantumDot
from vlab.samples.specimen import DotSpecimen, Ramp, Response, Room
from vlab.units import Q_, Quantity

CABLES = {
    "lockin.signal": "detector.output",
    "lockin.reference": "chopper.reference",
    "sample.gate": "gate.output",
}


class DraggingBench(Bench):
    """Laser, chopper, gate source, magnet, balanced detector and lock-in around one quantum dot.

    Made by `instruments.dragging_bench`.
    """

    title = "Nuclear-spin dragging"
    kind = "dragging"

    laser: Laser
    chopper: Chopper
    gate: GateSource
    magnet: Magnet
    detector: Photodetector
    lockin: LockIn

    def __init__(self, dot: QuantumDot, calibration: LineCalibration, *, seed: int, noise: bool) -> None:
        instruments = {
            "laser": Laser("laser"),
            "chopper": Chopper("chopper"),
            "gate": GateSource("gate"),
            "magnet": Magnet("magnet"),
            "detector": Photodetector("detector"),
            "lockin": LockIn("lockin", seed, noise),
        }
        self.dot = dot
        self.calibration = calibration
        self._specimen = DotSpecimen(dot, seed)
        self._specimen.give_up = lambda: self.give_up()
        self._room = Room(Ramp(0.0), Ramp(0.0), Ramp(0.0), 0.0, 1.0)
        self._light = Light(0.0)
        self._response: Response | None = None
        super().__init__(instruments, CABLES, seed=seed, noise=noise)
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
        room = self._present_room()
        return self._specimen.rates(room.power, room.duty, room.field.start)

    def hidden(self) -> dict[str, float]:
        """Return the nuclear polarization, where it makes the line stand, and the rates that it changes with."""
        here = TickGrid(self.clock.now_ps, 1, 0, 0, self._epoch_ps)
        x = float(self._specimen.detuning(self._present_room(), here)[0])
        return hidden_rates(self.rate_model(), self._specimen.polarization, x)

    def path(self) -> list[str]:
        """Return the way of the light in words."""
        laser, chopper, gate, lockin = self.laser.read, self.chopper.read, self.gate.read, self.lockin.read
        light = f"{readout(laser('power'), 'nW', 3)} at {readout(laser('photon_energy_actual'), 'eV', 8)}"
        chopped = f"at {readout(chopper('frequency'), 'kHz', 3)}" if chopper("state") == "running" else "stopped"
        voltage = readout(gate("voltage_actual"), "V", 5) if gate("output") == "on" else "output off"
        return [
            f"Laser: {light}, shutter {laser('shutter')}",
            f"Chopper: {chopped}",
            f"Quantum dot: {readout(self.magnet.read('field_actual'), 'T', 4)}, gate {voltage}",
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
        self.laser.jump("photon_energy", self.calibration.line_energy(float(field), float(voltage)))

    def _open_room(self) -> float:
        self._light = self.chopper.chop(self.laser.power_out())
        self._room = self._present_room()
        return self._specimen.longest_tick(self._room)

    def _present_room(self) -> Room:
        gate, laser, magnet = self.gate, self.laser, self.magnet
        connected = "sample.gate" in self._cables and gate.read("output") == "on"
        voltage = Ramp(*gate.motion("voltage")) if connected else Ramp(0.0)
        light = self.chopper.chop(laser.power_out())
        return Room(Ramp(*magnet.motion("field")), voltage, Ramp(*laser.motion("photon_energy")), light.power,
                    light.mean)

    def _compute(self, grid: TickGrid) -> None:
        self._response = self._specimen.evolve(self._room, grid)
        self.lockin.receive(self._to_lockin(self._response, grid))

    def _to_lockin(self, response: Response, grid: TickGrid) -> Signal:
        detected = self.detector.detect(self._light, response.absorbed, grid)
        source = self._cables.get("lockin.signal")
        if source == "detector.output":
            return detected
        return logic_signal(self.chopper.reference() if source == "chopper.reference" else None, grid)

    def _start_epoch(self, run: str) -> None:
        self._specimen.start_epoch(run)

    def _erase_and_settle(self) -> None:
        self._specimen.erase()
        now = self.clock.now_ps
        self._open_room()
        grid = TickGrid(now, 1, 0, 0, self._epoch_ps)
        self._response = self._specimen.glance(self._room, grid)
        self.lockin.settle(self._to_lockin(self._response, grid))

    def _rewired(self) -> None:
        chopped = self._cables.get("lockin.reference") == "chopper.reference"
        self.lockin.connect_reference(self.chopper.reference if chopped else None)
