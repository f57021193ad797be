"""What is in the cryostat: parameters with units, presets, and the specimen that lives."""

from vlab.samples.quantum_dot import QuantumDot

__all__ = ["QuantumDot"]
