"""Examples to open: ready-made situations, each with an experiment, a sample, settings, and a lesson of one page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from gui.deeds import FaultTurned
from gui.desk import Desk
from vlab.experiments import (
    DraggingWidthVsDwell,
    DwellTimeScan,
    ModulationFrequencyScan,
    PolarizationRecovery,
)
from vlab.experiments.procedure import Procedure
from vlab.units import Q_


@dataclass(frozen=True)
class Example:
    """A situation to begin with."""

    key: str
    """Its lesson is the page ``lesson-<key>``."""
    title: str
    about: str
    procedure: Callable[[], Procedure]
    sample: dict[str, str] = field(default_factory=dict)
    """The words of the sample; none for the usual one."""
    settings: tuple[tuple[str, str, float | str], ...] = ()
    """What differs from reference conditions: instrument, setting, SI float or word."""
    faults: tuple[tuple[str, str], ...] = ()
    panels: tuple[str, ...] = ()
    """What shall be seen, the last of them in front."""
    runs: bool = True
    """Whether the measurement starts at once."""


EXAMPLES: tuple[Example, ...] = (
    Example("drag", "Drag a resonance", "Scan a laser over the line of one quantum dot; the nuclear spins drag the "
            "line along.", DwellTimeScan, panels=("inside",)),
    Example("dwell", "Wait longer at each step", "The same scan with a dwell of 5 s: the line is carried much farther.",
            lambda: DwellTimeScan(dwell=Q_(5, "s")), panels=("inside",)),
    Example("width", "Find how the dragging width grows", "Scans with five dwell times and a fit: how fast the nuclei "
            "follow.", lambda: DraggingWidthVsDwell(step_sizes=Q_([0.4], "ueV"), phases=2,
                                                    dwells=Q_([0.2, 0.5, 1, 2, 5], "s"))),
    Example("fault", "Find what is wrong", "Something on the bench has failed. Find out what, and mend it.",
            DwellTimeScan, faults=(("lockin", "loose_reference"),), panels=("path", "lockin")),
    Example("noise", "A weak signal under noise", "Very little light: find the line, with the lock-in's help.",
            lambda: DwellTimeScan(start=Q_(4, "ueV"), stop=Q_(-4, "ueV"), step=Q_(0.2, "ueV"), dwell=Q_(100, "ms")),
            settings=(("laser", "power", 2e-11),), panels=("lockin",)),
    Example("inertia", "Measure a spin relaxation time", "Reverse the helicity of the pump faster and faster, and see "
            "when the spins no longer follow.", ModulationFrequencyScan),
    Example("recovery", "Polarization recovery", "Scan the magnetic field: it frees the spins of holes from their "
            "nuclei.", PolarizationRecovery, sample={"type": "p"}),
    Example("rsa", "Resonant spin amplification", "Halve the repetition period: spins that turn in step with the "
            "pulses add up.", lambda: PolarizationRecovery(stop=Q_(120, "mT"), step=Q_(1, "mT"), power=1.0,
                                                            repetition_period=Q_(6.6, "ns"))),
)
"""In the order of a first afternoon."""
BY_KEY = {example.key: example for example in EXAMPLES}


class Examples:
    """Opens examples.

    Parameters
    ----------
    desk : Desk
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def begin(self, key: str) -> None:
        """Set up an example: a fresh bench with its sample, its settings, its experiment in the form, its lesson."""
        example = BY_KEY[key]
        procedure = example.procedure()
        self._desk.model.mount(dict(example.sample), 0, True, type(procedure),
                               then=lambda: self._arrange(example, procedure))

    def _arrange(self, example: Example, procedure: Procedure) -> None:
        model = self._desk.model
        for instrument, setting, value in example.settings:
            model.write(instrument, setting, value)
        for instrument, fault in example.faults:
            deed = FaultTurned(instrument, fault, True, answer=model.lab.turn_fault(instrument, fault, True))
            self._desk.diary.note(deed, silent=True)  # to be found, not to be read in the log or taken back by undo
        self._desk.procedure_wanted.emit(procedure)
        self._desk.plot_wanted.emit()
        for panel in ("experiment", *(p for p in example.panels if not (p == "inside" and self._desk.exam))):
            self._desk.panel_wanted.emit(panel)
        self._desk.help_wanted.emit(f"lesson-{example.key}")
        model.set_pace(math.inf)
        if example.runs:
            model.start(procedure)
