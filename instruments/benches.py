"""The ready-made benches."""

from __future__ import annotations

from instruments.chopper import Chopper
from instruments.dragging import DraggingBench
from instruments.gate import GateSource
from instruments.instrument import Instrument
from instruments.laser import Laser
from instruments.lockin import LockIn
from instruments.magnet import Magnet
from instruments.photodetector import Photodetector
from vlab.errors import SettingError
from vlab.experiments.calibration import LineCalibration
from vlab.samples.quantum_dot import QuantumDot
from vlab.samples.specimen import line_energy

INSTRUMENTS: dict[str, type[Instrument]] = {
    "laser": Laser, "chopper": Chopper, "gate": GateSource, "magnet": Magnet, "detector": Photodetector,
    "lockin": LockIn,
}
"""The kinds of instruments on the ready-made benches, by the name they have there."""


def notebook_page(dot: QuantumDot) -> LineCalibration:
    """Return what an experimenter would have written down after calibrating this dot."""
    here, above = line_energy(dot, 0.0, 0.0), line_energy(dot, 1.0, 0.0)
    below = line_energy(dot.replace(zeeman_line="red" if dot.zeeman_line == "blue" else "blue"), 1.0, 0.0)
    return LineCalibration(
        energy_at_zero=line_energy(dot, 0.0, dot.si("stark_zero")),
        zeeman=0.5 * (above - below),
        diamagnetic=0.5 * (above + below) - here,
        lever_arm=dot.si("stark_shift"),
        lever_curvature=dot.si("stark_curvature"),
        gate_zero=dot.si("stark_zero"),
        saturation_power=dot.si("saturation_power"),
        contrast=dot.si("contrast"),
    )


def dragging_bench(dot: QuantumDot | None = None, *, seed: int = 0, noise: bool = True) -> DraggingBench:
    """Return a bench for nuclear-spin dragging, settled at the dot's reference conditions.

    4.5 T, Omega = Gamma, laser on the line, chopper running, the lock-in on the chopper's reference, P = 0.

    Parameters
    ----------
    dot : QuantumDot, optional
        What is in the cryostat; sample A by default.
    seed : int
        Seed of all noise: same seed, same numbers.
    noise : bool
        Whether noise sources are on.

    Raises
    ------
    SettingError
        ``dot`` is not a QuantumDot, ``seed`` not a whole number, or ``noise`` neither true nor false.
    """
    if dot is None:
        dot = QuantumDot.sample_a()
    if not isinstance(dot, QuantumDot):
        raise SettingError(f"dragging_bench got dot={dot!r}; it wants a QuantumDot, such as QuantumDot.sample_a().")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SettingError(f"dragging_bench got seed={seed!r}; it wants a whole number of at least 0.")
    if not isinstance(noise, bool):
        raise SettingError(f"dragging_bench got noise={noise!r}; it wants True or False.")
    return DraggingBench(dot, notebook_page(dot), seed=seed, noise=noise)
