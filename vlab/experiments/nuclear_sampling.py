"""Parking the laser and watching nuclear spins that no instrument shows, and the collective dot to compare them with.

What the experiments on the distribution of the nuclear spin share.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass
from math import floor, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from vlab.errors import LimitError, RunError
from vlab.experiments.detuning_leg import UEV, DetuningScanner, claims_of_scan
from vlab.experiments.procedure import Command, Move, Prepare, Procedure, Read, Settle, Wait
from vlab.experiments.roles import Device, DraggingSetup
from vlab.parameters import choice, count, quantity
from vlab.samples.dicke_dot import DickeDot
from vlab.units import Q_, Quantity, printed

if TYPE_CHECKING:
    import xarray

    from vlab.physics.bistability import RateModel
    from vlab.physics.dnsp_branch import Branch

MASTER, DOT = "master equation", "stochastic dot"
BLOCKS = 20
"""Parts of the averaging time from whose scatter errors are taken."""
_MOST_SAMPLES = 1_000_000
_HOW_TO = ("mount a dot with fluctuations (window: Sample, fluctuations on; command line: --set dot.fluctuations=on; "
           "script: QuantumDot(..., fluctuations=True))")


def which_sources() -> Any:
    """Declare which of the two models are asked."""
    return choice(("both", MASTER, DOT), "Choose what is shown: the master equation, which is computed, the dot on the "
                  "bench, which is watched and must have fluctuations, or both; then of a dot without fluctuations the "
                  "master equation alone.", "both")


def which_knob() -> Any:
    """Declare what moves the detuning."""
    return choice(("laser", "gate"), "Choose what moves the detuning: the laser or the gate voltage.", "laser")


def settling_time() -> Any:
    """Declare how long the nuclei are left alone."""
    return quantity("s", "Set the time at each detuning, from unpolarized nuclei on, before the averaging begins.",
                    100.0, minimum=0.0, maximum=1e6)


def averaging_time() -> Any:
    """Declare how long the nuclei are watched."""
    return quantity("s", "Set the time over which the nuclear spins are watched at each detuning.", 2000.0, above=0.0,
                    maximum=1e7)


def sampling_time() -> Any:
    """Declare how often they are looked at."""
    return quantity("s", "Set the time between two looks at the nuclear spins; it is the lock-in's time constant too.",
                    1.0, minimum=1e-3, maximum=1e4)


def collective_nuclei() -> Any:
    """Declare N of the master equation."""
    return count("Set N of the master equation.", 1000, minimum=2, maximum=100_000)


def collective_coupling() -> Any:
    """Declare A of the master equation."""
    return quantity("ueV", "Set A of the master equation.", 120.0, above=0.0)


def collective_linewidth() -> Any:
    """Declare Gamma of the master equation."""
    return quantity("ueV", "Set the linewidth hbar Gamma of the master equation; Omega/Gamma is that of the laser's "
                    "power.", 0.85, above=0.0)


def collective_weights() -> Any:
    """Declare the weights of total spins."""
    return choice(("thermal", "literal"), "Choose how the master equation weights total spins I: as in maximally mixed "
                  "nuclei, or by their number of multiplets alone.", "thermal")


@dataclass(frozen=True)
class Parked:
    """What was seen of the dot at one detuning, sample by sample."""

    polarization: NDArray[np.float64]
    absorption: NDArray[np.float64]
    """In units of its peak, from the lock-in."""


@dataclass(frozen=True)
class Chain:
    """The dot's nuclei as a chain of states, for its exact law."""

    nuclei: int
    saturation: bool

    def branch(self, model: RateModel, detuning: float) -> Branch:
        """Return the branch of unpolarized nuclei at a bare detuning in ueV."""
        from vlab.physics.dnsp_branch import branch_of
        from vlab.samples.specimen import HBAR

        return branch_of(model, detuning * UEV / HBAR, self.nuclei, 0.0, self.saturation)

    def law(self, model: RateModel, detuning: float) -> NDArray[np.float64]:
        """Return the whole stationary law over P = -1 ... 1 at a bare detuning in ueV."""
        from vlab.physics.dnsp_chain import stationary_law
        from vlab.samples.specimen import HBAR

        return stationary_law(model, detuning * UEV / HBAR, self.nuclei, self.saturation)


