"""The ready-made benches, and what the command line and the window know of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from instruments.bench import Bench
from instruments.detection.photodetector import Photodetector
from instruments.detection.polarization_bridge import PolarizationBridge
from instruments.distribution_view import DOT_DISTRIBUTION, DistributionView
from instruments.dot_theory import DOT_THEORY
from instruments.dragging import DraggingBench
from instruments.environment.cryostat import Cryostat
from instruments.environment.gate import GateSource
from instruments.environment.magnet import Magnet
from instruments.instrument import Instrument
from instruments.lockin import LockIn
from instruments.motion.delay_stage import DelayStage
from instruments.motion.sample_holder import SampleHolder
from instruments.optics.chopper import Chopper
from instruments.optics.helicity_modulator import HelicityModulator
from instruments.optics.laser import Laser
from instruments.optics.power_meter import PowerMeter, PumpProbePowerMeter
from instruments.optics.probe import ProbeLaser
from instruments.optics.pulsed_laser import PulsedLaser
from instruments.optics.wavemeter import Wavemeter
from instruments.rate_view import DOT_RATES, RateView
from instruments.spin_inertia import SpinInertiaBench
from instruments.spin_theory import SPIN_THEORY
from instruments.spin_view import ENSEMBLE_SPINS, SpinView
from instruments.steady_view import DOT_STEADY, SteadyView
from instruments.theory import TheoryPage
from vlab.errors import LimitError, SettingError
from vlab.experiments.calibration import FaradayCalibration, LineCalibration
from vlab.experiments.dwell_time import DwellTimeScan
from vlab.experiments.procedure import Procedure
from vlab.experiments.recovery import ZeroFieldRatio
from vlab.parameters import Parameters
from vlab.samples.quantum_dot import QuantumDot
from vlab.samples.specimen import line_energy
from vlab.samples.spin_ensemble import SpinEnsemble
from vlab.samples.spin_specimen import SpinOptics
from vlab.units import Q_


@dataclass(frozen=True)
class HiddenQuantity:
    """Something that no instrument shows; `Bench.hidden` has its value under the same name."""

    name: str
    unit: str
    title: str
    symbol: str = ""
    """What stands before its value; the title by default."""


@dataclass(frozen=True)
class BenchKind:
    """What there is to know of a kind of bench before one is made."""

    key: str
    title: str
    instruments: dict[str, type[Instrument]]
    """The kinds of its instruments, by the name they have there, in the order of the light's way."""
    sample_prefix: str
    """What stands before a parameter of the sample in ``--set``."""
    sample_type: type[Parameters]
    make_sample: Callable[[dict[str, str]], Parameters]
    """Returns the sample from words and parameters as typed, by name; none gives the usual sample."""
    presets: dict[str, tuple[str, ...]]
    """The words that choose a preset, by name; the first is the usual one."""
    make: Callable[..., Bench]
    """Called with the sample, ``seed=`` and ``noise=``, or with nothing; returns the bench at reference conditions."""
    rehearsal: Callable[[], Procedure]
    """Returns an experiment of a moment that needs all that longer ones need: physics, data, files."""
    rehearsed: tuple[dict[str, str], ...] = ({},)
    """Samples, in the words of `make_sample`, that together need all kernels; the first is the usual one."""
    hidden: tuple[HiddenQuantity, ...] = ()
    rates: RateView | None = None
    """The live picture of its polarization rate, if it has such."""
    steady: SteadyView | None = None
    """The live picture of its fixed points, if it has such."""
    distribution: DistributionView | None = None
    """What the distribution of its nuclear polarization looks like, if it has nuclei."""
    spins: SpinView | None = None
    """The numbers behind pictures of its precessing spins, if it has such."""
    theory: tuple[TheoryPage, ...] = ()
    """Curves of theory with knobs."""
    sample_of: Callable[[Any], Parameters] | None = None
    """Returns what is in the cryostat of a bench of this kind."""
    sample_title: str = "sample"
    """What notices call the usual sample."""
    sample_about: str = ""
    """A few sentences on the sample and its words, for people who choose."""
    preset_help: dict[str, str] = field(default_factory=dict)
    """Help for the words that are not parameters of the sample, by name."""
    chart: str = "lockin.x"
    """The reading that a strip chart shows first; its instrument is in front."""

    def words_help(self, name: str) -> str:
        """Return the help for one of the `presets`."""
        known = self.sample_type.parameters()
        return known[name].help if name in known else self.preset_help.get(name, f"Choose the {name}.")

    def warm_theory(self) -> None:
        """Compute each curve of theory once with the usual sample, so that all that it needs is compiled."""
        sample = self.make_sample({})
        for page in self.theory:
            values = {knob.name: knob.usual for knob in page.knobs}
            page.lines(sample, {**page.present(sample, {}), **values}, True)

    def told(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of a sample's words that a legend tells: the usual ones need not be said, unless there is one.

        Of several presets, such as a model and its numbers, only what is unusual is worth the space.
        """
        if len(self.presets) == 1:
            return tuple(f"{word}-type" if len(word) == 1 else word for word in words)
        usual = {choices[0] for choices in self.presets.values()}
        return tuple(word for word in words if word not in usual)


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
        linewidth=dot.si("linewidth"),
        overhauser_shift=dot.si("overhauser_shift") * (1.0 if dot.zeeman_line == "blue" else -1.0),
    )


def dragging_bench(dot: QuantumDot | None = None, *, seed: int = 0, noise: bool = True) -> DraggingBench:
    """Return a bench for nuclear-spin dragging, settled at the dot's reference conditions.

    4.5 T, Omega = Gamma, laser on the line, chopper running, the lock-in on the chopper's reference, P = 0.

    Parameters
    ----------
    dot : QuantumDot, optional
        What is in the cryostat; sample A by default.
    seed : int
        Seed of all noise, and of the flips of a dot with ``fluctuations``: same seed, same numbers.
    noise : bool
        Whether noise sources are on. Nuclear fluctuations are the dot's physics and stay as its switch says.

    Raises
    ------
    SettingError
        ``dot`` is not a QuantumDot, ``seed`` not a whole number, or ``noise`` neither true nor false.
    """
    if dot is None:
        dot = QuantumDot.sample_a()
    if not isinstance(dot, QuantumDot):
        raise SettingError(f"dragging_bench got dot={dot!r}; it wants a QuantumDot, such as QuantumDot.sample_a().")
    _check_seed_and_noise("dragging_bench", seed, noise)
    return DraggingBench(dot, notebook_page(dot), seed=seed, noise=noise)


def _check_seed_and_noise(asked: str, seed: object, noise: object) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise SettingError(f"{asked} got seed={seed!r}; it wants a whole number of at least 0.")
    if not isinstance(noise, bool):
        raise SettingError(f"{asked} got noise={noise!r}; it wants True or False.")


def faraday_page(optics: SpinOptics) -> FaradayCalibration:
    """Return what an experimenter would have written down after calibrating pump and probe."""
    return FaradayCalibration(optics.rotation_per_spin, optics.pi_pulse_energy, optics.pulse_duration)


def spin_inertia_bench(ensemble: SpinEnsemble | None = None, *, seed: int = 0, noise: bool = True) -> SpinInertiaBench:
    """Return a bench for pump-probe spin inertia, settled at its reference conditions.

    0.1 T along the growth axis, 5 K, resonant pi pulses each 13.2 ns, helicity reversed at 10 kHz, the probe just
    before the pump pulse, the lock-in on the modulator's reference.

    Parameters
    ----------
    ensemble : SpinEnsemble, optional
        What is in the cryostat; the n-type ensemble by default.
    seed : int
        Seed of all noise: same seed, same numbers.
    noise : bool
        Whether noise sources are on.

    Raises
    ------
    SettingError
        ``ensemble`` is not a SpinEnsemble, ``seed`` not a whole number, or ``noise`` neither true nor false.
    """
    if ensemble is None:
        ensemble = SpinEnsemble.n_type()
    if not isinstance(ensemble, SpinEnsemble):
        raise SettingError(f"spin_inertia_bench got ensemble={ensemble!r}; it wants a SpinEnsemble, such as "
                           "SpinEnsemble.n_type().")
    _check_seed_and_noise("spin_inertia_bench", seed, noise)
    return SpinInertiaBench(ensemble, faraday_page(SpinOptics()), seed=seed, noise=noise)


def sample_from_texts(texts: dict[str, str]) -> QuantumDot:
    """Return sample A with the model, preset, charge and changed parameters that a person typed.

    Raises
    ------
    UnknownNameError, SettingError, LimitError
        There is no such parameter, or it cannot have this value.
    """
    given = dict(texts)
    dot = QuantumDot.sample_a(given.pop("model", "noncollinear"), given.pop("preset", "tuned"),  # type: ignore[arg-type]
                              given.pop("charge", "neutral"))  # type: ignore[arg-type]
    return dot.replace(**{n: QuantumDot.parameter(n).parsed(text, f"dot.{n}") for n, text in given.items()})


def _rehearsal() -> DwellTimeScan:
    return DwellTimeScan(start=Q_(1.0, "ueV"), stop=Q_(-1.0, "ueV"), step=Q_(1.0, "ueV"), dwell=Q_(0.02, "s"))


DRAGGING = BenchKind(
    key="dragging",
    title=DraggingBench.title,
    instruments={"laser": Laser, "wavemeter": Wavemeter, "chopper": Chopper, "power_meter": PowerMeter,
                 "gate": GateSource, "magnet": Magnet, "detector": Photodetector, "lockin": LockIn},
    sample_prefix="dot",
    sample_type=QuantumDot,
    make_sample=sample_from_texts,
    presets={"model": QuantumDot.parameter("model").choices, "preset": ("tuned", "reference"),
             "charge": ("neutral", "charged"), "fluctuations": ("off", "on")},
    make=dragging_bench,
    rehearsal=_rehearsal,
    rehearsed=({}, {"fluctuations": "on"}),
    hidden=(HiddenQuantity("polarization", "", "nuclear polarization", "P"),
            HiddenQuantity("effective_detuning", "ueV", "effective detuning", "δ"),
            HiddenQuantity("absorption", "", "absorption just now", "w")),
    rates=DOT_RATES,
    steady=DOT_STEADY,
    distribution=DOT_DISTRIBUTION,
    theory=DOT_THEORY,
    sample_of=lambda bench: bench.dot,
    sample_title="sample A",
    sample_about="A quantum dot of sample A. <b>latta2009</b> is eq. 13 to the letter, which drags from laser red to "
                 "blue only; <b>noncollinear</b> adds the odd pump term and drags both ways.",
    preset_help={"preset": "Choose the values of all others: dragging that builds up in about 1 s (tuned), or the "
                           "starting values (reference).",
                 "charge": "Choose the transition: the neutral exciton X0, or the charged exciton X- of a dot with a "
                           "resident electron, whose line is narrower and whose nuclei decay faster."},
)


def ensemble_from_texts(texts: dict[str, str]) -> SpinEnsemble:
    """Return the ensemble of Table 1 of the type that a person typed, with changed parameters.

    Raises
    ------
    UnknownNameError, SettingError, LimitError
        There is no such parameter, or it cannot have this value.
    """
    given = dict(texts)
    kind = given.pop("type", "n").strip()
    if kind not in ENSEMBLES:
        raise LimitError(f"ensemble.type got {kind!r}; it wants one of {', '.join(ENSEMBLES)}.")
    changes = {n: SpinEnsemble.parameter(n).parsed(text, f"ensemble.{n}") for n, text in given.items()}
    return ENSEMBLES[kind]().replace(**changes)


def _pump_probe_rehearsal() -> ZeroFieldRatio:
    # resonant and detuned pulses have different kernels
    return ZeroFieldRatio(start=Q_(0.0, "deg"), stop=Q_(90.0, "deg"), angles=2, large_field=Q_(100.0, "mT"),
                          modulation_frequency=Q_(100.0, "kHz"), time_constant=Q_(1.0, "ms"), settling=3)


ENSEMBLES: dict[str, Callable[[], SpinEnsemble]] = {"n": SpinEnsemble.n_type, "p": SpinEnsemble.p_type}
"""The ensembles of Table 1 by their type."""

SPIN_INERTIA = BenchKind(
    key="spin_inertia",
    title=SpinInertiaBench.title,
    instruments={"pump": PulsedLaser, "modulator": HelicityModulator, "holder": SampleHolder, "magnet": Magnet,
                 "cryostat": Cryostat, "stage": DelayStage, "probe": ProbeLaser, "power_meter": PumpProbePowerMeter,
                 "detector": PolarizationBridge, "lockin": LockIn},
    sample_prefix="ensemble",
    sample_type=SpinEnsemble,
    make_sample=ensemble_from_texts,
    presets={"type": tuple(ENSEMBLES)},
    make=spin_inertia_bench,
    rehearsal=_pump_probe_rehearsal,
    hidden=(HiddenQuantity("spin_polarization", "", "spin polarization", "S"),
            HiddenQuantity("lag", "deg", "lag of the spins")),
    spins=ENSEMBLE_SPINS,
    theory=SPIN_THEORY,
    sample_of=lambda bench: bench.ensemble,
    sample_title="an ensemble of Table 1",
    sample_about="An ensemble of singly charged dots with the parameters of Table 1 of arXiv:1908.01531: resident "
                 "electrons (<b>n</b>) or holes (<b>p</b>).",
    preset_help={"type": "Choose the resident spins: electrons (n) or holes (p)."},
)

BENCHES: dict[str, BenchKind] = {kind.key: kind for kind in (DRAGGING, SPIN_INERTIA)}
"""All ready-made kinds of benches by their key, which experiments name."""
