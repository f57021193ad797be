"""Faces of the instruments: front panels laid out by hand, one a file; whatever a face leaves out is appended."""

from __future__ import annotations

from gui.faces.cryostat import CryostatFace
from gui.faces.delay_stage import DelayStageFace
from gui.faces.detector import DetectorFace
from gui.faces.face import Face
from gui.faces.gate import GateFace
from gui.faces.laser import TunableLaserFace
from gui.faces.lock_in import LockInFace
from gui.faces.magnet import MagnetFace
from gui.faces.modulator import ModulatorFace
from gui.faces.parts import Parts
from gui.faces.power_meter import PowerMeterFace
from gui.faces.probe_laser import ProbeLaserFace
from gui.faces.pulsed_laser import PulsedLaserFace
from gui.faces.sample_holder import SampleHolderFace
from gui.faces.wavemeter import WavemeterFace
from instruments.detection.transimpedance import AmplifiedDetector
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
from instruments.optics.power_meter import PowerMeter
from instruments.optics.probe import ProbeLaser
from instruments.optics.pulsed_laser import PulsedLaser
from instruments.optics.wavemeter import Wavemeter

FACES: dict[type[Instrument], type[Face]] = {
    AmplifiedDetector: DetectorFace,
    Chopper: ModulatorFace,
    Cryostat: CryostatFace,
    DelayStage: DelayStageFace,
    GateSource: GateFace,
    HelicityModulator: ModulatorFace,
    Laser: TunableLaserFace,
    LockIn: LockInFace,
    Magnet: MagnetFace,
    PowerMeter: PowerMeterFace,
    ProbeLaser: ProbeLaserFace,
    PulsedLaser: PulsedLaserFace,
    SampleHolder: SampleHolderFace,
    Wavemeter: WavemeterFace,
}
"""The faces by what they are of; an instrument derived from one of these has its face."""


def face_of(kind: type[Instrument]) -> type[Face] | None:
    """Return the face of a kind of instrument, or None where the generic panel does."""
    return next((FACES[base] for base in kind.__mro__ if base in FACES), None)


__all__ = ["FACES", "Face", "Parts", "face_of"]