@dataclass(frozen=True, kw_only=True)
class NuclearSampling(Procedure):
    """Base of experiments that compare the nuclear spins of the dot on the bench with the master equation.

    A subclass declares the parameters below with the functions above.
    """

    bench: ClassVar[str] = "dragging"

    if TYPE_CHECKING:  # declared last by each subclass, so that forms show first what is scanned
        sources: str
        knob: str
        settling: Quantity
        averaging: Quantity
        sampling: Quantity
        nuclei: int
        hyperfine_coupling: Quantity
        linewidth: Quantity
        weights: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.samples() < BLOCKS:
            raise LimitError(f"{self.title()}.averaging got {printed(self.averaging)}; errors are taken from {BLOCKS} "
                             f"blocks, so it wants at least {BLOCKS} times sampling, "
                             f"{BLOCKS * self.si('sampling'):g} s.")
        if self.samples() > _MOST_SAMPLES:
            raise LimitError(f"{self.title()}.sampling got {printed(self.sampling)}, which makes {self.samples()} "
                             f"samples; it wants a time that makes at most {_MOST_SAMPLES}.")

    def detunings(self) -> tuple[float, ...]:
        """Return the bare detunings in ueV."""
        raise NotImplementedError

    def shown(self) -> tuple[str, ...]:
        """Return which of the two models are asked."""
        return (MASTER, DOT) if self.sources == "both" else (self.sources,)

    def samples(self) -> int:
        """Return how often the nuclear spins are looked at at each detuning."""
        return floor(self.si("averaging") / self.si("sampling") + 1e-9)

    def seconds(self) -> float:
        if DOT not in self.shown():
            return 0.0
        return len(self.detunings()) * (self.si("settling") + self.samples() * self.si("sampling"))

    def claims(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        held = [(setup.laser, "power"), (setup.magnet, "field")]  # with others there would be another law
        return [*claims_of_scan(setup, self.knob), *held] if DOT in self.shown() else []

    def sets(self, setup: DraggingSetup) -> list[tuple[Device, str]]:
        return [*claims_of_scan(setup, self.knob), (setup.laser, "shutter")] if DOT in self.shown() else []

    def chain(self, setup: DraggingSetup) -> Chain | None:
        """Return the chain that the dot's nuclei are; None where the dot is not watched.

        Where both models are asked and the dot's nuclei do not fluctuate, the master equation is shown alone.

        Raises
        ------
        RunError
            The room does not show its nuclear spins, as real ones do not, or only the dot is asked and its nuclear
            spins do not fluctuate.
        """
        if DOT not in self.shown():
            return None
        if not (hasattr(setup, "hidden") and hasattr(setup, "rate_model")):
            raise RunError(f"no instrument of this room shows the nuclear polarization; {self.title()} watches that of "
                           f"a virtual dot, so it wants a virtual room such as dragging_bench(), or sources="
                           f"'{MASTER}'.")
        sample = setup.sample_record()
        if not sample.get("fluctuations"):
            if MASTER in self.shown():
                return None
            raise RunError("the nuclear spins of the dot on the bench do not fluctuate, it follows the mean, so there "
                           f"is no distribution of them to watch; {_HOW_TO}, or choose sources='{MASTER}'.")
        return Chain(int(str(sample["nuclei"])), bool(sample.get("saturation", False)))

    def collective_dot(self, setup: DraggingSetup) -> Generator[Command, Any, DickeDot]:
        """Return the dot of the master equation at the room's field and laser power.

        Raises
        ------
        LimitError
            There is no field.
        """
        yield Settle(setup.magnet, "field")
        field = float((yield Read(setup.magnet, "field")))
        power = float((yield Read(setup.laser, "power")))
        ratio = sqrt(power / (2.0 * setup.calibration.saturation_power))
        return DickeDot(linewidth=self.linewidth, rabi_frequency=ratio * self.linewidth, nuclei=self.nuclei,
                        hyperfine_coupling=self.hyperfine_coupling, field=Q_(abs(field), "T"), weights=self.weights)

    def watched(self, dataset: xarray.Dataset) -> bool:
        """Return whether the data have points of the dot."""
        if DOT not in self.shown():
            return False
        return measured_values(dataset.sel(source=DOT), str(next(iter(dataset.data_vars)))).size > 0

    def remarks(self, dataset: xarray.Dataset) -> list[str]:
        """Return in sentences why the dot is missing, or why the two models differ."""
        sample = json.loads(str(dataset.attrs.get("sample", "{}")))
        if self.sources != "both":
            return []
        if not self.watched(dataset):
            return [] if sample.get("fluctuations", True) else [
                f"the dot on the bench follows the mean, so only the {MASTER} is shown; to see the dot too, {_HOW_TO}"]
        odd = sample.get("model") == "noncollinear"
        kind = f"of {sample['nuclei']} nuclei" if "nuclei" in sample else "of the sample"
        return [f"{MASTER} and {DOT} need not agree in P, since their physics differ: the one is a collective spin of "
                f"N = {self.nuclei} nuclei with A = {printed(self.hyperfine_coupling)}, dark while the electron is "
                f"shelved in its other state{', without an odd pump term' if odd else ''}; the other is the rate model "
                f"{kind} with its own pump rates{', an odd pump term' if odd else ''} and decay"]

    def parked(self, scanner: DetuningScanner, detuning: float) -> Generator[Command, Any, Parked]:
        """Erase the nuclear polarization at a detuning (ueV), let the nuclei settle, and watch them."""
        setup, knob = scanner.setup, scanner.knob
        hidden: Any = setup  # no role: a real room has no such thing, see chain()
        wait, read = Wait(self.si("sampling")), Read(setup.lockin, "x")
        polarization, absorption = np.empty(self.samples()), np.empty(self.samples())
        yield Move(knob.device, knob.setting, knob.value(detuning * UEV))
        yield Prepare(True)
        yield Wait(self.si("settling"))
        for i in range(polarization.size):
            yield wait
            polarization[i] = hidden.hidden()["polarization"]
            absorption[i] = float((yield read)) / scanner.full_scale
        return Parked(polarization, absorption)


def measured_values(dataset: xarray.Dataset, name: str) -> NDArray[np.float64]:
    """Return a column or coordinate where something was measured, which the first column knows; NaN if it is absent."""
    first = np.asarray(dataset[next(iter(dataset.data_vars))].values, dtype=float)
    if name not in dataset:
        return np.full(int(np.isfinite(first).sum()), np.nan)
    found: NDArray[np.float64] = np.asarray(dataset[name].values, dtype=float)[np.isfinite(first)]
    return found
