"""What is in the cryostat: parameters with units, presets, and the specimen that lives."""

from vlab.samples.dicke_dot import DickeDot
from vlab.samples.pump import Pump
from vlab.samples.quantum_dot import QuantumDot
from vlab.samples.spin_ensemble import SpinEnsemble

__all__ = ["DickeDot", "Pump", "QuantumDot", "SpinEnsemble"]
