"""The lock-in amplifier: reference, input, mixer, filter, outputs, buffer, scope."""

from instruments.lockin.lockin import LockIn

__all__ = ["LockIn"]
