"""The bench of pump-probe spin inertia: how pump, sample, probe, bridge and lock-in hand on to each other."""

from __future__ import annotations

from cmath import phase
from dataclasses import replace
from math import pi

import numpy as np

from instruments.bench import TICK_PS, Bench
from instruments.detection.polarization_bridge import PolarizationBridge
from instruments.environment.cryostat import Cryostat
from instruments.environment.magnet import Magnet
from instruments.lockin import LockIn
from instruments.logic import logic_signal
from instruments.motion.delay_stage import DelayStage
from instruments.motion.sample_holder import SampleHolder
from instruments.optics.helicity_modulator import HelicityModulator
from instruments.optics.power_meter import PumpProbePowerMeter
from instruments.optics.probe import ProbeLaser
from instruments.optics.pulsed_laser import PulsedLaser
from instruments.probing import Wave, cable_density
from instruments.spin_view import hidden_spins
from instruments.wiring import Link
from vlab.experiments.calibration import FaradayCalibration
from vlab.lab.cable import Line, Signal, TickGrid
from vlab.readout import readout
from vlab.samples.specimen import Ramp
from vlab.samples.spin_ensemble import SpinEnsemble
from vlab.samples.spin_specimen import HARMONICS, SpinResponse, SpinRoom, SpinSpecimen

LINKS = (
    Link("pump.beam", "modulator.beam", "light"),
    Link("modulator.beam", "sample.pump", "light"),
    Link("probe.beam", "stage.beam", "light"),
    Link("stage.beam", "sample.probe", "light"),
    Link("sample.probe", "detector.beam", "light"),
    Link("pump.beam", "power_meter.beam", "light"),
    Link("detector.output", "lockin.signal"),
    Link("modulator.reference", "lockin.reference"),
)
_FAST_ENOUGH = 0.1
_INVISIBLE = 1e-4


