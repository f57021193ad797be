"""One leg of a detuning scan: step, wait, read. What all experiments that scan a line share."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from vlab.errors import RunError
from vlab.experiments.calibration import DetuningKnob, detuning_knob
from vlab.experiments.procedure import Command, Move, Point, Prepare, Read, Settle, Wait
from vlab.experiments.roles import Device, DraggingSetup
from vlab.units import unit_factor

UEV = unit_factor("ueV")


@dataclass(frozen=True)
class Trace:
    """What one leg showed, in the order in which it was measured."""

    volts: tuple[float, ...]
    """Lock-in X, V rms."""
    normalized: tuple[float, ...]
    """The same in units of the absorption's peak."""


HandOver = Callable[[int, float, float, int], Point]
"""Called after each reading with the place in the leg, X in V, X in units of the peak, and the lab time (ps) at which
the leg's first dwell began; returns the point to hand over."""


@dataclass(frozen=True)
class DetuningScanner:
    """A room made ready for detuning scans: the knob and what turns volts into absorption."""

    setup: DraggingSetup
    knob: DetuningKnob
    full_scale: float
    """X (V rms) at peak absorption."""

    def leg(self, detunings: Sequence[float], dwell: float, prepare: Prepare | None,
            hand_over: HandOver | None = None) -> Generator[Command, Any, Trace]:
        """Go through detunings, dwell at each, and read the lock-in at the end of each dwell.

        Parameters
        ----------
        detunings : sequence of float
            Bare detunings in ueV, in the order in which they are measured.
        dwell : float
            Time in s; it begins when the knob has settled, and the first point has its own.
        prepare : Prepare or None
            Carried out at the first detuning, before its dwell.
        hand_over : callable, optional
            Makes a point of each reading; without it the leg hands over nothing.

        Returns
        -------
        Trace
        """
        clock, lockin, full_scale = self.setup.clock, self.setup.lockin, self.full_scale
        device, setting = self.knob.device, self.knob.setting
        wait, read = Wait(dwell), Read(lockin, "x")
        volts: list[float] = []
        began = 0
        for i, value in enumerate([self.knob.value(x * UEV) for x in detunings]):
            yield Move(device, setting, value)
            if i == 0:
                if prepare is not None:
                    yield prepare
                began = clock.now_ps
            yield wait
            x = float((yield read))
            volts.append(x)
            if hand_over is not None:
                yield hand_over(i, x, x / full_scale, began)
        return Trace(tuple(volts), tuple(x / full_scale for x in volts))


def scan_ready(setup: DraggingSetup, knob: str, time_constant: float,
               slope: str) -> Generator[Command, Any, DetuningScanner]:
    """Wait for what still moves, open the shutter, set the lock-in's filter, and return what scans the detuning.

    Parameters
    ----------
    setup : DraggingSetup
    knob : {"laser", "gate"}
        What moves the detuning.
    time_constant : float
        Of the lock-in, s.
    slope : str
        Of the lock-in's filter, such as ``"6 dB/oct"``.

    Raises
    ------
    RunError
        There is no light.
    """
    for device, setting in ((setup.magnet, "field"), (setup.gate, "voltage"), (setup.laser, "photon_energy")):
        yield Settle(device, setting)
    yield Move(setup.laser, "shutter", "open")
    yield Move(setup.lockin, "slope", slope)
    yield Move(setup.lockin, "time_constant", time_constant)
    moving = detuning_knob(knob, setup)
    power = yield Read(setup.laser, "power")
    gain = yield Read(setup.detector, "gain")
    responsivity = yield Read(setup.detector, "responsivity")
    full_scale = setup.calibration.full_scale(float(power), float(gain), float(responsivity))
    if full_scale == 0.0:
        raise RunError("laser.power is zero, so there is no absorption to measure; set it above 0 nW.")
    return DetuningScanner(setup, moving, full_scale)


def claims_of_scan(setup: DraggingSetup, knob: str) -> list[tuple[Device, str]]:
    """Return the settings that nobody else may change during a detuning scan."""
    moving = (setup.gate, "voltage") if knob == "gate" else (setup.laser, "photon_energy")
    return [moving, (setup.lockin, "time_constant"), (setup.lockin, "slope")]


def grid(start: float, stop: float, step: float) -> tuple[float, ...]:
    """Return the points from ``start`` on in steps of ``step`` (its sign follows) up to ``stop``, included if met."""
    sign = 1.0 if stop > start else -1.0
    # rounded so that 20 - 126 * 0.4 is -30.4, and a grid that meets zero meets it
    return tuple(round(start + sign * i * step, 10) + 0.0 for i in range(grid_size(start, stop, step)))


def grid_size(start: float, stop: float, step: float) -> int:
    """Return how many points `grid` has."""
    return int(abs(stop - start) / step + 1e-9) + 1