class SpinInertiaBench(Bench):
    """Pump, helicity modulator, probe, delay stage, magnet, bridge and lock-in around an ensemble of spins.

    Made by `instruments.spin_inertia_bench`.
    """

    title = "Pump-probe spin inertia"
    kind = "spin_inertia"

    pump: PulsedLaser
    modulator: HelicityModulator
    holder: SampleHolder
    magnet: Magnet
    cryostat: Cryostat
    stage: DelayStage
    probe: ProbeLaser
    power_meter: PumpProbePowerMeter
    detector: PolarizationBridge
    lockin: LockIn

    _memory = ("calibration", "_specimen", "_room", "_response")

    def __init__(self, ensemble: SpinEnsemble, calibration: FaradayCalibration, *, seed: int, noise: bool,
                 specimen: SpinSpecimen | None = None) -> None:
        instruments = {
            "pump": PulsedLaser("pump"),
            "modulator": HelicityModulator("modulator"),
            "holder": SampleHolder("holder"),
            "magnet": Magnet("magnet"),
            "cryostat": Cryostat("cryostat", seed, noise),
            "stage": DelayStage("stage"),
            "probe": ProbeLaser("probe"),
            "power_meter": PumpProbePowerMeter("power_meter", seed, noise),
            "detector": PolarizationBridge("detector", seed, noise),
            "lockin": LockIn("lockin", seed, noise),
        }
        self.ensemble = ensemble
        self.calibration = calibration
        self._specimen = specimen or SpinSpecimen(ensemble)
        self._response: SpinResponse | None = None
        self._told: tuple[SpinRoom, dict[str, float]] | None = None
        self._detected = Signal(TickGrid(0, 1, 0, 0))
        super().__init__(instruments, LINKS, seed=seed, noise=noise)
        self._specimen.give_up = lambda: self.give_up()
        self._room = self._present_room()
        self.reset()

    def sample_record(self) -> dict[str, object]:
        """Return the sample's parameters for the files."""
        return {"kind": type(self.ensemble).__name__, **self.ensemble.as_record()}

    def sample_words(self) -> tuple[str, ...]:
        """Return the type of doping where the ensemble is one of the ready-made ones."""
        known = {"n": SpinEnsemble.n_type(), "p": SpinEnsemble.p_type()}
        return tuple(word for word, ensemble in known.items() if ensemble == self.ensemble)

    def hidden(self) -> dict[str, float]:
        """Return the spin polarization pi |E| / 2, which is 1 where the spins follow the pump completely, and the lag.

        E is the peak amplitude of <S_z - J_z> at the modulation frequency; the lag (rad) is negative for spins that
        come late. With them come the numbers of the model at the present settings.
        """
        last = complex(self._response.amplitude[-1]) if self._response is not None else 0j
        room = self._present_room()
        if self._told is None or self._told[0] != room:
            system = self._specimen.system_in(room)
            self._told = (room, {} if system is None else hidden_spins(
                system, room.field.start, self.ensemble.si("g_factor"), room.modulation))
        return {"spin_polarization": 0.5 * pi * abs(last), "lag": phase(last),
                "helicity_sine": float(room.sine and room.modulation is not None),
                "probe_delay": max(0.0, room.delay.start), **self._told[1]}

    def path(self) -> list[str]:
        """Return the way of the light in words."""
        pump, modulator, probe, lockin = self.pump.read, self.modulator.read, self.probe.read, self.lockin.read
        running = modulator("state") == "running"
        reversed_at = f"at {readout(modulator('frequency'), 'kHz', 3)}" if running else "stopped"
        tilt = self.holder.read("tilt_actual")
        tilted = f", tilted by {readout(tilt, 'deg', 3)}" if tilt else ""
        return [
            f"Pump: {readout(pump('power'), 'mW', 3)}, a pulse each {readout(pump('repetition_period'), 'ns', 4)}, "
            f"shutter {pump('shutter')}",
            f"Helicity modulator: {reversed_at}, depth {readout(modulator('depth'), '', 3)}",
            f"Spin ensemble: {readout(self.magnet.read('field_actual'), 'T', 4)}{tilted}, "
            f"{readout(self.cryostat.read('temperature_actual'), 'K', 3)}",
            f"Probe: {readout(probe('power'), 'uW', 3)}, delay {readout(self.stage.read('delay_actual'), 'ns', 4)}, "
            f"shutter {probe('shutter')}",
            f"Polarization bridge: {readout(self.detector.read('gain'), 'V/A', 3)}",
            f"Lock-in: X = {readout(lockin('x'), 'V', 4)}" + (", no reference" if self.lockin.unlocked else ""),
        ]

    def no_answer(self) -> str:
        return self._specimen.trouble(self._present_room())

    def check(self) -> list[str]:
        """Return in sentences what is wrong on the bench and what to do; empty when all is well."""
        found = super().check()
        room = self._present_room()
        if trouble := self.no_answer():
            found.append(f"sample: {trouble}")
        relaxing, tick = self._specimen.relaxation_time(room.temperature.start), TICK_PS / 1e12
        time_constant = float(self.lockin.read("time_constant"))
        slow = f"sample: the spins relax in {readout(relaxing, 's', 3)}, which is not fast against the"
        if relaxing > _FAST_ENOUGH * tick:
            found.append(f"{slow} bench's tick of {readout(tick, 's', 3)}; how they settle after a change is left out.")
        elif relaxing > _FAST_ENOUGH * time_constant:
            found.append(f"{slow} lock-in's time constant; how they settle is left out; choose a longer one "
                         "(lockin.time_constant).")
        return found

    def _to_reference(self) -> None:
        """Reference conditions: 0.1 T along the growth axis, pi pulses, helicity reversed at 10 kHz."""
        self.magnet.jump("ramp_rate", 2.0 / 60.0)
        self.magnet.jump("field", 0.1)
        period = float(self.pump.read("repetition_period"))
        self.pump.jump("power", self.calibration.power_for(1.0, period, float(self.pump.read("pulse_duration"))))
        self.lockin.jump("sensitivity", 20e-3)
        self.pump.jump("pi_pulse_energy", self.calibration.pi_pulse_energy)
        self.pump.jump("pi_pulse_duration", self.calibration.pulse_duration)
        self.power_meter.jump("wavelength", self.pump.read("wavelength"))

    def _present_room(self) -> SpinRoom:
        train = self.pump.train()
        magnet, holder, cryostat, stage = self.magnet, self.holder, self.cryostat, self.stage
        return SpinRoom(
            field=Ramp(magnet.actual("field"), magnet.slope("field")),
            tilt=Ramp(holder.actual("tilt"), holder.slope("tilt")),
            temperature=Ramp(cryostat.actual("temperature"), cryostat.slope("temperature")),
            delay=Ramp(stage.actual("delay"), stage.slope("delay")),
            energy=train.energy, period=train.period, detuning=train.detuning, duration=train.duration,
            ellipticity=self.modulator.ellipticity(), modulation=self.modulator.modulation(),
            sine=self.modulator.read("waveform") == "sine",
            harmonics=self._visible_harmonics())

    def _visible_harmonics(self) -> tuple[int, ...]:
        """Return the harmonics of the modulation that the lock-in detects or whose ripple its filter lets through.

        The others are left out, since each costs the sample's model as much as the first.
        """
        frequency = self.modulator.modulation()
        if frequency is None:
            return (1,)
        detected, poles = int(self.lockin.read("harmonic")), self.lockin.poles
        passed = 1.0 / (2.0 * pi * frequency * float(self.lockin.read("time_constant")))
        return tuple(n for n in HARMONICS
                     if n in (1, detected) or (passed / abs(n - detected)) ** poles > _INVISIBLE)

    def _open_room(self) -> float:
        self._room = self._present_room()
        return self._specimen.longest_tick(self._room)

    def _compute(self, grid: TickGrid) -> None:
        self._response = self._specimen.evolve(self._room, grid)
        self.lockin.receive(self._to_lockin(self._response, grid))
        beam = self._measured_beam()
        self.power_meter.observe(grid, beam.power_out(), beam.carrier(), *beam.relative_noise())

    def _measured_beam(self) -> PulsedLaser | ProbeLaser:
        """Return the laser in whose beam the power meter's sensor is."""
        return self.pump if self.power_meter.read("beam") == "pump" else self.probe

    def _to_lockin(self, response: SpinResponse, grid: TickGrid) -> Signal:
        detected = self.detector.detect(self.probe.light(), response.rotation, grid, self._stray_pump())
        self._detected = detected
        source = self.wiring.source_of("lockin.signal")
        if source == "detector.output":
            return detected
        if source == "lockin.oscillator":
            return self.lockin.oscillator_signal(grid)
        return logic_signal(self.modulator.reference() if source == "modulator.reference" else None, grid)

    def _stray_pump(self) -> tuple[float, float] | None:
        """Return frequency (Hz) and power (W) of the pump light that scatters into the bridge and is modulated."""
        stray, frequency = self.modulator.stray(self.pump.power_out()), self.modulator.modulation()
        return None if not stray or frequency is None else (frequency, stray)

    def waves(self, highest: float) -> dict[str, Wave]:
        detected, one = self._detected, np.ones(1)
        return {"modulator.helicity": Wave(tuple(Line(f, c, one) for f, c in self.modulator.waveform_lines(highest))),
                "detector.output": Wave((*detected.lines, *self._detected_overtones(highest)),
                                        cable_density(detected) if self.noise else None)}

    def overtones(self, highest: float) -> tuple[Line, ...]:
        at_input = self.wiring.source_of("lockin.signal") == "detector.output"
        return self._detected_overtones(highest) if at_input else ()

    def _detected_overtones(self, highest: float) -> tuple[Line, ...]:
        """Return the harmonics of the spins' answer that ticks leave out, where they take no time to compute."""
        room, frequency = self._room, self.modulator.modulation()
        carrier = next((line for line in self._detected.lines if frequency and line.frequency == frequency), None)
        if carrier is None or frequency is None or not room.steady() or room.tilt.start or room.sine:
            return ()
        orders = tuple(n for n in HARMONICS if n not in room.harmonics and n * frequency <= highest)
        try:
            here = TickGrid(self.clock.now_ps, 1, 0, 0, self._epoch_ps)
            found = self._specimen.evolve(replace(room, harmonics=(1, *orders)), here).rotation[1:]
        except InterruptedError:  # the run that goes on has just been given up
            return ()
        volts = carrier.amplitude / self._specimen.optics.rotation_per_spin / self.detector.amplified(frequency)
        return tuple(replace(line, amplitude=line.amplitude * volts * self.detector.amplified(line.frequency))
                     for line in found)

    def _erase_and_settle(self) -> None:
        self._open_room()
        beam = self._measured_beam()
        self.power_meter.settle(beam.power_out(), beam.carrier())
        grid = TickGrid(self.clock.now_ps, 1, 0, 0, self._epoch_ps)
        self._response = self._specimen.evolve(self._room, grid)
        self.lockin.settle(self._to_lockin(self._response, grid))

    def _rewired(self) -> None:
        offered = {"modulator.reference": self.modulator.reference,
                   "lockin.oscillator": self.lockin.oscillator_reference}
        self.lockin.connect_reference(offered.get(self.wiring.source_of("lockin.reference") or ""))
